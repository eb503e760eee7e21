//! From words to the pieces of the encoder's vocabulary, one word at a time.

use std::ops::Range;

use crate::annotation::WordRange;
use crate::pieces::Pieces;

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
    inner: Pieces,
    special: SpecialTokens,
}

/// Ids of the pieces that stand for no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Opens every input: `[CLS]` (BERT) or `<s>` (RoBERTa).
    pub cls: u32,
    /// Closes every input: `[SEP]` (BERT) or `</s>` (RoBERTa).
    pub sep: u32,
    /// Stands for a word without pieces: `[UNK]` (BERT) or `<unk>` (ALBERT, RoBERTa).
    pub unk: u32,
    /// Fills a batch: `[PAD]` (BERT) or `<pad>` (ALBERT, RoBERTa).
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
    /// Pieces of words before these, which the encoder reads between `[CLS]` and the first word.
    pub before: Vec<u32>,
    /// Pieces of words after these, which the encoder reads between the last word and `[SEP]`.
    pub after: Vec<u32>,
}

/// Why a `tokenizer.json` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    /// It is not a tokenizer file.
    #[error("tokenizer.json cannot be read: {0}; take the one that came with the encoder")]
    Malformed(String),
    /// A special token is not in its vocabulary.
    #[error("tokenizer.json has no token {}; it must be that of an encoder such as BERT or RoBERTa", .0.join(" or "))]
    MissingToken(&'static [&'static str]),
}

impl Tokenizer {
    /// Reads the bytes of a `tokenizer.json`.
    ///
    /// # Errors
    /// If they are not one, or if its vocabulary lacks one of the [`SpecialTokens`].
    pub fn from_bytes(json: &[u8]) -> Result<Self, TokenizerError> {
        let inner: Pieces =
            serde_json::from_slice(json).map_err(|error| TokenizerError::Malformed(error.to_string()))?;
        // The file says what has which role. Names are for files that do not; a vocabulary may have several of them, since
        // MPNet has all pieces of BERT beside its own special tokens.
        let named = |names: &'static [&'static str]| inner.first_of(names).ok_or(TokenizerError::MissingToken(names));
        let (cls, sep) = match inner.ends() {
            Some(ends) => ends,
            None => (named(&["[CLS]", "<s>"])?, named(&["[SEP]", "</s>"])?),
        };
        let unk = inner.unknown().map_or_else(|| named(&["[UNK]", "<unk>"]), Ok)?;
        let pad = inner.padding().map_or_else(|| named(&["[PAD]", "<pad>"]), Ok)?;
        let special = SpecialTokens { cls, sep, unk, pad };
        Ok(Self { inner, special })
    }

    /// The ids of the special tokens.
    pub fn special(&self) -> SpecialTokens {
        self.special
    }

    /// Number of entries of the vocabulary, added tokens included.
    pub fn vocabulary_size(&self) -> usize {
        self.inner.count()
    }

    /// The largest id of a piece or a special token. An encoder needs a row for it and for all below.
    pub fn largest_id(&self) -> u32 {
        self.inner.largest_id()
    }

    /// The pieces of one word: at least one, the unknown token if the vocabulary has nothing for it.
    pub fn pieces(&self, word: &str) -> Vec<u32> {
        // A failure means that not even the file's own unknown token covers the word; ours does.
        let ids = self.inner.of(word).unwrap_or_default();
        if ids.is_empty() { vec![self.special.unk] } else { ids }
    }

    /// The input for these words, whatever its length.
    pub fn encode_words<W: AsRef<str>>(&self, words: impl IntoIterator<Item = W>) -> Encoding {
        let pieces: Vec<_> = words.into_iter().map(|word| self.pieces(word.as_ref())).collect();
        Encoding::from_pieces(self.special, &pieces, usize::MAX)
    }
}

impl Encoding {
    /// The input for words whose pieces are known, cut to `limit` pieces, `[CLS]` and `[SEP]` counted.
    ///
    /// Pieces are dropped only where a window of [`crate::windows()`] is one overlong word; then
    /// [`Encoding::dropped_pieces`] says how many. Every word keeps at least one piece, so `limit` is exceeded
    /// if it is less than the number of words plus two.
    pub fn from_pieces<P: AsRef<[u32]>>(special: SpecialTokens, pieces: &[P], limit: usize) -> Self {
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
        Self { ids, words, dropped_pieces, before: Vec::new(), after: Vec::new() }
    }

