//! The ways that files count the characters of a text.

use sinet_text::{ByteSpan, OffsetUnit, TextRange};
use unicode_normalization::char::compose;

use super::StatedSpan;
use super::normal_form::{composed, decomposed, decomposes, may_compose};
use crate::error::unit_name;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The most marks on one character that are read; Unicode calls texts with up to 30 safe.
const MARKS: usize = 30;

/// A way to count the characters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub unit: OffsetUnit,
    line_ends: LineEnds,
    mark: Mark,
    form: Form,
    /// The end of a stretch is its last character.
    inclusive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnds {
    /// As the text has them.
    Written,
    /// `\r\n` as one character.
    One,
    /// `\n` as two.
    Two,
}

/// The byte order mark before the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// As the text has it.
    Written,
    /// Left out.
    Uncounted,
    /// Counted where the text has none.
    Absent,
}

/// The normal form of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the text has it.
    Written,
    Composed,
    Decomposed,
}

/// A piece of text that a position can lie before or after.
struct Atom<'t> {
    text: &'t str,
    /// How much it counts.
    counted: usize,
}

impl Reading {
    /// Every way to count `text` but the one of the format, which is in `expected`: the likelier ones first.
    pub(super) fn others(text: &str, expected: OffsetUnit) -> impl Iterator<Item = Self> {
        let is_ascii = text.is_ascii();
        let units = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes].into_iter();
        let units = units.filter(move |&unit| !is_ascii && unit != expected);
        let units: Vec<OffsetUnit> = [expected].into_iter().chain(units).collect();
        let mut line_ends = vec![LineEnds::Written];
        match (text.contains("\r\n"), text.contains('\n')) {
            (true, _) => line_ends.push(LineEnds::One),
            (false, true) => line_ends.push(LineEnds::Two),
            _ => {}
        }
        let mark = if text.starts_with(BYTE_ORDER_MARK) { Mark::Uncounted } else { Mark::Absent };
        let mut forms = vec![Form::Written];
        if text.chars().zip(text.chars().skip(1)).any(|(before, character)| may_compose(before, character)) {
            forms.push(Form::Composed);
        }
        if text.chars().any(decomposes) {
            forms.push(Form::Decomposed);
        }
        let mut readings = Vec::new();
        for inclusive in [false, true] {
            for &form in &forms {
                for mark in [Mark::Written, mark] {
                    for &line_ends in &line_ends {
                        readings.extend(units.iter().map(|&unit| Self { unit, line_ends, mark, form, inclusive }));
                    }
                }
            }
        }
        readings.into_iter().skip(1)
    }

    /// The stretches in bytes; `None` for those that leave the text or cut an atom of it.
    pub(super) fn spans(self, text: &str, stated: &[StatedSpan]) -> Vec<Option<ByteSpan>> {
        let end = |range: TextRange| range.end.saturating_add(usize::from(self.inclusive));
        let mut wanted: Vec<usize> = stated.iter().flat_map(|span| [span.range.start, end(span.range)]).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut bytes: Vec<Option<usize>> = vec![None; wanted.len()];
        let (mut byte, mut counted, mut next) = (0, 0, 0);
        let mut rest = text;
        match self.mark {
            Mark::Written => {}
            Mark::Uncounted => {
                byte = BYTE_ORDER_MARK.len_utf8();
                rest = &text[byte..];
            }
            Mark::Absent => counted = length(BYTE_ORDER_MARK, self.unit),
        }
        loop {
            while wanted.get(next).is_some_and(|&wanted| wanted < counted) {
                next += 1;
            }
            if wanted.get(next) == Some(&counted) {
                bytes[next] = Some(byte);
                next += 1;
            }
            if next == wanted.len() {
                break;
            }
            let Some(atom) = self.atom(rest) else { break };
            byte += atom.text.len();
            counted += atom.counted;
            rest = &rest[atom.text.len()..];
        }
        let byte = |position: usize| bytes[wanted.binary_search(&position).ok()?];
        let span = |range: TextRange| Some(ByteSpan { start: byte(range.start)?, end: byte(end(range))? });
        stated.iter().map(|stated| span(stated.range)).collect()
    }

    /// The first atom of `rest`, which has no character before it.
    fn atom(self, rest: &str) -> Option<Atom<'_>> {
        let mut characters = rest.char_indices();
        let (_, first) = characters.next()?;
        let whole = |len: usize, counted: usize| Some(Atom { text: &rest[..len], counted });
        if self.line_ends == LineEnds::One && rest.starts_with("\r\n") {
            return whole(2, 1);
        }
        if self.line_ends == LineEnds::Two && first == '\n' {
            return whole(1, 2);
        }
        if self.form == Form::Written
            || first.is_ascii() && characters.as_str().starts_with(|next: char| next.is_ascii())
        {
            return whole(first.len_utf8(), length(first, self.unit));
        }
        // A character with all that may compose with it; of hostile rows of marks only so many are looked at.
        let (mut whole_so_far, mut seen) = (first, 0);
        let end = characters.find(|&(_, next)| {
            let goes_on = seen < MARKS && may_compose(whole_so_far, next);
            whole_so_far = compose(whole_so_far, next).unwrap_or(whole_so_far);
            seen += 1;
            !goes_on
        });
        let text = &rest[..end.map_or(rest.len(), |(end, _)| end)];
        let count = |characters: Vec<char>| -> usize { characters.into_iter().map(|one| length(one, self.unit)).sum() };
        let counted: usize = match self.form {
            Form::Composed => count(composed(text)),
            _ => count(decomposed(text)),
        };
        if counted == count(text.chars().collect()) {
            return whole(first.len_utf8(), length(first, self.unit));
        }
        whole(text.len(), counted)
    }

    /// The number of stretches whose bounds must speak for it where no texts do. It takes more where everything moves by
    /// one, as a hand does that slips; `None` where that is never enough.
    pub(super) fn least_bounds(self) -> Option<usize> {
        match (self.mark, self.inclusive) {
            (Mark::Absent, _) => None,
            (_, true) => Some(3),
            (_, false) => Some(1),
        }
    }

    /// The difference to a file that counts in `expected`, as the end of "Some documents".
    pub(super) fn told(self, expected: OffsetUnit) -> String {
        let mut told = Vec::new();
        if self.unit != expected {
            told.push(format!("count in {}, not in {}", unit_name(self.unit), unit_name(expected)));
        }
        told.extend(match self.line_ends {
            LineEnds::Written => None,
            LineEnds::One => Some("count a line end once, although their text has two characters there".to_owned()),
            LineEnds::Two => Some("count a line end as two characters, although their text has one".to_owned()),
        });
        told.extend(match self.mark {
            Mark::Written => None,
            Mark::Uncounted => Some("do not count the byte order mark before their text".to_owned()),
            Mark::Absent => Some("count from 1, or a byte order mark that their text has not".to_owned()),
        });
        told.extend(match self.form {
            Form::Written => None,
            Form::Composed => Some("count their text in the normal form NFC, which it does not have".to_owned()),
            Form::Decomposed => Some("count their text in the normal form NFD, which it does not have".to_owned()),
        });
        told.extend(self.inclusive.then(|| "count the last character of an entity as its end".to_owned()));
        told.join(", and ")
    }
}

fn length(character: char, unit: OffsetUnit) -> usize {
    match unit {
        OffsetUnit::Bytes => character.len_utf8(),
        OffsetUnit::CodePoints => 1,
        OffsetUnit::Utf16 => character.len_utf16(),
    }
}
