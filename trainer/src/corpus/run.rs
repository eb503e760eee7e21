//! From files of texts to files of annotations.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use sinet_arrow::ModelNote;
use sinet_arrow::files::Batches;
use sinet_infer::Model;
use sinet_text::Types;

use crate::Error;
use crate::console::say;
use crate::corpus::inputs::{Input, find};
use crate::corpus::outputs::{Answer, Output, OutputForm};
use crate::corpus::rows::{Columns, RowReader, Rows};
use crate::error::DataError;
use crate::files::write_whole;
use crate::model::predict::{annotate, warn_of_dropped_pieces};

/// A model over some files.
#[derive(Debug)]
pub struct Job<'a> {
    /// Files, folders and patterns.
    pub inputs: &'a [PathBuf],
    /// The names of the columns.
    pub columns: Columns,
    /// The form of the answers.
    pub form: OutputForm,
    /// The file, or the folder for several inputs; standard output without it.
    pub output: Option<&'a Path>,
    /// Whether files that are there already, whole, are left as they are.
    pub resume: bool,
    /// Whether text on standard output is in colour.
    pub is_coloured: bool,
}

/// The counts of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Texts that were read, or could not be.
    pub texts: u64,
    /// Of these, those that could not.
    pub errors: u64,
    /// Files that were there already.
    pub kept: usize,
}

impl Job<'_> {
    /// Annotates the texts of all files with all cores. Whatever their number and size, only some rows are in memory. A file of
    /// the output is there once it is whole; until then its name ends in `.partial`.
    ///
    /// A text that cannot be read has its reason in the output, in place of labels, and ends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Read`], [`Error::Write`] and [`Error::Data`] for files that cannot be read or written, with the columns that they
    /// lack; [`Error::Data`] for a file that another model has written, and for an output that cannot hold the answers.
    pub fn run(&self, model: &Model, fingerprint: &str) -> Result<Done, Error> {
        let inputs = find(self.inputs)?;
        let outputs = self.outputs(&inputs)?;
        let note = ModelNote { name: model.name(), fingerprint, version: env!("CARGO_PKG_VERSION") };
        let mut done = Done::default();
        let bar = Bar::new(self.output.is_some() || !io::stdout().is_terminal());
        for (place, (input, output)) in inputs.iter().zip(&outputs).enumerate() {
            bar.begin(place, inputs.len(), input);
            match output {
                Some(path) if self.resume && path.exists() => {
                    self.check_model(path, fingerprint)?;
                    done.kept += 1;
                }
                Some(path) => {
                    make_folder_of(path)?;
                    write_whole(path, |file| {
                        let file = BufWriter::new(file);
                        self.annotate_file(model, &note, input, file, path, &bar, &mut done)
                    })?;
                }
                None => {
                    let output = BufWriter::new(io::stdout());
                    let path = Path::new("standard output");
                    let written = self.annotate_file(model, &note, input, output, path, &bar, &mut done);
                    written.map_err(Error::of_standard_output)?;
                }
            }
        }
        bar.end();
        Ok(done)
    }

    /// A file for each input, or standard output.
    fn outputs(&self, inputs: &[Input]) -> Result<Vec<Option<PathBuf>>, Error> {
        let is_folder =
            |path: &Path| inputs.len() > 1 || self.inputs.iter().any(|input| input.is_dir()) || path.is_dir();
        let outputs = inputs.iter().map(|input| match self.output {
            Some(path) if is_folder(path) => Some(path.join(&input.name).with_extension(self.form.extension())),
            Some(path) => Some(path.to_owned()),
            None => None,
        });
        let outputs: Vec<_> = outputs.collect();
        let mut sorted: Vec<_> = outputs.iter().flatten().collect();
        sorted.sort();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::data(twice[0])(DataError::SameOutput));
        }
        for (input, output) in inputs.iter().zip(&outputs) {
            match output {
                Some(output) if is_same(output, &input.path) => return Err(Error::data(output)(DataError::OwnInput)),
                None if inputs.len() > 1 && self.form != OutputForm::Json && self.form != OutputForm::Text => {
                    return Err(Error::data(&self.inputs[0])(DataError::NoOutput));
                }
                None if matches!(self.form, OutputForm::Columns(_)) && io::stdout().is_terminal() => {
                    return Err(Error::data(&self.inputs[0])(DataError::NoOutput));
                }
                _ => {}
            }
        }
        Ok(outputs)
    }

    /// Whether a file that is there already is by the same model, where it says so.
    fn check_model(&self, path: &Path, fingerprint: &str) -> Result<(), Error> {
        let OutputForm::Columns(kind) = self.form else { return Ok(()) };
        let batches = Batches::open(path, kind, 1).map_err(Error::batches(path))?;
        match batches.schema().metadata().get("sinet.fingerprint") {
            Some(found) if found == fingerprint => Ok(()),
            _ => Err(Error::data(path)(DataError::OtherModel)),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, in two places")]
    fn annotate_file(
        &self,
        model: &Model,
        note: &ModelNote,
        input: &Input,
        output: impl Write + Send,
        path: &Path,
        bar: &Bar,
        done: &mut Done,
    ) -> Result<(), Error> {
        let reader = RowReader::open(input, &self.columns, note)?;
        bar.count(reader.row_count());
        let annotated = reader.annotated().clone();
        let types = Types::from(model.schema());
        let mut output = Output::new(self.form, output, path, &annotated.schema(), types, self.is_coloured)?;
        let mut texts = 0;
        for rows in reader {
            let rows = rows?;
            texts += rows.texts.len();
            if texts > 1 && !self.form.holds_many() {
                return Err(Error::data(&input.path)(DataError::OneText));
            }
            let answers = answers(model, &input.path, &rows);
            done.texts += answers.len() as u64;
            done.errors += answers.iter().filter(|answer| matches!(answer, Some(Err(_)))).count() as u64;
            let sentences = answers.iter().flatten().flatten().map(|found| found.windows.len()).sum::<usize>();
            output.write(&rows.ids, answers, |answers| {
                annotated.batch(&rows.batch, answers).map_err(Error::of_batch(&input.path))
            })?;
            bar.advance(rows.texts.len() as u64, sentences as u64);
        }
        if let Some(report) = output.finish()?.1.filter(|report| report.losses().next().is_some()) {
            say(report.to_string().trim_end());
        }
        Ok(())
    }
}

/// What the model says of each row, by all cores.
fn answers(model: &Model, path: &Path, rows: &Rows) -> Vec<Answer> {
    let answer = |(place, text): (usize, &Result<Option<String>, String>)| -> Answer {
        match text {
            Ok(None) => None,
            Err(reason) => Some(Err(reason.clone())),
            Ok(Some(text)) => {
                // One text must not end a job of days; its reason is in the output, and on standard error.
                let read = catch_unwind(AssertUnwindSafe(|| annotate(model, text)));
                Some(match read {
                    Ok(Ok(annotation)) => {
                        warn_of_dropped_pieces(&format!("{}, row {}", path.display(), rows.first + place), &annotation);
                        Ok(annotation)
                    }
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err("the model failed on this text; please report it".to_owned()),
                })
            }
        }
    };
    rows.texts.par_iter().enumerate().map(answer).collect()
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn make_folder_of(path: &Path) -> Result<(), Error> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder).map_err(Error::writing(folder)),
        _ => Ok(()),
    }
}

