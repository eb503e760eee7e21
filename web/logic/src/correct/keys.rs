//! The meaning of keys while the focus is in the annotated text.

use sinet_document::tagset::TYPE_KEYS;

/// A wish of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Select something else.
    Go(Step),
    /// Select more or fewer words.
    Extend(Step),
    /// Move an edge of the entity by one word.
    MoveEdge {
        /// Its end, not its start.
        end: bool,
        /// Which way.
        step: Step,
    },
    /// Give what is selected the type of this key, in small letters.
    Type(char),
    /// Start a relation from the selected entity.
    Relate,
    /// Select words instead of an entity.
    Words,
    /// Head and tail change places.
    Reverse,
    /// Take what is selected away.
    Remove,
    /// Agree: with the tail of a relation, or with the model.
    Confirm,
    /// Leave the label as it is and go on to the next that is to be judged.
    PassOver,
    /// Leave what was begun, then the selection.
    Cancel,
    /// Hide the arcs of everything else, or show them again.
    Alone,
    /// Show the keys.
    Help,
    /// Take the last edit back.
    Undo,
    /// Make it again.
    Redo,
}

/// A way to go. In text that runs from right to left, the arrow to the left goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Towards the start of the text.
    Back,
    /// Towards the end of the text.
    On,
    /// From relation to relation, upwards.
    Up,
    /// From relation to relation, downwards.
    Down,
    /// To the first.
    First,
    /// To the last.
    Last,
}

/// Which keys are held down beside another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Alt, or Option.
    pub alt: bool,
    /// Shift.
    pub shift: bool,
    /// Control, or Command.
    pub control: bool,
}

/// The meaning of a key, named as browsers name it. `None` for keys that are the browser's.
pub fn command(key: &str, held: Held, right_to_left: bool) -> Option<Command> {
    let Held { alt, shift, control } = held;
    let step = match key {
        "ArrowLeft" => Some(if right_to_left { Step::On } else { Step::Back }),
        "ArrowRight" => Some(if right_to_left { Step::Back } else { Step::On }),
        "ArrowUp" => Some(Step::Up),
        "ArrowDown" => Some(Step::Down),
        "Home" => Some(Step::First),
        "End" => Some(Step::Last),
        _ => None,
    };
    if control {
        return match (key.to_lowercase().as_str(), alt, shift) {
            ("z", false, false) => Some(Command::Undo),
            ("z", false, true) | ("y", false, false) => Some(Command::Redo),
            _ => None,
        };
    }
    if let Some(step) = step {
        return match (alt, shift, step) {
            (true, _, Step::Back | Step::On) => Some(Command::MoveEdge { end: !shift, step }),
            (true, _, _) => None,
            (false, true, _) => Some(Command::Extend(step)),
            (false, false, _) => Some(Command::Go(step)),
        };
    }
    match key {
        _ if alt => None,
        "Delete" | "Backspace" => Some(Command::Remove),
        " " if shift => Some(Command::Reverse),
        " " => Some(Command::PassOver),
        "Enter" => Some(Command::Confirm),
        "Escape" => Some(Command::Cancel),
        "?" => Some(Command::Help),
        _ if shift => None,
        "r" | "R" => Some(Command::Relate),
        "w" | "W" => Some(Command::Words),
        "h" | "H" => Some(Command::Alone),
        // Names of other keys are longer than one letter.
        _ => {
            let mut letters = key.chars().flat_map(char::to_lowercase);
            let (Some(key), None) = (letters.next(), letters.next()) else { return None };
            TYPE_KEYS.contains(key).then_some(Command::Type(key))
        }
    }
}

/// All keys, for people: what to press, and what it does.
pub const HELP: [(&str, &str); 14] = [
    ("← → Home End", "Go between entities; on a relation, to its head or tail"),
    ("↑ ↓", "Go to the relations of an entity, and between relations"),
    ("1–9, letters", "Choose a type, as the buttons say"),
    ("W, then ← → ↑ ↓", "Go between words and sentences; with Shift, select more words"),
    ("R, then ← → Enter", "Relate the entity to another"),
    ("Alt + ← →", "Move the right edge of an entity"),
    ("Alt + Shift + ← →", "Move the left edge of an entity"),
    ("Enter", "Agree with the model"),
    ("Shift + Space", "Reverse a relation"),
    ("Delete", "Remove what is selected"),
    ("Ctrl + Z", "Undo"),
    ("Shift + Ctrl + Z, Ctrl + Y", "Redo"),
    ("H", "Show only the arcs of what is selected"),
    ("Esc", "Leave the selection"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_the_help_says() {
        let [plain, alt, shift, control] = [
            Held::default(),
            Held { alt: true, ..Held::default() },
            Held { shift: true, ..Held::default() },
            Held { control: true, ..Held::default() },
        ];
        let alt_shift = Held { shift: true, ..alt };
        let control_shift = Held { shift: true, ..control };
        for (key, held, expected) in [
            ("ArrowLeft", plain, Some(Command::Go(Step::Back))),
            ("ArrowRight", shift, Some(Command::Extend(Step::On))),
            ("ArrowRight", alt, Some(Command::MoveEdge { end: true, step: Step::On })),
            ("ArrowLeft", alt_shift, Some(Command::MoveEdge { end: false, step: Step::Back })),
            ("ArrowUp", alt, None),
            ("ArrowUp", plain, Some(Command::Go(Step::Up))),
            ("1", plain, Some(Command::Type('1'))),
            ("9", plain, Some(Command::Type('9'))),
            ("a", plain, Some(Command::Type('a'))),
            ("A", plain, Some(Command::Type('a'))),
            ("c", control, None),
            ("0", plain, None),
            ("z", control, Some(Command::Undo)),
            ("Z", control_shift, Some(Command::Redo)),
            ("y", control, Some(Command::Redo)),
            (" ", shift, Some(Command::Reverse)),
            (" ", plain, Some(Command::PassOver)),
            ("Backspace", plain, Some(Command::Remove)),
            ("?", shift, Some(Command::Help)),
            ("r", plain, Some(Command::Relate)),
            ("h", plain, Some(Command::Alone)),
            ("w", plain, Some(Command::Words)),
            ("Tab", plain, None),
            ("F5", plain, None),
        ] {
            assert_eq!(command(key, held, false), expected, "{key} {held:?}");
        }
        assert_eq!(command("ArrowLeft", plain, true), Some(Command::Go(Step::On)));
        let types: Vec<char> =
            ('!'..='~').filter(|key| command(&key.to_string(), plain, false) == Some(Command::Type(*key))).collect();
        let mut keys: Vec<char> = TYPE_KEYS.chars().collect();
        keys.sort_unstable();
        assert_eq!(types, keys);
    }
}
