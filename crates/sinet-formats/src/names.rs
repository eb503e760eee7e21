//! Names of types and words in formats where white space separates.

use crate::loss_report::{Loss, LossReport};

/// The name of a type where white space separates.
pub(crate) fn type_without_spaces(kind: &str, report: &mut LossReport) -> String {
    let written = without_spaces(kind);
    report.add(Loss::RewrittenTypes, usize::from(written != kind));
    written
}

/// The text with `_` for white space and for nothing.
pub(crate) fn without_spaces(text: &str) -> String {
    if text.is_empty() {
        return "_".to_owned();
    }
    text.chars().map(|character| if character.is_whitespace() { '_' } else { character }).collect()
}
