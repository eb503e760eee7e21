//! The same words elsewhere.

use std::collections::BTreeSet;

use sinet_text::{ByteSpan, WordRange};

use super::{Edit, OpenDocument};

impl OpenDocument {
    /// The edits that make entities of a type of all places with these words that are free.
    ///
    /// A place is one or more whole words that read like `text`, letter by letter, whatever white space is between them; of
    /// places that overlap each other, the first. It is free if no entity has just this span, and if no person has removed one
    /// there. The edits can be made in any order; none is refused.
    pub fn label_elsewhere(&self, text: &str, kind: &str) -> Vec<Edit> {
        let shown = self.labels().entities.into_iter().map(|entity| entity.span);
        let removed = self.entities.corrections.values().filter(|correction| correction.now.is_none());
        let removed = removed.filter_map(|correction| Some(correction.was.as_ref()?.span));
        let taken: BTreeSet<ByteSpan> = shown.chain(removed).collect();
        self.places_of(text)
            .into_iter()
            .filter(|words| self.span_of(*words).is_some_and(|span| !taken.contains(&span)))
            .map(|words| Edit::AddEntity { kind: kind.to_owned(), words })
            .collect()
    }

    /// The places that read like `text`, disjoint and in order.
    fn places_of(&self, text: &str) -> Vec<WordRange> {
        let wanted = single_spaced(text);
        let mut places = Vec::new();
        let mut word = 0;
        while let Some(span) = self.words.get(word).filter(|_| !wanted.is_empty()) {
            let end = end_of(&self.text, span.start, &wanted).map(|end| {
                let last = self.words.partition_point(|word| word.end < end);
                (last, self.words.get(last).is_some_and(|last| last.end == end))
            });
            match end {
                Some((last, true)) if last >= word => {
                    places.push(WordRange { start: word, end: last + 1 });
                    word = last + 1;
                }
                _ => word += 1,
            }
        }
        places
    }
}

/// A text with one space for all white space between its words and none around them.
pub(super) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The byte after `wanted` in a text, if it stands at byte `start`; a space of it may be any white space there.
fn end_of(text: &str, start: usize, wanted: &str) -> Option<usize> {
    let mut rest = text.get(start..)?;
    for wanted in wanted.chars() {
        let after = match wanted {
            ' ' => rest.trim_start(),
            _ => rest.strip_prefix(wanted)?,
        };
        if after.len() == rest.len() {
            return None;
        }
        rest = after;
    }
    Some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sinet_formats::{LabelledDocument, LabelledEntity, Provenance};

    use super::super::Selection;
    use super::*;

    /// The places as text between bars.
    #[track_caller]
    fn check(text: &str, wanted: &str, expected: &str) {
        let document = OpenDocument::of_text(text);
        let mut marked = text.to_owned();
        for words in document.places_of(wanted).into_iter().rev() {
            let span = document.span_of(words).unwrap();
            marked.insert(span.end, ']');
            marked.insert(span.start, '[');
        }
        assert_eq!(marked, expected);
    }

    #[test]
    fn places_are_whole_words_that_read_alike() {
        check("A parser, the parsers and Parser: parser.", "parser", "A [parser], the parsers and Parser: [parser].");
        check("naïve\n  parser. A naïve\u{a0}parser", " naïve parser ", "[naïve\n  parser]. A [naïve\u{a0}parser]");
        check("naïveparser", "naïve parser", "naïveparser");
        check("a a a a a", "a a", "[a a] [a a] a");
        check("xa a a", "a a", "xa [a a]");
        check("9.5% of 9.5 %", "9.5%", "[9.5%] of 9.5 %");
        for nothing in ["", " \n"] {
            check("a b", nothing, "a b");
        }
    }

    fn read() -> OpenDocument {
        let entity = |start, end| LabelledEntity {
            kind: "A".to_owned(),
            span: ByteSpan { start, end },
            score: Some(0.5),
            provenance: Provenance::Model,
        };
        OpenDocument::new(LabelledDocument {
            entities: vec![entity(0, 4), entity(9, 13), entity(17, 21)],
            ..LabelledDocument::new("", "Zoë and Zoë. A Zoë.")
        })
    }

    #[test]
    fn only_free_places_are_offered() {
        let mut document = OpenDocument::of_text("Ada and Ada, not Ada B. Ada!");
        let words = |start, end| WordRange { start, end };
        let add = |kind: &str, words| Edit::AddEntity { kind: kind.to_owned(), words };
        document.apply(add("A", words(0, 1))).unwrap();
        // Another type, and a longer entity.
        document.apply(add("B", words(2, 3))).unwrap();
        document.apply(add("A", words(5, 7))).unwrap();
        let offered = [add("A", words(5, 6)), add("A", words(7, 8))];
        assert_eq!(document.label_elsewhere("Ada", "A"), offered);
        let mut document = read();
        document.apply(Edit::RemoveEntity(document.labels().entities[0].id)).unwrap();
        assert_eq!(document.label_elsewhere("Zoë", "A"), [], "what was removed stays removed");
        assert_eq!(document.label_elsewhere("and", "A").len(), 1);
    }

    proptest! {
        #[test]
        fn edits_apply_and_leave_nothing_to_offer(
            text in "[abé ,\n]{0,24}",
            labelled in prop::collection::vec((any::<prop::sample::Index>(), 1..3usize, 0..4usize), 0..6),
            wanted in prop_oneof!["[abé]{1,2}", "[ab] [ab]", "[ab],", "a {1,3}b"],
        ) {
            let mut document = OpenDocument::of_text(text);
            for (start, length, action) in labelled {
                let count = document.words().len();
                if count == 0 {
                    continue;
                }
                let start = start.index(count);
                let words = WordRange { start, end: count.min(start + length) };
                let kind = ["A", "B"][action % 2].to_owned();
                if let (Ok(Selection::Entity(id)), 3) =
                    (document.apply(Edit::AddEntity { kind, words }), action)
                {
                    document.apply(Edit::RemoveEntity(id)).unwrap();
                }
            }
            let edits = document.label_elsewhere(&wanted, "A");
            for edit in &edits {
                let Edit::AddEntity { words, .. } = edit else { panic!("{edit:?}") };
                prop_assert_eq!(single_spaced(document.text_of(*words)), single_spaced(&wanted));
            }
            prop_assert!(document.apply_all(edits.into_iter().rev()).is_ok());
            prop_assert_eq!(document.label_elsewhere(&wanted, "A"), []);
            prop_assert_eq!(document.to_labelled().check(), Ok(()));
        }
    }
}
