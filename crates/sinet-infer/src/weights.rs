//! `model.safetensors`: named tensors in f32, f16 or int8.
//!
//! An int8 matrix `NAME` of shape `[rows, columns]` is stored as an I8 tensor `NAME` and an F32 tensor `NAME.scale`
//! of shape `[rows]`: element `(r, c)` is `NAME[r, c] * NAME.scale[r]`. Small matrices and everything that is not a
//! matrix stay in F32.

use std::collections::BTreeMap;

use burn::tensor::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use sinet_model::{NamedTensor, Weights};

/// Name of the weights inside a model folder.
pub const WEIGHTS: &str = "model.safetensors";

/// Matrices with fewer rows stay in F32 when a model is written in int8: the classifiers and the norms, whose
/// bytes do not count and whose rounding does.
const MIN_INT8_ROWS: usize = 16;

/// The suffix of the tensor that holds an int8 matrix's scales.
const SCALE_SUFFIX: &str = ".scale";

/// How [`write`] stores matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 16-bit floats; all tensors, not only matrices.
    F16,
    /// 8-bit integers, symmetric, with one scale a row.
    Int8,
}

/// Reads a safetensors file into f32.
///
/// I64 tensors (the constant `position_ids` of files from Hugging Face) are left out.
///
/// # Errors
///
/// [`WeightsError`] if the file is cut short, inconsistent, or holds another type.
pub fn read(bytes: &[u8]) -> Result<Weights, WeightsError> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut tensors = Weights::new();
    for (name, view) in file.iter() {
        if is_scale_of_int8(name, &file) {
            continue;
        }
        let values = match view.dtype() {
            Dtype::F32 => read_f32(&view),
            Dtype::F16 => read_halves(&view, |half| f16::from_le_bytes(half).to_f32()),
            Dtype::BF16 => read_halves(&view, |half| bf16::from_le_bytes(half).to_f32()),
            Dtype::I8 => dequantize(name, &view, &file)?,
            Dtype::I64 => continue,
            dtype => return Err(WeightsError::Type { name: name.to_owned(), dtype: dtype.to_string() }),
        };
        tensors.insert(name.to_owned(), NamedTensor { shape: view.shape().to_vec(), values });
    }
    Ok(tensors)
}

/// How the matrices of a safetensors file are stored: in int8 if any is, in f16 if all are.
///
/// # Errors
///
/// [`WeightsError`] if it is no such file.
pub fn precision(bytes: &[u8]) -> Result<Precision, WeightsError> {
    let file = SafeTensors::deserialize(bytes)?;
    let types: Vec<_> = file.iter().map(|(_, view)| view.dtype()).collect();
    Ok(if types.contains(&Dtype::I8) {
        Precision::Int8
    } else if types.iter().all(|&dtype| dtype == Dtype::F16) {
        Precision::F16
    } else {
        Precision::F32
    })
}

