//! The course of a run for TensorBoard: `tensorboard --logdir RUNS`.
//!
//! An event file is a row of TFRecords, each an `Event` in protocol buffers
//! (<https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto>). Of both only the fields of
//! a number at a step are written here.
//!
//! Why no library: the crates that write event files name them by the time and begin a new one with every process, while a run
//! that is resumed goes on in one file. Those for protocol buffers bring a code generator or a derive macro into every build,
//! for the 35 lines of [`Message`].

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::Error;

/// An event file that grows.
pub struct EventFile {
    file: File,
    path: PathBuf,
    /// Seconds since 1970 when the run began, or would have begun without its interruptions.
    begun: f64,
}

impl EventFile {
    /// Begins a new file in the folder `tensorboard` of a run that has taken `before` seconds; an old one is replaced. The
    /// caller adds again what still holds of that.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if it cannot be written.
    pub fn create(run: &Path, before: f64) -> Result<Self, Error> {
        let folder = run.join("tensorboard");
        fs::create_dir_all(&folder).map_err(Error::writing(&folder))?;
        let path = folder.join(FILE);
        let file = File::create(&path).map_err(Error::writing(&path))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let mut events = Self { file, path, begun: now - before };
        let mut version = Message::default();
        version.double(WALL_TIME, events.begun).bytes(FILE_VERSION, b"brain.Event:2");
        events.record(&version.0)?;
        Ok(events)
    }

    /// Adds the numbers of a line of `metrics.jsonl`.
    ///
    /// # Errors
    ///
    /// [`Error::Write`], if it cannot be written.
    pub fn add(&mut self, line: &Value) -> Result<(), Error> {
        let mut summary = Message::default();
        for (tag, value) in scalars(line) {
            let mut scalar = Message::default();
            scalar.bytes(TAG, tag.as_bytes()).float(SIMPLE_VALUE, value as f32);
            summary.bytes(VALUE, &scalar.0);
        }
        let mut event = Message::default();
        let time = self.begun + line["seconds"].as_f64().unwrap_or(0.0);
        event.double(WALL_TIME, time).integer(STEP, line["updates"].as_u64().unwrap_or(0)).bytes(SUMMARY, &summary.0);
        self.record(&event.0)
    }

    /// A TFRecord: length and contents, each with its checksum.
    fn record(&mut self, contents: &[u8]) -> Result<(), Error> {
        let length = (contents.len() as u64).to_le_bytes();
        let record = [&length, &checksum(&length)[..], contents, &checksum(contents)].concat();
        self.file.write_all(&record).map_err(Error::writing(&self.path))
    }
}

/// One name for all times, so that a run that is resumed does not show twice.
const FILE: &str = "events.out.tfevents.0.sinet";

/// The numbers of a line by the tags that TensorBoard groups them by.
fn scalars(line: &Value) -> Vec<(String, f64)> {
    let mut scalars = Vec::new();
    let mut take = |group: &str, name: &str, value: &Value| {
        scalars.extend(value.as_f64().map(|value| (format!("{group}/{name}"), value)));
    };
    let taught = ["taught_entity_loss", "taught_relation_loss"];
    for name in ["entity_loss", "relation_loss", "gradient_norm", "learning_rate"].into_iter().chain(taught) {
        take("train", name, &line[name]);
    }
    for task in ["ner", "relations", "relations_strict"] {
        for figure in ["precision", "recall", "f1"] {
            take(&format!("dev/{task}"), figure, &line["dev"][task]["micro"][figure]);
        }
    }
    scalars
}

/// CRC-32C, masked as TFRecord wants it.
fn checksum(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes()
}

// Field numbers of `Event`, `Summary` and `Summary.Value`.
const WALL_TIME: u8 = 1;
const STEP: u8 = 2;
const FILE_VERSION: u8 = 3;
const SUMMARY: u8 = 5;
const VALUE: u8 = 1;
const TAG: u8 = 1;
const SIMPLE_VALUE: u8 = 2;

/// A message in protocol buffers, as it grows. Every field number is below 16, so that its key is one byte.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn integer(&mut self, field: u8, value: u64) -> &mut Self {
        self.0.push(field << 3);
        self.varint(value);
        self
    }

    fn double(&mut self, field: u8, value: f64) -> &mut Self {
        self.0.push(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn bytes(&mut self, field: u8, value: &[u8]) -> &mut Self {
        self.0.push(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn float(&mut self, field: u8, value: f32) -> &mut Self {
        self.0.push(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// The bytes of an event as Google's library writes them, but for the time.
    #[test]
    fn an_event_has_the_bytes_of_protocol_buffers() {
        let mut scalar = Message::default();
        scalar.bytes(TAG, b"a/b").float(SIMPLE_VALUE, 1.5);
        let mut summary = Message::default();
        summary.bytes(VALUE, &scalar.0);
        let mut event = Message::default();
        event.double(WALL_TIME, 2.0).integer(STEP, 300).bytes(SUMMARY, &summary.0);
        let expected = b"\x09\0\0\0\0\0\0\0\x40\x10\xac\x02\x2a\x0c\x0a\x0a\x0a\x03a/b\x15\0\0\xc0\x3f";
        assert_eq!(event.0, expected);
    }

    #[test]
    fn a_record_has_masked_checksums() {
        // The checksum of "123456789" is known to every list of CRCs: e3069283.
        let masked = 0xe306_9283u32.rotate_right(15).wrapping_add(0xa282_ead8);
        assert_eq!(checksum(b"123456789"), masked.to_le_bytes());
        let folder = tempfile::tempdir().unwrap();
        let mut events = EventFile::create(folder.path(), 0.0).unwrap();
        events.add(&json!({"updates": 1, "entity_loss": 0.5})).unwrap();
        assert_eq!(records(folder.path()).len(), 2);
    }

    #[test]
    fn the_time_of_a_run_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut events = EventFile::create(folder.path(), 30.0).unwrap();
        events.add(&json!({"updates": 1, "seconds": 20})).unwrap();
        events.add(&json!({"updates": 2, "seconds": 35})).unwrap();
        let times =
            records(folder.path()).into_iter().map(|record| f64::from_le_bytes(record[1..9].try_into().unwrap()));
        let times: Vec<_> = times.map(|time| time - events.begun).collect();
        assert_eq!(times, [0.0, 20.0, 35.0]);
    }

    /// The contents of a run's records, whose checksums must hold.
    #[track_caller]
    pub(crate) fn records(run: &Path) -> Vec<Vec<u8>> {
        let bytes = fs::read(run.join("tensorboard").join(FILE)).unwrap();
        let (mut rest, mut records) = (bytes.as_slice(), Vec::new());
        while let Some((head, after)) = rest.split_at_checked(12) {
            let length = u64::from_le_bytes(head[..8].try_into().unwrap()) as usize;
            assert_eq!(head[8..], checksum(&head[..8]));
            assert_eq!(after[length..length + 4], checksum(&after[..length]));
            records.push(after[..length].to_vec());
            rest = &after[length + 4..];
        }
        assert_eq!(rest.len(), 0);
        records
    }

    #[test]
    fn numbers_go_by_their_group() {
        let line = json!({"updates": 7, "epoch": 1, "dev": {"ner": {"micro": {"f1": 50.0}}}});
        assert_eq!(scalars(&line), [("dev/ner/f1".to_owned(), 50.0)]);
        assert_eq!(scalars(&json!({"learning_rate": 0.5, "seconds": 3})), [("train/learning_rate".to_owned(), 0.5)]);
    }
}
