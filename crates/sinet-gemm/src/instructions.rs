//! The instruction sets, one module each, and which of them this processor has.

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
mod relaxed;
mod scalar;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::tiles::round_row;

/// An instruction set that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instructions(pub(crate) Set);

impl Instructions {
    /// The fastest.
    pub fn best() -> Self {
        Self::all().pop().expect("there is always the scalar form")
    }

    /// All, the fastest last. The first is the scalar form, the specification of the others.
    pub fn all() -> Vec<Self> {
        let mut sets = vec![Set::Scalar(scalar::Scalar)];
        #[cfg(target_arch = "x86_64")]
        {
            sets.extend(x86::Avx2::detect().map(Set::Avx2));
            sets.extend(x86::Avx512::detect().map(Set::Avx512));
        }
        #[cfg(target_arch = "aarch64")]
        sets.push(Set::Neon(neon::Neon));
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        sets.push(Set::Simd128(wasm::Simd128));
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))]
        {
            // The one with the faster integer products last.
            let (fused, dot) = (Set::Fused(relaxed::Fused), Set::Dot(relaxed::Dot));
            sets.extend(if relaxed::Dot::is_one_instruction() { [fused, dot] } else { [dot, fused] });
        }
        sets.into_iter().map(Self).collect()
    }
}

/// An instruction set, as proof that the processor has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    Scalar(scalar::Scalar),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
    #[cfg(target_arch = "aarch64")]
    Neon(neon::Neon),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128(wasm::Simd128),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))]
    Fused(relaxed::Fused),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))]
    Dot(relaxed::Dot),
}

/// Does something with whichever set it is.
macro_rules! with_set {
    ($set:expr, $name:ident => $body:expr) => {
        match $set {
            $crate::instructions::Set::Scalar($name) => $body,
            #[cfg(target_arch = "x86_64")]
            $crate::instructions::Set::Avx2($name) => $body,
            #[cfg(target_arch = "x86_64")]
            $crate::instructions::Set::Avx512($name) => $body,
            #[cfg(target_arch = "aarch64")]
            $crate::instructions::Set::Neon($name) => $body,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            $crate::instructions::Set::Simd128($name) => $body,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))]
            $crate::instructions::Set::Fused($name) => $body,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128", feature = "relaxed-simd"))]
            $crate::instructions::Set::Dot($name) => $body,
        }
    };
}
pub(crate) use with_set;

/// The innermost loops: a tile of the result, `ROWS` rows of `COLUMNS` outputs, over all inputs.
pub(crate) trait Tile: Copy + Send + Sync {
    /// Rows of a tile.
    const ROWS: usize;
    /// Columns of a tile, and of a panel of packed weights.
    const COLUMNS: usize;

    /// y = Σ x w
    ///
    /// # Shapes
    ///
    /// - x: `[inputs, ROWS]`, w: `[inputs, COLUMNS]`, y: `[ROWS, COLUMNS]`
    fn multiply_f32(self, x: &[f32], w: &[f32], y: &mut [f32]);

    /// Inputs that a step of [`Tile::multiply_int8`] takes.
    const DEPTH: usize = 2;

    /// What the weights of a panel are multiplied as: 8 bits, or 16 where widening them once a panel pays.
    type Weight: Copy;

    /// The weights of a panel, `[steps, COLUMNS, DEPTH]`, as [`Tile::multiply_int8`] takes them; `scratch` may hold
    /// them.
    fn widen<'a>(self, panel: &'a [i8], scratch: &'a mut Vec<Self::Weight>) -> &'a [Self::Weight];

    /// y = Σ x w, exactly: the caller keeps the sums below 2³¹.
    ///
    /// # Shapes
    ///
    /// - x: `[pairs of inputs, ROWS, 2]`, w: from [`Tile::widen`], y: `[ROWS, COLUMNS]`
    fn multiply_int8(self, x: &[i16], w: &[Self::Weight], y: &mut [i32]);

    /// See [`round_row`]. A set with another idea of a code gives each step of inputs as many bits in its own order.
    fn round(self, x: &[f32], limit: i16, codes: &mut [i16]) -> f32 {
        round_row(x, limit, codes)
    }
}
