//! SpERT's JSON: an array of sentences, positions in words, ends exclusive; relations name entities by their index.
//!
//! ```json
//! [{"tokens": ["Ada", "lives", "in", "London"],
//!   "entities": [{"type": "Peop", "start": 0, "end": 1}, {"type": "Loc", "start": 3, "end": 4}],
//!   "relations": [{"type": "Live_In", "head": 0, "tail": 1}], "orig_id": 7}]
//! ```
//!
//! Sentences that follow each other are of one document if they have the same `orig_id` and, where a file gives it, `sentence`
//! counts on from one to the next; any other sentence is a document. An `orig_id` that is `null` or empty is none: sentences
//! without one are joined by `sentence` alone. `sentence` is an addition that other readers ignore. It counts from 0 and is
//! written with every `orig_id`, so that two documents of one name stay apart, and in documents of several sentences.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::growing::{Growing, Unfinished};
use crate::json::lenient::{EntityNumber, List, Name, Word, WordNumber};
use crate::json::objects::JsonObject;
use crate::json::shape::{Kind, Shape};
use crate::json::{name_of, parse};
use crate::loss_report::{Loss, LossReport};
use crate::options::{Ends, Limits};
use crate::tokenised::Tokenised;

/// The documents of a file. The mark of a document is the position of its last sentence; `None` if no further one may come.
pub(crate) struct Sentences<R>(Growing<R, Option<Position>>);

/// The position of a sentence in its document.
struct Position {
    /// The document's name; `null` if it has none.
    orig_id: Value,
    number: Option<usize>,
}

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[];

#[derive(Deserialize)]
#[serde(expecting = "a sentence with `tokens`, `entities` and `relations`")]
struct Sentence<'j> {
    #[serde(borrow)]
    tokens: Vec<Word<'j>>,
    entities: List<Entity>,
    #[serde(default)]
    relations: List<Relation>,
    #[serde(default)]
    orig_id: Value,
    /// The addition, where it is a number: a field of that name may be anything else.
    #[serde(default)]
    sentence: Value,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `type`, `start` and `end`")]
struct Entity {
    #[serde(rename = "type")]
    kind: Name,
    start: WordNumber,
    end: WordNumber,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct Relation {
    #[serde(rename = "type")]
    kind: Name,
    head: EntityNumber,
    tail: EntityNumber,
}

/// The evidence that a file is SpERT's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    // A text beside the tokens may mean that positions are characters, unless nothing says so.
    let own = ["offset_unit", "windows", "words", "entities[].text", "spans", "ents"];
    let in_words = shape.has_as("tokens[]", Kind::Text)
        && ["entities[].type", "entities[].start"].iter().all(|path| shape.has(path))
        && !own.iter().any(|path| shape.has(path));
    (shape.has("tokens") && shape.has("entities") && (!shape.has("text") || in_words))
        .then_some("`tokens` and `entities`")
}

impl<R: BufRead> Sentences<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self(Growing::new(input, limits))
    }

    /// Whether another document may come after an error.
    pub(crate) fn goes_on(&self) -> bool {
        self.0.goes_on()
    }

    /// The next document, with the line that it or what is wrong starts on.
    pub(crate) fn next(
        &mut self,
        begun: &mut u64,
        context: &mut Context,
    ) -> (u64, Result<Option<LabelledDocument>, Fault>) {
        self.0.next(|record, last| {
            let taken = take(record, last, begun, context);
            if taken.is_err() {
                // A sentence is missing, so that the next one does not follow on the last.
                last.iter_mut().for_each(|last| last.mark = None);
            }
            taken
        })
    }
}

