//! From scores to entities and relations.

use std::collections::BTreeMap;

use sinet_text::{LabelledPair, LabelledSpan, WordRange};

/// Every span of 1 to `max_width` out of `words` words, by first word, then last word.
pub fn candidate_spans(words: usize, max_width: usize) -> Vec<WordRange> {
    (0..words)
        .flat_map(|start| {
            let longest = words.min(start.saturating_add(max_width));
            (start + 1..=longest).map(move |end| WordRange { start, end })
        })
        .collect()
}

/// The lowest probabilities of what is reported, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Of an entity, whose type must also be likelier than every other and than none.
    pub entity: f32,
    /// Of a relation.
    pub relation: f32,
}

/// The most that is reported of each window. A threshold near 0, or a network without one of its parts, may find
/// thousands of relations in a sentence, which nobody can look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entities of a window.
    pub entities: usize,
    /// Relations of a window.
    pub relations: usize,
}

impl Limits {
    /// Everything is reported.
    pub const NONE: Self = Self { entities: usize::MAX, relations: usize::MAX };
}

/// Numbers of entities, and of relations between those that stayed, that were found beyond the [`Limits`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Omitted {
    /// Entities.
    pub entities: usize,
    /// Relations.
    pub relations: usize,
}

/// Keeps the `most` likeliest items of each window, in their order, and says how many go. Of equal scores the first
/// stay.
pub(crate) fn keep_likeliest<T>(
    items: &mut Vec<T>,
    scores: &mut Vec<f32>,
    window: impl Fn(&T) -> usize,
    most: usize,
) -> usize {
    let before = items.len();
    if before <= most {
        return 0;
    }
    let mut order: Vec<usize> = (0..before).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut kept = BTreeMap::<usize, usize>::new();
    let mut stays = vec![false; before];
    for item in order {
        let kept = kept.entry(window(&items[item])).or_default();
        stays[item] = *kept < most;
        *kept += 1;
    }
    let mut stay = stays.iter();
    items.retain(|_| *stay.next().expect("one an item"));
    let mut stay = stays.iter();
    scores.retain(|_| *stay.next().expect("one a score"));
    before - items.len()
}

/// The decision on one span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Choice {
    /// The best class; 0 is "none".
    pub class: usize,
    /// Its softmax probability.
    pub score: f32,
    /// Whether the span is an entity of that class.
    pub is_entity: bool,
}

impl Choice {
    /// `logits` holds class 0, then the schema's entity types; an entity is kept from probability `threshold` on.
    pub(crate) fn of(logits: &[f32], threshold: f32) -> Self {
        let (class, best) = best_class(logits);
        let score = 1.0 / logits.iter().map(|logit| (logit - best).exp()).sum::<f32>();
        Self { class, score, is_entity: class > 0 && score >= threshold }
    }
}

/// The spans that are entities, and the probabilities of their types.
///
/// `logits` holds one row for each span, as [`Choice::of`] reads it.
pub(crate) fn choose_entities(spans: &[WordRange], logits: &[f32], threshold: f32) -> (Vec<LabelledSpan>, Vec<f32>) {
    let classes = logits.len() / spans.len().max(1);
    let choose = |(&words, row): (&WordRange, &[f32])| {
        let Choice { class, score, is_entity } = Choice::of(row, threshold);
        is_entity.then(|| (LabelledSpan { words, kind: class - 1 }, score))
    };
    spans.iter().zip(logits.chunks_exact(classes.max(1))).filter_map(choose).unzip()
}

/// The relations of a sentence, gathered pair by pair.
///
/// A type without direction is written from the entity that starts first, and once: of its two directions the
/// better score stays.
pub(crate) struct RelationCollector<'a> {
    entities: &'a [WordRange],
    symmetric: &'a [bool],
    threshold: f32,
    found: BTreeMap<(usize, usize, usize), f32>,
}

impl<'a> RelationCollector<'a> {
    /// Nothing found yet. `symmetric` has one flag for each relation type of the schema; a type is kept from
    /// probability `threshold` on.
    pub(crate) fn new(entities: &'a [WordRange], symmetric: &'a [bool], threshold: f32) -> Self {
        Self { entities, symmetric, threshold, found: BTreeMap::new() }
    }

    /// Adds the relations of one ordered pair, by one logit for each relation type.
    pub(crate) fn add(&mut self, head: usize, tail: usize, logits: &[f32]) {
        let starts = |entity: usize| self.entities[entity].start;
        for (kind, logit) in logits.iter().enumerate() {
            let score = sigmoid(*logit);
            if score >= self.threshold {
                let swap = self.symmetric[kind] && starts(tail) < starts(head);
                let (head, tail) = if swap { (tail, head) } else { (head, tail) };
                let best = self.found.entry((head, tail, kind)).or_insert(score);
                *best = best.max(score);
            }
        }
    }

    /// Everything found, in order, and the probabilities.
    pub(crate) fn finish(self) -> (Vec<LabelledPair>, Vec<f32>) {
        let relation = |((head, tail, kind), score)| (LabelledPair { head, tail, kind }, score);
        self.found.into_iter().map(relation).unzip()
    }
}

