//! Activations as integers.

/// Activations are rounded to 14 bits with a sign: two digits of 7 bits each, which is what relaxed SIMD's products take.
pub(crate) const LARGEST_CODE: i16 = (1 << 13) - 1;

/// Rounds a row so that its largest element becomes `limit`, and gives the step: x ≈ step · code.
#[inline(always)]
pub(crate) fn round_row(x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
    let largest = largest(x);
    let step = if largest > 0.0 { largest / f32::from(limit) } else { 1.0 };
    let scale = 1.0 / step;
    codes.iter_mut().zip(x).for_each(|(code, x)| *code = round(x * scale));
    step
}

/// max |x|; what is not a number does not count.
#[inline(always)]
fn largest(x: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    let (chunks, rest) = x.as_chunks::<16>();
    for x in chunks {
        lanes.iter_mut().zip(x).for_each(|(lane, x)| *lane = if x.abs() > *lane { x.abs() } else { *lane });
    }
    lanes.iter().copied().chain(rest.iter().map(|x| x.abs())).fold(0.0, f32::max)
}

/// The nearest integer of a number below 2²², without a branch or a library call.
#[inline(always)]
fn round(x: f32) -> i16 {
    // From 2^23 on a float has no fraction: its low bits are the integer.
    const SHIFT: f32 = 12_582_912.0;
    (x + SHIFT).to_bits() as i16
}
