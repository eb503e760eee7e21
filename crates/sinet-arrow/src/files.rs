//! Batches from and to files: Parquet, and Arrow IPC as a file (`.arrow`, `.feather`) or as a stream (`.arrows`).

mod ipc;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

/// Bytes of batches that a Parquet writer keeps before it ends a row group.
const ROW_GROUP_BYTES: usize = 32 << 20;

/// The kind of a file of batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Parquet.
    Parquet,
    /// Arrow IPC with an index at its end.
    ArrowFile,
    /// Arrow IPC from front to back.
    ArrowStream,
}

/// Why a file of batches cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no Arrow, or damaged.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// It is no Parquet, or damaged.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// It is damaged in a way that its reader does not look for.
    #[error("the file is damaged")]
    Damaged,
}

impl FileKind {
    /// The kind that the end of a name says.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::ArrowFile),
            "arrows" => Some(Self::ArrowStream),
            _ => None,
        }
    }
}

/// The batches of a file, in order; only one is in memory.
pub struct Batches {
    schema: SchemaRef,
    rows: Option<u64>,
    at_a_time: usize,
    /// What is left of a batch that was larger.
    rest: Option<RecordBatch>,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
}

impl Batches {
    /// Opens a file, to read at most `rows` rows at a time, of which there is at least one. Of an Arrow file as many are in memory as were
    /// written together.
    ///
    /// # Errors
    ///
    /// [`FileError`] if it cannot be read.
    pub fn open(path: &Path, kind: FileKind, rows: usize) -> Result<Self, FileError> {
        guarded(|| Self::open_unguarded(path, kind, rows)).unwrap_or(Err(FileError::Damaged))
    }

    fn open_unguarded(path: &Path, kind: FileKind, rows: usize) -> Result<Self, FileError> {
        let mut file = File::open(path)?;
        match kind {
            FileKind::Parquet => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
                let all = builder.metadata().file_metadata().num_rows();
                // With its metadata, which the reader's own schema and batches lack.
                let schema = SchemaRef::clone(builder.schema());
                let with_metadata = SchemaRef::clone(&schema);
                let reader = builder.with_batch_size(rows).build()?;
                let batches = reader.map(move |batch| batch?.with_schema(SchemaRef::clone(&with_metadata)));
                Ok(Self {
                    schema,
                    rows: u64::try_from(all).ok(),
                    at_a_time: rows,
                    rest: None,
                    batches: Box::new(batches),
                })
            }
            // Streams are often named as files are, and files as streams.
            FileKind::ArrowFile | FileKind::ArrowStream if ipc::is_indexed(&mut file)? => {
                let (schema, batches) = ipc::IndexedBatches::open(file)?;
                Ok(Self { schema, rows: None, at_a_time: rows, rest: None, batches: Box::new(batches) })
            }
            FileKind::ArrowFile | FileKind::ArrowStream => {
                let (schema, batches) = ipc::StreamedBatches::open(file)?;
                Ok(Self { schema, rows: None, at_a_time: rows, rest: None, batches: Box::new(batches) })
            }
        }
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    /// The number of all rows, where the file says so at its front or end.
    pub fn rows(&self) -> Option<u64> {
        self.rows
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match self.read()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            },
        };
        let here = batch.num_rows().min(self.at_a_time);
        if here < batch.num_rows() {
            self.rest = Some(batch.slice(here, batch.num_rows() - here));
        }
        Some(Ok(batch.slice(0, here)))
    }
}

impl Batches {
    fn read(&mut self) -> Option<Result<RecordBatch, FileError>> {
        let next = match guarded(|| self.batches.next()) {
            Some(batch) => batch.map(|batch| batch.map_err(FileError::from)),
            None => Some(Err(FileError::Damaged)),
        };
        // Nothing follows a mistake.
        if matches!(next, Some(Err(_))) {
            self.batches = Box::new(std::iter::empty());
        }
        next
    }
}

/// Writes batches into a file. [`BatchWriter::finish`] must be called: a file without its end cannot be read.
pub enum BatchWriter<W: Write + Send> {
    /// Into Parquet.
    Parquet(Box<ArrowWriter<W>>),
    /// Into an Arrow file.
    ArrowFile(Box<FileWriter<BufWriter<W>>>),
    /// Into an Arrow stream.
    ArrowStream(Box<StreamWriter<BufWriter<W>>>),
}

impl<W: Write + Send> BatchWriter<W> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the output takes nothing, or Parquet knows no such column.
    pub fn new(output: W, kind: FileKind, schema: &SchemaRef) -> Result<Self, FileError> {
        Ok(match kind {
            FileKind::Parquet => {
                let compression = Compression::ZSTD(ZstdLevel::default());
                let properties = WriterProperties::builder().set_compression(compression).build();
                let writer = ArrowWriter::try_new(output, SchemaRef::clone(schema), Some(properties))?;
                Self::Parquet(Box::new(writer))
            }
            FileKind::ArrowFile => {
                Self::ArrowFile(Box::new(FileWriter::try_new(BufWriter::new(output), schema.as_ref())?))
            }
            FileKind::ArrowStream => {
                Self::ArrowStream(Box::new(StreamWriter::try_new(BufWriter::new(output), schema.as_ref())?))
            }
        })
    }

    /// Writes a batch.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the output takes no more, or the batch has other columns.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), FileError> {
        match self {
            Self::Parquet(writer) => {
                writer.write(batch)?;
                if writer.in_progress_size() > ROW_GROUP_BYTES {
                    writer.flush()?;
                }
            }
            Self::ArrowFile(writer) => writer.write(batch)?,
            Self::ArrowStream(writer) => writer.write(batch)?,
        }
        Ok(())
    }

    /// Ends the file and returns the output.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the output takes no more.
    pub fn finish(self) -> Result<W, FileError> {
        match self {
            Self::Parquet(writer) => Ok(writer.into_inner()?),
            Self::ArrowFile(mut writer) => {
                writer.finish()?;
                unbuffered(writer.into_inner()?)
            }
            Self::ArrowStream(mut writer) => {
                writer.finish()?;
                unbuffered(writer.into_inner()?)
            }
        }
    }
}

/// What `read` gives, or `None` where it panics: Arrow's readers do, with a few bytes changed. Nothing that it has touched is used
/// after that.
fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}

fn unbuffered<W: Write>(output: BufWriter<W>) -> Result<W, FileError> {
    output.into_inner().map_err(|error| FileError::Io(error.into_error()))
}
