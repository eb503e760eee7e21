//! `sinet evaluate`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use sinet::Error;
use sinet::console::show;
use sinet::dataset::read_dataset;
use sinet::model::calibration::Diagrams;
use sinet::model::evaluate::{predict, score, table};
use sinet::model::folder::read_model;
use sinet::model::running_text::{RunningTextReport, on_running_text};
use sinet::study::compare::{ModelComparison, compare};
use sinet_text::{Report, SymmetricRule};

use crate::arguments::OnDevice;

/// Score a model on labelled sentences, or compare two
///
/// It also prints how far the scores of what is reported are from saying how often that is right (expected calibration error).
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
    /// Also join the words to running text, cut that into sentences and words again as `predict` does, and print what is lost
    #[arg(long, conflicts_with = "compare")]
    running_text: bool,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
}

/// What is said of one model.
#[derive(Serialize)]
struct Evaluation {
    #[serde(flatten)]
    report: Report,
    calibration: Diagrams,
    #[serde(skip_serializing_if = "Option::is_none")]
    running_text: Option<RunningTextReport>,
}

impl Evaluation {
    fn table(&self) -> String {
        let running_text = self.running_text.as_ref().map(|text| format!("\n{}", text.table(&self.report)));
        format!("{}{}\n{}", table(&self.report), self.calibration.line(), running_text.unwrap_or_default())
    }
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
        let running_text = self.running_text.then(|| on_running_text(&model, &data, &predictions, self.symmetric));
        let evaluation = Evaluation {
            report: score(model.schema(), &data, &predictions, self.symmetric),
            calibration: Diagrams::of_reported(model.schema(), &data, &predictions),
            running_text: running_text.transpose()?,
        };
        show(&evaluation, self.json, Evaluation::table)
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
