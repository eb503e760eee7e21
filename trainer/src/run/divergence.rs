//! When the loss or its gradients are no numbers any more: what is left for a person to look at.

use std::path::Path;

use serde_json::{Value, json};

use crate::Error;
use crate::run::checkpoint::replace;
use crate::run::step::Step;

/// Writes the sentences of the update that failed, with what came of them, to a file in `output`; the error names it.
/// Its numbers are strings, because JSON knows no NaN.
pub fn diverged(output: &Path, update: u64, step: &Step, rate: f64, sentences: Value) -> Error {
    let path = output.join(format!("failed-update-{update}.json"));
    let record = json!({
        "update": update,
        "learning_rate": rate.to_string(),
        "entity_loss": step.entity_loss.to_string(),
        "relation_loss": step.relation_loss.to_string(),
        "gradient_norm": step.norm.to_string(),
        "sentences": sentences,
    });
    if let Err(error) = replace(&path, format!("{record:#}").as_bytes()) {
        return error;
    }
    Error::other(format!(
        "update {update} has the loss {} and gradients of norm {}; its sentences are in {}, the last checkpoint is \
         intact: look for wrong labels, or train anew with a lower learning rate",
        step.loss(),
        step.norm,
        path.display(),
    ))
}
