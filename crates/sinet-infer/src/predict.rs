//! Entities and relations of an encoded document.

use std::ops::Range;

use sinet_model::{Mode, Pair, Spaces, Span};
use sinet_text::{Document, LabelledPair, LabelledSpan, Labels, WordRange};

use crate::decode::{Limits, Omitted, RelationCollector, Thresholds, candidate_spans, choose_entities, keep_likeliest};
use crate::encode::{Encoded, EncodedBatch, values};
use crate::error::AnnotateError;
use crate::model::Model;

/// Pairs that are scored at a time. It bounds the memory where a window has very many entities.
const PAIRS_AT_A_TIME: usize = 4096;

/// The entities and relations that a model finds among some words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prediction {
    /// By first word, then last word. They may overlap.
    pub entities: Vec<LabelledSpan>,
    /// For each entity the softmax probability of its type, 0 to 1.
    pub entity_scores: Vec<f32>,
    /// By head, then tail, then type.
    pub relations: Vec<LabelledPair>,
    /// For each relation the sigmoid probability of its type, 0 to 1.
    pub relation_scores: Vec<f32>,
}

impl Prediction {
    /// The part that lies within some words, counted from the first of them.
    pub fn within(&self, words: WordRange) -> Self {
        // Both lists are sorted, so that many short sentences of a long document cost no more than the document.
        let first = self.entities.partition_point(|entity| entity.words.start < words.start);
        let starting = self.entities[first..].partition_point(|entity| entity.words.start < words.end);
        let inside: Vec<_> =
            (first..first + starting).filter(|&entity| self.entities[entity].words.end <= words.end).collect();
        let place = |entity: usize| inside.binary_search(&entity).ok();
        let moved = |&i: &usize| {
            let LabelledSpan { kind, words: WordRange { start, end } } = self.entities[i];
            LabelledSpan { kind, words: WordRange { start: start - words.start, end: end - words.start } }
        };
        let from = self.relations.partition_point(|pair| pair.head < first);
        let to = self.relations.partition_point(|pair| pair.head < first + starting);
        let related = self.relations[from..to].iter().zip(&self.relation_scores[from..to]);
        let (relations, relation_scores) = related
            .filter_map(|(pair, &score)| {
                Some((LabelledPair { head: place(pair.head)?, tail: place(pair.tail)?, ..*pair }, score))
            })
            .unzip();
        Self {
            entities: inside.iter().map(moved).collect(),
            entity_scores: inside.iter().map(|&i| self.entity_scores[i]).collect(),
            relations,
            relation_scores,
        }
    }

    /// With the `most` likeliest relations only, in their order, and how many were left out. Of equal scores the first stay.
    pub fn likeliest_relations(mut self, most: usize) -> (Self, usize) {
        let left_out = keep_likeliest(&mut self.relations, &mut self.relation_scores, |_| 0, most);
        (self, left_out)
    }

    /// Without the scores, as [`sinet_text::Scorer`] compares it.
    pub fn labels(&self) -> Labels<'_> {
        Labels { entities: &self.entities, relations: &self.relations }
    }
}

