//! The open document: a text, what a model says about it, and what a person has made of that.
//!
//! The two are kept apart. A reading of the model replaces only the model's layer ([`OpenDocument::take_reading`],
//! [`OpenDocument::take_relations`]); a person's [`Edit`] only touches the corrections that lie over it, each of
//! which remembers what it corrects. So a reading never undoes a correction, undoing a correction shows what the
//! model says now, and what a person has removed stays removed. [`OpenDocument::labels`] is both together: what
//! the page shows.

mod against_model;
mod changes;
mod doubt;
mod edit;
mod elsewhere;
mod follow;
mod history;
mod labels;
mod reading;
mod replace;
mod shift;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, Document, WordRange};

pub use against_model::AgainstModel;
pub use changes::Change;
pub use doubt::{Order, Thresholds, Unjudged};
pub use edit::{Edit, Refusal};
pub use history::StepId;
pub use labels::{Entity, Hidden, Labels, Relation};
pub use reading::{FoundRelation, Lost};
pub use replace::{EntityChange, EntityQuery, RelationChange, RelationQuery, Replacement};

use crate::tagset::Tagset;

/// Names an entity for as long as its document is open, whatever is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityId(u32);

/// Names a relation for as long as its document is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RelationId(u32);

/// As an element of the page is called that shows it.
impl std::fmt::Display for EntityId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "entity-{}", self.0)
    }
}

/// As an element of the page is called that shows it.
impl std::fmt::Display for RelationId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "relation-{}", self.0)
    }
}

/// The document that a person works on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selection {
    /// Nothing.
    #[default]
    None,
    /// An entity.
    Entity(EntityId),
    /// A relation.
    Relation(RelationId),
    /// Words that are no entity, not empty.
    Words(WordRange),
    /// Two entities, related or not: head and tail.
    Pair(EntityId, EntityId),
}

/// A text with two layers of labels and a history. It serialises with the history, and without the types of its set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Saved")]
pub struct OpenDocument {
    /// Its name at its source; may be empty.
    pub id: String,
    text: String,
    words: Vec<ByteSpan>,
    sentences: Vec<WordRange>,
    entities: Layer<EntityId, LabelledEntity, ByteSpan>,
    relations: Layer<RelationId, Link, Pairing>,
    next_id: u32,
    history: history::History,
    #[serde(skip)]
    tagset: Option<Arc<Tagset>>,
}

/// Labels of one sort: the model's, and the corrections over them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "I: Ord + Deserialize<'de>, T: Deserialize<'de>, K: Deserialize<'de>"))]
struct Layer<I, T, K> {
    /// The labels by the model.
    model: BTreeMap<I, T>,
    /// The labels by a person instead.
    corrections: BTreeMap<I, Correction<T>>,
    /// By what each label that the model has ever given to this text is known again.
    known: BTreeMap<I, K>,
}

/// A label that a person has changed. At least one of the two is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Correction<T> {
    /// The label by the model; `None` if a person added the label.
    was: Option<T>,
    /// The label by a person; `None` if they removed the label.
    now: Option<T>,
}

/// A relation between entities that have names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Link {
    kind: String,
    head: EntityId,
    tail: EntityId,
    score: Option<f32>,
    #[serde(rename = "source")]
    provenance: Provenance,
}

/// The parts that make two relations the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Pairing {
    head: EntityId,
    tail: EntityId,
    kind: String,
}

impl Link {
    fn pairing(&self) -> Pairing {
        Pairing { head: self.head, tail: self.tail, kind: self.kind.clone() }
    }

    fn is(&self, pairing: &Pairing) -> bool {
        self.head == pairing.head && self.tail == pairing.tail && self.kind == pairing.kind
    }
}

impl<I, T, K> Default for Layer<I, T, K> {
    fn default() -> Self {
        Self { model: BTreeMap::new(), corrections: BTreeMap::new(), known: BTreeMap::new() }
    }
}

impl<I: Ord + Copy, T: Clone, K> Layer<I, T, K> {
    /// The label as it counts: a person's if there is one, else the model's.
    fn get(&self, id: I) -> Option<&T> {
        match self.corrections.get(&id) {
            Some(correction) => correction.now.as_ref(),
            None => self.model.get(&id),
        }
    }

