//! The logits of any spans and pairs, from which a student learns and a calibration is fitted.

use std::collections::HashMap;

use sinet_model::Pair;
use sinet_text::WordRange;

use crate::encode::Encoded;
use crate::error::AnnotateError;
use crate::model::Model;
use crate::predict::spans_of;

/// What a model's scores come from: a softmax over each row of `spans`, a sigmoid of each number of `pairs`.
///
/// They are the network's, with the model's [`Scaling`](crate::Scaling).
#[derive(Debug, Clone, PartialEq)]
pub struct Logits {
    /// `[spans, entity types + 1]`, "none" first.
    pub spans: Vec<f32>,
    /// `[pairs, relation types]`
    pub pairs: Vec<f32>,
}

impl Encoded {
    /// Whether the encoder has read all these words in one piece.
    pub fn holds(&self, words: WordRange) -> bool {
        self.by_window(&[words]).iter().any(|spans| !spans.is_empty())
    }
}

impl Model {
    /// The logits of spans of an encoded document, and of ordered pairs of these, which name head and tail by their places
    /// among `spans`.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the host's numbers cannot be read.
    ///
    /// # Panics
    ///
    /// Panics if the encoded document does not [hold](Encoded::holds) a span, if a pair names a span that is not there, or if it
    /// joins two that were not read together.
    pub fn logits(
        &self,
        encoded: &Encoded,
        spans: &[WordRange],
        pairs: &[(usize, usize)],
    ) -> Result<Logits, AnnotateError> {
        let (classes, types) = (self.schema().entities.len() + 1, self.schema().relations.len());
        let mut logits = Logits { spans: vec![0.0; spans.len() * classes], pairs: vec![0.0; pairs.len() * types] };
        let by_window = encoded.by_window(spans);
        let (mut read_spans, mut read_pairs) = (0, 0);
        for batch in &encoded.batches {
            let (here, numbers, _) = spans_of(encoded, batch, spans, &by_window);
            if here.is_empty() {
                continue;
            }
            read_spans += here.len();
            let rows = self.score_spans(&batch.spaces, &here)?;
            for (number, row) in numbers.iter().zip(rows.chunks_exact(classes)) {
                logits.spans[number * classes..][..classes].copy_from_slice(row);
            }
            let place: HashMap<usize, usize> =
                numbers.iter().enumerate().map(|(place, &number)| (number, place)).collect();
            let of_batch = pairs.iter().enumerate().filter_map(|(number, (head, tail))| {
                Some((number, Pair { head: *place.get(head)?, tail: *place.get(tail)? }))
            });
            let (numbers, of_batch): (Vec<_>, Vec<_>) = of_batch.unzip();
            read_pairs += of_batch.len();
            let mut numbers = numbers.into_iter();
            self.score_pairs(&batch.spaces, &here, of_batch.into_iter(), |_, row| {
                let number = numbers.next().expect("pairs are answered in their order");
                logits.pairs[number * types..][..types].copy_from_slice(row);
            })?;
        }
        assert_eq!((read_spans, read_pairs), (spans.len(), pairs.len()), "every span and pair lies in what was read");
        Ok(logits)
    }
}
