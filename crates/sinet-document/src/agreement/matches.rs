//! The labels that two labellings share.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// The labels of two labellings, counted; F1 comes from this.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matches {
    /// Number of labels of the first.
    pub first: usize,
    /// Number of labels of the second.
    pub second: usize,
    /// Number of labels of both.
    pub both: usize,
}

impl Matches {
    /// The items of two sets.
    pub(crate) fn between<T: Ord>([first, second]: &[BTreeSet<T>; 2]) -> Self {
        Self { first: first.len(), second: second.len(), both: first.intersection(second).count() }
    }

    /// F1, 0 to 1: twice what both have over what each has. The same whichever comes first; `None` if neither has any.
    pub fn f1(self) -> Option<f64> {
        let each = self.first + self.second;
        (each > 0).then(|| 2.0 * self.both as f64 / each as f64)
    }
}

/// Adds the items of two sets to the counts of their types.
pub(super) fn count<T: Ord>(
    counts: &mut BTreeMap<String, Matches>,
    [first, second]: &[BTreeSet<T>; 2],
    kind: impl Fn(&T) -> &String,
) {
    let mut add = |item: &T, one: Matches| *counts.entry(kind(item).clone()).or_default() += one;
    first.iter().for_each(|item| add(item, Matches { first: 1, ..Matches::default() }));
    second.iter().for_each(|item| add(item, Matches { second: 1, ..Matches::default() }));
    first.intersection(second).for_each(|item| add(item, Matches { both: 1, ..Matches::default() }));
}

impl AddAssign for Matches {
    fn add_assign(&mut self, other: Self) {
        self.first += other.first;
        self.second += other.second;
        self.both += other.both;
    }
}

impl Sum for Matches {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut all, one| {
            all += one;
            all
        })
    }
}
