//! Labelled documents from one file format into another, and what that loses.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sinet_formats::{Ends, Format, LabelledDocument, Loss, LossReport, Options, Writer, read_brat};
use sinet_text::{EntityType, RelationType, Schema};

use crate::Error;
use crate::data::labelled::{self, LabelledFile};
use crate::dataset::TYPES;
use crate::error::DataError;
use crate::files::read;

/// Files, and the format that they are converted into.
#[derive(Debug, Clone)]
pub struct Conversion<'a> {
    /// Files, or folders of brat's texts and labels.
    pub inputs: &'a [PathBuf],
    /// Their format; `None` to recognise it.
    pub from: Option<Format>,
    /// How they count the ends of words, where they do not do as their format says.
    pub ends: Option<Ends>,
    /// The format to write.
    pub to: Format,
    /// The file to write.
    pub output: &'a Path,
}

/// The counts and the losses of a conversion.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Documents written.
    pub documents: usize,
    /// Entities written.
    pub entities: usize,
    /// Relations written.
    pub relations: usize,
    /// Observations about the files, a sentence each.
    pub notes: Vec<String>,
    /// The losses, and how often each occurred.
    pub losses: BTreeMap<Loss, usize>,
    /// The same in sentences, and all of it.
    #[serde(skip)]
    pub report: LossReport,
    /// Whether the documents went to a pipe or a device instead of a file.
    #[serde(skip)]
    pub is_streamed: bool,
}

/// Streams the documents of all inputs into one file, which is there only once it is whole. A pipe or a device, as
/// `/dev/stdout`, is written to as it is.
///
/// Where that is SpERT's format, `types.json` beside it gets the types, in the order of their first use; one that is there
/// already must have them all and stays as it is.
///
/// # Errors
///
/// [`Error::Data`] or [`Error::Documents`] for a file that is not of its format or a type that is not in `types.json`,
/// [`Error::Read`] or [`Error::Write`] for a file that cannot be read or written.
pub fn convert(conversion: &Conversion) -> Result<Outcome, Error> {
    let output = conversion.output;
    if !conversion.to.can_be_written() {
        return Err(Error::data(output)(DataError::ReadOnly(conversion.to)));
    }
    let create = |path: &Path| File::create(path).map(BufWriter::new).map_err(Error::writing(path));
    let is_streamed = fs::metadata(output).is_ok_and(|output| !output.is_file());
    if is_streamed {
        let (report, _) = write_all(conversion, create(output)?)?;
        return Ok(Outcome::new(report, None, is_streamed));
    }
    let partial = output.with_added_extension("partial");
    let finish = || {
        let (report, types) = write_all(conversion, create(&partial)?)?;
        let note = (conversion.to == Format::Spert).then(|| types.save(output)).transpose()?;
        fs::rename(&partial, output).map_err(Error::writing(output))?;
        Ok(Outcome::new(report, note, is_streamed))
    };
    finish().inspect_err(|_| _ = fs::remove_file(&partial))
}

impl Outcome {
    fn new(report: LossReport, note: Option<String>, is_streamed: bool) -> Self {
        Self {
            documents: report.documents,
            entities: report.entities,
            relations: report.relations,
            notes: report.notes().iter().cloned().chain(note).collect(),
            losses: report.losses().collect(),
            report,
            is_streamed,
        }
    }
}

fn write_all(conversion: &Conversion, file: impl Write) -> Result<(LossReport, Types), Error> {
    let mut writer = Writer::new(conversion.to, file);
    let mut types = Types::default();
    let mut take = |document: LabelledDocument| {
        types.see(&document);
        writer.write(&document).map_err(Error::document(conversion.output))
    };
    let mut before = LossReport::default();
    for input in conversion.inputs {
        let report = if input.is_dir() {
            read_folder(input, conversion, &mut take)?
        } else {
            read_file(input, conversion, &mut take)?
        };
        before = report.after(&before);
    }
    let (_, report) = writer.finish().map_err(Error::document(conversion.output))?;
    Ok((report.after(&before), types))
}

