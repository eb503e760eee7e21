//! `sinet evaluate`.

use std::path::{Path, PathBuf};

use clap::Args;
use sinet::Error;
use sinet::console::show;
use sinet::dataset::read_dataset;
use sinet::model::evaluate::{predict, score, table};
use sinet::model::folder::read_model;
use sinet::study::compare::{ModelComparison, compare};
use sinet_text::SymmetricRule;

use crate::arguments::OnDevice;

/// Score a model on labelled sentences, or compare two
///
/// With `--compare` it says how far the two are apart, between which bounds that lies with 95 %, and how often chance makes
/// a difference as large (p), by a paired bootstrap over sentences.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// A model folder
    #[arg(long, required_unless_present = "compare")]
    model: Option<PathBuf>,
    /// Two model folders
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "model")]
    compare: Option<Vec<PathBuf>>,
    /// Labelled sentences in SpERT's JSON
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    on: OnDevice,
    /// How relations of symmetric types are compared: text-order, directed or doubled
    #[arg(long, value_name = "RULE", default_value = SymmetricRule::default().name())]
    symmetric: SymmetricRule,
    /// The seed of the random numbers of a comparison
    #[arg(long, default_value_t = 0, requires = "compare")]
    seed: u64,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub fn run(self) -> Result<(), Error> {
        match (&self.model, self.compare.as_deref()) {
            (Some(model), _) => self.score(model),
            (None, Some([one, other])) => self.compare([one, other]),
            _ => unreachable!("the arguments say that one of both is there"),
        }
    }

    fn score(&self, model: &Path) -> Result<(), Error> {
        let model = read_model(model, &self.on.for_reading()?)?;
        let data = read_dataset(&self.data, model.schema())?;
        let predictions = predict(&model, &data, model.thresholds())?;
        let report = score(model.schema(), &data, &predictions, self.symmetric);
        show(&report, self.json, table)
    }

    fn compare(&self, folders: [&PathBuf; 2]) -> Result<(), Error> {
        let device = self.on.for_reading()?;
        let read = |folder: &PathBuf| {
            let model = read_model(folder, &device)?;
            let data = read_dataset(&self.data, model.schema())?;
            Ok::<_, Error>((folder.display().to_string(), model, data))
        };
        let [one, other] = folders.map(read);
        let both = [one?, other?];
        let both = both.each_ref().map(|(name, model, data)| (name.as_str(), model, data));
        let comparison = compare(both, self.symmetric, self.seed)?;
        show(&comparison, self.json, ModelComparison::table)
    }
}
