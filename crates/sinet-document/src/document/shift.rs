//! The new place of a stretch of text when the text around it was changed.

use sinet_text::ByteSpan;

/// The change of a text: the stretch `old` of it became the stretch `new` of another; around it nothing changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift<'t> {
    texts: [&'t str; 2],
    old: ByteSpan,
    new: ByteSpan,
}

impl<'t> Shift<'t> {
    /// The smallest change that makes one text of another.
    pub fn between(old: &'t str, new: &'t str) -> Self {
        let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
            a.zip(b).take_while(|(a, b)| a == b).map(|(character, _)| character.len_utf8()).sum()
        };
        let start = common(&mut old.chars(), &mut new.chars());
        let tail = common(&mut old[start..].chars().rev(), &mut new[start..].chars().rev());
        Self {
            texts: [old, new],
            old: ByteSpan { start, end: old.len() - tail },
            new: ByteSpan { start, end: new.len() - tail },
        }
    }

    /// The place of a stretch of the old text in the new one: in its place if it lies outside of the change, else where
    /// its text stands in what is new, if that is clear.
    pub fn find(&self, span: ByteSpan) -> Option<ByteSpan> {
        if span.end <= self.old.start {
            return Some(span);
        }
        if span.start >= self.old.end {
            let later = |byte: usize| byte - self.old.end + self.new.end;
            return Some(ByteSpan { start: later(span.start), end: later(span.end) });
        }
        let [old, new] = self.texts;
        let (label, room) = (span.of(old).filter(|label| !label.is_empty())?, self.room(span));
        let mut places = room.of(new)?.match_indices(label);
        let (place, None) = (places.next()?.0, places.next()) else { return None };
        let start = room.start + place;
        Some(ByteSpan { start, end: start + label.len() })
    }

    /// The new text, with as much of its surroundings as the stretch took.
    fn room(&self, span: ByteSpan) -> ByteSpan {
        let before = self.old.start.saturating_sub(span.start);
        let after = span.end.saturating_sub(self.old.end);
        ByteSpan { start: self.new.start - before, end: self.new.end + after }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(old: &str, label: &str, new: &str, expected: Option<(usize, usize)>) {
        let start = old.find(label).expect("the label is in the old text");
        let found = Shift::between(old, new).find(ByteSpan { start, end: start + label.len() });
        assert_eq!(found.map(|span| (span.start, span.end)), expected, "{old:?} -> {new:?}");
    }

    #[test]
    fn labels_move_with_their_text() {
        check("a parser", "a", "a fast parser", Some((0, 1)));
        check("a parser", "parser", "a fast parser", Some((7, 13)));
        check("a naïve parser", "parser", "a parser", Some((2, 8)));
        check("a parser", "parser", "a tagger", None);
        check("a parser", "parser", "a par ser", None);
        check("one two three", "two", "One two Three", Some((4, 7)));
        check("one two three", "two", "two One two Three", None);
        check("aa", "a", "aaa", Some((0, 1)));
        check("a", "a", "", None);
    }

    proptest! {
        #[test]
        fn what_is_found_has_the_same_text(
            (old, new) in ("[a-cé ]{0,12}", "[a-cé ]{0,12}"),
            (from, to) in (0usize..13, 0usize..13),
        ) {
            let bounds: Vec<usize> = old.char_indices().map(|(byte, _)| byte).chain([old.len()]).collect();
            let (from, to) = (bounds[from.min(bounds.len() - 1)], bounds[to.min(bounds.len() - 1)]);
            let span = ByteSpan { start: from.min(to), end: from.max(to) };
            if let Some(found) = Shift::between(&old, &new).find(span) {
                prop_assert_eq!(found.of(&new), span.of(&old));
            }
            prop_assert_eq!(Shift::between(&old, &old).find(span), Some(span));
        }
    }
}
