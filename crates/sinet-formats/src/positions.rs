//! Positions in a file and bytes of the text, in both directions, and evidence of the way that a file counts.
//!
//! A file may count otherwise than its format says: in another unit, a line end once where the text has two characters, a
//! byte order mark or not, the text in another normal form. Each such way is a [`Reading`]. The text beside a stretch is the
//! witness; where none stands beside any, it is the bounds of words.

use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange};

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::{Loss, LossReport};
use crate::words::edges;

mod normal_form;
mod reading;

use normal_form::composed;
use reading::Reading;

/// A stretch of text as a file states it.
pub(crate) struct StatedSpan {
    /// The field that states it.
    pub field: String,
    pub range: TextRange,
    /// The text that stands beside it, where there is one.
    pub text: Option<String>,
}

/// The unit that a file counts in.
pub(crate) enum Unit {
    /// The file states it.
    Stated(OffsetUnit),
    /// The definition of the format states it.
    Expected(OffsetUnit),
}

/// The stated stretches in bytes.
///
/// Where a file does not name its unit, the first way to count is taken in which every stretch has the text that stands
/// beside it, and the report says which. Where there is none, stretches stay at their places and texts that differ are
/// counted, unless most of them do.
///
/// # Errors
/// If a stretch is empty or leaves the text, or most texts beside are not the texts at their places.
pub(crate) fn resolve(
    text: &str,
    stated: &[StatedSpan],
    unit: Unit,
    report: &mut LossReport,
) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let (Unit::Stated(expected) | Unit::Expected(expected)) = unit;
    let plain = stated.iter().map(|span| offsets.byte_span(span.range, expected));
    let mut best = Fit::of(text, stated, plain.collect());
    if matches!(unit, Unit::Expected(_)) && !best.is_whole() {
        let witnessed = stated.iter().any(|span| span.text.is_some());
        for reading in Reading::others(text, expected) {
            let fit = Fit { reading: Some(reading), ..Fit::of(text, stated, reading.spans(text, stated)) };
            let is_better =
                if witnessed { fit.has_better_texts(&best) } else { fit.has_better_bounds(&best, reading, text) };
            if is_better {
                best = fit;
            }
            if is_better && (best.is_whole() || !witnessed) {
                break;
            }
        }
        if let Some(reading) = &best.reading {
            let witness = if witnessed { "the texts of their entities" } else { "the bounds of words" };
            report.note(format!("Some documents {}: {witness} show it.", reading.told(expected)));
        }
    }
    best.kept(text, stated, &offsets, expected, report)
}

/// How many of the stretches have the text that stands beside them, or without one have bounds of words, in the unit of
/// the format or in code points: evidence that a text is the one that a file means.
pub(crate) fn fitting(text: &str, stated: &[StatedSpan], expected: OffsetUnit) -> usize {
    let offsets = Offsets::new(text);
    let fits = [expected, OffsetUnit::CodePoints].map(|unit| {
        let fit = Fit::of(text, stated, stated.iter().map(|span| offsets.byte_span(span.range, unit)).collect());
        stated.len() - fit.outside - fit.other - fit.ragged
    });
    fits[0].max(fits[1])
}

/// Whether the stated stretches are stretches of `text` in one unit or another, and have the texts that stand beside them.
pub(crate) fn fits(text: &str, stated: &[StatedSpan]) -> bool {
    let offsets = Offsets::new(text);
    let units = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes];
    units.into_iter().any(|unit| {
        let spans = stated.iter().map(|span| offsets.byte_span(span.range, unit));
        let Fit { outside, spaced, alike, other, .. } = Fit::of(text, stated, spans.collect());
        outside + spaced + alike + other == 0
    })
}

/// The stretches in one reading, and how well they fit.
struct Fit {
    /// `None` for the way of the format.
    reading: Option<Reading>,
    spans: Vec<Option<ByteSpan>>,
    /// Stretches that leave the text or cut a character.
    outside: usize,
    /// Texts beside that are the text there.
    same: usize,
    /// Texts beside that are the text there but for white space.
    spaced: usize,
    /// Texts beside that come from the text there, as one with its line ends removed does.
    alike: usize,
    /// Texts beside that are another text.
    other: usize,
    /// Stretches that begin or end in white space or cut a word.
    ragged: usize,
}

