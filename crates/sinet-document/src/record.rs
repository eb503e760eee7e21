//! A document as the browser keeps it between visits, in two parts: what a list of documents shows, and the document.

use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::document::{AgainstModel, OpenDocument};

/// The version of both parts. A record of another version is skipped.
const VERSION: u32 = 1;

/// The most characters of a title.
const TITLE_CHARACTERS: usize = 60;
/// The most characters of a note.
pub const NOTE_CHARACTERS: usize = 10_000;

/// The entry of a document in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    version: u32,
    /// Names the document in this browser.
    pub id: String,
    /// Its first words.
    pub title: String,
    /// When it was changed last, in milliseconds since 1970.
    pub edited: f64,
    /// When it came into the list, in milliseconds since 1970; `None` in records of before that was noted.
    #[serde(default)]
    added: Option<f64>,
    /// Counts its changes. Whoever saves says which one they have changed.
    pub revision: u32,
    /// Its state with regard to a model.
    pub state: State,
    /// Whether a person has said that its labels are as they should be.
    #[serde(default)]
    pub checked: bool,
    /// How many labels it shows, by type; `None` in records of before they were counted.
    #[serde(default)]
    pub counts: Option<Counts>,
    /// How far the model and the person agree, if a model has found anything.
    #[serde(default)]
    pub against_model: Option<AgainstModel>,
}

/// The state of a document with regard to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing yet.
    New,
    /// Nothing: its labels came with it from a file.
    Labelled,
    /// It was read.
    Read,
    /// It could not be read.
    Failed,
}

/// The document itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    version: u32,
    /// The folder of the model that reads it.
    pub model: String,
    /// The text with its labels.
    pub document: OpenDocument,
    /// The text that was typed since and not read yet.
    pub draft: Option<String>,
    /// Whether a person has said that its labels are as they should be.
    #[serde(default)]
    pub checked: bool,
    #[serde(default)]
    note: String,
}

/// A record that cannot be used: damaged, or of another version of this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the record is damaged or of another version")]
pub struct Unusable;

impl Head {
    /// The entry in the list of a document that has just been changed, and come into the list.
    pub fn new(id: String, body: &Body, edited: f64, revision: u32, state: State) -> Self {
        let (title, checked) = (title(body.text()), body.checked);
        let counts = Some(Counts::of_labels(&body.document.labels()));
        let against_model = body.document.against_model();
        Self {
            version: VERSION,
            id,
            title,
            edited,
            added: Some(edited),
            revision,
            state,
            checked,
            counts,
            against_model,
        }
    }

    /// The entry after the next change of the same document, which stays at its place in the list.
    #[must_use]
    pub fn changed(&self, body: &Body, edited: f64, state: State) -> Self {
        Self::new(self.id.clone(), body, edited, self.revision + 1, state).since(self.added())
    }

    /// The same entry of a document that has been in the list since then, in milliseconds since 1970.
    #[must_use]
    pub fn since(self, added: f64) -> Self {
        Self { added: Some(added), ..self }
    }

    /// When the document came into the list, in milliseconds since 1970.
    pub fn added(&self) -> f64 {
        self.added.filter(|added| added.is_finite()).unwrap_or(self.edited)
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a head is plain JSON")
    }

    /// From what is kept.
    ///
    /// # Errors
    ///
    /// [`Unusable`], whatever else it is.
    pub fn from_json(json: &str) -> Result<Self, Unusable> {
        let head: Self = serde_json::from_str(json).map_err(|_| Unusable)?;
        if head.version == VERSION && head.edited.is_finite() { Ok(head) } else { Err(Unusable) }
    }

    /// Whether every word of a search is in the title.
    pub fn matches(&self, search: &str) -> bool {
        holds(&self.title, search)
    }
}

impl Body {
    /// A document, the model that reads it and what was typed since. Nobody has checked it or noted anything.
    pub fn new(model: String, document: OpenDocument, draft: Option<String>) -> Self {
        Self { version: VERSION, model, document, draft, checked: false, note: String::new() }
    }

    /// The remark of a person on the document.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Puts another remark in the place of the one before. Characters beyond 10,000 are cut off.
    pub fn set_note(&mut self, note: &str) {
        self.note = note.chars().take(NOTE_CHARACTERS).collect();
    }

