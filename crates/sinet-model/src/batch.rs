//! Sentences as the network takes them, alone or between their neighbours.

use std::ops::Range;

use burn::tensor::Tensor;

use crate::packed_rows::{PackedRows, indices};

/// A batch of sentences.
///
/// The encoder reads [`Batch::encoder_rows`]. Everything after it, and every [`Span`](crate::Span), counts in
/// [`Batch::rows`], which are those of the sentences alone. The two are the same, unless the sentences stand
/// [between](Batch::between) neighbours that only the encoder sees.
#[derive(Debug, Clone)]
pub struct Batch {
    sentences: PackedRows,
    neighbours: Option<Box<Neighbours>>,
}

/// The sentences of a batch between their neighbours.
#[derive(Debug, Clone)]
struct Neighbours {
    /// The rows that the encoder reads: for each sentence `[CLS]`, the words before, its own, those after, `[SEP]`.
    rows: PackedRows,
    /// The sentences' own among these, in the order of the sentences' rows.
    own: Vec<usize>,
}

impl Batch {
    /// Packs sentences of word-piece ids, `[CLS]` and `[SEP]` included.
    ///
    /// # Panics
    ///
    /// Panics if there is no sentence, or one without a piece.
    pub fn packed<S: AsRef<[u32]>>(sentences: &[S]) -> Self {
        Self { sentences: PackedRows::new(sentences, <[u32]>::len, 0), neighbours: None }
    }

    /// Packs sentences and fills each up with `pad` to the length of the longest, as the authors' code does.
    ///
    /// # Panics
    ///
    /// As [`Batch::packed`].
    pub fn padded<S: AsRef<[u32]>>(sentences: &[S], pad: u32) -> Self {
        let longest = sentences.iter().map(|s| s.as_ref().len()).max().unwrap_or(0);
        Self { sentences: PackedRows::new(sentences, |_| longest, pad), neighbours: None }
    }

    /// Puts word pieces between the `[CLS]` of each sentence and its first word, and between its last word and its `[SEP]`.
    /// Only the encoder reads them; their hidden states are left behind.
    ///
    /// # Panics
    ///
    /// Panics if there is not one of each for every sentence, or if a sentence has padding rows.
    pub fn between<S: AsRef<[u32]>>(self, before: &[S], after: &[S]) -> Self {
        let n = self.sentences();
        assert!(before.len() == n && after.len() == n, "a context a sentence");
        let around = || before.iter().map(AsRef::as_ref).zip(after.iter().map(AsRef::as_ref));
        if around().all(|(before, after)| before.is_empty() && after.is_empty()) {
            return self;
        }
        let (mut sequences, mut own, mut start) = (Vec::new(), Vec::new(), 0);
        for (sentence, (before, after)) in (0..n).zip(around()) {
            let rows = self.sentences.pieces(sentence);
            assert!(rows == self.sentence(sentence), "padding has no place in a context");
            let pieces = &self.sentences.ids()[rows];
            let last = pieces.len() - 1;
            let sequence = [&pieces[..1], before, &pieces[1..last], after, &pieces[last..]].concat();
            own.push(start);
            own.extend((start + 1 + before.len()..).take(last - 1));
            start += sequence.len();
            own.push(start - 1);
            sequences.push(sequence);
        }
        let rows = PackedRows::new(&sequences, <[u32]>::len, 0);
        Self { neighbours: Some(Box::new(Neighbours { rows, own })), ..self }
    }

    /// The rows of the sentences.
    pub fn rows(&self) -> &PackedRows {
        &self.sentences
    }

    /// The rows that the encoder reads.
    pub fn encoder_rows(&self) -> &PackedRows {
        self.neighbours.as_ref().map_or(&self.sentences, |neighbours| &neighbours.rows)
    }

    /// Number of sentences.
    pub fn sentences(&self) -> usize {
        self.sentences.sequences()
    }

    /// The rows of one sentence; the first is its `[CLS]`.
    ///
    /// # Panics
    ///
    /// Panics if there is no such sentence.
    pub fn sentence(&self, index: usize) -> Range<usize> {
        self.sentences.sequence(index)
    }

    /// Hidden states of the encoder's rows to those of the sentences' rows: `[encoder rows, d]` to `[rows, d]`.
    pub(crate) fn own_rows(&self, hidden: Tensor<2>) -> Tensor<2> {
        match &self.neighbours {
            None => hidden,
            Some(neighbours) => {
                let own = indices(neighbours.own.iter().copied(), &hidden.device());
                hidden.select(0, own)
            }
        }
    }

    /// Attention over the encoder's rows to attention over the sentences' rows: `[sentences, heads, longest of the encoder's
    /// rows]` to `[sentences, heads, longest of the rows]`.
    pub(crate) fn own_keys(&self, attention: Tensor<3>) -> Tensor<3> {
        let Some(neighbours) = &self.neighbours else { return attention };
        let [sentences, heads, wide] = attention.dims();
        let longest = self.sentences.longest();
        let keys = (0..sentences).flat_map(|i| {
            let (own, read) = (self.sentences.sequence(i), neighbours.rows.sequence(i));
            let key = move |row: usize| neighbours.own[own.start + row.min(own.len() - 1)] - read.start;
            (0..heads).flat_map(move |head| {
                let key = key.clone();
                (0..longest).map(move |row| (i * heads + head) * wide + key(row))
            })
        });
        let keys = indices(keys, &attention.device());
        attention.reshape([sentences * heads * wide]).select(0, keys).reshape([sentences, heads, longest])
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Int};

    use super::*;

    #[test]
    fn a_context_is_read_and_left_behind() {
        let device = Device::flex();
        let plain = Batch::packed(&[vec![1, 10, 11, 2], vec![1, 20, 2]]);
        let batch = plain.clone().between(&[vec![5, 6], vec![]], &[vec![], vec![7]]);
        assert_eq!(batch.encoder_rows().ids(), [1, 5, 6, 10, 11, 2, 1, 20, 7, 2]);
        assert_eq!((batch.rows().ids(), batch.sentence(1)), (plain.rows().ids(), plain.sentence(1)));
        let ids = Tensor::<1>::from_floats([1.0, 5.0, 6.0, 10.0, 11.0, 2.0, 1.0, 20.0, 7.0, 2.0], &device);
        let kept: Vec<f32> = batch.own_rows(ids.reshape([10, 1])).into_data().try_to_vec().unwrap();
        assert_eq!(kept, [1.0, 10.0, 11.0, 2.0, 1.0, 20.0, 2.0]);
        // Two heads, six keys; what lies beyond the second sentence does not matter.
        let attention = Tensor::<1, Int>::arange(0..24, &device).float().reshape([2, 2, 6]);
        let kept: Vec<f32> = batch.own_keys(attention).into_data().try_to_vec().unwrap();
        assert_eq!(kept[..8], [0.0, 3.0, 4.0, 5.0, 6.0, 9.0, 10.0, 11.0]);
        assert_eq!((&kept[8..11], &kept[12..15]), (&[12.0, 13.0, 15.0][..], &[18.0, 19.0, 21.0][..]));
        let without = plain.clone().between(&[vec![], vec![]], &[vec![], vec![]]);
        assert_eq!(without.encoder_rows().ids(), plain.rows().ids());
    }
}
