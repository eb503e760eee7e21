//! `sinet predict`.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use arrow_schema::Schema;
use clap::Args;
use sinet::Error;
use sinet::console::{print_json, say};
use sinet::corpus::inputs::STANDARD_INPUT;
use sinet::corpus::outputs::{Output, OutputForm};
use sinet::corpus::rows::Columns;
use sinet::corpus::run::Job;
use sinet::error::DataError;
use sinet::files;
use sinet::model::folder::read_model;
use sinet::model::predict::{annotate, annotate_lines, warn_of_dropped_pieces};
use sinet_infer::folder::MANIFEST;
use sinet_infer::{Manifest, Model};
use sinet_text::Types;

use crate::arguments::OnDevice;

/// Annotate a text, or files of texts
///
/// Into a pipe or a file the answers are one JSON object a text, in a terminal the text with its labels below.
#[derive(Debug, Args)]
pub struct Predict {
    /// A model folder
    #[arg(long)]
    model: PathBuf,
    #[command(flatten)]
    on: OnDevice,
    /// The text; without it, and without --input, each line of standard input is one
    #[arg(id = "TEXT")]
    given: Option<String>,
    /// Files of texts, folders of them, or patterns such as "year=*/*.parquet": a text a line (.txt), a JSON object a line (.jsonl,
    /// .ndjson), Parquet (.parquet) or Arrow IPC (.arrow, .feather, .arrows)
    #[arg(long, num_args = 1.., conflicts_with = "TEXT")]
    input: Vec<PathBuf>,
    /// The file of the answers, which is there once it is whole; a folder, if there are several files of texts
    #[arg(long)]
    output: Option<PathBuf>,
    /// The form of the answers: json, text, svg, html, parquet, arrow, or any format that `sinet convert` writes; else the end of
    /// --output says it
    #[arg(long)]
    format: Option<OutputForm>,
    /// The column or the field that holds the text; else `text`, or the only column of text
    #[arg(long, value_name = "COLUMN", requires = "input")]
    text: Option<String>,
    /// The column or the field that names the documents: the answers have it, too
    #[arg(long, value_name = "COLUMN", requires = "input")]
    id: Option<String>,
    /// Leave files of the output that are there already: they are whole
    #[arg(long, requires = "output")]
    resume: bool,
}

impl Predict {
    pub fn run(self) -> Result<(), Error> {
        let of_output = self.output.as_deref().and_then(OutputForm::of);
        let is_for_a_person = self.output.is_none() && io::stdout().is_terminal();
        let otherwise = if is_for_a_person { OutputForm::Text } else { OutputForm::Json };
        let form = self.format.or(of_output).unwrap_or(otherwise);
        let model = read_model(&self.model, &self.on.for_reading()?)?;
        // https://no-color.org
        let is_coloured = is_for_a_person && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        if let Some(text) = &self.given {
            return self.answer(&model, text, form, is_coloured);
        }
        let standard_input = [PathBuf::from(STANDARD_INPUT)];
        let inputs = if self.input.is_empty() { &standard_input[..] } else { &self.input };
        if self.input.is_empty() && io::stdin().is_terminal() {
            say("one text a line; end with Ctrl-D");
        }
        // Whoever sends lines may wait for each answer.
        if self.input.is_empty() && self.output.is_none() && form == OutputForm::Json {
            return annotate_lines(&model, "<standard input>", io::stdin().lock(), io::stdout());
        }
        let fingerprint = Manifest::fingerprint(&files::read(&self.model.join(MANIFEST))?);
        let columns = Columns { text: self.text, id: self.id };
        let (output, resume) = (self.output.as_deref(), self.resume);
        let done = Job { inputs, columns, form, output, resume, is_coloured }.run(&model, &fingerprint)?;
        if done.kept > 0 {
            say(format_args!("files that were there already: {}", done.kept));
        }
        if done.errors > 0 {
            say(format_args!("{} of {} texts could not be read; the answers say why", done.errors, done.texts));
        }
        Ok(())
    }

    fn answer(&self, model: &Model, text: &str, form: OutputForm, is_coloured: bool) -> Result<(), Error> {
        let annotation = annotate(model, text)?;
        warn_of_dropped_pieces("the text", &annotation);
        let (schema, types) = (Arc::new(Schema::empty()), Types::from(model.schema()));
        match (&self.output, form) {
            (output, OutputForm::Columns(_)) => {
                let place = output.clone().unwrap_or_else(|| "standard output".into());
                Err(Error::data(&place)(DataError::NoColumns))
            }
            (None, OutputForm::Json) => print_json(&annotation),
            (None, form) => {
                let name = "standard output".as_ref();
                let mut output = Output::new(form, io::stdout(), name, &schema, types, is_coloured)?;
                output.write_text(annotation)?;
                output.finish().map(drop).map_err(Error::of_standard_output)
            }
            (Some(path), form) => {
                let mut output = Output::new(form, Vec::new(), path, &schema, types, false)?;
                output.write_text(annotation)?;
                files::replace(path, &output.finish()?.0)
            }
        }
    }
}
