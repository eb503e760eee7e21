//! The post-norm transformer layer, which all encoders but ModernBERT have.

use burn::module::Module;
use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::{Precision, gelu};

use super::EncoderOutput;
use super::attention::{Scores, SelfAttention};
use crate::layers::{Dropout, LayerNorm};
use crate::linear::{Linear, PackableLinear};
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// The activation between the two halves of the feed-forward block, by Hugging Face's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Activation {
    /// x Φ(x), with the error function.
    #[default]
    #[serde(rename = "gelu")]
    Gelu,
    /// Its approximation by a tanh.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluNew,
    /// max(x, 0).
    #[serde(rename = "relu")]
    Relu,
}

impl Activation {
    /// The activation of x.
    pub(super) fn of(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => gelu(x),
            Self::GeluNew => gelu_approximate(x),
            Self::Relu => relu(x),
        }
    }

    /// The activation of linear(x).
    fn apply(self, linear: &PackableLinear, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => linear.forward_gelu(x),
            Self::GeluNew | Self::Relu => self.of(linear.forward(x)),
        }
    }
}

/// Sizes of a [`TransformerLayer`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransformerLayerConfig {
    pub hidden_size: usize,
    pub heads: usize,
    pub intermediate_size: usize,
    pub activation: Activation,
    pub layer_norm_eps: f64,
    pub hidden_dropout: f64,
    pub attention_dropout: f64,
    /// The products that a score of the attention sums up: see [`SelfAttention::new`].
    pub score_terms: usize,
    /// DistilBERT drops nothing out between the attention and its residual.
    pub drops_attention_output: bool,
}

/// Self-attention and a feed-forward block, each with a residual and a layer normalisation after it
/// (Vaswani et al., 2017; in BERT's form).
#[derive(Module, Debug)]
pub struct TransformerLayer {
    /// To queries, keys and values.
    pub projection: Projection,
    /// Between all rows of a sentence.
    pub attention: SelfAttention,
    /// `[d, d]`, over the outputs of all heads.
    pub attention_output: PackableLinear,
    /// After the first residual.
    pub attention_norm: LayerNorm,
    /// `[d, intermediate]`
    pub intermediate: PackableLinear,
    /// `[intermediate, d]`
    pub output: PackableLinear,
    /// After the second residual.
    pub output_norm: LayerNorm,
    attention_output_dropout: Dropout,
    output_dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl TransformerLayerConfig {
    /// A layer with random weights.
    pub fn init(&self, device: &Device) -> TransformerLayer {
        let d = self.hidden_size;
        TransformerLayer {
            projection: Projection::Separate(QueryKeyValue {
                query: Linear::init(d, d, true, device),
                key: Linear::init(d, d, true, device),
                value: Linear::init(d, d, true, device),
            }),
            attention: SelfAttention::new(self.heads, d / self.heads, self.score_terms, self.attention_dropout),
            attention_output: PackableLinear::init(d, d, true, device),
            attention_norm: LayerNorm::init(d, self.layer_norm_eps, device),
            intermediate: PackableLinear::init(d, self.intermediate_size, true, device),
            output: PackableLinear::init(self.intermediate_size, d, true, device),
            output_norm: LayerNorm::init(d, self.layer_norm_eps, device),
            attention_output_dropout: Dropout::new(if self.drops_attention_output { self.hidden_dropout } else { 0.0 }),
            output_dropout: Dropout::new(self.hidden_dropout),
            activation: self.activation,
        }
    }
}

impl TransformerLayer {
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, hidden: Tensor<2>, scores: Scores, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let projected = self.projection.forward(hidden.clone());
        self.finish(projected, hidden, scores, rows, mode)
    }

    /// The same in inference, and the attention weights of each sentence's `[CLS]`, `[sentences, heads, longest]`.
    pub(super) fn forward_with_attention(&self, hidden: Tensor<2>, scores: Scores, rows: &PackedRows) -> EncoderOutput {
        let projected = self.projection.forward(hidden.clone());
        EncoderOutput {
            cls_attention: self.attention.of_first_rows(projected.clone(), scores, rows),
            hidden: self.finish(projected, hidden, scores, rows, Mode::Inference),
        }
    }

    /// The layer for inference: queries, keys and values are one product.
    pub(super) fn fused(self) -> Self {
        Self { projection: self.projection.fused(), ..self }
    }

    /// The layer for inference on the host.
    pub(super) fn packed(self, precision: Precision) -> Self {
        Self {
            projection: self.projection.packed(precision),
            attention_output: self.attention_output.packed(precision),
            intermediate: self.intermediate.packed(precision),
            output: self.output.packed(precision),
            ..self
        }
    }

    /// Everything after the projection, `[rows, 3d]`, of `hidden`, `[rows, d]`.
    fn finish(
        &self,
        projected: Tensor<2>,
        hidden: Tensor<2>,
        scores: Scores,
        rows: &PackedRows,
        mode: Mode,
    ) -> Tensor<2> {
        let context = self.attention.attend(projected, scores, rows, mode);
        let attended = residual(&self.attention_output, &self.attention_output_dropout, context, hidden, mode);
        let hidden = self.attention_norm.forward(attended);
        let inner = self.activation.apply(&self.intermediate, hidden.clone());
        self.output_norm.forward(residual(&self.output, &self.output_dropout, inner, hidden, mode))
    }
}

/// linear(x) + residual, and in training the dropout between.
pub(super) fn residual(
    linear: &PackableLinear,
    dropout: &Dropout,
    x: Tensor<2>,
    residual: Tensor<2>,
    mode: Mode,
) -> Tensor<2> {
    match mode {
        Mode::Training => dropout.forward(linear.forward(x), mode) + residual,
        Mode::Inference => linear.forward_add(x, residual),
    }
}

/// The projection to queries, keys and values, side by side.
#[derive(Module, Debug)]
#[expect(clippy::large_enum_variant, reason = "the weights, which count, lie elsewhere")]
pub enum Projection {
    /// Three layers, as they are trained.
    Separate(QueryKeyValue),
    /// One layer `[d, 3d]`, for inference.
    Fused(PackableLinear),
}

/// One projection each.
#[derive(Module, Debug)]
pub struct QueryKeyValue {
    /// `[d, d]`
    pub query: Linear,
    /// `[d, d]`
    pub key: Linear,
    /// `[d, d]`
    pub value: Linear,
}

impl Projection {
    /// `[rows, d]` to `[rows, 3d]`.
    pub(super) fn forward(&self, hidden: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Separate(QueryKeyValue { query, key, value }) => {
                Tensor::cat([query, key, value].map(|part| part.forward(hidden.clone())).into(), 1)
            }
            Self::Fused(linear) => linear.forward(hidden),
        }
    }

    fn fused(self) -> Self {
        match self {
            Self::Separate(QueryKeyValue { query, key, value }) => {
                Self::Fused(PackableLinear::Plain(Linear::side_by_side([query, key, value])))
            }
            fused @ Self::Fused(_) => fused,
        }
    }

    fn packed(self, precision: Precision) -> Self {
        match self.fused() {
            Self::Fused(linear) => Self::Fused(linear.packed(precision)),
            separate @ Self::Separate(_) => separate,
        }
    }
}
