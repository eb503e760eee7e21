//! One step: from samples to the loss and its gradients.

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData, Transaction};
use sinet_kernels::optimizer::host;
use sinet_model::{
    Mode, Sinet, SinetOutput, entity_distillation_loss, entity_loss, relation_distillation_loss, relation_loss,
};

use crate::Error;
use crate::config::DistilSection;
use crate::run::adamw::{NamedGradients, floats};
use crate::run::samples::{Samples, Taught};
use crate::run::word_table::WordTable;

/// The loss of one update and its gradients.
pub struct Step {
    /// The parts of the loss.
    pub losses: Losses,
    /// The norm of all gradients together.
    pub norm: f64,
    /// Of every parameter but the word table, on the network's device.
    pub gradients: NamedGradients,
    /// Of the rows of the word table that the update uses.
    pub words: WordGradients,
}

/// What an update makes smaller: `labels · (L^e + L^r) + teachers · (D^e + D^r)`. The first two are eq. 11, D the distances from
/// the teachers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    labels: f32,
    teachers: f32,
    temperature: f32,
}

impl Objective {
    /// Eq. 11 alone.
    pub const LABELS: Self = Self { labels: 1.0, teachers: 0.0, temperature: 1.0 };

    /// The objective of a run.
    pub fn of(distil: &DistilSection) -> Self {
        if distil.teachers.is_empty() {
            return Self::LABELS;
        }
        let [labels, teachers, temperature] =
            [distil.label_weight, distil.teacher_weight, distil.temperature].map(|value| value as f32);
        Self { labels, teachers, temperature }
    }
}

/// The parts of the loss of an update, each 0 where the update has nothing of its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Losses {
    /// L^e.
    pub entity: f32,
    /// L^r.
    pub relation: f32,
    /// D^e and D^r, where there are teachers.
    pub taught: Option<[f32; 2]>,
    /// The whole.
    pub total: f32,
}

/// Gradients of some rows of the word table.
pub struct WordGradients {
    /// The rows, ascending.
    pub ids: Vec<u32>,
    /// `[ids, embedding size]`
    pub gradient: Vec<f32>,
}

impl Step {
    /// Runs the network forward and back on the batches of one update, one after the other, and reads back once: the losses,
    /// the norm and the gradients of the words.
    ///
    /// The parts of the loss are means over all spans and pairs of the update, however it is cut into batches: each batch counts
    /// by its share of them.
    ///
    /// # Errors
    ///
    /// [`Error::Update`] if the device fails, for instance because its memory is too small.
    ///
    /// # Panics
    ///
    /// Panics if there is no batch.
    pub fn run(
        network: &Sinet,
        batches: &[Samples],
        objective: Objective,
        words: &mut WordTable,
    ) -> Result<Self, Error> {
        let all = batches.iter().map(sizes).reduce(|a, b| std::array::from_fn(|part| a[part] + b[part]));
        let all = all.expect("an update has a batch");
        let parts = batches.iter().map(|samples| {
            let sizes = sizes(samples);
            let shares = std::array::from_fn(|part| sizes[part] as f32 / all[part].max(1) as f32);
            Computed::of_batch(network, samples, shares, objective, words)
        });
        let has_teachers = batches.iter().all(|samples| samples.taught.is_some());
        parts.reduce(Computed::plus).expect("an update has a batch").read(objective, has_teachers)
    }
}

/// The numbers of labelled spans, numbers in rows of labelled pairs, and the same of those that teachers have answered for: what
/// the [`PARTS`] of the loss are means over.
fn sizes(samples: &Samples) -> [usize; PARTS] {
    let [spans, pairs] = match samples.taught {
        Some(_) => [samples.spans.len(), samples.pairs.len()],
        None => [0, 0],
    };
    [samples.classes.len(), samples.labels.len(), spans, pairs]
}

/// L^e, L^r, D^e and D^r.
const PARTS: usize = 4;

/// A [`Step`] whose numbers are still on the device.
struct Computed {
    /// The parts of the loss, without their weights, `[1]` each.
    losses: [Tensor<1>; PARTS],
    gradients: NamedGradients,
    /// A batch after the other: which rows of the word table, ascending, and their gradients, `[ids, embedding size]`.
    words: Vec<(Vec<u32>, Tensor<2>)>,
}

