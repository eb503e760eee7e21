//! Labelled sentences for training and scoring, with types as indices into a schema.

use std::io::BufRead;

use serde_json::Value;
use sinet_text::{LabelledPair, LabelledSpan, Labels, Schema, WordRange};

use crate::builder::DocumentBuilder;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::ReadError;
use crate::format::Format;
use crate::formats::spert;
use crate::loss_report::LossReport;
use crate::options::Options;
use crate::read::Reader;
use crate::tokenised::Tokenised;
use crate::words::span_of;

/// Labelled sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// In the order of the file.
    pub sentences: Vec<Example>,
}

/// A labelled sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The words.
    pub tokens: Vec<String>,
    /// The entities, in the order of the file.
    pub entities: Vec<LabelledSpan>,
    /// The relations, in the order of the file.
    pub relations: Vec<LabelledPair>,
    /// The name of its document; may be empty.
    pub document_id: String,
    /// The number of its document in the file, from 0.
    pub document: usize,
    /// Its number in the document, from 0.
    pub sentence: usize,
}

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file is not of its format.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A label has a type that the schema has not.
    #[error("{file}: sentence {sentence}, {field}: unknown type {name:?}; the types are {}", known.join(", "))]
    UnknownType {
        /// The file.
        file: String,
        /// Number of the sentence in the file, from 1.
        sentence: usize,
        /// The field, with the label's index in the sentence from 0, as in `entities[2].type`.
        field: String,
        /// The name in the file.
        name: String,
        /// The names in the schema.
        known: Vec<String>,
    },
}

impl Dataset {
    /// Reads SpERT's JSON; `file` is its name in errors.
    ///
    /// Relations come as they are written. The reference puts symmetric ones in text order while it reads: see
    /// [`Example::order_symmetric`].
    ///
    /// # Errors
    /// If the input is not of SpERT's form, an index leaves its sentence, or a type is not in `schema`.
    pub fn from_spert(input: impl BufRead, schema: &Schema, file: &str) -> Result<Self, DatasetError> {
        Self::read_spert(input, schema, file).map(|(dataset, _)| dataset)
    }

    /// As [`Dataset::from_spert`], with the report of the reader: the fields of the file that were not read, say.
    ///
    /// # Errors
    /// As [`Dataset::from_spert`].
    pub fn read_spert(input: impl BufRead, schema: &Schema, file: &str) -> Result<(Self, LossReport), DatasetError> {
        let mut dataset = Self { sentences: Vec::new() };
        let mut reader = Reader::new(Format::Spert, input, file, Options::default());
        for (number, document) in reader.by_ref().enumerate() {
            dataset.add(&document?, number, schema, file)?;
        }
        Ok((dataset, reader.report().clone()))
    }

    /// The sentences by document: those of one document that follow each other in it.
    pub fn documents(&self) -> impl Iterator<Item = &[Example]> {
        self.sentences.chunk_by(|one, next| one.document == next.document && one.sentence + 1 == next.sentence)
    }

    /// The sentences that a model reads together which sees so many words beside each: single ones, or whole documents.
    pub fn read_together(&self, context_words: usize) -> Vec<&[Example]> {
        match context_words {
            0 => self.sentences.chunks(1).collect(),
            _ => self.documents().collect(),
        }
    }

    /// The sentences in SpERT's JSON, as [`Dataset::from_spert`] reads them.
    ///
    /// # Panics
    /// If a kind is not in `schema`.
    pub fn to_spert(&self, schema: &Schema) -> Value {
        let documents = self.documents().map(|sentences| document(sentences, schema));
        documents.flat_map(|document| spert::write(&document, &mut LossReport::default())).collect()
    }

