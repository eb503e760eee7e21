//! Sorting, in one place: the library's sort is compiled anew for every comparison, and all of them together were a fifth
//! of the program that draws in a browser.

use std::cmp::Ordering;

/// The numbers below `count`, ordered by a comparison; equal ones stay in their order.
pub(crate) fn sorted(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}
