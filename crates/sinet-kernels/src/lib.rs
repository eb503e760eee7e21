//! The operations of the network, fused: one pass over memory where Burn's composed form takes five to ten, forward
//! and backward, and SIMD chosen at run time.
//!
//! [`gelu`], [`layer_norm`], [`softmax`], [`attention`], [`affine`], [`range_max`] and [`dropout`] are the public face
//! and take any tensor. They go through [`Kernels`], a Burn backend extension: the CPU backend has the loops of
//! [`rows`] and [`elements`], GPU backends have the kernels of `cube`, and the default bodies say in Burn's own
//! operations what both compute. [`linear`] is the product with a matrix that was packed for the host, [`optimizer`]
//! the step that follows a gradient.

#[cfg(feature = "autodiff")]
mod autodiff;
#[cfg(feature = "cube")]
mod cube;
mod elements;
mod flex;
pub mod optimizer;
mod rows;

use std::ops::Range;
use std::sync::Arc;

use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{
    Backend, Dispatch, Distribution, ExtensionType, FloatDType, Shape, TensorMetadata, backend_extension,
};
use burn::tensor::{Device, Int, Slice, Tensor, TensorData};
use optimizer::{BETAS, EPSILON, Update};
pub use sinet_gemm::{PackedMatrix, Precision};

/// x Φ(x), Φ the standard normal distribution (Hendrycks and Gimpel, 2016).
///
/// # Shapes
///
/// - x: any, output: the same
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Kernels>::gelu_fused(x.into_dispatch()))
}

/// (x - mean) / √(variance + ε) · γ + β over the last axis (Ba et al., 2016).
///
/// # Shapes
///
/// - x: `[rows, d]`, gamma and beta: `[d]`, output: `[rows, d]`
pub fn layer_norm(x: Tensor<2>, gamma: Tensor<1>, beta: Tensor<1>, epsilon: f64) -> Tensor<2> {
    let output = <Dispatch as Kernels>::layer_norm_fused(
        x.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon,
    );
    Tensor::from_dispatch(output)
}

/// exp(x) / Σ exp(x) over the last axis.
///
/// # Shapes
///
/// - x: any of rank 2 or more, output: the same
pub fn softmax<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Kernels>::softmax_fused(x.into_dispatch()))
}

/// The rows of one sentence in a packed matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its rows.
    pub rows: Range<usize>,
    /// How many of them, the first ones, can be attended.
    pub keys: usize,
}

/// The sentences of a packed matrix, as the host and a device know them: what all layers read is uploaded once.
#[derive(Debug, Clone)]
pub struct Segments {
    list: Arc<[Segment]>,
    /// For each row the first that it attends and the one after the last, `[rows, 2]`.
    attended: Tensor<2, Int>,
}

impl Segments {
    /// The sentences of a matrix on `device`, which together have all of its rows, in order.
    ///
    /// # Panics
    ///
    /// Panics if a segment has more keys than rows.
    pub fn new(list: &[Segment], device: &Device) -> Self {
        let mut attended = Vec::new();
        for Segment { rows, keys } in list {
            assert!(*keys <= rows.len(), "{keys} keys among {} rows", rows.len());
            let range = [rows.start, rows.start + keys].map(|row| row as i32);
            attended.extend(std::iter::repeat_n(range, rows.len()).flatten());
        }
        let shape = [attended.len() / 2, 2];
        Self { list: list.into(), attended: Tensor::from_data(TensorData::new(attended, shape), device) }
    }

    /// The device of the matrix.
    pub fn device(&self) -> Device {
        self.attended.device()
    }
}

/// softmax(Q Kᵀ / √(d/h)) V for every head of every segment (Vaswani et al., 2017).
///
/// # Shapes
///
/// - projected: `[rows, 3d]`, Q, K and V side by side, the heads of each side by side
/// - output: `[rows, d]`
pub fn attention(projected: Tensor<2>, heads: usize, segments: &Segments) -> Tensor<2> {
    let Segments { list, attended } = segments.clone();
    let output =
        <Dispatch as Kernels>::attention_fused(projected.into_dispatch(), heads, list, attended.into_dispatch());
    Tensor::from_dispatch(output)
}

