//! Functions of single numbers, without branches or library calls, so that loops over them become SIMD.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// e^x, to 3 units in the last place; 0 below -87, and never infinite.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Added to a number below 2^22, this leaves its nearest integer in the low bits of the mantissa.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let clamped = x.clamp(-87.0, 88.0);
    let shifted = clamped * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = clamped - k * LN_2_HIGH - k * LN_2_LOW;
    // Taylor's polynomial of degree 6 on |r| <= ln(2)/2: its error is below 2e-8 there.
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    let power = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    let value = p * f32::from_bits(power);
    if x < -87.0 { 0.0 } else { value }
}

/// Φ(x), to 1e-7 absolute, and e^(-x²/2), which it needs on the way.
///
/// With z = |x|/√2 and t = 1/(1 + z/2), the tail is ½ e^(-z²) t P(t): P was fitted to e^(z²) erfc(z) / t at the
/// Chebyshev points of 0 ≤ z ≤ 7 and is exact to 3e-9 there. Beyond, the tail is 0 in single precision.
#[cfg(feature = "autodiff")]
#[inline(always)]
pub(crate) fn normal(x: f32) -> (f32, f32) {
    const P: [f32; 11] = [
        0.282_062_85,
        0.282_804_04,
        0.240_025_74,
        0.213_174_7,
        -0.038_855_154,
        0.247_076_03,
        -0.344_113_23,
        0.037_248_995,
        0.169_506_96,
        -0.111_609_4,
        0.022_678_49,
    ];
    let z = x.abs() * FRAC_1_SQRT_2;
    let bell = exp(-z * z);
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut p = P[10];
    for i in (0..10).rev() {
        p = p * t + P[i];
    }
    let tail = 0.5 * t * p * bell;
    (if x < 0.0 { tail } else { 1.0 - tail }, bell)
}

/// x Φ(x), to 3e-7 of the larger of |x| and 1.
///
/// erf is a quotient of polynomials in x² on |x| ≤ 4, the minimax fit of the Eigen library (`generic_fast_erf_float`);
/// beyond it is ±1 in single precision.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    const NUMERATOR: [f32; 7] = [
        -1.609_603_3e-2,
        -2.954_6e-3,
        -7.349_906_3e-4,
        -5.692_506_5e-5,
        -2.101_024e-6,
        2.770_681_4e-8,
        -2.726_142_3e-10,
    ];
    const DENOMINATOR: [f32; 5] = [-1.426_473_9e-2, -7.373_329e-3, -1.682_827e-3, -2.133_740_6e-4, -1.456_607_2e-5];
    let z = (x * FRAC_1_SQRT_2).clamp(-4.0, 4.0);
    let square = z * z;
    let mut p = NUMERATOR[6];
    for i in (0..6).rev() {
        p = p * square + NUMERATOR[i];
    }
    let mut q = DENOMINATOR[4];
    for i in (0..4).rev() {
        q = q * square + DENOMINATOR[i];
    }
    let erf = z * p / q;
    0.5 * x * (1.0 + erf)
}

/// 32 well-mixed bits of a counter under a seed (the finaliser of MurmurHash3, twice).
#[inline(always)]
pub(crate) fn hash(seed: u32, counter: u32) -> u32 {
    let mut h = counter.wrapping_mul(0x9e37_79b9) ^ seed;
    for _ in 0..2 {
        h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
        h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
        h ^= h >> 16;
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_gelu_are_as_exact_as_f32_needs() {
        for i in -20_000..=20_000 {
            let x = i as f32 / 200.0;
            if x > -87.0 && x < 88.0 {
                let relative = (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
                assert!(relative < 4e-7, "exp({x}) is off by {relative}");
            }
        }
        for (x, expected) in [(0.0, 0.0), (1.0, 0.841_344_8), (-1.0, -0.158_655_25), (3.0, 2.995_950_3), (-9.0, 0.0)] {
            assert!((gelu(x) - expected).abs() < 3e-7 * x.abs().max(1.0), "gelu({x}) = {}", gelu(x));
        }
        for i in -20_000..=20_000 {
            let x = i as f32 / 2000.0;
            // The derivative's form, which has another error function.
            #[cfg(feature = "autodiff")]
            assert!((gelu(x) - x * normal(x).0).abs() < 1e-6, "gelu({x})");
            assert!(gelu(x) > -0.171 && gelu(x) <= x.max(0.0) + 1e-6, "gelu({x})");
        }
        assert_eq!((exp(-100.0), exp(f32::NEG_INFINITY), exp(0.0)), (0.0, 0.0, 1.0));
    }

    #[test]
    fn hashed_bits_look_random() {
        let n = 1 << 16;
        for seed in [0, 1, 12345] {
            for bit in 0..32 {
                let ones = (0..n).filter(|&i| hash(seed, i) >> bit & 1 == 1).count() as f64;
                // Six standard deviations.
                assert!((ones / f64::from(n) - 0.5).abs() < 6.0 * 0.5 / f64::from(n).sqrt(), "bit {bit}");
            }
        }
    }
}
