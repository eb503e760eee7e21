//! Going from label to label and from word to word with keys.

use sinet_document::{Entity, EntityId, Hidden, Labels, OpenDocument, Relation, Selection};
use sinet_text::WordRange;

use super::keys::Step;

/// The part of a document that is seen.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'d> {
    /// The document.
    pub document: &'d OpenDocument,
    /// Its labels.
    pub labels: &'d Labels,
    /// The types that are not shown.
    pub hidden: &'d Hidden,
    /// The first step of somebody who has selected nothing.
    pub sentence: usize,
}

impl<'d> Sight<'d> {
    fn entities(&self) -> Vec<&'d Entity> {
        let shown =
            |entity: &&Entity| entity.words.start < entity.words.end && !self.hidden.entities.contains(&entity.kind);
        self.labels.entities.iter().filter(shown).collect()
    }

    fn relations(&self) -> Vec<&'d Relation> {
        let seen = |id| {
            let entity = self.labels.entity(id);
            entity.is_some_and(|entity| !self.hidden.entities.contains(&entity.kind))
        };
        (self.labels.relations.iter())
            .filter(|relation| {
                !self.hidden.relations.contains(&relation.kind) && seen(relation.head) && seen(relation.tail)
            })
            .collect()
    }

    /// The entity that is reached first from where nothing is selected.
    pub fn nearest(&self) -> Option<EntityId> {
        let start = self.document.sentences().get(self.sentence).map_or(0, |sentence| sentence.start);
        let entities = self.entities();
        let next = entities.iter().find(|entity| entity.words.start >= start).or(entities.last());
        next.map(|entity| entity.id)
    }

    /// The goal of a step.
    pub fn go(&self, from: Selection, step: Step) -> Selection {
        let next = match from {
            Selection::None => match step {
                Step::First => self.entities().first().map(|entity| Selection::Entity(entity.id)),
                Step::Last => self.entities().last().map(|entity| Selection::Entity(entity.id)),
                _ => self.nearest().map(Selection::Entity),
            },
            Selection::Entity(id) => match step {
                Step::Up | Step::Down => self.relation_of(id, step),
                _ => self.entity_beside(id, step, None).map(Selection::Entity),
            },
            Selection::Relation(id) => {
                let relations = self.relations();
                let place = relations.iter().position(|relation| relation.id == id);
                place.and_then(|place| match step {
                    Step::Up => place.checked_sub(1).map(|before| Selection::Relation(relations[before].id)),
                    Step::Down => relations.get(place + 1).map(|relation| Selection::Relation(relation.id)),
                    Step::Back | Step::First => Some(Selection::Entity(relations[place].head)),
                    Step::On | Step::Last => Some(Selection::Entity(relations[place].tail)),
                })
            }
            Selection::Words(words) => self.words_beside(words, step).map(Selection::Words),
            Selection::Pair(head, tail) => match step {
                Step::Back => Some(Selection::Entity(head)),
                Step::On => Some(Selection::Entity(tail)),
                _ => None,
            },
        };
        next.unwrap_or(from)
    }

    /// The other end of a relation that is being made.
    pub fn go_to_tail(&self, head: EntityId, tail: Option<EntityId>, step: Step) -> Option<EntityId> {
        self.entity_beside(tail.unwrap_or(head), step, Some(head)).or(tail)
    }

    /// The words from `anchor` to one step from the other end of a selection of words.
    pub fn extend(&self, words: WordRange, anchor: usize, step: Step) -> WordRange {
        let caret = if words.start == anchor { words.end - 1 } else { words.start };
        let Some(sentence) = self.document.sentence_of(anchor).map(|sentence| self.document.sentences()[sentence])
        else {
            return words;
        };
        let caret = match step {
            Step::Back => caret.saturating_sub(1).max(sentence.start),
            Step::On => (caret + 1).min(sentence.end - 1),
            Step::First | Step::Up => sentence.start,
            Step::Last | Step::Down => sentence.end - 1,
        };
        WordRange { start: anchor.min(caret), end: anchor.max(caret) + 1 }
    }

    /// The words that are selected first: those of the selection, or the first of the sentence.
    pub fn first_words(&self, from: Selection) -> Option<WordRange> {
        let of = |id| self.labels.entity(id).map(|entity| entity.words).filter(|words| words.start < words.end);
        match from {
            Selection::Words(words) => Some(words),
            Selection::Entity(id) | Selection::Pair(id, _) => of(id),
            Selection::Relation(id) => of(self.labels.relation(id)?.head),
            Selection::None => {
                let sentence = self.document.sentences().get(self.sentence)?;
                (sentence.start < sentence.end).then_some(WordRange { start: sentence.start, end: sentence.start + 1 })
            }
        }
    }

    /// The words of an entity with an edge moved by one, if that leaves any.
    pub fn move_edge(&self, words: WordRange, end: bool, step: Step) -> Option<WordRange> {
        let WordRange { start, end: stop } = words;
        let moved = match (end, step) {
            (true, Step::On) => WordRange { start, end: stop + 1 },
            (true, _) => WordRange { start, end: stop.checked_sub(1)? },
            (false, Step::On) => WordRange { start: start + 1, end: stop },
            (false, _) => WordRange { start: start.checked_sub(1)?, end: stop },
        };
        self.document.span_of(moved).map(|_| moved)
    }

    fn entity_beside(&self, id: EntityId, step: Step, but: Option<EntityId>) -> Option<EntityId> {
        let entities = self.entities();
        let place = entities.iter().position(|entity| entity.id == id)?;
        let other = |entity: &&&Entity| Some(entity.id) != but;
        let found = match step {
            Step::Back | Step::Up => entities[..place].iter().rev().find(other),
            Step::On | Step::Down => entities[place + 1..].iter().find(other),
            Step::First => entities.iter().find(other),
            Step::Last => entities.iter().rev().find(other),
        };
        found.map(|entity| entity.id)
    }

    fn relation_of(&self, id: EntityId, step: Step) -> Option<Selection> {
        let mut own = self.relations().into_iter().filter(|relation| relation.head == id || relation.tail == id);
        let found = if step == Step::Up { own.next_back() } else { own.next() };
        found.map(|relation| Selection::Relation(relation.id))
    }

    fn words_beside(&self, words: WordRange, step: Step) -> Option<WordRange> {
        let sentence = self.document.sentences()[self.document.sentence_of(words.start)?];
        let word = match step {
            Step::Back => words.start.checked_sub(1)?,
            Step::On => words.end,
            Step::First => sentence.start,
            Step::Last => sentence.end - 1,
            // To the sentence before or after, which may be many words away.
            Step::Up => self.document.sentences()[self.document.sentence_of(words.start)?.checked_sub(1)?].start,
            Step::Down => sentence.end,
        };
        (word < self.document.words().len()).then_some(WordRange { start: word, end: word + 1 })
    }
}

