//! What a person does with the annotated text: selecting, relating, typing keys. The document itself is the editor's.

use leptos::prelude::*;
use sinet_document::describe::{describe_entity, describe_relation};
use sinet_document::{Edit, EntityId, Labels, OpenDocument, RelationId, Selection};
use sinet_formats::Source;
use sinet_logic::correct::keys::{Command, Step};
use sinet_logic::correct::navigate::Sight;
use sinet_text::WordRange;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::editor::Editor;
use crate::app::Page;

/// What the reader points at.
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
    /// What the reader points at.
    pub pointed: RwSignal<Option<Item>>,
    /// The head of the relation that is being made, while its tail is chosen.
    pub relating: RwSignal<Option<EntityId>>,
    /// Whether only the arcs of what is selected are shown.
    pub alone: RwSignal<bool>,
    /// Whether the keys are shown.
    pub help: RwSignal<bool>,
    /// Where the selection of words began.
    anchor: RwSignal<usize>,
}

impl Interaction {
    /// Nothing is begun.
    pub fn new() -> Self {
        Self {
            pointed: RwSignal::new(None),
            relating: RwSignal::new(None),
            alone: RwSignal::new(false),
            help: RwSignal::new(false),
            anchor: RwSignal::new(0),
        }
    }
}

/// What the palette offers for the selection.
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
        match self {
            Self::Entities => editor.entity_kinds,
            Self::Relations => editor.relation_kinds,
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

/// Does what a person asks for, and says what was done. Whether there was anything to do.
pub fn run(page: Page, command: Command) -> bool {
    let (editor, interaction) = (page.editor, page.interaction);
    let selection = editor.selection.get_untracked();
    match command {
        Command::Go(step) => go(page, selection, step),
        Command::Extend(step) => extend(page, selection, step),
        Command::MoveEdge { end, step } => {
            let Selection::Entity(id) = selection else { return false };
            let words = sight(page, |sight| {
                sight.labels.entity(id).and_then(|entity| sight.move_edge(entity.words, end, step))
            });
            match words {
                Some(words) => edit(page, Edit::MoveEntity { id, words }),
                None => editor.said.set("The entity cannot go further.".to_owned()),
            }
        }
        Command::Type(place) => return choose_type(page, selection, place),
        Command::Relate => {
            let Selection::Entity(id) = selection else { return false };
            interaction.relating.set(Some(id));
            editor
                .said
                .set("Choose the other entity: click it, or go to it with the arrows and press Enter.".to_owned());
        }
        Command::Words => {
            let Some(words) = sight(page, |sight| sight.first_words(selection)) else { return false };
            select_words(page, words.start, words);
        }
        Command::Reverse => {
            let Selection::Relation(id) = selection else { return false };
            edit(page, Edit::ReverseRelation(id));
        }
        Command::Remove => match selection {
            Selection::Entity(id) => edit(page, Edit::RemoveEntity(id)),
            Selection::Relation(id) => edit(page, Edit::RemoveRelation(id)),
            _ => return false,
        },
        Command::Confirm => return confirm(page, selection),
        Command::Cancel => {
            interaction.pointed.set(None);
            if interaction.relating.get_untracked().is_some() {
                leave_relating(page);
            } else {
                page.select(Selection::None);
            }
        }
        Command::Alone => interaction.alone.update(|alone| *alone = !*alone),
        Command::Help => interaction.help.set(true),
        Command::Undo => {
            let done = page.undo();
            editor.said.set(if done { "Undone." } else { "There is nothing to undo." }.to_owned());
        }
        Command::Redo => {
            let done = page.redo();
            editor.said.set(if done { "Redone." } else { "There is nothing to redo." }.to_owned());
        }
    }
    if command != Command::Help {
        focus(page);
    }
    true
}

/// Makes an edit and says what it did, or why it cannot be made.
pub fn edit(page: Page, edit: Edit) {
    let verb = match &edit {
        Edit::AddEntity { .. } | Edit::AddRelation { .. } => "Added",
        Edit::RemoveEntity(_) | Edit::RemoveRelation(_) => "Removed",
        Edit::RetypeEntity { .. } | Edit::RetypeRelation { .. } => "Type changed",
        Edit::MoveEntity { .. } => "Moved",
        Edit::ReverseRelation(_) => "Reversed",
        Edit::AcceptEntity(_) | Edit::AcceptRelation(_) => "Agreed",
    };
    // What goes must be told before it goes.
    let gone = page.editor.labels.with_untracked(|labels| match edit {
        Edit::RemoveEntity(id) => tell(page, labels, Selection::Entity(id)),
        Edit::RemoveRelation(id) => tell(page, labels, Selection::Relation(id)),
        _ => None,
    });
    let said = match page.apply(edit) {
        Ok(()) => {
            let selection = page.editor.selection.get_untracked();
            let told = gone.or_else(|| page.editor.labels.with_untracked(|labels| tell(page, labels, selection)));
            format!("{verb}: {}.", told.unwrap_or_default())
        }
        Err(refusal) => refusal.to_string(),
    };
    page.editor.said.set(said);
}

/// A label in words.
fn tell(page: Page, labels: &Labels, selection: Selection) -> Option<String> {
    page.editor.types.with_untracked(|types| match selection {
        Selection::Entity(id) => Some(describe_entity(types, labels.entity(id)?)),
        Selection::Relation(id) => Some(describe_relation(types, labels, labels.relation(id)?)),
        _ => None,
    })
}

/// The pointer, or the focus, has come to an entity.
pub fn touch_entity(page: Page, id: EntityId) {
    match page.interaction.relating.get_untracked() {
        Some(head) if head != id => page.select(Selection::Pair(head, id)),
        Some(_) => {}
        None if focus_target(page.editor.selection.get_untracked()) == Some(Item::Entity(id)) => {}
        None => page.select(Selection::Entity(id)),
    }
}

/// An entity was clicked: it is selected, or it is the tail that was looked for.
pub fn click_entity(page: Page, id: EntityId) {
    match page.interaction.relating.get_untracked() {
        Some(head) if head != id => relate(page, head, id),
        _ => {
            page.select(Selection::Entity(id));
            focus(page);
        }
    }
}

/// Two entities were chosen; what remains is the type of their relation.
pub fn relate(page: Page, head: EntityId, tail: EntityId) {
    page.interaction.relating.set(None);
    page.select(Selection::Pair(head, tail));
    page.editor.said.set("Choose the type of the relation.".to_owned());
    focus(page);
}

/// Selects words from an anchor on.
pub fn select_words(page: Page, anchor: usize, words: WordRange) {
    page.interaction.relating.set(None);
    page.interaction.anchor.set(anchor);
    page.select(Selection::Words(words));
    let text = page.editor.document.with_untracked(|document| document.text_of(words).to_owned());
    page.editor.said.set(format!("Words: {text}"));
}

/// The edge of an entity was put between other words.
pub fn put_edge(page: Page, id: EntityId, words: WordRange) {
    let same = page.editor.labels.with_untracked(|labels| labels.entity(id).is_none_or(|it| it.words == words));
    if !same {
        edit(page, Edit::MoveEntity { id, words });
        focus(page);
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

/// Puts the focus on what is selected, once it is drawn.
pub fn focus(page: Page) {
    request_animation_frame(move || {
        let name = match focus_target(page.editor.selection.get_untracked()) {
            Some(Item::Entity(id)) => id.to_string(),
            Some(Item::Relation(id)) => id.to_string(),
            None => format!("sentence-{}", page.window.get_untracked()),
        };
        if let Some(element) = document().get_element_by_id(&name) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&nearest);
            // SVG elements take the focus as those of HTML do.
            element.unchecked_into::<HtmlElement>().focus().ok();
        }
    });
}

fn go(page: Page, selection: Selection, step: Step) {
    let next = sight(page, |sight| match page.interaction.relating.get_untracked() {
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
        Selection::Words(words) => select_words(page, words.start, words),
        next => page.select(next),
    }
}

fn extend(page: Page, selection: Selection, step: Step) {
    let words = sight(page, |sight| {
        let words = sight.first_words(selection)?;
        let anchor = match selection {
            Selection::Words(_) => page.interaction.anchor.get_untracked().clamp(words.start, words.end - 1),
            _ => words.start,
        };
        Some((anchor, sight.extend(words, anchor, step)))
    });
    if let Some((anchor, words)) = words {
        select_words(page, anchor, words);
    }
}

fn choose_type(page: Page, selection: Selection, place: usize) -> bool {
    let Some(palette) = Palette::of(selection) else { return false };
    let Some(kind) = palette.kinds(page.editor).with_untracked(|kinds| kinds.get(place).cloned()) else { return false };
    page.interaction.relating.set(None);
    edit(
        page,
        match selection {
            Selection::None => return false,
            Selection::Entity(id) => Edit::RetypeEntity { id, kind },
            Selection::Words(words) => {
                // The words of an entity are that entity.
                let there = page.editor.labels.with_untracked(|labels| {
                    labels.entities.iter().find(|entity| entity.words == words).map(|entity| entity.id)
                });
                match there {
                    Some(id) => Edit::RetypeEntity { id, kind },
                    None => Edit::AddEntity { kind, words },
                }
            }
            Selection::Relation(id) => Edit::RetypeRelation { id, kind },
            Selection::Pair(head, tail) => Edit::AddRelation { kind, head, tail },
        },
    );
    focus(page);
    true
}

fn confirm(page: Page, selection: Selection) -> bool {
    let by_model = |source: Option<Source>| source == Some(Source::Model);
    let accept = page.editor.labels.with_untracked(|labels| match selection {
        Selection::Entity(id) => by_model(labels.entity(id).map(|it| it.source)).then_some(Edit::AcceptEntity(id)),
        Selection::Relation(id) => {
            by_model(labels.relation(id).map(|it| it.source)).then_some(Edit::AcceptRelation(id))
        }
        _ => None,
    });
    match (page.interaction.relating.get_untracked(), selection, accept) {
        (Some(head), Selection::Pair(_, tail), _) => relate(page, head, tail),
        (None, _, Some(accept)) => {
            edit(page, accept);
            focus(page);
        }
        _ => return false,
    }
    true
}

fn leave_relating(page: Page) {
    if let Some(head) = page.interaction.relating.get_untracked() {
        page.interaction.relating.set(None);
        page.select(Selection::Entity(head));
        page.editor.said.set(String::new());
    }
}

/// Looks at the document without following it.
fn sight<T>(page: Page, look: impl FnOnce(Sight<'_>) -> T) -> T {
    let editor = page.editor;
    editor.document.with_untracked(|document: &OpenDocument| {
        editor.labels.with_untracked(|labels| {
            editor.hidden.with_untracked(|hidden| {
                look(Sight { document, labels, hidden, sentence: page.window.get_untracked() })
            })
        })
    })
}
