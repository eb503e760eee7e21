//! The edits that were made and those that were taken back; not the readings meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sinet_formats::{LabelledDocument, LabelledEntity};

use super::{Correction, EntityId, Layer, Link, OpenDocument, RelationId, Selection};

/// The most steps that can be taken back.
const MOST_STEPS: usize = 200;
/// The most corrections that these steps are about together; one step may be about more.
const MOST_CHANGES: usize = 5_000;

/// Names a step for as long as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId(u32);

/// The steps of a document. It serialises without the documents that were set aside.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) done: VecDeque<Step>,
    pub(super) undone: Vec<Step>,
    next_step: u32,
    /// The document as it was before corrections went with their text, oldest first; none from before the last edit.
    #[serde(skip)]
    pub(super) aside: Vec<Arc<OpenDocument>>,
}

/// What is done and taken back at once, as corrections before and after.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Step {
    id: StepId,
    pub(super) changes: Vec<Change>,
    /// The selection after it, for going back to.
    selection: Selection,
}

/// One correction before and after. Relations without both ends are not shown, so nothing else need go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Change {
    Entity(EntityId, [Option<Correction<LabelledEntity>>; 2]),
    Relation(RelationId, [Option<Correction<Link>>; 2]),
}

impl OpenDocument {
    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.history.done.is_empty()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        !self.history.undone.is_empty()
    }

    /// Takes the last step back, and says what it was about. `None` if there is none.
    pub fn undo(&mut self) -> Option<Selection> {
        let step = self.history.done.pop_back()?;
        step.changes.iter().rev().for_each(|change| self.set(change, 0));
        let selection = step.selection;
        self.history.undone.push(step);
        Some(selection)
    }

    /// Makes the step again that was taken back last. `None` if there is none.
    pub fn redo(&mut self) -> Option<Selection> {
        let step = self.history.undone.pop()?;
        step.changes.iter().for_each(|change| self.set(change, 1));
        let selection = step.selection;
        self.history.done.push_back(step);
        Some(selection)
    }

    /// The last step that was made and not taken back.
    pub fn last_step(&self) -> Option<StepId> {
        self.history.done.back().map(|step| step.id)
    }

    /// Takes a step back that need not be the last, by a step of its own: every label that it changed becomes what it was,
    /// unless it was changed again since. `None` if that changes nothing, or the step is not remembered any more.
    pub fn take_back(&mut self, id: StepId) -> Option<StepId> {
        let step = self.history.done.iter().find(|step| step.id == id)?;
        let selection = step.selection;
        let mut changes: Vec<Change> = step.changes.iter().rev().map(Change::reversed).collect();
        let of_step: Vec<Label> = changes.iter().map(Change::label).collect();
        changes.retain(|change| {
            let is_next = self.stands(change, 0) && !self.would_repeat(change, &of_step);
            if is_next {
                self.set(change, 1);
            }
            is_next
        });
        if changes.is_empty() {
            return None;
        }
        self.remember(changes, selection);
        self.last_step()
    }

    /// Remembers what was just made as one step.
    pub(super) fn remember(&mut self, changes: Vec<Change>, selection: Selection) {
        let History { done, undone, next_step, .. } = &mut self.history;
        undone.clear();
        done.push_back(Step { id: StepId(*next_step), changes, selection });
        *next_step = next_step.wrapping_add(1);
        self.history.forget_oldest();
    }

    /// Makes one side of a change.
    pub(super) fn set(&mut self, change: &Change, side: usize) {
        self.history.aside.clear();
        match change {
            Change::Entity(id, sides) => put(&mut self.entities, *id, &sides[side]),
            Change::Relation(id, sides) => put(&mut self.relations, *id, &sides[side]),
        }
    }

    /// Whether the correction is as one side of a change has it.
    fn stands(&self, change: &Change, side: usize) -> bool {
        match change {
            Change::Entity(id, sides) => self.entities.corrections.get(id) == sides[side].as_ref(),
            Change::Relation(id, sides) => self.relations.corrections.get(id) == sides[side].as_ref(),
        }
    }

    /// Whether a change would add a label that a person has made once more since, which is none of some.
    fn would_repeat(&self, change: &Change, but: &[Label]) -> bool {
        match change {
            Change::Entity(_, [_, Some(Correction { now: Some(now), .. })]) => {
                let is_same = |label: &LabelledEntity| label.span == now.span && label.kind == now.kind;
                self.entities.own().any(|(id, label)| is_same(label) && !but.contains(&Label::Entity(id)))
            }
            Change::Relation(_, [_, Some(Correction { now: Some(now), .. })]) => {
                let now = now.pairing();
                self.relations.own().any(|(id, link)| link.is(&now) && !but.contains(&Label::Relation(id)))
            }
            _ => false,
        }
    }
}

