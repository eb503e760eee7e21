//! The actions of a person on the annotated text: selecting, relating, typing keys. The document itself is the editor's.

use leptos::prelude::*;
use sinet_document::describe::{describe_entity, describe_relation};
use sinet_document::tagset::Sort;
use sinet_document::{Edit, EntityId, Labels, OpenDocument, Order, RelationId, Selection};
use sinet_formats::Provenance;
use sinet_logic::correct::keys::{Command, Step};
use sinet_logic::correct::navigate::Sight;
use sinet_text::WordRange;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::session::{Editor, Session};

/// The thing that the reader points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// An entity.
    Entity(EntityId),
    /// A relation.
    Relation(RelationId),
}

/// The state of a person's work that is not in the document; a copy is the same.
#[derive(Clone, Copy)]
pub struct Interaction {
    /// The document and its model.
    pub session: Session,
    /// The thing that the reader points at.
    pub pointed: RwSignal<Option<Item>>,
    /// The head of the relation that is being made, while its tail is chosen.
    pub relating: RwSignal<Option<EntityId>>,
    /// Whether only the arcs of what is selected are shown.
    pub alone: RwSignal<bool>,
    /// Whether the keys are shown.
    pub help: RwSignal<bool>,
    /// The order in which the model's labels are judged one after the other, while they are.
    pub judging: RwSignal<Option<Order>>,
    /// The word at which the selection began.
    anchor: RwSignal<usize>,
}

impl Interaction {
    /// Nothing is begun.
    pub fn new(session: Session) -> Self {
        Self {
            session,
            pointed: RwSignal::new(None),
            relating: RwSignal::new(None),
            alone: RwSignal::new(false),
            help: RwSignal::new(false),
            judging: RwSignal::new(None),
            anchor: RwSignal::new(0),
        }
    }
}

/// The types that the palette offers for the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Palette {
    /// Types of entities.
    Entities,
    /// Types of relations.
    Relations,
}

impl Palette {
    /// The types that it offers, by their names in the data.
    pub fn kinds(self, editor: Editor) -> Memo<Vec<String>> {
        editor.kinds(self.sort())
    }

    /// What it is types of.
    pub fn sort(self) -> Sort {
        match self {
            Self::Entities => Sort::Entity,
            Self::Relations => Sort::Relation,
        }
    }

    /// The palette for a selection.
    pub fn of(selection: Selection) -> Option<Self> {
        match selection {
            Selection::None => None,
            Selection::Entity(_) | Selection::Words(_) => Some(Self::Entities),
            Selection::Relation(_) | Selection::Pair(..) => Some(Self::Relations),
        }
    }
}

impl Interaction {
    /// Does what a person asks for, and says what was done. Whether there was anything to do.
    pub fn run(self, command: Command) -> bool {
        match command {
            Command::Confirm | Command::Remove | Command::Type(_) | Command::Reverse | Command::PassOver
                if self.judging.get_untracked().is_some() =>
            {
                self.run_judging(command)
            }
            _ => self.run_once(command),
        }
    }

    /// Does what a person asks for, once.
    pub(super) fn run_once(self, command: Command) -> bool {
        let editor = self.session.editor;
        let selection = editor.selection.get_untracked();
        match command {
            Command::Go(step) => self.go(selection, step),
            Command::Extend(step) => self.extend(selection, step),
            Command::MoveEdge { end, step } => {
                let Selection::Entity(id) = selection else { return false };
                let words = self
                    .sight(|sight| sight.labels.entity(id).and_then(|entity| sight.move_edge(entity.words, end, step)));
                match words {
                    Some(words) => self.edit(Edit::MoveEntity { id, words }),
                    None => editor.said.set("The entity cannot go further.".to_owned()),
                }
            }
            Command::Type(key) => {
                let Some(palette) = Palette::of(selection) else { return false };
                let Some(kind) = editor.kind_of_key(palette.sort(), key) else { return false };
                self.choose_type(kind);
                return true;
            }
            Command::Relate => {
                let Selection::Entity(id) = selection else { return false };
                self.relating.set(Some(id));
                editor
                    .said
                    .set("Choose the other entity: click it, or go to it with the arrows and press Enter.".to_owned());
            }
            Command::Words => {
                let Some(words) = self.sight(|sight| sight.first_words(selection)) else { return false };
                self.select_words(words.start, words);
            }
            Command::Reverse => {
                let Selection::Relation(id) = selection else { return false };
                self.edit(Edit::ReverseRelation(id));
            }
            Command::Remove => match selection {
                Selection::Entity(id) => self.edit(Edit::RemoveEntity(id)),
                Selection::Relation(id) => self.edit(Edit::RemoveRelation(id)),
                _ => return false,
            },
            Command::Confirm => return self.confirm(selection),
            // Only judging goes on.
            Command::PassOver => return false,
            Command::Cancel => {
                self.pointed.set(None);
                if self.relating.get_untracked().is_some() {
                    self.leave_relating();
                } else {
                    self.session.select(Selection::None);
                }
            }
            Command::Alone => self.alone.update(|alone| *alone = !*alone),
            Command::Help => self.help.set(true),
            Command::Undo => {
                let done = self.session.undo();
                editor.said.set(if done { "Undone." } else { "There is nothing to undo." }.to_owned());
            }
            Command::Redo => {
                let done = self.session.redo();
                editor.said.set(if done { "Redone." } else { "There is nothing to redo." }.to_owned());
            }
        }
        if command != Command::Help {
            self.focus();
        }
        true
    }

