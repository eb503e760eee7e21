//! The columns of a file, by evidence in its first lines.

use std::collections::HashSet;

use super::comment::Comment;
use super::tags::{Position, Style, is_outside};
use crate::error::shortened;
use crate::loss_report::LossReport;
use crate::options::Columns;

/// The first lines that are looked at; more change nothing.
const LINES: usize = 4000;

/// The share of lines that must fit before a file is taken for one of this form.
const ENOUGH: f64 = 0.8;

/// Where the parts of a line are.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub separator: Separator,
    /// The columns of most lines.
    pub count: usize,
    /// The column of words, from 0, like all columns here.
    pub word: usize,
    pub tags: Tags,
    /// Further columns of what may be entities' tags, where nobody has named one.
    pub other_tags: Vec<usize>,
    /// A column of numbers that count the words of a sentence.
    pub counter: Option<usize>,
    /// A column that names the sentence.
    pub sentence: Option<usize>,
    /// Columns of relation types and of the words that they lead to.
    pub relations: Option<(usize, usize)>,
    /// The column of CoNLL-U's attributes.
    pub attributes: Option<usize>,
    /// Whether words may be `1-2` of several and `1.1` of none, as in CoNLL-U.
    pub universal: bool,
    /// The number of the line that names the columns.
    pub heading: Option<u64>,
    /// Whether the file says where documents start; elsewhere a sentence is a document.
    pub sectioned: bool,
    /// Lines that fit, of the lines that were looked at.
    pub fitting: (usize, usize),
    /// The first line that does not fit, and the reason.
    pub misfit: Option<(u64, String)>,
}

/// What stands between columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    Tab,
    /// Blanks and tabs, any number of them.
    Blanks,
    Comma,
    Semicolon,
}

/// Where the tags are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// A tag in a column.
    Column(usize, Style),
    /// `(PERSON*`, `*` and `*)` in a column, as in CoNLL 2012.
    Brackets(usize),
    /// `Entity=` or `NER=` among the attributes of CoNLL-U.
    Attributes,
}

/// No columns of words and tags were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoLayout {
    /// The first line that does not fit, with its number.
    pub line: u64,
    pub found: String,
    /// What was tried, a clause each.
    pub tried: Vec<String>,
}

/// A line with its number.
type Numbered<'l> = (u64, &'l str);

impl Layout {
    /// The layout of a file that starts with `head`, with the columns that a person has named.
    pub(crate) fn of(head: &str, named: Columns) -> Result<Self, NoLayout> {
        let lines = numbered(head);
        let (documents, rows): (Vec<Numbered>, Vec<Numbered>) =
            lines.iter().partition(|(_, line)| line.starts_with('#') || line.starts_with(super::DOCUMENT_START));
        let comments =
            || documents.iter().filter(|(_, line)| line.starts_with('#')).map(|&(_, line)| Comment::of(line));
        let sectioned = lines.first().is_some_and(|(_, line)| line.starts_with(super::DOCUMENT_START))
            || comments().any(|comment| matches!(comment, Comment::Document(_)));
        // Where every line starts with `#`, that is a word.
        let rows = if rows.is_empty() { documents.clone() } else { rows };
        let named_tag = named.tag.is_some();
        if !named_tag && documents.iter().any(|(_, line)| line.starts_with("#begin document")) {
            let tags = Tags::Brackets(10);
            let layout = Self { word: 3, counter: Some(2), tags, ..Self::new(Separator::Blanks, 12, 10) };
            return Ok(Self { sectioned: true, fitting: (rows.len(), rows.len()), ..layout });
        }
        if rows.is_empty() {
            // A file of nothing has no columns to find.
            return Ok(Self::new(Separator::Blanks, 2, 1));
        }
        let mut reasons: Vec<(Separator, String)> = Vec::new();
        let mut best: Option<Self> = None;
        for separator in [Separator::Tab, Separator::Blanks, Separator::Comma, Separator::Semicolon] {
            let start =
                documents.iter().find(|(_, line)| line.starts_with(super::DOCUMENT_START)).map(|(_, line)| *line);
            let found = if named_tag { None } else { universal(&rows, &documents, separator) };
            let found = found.map_or_else(|| columns(&rows, start, separator, named), Ok);
            match found {
                Ok(layout) => {
                    let layout = Self { sectioned, ..layout };
                    if layout.fits() {
                        return Ok(layout.with(named));
                    }
                    if let Some((line, misfit)) = &layout.misfit {
                        reasons.push((separator, format!("line {line} {misfit}")));
                    }
                    if best.as_ref().is_none_or(|best| best.fitting.0 < layout.fitting.0) {
                        best = Some(layout);
                    }
                }
                Err(reason) => reasons.push((separator, reason)),
            }
        }
        best.map(|layout| layout.with(named)).ok_or_else(|| {
            let (line, found) = rows[0];
            NoLayout { line, found: shortened(found), tried: clauses(reasons) }
        })
    }

