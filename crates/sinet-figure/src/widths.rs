//! Widths of texts, for whoever has no fonts to measure them with.
//!
//! The numbers are the advance widths of Helvetica and Arial, which agree, in thousandths of the font's size. A picture
//! that names these fonts hardly has to stretch anything, and its writers force the width of each word, so that no other
//! font of the reader's makes words touch.

use unicode_width::UnicodeWidthChar;

use crate::faces::{Face, weight_and_size};

/// The width of a text in pixels, as Arial has it. Characters of scripts for which there are no numbers are taken as wide
/// as the script usually is; what only adds to another character has no width.
pub fn estimated_width(text: &str, face: Face) -> f32 {
    let (weight, size) = weight_and_size(face);
    let bold = weight > 500;
    let thousandths: u32 = text.chars().map(|character| advance(character, bold)).sum();
    // What has only such characters is still drawn.
    let least = if text.is_empty() { 0 } else { LEAST };
    thousandths.max(least) as f32 * size / 1000.0
}

/// The least width of a text that is not empty.
const LEAST: u32 = 250;

/// The advance of a character in thousandths of the font's size.
fn advance(character: char, bold: bool) -> u32 {
    let code = character as u32;
    let of = |table: &[u16], first: u32| {
        let place = usize::try_from(code.checked_sub(first)?).ok()?;
        table.get(place).map(|&advance| u32::from(advance))
    };
    let heavier = |advance: u32| if bold { advance * 21 / 20 } else { advance };
    match character {
        ' '..='~' => of(if bold { &ASCII_BOLD } else { &ASCII }, 0x20),
        '\u{a0}'..='\u{17f}' => of(&LATIN, 0xa0).map(heavier),
        '\u{384}'..='\u{3ce}' => of(&GREEK, 0x384).map(heavier),
        '\u{400}'..='\u{45f}' => of(&CYRILLIC, 0x400).map(heavier),
        _ => None,
    }
    .unwrap_or_else(|| heavier(of_script(character)))
}

/// The usual advance of a character of which only the script is known.
fn of_script(character: char) -> u32 {
    match (character, character.width().unwrap_or(0)) {
        (_, 0) => 0,
        (_, 2..) => 1000,
        ('ו' | 'י' | 'ן', _) => 270,
        ('ג' | 'ז' | 'נ', _) => 390,
        ('\u{590}'..='\u{5ff}', _) => 580,
        // Joined letters are narrow in the middle of a word and wide at its end.
        ('\u{600}'..='\u{7ff}' | '\u{8a0}'..='\u{8ff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}', _) => 520,
        ('\u{900}'..='\u{dff}', _) => 620,
        ('\u{e00}'..='\u{eff}', _) => 560,
        ('\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}', _) => 800,
        ('‘' | '’', _) => 222,
        ('“' | '”' | '•', _) => 350,
        ('–' | '€', _) => 556,
        ('—' | '…' | '™' | '→' | '←', _) => 1000,
        ('✓', _) => 800,
        ('\u{2200}'..='\u{22ff}', _) => 700,
        _ => 600,
    }
}

/// From the space on to the tilde.
#[rustfmt::skip]
const ASCII: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556,
    833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500,
    556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500,
    334, 260, 334, 584,
];

/// The same in bold.
#[rustfmt::skip]
const ASCII_BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
];

/// From U+00A0 on to the end of Latin Extended-A.
#[rustfmt::skip]
const LATIN: [u16; 224] = [
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552, 400, 549, 333, 333, 333, 576, 537,
    278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278,
    278, 278, 278, 722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556,
    556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 549, 611, 556, 556,
    556, 556, 500, 556, 500, 667, 556, 667, 556, 667, 556, 722, 500, 722, 500, 722, 500, 722, 500, 722, 615, 722, 556,
    667, 556, 667, 556, 667, 556, 667, 556, 667, 556, 778, 556, 778, 556, 778, 556, 778, 556, 722, 556, 722, 556, 278,
    278, 278, 278, 278, 278, 278, 222, 278, 278, 735, 444, 500, 222, 667, 500, 500, 556, 222, 556, 222, 556, 292, 556,
    334, 556, 222, 722, 556, 722, 556, 722, 556, 604, 723, 556, 778, 556, 778, 556, 778, 556, 1000, 944, 722, 333,
    722, 333, 722, 333, 667, 500, 667, 500, 667, 500, 667, 500, 611, 278, 611, 375, 611, 278, 722, 556, 722, 556, 722,
    556, 722, 556, 722, 556, 722, 556, 944, 722, 667, 500, 667, 611, 500, 611, 500, 611, 500, 222,
];

/// From U+0384 on to the end of the modern letters.
#[rustfmt::skip]
const GREEK: [u16; 75] = [
    333, 333, 667, 278, 784, 838, 384, 556, 774, 556, 855, 752, 222, 667, 667, 551, 668, 667, 611, 722, 778, 278, 667,
    668, 833, 722, 650, 778, 722, 667, 556, 618, 611, 667, 798, 667, 835, 748, 278, 667, 578, 446, 556, 222, 547, 578,
    575, 500, 557, 446, 441, 556, 556, 222, 500, 500, 576, 500, 448, 556, 690, 569, 482, 617, 395, 547, 648, 525, 713,
    781, 222, 547, 556, 547, 781,
];

/// From U+0400 on to the end of the Slavic letters.
#[rustfmt::skip]
const CYRILLIC: [u16; 96] = [
    667, 667, 865, 542, 719, 667, 278, 278, 500, 1057, 1010, 854, 583, 722, 635, 719, 667, 656, 667, 542, 677, 667,
    923, 604, 719, 719, 583, 656, 833, 722, 778, 719, 667, 722, 611, 635, 760, 667, 740, 667, 917, 938, 792, 885, 656,
    719, 1010, 722, 556, 573, 531, 365, 583, 556, 669, 458, 559, 559, 438, 583, 688, 552, 556, 542, 556, 500, 458,
    500, 823, 500, 573, 521, 802, 823, 625, 719, 521, 510, 750, 542, 556, 556, 556, 365, 510, 500, 222, 278, 222, 906,
    812, 556, 438, 559, 500, 552,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn width(text: &str) -> f32 {
        estimated_width(text, Face::Word) / weight_and_size(Face::Word).1
    }

    #[test]
    fn widths_are_those_of_the_metrics() {
        // 722 + 556 + 222 + 222 + 556, and 944 + 278.
        for (text, expected) in [("Hello", 2.278), ("W.", 1.222), ("", 0.0), ("é", 0.556), ("Ω", 0.748), ("ж", 0.669)]
        {
            assert!((width(text) - expected).abs() < 0.001, "{text}: {}", width(text));
        }
        let bold = estimated_width("Method", Face::EntityLabel) / weight_and_size(Face::EntityLabel).1;
        assert!((bold - 3.555).abs() < 0.001, "{bold}");
    }

    #[test]
    fn marks_have_no_width_and_wide_characters_a_square() {
        assert_eq!(width("e\u{301}"), width("e"));
        assert_eq!(width("שָׁ"), width("ש"));
        assert_eq!(width("漢字"), 2.0);
        assert_eq!(width("👩"), 1.0);
    }

    #[test]
    fn nothing_that_is_written_is_without_width() {
        for text in ["\u{301}", "\u{200d}", "\u{1}", "\u{feff}"] {
            assert!(width(text) > 0.2, "{text:?}");
        }
    }
}