impl Fit {
    fn of(text: &str, stated: &[StatedSpan], spans: Vec<Option<ByteSpan>>) -> Self {
        let mut fit = Self { reading: None, spans, outside: 0, same: 0, spaced: 0, alike: 0, other: 0, ragged: 0 };
        for (StatedSpan { text: beside, .. }, span) in stated.iter().zip(&fit.spans) {
            let found = span.and_then(|span| Some((span, span.of(text).filter(|found| !found.is_empty())?)));
            let Some((span, found)) = found else {
                fit.outside += 1;
                continue;
            };
            let count = match beside.as_deref().map(|beside| likeness(beside, found)) {
                Some(Likeness::Same) => &mut fit.same,
                Some(Likeness::Spaced) => &mut fit.spaced,
                Some(Likeness::Alike) => &mut fit.alike,
                Some(Likeness::Other) => &mut fit.other,
                None if edges(text, span).is_clean() => continue,
                None => &mut fit.ragged,
            };
            *count += 1;
        }
        fit
    }

    /// Whether nothing speaks against it.
    fn is_whole(&self) -> bool {
        self.outside + self.spaced + self.alike + self.other + self.ragged == 0
    }

    /// White space is no evidence, since tools trim and collapse it, and nor is a part of a text.
    fn has_better_texts(&self, best: &Self) -> bool {
        self.same + self.spaced > best.same + best.spaced
    }

    /// Bounds of words are weaker evidence: every stretch that moves must have them, and most must have had none.
    fn has_better_bounds(&self, best: &Self, reading: Reading, text: &str) -> bool {
        // A stretch may be backwards here.
        let is_clean =
            |span: &Option<ByteSpan>| span.is_some_and(|span| span.start < span.end && edges(text, span).is_clean());
        let moved = self.spans.iter().zip(&best.spans).filter(|(here, there)| here != there);
        let (mut count, mut mended) = (0, 0);
        for (here, there) in moved {
            if !is_clean(here) {
                return false;
            }
            count += 1;
            mended += usize::from(!is_clean(there));
        }
        mended * 2 > count && reading.least_bounds().is_some_and(|least| mended >= least)
    }

    /// The stretches, if they lie in the text and most have the text that stands beside them.
    fn kept(
        self,
        text: &str,
        stated: &[StatedSpan],
        offsets: &Offsets,
        unit: OffsetUnit,
        report: &mut LossReport,
    ) -> Result<Vec<ByteSpan>, Fault> {
        let is_good = |span: &Option<ByteSpan>| span.is_some_and(|span| span.start < span.end);
        if let Some(bad) = self.spans.iter().position(|span| !is_good(span)) {
            let StatedSpan { field, range: TextRange { start, end }, .. } = &stated[bad];
            if start >= end {
                let hint = "`end` is the position after the last character";
                return Err(Fault::at(field, Problem::EmptySpan { start: *start, end: *end, hint }));
            }
            let unit = self.reading.map_or(unit, |reading| reading.unit);
            return Err(leaves_text(field.clone(), TextRange { start: *start, end: *end }, offsets, unit));
        }
        let spans: Vec<ByteSpan> = self.spans.into_iter().flatten().collect();
        if self.other * 2 > self.same + self.spaced + self.alike + self.other {
            for (StatedSpan { field, range, text: beside }, span) in stated.iter().zip(&spans) {
                let found = span.of(text).unwrap_or_default();
                let Some(beside) = beside.as_deref().filter(|beside| likeness(beside, found) == Likeness::Other) else {
                    continue;
                };
                let TextRange { start, end } = *range;
                let (stated, found) = (shortened(beside), shortened(found));
                return Err(Fault::at(field, Problem::OtherText { start, end, stated, found }));
            }
        }
        report.add(Loss::OtherTexts, self.spaced + self.alike + self.other);
        Ok(spans)
    }
}

/// The error of a stretch that does not fit its text.
pub(crate) fn leaves_text(field: String, range: TextRange, offsets: &Offsets, unit: OffsetUnit) -> Fault {
    let TextRange { start, end } = range;
    Fault::at(field, Problem::LeavesText { start, end, len: offsets.text_len(unit), unit })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Same,
    Spaced,
    Alike,
    Other,
}

