//! The `tokenizer.json` of the encoders that work here, and nothing more.
//!
//! The crate that everybody tokenises with can read the file of any encoder, for some of which it needs regular
//! expressions. Their engine would be a large part of what a browser has to download; the crate's parts for these
//! encoders, put together here, need none.
//!
//! | pieces | of |
//! |---|---|
//! | WordPiece | BERT, DistilBERT, ELECTRA, MPNet |
//! | Unigram (SentencePiece) | ALBERT, XLM-R, DeBERTa |
//! | byte-level BPE | RoBERTa, ModernBERT |

use std::fmt;

use ahash::AHashMap;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use tokenizers::models::bpe::BPE;
use tokenizers::models::unigram::Unigram;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::{BertNormalizer, Lowercase, NFC, NFKC, NFKD, Strip, StripAccents};
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::punctuation::Punctuation;
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{
    Model as _, NormalizedString, Normalizer as _, OffsetReferential, OffsetType, PreTokenizedString,
    PreTokenizer as _, Token,
};

use crate::byte_level;
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
    post_processor: Option<PostProcessor>,
    padding: Option<Padding>,
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

    /// The id of the first of some names that is a special token, or else a piece.
    pub fn first_of(&self, names: &[&str]) -> Option<u32> {
        let added = |name: &&&str| self.added_tokens.iter().any(|token| token.content == **name);
        names.iter().find(added).or(names.iter().find(|name| self.id(name).is_some())).and_then(|name| self.id(name))
    }

    /// The ids that the file puts before and after a text, if it says so.
    pub fn ends(&self) -> Option<(u32, u32)> {
        let (opening, closing) = self.post_processor.as_ref()?.ends()?;
        Some((self.id(opening)?, self.id(closing)?))
    }

    /// The id that the file gives to unknown words, if it says so.
    pub fn unknown(&self) -> Option<u32> {
        match &self.model {
            Model::WordPiece { unknown, .. } | Model::Bpe { unknown, .. } => self.id(unknown.as_ref()?),
            Model::Unigram { unknown, .. } => *unknown,
        }
    }

    /// The id that the file fills batches with, if it says so.
    pub fn padding(&self) -> Option<u32> {
        self.id(&self.padding.as_ref()?.pad_token)
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
struct Padding {
    pad_token: String,
}

/// The tokens around a text.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "type")]
enum PostProcessor {
    #[serde(rename = "BertProcessing", alias = "RobertaProcessing")]
    Around {
        cls: (String, u32),
        sep: (String, u32),
    },
    #[serde(rename = "TemplateProcessing")]
    Template {
        single: Vec<TemplatePart>,
    },
    Sequence {
        processors: Vec<PostProcessor>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Clone, serde::Deserialize)]
enum TemplatePart {
    SpecialToken { id: String },
    Sequence {},
}

impl PostProcessor {
    /// The first token and the last, where both are special.
    fn ends(&self) -> Option<(&str, &str)> {
        match self {
            Self::Around { cls, sep } => Some((&cls.0, &sep.0)),
            Self::Template { single } => match &single[..] {
                [TemplatePart::SpecialToken { id: first }, .., TemplatePart::SpecialToken { id: last }] => {
                    Some((first, last))
                }
                _ => None,
            },
            Self::Sequence { processors } => processors.iter().find_map(Self::ends),
            Self::Other => None,
        }
    }
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
    #[serde(rename = "NFC")]
    Nfc,
    #[serde(rename = "NFKC")]
    Nfkc,
    #[serde(rename = "NFKD")]
    Nfkd,
    Strip {
        strip_left: bool,
        strip_right: bool,
    },
    StripAccents,
    Lowercase,
    Precompiled(Charsmap),
}

#[derive(Debug, Clone, serde::Deserialize)]
enum Pattern {
    String(String),
    Regex(Spaces),
}

/// The one regular expression in files of ALBERT, XLM-R and DeBERTa.
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
            Self::Nfc => NFC.normalize(text),
            Self::Nfkc => NFKC.normalize(text),
            Self::Nfkd => NFKD.normalize(text),
            &Self::Strip { strip_left, strip_right } => Strip::new(strip_left, strip_right).normalize(text),
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
    /// Each mark by itself; the other behaviours have no encoder.
    Punctuation {
        behavior: Option<Isolated>,
    },
    ByteLevel {
        #[serde(default = "yes")]
        use_regex: bool,
    },
    Metaspace {
        replacement: char,
        #[serde(default = "always")]
        prepend_scheme: PrependScheme,
        /// Older files say this instead.
        add_prefix_space: Option<bool>,
        split: Option<bool>,
    },
}

#[derive(Debug, Clone, Copy, serde::Deserialize)]
enum Isolated {
    Isolated,
}

