//! The sentences and steps for each fault: one table of sentences, one of next steps.

use sinet_protocol::Fault;

use super::device::WorkerKind;

/// Something that has gone wrong, and what happened, as a clause without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of fault.
    pub fault: Fault,
    /// The event, as far as is known. May be empty.
    pub detail: String,
}

/// The step after a worker has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Another worker of this kind takes over, with every open question.
    Restart(WorkerKind),
    /// Nothing helps: the reader is told, and decides.
    GiveUp,
}

/// The step when a worker of some kind stops, after so many workers of that kind have stopped since the last answer.
///
/// A lost graphics device comes back after a driver's reset or a night's sleep, so it is asked for once more. Whatever
/// else happens on a GPU, the CPU takes over. There a second worker has fresh memory; a third would meet the same.
pub fn next_step(fault: Fault, kind: WorkerKind, stopped_before: u32) -> Step {
    match (fault, kind, stopped_before) {
        (Fault::Browser, ..) => Step::GiveUp,
        (Fault::DeviceLost, WorkerKind::Gpu, 0) => Step::Restart(WorkerKind::Gpu),
        (_, WorkerKind::Gpu, _) => Step::Restart(WorkerKind::Cpu),
        (_, WorkerKind::Cpu, 0) => Step::Restart(WorkerKind::Cpu),
        (_, WorkerKind::Cpu, _) => Step::GiveUp,
    }
}

