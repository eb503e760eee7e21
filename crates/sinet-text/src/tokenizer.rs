//! From words to the pieces of the encoder's vocabulary, one word at a time.

use std::ops::Range;

/// A model folder's `tokenizer.json`, used word by word as the data sets are: each word is tokenised by
/// itself, so its pieces never depend on its neighbours.
///
/// Truncation and padding that the file may ask for are off.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sinet_text::Tokenizer;
///
/// let tokenizer = Tokenizer::from_bytes(&std::fs::read("model/tokenizer.json")?)?;
/// let encoding = tokenizer.encode_words(["span-based", "model"]);
/// // [CLS] span - based model [SEP]
/// assert_eq!(encoding.words, [1..4, 4..5]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    special: SpecialTokens,
}

/// Ids of the pieces that stand for no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Opens every input: `[CLS]`.
    pub cls: u32,
    /// Closes every input: `[SEP]`.
    pub sep: u32,
    /// Stands for a word without pieces: `[UNK]` (BERT) or `<unk>` (ALBERT).
    pub unk: u32,
    /// Fills a batch: `[PAD]` (BERT) or `<pad>` (ALBERT).
    pub pad: u32,
}

/// One input of the encoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Piece ids: `[CLS]`, the pieces of all words, `[SEP]`.
    pub ids: Vec<u32>,
    /// For each word its positions in `ids`, never empty.
    pub words: Vec<Range<usize>>,
    /// Number of pieces that did not fit and are not in `ids`.
    pub dropped_pieces: usize,
}

/// Why a `tokenizer.json` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// It is not a tokenizer file.
    #[error("tokenizer.json cannot be read: {0}; take the one that came with the encoder")]
    Malformed(String),
    /// A special token is not in its vocabulary.
    #[error("tokenizer.json has no token {}; it must be that of a BERT or ALBERT encoder", .0.join(" or "))]
    MissingToken(&'static [&'static str]),
}

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// If they are not one, or if its vocabulary lacks one of the [`SpecialTokens`].
    pub fn from_bytes(json: &[u8]) -> Result<Self, TokenizerError> {
        let malformed = |error: tokenizers::Error| TokenizerError::Malformed(error.to_string());
        let mut inner = tokenizers::Tokenizer::from_bytes(json).map_err(malformed)?;
        inner.with_truncation(None).map_err(malformed)?;
        inner.with_padding(None);
        let id = |names: &'static [&'static str]| {
            let mut ids = names.iter().filter_map(|name| inner.token_to_id(name));
            ids.next().ok_or(TokenizerError::MissingToken(names))
        };
        let special = SpecialTokens {
            cls: id(&["[CLS]"])?,
            sep: id(&["[SEP]"])?,
            unk: id(&["[UNK]", "<unk>"])?,
            pad: id(&["[PAD]", "<pad>"])?,
        };
        Ok(Self { inner, special })
    }

    /// The ids of the special tokens.
    pub fn special(&self) -> SpecialTokens {
        self.special
    }

    /// Number of entries of the vocabulary, added tokens included.
    pub fn vocabulary_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// The pieces of one word: at least one, the unknown token if the vocabulary has nothing for it.
    pub fn pieces(&self, word: &str) -> Vec<u32> {
        // A failure means that not even the file's own unknown token covers the word; ours does.
        let ids = match self.inner.encode_fast(word, false) {
            Ok(encoding) => encoding.get_ids().to_vec(),
            Err(_) => vec![],
        };
        if ids.is_empty() {
            vec![self.special.unk]
        } else {
            ids
        }
    }

    /// The input for these words, whatever its length.
    pub fn encode_words<W: AsRef<str>>(&self, words: impl IntoIterator<Item = W>) -> Encoding {
        let pieces: Vec<_> = words
            .into_iter()
            .map(|word| self.pieces(word.as_ref()))
            .collect();
        Encoding::from_pieces(self.special, &pieces, usize::MAX)
    }
}

impl Encoding {
    /// The input for words whose pieces are known, cut to `limit` pieces, `[CLS]` and `[SEP]` counted.
    ///
    /// Pieces are dropped only where a window of [`crate::windows()`] is one overlong word; then
    /// [`Encoding::dropped_pieces`] says how many. Every word keeps at least one piece, so `limit` is exceeded
    /// if it is less than the number of words plus two.
    pub fn from_pieces<P: AsRef<[u32]>>(
        special: SpecialTokens,
        pieces: &[P],
        limit: usize,
    ) -> Self {
        let mut ids = vec![special.cls];
        let mut words = Vec::with_capacity(pieces.len());
        let mut dropped_pieces = 0;
        for (index, word) in pieces.iter().enumerate() {
            let word = match word.as_ref() {
                [] => &[special.unk],
                word => word,
            };
            // One piece for each word to come, and the closing [SEP].
            let reserved = ids.len() + (pieces.len() - index - 1) + 1;
            let kept = word.len().min(limit.saturating_sub(reserved).max(1));
            dropped_pieces += word.len() - kept;
            words.push(ids.len()..ids.len() + kept);
            ids.extend_from_slice(&word[..kept]);
        }
        ids.push(special.sep);
        Self {
            ids,
            words,
            dropped_pieces,
        }
    }
}
