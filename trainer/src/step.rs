//! One step: from samples to the loss and its gradients.

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData, Transaction};
use sinet_kernels::optimizer::host;
use sinet_model::{Mode, Sinet, SinetOutput, entity_loss, relation_loss};

use crate::Error;
use crate::adamw::{NamedGradients, floats};
use crate::samples::Samples;
use crate::word_table::WordTable;

/// The loss of one update and its gradients.
pub struct Step {
    /// L^e.
    pub entity_loss: f32,
    /// L^r; 0 where the update has no pair.
    pub relation_loss: f32,
    /// The norm of all gradients together.
    pub norm: f64,
    /// Of every parameter but the word table, on the network's device.
    pub gradients: NamedGradients,
    /// Of the rows of the word table that the update uses.
    pub words: WordGradients,
}

/// Gradients of some rows of the word table.
pub struct WordGradients {
    /// Which rows, ascending.
    pub ids: Vec<u32>,
    /// `[ids, embedding size]`
    pub gradient: Vec<f32>,
}

impl Step {
    /// Runs the network forward and back on the batches of one update, one after the other, and reads back once: the losses,
    /// the norm and the gradients of the words.
    ///
    /// The losses are means over all spans and pairs of the update, however it is cut into batches: each batch counts by
    /// its share of them.
    ///
    /// # Errors
    ///
    /// [`Error::Other`] if the device fails, for instance because its memory is too small.
    ///
    /// # Panics
    ///
    /// Panics if there is no batch.
    pub fn run(network: &Sinet, batches: &[Samples], words: &mut WordTable) -> Result<Self, Error> {
        let spans: usize = batches.iter().map(|samples| samples.spans.len()).sum();
        let pairs: usize = batches.iter().map(|samples| samples.pairs.len()).sum();
        let share = |part: usize, whole: usize| part as f32 / whole.max(1) as f32;
        let parts = batches.iter().map(|samples| {
            let shares = [share(samples.spans.len(), spans), share(samples.pairs.len(), pairs)];
            Computed::of_batch(network, samples, shares, words)
        });
        parts.reduce(Computed::plus).expect("an update has a batch").read()
    }

    /// L of eq. 11.
    pub fn loss(&self) -> f32 {
        self.entity_loss + self.relation_loss
    }
}

/// A [`Step`] whose numbers are still on the device.
struct Computed {
    /// L^e and L^r, `[1]` each.
    losses: [Tensor<1>; 2],
    gradients: NamedGradients,
    /// A batch after the other: which rows of the word table, ascending, and their gradients, `[ids, embedding size]`.
    words: Vec<(Vec<u32>, Tensor<2>)>,
}

impl Computed {
    /// The word table stays outside of the graph: a dense gradient of it would cost more than the rest of a small
    /// network.
    fn of_batch(network: &Sinet, samples: &Samples, [spans, pairs]: [f32; 2], words: &mut WordTable) -> Self {
        let device = &network.encoder.word_table().device();
        let (ids, positions) = distinct(samples.batch.encoder_rows().ids());
        let leaf = Tensor::from_inner(words.rows(&ids, &device.clone().inner())).require_grad();
        let words = leaf.clone().select(0, int(positions, device));

        let Samples { batch, spans: of_entities, pairs: of_relations, .. } = samples;
        let SinetOutput { entity_logits, relation_logits, .. } =
            network.forward_words(words, batch, of_entities, of_relations, Mode::Training);
        let entity = entity_loss(entity_logits, int(samples.classes.clone(), device)) * spans;
        let relation = relation_logits.map(|logits| {
            let shape = logits.dims();
            let labels = Tensor::from_data(TensorData::new(samples.labels.clone(), shape), device);
            relation_loss(logits, labels) * pairs
        });
        let entity_loss = entity.clone().inner();
        let relation_loss = relation.clone().map_or_else(|| entity_loss.zeros_like(), Tensor::inner);
        let loss = match relation {
            Some(relation) => entity + relation,
            None => entity,
        };
        let mut gradients = loss.backward();
        let gradient = leaf.grad_remove(&mut gradients).expect("the words are part of the graph");
        Self {
            losses: [entity_loss, relation_loss],
            gradients: NamedGradients::take(network, gradients),
            words: vec![(ids, gradient)],
        }
    }

    fn plus(mut self, mut other: Self) -> Self {
        self.gradients.add(other.gradients);
        let ([entity, relation], [more_entity, more_relation]) = (self.losses, other.losses);
        self.words.append(&mut other.words);
        Self { losses: [entity + more_entity, relation + more_relation], ..self }
    }

    fn read(self) -> Result<Step, Error> {
        let Self { losses, gradients, words } = self;
        let (ids, of_words): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        let read = Transaction::default().register(Tensor::cat(losses.into(), 0)).register(gradients.square_norms());
        let read = of_words.into_iter().fold(read, Transaction::register);
        let read = read.try_execute().map_err(|error| {
            Error::other(format!("the device failed: {error}; with a smaller train.batch_size it needs less memory"))
        })?;
        let mut read = read.into_iter();
        let mut next = || read.next().expect("what was registered comes back");
        let losses = floats(next());
        let square_norms: f64 = next().iter::<f64>().sum();
        let words = ids.into_iter().map(|ids| WordGradients { ids, gradient: floats(next()) });
        let words = words.reduce(|sum, other| sum.plus(&other)).expect("an update has a batch");
        let norm = (square_norms + host::square_norm(&words.gradient)).sqrt();
        Ok(Step { entity_loss: losses[0], relation_loss: losses[1], norm, gradients, words })
    }
}

impl WordGradients {
    fn plus(&self, other: &Self) -> Self {
        let mut rows = BTreeMap::<u32, Vec<f32>>::new();
        for Self { ids, gradient } in [self, other] {
            for (&id, row) in ids.iter().zip(gradient.chunks_exact(gradient.len() / ids.len())) {
                let sum = rows.entry(id).or_insert_with(|| vec![0.0; row.len()]);
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
        }
        Self { ids: rows.keys().copied().collect(), gradient: rows.into_values().flatten().collect() }
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

    #[test]
    fn gradients_of_the_same_word_are_summed() {
        let words = |ids: &[u32], gradient: &[f32]| WordGradients { ids: ids.to_vec(), gradient: gradient.to_vec() };
        let sum = words(&[3, 7], &[1.0, 2.0, 3.0, 4.0]).plus(&words(&[1, 7], &[5.0, 6.0, 7.0, 8.0]));
        assert_eq!((sum.ids, sum.gradient), (vec![1, 3, 7], vec![5.0, 6.0, 1.0, 2.0, 10.0, 12.0]));
    }
}