/// The likeness of the text that stands beside a stretch to the text that is there.
///
/// The same are texts that differ at most in the kind of white space, since tools write a space for a line end, and in
/// their normal form. Spaced are those that differ in white space alone: tools trim it, collapse it, remove line ends or
/// write them as `\n`. Alike are those of which one holds the other: tools keep the text of what a person had drawn before
/// it grew to whole words.
fn likeness(beside: &str, found: &str) -> Likeness {
    let spaced = |text: &str| -> String {
        composed(text).into_iter().map(|one| if one.is_whitespace() { ' ' } else { one }).collect()
    };
    let in_lines = |text: &str| spaced(&text.replace("\r\n", " "));
    let bare = |text: &str| -> String {
        let text = ["\\r", "\\n", "\\t"].iter().fold(text.to_owned(), |text, escape| text.replace(escape, ""));
        composed(&text).into_iter().filter(|character| !character.is_whitespace()).collect()
    };
    if beside == found || spaced(beside) == spaced(found) || in_lines(beside) == in_lines(found) {
        return Likeness::Same;
    }
    let (beside, found) = (bare(beside), bare(found));
    if beside.is_empty() || found.is_empty() {
        return Likeness::Other;
    }
    let holds = beside.contains(&found) || found.contains(&beside);
    match (beside == found, holds) {
        (true, _) => Likeness::Spaced,
        (false, true) => Likeness::Alike,
        (false, false) => Likeness::Other,
    }
}

/// The stretches of a document that has passed [`LabelledDocument::check`], as a file in `unit` names them.
pub(crate) struct TextPositions<'d> {
    document: &'d LabelledDocument,
    offsets: Offsets<'d>,
    unit: OffsetUnit,
}

/// The invariant that [`LabelledDocument::check`] has established before anything is written.
const CHECKED: &str = "every span of a checked document lies in its text and cuts no character";

impl<'d> TextPositions<'d> {
    pub(crate) fn of(document: &'d LabelledDocument, unit: OffsetUnit) -> Self {
        Self { document, offsets: Offsets::new(&document.text), unit }
    }

    /// The positions of `span`.
    pub(crate) fn range(&self, span: ByteSpan) -> TextRange {
        self.offsets.range(span, self.unit).expect(CHECKED)
    }

    /// The text of `span`.
    pub(crate) fn text(&self, span: ByteSpan) -> &'d str {
        text_of(self.document, span)
    }
}

