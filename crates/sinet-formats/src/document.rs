//! A text with labels.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sinet_text::words::cut_into;
use sinet_text::{ByteSpan, Document, WordRange};

use crate::error::DocumentError;
use crate::words::{covering, joined, sentences_covering_all};

/// A text with labels, as every format and the page's editor hold it. Offsets are bytes of `text`.
///
/// [`LabelledDocument::check`] says whether the parts fit each other; whatever a reader of this crate yields does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelledDocument {
    /// Its name where it comes from; may be empty.
    pub id: String,
    /// The text as it was given.
    pub text: String,
    /// Its words, disjoint and in order. Empty if they are not known.
    #[serde(default)]
    pub words: Vec<ByteSpan>,
    /// Its sentences as stretches of `words`, disjoint and in order. Empty if they are not known.
    #[serde(default)]
    pub sentences: Vec<WordRange>,
    /// The entities, in any order; they may overlap.
    #[serde(default)]
    pub entities: Vec<LabelledEntity>,
    /// The relations, in any order.
    #[serde(default)]
    pub relations: Vec<LabelledRelation>,
}

/// A stretch of text with a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledEntity {
    /// Name of its type.
    pub kind: String,
    /// Its place in the text, not empty.
    pub span: ByteSpan,
    /// Probability of its type, 0 to 1, where a model gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// The maker of the label; `source` in JSON.
    #[serde(default, rename = "source")]
    pub provenance: Provenance,
}

/// A directed pair of entities with a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledRelation {
    /// Name of its type.
    pub kind: String,
    /// Index of the head in [`LabelledDocument::entities`].
    pub head: usize,
    /// Index of the tail in [`LabelledDocument::entities`].
    pub tail: usize,
    /// Probability of its type, 0 to 1, where a model gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// The maker of the label; `source` in JSON.
    #[serde(default, rename = "source")]
    pub provenance: Provenance,
}

/// The maker of a label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// A person made or confirmed it. Files that do not say are read as a person's work.
    #[default]
    Person,
    /// A model found it.
    Model,
}

impl LabelledDocument {
    /// A text without words or labels.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The text of entity `index`, or `None` if there is no such entity or its span does not fit the text.
    pub fn entity_text(&self, index: usize) -> Option<&str> {
        self.entities.get(index)?.span.of(&self.text)
    }

    /// The words that a stretch of text touches, or `None` if there are none.
    pub fn words_of(&self, span: ByteSpan) -> Option<WordRange> {
        covering(&self.words, span)
    }

    /// The document with words, and sentences that cover all of them: its own, or those that its text has.
    #[must_use]
    pub fn with_words(self) -> Self {
        let mut document = if self.words.is_empty() { self.worded().into_owned() } else { self };
        document.sentences = document.all_sentences();
        document
    }

    /// The document with words, and sentences of which those that a relation links are one, with all between them.
    #[must_use]
    pub fn with_related_sentences(self) -> Self {
        let mut document = self.with_words();
        let linked = document.relations.iter().filter_map(|relation| {
            let [head, tail] = [relation.head, relation.tail].map(|end| document.entities.get(end));
            let (head, tail) = (document.words_of(head?.span)?, document.words_of(tail?.span)?);
            Some(WordRange { start: head.start.min(tail.start), end: head.end.max(tail.end) })
        });
        document.sentences = joined(&document.sentences, linked.collect());
        document
    }

    /// The document with a word that ends wherever an entity begins or ends, and no sentence that ends inside one.
    #[must_use]
    pub fn cut_at_labels(mut self) -> Self {
        let mut edges: Vec<usize> =
            self.entities.iter().flat_map(|entity| [entity.span.start, entity.span.end]).collect();
        edges.sort_unstable();
        let mut words = Vec::with_capacity(self.words.len());
        // The new number of each word.
        let mut numbers = Vec::with_capacity(self.words.len() + 1);
        for &word in &self.words {
            numbers.push(words.len());
            cut_into(&self.text, word, &edges, &mut words);
        }
        numbers.push(words.len());
        let number = |word: usize| numbers[word.min(numbers.len() - 1)];
        let sentences = self.sentences.iter();
        let sentences: Vec<_> =
            sentences.map(|range| WordRange { start: number(range.start), end: number(range.end) }).collect();
        let labelled = self.entities.iter().filter_map(|entity| covering(&words, entity.span));
        self.sentences = joined(&sentences, labelled.collect());
        self.words = words;
        self
    }

