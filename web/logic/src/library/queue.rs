//! Documents that wait to be saved.

use std::collections::VecDeque;
use std::rc::Rc;

use sinet_document::record::{Body, State};

/// A document as it is to be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The text with its labels.
    pub body: Body,
    /// What a model has made of it.
    pub state: State,
}

impl Job {
    /// The part of it that is worth saving, as one string: a person's part, and whether the labels are a file's.
    pub fn own_part(&self) -> String {
        let labelled = if self.state == State::Labelled { "labelled" } else { "" };
        [labelled, &self.body.own_part()].join("\u{0}")
    }
}

/// Jobs in the order in which they came, each for a place `P`.
#[derive(Debug)]
pub struct Queue<P> {
    jobs: VecDeque<(Rc<P>, Job)>,
    /// Whether somebody takes the jobs out.
    pub is_running: bool,
}

impl<P> Default for Queue<P> {
    fn default() -> Self {
        Self { jobs: VecDeque::new(), is_running: false }
    }
}

impl<P> Queue<P> {
    /// Adds a job. It takes the place of the last one if that is for the same place and still waits.
    pub fn put(&mut self, place: Rc<P>, job: Job) {
        match self.jobs.back_mut() {
            Some((waiting, older)) if Rc::ptr_eq(waiting, &place) => *older = job,
            _ => self.jobs.push_back((place, job)),
        }
    }

    /// Takes out the first job.
    pub fn take(&mut self) -> Option<(Rc<P>, Job)> {
        self.jobs.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use sinet_document::OpenDocument;

    use super::*;

    fn job(text: &str, state: State) -> Job {
        Job { body: Body::new("scierc".to_owned(), OpenDocument::of_text(text), None), state }
    }

    #[test]
    fn b19_of_jobs_for_one_place_the_newest_counts_whole() {
        let (here, there) = (Rc::new(1), Rc::new(2));
        let mut queue = Queue::default();
        queue.put(here.clone(), job("A", State::Labelled));
        queue.put(here.clone(), job("B", State::New));
        queue.put(there, job("C", State::New));
        queue.put(here, job("D", State::Labelled));
        let taken: Vec<_> = std::iter::from_fn(|| queue.take()).map(|(place, job)| (*place, job)).collect();
        let expected = [(1, job("B", State::New)), (2, job("C", State::New)), (1, job("D", State::Labelled))];
        assert_eq!(taken, expected);
    }

    #[test]
    fn b19_a_labelled_document_that_was_read_is_worth_saving() {
        assert_ne!(job("A", State::Labelled).own_part(), job("A", State::New).own_part());
        assert_eq!(job("A", State::Read).own_part(), job("A", State::New).own_part());
    }
}