/// The probability of a relation type.
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The first largest logit and its class; class 0 where nothing is larger, as with numbers that are not.
fn best_class(row: &[f32]) -> (usize, f32) {
    let mut best = (0, row[0]);
    for (class, &logit) in row.iter().enumerate().skip(1) {
        if logit > best.1 {
            best = (class, logit);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(start: usize, end: usize) -> WordRange {
        WordRange { start, end }
    }

    fn relations(entities: &[WordRange], symmetric: bool, logits: &[(usize, usize, f32)]) -> Vec<(usize, usize, f32)> {
        let symmetric = [symmetric];
        let mut collector = RelationCollector::new(entities, &symmetric, 0.5);
        for &(head, tail, logit) in logits {
            collector.add(head, tail, &[logit]);
        }
        let round = |score: f32| (score * 100.0).round() / 100.0;
        let (pairs, scores) = collector.finish();
        pairs.iter().zip(scores).map(|(pair, score)| (pair.head, pair.tail, round(score))).collect()
    }

    #[test]
    fn candidates_are_all_short_spans() {
        assert_eq!(candidate_spans(0, 8), []);
        assert_eq!(candidate_spans(3, 2), [words(0, 1), words(0, 2), words(1, 2), words(1, 3), words(2, 3)]);
        assert_eq!(candidate_spans(3, usize::MAX).len(), 6);
        // n spans of each width up to 8, less those that stick out.
        assert_eq!(candidate_spans(100, 8).len(), 100 * 8 - 28);
    }

    #[test]
    fn the_best_class_wins_unless_it_is_none() {
        let spans = [words(0, 1), words(0, 2), words(1, 2)];
        let logits = [2.0, 1.0, 0.0, 0.0, 0.0, 2f32.ln(), 0.0, 3f32.ln(), 0.0];
        let (found, scores) = choose_entities(&spans, &logits, 0.0);
        let expected = [(words(0, 2), 1), (words(1, 2), 0)];
        assert_eq!(found, expected.map(|(words, kind)| LabelledSpan { words, kind }));
        assert!((scores[0] - 0.5).abs() < 1e-6 && (scores[1] - 0.6).abs() < 1e-6, "{scores:?}");
    }

    #[test]
    fn the_likeliest_of_each_window_stay_in_their_order() {
        let mut items = vec![('a', 0), ('b', 0), ('c', 1), ('d', 0), ('e', 1)];
        let mut scores = vec![0.5, 0.25, 0.125, 0.5, 0.75];
        let mut check = |most, expected: &str, gone| {
            let left_out = keep_likeliest(&mut items, &mut scores, |item| item.1, most);
            assert_eq!(items.iter().map(|item| item.0).collect::<String>(), expected);
            assert_eq!((left_out, scores.len()), (gone, items.len()));
        };
        check(usize::MAX, "abcde", 0);
        check(2, "acde", 1);
        check(1, "ae", 2);
        check(0, "", 2);
    }

    #[test]
    fn entities_are_kept_from_the_threshold_on() {
        let choice = |threshold| Choice::of(&[0.0, 2f32.ln(), 0.0], threshold);
        assert!(choice(0.4).is_entity && !choice(0.6).is_entity);
        assert!(choice(choice(0.0).score).is_entity);
        assert_eq!(choice(0.6).class, 1, "the best class is told all the same");
    }

    #[test]
    fn a_tie_or_no_number_is_no_entity() {
        let nothing = (vec![], vec![]);
        assert_eq!(choose_entities(&[words(0, 1)], &[1.0, 1.0], 0.0), nothing);
        assert_eq!(choose_entities(&[words(0, 1)], &[f32::NAN, f32::NAN], 0.0), nothing);
        assert_eq!(choose_entities(&[], &[], 0.0), nothing);
    }

    #[test]
    fn relations_are_kept_from_the_threshold_on() {
        let entities = [words(0, 1), words(2, 3)];
        let logits = [(0, 1, 0.0), (1, 0, -0.01)];
        assert_eq!(relations(&entities, false, &logits), [(0, 1, 0.5)]);
    }

    #[test]
    fn both_directions_of_a_directed_type_stay() {
        let entities = [words(0, 1), words(2, 3)];
        let logits = [(1, 0, 9.0), (0, 1, 0.0)];
        assert_eq!(relations(&entities, false, &logits), [(0, 1, 0.5), (1, 0, 1.0)]);
    }

    #[test]
    fn a_symmetric_type_runs_in_text_order_with_its_better_score() {
        let entities = [words(0, 1), words(2, 3)];
        assert_eq!(relations(&entities, true, &[(1, 0, 9.0), (0, 1, 0.0)]), [(0, 1, 1.0)]);
        assert_eq!(relations(&entities, true, &[(0, 1, 9.0), (1, 0, 0.0)]), [(0, 1, 1.0)]);
        assert_eq!(relations(&entities, true, &[(1, 0, 0.0)]), [(0, 1, 0.5)]);
    }

    #[test]
    fn entities_that_start_together_keep_both_directions() {
        // As in the reference: only a tail that starts earlier is swapped.
        let entities = [words(0, 1), words(0, 2)];
        assert_eq!(relations(&entities, true, &[(0, 1, 0.0), (1, 0, 0.0)]), [(0, 1, 0.5), (1, 0, 0.5)]);
    }
}