/// Progress on standard error: files, texts and sentences a second, and the time left.
struct Bar {
    bar: ProgressBar,
    begun: Instant,
    sentences: std::cell::Cell<u64>,
    files: std::cell::Cell<(usize, usize)>,
}

impl Bar {
    fn new(is_shown: bool) -> Self {
        let bar = if is_shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        Self { bar, begun: Instant::now(), sentences: Default::default(), files: Default::default() }
    }

    fn begin(&self, place: usize, of: usize, input: &Input) {
        self.files.set((place, of));
        self.bar.set_prefix(format!("{} ({} of {of})", input.name.display(), place + 1));
    }

    fn count(&self, rows: Option<u64>) {
        let template = match rows {
            Some(_) => "{prefix} {bar:20} {pos}/{len} documents, {msg}",
            None => "{prefix} {spinner} {pos} documents, {msg}",
        };
        self.bar.set_style(ProgressStyle::with_template(template).expect("the template is fixed"));
        self.bar.reset();
        rows.into_iter().for_each(|rows| self.bar.set_length(rows));
    }

    fn advance(&self, texts: u64, sentences: u64) {
        self.sentences.set(self.sentences.get() + sentences);
        self.bar.inc(texts);
        let rate = |count: u64, seconds: f64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        let documents = rate(self.bar.position(), self.bar.elapsed().as_secs_f64());
        let sentences = rate(self.sentences.get(), self.begun.elapsed().as_secs_f64());
        // The files that are to come are taken to be as large as this one.
        let (place, of) = self.files.get();
        let left = self.bar.length().filter(|_| documents > 0.0).map(|rows| {
            let rest = rows.saturating_sub(self.bar.position()) + rows * (of - place - 1) as u64;
            format!(", {} left", HumanDuration(std::time::Duration::from_secs_f64(rest as f64 / documents)))
        });
        let left = left.unwrap_or_default();
        self.bar.set_message(format!("{documents:.0} documents and {sentences:.0} sentences a second{left}"));
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
