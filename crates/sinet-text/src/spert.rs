//! Labelled sentences in SpERT's JSON form.
//!
//! A file is one array of sentences:
//!
//! ```json
//! [{"tokens": ["Ada", "lives", "in", "London"],
//!   "entities": [{"type": "Peop", "start": 0, "end": 1}, {"type": "Loc", "start": 3, "end": 4}],
//!   "relations": [{"type": "Live_In", "head": 0, "tail": 1}],
//!   "orig_id": 7}]
//! ```
//!
//! `start` and `end` count tokens, end exclusive; `head` and `tail` count entities. `orig_id` may be anything or
//! be absent; sentences that follow each other and have the same are neighbours in one document. Other fields are ignored.

use serde::{Deserialize, Deserializer, Serialize};

use crate::annotation::WordRange;
use crate::schema::Schema;

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
    /// Whatever the file says where the sentence is from.
    pub orig_id: Option<serde_json::Value>,
}

/// An entity: a stretch of words with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelledSpan {
    /// Index into [`Schema::entities`].
    pub kind: usize,
    /// Its words, not empty.
    pub words: WordRange,
}

/// A relation: a directed pair of entities with a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelledPair {
    /// Index into [`Schema::relations`].
    pub kind: usize,
    /// Index of the head among the sentence's entities.
    pub head: usize,
    /// Index of the tail among the sentence's entities.
    pub tail: usize,
}

/// What a sentence is labelled with, or what a model says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Labels<'a> {
    /// The entities.
    pub entities: &'a [LabelledSpan],
    /// The relations, as indices into `entities`.
    pub relations: &'a [LabelledPair],
}

/// Why a data file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file is not JSON, or not of SpERT's form.
    #[error("{file}: {message}")]
    Json {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A sentence contradicts itself or the schema.
    #[error("{file}: sentence {sentence}, {field}: {problem}")]
    Sentence {
        /// The file.
        file: String,
        /// Number of the sentence in the file, from 1.
        sentence: usize,
        /// The field, with indices from 0, as in `entities[2].end`.
        field: String,
        /// What is wrong with it.
        problem: LabelProblem,
    },
}

/// What is wrong with one field of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelProblem {
    /// The sentence has no words.
    #[error("there is no token; remove the sentence")]
    NoTokens,
    /// A span ends before it starts, or is empty.
    #[error("the span {start}..{end} is empty; `end` is the token after the last")]
    EmptySpan {
        /// Its first word.
        start: usize,
        /// The word after its last.
        end: usize,
    },
    /// An index points past the end.
    #[error("{index} is out of range: the sentence has {count} {counted}")]
    OutOfRange {
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
        /// Of what.
        counted: &'static str,
    },
    /// The schema has no such type.
    #[error("unknown type {name:?}; the types are {}", known.join(", "))]
    UnknownType {
        /// The name in the file.
        name: String,
        /// The names in the schema.
        known: Vec<String>,
    },
}

impl Dataset {
    /// Reads a file's text; `file` is its name for error messages.
    ///
    /// Relations come as they are written. The reference puts symmetric ones in text order while it reads: see
    /// [`Example::order_symmetric`].
    ///
    /// # Errors
    /// If the text is not of SpERT's form, an index leaves its sentence, or a type is not in `schema`.
    pub fn from_json(json: &str, schema: &Schema, file: &str) -> Result<Self, DatasetError> {
        let sentences: Vec<SentenceJson> = serde_json::from_str(json)
            .map_err(|error| DatasetError::Json { file: file.to_owned(), message: error.to_string() })?;
        let sentences = sentences.into_iter().enumerate().map(|(index, sentence)| {
            sentence.resolve(schema).map_err(|(field, problem)| DatasetError::Sentence {
                file: file.to_owned(),
                sentence: index + 1,
                field,
                problem,
            })
        });
        let sentences = sentences.collect::<Result<_, _>>()?;
        Ok(Self { sentences })
    }

    /// The sentences by document: neighbours in the file with the same `orig_id`.
    pub fn documents(&self) -> impl Iterator<Item = &[Example]> {
        let is_known = |example: &Example| example.orig_id.as_ref().is_some_and(|id| !id.is_null());
        self.sentences.chunk_by(move |a, b| is_known(a) && a.orig_id == b.orig_id)
    }

