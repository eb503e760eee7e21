//! Documents from the files that a person drops or chooses.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::{Deserialize, Serialize};
use sinet_formats::{Format, LabelledDocument, LossReport, NamedFile, Options, Reader, SniffError, read_brat, sniff};

/// A file's path and content.
pub type Content = (String, Vec<u8>);

/// The most documents that are opened at once.
pub const MAX_DOCUMENTS: usize = 20_000;

/// The most documents of a file that are named as unreadable; the others are counted.
const NAMED: usize = 10;

/// The endings of brat's two files, in small letters.
const TEXT: &str = ".txt";
const LABELS: &str = ".ann";

/// The contents of files.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Opened {
    /// The documents, in the order of the files.
    pub documents: Vec<LabelledDocument>,
    /// What was recognised, and what could not be kept, each a sentence.
    pub notes: Vec<String>,
    /// Files that could not be opened, each a sentence.
    pub failures: Vec<String>,
    /// Texts beyond [`MAX_DOCUMENTS`].
    #[serde(skip)]
    left_out: usize,
}

/// Opens files. Text and labels of brat go together by their name; other texts become documents without labels. Files
/// may have the same path, as those of two folders that were dropped one after the other.
pub fn open(mut files: Vec<Content>) -> Opened {
    let mut opened = Opened::default();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    if is_collection(&files) {
        opened.take_collection(files);
        return opened;
    }
    let Pairing { labels, unclear } = opened.pair(&files);
    let mut files: Vec<Option<Content>> = files.into_iter().map(Some).collect();
    for index in 0..files.len() {
        let Some((path, bytes)) = files[index].take_if(|(path, _)| has_ending(path, TEXT)) else { continue };
        let labels = labels.get(&index).and_then(|&labels| files[labels].take()).map(|(_, bytes)| bytes);
        opened.take_text(&path, &path[..path.len() - TEXT.len()], bytes, labels);
    }
    let others = files.into_iter().enumerate().filter(|(index, _)| !unclear.contains(index));
    for (path, bytes) in others.filter_map(|(_, file)| file) {
        opened.take_file(&path, &bytes);
    }
    if opened.left_out > 0 {
        let left_out = opened.left_out;
        opened.failures.push(format!(
            "Only {MAX_DOCUMENTS} documents are opened at once, and {left_out} more were left out; open fewer files."
        ));
    }
    opened
}

/// The labels of each text, as indices into the files.
#[derive(Default)]
struct Pairing {
    labels: BTreeMap<usize, usize>,
    /// Labels that may be those of several texts.
    unclear: BTreeSet<usize>,
}

/// The texts and labels of one name, as indices into the files.
#[derive(Default)]
struct Namesakes {
    texts: Vec<usize>,
    labels: Vec<usize>,
}

