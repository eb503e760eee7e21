//! A comparison of two models: the better one may only have been luckier with the sentences.
//!
//! The paper marks in its table 2 what is significant "under the bootstrap paired t-test" and names no source. This is the
//! paired bootstrap of Koehn (2004) with the two-sided p-value of Berg-Kirkpatrick et al. (2012, algorithm 1), after Efron
//! and Tibshirani (1993, chapter 16). With n sentences, for b = 1 to B:
//!
//! - draw n sentences with replacement, the same for both models; d_b is the difference of their micro F1 on these;
//! - the 95 % interval of the difference reaches from the 2.5th to the 97.5th percentile of all d_b;
//! - p = (1 + the number of b with |d_b - d| >= |d|) / (1 + B), where d is the difference on all sentences: how often chance
//!   alone, whose mean is shifted to no difference, makes one as large.

use std::fmt::Write;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use sinet_infer::Model;
use sinet_text::{Counts, Dataset, Scorer, SymmetricRule};

use crate::Error;
use crate::model::evaluate::{TASKS, predict};

/// How often sentences are drawn.
pub const RESAMPLES: usize = 10_000;

/// Two models on the same sentences.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelComparison {
    /// Their names.
    pub models: [String; 2],
    /// The number of sentences that both have read.
    pub sentences: usize,
    /// How often sentences were drawn.
    pub resamples: usize,
    /// The seed of the random numbers.
    pub seed: u64,
    /// How relations of symmetric types were compared.
    pub symmetric_rule: SymmetricRule,
    /// Entities, relations by boundaries, strict relations.
    pub tasks: Vec<Task>,
}

/// One task of a [`ModelComparison`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Task {
    /// The name of the task.
    pub task: &'static str,
    /// Micro F1 of both models, in percent.
    pub f1: [f64; 2],
    /// The difference of the second from the first.
    #[serde(flatten)]
    pub difference: F1Difference,
}

/// The distance of two models.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct F1Difference {
    /// F1 of the second less F1 of the first, in points.
    pub difference: f64,
    /// The bounds between which the difference lies with 95 %.
    pub interval: [f64; 2],
    /// How often chance makes a difference as large in either direction, 0 to 1.
    pub p: f64,
}

/// The name of a model, the model, and the sentences with the types that it knows.
pub type Contestant<'a> = (&'a str, &'a Model, &'a Dataset);

/// Compares two models on the same sentences.
///
/// # Errors
///
/// [`Error::Annotate`] if a model cannot read a sentence, [`Error::NoSentences`] if there is none.
pub fn compare(contestants: [Contestant; 2], rule: SymmetricRule, seed: u64) -> Result<ModelComparison, Error> {
    let [one, other] = contestants.map(|(_, model, dataset)| counts(model, dataset, rule));
    let (one, other) = (one?, other?);
    if one.is_empty() {
        return Err(Error::NoSentences);
    }
    let task = |task: usize| {
        let of_task =
            |counts: &[[Counts; 3]]| -> Vec<Counts> { counts.iter().map(|sentence| sentence[task]).collect() };
        let (one, other) = (of_task(&one), of_task(&other));
        let difference = paired_bootstrap(&one, &other, RESAMPLES, seed);
        Task { task: TASKS[task], f1: [f1(one), f1(other)], difference }
    };
    Ok(ModelComparison {
        models: contestants.map(|(name, ..)| name.to_owned()),
        sentences: one.len(),
        resamples: RESAMPLES,
        seed,
        symmetric_rule: rule,
        tasks: (0..TASKS.len()).map(task).collect(),
    })
}

/// The counts of each sentence for each task.
fn counts(model: &Model, dataset: &Dataset, rule: SymmetricRule) -> Result<Vec<[Counts; 3]>, Error> {
    let predictions = predict(model, dataset, model.thresholds())?;
    let sentences = dataset.sentences.iter().zip(&predictions).map(|(example, prediction)| {
        let mut scorer = Scorer::new(model.schema(), rule);
        scorer.add(example.labels(), prediction.labels());
        scorer.counts()
    });
    Ok(sentences.collect())
}

