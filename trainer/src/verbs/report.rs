//! `sinet report`.

use std::path::PathBuf;

use clap::Args;
use sinet::Error;
use sinet::console::print;
use sinet::model::scoring::Scoring;
use sinet::run::folder::REPORT;
use sinet::run::report::report;
use sinet_text::SymmetricRule;

/// Write a finished run as one HTML file: its course, scores by type, what is taken for what, the worst sentences
///
/// `train` has left one in the run already, on its dev.json. The file needs neither a network nor a script.
#[derive(Debug, Args)]
pub struct Report {
    /// The run, as `sinet train --output` names it
    run: PathBuf,
    /// Labelled sentences in SpERT's JSON, instead of the dev.json of the training
    #[arg(long)]
    data: Option<PathBuf>,
    /// The file to write, instead of report.html in the run
    #[arg(long)]
    output: Option<PathBuf>,
    /// How relations of symmetric types are compared: text-order, directed or doubled
    #[arg(long, value_name = "RULE", default_value = SymmetricRule::default().name())]
    symmetric: SymmetricRule,
}

impl Report {
    pub fn run(self) -> Result<(), Error> {
        let Self { run, data, output, symmetric } = self;
        let html = report(&run, |model| Scoring::of(model.config(), data.as_deref(), symmetric))?;
        let output = output.unwrap_or_else(|| run.join(REPORT));
        std::fs::write(&output, html).map_err(Error::writing(&output))?;
        print(&output.display().to_string())
    }
}
