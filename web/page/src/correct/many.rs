//! Changing many labels of the open document as one step.

use leptos::prelude::*;
use sinet_document::Selection;
use sinet_logic::correct::sweep::Sweep;

use super::interaction::Interaction;

impl Interaction {
    /// The change that labels the words of the selected entity elsewhere; follows the selection.
    pub fn elsewhere(self) -> Option<Sweep> {
        let Selection::Entity(id) = self.session.editor.selection.get() else { return None };
        self.session.editor.labels.with(|labels| {
            let entity = labels.entity(id)?;
            Some(Sweep::Elsewhere { text: entity.text.clone(), kind: entity.kind.clone() })
        })
    }

    /// Labels the words of the selected entity elsewhere in the document.
    pub fn label_elsewhere(self) {
        match untrack(|| self.elsewhere()) {
            Some(sweep) => self.sweep(&sweep),
            None => self.session.editor.said.set("Select an entity first.".to_owned()),
        }
    }

    /// Changes labels wherever it fits in the document, as one step. The selection stays.
    pub fn sweep(self, sweep: &Sweep) {
        let editor = self.session.editor;
        let edits = editor.document.with_untracked(|document| sweep.edits(document));
        let selection = editor.selection.get_untracked();
        let count = edits.len();
        let said = match self.session.apply_all(edits) {
            _ if count == 0 => "There is nothing to change.".to_owned(),
            Ok(()) => format!("{} as one step.", sweep.tell(count)),
            Err(refusal) => refusal.to_string(),
        };
        self.session.select(selection);
        editor.said.set(said);
    }
}
