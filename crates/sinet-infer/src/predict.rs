//! Entities and relations of an encoded document.

use sinet_model::Pair;
use sinet_text::{LabelledPair, LabelledSpan, WordRange};

use crate::annotate::AnnotateError;
use crate::encoded::{Encoded, values};
use crate::model::Model;
use crate::prediction::{
    LeftOut, Most, Prediction, RelationCollector, Thresholds, candidate_spans, choose_entities, keep_likeliest,
};

/// Pairs that are scored at a time. It bounds the memory where a window has very many entities.
const PAIRS_AT_A_TIME: usize = 4096;

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
        self.predict_from(encoded, self.thresholds())
    }

    /// As [`Model::predict`], with other thresholds than the model's own.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn predict_from(&self, encoded: &Encoded, thresholds: Thresholds) -> Result<Prediction, AnnotateError> {
        Ok(self.predict_likeliest(encoded, thresholds, Most::ALL)?.0)
    }

    /// As [`Model::predict_from`], but of each window only the likeliest entities, and of the relations between these
    /// only the likeliest, and how many were left out.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn predict_likeliest(
        &self,
        encoded: &Encoded,
        thresholds: Thresholds,
        most: Most,
    ) -> Result<(Prediction, LeftOut), AnnotateError> {
        let (mut entities, mut entity_scores) = self.entities(encoded, thresholds.entity)?;
        let window = |entity: &LabelledSpan| encoded.window_of(entity.words);
        let left_out = keep_likeliest(&mut entities, &mut entity_scores, window, most.entities);
        let spans: Vec<_> = entities.iter().map(|entity| entity.words).collect();
        let (mut relations, mut relation_scores) = self.relate(encoded, &spans, thresholds.relation)?;
        let left_out = LeftOut {
            entities: left_out,
            relations: self.keep_likeliest_relations(
                encoded,
                &spans,
                &mut relations,
                &mut relation_scores,
                most.relations,
            ),
        };
        Ok((Prediction { entities, entity_scores, relations, relation_scores }, left_out))
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
        for batch in &encoded.batches {
            let mut spans = Vec::new();
            // Which entity each span is, and all ordered pairs of spans in one sentence.
            let (mut numbers, mut pairs) = (Vec::new(), Vec::new());
            for (sentence, &window) in batch.windows.iter().enumerate() {
                let first = spans.len();
                let window = encoded.windows[window].words;
                let inside = |words: &WordRange| {
                    window.start <= words.start && words.start < words.end && words.end <= window.end
                };
                for (number, words) in entities.iter().enumerate().filter(|(_, words)| inside(words)) {
                    spans.push(encoded.span(batch, sentence, *words));
                    numbers.push(number);
                }
                let here = first..spans.len();
                pairs.extend(here.clone().flat_map(|head| here.clone().map(move |tail| Pair { head, tail })));
            }
            pairs.retain(|pair| pair.head != pair.tail);
            for pairs in pairs.chunks(PAIRS_AT_A_TIME) {
                let logits = values(self.heads.relation_logits(&batch.spaces, &spans, pairs).try_into_data()?)?;
                for (pair, row) in pairs.iter().zip(logits.chunks_exact(symmetric.len())) {
                    found.add(numbers[pair.head], numbers[pair.tail], row);
                }
            }
        }
        Ok(found.finish())
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
            let logits = values(self.heads.entity_logits(&batch.spaces, &spans).try_into_data()?)?;
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
