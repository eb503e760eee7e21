//! Documents that wait to be saved or deleted.

use std::collections::VecDeque;
use std::rc::Rc;

use sinet_document::record::{Body, State};

/// A document as it is to be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The text with its labels.
    pub body: Body,
    /// Its state with regard to a model.
    pub state: State,
}

impl Job {
    /// The part of it that is worth saving, as one string: a person's part, and whether the labels are a file's.
    pub fn own_part(&self) -> String {
        let labelled = if self.state == State::Labelled { "labelled" } else { "" };
        [labelled, &self.body.own_part()].join("\u{0}")
    }
}

/// The change of a document in the database.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It is saved.
    Save(Box<Job>),
    /// It is deleted.
    Remove,
}

/// Changes in the order in which they came, each of the document at a place `P`. A document is deleted after every save that
/// was asked for before, so that none brings it back.
#[derive(Debug)]
pub struct Queue<P> {
    changes: VecDeque<(Rc<P>, Change)>,
    /// Whether somebody takes the changes out.
    pub is_running: bool,
}

impl<P> Default for Queue<P> {
    fn default() -> Self {
        Self { changes: VecDeque::new(), is_running: false }
    }
}

impl<P> Queue<P> {
    /// Adds a change. A save takes the place of the last one that still waits if both are for the same place.
    pub fn put(&mut self, place: Rc<P>, change: Change) {
        match (self.changes.back_mut(), &change) {
            (Some((waiting, older @ Change::Save(_))), Change::Save(_)) if Rc::ptr_eq(waiting, &place) => {
                *older = change
            }
            _ => self.changes.push_back((place, change)),
        }
    }

    /// Takes out the first change.
    pub fn take(&mut self) -> Option<(Rc<P>, Change)> {
        self.changes.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use sinet_document::OpenDocument;

    use super::*;

    fn job(text: &str, state: State) -> Job {
        Job { body: Body::new("scierc".to_owned(), OpenDocument::of_text(text), None), state }
    }

    fn taken(mut queue: Queue<i32>) -> Vec<(i32, Change)> {
        std::iter::from_fn(|| queue.take()).map(|(place, change)| (*place, change)).collect()
    }

    #[test]
    fn b19_of_jobs_for_one_place_the_newest_counts_whole() {
        let (here, there) = (Rc::new(1), Rc::new(2));
        let save = |text, state| Change::Save(Box::new(job(text, state)));
        let mut queue = Queue::default();
        queue.put(here.clone(), save("A", State::Labelled));
        queue.put(here.clone(), save("B", State::New));
        queue.put(there, save("C", State::New));
        queue.put(here, save("D", State::Labelled));
        let expected = [(1, save("B", State::New)), (2, save("C", State::New)), (1, save("D", State::Labelled))];
        assert_eq!(taken(queue), expected);
    }

    #[test]
    fn a_document_is_deleted_after_it_was_saved_and_is_not_saved_in_its_place() {
        let here = Rc::new(1);
        let save = |text| Change::Save(Box::new(job(text, State::New)));
        let mut queue = Queue::default();
        queue.put(here.clone(), save("A"));
        queue.put(here.clone(), Change::Remove);
        queue.put(here.clone(), save("back"));
        queue.put(here, save("back again"));
        assert_eq!(taken(queue), [(1, save("A")), (1, Change::Remove), (1, save("back again"))]);
    }

    #[test]
    fn b19_a_labelled_document_that_was_read_is_worth_saving() {
        assert_ne!(job("A", State::Labelled).own_part(), job("A", State::New).own_part());
        assert_eq!(job("A", State::Read).own_part(), job("A", State::New).own_part());
    }
}