/// The paired bootstrap, as the module describes it. Both have one entry a sentence, in the same order.
///
/// # Panics
///
/// If the two differ in length, are empty, or nothing is drawn.
pub fn paired_bootstrap(one: &[Counts], other: &[Counts], resamples: usize, seed: u64) -> F1Difference {
    assert_eq!(one.len(), other.len(), "a pair a sentence");
    let difference = f1(other.iter().copied()) - f1(one.iter().copied());
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = vec![0; one.len()];
    let mut differences: Vec<f64> = (0..resamples)
        .map(|_| {
            drawn.fill_with(|| rng.random_range(0..one.len()));
            let of = |counts: &[Counts]| f1(drawn.iter().map(|&sentence| counts[sentence]));
            of(other) - of(one)
        })
        .collect();
    let as_large = differences.iter().filter(|d| (**d - difference).abs() >= difference.abs()).count();
    differences.sort_by(f64::total_cmp);
    // As many on either side, so that the interval of the pair turned round is this one turned round.
    let outside = resamples / 40;
    F1Difference {
        difference,
        interval: [differences[outside], differences[resamples - 1 - outside]],
        p: (1 + as_large) as f64 / (1 + resamples) as f64,
    }
}

fn f1(counts: impl IntoIterator<Item = Counts>) -> f64 {
    counts.into_iter().sum::<Counts>().figures().f1
}

impl ModelComparison {
    /// For people.
    pub fn table(&self) -> String {
        let Self { models: [one, other], sentences, resamples, seed, symmetric_rule, tasks } = self;
        let mut table = format!("A: {one}\nB: {other}\n\n");
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{:<18} F1 of A  F1 of B    B - A   95 % interval        p", "");
        for Task { task, f1: [a, b], difference: F1Difference { difference, interval: [low, high], p } } in tasks {
            let _ = writeln!(
                table,
                "{task:<18} {a:>7.2}  {b:>7.2}  {difference:>+7.2}   {low:>+6.2} to {high:>+6.2}   {p:.4}"
            );
        }
        let _ = writeln!(
            table,
            "\nMicro F1 in percent on {sentences} sentences; paired bootstrap over sentences, {resamples} resamples, seed {seed}; \
             symmetric relations: {symmetric_rule}"
        );
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences with one label each, which is found where it says so.
    fn found(found: impl IntoIterator<Item = bool>) -> Vec<Counts> {
        found.into_iter().map(|found| Counts { gold: 1, predicted: 1, correct: usize::from(found) }).collect()
    }

    fn random(rng: &mut ChaCha8Rng, sentences: usize) -> Vec<Counts> {
        let counts = |_| {
            let (gold, predicted) = (rng.random_range(0..5usize), rng.random_range(0..5usize));
            Counts { gold, predicted, correct: rng.random_range(0..=gold.min(predicted)) }
        };
        (0..sentences).map(counts).collect()
    }

    #[test]
    fn a_model_does_not_differ_from_itself() {
        let counts = random(&mut ChaCha8Rng::seed_from_u64(1), 60);
        let same = paired_bootstrap(&counts, &counts, 1000, 0);
        assert_eq!(same, F1Difference { difference: 0.0, interval: [0.0, 0.0], p: 1.0 });
    }

    #[test]
    fn what_is_right_everywhere_differs_from_what_is_right_nowhere() {
        let (nothing, all) = (found([false; 50]), found([true; 50]));
        let far = paired_bootstrap(&nothing, &all, 1000, 0);
        assert_eq!(far, F1Difference { difference: 100.0, interval: [100.0, 100.0], p: 1.0 / 1001.0 });
    }

    #[test]
    fn turned_round_everything_is_turned_round() {
        for seed in 0..20 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (one, other) = (random(&mut rng, 40), random(&mut rng, 40));
            let [there, back] = [(&one, &other), (&other, &one)].map(|(a, b)| paired_bootstrap(a, b, 400, seed));
            assert_eq!(there.difference, -back.difference);
            assert_eq!(there.interval, [-back.interval[1], -back.interval[0]]);
            assert_eq!(there.p, back.p);
            assert!(there.p > 0.0 && there.p <= 1.0);
        }
    }

    /// With one label a sentence F1 is a mean of n independent numbers, whose deviation is known: of 400 sentences one finds
    /// 40 that the other does not, and that one 20 others. The mean difference is 0.05, a single one's variance 0.15 - 0.05^2.
    #[test]
    fn the_interval_and_p_are_those_of_the_normal_distribution() {
        let one = found((0..400).map(|i| i < 200));
        let other = found((0..400).map(|i| (20..240).contains(&i)));
        let F1Difference { difference, interval: [low, high], p } = paired_bootstrap(&one, &other, 20_000, 7);
        let deviation = 100.0 * ((0.15f64 - 0.05 * 0.05) / 400.0).sqrt();
        assert!((difference - 5.0).abs() < 1e-9);
        assert!((low - (5.0 - 1.96 * deviation)).abs() < 0.2, "{low}");
        assert!((high - (5.0 + 1.96 * deviation)).abs() < 0.2, "{high}");
        // Beyond 5 / 1.92 = 2.60 deviations on both sides lie 0.0092.
        assert!((p - 0.0092).abs() < 0.003, "{p}");
    }
}
