//! Files in archives and folders, packed files, and text in other encodings than UTF-8.

use std::io::{BufRead, Cursor, Write};

use expect_test::{Expect, expect};
use flate2::Compression;
use flate2::write::GzEncoder;
use sinet_formats::{Format, LabelledDocument, NamedFile, Options, ReadError, Reader, sniff};

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// As programs pack that do not know the sizes beforehand.
fn streamed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new_stream(Vec::new());
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, mark: &str) -> Vec<u8> {
    format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn told<R: BufRead>(mut reader: Reader<R>) -> String {
    let documents: String = (reader.by_ref())
        .map(|document: Result<LabelledDocument, ReadError>| match document {
            Ok(document) => {
                let entities: Vec<_> = (0..document.entities.len())
                    .map(|index| {
                        format!(" {:?}/{}", document.entity_text(index).unwrap(), document.entities[index].kind)
                    })
                    .collect();
                let relations: Vec<_> =
                    document.relations.iter().map(|one| format!(" {}-{}->{}", one.head, one.kind, one.tail)).collect();
                format!("{:?} {:?}:{}{}\n", document.id, document.text, entities.concat(), relations.concat())
            }
            Err(error) => format!("{error}\n"),
        })
        .collect();
    format!("{documents}{}", reader.report())
}

/// The format that a file is recognised to have, its documents and the report.
#[track_caller]
fn check(file: &[u8], expected: Expect) {
    let sniffed = sniff(file).unwrap();
    let told = told(Reader::new(sniffed.format, file, "x", Options::default()).past_errors());
    expected.assert_eq(&format!("{}: {}\n{told}", sniffed.format.name(), sniffed.reason));
}

const DOCCANO: &[u8] = b"{\"id\":1,\"text\":\"Eva left\",\"label\":[[0,3,\"P\"]]}\n";
const PRODIGY: &[u8] =
    b"{\"text\":\"Oto came\",\"spans\":[{\"start\":0,\"end\":3,\"label\":\"P\"}],\"answer\":\"accept\"}\n";

#[test]
fn archives_hold_files_of_any_format() {
    let files: &[(&str, &[u8])] = &[
        ("export/README.md", b"Read me.\n"),
        ("export/all.jsonl", DOCCANO),
        ("export/more/other.jsonl", PRODIGY),
        ("__MACOSX/export/._all.jsonl", b"x"),
    ];
    let expected = || {
        expect![[r#"
            doccano: it is an archive, and of export/all.jsonl in it, its objects have `text` and `label` or entities with `start_offset`
            "1" "Eva left": "Eva"/P
            "" "Oto came": "Oto"/P
            2 documents, 2 entities, 0 relations.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            1 file not read: export/README.md.
        "#]]
    };
    check(&zipped(files), expected());
    check(&streamed(files), expected());
    check(&tarred(files), expected());
    check(&gzipped(&tarred(files)), expected());
    check(
        &gzipped(DOCCANO),
        expect![[r#"
        doccano: its objects have `text` and `label` or entities with `start_offset`
        "1" "Eva left": "Eva"/P
        1 document, 1 entity, 0 relations.
        Read as doccano JSONL, which counts in Unicode code points, end exclusive.
        Nothing is lost.
    "#]],
    );
    check(
        &zipped(&[("a.jsonl.gz", &gzipped(PRODIGY)), ("b.zip", &zipped(files))]),
        expect![[r#"
        brat: it is an archive, as brat's texts and labels are kept in
        "" "Oto came": "Oto"/P
        1 document, 1 entity, 0 relations.
        Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
        1 file not read: b.zip (an archive in an archive).
    "#]],
    );
    check(
        &zipped(&[("a.png", b"\x89PNG\r\n\x1a\n\0\0"), ("b.csv", b"a,b\n")]),
        expect![[r#"
        brat: it is an archive, as brat's texts and labels are kept in
        x, line 1: there is no file here in a known format
        0 documents, 0 entities, 0 relations.
        2 files not read: a.png, b.csv.
    "#]],
    );
    check(
        &zipped(&[("a.txt", b"Eva left."), ("b/c.txt", b"Oto came.")]),
        expect![[r#"
        brat: it is an archive, as brat's texts and labels are kept in
        "a" "Eva left.":
        "b/c" "Oto came.":
        2 documents, 0 entities, 0 relations.
        None of the 2 documents has an entity.
    "#]],
    );
}

#[test]
fn damaged_archives_are_told() {
    let mut file = zipped(&[("a.jsonl", DOCCANO), ("b.jsonl", DOCCANO)]);
    // A byte of the first file's content, after its header.
    file[30 + "a.jsonl".len() + 8] ^= 0x55;
    let told = told(Reader::new(Format::Doccano, file.as_slice(), "x", Options::default()).past_errors());
    assert!(told.contains("x, a.jsonl, line 1"), "{told}");
    assert!(told.contains("1 document, 1 entity"), "{told}");
}

#[test]
fn collections_of_brat() {
    check(
        &zipped(&[
            ("c/README.txt", b"Cite us."),
            ("c/LICENSE.TXT", b"Free."),
            ("c/annotation.conf", b"[entities]\nP\n[relations]\nOwns Owner:P, Owned:P\n"),
            ("c/a.txt", b"Eva owns Acme."),
            ("c/a.ann", b"T1\tP 0 3\tEva\nT2\tO 9 13\tAcme\nR1\tOwns Owned:T2 Owner:T1\nR2\tIs Arg2:T2 Arg1:T1\t\nR3\tAll Arg1:T1 Arg2:T2 Arg3:T2\n"),
            ("c/B.TXT", b"Oto."),
            ("c/b.Ann", b"T1\tP 0 3\tOto\n"),
            ("c/lone.ann", b"T1\tP 0 3\tOto\n"),
        ]),
        expect![[r#"
            brat: it is an archive, and c/a.ann in it is a file of brat's labels
            "c/a" "Eva owns Acme.": "Eva"/P "Acme"/O 0-Owns->1 0-Is->1
            "c/B" "Oto.": "Oto"/P
            2 documents, 3 entities, 2 relations.
            Some relations have other roles than Arg1 and Arg2: the head is the one that annotation.conf, or the first relation of the type, has first.
            1 relation between more than two entities: left out.
            3 files not read: c/lone.ann (labels without a text), c/README.txt (a text without labels), c/LICENSE.TXT (a text without labels).
        "#]],
    );
    // The files of the shared tasks, and a mistake in the second.
    check(
        &zipped(&[
            ("1.txt", b"Eva owns Acme."),
            ("1.a1", b"T1\tP 0 3\tEva\n"),
            ("1.a2", b"T2\tO 9 13\tAcme\nR1\tOwns Arg1:T1 Arg2:T2\nE1\tOwn:T2 Theme:T1\nM1\tNegation E1\n"),
            ("2.txt", b"Oto."),
            ("2.a1", b"T1\tP 0 3\tOto\n"),
            ("2.a2", b"\nT2\tP 0 99\tOto\n"),
        ]),
        expect![[r#"
            brat: it is an archive, and 1.a1 in it is a file of brat's labels
            "1" "Eva owns Acme.": "Eva"/P "Acme"/O 0-Owns->1
            x, 2.a2, line 2, T2: the span 0..99 does not fit the text of 4 Unicode code points
            1 document, 2 entities, 1 relation.
            1 event left out.
            1 attribute left out.
        "#]],
    );
    // Texts and labels in two folders beside each other, line ends and marks.
    check(
        &zipped(&[
            ("train/texts/1.txt", b"\xef\xbb\xbfEva.\r\nOto left.\r\n"),
            ("train/labels/1.ann", b"T1\tP 1 4\tEva\nT2\tP 7 10\tOto\n"),
            ("dev/texts/1.txt", &utf16("Zoë left.", "\u{feff}")),
            ("dev/labels/1.ann", b"T1\tP 0 3\tZo\xeb\n"),
        ]),
        expect![[r#"
            brat: it is an archive, and train/labels/1.ann in it is a file of brat's labels
            "train/texts/1" "Eva.\r\nOto left.\r\n": "Eva"/P "Oto"/P
            "dev/texts/1" "Zoë left.": "Zoë"/P
            2 documents, 3 entities, 0 relations.
            Some documents count from 1, or a byte order mark that their text has not: the texts of their entities show it.
            Some files are in UTF-16, not in UTF-8, and were read so.
            Some files are in Windows-1252 (Latin-1), not in UTF-8, and were read so.
            Nothing is lost.
        "#]],
    );
    check(
        &zipped(&[("a.ann", b"T1\tP 0 3\tOto\n")]),
        expect![[r#"
        brat: it is an archive, and a.ann in it is a file of brat's labels
        x, line 1: there is no file here that ends in .txt, and brat's labels need one of their name
        0 documents, 0 entities, 0 relations.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn folders_are_read_like_archives() {
    let files: &[(&str, &[u8])] =
        &[("a.txt", b"Eva left."), ("a.ann", b"T1\tP 0 3\tEva\n"), ("b.jsonl", DOCCANO), ("notes.txt", b"x")];
    let files = files.iter().map(|&(name, content)| NamedFile::of_bytes(name, content.to_vec())).collect();
    let reader = Reader::of_files(files, "corpus", Options::default()).unwrap();
    expect![[r#"
        "a" "Eva left.": "Eva"/P
        "1" "Eva left": "Eva"/P
        2 documents, 2 entities, 0 relations.
        Read as doccano JSONL, which counts in Unicode code points, end exclusive.
        1 file not read: notes.txt (a text without labels).
    "#]]
    .assert_eq(&told(reader));
    let files = vec![NamedFile::of_bytes("a.ann", b"T1\tP 0 3\tEva\n".to_vec())];
    let error = Reader::of_files(files, "corpus", Options::default()).err().unwrap();
    expect!["corpus, line 1: there is no file here that ends in .txt, and brat's labels need one of their name"]
        .assert_eq(&error.to_string());
}

#[test]
fn text_in_other_encodings_is_read() {
    let file = r#"{"id":1,"text":"Zoë left","label":[[0,3,"P"]]}"#;
    let latin: Vec<u8> = file.chars().map(|character| u8::try_from(character).unwrap()).collect();
    let expected = || {
        expect![[r#"
            doccano: its objects have `text` and `label` or entities with `start_offset`
            "1" "Zoë left": "Zoë"/P
            1 document, 1 entity, 0 relations.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            Some files are in UTF-16, not in UTF-8, and were read so.
            Nothing is lost.
        "#]]
    };
    check(&utf16(file, "\u{feff}"), expected());
    check(&utf16(file, ""), expected());
    check(
        &latin,
        expect![[r#"
        doccano: its objects have `text` and `label` or entities with `start_offset`
        "1" "Zoë left": "Zoë"/P
        1 document, 1 entity, 0 relations.
        Read as doccano JSONL, which counts in Unicode code points, end exclusive.
        Some files are in Windows-1252 (Latin-1), not in UTF-8, and were read so.
        Nothing is lost.
    "#]],
    );
    check(
        &utf16("Zoë B-P\nleft O\n\nOto B-P\n", "\u{feff}"),
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "Zoë left": "Zoë"/P
        "" "Oto": "Oto"/P
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        Some files are in UTF-16, not in UTF-8, and were read so.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    // One damaged byte among characters of UTF-8 is no other encoding.
    let mut damaged = format!("{file}\n{file}\n").into_bytes();
    let second = damaged.iter().rposition(|&byte| byte == 0xab).unwrap();
    damaged[second] = b'x';
    check(
        &damaged,
        expect![[r#"
        doccano: its objects have `text` and `label` or entities with `start_offset`
        "1" "Zoë left": "Zoë"/P
        x, line 2, document 2: is not text in UTF-8; save it in that encoding
        1 document, 1 entity, 0 relations.
        Read as doccano JSONL, which counts in Unicode code points, end exclusive.
        Nothing is lost.
    "#]],
    );
}
