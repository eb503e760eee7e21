//! `sinet convert`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sinet::Error;
use sinet::console::{say, show};
use sinet::data::convert::{Conversion, convert};
use sinet_formats::{Ends, Format};

/// Convert labelled documents from one file format into another, and say what that loses
///
/// Formats: sinet, spert, dygie, brat, gliner, doccano, label-studio, prodigy, pubannotation, conll; written only: csv,
/// n-triples, json-ld. Writing spert also writes types.json, so that the result can be trained on.
#[derive(Debug, Args)]
pub struct Convert {
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
}

impl Convert {
    pub fn run(self) -> Result<(), Error> {
        let Self { input, from, to, output, ends, json } = self;
        let conversion = Conversion { inputs: &input, from, ends: ends.map(Ends::from), to, output: &output };
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
