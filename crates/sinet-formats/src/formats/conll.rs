//! Columns of CoNLL: a word a line with its tag beside it, sentences apart by empty lines. Entities only, but for the
//! relations that some files have in columns of their own.
//!
//! ```text
//! -DOCSTART- -X- -X- O
//!
//! Ada -X- -X- B-Peop
//! lives -X- -X- O
//! ```
//!
//! Many dialects go by that name. [`Layout`] finds the columns of words and of tags by what they hold: a column of numbers that
//! count up holds no words, and of two columns of tags the one with entities is read. Tags are read by the rules of `conlleval`,
//! in whichever scheme (`tags`). CoNLL-U has its entities among the attributes of a word, CoNLL 2012 in brackets.
//!
//! A file says where documents start by `-DOCSTART-` or by a comment such as `# newdoc`; in any other, a sentence is a document.
//! CoNLL 2003 in IOB2 is written.

use std::collections::BTreeMap;
use std::io::{BufRead, Chain, Cursor, Read};

use crate::context::Context;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::lines::LineReader;
use crate::loss_report::{Loss, LossReport};
use crate::options::Columns;
use crate::sniff::HEAD_BYTES;

use comment::Comment;
use growing::Growing;
use layout::Tags;
pub(crate) use layout::{Layout, NoLayout};
use tags::{Scheme, Style, is_outside};
pub(crate) use write::write;

mod brackets;
mod comment;
mod growing;
mod layout;
pub(crate) mod tags;
mod write;

const DOCUMENT_START: &str = "-DOCSTART-";

/// The evidence that a file which starts with `head` is of this form, as a clause.
///
/// # Errors
/// If too few of its lines fit.
pub(crate) fn recognise(head: &str) -> Result<String, NoLayout> {
    let layout = Layout::of(head, Columns::default())?;
    if !layout.fits() {
        let (line, misfit) = layout.misfit.unwrap_or_default();
        let found = usize::try_from(line).ok().and_then(|line| head.lines().nth(line.saturating_sub(1)));
        let tried = vec![format!("columns between {}: line {line} {misfit}", layout.separator)];
        return Err(NoLayout { line, found: shortened(found.unwrap_or_default()), tried });
    }
    let last = layout.tag() + 1 == layout.count && layout.word == 0;
    Ok(match layout.tags {
        Tags::Brackets(_) => "it has #begin document, as CoNLL 2012".to_owned(),
        _ if layout.universal => "its lines have the columns of CoNLL-U".to_owned(),
        _ if last && head.trim_start_matches('\u{feff}').trim_start().starts_with(DOCUMENT_START) => {
            format!("it starts with {DOCUMENT_START}")
        }
        _ if last && layout.fitting.0 == layout.fitting.1 => "every line ends in a tag such as O or B-PER".to_owned(),
        _ => format!("column {} of its lines holds tags such as O and B-PER", layout.tag() + 1),
    })
}

/// The documents of a file.
pub(crate) struct Sentences<R> {
    state: State<R>,
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

enum State<R> {
    Closed(Option<R>),
    Open(Box<Opened<R>>),
}

struct Opened<R> {
    lines: LineReader<Chain<Cursor<Vec<u8>>, R>>,
    layout: Layout,
    parts: Parts,
    /// The name of the document that starts.
    name: Option<String>,
}

/// What the lines have shown so far.
#[derive(Default)]
struct Parts {
    scheme: Scheme,
    unread: Unread,
    /// The place of the type among the fields of CoNLL-U's `Entity=`, from 0.
    type_field: usize,
}

/// What stands in the file and is not read.
#[derive(Default)]
struct Unread {
    /// Cells by column, of the first 64.
    cells: Vec<usize>,
    /// Comments by their first word.
    comments: BTreeMap<String, usize>,
    other_comments: usize,
    /// Nodes of CoNLL-U without a word.
    empty_nodes: usize,
}

/// The most names of comments that are told apart.
const COMMENT_NAMES: usize = 16;

/// The parts of a line that stand in columns.
#[derive(Default)]
struct Row<'l> {
    count: usize,
    word: Option<&'l str>,
    tag: Option<&'l str>,
    counter: Option<&'l str>,
    sentence: Option<&'l str>,
    relations: (Option<&'l str>, Option<&'l str>),
    attributes: Option<&'l str>,
    last: &'l str,
    /// Whether it has nothing in any column.
    is_blank: bool,
    /// A bit for each column that is not read and says something.
    unread: u64,
}