    /// The document with words: its own, or those that [`Document::parse_around`] its entities finds, with their sentences.
    pub(crate) fn worded(&self) -> Cow<'_, Self> {
        if !self.words.is_empty() {
            return Cow::Borrowed(self);
        }
        let Document { words, sentences, .. } = Document::parse_around(self.text.as_str(), &self.places());
        Cow::Owned(Self { words, sentences, ..self.clone() })
    }

    /// Sentences that cover all words: its own, or those that its text has around its entities.
    pub(crate) fn all_sentences(&self) -> Vec<WordRange> {
        sentences_covering_all(&self.text, &self.words, &self.sentences, || self.places())
    }

    fn places(&self) -> Vec<ByteSpan> {
        self.entities.iter().map(|entity| entity.span).collect()
    }

    /// Whether all parts fit each other.
    ///
    /// # Errors
    /// The first span that is no stretch of the text, index that points nowhere, word or sentence out of order, or
    /// score that is no probability.
    pub fn check(&self) -> Result<(), DocumentError> {
        let mut end = 0;
        for (index, &word) in self.words.iter().enumerate() {
            let field = || format!("words[{index}]");
            self.check_span(word, field)?;
            if word.start < end {
                return Err(DocumentError::OutOfOrder { field: field() });
            }
            end = word.end;
        }
        let mut end = 0;
        for (index, sentence) in self.sentences.iter().enumerate() {
            let field = || format!("sentences[{index}]");
            if sentence.start < end || sentence.end < sentence.start {
                return Err(DocumentError::OutOfOrder { field: field() });
            }
            end = sentence.end;
            if end > self.words.len() {
                return Err(DocumentError::OutOfRange { field: field(), index: end, count: self.words.len() });
            }
        }
        for (index, entity) in self.entities.iter().enumerate() {
            let field = || format!("entities[{index}].span");
            if entity.span.start == entity.span.end {
                return Err(DocumentError::Empty { field: field(), span: entity.span });
            }
            self.check_span(entity.span, field)?;
            check_score(entity.score, || format!("entities[{index}].score"))?;
        }
        for (index, relation) in self.relations.iter().enumerate() {
            for (end, entity) in [("head", relation.head), ("tail", relation.tail)] {
                if entity >= self.entities.len() {
                    let field = format!("relations[{index}].{end}");
                    return Err(DocumentError::OutOfRange { field, index: entity, count: self.entities.len() });
                }
            }
            check_score(relation.score, || format!("relations[{index}].score"))?;
        }
        Ok(())
    }

    fn check_span(&self, span: ByteSpan, field: impl FnOnce() -> String) -> Result<(), DocumentError> {
        let len = self.text.len();
        if span.start > span.end {
            Err(DocumentError::Empty { field: field(), span })
        } else if span.end > len {
            Err(DocumentError::LeavesText { field: field(), span, len })
        } else if span.of(&self.text).is_none() {
            Err(DocumentError::CutsCharacter { field: field(), span })
        } else {
            Ok(())
        }
    }
}

