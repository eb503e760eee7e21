//! What teachers say of the sentences that a student learns from (Hinton et al., 2015).
//!
//! A teacher is a model folder, of whatever encoder and tokenizer: it is asked in words. All teachers read every sentence once,
//! before the first update, and answer for every span that the student may sample and for every pair of the sentence's
//! entities; a sample then finds its answer without a network. An epoch so costs what it costs without teachers, and a
//! sentence of 25 words about 8 kB of memory.
//!
//! Several teachers are averaged in probability space. The mean p of their distributions p_k has the least Σ_k KL(p_k ‖ q) of
//! all q, and KL(p ‖ q) the same gradient as the mean of KL(p_k ‖ q): learning from the mean is learning from all. A mean of
//! logits would count a teacher by the size of its logits, which no softmax fixes.

use std::path::PathBuf;

use burn::tensor::{Device, read_sync};
use rayon::prelude::*;
use sinet_formats::{Dataset, Example};
use sinet_infer::{AnnotateError, Encoded, Model, candidate_spans};
use sinet_text::{Document, Schema, WordRange};

use crate::Error;
use crate::config::RunConfig;
use crate::error::DataError;
use crate::model::folder::read_model;

/// The teachers of a run.
#[derive(Debug)]
pub struct Teachers {
    models: Vec<Model>,
    temperature: f32,
    max_span_words: usize,
}

/// What the teachers say of a sentence, on average: probabilities at the temperature of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// The entities whose pairs were asked for, with their classes: the labelled ones, or those that the teachers find.
    pub entities: Vec<(WordRange, usize)>,
    /// `[spans, entity types + 1]`, of the [`spans`] of the sentence.
    pub classes: Vec<f32>,
    /// `[entities × entities, relation types]`, the pairs by head, then tail; 0 where both have the same words.
    pub relations: Vec<f32>,
}

/// The spans of a sentence that teachers are asked about, in order: all of up to `max_span_words` out of `words` words, and
/// those of its entities, which may be wider.
pub fn spans(words: usize, max_span_words: usize, entities: &[(WordRange, usize)]) -> Vec<WordRange> {
    let mut spans = candidate_spans(words, max_span_words);
    spans.extend(entities.iter().map(|&(words, _)| words));
    spans.sort_unstable();
    spans.dedup();
    spans
}

impl Teachers {
    /// The teachers that a configuration names, their encoders on `device`; `None` where it names none.
    ///
    /// # Errors
    ///
    /// As [`read_model`]; [`Error::Data`] if a teacher knows other types than the student, or only shorter entities.
    pub fn read(config: &RunConfig, schema: &Schema, device: &Device) -> Result<Option<Self>, Error> {
        let ours = config.model.max_span_words;
        let read = |folder: &PathBuf| {
            let model = read_model(folder, device)?;
            let (teacher, theirs) = (model.name().to_owned(), model.config().max_span_words);
            if names(model.schema()) != names(schema) {
                let (theirs, ours) = (names(model.schema()), names(schema));
                return Err(Error::data(folder)(DataError::OtherTypes { teacher, theirs, ours }));
            }
            if theirs < ours {
                return Err(Error::data(folder)(DataError::NarrowTeacher { teacher, theirs, ours }));
            }
            Ok(model)
        };
        let models = config.distil.teachers.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let temperature = config.distil.temperature as f32;
        Ok((!models.is_empty()).then_some(Self { models, temperature, max_span_words: ours }))
    }

    /// What they say of each labelled sentence, about pairs of its labelled entities; `None` for a sentence that one of them
    /// cannot read as one piece.
    ///
    /// # Errors
    ///
    /// [`Error::Annotate`] if a device fails.
    pub fn of_labelled(&self, dataset: &Dataset) -> Result<Vec<Option<Answers>>, Error> {
        let labelled = |example: &Example| {
            Some(example.entities.iter().map(|entity| (entity.words, entity.kind + 1)).collect::<Vec<_>>())
        };
        self.of_all(dataset, labelled)
    }

    /// As [`Teachers::of_labelled`] for sentences without labels, about pairs of the entities that they find themselves.
    ///
    /// # Errors
    ///
    /// [`Error::Annotate`] if a device fails.
    pub fn of_unlabelled(&self, dataset: &Dataset) -> Result<Vec<Option<Answers>>, Error> {
        self.of_all(dataset, |_| None)
    }

    /// The types, which are the same for all.
    fn schema(&self) -> &Schema {
        self.models[0].schema()
    }

