//! Sentences side by side: one row a word piece, no padding between them.

use std::ops::Range;
use std::sync::OnceLock;

use burn::tensor::{Device, Int, Tensor, TensorData};
use sinet_kernels::{Segment, Segments};

/// A batch of sentences as word-piece ids, packed: the rows of all sentences follow each other in one
/// `[rows]` tensor, so that no layer but attention ever computes on padding.
///
/// A sentence may still carry padding rows of its own ([`Batch::padded`]), which attention hides.
#[derive(Debug, Clone)]
pub struct Batch {
    ids: Vec<u32>,
    /// One a sentence; its keys are the rows that are word pieces, the rest is padding.
    sentences: Vec<Segment>,
    /// The same, where the encoder is.
    segments: OnceLock<Segments>,
    /// What the encoder reads instead.
    context: Option<Box<Context>>,
}

/// The sentences of a batch between their neighbours.
#[derive(Debug, Clone)]
struct Context {
    /// What the encoder reads.
    wide: Batch,
    /// The rows of the batch among those of `wide`.
    rows: Vec<usize>,
}

impl Batch {
    /// Packs sentences of word-piece ids, `[CLS]` and `[SEP]` included.
    ///
    /// # Panics
    ///
    /// Panics if there is no sentence, or one without a piece.
    pub fn packed<S: AsRef<[u32]>>(sentences: &[S]) -> Self {
        Self::with_rows(sentences, |pieces| pieces.len(), 0)
    }

    /// Packs sentences and fills each up with `pad` to the length of the longest, as the authors' code does.
    ///
    /// # Panics
    ///
    /// As [`Batch::packed`].
    pub fn padded<S: AsRef<[u32]>>(sentences: &[S], pad: u32) -> Self {
        let longest = sentences.iter().map(|s| s.as_ref().len()).max().unwrap_or(0);
        Self::with_rows(sentences, |_| longest, pad)
    }

    fn with_rows<S: AsRef<[u32]>>(sentences: &[S], rows: impl Fn(&[u32]) -> usize, pad: u32) -> Self {
        assert!(!sentences.is_empty(), "a batch needs a sentence");
        let mut batch = Self { ids: Vec::new(), sentences: Vec::new(), segments: OnceLock::new(), context: None };
        for pieces in sentences {
            let pieces = pieces.as_ref();
            assert!(!pieces.is_empty(), "a sentence needs a piece");
            let start = batch.ids.len();
            batch.ids.extend_from_slice(pieces);
            batch.ids.resize(start + rows(pieces), pad);
            batch.sentences.push(Segment { rows: start..batch.ids.len(), keys: pieces.len() });
        }
        batch
    }

    /// Puts word pieces between the `[CLS]` of each sentence and its first word, and between its last word and its `[SEP]`.
    /// Only the encoder sees them: its hidden states are those of the sentence, and nothing after it knows of more.
    ///
    /// # Panics
    ///
    /// Panics if there is not one of each for every sentence, or if a sentence has padding rows.
    pub fn between<S: AsRef<[u32]>>(self, before: &[S], after: &[S]) -> Self {
        assert!(before.len() == self.sentences() && after.len() == self.sentences(), "a context a sentence");
        let around = || before.iter().map(AsRef::as_ref).zip(after.iter().map(AsRef::as_ref));
        if around().all(|(before, after)| before.is_empty() && after.is_empty()) {
            return self;
        }
        let (mut wide, mut rows, mut start) = (Vec::new(), Vec::new(), 0);
        for (Segment { rows: own, keys }, (before, after)) in self.sentences.iter().zip(around()) {
            assert!(own.len() == *keys, "padding has no place in a context");
            let pieces = &self.ids[own.clone()];
            let last = pieces.len() - 1;
            let sentence = [&pieces[..1], before, &pieces[1..last], after, &pieces[last..]].concat();
            rows.push(start);
            rows.extend((start + 1 + before.len()..).take(last - 1));
            start += sentence.len();
            rows.push(start - 1);
            wide.push(sentence);
        }
        Self { context: Some(Box::new(Context { wide: Self::packed(&wide), rows })), ..self }
    }

