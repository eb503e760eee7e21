//! No file makes a reader panic, or yield what contradicts itself.
//!
//! `SINET_FUZZ_CASES` is the number of files for each test. `corpus/` holds a small file in each format, written by other
//! hands, which are mutated.

use std::fs;

use proptest::prelude::*;
use proptest::test_runner::Config;
use sinet_formats::{Format, Limits, Options, Reader, sniff};

fn cases() -> Config {
    let cases = std::env::var("SINET_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000);
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Reads `file` in every format to its end or its first error.
fn read(file: &[u8]) {
    _ = sniff(file);
    for format in Format::ALL {
        let limits = Limits { document_bytes: 1 << 16, archive_bytes: 1 << 16, ..Limits::default() };
        let mut reader = Reader::new(format, file, "x", Options { limits, ends: None });
        let mut documents = 0;
        for document in reader.by_ref() {
            match document {
                Ok(document) => document.check().unwrap(),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            documents += 1;
        }
        // Nothing comes from nothing.
        assert!(documents <= file.len() + 1);
        assert!(reader.next().is_none());
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir("tests/corpus").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// What files are likely to contain in the wrong place.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\n",
    b"\t",
    b"\r\n",
    b" ",
    b"-",
    b"-1",
    b"0",
    b"1e309",
    b"3.5",
    b"18446744073709551615",
    b"18446744073709551616",
    b"null",
    b"true",
    b"\"\"",
    b"\"\\ud83d\"",
    b"\\u0000",
    b"\xff",
    b"\xf0\x9f\x98\x80",
    b"\xcc\x81",
    b"T1\tK 0 1\ta\n",
    b"R1\tR Arg1:T1 Arg2:T1\n",
    b"-DOCSTART- O\n",
    b"a B-K\n",
    b"I-K",
    b"\"start\":",
    b"\"end\":",
    b"\"text\":",
    b"\"entities\":",
    b"\"id\":",
    b"PK\x03\x04",
];

#[derive(Debug, Clone)]
enum Mutation {
    Cut(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static [u8]),
    Replace(prop::sample::Index, &'static [u8]),
    Flip(prop::sample::Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use prop::sample::{Index, select};
    prop_oneof![
        (any::<Index>(), 0..40usize).prop_map(|(at, length)| Mutation::Cut(at, length)),
        (any::<Index>(), 0..40usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Mutation::Replace(at, piece)),
        (any::<Index>(), 1..=255u8).prop_map(|(at, bits)| Mutation::Flip(at, bits)),
    ]
}

fn mutate(file: &mut Vec<u8>, mutation: &Mutation) {
    let (Mutation::Cut(at, _) | Mutation::Repeat(at, _) | Mutation::Insert(at, _)) = mutation else {
        let (Mutation::Replace(at, _) | Mutation::Flip(at, _)) = mutation else { return };
        if file.is_empty() {
            return;
        }
        let at = at.index(file.len());
        match mutation {
            Mutation::Replace(_, piece) => {
                drop(file.splice(at..(at + piece.len()).min(file.len()), piece.iter().copied()))
            }
            Mutation::Flip(_, bits) => file[at] ^= bits,
            _ => {}
        }
        return;
    };
    let at = at.index(file.len() + 1);
    match mutation {
        Mutation::Cut(_, length) => drop(file.drain(at..(at + length).min(file.len()))),
        Mutation::Repeat(_, length) => {
            let piece = file[at..(at + length).min(file.len())].to_vec();
            file.splice(at..at, piece);
        }
        Mutation::Insert(_, piece) => drop(file.splice(at..at, piece.iter().copied())),
        _ => {}
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_bytes(file in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&file);
    }

    #[test]
    fn random_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        read(&pieces.concat());
    }

    #[test]
    fn mutated_files(which in any::<prop::sample::Index>(), mutations in prop::collection::vec(mutation(), 1..6)) {
        thread_local!(static CORPUS: Vec<Vec<u8>> = corpus());
        let mut file = CORPUS.with(|corpus| which.get(corpus).clone());
        for mutation in &mutations {
            mutate(&mut file, mutation);
        }
        read(&file);
    }
}

#[test]
fn the_corpus_itself_is_read() {
    for (file, format) in [
        ("sinet.jsonl", Format::Sinet),
        ("spert.json", Format::Spert),
        ("dygie.jsonl", Format::Dygie),
        ("gliner.json", Format::Gliner),
        ("doccano.jsonl", Format::Doccano),
        ("label-studio.json", Format::LabelStudio),
        ("prodigy.jsonl", Format::Prodigy),
        ("pubannotation.json", Format::PubAnnotation),
        ("conll.txt", Format::Conll),
        ("brat.zip", Format::Brat),
    ] {
        let bytes = fs::read(format!("tests/corpus/{file}")).unwrap();
        assert_eq!(sniff(&bytes).map(|sniffed| sniffed.format), Ok(format), "{file}");
        let documents: Vec<_> =
            Reader::new(format, bytes.as_slice(), file, Options::default()).collect::<Result<_, _>>().unwrap();
        assert!(documents.iter().any(|document| !document.entities.is_empty()), "{file}");
    }
}