    /// Adds the sentences of a document that has the number `number` in `file`.
    fn add(
        &mut self,
        document: &LabelledDocument,
        number: usize,
        schema: &Schema,
        file: &str,
    ) -> Result<(), DatasetError> {
        let mut report = LossReport::default();
        let tokenised = Tokenised::of(document, &mut report);
        for (in_document, sentence) in tokenised.by_sentence(&mut report).into_iter().enumerate() {
            let unknown = |field: &str, index: usize, name: &str, known: Vec<String>| DatasetError::UnknownType {
                file: file.to_owned(),
                sentence: self.sentences.len() + 1,
                field: format!("{field}[{index}].type"),
                name: name.to_owned(),
                known,
            };
            let entities = sentence.entities.iter().enumerate().map(|(index, &(entity, words))| {
                let name = &document.entities[entity].kind;
                let kind = schema.entity_index(name).ok_or_else(|| {
                    unknown("entities", index, name, schema.entities.iter().map(|kind| kind.name.clone()).collect())
                })?;
                let start = sentence.words.start;
                Ok(LabelledSpan { kind, words: WordRange { start: words.start - start, end: words.end - start } })
            });
            let entities = entities.collect::<Result<_, DatasetError>>()?;
            let relations = sentence.relations.iter().enumerate().map(|(index, &(relation, head, tail))| {
                let name = &document.relations[relation].kind;
                let kind = schema.relation_index(name).ok_or_else(|| {
                    unknown("relations", index, name, schema.relations.iter().map(|kind| kind.name.clone()).collect())
                })?;
                Ok(LabelledPair { kind, head, tail })
            });
            let relations = relations.collect::<Result<_, DatasetError>>()?;
            self.sentences.push(Example {
                tokens: tokenised.words(sentence.words).map(str::to_owned).collect(),
                entities,
                relations,
                document_id: document.id.clone(),
                document: number,
                sentence: in_document,
            });
        }
        Ok(())
    }
}

impl Example {
    /// Its entities and relations, for the scorer.
    pub fn labels(&self) -> Labels<'_> {
        Labels { entities: &self.entities, relations: &self.relations }
    }

    /// Exchanges head and tail of symmetric relations whose tail starts first, as the reference does before it
    /// trains.
    pub fn order_symmetric(&mut self, schema: &Schema) {
        for pair in &mut self.relations {
            let (head, tail) = (self.entities[pair.head].words, self.entities[pair.tail].words);
            if schema.relations[pair.kind].symmetric && tail.start < head.start {
                std::mem::swap(&mut pair.head, &mut pair.tail);
            }
        }
    }
}