fn yes() -> bool {
    true
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
            Self::Punctuation { behavior: Some(Isolated::Isolated) | None } => {
                Punctuation::default().pre_tokenize(parts)
            }
            Self::ByteLevel { use_regex } => byte_level::split(parts, *use_regex),
            &Self::Metaspace { replacement, prepend_scheme, add_prefix_space, split } => {
                let scheme = if add_prefix_space == Some(false) { PrependScheme::Never } else { prepend_scheme };
                Metaspace::new(replacement, scheme, split.unwrap_or(true)).pre_tokenize(parts)
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Model {
    WordPiece { model: WordPiece, largest_id: u32, unknown: Option<String> },
    Bpe { model: Box<BPE>, largest_id: u32, unknown: Option<String> },
    Unigram { model: Box<Unigram>, unknown: Option<u32> },
}

impl Model {
    fn tokenize(&self, part: &str) -> Result<Vec<Token>, tokenizers::Error> {
        match self {
            Self::WordPiece { model, .. } => model.tokenize(part),
            Self::Bpe { model, .. } => model.tokenize(part),
            Self::Unigram { model, .. } => model.tokenize(part),
        }
    }

    fn id(&self, name: &str) -> Option<u32> {
        match self {
            Self::WordPiece { model, .. } => model.token_to_id(name),
            Self::Bpe { model, .. } => model.token_to_id(name),
            Self::Unigram { model, .. } => model.token_to_id(name),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::WordPiece { model, .. } => model.get_vocab_size(),
            Self::Bpe { model, .. } => model.get_vocab_size(),
            Self::Unigram { model, .. } => model.get_vocab_size(),
        }
    }

    fn largest_id(&self) -> u32 {
        match self {
            Self::WordPiece { largest_id, .. } | Self::Bpe { largest_id, .. } => *largest_id,
            // Its ids are the places in a list.
            Self::Unigram { model, .. } => u32::try_from(model.get_vocab_size().saturating_sub(1)).unwrap_or(u32::MAX),
        }
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Fields {
            vocab: Vocabulary,
            merges: Option<Vec<Merge>>,
            unk_token: Option<String>,
            continuing_subword_prefix: Option<String>,
            end_of_word_suffix: Option<String>,
            max_input_chars_per_word: Option<usize>,
            unk_id: Option<usize>,
            #[serde(default)]
            byte_fallback: bool,
            #[serde(default)]
            fuse_unk: bool,
            #[serde(default)]
            ignore_merges: bool,
        }

        let fields = Fields::deserialize(deserializer)?;
        match (fields.vocab, fields.merges) {
            (Vocabulary::Numbered(pieces), None) => {
                let largest_id = pieces.values().copied().max().unwrap_or(0);
                let mut builder = WordPiece::builder().vocab(pieces);
                if let Some(token) = &fields.unk_token {
                    builder = builder.unk_token(token.clone());
                }
                if let Some(prefix) = fields.continuing_subword_prefix {
                    builder = builder.continuing_subword_prefix(prefix);
                }
                if let Some(most) = fields.max_input_chars_per_word {
                    builder = builder.max_input_chars_per_word(most);
                }
                let model = builder.build();
                model.map(|model| Self::WordPiece { model, largest_id, unknown: fields.unk_token })
            }
            (Vocabulary::Numbered(pieces), Some(merges)) => {
                let affixes = [fields.continuing_subword_prefix, fields.end_of_word_suffix];
                if affixes.into_iter().flatten().any(|affix| !affix.is_empty()) {
                    return Err(de::Error::custom("pieces by merges must be byte-level, without prefix and suffix"));
                }
                // The crate trusts that a merge makes a piece.
                let joined = |Merge(a, b): &Merge| [a.as_str(), b].concat();
                if let Some(merge) = merges.iter().find(|merge| !pieces.contains_key(&joined(merge))) {
                    return Err(de::Error::custom(format!("a merge makes {:?}, which is no piece", joined(merge))));
                }
                let largest_id = pieces.values().copied().max().unwrap_or(0);
                let merges = merges.into_iter().map(|Merge(a, b)| (a, b)).collect();
                let mut builder = BPE::builder().vocab_and_merges(pieces, merges);
                builder = builder.fuse_unk(fields.fuse_unk).byte_fallback(fields.byte_fallback);
                builder = builder.ignore_merges(fields.ignore_merges);
                if let Some(token) = &fields.unk_token {
                    builder = builder.unk_token(token.clone());
                }
                let model = builder.build();
                model.map(|model| Self::Bpe { model: Box::new(model), largest_id, unknown: fields.unk_token })
            }
            (Vocabulary::Scored(pieces), _) => {
                let unknown = fields.unk_id.and_then(|id| u32::try_from(id).ok());
                let model = Unigram::from(pieces, fields.unk_id, fields.byte_fallback);
                model.map(|model| Self::Unigram { model: Box::new(model), unknown })
            }
        }
        .map_err(de::Error::custom)
    }
}

/// Two pieces that make one: in older files one string, with a space between.
struct Merge(String, String);

impl<'de> Deserialize<'de> for Merge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Written {
            Pair(String, String),
            Joined(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Pair(a, b) => Ok(Self(a, b)),
            Written::Joined(both) => {
                let (a, b) = both.split_once(' ').ok_or_else(|| de::Error::custom("a merge needs two pieces"))?;
                Ok(Self(a.to_owned(), b.to_owned()))
            }
        }
    }
}

/// WordPiece and BPE have a map of pieces to ids, Unigram a list of pieces with scores. Read as it comes: a copy that waits until
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
    const ROBERTA: &str = include_str!("../tests/fixtures/roberta-tokenizer.json");
    const XLMR: &str = include_str!("../tests/fixtures/xlmr-tokenizer.json");

    /// The same pieces as the crate that reads every file finds.
    #[track_caller]
    fn check_same(json: &str, words: &[&str]) {
        check_as(json, words, |word| word.to_owned());
    }

    /// The same pieces as the crate finds in running text, where a word has a space before it.
    #[track_caller]
    fn check_after_space(json: &str, words: &[&str]) {
        check_as(json, words, |word| format!(" {word}"));
    }

    #[track_caller]
    fn check_as(json: &str, words: &[&str], text: impl Fn(&str) -> String) {
        let mut whole = tokenizers::Tokenizer::from_bytes(json.as_bytes()).unwrap();
        whole.with_truncation(None).unwrap();
        whole.with_padding(None);
        let pieces: Pieces = serde_json::from_str(json).unwrap();
        assert_eq!(pieces.count(), whole.get_vocab_size(true));
        for word in words {
            let expected = whole.encode_fast(text(word), false).unwrap();
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

    /// ModernBERT's kind: composed characters, and merges written as one string.
    fn modernbert() -> String {
        let mut json: serde_json::Value = serde_json::from_str(ROBERTA).unwrap();
        json["normalizer"] = serde_json::json!({"type": "NFC"});
        for merge in json["model"]["merges"].as_array_mut().unwrap() {
            let both: Vec<_> = merge.as_array().unwrap().iter().map(|piece| piece.as_str().unwrap()).collect();
            *merge = both.join(" ").into();
        }
        json.to_string()
    }

    /// DeBERTa's kind, version 2: marks are apart.
    fn deberta() -> String {
        let mut json: serde_json::Value = serde_json::from_str(XLMR).unwrap();
        json["normalizer"] = serde_json::json!({"type": "Sequence", "normalizers": [
            {"type": "Strip", "strip_left": true, "strip_right": true},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]});
        json["pre_tokenizer"] = serde_json::json!({"type": "Sequence", "pretokenizers": [
            {"type": "Punctuation", "behavior": "Isolated"},
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}]});
        json.to_string()
    }

    const CASED: [&str; 14] = [
        "Span-based",
        "models",
        "WORKED",
        "Zürich",
        "a\u{301}",
        "e.g.",
        "it's",
        "1,000",
        "漢字",
        "🙂",
        "Müller",
        "İ",
        "–",
        "x\u{a0}y",
    ];

    #[test]
    fn byte_level_and_sentence_pieces_are_those_after_a_space() {
        for json in [ROBERTA, &modernbert(), XLMR, &deberta()] {
            check_after_space(json, &CASED);
        }
        for json in [XLMR, &deberta()] {
            check_same(json, &CASED);
        }
    }

    /// A merge that makes no piece, or a prefix longer than a piece, ended in a panic of the crate.
    #[test]
    fn merges_that_make_no_piece_are_refused() {
        let change = |pointer: &str, value: serde_json::Value| {
            let mut json: serde_json::Value = serde_json::from_str(ROBERTA).unwrap();
            *json.pointer_mut(pointer).unwrap() = value;
            serde_json::from_str::<Pieces>(&json.to_string()).unwrap_err().to_string()
        };
        for (pointer, value, expected) in [
            ("/model/merges/3", serde_json::json!(["Ġ", "Ġ"]), "a merge makes \"ĠĠ\", which is no piece"),
            ("/model/merges/3", serde_json::json!("Ġ"), "a merge needs two pieces"),
            ("/model/continuing_subword_prefix", "##".into(), "without prefix and suffix"),
        ] {
            let error = change(pointer, value);
            assert!(error.contains(expected), "{error}");
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
        let json = BERT.replace("BertPreTokenizer", "Digits");
        let error = serde_json::from_str::<Pieces>(&json).unwrap_err().to_string();
        assert!(error.contains("unknown variant `Digits`"), "{error}");
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

        #[test]
        fn any_word_has_the_pieces_that_it_has_after_a_space(
            word in r"[\u{21}-\u{5ff}\u{4e00}🙂]{1,12}|[a-zA-Z.,'0-9\u{300}-\u{303}]{1,12}",
        ) {
            for json in [ROBERTA.to_owned(), modernbert(), XLMR.to_owned(), deberta()] {
                check_after_space(&json, &[&word]);
            }
        }
    }
}
