//! Documents that pages have left at their end, as notes in the browser's storage.

use sinet_document::record::{Body, Head, Rescued};

/// The beginning of the names of such notes.
pub const RESCUE: &str = "sinet-rescue-";

/// The beginning of the names of those that could not be read. A later version of this page may read them.
const UNREADABLE: &str = "sinet-unreadable-";

/// The treatment of a note.
#[derive(Debug, PartialEq)]
pub enum Fate {
    /// It is a document: save it and delete the note.
    Save(Box<(Head, Body)>),
    /// It cannot be read: keep it under this name, out of the way of other notes, and say so.
    SetAside(String),
    /// It is none of these notes, or was set aside before.
    Leave,
}

/// The treatment of a note of this name and content.
pub fn fate(name: &str, content: &str) -> Fate {
    let (id, is_set_aside) = match (name.strip_prefix(RESCUE), name.strip_prefix(UNREADABLE)) {
        (Some(id), _) => (id, false),
        (None, Some(id)) => (id, true),
        (None, None) => return Fate::Leave,
    };
    match Rescued::from_json(content) {
        Ok(rescued) => Fate::Save(Box::new(rescued)),
        Err(_) if is_set_aside => Fate::Leave,
        Err(_) => Fate::SetAside(format!("{UNREADABLE}{id}")),
    }
}

/// One sentence about notes that were set aside.
pub fn tell(count: usize) -> String {
    let documents = match count {
        1 => "1 document that a closing page left is".to_owned(),
        count => format!("{count} documents that closing pages left are"),
    };
    format!("{documents} damaged or of another version of this page, and set aside in this browser.")
}

#[cfg(test)]
mod tests {
    use sinet_document::OpenDocument;
    use sinet_document::record::State;

    use super::*;

    #[test]
    fn b19_a_note_that_cannot_be_read_is_set_aside_and_not_deleted() {
        let body = Body::new("scierc".to_owned(), OpenDocument::of_text("A parser."), None);
        let head = Head::new("a1".to_owned(), &body, 1.0, 1, State::New);
        let whole = Rescued::to_json(&head, &body);
        let save = || Fate::Save(Box::new((head.clone(), body.clone())));
        assert_eq!(fate("sinet-rescue-a1", &whole), save());
        assert_eq!(fate("sinet-unreadable-a1", &whole), save(), "a later version reads what an earlier one could not");
        assert_eq!(fate("sinet-open", &whole), Fate::Leave);
        for damaged in ["", "[]", &whole[..whole.len() / 2]] {
            assert_eq!(fate("sinet-rescue-a1", damaged), Fate::SetAside("sinet-unreadable-a1".to_owned()));
            assert_eq!(fate("sinet-unreadable-a1", damaged), Fate::Leave);
        }
    }
}
