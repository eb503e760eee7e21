//! `sinet card`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::model::folder::ModelFolder;
use sinet::model::scoring::Scoring;
use sinet::run::folder::{MODEL_BEST, MODEL_LAST};
use sinet_text::SymmetricRule;

/// Write or renew the card of a model: what it is, its scores, how it was trained
#[derive(Debug, Args)]
pub struct Card {
    /// A model folder, or a finished run: both of its models
    model: PathBuf,
    /// Labelled sentences in SpERT's JSON, instead of the dev.json of the training
    #[arg(long)]
    data: Option<PathBuf>,
    /// How relations of symmetric types are compared: text-order, directed or doubled
    #[arg(long, value_name = "RULE", default_value = SymmetricRule::default().name())]
    symmetric: SymmetricRule,
}

impl Card {
    pub fn run(self) -> Result<(), Error> {
        let models = [MODEL_BEST, MODEL_LAST].map(|name| self.model.join(name));
        let mut models: Vec<_> = models.into_iter().filter(|folder| folder.is_dir()).collect();
        if models.is_empty() {
            models.push(self.model);
        }
        models.iter().try_for_each(|folder| {
            let mut model = ModelFolder::read(folder)?;
            let scoring = Scoring::of(model.model().config(), self.data.as_deref(), self.symmetric)?;
            model.write_card(Some(&scoring))?;
            model.write(folder)
        })
    }
}
