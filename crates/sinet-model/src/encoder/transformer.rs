//! The post-norm transformer layer that BERT and ALBERT share.

use burn::module::Module;
use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::{Precision, attention, softmax};

use super::EncoderOutput;
use crate::batch::Batch;
use crate::layers::{Dropout, LayerNorm, Linear, layer_norm, linear};

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
    fn apply(self, linear: &Linear, x: Tensor<2>) -> Tensor<2> {
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
    /// What is attended by and to.
    pub projection: Projection,
    /// `[d, d]`, after the heads are joined.
    pub attention_output: Linear,
    /// After the first residual.
    pub attention_norm: LayerNorm,
    /// `[d, intermediate]`
    pub intermediate: Linear,
    /// `[intermediate, d]`
    pub output: Linear,
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
            projection: Projection::Apart(QueryKeyValue {
                query: linear(d, d, true, device),
                key: linear(d, d, true, device),
                value: linear(d, d, true, device),
            }),
            attention_output: linear(d, d, true, device),
            attention_norm: layer_norm(d, self.layer_norm_eps, device),
            intermediate: linear(d, self.intermediate_size, true, device),
            output: linear(self.intermediate_size, d, true, device),
            output_norm: layer_norm(d, self.layer_norm_eps, device),
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
    pub fn forward(&self, hidden: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let projected = self.projection.forward(hidden.clone());
        self.finish(projected, hidden, batch)
    }

    /// The same, and what each sentence's `[CLS]` attends to, `[sentences, heads, longest]`.
    pub(crate) fn forward_with_attention(&self, hidden: Tensor<2>, batch: &Batch) -> EncoderOutput {
        let projected = self.projection.forward(hidden.clone());
        EncoderOutput {
            cls_attention: self.cls_attention(projected.clone(), batch),
            hidden: self.finish(projected, hidden, batch),
        }
    }

    /// The layer for inference: Q, K and V are one product.
    pub(super) fn joined(self) -> Self {
        Self { projection: self.projection.joined(), ..self }
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
    fn finish(&self, projected: Tensor<2>, hidden: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let context = self.attend(projected, batch);
        let hidden = self.attention_norm.forward(self.residual(&self.attention_output, context, hidden));
        let inner = self.activation.apply(&self.intermediate, hidden.clone());
        self.output_norm.forward(self.residual(&self.output, inner, hidden))
    }

    /// linear(x) + residual, and in training the dropout between.
    fn residual(&self, linear: &Linear, x: Tensor<2>, residual: Tensor<2>) -> Tensor<2> {
        if x.device().is_autodiff() {
            return self.hidden_dropout.forward(linear.forward(x)) + residual;
        }
        linear.forward_add(x, residual)
    }

    /// softmax(Q Kᵀ / √(d/h)) V for every head and sentence, `[rows, 3d]` to `[rows, d]`.
    fn attend(&self, projected: Tensor<2>, batch: &Batch) -> Tensor<2> {
        if !projected.device().is_autodiff() {
            let segments = batch.segments(&projected.device());
            return attention(projected, self.heads, &segments);
        }
        // In training the weights are dropped out, which the fused operation does not do.
        let [query, key, value] = thirds(projected).map(|part| self.split(batch.unpack(part)));
        let weights = self.attention_dropout.forward(self.weights(query, key, batch));
        let context = weights.matmul(value).swap_dims(1, 2);
        let [sentences, longest, h, size] = context.dims();
        batch.pack(context.reshape([sentences, longest, h * size]))
    }

    /// What `[CLS]` attends to, `[sentences, heads, longest]`.
    fn cls_attention(&self, projected: Tensor<2>, batch: &Batch) -> Tensor<3> {
        let [query, key, _] = thirds(projected);
        let cls = batch.cls_rows(&query.device());
        let query = self.split(query.select(0, cls).unsqueeze_dim(1));
        self.weights(query, self.split(batch.unpack(key)), batch).squeeze_dim(2)
    }

    /// `[sentences, heads, queries, d/h]` and `[sentences, heads, keys, d/h]` to `[sentences, heads, queries, keys]`.
    fn weights(&self, query: Tensor<4>, key: Tensor<4>, batch: &Batch) -> Tensor<4> {
        let [_, _, _, head_size] = query.dims();
        let scores = query.matmul(key.swap_dims(2, 3)) * (head_size as f64).powf(-0.5);
        let scores = match batch.key_mask(true, &scores.device()) {
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
    Apart(QueryKeyValue),
    /// One layer `[d, 3d]`, for inference.
    Joined(Linear),
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
            Self::Apart(QueryKeyValue { query, key, value }) => {
                Tensor::cat([query, key, value].map(|part| part.forward(hidden.clone())).into(), 1)
            }
            Self::Joined(linear) => linear.forward(hidden),
        }
    }

    fn joined(self) -> Self {
        match self {
            Self::Apart(QueryKeyValue { query, key, value }) => Self::Joined(Linear::joined([query, key, value])),
            joined @ Self::Joined(_) => joined,
        }
    }

    fn packed(self, precision: Precision) -> Self {
        match self.joined() {
            Self::Joined(linear) => Self::Joined(linear.packed(precision)),
            apart @ Self::Apart(_) => apart,
        }
    }
}