    /// The newest text.
    pub fn text(&self) -> &str {
        self.draft.as_deref().unwrap_or(self.document.text())
    }

    /// Whether every word of a search is in the text.
    pub fn matches(&self, search: &str) -> bool {
        holds(self.text(), search)
    }

    /// As it is kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a document is plain JSON")
    }

    /// From what is kept.
    ///
    /// # Errors
    ///
    /// [`Unusable`], whatever else it is.
    pub fn from_json(json: &str) -> Result<Self, Unusable> {
        let mut body: Self = serde_json::from_str(json).map_err(|_| Unusable)?;
        if body.note.len() > NOTE_CHARACTERS {
            let note = std::mem::take(&mut body.note);
            body.set_note(&note);
        }
        if body.version == VERSION { Ok(body) } else { Err(Unusable) }
    }

    /// The part of it that a person has made: the text, the corrections, the note and whether it is checked, not what a model
    /// says. Two bodies with the same are not worth saving twice.
    pub fn own_part(&self) -> String {
        let checked = if self.checked { "checked" } else { "" };
        [&self.model, self.text(), &self.document.corrections(), checked, &self.note].join("\u{0}")
    }
}

/// Both parts together, as a page leaves them that has no time to save.
pub struct Rescued;

impl Rescued {
    /// As it is left.
    pub fn to_json(head: &Head, body: &Body) -> String {
        serde_json::to_string(&[head.to_json(), body.to_json()]).expect("two strings are plain JSON")
    }

    /// From what was left.
    ///
    /// # Errors
    ///
    /// [`Unusable`], whatever else it is.
    pub fn from_json(json: &str) -> Result<(Head, Body), Unusable> {
        let [head, body]: [String; 2] = serde_json::from_str(json).map_err(|_| Unusable)?;
        Ok((Head::from_json(&head)?, Body::from_json(&body)?))
    }
}

