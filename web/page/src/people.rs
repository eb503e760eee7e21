//! Two files of the same documents, labelled by two people: what is open of them, and what is done about their differences.

use leptos::prelude::*;
use sinet_document::OpenDocument;
use sinet_document::agreement::Side;
use sinet_formats::Format;
use sinet_logic::files::opening::Opened;
use sinet_logic::people::{Act, People, PersonsFile};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::files;
use crate::files::drop::Gathered;
use crate::files::program::{self, Found, Written};
use crate::notes;
use crate::session::{Editor, Session};

/// The part of the page's address after `#` that opens it.
const FRAGMENT: &str = "people";

/// The two files; a copy is the same.
#[derive(Clone, Copy)]
pub struct TwoPeople {
    /// Whether they are shown in the place of the text.
    pub is_open: RwSignal<bool>,
    /// The files that were chosen.
    pub files: RwSignal<[Option<PersonsFile>; 2]>,
    /// Both compared, once there are two.
    pub people: RwSignal<Option<People>>,
    /// The sentences of the difference that is looked at, with each person's labels.
    pub sentences: [Editor; 2],
    /// The last thing that was done.
    pub said: RwSignal<String>,
    /// The faults, each a sentence.
    pub failures: RwSignal<Vec<String>>,
    session: Session,
}

impl TwoPeople {
    /// Nothing is chosen. It is open if the page's address says so.
    pub fn begin(session: Session) -> Self {
        let people = RwSignal::new(None::<People>);
        let sentences = [(); 2].map(|()| Editor::new(OpenDocument::of_text("")));
        let looked_at = Memo::new(move |_| {
            people.with(|people| {
                let place = people.as_ref()?.at().map(|at| people.as_ref().map(|people| people.places()[at]));
                place.flatten()
            })
        });
        Effect::new(move || {
            let place = looked_at.get();
            people.with_untracked(|people| {
                let (Some(people), Some(place)) = (people, place) else { return };
                let span = people.disagreement(place).span();
                for (side, editor) in Side::ALL.into_iter().zip(sentences) {
                    editor.known.set(people.types.clone());
                    editor.open(OpenDocument::new(people.comparison(place).excerpt(side, span)));
                }
            });
        });
        let opened = Self {
            is_open: RwSignal::new(false),
            files: RwSignal::default(),
            people,
            sentences,
            said: RwSignal::default(),
            failures: RwSignal::default(),
            session,
        };
        opened.follow_address();
        window_event_listener(leptos::ev::storage, move |event| {
            if let (Some(note), decisions) = (event.key(), event.new_value()) {
                opened.follow_note(&note, decisions.as_deref());
            }
        });
        opened
    }

    /// Opens if the page's address says so.
    pub fn follow_address(self) {
        if window().location().hash().is_ok_and(|hash| hash.strip_prefix('#') == Some(FRAGMENT)) {
            self.is_open.set(true);
        }
    }

    /// Opens or closes, and gives the page its address.
    pub fn toggle(self) {
        self.is_open.update(|is_open| *is_open = !*is_open);
        let fragment = if self.is_open.get_untracked() { format!("#{FRAGMENT}") } else { "#why".to_owned() };
        if let Ok(history) = window().history() {
            history.replace_state_with_url(&JsValue::NULL, "", Some(&fragment)).ok();
        }
    }

    /// Takes the file of one person, or several that belong together; once there are two, compares them.
    pub fn take(self, side: Side, gathered: Gathered) {
        let mut failures = gathered.failures();
        let Some(name) = gathered.files.first().map(|(path, _)| path.clone()) else { return };
        spawn_local(async move {
            let documents = match program::open(gathered.files).await {
                Ok(Found::Documents(Opened { documents, failures: mut refused, .. })) => {
                    failures.append(&mut refused);
                    documents
                }
                Ok(Found::Set(_)) => {
                    failures.push(format!(
                        "{name} is a set of documents: open it in the page, and take its documents away in a format."
                    ));
                    Vec::new()
                }
                Err(sentence) => {
                    failures.push(sentence);
                    Vec::new()
                }
            };
            if documents.is_empty() && failures.is_empty() {
                failures.push(format!("There is no document in {name}."));
            }
            self.failures.set(failures);
            if !documents.is_empty() {
                self.files.update(|files| files[side as usize] = Some(PersonsFile { name, documents }));
                self.compare();
            }
        });
    }

    /// Does what a person asks for about the difference that is looked at.
    pub fn run(self, act: Act) {
        let said = self.people.try_update(|people| people.as_mut().map(|people| people.run(act))).flatten();
        if let Some(said) = said {
            self.said.set(said);
        }
        if !matches!(act, Act::Go(_)) {
            self.people.with_untracked(|people| people.as_ref().map(keep));
        }
    }

    /// Looks at a difference, as an index into its places.
    pub fn look_at(self, index: usize) {
        self.people.update(|people| people.iter_mut().for_each(|people| people.look_at(index)));
    }

    /// Downloads the third documents.
    pub fn export(self, format: Format) {
        let Some(documents) = self.people.with_untracked(|people| people.as_ref().map(People::documents)) else {
            return;
        };
        spawn_local(async move {
            let said = async {
                let Written { content, losses } = program::write(format, documents).await?;
                let name = format!("adjudicated.{}", format.extension());
                files::download(&name, format.media_type(), &content)?;
                Ok::<_, String>(format!("{name} is among your downloads. {}", losses.join(" ")).trim_end().to_owned())
            };
            self.said.set(said.await.unwrap_or_else(|sentence| sentence));
        });
    }

    /// Another tab has decided about some files: about these, if the note is theirs.
    fn follow_note(self, note: &str, decisions: Option<&str>) {
        if self.people.with_untracked(|people| people.as_ref().is_some_and(|people| people.note == note)) {
            let said =
                self.people.try_update(|people| people.as_mut().map(|people| people.follow(decisions))).flatten();
            self.said.set(said.unwrap_or_default());
        }
    }

    fn compare(self) {
        let ([Some(first), Some(second)], types) =
            (self.files.get_untracked(), self.session.editor.types.get_untracked())
        else {
            return;
        };
        match People::compare([first, second], &types) {
            Ok(mut people) => {
                let before = notes::kept(&people.note);
                self.said.set(before.map(|before| people.decide_again(&before)).unwrap_or_default());
                self.people.set(Some(people));
            }
            Err(error) => {
                self.people.set(None);
                self.failures.update(|failures| failures.push(error.to_string()));
            }
        }
    }
}

/// Keeps what is decided for the next time that the same files are opened.
fn keep(people: &People) {
    match people.decisions() {
        Some(decisions) => _ = notes::keep(&people.note, &decisions),
        None => notes::forget(&people.note),
    }
}
