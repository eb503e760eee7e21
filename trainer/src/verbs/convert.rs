//! `sinet convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sinet::Error;
use sinet::console::{say, show};
use sinet::data::convert::{Conversion, convert};
use sinet_formats::{Columns, Ends, Format, Options, Predictions};

/// Convert labelled documents from one file format into another, and say what that loses
///
/// The formats are listed in docs/src/formats.md; a wrong name lists them too. Writing spert also writes types.json, so that the
/// result can be trained on.
#[derive(Debug, Args)]
pub struct Convert {
    /// Files, archives of files, or folders of them
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
    /// The field that holds the text, where a file has several or an unusual one
    #[arg(long, value_name = "FIELD")]
    text: Option<String>,
    /// The columns of a file with a word a line (conll), counted from 1, where evidence does not say: word=2,tag=3
    #[arg(long)]
    columns: Option<Columns>,
    /// Keep labels that only a model has given also where the written format cannot say so
    #[arg(long)]
    predictions: bool,
    /// Leave out documents that cannot be read, and name them, instead of ending with exit code 2
    #[arg(long)]
    skip_bad: bool,
    /// Make one sentence of those that a relation links
    #[arg(long)]
    join_sentences: bool,
    /// Print one JSON object instead of sentences
    #[arg(long)]
    json: bool,
}

impl Convert {
    pub fn run(self) -> Result<(), Error> {
        let Self { input, from, to, output, ends, text, columns, predictions, skip_bad, join_sentences, json } = self;
        // What a model has said must not pass for a person's work.
        let predictions = if predictions || to.holds().provenance { Predictions::Marked } else { Predictions::LeftOut };
        // Only files with a word a line have columns.
        let from = from.or(columns.is_some().then_some(Format::Conll));
        let options = Options {
            predictions,
            ends: ends.map(Ends::from),
            text_field: text,
            columns: columns.unwrap_or_default(),
            ..Options::default()
        };
        let conversion = Conversion { inputs: &input, from, options, skip_bad, join_sentences, to, output: &output };
        let outcome = convert(&conversion)?;
        // Standard output may be where the documents went.
        if outcome.is_streamed {
            say(outcome.report.to_string().trim_end());
            return Ok(());
        }
        let types = outcome.notes.last().filter(|_| to == Format::Spert);
        show(&outcome, json, |outcome| format!("{}{}", outcome.report, types.map(String::as_str).unwrap_or_default()))
    }
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
