//! The messages between the page and its inference worker, used by both sides.
//!
//! The worker speaks first: it posts [`Reply::Ready`] once its handler is in place, and the page sends nothing
//! before that. Every [`Request`] is answered by exactly one closing reply ([`Reply::Loaded`],
//! [`Reply::Annotated`], [`Reply::Related`], [`Reply::Explained`] or [`Reply::Failed`]), unless the worker ends ([`Reply::Stopped`], or the browser's own
//! `error` event). [`Reply::Progress`] may come before a `Loaded`.

use serde::{Deserialize, Serialize};
use sinet_text::annotation::{Annotation, Relation, WindowAttention, WordRange};
use sinet_text::explanation::{Explanation, Question};

/// What the page asks of the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Fetch, check and warm up the model in this folder. Forgets the one before.
    Load {
        /// URL of the model folder, absolute, with a closing slash.
        base: String,
        /// Where to run it.
        device: DeviceChoice,
        /// Why there, for [`DeviceReport::reason`]: the page has asked the browser.
        reason: String,
    },
    /// Annotate a text with the loaded model.
    Annotate {
        /// Comes back in the reply.
        id: u32,
        /// Any text.
        text: String,
    },
    /// Score the relations between certain spans of the text that was annotated last, from what the encoder made
    /// of it then.
    Relate {
        /// Comes back in the reply.
        id: u32,
        /// The entities.
        spans: Vec<WordRange>,
        /// The lowest probability that is reported; without it, the model's own.
        threshold: Option<f32>,
        /// What of the network takes part.
        switches: Switches,
    },
    /// Read the text that was annotated last once more, from what the encoder made of it then.
    Reread {
        /// Comes back in the reply, a [`Reply::Annotated`].
        id: u32,
        /// How.
        settings: Settings,
    },
    /// Say why something is, or is not, in the annotation of the text that was annotated last.
    Explain {
        /// Comes back in the reply.
        id: u32,
        /// What is asked.
        question: Question,
        /// How the text was read.
        settings: Settings,
    },
}

/// How entities and relations are read from what the encoder has made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The lowest probability of an entity that is reported, 0 to 1.
    pub entity_threshold: f32,
    /// The lowest probability of a relation that is reported, 0 to 1.
    pub relation_threshold: f32,
    /// What of the network takes part.
    pub switches: Switches,
}

/// Parts of the network that can be left out when it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The projection of each task (eq. 1 of the paper).
    pub tap: bool,
    /// The entity task looks into the relation space (eq. 2 to 4).
    pub entity_looks: bool,
    /// The relation task looks into the entity space (eq. 2 to 4).
    pub relation_looks: bool,
}

impl Default for Switches {
    /// Everything takes part.
    fn default() -> Self {
        Self { tap: true, entity_looks: true, relation_looks: true }
    }
}

/// What the worker answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// The worker listens.
    Ready,
    /// The model is on its way.
    Progress {
        /// Bytes that have arrived.
        loaded_bytes: u64,
        /// Bytes in all, from the manifest.
        total_bytes: u64,
    },
    /// The model can be used.
    Loaded {
        /// Its name.
        model: String,
        /// Its entity types, in the schema's order.
        entity_types: Vec<TypeName>,
        /// Its relation types, in the schema's order.
        relation_types: Vec<TypeName>,
        /// Where it runs.
        device: DeviceReport,
        /// Its own thresholds, and the parts that its network has.
        settings: Settings,
    },
    /// The answer to [`Request::Annotate`] and [`Request::Reread`].
    Annotated {
        /// The request's.
        id: u32,
        /// Entities and relations.
        annotation: Annotation,
        /// What the network looked at, a window each.
        attention: Vec<WindowAttention>,
        /// Whole time from text to annotation, in milliseconds.
        milliseconds: f64,
    },
    /// The answer to [`Request::Relate`].
    Related {
        /// The request's.
        id: u32,
        /// Head and tail are indices into the request's spans.
        relations: Vec<Relation>,
        /// How long it took, in milliseconds.
        milliseconds: f64,
    },
    /// The answer to [`Request::Explain`].
    Explained {
        /// The request's.
        id: u32,
        /// Why, or why not.
        explanation: Explanation,
    },
    /// The worker is about to end on a fault of its own: no reply will come any more.
    Stopped {
        /// What happened, as far as is known.
        message: String,
    },
    /// The request could not be met.
    Failed {
        /// The request's, if it had one; `None` for a failed load.
        id: Option<u32>,
        /// One sentence for the reader: what is wrong and what to do.
        message: String,
    },
}

/// A type's name in the data and its name for readers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeName {
    /// As in the annotation.
    pub name: String,
    /// For people.
    pub verbose: String,
    /// Whether a relation of this type has no direction (always false for entities).
    pub symmetric: bool,
}

/// Which device the reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// WebGPU on a real adapter, else the CPU.
    Auto,
    /// The CPU.
    Cpu,
    /// WebGPU, software adapters included.
    Webgpu,
}

/// Which device runs, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// `cpu` or `webgpu`.
    pub device: String,
    /// Why this one, in one sentence.
    pub reason: String,
}
