//! Real corpora, from `$SINET_DATA`; a test whose data is absent says so and passes.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use sinet_formats::{Format, LabelledDocument, Options, Reader, Writer};

fn open(name: &str) -> Option<BufReader<File>> {
    let root = std::env::var_os("SINET_DATA").map_or_else(|| PathBuf::from("../../../shared/data"), PathBuf::from);
    let path = root.join(name);
    match File::open(&path) {
        Ok(file) => Some(BufReader::new(file)),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

fn read(format: Format, name: &str) -> Option<Vec<LabelledDocument>> {
    let reader = Reader::new(format, open(name)?, name, Options::default());
    Some(reader.map(|document| document.unwrap_or_else(|error| panic!("{error}"))).collect())
}

fn through(documents: &[LabelledDocument], format: Format) -> Vec<LabelledDocument> {
    let mut writer = Writer::new(format, Vec::new());
    for document in documents {
        writer.write(document).unwrap();
    }
    let (bytes, _) = writer.finish().unwrap();
    Reader::new(format, bytes.as_slice(), "x", Options::default()).map(Result::unwrap).collect()
}

/// A sentence's words, and its labels by the first and last word of their entities, sorted.
type Sentence = (Vec<String>, Vec<(String, [usize; 2])>, Vec<(String, [usize; 2], [usize; 2])>);

fn sentences(documents: &[LabelledDocument]) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    for document in documents {
        for sentence in &document.sentences {
            let words = &document.words[sentence.start..sentence.end];
            let inside = |entity: usize| {
                let span = document.entities[entity].span;
                let first = words.iter().position(|word| word.start == span.start)?;
                Some([first, words.iter().position(|word| word.end == span.end)?])
            };
            let mut entities: Vec<_> = (document.entities.iter().enumerate())
                .filter_map(|(index, entity)| Some((entity.kind.clone(), inside(index)?)))
                .collect();
            let mut relations: Vec<_> = (document.relations.iter())
                .filter_map(|relation| Some((relation.kind.clone(), inside(relation.head)?, inside(relation.tail)?)))
                .collect();
            entities.sort();
            relations.sort();
            let words = words.iter().map(|word| word.of(&document.text).unwrap().to_owned());
            sentences.push((words.collect(), entities, relations));
        }
    }
    sentences
}

/// The SpERT form writes types of relations as they are spoken of and brackets as themselves, the DyGIE form does not.
fn spelled_as_in_dygie((words, entities, relations): Sentence) -> Sentence {
    let word = |word: String| match word.as_str() {
        "(" => "-LRB-".to_owned(),
        ")" => "-RRB-".to_owned(),
        "[" => "-LSB-".to_owned(),
        "]" => "-RSB-".to_owned(),
        _ => word,
    };
    let relations = relations.into_iter().map(|(kind, head, tail)| (kind.to_uppercase(), head, tail));
    (words.into_iter().map(word).collect(), entities, relations.collect())
}

#[test]
fn both_forms_of_scierc_have_the_same_labels() {
    for part in ["dev", "train"] {
        let spert = read(Format::Spert, &format!("scierc/{part}.json"));
        let dygie = read(Format::Dygie, &format!("scierc/dygie/{part}.json"));
        let (Some(spert), Some(dygie)) = (spert, dygie) else { return };
        let (spert, dygie) = (sentences(&spert), sentences(&dygie));
        assert_eq!(spert.len(), dygie.len(), "{part}");
        for (one, other) in spert.into_iter().zip(dygie) {
            assert_eq!(spelled_as_in_dygie(one), spelled_as_in_dygie(other), "{part}");
        }
    }
}

#[test]
fn corpora_pass_through_the_formats_that_hold_them() {
    let corpora = [
        read(Format::Spert, "conll04/dev.json"),
        read(Format::Spert, "scierc/dev.json"),
        read(Format::Dygie, "scierc/dygie/dev.json"),
    ];
    for documents in corpora.into_iter().flatten() {
        assert!(!documents.is_empty());
        for format in [Format::Sinet, Format::Spert, Format::Dygie] {
            assert_eq!(through(&documents, format).len(), documents.len(), "{format}");
            assert_eq!(sentences(&through(&documents, format)), sentences(&documents), "{format}");
        }
        for format in [Format::Brat, Format::Doccano, Format::LabelStudio, Format::Prodigy, Format::PubAnnotation] {
            for (found, expected) in through(&documents, format).iter().zip(&documents) {
                assert_eq!((&found.text, &found.entities), (&expected.text, &expected.entities), "{format}");
                assert_eq!(found.relations, expected.relations, "{format}");
            }
        }
    }
}
