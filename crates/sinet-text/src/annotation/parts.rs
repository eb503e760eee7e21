//! A text that several programs read beside each other: its parts, and how they are put together again.

use serde::{Deserialize, Serialize};

use super::{Annotation, Relation, WindowAttention};

/// One of several parts of a text. The inputs of the encoder are read in batches, numbered from 0, and the batches are
/// dealt to the parts in turn: so all parts are about the same work, and each batch is the one that it is in the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 0.
    pub index: usize,
    /// The number of parts.
    pub of: usize,
}

impl Part {
    /// All of a text.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Whether a batch belongs to this part.
    pub fn has(self, batch: usize) -> bool {
        batch % self.of.max(1) == self.index
    }
}

impl Default for Part {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl Annotation {
    /// What this annotation says of some windows, given by their numbers. All places in the text and numbers of words stay
    /// those of the whole, but `words` holds only the words of these windows, and the text is left out.
    pub fn part(&self, windows: impl Fn(usize) -> bool) -> Self {
        let chosen: Vec<_> =
            self.windows.iter().enumerate().filter(|&(number, _)| windows(number)).map(|(_, window)| *window).collect();
        let is_in = |word: usize| {
            let place = chosen.partition_point(|window| window.words.end <= word);
            chosen.get(place).is_some_and(|window| window.words.start <= word)
        };
        let mut places = vec![None; self.entities.len()];
        let mut entities = Vec::new();
        for (place, entity) in places.iter_mut().zip(&self.entities).filter(|(_, entity)| is_in(entity.words.start)) {
            *place = Some(entities.len());
            entities.push(entity.clone());
        }
        let place = |entity: usize| places.get(entity).copied().flatten();
        let relations = self.relations.iter().filter_map(|relation| {
            Some(Relation { head: place(relation.head)?, tail: place(relation.tail)?, ..relation.clone() })
        });
        Self {
            text: String::new(),
            model: self.model.clone(),
            offset_unit: self.offset_unit,
            words: chosen
                .iter()
                .flat_map(|window| &self.words[window.words.start..window.words.end])
                .copied()
                .collect(),
            relations: relations.collect(),
            windows: chosen,
            entities,
        }
    }

