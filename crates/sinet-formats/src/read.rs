//! Documents from a file, one at a time.

use std::io::{BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use crate::archive::{Packing, START_BYTES, untar, unzip};
use crate::collection::{Collection, IfUnknown, Part};
use crate::context::Context;
use crate::document::LabelledDocument;
use crate::encoding::{self, Found, Utf8Reader};
use crate::error::{Fault, Problem, ReadError};
use crate::format::Format;
use crate::formats::brat::pairing::stem;
#[cfg(feature = "parquet")]
use crate::formats::parquet;
use crate::formats::{
    argilla, bioc, conll, docbin, doccano, docred, dygie, gliner, gliner2, label_studio, prodigy, pubannotation, sinet,
    spacy, spert, tacred, token_tags, triples, uima, webanno,
};
use crate::json::objects::JsonObjects;
use crate::loss_report::{Loss, LossReport};
use crate::named_file::NamedFile;
use crate::options::{Ends, Options};
use crate::sniff::{HEAD_BYTES, sniff};

/// The documents of a file, or of all files in an archive or a folder.
///
/// Yields one document at a time and holds no more than that, however long the file is; only an archive is held whole. It
/// ends at the first error, unless it goes [past errors](Reader::past_errors) or [skips](Reader::skip_bad) what is wrong.
///
/// A file may be packed with gzip, or be a zip or a tar: each file in these is read in the format that it is recognised to
/// have, and those that are not read are named in the report.
pub struct Reader<R> {
    source: Source<R>,
    context: Context,
    file: String,
    /// Documents begun so far.
    begun: u64,
    on_error: OnError,
    ended: bool,
}

/// The way on after a document that is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnError {
    End,
    GoOn,
    Skip,
}

/// A file, which is opened when its first document is read.
enum Source<R> {
    Closed {
        format: Format,
        input: R,
    },
    Open {
        format: Format,
        input: Box<Input<R>>,
        encoding: Found,
    },
    /// It cannot be opened, or is being so.
    Broken,
}

/// The file, cut as its format needs.
enum Input<R> {
    Json(JsonObjects<Text<R>>),
    Spert(Box<spert::Sentences<Text<R>>>),
    Conll(conll::Sentences<Text<R>>),
    WebAnno(webanno::Tokens<Text<R>>),
    BiocJson(bioc::json::Documents<Text<R>>),
    BiocXml(bioc::xml::Documents<Text<R>>),
    Xmi(uima::xmi::Documents<Text<R>>),
    Tacred(tacred::Sentences<Text<R>>),
    DocBin(Box<docbin::Documents<Unpacked<R>>>),
    #[cfg(feature = "parquet")]
    Parquet(parquet::Rows<Unpacked<R>>),
    Files(Box<Files>),
}

/// The text of a file.
type Text<R> = Utf8Reader<Unpacked<R>>;

/// A file whose start has been looked at.
type Begun<R> = Chain<Cursor<Vec<u8>>, R>;

/// A file as it was before it was packed.
enum Unpacked<R> {
    Plain(Begun<R>),
    Gzip(Box<Begun<BufReader<MultiGzDecoder<Begun<R>>>>>),
}

/// The files of an archive or a folder.
struct Files {
    collection: Collection,
    /// The one that is being read.
    open: Option<OpenFile>,
    /// Whether any was in a known format, or there is none.
    has_known: bool,
}

struct OpenFile {
    name: String,
    source: Source<Box<dyn BufRead>>,
    begun: u64,
}

/// A step of a reader: a document, an end or an error, and the place of it.
struct Step {
    /// The file within an archive or a folder.
    file: Option<String>,
    line: u64,
    /// The number of the document, from 1; 0 before the first.
    number: u64,
    read: Result<Option<LabelledDocument>, Fault>,
}

impl<R: BufRead> Reader<R> {
    /// Reads `input`, a file in `format` that is called `file` in errors. Of an archive, the format is the one that
    /// [`sniff`] says.
    pub fn new(format: Format, input: R, file: impl Into<String>, options: Options) -> Self {
        Self::of_source(Source::Closed { format, input }, file.into(), options)
    }

    fn of_source(source: Source<R>, file: String, mut options: Options) -> Self {
        // Above this serde_json refuses it anyway, in other words.
        options.limits.depth = options.limits.depth.min(100);
        Self { source, context: Context::new(options), file, begun: 0, on_error: OnError::End, ended: false }
    }

    /// Goes on after a document that is wrong, wherever the next one can be told from it: not after a mistake in the
    /// structure around the documents.
    #[must_use]
    pub fn past_errors(self) -> Self {
        Self { on_error: OnError::GoOn, ..self }
    }