impl Opened {
    /// Finds the labels of each text: those of its name, or else of its name in letters of another size. Where several
    /// texts share fewer or more labels, nobody knows whose they are.
    fn pair(&mut self, files: &[Content]) -> Pairing {
        let mut pairing = Pairing::default();
        let mut rest: Vec<usize> = (0..files.len()).collect();
        for name in [str::to_owned, str::to_lowercase] {
            let mut all: BTreeMap<String, Namesakes> = BTreeMap::new();
            for &index in &rest {
                let path = &files[index].0;
                let Some((stem, _)) = path.rsplit_once('.') else { continue };
                if has_ending(path, TEXT) {
                    all.entry(name(stem)).or_default().texts.push(index);
                } else if has_ending(path, LABELS) {
                    all.entry(name(stem)).or_default().labels.push(index);
                }
            }
            for Namesakes { texts, labels } in all.into_values().filter(|all| !all.texts.is_empty()) {
                if labels.len() == texts.len() {
                    pairing.labels.extend(texts.into_iter().zip(labels));
                } else if let Some(&first) = labels.first() {
                    self.failures.push(format!(
                        "{} cannot be opened: {} and {} of labels have this name; open one folder at a time.",
                        files[first].0,
                        count(texts.len(), "text"),
                        count(labels.len(), "file"),
                    ));
                    pairing.unclear.extend(labels);
                }
            }
            let taken: BTreeSet<usize> = pairing
                .labels
                .iter()
                .flat_map(|(&text, &labels)| [text, labels])
                .chain(pairing.unclear.clone())
                .collect();
            rest.retain(|index| !taken.contains(index));
        }
        pairing
    }

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
            Err(SniffError::Line { .. } | SniffError::PlainText { .. })
                if std::str::from_utf8(bytes).is_ok() && !has_extension(path) =>
            {
                let text = String::from_utf8_lossy(bytes).into_owned();
                return self.add(LabelledDocument::new(path.rsplit('/').next().unwrap_or(path), text));
            }
            Err(error) => return self.failures.push(format!("{path} cannot be opened: {error}.")),
        };
        self.read(format, path, bytes);
    }

    fn read(&mut self, format: Format, path: &str, bytes: &[u8]) {
        self.take_documents(Reader::new(format, bytes, path, Options::default()), path);
    }

    fn take_collection(&mut self, files: Vec<Content>) {
        let files = files.into_iter().map(|(path, bytes)| NamedFile::of_bytes(path, bytes)).collect();
        match Reader::of_files(files, "these files", Options::default()) {
            Ok(reader) => self.take_documents(reader, "these files"),
            Err(error) => self.failures.push(format!("{error}.")),
        }
    }

    fn take_documents(&mut self, reader: Reader<impl BufRead>, path: &str) {
        let mut reader = reader.past_errors();
        let mut unread = 0;
        for document in reader.by_ref() {
            match document {
                Ok(document) if self.documents.len() < MAX_DOCUMENTS => self.documents.push(document),
                Ok(_) => {
                    self.failures.push(format!("{path} has more than {MAX_DOCUMENTS} documents; split it."));
                    break;
                }
                Err(error) => {
                    unread += 1;
                    if unread <= NAMED {
                        self.failures.push(format!("{error}."));
                    }
                }
            }
        }
        if let Some(more @ 1..) = unread.checked_sub(NAMED) {
            self.failures.push(format!("{} more of {path} cannot be opened.", count(more, "document")));
        }
        self.note(reader.report());
        self.notes.extend(reader.report().complaint().map(|complaint| format!("{path}: {complaint}")));
    }

    fn add(&mut self, document: LabelledDocument) {
        if self.documents.len() < MAX_DOCUMENTS {
            self.documents.push(document);
        } else {
            self.left_out += 1;
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

/// Whether files are labels and texts of brat's that no folder holds side by side: those of a shared task, in several files
/// a text, or texts and labels in two folders.
fn is_collection(files: &[Content]) -> bool {
    let stem = |path: &str| path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_lowercase();
    let paths = || files.iter().map(|(path, _)| path.as_str());
    let texts: BTreeSet<String> = paths().filter(|path| has_ending(path, TEXT)).map(stem).collect();
    let name = |stem: &str| stem.rsplit('/').next().unwrap_or(stem).to_owned();
    let names: BTreeSet<String> = texts.iter().map(|text| name(text)).collect();
    let is_apart = |path: &&str| {
        let stem = stem(path);
        has_ending(path, LABELS) && !texts.contains(&stem) && names.contains(&name(&stem))
    };
    paths().any(|path| has_ending(path, ".a1") || has_ending(path, ".a2") || is_apart(&path))
}

/// Whether the end of a zip archive names files with labels, as opposed to a model's.
pub fn names_labels(tail: &[u8]) -> bool {
    let names = |name: &&str| tail.windows(name.len()).any(|found| found.eq_ignore_ascii_case(name.as_bytes()));
    const MODEL: [&str; 2] = [".safetensors", "manifest.json"];
    const LABELS: [&str; 10] = [".ann", ".a1", ".json", ".conll", ".bio", ".iob", ".tsv", ".xmi", ".xml", ".spacy"];
    !MODEL.iter().any(&names) && LABELS.iter().any(names)
}

fn has_ending(path: &str, ending: &str) -> bool {
    let start = path.len().checked_sub(ending.len());
    start.is_some_and(|start| path.as_bytes()[start..].eq_ignore_ascii_case(ending.as_bytes()))
}

fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
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
        let Opened { documents, notes, failures, .. } = open(files.collect());
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
                ! picture.png cannot be opened: line 1 is "\u{1}PNG", which fits no known format (tried columns between tabs or blanks or commas or semicolons: most lines have only one); name the format.
            "#]],
        );
    }

    #[test]
    fn what_convert_says_is_said() {
        check(
            &[("x.jsonl", "{\"text\":\"Ada\",\"label\":[],\"colour\":\"red\"}\n{\"text\":\"Bo\",\"label\":[]}")],
            expect![[r#"
                "": "Ada" with 0 entities
                "": "Bo" with 0 entities
                x.jsonl was opened as doccano JSONL: its objects have `text` and `label` or entities with `start_offset`.
                Read as doccano JSONL, which counts in Unicode code points, end exclusive.
                1 field not read: `colour`.
                x.jsonl: None of the 2 documents has an entity.
            "#]],
        );
        check(
            &[("x.jsonl", "{\"text\":\"a\",\"label\":[[0,2,\"K\"]]}\n{\"text\":\"b\",\"label\":[[0,1,\"K\"]]}")],
            expect![[r#"
                "": "b" with 1 entities
                x.jsonl was opened as doccano JSONL: its objects have `text` and `label` or entities with `start_offset`.
                Read as doccano JSONL, which counts in Unicode code points, end exclusive.
                ! x.jsonl, line 1, document 1, label[0]: the span 0..2 does not fit the text of 1 Unicode code points.
            "#]],
        );
        let bad = "{\"text\":\"a\",\"label\":[[0,2,\"K\"]]}\n".repeat(NAMED + 2);
        let Opened { failures, .. } = open(vec![("x.jsonl".to_owned(), bad.into_bytes())]);
        assert_eq!(failures.len(), NAMED + 1);
        assert_eq!(failures[NAMED], "2 documents more of x.jsonl cannot be opened.");
    }

    #[test]
    fn texts_and_labels_apart_go_together() {
        let labels = "T1\tPeop 0 3\tAda\n";
        check(
            &[("c/text/a.txt", "Ada"), ("c/labels/a.ann", labels), ("c/text/b.txt", "Bo")],
            expect![[r#"
            "c/text/a": "Ada" with 1 entities
            1 file not read: c/text/b.txt (a text without labels).
        "#]],
        );
        check(
            &[("a.txt", "Ada sang"), ("a.a1", labels), ("a.a2", "T2\tVerb 4 8\tsang\nR1\tDoes Arg1:T1 Arg2:T2\n")],
            expect![[r#"
                "a": "Ada sang" with 2 entities
            "#]],
        );
    }

    #[test]
    fn b20_files_of_one_name_are_all_opened() {
        check(
            &[("a.txt", "One."), ("a.txt", "Another.")],
            expect![[r#"
                "a": "One." with 0 entities
                "a": "Another." with 0 entities
            "#]],
        );
        let (one, two) = ("T1\tPeop 0 3\tAda\n", "T1\tPeop 0 3\tBob\n");
        check(
            &[("a.txt", "Ada"), ("a.ann", one), ("a.txt", "Bob"), ("a.ann", two)],
            expect![[r#"
                "a": "Ada" with 1 entities
                "a": "Bob" with 1 entities
            "#]],
        );
        // Labels that may be either's are no one's.
        check(
            &[("a.txt", "Ada"), ("a.txt", "Bob"), ("a.ann", two)],
            expect![[r#"
                "a": "Ada" with 0 entities
                "a": "Bob" with 0 entities
                ! a.ann cannot be opened: 2 texts and 1 file of labels have this name; open one folder at a time.
            "#]],
        );
    }

    #[test]
    fn b20_labels_belong_to_their_text_in_letters_of_any_size() {
        let labels = "T1\tPeop 0 3\tAda\n";
        for names in [["A.TXT", "A.ANN"], ["a.txt", "a.ANN"], ["a.TXT", "A.ann"]] {
            let Opened { documents, failures, .. } = open(
                [(names[0], "Ada"), (names[1], labels)].map(|(path, text)| (path.to_owned(), text.into())).to_vec(),
            );
            assert_eq!(failures, Vec::<String>::new(), "{names:?}");
            assert_eq!(documents.len(), 1, "{names:?}");
            assert_eq!(documents[0].entities.len(), 1, "{names:?}");
        }
        // The same name goes before the same letters.
        let files = [("a.txt", "Ada"), ("A.txt", "Bob"), ("A.ANN", "T1\tPeop 0 3\tBob\n"), ("a.ann", labels)];
        let Opened { documents, failures, .. } =
            open(files.map(|(path, text)| (path.to_owned(), text.into())).to_vec());
        assert_eq!(failures, Vec::<String>::new());
        assert!(documents.len() == 2 && documents.iter().all(|document| document.entities.len() == 1));
        for (tail, expected) in [
            ("PK a.ANN PK", true),
            ("PK all.jsonl", true),
            ("PK model.SAFETENSORS PK config.json", false),
            ("PK m/manifest.json PK a.ann", false),
            ("PK picture.png", false),
        ] {
            assert_eq!(names_labels(tail.as_bytes()), expected, "{tail}");
        }
    }

    #[test]
    fn b20_texts_beyond_the_most_are_counted() {
        let files = (0..MAX_DOCUMENTS + 3).map(|number| (format!("{number}.txt"), b"Ada".to_vec()));
        let Opened { documents, failures, .. } = open(files.collect());
        assert_eq!(documents.len(), MAX_DOCUMENTS);
        assert!(failures[0].contains("3 more were left out"), "{failures:?}");
    }
}
