//! The files of an archive or a folder: texts with brat's labels, and files of any format.

use std::collections::{HashMap, VecDeque};
use std::io::Read;

use crate::context::Context;
use crate::document::LabelledDocument;
use crate::encoding::decode;
use crate::error::{Fault, Problem};
use crate::formats::brat::pairing::{Pair, Pairing, pair, stem};
use crate::formats::brat::{self, Roles};
use crate::loss_report::Loss;
use crate::named_file::NamedFile;

/// The files of a collection that are still to be read.
pub(crate) struct Collection {
    parts: VecDeque<Part>,
    /// Bytes of one file of brat's.
    limit: usize,
    roles: Roles,
    /// brat's settings, which are read before the documents.
    settings: Vec<NamedFile>,
    /// Names of labels without a text.
    lone_labels: Vec<String>,
}

/// A document of brat's, or a file.
pub(crate) enum Part {
    Standoff(Standoff),
    File(NamedFile, IfUnknown),
}

/// The files of one document.
pub(crate) struct Standoff {
    text: NamedFile,
    labels: Vec<NamedFile>,
}

/// The fate of a file whose format is not recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfUnknown {
    /// It is a document without labels, since all files are such texts.
    Text,
    /// It is a text that has no labels where others have: a README, say.
    Unlabelled,
    Unread,
}

impl Collection {
    /// The collection of `files`; one of brat's may have `limit` bytes.
    ///
    /// # Errors
    /// If there are labels and no texts, or two files of one name.
    pub(crate) fn new(files: Vec<NamedFile>, limit: usize) -> Result<Self, Problem> {
        let files: Vec<NamedFile> = files.into_iter().filter(|file| !is_hidden(&file.name)).collect();
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        let Pairing { pairs, texts, labels, others } = pair(&names)?;
        if pairs.is_empty() && texts.is_empty() && others.is_empty() && !labels.is_empty() {
            return Err(Problem::Missing("file here that ends in .txt, and brat's labels need one of their name"));
        }
        let lone_labels = labels.iter().map(|&index| names[index].to_owned()).collect();
        let has_labels = !pairs.is_empty() || !labels.is_empty();
        let if_unknown = if has_labels || !others.is_empty() { IfUnknown::Unlabelled } else { IfUnknown::Text };
        let is_setting = |index: &usize| !pairs.is_empty() && names[*index].to_lowercase().ends_with(".conf");
        let (settings, others): (Vec<usize>, Vec<usize>) = others.iter().copied().partition(is_setting);
        let mut files: Vec<Option<NamedFile>> = files.into_iter().map(Some).collect();
        let settings = settings.into_iter().filter_map(|index| files[index].take()).collect();
        let mut parts: HashMap<usize, Part> = HashMap::new();
        for Pair { text, labels } in pairs {
            let labels = labels.into_iter().filter_map(|index| files[index].take()).collect();
            parts.extend(files[text].take().map(|file| (text, Part::Standoff(Standoff { text: file, labels }))));
        }
        for (index, if_unknown) in texts
            .into_iter()
            .map(|index| (index, if_unknown))
            .chain(others.into_iter().map(|index| (index, IfUnknown::Unread)))
        {
            parts.extend(files[index].take().map(|file| (index, Part::File(file, if_unknown))));
        }
        let parts = (0..files.len()).filter_map(|index| parts.remove(&index)).collect();
        Ok(Self { parts, limit, roles: Roles::default(), settings, lone_labels })
    }

    /// Whether there is no file.
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The next part, in the order of the files.
    pub(crate) fn next_part(&mut self, context: &mut Context) -> Option<Part> {
        self.begin(context);
        self.parts.pop_front()
    }

    /// The document of its two files or more, with the file and the line of a mistake.
    pub(crate) fn read(
        &mut self,
        standoff: Standoff,
        context: &mut Context,
    ) -> (String, u64, Result<Option<LabelledDocument>, Fault>) {
        let Standoff { text, labels } = standoff;
        let name = text.name.clone();
        let text = match text.open().map_err(Problem::from).and_then(|text| self.text(text, context)) {
            Ok(text) => text,
            Err(problem) => return (name, 1, Err(problem.into())),
        };
        let mut joined = String::new();
        // The first line of each file.
        let mut starts: Vec<(String, u64)> = Vec::new();
        for labels in labels {
            let file = labels.name.clone();
            match labels.open().map_err(Problem::from).and_then(|labels| self.text(labels, context)) {
                Ok(text) => {
                    starts.push((file, joined.lines().count() as u64));
                    joined.push_str(&text);
                    joined.push('\n');
                }
                Err(problem) => return (file, 1, Err(problem.into())),
            }
        }
        let document = brat::read(stem(&name), text, &joined, &mut self.roles, context);
        let line = document.as_ref().err().map_or(0, |fault| fault.line);
        let (file, start) = starts.into_iter().rev().find(|(_, start)| *start <= line).unwrap_or((name, 0));
        let document = document.map_err(|fault| Fault { line: fault.line - start.min(fault.line), ..fault });
        (file, 1, document.map(Some))
    }

    /// The whole of a text file.
    pub(crate) fn text(&self, input: impl Read, context: &mut Context) -> Result<String, Problem> {
        let mut bytes = Vec::new();
        // What an archive says of its sizes may be a lie.
        input.take(self.limit as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > self.limit {
            return Err(Problem::TooLarge { what: "a text or its labels", limit: self.limit });
        }
        let (text, encoding) = decode(bytes)?;
        encoding.note().into_iter().for_each(|note| context.report.note(note));
        Ok(text)
    }

    /// Reads the settings and counts the lone labels, once.
    fn begin(&mut self, context: &mut Context) {
        for name in std::mem::take(&mut self.lone_labels) {
            context.report.lose(Loss::UnreadFiles, &format!("{name} (labels without a text)"));
        }
        for settings in std::mem::take(&mut self.settings) {
            if settings.name.ends_with("annotation.conf") {
                let settings = settings.open().map_err(Problem::from).and_then(|settings| self.text(settings, context));
                // brat does without, and so does a reader.
                settings.iter().for_each(|settings| self.roles.configure(settings));
            }
        }
    }
}

/// Whether a file is kept by an operating system or a program, and not by a person.
fn is_hidden(name: &str) -> bool {
    name.split('/')
        .any(|part| part.starts_with('.') || part == "__MACOSX" || part == "Thumbs.db" || part == "desktop.ini")
}