/// The name of a label.
#[derive(PartialEq)]
enum Label {
    Entity(EntityId),
    Relation(RelationId),
}

impl Change {
    fn label(&self) -> Label {
        match self {
            Self::Entity(id, _) => Label::Entity(*id),
            Self::Relation(id, _) => Label::Relation(*id),
        }
    }

    fn reversed(&self) -> Self {
        let mut change = self.clone();
        match &mut change {
            Self::Entity(_, sides) => sides.reverse(),
            Self::Relation(_, sides) => sides.reverse(),
        }
        change
    }
}

impl History {
    /// All steps, the oldest first.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.done.iter().chain(self.undone.iter().rev())
    }

    pub(super) fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        self.done.iter_mut().chain(self.undone.iter_mut().rev())
    }

    fn forget_oldest(&mut self) {
        let mut changes: usize = self.done.iter().map(|step| step.changes.len()).sum();
        while self.done.len() > MOST_STEPS || (changes > MOST_CHANGES && self.done.len() > 1) {
            changes -= self.done.pop_front().map_or(0, |step| step.changes.len());
        }
    }
}

/// A history as it was stored, before anybody has looked whether it fits. A damaged one is none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Stored {
    Whole(History),
    Damaged(IgnoredAny),
}

impl Default for Stored {
    fn default() -> Self {
        Self::Whole(History::default())
    }
}

impl Stored {
    /// The history if it leads to this document and its steps can be taken back and made again; else an empty one.
    pub(super) fn fitting(self, document: &OpenDocument) -> History {
        match self {
            Self::Whole(mut history) if fits(&history, document) => {
                history.forget_oldest();
                history
            }
            Self::Whole(_) | Self::Damaged(_) => History::default(),
        }
    }
}

fn fits(history: &History, document: &OpenDocument) -> bool {
    let changes = || history.steps().flat_map(|step| &step.changes);
    let labels: Vec<LabelledEntity> = changes()
        .filter_map(|change| match change {
            Change::Entity(_, sides) => Some(sides),
            Change::Relation(..) => None,
        })
        .flat_map(|sides| sides.iter().flatten().flat_map(|side| side.was.iter().chain(&side.now)).cloned())
        .collect();
    let labelled = LabelledDocument { entities: labels, ..LabelledDocument::new("", document.text()) };
    let highest = changes().map(|change| match change {
        Change::Entity(id, _) => id.0,
        Change::Relation(id, _) => id.0,
    });
    let ids_fit = highest.max().is_none_or(|highest| highest < document.next_id)
        && history.steps().all(|step| step.id.0 < history.next_step);
    let sizes_fit = history.undone.len() <= MOST_STEPS && history.steps().all(|step| !step.changes.is_empty());
    if !ids_fit || !sizes_fit || labelled.check().is_err() {
        return false;
    }
    let back: Vec<&Change> = history.done.iter().rev().flat_map(|step| step.changes.iter().rev()).collect();
    let on: Vec<&Change> = history.undone.iter().rev().flat_map(|step| &step.changes).collect();
    [(back, 1, 0), (on, 0, 1)].into_iter().all(|(changes, from, to)| {
        let mut walker = document.clone();
        changes.into_iter().all(|change| {
            let stands = walker.stands(change, from);
            walker.set(change, to);
            stands
        })
    })
}

fn put<I: Ord + Copy, T: Clone, K>(layer: &mut Layer<I, T, K>, id: I, correction: &Option<Correction<T>>) {
    match correction {
        Some(correction) => _ = layer.corrections.insert(id, correction.clone()),
        None => _ = layer.corrections.remove(&id),
    }
}