    fn new(separator: Separator, count: usize, tag: usize) -> Self {
        Self {
            separator,
            count,
            word: 0,
            tags: Tags::Column(tag, Style::Prefixed),
            other_tags: Vec::new(),
            counter: None,
            sentence: None,
            relations: None,
            attributes: None,
            universal: false,
            heading: None,
            sectioned: false,
            fitting: (0, 0),
            misfit: None,
        }
    }

    fn with(mut self, named: Columns) -> Self {
        if let Some(word) = named.word {
            self.word = word.get() - 1;
            self.counter = self.counter.filter(|&counter| counter != self.word);
        }
        self
    }

    /// Whether enough lines fit to take the file for one of this form.
    pub(crate) fn fits(&self) -> bool {
        self.fitting.0 as f64 >= ENOUGH * self.fitting.1 as f64
    }

    /// The column of tags, or of the attributes among which they stand.
    pub(super) fn tag(&self) -> usize {
        match self.tags {
            Tags::Column(tag, _) | Tags::Brackets(tag) => tag,
            Tags::Attributes => self.attributes.unwrap_or_default(),
        }
    }

    pub(super) fn style(&self) -> Style {
        match self.tags {
            Tags::Column(_, style) => style,
            _ => Style::Prefixed,
        }
    }

    /// Says which columns are read.
    pub(super) fn report(&self, report: &mut LossReport) {
        let (word, tag) = (self.word + 1, self.tag() + 1);
        report.note(match self.tags {
            _ if self.fitting.1 == 0 => return,
            Tags::Column(..) if self.other_tags.is_empty() => {
                format!("Column {word} holds the words, column {tag} the tags.")
            }
            Tags::Column(..) => format!(
                "Column {word} holds the words, column {tag} the tags. There are tags in {} too, which are not read: \
                 `--columns tag={}` reads them instead.",
                columns_named(&self.other_tags),
                self.other_tags[0] + 1
            ),
            Tags::Brackets(_) => format!("Column {word} holds the words, column {tag} the entities between brackets."),
            Tags::Attributes => {
                format!("Column {word} holds the words, column {tag} the entities, by `Entity=` or `NER=`.")
            }
        });
    }
}

impl std::fmt::Display for Separator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Tab => "tabs",
            Self::Blanks => "blanks",
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
        })
    }
}

/// The columns of a line.
pub(super) struct Cells<'l> {
    separator: Separator,
    rest: Option<&'l str>,
}

impl Separator {
    /// The columns of a line. A cell in quotes, as tables between commas have them, comes without its quotes.
    pub(super) fn split(self, line: &str) -> Cells<'_> {
        Cells { separator: self, rest: Some(line.trim_end_matches([' ', '\t'])) }
    }

    pub(super) fn is_quoting(self) -> bool {
        matches!(self, Self::Comma | Self::Semicolon)
    }
}

impl<'l> Iterator for Cells<'l> {
    type Item = &'l str;

    fn next(&mut self) -> Option<&'l str> {
        let mut rest = self.rest?;
        if self.separator == Separator::Blanks {
            rest = rest.trim_start_matches([' ', '\t']);
            if rest.is_empty() {
                return None;
            }
        }
        if self.separator.is_quoting()
            && let Some(quoted) = rest.strip_prefix('"')
        {
            // The quote that no other one follows closes the cell.
            let mut after = 0;
            while let Some(at) = quoted[after..].find('"').map(|at| after + at) {
                if quoted[at + 1..].starts_with('"') {
                    after = at + 2;
                    continue;
                }
                self.rest = quoted[at + 1..].strip_prefix([',', ';']);
                return Some(&quoted[..at]);
            }
        }
        let is_between = |byte| match self.separator {
            Separator::Tab => byte == b'\t',
            Separator::Blanks => matches!(byte, b' ' | b'\t'),
            Separator::Comma => byte == b',',
            Separator::Semicolon => byte == b';',
        };
        let end = rest.bytes().position(is_between);
        self.rest = end.map(|end| &rest[end + 1..]);
        let cell = end.map_or(rest, |end| &rest[..end]);
        Some(if self.separator == Separator::Blanks { cell } else { cell.trim_matches([' ', '\t']) })
    }
}

