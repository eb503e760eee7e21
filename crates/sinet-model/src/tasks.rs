//! The two tasks on top of the encoder: their interaction and their classifiers.

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use crate::classifier::{EntityClassifier, EntityClassifierConfig, RelationClassifier, RelationClassifierConfig};
use crate::ctam::CtamConfig;
use crate::interaction::{Interaction, TaskInteraction};
use crate::layers::embedding;
use crate::pooling::Pooling;

/// Everything after the encoder. The defaults are the paper's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TasksConfig {
    /// Number of entity types, without "none".
    pub entity_types: usize,
    /// Number of relation types.
    pub relation_types: usize,
    /// How the two tasks see each other (table 4).
    #[serde(default)]
    pub interaction: Interaction,
    /// The cross-task attention.
    #[serde(default)]
    pub ctam: CtamConfig,
    /// How the pieces of a span become one vector (eq. 5 and 8).
    #[serde(default)]
    pub span_pooling: Pooling,
    /// How the pieces between two spans become one vector (section 3.2).
    #[serde(default)]
    pub context_pooling: Pooling,
    /// Size of a width embedding.
    #[serde(default = "width_embedding")]
    pub width_embedding: usize,
    /// Rows of the width table: one more than the widest span, in words.
    #[serde(default = "widths")]
    pub widths: usize,
    /// Dropout before both classifiers, in training.
    #[serde(default = "dropout")]
    pub dropout: f64,
}

fn width_embedding() -> usize {
    100
}

fn widths() -> usize {
    100
}

fn dropout() -> f64 {
    0.1
}

/// Everything after the encoder.
#[derive(Module, Debug)]
pub struct Tasks {
    /// TAP and CTAM (eq. 1 to 4).
    pub interaction: TaskInteraction,
    /// Eq. 5 to 7.
    pub entity_classifier: EntityClassifier,
    /// Eq. 8 to 10.
    pub relation_classifier: RelationClassifier,
    /// Width embeddings w_k of both classifiers, `[widths, width size]`, by the number k of words of a span.
    pub widths: Embedding,
}

impl TasksConfig {
    /// Both tasks with random weights, for an encoder of hidden size `d`.
    ///
    /// # Panics
    ///
    /// Panics if CTAM has no layer, or if its heads do not divide `d`.
    pub fn init(&self, d: usize, device: &Device) -> Tasks {
        let entity_classifier = EntityClassifierConfig {
            hidden_size: d,
            width_embedding: self.width_embedding,
            entity_types: self.entity_types,
            span_pooling: self.span_pooling,
            dropout: self.dropout,
        };
        let relation_classifier = RelationClassifierConfig {
            hidden_size: d,
            width_embedding: self.width_embedding,
            relation_types: self.relation_types,
            span_pooling: self.span_pooling,
            context_pooling: self.context_pooling,
            dropout: self.dropout,
        };
        Tasks {
            interaction: self.interaction.init(d, &self.ctam, device),
            entity_classifier: entity_classifier.init(device),
            relation_classifier: relation_classifier.init(device),
            widths: embedding(self.widths, self.width_embedding, device),
        }
    }
}

impl Tasks {
    /// The tasks for inference on the host: the matrices of TAP and CTAM are packed, and can no longer be read.
    pub fn packed(self, precision: Precision) -> Self {
        Self { interaction: self.interaction.packed(precision), ..self }
    }
}
