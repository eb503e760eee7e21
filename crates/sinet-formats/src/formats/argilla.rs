//! Argilla's records, of both its generations: positions in code points, ends exclusive. Read only.
//!
//! ```json
//! {"text": "Ada left", "tokens": ["Ada", "left"], "annotation": [["Peop", 0, 3]], "prediction": null, "status": "Validated"}
//! {"id": "7", "status": "completed", "fields": {"text": "Ada left"}, "responses": {"spans": [{"value": [{"start": 0, "end": 3,
//!   "label": "Peop"}], "user_id": "u"}]}, "suggestions": {}}
//! ```
//!
//! A record as `datasets` keeps it has `spans.responses` and `spans.suggestion` in place of `responses` and `suggestions`. A
//! record that nobody has answered is left out, and so is one that was discarded; suggestions are a model's.

use serde::Deserialize;
use serde_json::{Map, Value};
use sinet_text::{OffsetUnit, TextRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, Provenance};
use crate::error::{Fault, Problem};
use crate::json::shape::{Kind, Shape};
use crate::json::stretch::Stretch;
use crate::json::{described, name_of, parse};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, Unit, resolve};
use crate::text_field::take_text;

/// Fields that hold no labels.
const BOOKKEEPING: &[&str] = &[
    "tokens",
    "_server_id",
    "annotation_agent",
    "prediction_agent",
    "event_timestamp",
    "metrics",
    "vectors",
    "external_id",
    "inserted_at",
    "updated_at",
    "explanation",
    "search_keywords",
    "words",
];

#[derive(Deserialize)]
#[serde(expecting = "a record with `text` and `annotation`, or `fields` and `responses`")]
struct Record(Map<String, Value>);

/// The evidence that a file is Argilla's.
pub(crate) fn recognise(shape: &Shape) -> Option<&'static str> {
    let is_old = shape.has_as("text", Kind::Text) && shape.has("annotation_agent");
    let is_new = shape.has_as("fields", Kind::Object) && (shape.has("responses") || shape.has("suggestions"));
    let is_flat = shape.has_ending(".responses.users") || shape.has_ending(".suggestion.agent");
    (is_old || is_new || is_flat).then_some("`annotation` and `annotation_agent`, or `fields` and `responses`")
}

fn is_answer(field: &str) -> bool {
    field.ends_with(".responses") || field.ends_with(".suggestion")
}

/// The answers to a record's questions.
#[derive(Default)]
struct Answers {
    /// Where each stands, and its value.
    given: Vec<(String, Value)>,
    discarded: usize,
    others: usize,
    suggested: usize,
}

/// The document, or `None` if nobody has answered or all is discarded.
pub(crate) fn read(json: &str, context: &mut Context) -> Result<Option<LabelledDocument>, Fault> {
    let Record(mut record) = parse(json, &[], context)?;
    let id = record.remove("id").map(|id| name_of(&id)).unwrap_or_default();
    context.id = Some(id.clone());
    let status = record.remove("status").map(|status| name_of(&status).to_lowercase()).unwrap_or_default();
    let answers = Answers::take(&mut record);
    context.report.add(Loss::Predictions, answers.suggested);
    if status == "discarded" || answers.given.is_empty() && answers.discarded > 0 {
        context.report.add(Loss::Rejected, 1);
        return Ok(None);
    }
    if answers.given.is_empty() && !matches!(status.as_str(), "validated" | "completed") {
        context.report.add(Loss::Unlabelled, 1);
        return Ok(None);
    }
    context.report.add(Loss::OtherAnnotators, answers.others);

    let (mut stated, mut kinds) = (Vec::new(), Vec::new());
    for (field, value) in answers.given {
        let Value::Array(labels) = value else {
            context.report.add(Loss::OtherRegions, 1);
            continue;
        };
        for (index, label) in labels.into_iter().enumerate() {
            if label.is_string() || label.get("rank").is_some() {
                context.report.add(Loss::OtherRegions, 1);
                continue;
            }
            let field = format!("{field}[{index}]");
            let expected = "a span with `start`, `end` and `label`".to_owned();
            let Stretch { start, end, kind, text, .. } = Stretch::deserialize(&label)
                .map_err(|_| Fault::at(&field, Problem::Unfit { found: described(&label), expected }))?;
            stated.push(StatedSpan { field, range: TextRange { start: start.0, end: end.0 }, text });
            kinds.push(kind.0);
        }
    }
    let mut fields = match record.remove("fields") {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (_, text) = if fields.is_empty() {
        take_text(&mut record, &["text"], &stated, context)?
    } else {
        take_text(&mut fields, &["text"], &stated, context)?
    };
    let spans = resolve(&text, &stated, Unit::Expected(OffsetUnit::CodePoints), &mut context.report)?;
    for (name, value) in fields.iter().map(|(name, value)| (format!("fields.{name}"), value)) {
        context.unread_value(&name, value);
    }
    for (name, value) in record.iter().filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str())) {
        context.unread_value(name, value);
    }
    let entities = kinds.into_iter().zip(spans);
    let entities =
        entities.map(|(kind, span)| LabelledEntity { kind, span, score: None, provenance: Provenance::Person });
    Ok(Some(LabelledDocument { entities: entities.collect(), ..LabelledDocument::new(id, text) }))
}

