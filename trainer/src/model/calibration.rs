//! How often a model's scores are right, and the scaling that mends them: temperatures for entities (Guo et al., 2017, *On Calibration
//! of Modern Neural Networks*), a curve for relations (Kull et al., 2017, *Beta calibration*).

use std::collections::HashSet;
use std::fmt::Write;

use burn::tensor::read_sync;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use sinet_formats::{Dataset, Example};
use sinet_infer::{AnnotateError, BetaScaling, Model, Prediction, Scaling, candidate_spans};
use sinet_text::{Document, LabelledPair, LabelledSpan, Schema, WordRange};

use crate::Error;
use crate::files::sha256;

/// Bins of equal width that a reliability diagram has, as in the paper.
const BINS: usize = 15;
/// How often labels are drawn to say what error chance alone leaves.
const DRAWS: usize = 200;

/// A reliability diagram as numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// Number of scored labels.
    pub labels: usize,
    /// The expected calibration error (eq. 3): the mean distance of a bin's scores from its share of right labels, in percent.
    pub ece: f64,
    /// The mean error, in percent, of as many labels with these scores that are right exactly as often as the scores say: with few
    /// labels in a bin, chance alone leaves one.
    pub by_chance: f64,
    /// The bins that hold a label, by score.
    pub bins: Vec<Bin>,
}

/// The labels whose scores lie in one bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// The least score of the bin, 0 to 1.
    pub from: f64,
    /// Number of its labels.
    pub labels: usize,
    /// Their mean score, 0 to 1.
    pub score: f64,
    /// The share of them that is right, 0 to 1.
    pub right: f64,
}

impl Reliability {
    /// The diagram of labels by their scores, 0 to 1, and whether they are right.
    pub fn of(labels: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let labels: Vec<_> = labels.into_iter().collect();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut drawn = || {
            let labels = labels.iter().map(|&(score, _)| (score, random.random::<f64>() < score));
            error(&bins(labels))
        };
        let by_chance = (0..DRAWS).map(|_| drawn()).sum::<f64>() / DRAWS as f64;
        let bins = bins(labels.iter().copied());
        Self { labels: labels.len(), ece: error(&bins), by_chance, bins }
    }
}

/// The bins that hold a label, by score.
fn bins(labels: impl Iterator<Item = (f64, bool)>) -> Vec<Bin> {
    let mut sums = [(0usize, 0.0, 0usize); BINS];
    for (score, right) in labels {
        let bin = &mut sums[((score * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + score, bin.2 + usize::from(right));
    }
    let bins = sums.iter().enumerate().filter(|(_, (labels, ..))| *labels > 0).map(|(bin, &(labels, score, right))| {
        let mean = |sum: f64| sum / labels as f64;
        Bin { from: bin as f64 / BINS as f64, labels, score: mean(score), right: mean(right as f64) }
    });
    bins.collect()
}

/// The expected calibration error (eq. 3), in percent; 0 without labels.
fn error(bins: &[Bin]) -> f64 {
    let labels: usize = bins.iter().map(|bin| bin.labels).sum();
    let distance: f64 = bins.iter().map(|bin| bin.labels as f64 * (bin.score - bin.right).abs()).sum();
    if labels == 0 { 0.0 } else { 100.0 * distance / labels as f64 }
}

/// The diagrams of both tasks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Diagrams {
    /// Of entities; right is one with the labelled words and type.
    pub entities: Reliability,
    /// Of relations; right is one with the labelled type, and the labelled words and types of both ends.
    pub relations: Reliability,
}

impl Diagrams {
    /// Those of the labels that a model reports, one prediction for each sentence. Symmetric relations are put in text order.
    pub fn of_reported(schema: &Schema, dataset: &Dataset, predictions: &[Prediction]) -> Self {
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for (example, found) in dataset.sentences.iter().zip(predictions) {
            let gold: HashSet<_> = example.entities.iter().copied().collect();
            let scored = found.entities.iter().zip(&found.entity_scores);
            entities.extend(scored.map(|(entity, &score)| (f64::from(score), gold.contains(entity))));
            let gold: HashSet<_> =
                example.relations.iter().map(|pair| triple(schema, &example.entities, pair)).collect();
            let scored = found.relations.iter().zip(&found.relation_scores);
            let right = |pair| gold.contains(&triple(schema, &found.entities, pair));
            relations.extend(scored.map(|(pair, &score)| (f64::from(score), right(pair))));
        }
        Self { entities: Reliability::of(entities), relations: Reliability::of(relations) }
    }

    /// In a line for people.
    pub fn line(&self) -> String {
        let Self { entities: e, relations: r } = self;
        format!(
            "expected calibration error of what is reported: entities {:.2} % ({}; {:.2} % by chance), relations {:.2} % ({}; {:.2} % by chance)",
            e.ece, e.labels, e.by_chance, r.ece, r.labels, r.by_chance
        )
    }
}

/// A relation with both ends, in text order if it is symmetric.
fn triple(schema: &Schema, entities: &[LabelledSpan], pair: &LabelledPair) -> (usize, LabelledSpan, LabelledSpan) {
    let (head, tail) = (entities[pair.head], entities[pair.tail]);
    let swap = schema.relations[pair.kind].symmetric && tail.words.start < head.words.start;
    if swap { (pair.kind, tail, head) } else { (pair.kind, head, tail) }
}

/// The scaling of a model's scores, fitted on half of some labelled sentences, and what they do to the scores on the other half.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The name of the model.
    pub model: String,
    /// The scaling with the least negative log-likelihood of the labels.
    pub scaling: Scaling,
    /// Number of sentences that they were fitted on.
    pub fitted_on: usize,
    /// Number of the others, on which all diagrams are.
    pub held_out: usize,
    /// What is reported, without scaling.
    pub before: Diagrams,
    /// What is reported, with the fitted scaling.
    pub after: Diagrams,
    /// Whatever was scored, without scaling: the likeliest class of every span, and every type of every pair of found
    /// entities.
    pub before_all: Diagrams,
    /// The same with the fitted scaling.
    pub after_all: Diagrams,
}