    /// Makes an edit and says what it did, or why it cannot be made.
    pub fn edit(self, edit: Edit) {
        let verb = match &edit {
            Edit::AddEntity { .. } | Edit::AddRelation { .. } => "Added",
            Edit::RemoveEntity(_) | Edit::RemoveRelation(_) => "Removed",
            Edit::RetypeEntity { .. } | Edit::RetypeRelation { .. } => "Type changed",
            Edit::MoveEntity { .. } => "Moved",
            Edit::ReverseRelation(_) => "Reversed",
            Edit::AcceptEntity(_) | Edit::AcceptRelation(_) => "Agreed",
        };
        // Labels must be told before they go.
        let gone = self.session.editor.labels.with_untracked(|labels| match edit {
            Edit::RemoveEntity(id) => self.tell(labels, Selection::Entity(id)),
            Edit::RemoveRelation(id) => self.tell(labels, Selection::Relation(id)),
            _ => None,
        });
        let said = match self.session.apply(edit) {
            Ok(()) => {
                let selection = self.session.editor.selection.get_untracked();
                let told =
                    gone.or_else(|| self.session.editor.labels.with_untracked(|labels| self.tell(labels, selection)));
                format!("{verb}: {}.", told.unwrap_or_default())
            }
            Err(refusal) => refusal.to_string(),
        };
        self.session.editor.said.set(said);
    }

    /// A label in words.
    fn tell(self, labels: &Labels, selection: Selection) -> Option<String> {
        self.session.editor.types.with_untracked(|types| match selection {
            Selection::Entity(id) => Some(describe_entity(types, labels.entity(id)?)),
            Selection::Relation(id) => Some(describe_relation(types, labels, labels.relation(id)?)),
            _ => None,
        })
    }

    /// The pointer, or the focus, has come to an entity.
    pub fn touch_entity(self, id: EntityId) {
        match self.relating.get_untracked() {
            Some(head) if head != id => self.session.select(Selection::Pair(head, id)),
            Some(_) => {}
            None if focus_target(self.session.editor.selection.get_untracked()) == Some(Item::Entity(id)) => {}
            None => self.session.select(Selection::Entity(id)),
        }
    }

    /// An entity was clicked: it is selected, or it is the tail that was looked for.
    pub fn click_entity(self, id: EntityId) {
        match self.relating.get_untracked() {
            Some(head) if head != id => self.relate(head, id),
            _ => {
                self.session.select(Selection::Entity(id));
                self.focus();
            }
        }
    }

    /// Two entities were chosen; what remains is the type of their relation.
    pub fn relate(self, head: EntityId, tail: EntityId) {
        self.relating.set(None);
        self.session.select(Selection::Pair(head, tail));
        self.session.editor.said.set("Choose the type of the relation.".to_owned());
        self.focus();
    }

    /// Selects words from an anchor on.
    pub fn select_words(self, anchor: usize, words: WordRange) {
        self.relating.set(None);
        self.anchor.set(anchor);
        self.session.select(Selection::Words(words));
        let text = self.session.editor.document.with_untracked(|document| document.text_of(words).to_owned());
        self.session.editor.said.set(format!("Words: {text}"));
    }

    /// The edge of an entity was put between other words.
    pub fn put_edge(self, id: EntityId, words: WordRange) {
        let same =
            self.session.editor.labels.with_untracked(|labels| labels.entity(id).is_none_or(|it| it.words == words));
        if !same {
            self.edit(Edit::MoveEntity { id, words });
            self.focus();
        }
    }

    /// Puts the focus on what is selected, once it is drawn.
    pub fn focus(self) {
        request_animation_frame(move || {
            if let Some(element) = self.show_selected() {
                // SVG elements take the focus as those of HTML do.
                element.unchecked_into::<HtmlElement>().focus().ok();
            }
        });
    }