    /// Passes over documents that are wrong: the report counts them as [`Loss::Unreadable`], each with its place and its
    /// mistake. A mistake after which no document can be told is an error still.
    #[must_use]
    pub fn skip_bad(self) -> Self {
        Self { on_error: OnError::Skip, ..self }
    }

    /// The report up to here: losses, and notes on the file.
    pub fn report(&self) -> &LossReport {
        &self.context.report
    }

    fn read(&mut self) -> Result<Option<LabelledDocument>, ReadError> {
        let context = &mut self.context;
        let Step { file, line, number, read } = self.source.next(&mut self.begun, context);
        match read.and_then(|document| document.map(|document| context.checked(document)).transpose()) {
            Ok(Some(document)) => {
                context.count(&document);
                Ok(Some(document))
            }
            Ok(None) => Ok(None),
            Err(fault) => {
                let id = context.id.clone();
                let number = (number > 0).then_some(number);
                let file = file.map_or_else(|| self.file.clone(), |file| format!("{}, {file}", self.file));
                Err(fault.in_file(&file, line, number, id))
            }
        }
    }
}

impl Reader<Box<dyn BufRead>> {
    /// Reads the files of a folder that is called `folder` in errors, each in the format that it is recognised to have;
    /// texts go together with brat's labels by their names.
    ///
    /// # Errors
    /// If there are labels and no text, or two files of one name.
    pub fn of_files(files: Vec<NamedFile>, folder: impl Into<String>, options: Options) -> Result<Self, ReadError> {
        let folder = folder.into();
        match Collection::new(files, options.limits.document_bytes) {
            Ok(collection) => {
                let input = Box::new(Input::Files(Box::new(Files::new(collection))));
                let source = Source::Open { format: Format::Brat, input, encoding: Found::default() };
                Ok(Self::of_source(source, folder, options))
            }
            Err(problem) => Err(Fault::from(problem).in_file(&folder, 1, None, None)),
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<LabelledDocument, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        loop {
            let next = self.read().transpose();
            let goes_on = self.source.goes_on();
            match &next {
                Some(Ok(_)) => {}
                Some(Err(error)) if self.on_error == OnError::Skip && goes_on => {
                    self.context.report.lose(Loss::Unreadable, &error.to_string());
                    continue;
                }
                Some(Err(_)) => self.ended = self.on_error != OnError::GoOn,
                None => self.ended = true,
            }
            return next;
        }
    }
}

impl<R: BufRead> Source<R> {
    /// Whether another document may come after an error.
    fn goes_on(&self) -> bool {
        match self {
            Self::Closed { .. } | Self::Broken => false,
            Self::Open { input, .. } => input.goes_on(),
        }
    }

    fn next(&mut self, begun: &mut u64, context: &mut Context) -> Step {
        if let Self::Closed { .. } = self
            && let Self::Closed { format, input } = std::mem::replace(self, Self::Broken)
        {
            let encoding = Found::default();
            match Input::open(format, input, &encoding, context) {
                Ok(input) => *self = Self::Open { format, input: Box::new(input), encoding },
                Err(problem) => return Step { file: None, line: 1, number: 0, read: Err(problem.into()) },
            }
        }
        let Self::Open { format, input, encoding } = self else {
            return Step { file: None, line: 1, number: 0, read: Ok(None) };
        };
        let step = input.next(*format, begun, context);
        if let Some(note) = encoding.take().and_then(encoding::Encoding::note) {
            context.report.note(note);
        }
        step
    }
}

impl<R: BufRead> Input<R> {
    fn open(format: Format, input: R, encoding: &Found, context: &mut Context) -> Result<Self, Problem> {
        let limits = context.options.limits;
        let input = begun(input)?;
        let (packing, unpacked) = match packing(&input) {
            Some(Packing::Gzip) => {
                let input = begun(BufReader::new(MultiGzDecoder::new(input)))?;
                (packing(&input), Unpacked::Gzip(Box::new(input)))
            }
            packing => (packing, Unpacked::Plain(input)),
        };
        let files = match packing {
            Some(Packing::Tar) => Some(untar(unpacked, &limits)?),
            Some(Packing::Zip) => Some(unzip(unpacked, &limits)?),
            _ if format == Format::Brat => Some(unzip(unpacked, &limits)?),
            _ => {
                context.report.note(match context.options.ends {
                    None => format!("Read as {format}, which counts in {}.", format.positions()),
                    Some(Ends::Inclusive) => format!("Read as {format}, with ends inclusive as you said."),
                    Some(Ends::Exclusive) => format!("Read as {format}, with ends exclusive as you said."),
                });
                // Those that are no text.
                match format {
                    Format::DocBin => return Ok(Self::DocBin(Box::new(docbin::Documents::new(unpacked)))),
                    #[cfg(feature = "parquet")]
                    Format::Parquet => return Ok(Self::Parquet(parquet::Rows::new(unpacked))),
                    #[cfg(not(feature = "parquet"))]
                    Format::Parquet => return Err(Problem::NoParquet),
                    _ => {}
                }
                let input = Utf8Reader::new(unpacked, Found::clone(encoding));
                return Ok(match format {
                    Format::BiocJson => Self::BiocJson(bioc::json::Documents::new(input, limits)),
                    Format::BiocXml => Self::BiocXml(bioc::xml::Documents::new(input, limits)),
                    Format::Xmi => Self::Xmi(uima::xmi::Documents::new(input, limits)),
                    Format::Tacred => Self::Tacred(tacred::Sentences::new(input, limits)),
                    Format::Spert => Self::Spert(Box::new(spert::Sentences::new(input, limits))),
                    Format::Conll => Self::Conll(conll::Sentences::new(input)),
                    Format::WebAnno => Self::WebAnno(webanno::Tokens::new(input)),
                    _ => Self::Json(JsonObjects::new(input, limits)),
                });
            }
        };
        let collection = Collection::new(files.unwrap_or_default(), limits.document_bytes)?;
        Ok(Self::Files(Box::new(Files::new(collection))))
    }