fn read_file(
    path: &Path,
    conversion: &Conversion,
    take: &mut impl FnMut(LabelledDocument) -> Result<(), Error>,
) -> Result<LossReport, Error> {
    let options = Options { ends: conversion.ends, ..Options::default() };
    let LabelledFile { format, reason, mut documents } = labelled::open(path, conversion.from, options)?;
    for document in documents.by_ref() {
        take(document?)?;
    }
    let mut report = documents.report().clone();
    if let Some(reason) = reason {
        report.note(format!("{} was read as {format}: {reason}.", path.display()));
    }
    Ok(report)
}

/// Every `.txt` file of a folder with the labels beside it, by name.
fn read_folder(
    folder: &Path,
    conversion: &Conversion,
    take: &mut impl FnMut(LabelledDocument) -> Result<(), Error>,
) -> Result<LossReport, Error> {
    if conversion.from.is_some_and(|format| format != Format::Brat) {
        return Err(Error::data(folder)(DataError::NotBrat));
    }
    let entries = fs::read_dir(folder).map_err(Error::reading(folder))?;
    let mut texts: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(Error::reading(folder))?;
    texts.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    if texts.is_empty() {
        return Err(Error::data(folder)(DataError::NoTexts));
    }
    texts.sort();
    let mut before = LossReport::default();
    for path in texts {
        let labels = path.with_extension("ann");
        let text = |path: &Path| fs::read_to_string(path).map_err(Error::reading(path));
        let labels = if labels.exists() { text(&labels)? } else { String::new() };
        let text = text(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let (document, report) = read_brat(&name, text, &labels, Options::default())?;
        take(document)?;
        before = report.after(&before);
    }
    Ok(before)
}

/// The types that occur, in the order of their first use.
#[derive(Default)]
struct Types {
    entities: Vec<String>,
    relations: Vec<String>,
}

impl Types {
    fn see(&mut self, document: &LabelledDocument) {
        let entities = document.entities.iter().map(|entity| (&entity.kind, true));
        let relations = document.relations.iter().map(|relation| (&relation.kind, false));
        for (kind, is_entity) in entities.chain(relations) {
            let known = if is_entity { &mut self.entities } else { &mut self.relations };
            if !known.contains(kind) {
                known.push(kind.clone());
            }
        }
    }

    /// Writes or checks `types.json` beside `output`; returns the sentence about it.
    fn save(self, output: &Path) -> Result<String, Error> {
        let path = output.with_file_name(TYPES);
        if path.exists() {
            let schema: Schema = serde_json::from_slice(&read(&path)?).map_err(Error::data(&path))?;
            let entity = self.entities.iter().find(|kind| schema.entity_index(kind).is_none());
            let relation = self.relations.iter().find(|kind| schema.relation_index(kind).is_none());
            return match entity.or(relation) {
                Some(kind) => Err(Error::data(&path)(DataError::MissingType(kind.clone()))),
                None => Ok(format!("{} has all types and stays as it is.", path.display())),
            };
        }
        let entities = self.entities.into_iter();
        let entities = entities.map(|name| EntityType { short: name.clone(), verbose: name.clone(), name });
        let relations = self.relations.into_iter();
        let relations =
            relations.map(|name| RelationType { short: name.clone(), verbose: name.clone(), symmetric: false, name });
        let schema = match Schema::new(entities.collect(), relations.collect()) {
            Ok(schema) => schema,
            Err(_) => return Ok("No types.json was written: there is no entity, or no relation.".to_owned()),
        };
        let json = serde_json::to_vec_pretty(&schema).map_err(|error| Error::Serialize(error.into()))?;
        fs::write(&path, json).map_err(Error::writing(&path))?;
        Ok(format!("{} has the types; say there which relations are symmetric.", path.display()))
    }
}