/// Fits the scaling of scores on half of the documents. A document's half follows from the hash of its words, so that it is the same
/// whatever else is in the file.
///
/// The temperature of entities is fitted on the spans that the model reports: nearly all others are surely none, and would decide alone.
/// The curve of relations, which has a slope of its own for these, is fitted on all types of all pairs of found entities.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read a sentence.
pub fn calibrate(model: &Model, dataset: &Dataset) -> Result<Calibration, Error> {
    let documents: Vec<_> = dataset.documents().collect();
    let observed =
        documents.par_iter().map(|document| Ok((is_fitted_on(document), document.len(), observe(model, document)?)));
    let observed = observed.collect::<Result<Vec<_>, AnnotateError>>()?;
    let half = |fitted: bool| {
        let of_half = || observed.iter().filter(move |(is_fitted, ..)| *is_fitted == fitted);
        let sentences: usize = of_half().map(|(_, sentences, _)| sentences).sum();
        (sentences, Observed::joined(of_half().map(|(.., observed)| observed)))
    };
    let [(fitted_on, fit), (held_out, rest)] = [half(true), half(false)];
    let config = model.config();
    let raw = config.with_scaling(Scaling::default());
    let threshold = logit(f64::from(raw.relation_threshold));
    let entity =
        best_temperature(|t| fit.spans.iter().filter(|span| span.class() > 0).map(|span| span.surprise(t)).sum());
    let scaling = Scaling { entity, relation: best_curve(&fit.pairs) };
    let [(before, before_all), (after, after_all)] = [Scaling::default(), scaling].map(|scaling| {
        (
            rest.diagrams(scaling, |span| span.class() > 0, |pair| pair.logit >= threshold),
            rest.diagrams(scaling, |_| true, |_| true),
        )
    });
    let model = model.name().to_owned();
    Ok(Calibration { model, scaling, fitted_on, held_out, before, after, before_all, after_all })
}

/// Whether a document is of the half that is fitted on.
fn is_fitted_on(document: &[Example]) -> bool {
    let words: Vec<_> = document.iter().flat_map(|example| &example.tokens).map(String::as_str).collect();
    sha256(words.join(" ").as_bytes()).as_bytes()[0].is_multiple_of(2)
}

/// The network's logits for labelled text, without scaling.
#[derive(Debug, Default)]
struct Observed {
    spans: Vec<Span>,
    pairs: Vec<Pair>,
}

/// A span: the logit of each class, and the class that it is labelled with, 0 for none.
#[derive(Debug, Clone)]
struct Span {
    logits: Vec<f64>,
    gold: usize,
}

/// A relation type of a pair.
#[derive(Debug, Clone, Copy)]
struct Pair {
    logit: f64,
    is_labelled: bool,
}