/// Takes in a sentence; returns the document before it if that is whole.
fn take(
    record: &JsonObject,
    last: &mut Option<Unfinished<Option<Position>>>,
    begun: &mut u64,
    context: &mut Context,
) -> Result<Option<Unfinished<Option<Position>>>, Fault> {
    let mut sentence: Sentence = parse(&record.json, BOOKKEEPING, context).inspect_err(|_| *begun += 1)?;
    let id = name_of(&sentence.orig_id);
    context.id = Some(id.clone());
    let orig_id = if id.is_empty() { Value::Null } else { sentence.orig_id.take() };
    let number = sentence.sentence.as_u64().and_then(|number| usize::try_from(number).ok());
    if number.is_none() && !sentence.sentence.is_null() {
        context.unread("sentence");
    }
    let position = Position { orig_id, number };
    let continued = last.take_if(|last| last.mark.as_ref().is_some_and(|last| position.follows(last)));
    let mut document = continued.unwrap_or_else(|| {
        *begun += 1;
        Unfinished { builder: DocumentBuilder::new(id), line: record.line, mark: None }
    });
    document.mark = Some(position);
    let number = document.builder.document.sentences.len() + 1;
    add(&mut document.builder, sentence, context).map_err(|mut fault| {
        if number > 1 {
            fault.field = fault.field.map(|field| format!("sentence {number}, {field}"));
        }
        fault
    })?;
    let limit = context.options.limits.document_bytes;
    if document.builder.document.text.len() > limit {
        return Err(Problem::TooLarge { what: "the document", limit }.into());
    }
    Ok(last.replace(document))
}

impl Position {
    /// Whether its sentence is the next of the document of `before`.
    fn follows(&self, before: &Self) -> bool {
        let counts_on = match (before.number, self.number) {
            (Some(before), Some(number)) => before.checked_add(1) == Some(number),
            (None, None) => !self.orig_id.is_null(),
            _ => false,
        };
        counts_on && self.orig_id == before.orig_id
    }
}

fn add(builder: &mut DocumentBuilder, sentence: Sentence, context: &Context) -> Result<(), Fault> {
    if sentence.tokens.is_empty() {
        return Err(Fault::at("tokens", Problem::Missing("word; remove the sentence")));
    }
    let (first_word, first_entity) = (builder.document.words.len(), builder.document.entities.len());
    for token in &sentence.tokens {
        builder.push(&token.0);
    }
    builder.end_sentence();
    let words = WordRange { start: 0, end: sentence.tokens.len() };
    let bounds = WordBounds { by_format: Ends::Exclusive, by_user: context.options.ends, words };
    for (index, entity) in sentence.entities.into_iter().enumerate() {
        let field = |name: &str| format!("entities[{index}].{name}");
        let range = bounds.range(entity.start.0, entity.end.0, field)?;
        let range = WordRange { start: first_word + range.start, end: first_word + range.end };
        let span = builder.span(range, || field("start"))?;
        let provenance = Provenance::Person;
        builder.document.entities.push(LabelledEntity { kind: entity.kind.0, span, score: None, provenance });
    }
    let count = builder.document.entities.len() - first_entity;
    for (index, relation) in sentence.relations.into_iter().enumerate() {
        for (name, end) in [("head", relation.head.0), ("tail", relation.tail.0)] {
            if end >= count {
                let problem = Problem::OutOfRange { index: end, count, counted: "entities in the sentence", hint: "" };
                return Err(Fault::at(format!("relations[{index}].{name}"), problem));
            }
        }
        builder.document.relations.push(LabelledRelation {
            kind: relation.kind.0,
            head: first_entity + relation.head.0,
            tail: first_entity + relation.tail.0,
            score: None,
            provenance: Provenance::Person,
        });
    }
    Ok(())
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Vec<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let sentences = tokenised.by_sentence(report);
    report.add(Loss::Wordless, usize::from(sentences.is_empty()));
    let (is_named, several) = (!document.id.is_empty(), sentences.len() > 1);
    let written = sentences.into_iter().enumerate().map(|(number, sentence)| {
        let entities = sentence.entities.iter().map(|&(index, words)| {
            let (start, end) = (words.start - sentence.words.start, words.end - sentence.words.start);
            json!({"type": document.entities[index].kind, "start": start, "end": end})
        });
        let relations = sentence
            .relations
            .iter()
            .map(|&(index, head, tail)| json!({"type": document.relations[index].kind, "head": head, "tail": tail}));
        let mut written = json!({
            "tokens": tokenised.words(sentence.words).collect::<Vec<_>>(),
            "entities": entities.collect::<Vec<_>>(),
            "relations": relations.collect::<Vec<_>>(),
        });
        if is_named {
            written["orig_id"] = json!(document.id);
        }
        if is_named || several {
            written["sentence"] = json!(number);
        }
        written
    });
    written.collect()
}