/// What was tried, with the separators of one reason in one clause.
fn clauses(reasons: Vec<(Separator, String)>) -> Vec<String> {
    let mut clauses: Vec<(Vec<String>, String)> = Vec::new();
    for (separator, reason) in reasons {
        match clauses.iter_mut().find(|(_, other)| *other == reason) {
            Some((separators, _)) => separators.push(separator.to_string()),
            None => clauses.push((vec![separator.to_string()], reason)),
        }
    }
    let clauses = clauses.into_iter();
    clauses.map(|(separators, reason)| format!("columns between {}: {reason}", separators.join(" or "))).collect()
}

/// The lines that are not blank, with their numbers; the last may be cut.
fn numbered(head: &str) -> Vec<Numbered<'_>> {
    let head = head.trim_start_matches('\u{feff}');
    let lines = head.split('\n').map(|line| line.trim_end_matches('\r')).zip(1..);
    let mut lines: Vec<Numbered> = lines.map(|(line, number)| (number, line)).collect();
    if lines.len() > 2 && !head.ends_with('\n') {
        lines.pop();
    }
    lines.retain(|(_, line)| !line.trim_matches([' ', '\t', ',', ';']).is_empty());
    lines.truncate(LINES);
    lines
}

/// Numbers that CoNLL-U gives words: `7`, `7-8`, `7.1`.
pub(super) fn is_universal_number(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(['-', '.']) {
        Some((first, second)) => is_number(first) && is_number(second),
        None => is_number(text),
    }
}

/// CoNLL-U's ten columns, perhaps with more behind them, or those that `# global.columns =` names.
fn universal(rows: &[Numbered], comments: &[Numbered], separator: Separator) -> Option<Layout> {
    if separator != Separator::Tab {
        return None;
    }
    let names = comments.iter().find_map(|(_, line)| line.strip_prefix("# global.columns ="));
    let names: Vec<&str> =
        names.unwrap_or("ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC").split_whitespace().collect();
    let place = |wanted: &str| names.iter().position(|&name| name == wanted);
    let (number, word) = (place("ID")?, place("FORM")?);
    let cells: Vec<Vec<&str>> = rows.iter().map(|(_, line)| separator.split(line).collect()).collect();
    let is_one = |cells: &&Vec<&str>| cells.len() >= names.len() && is_universal_number(cells[number]);
    let fitting = cells.iter().filter(is_one).count();
    if fitting == 0 || (fitting as f64) < ENOUGH * rows.len() as f64 {
        return None;
    }
    let count = cells.iter().find(is_one)?.len();
    let tags = (0..count).find_map(|column| {
        let name = names.get(column).copied().unwrap_or_default().to_ascii_uppercase();
        let named = name.split([':', '_']).any(|part| matches!(part, "NER" | "NE" | "ENTITY"));
        let style = seen(&cells, column).style().filter(|_| named || column >= names.len())?;
        Some(Tags::Column(column, style))
    });
    let attributes = place("MISC");
    let tags = tags.or(attributes.map(|_| Tags::Attributes))?;
    let misfit =
        rows.iter().zip(&cells).find(|(_, cells)| !is_one(cells)).map(|(&(line, _), cells)| {
            (line, format!("has {} where CoNLL-U has {}", counted(cells.len()), names.len()))
        });
    let layout = Layout {
        word,
        counter: Some(number),
        tags,
        attributes,
        universal: true,
        misfit,
        ..Layout::new(separator, count, 0)
    };
    Some(Layout { fitting: (fitting, rows.len()), ..layout })
}

fn counted(columns: usize) -> String {
    if columns == 1 { "1 column".to_owned() } else { format!("{columns} columns") }
}

