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

/// Evaluates an expression with whichever set it is.
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
