//! The keys of the workspace. They count wherever the focus is, but in a field.

use super::tabs::Tab;
use crate::correct::keys::Held;

/// Something that a key of the workspace does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Shows a tab.
    Show(Tab),
    /// Opens the text for writing.
    Edit,
    /// Opens an empty document.
    New,
    /// Folds the list of documents away, or shows it again.
    Documents,
    /// Goes to the search in the list.
    Search,
    /// Opens the document after the open one.
    Next,
    /// Opens the document before the open one.
    Previous,
    /// Opens the next document that nobody has read.
    NextUnread,
    /// Opens the choice of model and device.
    Setup,
    /// Opens the exports.
    TakeAway,
    /// Opens two people's labels of the same documents, or closes them.
    People,
    /// Begins to judge the model's labels one after the other, or ends it.
    Judge,
    /// Says that the open document is done, and opens the next that is not.
    Done,
    /// Labels the same words elsewhere in the document.
    Elsewhere,
}

/// The meaning of a key, named as browsers name it. `None` for keys that are the browser's or the text's.
pub fn shortcut(key: &str, held: Held) -> Option<Shortcut> {
    // Where a keyboard needs Shift or AltGr for a sign, the sign still is what counts.
    match key {
        "/" => return (!held.alt && !held.control).then_some(Shortcut::Search),
        ">" => return Some(Shortcut::Next),
        "<" => return Some(Shortcut::Previous),
        "." if !held.alt && !held.control => return Some(Shortcut::NextUnread),
        _ => {}
    }
    if held != (Held { shift: true, ..Held::default() }) {
        return None;
    }
    let mut letters = key.chars().flat_map(char::to_uppercase);
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    match letter {
        'E' => Some(Shortcut::Edit),
        'N' => Some(Shortcut::New),
        'D' => Some(Shortcut::Documents),
        'M' => Some(Shortcut::Setup),
        'X' => Some(Shortcut::TakeAway),
        'P' => Some(Shortcut::People),
        'J' => Some(Shortcut::Judge),
        'K' => Some(Shortcut::Done),
        'L' => Some(Shortcut::Elsewhere),
        _ => Tab::ALL.into_iter().find(|tab| tab.letter() == letter).map(Shortcut::Show),
    }
}

/// All keys of the workspace, for people: what to press, and what it does.
pub const HELP: [(&str, &str); 14] = [
    ("Shift + W A T C H R", "Why, Attention, Triples, Compare, Thresholds, Replace"),
    ("Shift + Y", "Types: your own, or the model’s"),
    ("Shift + J", "Judge the model's labels one after the other: Enter agrees, Delete removes, Space passes over"),
    ("Shift + K", "Done: the document is checked, and the next that is not opens"),
    ("Shift + L", "Label the same words elsewhere in the document"),
    ("Shift + P", "Two people's labels of the same documents"),
    ("Shift + E", "Edit the text; Ctrl + Enter shows its labels again"),
    ("Shift + N", "A new document; pasting a text opens one, too"),
    ("Shift + D", "Show or hide the list of documents"),
    ("/", "Search the documents"),
    ("> <", "The next document, the one before"),
    (".", "The next document that was not read"),
    ("Shift + M", "Open “Model and device”"),
    ("Shift + X", "Open “Take away”"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correct::keys::command;

    #[test]
    fn keys_mean_what_the_help_says() {
        let plain = Held::default();
        let [shift, alt, control] =
            [Held { shift: true, ..plain }, Held { alt: true, ..plain }, Held { control: true, ..plain }];
        for (key, held, expected) in [
            ("W", shift, Some(Shortcut::Show(Tab::Why))),
            ("w", shift, Some(Shortcut::Show(Tab::Why))),
            ("H", shift, Some(Shortcut::Show(Tab::Thresholds))),
            ("Y", shift, Some(Shortcut::Show(Tab::Types))),
            ("E", shift, Some(Shortcut::Edit)),
            ("N", shift, Some(Shortcut::New)),
            ("D", shift, Some(Shortcut::Documents)),
            ("M", shift, Some(Shortcut::Setup)),
            ("X", shift, Some(Shortcut::TakeAway)),
            ("P", shift, Some(Shortcut::People)),
            ("J", shift, Some(Shortcut::Judge)),
            ("K", shift, Some(Shortcut::Done)),
            ("L", shift, Some(Shortcut::Elsewhere)),
            ("R", shift, Some(Shortcut::Show(Tab::Replace))),
            ("/", plain, Some(Shortcut::Search)),
            ("/", shift, Some(Shortcut::Search)),
            ("/", control, None),
            (">", shift, Some(Shortcut::Next)),
            ("<", plain, Some(Shortcut::Previous)),
            (".", plain, Some(Shortcut::NextUnread)),
            (".", control, None),
            ("e", plain, None),
            ("E", Held { control: true, ..shift }, None),
            ("W", alt, None),
            ("ß", shift, None),
            ("Enter", shift, None),
        ] {
            assert_eq!(shortcut(key, held), expected, "{key} {held:?}");
        }
    }

    #[test]
    fn no_key_of_the_workspace_is_one_of_the_text() {
        for shift in [false, true] {
            let held = Held { shift, ..Held::default() };
            for key in (' '..='~').map(String::from) {
                assert!(shortcut(&key, held).is_none() || command(&key, held, false).is_none(), "{key} {held:?}");
            }
        }
    }
}