    /// All labels that count, in the order of their names.
    fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        let untouched = self.model.iter().filter(|(id, _)| !self.corrections.contains_key(id));
        let corrected = self.corrections.iter().filter_map(|(id, correction)| Some((id, correction.now.as_ref()?)));
        untouched.chain(corrected).map(|(&id, label)| (id, label))
    }

    /// The labels by a person.
    fn own(&self) -> impl Iterator<Item = (I, &T)> {
        self.corrections.iter().filter_map(|(&id, correction)| Some((id, correction.now.as_ref()?)))
    }

    /// The correction that puts another label in the place of one, or removes it.
    fn correct(&self, id: I, now: Option<T>) -> Option<Correction<T>> {
        let was = match self.corrections.get(&id) {
            Some(correction) => correction.was.clone(),
            None => self.model.get(&id).cloned(),
        };
        (was.is_some() || now.is_some()).then_some(Correction { was, now })
    }
}

impl OpenDocument {
    /// Opens a document that has labels already: a person's stay as they are, those of a model wait for a better
    /// reading. Words and sentences are found where it has none, so that no word and no sentence ends inside a label.
    pub fn new(labelled: LabelledDocument) -> Self {
        let LabelledDocument { id, text, words, sentences, entities, relations } = labelled;
        let mut document = Self { id, text, ..Self::default() };
        let labelled: Vec<ByteSpan> = entities.iter().map(|entity| entity.span).collect();
        document.set_words(words, sentences, &labelled);
        let ids: Vec<EntityId> = entities.into_iter().map(|entity| document.place_entity(entity)).collect();
        for LabelledRelation { kind, head, tail, score, provenance } in relations {
            if let (Some(&head), Some(&tail)) = (ids.get(head), ids.get(tail)) {
                document.place_relation(Link { kind, head, tail, score, provenance });
            }
        }
        document
    }

    /// A text without labels.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self::new(LabelledDocument::new("", text))
    }

    /// The labels that are shown, as formats have them: entities by place, relations by head and tail.
    pub fn to_labelled(&self) -> LabelledDocument {
        self.labelled_with(self.labels())
    }

    /// The text with some of its labels, as formats have it and in the order of `labels`.
    pub fn labelled_with(&self, labels: Labels) -> LabelledDocument {
        let place = |id| labels.place(id).expect("both ends of a relation are among the labels");
        let relations = (labels.relations.iter().cloned())
            .map(|Relation { kind, head, tail, score, provenance, .. }| LabelledRelation {
                kind,
                head: place(head),
                tail: place(tail),
                score,
                provenance,
            })
            .collect();
        let entities = (labels.entities.into_iter())
            .map(|Entity { kind, span, score, provenance, .. }| LabelledEntity { kind, span, score, provenance })
            .collect();
        LabelledDocument {
            id: self.id.clone(),
            text: self.text.clone(),
            words: self.words.clone(),
            sentences: self.sentences.clone(),
            entities,
            relations,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its words.
    pub fn words(&self) -> &[ByteSpan] {
        &self.words
    }

    /// The stretches that a model reads as one piece each: sentences, or parts of very long ones. They cover all words.
    pub fn sentences(&self) -> &[WordRange] {
        &self.sentences
    }

    /// The text of a word, empty if there is no such word.
    pub fn word(&self, word: usize) -> &str {
        self.words.get(word).and_then(|span| span.of(&self.text)).unwrap_or_default()
    }

    /// The sentence that holds a word.
    pub fn sentence_of(&self, word: usize) -> Option<usize> {
        let sentence = self.sentences.partition_point(|sentence| sentence.end <= word);
        self.sentences.get(sentence).is_some_and(|found| found.start <= word).then_some(sentence)
    }

    /// The stretch of text from the first to the last of some words, or `None` if there are no such words.
    pub fn span_of(&self, words: WordRange) -> Option<ByteSpan> {
        let words = self.words.get(words.start..words.end)?;
        Some(ByteSpan { start: words.first()?.start, end: words.last()?.end })
    }

    /// The words that a stretch of text touches.
    pub fn words_of(&self, span: ByteSpan) -> WordRange {
        let start = self.words.partition_point(|word| word.end <= span.start);
        let end = self.words.partition_point(|word| word.start < span.end);
        WordRange { start, end: end.max(start) }
    }

    /// The text of some words, empty if there are none.
    pub fn text_of(&self, words: WordRange) -> &str {
        self.span_of(words).and_then(|span| span.of(&self.text)).unwrap_or_default()
    }

    /// The types of the set that the document is in, if a person has made some.
    pub fn tagset(&self) -> Option<&Tagset> {
        self.tagset.as_deref()
    }

    /// Puts the document under the types of its set: a model's labels are shown under these or hidden, and no edit makes a relation
    /// that they do not allow. A person's labels stay as they are.
    pub fn set_tagset(&mut self, tagset: Option<Arc<Tagset>>) {
        self.tagset = tagset;
    }

    /// Whether a person has changed anything that the model says, or added anything.
    pub fn is_corrected(&self) -> bool {
        !self.entities.corrections.is_empty() || !self.relations.corrections.is_empty()
    }

    /// The corrections as one string, the same for the same corrections.
    pub fn corrections(&self) -> String {
        serde_json::to_string(&(&self.entities.corrections, &self.relations.corrections))
            .expect("corrections are plain JSON")
    }

    /// Whether the entities are others than those that the model found, so that it has to relate them anew.
    pub fn has_own_entities(&self) -> bool {
        !self.entities.corrections.is_empty()
    }

    /// Takes words and sentences; where there are none, finds them around `labelled`.
    fn set_words(&mut self, words: Vec<ByteSpan>, sentences: Vec<WordRange>, labelled: &[ByteSpan]) {
        if words.is_empty() {
            let Document { words, sentences, .. } = Document::parse_around(self.text.as_str(), labelled);
            (self.words, self.sentences) = (words, sentences);
        } else {
            self.words = words;
            let covered: usize = sentences.iter().map(|sentence| sentence.end.saturating_sub(sentence.start)).sum();
            let whole = vec![WordRange { start: 0, end: self.words.len() }];
            self.sentences = if covered == self.words.len() { sentences } else { whole };
        }
    }

    fn place_entity(&mut self, entity: LabelledEntity) -> EntityId {
        let id = EntityId(self.new_id());
        match entity.provenance {
            Provenance::Model => {
                self.entities.known.insert(id, entity.span);
                self.entities.model.insert(id, entity);
            }
            Provenance::Person => _ = self.entities.corrections.insert(id, Correction { was: None, now: Some(entity) }),
        }
        id
    }

    fn place_relation(&mut self, link: Link) {
        let id = RelationId(self.new_id());
        match link.provenance {
            Provenance::Model => {
                self.relations.known.insert(id, link.pairing());
                self.relations.model.insert(id, link);
            }
            Provenance::Person => _ = self.relations.corrections.insert(id, Correction { was: None, now: Some(link) }),
        }
    }

    fn new_id(&mut self) -> u32 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }
}