/// These columns, counted from 1.
fn columns_named(columns: &[usize]) -> String {
    let numbers: Vec<String> = columns.iter().map(|column| (column + 1).to_string()).collect();
    format!("column{} {}", if numbers.len() == 1 { "" } else { "s" }, numbers.join(" and "))
}

/// Columns in which words and tags are found by what they hold; `start` is the line that starts a document.
fn columns(rows: &[Numbered], start: Option<&str>, separator: Separator, named: Columns) -> Result<Layout, String> {
    let all: Vec<Vec<&str>> = rows.iter().map(|(_, line)| separator.split(line).collect()).collect();
    let mut counts = [0usize; 65];
    all.iter().for_each(|cells| counts[cells.len().min(64)] += 1);
    let count = (1..65).max_by_key(|&count| (counts[count], count)).unwrap_or(1);
    let wanted = [named.word, named.tag].into_iter().flatten().map(|column| column.get()).max().unwrap_or(0);
    if count < 2 {
        return Err("most lines have only one".to_owned());
    }
    if count < wanted {
        return Err(format!("most lines have {count}, so there is no column {wanted}"));
    }
    let headed = all.first().is_some_and(|cells| cells.len() == count && cells.iter().any(|cell| is_tag_name(cell)))
        && all.first().is_some_and(|cells| cells.iter().any(|cell| is_word_name(cell)));
    let body = &all[usize::from(headed)..];
    let whole: Vec<Vec<&str>> = body.iter().filter(|cells| cells.len() == count).cloned().collect();
    let seen: Vec<Seen> = (0..count).map(|column| seen(&whole, column)).collect();
    // The line that starts a document shows where words and tags stand.
    let started = start.map(|line| separator.split(line).collect::<Vec<_>>()).filter(|cells| cells.len() == count);
    let by_name = |is_name: fn(&str) -> bool| all[0].iter().position(|cell| headed && is_name(cell));
    let (tag, style) = match named.tag.map(|tag| tag.get() - 1).or_else(|| by_name(is_tag_name)) {
        Some(tag) => (tag, seen[tag].named_style()),
        None => started
            .as_ref()
            .and_then(|cells| tag_column(&seen, |column| cells[column] == "O"))
            .or_else(|| tag_column(&seen, |_| true))
            .ok_or_else(|| format!("most lines have {count}, none of which holds tags such as O and B-PER"))?,
    };
    let is_number = |column: &usize| seen[*column].numbers == whole.len();
    let counter = (0..count)
        .filter(is_number)
        .find(|&column| column != tag && (column > 0 || started.is_none()) && counts_up(&whole, column));
    let sentence = by_name(|name| name.to_ascii_lowercase().contains("sent"));
    let relations = (0..count.saturating_sub(1))
        .find(|&column| seen[column].lists == whole.len() && seen[column + 1].lists == whole.len());
    let relations = relations.filter(|_| counter.is_some()).map(|column| (column, column + 1));
    let named_word =
        named.word.map(|word| word.get() - 1).or_else(|| by_name(is_word_name)).or(started.as_ref().map(|_| 0));
    let named_word = named_word.filter(|&word| word != tag);
    let word = named_word.unwrap_or_else(|| word_column(&seen, tag, whole.len()));
    let misfit_of = |cells: &[&str]| match cells.get(tag) {
        None => Some(format!("has {} where most lines have {count}", counted(cells.len()))),
        Some(cell) if style.parse(cell).is_none() => {
            Some(format!("has {:?} where a tag should stand", shortened(cell)))
        }
        // A word with a blank in it moves what stands behind.
        _ if cells.len() != count && separator == Separator::Blanks => {
            Some(format!("has {} where most lines have {count}", counted(cells.len())))
        }
        _ => None,
    };
    let misfits =
        rows[usize::from(headed)..].iter().zip(body).filter_map(|(&(line, _), cells)| Some((line, misfit_of(cells)?)));
    let mut misfits = misfits.peekable();
    let misfit = misfits.peek().cloned();
    let fitting = body.len() - misfits.count();
    let layout =
        Layout { word, tags: Tags::Column(tag, style), counter, sentence, ..Layout::new(separator, count, tag) };
    let heading = headed.then(|| rows[0].0);
    let is_other = |&column: &usize| ![word, tag].contains(&column) && seen[column].may_be_entities();
    let other_tags = if named.tag.is_some() { Vec::new() } else { (0..count).filter(is_other).collect() };
    Ok(Layout { relations, heading, other_tags, fitting: (fitting, body.len()), misfit, ..layout })
}