impl Span {
    /// The likeliest class, the first of equal ones.
    fn class(&self) -> usize {
        (0..self.logits.len()).rev().max_by(|&a, &b| self.logits[a].total_cmp(&self.logits[b])).unwrap_or(0)
    }

    /// -ln softmax(logits / t) of a class.
    fn minus_log(&self, class: usize, t: f64) -> f64 {
        let best = self.logits[self.class()];
        let sum: f64 = self.logits.iter().map(|logit| ((logit - best) / t).exp()).sum();
        sum.ln() - (self.logits[class] - best) / t
    }

    fn surprise(&self, t: f64) -> f64 {
        self.minus_log(self.gold, t)
    }
}

impl Observed {
    fn joined<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.spans.extend_from_slice(&part.spans);
            all.pairs.extend_from_slice(&part.pairs);
        }
        all
    }

    fn diagrams(&self, at: Scaling, span: impl Fn(&Span) -> bool, pair: impl Fn(&Pair) -> bool) -> Diagrams {
        let entities = self.spans.iter().filter(|one| span(one)).map(|span| {
            let class = span.class();
            ((-span.minus_log(class, f64::from(at.entity))).exp(), class == span.gold)
        });
        let relations = self.pairs.iter().filter(|one| pair(one));
        let relations = relations.map(|pair| (1.0 / (1.0 + (-at.relation.scaled(pair.logit)).exp()), pair.is_labelled));
        Diagrams { entities: Reliability::of(entities), relations: Reliability::of(relations) }
    }
}

fn observe(model: &Model, document: &[Example]) -> Result<Observed, AnnotateError> {
    let words: Vec<_> = document.iter().map(|example| example.tokens.as_slice()).collect();
    let encoded = read_sync(model.encode(Document::from_sentences(&words)))?;
    let scaling = model.config().scaling;
    let schema = model.schema();
    let (classes, types) = (schema.entities.len() + 1, schema.relations.len());
    let mut observed = Observed::default();
    let mut start = 0;
    for example in document {
        let sentence = WordRange { start, end: start + example.tokens.len() };
        start = sentence.end;
        if !encoded.holds(sentence) {
            continue;
        }
        let in_document =
            |words: WordRange| WordRange { start: sentence.start + words.start, end: sentence.start + words.end };
        let spans = candidate_spans(example.tokens.len(), model.config().max_span_words);
        let asked: Vec<_> = spans.iter().map(|&words| in_document(words)).collect();
        let logits = model.logits(&encoded, &asked, &[])?.spans;
        let logits: Vec<_> = logits.iter().map(|logit| f64::from(logit * scaling.entity)).collect();
        let mut found = Vec::new();
        for (&words, logits) in spans.iter().zip(logits.chunks_exact(classes)) {
            let gold = example.entities.iter().find(|entity| entity.words == words).map_or(0, |entity| entity.kind + 1);
            let span = Span { logits: logits.to_vec(), gold };
            if let Some(kind) = span.class().checked_sub(1) {
                found.push(LabelledSpan { kind, words });
            }
            observed.spans.push(span);
        }

        let n = found.len();
        let pairs: Vec<_> = (0..n * n).map(|pair| (pair / n, pair % n)).filter(|(head, tail)| head != tail).collect();
        let ends: Vec<_> = found.iter().map(|entity| in_document(entity.words)).collect();
        let logits = model.logits(&encoded, &ends, &pairs)?.pairs;
        let logits: Vec<_> = logits.iter().map(|&logit| scaling.relation.unscaled(f64::from(logit))).collect();
        let gold: HashSet<_> = example.relations.iter().map(|pair| triple(schema, &example.entities, pair)).collect();
        let logit = |head: usize, tail: usize, kind: usize| {
            let place = head * (n - 1) + tail - usize::from(tail > head);
            logits[place * types + kind]
        };
        for &(head, tail) in &pairs {
            for (kind, of_kind) in schema.relations.iter().enumerate() {
                let pair = LabelledPair { kind, head, tail };
                let is_labelled = gold.contains(&triple(schema, &found, &pair));
                // Of both directions of a symmetric type the better one is reported, and one of them is observed.
                if !of_kind.symmetric {
                    observed.pairs.push(Pair { logit: logit(head, tail, kind), is_labelled });
                } else if head < tail {
                    let logit = logit(head, tail, kind).max(logit(tail, head, kind));
                    observed.pairs.push(Pair { logit, is_labelled });
                }
            }
        }
    }
    Ok(observed)
}

