//! What the `tokenizer.json` of a BERT or ALBERT encoder says, and nothing more.
//!
//! The crate that everybody tokenises with can read the file of any encoder, for some of which it needs regular
//! expressions. Their engine would be a large part of what a browser has to download; the crate's parts for these two
//! encoders, put together here, need none.

use std::fmt;

use ahash::AHashMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::{BertNormalizer, Lowercase, NFKD, StripAccents};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{
    Model as _, NormalizedString, Normalizer as _, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer as _, Token,
};

use crate::charsmap::Charsmap;

/// Bytes of a word that replacements may make. Some that follow each other could double it again and again.
const LONGEST_REPLACEMENTS: usize = 1 << 20;

/// From the text of a word to pieces.
///
/// The special tokens are no text: a word that is spelt like one has the pieces of its letters.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Pieces {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
    normalizer: Option<Normalizer>,
    pre_tokenizer: Option<PreTokenizer>,
    model: Model,
}

impl Pieces {
    /// The ids of the pieces of a word; none if it has nothing to be read.
    ///
    /// # Errors
    /// If the vocabulary lacks the token that it names for unknown words.
    pub fn of(&self, word: &str) -> Result<Vec<u32>, tokenizers::Error> {
        let mut text = NormalizedString::from(word);
        if let Some(normalizer) = &self.normalizer {
            normalizer.normalize(&mut text)?;
        }
        let mut parts = PreTokenizedString::from(text);
        if let Some(pre_tokenizer) = &self.pre_tokenizer {
            pre_tokenizer.split(&mut parts)?;
        }
        let mut ids = Vec::new();
        for (part, ..) in parts.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
            ids.extend(self.model.tokenize(part)?.iter().map(|token| token.id));
        }
        Ok(ids)
    }

    /// The id of a piece or a special token.
    pub fn id(&self, name: &str) -> Option<u32> {
        let added = self.added_tokens.iter().find(|token| token.content == name);
        added.map(|token| token.id).or_else(|| self.model.id(name))
    }

    /// Number of pieces and special tokens.
    pub fn count(&self) -> usize {
        let more = self.added_tokens.iter().filter(|token| self.model.id(&token.content).is_none());
        self.model.count() + more.count()
    }

    /// The largest id of a piece or a special token.
    pub fn largest_id(&self) -> u32 {
        let of_pieces = self.model.largest_id();
        self.added_tokens.iter().fold(of_pieces, |largest, token| largest.max(token.id))
    }
}

#[derive(Debug, Clone, serde::Deserialize)]
struct AddedToken {
    id: u32,
    content: String,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "type")]
enum Normalizer {
    #[serde(rename = "BertNormalizer")]
    Bert {
        clean_text: bool,
        handle_chinese_chars: bool,
        strip_accents: Option<bool>,
        lowercase: bool,
    },
    Sequence {
        normalizers: Vec<Normalizer>,
    },
    Replace {
        pattern: Pattern,
        content: String,
    },
    #[serde(rename = "NFKD")]
    Nfkd,
    StripAccents,
    Lowercase,
    Precompiled(Charsmap),
}

#[derive(Debug, Clone, serde::Deserialize)]
enum Pattern {
    String(String),
    Regex(Spaces),
}

/// The one regular expression in files of ALBERT.
#[derive(Debug, Clone, serde::Deserialize)]
enum Spaces {
    #[serde(rename = " {2,}")]
    TwoOrMore,
}

impl Normalizer {
    fn normalize(&self, text: &mut NormalizedString) -> Result<(), tokenizers::Error> {
        match self {
            &Self::Bert { clean_text, handle_chinese_chars, strip_accents, lowercase } => {
                BertNormalizer::new(clean_text, handle_chinese_chars, strip_accents, lowercase).normalize(text)
            }
            Self::Sequence { normalizers } => normalizers.iter().try_for_each(|normalizer| normalizer.normalize(text)),
            Self::Replace { pattern, content } => {
                let count = match pattern {
                    Pattern::String(pattern) => text.get().matches(pattern).count(),
                    // There are no more runs of spaces than spaces.
                    Pattern::Regex(Spaces::TwoOrMore) => text.get().matches(' ').count(),
                };
                if count > 0
                    && text.get().len().saturating_add(count.saturating_mul(content.len())) > LONGEST_REPLACEMENTS
                {
                    return Err("a word becomes too long".into());
                }
                *text = match pattern {
                    Pattern::String(pattern) => text.get().replace(pattern, content),
                    Pattern::Regex(Spaces::TwoOrMore) => replace_spaces(text.get(), content),
                }
                .into();
                Ok(())
            }
            Self::Nfkd => NFKD.normalize(text),
            Self::StripAccents => StripAccents.normalize(text),
            Self::Lowercase => Lowercase.normalize(text),
            Self::Precompiled(charsmap) => {
                *text = charsmap.normalize(text.get()).into();
                Ok(())
            }
        }
    }
}