/// y = x W + b with a matrix packed for the host.
///
/// # Shapes
///
/// - x: `[rows, inputs]`, output: `[rows, outputs]`
///
/// # Panics
///
/// Panics if x has another number of columns, or is not on the CPU.
pub fn linear(x: Tensor<2>, matrix: &Arc<PackedMatrix>) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::linear_packed(x.into_dispatch(), matrix.clone()))
}

/// y = x W + b
///
/// # Shapes
///
/// - x: `[rows, inputs]`, weight: `[inputs, outputs]`, bias: `[outputs]`, output: `[rows, outputs]`
pub fn affine(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    affine_then(x, weight, bias, Then::Nothing)
}

/// gelu(x W + b), with the shapes of [`affine`].
pub fn affine_gelu(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    affine_then(x, weight, bias, Then::Gelu)
}

/// x W + b + residual, with the shapes of [`affine`]; the residual has the output's.
pub fn affine_add(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>, residual: Tensor<2>) -> Tensor<2> {
    affine_then(x, weight, bias, Then::Add(residual.into_dispatch()))
}

fn affine_then(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>, then: Then<Dispatch>) -> Tensor<2> {
    let bias = bias.map_or(Bias::None, |bias| Bias::Some(bias.into_dispatch()));
    Tensor::from_dispatch(<Dispatch as Kernels>::affine_fused(x.into_dispatch(), weight.into_dispatch(), bias, then))
}

/// A vector that may be added to a product. (The macro of a backend extension does not know `Option`.)
#[derive(Debug, Clone, ExtensionType)]
pub enum Bias<B: Backend> {
    /// Nothing.
    None,
    /// One value per column.
    Some(FloatTensor<B>),
}

/// The operation after a linear layer in the same pass.
#[derive(Debug, Clone, ExtensionType)]
pub enum Then<B: Backend> {
    /// Nothing.
    Nothing,
    /// [`gelu`].
    Gelu,
    /// The sum with a tensor of the same shape.
    Add(FloatTensor<B>),
}

/// The maximum of each component over ranges of rows; an empty range gives zeros.
///
/// # Shapes
///
/// - rows: `[n, d]`, output: `[ranges, d]`
///
/// # Panics
///
/// Panics if a range reaches beyond the rows.
pub fn range_max(rows: Tensor<2>, ranges: &[Range<usize>]) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Kernels>::range_max(rows.into_dispatch(), ranges.to_vec()))
}

/// Sets each element to 0 with probability `probability`, and scales the others so that the mean stays.
/// Draws from the device's generator, whose seed `Device::seed` sets.
///
/// # Shapes
///
/// - x: any, output: the same
pub fn dropout<const D: usize>(x: Tensor<D>, probability: f64) -> Tensor<D> {
    if probability == 0.0 {
        return x;
    }
    let mask = <Dispatch as Kernels>::keep_mask(x.clone().into_dispatch(), 1.0 - probability);
    x * Tensor::from_dispatch(mask)
}