/// The curve on which relations are as often labelled as their scores say: that with the least negative log-likelihood, which is
/// convex in its three numbers, by one of them at a time.
///
/// Instead of 1 and 0 the labels count as (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2), as Platt has it (1999, *Probabilistic Outputs for
/// Support Vector Machines*): few labels cannot make a score certain. What no pair says stays as it was.
fn best_curve(pairs: &[Pair]) -> BetaScaling {
    let labelled = pairs.iter().filter(|pair| pair.is_labelled).count() as f64;
    let others = pairs.len() as f64 - labelled;
    let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
    let of_pair = |pair: &Pair| {
        let share = if pair.is_labelled { (labelled + 1.0) / (labelled + 2.0) } else { 1.0 / (others + 2.0) };
        (softplus(-pair.logit), softplus(pair.logit), share)
    };
    let pairs: Vec<_> = pairs.iter().map(of_pair).collect();
    let surprise = |[below, above, offset]: [f64; 3]| {
        let of_pair = |&(unlikely, likely, share): &(f64, f64, f64)| {
            let z = above * likely - below * unlikely + offset;
            share * softplus(-z) + (1.0 - share) * softplus(z)
        };
        let moved = (below - 1.0).powi(2) + (above - 1.0).powi(2) + offset.powi(2);
        pairs.iter().map(of_pair).sum::<f64>() + STAY * moved
    };
    let bounds = [Scaling::BOUNDS, Scaling::BOUNDS, Scaling::OFFSETS].map(|bounds| bounds.map(f64::from));
    let mut curve = [1.0, 1.0, 0.0];
    for _ in 0..ROUNDS {
        let before = curve;
        for place in 0..curve.len() {
            // A step at a time, since a search costs the more, the further it looks.
            let [least, most] = bounds[place];
            let near = [least.max(curve[place] - 1.0), most.min(curve[place] + 1.0)];
            curve[place] = valley(near, |value| {
                let mut tried = curve;
                tried[place] = value;
                surprise(tried)
            });
        }
        if before.iter().zip(&curve).all(|(before, after)| (before - after).abs() < 1e-5) {
            break;
        }
    }
    let [below, above, offset] = curve.map(|value| value as f32);
    BetaScaling { below, above, offset }
}

/// What it costs to move a number of the curve by 1: as much as a hundredth of a pair that was taken for sure.
const STAY: f64 = 0.01;

/// Most rounds of the search for a curve.
const ROUNDS: usize = 300;

/// The temperature at which `surprise` is least, by its logarithm: a negative log-likelihood is convex in 1/T, and so has one valley.
/// 1 where nothing was observed.
fn best_temperature(surprise: impl Fn(f64) -> f64) -> f32 {
    if surprise(1.0) == 0.0 {
        return 1.0;
    }
    let [least, most] = Scaling::BOUNDS.map(f64::from);
    valley([least.ln(), most.ln()], |t| surprise(t.exp())).exp().clamp(least, most) as f32
}

/// The place of the only valley of a function, by golden-section search.
fn valley([mut low, mut high]: [f64; 2], height: impl Fn(f64) -> f64) -> f64 {
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    while high - low > 1e-7 {
        let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
        if height(left) < height(right) {
            high = right;
        } else {
            low = left;
        }
    }
    (low + high) / 2.0
}

fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