fn check_score(score: Option<f32>, field: impl FnOnce() -> String) -> Result<(), DocumentError> {
    match score {
        Some(score) if !(0.0..=1.0).contains(&score) => Err(DocumentError::NoProbability { field: field(), score }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> LabelledDocument {
        let entity = |start, end| LabelledEntity {
            kind: "K".to_owned(),
            span: ByteSpan { start, end },
            score: Some(0.5),
            provenance: Provenance::Model,
        };
        LabelledDocument {
            words: vec![ByteSpan { start: 0, end: 2 }, ByteSpan { start: 3, end: 4 }],
            sentences: vec![WordRange { start: 0, end: 1 }, WordRange { start: 1, end: 2 }],
            entities: vec![entity(0, 2), entity(0, 4)],
            relations: vec![LabelledRelation {
                kind: "R".to_owned(),
                head: 0,
                tail: 1,
                score: None,
                provenance: Provenance::Person,
            }],
            ..LabelledDocument::new("d", "é b")
        }
    }

    /// Words between `|`, sentences between ` / `.
    fn sentences(document: &LabelledDocument) -> String {
        let sentence = |range: &WordRange| {
            let words = document.words[range.start..range.end].iter();
            words.map(|word| word.of(&document.text).unwrap()).collect::<Vec<_>>().join("|")
        };
        document.sentences.iter().map(sentence).collect::<Vec<_>>().join(" / ")
    }

    fn labelled(text: &str, parts: &[&str], relations: &[(usize, usize)]) -> LabelledDocument {
        let place = |part: &&str| text.find(*part).map(|start| ByteSpan { start, end: start + part.len() }).unwrap();
        let entities = parts.iter().map(|part| LabelledEntity {
            kind: "K".to_owned(),
            span: place(part),
            score: None,
            provenance: Provenance::Person,
        });
        let relations = relations.iter().map(|&(head, tail)| LabelledRelation {
            kind: "R".to_owned(),
            head,
            tail,
            score: None,
            provenance: Provenance::Person,
        });
        LabelledDocument {
            entities: entities.collect(),
            relations: relations.collect(),
            ..LabelledDocument::new("", text)
        }
    }

    #[test]
    fn words_and_sentences_are_found_around_labels() {
        let text = "A p53-like. It is. So are we. End.";
        let document = labelled(text, &["p53", "It", "we."], &[(1, 2)]);
        assert_eq!(sentences(&document.clone().with_words()), "A|p53|-like|. / It|is|. / So|are|we|. / End|.");
        assert_eq!(sentences(&document.with_related_sentences()), "A|p53|-like|. / It|is|.|So|are|we|. / End|.");
        let document = labelled(text, &["like. It", "is. So"], &[]);
        assert_eq!(sentences(&document.with_words()), "A|p53-|like.|It|is.|So|are|we|. / End|.");
    }

    #[test]
    fn words_that_are_known_are_cut_at_labels_if_asked() {
        let text = "A p53-like. It is.";
        let own = LabelledDocument::new("", text).with_words();
        let LabelledDocument { entities, .. } = labelled(text, &["p53", "e. It", "i"], &[]);
        let document = LabelledDocument { entities, ..own.clone() };
        assert_eq!(sentences(&document.clone().with_words()), "A|p53-like|. / It|is|.");
        assert_eq!(sentences(&document.cut_at_labels()), "A|p53|-l|i|k|e|.|It|is|.");
        assert_eq!(own.clone().cut_at_labels(), own);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        type Change = fn(&mut LabelledDocument);
        let cases: [(Change, &str); 11] = [
            (|d| d.words[1].end = 5, "words[1]: the span 3..5 leaves the text of 4 bytes"),
            (|d| d.words[0].end = 1, "words[0]: the span 0..1 cuts a character"),
            (
                |d| d.words[1] = d.words[0],
                "words[1]: starts before the one before it has ended; they must be in order and disjoint",
            ),
            (
                |d| d.sentences[1].start = 0,
                "sentences[1]: starts before the one before it has ended; they must be in order and disjoint",
            ),
            (|d| d.sentences[1].end = 3, "sentences[1]: 3 is out of range, there are 2"),
            (|d| d.entities[1].span.end = 0, "entities[1].span: the span 0..0 is empty or backwards"),
            (
                |d| d.entities[1].span = ByteSpan { start: 3, end: 2 },
                "entities[1].span: the span 3..2 is empty or backwards",
            ),
            (|d| d.entities[0].span.start = 1, "entities[0].span: the span 1..2 cuts a character"),
            (
                |d| d.entities[0].score = Some(f32::NAN),
                "entities[0].score: NaN is not a probability; it must lie between 0 and 1",
            ),
            (|d| d.relations[0].tail = 2, "relations[0].tail: 2 is out of range, there are 2"),
            (
                |d| d.relations[0].score = Some(1.5),
                "relations[0].score: 1.5 is not a probability; it must lie between 0 and 1",
            ),
        ];
        document().check().unwrap();
        for (change, expected) in cases {
            let mut document = document();
            change(&mut document);
            assert_eq!(document.check().unwrap_err().to_string(), expected);
        }
    }
}