impl<R: BufRead> Sentences<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { state: State::Closed(Some(input)), after_error: AfterError::Read }
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
            return (1, Ok(None));
        }
        if let State::Closed(input) = &mut self.state {
            let Some(input) = input.take() else { return (1, Ok(None)) };
            match Opened::new(input, context) {
                Ok(opened) => self.state = State::Open(Box::new(opened)),
                Err((line, problem)) => {
                    self.after_error = AfterError::End;
                    return (line, Err(problem.into()));
                }
            }
        }
        let State::Open(opened) = &mut self.state else { return (1, Ok(None)) };
        let (line, next) = opened.advance(&mut self.after_error, begun, context);
        if let Err(Fault { problem, .. }) = &next {
            let is_lost = matches!(problem, Problem::Io(_) | Problem::TooLarge { .. });
            self.after_error = if is_lost { AfterError::End } else { AfterError::Skip };
        }
        (line, next)
    }
}

impl<R: BufRead> Opened<R> {
    fn new(mut input: R, context: &mut Context) -> Result<Self, (u64, Problem)> {
        let mut head = Vec::new();
        (&mut input).take(HEAD_BYTES as u64).read_to_end(&mut head).map_err(|error| (1, error.into()))?;
        let layout = Layout::of(&String::from_utf8_lossy(&head), context.options.columns);
        let lines = LineReader::new(Cursor::new(head).chain(input));
        let layout = layout
            .map_err(|NoLayout { line, found, tried }| (line, Problem::NoColumns { found, tried: tried.join("; ") }))?;
        layout.report(&mut context.report);
        let parts = Parts { type_field: 1, ..Parts::default() };
        Ok(Self { lines, layout, parts, name: None })
    }

    fn advance(
        &mut self,
        after_error: &mut AfterError,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        let Self { lines, layout, parts, name } = self;
        let limit = context.options.limits.document_bytes;
        let report = &mut context.report;
        let mut growing = Growing::new(name.take());
        loop {
            match lines.advance(limit) {
                Ok(true) => {}
                Ok(false) => {
                    growing.end_sentence(parts, report);
                    parts.report(layout, report);
                    return (growing.line, growing.finish(report));
                }
                Err(problem) => return (lines.number(), Err(problem.into())),
            }
            let number = lines.number();
            let line = match lines.line() {
                Ok(line) => line,
                Err(_) if *after_error == AfterError::Skip => continue,
                Err(problem) => return (number, Err(problem.into())),
            };
            let row = Row::of(line, layout);
            let is_blank = row.is_blank;
            let comment = row.is_comment(line, layout).then(|| Comment::of(line));
            let document = match comment {
                Some(Comment::Document(name)) => Some(name),
                _ => {
                    line.strip_prefix(DOCUMENT_START).map(|rest| Some(rest.trim()).filter(|rest| rest.starts_with('(')))
                }
            };
            if *after_error == AfterError::Skip {
                let ends = if layout.sectioned { document.is_some() } else { is_blank };
                if !ends {
                    continue;
                }
                *after_error = AfterError::Read;
            }
            // Without a line that is empty, the sentence ends where another one is named or counted.
            let is_named = matches!(comment, Some(Comment::Sentence { .. } | Comment::Text(_)));
            let is_row = !is_blank && comment.is_none() && document.is_none();
            let starts_anew = is_named || is_row && growing.starts_anew(&row, layout);
            if is_blank || document.is_some() || starts_anew {
                growing.end_sentence(parts, report);
                let ends = document.is_some() || !layout.sectioned;
                if ends && !growing.is_empty() {
                    match document {
                        Some(document) => *name = document.map(document_name),
                        None if is_blank => {}
                        None => lines.repeat(),
                    }
                    return (growing.line, growing.finish(report));
                }
            }
            if let Some(document) = document {
                growing.name = document.map(document_name);
            } else if let Some(comment) = comment {
                match comment {
                    Comment::Sentence { name, and_more } if !layout.sectioned => {
                        growing.name = Some(name.to_owned());
                        parts.unread.take_comment("id", and_more);
                    }
                    Comment::Sentence { .. } => parts.unread.take_comment("sent_id", true),
                    Comment::Text(text) => growing.set_text(text),
                    Comment::Form => parts.take_form(line),
                    Comment::Other(name) => parts.unread.take_comment(name, true),
                    Comment::Document(_) => {}
                }
            } else if !is_blank && layout.heading != Some(number) {
                if growing.line == 0 {
                    *begun += 1;
                    growing.line = number;
                    context.id.clone_from(&growing.name);
                }
                if let Err(fault) = growing.take(&row, line, layout, parts, report) {
                    return (number, Err(fault));
                }
                parts.unread.take_cells(row.unread);
                if growing.text_len() > limit {
                    return (number, Err(Problem::TooLarge { what: "the document", limit }.into()));
                }
            }
        }
    }
}

