//! Sequences of word pieces side by side: one row a piece, no padding between them.

use std::ops::Range;
use std::sync::OnceLock;

use burn::tensor::{Device, Int, Tensor, TensorData};
use sinet_kernels::{Segment, Segments};

/// Sequences of word pieces, packed: the rows of all of them follow each other in one `[rows]` tensor, so that no layer
/// but attention ever computes on padding.
///
/// A sequence may still end with padding rows of its own, which attention hides.
#[derive(Debug, Clone)]
pub struct PackedRows {
    ids: Vec<u32>,
    /// One a sequence; its keys are the rows that are word pieces, the rest is padding.
    sequences: Vec<Segment>,
    /// `sequences` on the device that asked first.
    uploaded: OnceLock<Segments>,
}

impl PackedRows {
    /// Packs sequences of word-piece ids, each with as many rows as `length` says; `pad` fills what is missing.
    ///
    /// # Panics
    ///
    /// Panics if there is no sequence, or one without a piece.
    pub(crate) fn new<S: AsRef<[u32]>>(sequences: &[S], length: impl Fn(&[u32]) -> usize, pad: u32) -> Self {
        assert!(!sequences.is_empty(), "a batch needs a sentence");
        let mut rows = Self { ids: Vec::new(), sequences: Vec::new(), uploaded: OnceLock::new() };
        for pieces in sequences {
            let pieces = pieces.as_ref();
            assert!(!pieces.is_empty(), "a sentence needs a piece");
            let start = rows.ids.len();
            rows.ids.extend_from_slice(pieces);
            rows.ids.resize(start + length(pieces), pad);
            rows.sequences.push(Segment { rows: start..rows.ids.len(), keys: pieces.len() });
        }
        rows
    }

    /// The word-piece ids of all rows, `[rows]`.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Number of sequences.
    pub fn sequences(&self) -> usize {
        self.sequences.len()
    }

    /// Rows of the longest sequence.
    pub fn longest(&self) -> usize {
        self.sequences.iter().map(|sequence| sequence.rows.len()).max().unwrap_or(0)
    }

    /// The rows of one sequence; the first is its `[CLS]`.
    ///
    /// # Panics
    ///
    /// Panics if there is no such sequence.
    pub fn sequence(&self, index: usize) -> Range<usize> {
        self.sequences[index].rows.clone()
    }

    /// The rows of one sequence that are word pieces, without padding.
    pub(crate) fn pieces(&self, index: usize) -> Range<usize> {
        let Segment { rows, keys } = &self.sequences[index];
        rows.start..rows.start + keys
    }

    /// The rows of all sequences, and how many of each can be attended, on a device; uploaded at the first call.
    pub(crate) fn segments(&self, device: &Device) -> Segments {
        let segments = self.uploaded.get_or_init(|| Segments::new(&self.sequences, device));
        if segments.device() == *device { segments.clone() } else { Segments::new(&self.sequences, device) }
    }

    /// Position of each row in its sequence.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        self.sequences.iter().flat_map(|sequence| 0..sequence.rows.len())
    }

    /// The row of each sequence's `[CLS]`, `[sequences]`.
    pub(crate) fn cls_rows(&self, device: &Device) -> Tensor<1, Int> {
        indices(self.sequences.iter().map(|sequence| sequence.rows.start), device)
    }

    /// Whether all sequences have the same number of rows, so that packed and unpacked forms coincide.
    fn is_rectangular(&self) -> bool {
        self.sequences.iter().all(|sequence| sequence.rows.len() == self.longest())
    }

    /// Packed rows to `longest` rows a sequence: `[rows, d]` to `[sequences, longest, d]`.
    /// Beyond a sequence's end its last row is repeated, which has to be masked.
    pub(crate) fn unpack(&self, packed: Tensor<2>) -> Tensor<3> {
        let [_, d] = packed.dims();
        let longest = self.longest();
        let shape = [self.sequences(), longest, d];
        if self.is_rectangular() {
            return packed.reshape(shape);
        }
        let device = packed.device();
        let rows = self.sequences.iter().flat_map(|s| (0..longest).map(|i| (s.rows.start + i).min(s.rows.end - 1)));
        packed.select(0, indices(rows, &device)).reshape(shape)
    }

    /// The way back from [`PackedRows::unpack`]: `[sequences, longest, d]` to `[rows, d]`.
    pub(crate) fn pack(&self, unpacked: Tensor<3>) -> Tensor<2> {
        let [sequences, longest, d] = unpacked.dims();
        let flat = unpacked.reshape([sequences * longest, d]);
        if self.is_rectangular() {
            return flat;
        }
        let device = flat.device();
        let rows = self.sequences.iter().enumerate().flat_map(|(i, s)| (0..s.rows.len()).map(move |j| i * longest + j));
        flat.select(0, indices(rows, &device))
    }

    /// 0 where a key may be attended, a large negative number where not, `[sequences, longest]`.
    ///
    /// `None` where every key of every sequence may be.
    pub(crate) fn key_mask(&self, hide_padding: bool, device: &Device) -> Option<Tensor<2>> {
        let keys = |s: &Segment| if hide_padding { s.keys } else { s.rows.len() };
        let longest = self.longest();
        if self.sequences.iter().all(|s| keys(s) == longest) {
            return None;
        }
        let mask: Vec<f32> = self
            .sequences
            .iter()
            .flat_map(|s| (0..longest).map(move |i| if i < keys(s) { 0.0 } else { HIDDEN }))
            .collect();
        Some(Tensor::from_data(TensorData::new(mask, [self.sequences(), longest]), device))
    }
}

/// Added to a score that must not count: its softmax is exactly 0, in half precision too.
pub(crate) const HIDDEN: f32 = -1e4;

/// Indices as a tensor, `[n]`.
pub(crate) fn indices(values: impl Iterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.map(|v| v as i32).collect();
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_and_unpacking_are_inverse_on_ragged_batches() {
        let device = Device::flex();
        let packed = PackedRows::new(&[vec![1, 2, 3], vec![4], vec![5, 6]], <[u32]>::len, 0);
        let rows = Tensor::<1>::from_floats([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &device).reshape([6, 1]);
        let unpacked = packed.unpack(rows.clone());
        assert_eq!(unpacked.dims(), [3, 3, 1]);
        packed.pack(unpacked).into_data().assert_eq(&rows.into_data(), true);
    }

    #[test]
    fn padding_rows_are_hidden_only_when_asked() {
        let device = Device::flex();
        let rows = PackedRows::new(&[vec![1, 2, 3], vec![4]], |_| 3, 0);
        assert_eq!(rows.ids(), [1, 2, 3, 4, 0, 0]);
        assert!(rows.key_mask(false, &device).is_none());
        let mask: Vec<f32> = rows.key_mask(true, &device).unwrap().into_data().try_to_vec().unwrap();
        assert_eq!(mask, [0.0, 0.0, 0.0, 0.0, HIDDEN, HIDDEN]);
    }
}