/// Whether a heading names the column of tags.
fn is_tag_name(name: &str) -> bool {
    let name = name.trim_matches('"').to_ascii_lowercase();
    matches!(
        name.as_str(),
        "tag"
            | "tags"
            | "label"
            | "labels"
            | "ner"
            | "ne"
            | "ner_tag"
            | "ner_tags"
            | "ne_tag"
            | "nertag"
            | "ner-tag"
            | "entity"
            | "entities"
            | "iob"
            | "bio"
    )
}

/// Whether a heading names the column of words.
fn is_word_name(name: &str) -> bool {
    let name = name.trim_matches('"').to_ascii_lowercase();
    matches!(name.as_str(), "word" | "words" | "token" | "tokens" | "form" | "text")
}

/// What a column holds.
#[derive(Default)]
struct Seen<'l> {
    rows: usize,
    /// Cells that are `O` itself.
    outside: usize,
    /// Cells that may stand for a word in no entity.
    empty: usize,
    /// `B-PER`.
    prefixed: usize,
    /// `PER-B`.
    suffixed: usize,
    /// `B` alone.
    bare: usize,
    /// Tags that begin an entity, or go on with one where none is open.
    begun: usize,
    /// Those whose type is a kind of phrase.
    phrases: usize,
    numbers: usize,
    /// `['N']`.
    lists: usize,
    distinct: HashSet<&'l str>,
    /// Whether there is a letter that tags of word classes do not have.
    has_small: bool,
}

/// Kinds of phrases, which a column beside the entities marks with the same letters.
const PHRASES: [&str; 16] =
    ["NP", "VP", "PP", "ADJP", "ADVP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "VC", "PC", "AC", "SQ"];

fn seen<'l>(rows: &[Vec<&'l str>], column: usize) -> Seen<'l> {
    let mut seen = Seen { rows: rows.len(), ..Seen::default() };
    let mut open = false;
    for cell in rows.iter().filter_map(|cells| cells.get(column).copied()) {
        seen.distinct.insert(cell);
        seen.has_small |= cell.chars().any(|character| character.is_lowercase() || !character.is_ascii());
        seen.outside += usize::from(matches!(cell, "O" | "o"));
        seen.empty += usize::from(is_outside(cell) || cell.is_empty());
        seen.numbers +=
            usize::from(!cell.is_empty() && cell.len() < 19 && cell.bytes().all(|byte| byte.is_ascii_digit()));
        seen.lists += usize::from(cell.starts_with('[') && cell.ends_with(']'));
        if is_outside(cell) {
            open = false;
            continue;
        }
        seen.suffixed += usize::from(Style::Suffixed.parse(cell).is_some() && cell.len() > 1);
        let Some(tag) = Style::Prefixed.parse(cell) else { continue };
        if cell.len() == 1 {
            seen.bare += 1;
        } else {
            seen.prefixed += 1;
        }
        if !open || matches!(tag.position, Position::Begin | Position::Single) {
            seen.begun += 1;
            seen.phrases += usize::from(PHRASES.contains(&tag.kind));
        }
        open = true;
    }
    seen
}

