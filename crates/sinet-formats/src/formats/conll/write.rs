//! The columns of CoNLL 2003, with a column of tags in IOB2.

use crate::document::LabelledDocument;
use crate::loss_report::{Loss, LossReport};
use crate::names::{type_without_spaces, without_spaces};
use crate::tokenised::Tokenised;

use super::DOCUMENT_START;

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
