//! Judging the model's labels one after the other.

use leptos::prelude::*;
use sinet_document::{Order, Selection, Thresholds, Unjudged};
use sinet_formats::Provenance;
use sinet_logic::correct::judge::next;
use sinet_logic::correct::keys::Command;

use super::interaction::Interaction;

/// What a relation is held against before a model has read anything here.
const THRESHOLDS: Thresholds = Thresholds { entity: 0.0, relation: 0.5 };

impl Interaction {
    /// Begins to judge in the order of doubt, or ends it.
    pub fn judge(self) {
        match self.judging.get_untracked() {
            Some(_) => {
                self.judging.set(None);
                self.session.editor.said.set("Judging has ended.".to_owned());
            }
            None => self.judge_in(Order::Doubt),
        }
    }

    /// Judges in an order, from its first label on.
    pub fn judge_in(self, order: Order) {
        self.judging.set(Some(order));
        let unjudged = self.unjudged(order);
        self.look_at(unjudged.first().map(|first| first.label));
    }

    /// How many of the model's labels are still to be judged; follows the document.
    pub fn left_to_judge(self) -> usize {
        self.session.editor.labels.with(|labels| {
            let entities = labels.entities.iter().filter(|it| it.provenance == Provenance::Model).count();
            let relations = labels.relations.iter().filter(|it| it.provenance == Provenance::Model).count();
            entities + relations
        })
    }

    /// Does what a person asks for about the label that they judge, and goes on to the next.
    pub(super) fn run_judging(self, command: Command) -> bool {
        let (Some(order), selection) = (self.judging.get_untracked(), self.session.editor.selection.get_untracked())
        else {
            return false;
        };
        let before = self.unjudged(order);
        let is_judged = before.iter().any(|it| it.label == selection);
        if command != Command::PassOver && !self.run_once(command) {
            return false;
        }
        // Whoever works on something else meanwhile stays there.
        if is_judged || command == Command::PassOver {
            self.look_at(next(&before, selection, &self.unjudged(order)));
        }
        true
    }

    fn look_at(self, label: Option<Selection>) {
        match label {
            Some(label) => self.session.select(label),
            None => self.session.editor.said.set("Every label of the model is judged.".to_owned()),
        }
        self.focus();
    }

    fn unjudged(self, order: Order) -> Vec<Unjudged> {
        let settings = untrack(|| self.session.settings());
        let thresholds = settings.map_or(THRESHOLDS, |settings| Thresholds {
            entity: settings.entity_threshold,
            relation: settings.relation_threshold,
        });
        self.session.editor.document.with_untracked(|document| document.unjudged(order, thresholds))
    }
}
