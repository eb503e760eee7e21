//! Labelled documents from one file format into another, and what that loses.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sinet_formats::{Format, LabelledDocument, Loss, LossReport, Options, ReadError, Writer};
use sinet_text::{EntityType, RelationType, Schema};

use crate::Error;
use crate::data::labelled::{self, Labelled};
use crate::dataset::TYPES;
use crate::error::DataError;
use crate::files::{read, write_whole};

/// Files, and the format that they are converted into.
#[derive(Debug, Clone)]
pub struct Conversion<'a> {
    /// Files, archives, or folders of such files.
    pub inputs: &'a [PathBuf],
    /// Their format; `None` to recognise it.
    pub from: Option<Format>,
    /// How they are to be read.
    pub options: Options,
    /// Whether documents that cannot be read are left out, instead of ending the conversion.
    pub skip_bad: bool,
    /// Whether sentences that a relation links become one, with all between them.
    pub join_sentences: bool,
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
/// If that is SpERT's format, `types.json` beside it gets the types, in the order of their first use; one that is there
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
    let is_streamed = fs::metadata(output).is_ok_and(|output| !output.is_file());
    if is_streamed {
        let (report, _) = write_all(conversion, BufWriter::new(File::create(output).map_err(Error::writing(output))?))?;
        return Ok(Outcome::new(report, None, is_streamed));
    }
    write_whole(output, |file| {
        let (report, types) = write_all(conversion, BufWriter::new(file))?;
        let note = (conversion.to == Format::Spert).then(|| types.save(output)).transpose()?;
        Ok(Outcome::new(report, note, is_streamed))
    })
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
    let mut mistakes = Mistakes::default();
    let mut before = LossReport::default();
    for input in conversion.inputs {
        let report = read_all(input, conversion, |document| match document {
            // Nothing more is written once the file cannot be whole.
            Ok(_) if mistakes.count > 0 => Ok(()),
            Ok(document) => {
                types.see(&document);
                let document = if conversion.join_sentences { document.with_related_sentences() } else { document };
                writer.write(&document).map_err(Error::document(conversion.output))
            }
            Err(error) => {
                mistakes.take(error);
                Ok(())
            }
        })?;
        before = report.after(&before);
    }
    mistakes.into_result()?;
    let (_, report) = writer.finish().map_err(Error::document(conversion.output))?;
    Ok((report.after(&before), types))
}

/// Gives every document of a file or a folder to `take`, with those that cannot be read as errors.
fn read_all(
    path: &Path,
    conversion: &Conversion,
    mut take: impl FnMut(Result<LabelledDocument, ReadError>) -> Result<(), Error>,
) -> Result<LossReport, Error> {
    let Labelled { recognition, documents } = labelled::open(path, conversion.from, conversion.options.clone())?;
    let mut documents = if conversion.skip_bad { documents.skip_bad() } else { documents.past_errors() };
    documents.by_ref().try_for_each(&mut take)?;
    let mut report = documents.report().clone();
    recognition.into_iter().for_each(|sentence| report.note(sentence));
    Ok(report)
}

/// The documents that cannot be read: the first ones, and the number of all.
#[derive(Default)]
struct Mistakes {
    first: Vec<ReadError>,
    count: usize,
}

impl Mistakes {
    /// So many are named.
    const NAMED: usize = 20;

    fn take(&mut self, error: ReadError) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(error);
        }
    }

    fn into_result(mut self) -> Result<(), Error> {
        match self.count {
            0 => Ok(()),
            1 => Err(Error::Documents(self.first.remove(0))),
            count => Err(Error::BadDocuments { first: self.first, count }),
        }
    }
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
        let has_empty = self.entities.iter().chain(&self.relations).any(|name| name.trim().is_empty());
        let entities = self.entities.into_iter().filter(|name| !name.trim().is_empty());
        let entities = entities.map(|name| EntityType { short: name.clone(), verbose: name.clone(), name });
        let relations = self.relations.into_iter().filter(|name| !name.trim().is_empty());
        let relations =
            relations.map(|name| RelationType { short: name.clone(), verbose: name.clone(), symmetric: false, name });
        let schema = match Schema::new(entities.collect(), relations.collect()) {
            Ok(schema) => schema,
            Err(_) => return Ok("No types.json was written: there is no entity, or no relation.".to_owned()),
        };
        let json = serde_json::to_vec_pretty(&schema).map_err(|error| Error::Serialize(error.into()))?;
        fs::write(&path, json).map_err(Error::writing(&path))?;
        let empty = if has_empty { " It lacks the empty type: name those labels before training." } else { "" };
        Ok(format!("{} has the types; say there which relations are symmetric.{empty}", path.display()))
    }
}