impl Answers {
    /// Takes the answers out of a record. Of several people's, the first's are given.
    fn take(record: &mut Map<String, Value>) -> Self {
        let mut answers = Self::default();
        if let Some(given) = record.remove("annotation").filter(|given| !given.is_null()) {
            answers.given.push(("annotation".to_owned(), given));
        }
        answers.suggested += usize::from(record.remove("prediction").is_some_and(|suggested| is_some(&suggested)));
        match record.remove("responses") {
            Some(Value::Object(questions)) => {
                for (question, responses) in questions {
                    answers.of_question(&format!("responses.{question}"), responses, &Value::Null);
                }
            }
            Some(Value::Array(people)) => {
                let mut people = people.into_iter().filter(|person| {
                    let is_discarded = person.get("status").is_some_and(|status| status == "discarded");
                    answers.discarded += usize::from(is_discarded);
                    !is_discarded
                });
                let first = people.next();
                answers.others += people.count();
                let questions = first.and_then(|mut first| Some(first.get_mut("values")?.take()));
                if let Some(Value::Object(questions)) = questions {
                    for (question, mut value) in questions {
                        let value = value.get_mut("value").map(Value::take).unwrap_or_default();
                        answers.given.push((format!("responses[0].values.{question}"), value));
                    }
                }
            }
            _ => {}
        }
        match record.remove("suggestions") {
            Some(Value::Object(questions)) => answers.suggested += usize::from(!questions.is_empty()),
            Some(Value::Array(suggested)) => answers.suggested += usize::from(!suggested.is_empty()),
            _ => {}
        }
        let flat: Vec<String> = record.keys().filter(|name| is_answer(name)).cloned().collect();
        for name in flat {
            let values = record.remove(&name).unwrap_or_default();
            if name.ends_with(".suggestion") {
                answers.suggested += usize::from(is_some(&values));
                for part in ["agent", "score"] {
                    record.remove(&format!("{name}.{part}"));
                }
            } else {
                let statuses = record.remove(&format!("{name}.status")).unwrap_or_default();
                record.remove(&format!("{name}.users"));
                answers.of_question(&name, values, &statuses);
            }
        }
        answers
    }

    /// Takes in the responses to one question, each with its status in itself or in `statuses`.
    fn of_question(&mut self, field: &str, responses: Value, statuses: &Value) {
        let Value::Array(responses) = responses else { return };
        let mut is_given = false;
        for (index, mut response) in responses.into_iter().enumerate() {
            let status = response.get("status").or_else(|| statuses.get(index));
            if status.is_some_and(|status| status == "discarded" || status == "draft") {
                self.discarded += 1;
                continue;
            }
            let (field, value) = match response.get_mut("value") {
                Some(value) => (format!("{field}[{index}].value"), value.take()),
                None => (format!("{field}[{index}]"), response),
            };
            if is_given {
                self.others += 1;
            } else if !value.is_null() {
                self.given.push((field, value));
                is_given = true;
            }
        }
    }
}

/// Whether a suggestion suggests anything.
fn is_some(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|values| !values.is_empty())
}
