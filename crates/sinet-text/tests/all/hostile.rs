//! Text that nobody would write: nothing panics, nothing is lost, every offset names the text it came from.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use sinet_text::{Annotation, ByteSpan, Document, OffsetUnit, Offsets, TextRange, Tokenizer, WordRange, windows};

const CASES: u32 = 200_000;

/// Marks, joiners, directions, controls, scripts, and what the splitters take for special.
const FRAGMENTS: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\t",
    "\u{b}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{a0}",
    "\u{3000}",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{fffd}",
    "\u{301}",
    "\u{308}\u{323}",
    "\u{20dd}",
    "\u{fe0f}",
    "\u{e0067}",
    "\u{600}",
    "\u{d4e}",
    "e\u{301}",
    "Å",
    "ﬁ",
    "İ",
    "ß",
    "😀",
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "🇩🇪",
    "🇩",
    "1️⃣",
    "שלום",
    "مرحبا",
    "ال.",
    "हिन्दी",
    "ไทย",
    "한국어",
    "漢字",
    "かな",
    "カナ",
    "。",
    "、",
    "「",
    "word",
    "The",
    "U.S.",
    "Dr.",
    "et al.",
    "Fig. 3",
    "J.",
    "n't",
    "'s",
    "’s",
    "can't",
    "cannot",
    "O'Brien",
    "1,000",
    "9.5%",
    ".",
    "..",
    "...",
    ",",
    ":",
    ";",
    "!",
    "?",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "''",
    "`",
    "``",
    "“",
    "”",
    "‘",
    "’",
    "-",
    "--",
    "–",
    "—",
    "/",
    "@",
    "a@b.c",
    "http://a.b/c",
    "www.",
    "$12",
    "[CLS]",
    "[SEP]",
    "<unk>",
    "\u{2581}",
    "##s",
];

fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = || {
        prop_oneof![
            6 => select(FRAGMENTS).prop_map(str::to_owned),
            2 => any::<char>().prop_map(String::from),
            2 => (0u32..0x3000).prop_filter_map("a character", char::from_u32).prop_map(String::from),
        ]
    };
    // One text in some seven hundred holds one fragment over and over, for 5,000 characters.
    let piece = prop_oneof![
        5000 => fragment(),
        1 => fragment().prop_map(|fragment| fragment.chars().cycle().take(5_000).collect()),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn fixture(json: &str) -> Tokenizer {
    Tokenizer::from_bytes(json.as_bytes()).unwrap()
}

#[test]
fn labels_are_never_cut() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES / 4) };
    let places = prop::collection::vec((0.0..1.0, 0.0..1.0), 0..5);
    let result = TestRunner::new(config).run(&(hostile_text(), places), |(text, places)| {
        let byte = |place: f64| text.floor_char_boundary((place * (text.len() + 1) as f64) as usize);
        let spans = places.iter().map(|&(one, other)| (byte(one), byte(other)));
        let labelled: Vec<_> =
            spans.map(|(one, other)| ByteSpan { start: one.min(other), end: one.max(other) }).collect();
        let document = Document::parse_around(text.as_str(), &labelled);
        check_words(&document)?;
        for label in labelled {
            let cuts = |word: &ByteSpan, edge| word.start < edge && edge < word.end;
            let cut = document.words.iter().any(|word| cuts(word, label.start) || cuts(word, label.end));
            prop_assert!(!cut);
            let touches = |word: &ByteSpan| word.start < label.end && label.start < word.end;
            let has_touched = |sentence: &&WordRange| document.words[sentence.start..sentence.end].iter().any(touches);
            prop_assert!(document.sentences.iter().filter(has_touched).count() <= 1);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

#[test]
fn nothing_panics_and_nothing_is_lost() {
    let tokenizers = [
        fixture(include_str!("../fixtures/bert-tokenizer.json")),
        fixture(include_str!("../fixtures/albert-tokenizer.json")),
        fixture(include_str!("../fixtures/roberta-tokenizer.json")),
        fixture(include_str!("../fixtures/xlmr-tokenizer.json")),
    ];
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) };
    let result = TestRunner::new(config).run(&hostile_text(), |text| {
        let document = Document::parse(text.as_str());
        prop_assert_eq!(&document.text, &text);
        check_words(&document)?;
        check_offsets(&document)?;
        tokenizers.iter().try_for_each(|tokenizer| check_pieces(&document, tokenizer))
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// Words are in order, not empty, and cover everything but white space; sentences cover the words.
fn check_words(document: &Document) -> Result<(), TestCaseError> {
    let mut last_end = 0;
    for word in &document.words {
        prop_assert!(word.start < word.end);
        let gap = ByteSpan { start: last_end, end: word.start };
        prop_assert_eq!(gap.of(&document.text).map(str::trim), Some(""));
        let text = word.of(&document.text).expect("words lie on characters");
        prop_assert!(!text.contains(char::is_whitespace));
        last_end = word.end;
    }
    prop_assert_eq!(document.text[last_end..].trim(), "");

    let mut next_word = 0;
    for sentence in &document.sentences {
        prop_assert_eq!(sentence.start, next_word);
        prop_assert!(sentence.start < sentence.end);
        next_word = sentence.end;
    }
    prop_assert_eq!(next_word, document.words.len());
    Ok(())
}

/// A word's position in code points and UTF-16 units names the same text when it is counted there.
fn check_offsets(document: &Document) -> Result<(), TestCaseError> {
    let offsets = Offsets::new(&document.text);
    let short = document.text.len() < 1_000;
    let code_points: Vec<char> = document.text.chars().collect();
    let units: Vec<u16> = document.text.encode_utf16().collect();
    for &word in &document.words {
        let text = word.of(&document.text).expect("words lie on characters");
        let range = |unit| offsets.range(word, unit).expect("words lie on characters");
        for unit in [OffsetUnit::Bytes, OffsetUnit::CodePoints, OffsetUnit::Utf16] {
            prop_assert_eq!(offsets.byte_span(range(unit), unit), Some(word));
        }
        let TextRange { start, end } = range(OffsetUnit::CodePoints);
        prop_assert!(text.chars().eq(code_points[start..end].iter().copied()));
        let TextRange { start, end } = range(OffsetUnit::Utf16);
        prop_assert!(text.encode_utf16().eq(units[start..end].iter().copied()));
    }
    for byte in (0..=document.text.len()).filter(|_| short) {
        prop_assert_eq!(offsets.code_point(byte).is_some(), document.text.is_char_boundary(byte));
    }
    Ok(())
}

/// Every word has pieces, and the windows that fit the encoder hold each word once.
fn check_pieces(document: &Document, tokenizer: &Tokenizer) -> Result<(), TestCaseError> {
    const LIMIT: usize = 16;
    let special = tokenizer.special();
    let pieces: Vec<_> = document.word_texts().map(|word| tokenizer.pieces(word)).collect();
    let counts: Vec<_> = pieces.iter().map(Vec::len).collect();
    prop_assert!(counts.iter().all(|&count| count > 0));
    let windows = windows(&counts, &document.sentences, LIMIT, |word| document.ends_clause(word));
    let mut next_word = 0;
    for WordRange { start, end } in windows {
        prop_assert_eq!(start, next_word);
        next_word = end;
        let encoding = sinet_text::Encoding::from_pieces(special, &pieces[start..end], LIMIT);
        prop_assert!(encoding.ids.len() <= LIMIT);
        prop_assert!(encoding.dropped_pieces == 0 || end - start == 1);
        prop_assert_eq!(encoding.words.len(), end - start);
        prop_assert!(encoding.words.iter().all(|positions| !positions.is_empty()));
        let kept: usize = counts[start..end].iter().sum::<usize>() - encoding.dropped_pieces;
        prop_assert_eq!(encoding.ids.len(), kept + 2);
    }
    prop_assert_eq!(next_word, document.words.len());
    Ok(())
}

#[test]
fn a_lone_surrogate_in_json_is_an_error() {
    for json in [r#""a\ud800b""#, r#""\udc00""#, r#""\ud83d\ud83d""#] {
        let error = serde_json::from_str::<String>(json).unwrap_err();
        assert!(error.to_string().contains("line 1 column"), "{error}");
    }
    let annotation = r#"{"text": "\ud800"}"#;
    assert!(serde_json::from_str::<Annotation>(annotation).unwrap_err().is_syntax());
}
