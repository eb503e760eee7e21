//! Linear layers: as they are trained, and packed for inference on the host.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use sinet_kernels::{PackedMatrix, Precision};

use crate::layers::{NORMAL, ZEROS};

/// y = x W + b
#[derive(Module, Debug)]
pub struct Linear {
    /// W, `[input, output]`
    pub weight: Param<Tensor<2>>,
    /// b, `[output]`
    pub bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// W from N(0, 0.02), b = 0. Nothing is allocated before a parameter is used.
    pub(crate) fn init(d_input: usize, d_output: usize, bias: bool, device: &Device) -> Self {
        Self { weight: NORMAL.init([d_input, d_output], device), bias: bias.then(|| ZEROS.init([d_output], device)) }
    }

    /// # Shapes
    ///
    /// - x: `[rows, input]`, output: `[rows, output]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        sinet_kernels::affine(x, self.weight.val(), self.bias())
    }

    pub(crate) fn bias(&self) -> Option<Tensor<1>> {
        self.bias.as_ref().map(Param::val)
    }

    /// One layer with the outputs of several, side by side.
    pub(crate) fn side_by_side(parts: [Self; 3]) -> Self {
        let biases: Option<Vec<_>> = parts.iter().map(Self::bias).collect();
        let weights = parts.iter().map(|part| part.weight.val()).collect();
        Self {
            weight: Param::from_tensor(Tensor::cat(weights, 1)),
            bias: biases.map(|biases| Param::from_tensor(Tensor::cat(biases, 0))),
        }
    }
}

/// y = x W + b, by a layer that inference on the host may have packed.
#[derive(Module, Debug)]
pub enum PackableLinear {
    /// As it is trained.
    Plain(Linear),
    /// Packed for the host.
    Packed(PackedLinear),
}

/// y = x W + b with a matrix in the form that the host multiplies fastest. It has no parameters.
#[derive(Module, Debug)]
pub struct PackedLinear {
    #[module(skip)]
    matrix: Arc<PackedMatrix>,
}

impl PackableLinear {
    /// As [`Linear::init`].
    pub(crate) fn init(d_input: usize, d_output: usize, bias: bool, device: &Device) -> Self {
        Self::Plain(Linear::init(d_input, d_output, bias, device))
    }

    /// # Shapes
    ///
    /// - x: `[rows, input]`, output: `[rows, output]`
    ///
    /// # Panics
    ///
    /// Panics if the layer is packed and x is not on the host.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Plain(linear) => linear.forward(x),
            Self::Packed(linear) => linear.forward(x),
        }
    }

    /// gelu(y), with the shapes of [`PackableLinear::forward`].
    pub(crate) fn forward_gelu(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Plain(Linear { weight, bias }) => {
                sinet_kernels::affine_gelu(x, weight.val(), bias.as_ref().map(Param::val))
            }
            Self::Packed(linear) => sinet_kernels::gelu(linear.forward(x)),
        }
    }

    /// y + residual, with the shapes of [`PackableLinear::forward`]; the residual has the output's.
    pub(crate) fn forward_add(&self, x: Tensor<2>, residual: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Plain(Linear { weight, bias }) => {
                sinet_kernels::affine_add(x, weight.val(), bias.as_ref().map(Param::val), residual)
            }
            Self::Packed(linear) => linear.forward(x) + residual,
        }
    }

    /// The layer for inference on the host. Its weights can no longer be read.
    pub(crate) fn packed(self, precision: Precision) -> Self {
        match self {
            Self::Plain(linear) => Self::Packed(PackedLinear::of(&linear, precision)),
            packed @ Self::Packed(_) => packed,
        }
    }
}

impl PackedLinear {
    fn of(linear: &Linear, precision: Precision) -> Self {
        let [inputs, outputs] = linear.weight.dims();
        let floats = |data: TensorData| data.try_into_vec::<f32>().expect("parameters are f32");
        let weights = floats(linear.weight.val().into_data());
        let bias = linear.bias().map(|bias| floats(bias.into_data()));
        let matrix = PackedMatrix::new(inputs, outputs, &weights, bias.as_deref(), precision);
        Self { matrix: Arc::new(matrix) }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        sinet_kernels::linear(x, &self.matrix)
    }
}
