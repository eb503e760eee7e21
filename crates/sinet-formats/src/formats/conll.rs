//! The columns of CoNLL 2003: one word a line with its tag last, sentences apart by empty lines. Entities only, none
//! overlapping.
//!
//! ```text
//! -DOCSTART- -X- -X- O
//!
//! Ada -X- -X- B-Peop
//! lives -X- -X- O
//! ```
//!
//! A file that starts with `-DOCSTART-` has documents of several sentences; in any other, a sentence is a document. IOB1,
//! IOB2 and BIOES (also as BILOU) are told apart by what the tags do; IOB2 is written.

use std::io::{BufRead, Read};

use sinet_text::WordRange;

use crate::builder::DocumentBuilder;
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, Provenance};
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::{Loss, LossReport};
use crate::names::{type_without_spaces, without_spaces};
use crate::tokenised::Tokenised;

pub(crate) mod tags;

const DOCUMENT_START: &str = "-DOCSTART-";

/// The documents of a file.
pub(crate) struct Lines<R> {
    input: R,
    line: u64,
    /// Whether the file has `-DOCSTART-`; unknown before its first line.
    sectioned: Option<bool>,
    scheme: Scheme,
    buffer: Vec<u8>,
    after_error: AfterError,
}

/// The way on after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterError {
    /// There was none.
    Read,
    /// The rest of the document is passed over.
    Skip,
    /// Reading ends: the start of the next line is not known.
    End,
}

/// The evidence so far of how the tags mark beginnings.
#[derive(Default)]
struct Scheme {
    /// The line of an `I` that begins an entity: IOB1.
    inside_begins: Option<u64>,
    /// The line of a `B` that begins an entity where IOB1 would write `I`: IOB2 or BIOES.
    begin_begins: Option<u64>,
    /// The line of an `E` or `S`: BIOES.
    end_marked: Option<u64>,
}

/// An entity that may go on, and the last of its tags.
struct Open {
    kind: String,
    start: usize,
    prefix: char,
}

/// A document as it grows.
#[derive(Default)]
struct Growing {
    joined: DocumentBuilder,
    open: Option<Open>,
    spans: Vec<(String, WordRange)>,
    /// The line that it starts on.
    line: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            sectioned: None,
            scheme: Scheme::default(),
            buffer: Vec::new(),
            after_error: AfterError::Read,
        }
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        self.after_error != AfterError::End
    }

    /// The next document, with the line that it or what is wrong starts on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        if self.after_error == AfterError::End {
            return (self.line, Ok(None));
        }
        let (line, next) = self.advance(begun, context);
        if let Err(Fault { problem, .. }) = &next {
            let is_lost = matches!(problem, Problem::Io(_) | Problem::TooLarge { .. });
            self.after_error = if is_lost { AfterError::End } else { AfterError::Skip };
        }
        (line, next)
    }

    fn advance(&mut self, begun: &mut u64, context: &mut Context) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        let mut growing = Growing::default();
        loop {
            let limit = context.options.limits.document_bytes;
            match self.read_line(limit) {
                Ok(true) => {}
                Ok(false) => {
                    self.scheme.say(&mut context.report);
                    let line = growing.line;
                    return (line, growing.finish());
                }
                Err(problem) => return (self.line, Err(problem.into())),
            }
            let Ok(line) = std::str::from_utf8(&self.buffer) else {
                if self.after_error == AfterError::Skip {
                    continue;
                }
                return (self.line, Err(Problem::NotUtf8.into()));
            };
            let line = line.trim_end_matches(['\n', '\r']);
            let line = if self.line == 1 { line.trim_start_matches('\u{feff}') } else { line };
            let mut columns = line.split([' ', '\t']).filter(|column| !column.is_empty());
            let word = columns.next();
            if self.sectioned.is_none() && word.is_some() {
                self.sectioned = Some(word == Some(DOCUMENT_START));
            }
            if self.after_error == AfterError::Skip {
                let ends = if self.sectioned == Some(true) { word == Some(DOCUMENT_START) } else { word.is_none() };
                if ends {
                    self.after_error = AfterError::Read;
                }
                continue;
            }
            match word {
                None => {
                    growing.end_sentence();
                    if self.sectioned != Some(true) && !growing.joined.document.words.is_empty() {
                        return (growing.line, growing.finish());
                    }
                }
                Some(DOCUMENT_START) => {
                    growing.end_sentence();
                    if !growing.joined.document.words.is_empty() {
                        return (growing.line, growing.finish());
                    }
                }
                Some(word) => {
                    if growing.joined.document.words.is_empty() {
                        *begun += 1;
                        growing.line = self.line;
                    }
                    let found = line;
                    let Some(tag) = columns.next_back() else {
                        let problem = Problem::Line { found: shortened(found), expected: "a word and its tag" };
                        return (self.line, Err(problem.into()));
                    };
                    let Some((prefix, kind)) = split(tag) else {
                        let expected = "a tag such as O, B-PER or I-PER";
                        let problem = Problem::Line { found: shortened(tag), expected };
                        return (self.line, Err(problem.into()));
                    };
                    growing.joined.push(word);
                    if let Err(problem) = growing.tag(prefix, kind, self.line, &mut self.scheme) {
                        return (self.line, Err(problem.into()));
                    }
                    if growing.joined.document.text.len() > limit {
                        return (self.line, Err(Problem::TooLarge { what: "the document", limit }.into()));
                    }
                }
            }
        }
    }

    /// Reads a line into the buffer; false at the end of the file.
    fn read_line(&mut self, limit: usize) -> Result<bool, Problem> {
        self.buffer.clear();
        self.line += 1;
        (&mut self.input).take(limit as u64 + 1).read_until(b'\n', &mut self.buffer)?;
        if self.buffer.len() > limit {
            return Err(Problem::TooLarge { what: "the line", limit });
        }
        Ok(!self.buffer.is_empty())
    }
}

