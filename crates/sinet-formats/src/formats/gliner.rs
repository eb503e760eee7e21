//! GLiNER's training JSON: positions in words, ends inclusive; relations name entities by their index.
//!
//! ```json
//! [{"tokenized_text": ["Ada", "lives", "in", "London"],
//!   "ner": [[0, 0, "Peop"], [3, 3, "Loc"]], "relations": [[0, 1, "Live_In"]], "id": "7"}]
//! ```
//!
//! A `text` beside the words is taken where it is made of them. `id` is an addition that GLiNER ignores. GLiREL has the same file with the words as text after each type, and with relations
//! that name their ends by position, `{"head": {"mention": "Ada", "position": [0, 0], "type": "Peop"}, "tail": …,
//! "relation_text": "Live_In"}`; it counts ends in two ways, which the text shows.

use std::collections::HashMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::{EntityNumber, List, Name, Row, Word, WordNumber};
use crate::json::shape::Shape;
use crate::json::{name_of, parse};
use crate::loss_report::{Loss, LossReport};
use crate::mentions::UNTYPED;
use crate::options::Ends;
use crate::tokenised::Tokenised;

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "an example with `tokenized_text` and `ner`")]
struct Example<'j> {
    #[serde(default)]
    id: Value,
    #[serde(borrow)]
    tokenized_text: Vec<Word<'j>>,
    #[serde(default)]
    text: Value,
    #[serde(default)]
    ner: List<Row<Stretch>>,
    #[serde(default)]
    relations: List<Relation>,
}

