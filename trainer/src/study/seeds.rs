//! One configuration with several seeds.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::Serialize;
use sinet_text::SymmetricRule;

use crate::Error;
use crate::config::RunConfig;
use crate::console::say;
use crate::dataset::{Data, DataIdentity};
use crate::model::evaluate::{TASKS, micro_f1};
use crate::run::checkpoint::Progress;
use crate::run::folder::CHECKPOINT;
use crate::run::metrics::read_epochs;
use crate::run::train::train;

/// Trains with `runs` seeds from the configuration's on, each in a folder of its own, and gathers the scores. A run that is
/// complete in its folder is not trained again, and one that was interrupted goes on.
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
    check_seeds(config, &Data::read(data, &config.distil)?.identity, runs, &folder)?;
    let scores = seeds(config, runs).map(|config| {
        let folder = folder(config.train.seed);
        finish(&config, device, data, &folder)?;
        best_epoch(&folder)
    });
    Ok(Scores(scores.collect::<Result<_, _>>()?))
}

/// Refuses folders that [`train_seeds`] would refuse, without training anything: a night later is too late.
///
/// # Errors
///
/// [`Error::OtherConfiguration`] or [`Error::OtherData`] for the first folder whose run was begun with others.
pub(crate) fn check_seeds(
    config: &RunConfig,
    data: &DataIdentity,
    runs: u64,
    folder: impl Fn(u64) -> PathBuf,
) -> Result<(), Error> {
    seeds(config, runs).try_for_each(|config| Progress::of_run(&folder(config.train.seed), &config, data).map(drop))
}

/// The configuration with each of the seeds.
fn seeds(config: &RunConfig, runs: u64) -> impl Iterator<Item = RunConfig> {
    let first = config.train.seed;
    (first..first + runs).map(|seed| {
        let mut config = config.clone();
        config.train.seed = seed;
        config
    })
}

/// Trains a run that may be complete already, or half of it.
///
/// # Errors
///
/// As [`train`].
pub(crate) fn finish(config: &RunConfig, device: &Device, data: &Path, folder: &Path) -> Result<(), Error> {
    say(folder.display());
    train(config, device, data, folder, true)
}

/// The scores on the development data after the epoch whose model the run has kept as its best.
fn best_epoch(folder: &Path) -> Result<[f64; 3], Error> {
    let no_epoch = || Error::NoEpoch { run: folder.to_owned() };
    let progress = Progress::read(&folder.join(CHECKPOINT))?;
    let (_, best) = progress.and_then(|progress| progress.best).ok_or_else(no_epoch)?;
    let epochs = read_epochs(folder)?;
    epochs.iter().find(|epoch| epoch.epoch == best).map(|epoch| micro_f1(&epoch.dev)).ok_or_else(no_epoch)
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
    use std::fs;

    use super::*;
    use expect_test::expect;
    use serde_json::json;
    use sinet_text::{Schema, Scorer};

    use crate::files::replace;
    use crate::run::folder::METRICS;

    /// Of several epochs with the best strict F1 a run keeps the model of the first.
    #[test]
    fn b9_the_scores_are_those_of_the_epoch_that_the_run_has_kept() {
        let schema: Schema = serde_json::from_value(json!({
            "entities": {"A": {"short": "A", "verbose": "A"}},
            "relations": {"R": {"short": "R", "verbose": "R", "symmetric": false}},
        }))
        .unwrap();
        let line = |epoch: u64, entities: f64, strict: f64| {
            let mut dev = Scorer::new(&schema, SymmetricRule::default()).report();
            (dev.ner.micro.f1, dev.relations_strict.micro.f1) = (entities, strict);
            format!("{}\n", json!({"updates": epoch, "epoch": epoch, "seconds": 1.0, "dev": dev}))
        };
        let run = tempfile::tempdir().unwrap();
        let lines = [line(1, 40.0, 10.0), line(2, 50.0, 30.0), line(3, 60.0, 30.0), line(4, 70.0, 20.0)];
        replace(&run.path().join(METRICS), lines.concat().as_bytes()).unwrap();
        assert!(matches!(best_epoch(run.path()), Err(Error::NoEpoch { .. })));
        let progress = json!({
            "config": {"name": "", "data": "", "encoder": ""}, "epochs": 4, "updates": 4, "best": [30.0, 2], "complete": true,
        });
        fs::create_dir(run.path().join(CHECKPOINT)).unwrap();
        fs::write(run.path().join(CHECKPOINT).join("progress.json"), progress.to_string()).unwrap();
        assert_eq!(best_epoch(run.path()).unwrap(), [50.0, 0.0, 30.0]);
    }

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
