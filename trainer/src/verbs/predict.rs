//! `sinet predict`.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sinet::Error;
use sinet::evaluate::read_model;
use sinet::predict::{annotate, annotate_lines, warn_of_dropped_pieces};
use sinet_infer::Model;

use super::on_device::OnDevice;
use crate::print;

/// Annotate text: prints one JSON object a text
#[derive(Debug, Args)]
pub struct Predict {
    /// A model folder
    #[arg(long)]
    model: PathBuf,
    #[command(flatten)]
    on: OnDevice,
    /// The text; without it, each line of the input is one
    text: Option<String>,
    /// A file of texts, one a line, instead of standard input
    #[arg(long, conflicts_with = "text")]
    input: Option<PathBuf>,
}

impl Predict {
    pub fn run(self) -> Result<(), Error> {
        let model = read_model(&self.model, &self.on.for_reading()?)?;
        match (self.text, self.input) {
            (Some(text), _) => {
                let annotation = annotate(&model, &text)?;
                warn_of_dropped_pieces("the text", &annotation);
                print(&serde_json::to_string(&annotation).map_err(Error::other)?)
            }
            (None, Some(input)) => predict_file(&model, &input),
            (None, None) => {
                if std::io::stdin().is_terminal() {
                    eprintln!("one text a line; end with Ctrl-D");
                }
                annotate_lines(&model, "<standard input>", std::io::stdin().lock(), std::io::stdout(), |_| ())
            }
        }
    }
}

fn predict_file(model: &Model, path: &Path) -> Result<(), Error> {
    let file = Error::reading(path, File::open(path))?;
    let bytes = Error::reading(path, file.metadata())?.len();
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %, {bytes_per_sec}, {eta} left");
    let bar = ProgressBar::new(bytes).with_style(style.expect("the template is fixed"));
    let output = BufWriter::new(std::io::stdout());
    let name = path.display().to_string();
    let result = annotate_lines(model, &name, BufReader::new(file), output, |bytes| bar.inc(bytes));
    bar.finish_and_clear();
    result
}
