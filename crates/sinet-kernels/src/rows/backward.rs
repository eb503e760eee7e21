//! The loops of the gradients.

use pulp::Arch;

use super::{moments, reduce, sum};
use crate::elements::normal;

/// y = gelu(x), with the error function whose derivative [`gelu`] has.
pub(crate) fn gelu_exact(x: &[f32], y: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || y.iter_mut().zip(x).for_each(|(y, x)| *y = x * normal(*x).0),
    );
}

/// dx = gelu'(x) · dy; `dx` holds `dy` before.
pub(crate) fn gelu(x: &[f32], dx: &mut [f32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || dx.iter_mut().zip(x).for_each(|(dx, x)| *dx *= gelu_slope(*x)),
    );
}

/// dx = y · (dy - Σ dy y) for each row of length `n`; `dx` holds `dy` before.
pub(crate) fn softmax(y: &[f32], dx: &mut [f32], n: usize) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (dx, y) in dx.chunks_exact_mut(n).zip(y.chunks_exact(n)) {
                let along = dot(dx, y);
                dx.iter_mut().zip(y).for_each(|(dx, y)| *dx = y * (*dx - along));
            }
        },
    );
}

/// The gradients of [`layer_norm_forward`](super::layer_norm_forward): `dx` holds `dy` before; those of γ and β are
/// added up.
pub(crate) fn layer_norm(
    x: &[f32],
    gamma: &[f32],
    epsilon: f32,
    dx: &mut [f32],
    d_gamma: &mut [f32],
    d_beta: &mut [f32],
) {
    let d = gamma.len();
    let mut normalized = vec![0.0; d];
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (dx, x) in dx.chunks_exact_mut(d).zip(x.chunks_exact(d)) {
                let (mean, scale) = moments(x, epsilon);
                normalized.iter_mut().zip(x).for_each(|(n, x)| *n = (x - mean) * scale);
                for (((dy, n), dg), db) in dx.iter().zip(&normalized).zip(&mut *d_gamma).zip(&mut *d_beta) {
                    *dg += dy * n;
                    *db += dy;
                }
                dx.iter_mut().zip(gamma).for_each(|(dx, g)| *dx *= g);
                let level = sum(dx) / d as f32;
                let along = dot(dx, &normalized) / d as f32;
                dx.iter_mut().zip(&normalized).for_each(|(dx, n)| *dx = scale * (*dx - level - n * along));
            }
        },
    );
}

/// The derivative of [`gelu`](crate::elements::gelu): Φ(x) + x φ(x).
#[inline(always)]
fn gelu_slope(x: f32) -> f32 {
    const INV_SQRT_2_PI: f32 = 0.398_942_3;
    let (cdf, bell) = normal(x);
    cdf + x * bell * INV_SQRT_2_PI
}

#[inline(always)]
fn dot(x: &[f32], y: &[f32]) -> f32 {
    reduce(
        x,
        y,
        #[inline(always)]
        |a, b| a * b,
    )
}

#[cfg(test)]
mod tests {
    use super::gelu_slope;
    use crate::elements::gelu;

    #[test]
    fn the_integral_of_the_slope_is_the_function() {
        for i in -2_000..=2_000 {
            let x = i as f32 / 200.0;
            let h = 1e-2f32;
            let difference = (gelu(x + h) - gelu(x - h)) / (2.0 * h);
            assert!((difference - gelu_slope(x)).abs() < 2e-4, "slope at {x}");
        }
    }
}