impl Failure {
    /// A failure of this kind.
    pub fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }

    /// The failure behind the message of a browser's `error` event, which has no type. A panic has told the page by
    /// itself before: what stops a program without one is nearly always memory that the browser did not give.
    pub fn of_error_event(message: &str) -> Self {
        let lower = message.to_lowercase();
        let fault = match () {
            () if message.is_empty() => Fault::Program,
            () if ["unreachable", "memory", "allocation"].iter().any(|sign| lower.contains(sign)) => Fault::Memory,
            () if ["failed to fetch", "wasm", "webassembly", "import"].iter().any(|sign| lower.contains(sign)) => {
                Fault::Program
            }
            () => Fault::Crash,
        };
        Self::new(fault, message)
    }

    /// Whether the text that was being read may be the cause, so that another text may fare better.
    pub fn may_lie_in_the_text(&self) -> bool {
        matches!(self.fault, Fault::Crash | Fault::Memory | Fault::DeviceLost)
    }

    /// Whether another try may help without the reader doing anything but waiting for the connection.
    pub fn waits_for_connection(&self) -> bool {
        matches!(self.fault, Fault::Connection | Fault::Program)
    }

    /// The fault and the remedy, for the reader.
    pub fn sentence(&self) -> String {
        let why = match self.detail.trim_end_matches('.') {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        match self.fault {
            Fault::Connection => format!(
                "The model did not arrive{why}. It is fetched again as soon as there is a connection; until then your text stays here."
            ),
            Fault::Missing => format!(
                "The model is not there{why}. Check that the site was built with its models, then try again."
            ),
            Fault::Damaged => {
                format!("The model cannot be loaded: {}.", self.detail)
            }
            Fault::Model => format!("This model cannot be used: {}. Choose another one.", self.detail),
            Fault::Numbers => format!("The model fails its self-test here{why}. Choose another device or model."),
            Fault::DeviceLost => {
                format!("The graphics device was lost{why}. Try again, or choose the CPU under “Model and device”.")
            }
            Fault::Memory => {
                "The browser gave the model no more memory. Close other tabs or shorten the text, then try again.".to_owned()
            }
            Fault::Storage => format!("The browser has not kept what it should{why}. Add the model again."),
            Fault::Program => format!(
                "The model's program did not start{why}. It is fetched again as soon as there is a connection; if there is one, reload the page."
            ),
            Fault::Browser => {
                "This browser cannot run the model. Use a newer one: Chrome or Edge 91, Firefox 114, Safari 16.4, or later.".to_owned()
            }
            Fault::Crash => format!("The model stopped twice{why}. Try again; if it stops once more, shorten the text."),
            Fault::Request => format!("The page and its model do not understand each other{why}. Reload the page."),
        }
    }

    /// Why a model that a person has brought is not taken.
    pub fn refusal(&self) -> String {
        let why = self.detail.trim_end_matches('.');
        match self.fault {
            Fault::Damaged | Fault::Model | Fault::Numbers => format!("This model is not taken: {why}."),
            Fault::Storage => {
                format!("This model is not taken: {why}. Remove another model or some documents, and add it again.")
            }
            Fault::Memory => {
                "This model is not taken: the browser gave no memory to check it. Close other tabs and add it again."
                    .to_owned()
            }
            Fault::Browser => self.sentence(),
            _ => format!("This model could not be checked ({why}). Add it again."),
        }
    }

    /// Why a device runs that was not chosen: what happened before, for the reader.
    pub fn aftermath(&self, next: WorkerKind) -> String {
        let what = match self.fault {
            Fault::DeviceLost => "The graphics device was lost".to_owned(),
            Fault::Memory => "The browser gave the worker before this one no more memory".to_owned(),
            Fault::Program => "The program of the worker before this one did not start".to_owned(),
            _ => format!("The worker before this one stopped ({})", self.detail),
        };
        match next {
            WorkerKind::Cpu => format!("{what}, so the CPU took over."),
            WorkerKind::Gpu => format!("{what}; it was opened again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const FAULTS: [Fault; 12] = [
        Fault::Connection,
        Fault::Missing,
        Fault::Damaged,
        Fault::Model,
        Fault::Numbers,
        Fault::DeviceLost,
        Fault::Memory,
        Fault::Storage,
        Fault::Program,
        Fault::Browser,
        Fault::Crash,
        Fault::Request,
    ];

    #[test]
    fn every_fault_has_a_sentence_with_a_next_step() {
        let told: Vec<_> = FAULTS.map(|fault| format!("{fault:?}: {}", Failure::new(fault, "WHY").sentence())).into();
        expect![[r#"
            Connection: The model did not arrive (WHY). It is fetched again as soon as there is a connection; until then your text stays here.
            Missing: The model is not there (WHY). Check that the site was built with its models, then try again.
            Damaged: The model cannot be loaded: WHY.
            Model: This model cannot be used: WHY. Choose another one.
            Numbers: The model fails its self-test here (WHY). Choose another device or model.
            DeviceLost: The graphics device was lost (WHY). Try again, or choose the CPU under “Model and device”.
            Memory: The browser gave the model no more memory. Close other tabs or shorten the text, then try again.
            Storage: The browser has not kept what it should (WHY). Add the model again.
            Program: The model's program did not start (WHY). It is fetched again as soon as there is a connection; if there is one, reload the page.
            Browser: This browser cannot run the model. Use a newer one: Chrome or Edge 91, Firefox 114, Safari 16.4, or later.
            Crash: The model stopped twice (WHY). Try again; if it stops once more, shorten the text.
            Request: The page and its model do not understand each other (WHY). Reload the page."#]].assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_refusal_is_one_sentence_or_two() {
        let told: Vec<_> = FAULTS.map(|fault| format!("{fault:?}: {}", Failure::new(fault, "WHY").refusal())).into();
        expect![[r#"
            Connection: This model could not be checked (WHY). Add it again.
            Missing: This model could not be checked (WHY). Add it again.
            Damaged: This model is not taken: WHY.
            Model: This model is not taken: WHY.
            Numbers: This model is not taken: WHY.
            DeviceLost: This model could not be checked (WHY). Add it again.
            Memory: This model is not taken: the browser gave no memory to check it. Close other tabs and add it again.
            Storage: This model is not taken: WHY. Remove another model or some documents, and add it again.
            Program: This model could not be checked (WHY). Add it again.
            Browser: This browser cannot run the model. Use a newer one: Chrome or Edge 91, Firefox 114, Safari 16.4, or later.
            Crash: This model could not be checked (WHY). Add it again.
            Request: This model could not be checked (WHY). Add it again."#]].assert_eq(&told.join("\n"));
    }

    #[test]
    fn a_sentence_needs_no_detail() {
        for fault in FAULTS {
            let sentence = Failure::new(fault, "").sentence();
            assert!(!sentence.contains("()") && sentence.ends_with('.'), "{sentence}");
        }
    }

    #[test]
    fn a_text_may_stop_a_worker_and_keeps_no_model_from_loading() {
        let may: Vec<Fault> = FAULTS.into_iter().filter(|&it| Failure::new(it, "").may_lie_in_the_text()).collect();
        assert_eq!(may, [Fault::DeviceLost, Fault::Memory, Fault::Crash]);
    }

    #[test]
    fn an_error_event_is_told_apart_by_its_words() {
        let table = [
            ("", Fault::Program),
            ("Uncaught RuntimeError: unreachable", Fault::Memory),
            ("Uncaught RangeError: WebAssembly.Memory(): could not allocate memory", Fault::Memory),
            ("Uncaught (in promise) TypeError: Failed to fetch", Fault::Program),
            ("Uncaught CompileError: WebAssembly.instantiate(): expected magic word", Fault::Program),
            ("Uncaught Error: gone", Fault::Crash),
        ];
        for (message, fault) in table {
            assert_eq!(Failure::of_error_event(message).fault, fault, "{message}");
        }
    }

    #[test]
    fn workers_take_over_and_not_for_ever() {
        use WorkerKind::{Cpu, Gpu};
        // The element for pages of others, which is JavaScript, is held to the same table.
        let table = include_str!("../../../embed/next-step.json");
        let table: Vec<(Fault, String, u32, Option<String>)> = serde_json::from_str(table).unwrap();
        let kind_of = |name: &str| if name == "gpu" { Gpu } else { Cpu };
        assert_eq!(table.len(), 8);
        for (fault, kind, before, step) in table {
            let step = step.map_or(Step::GiveUp, |next| Step::Restart(kind_of(&next)));
            assert_eq!(next_step(fault, kind_of(&kind), before), step, "{fault:?} {kind} {before}");
        }
        for fault in FAULTS {
            // However the steps follow each other, the chain ends.
            let (mut kind, mut before, mut count) = (Gpu, 0, 0);
            while let Step::Restart(next) = next_step(fault, kind, before) {
                before = if next == kind { before + 1 } else { 0 };
                kind = next;
                count += 1;
                assert!(count < 5, "{fault:?}");
            }
        }
    }
}
