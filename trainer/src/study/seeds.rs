//! One configuration with several seeds.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use sinet_text::SymmetricRule;

use crate::Error;
use crate::config::RunConfig;
use crate::model::evaluate::{TASKS, micro_f1};
use crate::run::metrics::read_epochs;
use crate::run::train::train;

/// Trains with `runs` seeds from the configuration's on, each in a folder of its own, and gathers the scores. What is
/// complete there already is not trained again; what was interrupted goes on.
///
/// # Errors
///
/// As [`train`].
pub fn train_seeds(
    config: &RunConfig,
    device: &Device,
    data: &Path,
    runs: u64,
    folder: impl Fn(u64) -> PathBuf,
) -> Result<Scores, Error> {
    let first = config.train.seed;
    let scores = (first..first + runs).map(|seed| {
        let mut config = config.clone();
        config.train.seed = seed;
        let folder = folder(seed);
        finish(&config, device, data, &folder)?;
        best_epoch(&folder)
    });
    Ok(Scores(scores.collect::<Result<_, _>>()?))
}

/// Trains a run that may be complete already, or half of it.
///
/// # Errors
///
/// As [`train`].
pub(crate) fn finish(config: &RunConfig, device: &Device, data: &Path, folder: &Path) -> Result<(), Error> {
    eprintln!("{}", folder.display());
    train(config, device, data, folder, true)
}

/// The scores on the development data after the epoch that is best by the last of them.
fn best_epoch(folder: &Path) -> Result<[f64; 3], Error> {
    let epochs = read_epochs(folder);
    let scores = epochs.iter().map(|epoch| micro_f1(&epoch.dev));
    scores.max_by(|a, b| a[2].total_cmp(&b[2])).ok_or_else(|| Error::other("a run without an epoch"))
}

/// For each run the micro F1 in percent of entities, relations by boundaries, and strict relations.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Scores(pub Vec<[f64; 3]>);

impl Scores {
    /// For each of the three the mean, and the standard deviation of a sample (n - 1); none of a single run.
    pub fn mean_and_deviation(&self) -> [(f64, Option<f64>); 3] {
        [0, 1, 2].map(|task| {
            let values = self.0.iter().map(|scores| scores[task]);
            let n = self.0.len() as f64;
            let mean = values.clone().sum::<f64>() / n;
            let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
            (mean, (n > 1.0).then(|| (squares / (n - 1.0)).sqrt()))
        })
    }

    /// Mean and standard deviation as three cells of a Markdown row.
    pub fn cells(&self) -> String {
        let cell = |(mean, deviation): (f64, Option<f64>)| match deviation {
            Some(deviation) => format!(" {mean:.2} ± {deviation:.2} |"),
            None => format!(" {mean:.2} |"),
        };
        self.mean_and_deviation().map(cell).concat()
    }

    /// A table with a row a seed, from `first` on, and one for all.
    pub fn markdown(&self, first: u64) -> String {
        let mut table = format!("| seed | {} |\n|---|---|---|---|\n", TASKS.join(" | "));
        // Writing to a String cannot fail.
        for (seed, [entities, relations, strict]) in (first..).zip(&self.0) {
            let _ = writeln!(table, "| {seed} | {entities:.2} | {relations:.2} | {strict:.2} |");
        }
        let _ = writeln!(
            table,
            "| mean |{}\n\nMicro F1 in percent on the development data after the best epoch by the last column; ± standard \
             deviation. Symmetric relations: {}.",
            self.cells(),
            SymmetricRule::default()
        );
        table
    }

    /// The same as a JSON object.
    pub fn json(&self, first: u64) -> serde_json::Value {
        let by_task = |values: [serde_json::Value; 3]| {
            let [entities, relations, strict] = values;
            serde_json::json!({"entities": entities, "relations": relations, "relations_strict": strict})
        };
        let of_seed =
            |(seed, scores): (u64, &[f64; 3])| serde_json::json!({"seed": seed, "f1": by_task(scores.map(Into::into))});
        let summary = self.mean_and_deviation();
        serde_json::json!({
            "runs": (first..).zip(&self.0).map(of_seed).collect::<Vec<_>>(),
            "mean": by_task(summary.map(|(mean, _)| mean.into())),
            "deviation": by_task(summary.map(|(_, deviation)| deviation.into())),
            "symmetric_rule": SymmetricRule::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn mean_and_deviation_of_samples() {
        let scores = Scores([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].map(|f1| [f1, 1.0, 10.0 * f1]).to_vec());
        let [(mean, deviation), constant, (_, tenfold)] = scores.mean_and_deviation();
        assert_eq!((mean, constant), (5.0, (1.0, Some(0.0))));
        assert!((deviation.unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert!((tenfold.unwrap() - 10.0 * deviation.unwrap()).abs() < 1e-12);
        assert_eq!(Scores(vec![[3.0, 2.0, 1.0]]).mean_and_deviation(), [(3.0, None), (2.0, None), (1.0, None)]);
    }

    #[test]
    fn a_row_a_seed_and_one_for_all() {
        let scores = Scores(vec![[60.0, 40.0, 30.0], [62.0, 40.0, 33.0]]);
        expect![[r#"
            | seed | entities | relations | relations, strict |
            |---|---|---|---|
            | 7 | 60.00 | 40.00 | 30.00 |
            | 8 | 62.00 | 40.00 | 33.00 |
            | mean | 61.00 ± 1.41 | 40.00 ± 0.00 | 31.50 ± 2.12 |

            Micro F1 in percent on the development data after the best epoch by the last column; ± standard deviation. Symmetric relations: text-order (put in text order and counted once).
        "#]]
        .assert_eq(&scores.markdown(7));
        expect![[r#"{"runs":[{"seed":7,"f1":{"entities":60.0,"relations":40.0,"relations_strict":30.0}},{"seed":8,"f1":{"entities":62.0,"relations":40.0,"relations_strict":33.0}}],"mean":{"entities":61.0,"relations":40.0,"relations_strict":31.5},"deviation":{"entities":1.4142135623730951,"relations":0.0,"relations_strict":2.1213203435596424},"symmetric_rule":"text-order"}"#]]
            .assert_eq(&scores.json(7).to_string());
    }
}
