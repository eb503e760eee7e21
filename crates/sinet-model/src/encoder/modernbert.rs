//! ModernBERT (Warner et al., 2024), as
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/modernbert/modeling_modernbert.py>
//! computes it: normalisation before each block, no biases, rotary positions, a gated feed-forward block, and layers that
//! attend near keys only, between layers that attend all.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use super::attention::{Scores, SelfAttention};
use super::embeddings::Embeddings;
use super::transformer::residual;
use super::{Activation, EncoderOutput, Sizes, Unsupported};
use crate::layers::{Dropout, LayerNorm, embedding};
use crate::linear::PackableLinear;
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// Sizes of a [`ModernBert`], by Hugging Face's names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModernBertConfig {
    /// Number of word pieces.
    pub vocab_size: usize,
    /// Size d of a hidden state.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads a layer.
    pub num_attention_heads: usize,
    /// Size of the feed-forward block, after the gate.
    pub intermediate_size: usize,
    /// Its activation.
    pub hidden_activation: Activation,
    /// Longest input in word pieces.
    pub max_position_embeddings: usize,
    /// ε of every layer normalisation.
    pub norm_eps: f64,
    /// Whether layer normalisations have a bias.
    pub norm_bias: bool,
    /// Whether the matrices of attention have a bias.
    pub attention_bias: bool,
    /// Whether the matrices of the feed-forward block have a bias.
    pub mlp_bias: bool,
    /// Dropout on attention weights and on the attention's output, in training.
    pub attention_dropout: f64,
    /// Dropout on the embeddings, in training.
    pub embedding_dropout: f64,
    /// Dropout within the feed-forward block, in training.
    pub mlp_dropout: f64,
    /// Every so many layers, from the first on, one attends all keys.
    pub global_attn_every_n_layers: usize,
    /// The keys that the other layers attend, on both sides together.
    pub local_attention: usize,
    /// Base of the rotation's angles in layers that attend all keys.
    pub global_rope_theta: f64,
    /// The same in the other layers.
    pub local_rope_theta: f64,
    /// Which layers attend all keys, as newer files say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_types: Option<Vec<LayerType>>,
    /// The bases of both rotations, as newer files say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rope_parameters: Option<RopeParameters>,
}

/// The keys that a layer attends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerType {
    /// All.
    FullAttention,
    /// Near ones.
    SlidingAttention,
}

/// The rotations of both kinds of layers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RopeParameters {
    /// That of layers that attend all keys.
    pub full_attention: Option<Rope>,
    /// That of the others.
    pub sliding_attention: Option<Rope>,
}

/// A rotation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rope {
    /// How its angles are scaled: only `default`, for not at all, is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rope_type: Option<String>,
    /// Base of its angles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rope_theta: Option<f64>,
}

impl Default for ModernBertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 50_368,
            hidden_size: 768,
            num_hidden_layers: 22,
            num_attention_heads: 12,
            intermediate_size: 1152,
            hidden_activation: Activation::Gelu,
            max_position_embeddings: 8192,
            norm_eps: 1e-5,
            norm_bias: false,
            attention_bias: false,
            mlp_bias: false,
            attention_dropout: 0.0,
            embedding_dropout: 0.0,
            mlp_dropout: 0.0,
            global_attn_every_n_layers: 3,
            local_attention: 128,
            global_rope_theta: 160_000.0,
            local_rope_theta: 10_000.0,
            layer_types: None,
            rope_parameters: None,
        }
    }
}

/// ModernBERT.
#[derive(Module, Debug)]
pub struct ModernBert {
    /// The input of the first layer.
    pub embeddings: Embeddings,
    /// From input to output.
    pub layers: Vec<ModernBertLayer>,
    /// After the last.
    pub final_norm: LayerNorm,
    #[module(skip)]
    angles: Angles,
}

/// Self-attention and a gated feed-forward block (Shazeer, 2020), each with a layer normalisation before it and a residual.
#[derive(Module, Debug)]
pub struct ModernBertLayer {
    /// Before the attention; the first layer has none, since the embeddings are normalised.
    pub attention_norm: Option<LayerNorm>,
    /// To queries, keys and values, `[d, 3d]`.
    pub projection: PackableLinear,
    /// Between rows of a sentence.
    pub attention: SelfAttention,
    /// `[d, d]`, over the outputs of all heads.
    pub attention_output: PackableLinear,
    /// Before the feed-forward block.
    pub output_norm: LayerNorm,
    /// To the input of the activation and the gate, `[d, 2 intermediate]`.
    pub intermediate: PackableLinear,
    /// `[intermediate, d]`
    pub output: PackableLinear,
    attention_output_dropout: Dropout,
    intermediate_dropout: Dropout,
    #[module(skip)]
    activation: Activation,
    /// How far away keys are attended; `None` for all.
    #[module(skip)]
    reach: Option<usize>,
}