    fn goes_on(&self) -> bool {
        match self {
            Self::Json(objects) => objects.goes_on(),
            Self::Spert(sentences) => sentences.goes_on(),
            Self::Conll(sentences) => sentences.goes_on(),
            Self::WebAnno(_) => false,
            Self::BiocJson(documents) => documents.goes_on(),
            Self::BiocXml(documents) => documents.goes_on(),
            Self::Xmi(documents) => documents.goes_on(),
            Self::Tacred(sentences) => sentences.goes_on(),
            Self::DocBin(documents) => documents.goes_on(),
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => rows.goes_on(),
            Self::Files(_) => true,
        }
    }

    fn next(&mut self, format: Format, begun: &mut u64, context: &mut Context) -> Step {
        let (line, read) = match self {
            Self::Json(objects) => next_object(objects, format, begun, context),
            Self::Spert(sentences) => sentences.next(begun, context),
            Self::Conll(sentences) => sentences.next(begun, context),
            Self::WebAnno(tokens) => tokens.next(begun, context),
            Self::BiocJson(documents) => documents.next(begun, context),
            Self::BiocXml(documents) => documents.next(begun, context),
            Self::Xmi(documents) => documents.next(begun, context),
            Self::Tacred(sentences) => sentences.next(begun, context),
            Self::DocBin(documents) => (1, documents.next(begun, context)),
            #[cfg(feature = "parquet")]
            Self::Parquet(rows) => (1, next_row(rows, begun, context)),
            Self::Files(files) => return files.next(context),
        };
        Step { file: None, line, number: *begun, read }
    }
}

impl Files {
    fn new(collection: Collection) -> Self {
        Self { has_known: collection.is_empty(), collection, open: None }
    }

    fn next(&mut self, context: &mut Context) -> Step {
        loop {
            if let Some(OpenFile { name, source, begun }) = &mut self.open {
                let step = source.next(begun, context);
                let ends = matches!(step.read, Ok(None)) || step.read.is_err() && !source.goes_on();
                let name = name.clone();
                if ends {
                    self.open = None;
                }
                if !matches!(step.read, Ok(None)) {
                    return Step { file: Some(name), ..step };
                }
            }
            context.id = None;
            let Some(part) = self.collection.next_part(context) else {
                let is_first = !std::mem::replace(&mut self.has_known, true);
                let problem = Problem::Missing("file here in a known format");
                let read = if is_first { Err(problem.into()) } else { Ok(None) };
                return Step { file: None, line: 1, number: 0, read };
            };
            let (file, line, read) = match part {
                Part::Standoff(standoff) => self.collection.read(standoff, context),
                Part::File(file, if_unknown) => {
                    let name = file.name.clone();
                    (name, 1, self.start(file, if_unknown, context))
                }
            };
            if !matches!(read, Ok(None)) {
                self.has_known = true;
                return Step { file: Some(file), line, number: 0, read };
            }
        }
    }

