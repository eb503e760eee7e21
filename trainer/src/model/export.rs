//! A model in another precision.

use std::path::Path;

use sinet_infer::weights::{self, WEIGHTS};
use sinet_infer::{Precision, TOKENIZER};
use sinet_text::SymmetricRule;

use crate::Error;
use crate::error::DataError;
use crate::files::read_weights;
use crate::model::folder::ModelFolder;
use crate::model::scoring::Scoring;

/// Writes the model in the folder `model` to the folder `output`, with its scores on `data`; without `data` its card has none.
///
/// Its weights are those in the file `weights`, where the caller has them in 32-bit floats. Without it they are those of the
/// folder, and what its own precision has rounded away does not come back.
///
/// # Errors
///
/// [`Error`], if a file cannot be read or the folder not be written.
pub fn export(
    model: &Path,
    weights: Option<&Path>,
    precision: Precision,
    output: &Path,
    data: Option<&Path>,
    rule: SymmetricRule,
) -> Result<(), Error> {
    let before = ModelFolder::read(model)?;
    let (config, sentences) = (before.model().config(), before.self_test_sentences()?);
    let weights = match weights {
        Some(weights) => read_weights(weights)?,
        None => weights::read(before.file(WEIGHTS)?).map_err(|error| Error::data(model)(DataError::Weights(error)))?,
    };
    let mut after = ModelFolder::export(config, before.file(TOKENIZER)?, &weights, precision, &sentences)?;
    let scoring = data.map(|path| Scoring::of(config, Some(path), rule)).transpose()?;
    after.write_card(scoring.as_ref())?;
    after.write(output)
}
