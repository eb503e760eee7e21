//! `sinet`: train, evaluate and run SINET models.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use sinet::benchmark::speed;
use sinet::config::RunConfig;
use sinet::convert::{Conversion, convert};
use sinet::debug_data::{examine, files_of};
use sinet::evaluate::{evaluate, read_dataset, read_model, table};
use sinet::predict::{annotate, annotate_lines};
use sinet::{Error, train};
use sinet_formats::{Ends, Format};
use sinet_infer::Model;

/// Joint entity and relation extraction: train, evaluate and run SINET models.
///
/// Exit codes: 0 good, 1 failure, 2 bad data or usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Train a model on labelled sentences
    Train {
        /// The run, as a TOML file; see configs/ for examples
        #[arg(long)]
        config: PathBuf,
        /// Where the model, the metrics and the checkpoint go
        #[arg(long, default_value = "runs/latest")]
        output: PathBuf,
        /// The folder with train.json, dev.json and types.json, instead of the configuration's
        #[arg(long)]
        data: Option<PathBuf>,
        /// The seed, instead of the configuration's
        #[arg(long)]
        seed: Option<u64>,
        /// Go on from the checkpoint in the output folder, if there is one
        #[arg(long)]
        resume: bool,
    },
    /// Score a model on labelled sentences
    Evaluate {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// Labelled sentences in SpERT's JSON
        #[arg(long)]
        data: PathBuf,
        /// Print one JSON object instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Annotate text: prints one JSON object a text
    Predict {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// The text; without it, each line of the input is one
        text: Option<String>,
        /// A file of texts, one a line, instead of standard input
        #[arg(long, conflicts_with = "text")]
        input: Option<PathBuf>,
    },
    /// Convert labelled documents from one file format into another, and say what that loses
    ///
    /// Formats: sinet, spert, dygie, brat, gliner, doccano, label-studio, prodigy, pubannotation, conll; written only: csv,
    /// n-triples, json-ld. Writing spert also writes types.json, so that the result can be trained on.
    Convert {
        /// Files, or folders of brat's .txt and .ann files
        #[arg(required = true)]
        input: Vec<PathBuf>,
        /// Their format; left out, it is recognised and said
        #[arg(long)]
        from: Option<Format>,
        /// The format to write
        #[arg(long)]
        to: Format,
        /// The file to write; brat becomes a zip archive
        #[arg(long)]
        output: PathBuf,
        /// How the files count ends of words, where they do not do as their format says
        #[arg(long, value_enum)]
        ends: Option<CountedEnds>,
        /// Print one JSON object instead of sentences
        #[arg(long)]
        json: bool,
    },
    /// Look for what is wrong, before training
    Debug {
        #[command(subcommand)]
        what: Debugging,
    },
    /// Measure a model on this machine
    Benchmark {
        #[command(subcommand)]
        what: Benchmark,
    },
}

#[derive(Debug, Subcommand)]
enum Debugging {
    /// Labelled data: counts by type, labels that no model can find, duplicates, sentences in two files
    Data {
        /// Files in any format that `convert` reads, or a folder with train.json, dev.json and test.json
        #[arg(required = true)]
        data: Vec<PathBuf>,
        /// The most words that an entity may have, as `max_span_size` of the configuration
        #[arg(long, default_value_t = 8)]
        max_span_size: usize,
        /// Print one JSON object instead of sentences
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// Time from text to annotation: one sentence, and many on all cores
    Speed {
        /// A model folder
        #[arg(long)]
        model: PathBuf,
        /// Sentences in SpERT's JSON
        #[arg(long)]
        data: PathBuf,
        /// How often the one sentence is read
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
        runs: u64,
        /// The most sentences of the data that are read
        #[arg(long, default_value_t = 1000)]
        limit: usize,
        /// Print one JSON object with every time instead of two lines
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CountedEnds {
    /// The end is the last word
    Inclusive,
    /// The end is the word after the last
    Exclusive,
}

impl From<CountedEnds> for Ends {
    fn from(ends: CountedEnds) -> Self {
        match ends {
            CountedEnds::Inclusive => Self::Inclusive,
            CountedEnds::Exclusive => Self::Exclusive,
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sinet: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(verb: Verb) -> Result<(), Error> {
    match verb {
        Verb::Train { config, output, data, seed, resume } => {
            let mut config = RunConfig::read(&config)?;
            config.train.seed = seed.unwrap_or(config.train.seed);
            train::train(&config, data.as_ref().unwrap_or(&config.data), &output, resume)
        }
        Verb::Evaluate { model, data, json } => {
            let model = read_model(&model)?;
            let report = evaluate(&model, &read_dataset(&data, model.schema())?)?;
            print(&if json { serde_json::to_string(&report).map_err(Error::other)? } else { table(&report) })
        }
        Verb::Predict { model, text, input } => {
            let model = read_model(&model)?;
            match (text, input) {
                (Some(text), _) => print(&serde_json::to_string(&annotate(&model, &text)?).map_err(Error::other)?),
                (None, Some(input)) => predict_file(&model, &input),
                (None, None) => {
                    if std::io::stdin().is_terminal() {
                        eprintln!("one text a line; end with Ctrl-D");
                    }
                    annotate_lines(&model, "<standard input>", std::io::stdin().lock(), std::io::stdout(), |_| ())
                }
            }
        }
        Verb::Convert { input, from, to, output, ends, json } => {
            let conversion = Conversion { inputs: &input, from, ends: ends.map(Ends::from), to, output: &output };
            let outcome = convert(&conversion)?;
            let types = outcome.notes.last().filter(|_| to == Format::Spert);
            print(&match json {
                true => serde_json::to_string(&outcome).map_err(Error::other)?,
                false => format!("{}{}", outcome.report, types.map(String::as_str).unwrap_or_default()),
            })
        }
        Verb::Debug { what: Debugging::Data { data, max_span_size, json } } => {
            let findings = examine(&files_of(&data)?, max_span_size)?;
            print(&match json {
                true => serde_json::to_string(&findings).map_err(Error::other)?,
                false => findings.table(max_span_size),
            })?;
            findings.into_failure().map_or(Ok(()), Err)
        }
        Verb::Benchmark { what: Benchmark::Speed { model, data, runs, limit, json } } => {
            let model = read_model(&model)?;
            let speed = speed(&model, &read_dataset(&data, model.schema())?, runs as usize, limit)?;
            print(&if json { serde_json::to_string(&speed).map_err(Error::other)? } else { speed.table() })
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

/// To standard output; a reader that has gone away is no panic.
fn print(text: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).map_err(Error::other)
}
