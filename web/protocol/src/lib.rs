//! The messages between the page and its inference worker, used by both sides.
//!
//! The worker speaks first: it posts [`Reply::Ready`] once its handler is in place, and the page sends nothing
//! before that. Every [`Request`] is answered by exactly one closing reply, [`Reply::Failed`] or the one that names the
//! request, unless the worker ends ([`Reply::Stopped`], or the browser's own `error` event). [`Reply::Progress`] may
//! come before a `Loaded` or `Kept`, [`Reply::Fetched`] at any time.
//!
//! A message is a string of JSON. The one exception is [`Request::Keep`], whose files travel beside it.

#[cfg(target_arch = "wasm32")]
pub mod requests;

use serde::{Deserialize, Serialize};
use sinet_text::annotation::{Annotation, Relation, WindowAttention, WordRange};
use sinet_text::explanation::{Explanation, Question};
use sinet_text::{Part, TypeName};

/// The name of the cache (of the browser's Cache API) that holds model files.
pub const MODEL_CACHE: &str = "sinet-models";

/// How often a worker reads the text of a [`Request::Measure`]; the answer is the median.
pub const MEASURED_READINGS: usize = 21;

/// A question or task of the page for the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Fetch, check and warm up the model in this folder. Forgets the one before.
    Load {
        /// URL of the model folder, absolute, with a closing slash.
        base: String,
        /// Whether the folder is one that [`Request::Keep`] made: then only the cache holds it.
        #[serde(default)]
        own: bool,
        /// The hashes that the manifest must have, as in the `integrity` attribute of HTML; any manifest without it.
        #[serde(default)]
        integrity: Option<String>,
        /// The device to run it on.
        device: DeviceChoice,
        /// The reason for that device, for [`DeviceReport::reason`]: the page has asked the browser.
        reason: String,
    },
    /// Annotate a text with the loaded model, or a part of it.
    Annotate {
        /// Comes back in the reply.
        id: u32,
        /// Any text.
        text: String,
        /// Whether it is read aside: then [`Request::Relate`] still means the text before it.
        #[serde(default)]
        aside: bool,
        /// The part that is annotated. [`Request::Relate`], [`Request::Reread`] and [`Request::Explain`] mean all parts of a
        /// reading that this worker has annotated.
        #[serde(default)]
        part: Part,
        /// Counts the readings of texts in parts, so that no part of one is mixed with those of another.
        #[serde(default)]
        reading: u32,
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
        /// The parts of the network that take part.
        switches: Switches,
        /// How many relations of a window are reported at most, the likeliest; all without it.
        most: Option<usize>,
    },
    /// Read the text that was annotated last once more, from what the encoder made of it then.
    Reread {
        /// Comes back in the reply.
        id: u32,
        /// The settings to read it with.
        settings: Settings,
        /// How much is reported at most: the likeliest of each window.
        most: Most,
    },
    /// Say why something is, or is not, in the annotation of the text that was annotated last.
    Explain {
        /// Comes back in the reply.
        id: u32,
        /// The question.
        question: Question,
        /// The settings that the text was read with.
        settings: Settings,
    },
    /// Check the files of a model that a person has brought, and keep them in the cache. The message is an array of
    /// this request and the browser's `File` objects: those of a model folder, or a zip archive of one.
    Keep {
        /// URL under which such models are kept, absolute, with a closing slash.
        shelf: String,
        /// The path of each file, with `/` between folders.
        paths: Vec<String>,
    },
    /// Annotate a text some times, to measure how long that takes.
    Measure {
        /// Comes back in the reply.
        id: u32,
        /// A short text.
        text: String,
    },
}

/// How entities and relations are read from what the encoder has made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The lowest probability of an entity that is reported, 0 to 1.
    pub entity_threshold: f32,
    /// The lowest probability of a relation that is reported, 0 to 1.
    pub relation_threshold: f32,
    /// The parts of the network that take part.
    pub switches: Switches,
}