impl ModernBertConfig {
    /// A ModernBERT with random weights.
    pub fn init(&self, device: &Device) -> ModernBert {
        let (d, heads) = (self.hidden_size, self.num_attention_heads);
        let norm = || match self.norm_bias {
            true => LayerNorm::init(d, self.norm_eps, device),
            false => LayerNorm::init_without_bias(d, self.norm_eps, device),
        };
        let layer = |index: usize| ModernBertLayer {
            attention_norm: (index > 0).then(norm),
            projection: PackableLinear::init(d, 3 * d, self.attention_bias, device),
            attention: SelfAttention::new(heads, d / heads, 1, self.attention_dropout),
            attention_output: PackableLinear::init(d, d, self.attention_bias, device),
            output_norm: norm(),
            intermediate: PackableLinear::init(d, 2 * self.intermediate_size, self.mlp_bias, device),
            output: PackableLinear::init(self.intermediate_size, d, self.mlp_bias, device),
            attention_output_dropout: Dropout::new(self.attention_dropout),
            intermediate_dropout: Dropout::new(self.mlp_dropout),
            activation: self.hidden_activation,
            reach: self.reach(index),
        };
        ModernBert {
            embeddings: Embeddings {
                word_embeddings: embedding(self.vocab_size, d, device),
                position_embeddings: None,
                token_type_embeddings: None,
                layer_norm: norm(),
                dropout: Dropout::new(self.embedding_dropout),
                first_position: 0,
            },
            layers: (0..self.num_hidden_layers).map(layer).collect(),
            final_norm: norm(),
            angles: self.angles(),
        }
    }

    /// How far away from a query a layer attends keys; `None` for all.
    pub fn reach(&self, layer: usize) -> Option<usize> {
        let attends_all = match &self.layer_types {
            Some(types) => types.get(layer) == Some(&LayerType::FullAttention),
            None => layer.is_multiple_of(self.global_attn_every_n_layers),
        };
        (!attends_all).then_some(self.local_attention / 2)
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.hidden_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            feed_forward: self.intermediate_size,
            max_pieces: self.max_position_embeddings,
            others: vec![self.max_position_embeddings],
        }
    }

    pub(super) fn unsupported(&self) -> Option<Unsupported> {
        let refused = |field, reason| Some(Unsupported { field, reason });
        let RopeParameters { full_attention, sliding_attention } = self.rope_parameters.clone().unwrap_or_default();
        let types = [full_attention, sliding_attention].into_iter().flatten().filter_map(|rope| rope.rope_type);
        if types.into_iter().any(|name| name != "default") {
            return refused("rope_parameters", "only the rope_type `default` works here");
        }
        if !(self.hidden_size / self.num_attention_heads.max(1)).is_multiple_of(2) {
            return refused("num_attention_heads", "a head needs an even size, since its numbers are rotated in pairs");
        }
        if self.global_attn_every_n_layers == 0 {
            return refused("global_attn_every_n_layers", "it must be at least 1");
        }
        if self.layer_types.as_ref().is_some_and(|types| types.len() != self.num_hidden_layers) {
            return refused("layer_types", "it must name as many layers as num_hidden_layers says");
        }
        None
    }

    fn angles(&self) -> Angles {
        let RopeParameters { full_attention, sliding_attention } = self.rope_parameters.clone().unwrap_or_default();
        let theta = |rope: Option<Rope>, older: f64| rope.and_then(|rope| rope.rope_theta).unwrap_or(older);
        Angles {
            global_theta: theta(full_attention, self.global_rope_theta),
            local_theta: theta(sliding_attention, self.local_rope_theta),
            head_size: self.hidden_size / self.num_attention_heads,
        }
    }
}

impl ModernBert {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let rotations = self.angles.rotations(rows, &words.device());
        let embedded = self.embeddings.forward(words, rows, mode);
        let step = |hidden, layer: &ModernBertLayer| layer.forward(hidden, &rotations, rows, mode);
        self.final_norm.forward(self.layers.iter().fold(embedded, step))
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let rotations = self.angles.rotations(rows, &words.device());
        let (last, rest) = self.layers.split_last().expect("a ModernBERT has a layer");
        let step = |hidden, layer: &ModernBertLayer| layer.forward(hidden, &rotations, rows, Mode::Inference);
        let hidden = rest.iter().fold(self.embeddings.forward(words, rows, Mode::Inference), step);
        let projected = last.projected(hidden.clone(), &rotations);
        EncoderOutput {
            cls_attention: last.attention.of_first_rows(projected.clone(), last.scores(), rows),
            hidden: self.final_norm.forward(last.finish(projected, hidden, rows, Mode::Inference)),
        }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        Self { layers: self.layers.into_iter().map(|layer| layer.packed(precision)).collect(), ..self }
    }
}

