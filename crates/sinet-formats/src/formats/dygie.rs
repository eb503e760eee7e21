//! DyGIE++'s JSON lines, also of PURE and PL-Marker: positions in words of the whole document, ends inclusive; relations
//! name entities by their words.
//!
//! ```json
//! {"doc_key": "d", "sentences": [["Ada", "lives", "in", "London"]],
//!  "ner": [[[0, 0, "Peop"], [3, 3, "Loc"]]], "relations": [[[0, 0, 3, 3, "Live_In"]]]}
//! ```

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use sinet_text::WordRange;

use crate::builder::{DocumentBuilder, WordBounds};
use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::{List, Name, Row, Word, WordNumber};
use crate::json::shape::Shape;
use crate::json::{name_of, parse};
use crate::loss_report::{Loss, LossReport};
use crate::options::Ends;
use crate::tokenised::Tokenised;

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &["dataset", "weight", "_sentence_start", "_sentence_starts"];

#[derive(Deserialize)]
#[serde(expecting = "a document with `sentences`, `ner` and `relations`")]
struct Document<'j> {
    #[serde(default)]
    doc_key: Value,
    #[serde(borrow)]
    sentences: Vec<List<Word<'j>>>,
    #[serde(default)]
    ner: List<List<Row<Stretch>>>,
    #[serde(default)]
    relations: List<List<Row<Pair>>>,
    #[serde(default)]
    clusters: List<Value>,
    #[serde(default)]
    events: List<List<Value>>,
    #[serde(default)]
    predicted_ner: List<List<Value>>,
    #[serde(default)]
    predicted_relations: List<List<Value>>,
    #[serde(default)]
    predicted_events: List<List<Value>>,
    #[serde(default)]
    predicted_clusters: List<Value>,
}

/// First and last word, and the type.
type Stretch = (WordNumber, WordNumber, Name);

/// First and last word of the head, of the tail, and the type.
type Pair = (WordNumber, WordNumber, WordNumber, WordNumber, Name);

/// The evidence that a file is DyGIE++'s.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let labels = ["ner", "relations", "predicted_ner", "predicted_relations", "doc_key"];
    // A document beside its text has characters, as this project's own has, and no lists of words.
    (shape.has("sentences") && !shape.has("text") && labels.iter().any(|path| shape.has(path)))
        .then_some("`sentences` and `ner` or `doc_key`")
}

pub(crate) fn read(json: &str, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let document: Document = parse(json, BOOKKEEPING, context)?;
    let id = name_of(&document.doc_key);
    context.id = Some(id.clone());
    for (name, lists) in [("ner", document.ner.len()), ("relations", document.relations.len())] {
        let sentences = document.sentences.len();
        if lists != 0 && lists != sentences {
            let problem = format!("there are {lists} lists for {sentences} sentences; there must be one a sentence");
            return Err(Fault::at(name, Problem::Contradiction(problem)));
        }
    }
    let report = &mut context.report;
    report.add(Loss::Coreference, document.clusters.len());
    report.add(Loss::Events, document.events.iter().map(|events| events.len()).sum());
    let predictions = [document.predicted_ner, document.predicted_relations, document.predicted_events];
    let predictions: usize = predictions.iter().flat_map(|lists| lists.iter()).map(|list| list.len()).sum();
    report.add(Loss::Predictions, predictions + document.predicted_clusters.len());

    let mut joined = DocumentBuilder::new(id);
    let mut sentences = Vec::with_capacity(document.sentences.len());
    for sentence in &document.sentences {
        let start = joined.document.words.len();
        for word in sentence.iter() {
            joined.push(&word.0);
        }
        joined.end_sentence();
        sentences.push(WordRange { start, end: start + sentence.len() });
    }
    let bounds = |words| WordBounds { by_format: Ends::Inclusive, by_user: context.options.ends, words };
    let mut by_words: HashMap<WordRange, usize> = HashMap::new();
    for (number, (entities, &words)) in document.ner.into_iter().zip(&sentences).enumerate() {
        for (index, Row((start, end, kind))) in entities.into_iter().enumerate() {
            let field = |name: &str| format!("ner[{number}][{index}].{name}");
            let range = bounds(words).range(start.0, end.0, field)?;
            let span = joined.span(range, || field("start"))?;
            by_words.entry(range).or_insert(joined.document.entities.len());
            let provenance = Provenance::Person;
            joined.document.entities.push(LabelledEntity { kind: kind.0, span, score: None, provenance });
        }
    }
    let all = bounds(WordRange { start: 0, end: joined.document.words.len() });
    for (number, relations) in document.relations.into_iter().enumerate() {
        for (index, Row((head_start, head_end, tail_start, tail_end, kind))) in relations.into_iter().enumerate() {
            let field = |end: &'static str| move |name: &str| format!("relations[{number}][{index}], {end} {name}");
            let head = all.range(head_start.0, head_end.0, field("head"))?;
            let tail = all.range(tail_start.0, tail_end.0, field("tail"))?;
            match (by_words.get(&head), by_words.get(&tail)) {
                (Some(&head), Some(&tail)) => {
                    let provenance = Provenance::Person;
                    joined.document.relations.push(LabelledRelation {
                        kind: kind.0,
                        head,
                        tail,
                        score: None,
                        provenance,
                    });
                }
                _ => context.report.add(Loss::NoEntity, 1),
            }
        }
    }
    Ok(joined.document)
}

pub(crate) fn write(document: &LabelledDocument, report: &mut LossReport) -> Option<Value> {
    let tokenised = Tokenised::of(document, report);
    tokenised.report_spacing(report);
    let sentences = tokenised.by_sentence(report);
    if sentences.is_empty() {
        report.add(Loss::Wordless, 1);
        return None;
    }
    let (mut words, mut ner, mut relations) = (Vec::new(), Vec::new(), Vec::new());
    for sentence in &sentences {
        words.push(tokenised.words(sentence.words).collect::<Vec<_>>());
        let entities = sentence.entities.iter();
        let entities = entities.map(|&(index, at)| json!([at.start, at.end - 1, document.entities[index].kind]));
        ner.push(entities.collect::<Vec<_>>());
        let pairs = sentence.relations.iter().map(|&(index, head, tail)| {
            let [first, second] = [head, tail].map(|entity| sentence.entities[entity].1);
            let shared = [(head, first), (tail, second)]
                .iter()
                .any(|&(entity, words)| sentence.entities[..entity].iter().any(|&(_, earlier)| earlier == words));
            report.add(Loss::SharedSpans, usize::from(shared));
            json!([first.start, first.end - 1, second.start, second.end - 1, document.relations[index].kind])
        });
        relations.push(pairs.collect::<Vec<_>>());
    }
    Some(json!({"doc_key": document.id, "sentences": words, "ner": ner, "relations": relations}))
}
