//! Documents as sentences of words, for the formats that hold no more than that.

use std::borrow::Cow;

use sinet_text::WordRange;

use crate::document::LabelledDocument;
use crate::loss_report::{Loss, LossReport};
use crate::positions::text_of;
use crate::words::{covering, span_of};

/// A document with words and sentences, and the words of each entity.
pub(crate) struct Tokenised<'d> {
    pub document: Cow<'d, LabelledDocument>,
    /// Not empty, in order, covering all words.
    pub sentences: Vec<WordRange>,
    /// The words of each entity of the document, `None` if it covers none.
    pub entities: Vec<Option<WordRange>>,
}

/// A sentence with the labels that lie in it.
pub(crate) struct Sentence {
    pub words: WordRange,
    /// Index in the document, and words, counted from the start of the document.
    pub entities: Vec<(usize, WordRange)>,
    /// Index in the document, and head and tail as indices into `entities`.
    pub relations: Vec<(usize, usize, usize)>,
}

impl<'d> Tokenised<'d> {
    /// Finds words and sentences where the document has none, and widens its entities to words.
    pub(crate) fn of(document: &'d LabelledDocument, report: &mut LossReport) -> Self {
        let document = document.worded();
        let sentences = document.all_sentences();
        let entities = document.entities.iter().map(|entity| {
            let covered = covering(&document.words, entity.span);
            report.add(Loss::NoWord, usize::from(covered.is_none()));
            let range = covered?;
            let widened = span_of(&document.words, range) != entity.span;
            report.add(Loss::OffWords, usize::from(widened));
            Some(range)
        });
        let entities = entities.collect();
        Self { sentences, entities, document }
    }

    /// The words as text.
    pub(crate) fn words(&self, range: WordRange) -> impl Iterator<Item = &str> {
        self.document.words[range.start..range.end].iter().map(|&word| text_of(&self.document, word))
    }

    /// Counts a text that is more than its words with single spaces between them.
    pub(crate) fn report_spacing(&self, report: &mut LossReport) {
        let mut rest = self.document.text.as_str();
        let all = WordRange { start: 0, end: self.document.words.len() };
        let joined = self.words(all).enumerate().all(|(index, word)| {
            let after_space = if index == 0 { Some(rest) } else { rest.strip_prefix(' ') };
            match after_space.and_then(|rest| rest.strip_prefix(word)) {
                Some(after) => {
                    rest = after;
                    true
                }
                None => false,
            }
        });
        report.add(Loss::Spacing, usize::from(!(joined && rest.is_empty())));
    }

    /// Sorts the labels into sentences; counts those that are in none.
    pub(crate) fn by_sentence(&self, report: &mut LossReport) -> Vec<Sentence> {
        let mut sentences: Vec<Sentence> = (self.sentences.iter())
            .map(|&words| Sentence { words, entities: Vec::new(), relations: Vec::new() })
            .collect();
        // For each entity, its sentence and its place there.
        let mut places: Vec<Option<(usize, usize)>> = Vec::with_capacity(self.entities.len());
        for (index, words) in self.entities.iter().enumerate() {
            places.push(words.and_then(|words| {
                let after = self.sentences.partition_point(|sentence| sentence.start <= words.start);
                let sentence = after.checked_sub(1).filter(|&at| words.end <= self.sentences[at].end);
                report.add(Loss::AcrossSentences, usize::from(sentence.is_none()));
                let sentence = sentence?;
                let entities = &mut sentences[sentence].entities;
                entities.push((index, words));
                Some((sentence, entities.len() - 1))
            }));
        }
        for (index, relation) in self.document.relations.iter().enumerate() {
            match (places[relation.head], places[relation.tail]) {
                (Some((sentence, head)), Some((other, tail))) if sentence == other => {
                    sentences[sentence].relations.push((index, head, tail));
                }
                (Some(_), Some(_)) => report.add(Loss::RelationsAcrossSentences, 1),
                _ => report.add(Loss::RelationsOfLost, 1),
            }
        }
        sentences
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{LabelledEntity, LabelledRelation, Provenance};
    use sinet_text::ByteSpan;

    #[test]
    fn labels_are_sorted_into_sentences() {
        let text = "One two. Three four.";
        let entity = |start, end| LabelledEntity {
            kind: "K".to_owned(),
            span: ByteSpan { start, end },
            score: None,
            provenance: Provenance::Person,
        };
        let relation = |head, tail| LabelledRelation {
            kind: "R".to_owned(),
            head,
            tail,
            score: None,
            provenance: Provenance::Person,
        };
        let document = LabelledDocument {
            entities: vec![entity(0, 3), entity(9, 14), entity(4, 14), entity(15, 19), entity(8, 9)],
            relations: vec![relation(1, 3), relation(0, 1), relation(2, 0)],
            // Sentences of its own, which know nothing of the labels.
            ..LabelledDocument::new("", text).with_words()
        };
        let mut report = LossReport::default();
        let tokenised = Tokenised::of(&document, &mut report);
        let sentences = tokenised.by_sentence(&mut report);
        let seen: Vec<_> = (sentences.iter())
            .map(|sentence| (sentence.words.end, sentence.entities.len(), sentence.relations.clone()))
            .collect();
        assert_eq!(seen, [(3, 1, vec![]), (6, 2, vec![(0, 0, 1)])]);
        let losses: Vec<_> = report.losses().collect();
        assert_eq!(
            losses,
            [
                (Loss::NoWord, 1),
                (Loss::AcrossSentences, 1),
                (Loss::RelationsOfLost, 1),
                (Loss::RelationsAcrossSentences, 1)
            ]
        );
    }
}