/// The text with `content` in the place of each run of two spaces or more.
fn replace_spaces(text: &str, content: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("  ") {
        let (before, from) = rest.split_at(start);
        replaced.push_str(before);
        replaced.push_str(content);
        rest = from.trim_start_matches(' ');
    }
    replaced + rest
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "type")]
enum PreTokenizer {
    #[serde(rename = "BertPreTokenizer")]
    Bert,
    Sequence {
        pretokenizers: Vec<PreTokenizer>,
    },
    WhitespaceSplit,
    Metaspace {
        replacement: char,
        #[serde(default = "always")]
        prepend_scheme: PrependScheme,
        /// Older files say this instead.
        add_prefix_space: Option<bool>,
        split: Option<bool>,
    },
}

fn always() -> PrependScheme {
    PrependScheme::Always
}

impl PreTokenizer {
    fn split(&self, parts: &mut PreTokenizedString) -> Result<(), tokenizers::Error> {
        match self {
            Self::Bert => BertPreTokenizer.pre_tokenize(parts),
            Self::Sequence { pretokenizers } => pretokenizers.iter().try_for_each(|one| one.split(parts)),
            Self::WhitespaceSplit => WhitespaceSplit.pre_tokenize(parts),
            &Self::Metaspace { replacement, prepend_scheme, add_prefix_space, split } => {
                let scheme = if add_prefix_space == Some(false) { PrependScheme::Never } else { prepend_scheme };
                Metaspace::new(replacement, scheme, split.unwrap_or(true)).pre_tokenize(parts)
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Model {
    WordPiece { model: WordPiece, largest_id: u32 },
    Unigram(Box<Unigram>),
}

impl Model {
    fn tokenize(&self, part: &str) -> Result<Vec<Token>, tokenizers::Error> {
        match self {
            Self::WordPiece { model, .. } => model.tokenize(part),
            Self::Unigram(model) => model.tokenize(part),
        }
    }

    fn id(&self, name: &str) -> Option<u32> {
        match self {
            Self::WordPiece { model, .. } => model.token_to_id(name),
            Self::Unigram(model) => model.token_to_id(name),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::WordPiece { model, .. } => model.get_vocab_size(),
            Self::Unigram(model) => model.get_vocab_size(),
        }
    }

    fn largest_id(&self) -> u32 {
        match self {
            Self::WordPiece { largest_id, .. } => *largest_id,
            // Its ids are the places in a list.
            Self::Unigram(model) => u32::try_from(model.get_vocab_size().saturating_sub(1)).unwrap_or(u32::MAX),
        }
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Fields {
            vocab: Vocabulary,
            unk_token: Option<String>,
            continuing_subword_prefix: Option<String>,
            max_input_chars_per_word: Option<usize>,
            unk_id: Option<usize>,
            #[serde(default)]
            byte_fallback: bool,
        }

        let Fields { vocab, unk_token, continuing_subword_prefix, max_input_chars_per_word, unk_id, byte_fallback } =
            Fields::deserialize(deserializer)?;
        match vocab {
            Vocabulary::Numbered(pieces) => {
                let largest_id = pieces.values().copied().max().unwrap_or(0);
                let mut builder = WordPiece::builder().vocab(pieces);
                if let Some(token) = unk_token {
                    builder = builder.unk_token(token);
                }
                if let Some(prefix) = continuing_subword_prefix {
                    builder = builder.continuing_subword_prefix(prefix);
                }
                if let Some(most) = max_input_chars_per_word {
                    builder = builder.max_input_chars_per_word(most);
                }
                builder.build().map(|model| Self::WordPiece { model, largest_id })
            }
            Vocabulary::Scored(pieces) => {
                Unigram::from(pieces, unk_id, byte_fallback).map(|model| Self::Unigram(Box::new(model)))
            }
        }
        .map_err(de::Error::custom)
    }
}

/// WordPiece has a map of pieces to ids, Unigram a list of pieces with scores. Read as it comes: a copy that waits until
/// the kind is known would take as long again.
enum Vocabulary {
    Numbered(AHashMap<String, u32>),
    Scored(Vec<(String, f64)>),
}

impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Vocabulary;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a map of pieces to ids, or a list of pieces with scores")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vocabulary, A::Error> {
                let mut pieces = AHashMap::new();
                while let Some((piece, id)) = map.next_entry()? {
                    pieces.insert(piece, id);
                }
                Ok(Vocabulary::Numbered(pieces))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vocabulary, A::Error> {
                let mut pieces = Vec::new();
                while let Some(piece) = list.next_element()? {
                    pieces.push(piece);
                }
                Ok(Vocabulary::Scored(pieces))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BERT: &str = include_str!("../tests/fixtures/bert-tokenizer.json");
    const ALBERT: &str = include_str!("../tests/fixtures/albert-tokenizer.json");

    /// The same pieces as the crate that reads every file finds.
    #[track_caller]
    fn check_same(json: &str, words: &[&str]) {
        let mut whole = tokenizers::Tokenizer::from_bytes(json.as_bytes()).unwrap();
        whole.with_truncation(None).unwrap();
        whole.with_padding(None);
        let pieces: Pieces = serde_json::from_str(json).unwrap();
        assert_eq!(pieces.count(), whole.get_vocab_size(true));
        for word in words {
            let expected = whole.encode_fast(*word, false).unwrap();
            assert_eq!(pieces.of(word).unwrap(), expected.get_ids(), "{word:?}");
        }
    }

    /// ALBERT's own list of normalizers is longer than the fixture's.
    fn published_albert() -> String {
        let own = r#"{"type": "Replace", "pattern": {"String": "``"}, "content": "the"},
            {"type": "Replace", "pattern": {"String": "''"}, "content": "s"},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}, {"type": "NFKD"}"#;
        ALBERT.replace(r#"{"type": "NFKD"}"#, own).replace(r#"{"type":"NFKD"}"#, own)
    }

    #[test]
    fn the_same_pieces_as_the_whole_crate() {
        let words = [
            "Span-based",
            "models",
            "WORKED",
            "",
            " ",
            "naïve",
            "漢字",
            "a\u{301}b",
            "\u{fb01}nite",
            "it's",
            "e.g.",
            "x\u{0}y",
            "``entity''",
            "entity  model",
            "  ",
            "a   b  ",
            "\u{200b}",
            "🙂",
            "ÉCOLE",
            "don''t",
        ];
        let albert = published_albert();
        assert!(albert.contains("Regex"));
        for json in [BERT, ALBERT, &albert] {
            check_same(json, &words);
        }
    }

    #[test]
    fn special_tokens_are_not_text() {
        let pieces: Pieces = serde_json::from_str(BERT).unwrap();
        let special = pieces.id("[SEP]").unwrap();
        assert!(!pieces.of("[SEP]").unwrap().contains(&special));
    }

    #[test]
    fn files_of_other_encoders_are_refused() {
        let json = BERT.replace("BertPreTokenizer", "ByteLevel");
        let error = serde_json::from_str::<Pieces>(&json).unwrap_err().to_string();
        assert!(error.contains("unknown variant `ByteLevel`"), "{error}");
    }

    #[test]
    fn replacements_that_double_a_word_again_and_again_end() {
        let double = r#"{"type": "Replace", "pattern": {"String": "the"}, "content": "thethe"}"#;
        let steps = vec![double; 100].join(",");
        let json = ALBERT.replace(r#"{"type":"NFKD"}"#, &steps).replace(r#"{"type": "NFKD"}"#, &steps);
        assert!(json.contains("thethe"));
        let pieces: Pieces = serde_json::from_str(&json).unwrap();
        assert_eq!(pieces.of("the").unwrap_err().to_string(), "a word becomes too long");
        assert!(!pieces.of("model").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn any_word_has_the_same_pieces(word in r"\PC{0,12}|[a-zA-Z .,'`\u{300}-\u{303}\u{4e00}]{0,12}") {
            for json in [BERT.to_owned(), published_albert()] {
                check_same(&json, &[&word]);
            }
        }
    }
}
