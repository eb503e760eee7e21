//! The keys that decide a difference.

use crate::correct::keys::{Command, Held, Step, command};

/// A wish of a person who looks at a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// As the first person has it.
    First,
    /// As the second person has it.
    Second,
    /// As both have it.
    Both,
    /// Nothing.
    Neither,
    /// Another type, by its place in the list.
    Type(usize),
    /// An edge of the entity goes by one word.
    MoveEdge {
        /// Its end, not its start.
        end: bool,
        /// Which way.
        step: Step,
    },
    /// The other direction.
    Reverse,
    /// Look at another difference.
    Go(Step),
    /// Take the last decision back.
    Undo,
}

/// The meaning of a key, named as browsers name it. What is not of this view means the same as in the annotated text.
pub fn act(key: &str, held: Held, right_to_left: bool) -> Option<Act> {
    if held == Held::default() {
        match key.to_lowercase().as_str() {
            "a" => return Some(Act::First),
            "b" => return Some(Act::Second),
            "c" => return Some(Act::Both),
            "x" | "delete" => return Some(Act::Neither),
            _ => {}
        }
    }
    match command(key, held, right_to_left)? {
        Command::Go(step) => Some(Act::Go(step)),
        Command::MoveEdge { end, step } => Some(Act::MoveEdge { end, step }),
        Command::Type(key) => (key.to_digit(10)? as usize).checked_sub(1).map(Act::Type),
        Command::Reverse => Some(Act::Reverse),
        Command::Undo => Some(Act::Undo),
        _ => None,
    }
}

/// All keys, for people: what to press, and what it does.
pub const HELP: [(&str, &str); 9] = [
    ("A", "As the first has it"),
    ("B", "As the second has it"),
    ("C", "Both"),
    ("X", "Neither"),
    ("1–9", "Another type"),
    ("Alt + ← →, Alt + Shift + ← →", "Move the right edge, the left edge of an entity"),
    ("Shift + Space", "Reverse a relation"),
    ("↑ ↓ Home End", "Go between differences"),
    ("Ctrl + Z", "Undo"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_the_help_says() {
        let plain = Held::default();
        let [alt, shift, control] =
            [Held { alt: true, ..plain }, Held { shift: true, ..plain }, Held { control: true, ..plain }];
        for (key, held, expected) in [
            ("a", plain, Some(Act::First)),
            ("B", plain, Some(Act::Second)),
            ("c", plain, Some(Act::Both)),
            ("x", plain, Some(Act::Neither)),
            ("Delete", plain, Some(Act::Neither)),
            ("1", plain, Some(Act::Type(0))),
            ("9", plain, Some(Act::Type(8))),
            ("d", plain, None),
            ("A", shift, None),
            ("ArrowDown", plain, Some(Act::Go(Step::Down))),
            ("End", plain, Some(Act::Go(Step::Last))),
            ("ArrowRight", alt, Some(Act::MoveEdge { end: true, step: Step::On })),
            (" ", shift, Some(Act::Reverse)),
            ("z", control, Some(Act::Undo)),
            ("Enter", plain, None),
        ] {
            assert_eq!(act(key, held, false), expected, "{key} {held:?}");
        }
        assert_eq!(act("ArrowRight", alt, true), Some(Act::MoveEdge { end: true, step: Step::Back }));
    }
}
