//! No file makes a reader panic, or yield what contradicts itself.
//!
//! There is a test for each reader, and `SINET_FUZZ_CASES` is the number of files for each; the long run has a million. `corpus/`
//! holds a small file in each format, written by other hands, which are mutated.

use std::fs;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use sinet_formats::{Format, Limits, Options, Reader, sniff};

macro_rules! fuzzed {
    ($($name:ident: $format:ident, $file:literal;)*) => {
        const CORPUS: &[(Format, &str)] = &[$((Format::$format, $file)),*];

        $(
            #[test]
            fn $name() {
                fuzz(Format::$format, $file);
            }
        )*
    };
}

fuzzed! {
    sinet: Sinet, "sinet.jsonl";
    spert: Spert, "spert.json";
    dygie: Dygie, "dygie.jsonl";
    gliner: Gliner, "gliner.json";
    glirel: Gliner, "glirel.jsonl";
    gliner2: Gliner2, "gliner2.jsonl";
    doccano: Doccano, "doccano.jsonl";
    doccano_annotations: Doccano, "doccano-annotations.jsonl";
    label_studio: LabelStudio, "label-studio.json";
    prodigy: Prodigy, "prodigy.jsonl";
    spacy: Spacy, "spacy.jsonl";
    spacy_objects: Spacy, "spacy-objects.jsonl";
    dataturks: Spacy, "dataturks.jsonl";
    spacy_annotator: Spacy, "spacy-annotator.json";
    argilla: Argilla, "argilla.jsonl";
    argilla_records: Argilla, "argilla-records.jsonl";
    argilla_rows: Argilla, "argilla-rows.jsonl";
    triples: Triples, "triples.jsonl";
    pubannotation: PubAnnotation, "pubannotation.json";
    conll: Conll, "conll.txt";
    conll_numbered: Conll, "conll-numbered.tsv";
    conll_relations: Conll, "conll-relations.txt";
    conll_2012: Conll, "conll-2012.conll";
    conll_u: Conll, "conll-u.conllu";
    webanno: WebAnno, "webanno.tsv";
    brat: Brat, "brat.zip";
    label_studio_minimal: LabelStudio, "label-studio-min.json";
    pubannotation_tracks: PubAnnotation, "pubannotation-tracks.json";
    prodigy_relations: Prodigy, "prodigy-relations.jsonl";
    utf16: Doccano, "doccano-utf16.jsonl";
    archives: Brat, "mixed.tar";
    bioc_json: BiocJson, "bioc.json";
    bioc_xml: BiocXml, "bioc.xml";
    xmi: Xmi, "inception.xmi";
    cas_json: CasJson, "cas.json";
    tacred: Tacred, "tacred.json";
    docred: Docred, "docred.json";
    docbin: DocBin, "docbin.spacy";
    token_tags: TokenTags, "token-tags.jsonl";
}

#[cfg(feature = "parquet")]
#[test]
fn parquet() {
    fuzz(Format::Parquet, "tokens.parquet");
}

/// Mutated files of the format, of any other, and files that are none.
fn fuzz(format: Format, file: &str) {
    let cases = std::env::var("SINET_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2000);
    let own = vec![corpus(file)];
    let all: Vec<_> = CORPUS.iter().map(|(_, file)| corpus(file)).collect();
    let files = prop_oneof![
        6 => mutated(own),
        1 => mutated(all),
        1 => prop::collection::vec(select(PIECES), 0..60).prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&files, |file| {
        read(format, &file);
        Ok(())
    });
    run.unwrap();
}

/// Reads `file` to its end or its first error, and then past all errors.
fn read(format: Format, file: &[u8]) {
    _ = sniff(file);
    let limits = Limits { document_bytes: 1 << 16, archive_bytes: 1 << 16, ..Limits::default() };
    let reader = || Reader::new(format, file, "x", Options { limits, ..Options::default() });
    let first_error = check(reader(), file);
    assert!(check(reader().past_errors(), file) >= first_error, "what is read before an error is read past it too");
}

/// Returns how many documents and errors there are.
fn check(mut reader: Reader<&[u8]>, file: &[u8]) -> usize {
    let mut items = 0;
    for document in reader.by_ref() {
        match document {
            Ok(document) => document.check().unwrap(),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        items += 1;
        // Nothing comes from nothing.
        assert!(items <= file.len() + 1);
    }
    assert!(reader.next().is_none());
    items
}

fn corpus(file: &str) -> Vec<u8> {
    fs::read(format!("tests/corpus/{file}")).unwrap()
}

/// Pieces that files are likely to contain in the wrong place.
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
    b"#",
    b"# text = ",
    b"#Text=",
    b"_",
    b"*[1]|",
    b"1-2",
    b"(e1-K",
    b"e1)",
    b"\"start\":",
    b"\"end\":",
    b"\"text\":",
    b"\"entities\":",
    b"\"id\":",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<",
    b"</a>",
    b"<a b='",
    b"/>",
    b"&#0;",
    b"&x;",
    b"<![CDATA[",
];

#[derive(Debug, Clone)]
enum Mutation {
    Cut(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static [u8]),
    Replace(Index, &'static [u8]),
    Flip(Index, u8),
}

fn mutated(files: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (select(files), prop::collection::vec(mutation(), 1..6)).prop_map(|(mut file, mutations)| {
        mutations.iter().for_each(|mutation| mutate(&mut file, mutation));
        file
    })
}

fn mutation() -> impl Strategy<Value = Mutation> {
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

#[test]
fn the_corpus_itself_is_read() {
    for &(format, file) in CORPUS {
        let bytes = corpus(file);
        assert_eq!(sniff(&bytes).map(|sniffed| sniffed.format), Ok(format), "{file}");
        let documents: Vec<_> =
            Reader::new(format, bytes.as_slice(), file, Options::default()).collect::<Result<_, _>>().unwrap();
        assert!(documents.iter().any(|document| !document.entities.is_empty()), "{file}");
    }
}
