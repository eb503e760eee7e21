//! brat's standoff: the text in `NAME.txt`, its labels in `NAME.ann`; positions in code points, ends exclusive; relations
//! name text-bound annotations by their id.
//!
//! ```text
//! T1⇥Peop 0 3⇥Ada
//! T2⇥Loc 13 19⇥London
//! R1⇥Live_In Arg1:T1 Arg2:T2
//! ```
//!
//! where ⇥ is a tab.
//!
//! Here a collection is one zip archive. [`read_pair`] reads the two files of one document from elsewhere.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Cursor, Read, Write};

use sinet_text::{OffsetUnit, Offsets, TextRange};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{ZipArchive, ZipWriter};

use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Source};
use crate::error::{Fault, Problem, ReadError, WriteError, shortened};
use crate::loss::{Loss, LossReport};
use crate::positions::{Claim, Unit, resolve};
use crate::read::{Context, Limits, Options, check, place};

/// Reads one document from the contents of its two files; `name` is their name without `.txt` and `.ann`.
///
/// # Errors
/// If the labels do not fit the text or are not of brat's form.
pub fn read_pair(
    name: &str,
    text: String,
    labels: &str,
    options: Options,
) -> Result<(LabelledDocument, LossReport), ReadError> {
    let mut context = Context { options, report: LossReport::default(), id: Some(name.to_owned()) };
    let error = |fault| place(fault, &format!("{name}.ann"), 1, None, None);
    let document = read(name, text, labels, &mut context).map_err(error)?;
    let document = check(document, &options.limits).map_err(error)?;
    context.report.documents = 1;
    context.report.entities = document.entities.len();
    context.report.relations = document.relations.len();
    Ok((document, context.report))
}

fn read(name: &str, text: String, labels: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let (mut claims, mut kinds, mut by_id) = (Vec::new(), Vec::new(), HashMap::new());
    let (mut lines, mut links) = (Vec::new(), Vec::new());
    let mut others = HashSet::new();
    for (number, line) in labels.lines().enumerate() {
        let number = number as u64;
        let bad =
            |expected| Fault { field: None, line: number, problem: Problem::Line { found: shortened(line), expected } };
        if line.trim().is_empty() {
            continue;
        }
        let mut columns = line.splitn(3, '\t');
        let (id, body, said) = (columns.next().unwrap_or_default(), columns.next(), columns.next());
        let report = &mut context.report;
        match id.as_bytes().first() {
            Some(b'T') => {
                let body = body.and_then(|body| body.split_once(' '));
                let (kind, places) = body.ok_or_else(|| bad("an entity, as in `T1⇥Type 0 5⇥text`"))?;
                let pieces: Option<Vec<TextRange>> = places.split(';').map(piece).collect();
                let pieces = pieces.ok_or_else(|| bad("an entity, as in `T1⇥Type 0 5⇥text`"))?;
                let start = pieces.iter().map(|piece| piece.start).min().unwrap_or(0);
                let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(0);
                let whole = pieces.len() == 1;
                report.add(Loss::Discontinuous, usize::from(!whole));
                let said = said.filter(|_| whole).map(str::to_owned);
                if by_id.insert(id, kinds.len()).is_some() {
                    let problem = Problem::Twice { name: id.to_owned() };
                    return Err(Fault { field: None, line: number, problem });
                }
                claims.push(Claim { field: id.to_owned(), range: TextRange { start, end }, said });
                kinds.push(kind.to_owned());
                lines.push(number);
            }
            Some(b'R') => {
                let mut parts = body.unwrap_or_default().split_whitespace();
                let parts = (parts.next(), parts.next().and_then(argument), parts.next().and_then(argument));
                let (Some(kind), Some(head), Some(tail)) = parts else {
                    return Err(bad("a relation, as in `R1⇥Type Arg1:T1 Arg2:T2`"));
                };
                others.insert(id);
                links.push((number, kind, head, tail));
            }
            Some(b'E') => {
                others.insert(id);
                report.add(Loss::Events, 1);
            }
            Some(b'A' | b'M') => report.add(Loss::Attributes, 1),
            Some(b'N') => report.add(Loss::Normalisations, 1),
            Some(b'#') => report.add(Loss::Notes, 1),
            Some(b'*') => report.add(Loss::Coreference, 1),
            _ => return Err(bad("an annotation of brat; they start with T, R, E, A, M, N, # or *")),
        }
    }
    let spans = resolve(&text, &claims, Unit::Expected(OffsetUnit::CodePoints), &mut context.report);
    let spans = spans.map_err(|mut fault| {
        let entity = fault.field.as_deref().and_then(|id| by_id.get(id));
        fault.line = entity.map_or(0, |&entity| lines[entity]);
        fault
    })?;
    let mut relations = Vec::new();
    for (line, kind, head, tail) in links {
        match (by_id.get(head), by_id.get(tail)) {
            (Some(&head), Some(&tail)) => {
                let kind = kind.to_owned();
                relations.push(LabelledRelation { kind, head, tail, score: None, source: Source::Person });
            }
            _ => {
                let missing = [head, tail].into_iter().find(|end| !by_id.contains_key(end) && !others.contains(end));
                if let Some(name) = missing {
                    let problem = Problem::Unknown { what: "annotation", name: name.to_owned() };
                    return Err(Fault { field: None, line, problem });
                }
                context.report.add(Loss::NoEntity, 1);
            }
        }
    }
    let entities = kinds.into_iter().zip(spans);
    let entities = entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, source: Source::Person });
    Ok(LabelledDocument { entities: entities.collect(), relations, ..LabelledDocument::new(name, text) })
}

