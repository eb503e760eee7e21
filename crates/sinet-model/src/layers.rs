//! The layers that the network is made of, with the initial values of the authors' code.

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

/// BERT's initial weights: N(0, 0.02).
const INITIAL: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// A linear layer: weight N(0, 0.02), bias 0.
pub(crate) fn linear(d_input: usize, d_output: usize, bias: bool, device: &Device) -> Linear {
    let mut linear = LinearConfig::new(d_input, d_output).with_bias(false).with_initializer(INITIAL).init(device);
    linear.bias = bias.then(|| trained(Tensor::zeros([d_output], device)));
    linear
}

/// A parameter that takes part in training, also when it is made on a device without autodiff.
fn trained<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value).set_require_grad(true)
}

/// An embedding table: N(0, 0.02).
pub(crate) fn embedding(rows: usize, d: usize, device: &Device) -> Embedding {
    EmbeddingConfig::new(rows, d).with_initializer(INITIAL).init(device)
}

/// Layer normalisation over the last axis: γ 1, β 0.
pub(crate) fn layer_norm(d: usize, epsilon: f64, device: &Device) -> LayerNorm {
    LayerNorm { gamma: trained(Tensor::ones([d], device)), beta: trained(Tensor::zeros([d], device)), epsilon }
}

/// Layer normalisation over the last axis, by the fused kernel.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// γ, `[d]`
    pub gamma: Param<Tensor<1>>,
    /// β, `[d]`
    pub beta: Param<Tensor<1>>,
    epsilon: f64,
}

impl LayerNorm {
    /// # Shapes
    ///
    /// - x: `[rows, d]`, output: the same
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        sinet_kernels::layer_norm(x, self.gamma.val(), self.beta.val(), self.epsilon)
    }
}

/// Dropout, on a device with autodiff; elsewhere nothing.
#[derive(Module, Debug)]
pub struct Dropout {
    probability: f64,
}

impl Dropout {
    pub(crate) fn new(probability: f64) -> Self {
        Self { probability }
    }

    /// # Shapes
    ///
    /// - x: any, output: the same
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        sinet_kernels::dropout(x, self.probability)
    }
}
