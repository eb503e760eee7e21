//! The mean of the weights after several epochs, which generalises better than those of any single one
//! (Izmailov et al., 2018).

use sinet_model::Weights;

/// A running mean of a network's weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Average {
    /// The mean so far.
    pub weights: Weights,
    /// Of how many epochs.
    pub epochs: u64,
}

impl Average {
    /// Takes in the weights after one more epoch.
    ///
    /// # Panics
    ///
    /// Panics if they are of another network than those before.
    pub fn add(&mut self, weights: Weights) {
        self.epochs += 1;
        if self.epochs == 1 {
            self.weights = weights;
            return;
        }
        let share = 1.0 / self.epochs as f32;
        assert_eq!(self.weights.len(), weights.len());
        for ((name, mean), (other, tensor)) in self.weights.iter_mut().zip(weights) {
            assert!(*name == other && mean.shape == tensor.shape, "{name} is not {other}");
            mean.values.iter_mut().zip(tensor.values).for_each(|(mean, x)| *mean += (x - *mean) * share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sinet_model::NamedTensor;

    #[test]
    fn the_mean_is_of_all_that_came() {
        let weights = |values: [f32; 2]| -> Weights {
            [("w".to_owned(), NamedTensor { shape: vec![2], values: values.to_vec() })].into()
        };
        let mut average = Average::default();
        for (values, mean) in [([1.0, 0.0], [1.0, 0.0]), ([3.0, 1.0], [2.0, 0.5]), ([5.0, -4.0], [3.0, -1.0])] {
            average.add(weights(values));
            assert_eq!(average.weights, weights(mean));
        }
    }
}
