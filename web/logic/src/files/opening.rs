//! Documents from the files that a person drops or chooses.

use std::collections::BTreeMap;

use sinet_formats::{Format, LabelledDocument, LossReport, Options, Reader, SniffError, read_brat, sniff};

/// A file's path and content.
pub type Content = (String, Vec<u8>);

/// The most documents that are opened at once.
pub const MAX_DOCUMENTS: usize = 20_000;

/// What files held.
#[derive(Debug, Default)]
pub struct Opened {
    /// The documents, in the order of the files.
    pub documents: Vec<LabelledDocument>,
    /// What was recognised, and what could not be kept, each a sentence.
    pub notes: Vec<String>,
    /// Files that could not be opened, each a sentence.
    pub failures: Vec<String>,
}

/// Opens files. Text and labels of brat go together by their name; other texts become documents without labels.
pub fn open(files: Vec<Content>) -> Opened {
    let mut opened = Opened::default();
    let mut files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
    let texts: Vec<String> = files.keys().filter(|path| path.to_ascii_lowercase().ends_with(".txt")).cloned().collect();
    for path in texts {
        let Some(bytes) = files.remove(&path) else { continue };
        let stem = &path[..path.len() - ".txt".len()];
        let labels = files.remove(&format!("{stem}.ann"));
        opened.take_text(&path, stem, bytes, labels);
    }
    for (path, bytes) in files {
        opened.take_file(&path, &bytes);
    }
    opened
}

impl Opened {
    fn take_text(&mut self, path: &str, stem: &str, text: Vec<u8>, labels: Option<Vec<u8>>) {
        let name = stem.rsplit('/').next().unwrap_or(stem);
        let (Ok(text), Ok(labels)) = (String::from_utf8(text), labels.map(String::from_utf8).transpose()) else {
            return self.failures.push(format!("{path} is not text in UTF-8; save it in that encoding."));
        };
        let Some(labels) = labels else {
            return self.add(LabelledDocument::new(name, text));
        };
        match read_brat(name, text, &labels, Options::default()) {
            Ok((document, report)) => {
                self.add(document);
                self.note(&report);
            }
            Err(error) => self.failures.push(format!("{error}.")),
        }
    }

    fn take_file(&mut self, path: &str, bytes: &[u8]) {
        let format = match sniff(bytes) {
            Ok(sniffed) => {
                self.notes.push(format!("{path} was opened as {}: {}.", sniffed.format, sniffed.reason));
                sniffed.format
            }
            // Notes and the like open as texts.
            Err(SniffError::Line { .. }) if std::str::from_utf8(bytes).is_ok() && !has_extension(path) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                return self.add(LabelledDocument::new(path.rsplit('/').next().unwrap_or(path), text));
            }
            Err(error) => return self.failures.push(format!("{path} cannot be opened: {error}.")),
        };
        self.read(format, path, bytes);
    }

    fn read(&mut self, format: Format, path: &str, bytes: &[u8]) {
        let mut reader = Reader::new(format, bytes, path, Options::default());
        for document in reader.by_ref() {
            match document {
                Ok(document) if self.documents.len() < MAX_DOCUMENTS => self.documents.push(document),
                Ok(_) => {
                    self.failures.push(format!("{path} has more than {MAX_DOCUMENTS} documents; split it."));
                    break;
                }
                Err(error) => {
                    self.failures.push(format!("{error}."));
                    break;
                }
            }
        }
        self.note(reader.report());
    }

    fn add(&mut self, document: LabelledDocument) {
        if self.documents.len() < MAX_DOCUMENTS {
            self.documents.push(document);
        }
    }

    /// Everything beyond how the format counts.
    fn note(&mut self, report: &LossReport) {
        for sentence in report.notes().iter().cloned().chain(report.sentences()) {
            if !self.notes.contains(&sentence) {
                self.notes.push(sentence);
            }
        }
    }
}

/// Whether the end of a zip archive names files with labels, as opposed to a model's.
pub fn names_labels(tail: &[u8]) -> bool {
    tail.windows(4).any(|name| name == b".ann")
}

fn has_extension(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.contains('.') && !name.ends_with(".md")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: Expect) {
        let files = files.iter().map(|&(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
        let Opened { documents, notes, failures } = open(files.collect());
        let documents = documents.iter().map(|document| {
            format!("{:?}: {:?} with {} entities\n", document.id, document.text, document.entities.len())
        });
        let others =
            notes.iter().map(|note| format!("{note}\n")).chain(failures.iter().map(|failure| format!("! {failure}\n")));
        expected.assert_eq(&documents.chain(others).collect::<String>());
    }

    #[test]
    fn files_are_recognised() {
        check(
            &[("f/a.txt", "Ada"), ("f/a.ann", "T1\tPeop 0 3\tAda\n#1\tNote T1\tx\n"), ("b.txt", "Bob")],
            expect![[r#"
                "b": "Bob" with 0 entities
                "a": "Ada" with 1 entities
                1 note left out.
            "#]],
        );
        check(
            &[("x.jsonl", "{\"text\":\"a\",\"label\":[[0,1,\"K\"]]}\n{\"text\":\"b\",\"label\":[]}")],
            expect![[r#"
                "": "a" with 1 entities
                "": "b" with 0 entities
                x.jsonl was opened as doccano JSONL: its objects have `text` and `label` or entities with `start_offset`.
                Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            "#]],
        );
        check(
            &[("x.json", "{\"text\":\"a\",\"label\":[[0,2,\"K\"]]}")],
            expect![[r#"
            x.json was opened as doccano JSONL: its objects have `text` and `label` or entities with `start_offset`.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            ! x.json, line 1, document 1, label[0]: the span 0..2 does not fit the text of 1 Unicode code points.
        "#]],
        );
        check(
            &[("a.ann", "T1\tPeop 0 3\tAda\n"), ("picture.png", "\u{1}PNG"), ("notes", "Some notes."), ("e.json", "")],
            expect![[r#"
                "notes": "Some notes." with 0 entities
                ! a.ann cannot be opened: this is brat's .ann file; open it together with its .txt file, or both in a zip archive.
                ! e.json cannot be opened: the file is empty.
                ! picture.png cannot be opened: "\u{1}PNG" is the start of no known format; name the format.
            "#]],
        );
    }
}
