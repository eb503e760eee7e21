//! The headers of a file's pages, looked at before any page is unpacked: the crate that reads Parquet makes room for as much
//! as a header says, and unpacks gzip to its end, so a small file could ask for all memory.
//!
//! A header is a struct of Thrift's compact protocol
//! (<https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>), with the fields of
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::error::Problem;

/// The most bytes of a page, unpacked. Programs write pages of about 1 MB.
const PAGE_BYTES: usize = 64 << 20;
/// The most values of a page. Programs write pages of some 20,000 rows.
const PAGE_VALUES: usize = 1 << 23;
/// How deep structs may lie in a header: statistics in the header of the data in the header of the page.
const DEPTH: usize = 4;

/// Looks at every page.
///
/// # Errors
///
/// [`Problem::TooLarge`] if one is larger than [`PAGE_BYTES`] or has more values than [`PAGE_VALUES`], [`Problem::Parquet`] if
/// a header is damaged.
pub(super) fn check(file: &[u8], metadata: &ParquetMetaData) -> Result<(), Problem> {
    metadata.row_groups().iter().flat_map(|group| group.columns()).try_for_each(|column| check_column(file, column))
}

fn check_column(file: &[u8], column: &ColumnChunkMetaData) -> Result<(), Problem> {
    let damaged = || Problem::Parquet("it is damaged".to_owned());
    // As the crate has it: the dictionary comes first, if there is one.
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let place = usize::try_from(start).ok().zip(usize::try_from(column.compressed_size()).ok());
    let chunk = place.and_then(|(start, length)| file.get(start..start.checked_add(length)?));
    let mut rest = chunk.ok_or_else(damaged)?;
    while !rest.is_empty() {
        let page = Page::read(&mut rest).ok_or_else(damaged)?;
        let (packed, others) = rest.split_at_checked(page.packed).ok_or_else(damaged)?;
        rest = others;
        if page.values > PAGE_VALUES {
            return Err(Problem::TooLarge { what: "the number of values in a page", limit: PAGE_VALUES });
        }
        let is_gzip = matches!(column.compression(), Compression::GZIP(_));
        if page.unpacked > PAGE_BYTES || is_gzip && unpacks_beyond(packed, PAGE_BYTES) {
            return Err(Problem::TooLarge { what: "a page", limit: PAGE_BYTES });
        }
    }
    Ok(())
}

/// Whether gzip's bytes become more than so many.
fn unpacks_beyond(packed: &[u8], limit: usize) -> bool {
    // A byte becomes at most 1,032 (<https://zlib.net/zlib_tech.html>).
    packed.len().saturating_mul(1032) > limit
        && io::copy(&mut MultiGzDecoder::new(packed).take(limit as u64 + 1), &mut io::sink())
            .is_ok_and(|bytes| bytes > limit as u64)
}

/// A page by its header.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// Its bytes as they will be.
    unpacked: usize,
    /// Its bytes in the file.
    packed: usize,
    /// Its number of values.
    values: usize,
}

impl Page {
    /// Takes a header from the front of some bytes; `None` if it is none.
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut page = Self::default();
        read_struct(bytes, DEPTH, &mut |path, number| match path {
            [2] => page.unpacked = number,
            [3] => page.packed = number,
            // Of a data page, of a dictionary, of a data page in its second version.
            [5 | 7 | 8, 1] => page.values = number,
            _ => {}
        })?;
        Some(page)
    }
}

/// Takes a struct from the front of some bytes, and tells its numbers by the path of their fields. One that is negative counts
/// as too large.
fn read_struct(bytes: &mut &[u8], depth: usize, tell: &mut dyn FnMut(&[i64], usize)) -> Option<()> {
    let mut field = 0_i64;
    loop {
        let head = take(bytes)?;
        if head == 0 {
            return Some(());
        }
        field = match head >> 4 {
            0 => signed(varint(bytes)?),
            delta => field.checked_add(i64::from(delta))?,
        };
        match head & 0xf {
            12 if depth > 0 => read_struct(bytes, depth - 1, &mut |path, number| {
                // Deeper ones are of no concern.
                if let [inner] = path {
                    tell(&[field, *inner], number);
                }
            })?,
            4..=6 => tell(&[field], usize::try_from(signed(varint(bytes)?)).unwrap_or(usize::MAX)),
            kind => skip(bytes, kind)?,
        }
    }
}

