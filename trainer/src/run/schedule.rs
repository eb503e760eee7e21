//! The learning rate over a run.

/// Linear warm-up from 0, then linear decay to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Updates until the peak is reached.
    pub warmup: u64,
    /// Updates in all.
    pub total: u64,
}

impl Schedule {
    /// Factor of the peak learning rate for the update after `done` updates, 0 to 1.
    ///
    /// As the authors' code has it, the first update of a warm-up has the factor 0.
    pub fn factor(&self, done: u64) -> f64 {
        if done < self.warmup {
            done as f64 / self.warmup as f64
        } else {
            self.total.saturating_sub(done) as f64 / self.total.saturating_sub(self.warmup).max(1) as f64
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_of_a_short_run() {
        let factors =
            |warmup, total| -> Vec<f64> { (0..=total).map(|done| Schedule { warmup, total }.factor(done)).collect() };
        assert_eq!(factors(2, 6), [0.0, 0.5, 1.0, 0.75, 0.5, 0.25, 0.0]);
        assert_eq!(factors(0, 2), [1.0, 0.5, 0.0]);
        assert_eq!(factors(0, 0), [0.0]);
    }
}
