//! The questions to a worker, and their answers.

use std::rc::Rc;

use futures_channel::oneshot;
use sinet_document::Reading;
use sinet_logic::session::Unanswered;
use sinet_protocol::{Most, Request, Settings, Switches};
use sinet_text::Types;
use sinet_text::annotation::{Annotation, Part, Relation, WindowAttention, WordRange};
use sinet_text::explanation::{self, Explanation};

/// The answer to a text.
pub struct Answer {
    /// The annotation.
    pub reading: Reading,
    /// From text to annotation, in milliseconds.
    pub milliseconds: f64,
}

/// The answer to a text that is read once more.
pub struct Reread {
    /// The likeliest entities and relations of each window.
    pub reading: Reading,
    /// Entities that were found beyond those.
    pub more_entities: usize,
    /// Relations between those entities that were found beyond those.
    pub more_relations: usize,
}

/// How relations are scored.
#[derive(Debug, Clone)]
pub struct Relate {
    /// The entities, as words of the text.
    pub spans: Vec<WordRange>,
    /// The lowest probability that is reported, 0 to 1; without it, the model's own.
    pub threshold: Option<f32>,
    /// The parts of the network that take part.
    pub switches: Switches,
    /// How many relations of a window are reported at most, the likeliest; all without it.
    pub most: Option<usize>,
}

/// A text as workers read it: by one of them, or in parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    pub text: Rc<str>,
    /// The number of parts.
    pub of: usize,
    /// Counts the readings in parts; 0 for a whole text.
    pub reading: u32,
}

impl Source {
    /// A text that one worker reads.
    pub fn whole(text: String) -> Self {
        Self { text: text.into(), of: 1, reading: 0 }
    }
}

/// What a worker says of a text or of some parts of it.
pub(super) struct Found {
    pub annotation: Annotation,
    pub attention: Vec<WindowAttention>,
    /// The types that the model knows.
    pub types: Types,
    /// In the worker, in milliseconds.
    pub milliseconds: f64,
    /// Entities, and relations between those, that were found beyond these.
    pub more: [usize; 2],
}

impl Found {
    /// The reading of a text from what workers say of its parts; `None` if that doesn't fit together.
    pub fn join(text: &str, found: Vec<Self>) -> Option<Reading> {
        let Types { entities, relations, .. } = found.first()?.types.clone();
        let (mut annotations, mut attention) = (Vec::new(), Vec::new());
        for part in found {
            annotations.push(part.annotation);
            attention.push(part.attention);
        }
        let annotation = Annotation::join(text.to_owned(), annotations)?;
        Some(Reading::new(annotation, WindowAttention::join(attention), entities, relations))
    }

    /// The reading of a text that one worker has read.
    pub fn reading(self) -> Reading {
        let Types { entities, relations, .. } = self.types;
        Reading::new(self.annotation, self.attention, entities, relations)
    }
}

/// A question, and where its answer goes.
pub(super) struct Question {
    /// Whether it is about the open document: then a newer one takes its place.
    pub is_open: bool,
    pub asks: Asks,
}

pub(super) enum Asks {
    Annotate { source: Source, part: usize, answer: Answers<Found> },
    Relate { about: About, relate: Relate, answer: Answers<Vec<Relation>> },
    Reread { about: About, settings: Settings, most: Most, answer: Answers<Found> },
    Explain { about: About, question: explanation::Question, settings: Settings, answer: Answers<Explanation> },
    Measure { text: String, answer: Answers<f64> },
}

pub(super) type Answers<T> = oneshot::Sender<Result<T, Unanswered>>;

/// What a worker must have read before it can answer.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub source: Source,
    /// The parts, by their numbers.
    pub parts: Vec<usize>,
}

impl About {
    /// A text that one worker reads.
    pub fn whole(text: String) -> Self {
        Self { source: Source::whole(text), parts: vec![0] }
    }
}

impl Question {
    pub fn request(&self, id: u32) -> Request {
        match &self.asks {
            Asks::Annotate { source, part, .. } => annotate(id, source, *part, !self.is_open),
            Asks::Relate { relate: Relate { spans, threshold, switches, most }, .. } => {
                let (spans, threshold, switches) = (spans.clone(), *threshold, *switches);
                Request::Relate { id, spans, threshold, switches, most: *most }
            }
            Asks::Reread { settings, most, .. } => Request::Reread { id, settings: *settings, most: *most },
            Asks::Explain { question, settings, .. } => {
                Request::Explain { id, question: question.clone(), settings: *settings }
            }
            Asks::Measure { text, .. } => Request::Measure { id, text: text.clone() },
        }
    }

    /// What the worker must have read before.
    pub fn needs(&self) -> Option<&About> {
        match &self.asks {
            Asks::Relate { about, .. } | Asks::Reread { about, .. } | Asks::Explain { about, .. } => Some(about),
            Asks::Annotate { .. } | Asks::Measure { .. } => None,
        }
    }

    /// Says why there is no answer.
    pub fn refuse(self, why: Unanswered) {
        // Whoever asked may have gone.
        match self.asks {
            Asks::Annotate { answer, .. } | Asks::Reread { answer, .. } => drop(answer.send(Err(why))),
            Asks::Relate { answer, .. } => drop(answer.send(Err(why))),
            Asks::Explain { answer, .. } => drop(answer.send(Err(why))),
            Asks::Measure { answer, .. } => drop(answer.send(Err(why))),
        }
    }
}

/// The request to read a part of a text; what is read aside leaves the open text where it is.
pub(super) fn annotate(id: u32, source: &Source, part: usize, aside: bool) -> Request {
    let Source { text, of, reading } = source;
    Request::Annotate { id, text: text.to_string(), aside, part: Part { index: part, of: *of }, reading: *reading }
}