    /// Opens a file that is recognised; what is not is a text, or counted.
    fn start(
        &mut self,
        file: NamedFile,
        if_unknown: IfUnknown,
        context: &mut Context,
    ) -> Result<Option<LabelledDocument>, Fault> {
        let name = file.name.clone();
        let mut input = file.open().map_err(Problem::from)?;
        let mut head = Vec::new();
        input.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(Problem::from)?;
        let sniffed = sniff(&head);
        let is_archive = matches!(Packing::of(&head), Some(Packing::Zip | Packing::Tar));
        match sniffed {
            Ok(sniffed) if !is_archive => {
                let input: Box<dyn BufRead> = Box::new(Cursor::new(head).chain(input));
                let source = Source::Closed { format: sniffed.format, input };
                self.open = Some(OpenFile { name, source, begun: 0 });
                self.has_known = true;
                Ok(None)
            }
            _ if if_unknown == IfUnknown::Text => {
                let text = self.collection.text(Cursor::new(head).chain(input), context)?;
                Ok(Some(LabelledDocument::new(stem(&name), text)))
            }
            _ => {
                let why = match if_unknown {
                    _ if is_archive => " (an archive in an archive)",
                    IfUnknown::Unlabelled => " (a text without labels)",
                    _ => "",
                };
                context.report.lose(Loss::UnreadFiles, &format!("{name}{why}"));
                Ok(None)
            }
        }
    }
}

/// The file with its first bytes at hand.
fn begun<R: Read>(mut input: R) -> Result<Begun<R>, Problem> {
    let mut start = Vec::new();
    input.by_ref().take(START_BYTES as u64).read_to_end(&mut start)?;
    Ok(Cursor::new(start).chain(input))
}

fn packing<R>(input: &Begun<R>) -> Option<Packing> {
    Packing::of(input.get_ref().0.get_ref())
}

impl<R: BufRead> BufRead for Unpacked<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        match self {
            Self::Plain(input) => input.fill_buf(),
            Self::Gzip(input) => input.fill_buf(),
        }
    }

    fn consume(&mut self, amount: usize) {
        match self {
            Self::Plain(input) => input.consume(amount),
            Self::Gzip(input) => input.consume(amount),
        }
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            Self::Gzip(input) => input.read(buffer),
        }
    }
}

/// The document of the next object that has one, and the line on which that starts.
fn next_object<R: BufRead>(
    objects: &mut JsonObjects<R>,
    format: Format,
    begun: &mut u64,
    context: &mut Context,
) -> (u64, Result<Option<LabelledDocument>, Fault>) {
    loop {
        let object = match objects.next() {
            Ok(Some(object)) => object,
            Ok(None) => return (objects.line(), Ok(None)),
            Err(problem) => {
                if objects.goes_on() {
                    *begun += 1;
                    context.id = None;
                }
                return (objects.line(), Err(problem.into()));
            }
        };
        if format == Format::Spacy
            && let Some(records) = spacy::records(&object.json, context)
        {
            objects.put_back(records, object.line);
            continue;
        }
        *begun += 1;
        context.id = None;
        let read = document_of(&object.json, format, context);
        if !matches!(read, Ok(None)) {
            return (object.line, read);
        }
    }
}

/// The document of a JSON record in this format, if it has one.
fn document_of(json: &str, format: Format, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    match format {
        Format::Sinet => sinet::read(json, context).map(Some),
        Format::Dygie => dygie::read(json, context).map(Some),
        Format::Gliner => gliner::read(json, context).map(Some),
        Format::Gliner2 => gliner2::read(json, context).map(Some),
        Format::Spacy => spacy::read(json, context).map(Some),
        Format::Argilla => argilla::read(json, context),
        Format::Triples => triples::read(json, context).map(Some),
        Format::Doccano => doccano::read(json, context).map(Some),
        Format::LabelStudio => label_studio::read(json, context),
        Format::Prodigy => prodigy::read(json, context),
        Format::PubAnnotation => pubannotation::read(json, context).map(Some),
        Format::CasJson => uima::json::read(json, context).map(Some),
        Format::Docred => docred::read(json, context).map(Some),
        Format::TokenTags => token_tags::read(json, context).map(Some),
        format => Err(Problem::WriteOnly(format).into()),
    }
}

/// The document of the next row that has one.
#[cfg(feature = "parquet")]
fn next_row<R: BufRead>(
    rows: &mut parquet::Rows<R>,
    begun: &mut u64,
    context: &mut Context,
) -> Result<Option<LabelledDocument>, Fault> {
    loop {
        let Some(row) = rows.next(&context.options.limits)? else { return Ok(None) };
        *begun += 1;
        context.id = None;
        let read = document_of(&row.json, row.format, context);
        if !matches!(read, Ok(None)) {
            return read;
        }
    }
}
