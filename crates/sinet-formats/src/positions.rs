//! Positions in a file and bytes of the text, in both directions, and evidence of the unit that a file counts in.

use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange};

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened, unit_name};
use crate::loss_report::LossReport;

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
/// A text that stands beside a stretch must be the text that is there. A file that does not name its unit may
/// turn out to count in another unit than it should: if all its stretches fit in exactly that unit, they are read so, and
/// the report says it.
pub(crate) fn resolve(
    text: &str,
    stated: &[StatedSpan],
    unit: Unit,
    report: &mut LossReport,
) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let (Unit::Stated(expected) | Unit::Expected(expected)) = unit;
    let fault = match in_unit(text, &offsets, stated, expected) {
        Ok(spans) => return Ok(spans),
        Err(fault) => fault,
    };
    if matches!(unit, Unit::Expected(_)) && stated.iter().any(|span| span.text.is_some()) {
        let others = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes];
        for other in others.into_iter().filter(|&other| other != expected) {
            if let Ok(spans) = in_unit(text, &offsets, stated, other) {
                let (other, expected) = (unit_name(other), unit_name(expected));
                report.note(format!(
                    "Some documents count in {other}, not in {expected}: the texts of their entities show it."
                ));
                return Ok(spans);
            }
        }
    }
    Err(fault)
}

/// Whether the stated stretches are stretches of `text` in one unit or another, and have the texts that stand beside them.
pub(crate) fn fits(text: &str, stated: &[StatedSpan]) -> bool {
    let offsets = Offsets::new(text);
    let units = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes];
    units.into_iter().any(|unit| in_unit(text, &offsets, stated, unit).is_ok())
}

fn in_unit(text: &str, offsets: &Offsets, stated: &[StatedSpan], unit: OffsetUnit) -> Result<Vec<ByteSpan>, Fault> {
    let spans = stated.iter().map(|StatedSpan { field, range, text: beside }| {
        let TextRange { start, end } = *range;
        if start >= end {
            let hint = "`end` is the position after the last character";
            return Err(Fault::at(field, Problem::EmptySpan { start, end, hint }));
        }
        let found = offsets.byte_span(*range, unit);
        let Some((span, found)) = found.and_then(|span| span.of(text).map(|found| (span, found))) else {
            return Err(leaves_text(field.clone(), *range, offsets, unit));
        };
        match beside {
            Some(stated) if !same(stated, found) => {
                let (stated, found) = (shortened(stated), shortened(found));
                Err(Fault::at(field, Problem::OtherText { start, end, stated, found }))
            }
            _ => Ok(span),
        }
    });
    spans.collect()
}

/// The error of a stretch that does not fit its text.
pub(crate) fn leaves_text(field: String, range: TextRange, offsets: &Offsets, unit: OffsetUnit) -> Fault {
    let TextRange { start, end } = range;
    Fault::at(field, Problem::LeavesText { start, end, len: offsets.text_len(unit), unit })
}

/// Whether two texts differ at most in the kind of white space: tools write a space for a line end.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().map(|character| if character.is_whitespace() { ' ' } else { character }).collect()
    };
    one == other || plain(one) == plain(other)
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

    /// The bytes of stretches of "aé😀 b", with notes.
    #[track_caller]
    fn check(stated: &[(usize, usize, Option<&str>)], unit: Unit, expected: Expect) {
        let stated: Vec<StatedSpan> = (stated.iter().enumerate())
            .map(|(index, &(start, end, text))| StatedSpan {
                field: format!("entities[{index}]"),
                range: TextRange { start, end },
                text: text.map(str::to_owned),
            })
            .collect();
        let mut report = LossReport::default();
        let found = match resolve("aé😀 b", &stated, unit, &mut report) {
            Ok(spans) => format!("{:?}", spans.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>()),
            Err(Fault { field, problem, .. }) => format!("{}: {problem}", field.unwrap()),
        };
        expected.assert_eq(&format!("{found}{}", report.notes().concat()));
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
}
