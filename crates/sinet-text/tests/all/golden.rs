//! Agreement with the reference's tokeniser.

use serde::Deserialize;
use sinet_text::Tokenizer;

use crate::{read_golden, read_outside};

#[derive(Deserialize)]
struct TokenizerCase {
    words: Vec<String>,
    input_ids: Vec<u32>,
    word_to_pieces: Vec<(usize, usize)>,
}

#[test]
fn pieces_agree_with_the_reference() {
    let Some(cases) = read_golden("minilm/cases.json") else { return };
    let Some(tokenizer) = read_outside("SINET_ENCODER", "models/scierc", "tokenizer.json") else { return };
    let tokenizer = Tokenizer::from_bytes(tokenizer.as_bytes()).unwrap();
    let cases: Vec<TokenizerCase> = serde_json::from_str(&cases).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let encoding = tokenizer.encode_words(&case.words);
        assert_eq!(encoding.ids, case.input_ids);
        let ranges: Vec<_> = encoding.words.iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(ranges, case.word_to_pieces);
        assert_eq!(encoding.dropped_pieces, 0);
    }
}
