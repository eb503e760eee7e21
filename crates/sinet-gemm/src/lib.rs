//! Products of a narrow activation matrix with a fixed weight matrix, on which inference spends its time.
//!
//! A general matrix product packs both operands at every call. Here the weights never change and a sentence has
//! few rows, so packing would cost as much as multiplying: a [`PackedMatrix`] packs its weights once, in the form
//! that the processor's instructions read them.
//!
//! ```
//! use sinet_gemm::{PackedMatrix, Precision};
//!
//! // y = x W + b, W being 2 × 3.
//! let matrix = PackedMatrix::new(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], Some(&[0.5; 3]), Precision::F32);
//! let mut y = vec![0.0; 3];
//! matrix.multiply(&[1.0, -1.0], &mut y);
//! assert_eq!(y, [-2.5, -2.5, -2.5]);
//! ```
//!
//! In [`Precision::Int8`] the weights are 8-bit integers with one scale an output. Activations are rounded anew at
//! every product, each row with its own scale, to 14 bits, or to as many as the sum of a column can hold in 32: the
//! products are exact integers, the same on every processor, and the rounding of the activations, unlike one to 8 bits,
//! is lost in that of the weights.
//!
//! The instructions are chosen at run time ([`Instructions::best`]). The scalar form is the
//! specification; all others are tested against it.

mod instructions;
mod matrix;
mod packing;
mod rounding;
mod tile;

pub use instructions::Instructions;
pub use matrix::{PackedMatrix, Precision};