/// Two documents are the same if they show the same and remember the same; their histories may differ.
impl PartialEq for OpenDocument {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.text == other.text
            && self.words == other.words
            && self.sentences == other.sentences
            && self.entities == other.entities
            && self.relations == other.relations
    }
}

/// A document as it was stored, before anybody has looked whether its parts fit.
#[derive(Deserialize)]
struct Saved {
    id: String,
    text: String,
    words: Vec<ByteSpan>,
    sentences: Vec<WordRange>,
    entities: Layer<EntityId, LabelledEntity, ByteSpan>,
    relations: Layer<RelationId, Link, Pairing>,
    next_id: u32,
    #[serde(default)]
    history: history::Stored,
}

impl TryFrom<Saved> for OpenDocument {
    type Error = String;

    fn try_from(saved: Saved) -> Result<Self, String> {
        let Saved { id, text, words, sentences, entities, relations, next_id, history } = saved;
        let corrected =
            entities.corrections.values().flat_map(|correction| correction.was.iter().chain(&correction.now));
        let labelled = LabelledDocument {
            id,
            text,
            words,
            sentences,
            entities: entities.model.values().chain(corrected).cloned().collect(),
            relations: Vec::new(),
        };
        labelled.check().map_err(|error| error.to_string())?;
        let entity_ids = entities.model.keys().chain(entities.corrections.keys()).chain(entities.known.keys());
        let relation_ids = relations.model.keys().chain(relations.corrections.keys()).chain(relations.known.keys());
        let highest = entity_ids.map(|id| id.0).chain(relation_ids.map(|id| id.0)).max();
        if highest.is_some_and(|highest| highest >= next_id) || next_id == u32::MAX {
            return Err("next_id: a label has this number or a higher one already".to_owned());
        }
        let LabelledDocument { id, text, words, sentences, .. } = labelled;
        let covered: usize = sentences.iter().map(|sentence| sentence.end - sentence.start).sum();
        if covered != words.len() {
            return Err("sentences: they do not cover all words".to_owned());
        }
        let mut document = Self { id, text, words, sentences, entities, relations, next_id, ..Self::default() };
        document.history = history.fitting(&document);
        Ok(document)
    }
}

#[cfg(test)]
mod tests;
