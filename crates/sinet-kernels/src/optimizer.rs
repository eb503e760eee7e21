//! The arithmetic of an optimiser: AdamW (Loshchilov and Hutter, 2019), with or without bias correction, and norms.
//!
//! Burn's own AdamW always corrects the bias and clips each tensor for itself; the authors' code does neither.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::Kernels;

/// The authors' β₁ and β₂.
pub const BETAS: (f64, f64) = (0.9, 0.999);
pub(crate) const EPSILON: f32 = 1e-6;

/// One update's numbers for one group of parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// Learning rate, with the bias correction where it is wanted.
    pub step_size: f32,
    /// Factor of a parameter after the step: 1 - learning rate · weight decay.
    pub keep: f32,
    /// Factor of a gradient: below 1 where the norm is clipped.
    pub clip: f32,
}

/// One step on all elements of a parameter p, given its gradient g and the running means m of g and v of g²:
///
/// ```text
/// m ← β₁ m + (1-β₁) g        v ← β₂ v + (1-β₂) g²
/// p ← (p - step_size · m / (√v + ε)) · keep
/// ```
///
/// Returns p and `[m, v]`. On the host they are written in place where nothing else holds their memory.
///
/// # Shapes
///
/// - all: `[n]`
pub fn adamw(
    parameter: Tensor<1>,
    gradient: Tensor<1>,
    moments: [Tensor<1>; 2],
    update: Update,
) -> (Tensor<1>, [Tensor<1>; 2]) {
    let [first, second] = moments.map(Tensor::into_dispatch);
    let (parameter, first, second) =
        <Dispatch as Kernels>::adamw_fused(parameter.into_dispatch(), gradient.into_dispatch(), first, second, update);
    (Tensor::from_dispatch(parameter), [first, second].map(Tensor::from_dispatch))
}

/// Σ x², in double precision on the host.
///
/// # Shapes
///
/// - x: `[n]`, output: `[1]`
pub fn square_norm(x: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(<Dispatch as Kernels>::square_norm_fused(x.into_dispatch()))
}

/// The same on the host's own memory.
pub mod host {
    use pulp::Arch;
    #[cfg(feature = "rayon")]
    use rayon::prelude::*;

    use super::{BETAS, EPSILON, Update};
    use crate::rows::{chunks, chunks_mut};

    /// Elements that one thread takes at a time.
    const CHUNK: usize = 1 << 14;

    /// [`adamw`](super::adamw) in place, on one thread.
    pub fn adamw(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], update: Update) {
        let (beta1, beta2) = (BETAS.0 as f32, BETAS.1 as f32);
        // In single precision 1 - 0.999 is off by 5e-5.
        let (rest1, rest2) = ((1.0 - BETAS.0) as f32, (1.0 - BETAS.1) as f32);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (((p, g), m), v) in p.iter_mut().zip(g).zip(&mut *m).zip(&mut *v) {
                    let g = g * update.clip;
                    *m = beta1 * *m + rest1 * g;
                    *v = beta2 * *v + rest2 * g * g;
                    *p = (*p - update.step_size * *m / (v.sqrt() + EPSILON)) * update.keep;
                }
            },
        );
    }

    /// [`adamw`] on all threads.
    pub(crate) fn adamw_shared(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], update: Update) {
        assert!(p.len() == g.len() && g.len() == m.len() && m.len() == v.len(), "as many gradients as parameters");
        chunks_mut(p, CHUNK)
            .zip(chunks(g, CHUNK))
            .zip(chunks_mut(m, CHUNK))
            .zip(chunks_mut(v, CHUNK))
            .for_each(|(((p, g), m), v)| adamw(p, g, m, v, update));
    }

    /// [`square_norm`](super::square_norm)
    pub fn square_norm(x: &[f32]) -> f64 {
        chunks(x, CHUNK).map(|chunk| chunk.iter().map(|&x| f64::from(x * x)).sum::<f64>()).sum()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn two_steps_written_out() {
            let update = Update { step_size: 0.1, keep: 0.99, clip: 0.5 };
            let (mut p, mut m, mut v) = ([1.0], [0.0], [0.0]);
            adamw(&mut p, &[2.0], &mut m, &mut v, update);
            // g = 1, m = 0.1, v = 0.001
            let after_one = (1.0 - 0.1 * 0.1 / (0.001f64.sqrt() + 1e-6)) * 0.99;
            assert!((f64::from(p[0]) - after_one).abs() < 1e-6, "{}", p[0]);
            adamw(&mut p, &[0.0], &mut m, &mut v, update);
            let after_two = (after_one - 0.1 * 0.09 / (0.000999f64.sqrt() + 1e-6)) * 0.99;
            assert!((f64::from(p[0]) - after_two).abs() < 1e-6, "{}", p[0]);
        }
    }
}
