//! A model in another precision.

use std::path::{Path, PathBuf};

use sinet_infer::weights::{self, WEIGHTS};
use sinet_infer::{Precision, TOKENIZER};
use sinet_text::SymmetricRule;

use crate::Error;
use crate::model::card::{Finished, Scoring};
use crate::run::checkpoint::read_weights;
use crate::run::train::{BEST, MODEL_BEST};

/// Where the weights come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A model folder. What its own precision has rounded away does not come back.
    Model(PathBuf),
    /// A finished run, whose best epoch is kept in 32-bit floats.
    Run(PathBuf),
}

/// Writes the model of `source` to the folder `output`, with its scores on `data`; without `data` its card has none.
///
/// # Errors
///
/// [`Error`], if the source cannot be read or the folder not be written.
pub fn export(
    source: &Source,
    precision: Precision,
    output: &Path,
    data: Option<&Path>,
    rule: SymmetricRule,
) -> Result<(), Error> {
    let (folder, weights) = match source {
        Source::Model(folder) => (folder.clone(), None),
        Source::Run(run) => (run.join(MODEL_BEST), Some(read_weights(&run.join(BEST))?)),
    };
    let before = Finished::read(&folder)?;
    let (config, sentences) = (before.model.config(), before.self_test_sentences()?);
    let file = |name| before.files.get(name).map_err(Error::other);
    let weights = match weights {
        Some(weights) => weights,
        None => weights::read(file(WEIGHTS)?).map_err(Error::other)?,
    };
    let mut after = Finished::new(config, file(TOKENIZER)?, &weights, precision, &sentences)?;
    let scoring = data.map(|path| Scoring::read(path, &config.schema, rule)).transpose()?;
    after.write_card(scoring.as_ref())?;
    after.files.write_dir(output).map_err(Error::other)
}
