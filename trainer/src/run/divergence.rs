//! The record of a failed update, for a person to look at: its loss or its gradients are no numbers any more.

use std::path::Path;

use serde_json::{Value, json};

use crate::Error;
use crate::files::replace;
use crate::run::step::Step;

/// Writes the sentences of the update that failed, and its numbers, to a file in `output`; the error names it.
/// Its numbers are strings, because JSON knows no NaN.
pub fn diverged(output: &Path, update: u64, step: &Step, rate: f64, sentences: Value) -> Error {
    let path = output.join(format!("failed-update-{update}.json"));
    let record = json!({
        "update": update,
        "learning_rate": rate.to_string(),
        "entity_loss": step.losses.entity.to_string(),
        "relation_loss": step.losses.relation.to_string(),
        "taught_losses": step.losses.taught.map(|losses| losses.map(|loss| loss.to_string())),
        "gradient_norm": step.norm.to_string(),
        "sentences": sentences,
    });
    if let Err(error) = replace(&path, format!("{record:#}").as_bytes()) {
        return error;
    }
    Error::Diverged { update, loss: step.losses.total, norm: step.norm, record: path }
}
