//! Collections of brat's documents: the two files of each in one zip archive.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Cursor, Read, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{ZipArchive, ZipWriter};

use super::{labels, read};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, ReadError, WriteError};
use crate::loss_report::{Loss, LossReport};
use crate::options::Limits;

/// The documents of a zip archive.
pub(crate) struct Archive<R> {
    state: State<R>,
}

enum State<R> {
    Closed(Option<R>),
    Open(Box<Opened>),
}

struct Opened {
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// In reverse.
    pairs: Vec<Pair>,
}

/// The two files of a document, of which one may be missing.
struct Pair {
    /// Their name without `.txt` and `.ann`.
    name: String,
    /// The whole name of the text's file.
    text: Option<String>,
    /// The whole name of the labels' file.
    labels: Option<String>,
}

impl<R: BufRead> Archive<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { state: State::Closed(Some(input)) }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The next document with the name of the file that holds its labels.
    pub(crate) fn next(
        &mut self,
        file: &str,
        begun: &mut u64,
        context: &mut Context,
    ) -> Result<Option<(String, LabelledDocument)>, ReadError> {
        let limits = context.options.limits;
        if let State::Closed(input) = &mut self.state {
            let Some(input) = input.take() else { return Ok(None) };
            let opened = open(input, &limits).map_err(|problem| Fault::from(problem).in_file(file, 1, None, None))?;
            self.state = State::Open(Box::new(opened));
        }
        let State::Open(opened) = &mut self.state else { return Ok(None) };
        let Some(Pair { name, text, labels }) = opened.pairs.pop() else { return Ok(None) };
        *begun += 1;
        context.id = None;
        let inside = format!("{file}, {}", labels.as_ref().unwrap_or(&format!("{name}.ann")));
        let document = opened.contents(text, labels, &limits).map_err(Fault::from);
        let document = document.and_then(|(text, labels)| read(&name, text, &labels, context));
        let document = document.map_err(|fault| fault.in_file(&inside, 1, None, None))?;
        Ok(Some((inside, document)))
    }
}

impl Opened {
    /// The text and the labels of a pair.
    fn contents(
        &mut self,
        text: Option<String>,
        labels: Option<String>,
        limits: &Limits,
    ) -> Result<(String, String), Problem> {
        let text = text.ok_or(Problem::Missing("file of the same name that ends in .txt"))?;
        let text = entry(&mut self.archive, &text, limits)?;
        let labels = labels.map(|labels| entry(&mut self.archive, &labels, limits)).transpose()?;
        Ok((text, labels.unwrap_or_default()))
    }
}

fn open<R: BufRead>(input: R, limits: &Limits) -> Result<Opened, Problem> {
    let mut bytes = Vec::new();
    input.take(limits.archive_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.archive_bytes {
        return Err(Problem::TooLarge { what: "the archive", limit: limits.archive_bytes });
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Problem::Zip(error.to_string()))?;
    let mut pairs: Vec<Pair> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for file in archive.file_names() {
        let hidden = file.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        let Some((name, extension)) = file.rsplit_once('.').filter(|_| !hidden) else { continue };
        let is = |wanted: &str| extension.eq_ignore_ascii_case(wanted);
        if !is("txt") && !is("ann") {
            continue;
        }
        let place = *places.entry(name).or_insert_with(|| {
            pairs.push(Pair { name: name.to_owned(), text: None, labels: None });
            pairs.len() - 1
        });
        let pair = &mut pairs[place];
        let half = if is("txt") { &mut pair.text } else { &mut pair.labels };
        if let Some(other) = half.replace(file.to_owned()) {
            return Err(Problem::Contradiction(format!("has both {other:?} and {file:?}; remove one of them")));
        }
    }
    if pairs.is_empty() && !archive.is_empty() {
        return Err(Problem::Missing("file in this archive that ends in .ann or .txt"));
    }
    pairs.reverse();
    Ok(Opened { archive, pairs })
}

fn entry(archive: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str, limits: &Limits) -> Result<String, Problem> {
    let file = archive.by_name(name).map_err(|error| Problem::Zip(error.to_string()))?;
    let mut bytes = Vec::new();
    // What the archive says of its sizes may be a lie.
    file.take(limits.document_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.document_bytes {
        return Err(Problem::TooLarge { what: "a file in the archive", limit: limits.document_bytes });
    }
    String::from_utf8(bytes).map_err(|_| Problem::NotUtf8)
}

/// Writes the two files of each document into a zip archive.
pub(crate) struct ArchiveWriter<W: Write> {
    archive: ZipWriter<StreamWriter<W>>,
    names: HashSet<String>,
}

impl<W: Write> ArchiveWriter<W> {
    pub(crate) fn new(output: W) -> Self {
        Self { archive: ZipWriter::new_stream(output), names: HashSet::new() }
    }

    pub(crate) fn write(&mut self, document: &LabelledDocument, report: &mut LossReport) -> Result<(), WriteError> {
        let name = self.name(&document.id);
        report.add(Loss::Ids, usize::from(!document.id.is_empty() && name != document.id));
        let labels = labels(document, report);
        for (extension, content) in [("txt", &document.text), ("ann", &labels)] {
            self.archive.start_file(format!("{name}.{extension}"), SimpleFileOptions::default())?;
            self.archive.write_all(content.as_bytes())?;
        }
        Ok(())
    }

    /// A file name that is no path out of a folder and not taken.
    fn name(&mut self, id: &str) -> String {
        let good = id.len() <= 120
            && id.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && part != "__MACOSX")
            && id.chars().all(|character| character.is_alphanumeric() || "-_./ ".contains(character))
            && id.trim() == id;
        let number = self.names.len() + 1;
        let mut name = if good { id.to_owned() } else { format!("document-{number}") };
        while !self.names.insert(name.clone()) {
            name = format!("{name}-{number}");
        }
        name
    }

    pub(crate) fn finish(self) -> Result<W, WriteError> {
        let mut output = self.archive.finish()?.into_inner();
        output.flush()?;
        Ok(output)
    }
}