impl Computed {
    /// The word table stays outside of the graph: a dense gradient of it would cost more than the rest of a small
    /// network.
    fn of_batch(
        network: &Sinet,
        samples: &Samples,
        shares: [f32; PARTS],
        objective: Objective,
        words: &mut WordTable,
    ) -> Self {
        let device = &network.encoder.word_table().device();
        let (ids, positions) = distinct(samples.batch.encoder_rows().ids());
        let leaf = Tensor::from_inner(words.rows(&ids, &device.clone().inner())).require_grad();
        let words = leaf.clone().select(0, int(positions, device));

        let Samples { batch, spans: of_entities, pairs: of_relations, .. } = samples;
        let output = network.forward_words(words, batch, of_entities, of_relations, Mode::Training);
        let parts = losses(output, samples, objective.temperature, device);
        let Objective { labels, teachers, .. } = objective;
        let weights = [labels, labels, teachers, teachers];
        let parts: [_; PARTS] = std::array::from_fn(|part| parts[part].clone().map(|loss| loss * shares[part]));
        let weighed = parts.iter().cloned().zip(weights).filter_map(|(loss, weight)| Some(loss? * weight));
        let loss = weighed.reduce(|sum, part| sum + part).expect("a batch has a span with a label or an answer");
        let zero = || Tensor::zeros([1], &device.clone().inner());
        let losses = parts.map(|loss| loss.map_or_else(zero, Tensor::inner));
        let mut gradients = loss.backward();
        let gradient = leaf.grad_remove(&mut gradients).expect("the words are part of the graph");
        Self { losses, gradients: NamedGradients::take(network, gradients), words: vec![(ids, gradient)] }
    }

    fn plus(mut self, mut other: Self) -> Self {
        self.gradients.add(other.gradients);
        self.words.append(&mut other.words);
        let mut more = other.losses.into_iter();
        let losses = self.losses.map(|loss| loss + more.next().expect("both have all parts"));
        Self { losses, ..self }
    }

    fn read(self, objective: Objective, has_teachers: bool) -> Result<Step, Error> {
        let Self { losses, gradients, words } = self;
        let (ids, of_words): (Vec<_>, Vec<_>) = words.into_iter().unzip();
        let read = Transaction::default().register(Tensor::cat(losses.into(), 0)).register(gradients.square_norms());
        let read = of_words.into_iter().fold(read, Transaction::register);
        let read = read.try_execute().map_err(Error::Update)?;
        let mut read = read.into_iter();
        let mut next = || read.next().expect("what was registered comes back");
        let [entity, relation, of_entities, of_relations] = floats(next())[..] else {
            unreachable!("all parts were read")
        };
        let taught = has_teachers.then_some([of_entities, of_relations]);
        let total = objective.labels * (entity + relation) + objective.teachers * (of_entities + of_relations);
        let losses = Losses { entity, relation, taught, total };
        let square_norms: f64 = next().iter::<f64>().sum();
        let words = ids.into_iter().map(|ids| WordGradients { ids, gradient: floats(next()) });
        let words = words.reduce(|sum, other| sum.plus(&other)).expect("an update has a batch");
        let norm = (square_norms + host::square_norm(&words.gradient)).sqrt();
        Ok(Step { losses, norm, gradients, words })
    }
}

/// The parts of the loss of a batch, as far as it has them.
fn losses(output: SinetOutput, samples: &Samples, temperature: f32, device: &Device) -> [Option<Tensor<1>>; PARTS] {
    let SinetOutput { entity_logits, relation_logits, .. } = output;
    let first = |logits: &Tensor<2>, rows: usize| match logits.dims() {
        [all, _] if all == rows => logits.clone(),
        _ => logits.clone().slice(0..rows),
    };
    let of_classes = (!samples.classes.is_empty()).then(|| {
        let logits = first(&entity_logits, samples.classes.len());
        entity_loss(logits, int(samples.classes.clone(), device))
    });
    let labelled = relation_logits.as_ref().filter(|_| !samples.labels.is_empty());
    let of_labels = labelled.map(|logits| {
        let logits = first(logits, samples.labels.len() / logits.dims()[1]);
        let labels = matrix(&samples.labels, &logits, device);
        relation_loss(logits, labels)
    });
    let Some(Taught { classes, relations }) = &samples.taught else { return [of_classes, of_labels, None, None] };
    let classes = matrix(classes, &entity_logits, device);
    let of_spans = entity_distillation_loss(entity_logits, classes, temperature);
    let of_pairs = relation_logits.map(|logits| {
        let relations = matrix(relations, &logits, device);
        relation_distillation_loss(logits, relations, temperature)
    });
    [of_classes, of_labels, Some(of_spans), of_pairs]
}

/// Numbers in the shape of some logits.
fn matrix(values: &[f32], logits: &Tensor<2>, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), logits.dims()), device)
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
