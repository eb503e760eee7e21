//! The relation threshold of a model.

use std::fmt::Write;

use rayon::prelude::*;
use serde::Serialize;
use sinet_infer::{Model, Prediction, Thresholds};
use sinet_text::{Dataset, Figures, SymmetricRule};

use crate::Error;
use crate::model::evaluate::{predict, score};

/// The scores of a model at many relation thresholds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sweep {
    /// The name of the model.
    pub model: String,
    /// The threshold in its configuration.
    pub current: f32,
    /// The one with the best strict relation F1; of several, the one nearest to 0.5.
    pub best: f32,
    /// How relations of symmetric types were compared.
    pub symmetric_rule: SymmetricRule,
    /// The thresholds, ascending in steps of 0.05.
    pub rows: Vec<Row>,
}

/// The scores at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Row {
    /// A relation is reported from this score on, 0 to 1.
    pub threshold: f32,
    /// Relations by boundaries.
    pub relations: Figures,
    /// Strict relations.
    pub relations_strict: Figures,
}

/// Steps in 1: thresholds are the multiples of 0.05 between 0 and 1.
const STEPS: usize = 20;

/// Scores a model at every threshold. Each sentence is read once.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read a sentence.
pub fn sweep(model: &Model, dataset: &Dataset, rule: SymmetricRule) -> Result<Sweep, Error> {
    let thresholds: Vec<f32> = (1..STEPS).map(|step| step as f32 / STEPS as f32).collect();
    let all = predict(model, dataset, Thresholds { relation: thresholds[0], ..model.thresholds() })?;
    let row = |&threshold: &f32| {
        let kept: Vec<_> = all.iter().map(|prediction| above(prediction, threshold)).collect();
        let report = score(model.schema(), dataset, &kept, rule);
        Row { threshold, relations: report.relations.micro, relations_strict: report.relations_strict.micro }
    };
    let rows: Vec<Row> = thresholds.par_iter().map(row).collect();
    let rank = |row: &Row| (row.relations_strict.f1, -(row.threshold - 0.5).abs());
    let order = |a: &&Row, b: &&Row| {
        let (a, b) = (rank(a), rank(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    };
    let best = rows.iter().max_by(order).expect("there are several").threshold;
    let (model, current) = (model.name().to_owned(), model.config().relation_threshold);
    Ok(Sweep { model, current, best, symmetric_rule: rule, rows })
}

/// A prediction without the relations that score lower.
fn above(prediction: &Prediction, threshold: f32) -> Prediction {
    let scored = prediction.relations.iter().zip(&prediction.relation_scores);
    let (relations, relation_scores) = scored.filter(|(_, score)| **score >= threshold).unzip();
    Prediction { relations, relation_scores, ..prediction.clone() }
}

impl Sweep {
    /// For people.
    pub fn table(&self) -> String {
        let Self { model, current, best, symmetric_rule, rows } = self;
        let mut table = String::from(
            "             relations                     relations, strict\n\
             threshold    precision  recall      F1     precision  recall      F1\n",
        );
        // Writing to a String cannot fail.
        for Row { threshold, relations: r, relations_strict: s } in rows {
            let mark = if threshold == best { " best" } else { "" };
            let _ = writeln!(
                table,
                "{threshold:>9.2}    {:>9.2} {:>7.2} {:>7.2}     {:>9.2} {:>7.2} {:>7.2}{mark}",
                r.precision, r.recall, r.f1, s.precision, s.recall, s.f1
            );
        }
        let _ = writeln!(
            table,
            "{model} has {current:.2}; {best:.2} has the best strict F1. Symmetric relations: {symmetric_rule}"
        );
        table
    }
}
