//! DocRED's JSON, also of Re-DocRED: documents of sentences of words, the things that each mentions, and relations between
//! things; positions in words of the sentence, ends exclusive.
//!
//! ```json
//! [{"title": "Ada", "sents": [["Ada", "lives", "in", "London"]],
//!   "vertexSet": [[{"name": "Ada", "pos": [0, 1], "sent_id": 0, "type": "PER"}],
//!                 [{"name": "London", "pos": [3, 4], "sent_id": 0, "type": "LOC"}]],
//!   "labels": [{"h": 0, "t": 1, "r": "P551", "evidence": [0]}]}]
//! ```
//!
//! A mention becomes an entity. A relation goes to the two mentions of its things that are nearest to each other; that several
//! mentions are of one thing is lost. `datasets` of Hugging Face writes `labels` as an object of lists, which is read too.

use std::collections::HashMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::{List, Name, WordNumber};
use crate::json::parse;
use crate::json::shape::Shape;
use crate::loss_report::Loss;
use crate::nearest::{Mention, nearest};
use crate::options::Ends;

#[derive(Deserialize)]
#[serde(expecting = "a document with `sents`, `vertexSet` and `labels`")]
struct Document {
    #[serde(default)]
    title: Name,
    sents: Vec<Vec<String>>,
    #[serde(rename = "vertexSet")]
    things: List<List<MentionOf>>,
    labels: Option<Relations>,
}

#[derive(Deserialize)]
#[serde(expecting = "a mention with `pos`, `sent_id` and `type`")]
struct MentionOf {
    #[serde(default)]
    name: Name,
    pos: (WordNumber, WordNumber),
    sent_id: WordNumber,
    #[serde(rename = "type", default)]
    kind: Name,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `h`, `t` and `r`")]
struct Relation {
    #[serde(rename = "h")]
    head: WordNumber,
    #[serde(rename = "t")]
    tail: WordNumber,
    #[serde(rename = "r")]
    kind: Name,
}

/// Relations as a list for each of their parts.
#[derive(Deserialize)]
#[serde(expecting = "lists `head`, `tail` and `relation_id`")]
struct Columns {
    #[serde(default)]
    head: List<WordNumber>,
    #[serde(default)]
    tail: List<WordNumber>,
    #[serde(default)]
    relation_id: List<Name>,
    #[serde(default)]
    relation_text: List<Name>,
}

/// The relations, in either form.
struct Relations(Vec<Relation>);

impl<'de> Deserialize<'de> for Relations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherForm;

        impl<'de> Visitor<'de> for EitherForm {
            type Value = Relations;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a list of relations")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Relations, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(elements)).map(Relations)
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Relations, A::Error> {
                Columns::deserialize(MapAccessDeserializer::new(fields)).map(Columns::into_relations)
            }
        }

        deserializer.deserialize_any(EitherForm)
    }
}

impl Columns {
    fn into_relations(self) -> Relations {
        // The ids are what DocRED's own files have.
        let kinds = if self.relation_id.is_empty() { self.relation_text } else { self.relation_id };
        let rows = self.head.into_iter().zip(self.tail).zip(kinds);
        Relations(rows.map(|((head, tail), kind)| Relation { head, tail, kind }).collect())
    }
}

/// The evidence of this format in the shape of a file.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    (shape.has("sents") && shape.has("vertexSet")).then_some("`sents` and `vertexSet`")
}

/// Other names of a mention and its place, in Re-DocRED.
const BOOKKEEPING: &[&str] = &["vertexSet[][].index", "vertexSet[][].global_pos"];

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let document: Document = parse(json, BOOKKEEPING, context)?;
    let id = document.title.0;
    context.id = Some(id.clone());
    let mut joined = DocumentBuilder::new(id);
    let mut sentences = Vec::with_capacity(document.sents.len());
    for sentence in &document.sents {
        let start = joined.document.words.len();
        for word in sentence {
            joined.push(word);
        }
        joined.end_sentence();
        sentences.push(WordRange { start, end: start + sentence.len() });
    }
    let mut things: Vec<Vec<Mention>> = Vec::with_capacity(document.things.len());
    for (number, mentions) in document.things.into_iter().enumerate() {
        context.report.add(Loss::Coreference, usize::from(mentions.len() > 1));
        let mut thing = Vec::with_capacity(mentions.len());
        for (index, mention) in mentions.into_iter().enumerate() {
            let field = |name: &str| format!("vertexSet[{number}][{index}].{name}");
            let sentence = mention.sent_id.0;
            let Some(&words) = sentences.get(sentence) else {
                let problem =
                    Problem::OutOfRange { index: sentence, count: sentences.len(), counted: "sentences", hint: "" };
                return Err(Fault::at(field("sent_id"), problem));
            };
            let own = WordRange { start: 0, end: words.end - words.start };
            let bounds = WordBounds { by_format: Ends::Exclusive, by_user: context.options.ends, words: own };
            let (start, end) = (mention.pos.0.0, mention.pos.1.0);
            let range = bounds.range(start, end, |end| field(if end == "start" { "pos[0]" } else { "pos[1]" }))?;
            let range = WordRange { start: words.start + range.start, end: words.start + range.end };
            let Ok(span) = joined.span(range, String::new) else {
                context.report.add(Loss::NoPlace, 1);
                continue;
            };
            let found = span.of(&joined.document.text).unwrap_or_default();
            let is_other = !mention.name.0.is_empty() && !same_letters(&mention.name.0, found);
            context.report.add(Loss::OtherTexts, usize::from(is_other));
            let entity = joined.document.entities.len();
            thing.push(Mention { start: span.start, end: span.end, sentence, entity });
            let kind = mention.kind.0;
            joined.document.entities.push(LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
        }
        thing.sort_unstable();
        things.push(thing);
    }
    let Some(relations) = document.labels else {
        context.report.note("Some documents have no `labels`: nobody has judged which relations they have.");
        return Ok(joined.document);
    };
    let mut pairs: HashMap<(usize, usize), Option<(usize, usize)>> = HashMap::new();
    for (index, relation) in relations.0.into_iter().enumerate() {
        let [head, tail] = [("h", relation.head.0), ("t", relation.tail.0)].map(|(name, thing)| {
            let count = things.len();
            let problem = Problem::OutOfRange { index: thing, count, counted: "lists in `vertexSet`", hint: "" };
            things.get(thing).ok_or_else(|| Fault::at(format!("labels[{index}].{name}"), problem))
        });
        let (heads, tails) = (head?, tail?);
        let pair = pairs.entry((relation.head.0, relation.tail.0)).or_insert_with(|| nearest(heads, tails));
        let Some((head, tail)) = *pair else {
            context.report.add(Loss::NoEntity, 1);
            continue;
        };
        context.report.add(Loss::BetweenThings, usize::from(heads.len() > 1 || tails.len() > 1));
        let provenance = Provenance::Person;
        joined.document.relations.push(LabelledRelation { kind: relation.kind.0, head, tail, score: None, provenance });
    }
    Ok(joined.document)
}

/// Whether two texts differ at most in white space: names were written before the text was cut into words.
fn same_letters(one: &str, other: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
    letters(one) == letters(other)
}