#[cfg(test)]
mod tests {
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
    use sinet_text::ByteSpan;

    use super::*;

    /// Entities a, c, d and f; relations c to a and c to d.
    fn document() -> OpenDocument {
        let text = "an bee cat dog. Elk fox.";
        let entity = |word: &str| {
            let start = text.find(word).expect("the text has it");
            let (kind, span) = (word[..1].to_owned(), ByteSpan { start, end: start + word.len() });
            LabelledEntity { kind, span, score: None, provenance: Provenance::Model }
        };
        let relation = |head, tail| LabelledRelation {
            kind: format!("{head}{tail}"),
            head,
            tail,
            score: None,
            provenance: Provenance::Model,
        };
        OpenDocument::new(LabelledDocument {
            entities: ["an", "cat", "dog", "fox"].map(entity).to_vec(),
            relations: vec![relation(1, 0), relation(1, 2)],
            ..LabelledDocument::new("", text)
        })
    }

    /// The selection in a few letters.
    fn show(labels: &Labels, selection: Selection) -> String {
        let kind = |id| labels.entity(id).expect("there is such an entity").kind.clone();
        match selection {
            Selection::None => "nothing".to_owned(),
            Selection::Entity(id) => kind(id),
            Selection::Relation(id) => labels.relation(id).expect("there is such a relation").kind.clone(),
            Selection::Words(words) => format!("{}..{}", words.start, words.end),
            Selection::Pair(head, tail) => format!("{}?{}", kind(head), kind(tail)),
        }
    }

