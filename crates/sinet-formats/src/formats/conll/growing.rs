//! A document as it grows line by line.

use std::borrow::Cow;

use super::brackets::Brackets;
use super::layout::{Layout, Tags};
use super::tags::{Position, Style, Tag, Tagger};
use super::{Parts, Row};
use crate::builder::DocumentBuilder;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::{Loss, LossReport};

/// A document as it grows.
#[derive(Default)]
pub(super) struct Growing {
    pub name: Option<String>,
    /// The line that it starts on.
    pub line: u64,
    joined: DocumentBuilder,
    tagger: Tagger,
    brackets: Brackets,
    links: Vec<Link>,
    sentence: Sentence,
}

/// The sentence that grows.
#[derive(Default)]
struct Sentence {
    /// Its text as the file has it, and the bytes of it in which words have been found.
    text: Option<(String, usize)>,
    /// Whether nothing stands between the last word and the next.
    is_joined: bool,
    /// The number of the last line.
    number: Option<u64>,
    /// The name that lines give it.
    name: Option<String>,
    /// The numbers of the words that the last one is made of.
    parts: Option<(u64, u64)>,
    /// Numbers and words of its lines, where relations go by them.
    numbers: Vec<(u64, usize)>,
    /// Relations as lines state them: type, word of the head, number of the tail.
    stated: Vec<(String, usize, u64)>,
}

/// A relation between the entities of two words.
struct Link {
    kind: String,
    head: usize,
    tail: usize,
}