/// The tag's letter, of BIOES, and type.
fn split(tag: &str) -> Option<(char, &str)> {
    if tag == "O" {
        return Some(('O', ""));
    }
    let (prefix, kind) = tag.split_once('-')?;
    let prefix = match prefix {
        "B" => 'B',
        "I" | "M" => 'I',
        "E" | "L" => 'E',
        "S" | "U" => 'S',
        _ => return None,
    };
    (!kind.is_empty()).then_some((prefix, kind))
}

impl Growing {
    /// Takes in the tag of the last word.
    fn tag(&mut self, prefix: char, kind: &str, line: u64, scheme: &mut Scheme) -> Result<(), Problem> {
        let word = self.joined.document.words.len() - 1;
        let goes_on = |open: &Open| open.kind == kind && !matches!(open.prefix, 'E' | 'S');
        let continues = matches!(prefix, 'I' | 'E') && self.open.as_ref().is_some_and(goes_on);
        let beside_its_like = self.open.as_ref().is_some_and(|open| open.kind == kind);
        scheme.see(prefix, continues, beside_its_like, line)?;
        if continues {
            if let Some(open) = &mut self.open {
                open.prefix = prefix;
            }
            return Ok(());
        }
        self.close(word);
        if prefix != 'O' {
            self.open = Some(Open { kind: kind.to_owned(), start: word, prefix });
        }
        Ok(())
    }

    fn close(&mut self, end: usize) {
        if let Some(Open { kind, start, .. }) = self.open.take() {
            self.spans.push((kind, WordRange { start, end }));
        }
    }

    fn end_sentence(&mut self) {
        self.close(self.joined.document.words.len());
        self.joined.end_sentence();
    }

    fn finish(mut self) -> Result<Option<LabelledDocument>, Fault> {
        self.end_sentence();
        if self.joined.document.words.is_empty() {
            return Ok(None);
        }
        for (kind, words) in self.spans {
            let span = self.joined.span(words, String::new)?;
            self.joined.document.entities.push(LabelledEntity {
                kind,
                span,
                score: None,
                provenance: Provenance::Person,
            });
        }
        Ok(Some(self.joined.document))
    }
}

impl Scheme {
    /// Remembers what a tag shows, and refuses what no scheme has.
    fn see(&mut self, prefix: char, continues: bool, beside_its_like: bool, line: u64) -> Result<(), Problem> {
        match prefix {
            'I' if !continues => self.inside_begins = self.inside_begins.or(Some(line)),
            'B' if !beside_its_like => self.begin_begins = self.begin_begins.or(Some(line)),
            'E' | 'S' => self.end_marked = self.end_marked.or(Some(line)),
            _ => {}
        }
        let contradiction = match (self.inside_begins, self.begin_begins, self.end_marked) {
            (Some(inside), Some(begin), _) => {
                format!("I- begins an entity on line {inside}, as in IOB1, but B- on line {begin}, as in IOB2")
            }
            (Some(inside), _, Some(end)) => {
                format!("I- begins an entity on line {inside}, as in IOB1, but line {end} has an end tag, as in BIOES")
            }
            _ => return Ok(()),
        };
        Err(Problem::Contradiction(format!("the tags contradict each other: {contradiction}; repair the tags")))
    }

    fn say(&self, report: &mut LossReport) {
        report.note(match (self.inside_begins, self.begin_begins, self.end_marked) {
            (_, _, Some(_)) => "The tags are BIOES: single words and ends are marked.",
            (Some(_), ..) => "The tags are IOB1: B- stands only between neighbours of one type.",
            (_, Some(_), _) => "The tags are IOB2: every entity begins with B-.",
            _ => "Nothing shows whether the tags are IOB1 or IOB2; the entities are the same in both.",
        });
    }
}

/// The document with the line that starts it, and its sentences.
pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Option<String> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let sentences = tokenised.by_sentence(&mut LossReport::default());
    if sentences.is_empty() {
        report.add(Loss::Wordless, 1);
        return None;
    }
    let mut written = format!("{DOCUMENT_START} -X- -X- O\n\n");
    let mut inside = 0;
    for sentence in &sentences {
        let mut longest: Vec<_> = sentence.entities.iter().collect();
        inside += longest.len();
        longest.sort_by_key(|(index, words)| (std::cmp::Reverse(words.end - words.start), words.start, *index));
        let mut tags = vec![None; sentence.words.end - sentence.words.start];
        for (index, words) in longest {
            let place = words.start - sentence.words.start..words.end - sentence.words.start;
            if tags[place.clone()].iter().any(Option::is_some) {
                report.add(Loss::Overlapping, 1);
                continue;
            }
            let kind = type_without_spaces(&document.entities[*index].kind, report);
            for (tag, prefix) in tags[place].iter_mut().zip(std::iter::once("B").chain(std::iter::repeat("I"))) {
                *tag = Some(format!("{prefix}-{kind}"));
            }
        }
        for (word, tag) in tokenised.words(sentence.words).zip(tags) {
            let mut plain = without_spaces(word);
            if plain == DOCUMENT_START {
                plain = "_DOCSTART_".to_owned();
            }
            report.add(Loss::RewrittenWords, usize::from(plain != word));
            written += &format!("{plain} -X- -X- {}\n", tag.as_deref().unwrap_or("O"));
        }
        written.push('\n');
    }
    let with_words = tokenised.entities.iter().flatten().count();
    report.add(Loss::AcrossSentences, with_words - inside);
    Some(written)
}