    #[test]
    fn steps_lead_through_the_labels() {
        let document = document();
        let labels = document.labels();
        let hidden = Hidden { entities: ["d".to_owned()].into(), ..Hidden::default() };
        let all = Hidden::default();
        let sight = |hidden, sentence| Sight { document: &document, labels: &labels, hidden, sentence };
        let id = |kind: &str| labels.entities.iter().find(|entity| entity.kind == kind).expect("there is one").id;
        let entity = |kind: &str| Selection::Entity(id(kind));
        let relation = |place: usize| Selection::Relation(labels.relations[place].id);
        let words = |start, end| Selection::Words(WordRange { start, end });
        for (hidden, from, step, expected) in [
            (&all, Selection::None, Step::On, "a"),
            (&all, Selection::None, Step::Last, "f"),
            (&all, entity("a"), Step::On, "c"),
            (&all, entity("a"), Step::Back, "a"),
            (&all, entity("c"), Step::On, "d"),
            (&hidden, entity("c"), Step::On, "f"),
            (&all, entity("c"), Step::Last, "f"),
            (&all, entity("c"), Step::Down, "10"),
            (&all, entity("c"), Step::Up, "12"),
            (&hidden, entity("c"), Step::Up, "10"),
            (&all, entity("f"), Step::Up, "f"),
            (&all, relation(0), Step::Down, "12"),
            (&all, relation(0), Step::Up, "10"),
            (&all, relation(0), Step::Back, "c"),
            (&all, relation(0), Step::On, "a"),
            (&all, words(1, 3), Step::On, "3..4"),
            (&all, words(1, 3), Step::Back, "0..1"),
            (&all, words(1, 3), Step::Last, "4..5"),
            (&all, words(0, 1), Step::Back, "0..1"),
            (&all, words(7, 8), Step::On, "7..8"),
            (&all, words(1, 3), Step::Down, "5..6"),
            (&all, words(6, 7), Step::Up, "0..1"),
            (&all, words(1, 3), Step::Up, "1..3"),
            (&all, words(6, 7), Step::Down, "6..7"),
            (&all, Selection::Pair(id("a"), id("f")), Step::On, "f"),
        ] {
            let found = sight(hidden, 0).go(from, step);
            assert_eq!(show(&labels, found), expected, "{} {step:?}", show(&labels, from));
        }
        assert_eq!(show(&labels, sight(&all, 1).go(Selection::None, Step::On)), "f");
        let tail = |from, step| sight(&all, 0).go_to_tail(id("c"), from, step);
        assert_eq!([tail(None, Step::On), tail(Some(id("d")), Step::Back)], [Some(id("d")), Some(id("a"))]);
        assert_eq!(tail(Some(id("f")), Step::On), Some(id("f")));
    }

    #[test]
    fn words_are_selected_from_an_anchor() {
        let document = document();
        let (labels, hidden) = (document.labels(), Hidden::default());
        let sight = Sight { document: &document, labels: &labels, hidden: &hidden, sentence: 0 };
        let words = |start, end| WordRange { start, end };
        for (from, anchor, step, expected) in [
            (words(2, 3), 2, Step::On, words(2, 4)),
            (words(2, 4), 2, Step::Back, words(2, 3)),
            (words(2, 3), 2, Step::Back, words(1, 3)),
            (words(1, 3), 2, Step::On, words(2, 3)),
            (words(2, 3), 2, Step::Last, words(2, 5)),
            (words(2, 5), 2, Step::On, words(2, 5)),
            (words(2, 3), 2, Step::First, words(0, 3)),
        ] {
            assert_eq!(sight.extend(from, anchor, step), expected, "{from:?} {step:?}");
        }
        assert_eq!(sight.move_edge(words(2, 3), true, Step::On), Some(words(2, 4)));
        assert_eq!(sight.move_edge(words(2, 3), true, Step::Back), None);
        assert_eq!(sight.move_edge(words(0, 3), false, Step::Back), None);
        assert_eq!(sight.move_edge(words(0, 3), false, Step::On), Some(words(1, 3)));
        assert_eq!(sight.move_edge(words(7, 8), true, Step::On), None);
        assert_eq!(sight.first_words(Selection::None), Some(words(0, 1)));
    }
}
