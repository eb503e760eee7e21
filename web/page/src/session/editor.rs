//! The document that is open, and what a person does to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use sinet_document::tagset::{Sort, TYPE_KEYS};
use sinet_document::{Edit, Hidden, Labels, OpenDocument, Reading, Refusal, Selection, Tagset};
use sinet_figure::Drawing;
use sinet_formats::LabelledDocument;
use sinet_text::{TypeName, Types};

/// The open document and what hangs on it; a copy is the same editor.
#[derive(Clone, Copy)]
pub struct Editor {
    /// The document. It is of the text that was read last, which may be older than what is in the field.
    pub document: RwSignal<OpenDocument>,
    /// Its labels: the model's with the person's over them.
    pub labels: Memo<Labels>,
    /// The types that the model knows.
    pub known: RwSignal<Types>,
    /// The types of the set, where a person has made some.
    pub tagset: RwSignal<Option<Arc<Tagset>>>,
    /// The types that labels are shown with: those of the set, else the model's.
    pub types: Memo<Types>,
    /// The types that entities may have, by their names in the data: these, then others that the document has.
    pub entity_kinds: Memo<Vec<String>>,
    /// The types that relations may have.
    pub relation_kinds: Memo<Vec<String>>,
    /// The label or words that the person works on. A selection is always there: a label that goes is selected no more.
    pub selection: Memo<Selection>,
    /// Types that the reader does not want to see.
    pub hidden: RwSignal<Hidden>,
    /// The labels without those types.
    pub visible: Memo<Labels>,
    /// The document with these labels, to be drawn. Its entities and relations are in their order.
    pub drawing: Memo<Drawing>,
    /// The last thing that was done, for those who hear.
    pub said: RwSignal<String>,
    wanted: RwSignal<Selection>,
}

impl Editor {
    /// Opens a document.
    pub fn new(document: OpenDocument) -> Self {
        let document = RwSignal::new(document);
        let labels = Memo::new(move |_| document.with(OpenDocument::labels));
        let hidden = RwSignal::<Hidden>::default();
        let visible = Memo::new(move |_| hidden.with(|hidden| labels.get().without(hidden)));
        let drawing = Memo::new(move |_| Drawing::new(document.with(|document| document.labelled_with(visible.get()))));
        let known = RwSignal::<Types>::default();
        let tagset = RwSignal::<Option<Arc<Tagset>>>::new(None);
        let types = Memo::new(move |_| tagset.get().map_or_else(|| known.get(), |tagset| tagset.types()));
        let entity_kinds = Memo::new(move |_| {
            let found = labels.with(|labels| labels.entities.iter().map(|entity| entity.kind.clone()).collect());
            types.with(|types| kinds(&types.entities, found))
        });
        let relation_kinds = Memo::new(move |_| {
            let found = labels.with(|labels| labels.relations.iter().map(|relation| relation.kind.clone()).collect());
            types.with(|types| kinds(&types.relations, found))
        });
        let wanted = RwSignal::new(Selection::None);
        let selection = Memo::new(move |_| {
            let wanted = wanted.get();
            let word_count = document.with(|document| document.words().len());
            if labels.with(|labels| labels.have(wanted, word_count)) { wanted } else { Selection::None }
        });
        Self {
            document,
            labels,
            known,
            tagset,
            types,
            entity_kinds,
            relation_kinds,
            selection,
            hidden,
            visible,
            drawing,
            said: RwSignal::default(),
            wanted,
        }
    }

    /// Selects something.
    pub fn select(self, selection: Selection) {
        if self.wanted.get_untracked() != selection {
            self.wanted.set(selection);
        }
    }

    /// Opens another document.
    pub fn open(self, mut document: OpenDocument) {
        document.set_tagset(self.tagset.get_untracked());
        self.wanted.set(Selection::None);
        self.document.set(document);
    }

    /// Changes the document and selects what was changed.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it makes no sense.
    pub fn apply(self, edit: Edit) -> Result<(), Refusal> {
        let selection = self.document.try_update(|document| document.apply(edit)).unwrap_or(Err(Refusal::Gone))?;
        self.wanted.set(selection);
        Ok(())
    }

    /// Shows the labels under other types, or under the model's, once `follow` has had the person's labels follow.
    pub fn set_tagset(self, tagset: Option<Arc<Tagset>>, follow: impl FnOnce(&mut OpenDocument)) {
        self.document.update(|document| {
            follow(document);
            document.set_tagset(tagset.clone());
        });
        self.tagset.set(tagset);
    }

    /// The key of a type, in small letters: the one that a person has given it, else that of its place.
    pub fn key(self, sort: Sort, kind: &str) -> Option<char> {
        if let Some(tagset) = self.tagset.get() {
            return tagset.key(sort, kind);
        }
        let place = self.kinds(sort).with(|kinds| kinds.iter().position(|known| known == kind))?;
        TYPE_KEYS.chars().nth(place)
    }

    /// The type that a key chooses.
    pub fn kind_of_key(self, sort: Sort, key: char) -> Option<String> {
        match self.tagset.get_untracked() {
            Some(tagset) => tagset.with_key(sort, key).map(str::to_owned),
            None => self.kinds(sort).with_untracked(|kinds| kinds.get(TYPE_KEYS.find(key)?).cloned()),
        }
    }

    /// The types that labels of a sort may have.
    pub fn kinds(self, sort: Sort) -> Memo<Vec<String>> {
        match sort {
            Sort::Entity => self.entity_kinds,
            Sort::Relation => self.relation_kinds,
        }
    }

    /// Changes the document by some edits as one step, and selects what was changed last.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if one of them makes no sense. Then none is made.
    pub fn apply_all(self, edits: Vec<Edit>) -> Result<(), Refusal> {
        let selection = self.document.try_update(|document| document.apply_all(edits)).unwrap_or(Err(Refusal::Gone))?;
        self.wanted.set(selection);
        Ok(())
    }

    /// Takes the last edit back, and says whether there was one.
    pub fn undo(self) -> bool {
        self.step(OpenDocument::undo)
    }

    /// Makes the edit again that was taken back last, and says whether there was one.
    pub fn redo(self) -> bool {
        self.step(OpenDocument::redo)
    }

    /// Takes in a reading of the model.
    pub fn take_reading(self, reading: &Reading) {
        // Every picture hangs on the types: they are told only what is new.
        if self.known.with_untracked(|types| *types != reading.types) {
            self.known.set(reading.types.clone());
        }
        self.take(reading.labelled());
    }

    /// Takes in a text that no model has to read.
    pub fn take_text(self, text: String) {
        self.take(LabelledDocument::new("", text));
    }

    fn take(self, reading: LabelledDocument) {
        let lost = self.document.try_update(|document| document.take_reading(reading)).unwrap_or_default();
        if let Some(sentence) = lost.tell() {
            self.said.set(sentence);
        }
    }

    fn step(self, step: fn(&mut OpenDocument) -> Option<Selection>) -> bool {
        let selection = self.document.try_update(step).flatten();
        if let Some(selection) = selection {
            self.wanted.set(selection);
        }
        selection.is_some()
    }
}

/// The names of some types, then of those that only the document has.
fn kinds(types: &[TypeName], found: BTreeSet<String>) -> Vec<String> {
    let known: Vec<String> = types.iter().map(|known| known.name.clone()).collect();
    let others = found.into_iter().filter(|kind| !known.contains(kind)).collect::<Vec<_>>();
    known.into_iter().chain(others).collect()
}
