//! SpERT's JSON: an array of sentences, positions in words, ends exclusive; relations name entities by their index.
//!
//! ```json
//! [{"tokens": ["Ada", "lives", "in", "London"],
//!   "entities": [{"type": "Peop", "start": 0, "end": 1}, {"type": "Loc", "start": 3, "end": 4}],
//!   "relations": [{"type": "Live_In", "head": 0, "tail": 1}], "orig_id": 7}]
//! ```
//!
//! A sentence is a document. Documents of more than one sentence are written as several elements with the same
//! `orig_id` and with `sentence`, counted from 0, which other readers ignore; only by that field they become one document
//! again.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Source};
use crate::elements::Elements;
use crate::error::{Fault, Problem};
use crate::loss::{Loss, LossReport};
use crate::read::{Context, Ends, name_of, parse};
use crate::tokenised::{Bounds, Joined, Tokenised};

#[derive(Deserialize)]
#[serde(expecting = "a sentence with `tokens`, `entities` and `relations`")]
struct Sentence {
    tokens: Vec<String>,
    entities: Vec<Entity>,
    #[serde(default)]
    relations: Vec<Relation>,
    #[serde(default)]
    orig_id: Value,
    sentence: Option<usize>,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `type`, `start` and `end`")]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    start: usize,
    end: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "a relation with `type`, `head` and `tail`")]
struct Relation {
    #[serde(rename = "type")]
    kind: String,
    head: usize,
    tail: usize,
}

/// A document to which further sentences may come.
pub(crate) struct Pending {
    joined: Joined,
    /// The line that it starts on.
    line: u64,
    /// The number that its next sentence must have, if it may have one.
    next: Option<usize>,
}

/// The next document, with the line that it or what is wrong starts on.
pub(crate) fn next<R: BufRead>(
    elements: &mut Elements<R>,
    pending: &mut Option<Pending>,
    begun: &mut u64,
    context: &mut Context,
) -> (u64, Result<Option<LabelledDocument>, Fault>) {
    loop {
        let element = match elements.next() {
            Ok(Some(element)) => element,
            Ok(None) => {
                let last = pending.take();
                let line = last.as_ref().map_or(1, |last| last.line);
                return (line, Ok(last.map(|last| last.joined.document)));
            }
            Err(problem) => return (elements.line(), Err(problem.into())),
        };
        let sentence: Sentence = match parse(&element.json) {
            Ok(sentence) => sentence,
            Err(fault) => {
                *begun += 1;
                return (element.line, Err(fault));
            }
        };
        let id = name_of(&sentence.orig_id);
        context.id = Some(id.clone());
        let continued = pending.take_if(|before| {
            before.next.is_some() && before.next == sentence.sentence && before.joined.document.id == id
        });
        let mut document = match continued {
            Some(before) => before,
            None => {
                *begun += 1;
                Pending { joined: Joined::new(id), line: element.line, next: None }
            }
        };
        document.next = sentence.sentence.map(|number| number.saturating_add(1));
        if let Err(fault) = add(&mut document.joined, sentence, context) {
            return (element.line, Err(fault));
        }
        let limit = context.options.limits.document_bytes;
        if document.joined.document.text.len() > limit {
            return (element.line, Err(Problem::TooLarge { what: "the document", limit }.into()));
        }
        if let Some(whole) = pending.replace(document) {
            return (whole.line, Ok(Some(whole.joined.document)));
        }
    }
}

fn add(joined: &mut Joined, sentence: Sentence, context: &Context) -> Result<(), Fault> {
    if sentence.tokens.is_empty() {
        return Err(Fault::at("tokens", Problem::Missing("word; remove the sentence")));
    }
    let (first_word, first_entity) = (joined.document.words.len(), joined.document.entities.len());
    for token in &sentence.tokens {
        joined.push(token);
    }
    joined.end_sentence();
    let words = WordRange { start: 0, end: sentence.tokens.len() };
    let bounds = Bounds { by_format: Ends::Exclusive, by_user: context.options.ends, words };
    for (index, entity) in sentence.entities.into_iter().enumerate() {
        let field = |name: &str| format!("entities[{index}].{name}");
        let range = bounds.range(entity.start, entity.end, field)?;
        let range = WordRange { start: first_word + range.start, end: first_word + range.end };
        let span = joined.span(range, || field("start"))?;
        joined.document.entities.push(LabelledEntity { kind: entity.kind, span, score: None, source: Source::Person });
    }
    let count = joined.document.entities.len() - first_entity;
    for (index, relation) in sentence.relations.into_iter().enumerate() {
        for (name, end) in [("head", relation.head), ("tail", relation.tail)] {
            if end >= count {
                let problem = Problem::OutOfRange { index: end, count, counted: "entities in the sentence", hint: "" };
                return Err(Fault::at(format!("relations[{index}].{name}"), problem));
            }
        }
        joined.document.relations.push(LabelledRelation {
            kind: relation.kind,
            head: first_entity + relation.head,
            tail: first_entity + relation.tail,
            score: None,
            source: Source::Person,
        });
    }
    Ok(())
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Vec<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let sentences = tokenised.by_sentence(report);
    report.add(Loss::Wordless, usize::from(sentences.is_empty()));
    let several = sentences.len() > 1;
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
            "orig_id": document.id,
        });
        if several {
            written["sentence"] = json!(number);
        }
        written
    });
    written.collect()
}