/// The name of a document in `-DOCSTART- (name)`, `#begin document (name); part 000` or `# newdoc id = name`.
fn document_name(name: &str) -> String {
    let parts = name.strip_prefix('(').and_then(|name| name.split_once(')'));
    parts.map_or_else(|| name.to_owned(), |(inside, behind)| inside.to_owned() + behind)
}

impl<'l> Row<'l> {
    fn of(line: &'l str, layout: &Layout) -> Self {
        let mut row = Self { is_blank: true, ..Self::default() };
        for (column, cell) in layout.separator.split(line).enumerate() {
            row.count += 1;
            row.last = cell;
            row.is_blank &= cell.is_empty();
            if column == layout.word {
                row.word = Some(cell);
            } else if column == layout.tag() {
                row.tag = Some(cell);
            } else if Some(column) == layout.counter {
                row.counter = Some(cell);
            } else if Some(column) == layout.sentence {
                row.sentence = Some(cell);
            } else if layout.relations.is_some_and(|(types, _)| column == types) {
                row.relations.0 = Some(cell);
            } else if layout.relations.is_some_and(|(_, tails)| column == tails) {
                row.relations.1 = Some(cell);
            } else if column < 64 && !(is_outside(cell) || matches!(cell, "" | "-X-" | "*")) {
                row.unread |= 1 << column;
            }
            if Some(column) == layout.attributes {
                row.attributes = Some(cell);
            }
        }
        if let Tags::Brackets(_) = layout.tags {
            // The document and its part are named before it, and the last column is of coreference.
            row.unread &= !(0b11 | 1 << (row.count.clamp(1, 64) - 1));
        }
        row
    }

    /// Whether a line that starts with `#` is a comment: it has other columns than the rest, or no tag at its place.
    fn is_comment(&self, line: &str, layout: &Layout) -> bool {
        if !line.starts_with('#') {
            return false;
        }
        let has_number = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
        let is_row = self.count == layout.count
            && self.counter.is_none_or(has_number)
            && match layout.tags {
                Tags::Column(_, Style::Plain) => matches!(Comment::of(line), Comment::Other(_)),
                Tags::Column(_, style) => self.tag.is_some_and(|tag| style.parse(tag).is_some()),
                Tags::Brackets(_) | Tags::Attributes => false,
            };
        !is_row
    }
}

impl Parts {
    /// Takes in a comment on the form of the file, as `# global.Entity = eid-etype-head-other`.
    fn take_form(&mut self, line: &str) {
        if let Some((_, fields)) = line.split_once("global.Entity").and_then(|(_, rest)| rest.split_once('=')) {
            self.type_field = fields.trim().split('-').position(|field| field == "etype").unwrap_or(1);
        }
    }

    /// Says what the tags have shown, and counts what was not read. Later calls say nothing new.
    fn report(&mut self, layout: &Layout, report: &mut LossReport) {
        std::mem::take(&mut self.scheme).report(layout.style(), report);
        let Unread { cells, comments, other_comments, empty_nodes } = std::mem::take(&mut self.unread);
        for (column, &count) in cells.iter().enumerate() {
            report.lose_all(Loss::UnreadFields, &format!("column {}", column + 1), count);
        }
        for (name, count) in comments {
            let name = if name.is_empty() { "comments".to_owned() } else { format!("`# {name}`") };
            report.lose_all(Loss::UnreadFields, &name, count);
        }
        report.lose_all(Loss::UnreadFields, "other comments", other_comments);
        report.lose_all(Loss::UnreadFields, "nodes without a word", empty_nodes);
    }
}

impl Unread {
    fn take_cells(&mut self, mut columns: u64) {
        while columns != 0 {
            let column = columns.trailing_zeros() as usize;
            if self.cells.len() <= column {
                self.cells.resize(column + 1, 0);
            }
            self.cells[column] += 1;
            columns &= columns - 1;
        }
    }

    fn take_comment(&mut self, name: &str, is_unread: bool) {
        if !is_unread {
            return;
        }
        let name = shortened(name);
        if let Some(count) = self.comments.get_mut(&name) {
            *count += 1;
        } else if self.comments.len() < COMMENT_NAMES {
            self.comments.insert(name, 1);
        } else {
            self.other_comments += 1;
        }
    }
}
