//! The small layers that the network is made of, with the initial values of the authors' code.

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::{Device, Tensor};

use crate::mode::Mode;

/// BERT's initial weights: N(0, 0.02).
pub(crate) const NORMAL: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };
pub(crate) const ZEROS: Initializer = Initializer::Zeros;
const ONES: Initializer = Initializer::Ones;

/// An embedding table: N(0, 0.02).
pub(crate) fn embedding(rows: usize, d: usize, device: &Device) -> Embedding {
    EmbeddingConfig::new(rows, d).with_initializer(NORMAL).init(device)
}

/// Layer normalisation over the last axis, by the fused kernel.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// γ, `[d]`
    pub gamma: Param<Tensor<1>>,
    /// β, `[d]`; 0 where there is none.
    pub beta: Option<Param<Tensor<1>>>,
    epsilon: f64,
}

impl LayerNorm {
    /// γ = 1, β = 0.
    pub(crate) fn init(d: usize, epsilon: f64, device: &Device) -> Self {
        Self { beta: Some(ZEROS.init([d], device)), ..Self::init_without_bias(d, epsilon, device) }
    }

    /// γ = 1, and no β.
    pub(crate) fn init_without_bias(d: usize, epsilon: f64, device: &Device) -> Self {
        Self { gamma: ONES.init([d], device), beta: None, epsilon }
    }

    /// # Shapes
    ///
    /// - x: `[rows, d]`, output: the same
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let gamma = self.gamma.val();
        let beta = self.beta.as_ref().map_or_else(|| gamma.zeros_like(), Param::val);
        sinet_kernels::layer_norm(x, gamma, beta, self.epsilon)
    }
}

/// Dropout in training; in inference nothing.
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
    pub fn forward<const D: usize>(&self, x: Tensor<D>, mode: Mode) -> Tensor<D> {
        match mode {
            Mode::Training => sinet_kernels::dropout(x, self.probability),
            Mode::Inference => x,
        }
    }
}
