//! The post-norm transformer layer that BERT and ALBERT share.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::{gelu, softmax};

use crate::batch::Batch;
use crate::layers::{Dropout, LayerNorm, layer_norm, linear};

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
    fn apply(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => gelu(x),
            Self::GeluNew => gelu_approximate(x),
            Self::Relu => relu(x),
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
    /// `[d, d]`
    pub query: Linear,
    /// `[d, d]`
    pub key: Linear,
    /// `[d, d]`
    pub value: Linear,
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
            query: linear(d, d, true, device),
            key: linear(d, d, true, device),
            value: linear(d, d, true, device),
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
        let context = self.attend(hidden.clone(), batch);
        let attended = self.hidden_dropout.forward(self.attention_output.forward(context));
        let hidden = self.attention_norm.forward(attended + hidden);

        let inner = self.activation.apply(self.intermediate.forward(hidden.clone()));
        let outer = self.hidden_dropout.forward(self.output.forward(inner));
        self.output_norm.forward(outer + hidden)
    }

    /// softmax(Q Kᵀ / √(d/h)) V for every head and sentence, `[rows, d]` to `[rows, d]`.
    fn attend(&self, hidden: Tensor<2>, batch: &Batch) -> Tensor<2> {
        let [_, d] = hidden.dims();
        let query = self.split(batch.unpack(self.query.forward(hidden.clone())));
        let key = self.split(batch.unpack(self.key.forward(hidden.clone())));
        let value = self.split(batch.unpack(self.value.forward(hidden)));
        let weights = self.attention_dropout.forward(self.weights(query, key, batch));
        let context = weights.matmul(value).swap_dims(1, 2);
        let [sentences, longest, _, _] = context.dims();
        batch.pack(context.reshape([sentences, longest, d]))
    }

    /// What `[CLS]` attends to when it reads `hidden`, `[sentences, heads, longest]`.
    pub(crate) fn cls_attention(&self, hidden: Tensor<2>, batch: &Batch) -> Tensor<3> {
        let cls = hidden.clone().select(0, batch.cls_rows(&hidden.device()));
        let query = self.split(self.query.forward(cls).unsqueeze_dim(1));
        let key = self.split(batch.unpack(self.key.forward(hidden)));
        self.weights(query, key, batch).squeeze_dim(2)
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
