//! The fate of a question while documents, texts and models come and go.

use crate::engine::failure::Failure;

/// The state of a session when a question was asked, as three counters. None of them ever goes back, so that a state that
/// only looks like the old one is another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Generation {
    /// Counts the documents that were opened.
    pub document: u32,
    /// Counts the texts that were taken into them.
    pub text: u32,
    /// Counts the engines that were started.
    pub engine: u32,
}

/// The subject of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The open document, whichever text it has by now.
    Document,
    /// The text that the open document had when the question was asked.
    Text,
    /// Another text, beside the open document.
    Aside,
}

/// The reason why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unanswered {
    /// The engine was closed.
    #[error("The page turned to another model or device.")]
    Closed,
    /// Another question about the open document took the place of this one.
    #[error("The page turned to another text.")]
    Overtaken,
    /// The model said no to this question.
    #[error("{}", .0.sentence())]
    Refused(Failure),
    /// The engine has failed, with every question that it had.
    #[error("{}", .0.sentence())]
    Failed(Failure),
}

/// The fate of a question whose engine has spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The answer counts.
    Take,
    /// The question is asked again, of the engine of now.
    AskAgain,
    /// Nobody wants the answer any more.
    Drop,
}

impl Generation {
    /// Another document was opened.
    pub fn open_document(&mut self) {
        self.document += 1;
    }

    /// The open document got another text.
    pub fn take_text(&mut self) {
        self.text += 1;
    }

    /// Another engine was started.
    pub fn start_engine(&mut self) {
        self.engine += 1;
    }

    /// The fate of a question that was asked in this generation, and of which something has come `now`.
    pub fn fate(self, now: Self, about: About, unanswered: Option<&Unanswered>) -> Fate {
        let is_stale = match about {
            About::Document => self.document != now.document,
            About::Text => (self.document, self.text) != (now.document, now.text),
            About::Aside => false,
        };
        match unanswered {
            _ if is_stale => Fate::Drop,
            // Also an answer and a failure: they are those of a model that was left.
            _ if self.engine != now.engine => Fate::AskAgain,
            Some(Unanswered::Overtaken) => Fate::AskAgain,
            // The engine of now is closed for good: nobody is there to be asked.
            Some(Unanswered::Closed) => Fate::Drop,
            Some(Unanswered::Refused(_) | Unanswered::Failed(_)) | None => Fate::Take,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sinet_protocol::Fault;

    use super::*;

    const ABOUT: [About; 3] = [About::Document, About::Text, About::Aside];

    fn failure() -> Failure {
        Failure::new(Fault::Crash, "gone")
    }

    #[test]
    fn everything_that_waits_can_be_overtaken() {
        use Fate::{AskAgain, Drop, Take};
        let document: fn(&mut Generation) = Generation::open_document;
        let text: fn(&mut Generation) = Generation::take_text;
        let engine: fn(&mut Generation) = Generation::start_engine;
        // Fates of a question about the document, about its text, and aside.
        let table: [(&[fn(&mut Generation)], [Fate; 3]); 9] = [
            (&[], [Take, Take, Take]),
            (&[document], [Drop, Drop, Take]),
            (&[document, document], [Drop, Drop, Take]),
            (&[text], [Take, Drop, Take]),
            (&[text, text], [Take, Drop, Take]),
            (&[engine], [AskAgain, AskAgain, AskAgain]),
            (&[engine, engine], [AskAgain, AskAgain, AskAgain]),
            (&[engine, document], [Drop, Drop, AskAgain]),
            (&[engine, text], [AskAgain, Drop, AskAgain]),
        ];
        for (place, (steps, fates)) in table.into_iter().enumerate() {
            let mut now = Generation::default();
            steps.iter().for_each(|step| step(&mut now));
            for (about, fate) in ABOUT.into_iter().zip(fates) {
                assert_eq!(Generation::default().fate(now, about, None), fate, "row {place}, {about:?}");
            }
        }
    }

    #[test]
    fn an_overtaken_question_is_asked_again_and_a_refused_one_is_told() {
        let now = Generation::default();
        for about in ABOUT {
            let fate = |unanswered| now.fate(now, about, Some(&unanswered));
            assert_eq!(fate(Unanswered::Overtaken), Fate::AskAgain, "{about:?}");
            assert_eq!(fate(Unanswered::Refused(failure())), Fate::Take, "{about:?}");
            assert_eq!(fate(Unanswered::Failed(failure())), Fate::Take, "{about:?}");
            assert_eq!(fate(Unanswered::Closed), Fate::Drop, "{about:?}");
        }
    }

    /// A step of a visit, as the session takes it.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Open,
        Switch,
        Ask(About),
        /// The engine answers its first open question.
        Answer,
        /// The newest text takes the place of what is open about the document.
        Interrupt,
    }

    /// A question: its subject, the document that was open when it came, and the generation in which it was asked last.
    #[derive(Debug, Clone, Copy)]
    struct Waiting {
        about: About,
        document: u32,
        asked: Generation,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Open),
            Just(Step::Switch),
            Just(Step::Interrupt),
            proptest::sample::select(&ABOUT[..]).prop_map(Step::Ask),
            Just(Step::Answer),
            Just(Step::Answer),
        ]
    }

    proptest! {
        /// Whatever comes between: no answer lands in another document or comes from another engine than that of now,
        /// and no question aside is lost.
        #[test]
        fn no_answer_goes_astray_and_no_question_is_lost(steps in proptest::collection::vec(step(), 0..40)) {
            let mut now = Generation::default();
            let mut waiting: Vec<Waiting> = Vec::new();
            let (mut asked_aside, mut answered_aside) = (0, 0);
            let rounds = steps.len();
            // At the end the engine answers until nothing is open.
            for step in steps.into_iter().chain(std::iter::repeat_n(Step::Answer, rounds)) {
                let mut spoken = Vec::new();
                match step {
                    Step::Open => now.open_document(),
                    Step::Switch => {
                        now.start_engine();
                        spoken = waiting.drain(..).map(|question| (question, Some(Unanswered::Closed))).collect();
                    }
                    Step::Ask(about) => {
                        asked_aside += usize::from(about == About::Aside);
                        waiting.push(Waiting { about, document: now.document, asked: now });
                    }
                    Step::Answer => {
                        if !waiting.is_empty() {
                            spoken.push((waiting.remove(0), None));
                        }
                    }
                    Step::Interrupt => {
                        let (aside, open): (Vec<_>, Vec<_>) =
                            waiting.drain(..).partition(|question| question.about == About::Aside);
                        waiting = aside;
                        spoken = open.into_iter().map(|question| (question, Some(Unanswered::Overtaken))).collect();
                    }
                }
                for (question, unanswered) in spoken {
                    match question.asked.fate(now, question.about, unanswered.as_ref()) {
                        Fate::Take => {
                            prop_assert_eq!(&unanswered, &None);
                            prop_assert_eq!(question.asked.engine, now.engine);
                            prop_assert!(question.about == About::Aside || question.document == now.document);
                            answered_aside += usize::from(question.about == About::Aside);
                        }
                        Fate::AskAgain => waiting.push(Waiting { asked: now, ..question }),
                        Fate::Drop => {
                            prop_assert_ne!(question.about, About::Aside);
                            prop_assert_ne!(question.document, now.document);
                        }
                    }
                }
            }
            prop_assert_eq!(answered_aside, asked_aside);
            prop_assert!(waiting.is_empty());
        }
    }
}