/// How much of each window is reported at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Most {
    /// Entities of a window.
    pub entities: usize,
    /// Relations of a window.
    pub relations: usize,
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

/// A message of the worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
        /// Its entity types, in the schema's order.
        entity_types: Vec<TypeName>,
        /// Its relation types, in the schema's order.
        relation_types: Vec<TypeName>,
        /// The device it runs on.
        device: DeviceReport,
        /// Its own thresholds, and the parts that its network has.
        settings: Settings,
        /// Whether the next visit will find it here.
        #[serde(default)]
        keeping: Keeping,
    },
    /// The answer to [`Request::Keep`].
    Kept {
        /// The folder under the shelf where the model lies now.
        folder: String,
    },
    /// The answer to [`Request::Measure`].
    Measured {
        /// The request's.
        id: u32,
        /// Median time, in milliseconds.
        milliseconds: f64,
    },
    /// The worker has asked the network, or a cache in its place, for something.
    Fetched {
        /// The requests, in order.
        fetches: Vec<Fetch>,
    },
    /// The answer to [`Request::Annotate`].
    Annotated {
        /// The request's.
        id: u32,
        /// Entities and relations; of a part, an [`Annotation::part`].
        annotation: Annotation,
        /// The attention of the network, a window each.
        attention: Vec<WindowAttention>,
        /// Whole time from text to annotation, in milliseconds.
        milliseconds: f64,
    },
    /// The answer to [`Request::Reread`].
    Reread {
        /// The request's.
        id: u32,
        /// The likeliest entities and relations; of some parts, an [`Annotation::part`].
        annotation: Annotation,
        /// The attention of the network, a window each.
        attention: Vec<WindowAttention>,
        /// Entities that were found beyond those.
        more_entities: usize,
        /// Relations between those that are reported, beyond those that are.
        more_relations: usize,
    },
    /// The answer to [`Request::Relate`].
    Related {
        /// The request's.
        id: u32,
        /// Head and tail are indices into the request's spans.
        relations: Vec<Relation>,
    },
    /// The answer to [`Request::Explain`].
    Explained {
        /// The request's.
        id: u32,
        /// The reasons, for or against.
        explanation: Explanation,
    },
    /// The worker is about to end on a fault of its own: no reply will come any more.
    Stopped {
        /// The kind of fault.
        fault: Fault,
        /// The cause, as far as it is known: a clause without a full stop.
        message: String,
    },
    /// The request could not be met.
    Failed {
        /// The request's, if it had one; `None` for a failed load.
        id: Option<u32>,
        /// The kind of fault.
        fault: Fault,
        /// The cause: a clause without a full stop.
        message: String,
    },
}

/// A fault, as far as faults can be told apart. The page decides what to do about it and tells the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A file did not arrive.
    Connection,
    /// The server has no such file, or may not give it.
    Missing,
    /// A file is not the one that the manifest names, also when it is fetched past every cache.
    Damaged,
    /// The files are whole, but no model.
    Model,
    /// This device computes something else than the machine that made the model.
    Numbers,
    /// The graphics device is gone.
    DeviceLost,
    /// The browser gave no more memory.
    Memory,
    /// The browser keeps no more, or nothing at all.
    Storage,
    /// The worker's program did not start (the page notices).
    Program,
    /// The browser cannot run any worker (the page notices).
    Browser,
    /// The worker stopped for a reason of its own.
    Crash,
    /// A request that makes no sense.
    Request,
}

/// Whether a model stays on this machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// It does.
    #[default]
    Kept,
    /// The browser has no room for it.
    Full,
    /// The browser keeps nothing for this page.
    Forbidden,
}

/// One request that has been made, as the browser's own log tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fetch {
    /// The address.
    pub address: String,
    /// Bytes that came over the network, headers included.
    pub transferred_bytes: u64,
    /// Bytes of the contents.
    pub content_bytes: u64,
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
    /// The reason for this one, in one sentence.
    pub reason: String,
}