impl Calibration {
    /// For people.
    pub fn table(&self) -> String {
        let Self { model, scaling, fitted_on, held_out, .. } = self;
        let BetaScaling { below, above, offset } = scaling.relation;
        let mut table = format!(
            "{model}: temperature {:.3} for entities; slopes {below:.3} below and {above:.3} above, offset {offset:.3} for relations; \
             fitted on {fitted_on} sentences.\n\
             Expected calibration error in percent on the other {held_out}, {BINS} bins:\n\n\
             {:<34}{:>8}{:>12}{:>8}{:>11}\n",
            scaling.entity, "", "labels", "before", "after", "by chance"
        );
        let rows = [
            ("entities that are reported", &self.before.entities, &self.after.entities),
            ("relations that are reported", &self.before.relations, &self.after.relations),
            ("every span, its likeliest class", &self.before_all.entities, &self.after_all.entities),
            ("every type of every pair", &self.before_all.relations, &self.after_all.relations),
        ];
        // Writing to a String cannot fail.
        for (name, before, after) in rows {
            let _ = writeln!(
                table,
                "{name:<34}{:>8}{:>12.2}{:>8.2}{:>11.2}",
                after.labels, before.ece, after.ece, after.by_chance
            );
        }
        for (name, of) in [("entities", &self.after.entities), ("relations", &self.after.relations)] {
            let _ = writeln!(table, "\n{name:<12} from  labels   score   right");
            for bin in &of.bins {
                let _ = writeln!(table, "{:>17.2}{:>8}{:>8.3}{:>8.3}", bin.from, bin.labels, bin.score, bin.right);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_as_written_out() {
        // Scores of 0.9, half of them right, and one of 0.05 that is wrong: (4 · 0.4 + 1 · 0.05) / 5.
        let labels = [(0.9, true), (0.9, false), (0.9, true), (0.9, false), (0.05, false)];
        let found = Reliability::of(labels);
        assert!((found.ece - 33.0).abs() < 1e-9, "{found:?}");
        assert_eq!(found.bins.iter().map(|bin| bin.labels).collect::<Vec<_>>(), [1, 4]);
        assert!((found.bins[1].from - 13.0 / 15.0).abs() < 1e-9 && (found.bins[1].right - 0.5).abs() < 1e-9);
        assert_eq!(Reliability::of([(1.0, true), (0.0, false)]).ece, 0.0);
        assert_eq!(Reliability::of([]), Reliability { labels: 0, ece: 0.0, by_chance: 0.0, bins: Vec::new() });
        // One label of score 1/2 is always half off; many are not.
        assert!((Reliability::of([(0.5, true)]).by_chance - 50.0).abs() < 1e-9);
        let many = Reliability::of((0..10_000).map(|label| (0.5, label % 2 == 0)));
        assert!(many.ece == 0.0 && (0.1..1.0).contains(&many.by_chance), "{many:?}");
    }

    #[test]
    fn a_curve_and_a_temperature_are_found_again() {
        let curve = BetaScaling { below: 0.8, above: 0.4, offset: -0.75 };
        let pairs = [-3.0, -2.0, -1.0, 0.5, 2.0, 4.0].into_iter().flat_map(|logit: f64| {
            let labelled = (2e3 / (1.0 + (-curve.scaled(logit)).exp())).round() as usize;
            (0..2_000).map(move |i| Pair { logit, is_labelled: i < labelled })
        });
        let found = best_curve(&pairs.collect::<Vec<_>>());
        let close = |found: f32, wanted: f32| (found - wanted).abs() < 2e-2;
        let is_found = [(found.below, 0.8), (found.above, 0.4), (found.offset, -0.75)];
        assert!(is_found.iter().all(|&(found, wanted)| close(found, wanted)), "{found:?}");
        // Where nothing was seen, nothing changes, and a single label makes nothing certain.
        let none = best_curve(&[]);
        assert!(close(none.below, 1.0) && close(none.above, 1.0) && close(none.offset, 0.0), "{none:?}");
        let one = best_curve(&[Pair { logit: 1.0, is_labelled: true }]).scaled(1.0);
        assert!((0.69..1.0).contains(&one), "{one}");
        // Of spans with logits (ln 4, 0), half are of the first class: the more so, the higher the temperature.
        let spans = [0, 1].map(|gold| Span { logits: vec![4f64.ln(), 0.0], gold });
        let found = best_temperature(|t| spans.iter().map(|span| span.surprise(t)).sum());
        assert!(found > 19.9, "{found}");
        assert_eq!(best_temperature(|_| 0.0), 1.0);
    }

    #[test]
    fn surprises_are_as_written_out() {
        let span = Span { logits: vec![0.0, 9f64.ln(), f64::from(f32::MIN)], gold: 0 };
        // At a temperature of 2 the likelihoods are 1 : 3.
        assert!((span.surprise(2.0) - 4f64.ln()).abs() < 1e-9 && span.class() == 1);
    }

    #[test]
    fn half_of_the_documents_is_fitted_on_whatever_else_there_is() {
        let example = |number: usize| Example {
            tokens: vec!["sentence".to_owned(), number.to_string()],
            entities: Vec::new(),
            relations: Vec::new(),
            document_id: String::new(),
            document: number,
            sentence: 0,
        };
        let fitted = (0..1000).filter(|&number| is_fitted_on(&[example(number)])).count();
        assert!((450..550).contains(&fitted), "{fitted}");
        assert_eq!(is_fitted_on(&[example(7)]), is_fitted_on(&[Example { document: 8, ..example(7) }]));
    }
}
