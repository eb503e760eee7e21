//! NFC and NFD, from the canonical tables alone: the iterators of `unicode_normalization` bring those of compatibility
//! along, which are three times as much for the page.

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};

/// The text in NFD.
pub(super) fn decomposed(text: &str) -> Vec<char> {
    let mut characters = Vec::with_capacity(text.len());
    text.chars().for_each(|character| decompose_canonical(character, |part| characters.push(part)));
    let is_mark = |character: &char| canonical_combining_class(*character) != 0;
    let mut start = 0;
    while let Some(first) = characters[start..].iter().position(is_mark) {
        let marks = &mut characters[start + first..];
        let count = marks.iter().take_while(|character| is_mark(character)).count();
        marks[..count].sort_by_key(|&mark| canonical_combining_class(mark));
        start += first + count;
    }
    characters
}

/// The text in NFC.
pub(super) fn composed(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = Vec::with_capacity(text.len());
    // The last character that marks may compose with, and the class of the last mark after it.
    let (mut starter, mut last_class) = (None, 0);
    for character in decomposed(text) {
        let class = canonical_combining_class(character);
        if let Some(starter) = starter {
            let is_next = characters.len() == starter + 1;
            if let Some(whole) = compose(characters[starter], character).filter(|_| is_next || last_class < class) {
                characters[starter] = whole;
                continue;
            }
        }
        if class == 0 {
            starter = Some(characters.len());
        }
        last_class = class;
        characters.push(character);
    }
    characters
}

/// Whether a character counts otherwise in NFD.
pub(super) fn decomposes(character: char) -> bool {
    let mut is_same = true;
    decompose_canonical(character, |part| is_same &= part == character);
    !is_same
}

/// Whether a character may compose with what stands before it.
pub(super) fn may_compose(before: char, character: char) -> bool {
    canonical_combining_class(character) != 0 || compose(before, character).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    proptest! {
        #[test]
        fn the_forms_are_those_of_unicode(
            text in "([a-e]|[\u{300}-\u{330}]|[à-ý]|[가-힣]|[\u{1100}-\u{1112}]|[\u{1161}-\u{1175}]|[\u{11a8}-\u{11c2}]|\u{1e69}|\u{f71}|漢|😀){0,24}"
        ) {
            prop_assert_eq!(decomposed(&text), text.nfd().collect::<Vec<_>>());
            prop_assert_eq!(composed(&text), text.nfc().collect::<Vec<_>>());
            prop_assert!(text.nfd().count() == text.chars().count() || text.chars().any(decomposes));
            let mut pairs = text.chars().zip(text.chars().skip(1));
            prop_assert!(text.nfc().count() == text.chars().count() || pairs.any(|(before, one)| may_compose(before, one)));
        }
    }
}