/// First and last word and the type; GLiREL has the words as text after them.
#[derive(Deserialize)]
#[serde(expecting = "an entity, as in [0, 0, \"Peop\"]")]
struct Stretch(WordNumber, WordNumber, Name, #[serde(default)] Option<Name>);

/// A relation of GLiNER, `[0, 1, "Live_In"]`, or of GLiREL.
enum Relation {
    Between(EntityNumber, EntityNumber, Name),
    Positioned(Positioned),
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `head`, `tail` and `relation_text`")]
struct Positioned {
    head: End,
    tail: End,
    #[serde(alias = "relation", alias = "label")]
    relation_text: Name,
}

#[derive(Deserialize)]
#[serde(expecting = "an end with `position`")]
struct End {
    position: (WordNumber, WordNumber),
    mention: Option<Name>,
    #[serde(default, rename = "type")]
    kind: Name,
}

impl<'de> Deserialize<'de> for Relation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Relation;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a relation, as in [0, 1, \"Live_In\"]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Relation, A::Error> {
                let Row((head, tail, kind)) = Row::deserialize(SeqAccessDeserializer::new(elements))?;
                Ok(Relation::Between(head, tail, kind))
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Relation, A::Error> {
                Positioned::deserialize(MapAccessDeserializer::new(fields)).map(Relation::Positioned)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// The evidence that a file is GLiNER's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    shape.has("tokenized_text").then_some("`tokenized_text`")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let example: Example = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&example.id);
    context.id = Some(id.clone());
    let mut joined = DocumentBuilder::new(id);
    for word in &example.tokenized_text {
        joined.push(&word.0);
    }
    if example.text.as_str().is_some_and(|text| joined.take_text(text)) {
        context.report.note("The words stand in the `text` beside them, in order: it is taken as it is.");
    } else {
        context.unread_value("text", &example.text);
    }
    let words = WordRange { start: 0, end: example.tokenized_text.len() };
    let by_user = context.options.ends.or_else(|| shown_ends(&example, context));
    let bounds = WordBounds { by_format: Ends::Inclusive, by_user, words };
    let mut by_words: HashMap<WordRange, usize> = HashMap::new();
    let add = |joined: &mut DocumentBuilder, range: WordRange, kind: String, field: &dyn Fn(&str) -> String| {
        let span = joined.span(range, || field("start"))?;
        let index = joined.document.entities.len();
        joined.document.entities.push(LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
        Ok::<_, Fault>((index, range))
    };
    for (index, Row(Stretch(start, end, kind, _))) in example.ner.into_iter().enumerate() {
        let field = |name: &str| format!("ner[{index}].{name}");
        let (index, range) = add(&mut joined, bounds.range(start.0, end.0, field)?, kind.0, &field)?;
        by_words.entry(range).or_insert(index);
    }
    let count = joined.document.entities.len();
    for (index, relation) in example.relations.into_iter().enumerate() {
        let (head, tail, kind) = match relation {
            Relation::Between(head, tail, kind) => {
                for (name, end) in [("head", head.0), ("tail", tail.0)] {
                    if end >= count {
                        let problem = Problem::OutOfRange { index: end, count, counted: "entities", hint: "" };
                        return Err(Fault::at(format!("relations[{index}].{name}"), problem));
                    }
                }
                (head.0, tail.0, kind)
            }
            Relation::Positioned(Positioned { head, tail, relation_text }) => {
                let mut end = |end: End, name: &str| {
                    let field = |bound: &str| format!("relations[{index}].{name}, {bound}");
                    let range = bounds.range(end.position.0.0, end.position.1.0, field)?;
                    // An end that `ner` does not have is an entity all the same.
                    match by_words.get(&range) {
                        Some(&entity) => Ok(entity),
                        None => {
                            let kind = if end.kind.0.is_empty() { UNTYPED.to_owned() } else { end.kind.0 };
                            let (entity, range) = add(&mut joined, range, kind, &field)?;
                            by_words.insert(range, entity);
                            Ok::<_, Fault>(entity)
                        }
                    }
                };
                (end(head, "head")?, end(tail, "tail")?, relation_text)
            }
        };
        let (kind, provenance) = (kind.0, Provenance::Person);
        joined.document.relations.push(LabelledRelation { kind, head, tail, score: None, provenance });
    }
    Ok(joined.document)
}

/// How the words beside positions show that ends are counted, where that is not as the format says.
fn shown_ends(example: &Example, context: &mut Context) -> Option<Ends> {
    let stretches =
        example.ner.iter().filter_map(|Row(Stretch(start, end, _, text))| Some((start.0, end.0, text.as_ref()?)));
    let ends = example.relations.iter().flat_map(|relation| match relation {
        Relation::Between(..) => Vec::new(),
        Relation::Positioned(Positioned { head, tail, .. }) => vec![head, tail],
    });
    let ends = ends.filter_map(|end| Some((end.position.0.0, end.position.1.0, end.mention.as_ref()?)));
    let stated: Vec<(usize, usize, &Name)> = stretches.chain(ends).filter(|(.., text)| !text.0.is_empty()).collect();
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    let fits = |last: usize| {
        stated.iter().all(|&(start, end, text)| {
            let words = example.tokenized_text.get(start..(end + last).max(start)).unwrap_or_default();
            letters(&words.iter().map(|word| &*word.0).collect::<String>()) == letters(&text.0)
        })
    };
    if stated.is_empty() || fits(1) || !fits(0) {
        return None;
    }
    context.report.note("Ends are the word after the last: the words beside them show it.");
    Some(Ends::Exclusive)
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Option<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let words = WordRange { start: 0, end: tokenised.document.words.len() };
    if words.end == 0 {
        report.add(Loss::Wordless, 1);
        report.add(Loss::RelationsOfLost, document.relations.len());
        return None;
    }
    let mut places = Vec::with_capacity(document.entities.len());
    let mut ner = Vec::new();
    for (entity, range) in document.entities.iter().zip(&tokenised.entities) {
        places.push(range.map(|range| {
            ner.push(json!([range.start, range.end - 1, entity.kind]));
            ner.len() - 1
        }));
    }
    let relations = document.relations.iter().filter_map(|relation| {
        let (head, tail) = (places[relation.head], places[relation.tail]);
        report.add(Loss::RelationsOfLost, usize::from(head.is_none() || tail.is_none()));
        Some(json!([head?, tail?, relation.kind]))
    });
    let relations: Vec<Value> = relations.collect();
    let words: Vec<&str> = tokenised.words(words).collect();
    Some(json!({"tokenized_text": words, "ner": ner, "relations": relations, "id": document.id}))
}
