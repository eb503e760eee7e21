//! Taking changes of a tagset back.

use std::collections::VecDeque;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Tagset, TagsetEdit, TagsetError};

/// The most changes that can be taken back.
const MOST_STEPS: usize = 100;

/// A tagset with the changes that led to it. `T` is what somebody remembers with a change, such as the documents that
/// have followed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: DeserializeOwned"))]
pub struct TagsetHistory<T> {
    tagset: Tagset,
    done: VecDeque<Step<T>>,
    undone: Vec<Step<T>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Step<T> {
    /// The other tagset: the one before a change that was made, the one after a change that was taken back.
    other: Tagset,
    remembered: T,
}

impl<T: Default> TagsetHistory<T> {
    /// A tagset that nobody has changed yet.
    pub fn new(tagset: Tagset) -> Self {
        Self { tagset, done: VecDeque::new(), undone: Vec::new() }
    }

    /// The tagset as it is.
    pub fn tagset(&self) -> &Tagset {
        &self.tagset
    }

    /// Makes a change. Of more than 100, the oldest cannot be taken back.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if it makes no sense here.
    pub fn apply(&mut self, edit: &TagsetEdit) -> Result<(), TagsetError> {
        let mut next = self.tagset.clone();
        next.apply(edit)?;
        let other = std::mem::replace(&mut self.tagset, next);
        self.done.push_back(Step { other, remembered: T::default() });
        if self.done.len() > MOST_STEPS {
            self.done.pop_front();
        }
        self.undone.clear();
        Ok(())
    }

    /// What is remembered with the last change that was made.
    pub fn last(&mut self) -> Option<&mut T> {
        self.done.back_mut().map(|step| &mut step.remembered)
    }

    /// What is remembered with the last change that was taken back.
    pub fn last_undone(&mut self) -> Option<&mut T> {
        self.undone.last_mut().map(|step| &mut step.remembered)
    }

    /// Takes the last change back, and says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(mut step) = self.done.pop_back() else { return false };
        std::mem::swap(&mut self.tagset, &mut step.other);
        self.undone.push(step);
        true
    }

    /// Makes the change again that was taken back last, and says whether there was one.
    pub fn redo(&mut self) -> bool {
        let Some(mut step) = self.undone.pop() else { return false };
        std::mem::swap(&mut self.tagset, &mut step.other);
        self.done.push_back(step);
        true
    }
}

impl<T: Serialize + DeserializeOwned + Default> TagsetHistory<T> {
    /// All of it, to be kept.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("types and what is remembered with them are plain JSON")
    }

    /// Reads what [`Self::to_json`] has written, or a `types.json`, which nobody has changed yet.
    ///
    /// # Errors
    ///
    /// [`TagsetError`] if it is neither.
    pub fn from_json(json: &str) -> Result<Self, TagsetError> {
        match serde_json::from_str(json) {
            Ok(history) => Ok(history),
            Err(_) => Tagset::from_json(json).map(Self::new),
        }
    }
}
