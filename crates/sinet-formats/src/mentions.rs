//! Entities that a file names by their words, without a place.

use std::collections::HashMap;

use sinet_text::ByteSpan;

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, Provenance};
use crate::loss_report::Loss;

/// The type of an entity for which a file has none.
pub(crate) const UNTYPED: &str = "Entity";

/// So many bytes of a document's text are searched, over all its mentions.
const SEARCHED: usize = 4 << 30;

/// A document whose entities are searched for in its text.
pub(crate) struct Mentions {
    document: LabelledDocument,
    /// The entities so far, by place and type.
    by_place: HashMap<(ByteSpan, String), usize>,
    /// The place of words that were searched for, `None` if there is none.
    places: HashMap<String, Option<ByteSpan>>,
    /// The first entity at each place.
    first_at: HashMap<ByteSpan, usize>,
    searched: usize,
}

impl Mentions {
    pub(crate) fn new(id: String, text: String) -> Self {
        Self {
            document: LabelledDocument::new(id, text),
            by_place: HashMap::new(),
            places: HashMap::new(),
            first_at: HashMap::new(),
            searched: 0,
        }
    }

    /// The entity with these words and type: where they first stand by themselves, not within a longer word, or else where
    /// they first stand. Words that stand nowhere are counted, and so are those that stand in several places.
    pub(crate) fn find(&mut self, words: &str, kind: &str, context: &mut Context) -> Option<usize> {
        let place = self.place(words.trim(), context)?;
        Some(self.at(place, kind))
    }

    /// The entity with these words, whatever its type; a new one where there is none.
    pub(crate) fn find_of_any_type(&mut self, words: &str, context: &mut Context) -> Option<usize> {
        let place = self.place(words.trim(), context)?;
        Some(self.first_at.get(&place).copied().unwrap_or_else(|| self.at(place, UNTYPED)))
    }

    fn place(&mut self, words: &str, context: &mut Context) -> Option<ByteSpan> {
        let place = match self.places.get(words) {
            Some(&place) => place,
            None => {
                self.searched = self.searched.saturating_add(self.document.text.len());
                let found = if self.searched > SEARCHED { None } else { search(&self.document.text, words) };
                context.report.add(Loss::Ambiguous, usize::from(found.is_some_and(|(_, only)| !only)));
                let place = found.map(|(place, _)| place);
                self.places.insert(words.to_owned(), place);
                place
            }
        };
        context.report.add(Loss::NoPlace, usize::from(place.is_none()));
        place
    }

    /// The entity at this place with this type.
    pub(crate) fn at(&mut self, span: ByteSpan, kind: &str) -> usize {
        let entities = &mut self.document.entities;
        *self.by_place.entry((span, kind.to_owned())).or_insert_with(|| {
            let (kind, provenance) = (kind.to_owned(), Provenance::Person);
            self.first_at.entry(span).or_insert(entities.len());
            entities.push(LabelledEntity { kind, span, score: None, provenance });
            entities.len() - 1
        })
    }

    /// Says that a model has found this entity, and how sure it is; the first score stays.
    pub(crate) fn score(&mut self, entity: usize, score: f32) {
        let LabelledEntity { score: known, provenance, .. } = &mut self.document.entities[entity];
        known.get_or_insert(score);
        *provenance = Provenance::Model;
    }

    pub(crate) fn text(&self) -> &str {
        &self.document.text
    }

    /// The document with its entities.
    pub(crate) fn into_document(self) -> LabelledDocument {
        self.document
    }
}

/// The first place of `words`, and whether it is the only one of its kind.
fn search(text: &str, words: &str) -> Option<(ByteSpan, bool)> {
    if words.is_empty() {
        return None;
    }
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let stands_alone = |start: usize| {
        let (before, after) = (&text[..start], &text[start + words.len()..]);
        let cuts_start = is_word(before.chars().next_back()) && is_word(words.chars().next());
        let cuts_end = is_word(after.chars().next()) && is_word(words.chars().next_back());
        !cuts_start && !cuts_end
    };
    let starts = || text.match_indices(words).map(|(start, _)| start);
    let alone = || starts().filter(|&start| stands_alone(start));
    let (start, only) = match alone().next() {
        Some(start) => (start, alone().nth(1).is_none()),
        None => (starts().next()?, starts().nth(1).is_none()),
    };
    Some((ByteSpan { start, end: start + words.len() }, only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand_by_themselves() {
        for (text, words, expected) in [
            ("Annette met Ann.", "Ann", Some((12, true))),
            ("Ann met Ann.", "Ann", Some((0, false))),
            ("Annette", "Ann", Some((0, true))),
            ("李白出生于碎叶城", "碎叶城", Some((15, true))),
            ("Ann", "Bob", None),
            ("Ann", "", None),
        ] {
            let found = search(text, words).map(|(place, only)| (place.start, only));
            assert_eq!(found, expected, "{words:?} in {text:?}");
        }
    }
}