    /// What the encoder reads: these sentences, with what stands around them.
    pub fn read(&self) -> &Self {
        self.context.as_ref().map_or(self, |context| &context.wide)
    }

    /// The rows of the sentences among those that the encoder reads: `[rows of Batch::read, d]` to `[rows, d]`.
    pub(crate) fn keep(&self, hidden: Tensor<2>) -> Tensor<2> {
        match &self.context {
            None => hidden,
            Some(context) => {
                let rows = indices(context.rows.iter().copied(), &hidden.device());
                hidden.select(0, rows)
            }
        }
    }

    /// The same for what each sentence attends to: `[sentences, heads, longest of Batch::read]` to
    /// `[sentences, heads, longest]`.
    pub(crate) fn keep_keys(&self, attention: Tensor<3>) -> Tensor<3> {
        let Some(context) = &self.context else { return attention };
        let [sentences, heads, wide] = attention.dims();
        let longest = self.longest();
        let keys = self.sentences.iter().zip(&context.wide.sentences).enumerate().flat_map(|(i, (own, read))| {
            (0..heads).flat_map(move |head| {
                let key =
                    move |row: usize| context.rows[own.rows.start + row.min(own.rows.len() - 1)] - read.rows.start;
                (0..longest).map(move |row| (i * heads + head) * wide + key(row))
            })
        });
        let keys = indices(keys, &attention.device());
        attention.reshape([sentences * heads * wide]).select(0, keys).reshape([sentences, heads, longest])
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.sentences.len()
    }

    /// Number of rows in all, padding rows included.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Rows of the longest sentence.
    pub fn longest(&self) -> usize {
        self.sentences.iter().map(|s| s.rows.len()).max().unwrap_or(0)
    }

    /// The rows of one sentence; the first is its `[CLS]`.
    ///
    /// # Panics
    ///
    /// Panics if there is no such sentence.
    pub fn sentence(&self, index: usize) -> Range<usize> {
        self.sentences[index].rows.clone()
    }

    /// The rows of one sentence that are word pieces, without padding.
    pub(crate) fn pieces(&self, index: usize) -> Range<usize> {
        let Segment { rows, keys } = &self.sentences[index];
        rows.start..rows.start + keys
    }

    /// The rows of all sentences, and how many of each can be attended; uploaded at the first call.
    pub(crate) fn segments(&self, device: &Device) -> Segments {
        let segments = self.segments.get_or_init(|| Segments::new(&self.sentences, device));
        if segments.device() == *device { segments.clone() } else { Segments::new(&self.sentences, device) }
    }

    /// The word-piece ids of all rows.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Position of each row in its sentence, `[rows]`.
    pub(crate) fn positions(&self, device: &Device) -> Tensor<1, Int> {
        indices(self.sentences.iter().flat_map(|s| 0..s.rows.len()), device)
    }

    /// The row of each sentence's `[CLS]`, `[sentences]`.
    pub(crate) fn cls_rows(&self, device: &Device) -> Tensor<1, Int> {
        indices(self.sentences.iter().map(|s| s.rows.start), device)
    }

    /// Whether all sentences have the same number of rows, so that packed and padded forms coincide.
    fn is_rectangular(&self) -> bool {
        self.sentences.iter().all(|s| s.rows.len() == self.longest())
    }

    /// Packed rows to one row of `longest` a sentence: `[rows, d]` to `[sentences, longest, d]`.
    /// What lies beyond a sentence's end repeats its last row and has to be masked.
    pub(crate) fn unpack(&self, packed: Tensor<2>) -> Tensor<3> {
        let [_, d] = packed.dims();
        let shape = [self.sentences(), self.longest(), d];
        if self.is_rectangular() {
            return packed.reshape(shape);
        }
        let device = packed.device();
        let rows =
            self.sentences.iter().flat_map(|s| (0..self.longest()).map(|i| (s.rows.start + i).min(s.rows.end - 1)));
        packed.select(0, indices(rows, &device)).reshape(shape)
    }