impl Growing {
    pub(super) fn new(name: Option<String>) -> Self {
        Self { name, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.joined.document.words.is_empty()
    }

    pub(super) fn text_len(&self) -> usize {
        self.joined.document.text.len()
    }

    /// Whether the last sentence has a word and has not ended.
    pub(super) fn is_in_sentence(&self) -> bool {
        let ended = self.joined.document.sentences.last().map_or(0, |sentence| sentence.end);
        self.joined.document.words.len() > ended
    }

    /// Whether a line shows that another sentence starts with it: its number starts again, or it names another one.
    pub(super) fn starts_anew(&self, row: &Row, layout: &Layout) -> bool {
        let number = row.counter.and_then(|number| number.parse::<u64>().ok());
        let starts_again = number.zip(self.sentence.number).is_some_and(|(number, last)| number <= last);
        let other = row.sentence.filter(|name| !name.is_empty() && self.sentence.name.as_deref() != Some(name));
        !layout.universal && starts_again || other.is_some()
    }

    /// Takes the text of the sentence that follows, which says what stands between its words.
    pub(super) fn set_text(&mut self, text: &str) {
        self.sentence.text = Some((text.to_owned(), 0));
    }

    /// Takes in a line of columns.
    pub(super) fn take(
        &mut self,
        row: &Row,
        line: &str,
        layout: &Layout,
        parts: &mut Parts,
        report: &mut LossReport,
    ) -> Result<(), Fault> {
        let missing = || Problem::MissingColumns { found: shortened(line), count: row.count, expected: layout.count };
        let Some(word) = row.word else {
            // A word of blanks behind its tag leaves no column of its own.
            let is_tag = row.tag.is_some_and(|tag| layout.style().parse(tag).is_some());
            if line.ends_with([' ', '\t']) && is_tag && row.count + 1 == layout.count {
                report.add(Loss::BlankWords, 1);
                return Ok(());
            }
            return Err(missing().into());
        };
        let number = row.counter.map(Numbered::of);
        if let Some(Numbered::Empty) = number.filter(|_| layout.universal) {
            parts.unread.empty_nodes += 1;
            return Ok(());
        }
        let Some(cell) = row.tag else {
            // A word of blanks leaves no column of its own.
            let is_tag = layout.style().parse(word).is_some();
            if line.starts_with([' ', '\t']) && is_tag && row.count + 1 == layout.count {
                report.add(Loss::BlankWords, 1);
                return Ok(());
            }
            return Err(missing().into());
        };
        let tag = match layout.tags {
            Tags::Column(column, style) => {
                let expected = "a tag such as O, B-PER or I-PER";
                let problem = || Problem::Line { found: shortened(cell), expected };
                Some(style.parse(cell).ok_or_else(|| Fault::at(format!("column {}", column + 1), problem()))?)
            }
            _ => None,
        };
        if word.is_empty() {
            report.add(Loss::BlankWords, 1);
            return Ok(());
        }
        self.push(word, number, layout, report);
        let at = self.joined.document.words.len() - 1;
        match (layout.tags, tag) {
            (Tags::Column(..), Some(tag)) => self.tagger.take(tag, at, &mut parts.scheme),
            (Tags::Brackets(_), _) => {
                self.brackets.take_stars(cell, at);
                self.brackets.take_groups(row.last);
            }
            _ => {}
        }
        self.take_attributes(row.attributes.unwrap_or_default(), number, layout, parts, report);
        if let (Some(types), Some(tails)) = row.relations {
            self.state_relations(at, number, types, tails);
        }
        if let Some(name) = row.sentence.filter(|name| !name.is_empty()) {
            self.sentence.name = Some(name.to_owned());
        }
        Ok(())
    }

    /// Adds the word of a line, unless it is a part of the one before.
    fn push(&mut self, word: &str, number: Option<Numbered>, layout: &Layout, report: &mut LossReport) {
        match number {
            Some(Numbered::Several(first, last)) if layout.universal => self.sentence.parts = Some((first, last)),
            Some(Numbered::One(number)) => {
                self.sentence.number = Some(number);
                let parts = self.sentence.parts.filter(|&(first, last)| (first..=last).contains(&number));
                self.sentence.parts = parts;
                if parts.is_some() && self.is_in_sentence() {
                    return;
                }
            }
            _ => {}
        }
        // A quote in a cell between quotes stands twice.
        let word = if layout.separator.is_quoting() { Cow::from(word.replace("\"\"", "\"")) } else { Cow::from(word) };
        let word = word.as_ref();
        let mut gap = if self.sentence.is_joined { "" } else { " " };
        if let Some((text, at)) = &mut self.sentence.text {
            let rest = &text[*at..];
            let found = rest.trim_start();
            if found.starts_with(word) {
                let before = rest.len() - found.len();
                gap = if before == 0 { "" } else { " " };
                *at += before + word.len();
            } else {
                report.note("The text of some sentences is not that of their words; the words are kept.");
                self.sentence.text = None;
            }
        }
        let gap = if self.is_in_sentence() { gap } else { " " };
        self.joined.push_after(gap, word);
        self.sentence.is_joined = false;
    }

    /// Takes in the attributes of CoNLL-U, as `SpaceAfter=No|Entity=(e1-person-1)`.
    fn take_attributes(
        &mut self,
        attributes: &str,
        number: Option<Numbered>,
        layout: &Layout,
        parts: &mut Parts,
        report: &mut LossReport,
    ) {
        let at = self.joined.document.words.len() - 1;
        let mut tag = None;
        for attribute in attributes.split('|') {
            let (key, value) = attribute.split_once('=').unwrap_or(("", attribute));
            if key == "SpaceAfter" {
                // The parts of a word have no space of their own.
                let is_part = self.sentence.parts.is_some() && !matches!(number, Some(Numbered::Several(..)));
                self.sentence.is_joined |= value == "No" && !is_part;
            } else if layout.tags != Tags::Attributes {
            } else if is_tag_key(key) && value.contains(['(', ')']) {
                self.brackets.take_mentions(value, at, parts.type_field, report);
            } else if is_tag_key(key) {
                tag = Style::Prefixed.parse(value).or_else(|| Style::Plain.parse(value));
            } else if key.is_empty() && value.len() > 1 {
                tag = tag.or_else(|| Style::Prefixed.parse(value));
            }
        }
        let outside = Tag { position: Position::Outside, kind: "" };
        match (layout.tags, number) {
            // Tags stand beside the parts of a word.
            (Tags::Attributes, Some(Numbered::Several(..))) if tag.is_none() => {}
            (Tags::Attributes, _) => self.tagger.take(tag.unwrap_or(outside), at, &mut parts.scheme),
            _ => {}
        }
    }

    /// Takes in `['Live_In', 'Work_For']` and `[4, 7]` beside the last word of their head.
    fn state_relations(&mut self, word: usize, number: Option<Numbered>, types: &str, tails: &str) {
        let listed = |list: &'_ str| -> Vec<String> {
            let inside = list.trim_start_matches('[').trim_end_matches(']').split(',');
            inside.map(|item| item.trim().trim_matches(['\'', '"']).to_owned()).collect()
        };
        if let Some(Numbered::One(number)) = number {
            self.sentence.numbers.push((number, word));
        }
        for (kind, tail) in listed(types).into_iter().zip(listed(tails)) {
            if let Some(tail) = tail.parse().ok().filter(|_| !kind.is_empty() && kind != "N") {
                self.sentence.stated.push((kind, word, tail));
            }
        }
    }

