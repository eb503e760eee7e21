//! The tasks of the program that reads and writes files: the messages between it and the page, and the work itself.
//!
//! The readers and writers of all formats are a third of the page's code, and many visitors open no file. So they are a
//! program of their own, in a worker: it arrives with the first task, and a large file stops nobody's typing.
//!
//! A message is a string of JSON and, beside it, contents of files: those of a [`Task::Open`], or what an [`Answer::Written`]
//! has become. The program speaks first, with [`Answer::Ready`], and is sent nothing before that. It answers tasks in their
//! order.

use serde::{Deserialize, Serialize};
use sinet_document::{OpenDocument, Tagset};
use sinet_formats::{Format, LabelledDocument, LossReport, WriteError, Writer};
use sinet_protocol::{Fault, Fetch};
use sinet_text::Types;

use super::link;
use super::opening::{Opened, open};
use super::set::DocumentSet;
use super::training::{Provenance, archive};
use crate::engine::failure::Failure;

/// A task of the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Open files, whose contents lie beside it in the order of these paths.
    Open {
        /// Each file's name, after those of its folders with `/` between them.
        paths: Vec<String>,
    },
    /// Write documents into one file.
    Write {
        /// Its format.
        format: Format,
        /// The documents, at least one.
        documents: Vec<LabelledDocument>,
    },
    /// Write data for `sinet train`, with its origin.
    WriteTraining {
        /// The documents, at least one.
        documents: Vec<OpenDocument>,
        /// The types that labels are shown with.
        types: Types,
        /// The types of the set, where a person has made some.
        tagset: Option<Tagset>,
        /// The source of the labels.
        provenance: Provenance,
    },
    /// Write a set of documents.
    WriteSet(DocumentSet),
    /// Put a document into the fragment of a link.
    WriteLink(LabelledDocument),
    /// Open the document in the fragment of a link.
    OpenLink(String),
}

/// A message of the program.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Tasks can be sent from now on.
    Ready,
    /// It has fetched something. This answers no task, and comes at any time.
    Fetched(Vec<Fetch>),
    /// The documents of opened files.
    Opened(Opened),
    /// The opened file is a set of documents.
    OpenedSet(DocumentSet),
    /// The file is written, and lies beside this.
    Written {
        /// What is lost with it, a sentence each.
        losses: Vec<String>,
    },
    /// The fragment of a link, without `#`.
    Link(String),
    /// The document in a link.
    OpenedLink(LabelledDocument),
    /// The task cannot be done, and why: a sentence.
    Failed(String),
}

/// Does a task. `contents` are the files beside it, `None` for each that the browser could not read; the second half of
/// the outcome lies beside the answer.
pub fn perform(task: Task, contents: Vec<Option<Vec<u8>>>) -> (Answer, Vec<u8>) {
    match task {
        Task::Open { paths } => (open_files(paths, contents), Vec::new()),
        Task::Write { format, documents } => written(write(format, &documents)),
        Task::WriteTraining { documents, types, tagset, provenance } => {
            written(archive(&documents, &types, tagset.as_ref(), &provenance))
        }
        Task::WriteSet(set) => match set.to_zip() {
            Ok(content) => (Answer::Written { losses: Vec::new() }, content),
            Err(error) => failed(error),
        },
        Task::WriteLink(document) => match link::to_fragment(&document) {
            Ok(fragment) => (Answer::Link(fragment), Vec::new()),
            Err(error) => failed(error),
        },
        Task::OpenLink(fragment) => match link::from_fragment(&fragment) {
            Ok(document) => (Answer::OpenedLink(document), Vec::new()),
            Err(error) => failed(error),
        },
    }
}

/// The sentence for those who wait when the program has stopped: `message` is the browser's, and may be empty.
pub fn stopped(message: &str) -> String {
    match Failure::of_error_event(message).fault {
        Fault::Program => {
            "The part of the page that opens and writes files did not arrive: check the connection and try once more."
                .to_owned()
        }
        _ => format!(
            "The part of the page that opens and writes files has stopped: {message}. Try once more, with fewer files or a smaller one."
        ),
    }
}