impl ModernBertLayer {
    fn forward(&self, hidden: Tensor<2>, rotations: &Rotations, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        self.finish(self.projected(hidden.clone(), rotations), hidden, rows, mode)
    }

    /// Queries and keys, turned by their positions, and values: `[rows, d]` to `[rows, 3d]`.
    fn projected(&self, hidden: Tensor<2>, rotations: &Rotations) -> Tensor<2> {
        let normal = match &self.attention_norm {
            Some(norm) => norm.forward(hidden),
            None => hidden,
        };
        let rotation = if self.reach.is_some() { &rotations.local } else { &rotations.global };
        rotation.turn(self.projection.forward(normal))
    }

    /// Everything after the projection.
    fn finish(&self, projected: Tensor<2>, hidden: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let context = self.attention.attend(projected, self.scores(), rows, mode);
        let hidden = residual(&self.attention_output, &self.attention_output_dropout, context, hidden, mode);
        let both = self.intermediate.forward(self.output_norm.forward(hidden.clone()));
        let [rows, width] = both.dims();
        let [input, gate] = [0..width / 2, width / 2..width].map(|half| both.clone().slice([0..rows, half]));
        let inner = self.intermediate_dropout.forward(self.activation.of(input) * gate, mode);
        self.output.forward_add(inner, hidden)
    }

    fn scores(&self) -> Scores<'static> {
        self.reach.map_or(Scores::Plain, Scores::Within)
    }

    fn packed(self, precision: Precision) -> Self {
        Self {
            projection: self.projection.packed(precision),
            attention_output: self.attention_output.packed(precision),
            intermediate: self.intermediate.packed(precision),
            output: self.output.packed(precision),
            ..self
        }
    }
}

/// The angles of both rotations (Su et al., 2021): that of pair i of a head at position p is p θ^(-2i / (d/h)).
#[derive(Debug, Clone, Copy)]
struct Angles {
    global_theta: f64,
    local_theta: f64,
    head_size: usize,
}

/// The rotations of a batch's rows.
struct Rotations {
    global: Rotation,
    local: Rotation,
}

/// A rotation of each row, `[rows, 1, d/h]`.
struct Rotation {
    cosine: Tensor<3>,
    sine: Tensor<3>,
}

impl Angles {
    fn rotations(&self, rows: &PackedRows, device: &Device) -> Rotations {
        let rotation = |theta: f64| {
            let size = self.head_size;
            let pairs: Vec<f32> = (0..size / 2).map(|i| theta.powf(-((2 * i) as f64) / size as f64) as f32).collect();
            let angles = rows.positions().flat_map(|position| pairs.iter().map(move |pair| position as f32 * pair));
            let angles: Vec<f32> = angles.collect();
            // Both halves of a head have the same angles.
            let both = |f: fn(f32) -> f32| {
                let half: Vec<f32> = angles.iter().copied().map(f).collect();
                let values: Vec<f32> = half.chunks(pairs.len()).flat_map(|row| [row, row].concat()).collect();
                Tensor::from_data(TensorData::new(values, [rows.ids().len(), 1, size]), device)
            };
            Rotation { cosine: both(f32::cos), sine: both(f32::sin) }
        };
        Rotations { global: rotation(self.global_theta), local: rotation(self.local_theta) }
    }
}

impl Rotation {
    /// Turns queries and keys of `[rows, 3d]`, number i of the first half of a head with number i of the second.
    fn turn(&self, projected: Tensor<2>) -> Tensor<2> {
        let [rows, width] = projected.dims();
        let [_, _, size] = self.cosine.dims();
        let turned = width / 3 * 2;
        let pairs = projected.clone().slice([0..rows, 0..turned]).reshape([rows, turned / size, size]);
        let halves = [0..size / 2, size / 2..size];
        let [first, second] = halves.map(|half| pairs.clone().slice([0..rows, 0..turned / size, half]));
        let across = Tensor::cat(vec![-second, first], 2);
        let pairs = pairs * self.cosine.clone() + across * self.sine.clone();
        Tensor::cat(vec![pairs.reshape([rows, turned]), projected.slice([0..rows, turned..width])], 1)
    }
}