    pub(super) fn end_sentence(&mut self, parts: &mut Parts, report: &mut LossReport) {
        if !self.is_in_sentence() {
            // What the comments before its words have said is still to come true.
            return;
        }
        self.tagger.close(&mut parts.scheme);
        self.brackets.end_sentence(self.joined.document.words.len());
        let Sentence { numbers, stated, .. } = std::mem::take(&mut self.sentence);
        for (kind, head, tail) in stated {
            match numbers.binary_search_by_key(&tail, |&(number, _)| number) {
                Ok(place) => self.links.push(Link { kind, head, tail: numbers[place].1 }),
                Err(_) => report.add(Loss::NoEntity, 1),
            }
        }
        self.joined.end_sentence();
    }

    pub(super) fn finish(mut self, report: &mut LossReport) -> Result<Option<LabelledDocument>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        self.brackets.report(report);
        let mut spans = self.tagger.spans;
        if !self.brackets.spans.is_empty() {
            spans.append(&mut self.brackets.spans);
            spans.sort_by(|(kind, words), (other, their)| {
                (words.start, their.end, kind).cmp(&(their.start, words.end, other))
            });
        }
        for (kind, words) in &spans {
            let span = self.joined.span(*words, String::new)?;
            let entity = LabelledEntity { kind: kind.clone(), span, score: None, provenance: Provenance::Person };
            self.joined.document.entities.push(entity);
        }
        let entity_of = |word: usize| {
            let after = spans.partition_point(|(_, words)| words.start <= word);
            after.checked_sub(1).filter(|&entity| word < spans[entity].1.end)
        };
        for Link { kind, head, tail } in self.links {
            match (entity_of(head), entity_of(tail)) {
                (Some(head), Some(tail)) => {
                    let relation = LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person };
                    self.joined.document.relations.push(relation);
                }
                _ => report.add(Loss::NoEntity, 1),
            }
        }
        let id = self.name.unwrap_or_default();
        Ok(Some(LabelledDocument { id, ..self.joined.document }))
    }
}

/// The number of a line.
#[derive(Debug, Clone, Copy)]
enum Numbered {
    One(u64),
    /// A word that is written as one and counted as several, `7-8`.
    Several(u64, u64),
    /// A node without a word, `7.1`.
    Empty,
    Other,
}

impl Numbered {
    fn of(text: &str) -> Self {
        if let Ok(number) = text.parse() {
            return Self::One(number);
        }
        match text.split_once('-').map(|(first, last)| (first.parse(), last.parse())) {
            Some((Ok(first), Ok(last))) => Self::Several(first, last),
            _ if text.contains('.') => Self::Empty,
            _ => Self::Other,
        }
    }
}

/// Whether an attribute of CoNLL-U says which entity a word is in.
fn is_tag_key(key: &str) -> bool {
    let names = ["entity", "ner", "ne", "nertag", "ner_tag", "namedentity", "named_entity"];
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}
