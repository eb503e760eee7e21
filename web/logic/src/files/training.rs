//! Corrected documents as data for `sinet train`, and where they come from.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sinet_document::counts::Counts;
use sinet_document::tagset::TagsetError;
use sinet_document::{Change, OpenDocument, Tagset};
use sinet_formats::{Format, LabelledDocument, LossReport, WriteError, Writer};
use sinet_text::{EntityType, RelationType, Schema, TypeName, Types};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The source of training data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The model that read the text; `None` if none has, and all labels came from a file.
    pub model: Option<String>,
    /// When it was taken away, as ISO 8601 has it.
    pub when: String,
}

/// A zip archive with `train.json` in SpERT's form, `types.json`, and `provenance.json`, which says what the model had said
/// and what a person has made of it. No word and no sentence in it ends inside a label. `tagset` are the types of the set, where a
/// person has made some: with their keys, colours and ends, which `sinet train` passes over and another page reads.
///
/// # Errors
///
/// If a document contradicts itself.
pub fn archive(
    documents: &[OpenDocument],
    types: &Types,
    tagset: Option<&Tagset>,
    provenance: &Provenance,
) -> Result<(Vec<u8>, LossReport), WriteError> {
    let labelled: Vec<LabelledDocument> =
        documents.iter().map(|document| document.to_labelled().cut_at_labels()).collect();
    let mut writer = Writer::new(Format::Spert, Vec::new());
    for document in &labelled {
        writer.write(document)?;
    }
    let (train, report) = writer.finish()?;
    // Labels that no tagset can hold still have a schema.
    let types = match tagset.map(|own| with_labels(own, documents)) {
        Some(Ok(tagset)) => tagset.to_json().into_bytes(),
        _ => pretty(&schema(&labelled, types)),
    };
    let origin = pretty(&origin(documents, provenance));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("train.json", train), ("types.json", types), ("provenance.json", origin)] {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(&content)?;
    }
    Ok((archive.finish()?.into_inner(), report))
}

fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("strings, numbers and lists are always JSON")
}

/// A person's types, then those that only a document has.
fn with_labels(own: &Tagset, documents: &[OpenDocument]) -> Result<Tagset, TagsetError> {
    let mut counts = Counts::default();
    for document in documents {
        counts.add(&Counts::of_labels(&document.labels()));
    }
    own.clone().and(&Tagset::of_labels(&counts)?)
}

/// The model's types in its order, then those that only a document has, by name.
fn schema(documents: &[LabelledDocument], types: &Types) -> Schema {
    let own = |kinds: BTreeSet<&str>, known: &[TypeName]| {
        let unknown = kinds.into_iter().filter(|kind| known.iter().all(|known| known.name != *kind));
        unknown.map(str::to_owned).collect::<Vec<_>>()
    };
    let entities = documents.iter().flat_map(|document| &document.entities).map(|entity| entity.kind.as_str());
    let relations = documents.iter().flat_map(|document| &document.relations).map(|relation| relation.kind.as_str());
    let (entities, relations) = (own(entities.collect(), &types.entities), own(relations.collect(), &types.relations));
    let known_entities = types.entities.iter().map(|kind| (kind.name.clone(), kind.verbose.clone()));
    let known_relations = types.relations.iter().map(|kind| (kind.name.clone(), kind.verbose.clone(), kind.symmetric));
    Schema {
        entities: (known_entities.chain(entities.into_iter().map(|name| (name.clone(), name))))
            .map(|(name, verbose)| EntityType { short: name.clone(), name, verbose })
            .collect(),
        relations: (known_relations.chain(relations.into_iter().map(|name| (name.clone(), name, false))))
            .map(|(name, verbose, symmetric)| RelationType { short: name.clone(), name, verbose, symmetric })
            .collect(),
    }
}