/// The fused operations as a Burn backend extension. The default bodies, in Burn's own operations, are the
/// specification.
#[backend_extension(Flex, Cube: cfg(feature = "cube"), Autodiff: cfg(feature = "autodiff"))]
pub trait Kernels: Backend {
    /// See [`gelu`].
    fn gelu_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu(x)
    }

    /// See [`layer_norm`].
    fn layer_norm_fused(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        Self::layer_norm(x, gamma, Some(beta), epsilon)
    }

    /// See [`softmax`].
    fn softmax_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let last = x.shape().num_dims() - 1;
        Self::softmax(x, last)
    }

    /// See [`linear`].
    fn linear_packed(_x: FloatTensor<Self>, _matrix: Arc<PackedMatrix>) -> FloatTensor<Self> {
        panic!("a packed matrix is for the CPU")
    }

    /// See [`affine`], [`affine_gelu`] and [`affine_add`].
    fn affine_fused(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        #[extension_type] bias: Bias<Self>,
        #[extension_type] then: Then<Self>,
    ) -> FloatTensor<Self> {
        let bias = match bias {
            Bias::None => None,
            Bias::Some(bias) => Some(bias),
        };
        let y = Self::linear(x, weight, bias);
        match then {
            Then::Nothing => y,
            Then::Gelu => Self::gelu_fused(y),
            Then::Add(residual) => Self::float_add(y, residual),
        }
    }

    /// See [`range_max`].
    fn range_max(rows: FloatTensor<Self>, ranges: Vec<Range<usize>>) -> FloatTensor<Self> {
        let maximum = |range: Range<usize>| match range.len() {
            0 => Self::float_mul_scalar(Self::float_slice(rows.clone(), &[Slice::from(0..1)]), 0.0.into()),
            _ => Self::float_max_dim(Self::float_slice(rows.clone(), &[Slice::from(range)]), 0),
        };
        Self::float_cat(ranges.into_iter().map(maximum).collect(), 0)
    }

    /// See [`attention`]; `attended` says the same as `segments`, on the device.
    fn attention_fused(
        projected: FloatTensor<Self>,
        heads: usize,
        segments: Arc<[Segment]>,
        _attended: IntTensor<Self>,
    ) -> FloatTensor<Self> {
        let d = projected.shape()[1] / 3;
        let size = d / heads;
        let contexts = segments.iter().map(|Segment { rows, keys }| {
            let part = |i: usize, rows: Range<usize>| {
                let n = rows.len();
                let columns = Slice::from(i * d..(i + 1) * d);
                let part = Self::float_slice(projected.clone(), &[Slice::from(rows), columns]);
                Self::float_swap_dims(Self::float_reshape(part, Shape::new([n, heads, size])), 0, 1)
            };
            let attended = rows.start..rows.start + keys;
            let (query, key, value) = (part(0, rows.clone()), part(1, attended.clone()), part(2, attended));
            let scores = Self::float_matmul(query, Self::float_swap_dims(key, 1, 2));
            let scores = Self::float_mul_scalar(scores, (size as f64).powf(-0.5).into());
            let context = Self::float_matmul(Self::softmax_fused(scores), value);
            Self::float_reshape(Self::float_swap_dims(context, 0, 1), Shape::new([rows.len(), d]))
        });
        Self::float_cat(contexts.collect(), 0)
    }

    /// A tensor of the shape of `like`: 1/keep with probability `keep`, else 0.
    fn keep_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        let (shape, device) = (like.shape(), like.device());
        let mask = Self::float_random(shape, Distribution::Bernoulli(keep), &device, FloatDType::F32);
        Self::float_mul_scalar(mask, (1.0 / keep).into())
    }

    /// See [`optimizer::adamw`].
    fn adamw_fused(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let Update { step_size, keep, clip } = update;
        let times = |x, factor: f64| Self::float_mul_scalar(x, factor.into());
        let gradient = times(gradient, clip.into());
        let first = Self::float_add(times(first, BETAS.0), times(gradient.clone(), 1.0 - BETAS.0));
        let square = Self::float_mul(times(gradient.clone(), 1.0 - BETAS.1), gradient);
        let second = Self::float_add(times(second, BETAS.1), square);
        let root = Self::float_add_scalar(Self::float_sqrt(second.clone()), f64::from(EPSILON).into());
        let step = Self::float_div(times(first.clone(), step_size.into()), root);
        (times(Self::float_sub(parameter, step), keep.into()), first, second)
    }

    /// See [`optimizer::square_norm`].
    fn square_norm_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_sum(Self::float_mul(x.clone(), x))
    }
}
