//! One step: from samples to the loss and its gradients.

use std::collections::BTreeMap;

use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use sinet_model::{Sinet, entity_loss, relation_loss};

use crate::samples::Samples;
use crate::word_table::WordTable;

/// The loss of one batch and its gradients.
pub struct Step {
    /// L^e.
    pub entity_loss: f32,
    /// L^r; 0 where the batch has no pair.
    pub relation_loss: f32,
    /// Of every parameter but the word table.
    pub gradients: Gradients,
    /// Of the rows of the word table that the batch uses, with their ids.
    pub words: WordGradients,
}

/// Gradients of some rows of the word table.
pub struct WordGradients {
    /// Which rows, ascending.
    pub ids: Vec<u32>,
    /// `[ids, embedding size]`
    pub gradient: Tensor<2>,
}

impl Step {
    /// Runs the network on samples, forward and back.
    ///
    /// The word table stays outside of the graph: a dense gradient of it would cost more than the rest of a small
    /// network.
    pub fn run(network: &Sinet, samples: &Samples, words: &mut WordTable) -> Self {
        let device = &network.encoder.word_table().device();
        let (ids, positions) = distinct(samples.batch.ids());
        let leaf = Tensor::from_inner(words.rows(&ids, &device.clone().inner())).require_grad();
        let words = leaf.clone().select(0, int(positions, device));

        let hidden = network.encoder.forward_words(words, &samples.batch);
        let spaces = network.heads.spaces(hidden, &samples.batch);
        let logits = network.heads.entity_logits(&spaces, &samples.spans);
        let entity = entity_loss(logits, int(samples.classes.clone(), device));
        let relation = (!samples.pairs.is_empty()).then(|| {
            let logits = network.heads.relation_logits(&spaces, &samples.spans, &samples.pairs);
            let shape = logits.dims();
            let labels = Tensor::from_data(TensorData::new(samples.labels.clone(), shape), device);
            relation_loss(logits, labels)
        });
        let scalar = |loss: &Tensor<1>| loss.clone().inner().into_scalar::<f32>();
        let (entity_loss, relation_loss) = (scalar(&entity), relation.as_ref().map_or(0.0, scalar));
        let loss = match relation {
            Some(relation) => entity + relation,
            None => entity,
        };
        let mut gradients = loss.backward();
        let gradient = leaf.grad_remove(&mut gradients).expect("the words are part of the graph");
        Self { entity_loss, relation_loss, gradients, words: WordGradients { ids, gradient } }
    }

    /// L of eq. 11.
    pub fn loss(&self) -> f32 {
        self.entity_loss + self.relation_loss
    }
}

/// The distinct ids, ascending, and for each id its position among them.
fn distinct(ids: &[u32]) -> (Vec<u32>, Vec<i32>) {
    let mut positions: BTreeMap<u32, i32> = ids.iter().map(|&id| (id, 0)).collect();
    for (i, position) in positions.values_mut().enumerate() {
        *position = i as i32;
    }
    (positions.keys().copied().collect(), ids.iter().map(|id| positions[id]).collect())
}

fn int(values: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_ids_are_ascending_and_found_again() {
        let (ids, positions) = distinct(&[7, 3, 7, 9, 3]);
        assert_eq!(ids, [3, 7, 9]);
        assert_eq!(positions, [1, 0, 1, 2, 0]);
    }
}