fn origin(documents: &[OpenDocument], provenance: &Provenance) -> Value {
    let documents = documents.iter().map(|document| {
        let changes = document.changes().into_iter().map(|Change { label, was, now }| {
            let done = match (&was, &now) {
                (None, _) => "added",
                (_, None) => "removed",
                _ => "changed",
            };
            json!({"label": label, "done": done, "model": was, "person": now})
        });
        json!({"orig_id": document.id, "text": document.text(), "changes": changes.collect::<Vec<_>>()})
    });
    json!({
        "model": provenance.model,
        "when": provenance.when,
        "offset_unit": "code_points",
        "documents": documents.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use expect_test::expect;
    use sinet_document::Edit;
    use sinet_formats::{Dataset, LabelledEntity};
    use sinet_text::{ByteSpan, WordRange};

    use super::*;

    #[test]
    fn corrections_become_training_data_with_their_origin() {
        let entity = |start, end| LabelledEntity {
            kind: "Method".to_owned(),
            span: ByteSpan { start, end },
            score: Some(0.5),
            provenance: sinet_formats::Provenance::Model,
        };
        let mut document = OpenDocument::new(LabelledDocument {
            entities: vec![entity(2, 9), entity(11, 17)],
            ..LabelledDocument::new("d", "A tägger. Parser grow. Fine")
        });
        let labels = document.labels();
        document.apply(Edit::RemoveEntity(labels.entities[1].id)).unwrap();
        let named = |name: &str| TypeName { name: name.to_owned(), verbose: name.to_owned(), symmetric: false };
        let types = Types {
            entities: vec![named("Task"), named("Method")],
            relations: vec![named("Used-for")],
            ..Types::default()
        };
        let provenance = Provenance { model: Some("scierc".to_owned()), when: "2026-11-25T20:00:00Z".to_owned() };
        let (bytes, _) = archive(&[document], &types, None, &provenance).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| {
            let mut content = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut content).unwrap();
            content
        };
        // The files that `sinet train` reads.
        let schema: Schema = serde_json::from_str(&read("types.json")).unwrap();
        let data = Dataset::from_spert(read("train.json").as_bytes(), &schema, "train.json").unwrap();
        assert_eq!(data.sentences.len(), 3);
        assert_eq!(data.sentences[0].entities.len(), 1);
        expect![[r#"
            {
              "model": "scierc",
              "when": "2026-11-25T20:00:00Z",
              "offset_unit": "code_points",
              "documents": [
                {
                  "orig_id": "d",
                  "text": "A tägger. Parser grow. Fine",
                  "changes": [
                    {
                      "label": "entity",
                      "done": "removed",
                      "model": {
                        "type": "Method",
                        "start": 10,
                        "end": 16,
                        "text": "Parser",
                        "score": 0.5
                      },
                      "person": null
                    }
                  ]
                }
              ]
            }"#]]
        .assert_eq(&read("provenance.json"));
    }

    #[test]
    fn own_types_keep_their_keys_colours_and_ends() {
        let own = r#"{"entities": {"Person": {"key": "p", "tone": 3}}, "relations": {"met": {"heads": ["Person"]}}}"#;
        let own = Tagset::from_json(own).unwrap();
        let mut document = OpenDocument::of_text("Ada met Bo.");
        let words = WordRange { start: 0, end: 1 };
        document.apply(Edit::AddEntity { kind: "Other kind".to_owned(), words }).unwrap();
        let provenance = Provenance { model: None, when: "now".to_owned() };
        let (bytes, _) = archive(&[document], &Types::default(), Some(&own), &provenance).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut json = String::new();
        archive.by_name("types.json").unwrap().read_to_string(&mut json).unwrap();
        let types = Tagset::from_json(&json).unwrap();
        assert_eq!(types.entity("Person"), own.entity("Person"));
        assert_eq!(types.relation("met"), own.relation("met"));
        assert!(types.entity("Other kind").is_some());
        let schema: Schema = serde_json::from_str(&json).unwrap();
        assert_eq!(schema.entities.len(), 2);
    }
}
