//! Times, and how a program hands them over.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// Times in milliseconds of one piece of work, a list a round.
#[derive(Default, Clone)]
pub struct Times(pub Vec<Vec<f64>>);

impl Times {
    /// The median of all times, unless there are none.
    pub fn median(&self) -> Option<f64> {
        median(self.0.concat())
    }

    /// The least of all times, unless there are none.
    pub fn minimum(&self) -> Option<f64> {
        self.0.concat().into_iter().min_by(f64::total_cmp)
    }

    /// The median over the rounds of the quotient of both medians, unless either has none.
    pub fn ratio(&self, other: &Self) -> Option<f64> {
        let rounds = self.0.iter().zip(&other.0);
        median(rounds.filter_map(|(a, b)| Some(median(a.clone())? / median(b.clone())?)).collect())
    }
}

/// The measurements of one program, round after round.
#[derive(Default)]
pub struct Samples {
    /// Versions by the names of the programs that were measured.
    pub versions: BTreeMap<String, String>,
    times: BTreeMap<String, Times>,
}

impl Samples {
    /// Runs a program for one round. It prints `{"versions": {NAME: …}, "milliseconds": {WORK: […]}}`.
    ///
    /// # Errors
    /// When it fails or prints something else.
    pub fn run(&mut self, command: &mut Command) -> Result<()> {
        let printed = process::output(command)?;
        let mut printed: Value = serde_json::from_str(&printed)
            .with_context(|| format!("{} printed no JSON", command.get_program().display()))?;
        let milliseconds: BTreeMap<String, Vec<f64>> = serde_json::from_value(printed["milliseconds"].take())
            .with_context(|| format!("{} printed no times", command.get_program().display()))?;
        for (work, times) in milliseconds {
            self.add(&work, times);
        }
        self.versions.extend(serde_json::from_value::<BTreeMap<_, _>>(printed["versions"].take())?);
        Ok(())
    }

    /// Adds one round of times.
    pub fn add(&mut self, work: &str, times: Vec<f64>) {
        self.times.entry(work.to_owned()).or_default().0.push(times);
    }

    /// All times of one piece of work; none if it was not measured.
    pub fn times(&self, work: &str) -> Times {
        self.times.get(work).cloned().unwrap_or_default()
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_even_and_odd_numbers() {
        let table =
            [(vec![], None), (vec![3.0], Some(3.0)), (vec![4.0, 1.0], Some(2.5)), (vec![9.0, 1.0, 2.0], Some(2.0))];
        for (values, expected) in table {
            assert_eq!(median(values.clone()), expected, "{values:?}");
        }
    }

    #[test]
    fn a_ratio_compares_within_rounds() {
        // The second round was slow for both; over all times the quotient would be another.
        let ours = Times(vec![vec![1.0, 1.0, 1.0], vec![8.0], vec![1.0]]);
        let theirs = Times(vec![vec![2.0], vec![16.0, 16.0, 16.0], vec![2.0]]);
        assert_eq!(ours.ratio(&theirs), Some(0.5));
        assert_eq!(ours.ratio(&Times::default()), None);
    }
}