    /// The way back from [`Batch::unpack`]: `[sentences, longest, d]` to `[rows, d]`.
    pub(crate) fn pack(&self, unpacked: Tensor<3>) -> Tensor<2> {
        let [sentences, longest, d] = unpacked.dims();
        let flat = unpacked.reshape([sentences * longest, d]);
        if self.is_rectangular() {
            return flat;
        }
        let device = flat.device();
        let rows = self.sentences.iter().enumerate().flat_map(|(i, s)| (0..s.rows.len()).map(move |j| i * longest + j));
        flat.select(0, indices(rows, &device))
    }

    /// 0 where a key may be attended, a large negative number where not, `[sentences, longest]`.
    ///
    /// `None` where every key of every sentence may be.
    pub(crate) fn key_mask(&self, hide_padding: bool, device: &Device) -> Option<Tensor<2>> {
        let keys = |s: &Segment| if hide_padding { s.keys } else { s.rows.len() };
        let longest = self.longest();
        if self.sentences.iter().all(|s| keys(s) == longest) {
            return None;
        }
        let mask: Vec<f32> = self
            .sentences
            .iter()
            .flat_map(|s| (0..longest).map(move |i| if i < keys(s) { 0.0 } else { HIDDEN }))
            .collect();
        Some(Tensor::from_data(TensorData::new(mask, [self.sentences(), longest]), device))
    }
}

/// Added to a score that must not count: its softmax is exactly 0, in half precision too.
const HIDDEN: f32 = -1e4;

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
        let batch = Batch::packed(&[vec![1, 2, 3], vec![4], vec![5, 6]]);
        let rows = Tensor::<1>::from_floats([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], &device).reshape([6, 1]);
        let unpacked = batch.unpack(rows.clone());
        assert_eq!(unpacked.dims(), [3, 3, 1]);
        batch.pack(unpacked).into_data().assert_eq(&rows.into_data(), true);
    }

    #[test]
    fn a_context_is_read_and_left_behind() {
        let device = Device::flex();
        let plain = Batch::packed(&[vec![1, 10, 11, 2], vec![1, 20, 2]]);
        let batch = plain.clone().between(&[vec![5, 6], vec![]], &[vec![], vec![7]]);
        assert_eq!(batch.read().ids(), [1, 5, 6, 10, 11, 2, 1, 20, 7, 2]);
        assert_eq!((batch.ids(), batch.sentence(1)), (plain.ids(), plain.sentence(1)));
        let ids = Tensor::<1>::from_floats([1.0, 5.0, 6.0, 10.0, 11.0, 2.0, 1.0, 20.0, 7.0, 2.0], &device);
        let kept: Vec<f32> = batch.keep(ids.reshape([10, 1])).into_data().try_to_vec().unwrap();
        assert_eq!(kept, [1.0, 10.0, 11.0, 2.0, 1.0, 20.0, 2.0]);
        // Two heads, six keys; what lies beyond the second sentence does not matter.
        let attention = Tensor::<1, Int>::arange(0..24, &device).float().reshape([2, 2, 6]);
        let kept: Vec<f32> = batch.keep_keys(attention).into_data().try_to_vec().unwrap();
        assert_eq!(kept[..8], [0.0, 3.0, 4.0, 5.0, 6.0, 9.0, 10.0, 11.0]);
        assert_eq!((&kept[8..11], &kept[12..15]), (&[12.0, 13.0, 15.0][..], &[18.0, 19.0, 21.0][..]));
        let without = plain.clone().between(&[vec![], vec![]], &[vec![], vec![]]);
        assert_eq!(without.read().ids(), plain.ids());
    }

    #[test]
    fn padding_rows_are_hidden_only_when_asked() {
        let device = Device::flex();
        let batch = Batch::padded(&[vec![1, 2, 3], vec![4]], 0);
        assert_eq!(batch.ids(), [1, 2, 3, 4, 0, 0]);
        assert!(batch.key_mask(false, &device).is_none());
        let mask: Vec<f32> = batch.key_mask(true, &device).unwrap().into_data().try_to_vec().unwrap();
        assert_eq!(mask, [0.0, 0.0, 0.0, 0.0, HIDDEN, HIDDEN]);
    }
}
