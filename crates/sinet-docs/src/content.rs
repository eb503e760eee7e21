//! What a figure shows: labelled text as it was given, or a text that a model is asked about.

use std::fs;
use std::path::{Component, Path};

use sinet_formats::{Format, LabelledDocument, Limits, Options, Reader, read_brat, sniff};

use crate::error::Problem;
use crate::request::{LONGEST_TEXT, Request};

/// Largest file of labelled text, in bytes.
const LARGEST_FILE: u64 = 32 << 20;

/// Bounds of labelled text: a figure holds little.
const LIMITS: Limits =
    Limits { document_bytes: 1 << 20, depth: 64, labels: 2000, archive_bytes: LARGEST_FILE as usize };

/// What a figure shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Labelled text, drawn as it is.
    Given(LabelledDocument),
    /// A text for a model.
    Text(String),
}

impl Content {
    /// What a request is about. Files lie below `folder`.
    ///
    /// # Errors
    /// If labelled text, or its file, cannot be read.
    pub fn of(request: &Request, folder: &Path) -> Result<Self, Problem> {
        match &request.src {
            Some(src) => {
                let (name, number) = match src.rsplit_once('#') {
                    Some((name, number)) => (name, Some(number)),
                    None => (src.as_str(), None),
                };
                let in_file = |problem| Problem::Source { path: name.into(), problem: Box::new(problem) };
                let path = Path::new(name);
                let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
                if !is_below || name.is_empty() {
                    return Err(Problem::Outside(src.clone()));
                }
                Ok(Self::Given(from_file(&folder.join(path), request.format, number).map_err(in_file)?))
            }
            None if request.format.is_some() || is_json(&request.text) => {
                let documents = documents(request.text.as_bytes(), request.format, "labelled text")?;
                Ok(Self::Given(chosen(documents, None)?))
            }
            None => Ok(Self::Text(request.text.clone())),
        }
    }
}

fn from_file(path: &Path, format: Option<Format>, number: Option<&str>) -> Result<LabelledDocument, Problem> {
    let bytes = fs::metadata(path).map_err(Problem::Read)?.len();
    if bytes > LARGEST_FILE {
        return Err(Problem::TooLarge { bytes, limit: LARGEST_FILE });
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = |path: &Path| fs::read(path).map_err(Problem::Read);
    if path.extension().is_some_and(|end| end == "ann") {
        let (text, labels) = (read(&path.with_extension("txt"))?, read(path)?);
        let text = String::from_utf8(text).map_err(|_| Problem::NotUtf8)?;
        let labels = String::from_utf8(labels).map_err(|_| Problem::NotUtf8)?;
        let name = name.strip_suffix(".ann").unwrap_or(&name);
        return sized(read_brat(name, text, &labels, Options { limits: LIMITS, ..Options::default() })?.0);
    }
    sized(chosen(documents(&read(path)?, format, &name)?, number)?)
}

/// The documents of a file, as many as it takes to choose one.
fn documents(bytes: &[u8], format: Option<Format>, name: &str) -> Result<Vec<LabelledDocument>, Problem> {
    let format = match format {
        Some(format) => format,
        None => sniff(bytes)?.format,
    };
    let reader = Reader::new(format, bytes, name, Options { limits: LIMITS, ..Options::default() });
    Ok(reader.collect::<Result<_, _>>()?)
}

fn chosen(mut documents: Vec<LabelledDocument>, number: Option<&str>) -> Result<LabelledDocument, Problem> {
    let count = documents.len();
    let index = match number {
        Some(number) => {
            let parsed = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            parsed
                .filter(|index| *index < count)
                .ok_or_else(|| Problem::NoDocument { number: number.to_owned(), count })?
        }
        None if count > 1 => return Err(Problem::Several),
        None if count == 0 => return Err(Problem::NoText),
        None => 0,
    };
    sized(documents.swap_remove(index))
}

fn sized(document: LabelledDocument) -> Result<LabelledDocument, Problem> {
    match document.text.len() {
        bytes if bytes > LONGEST_TEXT => Err(Problem::LongText { bytes, limit: LONGEST_TEXT }),
        _ => Ok(document),
    }
}

/// Whether a text begins as labelled text does, and no sentence.
fn is_json(text: &str) -> bool {
    let rest = |open| text.strip_prefix(open).map(|rest: &str| rest.trim_start());
    rest('{').is_some_and(|rest| rest.starts_with(['"', '}'])) || rest('[').is_some_and(|rest| rest.starts_with('{'))
}