    /// The annotation of `text` whose [parts](Self::part) these are, in any order; `None` if they do not fit together.
    pub fn join(text: String, parts: Vec<Self>) -> Option<Self> {
        let Self { model, offset_unit, .. } = parts.first()?;
        let (model, offset_unit) = (model.clone(), *offset_unit);

        let mut windows = Vec::new();
        for part in &parts {
            let mut words = part.words.as_slice();
            for window in &part.windows {
                let (own, rest) = words.split_at_checked(window.words.end.checked_sub(window.words.start)?)?;
                windows.push((*window, own));
                words = rest;
            }
        }
        windows.sort_by_key(|(window, _)| window.words);
        let mut words = Vec::new();
        for (window, own) in &windows {
            if window.words.start != words.len() {
                return None;
            }
            words.extend_from_slice(own);
        }
        let windows = windows.into_iter().map(|(window, _)| window).collect();

        let mut places: Vec<_> = parts.iter().map(|part| vec![0; part.entities.len()]).collect();
        let mut relations = Vec::new();
        let mut entities = Vec::new();
        for (number, part) in parts.into_iter().enumerate() {
            relations.extend(part.relations.into_iter().map(|relation| (number, relation)));
            entities.extend(part.entities.into_iter().enumerate().map(|(place, entity)| (number, place, entity)));
        }
        entities.sort_by_key(|(.., entity)| entity.words);
        for (place, &(part, of_part, _)) in entities.iter().enumerate() {
            places[part][of_part] = place;
        }
        let entities = entities.into_iter().map(|(.., entity)| entity).collect();
        let place = |part: usize, entity: usize| places[part].get(entity).copied();
        let mut relations = (relations.into_iter())
            .map(|(part, it)| Some(Relation { head: place(part, it.head)?, tail: place(part, it.tail)?, ..it }))
            .collect::<Option<Vec<_>>>()?;
        // Several between the same two are of one part, and stay in its order.
        relations.sort_by_key(|relation| (relation.head, relation.tail));
        Some(Self { text, model, offset_unit, words, windows, entities, relations })
    }
}

impl WindowAttention {
    /// The attention of all windows from that of the windows of each part, whose numbers are those of the whole.
    pub fn join(parts: Vec<Vec<Self>>) -> Vec<Self> {
        let mut windows = parts.concat();
        windows.sort_by_key(|attention| attention.window);
        windows
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::annotation::{Entity, Window};
    use crate::{Document, OffsetUnit, Offsets, WordRange};

    /// What a model might find in a text: it takes every third word for an entity, now and then with the next one, and
    /// relates those of a sentence.
    fn annotation(text: &str) -> Annotation {
        let document = Document::parse(text);
        let offsets = Offsets::new(text);
        let range = |words| offsets.range(document.byte_span(words).unwrap(), OffsetUnit::CodePoints).unwrap();
        let window = |&words: &WordRange| Window { range: range(words), words, pieces: words.end, dropped_pieces: 0 };
        let (mut entities, mut relations) = (Vec::new(), Vec::new());
        for sentence in &document.sentences {
            let first = entities.len();
            for start in (sentence.start..sentence.end).step_by(3) {
                for words in [1, 2].map(|length| WordRange { start, end: start + length }) {
                    if words.end <= sentence.end && (words.end - start == 1 || start % 2 == 0) {
                        let text = document.byte_span(words).unwrap().of(text).unwrap().to_owned();
                        entities.push(Entity { kind: "A".to_owned(), range: range(words), words, text, score: 0.5 });
                    }
                }
            }
            for head in first..entities.len() {
                for tail in (first..entities.len()).filter(|&tail| tail != head) {
                    let relation = |kind: &str| Relation { kind: kind.to_owned(), head, tail, score: 0.25 };
                    relations.extend(["Z", "B"].map(relation));
                }
            }
        }
        Annotation {
            text: text.to_owned(),
            model: "test".to_owned(),
            offset_unit: OffsetUnit::CodePoints,
            words: (0..document.words.len()).map(|word| range(WordRange { start: word, end: word + 1 })).collect(),
            windows: document.sentences.iter().map(window).collect(),
            entities,
            relations,
        }
    }

    fn text() -> impl Strategy<Value = String> {
        let sentence = prop::collection::vec("[a-zé🙂]{1,4}", 1..9).prop_map(|words| format!("A{}. ", words.join(" ")));
        prop::collection::vec(sentence, 0..9).prop_map(|sentences| sentences.concat())
    }

    proptest! {
        /// However the sentences are dealt to parts, and in whatever order these come.
        #[test]
        fn parts_together_are_the_whole(
            text in text(),
            dealt in prop::collection::vec(0usize..4, 9),
            order in Just([0usize, 1, 2, 3]).prop_shuffle(),
        ) {
            let whole = annotation(&text);
            let parts = order.map(|part| whole.part(|window| dealt[window % dealt.len()] == part));
            prop_assert!(parts.iter().all(|part| part.text.is_empty()));
            prop_assert_eq!(parts.iter().map(|part| part.words.len()).sum::<usize>(), whole.words.len());
            prop_assert_eq!(Annotation::join(text, parts.to_vec()), Some(whole));
        }

        #[test]
        fn every_batch_is_of_one_part(batch in 0usize..99, of in 0usize..9) {
            let owners = (0..of.max(1)).filter(|&index| Part { index, of }.has(batch)).count();
            prop_assert_eq!(owners, 1);
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let text = "One two. Three four. Five six.";
        let whole = annotation(text);
        let [first, rest] = [whole.part(|window| window == 0), whole.part(|window| window != 0)];
        let join =
            |parts: &[&Annotation]| Annotation::join(text.to_owned(), parts.iter().map(|&it| it.clone()).collect());
        assert_eq!(join(&[&rest, &first]), Some(whole.clone()));
        assert_eq!(join(&[]), None);
        assert_eq!(join(&[&rest]), None, "the first sentence is missing");
        assert_eq!(join(&[&first, &first, &rest]), None, "a sentence is there twice");
        let mut without_words = rest.clone();
        without_words.words.pop();
        assert_eq!(join(&[&first, &without_words]), None);
        let mut beyond = rest.clone();
        beyond.relations[0].tail = 9;
        assert_eq!(join(&[&first, &beyond]), None);
    }

    #[test]
    fn attention_is_in_the_order_of_the_windows() {
        let of = |window| WindowAttention { window, ..WindowAttention::default() };
        assert_eq!(WindowAttention::join(vec![vec![of(1), of(3)], vec![], vec![of(0), of(2)]]), [0, 1, 2, 3].map(of));
    }
}