impl Model {
    /// The model's own thresholds: every entity whose type is the likeliest, and the relation threshold of its
    /// configuration.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { entity: 0.0, relation: self.config.relation_threshold }
    }

    /// The entities that the model finds, and the relations between them.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn predict(&self, encoded: &Encoded) -> Result<Prediction, AnnotateError> {
        Ok(self.predict_with(encoded, self.thresholds(), Limits::NONE)?.0)
    }

    /// As [`Model::predict`], with other thresholds than the model's own, and of each window only the likeliest entities
    /// and the likeliest relations between these; how many were omitted is counted.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn predict_with(
        &self,
        encoded: &Encoded,
        thresholds: Thresholds,
        limits: Limits,
    ) -> Result<(Prediction, Omitted), AnnotateError> {
        let (mut entities, mut entity_scores) = self.entities(encoded, thresholds.entity)?;
        let window = |entity: &LabelledSpan| encoded.window_of(entity.words);
        let omitted = keep_likeliest(&mut entities, &mut entity_scores, window, limits.entities);
        let spans: Vec<_> = entities.iter().map(|entity| entity.words).collect();
        let (mut relations, mut relation_scores) = self.relate(encoded, &spans, thresholds.relation)?;
        let omitted = Omitted {
            entities: omitted,
            relations: self.keep_likeliest_relations(
                encoded,
                &spans,
                &mut relations,
                &mut relation_scores,
                limits.relations,
            ),
        };
        Ok((Prediction { entities, entity_scores, relations, relation_scores }, omitted))
    }

    /// The entities and relations among words that are known already, as one sentence.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn predict_words<W: AsRef<str>>(&self, words: &[W]) -> Result<Prediction, AnnotateError> {
        self.predict(&self.encode(Document::from_words(words)).await?)
    }

    /// A prediction for each sentence of a document whose words are known already, with other thresholds than the model's
    /// own.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn predict_sentences<W: AsRef<str>>(
        &self,
        sentences: &[&[W]],
        thresholds: Thresholds,
    ) -> Result<Vec<Prediction>, AnnotateError> {
        let encoded = self.encode(Document::from_sentences(sentences)).await?;
        let (found, _) = self.predict_with(&encoded, thresholds, Limits::NONE)?;
        let ends = sentences.iter().scan(0, |end, sentence| {
            *end += sentence.len();
            Some((*end - sentence.len(), *end))
        });
        Ok(ends.map(|(start, end)| found.within(WordRange { start, end })).collect())
    }

    /// Keeps the likeliest relations of each window, in their order, and says how many go. `entities` are those that
    /// the relations were found between.
    ///
    /// # Panics
    ///
    /// Panics if a relation names an entity that is not there.
    pub fn keep_likeliest_relations(
        &self,
        encoded: &Encoded,
        entities: &[WordRange],
        relations: &mut Vec<LabelledPair>,
        scores: &mut Vec<f32>,
        most: usize,
    ) -> usize {
        keep_likeliest(relations, scores, |pair| encoded.window_of(entities[pair.head]), most)
    }

    /// The relations between given entities, by head, then tail, then type, and their probabilities; those below
    /// `threshold` are left out. Entities that lie in different sentences have none, nor have those without words.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn relate(
        &self,
        encoded: &Encoded,
        entities: &[WordRange],
        threshold: f32,
    ) -> Result<(Vec<LabelledPair>, Vec<f32>), AnnotateError> {
        let symmetric: Vec<_> = self.schema().relations.iter().map(|kind| kind.symmetric).collect();
        let mut found = RelationCollector::new(entities, &symmetric, threshold);
        let by_window = encoded.by_window(entities);
        for batch in &encoded.batches {
            let (spans, numbers, sentences) = spans_of(encoded, batch, entities, &by_window);
            let pairs = sentences.into_iter().flat_map(ordered_pairs);
            self.score_pairs(&batch.spaces, &spans, pairs, |pair, logits| {
                found.add(numbers[pair.head], numbers[pair.tail], logits);
            })?;
        }
        Ok(found.finish())
    }

    /// Gives the logits of each pair, one for each relation type, on the model's curve.
    pub(crate) fn score_pairs(
        &self,
        spaces: &Spaces,
        spans: &[Span],
        pairs: impl Iterator<Item = Pair>,
        mut take: impl FnMut(Pair, &[f32]),
    ) -> Result<(), AnnotateError> {
        let mut pairs = pairs.peekable();
        if pairs.peek().is_none() {
            return Ok(());
        }
        let classifier = &self.tasks.relation_classifier;
        let candidates = classifier.candidates(spaces, spans, &self.tasks.widths, Mode::Inference);
        let types = self.schema().relations.len();
        while pairs.peek().is_some() {
            let chunk: Vec<_> = pairs.by_ref().take(PAIRS_AT_A_TIME).collect();
            let logits = values(classifier.forward(&candidates, &chunk).try_into_data()?)?;
            let scaled = |logit: f32| self.config.scaling.relation.scaled(f64::from(logit)) as f32;
            let logits = calibrated(logits, scaled);
            chunk.iter().zip(logits.chunks_exact(types)).for_each(|(&pair, logits)| take(pair, logits));
        }
        Ok(())
    }

    /// The logits of each span, "none" first, then one for each entity type, at the temperature of the entities.
    pub(crate) fn score_spans(&self, spaces: &Spaces, spans: &[Span]) -> Result<Vec<f32>, AnnotateError> {
        let classifier = &self.tasks.entity_classifier;
        let logits = classifier.forward(spaces, spans, &self.tasks.widths, Mode::Inference);
        let temperature = self.config.scaling.entity;
        Ok(calibrated(values(logits.try_into_data()?)?, |logit| logit / temperature))
    }

    fn entities(&self, encoded: &Encoded, threshold: f32) -> Result<(Vec<LabelledSpan>, Vec<f32>), AnnotateError> {
        let mut found = vec![(Vec::new(), Vec::new()); encoded.windows.len()];
        for batch in &encoded.batches {
            let candidates = |window: usize| {
                let WordRange { start, end } = encoded.windows[window].words;
                candidate_spans(end - start, self.config.max_span_words)
                    .into_iter()
                    .map(move |words| WordRange { start: start + words.start, end: start + words.end })
            };
            let candidates: Vec<Vec<_>> = batch.windows.iter().map(|&window| candidates(window).collect()).collect();
            let spans = candidates.iter().enumerate().flat_map(|(sentence, candidates)| {
                candidates.iter().map(move |&words| encoded.span(batch, sentence, words))
            });
            let spans: Vec<_> = spans.collect();
            if spans.is_empty() {
                continue;
            }
            let logits = self.score_spans(&batch.spaces, &spans)?;
            let mut logits = logits.as_slice();
            let classes = logits.len() / spans.len();
            for (&window, candidates) in batch.windows.iter().zip(&candidates) {
                let (here, rest) = logits.split_at(candidates.len() * classes);
                found[window] = choose_entities(candidates, here, threshold);
                logits = rest;
            }
        }
        let (entities, scores): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        Ok((entities.concat(), scores.concat()))
    }
}

