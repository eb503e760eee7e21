//! Sentences that were seen, without their words.

use std::hash::{DefaultHasher, Hash, Hasher};

use sinet_formats::LabelledDocument;
use sinet_text::WordRange;

use super::stretch::Stretch;
use super::texts;

/// A sentence: a hash of its words, and below it a shorter one of its labels. Two are equal if their words are.
///
/// One number, because a million of them are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting(u64);

/// The bits of the labels.
const LABELS: u64 = 0xffff;

impl Sighting {
    fn words(self) -> u64 {
        self.0 & !LABELS
    }

    /// Whether another sighting of the same words has the same labels.
    pub fn has_labels_of(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl PartialEq for Sighting {
    fn eq(&self, other: &Self) -> bool {
        self.words() == other.words()
    }
}

impl Eq for Sighting {}

impl Hash for Sighting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words().hash(state);
    }
}

/// The sentences of a document that has words, with the stretches of its entities.
pub(super) fn of_sentences(document: &LabelledDocument, stretches: &[Stretch]) -> Vec<Sighting> {
    let mut labels = vec![0u64; document.sentences.len()];
    let place = |entity: usize| {
        let (sentence, words) = (stretches[entity].sentence?, stretches[entity].words?);
        let start = document.sentences[sentence].start;
        Some((sentence, WordRange { start: words.start - start, end: words.end - start }))
    };
    // A sum, because labels have no order.
    let mut add = |sentence: usize, hash: u64| labels[sentence] = labels[sentence].wrapping_add(hash);
    for (index, entity) in document.entities.iter().enumerate() {
        if let Some((sentence, words)) = place(index) {
            add(sentence, hash_of((words.start, words.end, &entity.kind)));
        }
    }
    for relation in &document.relations {
        let [head, tail] = [relation.head, relation.tail].map(place);
        if let (Some((sentence, head)), Some((_, tail))) = (head, tail) {
            add(sentence, hash_of((head.start, head.end, tail.start, tail.end, &relation.kind)));
        }
    }
    let sentences = document.sentences.iter().zip(labels);
    sentences
        .map(|(sentence, labels)| {
            let mut hasher = DefaultHasher::new();
            texts(document, sentence).for_each(|word| word.hash(&mut hasher));
            Sighting(hasher.finish() & !LABELS | labels & LABELS)
        })
        .collect()
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
