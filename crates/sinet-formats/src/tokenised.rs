//! Documents as sentences of words, for the formats that hold no more than that.

use std::borrow::Cow;

use sinet_text::{ByteSpan, Document, WordRange};

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem};
use crate::loss::{Loss, LossReport};
use crate::read::Ends;

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
        let document = with_words(document);
        let sentences = sentences(&document);
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
        self.document.words[range.start..range.end].iter().map(|word| word.of(&self.document.text).unwrap_or_default())
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

/// The document with words and sentences: its own, or those that [`Document::parse`] finds.
pub(crate) fn with_words(document: &LabelledDocument) -> Cow<'_, LabelledDocument> {
    if !document.words.is_empty() {
        return Cow::Borrowed(document);
    }
    let parsed = Document::parse(document.text.as_str());
    Cow::Owned(LabelledDocument { words: parsed.words, sentences: parsed.sentences, ..document.clone() })
}

/// Sentences that cover all words: the document's own, or those that its text has.
pub(crate) fn sentences(document: &LabelledDocument) -> Vec<WordRange> {
    let words = document.words.len();
    let mut starts: Vec<usize> = if document.sentences.is_empty() {
        let found = sinet_text::sentences::split(&document.text);
        found.iter().map(|sentence| document.words.partition_point(|word| word.start < sentence.start)).collect()
    } else {
        document.sentences.iter().flat_map(|sentence| [sentence.start, sentence.end]).collect()
    };
    starts.extend([0, words]);
    starts.sort_unstable();
    starts.dedup();
    starts.windows(2).map(|pair| WordRange { start: pair[0], end: pair[1] }).collect()
}

/// The words that `span` touches, or `None` if there are none.
pub(crate) fn covering(words: &[ByteSpan], span: ByteSpan) -> Option<WordRange> {
    let at_or_after = words.partition_point(|word| word.start < span.start);
    // A word that starts exactly there wins over an earlier one: words may be empty.
    let starts_there = words.get(at_or_after).is_some_and(|word| word.start == span.start);
    let start = match at_or_after.checked_sub(1) {
        Some(before) if !starts_there && words[before].end > span.start => before,
        _ => at_or_after,
    };
    let ended = words.partition_point(|word| word.end <= span.end);
    let ends_there = ended.checked_sub(1).is_some_and(|last| words[last].end == span.end);
    let end = if !ends_there && words.get(ended).is_some_and(|word| word.start < span.end) { ended + 1 } else { ended };
    (start < end && span_of(words, WordRange { start, end }).byte_len() > 0).then_some(WordRange { start, end })
}

/// The bytes from the first to the last of these words, of which there is at least one.
pub(crate) fn span_of(words: &[ByteSpan], range: WordRange) -> ByteSpan {
    ByteSpan { start: words[range.start].start, end: words[range.end - 1].end }
}

/// A document that grows word by word, joined by single spaces.
#[derive(Default)]
pub(crate) struct Joined {
    pub document: LabelledDocument,
}

impl Joined {
    pub(crate) fn new(id: String) -> Self {
        Self { document: LabelledDocument { id, ..LabelledDocument::default() } }
    }

    pub(crate) fn push(&mut self, word: &str) {
        let LabelledDocument { text, words, .. } = &mut self.document;
        if !words.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        text.push_str(word);
        words.push(ByteSpan { start, end: text.len() });
    }

    /// Ends a sentence after the last word.
    pub(crate) fn end_sentence(&mut self) {
        let LabelledDocument { words, sentences, .. } = &mut self.document;
        let start = sentences.last().map_or(0, |sentence| sentence.end);
        if start < words.len() {
            sentences.push(WordRange { start, end: words.len() });
        }
    }

    /// The bytes of a stretch of words that is already in range and not empty.
    pub(crate) fn span(&self, range: WordRange, field: impl FnOnce() -> String) -> Result<ByteSpan, Fault> {
        let span = span_of(&self.document.words, range);
        if span.byte_len() == 0 {
            return Err(Fault::at(field(), Problem::Contradiction("covers only empty words".to_owned())));
        }
        Ok(span)
    }
}

/// Where a format's indices of words begin and end.
pub(crate) struct Bounds {
    /// How the format counts ends.
    pub by_format: Ends,
    /// How the user says that the file counts them.
    pub by_user: Option<Ends>,
    /// The words that exist.
    pub words: WordRange,
}

impl Bounds {
    /// A stretch of words as the file says it.
    pub(crate) fn range(&self, start: usize, end: usize, field: impl Fn(&str) -> String) -> Result<WordRange, Fault> {
        let ends = self.by_user.unwrap_or(self.by_format);
        let last = match ends {
            Ends::Inclusive => Some(end),
            Ends::Exclusive => end.checked_sub(1),
        };
        let Some(last) = last.filter(|&last| last >= start) else {
            let hint = match ends {
                Ends::Inclusive => "ends are inclusive here, `end` is the last word",
                Ends::Exclusive if start == end => {
                    "ends are exclusive here, `end` is the word after the last, but this file seems to count inclusive ones"
                }
                Ends::Exclusive => "ends are exclusive here, `end` is the word after the last",
            };
            return Err(Fault::at(field("end"), Problem::EmptySpan { start, end, hint }));
        };
        for (name, index, word) in [("start", start, start), ("end", end, last)] {
            if word < self.words.start || word >= self.words.end {
                let hint = match ends {
                    Ends::Inclusive if name == "end" && end == self.words.end => {
                        "; ends are inclusive here, but this file seems to count exclusive ones"
                    }
                    _ if self.words.start > 0 => "; words count from the start of the document",
                    _ => "",
                };
                let count = self.words.end;
                return Err(Fault::at(field(name), Problem::OutOfRange { index, count, counted: "words", hint }));
            }
        }
        Ok(WordRange { start, end: last + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{LabelledEntity, LabelledRelation, Source};

    #[test]
    fn entities_are_widened_to_the_words_they_touch() {
        let span = |start, end| ByteSpan { start, end };
        let words = [span(0, 3), span(3, 4), span(6, 6), span(7, 9)];
        for (start, end, expected) in [
            (0, 3, Some((0, 1))),
            (0, 2, Some((0, 1))),
            (2, 4, Some((0, 2))),
            (3, 4, Some((1, 2))),
            (4, 6, None),
            (6, 9, Some((2, 4))),
            (5, 8, Some((2, 4))),
            (3, 6, Some((1, 3))),
            (9, 12, None),
        ] {
            let found = covering(&words, span(start, end)).map(|range| (range.start, range.end));
            assert_eq!(found, expected, "{start}..{end}");
        }
    }

    #[test]
    fn labels_are_sorted_into_sentences() {
        let text = "One two. Three four.";
        let entity = |start, end| LabelledEntity {
            kind: "K".to_owned(),
            span: ByteSpan { start, end },
            score: None,
            source: Source::Person,
        };
        let relation =
            |head, tail| LabelledRelation { kind: "R".to_owned(), head, tail, score: None, source: Source::Person };
        let document = LabelledDocument {
            entities: vec![entity(0, 3), entity(9, 14), entity(4, 14), entity(15, 19), entity(8, 9)],
            relations: vec![relation(1, 3), relation(0, 1), relation(2, 0)],
            ..LabelledDocument::new("", text)
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