/// The first words of a text.
pub fn title(text: &str) -> String {
    let mut title = String::new();
    for word in text.split_whitespace() {
        let space = usize::from(!title.is_empty());
        if title.chars().count() + space + word.chars().count() > TITLE_CHARACTERS {
            if title.is_empty() {
                title = word.chars().take(TITLE_CHARACTERS).collect();
            }
            return title + "…";
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.is_empty() { "Empty".to_owned() } else { title }
}

/// How long ago something was, both times in milliseconds since 1970.
pub fn tell_age(then: f64, now: f64) -> String {
    let minutes = ((now - then) / 60_000.0).max(0.0) as u64;
    let count = |number: u64, unit: &str| match number {
        1 => format!("1 {unit} ago"),
        _ => format!("{number} {unit}s ago"),
    };
    match minutes {
        0 => "just now".to_owned(),
        1..60 => count(minutes, "minute"),
        60..1_440 => count(minutes / 60, "hour"),
        _ => count(minutes / 1_440, "day"),
    }
}

/// Whether a text has every word of a search, in any order and in letters of any size.
fn holds(text: &str, search: &str) -> bool {
    let text = text.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(text: &str) -> Body {
        Body::new("scierc".to_owned(), OpenDocument::of_text(text), None)
    }

    #[test]
    fn a_record_comes_back() {
        let body = Body { draft: Some("A parser reads. More".to_owned()), ..body("A parser reads.") };
        let head = Head::new("a1".to_owned(), &body, 1.7e12, 3, State::Read);
        assert_eq!(Head::from_json(&head.to_json()), Ok(head.clone()));
        assert_eq!(Body::from_json(&body.to_json()), Ok(body.clone()));
        assert_eq!(head.title, "A parser reads. More");
        assert_eq!(Rescued::from_json(&Rescued::to_json(&head, &body)), Ok((head, body)));
        assert_eq!(Rescued::from_json("[]"), Err(Unusable));
    }

    #[test]
    fn a_damaged_record_is_unusable_and_no_more() {
        let json = body("A parser.").to_json();
        for damaged in
            ["", "null", "{}", "[1]", &json[..json.len() - 2], &json.replace("\"version\":1", "\"version\":9")]
        {
            assert_eq!(Body::from_json(damaged), Err(Unusable), "{damaged}");
            assert_eq!(Head::from_json(damaged), Err(Unusable), "{damaged}");
        }
        // Words beyond the text.
        assert_eq!(Body::from_json(&json.replace("A parser.", "A")), Err(Unusable));
    }

    #[test]
    fn records_of_before_notes_and_counts_come_back() {
        let mut body = Body { checked: true, ..body("A parser.") };
        body.set_note("Ask Ada.");
        let head = Head::new("a1".to_owned(), &body, 1.0, 1, State::New);
        let without = |json: &str, fields: &[&str]| {
            let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
            for field in fields {
                value.as_object_mut().unwrap().remove(*field).unwrap();
            }
            value.to_string()
        };
        let old = Head::from_json(&without(&head.to_json(), &["checked", "counts", "against_model"])).unwrap();
        assert_eq!(old, Head { checked: false, counts: None, ..head.clone() });
        assert!(head.checked && head.counts == Some(Counts::default()));
        let old = Body::from_json(&without(&body.to_json(), &["checked", "note"])).unwrap();
        assert_eq!(old, super::tests::body("A parser."));
        assert_eq!(Body::from_json(&body.to_json()).unwrap().note(), "Ask Ada.");
    }

    #[test]
    fn notes_end_at_their_limit() {
        let mut body = body("A parser.");
        body.set_note(&"é".repeat(NOTE_CHARACTERS + 1));
        assert_eq!(body.note().chars().count(), NOTE_CHARACTERS);
        let json = body.to_json().replace("éé", "éé é");
        assert_eq!(Body::from_json(&json).unwrap().note().chars().count(), NOTE_CHARACTERS);
    }

    #[test]
    fn notes_and_checks_are_a_persons_part() {
        let plain = body("Anna lives.");
        let mut noted = plain.clone();
        noted.set_note("?");
        let checked = Body { checked: true, ..plain.clone() };
        assert!(plain.own_part() != noted.own_part() && plain.own_part() != checked.own_part());
    }

    #[test]
    fn titles_are_first_words() {
        let table = [
            ("", "Empty"),
            (" \n ", "Empty"),
            ("One\n two", "One two"),
            (
                "We present a neural dependency parser that combines a bidirectional LSTM with search.",
                "We present a neural dependency parser that combines a…",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(title(text), expected);
        }
        assert_eq!(title(&"x".repeat(500)).chars().count(), TITLE_CHARACTERS + 1);
    }

    #[test]
    fn ages_are_told() {
        let minute = 60_000.0;
        let table = [
            (0.0, "just now"),
            (-5.0, "just now"),
            (1.0, "1 minute ago"),
            (59.0, "59 minutes ago"),
            (60.0, "1 hour ago"),
            (1_440.0 * 2.5, "2 days ago"),
        ];
        for (minutes, told) in table {
            assert_eq!(tell_age(1.7e12, 1.7e12 + minutes * minute), told);
        }
    }

    #[test]
    fn a_search_finds_words_in_any_order() {
        let body = body(&format!("Anna lives in Zürich.{} She sings.", " La".repeat(TITLE_CHARACTERS)));
        let head = Head::new("a".to_owned(), &body, 0.0, 1, State::New);
        for (search, in_title, in_text) in [
            ("", true, true),
            ("zürich anna", true, true),
            ("ANNA", true, true),
            ("anna sings", false, true),
            ("bert", false, false),
        ] {
            assert_eq!((head.matches(search), body.matches(search)), (in_title, in_text), "{search}");
        }
    }

    #[test]
    fn what_a_model_says_is_not_a_persons_part() {
        let plain = body("Anna lives.");
        let read = Body { draft: Some("Anna lives.".to_owned()), ..plain.clone() };
        assert_eq!(plain.own_part(), read.own_part());
        assert_ne!(plain.own_part(), body("Anna lived.").own_part());
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in ".{0,80}") {
            let body = body(&text);
            prop_assert_eq!(Body::from_json(&body.to_json()), Ok(body));
            prop_assert!(title(&text).chars().count() <= TITLE_CHARACTERS + 1);
        }
    }
}
