//! Files of batches: what was written is read, and nothing makes a reader panic.
#![cfg(feature = "files")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use proptest::prelude::*;
use sinet_arrow::files::{BatchWriter, Batches, FileKind};

const KINDS: [FileKind; 3] = [FileKind::Parquet, FileKind::ArrowFile, FileKind::ArrowStream];

fn batch(from: i64, rows: i64) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + rows));
    let texts: ArrayRef =
        Arc::new((from..from + rows).map(|id| (id % 3 > 0).then(|| format!("{id} 😀"))).collect::<StringArray>());
    let batch = RecordBatch::try_from_iter_with_nullable([("id", ids, false), ("text", texts, true)]).unwrap();
    let schema = batch.schema().as_ref().clone().with_metadata([("made by".to_owned(), "hand".to_owned())].into());
    batch.with_schema(Arc::new(schema)).unwrap()
}

fn written(kind: FileKind, batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = BatchWriter::new(Vec::new(), kind, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap()
}

fn read(path: &Path, kind: FileKind) -> Result<Vec<RecordBatch>, String> {
    let batches = Batches::open(path, kind, 10).map_err(|error| error.to_string())?;
    batches.map(|batch| batch.map_err(|error| error.to_string())).collect()
}

#[test]
fn what_was_written_is_read_in_small_batches() {
    let folder = tempfile::tempdir().unwrap();
    let all = batch(0, 37);
    for kind in KINDS {
        let path = folder.path().join("file");
        fs::write(&path, written(kind, &[all.slice(0, 20), all.slice(20, 17)])).unwrap();
        let batches = Batches::open(&path, kind, 10).unwrap();
        assert_eq!(batches.schema(), all.schema());
        assert_eq!(batches.rows(), (kind == FileKind::Parquet).then_some(37));
        let batches: Vec<_> = batches.map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.num_rows() <= 10));
        let mut from = 0;
        for batch in &batches {
            assert_eq!(batch, &all.slice(from, batch.num_rows()));
            from += batch.num_rows();
        }
        assert_eq!(from, 37);
    }
}

#[test]
fn a_stream_that_is_named_as_a_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.arrow");
    fs::write(&path, written(FileKind::ArrowStream, &[batch(0, 3)])).unwrap();
    assert_eq!(read(&path, FileKind::of(&path).unwrap()).unwrap(), [batch(0, 3)]);
}

/// A file as Polars writes it: its parts do not follow each other, and only the index says where they are.
#[test]
fn a_file_with_gaps_is_read_by_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.arrow");
    let bytes = written(FileKind::ArrowFile, &[batch(0, 3)]);
    // What only a reader from front to back would read.
    let mut with_gap = bytes;
    with_gap[10..14].copy_from_slice(&[1, 2, 3, 4]);
    fs::write(&path, with_gap).unwrap();
    assert_eq!(read(&path, FileKind::ArrowFile).unwrap(), [batch(0, 3)]);
}

#[test]
fn the_end_of_a_name_says_the_kind() {
    let names = ["a.parquet", "a.PQ", "a.arrow", "a.feather", "a.arrows", "a.json", "parquet"];
    let kinds = names.map(|name| FileKind::of(Path::new(name)));
    let [parquet, file, stream] = KINDS.map(Some);
    assert_eq!(kinds, [parquet, parquet, file, file, stream, None, None]);
}

proptest! {
    #[test]
    fn no_damaged_file_makes_a_reader_panic(kind in 0usize..3, cut in 0.0f64..1.2, changes in proptest::collection::vec((0.0f64..1.0, any::<u8>()), 0..6)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut bytes = written(KINDS[kind], &[batch(0, 20), batch(20, 5)]);
        bytes.truncate((bytes.len() as f64 * cut) as usize);
        for (place, value) in changes {
            let place = (bytes.len() as f64 * place) as usize;
            if let Some(byte) = bytes.get_mut(place) {
                *byte = value;
            }
        }
        fs::write(&path, bytes).unwrap();
        // It is read, or refused with a sentence.
        if let Err(sentence) = read(&path, KINDS[kind]) {
            prop_assert!(!sentence.is_empty());
        }
    }
}