fn open_files(paths: Vec<String>, contents: Vec<Option<Vec<u8>>>) -> Answer {
    if let [Some(bytes)] = &contents[..]
        && let Some(set) = DocumentSet::from_zip(bytes)
    {
        return set.map_or_else(|error| Answer::Failed(error.to_string()), Answer::OpenedSet);
    }
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for (path, content) in paths.into_iter().zip(contents) {
        match content {
            Some(content) => files.push((path, content)),
            None => unread.push(format!("{path} cannot be read.")),
        }
    }
    let mut opened = open(files);
    opened.failures.splice(..0, unread);
    Answer::Opened(opened)
}

fn write(format: Format, documents: &[LabelledDocument]) -> Result<(Vec<u8>, LossReport), WriteError> {
    let mut writer = Writer::new(format, Vec::new());
    for document in documents {
        writer.write(document)?;
    }
    writer.finish()
}

fn written(outcome: Result<(Vec<u8>, LossReport), WriteError>) -> (Answer, Vec<u8>) {
    match outcome {
        Ok((content, report)) => (Answer::Written { losses: report.sentences().collect() }, content),
        Err(error) => (Answer::Failed(format!("{error}.")), Vec::new()),
    }
}

fn failed(error: impl ToString) -> (Answer, Vec<u8>) {
    (Answer::Failed(error.to_string()), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a task when it and its answer travel.
    fn travel(task: &Task, contents: Vec<Option<Vec<u8>>>) -> (Answer, Vec<u8>) {
        let sent = serde_json::to_string(task).unwrap();
        let (answer, content) = perform(serde_json::from_str(&sent).unwrap(), contents);
        (serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap(), content)
    }

    fn opened(paths: &[&str], contents: &[Option<&[u8]>]) -> Opened {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        let contents = contents.iter().map(|content| content.map(<[u8]>::to_vec)).collect();
        match travel(&Task::Open { paths }, contents).0 {
            Answer::Opened(opened) => opened,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_format_is_written_and_opened_again() {
        let document = LabelledDocument::new("d", "Ada 😀 runs.\nBo sings.");
        for format in Format::ALL.into_iter().filter(|format| format.can_be_written()) {
            let task = Task::Write { format, documents: vec![document.clone()] };
            let (Answer::Written { .. }, content) = travel(&task, Vec::new()) else { panic!("{format:?}") };
            if format == Format::Sinet {
                assert_eq!(opened(&["a.json"], &[Some(&content)]).documents[0].text, document.text);
            }
        }
    }

    #[test]
    fn files_that_cannot_be_read_are_named_first() {
        let Opened { documents, failures, .. } =
            opened(&["a.txt", "b.txt", "c.json"], &[None, Some(b"Bob"), Some(b"")]);
        assert_eq!(documents[0].text, "Bob");
        assert_eq!(failures, ["a.txt cannot be read.", "c.json cannot be opened: the file is empty."]);
    }

    #[test]
    fn a_set_and_training_data_travel() {
        let set = DocumentSet { types: Some(Tagset::default()), ..DocumentSet::default() };
        let (Answer::Written { .. }, content) = travel(&Task::WriteSet(set.clone()), Vec::new()) else { panic!() };
        let (answer, _) = travel(&Task::Open { paths: vec!["set.zip".to_owned()] }, vec![Some(content)]);
        assert!(matches!(answer, Answer::OpenedSet(again) if again == set));
        let task = Task::WriteTraining {
            documents: vec![OpenDocument::of_text("Ada runs.")],
            types: Types::default(),
            tagset: None,
            provenance: Provenance { model: None, when: "now".to_owned() },
        };
        let (Answer::Written { .. }, content) = travel(&task, Vec::new()) else { panic!() };
        assert!(content.starts_with(b"PK"));
    }

    #[test]
    fn a_program_that_stops_says_what_to_do() {
        assert!(stopped("").contains("check the connection"));
        assert!(stopped("RuntimeError: unreachable").contains("RuntimeError: unreachable. Try once more"));
    }

    #[test]
    fn a_link_travels_and_a_damaged_one_is_refused() {
        let document = LabelledDocument::new("d", "Ada runs.");
        let (Answer::Link(fragment), _) = travel(&Task::WriteLink(document.clone()), Vec::new()) else { panic!() };
        let (answer, _) = travel(&Task::OpenLink(fragment), Vec::new());
        assert!(matches!(answer, Answer::OpenedLink(again) if again == document));
        let (answer, _) = travel(&Task::OpenLink("d=AAAA".to_owned()), Vec::new());
        assert!(matches!(answer, Answer::Failed(sentence) if sentence.ends_with("Ask for a file instead.")));
    }
}