/// The text of a span of a document that has passed [`LabelledDocument::check`].
pub(crate) fn text_of(document: &LabelledDocument, span: ByteSpan) -> &str {
    span.of(&document.text).expect(CHECKED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    /// The bytes of stretches of "aé😀 b", with notes.
    #[track_caller]
    fn check(stated: &[(usize, usize, Option<&str>)], unit: Unit, expected: Expect) {
        check_in("aé😀 b", stated, unit, expected);
    }

    /// The bytes of stretches of `text`, with notes and counts.
    #[track_caller]
    fn check_in(text: &str, stated: &[(usize, usize, Option<&str>)], unit: Unit, expected: Expect) {
        let stated: Vec<StatedSpan> = (stated.iter().enumerate())
            .map(|(index, &(start, end, text))| StatedSpan {
                field: format!("entities[{index}]"),
                range: TextRange { start, end },
                text: text.map(str::to_owned),
            })
            .collect();
        let mut report = LossReport::default();
        let found = match resolve(text, &stated, unit, &mut report) {
            Ok(spans) => format!("{:?}", spans.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>()),
            Err(Fault { field, problem, .. }) => format!("{}: {problem}", field.unwrap()),
        };
        let counted: String = report.sentences().map(|sentence| format!(" {sentence}")).collect();
        expected.assert_eq(&format!("{found}{}{counted}", report.notes().concat()));
    }

    #[test]
    fn units_are_proven_by_the_text_beside() {
        use OffsetUnit::{CodePoints, Utf16};
        check(&[(0, 2, Some("aé")), (4, 5, Some("b"))], Unit::Expected(CodePoints), expect!["[(0, 3), (8, 9)]"]);
        check(
            &[(0, 2, Some("aé")), (5, 6, Some("b"))],
            Unit::Expected(CodePoints),
            expect![
                "[(0, 3), (8, 9)]Some documents count in UTF-16 code units, not in Unicode code points: the texts of their entities show it."
            ],
        );
        check(
            &[(5, 6, Some("b"))],
            Unit::Stated(CodePoints),
            expect!["entities[0]: the span 5..6 does not fit the text of 5 Unicode code points"],
        );
        check(
            &[(4, 5, None), (5, 6, None)],
            Unit::Expected(CodePoints),
            expect!["entities[1]: the span 5..6 does not fit the text of 5 Unicode code points"],
        );
        check(
            &[(2, 3, None)],
            Unit::Stated(Utf16),
            expect!["entities[0]: the span 2..3 does not fit the text of 6 UTF-16 code units"],
        );
        check(
            &[(0, 1, Some("x"))],
            Unit::Expected(CodePoints),
            expect![[
                r#"entities[0]: the file says that 0..1 is "x", but its text has "a" there; the offsets are wrong in every unit"#
            ]],
        );
        check(
            &[(2, 2, None)],
            Unit::Expected(CodePoints),
            expect!["entities[0]: the span 2..2 is empty; `end` is the position after the last character"],
        );
    }

    #[test]
    fn the_text_beside_is_a_witness_and_no_veto() {
        let text = "Some simple text with explanations\nand a second line.";
        let utf16 = || Unit::Expected(OffsetUnit::Utf16);
        // A word that a part was drawn in, a removed line end, one written as `\n`, trimmed and collapsed white space.
        for beside in ["ple tex", "simple text ", "simpletext", "simple\\n text", " simple   text"] {
            check_in(
                text,
                &[(5, 16, Some(beside))],
                utf16(),
                expect!["[(5, 16)] 1 entity with another text beside it than at its place: the place was kept."],
            );
        }
        check_in(
            text,
            &[(0, 4, Some("Some")), (5, 16, Some("other"))],
            utf16(),
            expect!["[(0, 4), (5, 16)] 1 entity with another text beside it than at its place: the place was kept."],
        );
        check_in(
            text,
            &[(0, 4, Some("Some")), (5, 16, Some("other")), (17, 21, Some("words"))],
            utf16(),
            expect![[
                r#"entities[1]: the file says that 5..16 is "other", but its text has "simple text" there; the offsets are wrong in every unit"#
            ]],
        );
        check_in(
            text,
            &[(0, 4, Some("Some")), (5, 99, Some("simple text"))],
            utf16(),
            expect!["entities[1]: the span 5..99 does not fit the text of 53 UTF-16 code units"],
        );
    }

    #[test]
    fn line_ends_marks_and_normal_forms_are_tried() {
        let code_points = || Unit::Expected(OffsetUnit::CodePoints);
        check_in(
            "Mira.\r\nShe met Oto.\r\nHe left.\r\n",
            &[(0, 4, Some("Mira")), (14, 17, Some("Oto")), (19, 21, Some("He"))],
            code_points(),
            expect![
                "[(0, 4), (15, 18), (21, 23)]Some documents count a line end once, although their text has two characters there: the texts of their entities show it."
            ],
        );
        check_in(
            "Mira.\nShe met Oto.\nHe left.\n",
            &[(0, 4, Some("Mira")), (15, 18, Some("Oto")), (21, 23, Some("He"))],
            code_points(),
            expect![
                "[(0, 4), (14, 17), (19, 21)]Some documents count a line end as two characters, although their text has one: the texts of their entities show it."
            ],
        );
        check_in(
            "\u{feff}Mira met Oto",
            &[(0, 4, Some("Mira")), (9, 12, Some("Oto"))],
            code_points(),
            expect![
                "[(3, 7), (12, 15)]Some documents do not count the byte order mark before their text: the texts of their entities show it."
            ],
        );
        check_in(
            "Mira met Oto",
            &[(1, 5, Some("Mira")), (10, 13, Some("Oto"))],
            code_points(),
            expect![
                "[(0, 4), (9, 12)]Some documents count from 1, or a byte order mark that their text has not: the texts of their entities show it."
            ],
        );
        check_in(
            "e\u{301}te\u{301} Oto",
            &[(0, 3, Some("\u{e9}t\u{e9}")), (4, 7, Some("Oto"))],
            code_points(),
            expect![
                "[(0, 7), (8, 11)]Some documents count their text in the normal form NFC, which it does not have: the texts of their entities show it."
            ],
        );
        check_in(
            "\u{e9}ß Oto",
            &[(0, 3, Some("\u{e9}ß")), (4, 7, Some("Oto"))],
            code_points(),
            expect![
                "[(0, 4), (5, 8)]Some documents count their text in the normal form NFD, which it does not have: the texts of their entities show it."
            ],
        );
        check_in(
            "Ada met Oto",
            &[(0, 2, Some("Ada")), (8, 10, Some("Oto"))],
            code_points(),
            expect![
                "[(0, 3), (8, 11)]Some documents count the last character of an entity as its end: the texts of their entities show it."
            ],
        );
        // All at once, in another unit.
        check_in(
            "😀.\r\nShe met Oto.",
            &[(0, 4, Some("😀")), (14, 17, Some("Oto"))],
            code_points(),
            expect![
                "[(0, 4), (15, 18)]Some documents count in UTF-8 bytes, not in Unicode code points, and count a line end once, although their text has two characters there: the texts of their entities show it."
            ],
        );
    }

    #[test]
    fn without_texts_beside_the_bounds_of_words_are_the_witness() {
        let code_points = || Unit::Expected(OffsetUnit::CodePoints);
        check_in(
            "Mira.\r\nShe met Oto.\r\nHe left.\r\n",
            &[(0, 4, None), (14, 17, None), (19, 21, None)],
            code_points(),
            expect![
                "[(0, 4), (15, 18), (21, 23)]Some documents count a line end once, although their text has two characters there: the bounds of words show it."
            ],
        );
        check_in(
            "😀 met Oto",
            &[(7, 10, None)],
            code_points(),
            expect![
                "[(9, 12)]Some documents count in UTF-16 code units, not in Unicode code points: the bounds of words show it."
            ],
        );
        // One stretch of two that is ragged is no evidence, nor is one that stays so.
        check_in(
            "Mira.\r\nShe met Oto. \r\n",
            &[(7, 10, None), (14, 17, None)],
            code_points(),
            expect!["[(7, 10), (14, 17)]"],
        );
        check_in("Mira.\r\nShe met Oto.", &[(8, 10, None)], code_points(), expect!["[(8, 10)]"]);
        check_in("Ada met Oto", &[(0, 2, None)], code_points(), expect!["[(0, 2)]"]);
        check_in(
            "Ada met Oto",
            &[(0, 2, None), (4, 6, None), (8, 10, None)],
            code_points(),
            expect![
                "[(0, 3), (4, 7), (8, 11)]Some documents count the last character of an entity as its end: the bounds of words show it."
            ],
        );
    }

    proptest! {
        #[test]
        fn stretches_come_back_however_they_are_counted(
            pieces in prop::collection::vec((prop::sample::select(&["x", "e\u{301}", "\u{e9}", "😀", "漢", "한"][..]), any::<bool>()), 1..12),
            marked in any::<bool>(),
        ) {
            // Every word is another, so that none is found in a wrong place.
            let mut text = if marked { "\u{feff}".to_owned() } else { String::new() };
            let mut words = Vec::new();
            for (index, (piece, ends_line)) in pieces.iter().enumerate() {
                let start = text.len();
                text += &format!("{piece}{index}{piece}");
                words.push(ByteSpan { start, end: text.len() });
                text += if *ends_line { "\r\n" } else { " " };
            }
            let unmarked = |text: &str| text.trim_start_matches('\u{feff}').to_owned();
            let counts: [&dyn Fn(&str) -> usize; 8] = [
                &|text| text.chars().count(),
                &|text| text.encode_utf16().count(),
                &|text| text.len(),
                &|text| text.replace("\r\n", "\n").chars().count(),
                &|text| text.replace("\r\n", "\n").encode_utf16().count(),
                &|text| unmarked(text).chars().count(),
                &|text| text.nfc().count(),
                &|text| text.nfd().count(),
            ];
            for count in counts {
                let stated: Vec<StatedSpan> = (words.iter())
                    .map(|word| StatedSpan {
                        field: String::new(),
                        range: TextRange { start: count(&text[..word.start]), end: count(&text[..word.end]) },
                        text: word.of(&text).map(str::to_owned),
                    })
                    .collect();
                let mut report = LossReport::default();
                let found = resolve(&text, &stated, Unit::Expected(OffsetUnit::CodePoints), &mut report);
                let found = found.map_err(|fault| TestCaseError::fail(fault.problem.to_string()))?;
                // But for white space: no text shows whether an end counts it.
                let texts = |spans: &[ByteSpan]| -> Vec<_> {
                    spans.iter().map(|span| span.of(&text).unwrap_or_default().trim().to_owned()).collect()
                };
                prop_assert_eq!(texts(&found), texts(&words));
            }
        }
    }
}