/// Writes tensors as a safetensors file.
///
/// # Errors
///
/// [`WeightsError`] if a tensor's values do not fill its shape, or are not finite.
pub fn write(tensors: &Weights, precision: Precision) -> Result<Vec<u8>, WeightsError> {
    let mut stored: BTreeMap<String, Stored> = BTreeMap::new();
    for (name, NamedTensor { shape, values }) in tensors {
        if !values.iter().all(|value| value.is_finite()) {
            return Err(WeightsError::NotFinite { name: name.clone() });
        }
        match (precision, shape.as_slice()) {
            (Precision::Int8, &[rows, columns])
                if rows >= MIN_INT8_ROWS && columns > 0 && rows * columns == values.len() =>
            {
                let (codes, scales) = quantize(values, columns);
                stored.insert(name.clone(), Stored::new(Dtype::I8, shape, codes));
                stored.insert(format!("{name}{SCALE_SUFFIX}"), Stored::f32(&[rows], &scales));
            }
            (Precision::F16, _) => {
                let halves = values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect();
                stored.insert(name.clone(), Stored::new(Dtype::F16, shape, halves));
            }
            _ => drop(stored.insert(name.clone(), Stored::f32(shape, values))),
        }
    }
    let views = stored
        .iter()
        .map(|(name, stored)| Ok((name, TensorView::new(stored.dtype, stored.shape.clone(), &stored.bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    Ok(safetensors::serialize(views, None)?)
}

/// Why `model.safetensors` cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// It is no safetensors file, or cut short.
    #[error("{WEIGHTS}: {0}; download the model again")]
    Format(#[from] SafeTensorError),
    /// A tensor is of a type that no model of ours has.
    #[error("{WEIGHTS}: tensor {name} is of type {dtype}; F32, F16, BF16 and I8 are read")]
    Type {
        /// The tensor.
        name: String,
        /// Its type.
        dtype: String,
    },
    /// An int8 tensor is not a matrix, or has not one finite scale a row.
    #[error(
        "{WEIGHTS}: int8 tensor {name} needs two dimensions and an F32 tensor {name}.scale with one finite number a row"
    )]
    Scale {
        /// The tensor.
        name: String,
    },
    /// A tensor to write has a value that is not finite.
    #[error("tensor {name} holds a value that is not finite; the training has diverged")]
    NotFinite {
        /// The tensor.
        name: String,
    },
}

/// One tensor on its way into a file.
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Stored {
    fn new(dtype: Dtype, shape: &[usize], bytes: Vec<u8>) -> Self {
        Self { dtype, shape: shape.to_vec(), bytes }
    }

    fn f32(shape: &[usize], values: &[f32]) -> Self {
        Self::new(Dtype::F32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }
}

fn is_scale_of_int8(name: &str, file: &SafeTensors) -> bool {
    name.strip_suffix(SCALE_SUFFIX)
        .and_then(|matrix| file.tensor(matrix).ok())
        .is_some_and(|matrix| matrix.dtype() == Dtype::I8)
}

fn read_f32(view: &TensorView) -> Vec<f32> {
    view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn read_halves(view: &TensorView, widen: impl Fn([u8; 2]) -> f32) -> Vec<f32> {
    view.data().as_chunks().0.iter().map(|&bytes| widen(bytes)).collect()
}

fn dequantize(name: &str, view: &TensorView, file: &SafeTensors) -> Result<Vec<f32>, WeightsError> {
    let fail = || WeightsError::Scale { name: name.to_owned() };
    let &[rows, columns] = view.shape() else { return Err(fail()) };
    let scale = file.tensor(&format!("{name}{SCALE_SUFFIX}")).map_err(|_| fail())?;
    if scale.dtype() != Dtype::F32 || scale.shape() != [rows] {
        return Err(fail());
    }
    let scales = read_f32(&scale);
    if !scales.iter().all(|scale| scale.is_finite()) {
        return Err(fail());
    }
    let mut values = Vec::with_capacity(view.data().len());
    // An empty matrix has no rows to cut its data into.
    for (row, &scale) in view.data().chunks_exact(columns.max(1)).zip(&scales) {
        values.extend(row.iter().map(|&code| f32::from(code as i8) * scale));
    }
    Ok(values)
}

/// The codes as bytes, and the scale of each row of `columns` values.
fn quantize(values: &[f32], columns: usize) -> (Vec<u8>, Vec<f32>) {
    let mut codes = Vec::with_capacity(values.len());
    let mut scales = Vec::new();
    for row in values.chunks_exact(columns.max(1)) {
        let largest = row.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
        codes.extend(row.iter().map(|value| (value / scale).round() as i8 as u8));
        scales.push(scale);
    }
    (codes, scales)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tensors() -> impl Strategy<Value = Weights> {
        let matrix = (1usize..40, 1usize..9).prop_flat_map(|(rows, columns)| {
            prop::collection::vec(-3f32..3.0, rows * columns)
                .prop_map(move |values| NamedTensor { shape: vec![rows, columns], values })
        });
        let vector = prop::collection::vec(-3f32..3.0, 1..9)
            .prop_map(|values| NamedTensor { shape: vec![values.len()], values });
        prop::collection::btree_map("[a-z]{1,4}(\\.weight)?", prop_oneof![matrix, vector], 0..5)
    }

    fn small() -> Weights {
        let row = |r: usize| [r as f32 - 8.0, 0.5, 0.0];
        let matrix = (0..20).flat_map(row).collect();
        Weights::from([
            ("a.weight".to_owned(), NamedTensor { shape: vec![20, 3], values: matrix }),
            ("a.bias".to_owned(), NamedTensor { shape: vec![2], values: vec![1.0, -1.0] }),
        ])
    }

    fn file(views: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
        let views = views
            .iter()
            .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
        safetensors::serialize(views, None).unwrap()
    }

    #[test]
    fn inconsistent_files_are_refused() {
        let one = 1f32.to_le_bytes();
        let nan = f32::NAN.to_le_bytes();
        let cases: [(&str, Vec<u8>); 6] = [
            ("no scale", file(&[("w", Dtype::I8, &[1, 2], &[1, 2])])),
            ("not a matrix", file(&[("w", Dtype::I8, &[2], &[1, 2]), ("w.scale", Dtype::F32, &[1], &one)])),
            (
                "scale of another length",
                file(&[("w", Dtype::I8, &[2, 1], &[1, 2]), ("w.scale", Dtype::F32, &[1], &one)]),
            ),
            (
                "scale of another type",
                file(&[("w", Dtype::I8, &[1, 2], &[1, 2]), ("w.scale", Dtype::F16, &[1], &[0, 0])]),
            ),
            ("scale not a number", file(&[("w", Dtype::I8, &[1, 2], &[1, 2]), ("w.scale", Dtype::F32, &[1], &nan)])),
            ("another type", file(&[("w", Dtype::U8, &[2], &[1, 2])])),
        ];
        for (what, bytes) in cases {
            let error = read(&bytes).expect_err(what);
            assert!(error.to_string().contains("tensor w "), "{what}: {error}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let bytes = write(&small(), Precision::Int8).unwrap();
        for length in 0..bytes.len() {
            assert!(matches!(read(&bytes[..length]), Err(WeightsError::Format(_))), "cut to {length} bytes");
        }
    }

    #[test]
    fn position_ids_are_left_out() {
        let bytes = file(&[("position_ids", Dtype::I64, &[1], &[0; 8])]);
        assert_eq!(read(&bytes).unwrap(), Weights::new());
    }

    #[test]
    fn only_large_matrices_become_int8() {
        let bytes = write(&small(), Precision::Int8).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("a.weight").unwrap().dtype(), Dtype::I8);
        assert_eq!(file.tensor("a.weight.scale").unwrap().shape(), [20]);
        assert_eq!(file.tensor("a.bias").unwrap().dtype(), Dtype::F32);
        assert_eq!(file.len(), 3);
    }

    #[test]
    fn values_that_are_not_finite_are_not_written() {
        let tensors = Weights::from([("w".to_owned(), NamedTensor { shape: vec![1], values: vec![f32::NAN] })]);
        assert!(matches!(write(&tensors, Precision::Int8), Err(WeightsError::NotFinite { .. })));
    }

    #[test]
    fn values_that_do_not_fill_their_shape_are_not_written() {
        for precision in [Precision::F32, Precision::F16, Precision::Int8] {
            let tensors = Weights::from([("w".to_owned(), NamedTensor { shape: vec![20, 2], values: vec![0.0; 39] })]);
            assert!(matches!(write(&tensors, precision), Err(WeightsError::Format(_))), "{precision:?}");
        }
    }

    proptest! {
        #[test]
        fn f32_comes_back_exactly(tensors in tensors()) {
            prop_assert_eq!(&read(&write(&tensors, Precision::F32).unwrap()).unwrap(), &tensors);
        }

        #[test]
        fn smaller_forms_come_back_within_a_rounding(tensors in tensors()) {
            for (precision, relative) in [(Precision::F16, 1.0 / 2048.0), (Precision::Int8, 0.501 / 127.0)] {
                let back = read(&write(&tensors, precision).unwrap()).unwrap();
                prop_assert_eq!(back.len(), tensors.len());
                for (name, NamedTensor { shape, values }) in &tensors {
                    prop_assert_eq!(&back[name].shape, shape);
                    let row = shape.last().copied().unwrap_or(1);
                    for (before, after) in values.chunks(row).zip(back[name].values.chunks(row)) {
                        let largest = before.iter().fold(0f32, |largest, value| largest.max(value.abs()));
                        for (before, after) in before.iter().zip(after) {
                            prop_assert!((before - after).abs() <= largest * relative + 1e-7, "{before} {after}");
                        }
                    }
                }
            }
        }

        #[test]
        fn random_bytes_are_no_file(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read(&bytes).is_err());
        }

        #[test]
        fn a_changed_header_never_panics(at in 8usize..150, byte in any::<u8>()) {
            let mut bytes = write(&small(), Precision::Int8).unwrap();
            let at = at.min(bytes.len() - 1);
            bytes[at] = byte;
            if let Ok(tensors) = read(&bytes) {
                for NamedTensor { shape, values } in tensors.values() {
                    prop_assert_eq!(shape.iter().product::<usize>(), values.len());
                }
            }
        }
    }
}
