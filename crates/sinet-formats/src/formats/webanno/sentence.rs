//! A sentence: its text, and the places of its tokens.

use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange, WordRange};

use super::annotations::Annotations;
use super::cell::unescaped;
use super::header::Header;
use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::LossReport;

/// A sentence as its lines come.
#[derive(Default)]
pub(super) struct Sentence {
    texts: Vec<String>,
    units: Vec<Unit>,
    /// Where the text of the sentence before has ended, as the file counts.
    end_before: Option<usize>,
}

/// A token or a part of one.
struct Unit {
    range: TextRange,
    form: String,
    is_part: bool,
}

/// White space that is put between two sentences at most.
const GAP: usize = 4096;

impl Sentence {
    pub(super) fn has_tokens(&self) -> bool {
        !self.units.is_empty()
    }

    /// Adds a line of its text.
    pub(super) fn add_text(&mut self, text: &str) {
        self.texts.push(unescaped(text));
    }

    /// Takes in the line of a token or of a part of one.
    pub(super) fn take(&mut self, line: &str, header: &Header, annotations: &mut Annotations) -> Result<(), Fault> {
        let cells: Vec<&str> = line.split('\t').collect();
        let expected = 3 + header.columns;
        if cells.len() < expected {
            let (found, count) = (shortened(line), cells.len());
            return Err(Problem::MissingColumns { found, count, expected }.into());
        }
        let range = cells[1]
            .split_once('-')
            .and_then(|(start, end)| Some(TextRange { start: start.parse().ok()?, end: end.parse().ok()? }));
        let is_number = cells[0].split_once('-').is_some_and(|(sentence, token)| {
            let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_digits(sentence) && token.split('.').all(is_digits)
        });
        let Some(range) = range.filter(|range| is_number && range.start <= range.end) else {
            let expected = "a token, as in `1-1⇥0-3⇥Ada`";
            return Err(Problem::Line { found: shortened(line), expected }.into());
        };
        let is_part = cells[0].contains('.');
        if is_part && self.units.is_empty() {
            let expected = "a token, which goes before its parts";
            return Err(Problem::Line { found: shortened(line), expected }.into());
        }
        self.units.push(Unit { range, form: unescaped(cells[2]), is_part });
        annotations.take(cells[0], &cells[3..], header)
    }

    /// Adds the sentence to the document, and tells the annotations where its tokens are.
    pub(super) fn finish(
        &mut self,
        document: &mut LabelledDocument,
        annotations: &mut Annotations,
        report: &mut LossReport,
    ) -> Result<(), Fault> {
        let Self { texts, units, end_before } = std::mem::take(self);
        self.end_before = end_before;
        let Some(first) = units.first() else {
            // A text without tokens waits for them.
            self.texts = texts;
            return Ok(());
        };
        let text = if texts.is_empty() {
            let forms: Vec<&str> = units.iter().filter(|unit| !unit.is_part).map(|unit| unit.form.as_str()).collect();
            forms.join(" ")
        } else {
            texts.join("\n")
        };
        // The text starts with the first token, or with white space before it.
        let lead = if text.starts_with(&first.form) { 0 } else { text.len() - text.trim_start().len() };
        let places = places(&text[lead..], &units, first.range.start, report)?;
        if let Some(end) = end_before {
            let gap = first.range.start.checked_sub(end).unwrap_or(1).min(GAP);
            if gap > 0 {
                document.text.push('\n');
                document.text.push_str(&" ".repeat(gap - 1));
            }
        }
        self.end_before = Some(first.range.start + text[lead..].encode_utf16().count());
        let start = document.text.len() + lead;
        document.text.push_str(&text);
        let first_word = document.words.len();
        for (unit, place) in units.iter().zip(places) {
            let span = ByteSpan { start: start + place.start, end: start + place.end };
            if !unit.is_part {
                document.words.push(span);
            }
            annotations.place(span);
        }
        document.sentences.push(WordRange { start: first_word, end: document.words.len() });
        Ok(())
    }
}

/// The places of tokens and their parts in the text: in the unit in which most of them are the text there, or else one
/// token after the other.
fn places(text: &str, units: &[Unit], origin: usize, report: &mut LossReport) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let in_unit = |unit: OffsetUnit| -> Option<(usize, Vec<ByteSpan>)> {
        let (mut wrong, mut spans, mut end) = (0, Vec::with_capacity(units.len()), 0);
        for Unit { range, form, is_part } in units {
            let range = TextRange { start: range.start.checked_sub(origin)?, end: range.end.checked_sub(origin)? };
            let span = offsets.byte_span(range, unit)?;
            wrong += usize::from(span.of(text)? != form);
            if !is_part {
                if span.start < end || span.start == span.end {
                    return None;
                }
                end = span.end;
            }
            spans.push(span);
        }
        Some((wrong, spans))
    };
    if let Some((0, spans)) = in_unit(OffsetUnit::Utf16) {
        return Ok(spans);
    }
    if let Some((0, spans)) = in_unit(OffsetUnit::CodePoints) {
        report.note("Some sentences count in Unicode code points, not in UTF-16 code units: their tokens show it.");
        return Ok(spans);
    }
    if let Some(spans) = one_after_the_other(text, units) {
        report.note("The positions of some tokens are not those of their text: the tokens were taken in their order.");
        return Ok(spans);
    }
    match in_unit(OffsetUnit::Utf16) {
        Some((wrong, spans)) if 2 * wrong <= units.len() => {
            report
                .note("Some tokens are written otherwise than in the text of their sentence; their places were kept.");
            Ok(spans)
        }
        _ => {
            let text = shortened(text);
            let message = format!("the tokens of the sentence are not the words of its text {text:?}");
            Err(Problem::Contradiction(message).into())
        }
    }
}

/// Tokens where they next occur, and their parts where they occur in them.
fn one_after_the_other(text: &str, units: &[Unit]) -> Option<Vec<ByteSpan>> {
    let mut spans: Vec<ByteSpan> = Vec::with_capacity(units.len());
    let (mut token, mut token_range) = (ByteSpan { start: 0, end: 0 }, TextRange { start: 0, end: 0 });
    let mut inside_token: Option<Offsets> = None;
    for Unit { range, form, is_part } in units {
        if *is_part {
            // Positions in the token count from its own.
            let offsets = match &inside_token {
                Some(offsets) => offsets,
                None => inside_token.insert(Offsets::new(token.of(text)?)),
            };
            let inside = range.start.checked_sub(token_range.start).zip(range.end.checked_sub(token_range.start));
            let inside = inside.map(|(start, end)| TextRange { start, end });
            let span = inside.and_then(|inside| offsets.byte_span(inside, OffsetUnit::Utf16))?;
            spans.push(ByteSpan { start: token.start + span.start, end: token.start + span.end });
            continue;
        }
        let found = text[token.end..].find(form.as_str()).filter(|_| !form.is_empty())?;
        let start = token.end + found;
        inside_token = None;
        (token, token_range) = (ByteSpan { start, end: start + form.len() }, *range);
        spans.push(token);
    }
    Some(spans)
}