/// Logits from which scores come. Here alone is a model calibrated.
fn calibrated(mut logits: Vec<f32>, scaled: impl Fn(f32) -> f32) -> Vec<f32> {
    logits.iter_mut().for_each(|logit| *logit = scaled(*logit));
    logits
}

/// The entities in the windows of a batch, as spans of its rows: the spans, the number of each among the entities, and
/// which spans each sentence has.
pub(crate) fn spans_of(
    encoded: &Encoded,
    batch: &EncodedBatch,
    entities: &[WordRange],
    by_window: &[Vec<usize>],
) -> (Vec<Span>, Vec<usize>, Vec<Range<usize>>) {
    let (mut spans, mut numbers, mut sentences) = (Vec::new(), Vec::new(), Vec::new());
    for (sentence, &window) in batch.windows.iter().enumerate() {
        let first = spans.len();
        spans.extend(by_window[window].iter().map(|&number| encoded.span(batch, sentence, entities[number])));
        numbers.extend_from_slice(&by_window[window]);
        sentences.push(first..spans.len());
    }
    (spans, numbers, sentences)
}

/// All ordered pairs of different spans, made one by one: n spans have n² of them.
fn ordered_pairs(spans: Range<usize>) -> impl Iterator<Item = Pair> {
    let tails = spans.clone();
    spans.flat_map(move |head| tails.clone().map(move |tail| Pair { head, tail })).filter(|pair| pair.head != pair.tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(start: usize, end: usize) -> WordRange {
        WordRange { start, end }
    }

    #[test]
    fn a_sentence_of_a_document_is_counted_from_its_own_words() {
        let entity = |kind, start, end| LabelledSpan { kind, words: words(start, end) };
        let pair = |head, tail| LabelledPair { kind: 2, head, tail };
        let whole = Prediction {
            entities: vec![entity(0, 0, 2), entity(1, 4, 5), entity(0, 5, 8), entity(1, 8, 9)],
            entity_scores: vec![0.1, 0.2, 0.3, 0.4],
            relations: vec![pair(1, 2), pair(2, 1), pair(3, 3)],
            relation_scores: vec![0.5, 0.6, 0.7],
        };
        let expected = Prediction {
            entities: vec![entity(1, 1, 2), entity(0, 2, 5)],
            entity_scores: vec![0.2, 0.3],
            relations: vec![pair(0, 1), pair(1, 0)],
            relation_scores: vec![0.5, 0.6],
        };
        assert_eq!(whole.within(words(3, 8)), expected);
        assert_eq!(whole.within(words(0, 9)), whole);
        assert_eq!(whole.within(words(9, 9)), Prediction::default());
    }
}