/// The document of these sentences.
fn document(sentences: &[Example], schema: &Schema) -> LabelledDocument {
    let id = sentences.first().map(|example| example.document_id.clone()).unwrap_or_default();
    let mut builder = DocumentBuilder::new(id);
    for example in sentences {
        let (first_word, first_entity) = (builder.document.words.len(), builder.document.entities.len());
        example.tokens.iter().for_each(|token| builder.push(token));
        builder.end_sentence();
        let LabelledDocument { words, entities, relations, .. } = &mut builder.document;
        entities.extend(example.entities.iter().map(|&LabelledSpan { kind, words: WordRange { start, end } }| {
            LabelledEntity {
                kind: schema.entities[kind].name.clone(),
                span: span_of(words, WordRange { start: first_word + start, end: first_word + end }),
                score: None,
                provenance: Provenance::Person,
            }
        }));
        relations.extend(example.relations.iter().map(|pair| LabelledRelation {
            kind: schema.relations[pair.kind].name.clone(),
            head: first_entity + pair.head,
            tail: first_entity + pair.tail,
            score: None,
            provenance: Provenance::Person,
        }));
    }
    builder.document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::Writer;
    use expect_test::{Expect, expect};

    fn schema() -> Schema {
        let types =
            r#"{"entities": {"Peop": {}, "Loc": {}}, "relations": {"Live_In": {}, "Near": {"symmetric": true}}}"#;
        serde_json::from_str(types).unwrap()
    }

    const SENTENCE: &str = r#"[{"tokens":["Ada","of","London"],"entities":[{"type":"Loc","start":2,"end":3},{"type":"Peop","start":0,"end":1}],"relations":[{"type":"Live_In","head":1,"tail":0},{"type":"Near","head":0,"tail":1}]}]"#;

    fn read(json: &str) -> Result<Dataset, DatasetError> {
        Dataset::from_spert(json.as_bytes(), &schema(), "x.json")
    }

    /// The numbers of sentences in the documents of a file whose sentences have these further fields.
    fn lengths(fields: &[&str]) -> Vec<usize> {
        let sentence = |field: &&str| format!(r#"{{"tokens":["a"],"entities":[],"relations":[]{field}}}"#);
        let json = format!("[{}]", fields.iter().map(sentence).collect::<Vec<_>>().join(","));
        read(&json).unwrap().documents().map(<[_]>::len).collect()
    }

    #[test]
    fn neighbours_with_the_same_id_are_a_document() {
        let fields = [
            r#","orig_id":1"#,
            r#","orig_id":1"#,
            r#","orig_id":"1""#,
            r#","orig_id":1"#,
            "",
            "",
            r#","orig_id":null"#,
            r#","orig_id":null"#,
        ];
        assert_eq!(lengths(&fields), [2, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn numbers_of_sentences_join_and_part_documents() {
        let fields = [
            r#","orig_id":"d","sentence":0"#,
            r#","orig_id":"d","sentence":1"#,
            r#","orig_id":"d","sentence":3"#,
            r#","orig_id":"d","sentence":0"#,
            r#","orig_id":"d""#,
            r#","orig_id":"d","sentence":1"#,
            r#","sentence":0"#,
            r#","sentence":1"#,
            r#","orig_id":"","sentence":2"#,
            r#","sentence":0"#,
        ];
        assert_eq!(lengths(&fields), [2, 1, 1, 1, 1, 3, 1]);
    }

    /// B7: an empty `orig_id` counted as a name, and numbers of sentences were ignored.
    #[test]
    fn an_empty_id_joins_no_sentences() {
        assert_eq!(lengths(&[r#","orig_id":"""#, r#","orig_id":"""#, r#","orig_id":"""#]), [1, 1, 1]);

        let conll = "Ada B-Peop\nsings O\n\nLondon B-Loc\n\nAda B-Peop\n";
        let mut writer = Writer::new(Format::Spert, Vec::new());
        for document in Reader::new(Format::Conll, conll.as_bytes(), "x.conll", Options::default()) {
            writer.write(&document.unwrap()).unwrap();
        }
        let (spert, _) = writer.finish().unwrap();
        let spert = String::from_utf8(spert).unwrap();
        assert!(!spert.contains("orig_id"), "{spert}");
        let data = read(&spert).unwrap();
        let documents: Vec<Vec<_>> = data
            .documents()
            .map(|document| document.iter().map(|example| example.tokens.join(" ")).collect())
            .collect();
        assert_eq!(documents, [["Ada sings"], ["London"], ["Ada"]], "no sentence has neighbours");
    }

    #[test]
    fn a_mistake_parts_the_sentences_around_it() {
        let sentence = r#"{"tokens":["a"],"entities":[],"orig_id":"d"}"#;
        let json = format!("[{sentence},{{}},{sentence}]");
        let reader = Reader::new(Format::Spert, json.as_bytes(), "x.json", Options::default()).past_errors();
        let documents: Vec<_> = reader.flatten().map(|document| document.text).collect();
        assert_eq!(documents, ["a", "a"]);
    }

    #[test]
    fn names_become_indices() {
        let data = read(SENTENCE).unwrap();
        let [example] = &data.sentences[..] else { panic!("there is one sentence") };
        assert_eq!(example.entities[0], LabelledSpan { kind: 1, words: WordRange { start: 2, end: 3 } });
        assert_eq!(example.relations[0], LabelledPair { kind: 0, head: 1, tail: 0 });
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let named = SENTENCE.replace("]}]", r#"],"orig_id":"d","sentence":0}]"#);
        for json in [SENTENCE, &named, "[]"] {
            assert_eq!(read(json).unwrap().to_spert(&schema()).to_string(), json);
        }
    }

    #[test]
    fn symmetric_relations_can_be_put_in_text_order() {
        let mut data = read(SENTENCE).unwrap();
        data.sentences[0].order_symmetric(&schema());
        let pairs = data.sentences[0].relations.iter();
        let pairs: Vec<_> = pairs.map(|pair| (pair.head, pair.tail)).collect();
        // Live_In is directed and stays.
        assert_eq!(pairs, [(1, 0), (1, 0)]);
    }

    /// The error when `from` in a good sentence is replaced by `to`.
    #[track_caller]
    fn check_error(from: &str, to: &str, expected: Expect) {
        let json = SENTENCE.replacen(from, to, 1);
        assert_ne!(json, SENTENCE);
        expected.assert_eq(&read(&json).unwrap_err().to_string());
    }

    #[test]
    fn errors_name_file_sentence_and_field() {
        check_error(
            r#""end":3"#,
            r#""end":4"#,
            expect!["x.json, line 1, document 1, entities[0].end: 4 is out of range: there are 3 words"],
        );
        check_error(
            r#""start":2"#,
            r#""start":3"#,
            expect![
                "x.json, line 1, document 1, entities[0].end: the span 3..3 is empty; ends are exclusive here, `end` is the word after the last, but this file seems to count inclusive ones"
            ],
        );
        check_error(
            r#""start":2"#,
            r#""start":-2"#,
            expect!["x.json, line 1, document 1, entities[0].start: -2 stands there, but a word's number is expected"],
        );
        check_error(
            r#""start":2,"#,
            "",
            expect!["x.json, line 1, document 1, entities[0]: there is no `start`; the fields are `type`, `end`"],
        );
        check_error(
            r#""type":"Loc""#,
            r#""type":"Place""#,
            expect![[r#"x.json: sentence 1, entities[0].type: unknown type "Place"; the types are Peop, Loc"#]],
        );
        check_error(
            r#""type":"Near""#,
            r#""type":"Far""#,
            expect![[r#"x.json: sentence 1, relations[1].type: unknown type "Far"; the types are Live_In, Near"#]],
        );
        check_error(
            r#""tail":1"#,
            r#""tail":2"#,
            expect![
                "x.json, line 1, document 1, relations[1].tail: 2 is out of range: there are 2 entities in the sentence"
            ],
        );
        check_error(
            r#""head":1"#,
            r#""head":18446744073709551615"#,
            expect![
                "x.json, line 1, document 1, relations[0].head: 18446744073709551615 is out of range: there are 2 entities in the sentence"
            ],
        );
        check_error(
            r#"["Ada","of","London"]"#,
            "[]",
            expect!["x.json, line 1, document 1, tokens: there is no word; remove the sentence"],
        );
        check_error(
            "Ada",
            r"Ada\ud800",
            expect![
                "x.json, line 1, document 1: is not JSON: unexpected end of hex escape (column 22, from where the document starts)"
            ],
        );
        check_error(
            "}]",
            "}",
            expect![
                "x.json, line 1, document 1: is not JSON: expected `,` or `]` (column 123, from where the document starts)"
            ],
        );
        check_error("[{", "{", expect!["x.json, line 1, document 1: expected an object, found ']'"]);
        let second = SENTENCE.replace(
            "]}]",
            r#"],"orig_id":"d"},{"tokens":["a"],"entities":[{"type":"Loc","start":0,"end":2}],"orig_id":"d"}]"#,
        );
        expect!["x.json, line 1, document 1 (d), sentence 2, entities[0].end: 2 is out of range: there are 1 words"]
            .assert_eq(&read(&second).unwrap_err().to_string());
    }
}
