//! The pieces of a word are its text: of every kind of tokenizer that keeps letters as they are, byte for byte.

use proptest::prelude::*;
use serde_json::{Value, json};
use sinet_text::{ByteSpan, Document, Tokenizer};

const BERT: &str = include_str!("../fixtures/bert-tokenizer.json");
const ROBERTA: &str = include_str!("../fixtures/roberta-tokenizer.json");
const XLMR: &str = include_str!("../fixtures/xlmr-tokenizer.json");

/// A tokenizer, and the names of its pieces.
struct Named {
    tokenizer: Tokenizer,
    whole: tokenizers::Tokenizer,
}

impl Named {
    fn new(json: &str) -> Self {
        let whole = tokenizers::Tokenizer::from_bytes(json.as_bytes()).unwrap();
        Self { tokenizer: Tokenizer::from_bytes(json.as_bytes()).unwrap(), whole }
    }

    fn pieces(&self, word: &str) -> Vec<String> {
        self.tokenizer.pieces(word).into_iter().map(|id| self.whole.id_to_token(id).unwrap()).collect()
    }
}

/// BERT's tokenizer with the letters as they are, and a piece for each of Latin script.
fn cased_bert() -> Named {
    let mut json: Value = serde_json::from_str(BERT).unwrap();
    json["normalizer"]["lowercase"] = json!(false);
    json["truncation"] = Value::Null;
    json["padding"] = Value::Null;
    let vocabulary = json["model"]["vocab"].as_object_mut().unwrap();
    for letter in ('!'..='~').chain('À'..='ɏ') {
        for name in [letter.to_string(), format!("##{letter}")] {
            let next = vocabulary.len();
            vocabulary.entry(name).or_insert(json!(next));
        }
    }
    Named::new(&json.to_string())
}

/// The byte that a character of a byte-level piece stands for.
fn byte_of(character: char) -> u8 {
    let visible = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let hidden: Vec<u8> = (0..=255).filter(|byte| !visible(byte)).collect();
    match u32::from(character) {
        code @ 0x100.. => hidden[code as usize - 0x100],
        code => code as u8,
    }
}

/// Reads each word again from its pieces, and the text from its words and the gaps between them.
fn check(text: &str, read: impl Fn(&str) -> Option<Vec<u8>>) -> Result<usize, TestCaseError> {
    let document = Document::parse(text);
    let (mut rebuilt, mut end, mut checked) = (Vec::new(), 0, 0);
    for &word in &document.words {
        let name = word.of(&document.text).unwrap();
        rebuilt.extend_from_slice(ByteSpan { start: end, end: word.start }.of(&document.text).unwrap().as_bytes());
        match read(name) {
            Some(bytes) => {
                prop_assert_eq!(&bytes, name.as_bytes(), "{}", name);
                rebuilt.extend(bytes);
                checked += 1;
            }
            None => rebuilt.extend_from_slice(name.as_bytes()),
        }
        end = word.end;
    }
    rebuilt.extend_from_slice(&document.text.as_bytes()[end..]);
    prop_assert_eq!(rebuilt, text.as_bytes());
    Ok(checked)
}

fn byte_level(tokenizer: &Named) -> impl Fn(&str) -> Option<Vec<u8>> {
    |word| {
        let bytes: Vec<u8> = tokenizer.pieces(word).concat().chars().map(byte_of).collect();
        // The space before the word is one of its bytes.
        Some(bytes.strip_prefix(b" ").expect("a word of running text has a space before it").to_vec())
    }
}

/// Words with an unknown piece have no text to compare.
fn by_pieces<'a>(
    tokenizer: &'a Named,
    join: impl Fn(Vec<String>) -> String + 'a,
) -> impl Fn(&str) -> Option<Vec<u8>> + 'a {
    move |word| {
        let pieces = tokenizer.pieces(word);
        let unknown = tokenizer.whole.id_to_token(tokenizer.tokenizer.special().unk).unwrap();
        (!pieces.contains(&unknown)).then(|| join(pieces).into_bytes())
    }
}

fn word_pieces(pieces: Vec<String>) -> String {
    pieces.iter().map(|piece| piece.strip_prefix("##").unwrap_or(piece)).collect()
}

fn sentence_pieces(pieces: Vec<String>) -> String {
    pieces.concat().strip_prefix('▁').expect("a word begins with its space").to_owned()
}

const TEXT: &str = "Dr. Müller's BERT-Models (RoBERTa) in Zürich: 96.7 % of 1,000 entities, «naïve» as they are.";

#[test]
fn words_of_a_cased_text_come_back() {
    let (roberta, xlmr, bert) = (Named::new(ROBERTA), Named::new(XLMR), cased_bert());
    let words = Document::parse(TEXT).words.len();
    assert_eq!(check(TEXT, byte_level(&roberta)).unwrap(), words);
    // All but what is cut out of these words' scripts is known.
    for checked in [check(TEXT, by_pieces(&bert, word_pieces)), check(TEXT, by_pieces(&xlmr, sentence_pieces))] {
        let checked = checked.unwrap();
        assert!(checked * 3 > words * 2, "{checked} of {words}");
    }
}

proptest! {
    #[test]
    fn byte_level_pieces_are_the_bytes_of_any_word(text in r"(\PC|[ a-zA-Z'’.,0-9éß漢🙂\u{301}\u{200b}\n]){0,40}") {
        check(&text, byte_level(&Named::new(ROBERTA)))?;
    }

    #[test]
    fn cased_pieces_are_the_letters_of_any_word(text in "[ a-zA-ZäöüÄÖÜßéè'.,:;()0-9–\n-]{0,60}") {
        check(&text, by_pieces(&cased_bert(), word_pieces))?;
        check(&text, by_pieces(&Named::new(XLMR), sentence_pieces))?;
    }
}
