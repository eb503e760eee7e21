//! The post-norm transformer layer that BERT and ALBERT share.

use burn::module::Module;
use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::{Precision, attention, softmax};

use super::EncoderOutput;
use crate::layers::{Dropout, LayerNorm};
use crate::linear::{Linear, PackableLinear};
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// The activation between the two halves of the feed-forward block, by Hugging Face's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// x Φ(x), with the error function.
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
    /// The activation of linear(x).
    fn apply(self, linear: &PackableLinear, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => linear.forward_gelu(x),
            Self::GeluNew => gelu_approximate(linear.forward(x)),
            Self::Relu => relu(linear.forward(x)),
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
}

/// Self-attention and a feed-forward block, each with a residual and a layer normalisation after it
/// (Vaswani et al., 2017; in BERT's form).
#[derive(Module, Debug)]
pub struct TransformerLayer {
    /// To queries, keys and values.
    pub projection: Projection,
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
    attention_dropout: Dropout,
    hidden_dropout: Dropout,
    heads: usize,
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
            attention_output: PackableLinear::init(d, d, true, device),
            attention_norm: LayerNorm::init(d, self.layer_norm_eps, device),
            intermediate: PackableLinear::init(d, self.intermediate_size, true, device),
            output: PackableLinear::init(self.intermediate_size, d, true, device),
            output_norm: LayerNorm::init(d, self.layer_norm_eps, device),
            attention_dropout: Dropout::new(self.attention_dropout),
            hidden_dropout: Dropout::new(self.hidden_dropout),
            heads: self.heads,
            activation: self.activation,
        }
    }
}

impl TransformerLayer {
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, output: `[rows, d]`
    pub fn forward(&self, hidden: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let projected = self.projection.forward(hidden.clone());
        self.finish(projected, hidden, rows, mode)
    }

    /// The same in inference, and the attention weights of each sentence's `[CLS]`, `[sentences, heads, longest]`.
    pub(crate) fn forward_with_attention(&self, hidden: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let projected = self.projection.forward(hidden.clone());
        EncoderOutput {
            cls_attention: self.cls_attention(projected.clone(), rows),
            hidden: self.finish(projected, hidden, rows, Mode::Inference),
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
    fn finish(&self, projected: Tensor<2>, hidden: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let context = self.attend(projected, rows, mode);
        let hidden = self.attention_norm.forward(self.residual(&self.attention_output, context, hidden, mode));
        let inner = self.activation.apply(&self.intermediate, hidden.clone());
        self.output_norm.forward(self.residual(&self.output, inner, hidden, mode))
    }

    /// linear(x) + residual, and in training the dropout between.
    fn residual(&self, linear: &PackableLinear, x: Tensor<2>, residual: Tensor<2>, mode: Mode) -> Tensor<2> {
        match mode {
            Mode::Training => self.hidden_dropout.forward(linear.forward(x), mode) + residual,
            Mode::Inference => linear.forward_add(x, residual),
        }
    }

    /// softmax(Q Kᵀ / √(d/h)) V for every head and sentence, `[rows, 3d]` to `[rows, d]`.
    fn attend(&self, projected: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        match mode {
            // The weights are dropped out, which the fused operation does not do.
            Mode::Training => {
                let [query, key, value] = thirds(projected).map(|part| self.split(rows.unpack(part)));
                let weights = self.attention_dropout.forward(self.weights(query, key, rows), mode);
                let context = weights.matmul(value).swap_dims(1, 2);
                let [sentences, longest, h, size] = context.dims();
                rows.pack(context.reshape([sentences, longest, h * size]))
            }
            Mode::Inference => {
                let segments = rows.segments(&projected.device());
                attention(projected, self.heads, &segments)
            }
        }
    }

    /// The attention weights of `[CLS]`, `[sentences, heads, longest]`.
    fn cls_attention(&self, projected: Tensor<2>, rows: &PackedRows) -> Tensor<3> {
        let [query, key, _] = thirds(projected);
        let cls = rows.cls_rows(&query.device());
        let query = self.split(query.select(0, cls).unsqueeze_dim(1));
        self.weights(query, self.split(rows.unpack(key)), rows).squeeze_dim(2)
    }

    /// `[sentences, heads, queries, d/h]` and `[sentences, heads, keys, d/h]` to `[sentences, heads, queries, keys]`.
    fn weights(&self, query: Tensor<4>, key: Tensor<4>, rows: &PackedRows) -> Tensor<4> {
        let [_, _, _, head_size] = query.dims();
        let scores = query.matmul(key.swap_dims(2, 3)) * (head_size as f64).powf(-0.5);
        let scores = match rows.key_mask(true, &scores.device()) {
            Some(mask) => {
                let [sentences, longest] = mask.dims();
                scores + mask.reshape([sentences, 1, 1, longest])
            }
            None => scores,
        };
        softmax(scores)
    }

    /// `[sentences, n, d]` to `[sentences, heads, n, d/h]`.
    fn split(&self, x: Tensor<3>) -> Tensor<4> {
        let [sentences, n, d] = x.dims();
        x.reshape([sentences, n, self.heads, d / self.heads]).swap_dims(1, 2)
    }
}

/// `[rows, 3d]` to three times `[rows, d]`.
fn thirds(projected: Tensor<2>) -> [Tensor<2>; 3] {
    let [rows, width] = projected.dims();
    let d = width / 3;
    [0, 1, 2].map(|i| projected.clone().slice([0..rows, i * d..(i + 1) * d]))
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
    fn forward(&self, hidden: Tensor<2>) -> Tensor<2> {
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
