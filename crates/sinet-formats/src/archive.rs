//! The files in an archive: a zip, or a tar that may be packed with gzip.
//!
//! An archive is held whole, up to [`Limits::archive_bytes`]; each of its files is unpacked as it is read.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::ops::Range;
use std::rc::Rc;

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, GzDecoder};
use zip::{CompressionMethod, ZipArchive};

use crate::error::Problem;
use crate::named_file::NamedFile;
use crate::options::Limits;

/// Bytes from the start of a file that tell an archive.
pub(crate) const START_BYTES: usize = 512;

/// A file that others are packed in, or that is packed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Zip,
    Tar,
    /// One file, which may be a tar.
    Gzip,
}

impl Packing {
    /// The packing of a file that begins with `start`; [`START_BYTES`] of it are enough.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        const TAR: Range<usize> = 257..262;
        match start {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            _ if start.get(TAR) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }
}

/// The files of a zip archive.
pub(crate) fn unzip(input: impl Read, limits: &Limits) -> Result<Vec<NamedFile>, Problem> {
    let bytes = whole(input, limits)?;
    let broken = |error: zip::result::ZipError| Problem::Zip(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).map_err(broken)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let (method, crc, is_encrypted) = (entry.compression(), entry.crc32(), entry.encrypted());
        let start = entry.data_start().unwrap_or(0);
        let packed = bytes.part(start..start.saturating_add(entry.compressed_size()));
        // Some programs on Windows write its separator.
        let name = entry.name().replace('\\', "/");
        files.push(NamedFile::new(name, move || {
            let checked = |input| -> Box<dyn BufRead> {
                Box::new(BufReader::new(Checked { input, seen: Crc::new(), expected: crc }))
            };
            let packed = Cursor::new(packed);
            match method {
                _ if is_encrypted => Err(io::Error::other("it is encrypted")),
                CompressionMethod::Stored => Ok(checked(Box::new(packed) as Box<dyn Read>)),
                CompressionMethod::Deflated => Ok(checked(Box::new(DeflateDecoder::new(packed)))),
                method => Err(io::Error::other(format!("it is packed by {method:?}, which is not read"))),
            }
        }));
    }
    Ok(files)
}

/// The files of a tar.
pub(crate) fn untar(input: impl Read, limits: &Limits) -> Result<Vec<NamedFile>, Problem> {
    let bytes = whole(input, limits)?;
    let mut archive = tar::Archive::new(Cursor::new(bytes.clone()));
    let mut files = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let start = entry.raw_file_position();
        let content = bytes.part(start..start.saturating_add(entry.size()));
        files.push(NamedFile::new(name, move || Ok(Box::new(Cursor::new(content)))));
    }
    Ok(files)
}

/// The files that begin in the start of an archive, each with as much of its content as there is.
pub(crate) fn begun(packing: Packing, start: &[u8]) -> Vec<(String, Vec<u8>)> {
    match packing {
        Packing::Zip => zipped_start(start),
        Packing::Tar => {
            let mut archive = tar::Archive::new(start);
            let entries = archive.entries().into_iter().flatten().map_while(Result::ok);
            let files = entries.filter(|entry| entry.header().entry_type().is_file()).map(|mut entry| {
                let mut content = Vec::new();
                // The last one ends early.
                _ = entry.read_to_end(&mut content);
                (String::from_utf8_lossy(&entry.path_bytes()).into_owned(), content)
            });
            files.collect()
        }
        Packing::Gzip => Vec::new(),
    }
}

/// The start of what is packed with gzip, as much as `start` has of it and `limit` bytes at most.
pub(crate) fn gunzipped_start(start: &[u8], limit: usize) -> Vec<u8> {
    let mut content = Vec::new();
    // The end is missing.
    _ = GzDecoder::new(start).take(limit as u64).read_to_end(&mut content);
    content
}

fn zipped_start(mut rest: &[u8]) -> Vec<(String, Vec<u8>)> {
    /// Of each file, enough to recognise it.
    const CONTENT: u64 = 1 << 16;
    let number = |bytes: &[u8], at: usize, len: usize| {
        bytes[at..at + len].iter().rev().fold(0usize, |number, &byte| number << 8 | usize::from(byte))
    };
    let mut files = Vec::new();
    while let Some((header, after)) = rest.split_at_checked(30).filter(|(header, _)| header.starts_with(b"PK\x03\x04"))
    {
        let (method, stated) = (number(header, 8, 2), number(header, 18, 4));
        let (name_len, extra_len) = (number(header, 26, 2), number(header, 28, 2));
        let Some((name, after)) = after.split_at_checked(name_len) else { break };
        let Some(packed) = after.get(extra_len..) else { break };
        let mut content = Vec::new();
        let used = if method == 8 {
            let mut decoder = DeflateDecoder::new(packed);
            _ = (&mut decoder).take(CONTENT).read_to_end(&mut content);
            decoder.total_in() as usize
        } else {
            content.extend_from_slice(&packed[..stated.min(packed.len()).min(CONTENT as usize)]);
            stated
        };
        let name = String::from_utf8_lossy(name).replace('\\', "/");
        if !name.ends_with('/') {
            files.push((name, content));
        }
        // A file that was packed in a stream states its size after itself.
        let after = packed.get(stated.max(used)..).unwrap_or_default();
        let next = after.windows(4).take(32).position(|bytes| bytes == b"PK\x03\x04");
        rest = next.map_or(&[], |next| &after[next..]);
    }
    files
}

/// A part of an archive's bytes, which all parts share.
#[derive(Clone)]
struct Shared {
    bytes: Rc<Vec<u8>>,
    range: Range<usize>,
}

impl Shared {
    /// The part within, as much of it as there is.
    fn part(&self, range: Range<u64>) -> Self {
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        let start = within(range.start);
        Self { bytes: Rc::clone(&self.bytes), range: start..within(range.end).max(start) }
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

fn whole(input: impl Read, limits: &Limits) -> Result<Shared, Problem> {
    let mut bytes = Vec::new();
    input.take(limits.archive_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.archive_bytes {
        return Err(Problem::TooLarge { what: "the archive", limit: limits.archive_bytes });
    }
    let range = 0..bytes.len();
    Ok(Shared { bytes: Rc::new(bytes), range })
}

/// A file whose checksum is known.
struct Checked<R> {
    input: R,
    seen: Crc,
    expected: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.seen.update(&buffer[..read]);
        if read == 0 && !buffer.is_empty() && self.seen.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong; the archive is damaged"));
        }
        Ok(read)
    }
}
