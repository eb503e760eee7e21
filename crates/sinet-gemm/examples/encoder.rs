//! How long the products of one MiniLM encoder take for a sentence, for each instruction set of this processor:
//!
//! ```console
//! cargo run --release -p sinet-gemm --example encoder
//! ```

use std::time::Instant;

use sinet_gemm::{Instructions, PackedMatrix, Precision};

const ROWS: usize = 32;
/// Inputs and outputs of the products of a layer.
const SHAPES: [(usize, usize); 4] = [(384, 1152), (384, 384), (384, 1536), (1536, 384)];
const LAYERS: usize = 6;

fn main() {
    for instructions in Instructions::all() {
        for precision in [Precision::F32, Precision::Int8] {
            let numbers = |n: usize| (0..n).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0).collect::<Vec<_>>();
            let layers: Vec<Vec<_>> = (0..LAYERS)
                .map(|_| {
                    SHAPES
                        .map(|(i, o)| {
                            PackedMatrix::with_instructions(i, o, &numbers(i * o), None, precision, instructions)
                        })
                        .into()
                })
                .collect();
            let x = numbers(ROWS * 1536);
            let mut y = vec![0.0; ROWS * 1536];
            let mut times: Vec<_> = (0..30)
                .map(|_| {
                    let start = Instant::now();
                    for matrix in layers.iter().flatten() {
                        matrix.multiply(&x[..ROWS * matrix.inputs()], &mut y[..ROWS * matrix.outputs()]);
                    }
                    start.elapsed().as_secs_f64() * 1e3
                })
                .collect();
            times.sort_by(f64::total_cmp);
            println!("{instructions:?} {precision:?}: median {:.2} ms, minimum {:.2} ms", times[15], times[0]);
        }
    }
}
