//! The fused operations on Burn's CPU backend: its tensors' memory through the loops of [`rows`].

use std::ops::Range;
use std::sync::Arc;

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Distribution, Flex, FloatDType, Shape, TensorData, TensorMetadata};

use crate::optimizer::{Update, host};
use crate::{Kernels, PackedMatrix, Segment, rows};

impl Kernels for Flex {
    fn gelu_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = Floats::of(x);
        let mut y = vec![0.0; x.len()];
        rows::gelu_forward(x.values(), &mut y);
        tensor(y, x.shape())
    }

    fn layer_norm_fused(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let [x, gamma, beta] = [x, gamma, beta].map(Floats::of);
        let mut y = vec![0.0; x.len()];
        rows::layer_norm_forward(x.values(), gamma.values(), beta.values(), epsilon as f32, &mut y);
        tensor(y, x.shape())
    }

    fn softmax_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let (mut y, shape) = owned(x);
        rows::softmax_forward(&mut y, last(&shape));
        tensor(y, shape)
    }

    fn linear_packed(x: FloatTensor<Self>, matrix: Arc<PackedMatrix>) -> FloatTensor<Self> {
        let x = Floats::of(x);
        let rows = x.shape()[0];
        let mut y = vec![0.0; rows * matrix.outputs()];
        matrix.multiply(x.values(), &mut y);
        tensor(y, Shape::new([rows, matrix.outputs()]))
    }

    fn range_max(rows: FloatTensor<Self>, ranges: Vec<Range<usize>>) -> FloatTensor<Self> {
        let rows = Floats::of(rows);
        let d = rows.shape()[1];
        let mut maxima = vec![0.0; ranges.len() * d];
        rows::range_max(rows.values(), d, &ranges, &mut maxima);
        tensor(maxima, Shape::new([ranges.len(), d]))
    }

    fn attention_fused(
        projected: FloatTensor<Self>,
        heads: usize,
        segments: Arc<[Segment]>,
        _attended: IntTensor<Self>,
    ) -> FloatTensor<Self> {
        let projected = Floats::of(projected);
        let shape = projected.shape();
        let (rows, d) = (shape[0], shape[1] / 3);
        let mut context = vec![0.0; rows * d];
        for &Segment { ref rows, keys } in segments.iter() {
            let of_segment = &projected.values()[rows.start * 3 * d..rows.end * 3 * d];
            rows::attention::forward(of_segment, d, keys, heads, &mut context[rows.start * d..rows.end * d]);
        }
        tensor(context, Shape::new([rows, d]))
    }

    fn keep_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        // One number from the backend's generator makes the mask follow from its seed.
        let device = like.device();
        let draw = Self::float_random(Shape::new([1]), Distribution::Uniform(0.0, 1.0), &device, FloatDType::F64);
        let seed = draw.into_data().try_to_vec::<f64>().expect("f64 was asked for")[0];
        let shape = like.shape();
        let mut mask = vec![0.0; shape.num_elements()];
        rows::keep_mask(&mut mask, keep as f32, (seed * 2f64.powi(32)) as u32);
        tensor(mask, shape)
    }

    fn adamw_fused(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        update: Update,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let ((mut p, shape), (mut m, _), (mut v, _)) = (owned(parameter), owned(first), owned(second));
        host::adamw_shared(&mut p, Floats::of(gradient).values(), &mut m, &mut v, update);
        (tensor(p, shape.clone()), tensor(m, shape.clone()), tensor(v, shape))
    }

    fn square_norm_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let norm = host::square_norm(Floats::of(x).values());
        Self::float_from_data(TensorData::new(vec![norm], [1]), &Default::default())
    }
}

/// The gradients of the fused operations.
#[cfg(feature = "autodiff")]
impl crate::autodiff::Gradients for Flex {
    fn gelu_exact(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = Floats::of(x);
        let mut y = vec![0.0; x.len()];
        rows::backward::gelu_exact(x.values(), &mut y);
        tensor(y, x.shape())
    }

    fn gelu_backward_fused(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (mut dx, shape) = owned(gradient);
        rows::backward::gelu(Floats::of(x).values(), &mut dx);
        tensor(dx, shape)
    }

    fn layer_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        epsilon: f64,
        gradient: FloatTensor<Self>,
    ) -> [FloatTensor<Self>; 3] {
        let (mut dx, shape) = owned(gradient);
        let [x, gamma] = [x, gamma].map(Floats::of);
        let d = gamma.len();
        let (mut d_gamma, mut d_beta) = (vec![0.0; d], vec![0.0; d]);
        rows::backward::layer_norm(x.values(), gamma.values(), epsilon as f32, &mut dx, &mut d_gamma, &mut d_beta);
        [tensor(dx, shape), tensor(d_gamma, Shape::new([d])), tensor(d_beta, Shape::new([d]))]
    }

    fn softmax_backward(y: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let (mut dx, shape) = owned(gradient);
        rows::backward::softmax(Floats::of(y).values(), &mut dx, last(&shape));
        tensor(dx, shape)
    }
}

/// A tensor's memory, in the order of its axes.
struct Floats(FloatTensor<Flex>);

impl Floats {
    fn of(tensor: FloatTensor<Flex>) -> Self {
        Self(tensor.to_contiguous())
    }

    fn values(&self) -> &[f32] {
        &self.0.storage::<f32>()[self.0.layout().start_offset()..][..self.len()]
    }

    fn len(&self) -> usize {
        self.0.layout().num_elements()
    }

    fn shape(&self) -> Shape {
        self.0.shape()
    }
}

/// A tensor's memory to write to: its own where nobody else holds it, else a copy.
fn owned(tensor: FloatTensor<Flex>) -> (Vec<f32>, Shape) {
    let shape = tensor.shape();
    (tensor.into_data().try_into_vec().expect("the network computes in f32"), shape)
}

fn tensor(values: Vec<f32>, shape: Shape) -> FloatTensor<Flex> {
    Flex::float_from_data(TensorData::new(values, shape), &Default::default())
}

fn last(shape: &Shape) -> usize {
    shape[shape.num_dims() - 1]
}