    /// With up to `most` of the document's words on each side, as many as fit `limit` pieces in all. `pieces` are those of
    /// the document's words, and this is the input for `words` of them.
    ///
    /// # Panics
    /// If `words` leave the document.
    pub fn in_context<P: AsRef<[u32]>>(self, pieces: &[P], words: WordRange, most: usize, limit: usize) -> Self {
        let mut room = limit.saturating_sub(self.ids.len());
        let mut fits = |word: &P| {
            let left = room.checked_sub(word.as_ref().len());
            room = left.unwrap_or(room);
            left.is_some()
        };
        let WordRange { mut start, mut end } = words;
        let (mut backward, mut forward) = (true, true);
        // By turns, so that both sides get the same room.
        for _ in 0..most {
            backward = backward && start > 0 && fits(&pieces[start - 1]);
            start -= usize::from(backward);
            forward = forward && end < pieces.len() && fits(&pieces[end]);
            end += usize::from(forward);
        }
        let all = |words: &[P]| words.iter().flat_map(AsRef::as_ref).copied().collect();
        Self { before: all(&pieces[start..words.start]), after: all(&pieces[words.end..end]), ..self }
    }

    /// Number of pieces that the encoder reads.
    pub fn read_pieces(&self) -> usize {
        self.before.len() + self.ids.len() + self.after.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    const BERT: &str = include_str!("../tests/fixtures/bert-tokenizer.json");
    const ALBERT: &str = include_str!("../tests/fixtures/albert-tokenizer.json");
    const ROBERTA: &str = include_str!("../tests/fixtures/roberta-tokenizer.json");
    const XLMR: &str = include_str!("../tests/fixtures/xlmr-tokenizer.json");

    /// The pieces by name, words between `|`.
    #[track_caller]
    fn check(json: &str, words: &[&str], expected: Expect) {
        let tokenizer = Tokenizer::from_bytes(json.as_bytes()).unwrap();
        let encoding = tokenizer.encode_words(words);
        let whole = tokenizers::Tokenizer::from_bytes(json.as_bytes()).unwrap();
        let name = |position| whole.id_to_token(encoding.ids[position]).unwrap();
        let words = encoding.words.iter().cloned();
        let words = words.map(|word| word.map(name).collect::<Vec<_>>().join(" "));
        let last = encoding.ids.len() - 1;
        expected.assert_eq(&format!("{}|{}|{}", name(0), words.collect::<Vec<_>>().join("|"), name(last)));
        assert_eq!(encoding.dropped_pieces, 0);
    }

    #[test]
    fn words_become_pieces_one_by_one() {
        check(BERT, &["Span-based", "models", "WORKED"], expect!["[CLS]|span - based|models|work ##ed|[SEP]"]);
        check(ALBERT, &["The", "models", "Entity-"], expect!["[CLS]|▁the|▁model s|▁ent ity -|[SEP]"]);
        check(
            ROBERTA,
            &["The", "models", "Entity-", "naïve", "parser's"],
            expect!["<s>|Ġ The|Ġmodel s|Ġ En ti ty -|Ġ n a Ã ¯ v e|Ġ pa r s er 's|</s>"],
        );
        check(
            XLMR,
            &["The", "models", "Entity-", "Zürich"],
            expect!["<s>|▁ T he|▁model s|▁ E ntit y -|▁ Z ü r i ch|</s>"],
        );
    }

    #[test]
    fn special_tokens_have_their_roles_from_the_file() {
        let special = |json: &serde_json::Value| {
            let SpecialTokens { cls, sep, unk, pad } =
                Tokenizer::from_bytes(json.to_string().as_bytes()).unwrap().special();
            [cls, sep, unk, pad]
        };
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(
            [BERT, ALBERT, ROBERTA, XLMR].map(|text| special(&json(text))),
            [[2, 3, 1, 0], [2, 3, 1, 0], [0, 2, 3, 1], [0, 2, 3, 1]]
        );
        // MPNet: BERT's whole vocabulary, and other special tokens.
        let mut mpnet = json(BERT);
        let count = mpnet["model"]["vocab"].as_object().unwrap().len();
        for (i, name) in ["<s>", "<pad>", "</s>"].into_iter().enumerate() {
            mpnet["model"]["vocab"][name] = (count + i).into();
            mpnet["added_tokens"][i]["content"] = name.into();
            mpnet["added_tokens"][i]["id"] = (count + i).into();
        }
        mpnet["padding"] = serde_json::Value::Null;
        let ids = [count as u32, count as u32 + 2, 1, count as u32 + 1];
        mpnet["post_processor"] =
            serde_json::json!({"type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2]});
        assert_eq!(special(&mpnet), ids);
        mpnet["post_processor"] = serde_json::json!({"type": "TemplateProcessing", "single": [
            {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "</s>", "type_id": 0}}], "pair": [], "special_tokens": {}});
        assert_eq!(special(&mpnet), ids);
        mpnet["post_processor"] = serde_json::Value::Null;
        mpnet["added_tokens"].as_array_mut().unwrap().truncate(3);
        assert_eq!(special(&mpnet), ids, "special tokens go before pieces of other names");
    }

    #[test]
    fn a_word_without_pieces_is_unknown() {
        check(BERT, &["\u{200b}", "", "漢", "a"], expect!["[CLS]|[UNK]|[UNK]|[UNK]|a|[SEP]"]);
        check(ALBERT, &["", "漢"], expect!["[CLS]|<unk>|▁ <unk>|[SEP]"]);
        check(BERT, &[], expect!["[CLS]||[SEP]"]);
    }

    #[test]
    fn the_file_may_ask_for_truncation_and_padding_in_vain() {
        let tokenizer = Tokenizer::from_bytes(BERT.as_bytes()).unwrap();
        assert_eq!(tokenizer.pieces("bcdfghjklmnpqrst").len(), 16);
        assert_eq!(tokenizer.pieces("a").len(), 1);
    }

    #[test]
    fn a_very_long_word_has_pieces() {
        let word = "Donaudampfschiff".repeat(2_000);
        let bert = Tokenizer::from_bytes(BERT.as_bytes()).unwrap();
        assert_eq!(bert.pieces(&word), [bert.special().unk]);
        let albert = Tokenizer::from_bytes(ALBERT.as_bytes()).unwrap();
        assert_eq!(albert.pieces(&word).len(), word.len() + 1);
    }

    #[test]
    fn dropped_pieces_are_counted() {
        let special = SpecialTokens { cls: 1, sep: 2, unk: 3, pad: 0 };
        for (pieces, limit, ids, word_ends, dropped_pieces) in [
            (vec![vec![7, 8, 9]], 5, vec![1, 7, 8, 9, 2], vec![4], 0),
            (vec![vec![7, 8, 9]], 4, vec![1, 7, 8, 2], vec![3], 1),
            (vec![vec![7, 8, 9]], 0, vec![1, 7, 2], vec![2], 2),
            (vec![vec![7, 8], vec![9]], 4, vec![1, 7, 9, 2], vec![2, 3], 1),
            (vec![vec![]], 4, vec![1, 3, 2], vec![2], 0),
            (vec![], 4, vec![1, 2], vec![], 0),
        ] {
            let starts = std::iter::once(1).chain(word_ends.iter().copied());
            let words = starts.zip(&word_ends).map(|(start, &end)| start..end).collect();
            let expected = Encoding { ids, words, dropped_pieces, before: vec![], after: vec![] };
            assert_eq!(Encoding::from_pieces(special, &pieces, limit), expected);
        }
    }

    const SPECIAL: SpecialTokens = SpecialTokens { cls: 1, sep: 2, unk: 3, pad: 0 };

    #[test]
    fn the_words_around_are_read_as_far_as_they_fit() {
        // The word 13 has three pieces, the others one.
        let pieces = [vec![10], vec![11], vec![12], vec![13; 3], vec![14], vec![15]];
        let cases: [(usize, usize, &[u32], &[u32]); 6] = [
            (0, 99, &[], &[]),
            (1, 99, &[11], &[13, 13, 13]),
            (9, 99, &[10, 11], &[13, 13, 13, 14, 15]),
            (9, 3, &[], &[]),
            (9, 5, &[10, 11], &[]),
            (9, 8, &[10, 11], &[13, 13, 13]),
        ];
        for (most, limit, before, after) in cases {
            let encoding = Encoding::from_pieces(SPECIAL, &pieces[2..3], limit);
            let encoding = encoding.in_context(&pieces, WordRange { start: 2, end: 3 }, most, limit);
            assert_eq!((&encoding.before[..], &encoding.after[..]), (before, after), "{most} words, {limit} pieces");
            assert_eq!(encoding.ids, [1, 12, 2]);
        }
    }

    proptest! {
        #[test]
        fn context_is_contiguous_and_as_wide_as_fits(
            counts in prop::collection::vec(1usize..5, 1..40),
            cut in (0usize..40, 1usize..20),
            most in 0usize..20,
            limit in 3usize..80,
        ) {
            let start = cut.0 % counts.len();
            let words = WordRange { start, end: (start + cut.1).min(counts.len()) };
            // Every piece says which word it is of.
            let pieces: Vec<Vec<u32>> = counts.iter().enumerate().map(|(word, &n)| vec![word as u32 + 10; n]).collect();
            let plain = Encoding::from_pieces(SPECIAL, &pieces[words.start..words.end], limit);
            let found = plain.clone().in_context(&pieces, words, most, limit);
            prop_assert_eq!((&found.ids, &found.words), (&plain.ids, &plain.words));
            prop_assert!(found.read_pieces() <= limit.max(plain.ids.len()));
            let room = limit.saturating_sub(found.read_pieces());
            let whole = |range: Range<usize>| pieces[range].concat();
            let sides = [(&found.before, true), (&found.after, false)];
            for (side, is_before) in sides {
                let mut distinct = side.clone();
                distinct.dedup();
                let n = distinct.len();
                prop_assert!(n <= most);
                let (range, next) = if is_before {
                    (words.start - n..words.start, (words.start - n).checked_sub(1))
                } else {
                    (words.end..words.end + n, Some(words.end + n).filter(|&next| next < pieces.len()))
                };
                prop_assert_eq!(side, &whole(range));
                prop_assert!(n == most || next.is_none_or(|next| counts[next] > room));
            }
        }
    }

    #[test]
    fn the_largest_id_is_that_of_any_piece_or_added_token() {
        let largest = |json: &str| Tokenizer::from_bytes(json.as_bytes()).unwrap().largest_id() as usize;
        for json in [BERT, ALBERT, ROBERTA, XLMR] {
            let count = Tokenizer::from_bytes(json.as_bytes()).unwrap().vocabulary_size();
            assert_eq!(largest(json), count - 1, "the fixtures have no gap");
        }
        let mut json: serde_json::Value = serde_json::from_str(BERT).unwrap();
        json["model"]["vocab"]["the"] = 99_999.into();
        assert_eq!(largest(&json.to_string()), 99_999);
        json["added_tokens"][0]["id"] = 999_999.into();
        assert_eq!(largest(&json.to_string()), 999_999);
    }

    #[track_caller]
    fn check_error(json: &str, expected: Expect) {
        let error = Tokenizer::from_bytes(json.as_bytes()).unwrap_err();
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn errors_say_what_is_missing() {
        check_error(
            "{",
            expect![
                "tokenizer.json cannot be read: EOF while parsing an object at line 1 column 1; take the one that came with the encoder"
            ],
        );
        check_error(
            "",
            expect![
                "tokenizer.json cannot be read: EOF while parsing a value at line 1 column 0; take the one that came with the encoder"
            ],
        );
        check_error(
            &ALBERT.replace("[SEP]", "[END]"),
            expect!["tokenizer.json has no token [SEP] or </s>; it must be that of an encoder such as BERT or RoBERTa"],
        );
        check_error(
            &ALBERT.replace("<pad>", "<fill>"),
            expect![
                "tokenizer.json has no token [PAD] or <pad>; it must be that of an encoder such as BERT or RoBERTa"
            ],
        );
    }
}
