//! JSON lines of words and a tag beside each, as `datasets` of Hugging Face writes the examples of a corpus; entities only, none
//! overlapping.
//!
//! ```json
//! {"id": "0", "tokens": ["Ada", "left", "London"], "ner_tags": ["B-PER", "O", "B-LOC"]}
//! ```
//!
//! Tags are names. Numbers mean nothing without the names that a Parquet file (`parquet`) or the card of a corpus has for
//! them. They are read as in the columns of CoNLL; `words` is read for `tokens`, and `tags`, `labels` or `ner` for
//! `ner_tags`.

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::builder::DocumentBuilder;
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, Provenance};
use crate::error::{Fault, Problem};
use crate::formats::conll::tags::{Scheme, Style, Tagger};
use crate::json::lenient::{List, Name};
use crate::json::parse;
use crate::json::shape::{Kind, Shape};
use crate::loss_report::{Loss, LossReport};
use crate::names::type_without_spaces;
use crate::tokenised::Tokenised;

#[derive(Deserialize)]
#[serde(expecting = "an example with `tokens` and `ner_tags`")]
struct Example {
    #[serde(default)]
    id: Name,
    #[serde(alias = "words")]
    tokens: Vec<String>,
    ner_tags: Option<List<Name>>,
    tags: Option<List<Name>>,
    labels: Option<List<Name>>,
    ner: Option<List<Name>>,
}

/// The fields that may hold the tags, the likelier ones first.
const TAGS: &[&str] = &["ner_tags", "tags", "labels", "ner"];

/// The evidence of this format in the shape of a file.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let has_words = shape.has_as("tokens[]", Kind::Text) || shape.has_as("words[]", Kind::Text);
    let is_tagged = |field: &&str| {
        let tag = format!("{field}[]");
        shape.has_as(&tag, Kind::Text) || shape.has_as(&tag, Kind::Number)
    };
    (has_words && TAGS.iter().any(is_tagged)).then_some("`tokens` and a list of tags")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let example: Example = parse(json, &[], context)?;
    let id = example.id.0;
    context.id = Some(id.clone());
    let fields = [example.ner_tags, example.tags, example.labels, example.ner];
    let mut found = TAGS.iter().zip(fields).filter_map(|(field, tags)| Some((*field, tags?)));
    let Some((field, tags)) = found.next() else {
        return Err(Problem::Missing("`ner_tags`").into());
    };
    found.for_each(|(other, _)| context.unread(other));
    if example.tokens.len() != tags.len() {
        let problem = format!("there are {} tags for {} words", tags.len(), example.tokens.len());
        return Err(Fault::at(field, Problem::Contradiction(problem)));
    }
    let is_number = |tag: &Name| tag.0.parse::<i64>().is_ok();
    if !tags.is_empty() && tags.iter().all(is_number) {
        return Err(Fault::at(field, Problem::NumbersForNames));
    }
    let mut joined = DocumentBuilder::new(id);
    example.tokens.iter().for_each(|word| joined.push(word));
    let fits = |style: Style| tags.iter().all(|tag| tag.0.is_empty() || style.parse(&tag.0).is_some());
    let style = [Style::Prefixed, Style::Suffixed].into_iter().find(|&style| fits(style)).unwrap_or(Style::Plain);
    let (mut tagger, mut scheme) = (Tagger::default(), Scheme::default());
    for (word, tag) in tags.iter().enumerate() {
        let tag = if tag.0.is_empty() { "O" } else { &tag.0 };
        if let Some(tag) = style.parse(tag) {
            tagger.take(tag, word, &mut scheme);
        }
    }
    tagger.close(&mut scheme);
    scheme.report(style, &mut context.report);
    for (kind, words) in tagger.spans {
        let Ok(span) = joined.span(words, String::new) else {
            context.report.add(Loss::NoPlace, 1);
            continue;
        };
        joined.document.entities.push(LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    }
    Ok(joined.document)
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Option<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let all = WordRange { start: 0, end: tokenised.document.words.len() };
    if all.end == 0 {
        report.add(Loss::Wordless, 1);
        return None;
    }
    let mut longest: Vec<(usize, WordRange)> =
        tokenised.entities.iter().enumerate().filter_map(|(index, words)| Some((index, (*words)?))).collect();
    longest.sort_by_key(|&(index, words)| (std::cmp::Reverse(words.end - words.start), words.start, index));
    let mut tags = vec!["O".to_owned(); all.end];
    for (index, words) in longest {
        let place = words.start..words.end;
        if tags[place.clone()].iter().any(|tag| tag != "O") {
            report.add(Loss::Overlapping, 1);
            continue;
        }
        let kind = type_without_spaces(&document.entities[index].kind, report);
        for (tag, prefix) in tags[place].iter_mut().zip(std::iter::once("B").chain(std::iter::repeat("I"))) {
            *tag = format!("{prefix}-{kind}");
        }
    }
    let words: Vec<&str> = tokenised.words(all).collect();
    Some(json!({"id": document.id, "tokens": words, "ner_tags": tags}))
}
