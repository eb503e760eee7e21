//! The layers that the network is made of, with the initial values of the authors' code.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer};
use burn::tensor::{Device, Tensor};
use sinet_kernels::{PackedMatrix, Precision};

/// BERT's initial weights: N(0, 0.02).
const INITIAL: Initializer = Initializer::Normal { mean: 0.0, std: 0.02 };

/// A linear layer: weight N(0, 0.02), bias 0.
pub(crate) fn linear(d_input: usize, d_output: usize, bias: bool, device: &Device) -> Linear {
    Linear {
        weight: INITIAL.init([d_input, d_output], device),
        bias: bias.then(|| trained(Tensor::zeros([d_output], device))),
        packed: None,
    }
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

/// y = x W + b
#[derive(Module, Debug)]
pub struct Linear {
    /// W, `[input, output]`
    pub weight: Param<Tensor<2>>,
    /// b, `[output]`
    pub bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    packed: Option<Arc<PackedMatrix>>,
}

impl Linear {
    /// # Shapes
    ///
    /// - x: `[rows, input]`, output: `[rows, output]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.packed {
            Some(matrix) => sinet_kernels::linear(x, matrix),
            None => sinet_kernels::affine(x, self.weight.val(), self.bias()),
        }
    }

    /// gelu(y), with the shapes of [`Linear::forward`].
    pub(crate) fn forward_gelu(&self, x: Tensor<2>) -> Tensor<2> {
        match &self.packed {
            Some(matrix) => sinet_kernels::gelu(sinet_kernels::linear(x, matrix)),
            None => sinet_kernels::affine_gelu(x, self.weight.val(), self.bias()),
        }
    }

    /// y + residual, with the shapes of [`Linear::forward`]; the residual has the output's.
    pub(crate) fn forward_add(&self, x: Tensor<2>, residual: Tensor<2>) -> Tensor<2> {
        match &self.packed {
            Some(matrix) => sinet_kernels::linear(x, matrix) + residual,
            None => sinet_kernels::affine_add(x, self.weight.val(), self.bias(), residual),
        }
    }

    fn bias(&self) -> Option<Tensor<1>> {
        self.bias.as_ref().map(Param::val)
    }

    /// The layer for inference on the host: its weights are packed, and can no longer be read.
    pub(crate) fn packed(self, precision: Precision) -> Self {
        let [inputs, outputs] = self.weight.dims();
        let floats = |data: burn::tensor::TensorData| data.try_into_vec::<f32>().expect("parameters are f32");
        let weights = floats(self.weight.val().into_data());
        let bias = self.bias.map(|bias| floats(bias.val().into_data()));
        let matrix = PackedMatrix::new(inputs, outputs, &weights, bias.as_deref(), precision);
        let nothing = Tensor::zeros([0, 0], &self.weight.device());
        Self { weight: Param::from_tensor(nothing), bias: None, packed: Some(Arc::new(matrix)) }
    }

    /// One layer that gives the outputs of several, side by side.
    pub(crate) fn joined(parts: [Self; 3]) -> Self {
        let biases: Option<Vec<_>> = parts.iter().map(Self::bias).collect();
        let weights = parts.iter().map(|part| part.weight.val()).collect();
        Self {
            weight: Param::from_tensor(Tensor::cat(weights, 1)),
            bias: biases.map(|biases| Param::from_tensor(Tensor::cat(biases, 0))),
            packed: None,
        }
    }
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
