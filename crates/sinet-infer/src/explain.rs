//! Why the model finds something, or does not.

use sinet_model::{Pair, Span};
use sinet_text::WordRange;
use sinet_text::explanation::{
    Boundary, Explanation, PairBarrier, PairExplanation, Question, RelationDecision, RelationScore, SpanDecision,
    SpanExplanation,
};

use crate::decode::{Choice, RelationCollector, Thresholds, sigmoid};
use crate::encode::{Encoded, EncodedBatch};
use crate::error::AnnotateError;
use crate::model::Model;

impl Model {
    /// Answers a question about a text that was read with these thresholds: [`Model::predict_with`] reports what is
    /// explained as reported, and nothing else; [`Model::relate`] likewise, for the entities of the question.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    pub fn explain(
        &self,
        encoded: &Encoded,
        question: &Question,
        thresholds: Thresholds,
    ) -> Result<Explanation, AnnotateError> {
        match question {
            Question::Span { words } => self.explain_span(encoded, *words, thresholds.entity).map(Explanation::Span),
            Question::Pair { head, tail, entities } => {
                self.explain_pair(encoded, [*head, *tail], entities, thresholds.relation).map(Explanation::Pair)
            }
        }
    }

    fn explain_span(
        &self,
        encoded: &Encoded,
        words: WordRange,
        threshold: f32,
    ) -> Result<SpanExplanation, AnnotateError> {
        let without_scores = |decision| Ok(SpanExplanation { words, scores: Vec::new(), threshold, decision });
        if !encoded.has(words) {
            return without_scores(SpanDecision::Nowhere);
        }
        let Some(at) = encoded.locate(words) else {
            return without_scores(SpanDecision::Across { boundary: encoded.boundary(words) });
        };
        let most = self.config.max_span_words;
        if words.end - words.start > most {
            return without_scores(SpanDecision::TooWide { most });
        }
        let span = at.span(encoded, words);
        let logits = self.score_spans(&at.batch.spaces, &[span])?;
        let choice = Choice::of(&logits, threshold);
        let decision = match choice.class.checked_sub(1) {
            None => SpanDecision::NoEntity,
            Some(kind) if choice.is_entity => SpanDecision::Reported { kind },
            Some(kind) => SpanDecision::BelowThreshold { kind },
        };
        Ok(SpanExplanation { words, scores: softmax(&logits), threshold, decision })
    }

    fn explain_pair(
        &self,
        encoded: &Encoded,
        [head, tail]: [WordRange; 2],
        entities: &[WordRange],
        threshold: f32,
    ) -> Result<PairExplanation, AnnotateError> {
        let without_scores = |barrier| {
            let (forward, backward) = (Vec::new(), Vec::new());
            Ok(PairExplanation { head, tail, threshold, barrier: Some(barrier), forward, backward })
        };
        if !encoded.has(head) || !encoded.has(tail) {
            return without_scores(PairBarrier::Nowhere);
        }
        let both = WordRange { start: head.start.min(tail.start), end: head.end.max(tail.end) };
        let Some(at) = encoded.locate(both) else {
            return without_scores(PairBarrier::Apart { boundary: encoded.boundary(both) });
        };
        let count = |words| entities.iter().filter(|&&entity| entity == words).count();
        let barrier = match (count(head), count(tail)) {
            (0, 0) => Some(PairBarrier::NeitherIsEntity),
            (0, _) => Some(PairBarrier::HeadIsNoEntity),
            (_, 0) => Some(PairBarrier::TailIsNoEntity),
            (1, _) if head == tail => Some(PairBarrier::Same),
            _ => None,
        };
        let spans = [head, tail].map(|words| at.span(encoded, words));
        let pairs = [Pair { head: 0, tail: 1 }, Pair { head: 1, tail: 0 }];
        let mut logits = Vec::new();
        self.score_pairs(&at.batch.spaces, &spans, pairs.into_iter(), |_, of_pair| logits.extend_from_slice(of_pair))?;
        let kinds = &self.schema().relations;
        let (forward, backward) = logits.split_at(kinds.len());

        // The two alone give the same relation as among others.
        let symmetric: Vec<_> = kinds.iter().map(|kind| kind.symmetric).collect();
        let ends = [head, tail];
        let mut collector = RelationCollector::new(&ends, &symmetric, threshold);
        collector.add(0, 1, forward);
        collector.add(1, 0, backward);
        let (found, scores) = collector.finish();
        let reported = |head: usize, kind: usize| {
            let place = found.iter().position(|pair| pair.head == head && pair.kind == kind)?;
            Some(scores[place])
        };
        let decide = |head: usize, kind: usize| match (reported(head, kind), reported(1 - head, kind)) {
            _ if barrier.is_some() => RelationDecision::Barred,
            (Some(score), _) => RelationDecision::Reported { score },
            (None, Some(_)) if symmetric[kind] => RelationDecision::OtherWayRound,
            (None, _) => RelationDecision::BelowThreshold,
        };
        let direction = |head: usize, logits: &[f32]| {
            let score =
                |(kind, logit): (usize, &f32)| RelationScore { score: sigmoid(*logit), decision: decide(head, kind) };
            logits.iter().enumerate().map(score).collect()
        };
        let (forward, backward) = (direction(0, forward), direction(1, backward));
        Ok(PairExplanation { head, tail, threshold, barrier, forward, backward })
    }
}

/// A window among the batches.
struct Located<'a> {
    batch: &'a EncodedBatch,
    sentence: usize,
}

impl Located<'_> {
    fn span(&self, encoded: &Encoded, words: WordRange) -> Span {
        encoded.span(self.batch, self.sentence, words)
    }
}

impl Encoded {
    /// Whether the document has these words, and at least one.
    fn has(&self, words: WordRange) -> bool {
        words.start < words.end && words.end <= self.document.words.len()
    }

    /// The window that holds all these words, if one does.
    fn locate(&self, words: WordRange) -> Option<Located<'_>> {
        let window = self.window_of(words);
        self.windows.get(window).filter(|window| words.end <= window.words.end)?;
        self.batches.iter().find_map(|batch| {
            let sentence = batch.windows.iter().position(|&own| own == window)?;
            Some(Located { batch, sentence })
        })
    }

    /// The kind of boundary between words that no single window holds.
    fn boundary(&self, words: WordRange) -> Boundary {
        let is_in = |sentence: &WordRange| sentence.start <= words.start && words.end <= sentence.end;
        if self.document.sentences.iter().any(is_in) { Boundary::Windows } else { Boundary::Sentences }
    }
}

/// The probabilities of exclusive classes.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let best = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f32> = logits.iter().map(|logit| (logit - best).exp()).collect();
    let sum: f32 = shares.iter().sum();
    shares.iter().map(|share| share / sum).collect()
}