/// Passes over a value that is in no header's numbers. Lists, sets and maps are in none at all.
fn skip(bytes: &mut &[u8], kind: u8) -> Option<()> {
    let length = match kind {
        // A truth is in the head of its field.
        1 | 2 => 0,
        3 => 1,
        7 => 8,
        8 => usize::try_from(varint(bytes)?).ok()?,
        _ => return None,
    };
    *bytes = bytes.get(length..)?;
    Some(())
}

fn take(bytes: &mut &[u8]) -> Option<u8> {
    let (&first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(first)
}

/// A number of 7 bits a byte, the lowest ones first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in (0..64).step_by(7) {
        let byte = take(bytes)?;
        number |= u64::from(byte & 0x7f) << place;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// The number that zigzag order has at this place: 0, -1, 1, -2.
fn signed(place: u64) -> i64 {
    (place >> 1) as i64 ^ -((place & 1) as i64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use parquet::basic::GzipLevel;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::FileReader;
    use parquet::file::serialized_reader::SerializedFileReader;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A file with one text of so many zeros.
    fn file(zeros: usize, compression: Compression) -> Vec<u8> {
        let schema = Arc::new(parse_message_type("message row { required binary text; }").unwrap());
        let properties = WriterProperties::builder().set_compression(compression).set_dictionary_enabled(false).build();
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(vec![0; zeros])], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    fn checked(file: &[u8]) -> Result<(), Problem> {
        check(file, SerializedFileReader::new(Bytes::from(file.to_vec())).unwrap().metadata())
    }

    #[test]
    fn a_page_that_would_take_all_memory_is_refused() {
        let ways = [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(GzipLevel::default())];
        for way in ways {
            checked(&file(1000, way)).unwrap();
            let large = checked(&file(PAGE_BYTES + 1, way));
            assert!(
                matches!(large, Err(Problem::TooLarge { what: "a page", limit: PAGE_BYTES })),
                "{way:?}: {large:?}"
            );
        }
    }

    #[test]
    fn gzip_that_becomes_more_than_its_header_says_is_refused() {
        let mut packed = Vec::new();
        let zeros = vec![0; PAGE_BYTES + 1];
        flate2::read::GzEncoder::new(zeros.as_slice(), flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
        assert!(unpacks_beyond(&packed, PAGE_BYTES) && !unpacks_beyond(&packed, PAGE_BYTES + 1));
    }

    #[test]
    fn a_header_is_read_to_its_end() {
        // type 0, unpacked 300, packed 9, crc, data header: values 70, encodings 0 3 3, statistics: max "ab", is exact.
        let header = b"\x15\x00\x15\xd8\x04\x15\x12\x15\x02\x1c\x15\x8c\x01\x15\x00\x15\x06\x15\x06\x1c\x18\x02ab\x61\x00\x00\x00rest";
        let mut bytes = header.as_slice();
        assert_eq!(Page::read(&mut bytes), Some(Page { unpacked: 300, packed: 9, values: 70 }));
        assert_eq!(bytes, b"rest");
        for end in 0..header.len() - b"rest".len() {
            assert_eq!(Page::read(&mut &header[..end]), None, "{end}");
        }
        // A size below 0, and a struct in a struct and so on.
        assert_eq!(Page::read(&mut b"\x25\x01\x00".as_slice()), Some(Page { unpacked: usize::MAX, ..Page::default() }));
        assert_eq!(Page::read(&mut [0x1c; 100].as_slice()), None);
    }
}