    /// Writes the form that [`Dataset::from_json`] reads.
    ///
    /// # Panics
    /// If a kind is not in `schema`.
    pub fn to_json(&self, schema: &Schema) -> serde_json::Value {
        self.sentences
            .iter()
            .map(|example| {
                serde_json::to_value(SentenceJson::of(example, schema)).expect("strings and numbers are always JSON")
            })
            .collect()
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

#[derive(Serialize, Deserialize)]
#[serde(expecting = "a sentence with `tokens`, `entities` and `relations`")]
struct SentenceJson {
    tokens: Vec<String>,
    entities: Vec<EntityJson>,
    relations: Vec<RelationJson>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    orig_id: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(expecting = "an entity with `type`, `start` and `end`")]
struct EntityJson {
    #[serde(rename = "type")]
    kind: String,
    start: usize,
    end: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct RelationJson {
    #[serde(rename = "type")]
    kind: String,
    head: usize,
    tail: usize,
}

/// Keeps a `null` apart from an absent field, so that it is written back.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl SentenceJson {
    fn resolve(self, schema: &Schema) -> Result<Example, (String, LabelProblem)> {
        let words = self.tokens.len();
        if words == 0 {
            return Err(("tokens".to_owned(), LabelProblem::NoTokens));
        }
        let entities = self.entities.iter().enumerate().map(|(index, entity)| {
            entity.resolve(schema, words).map_err(|(field, problem)| (format!("entities[{index}].{field}"), problem))
        });
        let entities: Vec<_> = entities.collect::<Result<_, _>>()?;
        let relations = self.relations.iter().enumerate().map(|(index, relation)| {
            relation
                .resolve(schema, entities.len())
                .map_err(|(field, problem)| (format!("relations[{index}].{field}"), problem))
        });
        Ok(Example {
            relations: relations.collect::<Result<_, _>>()?,
            tokens: self.tokens,
            entities,
            orig_id: self.orig_id,
        })
    }

    fn of(example: &Example, schema: &Schema) -> Self {
        let entities = example.entities.iter().map(|entity| EntityJson {
            kind: schema.entities[entity.kind].name.clone(),
            start: entity.words.start,
            end: entity.words.end,
        });
        let relations = example.relations.iter().map(|relation| RelationJson {
            kind: schema.relations[relation.kind].name.clone(),
            head: relation.head,
            tail: relation.tail,
        });
        Self {
            tokens: example.tokens.clone(),
            entities: entities.collect(),
            relations: relations.collect(),
            orig_id: example.orig_id.clone(),
        }
    }
}

impl EntityJson {
    fn resolve(&self, schema: &Schema, words: usize) -> Result<LabelledSpan, (&'static str, LabelProblem)> {
        let &Self { start, end, .. } = self;
        let kind = schema.entity_index(&self.kind).ok_or_else(|| {
            let known = schema.entities.iter().map(|kind| kind.name.clone());
            ("type", unknown(&self.kind, known))
        })?;
        if start >= end {
            return Err(("start", LabelProblem::EmptySpan { start, end }));
        }
        if end > words {
            let problem = LabelProblem::OutOfRange { index: end, count: words, counted: "tokens" };
            return Err(("end", problem));
        }
        let words = WordRange { start, end };
        Ok(LabelledSpan { kind, words })
    }
}

impl RelationJson {
    fn resolve(&self, schema: &Schema, entities: usize) -> Result<LabelledPair, (&'static str, LabelProblem)> {
        let &Self { head, tail, .. } = self;
        let kind = schema.relation_index(&self.kind).ok_or_else(|| {
            let known = schema.relations.iter().map(|kind| kind.name.clone());
            ("type", unknown(&self.kind, known))
        })?;
        for (field, index) in [("head", head), ("tail", tail)] {
            if index >= entities {
                let problem = LabelProblem::OutOfRange { index, count: entities, counted: "entities" };
                return Err((field, problem));
            }
        }
        Ok(LabelledPair { kind, head, tail })
    }
}

fn unknown(name: &str, known: impl Iterator<Item = String>) -> LabelProblem {
    LabelProblem::UnknownType { name: name.to_owned(), known: known.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn schema() -> Schema {
        let types =
            r#"{"entities": {"Peop": {}, "Loc": {}}, "relations": {"Live_In": {}, "Near": {"symmetric": true}}}"#;
        serde_json::from_str(types).unwrap()
    }

    const SENTENCE: &str = r#"[{"tokens":["Ada","of","London"],"entities":[{"type":"Loc","start":2,"end":3},{"type":"Peop","start":0,"end":1}],"relations":[{"type":"Live_In","head":1,"tail":0},{"type":"Near","head":0,"tail":1}],"orig_id":null}]"#;

    #[test]
    fn neighbours_with_the_same_id_are_a_document() {
        let sentence = |id: &str| format!(r#"{{"tokens":["a"],"entities":[],"relations":[]{id}}}"#);
        let ids = [
            r#","orig_id":1"#,
            r#","orig_id":1"#,
            r#","orig_id":"1""#,
            r#","orig_id":1"#,
            "",
            "",
            r#","orig_id":null"#,
            r#","orig_id":null"#,
        ];
        let json = format!("[{}]", ids.map(sentence).join(","));
        let data = Dataset::from_json(&json, &schema(), "x.json").unwrap();
        let lengths: Vec<_> = data.documents().map(<[_]>::len).collect();
        assert_eq!(lengths, [2, 1, 1, 1, 1, 1, 1]);
    }

    #[test]
    fn names_become_indices() {
        let data = Dataset::from_json(SENTENCE, &schema(), "x.json").unwrap();
        let [example] = &data.sentences[..] else { panic!("there is one sentence") };
        assert_eq!(example.entities[0], LabelledSpan { kind: 1, words: WordRange { start: 2, end: 3 } });
        assert_eq!(example.relations[0], LabelledPair { kind: 0, head: 1, tail: 0 });
    }

    #[test]
    fn a_file_is_written_as_it_was_read() {
        let without_id = SENTENCE.replace(r#","orig_id":null"#, "");
        for json in [SENTENCE, &without_id, "[]"] {
            let data = Dataset::from_json(json, &schema(), "x.json").unwrap();
            assert_eq!(data.to_json(&schema()).to_string(), json);
        }
    }

    #[test]
    fn symmetric_relations_can_be_put_in_text_order() {
        let mut data = Dataset::from_json(SENTENCE, &schema(), "x.json").unwrap();
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
        let error = Dataset::from_json(&json, &schema(), "x.json").unwrap_err();
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn errors_name_file_sentence_and_field() {
        check_error(
            r#""end":3"#,
            r#""end":4"#,
            expect!["x.json: sentence 1, entities[0].end: 4 is out of range: the sentence has 3 tokens"],
        );
        check_error(
            r#""start":2"#,
            r#""start":3"#,
            expect!["x.json: sentence 1, entities[0].start: the span 3..3 is empty; `end` is the token after the last"],
        );
        check_error(
            r#""start":2"#,
            r#""start":-2"#,
            expect!["x.json: invalid value: integer `-2`, expected usize at line 1 column 69"],
        );
        check_error(r#""start":2,"#, "", expect!["x.json: missing field `start` at line 1 column 67"]);
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
            expect!["x.json: sentence 1, relations[1].tail: 2 is out of range: the sentence has 2 entities"],
        );
        check_error(
            r#""head":1"#,
            r#""head":18446744073709551615"#,
            expect![
                "x.json: sentence 1, relations[0].head: 18446744073709551615 is out of range: the sentence has 2 entities"
            ],
        );
        check_error(
            r#"["Ada","of","London"]"#,
            "[]",
            expect!["x.json: sentence 1, tokens: there is no token; remove the sentence"],
        );
        check_error("Ada", r"Ada\ud800", expect!["x.json: unexpected end of hex escape at line 1 column 23"]);
        check_error(
            "}]",
            "}",
            expect![[
                r#"x.json: invalid type: string "relations", expected an entity with `type`, `start` and `end` at line 1 column 123"#
            ]],
        );
        check_error("[{", "{", expect!["x.json: invalid type: map, expected a sequence at line 1 column 0"]);
    }
}
