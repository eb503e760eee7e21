//! Every size and variant of the network.

use serde::{Deserialize, Serialize};

use crate::encoder::EncoderConfig;

/// The whole network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SinetConfig {
    /// The sentence encoder.
    pub encoder: EncoderConfig,
    /// What follows it.
    pub heads: HeadsConfig,
}

/// Everything after the encoder. The defaults are the paper's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsConfig {
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

/// The paper's variants of interaction between the tasks (section 6.2, table 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interaction {
    /// The encoder's `[CLS]` and hidden states serve both tasks.
    Base,
    /// Each task has its own projection.
    Tap,
    /// TAP, and the entity task looks at the relation space.
    CtamNer,
    /// TAP, and the relation task looks at the entity space.
    CtamRe,
    /// TAP, and both look: the full network.
    #[default]
    Ctam,
}

impl Interaction {
    /// Whether the tasks have projections of their own.
    pub fn has_tap(self) -> bool {
        self != Self::Base
    }

    /// Whether the entity task looks at the relation space.
    pub fn entity_looks(self) -> bool {
        matches!(self, Self::CtamNer | Self::Ctam)
    }

    /// Whether the relation task looks at the entity space.
    pub fn relation_looks(self) -> bool {
        matches!(self, Self::CtamRe | Self::Ctam)
    }
}

/// The cross-task attention (eq. 2 to 4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CtamConfig {
    /// Number of attention heads; divides d.
    pub heads: usize,
    /// Number of layers, 1 or more.
    pub layers: usize,
    /// What asks.
    pub agent: Agent,
    /// Whether eq. 4 is applied.
    pub layer_norm: bool,
    /// ε of eq. 4.
    pub layer_norm_eps: f64,
    /// Whether padding is hidden. The authors' code does not hide it.
    pub mask_padding: bool,
    /// Dropout on attention weights and on the output, in training.
    pub dropout: f64,
}

impl Default for CtamConfig {
    fn default() -> Self {
        Self {
            heads: 4,
            layers: 1,
            agent: Agent::Cls,
            layer_norm: true,
            layer_norm_eps: 1e-5,
            mask_padding: true,
            dropout: 0.2,
        }
    }
}

/// What stands for a sentence in its own space when it looks into the other (table 3, "interactive agent").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agent {
    /// The `[CLS]` vector.
    #[default]
    Cls,
    /// The maximum over all pieces but `[CLS]`.
    Max,
    /// The mean over all pieces but `[CLS]`.
    Mean,
}

/// How several vectors become one (table 3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The maximum of each component.
    #[default]
    Max,
    /// The sum.
    Sum,
    /// The average.
    Mean,
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
