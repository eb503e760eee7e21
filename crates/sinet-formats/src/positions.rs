//! From positions in a file to bytes of the text, and evidence of what a file counts in.

use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange};

use crate::error::{Fault, Problem, shortened, unit_name};
use crate::loss::LossReport;

/// A stretch of text as a file says it.
pub(crate) struct Claim {
    /// The field that says it.
    pub field: String,
    pub range: TextRange,
    /// The text that stands beside it, where there is one.
    pub said: Option<String>,
}

/// What a file counts in.
pub(crate) enum Unit {
    /// It says so itself.
    Said(OffsetUnit),
    /// By the definition of its format.
    Expected(OffsetUnit),
}

/// The stretches in bytes.
///
/// Where a text stands beside a stretch, it must be the text that is there. A file that does not say what it counts in may
/// turn out to count in another unit than it should: if all its stretches fit in exactly that unit, they are read so, and
/// the report says it.
pub(crate) fn resolve(
    text: &str,
    claims: &[Claim],
    unit: Unit,
    report: &mut LossReport,
) -> Result<Vec<ByteSpan>, Fault> {
    let offsets = Offsets::new(text);
    let (Unit::Said(expected) | Unit::Expected(expected)) = unit;
    let fault = match in_unit(text, &offsets, claims, expected) {
        Ok(spans) => return Ok(spans),
        Err(fault) => fault,
    };
    if matches!(unit, Unit::Expected(_)) && claims.iter().any(|claim| claim.said.is_some()) {
        let others = [OffsetUnit::CodePoints, OffsetUnit::Utf16, OffsetUnit::Bytes];
        for other in others.into_iter().filter(|&other| other != expected) {
            if let Ok(spans) = in_unit(text, &offsets, claims, other) {
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

fn in_unit(text: &str, offsets: &Offsets, claims: &[Claim], unit: OffsetUnit) -> Result<Vec<ByteSpan>, Fault> {
    let spans = claims.iter().map(|Claim { field, range, said }| {
        let TextRange { start, end } = *range;
        if start >= end {
            let hint = "`end` is the position after the last character";
            return Err(Fault::at(field, Problem::EmptySpan { start, end, hint }));
        }
        let found = offsets.byte_span(*range, unit);
        let Some((span, found)) = found.and_then(|span| span.of(text).map(|found| (span, found))) else {
            let whole = offsets.range(ByteSpan { start: 0, end: text.len() }, unit);
            let len = whole.map_or(0, |whole| whole.end);
            return Err(Fault::at(field, Problem::LeavesText { start, end, len, unit }));
        };
        match said {
            Some(said) if !same(said, found) => {
                Err(Fault::at(field, Problem::OtherText { start, end, said: shortened(said), found: shortened(found) }))
            }
            _ => Ok(span),
        }
    });
    spans.collect()
}

/// Whether two texts differ at most in the kind of white space: tools write a space for a line end.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().map(|character| if character.is_whitespace() { ' ' } else { character }).collect()
    };
    one == other || plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    /// What stretches of "aé😀 b" come to, with notes.
    #[track_caller]
    fn check(claims: &[(usize, usize, Option<&str>)], unit: Unit, expected: Expect) {
        let claims: Vec<Claim> = (claims.iter().enumerate())
            .map(|(index, &(start, end, said))| Claim {
                field: format!("entities[{index}]"),
                range: TextRange { start, end },
                said: said.map(str::to_owned),
            })
            .collect();
        let mut report = LossReport::default();
        let found = match resolve("aé😀 b", &claims, unit, &mut report) {
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
            Unit::Said(CodePoints),
            expect!["entities[0]: the span 5..6 does not fit the text of 5 Unicode code points"],
        );
        check(
            &[(4, 5, None), (5, 6, None)],
            Unit::Expected(CodePoints),
            expect!["entities[1]: the span 5..6 does not fit the text of 5 Unicode code points"],
        );
        check(
            &[(2, 3, None)],
            Unit::Said(Utf16),
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