/// `0 5`.
fn piece(text: &str) -> Option<TextRange> {
    let (start, end) = text.trim().split_once(' ')?;
    Some(TextRange { start: start.parse().ok()?, end: end.parse().ok()? })
}

/// The id in `Arg1:T1`.
fn argument(text: &str) -> Option<&str> {
    Some(text.split_once(':')?.1)
}

/// The labels of a document, as in its `.ann` file.
pub(crate) fn labels(document: &LabelledDocument, report: &mut LossReport) -> String {
    let offsets = Offsets::new(&document.text);
    let mut lines = String::new();
    for (index, entity) in document.entities.iter().enumerate() {
        let range = offsets.range(entity.span, OffsetUnit::CodePoints).unwrap_or(TextRange { start: 0, end: 0 });
        let text = document.entity_text(index).unwrap_or_default();
        let text = text.replace(['\t', '\n', '\r'], " ");
        let kind = type_without_spaces(&entity.kind, report);
        lines += &format!("T{}\t{kind} {} {}\t{text}\n", index + 1, range.start, range.end);
    }
    for (index, relation) in document.relations.iter().enumerate() {
        let kind = type_without_spaces(&relation.kind, report);
        lines += &format!("R{}\t{kind} Arg1:T{} Arg2:T{}\n", index + 1, relation.head + 1, relation.tail + 1);
    }
    lines
}

/// The name of a type where white space separates.
pub(crate) fn type_without_spaces(kind: &str, report: &mut LossReport) -> String {
    let written = without_spaces(kind);
    report.add(Loss::RewrittenTypes, usize::from(written != kind));
    written
}

/// The text with `_` for white space and for nothing.
pub(crate) fn without_spaces(text: &str) -> String {
    if text.is_empty() {
        return "_".to_owned();
    }
    text.chars().map(|character| if character.is_whitespace() { '_' } else { character }).collect()
}

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
    /// Names without `.txt` and `.ann`, in reverse, and whether each file exists.
    names: Vec<(String, bool, bool)>,
}

impl<R: BufRead> Archive<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { state: State::Closed(Some(input)) }
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
            let opened = open(input, &limits).map_err(|problem| place(problem.into(), file, 1, None, None))?;
            self.state = State::Open(Box::new(opened));
        }
        let State::Open(opened) = &mut self.state else { return Ok(None) };
        let Some((name, has_text, has_labels)) = opened.names.pop() else { return Ok(None) };
        *begun += 1;
        context.id = None;
        let inside = format!("{file}, {name}.ann");
        let error = |fault: Fault| place(fault, &inside, 1, None, None);
        if !has_text {
            return Err(error(Problem::Missing("file of the same name that ends in .txt").into()));
        }
        let text =
            entry(&mut opened.archive, &format!("{name}.txt"), &limits).map_err(|problem| error(problem.into()))?;
        let labels = match has_labels {
            true => {
                entry(&mut opened.archive, &format!("{name}.ann"), &limits).map_err(|problem| error(problem.into()))?
            }
            false => String::new(),
        };
        let document = read(&name, text, &labels, context).map_err(error)?;
        Ok(Some((inside, document)))
    }
}

fn open<R: BufRead>(input: R, limits: &Limits) -> Result<Opened, Problem> {
    let mut bytes = Vec::new();
    input.take(limits.archive_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.archive_bytes {
        return Err(Problem::TooLarge { what: "the archive", limit: limits.archive_bytes });
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Problem::Zip(error.to_string()))?;
    let mut names: Vec<(String, bool, bool)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for file in archive.file_names() {
        let hidden = file.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        let Some((name, extension @ ("txt" | "ann"))) = file.rsplit_once('.') else { continue };
        if hidden {
            continue;
        }
        let place = *places.entry(name.to_owned()).or_insert_with(|| {
            names.push((name.to_owned(), false, false));
            names.len() - 1
        });
        match extension {
            "txt" => names[place].1 = true,
            _ => names[place].2 = true,
        }
    }
    if names.is_empty() && !archive.is_empty() {
        return Err(Problem::Missing("file in this archive that ends in .ann or .txt"));
    }
    names.reverse();
    Ok(Opened { archive, names })
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