    fn of_all(&self, dataset: &Dataset, labelled: Labelled) -> Result<Vec<Option<Answers>>, Error> {
        let documents: Vec<_> = dataset.documents().collect();
        let answers = documents.par_iter().map(|document| self.of_document(document, labelled));
        Ok(answers.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn of_document(&self, examples: &[Example], labelled: Labelled) -> Result<Vec<Option<Answers>>, AnnotateError> {
        let words: Vec<_> = examples.iter().map(|example| example.tokens.as_slice()).collect();
        let document = Document::from_sentences(&words);
        let read = self.models.iter().map(|teacher| Ok((teacher, read_sync(teacher.encode(document.clone()))?)));
        let read = read.collect::<Result<Vec<_>, AnnotateError>>()?;
        let mut start = 0;
        let answers = examples.iter().map(|example| {
            let sentence = WordRange { start, end: start + example.tokens.len() };
            start = sentence.end;
            let is_empty = sentence.start == sentence.end;
            let is_read = is_empty || read.iter().all(|(_, encoded)| encoded.holds(sentence));
            is_read.then(|| self.of_sentence(&read, sentence, labelled(example))).transpose()
        });
        answers.collect()
    }

    fn of_sentence(
        &self,
        read: &[(&Model, Encoded)],
        sentence: WordRange,
        labelled: Option<Vec<(WordRange, usize)>>,
    ) -> Result<Answers, AnnotateError> {
        let in_document =
            |words: &WordRange| WordRange { start: sentence.start + words.start, end: sentence.start + words.end };
        let asked = spans(sentence.end - sentence.start, self.max_span_words, labelled.as_deref().unwrap_or_default());
        let in_text: Vec<_> = asked.iter().map(in_document).collect();
        let logits = read.iter().map(|(teacher, encoded)| Ok(teacher.logits(encoded, &in_text, &[])?.spans));
        let logits = logits.collect::<Result<Vec<_>, AnnotateError>>()?;
        let [classes, types] = [self.schema().entities.len() + 1, self.schema().relations.len()];
        let at = |temperature: f32| {
            mean(
                logits
                    .iter()
                    .map(|logits| logits.chunks_exact(classes).flat_map(|row| softmax(row, temperature)).collect()),
            )
        };
        let entities = labelled.unwrap_or_else(|| {
            let likeliest = |row: &[f32]| (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0);
            let probabilities = at(1.0);
            let found =
                asked.iter().zip(probabilities.chunks_exact(classes)).map(|(&words, row)| (words, likeliest(row)));
            found.filter(|&(_, class)| class > 0).collect::<Vec<_>>()
        });

        let n = entities.len();
        let pairs: Vec<_> = (0..n).flat_map(|head| (0..n).map(move |tail| (head, tail))).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|&(head, tail)| entities[head].0 != entities[tail].0).collect();
        let ends: Vec<_> = entities.iter().map(|(words, _)| in_document(words)).collect();
        let of_pairs = read.iter().map(|(teacher, encoded)| {
            let logits = teacher.logits(encoded, &ends, &pairs)?.pairs;
            Ok(logits.into_iter().map(|logit| sigmoid(logit / self.temperature)).collect())
        });
        let of_pairs = mean(of_pairs.collect::<Result<Vec<_>, AnnotateError>>()?.into_iter());
        let mut relations = vec![0.0; n * n * types];
        for ((head, tail), row) in pairs.into_iter().zip(of_pairs.chunks_exact(types)) {
            relations[(head * n + tail) * types..][..types].copy_from_slice(row);
        }
        Ok(Answers { entities, classes: at(self.temperature), relations })
    }
}

/// The labelled entities of a sentence with their classes; `None` where labels do not count.
type Labelled = fn(&Example) -> Option<Vec<(WordRange, usize)>>;

/// What must be the same in teacher and student: the types, in the order of the network's classes.
fn names(schema: &Schema) -> String {
    let entities = schema.entities.iter().map(|kind| kind.name.clone());
    let relations = schema
        .relations
        .iter()
        .map(|kind| if kind.symmetric { format!("{} (symmetric)", kind.name) } else { kind.name.clone() });
    entities.chain(relations).collect::<Vec<_>>().join(", ")
}

/// The mean of each place; of no list nothing.
fn mean(lists: impl ExactSizeIterator<Item = Vec<f32>>) -> Vec<f32> {
    let share = 1.0 / lists.len() as f32;
    let sum = lists.reduce(|mut sum, list| {
        sum.iter_mut().zip(list).for_each(|(sum, x)| *sum += x);
        sum
    });
    sum.into_iter().flatten().map(|sum| sum * share).collect()
}

fn softmax(row: &[f32], temperature: f32) -> Vec<f32> {
    let best = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f32> = row.iter().map(|logit| ((logit - best) / temperature).exp()).collect();
    let sum: f32 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum).collect()
}

fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teachers_are_asked_for_all_short_spans_and_for_the_entities() {
        let words = |start, end| WordRange { start, end };
        let short = [words(0, 1), words(0, 2), words(1, 2), words(1, 3), words(2, 3)];
        assert_eq!(spans(3, 2, &[]), short);
        assert_eq!(spans(3, 2, &[(words(1, 2), 1), (words(0, 3), 2), (words(0, 3), 1)])[2], words(0, 3));
        assert_eq!(spans(3, 2, &[(words(1, 2), 1), (words(0, 3), 2), (words(0, 3), 1)]).len(), 6);
        assert_eq!(spans(0, 2, &[]), []);
    }

    /// By hand: softmax((ln 9, 0) / 2) = (3, 1) / 4, and softmax((0, 0) / 2) = (1, 1) / 2.
    #[test]
    fn several_teachers_are_averaged_as_probabilities() {
        let rows = [softmax(&[9f32.ln(), 0.0], 2.0), softmax(&[500.0, 500.0], 2.0)];
        let found = mean(rows.into_iter());
        assert!((found[0] - 0.625).abs() < 1e-6 && (found[1] - 0.375).abs() < 1e-6, "{found:?}");
    }
}
