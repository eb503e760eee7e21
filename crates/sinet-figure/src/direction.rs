//! The direction in which a text runs: its first letter says so, as in rule P2 of the bidirectional algorithm (UAX #9).

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    LeftToRight,
    RightToLeft,
}

/// The direction of a text, if it has a letter. What is isolated from the text around does not count.
pub(crate) fn direction(text: &str) -> Option<Direction> {
    let mut isolated = 0u32;
    for character in text.chars() {
        match character {
            '\u{2066}'..='\u{2068}' => isolated += 1,
            '\u{2069}' => isolated = isolated.saturating_sub(1),
            '\n' | '\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2029}' => return None,
            _ if isolated == 0 => match direction_of(character) {
                None => {}
                known => return known,
            },
            _ => {}
        }
    }
    None
}

/// Unicode gives whole blocks to the scripts that run to the left.
fn direction_of(character: char) -> Option<Direction> {
    match character {
        '\u{200e}' => Some(Direction::LeftToRight),
        '\u{200f}' => Some(Direction::RightToLeft),
        _ if !character.is_alphabetic() => None,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}' => Some(Direction::RightToLeft),
        _ => Some(Direction::LeftToRight),
    }
}

/// Whether a text runs from right to left: its first letter says so.
pub fn is_right_to_left(text: &str) -> bool {
    direction(text) == Some(Direction::RightToLeft)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What another implementation says, which knows the class of every character.
    fn expected(text: &str) -> Option<Direction> {
        match unicode_bidi::get_base_direction(text) {
            unicode_bidi::Direction::Ltr => Some(Direction::LeftToRight),
            unicode_bidi::Direction::Rtl => Some(Direction::RightToLeft),
            unicode_bidi::Direction::Mixed => None,
        }
    }

    #[test]
    fn every_letter_runs_as_its_class_says() {
        for character in ('\0'..=char::MAX).filter(|character| character.is_alphabetic()) {
            let text = character.to_string();
            // Vowel signs and the like have no direction of their own, and begin no text.
            if let Some(expected) = expected(&text) {
                assert_eq!(direction(&text), Some(expected), "U+{:04X}", u32::from(character));
            }
        }
    }

    #[test]
    fn the_first_letter_that_is_not_isolated_decides() {
        for text in [
            "",
            "12, (3)",
            "(שלום) world",
            "1. world שלום",
            "\u{2067}שלום\u{2069} world",
            "\u{2066}a \u{2068}b\u{2069} c\u{2069} שלום",
            "\u{2069}שלום",
            "...\nשלום",
            "\u{200f}world",
            "\u{200e}שלום",
            "٢٠٢٠ عام",
        ] {
            assert_eq!(direction(text), expected(text), "{text:?}");
        }
    }
}
