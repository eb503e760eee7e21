//! Arrow IPC. Its memory follows from the bytes that are there, where `arrow_ipc`'s own readers allot what a damaged length says.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::fb_to_schema;
use arrow_ipc::reader::{FileDecoder, StreamDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::{ArrowError, SchemaRef};

use crate::files::FileError;

/// The beginning and the end of a file with an index.
const MAGIC: &[u8] = b"ARROW1";

/// Bytes that a stream is read by.
const CHUNK_BYTES: u64 = 64 << 10;

/// Whether a file has an index at its end, and is no stream. It is at its beginning again after that.
pub fn is_indexed(file: &mut File) -> io::Result<bool> {
    let mut first = Vec::new();
    Read::by_ref(file).take(MAGIC.len() as u64).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(first == MAGIC)
}

/// The batches of a file, by its index.
pub struct IndexedBatches {
    reader: Reader,
    decoder: FileDecoder,
    blocks: std::vec::IntoIter<Block>,
}

impl IndexedBatches {
    /// Reads the index, the columns and the dictionaries.
    pub fn open(file: File) -> Result<(SchemaRef, Self), FileError> {
        let bytes = file.metadata()?.len();
        let mut reader = Reader { file, bytes };
        // Behind the index stand its length, in 4 bytes, and the magic.
        let end = reader.read(bytes.checked_sub(10), Some(10))?;
        let length = read_footer_length(end.as_ref().try_into().map_err(|_| damaged("its end"))?)?;
        let footer = reader.read(bytes.checked_sub(10 + length as u64), Some(length as u64))?;
        let footer = root_as_footer(&footer).map_err(|error| damaged(&error.to_string()))?;
        let schema = Arc::new(fb_to_schema(footer.schema().ok_or_else(|| damaged("its columns"))?));
        let mut decoder = FileDecoder::new(SchemaRef::clone(&schema), footer.version());
        for block in footer.dictionaries().iter().flatten() {
            decoder.read_dictionary(block, &reader.read_block(block)?)?;
        }
        let blocks: Vec<Block> = footer.recordBatches().iter().flatten().copied().collect();
        Ok((schema, Self { reader, decoder, blocks: blocks.into_iter() }))
    }
}

impl Iterator for IndexedBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.blocks.next()?;
        let read = self.reader.read_block(&block);
        read.and_then(|block_bytes| self.decoder.read_record_batch(&block, &block_bytes)).transpose()
    }
}

struct Reader {
    file: File,
    bytes: u64,
}

impl Reader {
    fn read_block(&mut self, block: &Block) -> Result<Buffer, ArrowError> {
        let number = |number: i64| u64::try_from(number).ok();
        let length = number(block.metaDataLength().into()).zip(number(block.bodyLength()));
        self.read(number(block.offset()), length.and_then(|(head, body)| head.checked_add(body)))
    }

    /// Reads what lies within the file, and nothing else.
    fn read(&mut self, from: Option<u64>, length: Option<u64>) -> Result<Buffer, ArrowError> {
        let place =
            from.zip(length).filter(|(from, length)| from.checked_add(*length).is_some_and(|end| end <= self.bytes));
        let (from, length) = place.ok_or_else(|| damaged("a place in it"))?;
        self.file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut self.file).take(length).read_to_end(&mut bytes)?;
        Ok(Buffer::from_vec(bytes))
    }
}

fn damaged(what: &str) -> ArrowError {
    ArrowError::IpcError(format!("the file is damaged: {what}"))
}

/// The batches of a stream, from front to back.
pub struct StreamedBatches {
    file: File,
    decoder: StreamDecoder,
    chunk: Buffer,
    /// A batch that came with the columns.
    first: Option<RecordBatch>,
}

impl StreamedBatches {
    /// Reads the columns.
    pub fn open(file: File) -> Result<(SchemaRef, Self), FileError> {
        let mut batches =
            Self { file, decoder: StreamDecoder::new(), chunk: Buffer::from_vec(Vec::<u8>::new()), first: None };
        batches.first = batches.read().transpose()?;
        let schema = batches.decoder.schema().ok_or_else(|| damaged("its columns"))?;
        Ok((schema, batches))
    }

    fn read(&mut self) -> Option<Result<RecordBatch, ArrowError>> {
        loop {
            match self.decoder.decode(&mut self.chunk) {
                Ok(Some(batch)) => return Some(Ok(batch)),
                Ok(None) => {}
                // Whatever follows the end of a stream is not of it.
                Err(_) if self.decoder.finish().is_ok() => return None,
                Err(error) => return Some(Err(error)),
            }
            let mut chunk = Vec::new();
            match Read::by_ref(&mut self.file).take(CHUNK_BYTES).read_to_end(&mut chunk) {
                Ok(0) => return self.decoder.finish().err().map(Err),
                Ok(_) => self.chunk = Buffer::from_vec(chunk),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }
}

impl Iterator for StreamedBatches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.first.take().map(Ok).or_else(|| self.read())
    }
}
