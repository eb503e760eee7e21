//! The gradients of the fused operations.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients as Graph;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Shape, TensorMetadata};

use crate::Kernels;

/// The gradients of [`Kernels`]' operations, on a backend without autodiff. The default bodies are the specification.
pub trait Gradients: Kernels {
    /// gelu(x) for training, to the last place: an optimiser blows the smallest errors up where a gradient is near 0.
    fn gelu_exact(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu_fused(x)
    }

    /// gelu'(x) · gradient, gelu'(x) = Φ(x) + x φ(x). Burn's own is that of an approximation by tanh, which is off by up to 9e-4.
    fn gelu_backward_fused(x: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let times = |x, factor: f64| Self::float_mul_scalar(x, factor.into());
        let erf = Self::float_erf(times(x.clone(), FRAC_1_SQRT_2));
        let cdf = times(Self::float_add_scalar(erf, 1.0.into()), 0.5);
        let bell = Self::float_exp(times(Self::float_mul(x.clone(), x.clone()), -0.5));
        let along = Self::float_mul(x, times(bell, FRAC_2_SQRT_PI * FRAC_1_SQRT_2 / 2.0));
        Self::float_mul(gradient, Self::float_add(cdf, along))
    }

    /// The gradients of x, γ and β.
    fn layer_norm_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        epsilon: f64,
        gradient: FloatTensor<Self>,
    ) -> [FloatTensor<Self>; 3] {
        let d = gamma.shape()[0];
        let centered = Self::float_sub(x.clone(), Self::float_mean_dim(x, 1));
        let variance = Self::float_mean_dim(Self::float_mul(centered.clone(), centered.clone()), 1);
        let deviation = Self::float_sqrt(Self::float_add_scalar(variance, epsilon.into()));
        let normalized = Self::float_div(centered, deviation.clone());
        let over_rows = |x| Self::float_reshape(Self::float_sum_dim(x, 0), Shape::new([d]));
        let d_gamma = over_rows(Self::float_mul(gradient.clone(), normalized.clone()));
        let d_beta = over_rows(gradient.clone());

        let scaled = Self::float_mul(gradient, Self::float_reshape(gamma, Shape::new([1, d])));
        let level = Self::float_mean_dim(scaled.clone(), 1);
        let along = Self::float_mean_dim(Self::float_mul(scaled.clone(), normalized.clone()), 1);
        let rest = Self::float_sub(Self::float_sub(scaled, level), Self::float_mul(normalized, along));
        [Self::float_div(rest, deviation), d_gamma, d_beta]
    }

    /// y · (gradient - Σ gradient · y), given y = softmax(x)
    fn softmax_backward(y: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let last = y.shape().num_dims() - 1;
        let along = Self::float_sum_dim(Self::float_mul(gradient.clone(), y.clone()), last);
        Self::float_mul(y, Self::float_sub(gradient, along))
    }
}

#[cfg(feature = "cube")]
impl Gradients for burn::backend::Cube {}

impl<B: Gradients, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn gelu_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match Gelu.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let x = x.into_primitive();
                prep.finish(x.clone(), B::gelu_exact(x))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::gelu_exact(x.into_primitive())),
        }
    }

    fn layer_norm_fused(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), gamma.node(), beta.node()];
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| tensor.into_primitive());
        match LayerNorm.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let state = (x.clone(), gamma.clone(), epsilon);
                prep.finish(state, B::layer_norm_fused(x, gamma, beta, epsilon))
            }
            OpsKind::UnTracked(prep) => prep.finish(B::layer_norm_fused(x, gamma, beta, epsilon)),
        }
    }

    fn softmax_fused(x: FloatTensor<Self>) -> FloatTensor<Self> {
        match Softmax.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let y = B::softmax_fused(x.into_primitive());
                prep.finish(y.clone(), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(B::softmax_fused(x.into_primitive())),
        }
    }

    /// A mask has no gradient, and is that of the backend below.
    fn keep_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        Self::from_inner(B::keep_mask(like.into_primitive(), keep))
    }
}

#[derive(Debug)]
struct Gelu;

impl<B: Gradients> Backward<B, 1> for Gelu {
    /// x
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, graph: &mut Graph, _: &mut Checkpointer) {
        let gradient = graph.consume::<B>(&ops.node);
        if let [Some(x)] = ops.parents {
            graph.register::<B>(x.id, B::gelu_backward_fused(ops.state, gradient));
        }
    }
}

#[derive(Debug)]
struct LayerNorm;

impl<B: Gradients> Backward<B, 3> for LayerNorm {
    /// x, γ, ε
    type State = (FloatTensor<B>, FloatTensor<B>, f64);

    fn backward(self, ops: Ops<Self::State, 3>, graph: &mut Graph, _: &mut Checkpointer) {
        let gradient = graph.consume::<B>(&ops.node);
        let (x, gamma, epsilon) = ops.state;
        let gradients = B::layer_norm_backward(x, gamma, epsilon, gradient);
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let Some(parent) = parent {
                graph.register::<B>(parent.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct Softmax;

impl<B: Gradients> Backward<B, 1> for Softmax {
    /// y
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, graph: &mut Graph, _: &mut Checkpointer) {
        let gradient = graph.consume::<B>(&ops.node);
        if let [Some(x)] = ops.parents {
            graph.register::<B>(x.id, B::softmax_backward(ops.state, gradient));
        }
    }
}