    /// Keeps what is selected in sight, where something else has taken room.
    pub fn keep_in_sight(self) {
        if self.session.editor.selection.get_untracked() != Selection::None {
            request_animation_frame(move || _ = self.show_selected());
        }
    }

    /// Scrolls no further than it takes to see what is selected.
    fn show_selected(self) -> Option<web_sys::Element> {
        let name = match focus_target(self.session.editor.selection.get_untracked()) {
            Some(Item::Entity(id)) => id.to_string(),
            Some(Item::Relation(id)) => id.to_string(),
            None => format!("sentence-{}", self.session.window.get_untracked()),
        };
        let element = document().get_element_by_id(&name)?;
        let nearest = ScrollIntoViewOptions::new();
        nearest.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&nearest);
        Some(element)
    }

    fn go(self, selection: Selection, step: Step) {
        let next = self.sight(|sight| match self.relating.get_untracked() {
            Some(head) => {
                let tail = match selection {
                    Selection::Pair(_, tail) => Some(tail),
                    _ => None,
                };
                sight.go_to_tail(head, tail, step).map_or(selection, |tail| Selection::Pair(head, tail))
            }
            None => sight.go(selection, step),
        });
        match next {
            Selection::Words(words) => self.select_words(words.start, words),
            next => self.session.select(next),
        }
    }

    fn extend(self, selection: Selection, step: Step) {
        let words = self.sight(|sight| {
            let words = sight.first_words(selection)?;
            let anchor = match selection {
                Selection::Words(_) => self.anchor.get_untracked().clamp(words.start, words.end - 1),
                _ => words.start,
            };
            Some((anchor, sight.extend(words, anchor, step)))
        });
        if let Some((anchor, words)) = words {
            self.select_words(anchor, words);
        }
    }

    /// Gives what is selected a type.
    pub fn choose_type(self, kind: String) {
        self.relating.set(None);
        self.edit(match self.session.editor.selection.get_untracked() {
            Selection::None => return,
            Selection::Entity(id) => Edit::RetypeEntity { id, kind },
            Selection::Words(words) => {
                // The words of an entity are that entity.
                let there = self.session.editor.labels.with_untracked(|labels| {
                    labels.entities.iter().find(|entity| entity.words == words).map(|entity| entity.id)
                });
                match there {
                    Some(id) => Edit::RetypeEntity { id, kind },
                    None => Edit::AddEntity { kind, words },
                }
            }
            Selection::Relation(id) => Edit::RetypeRelation { id, kind },
            Selection::Pair(head, tail) => Edit::AddRelation { kind, head, tail },
        });
        self.focus();
    }

    fn confirm(self, selection: Selection) -> bool {
        let by_model = |provenance: Option<Provenance>| provenance == Some(Provenance::Model);
        let accept = self.session.editor.labels.with_untracked(|labels| match selection {
            Selection::Entity(id) => {
                by_model(labels.entity(id).map(|it| it.provenance)).then_some(Edit::AcceptEntity(id))
            }
            Selection::Relation(id) => {
                by_model(labels.relation(id).map(|it| it.provenance)).then_some(Edit::AcceptRelation(id))
            }
            _ => None,
        });
        match (self.relating.get_untracked(), selection, accept) {
            (Some(head), Selection::Pair(_, tail), _) => self.relate(head, tail),
            (None, _, Some(accept)) => {
                self.edit(accept);
                self.focus();
            }
            _ => return false,
        }
        true
    }

    fn leave_relating(self) {
        if let Some(head) = self.relating.get_untracked() {
            self.relating.set(None);
            self.session.select(Selection::Entity(head));
            self.session.editor.said.set(String::new());
        }
    }

    /// Looks at the document without following it.
    fn sight<T>(self, look: impl FnOnce(Sight<'_>) -> T) -> T {
        let editor = self.session.editor;
        editor.document.with_untracked(|document: &OpenDocument| {
            editor.labels.with_untracked(|labels| {
                editor.hidden.with_untracked(|hidden| {
                    look(Sight { document, labels, hidden, sentence: self.session.window.get_untracked() })
                })
            })
        })
    }
}

/// The element that has the focus for a selection.
pub fn focus_target(selection: Selection) -> Option<Item> {
    match selection {
        Selection::None | Selection::Words(_) => None,
        Selection::Entity(id) | Selection::Pair(_, id) => Some(Item::Entity(id)),
        Selection::Relation(id) => Some(Item::Relation(id)),
    }
}