impl Seen<'_> {
    fn most(&self, count: usize) -> bool {
        count > 0 && count as f64 >= ENOUGH * self.rows as f64
    }

    /// How the tags are written, if this looks like a column of tags.
    fn style(&self) -> Option<Style> {
        let has_outside = self.outside > 0 && 2 * self.outside >= self.empty;
        let tags = self.empty + self.prefixed + self.bare;
        // One odd value in a file of a few lines is a mistake, not the rule.
        let all_but_one = tags + 1 == self.rows && tags >= 1;
        if self.prefixed > 0 && (self.most(tags) || all_but_one) {
            Some(Style::Prefixed)
        } else if self.suffixed > self.prefixed && self.most(self.empty + self.suffixed) {
            Some(Style::Suffixed)
        } else {
            let is_bare = self.bare > 0 && has_outside && self.most(self.empty + self.bare);
            let is_outside = self.most(self.outside) && self.outside == self.empty && self.distinct.len() <= 2;
            (is_bare || is_outside).then_some(Style::Prefixed)
        }
    }

    /// How the tags are written in a column that is known to hold tags.
    fn named_style(&self) -> Style {
        let prefixed = if self.prefixed + self.bare > 0 { Style::Prefixed } else { Style::Plain };
        self.style().or_else(|| self.plain_style()).unwrap_or(prefixed)
    }

    /// Whether types stand beside `O` without B- and I-.
    fn plain_style(&self) -> Option<Style> {
        let types = self.distinct.iter().filter(|cell| !is_outside(cell));
        let mut named = types.clone();
        let is_type =
            |cell: &&&str| cell.len() <= 40 && cell.starts_with(|first: char| first.is_alphabetic()) && cell.len() > 1;
        let few = types.count() <= (self.rows / 4).clamp(3, 100);
        (10 * self.outside >= 3 * self.rows && few && named.all(|cell| is_type(&cell))).then_some(Style::Plain)
    }

    /// Whether there are tags whose types are not kinds of phrases.
    fn may_be_entities(&self) -> bool {
        self.style().is_some() && self.begun > 0 && 2 * self.phrases <= self.begun
    }

    /// Whether fewer words have a tag than not, of types that are not kinds of phrases: entities are rare.
    fn looks_like_entities(&self) -> bool {
        2 * self.phrases <= self.begun && 10 * (self.rows - self.empty.min(self.rows)) <= 7 * self.rows
    }
}

/// The column of tags: of several, the first that has about as many entities as any.
fn tag_column(seen: &[Seen], may_be: impl Fn(usize) -> bool) -> Option<(usize, Style)> {
    let tags = seen.iter().enumerate().filter(|(column, _)| may_be(*column));
    let tags: Vec<(usize, Style)> = tags.filter_map(|(column, seen)| Some((column, seen.style()?))).collect();
    let with_entities: Vec<_> = tags.iter().filter(|(column, _)| seen[*column].begun > 0).collect();
    let likely: Vec<_> = with_entities.iter().filter(|(column, _)| seen[*column].looks_like_entities()).collect();
    let most = likely.iter().map(|(column, _)| seen[*column].begun).max();
    if let Some(most) = most {
        return likely.iter().find(|(column, _)| 2 * seen[*column].begun >= most).map(|&&&found| found);
    }
    if let Some(&&found) = with_entities.iter().rfind(|(column, _)| 2 * seen[*column].phrases <= seen[*column].begun) {
        return Some(found);
    }
    // A first line of types in a column that is otherwise O may be all that a short file has.
    let others = seen.iter().enumerate().rev().filter(|(column, seen)| may_be(*column) && seen.style().is_none());
    let plain = others.filter_map(|(column, seen)| Some((column, seen.plain_style()?))).next();
    let chunks = with_entities.last().map(|&&found| found);
    plain.or_else(|| tags.iter().rfind(|(column, _)| seen[*column].begun == 0).copied()).or(chunks)
}

/// The column of words: neither tags nor numbers nor the same everywhere, and about as varied as any.
fn word_column(seen: &[Seen], tag: usize, rows: usize) -> usize {
    let may_be = |column: &usize| {
        let seen = &seen[*column];
        let same = seen.distinct.len() == 1 && (rows > 1 || seen.empty > 0 || seen.distinct.contains("-X-"));
        *column != tag && seen.style().is_none() && seen.numbers < rows && seen.lists < rows.max(1) && !same
    };
    let candidates: Vec<usize> = (0..seen.len()).filter(may_be).collect();
    let most = candidates.iter().map(|&column| seen[column].distinct.len()).max().unwrap_or(0);
    let varied = |column: &&usize| 10 * seen[**column].distinct.len() >= 3 * most;
    let small = candidates.iter().filter(varied).find(|column| seen[**column].has_small);
    let first = small.or_else(|| candidates.iter().find(varied)).copied();
    first.unwrap_or(usize::from(tag == 0))
}

/// Whether the numbers of a column go up by one from line to line, or start again.
fn counts_up(rows: &[Vec<&str>], column: usize) -> bool {
    let numbers = || rows.iter().filter_map(|cells| cells[column].parse::<u64>().ok());
    let steps = numbers().zip(numbers().skip(1)).filter(|&(one, next)| next == one + 1 || next <= 1).count();
    let starts = numbers().next().is_some_and(|first| first <= 1);
    starts && 20 * steps >= 19 * rows.len().saturating_sub(1)
}
