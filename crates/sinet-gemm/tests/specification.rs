//! Every instruction set of this processor against the scalar form, and that against the plain sum of products.

use proptest::prelude::*;
use sinet_gemm::{Instructions, PackedMatrix, Precision};

#[derive(Debug, Clone)]
struct Case {
    rows: usize,
    inputs: usize,
    outputs: usize,
    x: Vec<f32>,
    weights: Vec<f32>,
    bias: Option<Vec<f32>>,
}

fn cases() -> impl Strategy<Value = Case> {
    // Around the sizes of tiles and panels, odd ones among them.
    (0usize..20, 1usize..70, 1usize..70).prop_flat_map(|(rows, inputs, outputs)| {
        let floats = |n| prop::collection::vec(prop_oneof![8 => -3f32..3.0, 1 => Just(0.0), 1 => -300f32..300.0], n);
        (floats(rows * inputs), floats(inputs * outputs), prop::option::of(floats(outputs)))
            .prop_map(move |(x, weights, bias)| Case { rows, inputs, outputs, x, weights, bias })
    })
}

impl Case {
    fn multiply(&self, precision: Precision, instructions: Instructions) -> Vec<f32> {
        let Self { rows, inputs, outputs, x, weights, bias } = self;
        let bias = bias.as_deref();
        let matrix = PackedMatrix::with_instructions(*inputs, *outputs, weights, bias, precision, instructions);
        let mut y = vec![f32::NAN; rows * outputs];
        matrix.multiply(x, &mut y);
        y
    }

    /// In 64 bits, and the largest sum of magnitudes, by which errors are measured.
    fn written_out(&self) -> (Vec<f64>, f64) {
        let Self { rows, inputs, outputs, x, weights, bias } = self;
        let mut largest = f64::MIN_POSITIVE;
        let mut y = Vec::new();
        for row in 0..*rows {
            for output in 0..*outputs {
                let products = (0..*inputs)
                    .map(|i| f64::from(x[row * inputs + i]) * f64::from(weights[i * outputs + output]))
                    .chain(bias.iter().map(|bias| f64::from(bias[output])));
                largest = largest.max(products.clone().map(f64::abs).sum());
                y.push(products.sum());
            }
        }
        (y, largest)
    }
}

fn distance(found: &[f32], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn f32_is_the_sum_of_products(case in cases()) {
        let (expected, largest) = case.written_out();
        for instructions in Instructions::all() {
            let difference = distance(&case.multiply(Precision::F32, instructions), &expected);
            prop_assert!(difference <= 1e-5 * largest, "{:?} differs by {}", instructions, difference);
        }
    }

    #[test]
    fn int8_is_the_same_on_every_instruction_set_and_rounds_weights_alone(case in cases()) {
        let scalar = case.multiply(Precision::Int8, Instructions::all()[0]);
        for instructions in Instructions::all() {
            // Integers have no rounding of their own: not a bit differs.
            prop_assert_eq!(&case.multiply(Precision::Int8, instructions), &scalar, "{:?}", instructions);
        }
        // Half a step of a weight is 1/254 of its column's largest; the activations add 1/16382 of their row's.
        let (expected, _) = case.written_out();
        let Case { inputs, outputs, x, weights, .. } = &case;
        for (at, (found, expected)) in scalar.iter().zip(&expected).enumerate() {
            let x = &x[at / outputs * inputs..][..*inputs];
            let column: Vec<f32> = weights.iter().skip(at % outputs).step_by(*outputs).copied().collect();
            let largest = |values: &[f32]| values.iter().fold(0f64, |m, v| m.max(f64::from(v.abs())));
            let sum = |values: &[f32]| values.iter().map(|v| f64::from(v.abs())).sum::<f64>();
            let bound = largest(&column) / 254.0 * sum(x) + largest(x) / 16_000.0 * sum(&column);
            let difference = (f64::from(*found) - expected).abs();
            prop_assert!(difference <= 1.01 * bound + 1e-4, "{} differs by {}, bound {}", at, difference, bound);
        }
    }
}

#[test]
fn weights_that_are_codes_already_are_kept_exactly() {
    // The contents of a model file in int8: codes up to 127 times a scale.
    let (inputs, outputs) = (64, 3);
    let code = |i: usize| if i < outputs { 127.0 } else { (i * 31 % 255) as f32 - 127.0 };
    let scale = [0.25f32, 0.5, 2.0];
    let weights: Vec<f32> = (0..inputs * outputs).map(|i| code(i) * scale[i % outputs]).collect();
    let matrix = PackedMatrix::new(inputs, outputs, &weights, None, Precision::Int8);
    for input in 0..inputs {
        // One input that is 1 gives a row of the matrix.
        let mut x = vec![0.0; inputs];
        x[input] = 1.0;
        let mut y = vec![0.0; outputs];
        matrix.multiply(&x, &mut y);
        assert_eq!(y, weights[input * outputs..][..outputs], "row {input}");
    }
}

#[test]
fn long_sums_of_large_numbers_do_not_overflow() {
    let inputs = 20_000;
    for precision in [Precision::F32, Precision::Int8] {
        let matrix = PackedMatrix::new(inputs, 1, &vec![-1.0; inputs], None, precision);
        let mut y = [0.0];
        matrix.multiply(&vec![1e4; inputs], &mut y);
        assert!((y[0] / -2e8 - 1.0).abs() < 1e-3, "{precision:?}: {}", y[0]);
    }
}

#[test]
fn what_is_not_a_number_stays_in_its_row() {
    for precision in [Precision::F32, Precision::Int8] {
        let matrix = PackedMatrix::new(2, 2, &[1.0, 2.0, 3.0, 4.0], None, precision);
        let mut y = [0.0; 4];
        matrix.multiply(&[f32::NAN, f32::INFINITY, 1.0, 1.0], &mut y);
        assert!((y[2] - 4.0).abs() < 0.05 && (y[3] - 6.0).abs() < 0.05, "{precision:?}: {y:?}");
    }
}
