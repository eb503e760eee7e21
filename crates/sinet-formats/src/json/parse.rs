//! One record of a file as a type. Fields that the type does not ask for are counted, and what does not fit it is told in
//! the words of the format.

use serde::Deserialize;
use serde_json::{Deserializer, Value};

use super::name_of;
use super::paths::FieldPath;
use crate::context::Context;
use crate::error::{Fault, Problem, listed, shortened};

/// So many unread fields of a document are looked into.
const LOOKED_INTO: usize = 10_000;

/// One record, an object or a list, as `T`.
///
/// A field that `T` does not ask for is counted as unread, unless it is empty or its path is in `bookkeeping`: the fields in
/// which a tool keeps no labels but ids, hashes, times and the like. Their paths have `[]` for each element of a list.
///
/// A field within an untagged enum or a [`Value`] is never unread, because those take in everything.
pub(crate) fn parse<'j, T: Deserialize<'j>>(
    json: &'j str,
    bookkeeping: &[&str],
    context: &mut Context,
) -> Result<T, Fault> {
    let mut unread: Vec<FieldPath> = Vec::new();
    let mut deserializer = Deserializer::from_str(json);
    let parsed = serde_ignored::deserialize(&mut deserializer, |path| {
        let path = FieldPath::from(&path);
        if bookkeeping.contains(&path.of_all().as_str()) {
        } else if unread.len() < LOOKED_INTO {
            unread.push(path);
        } else {
            context.unread(&path.of_all());
        }
    });
    match parsed.and_then(|parsed| deserializer.end().map(|()| parsed)) {
        Ok(parsed) => {
            count_unread(json, &unread, context);
            Ok(parsed)
        }
        Err(error) => Err(explained::<T>(json, &error, context)),
    }
}

fn count_unread(json: &str, unread: &[FieldPath], context: &mut Context) {
    if unread.is_empty() {
        return;
    }
    let record: Value = serde_json::from_str(json).unwrap_or_default();
    for path in unread {
        match path.find(&record) {
            Some(value) => context.unread_value(&path.of_all(), value),
            None => context.unread(&path.of_all()),
        }
    }
}

/// The fault of a record that is no `T`.
fn explained<'j, T: Deserialize<'j>>(json: &'j str, error: &serde_json::Error, context: &mut Context) -> Fault {
    let record: Value = match serde_json::from_str(json) {
        Ok(record) if error.is_data() => record,
        Ok(_) => return no_json(error),
        Err(error) => return no_json(&error),
    };
    // The reader has not come as far as the document's name.
    let id = ["id", "doc_key", "orig_id", "sourceid"].iter().find_map(|name| record.get(name));
    context.id = id.filter(|id| !id.is_object() && !id.is_array()).map(name_of);
    let found = serde_path_to_error::deserialize::<_, T>(&mut Deserializer::from_str(json));
    let path = found.err().map(|error| FieldPath::from(error.path()));
    let value = path.as_ref().and_then(|path| path.find(&record));
    let field = path.as_ref().filter(|path| !path.is_root()).map(FieldPath::to_string);
    Fault { field, line: lines_before(error), problem: problem(&message_of(error), value) }
}

/// The fault of bytes that are no JSON.
fn no_json(error: &serde_json::Error) -> Fault {
    // The line is given with the file; the column counts from there.
    let from = if error.line() > 1 { "" } else { ", from where the document starts" };
    let problem = format!("is not JSON: {} (column {}{from})", message_of(error), error.column());
    Fault { field: None, line: lines_before(error), problem: Problem::Json(problem) }
}

fn message_of(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.clone(), |(message, _)| message.to_owned())
}

fn lines_before(error: &serde_json::Error) -> u64 {
    error.line().saturating_sub(1) as u64
}

/// The problem that serde tells with `message`, of `value` if that is known.
fn problem(message: &str, value: Option<&Value>) -> Problem {
    let quoted = |prefix| message.strip_prefix(prefix).and_then(|rest: &str| rest.strip_suffix('`'));
    if let Some(name) = quoted("missing field `") {
        let found = value.and_then(Value::as_object).map(|fields| fields.keys().cloned().collect());
        return Problem::NoField { name: name.to_owned(), found: found.unwrap_or_default() };
    }
    if let Some(name) = quoted("duplicate field `") {
        return Problem::Twice { name: name.to_owned() };
    }
    let Some((found, expected)) = message.split_once(", expected ") else {
        return Problem::Json(message.to_owned());
    };
    let found = value.map_or_else(|| found.to_owned(), described);
    Problem::Unfit { found, expected: expected_in_words(expected) }
}

/// A value as an error names it.
pub(crate) fn described(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", shortened(text)),
        Value::Array(elements) => match elements.len() {
            0 => "an empty list".to_owned(),
            count => format!("a list of {count}"),
        },
        Value::Object(object) if object.is_empty() => "an empty object".to_owned(),
        Value::Object(object) => format!("an object with {}", listed(&object.keys().cloned().collect::<Vec<_>>())),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The names of Rust's types in plain words; the formats' own types have them already.
fn expected_in_words(expected: &str) -> String {
    match expected {
        "usize" | "u64" | "u32" => "a whole number from 0".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        _ => match expected.strip_prefix("a tuple of size ") {
            Some(count) => format!("a list of {count}"),
            None => expected.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::lenient::{List, Name, WordNumber};
    use crate::options::Options;
    use expect_test::{Expect, expect};

    #[derive(Deserialize)]
    #[serde(expecting = "a document with `text`")]
    struct Record {
        #[expect(dead_code, reason = "only read")]
        text: String,
        #[serde(default)]
        entities: List<Entity>,
    }

    #[derive(Deserialize)]
    #[serde(expecting = "an entity with `start` and `label`")]
    struct Entity {
        #[expect(dead_code, reason = "only read")]
        start: WordNumber,
        #[expect(dead_code, reason = "only read")]
        label: Name,
    }

    #[track_caller]
    fn check(json: &str, expected: Expect) {
        let mut context = Context::new(Options::default());
        let parsed = parse::<Record>(json, &["entities[].hash"], &mut context);
        let report: Vec<String> = context.report.sentences().collect();
        expected.assert_eq(&match parsed {
            Ok(record) => format!("{} entities. {}", record.entities.len(), report.join(" ")),
            Err(fault) => fault.in_file("x", 1, None, context.id).to_string(),
        });
    }

    #[test]
    fn fields_that_are_not_read_are_counted() {
        check(r#"{"text": "a"}"#, expect!["0 entities. "]);
        check(
            r#"{"text": "a", "url": "b", "entities": [{"start": 0, "label": "K", "hash": 7, "note": "x"}, {"start": "1", "label": null, "note": 0}]}"#,
            expect!["2 entities. 3 fields not read: `url`, `entities[].note` (2 times)."],
        );
        check(
            r#"{"text": "a", "a": null, "b": " ", "c": [[], {}], "entities": null, "d": [0]}"#,
            expect!["0 entities. 1 field not read: `d`."],
        );
    }

    #[test]
    fn unread_fields_are_bounded() {
        let fields: String = (0..200_000).map(|number| format!(r#","f{number}":0"#)).collect();
        check(
            &format!(r#"{{"text":"a"{fields}}}"#),
            expect![
                "0 entities. 200000 fields not read: `f10000`, `f10001`, `f10002`, `f10003`, `f10004`, `f10005`, `f10006`, `f10007` and 199992 more."
            ],
        );
    }

    #[test]
    fn errors_have_the_field_and_what_stands_there() {
        check(r#"{"text": null}"#, expect!["x, line 1, text: null stands there, but a string is expected"]);
        check(
            r#"{"id": 4, "text": "a", "entities": [{"start": 0, "label": "K"}, {"start": null, "label": "K"}]}"#,
            expect!["x, line 1 (4), entities[1].start: null stands there, but a word's number is expected"],
        );
        check(
            r#"{"text": "a", "entities": [{"start": 2.5, "label": "K"}]}"#,
            expect!["x, line 1, entities[0].start: 2.5 stands there, but a word's number is expected"],
        );
        check(
            r#"{"text": "a", "entities": [{"start": "one", "label": "K"}]}"#,
            expect![[r#"x, line 1, entities[0].start: "one" stands there, but a word's number is expected"#]],
        );
        check(
            r#"{"text": "a", "entities": [{"begin": 0, "label": "K"}]}"#,
            expect!["x, line 1, entities[0]: there is no `start`; the fields are `begin`, `label`"],
        );
        check(
            "{\"text\": \"a\",\n\"entities\": {\"a\": 1}}",
            expect!["x, line 2, entities: an object with `a` stands there, but a list is expected"],
        );
        check(r#"{"text": "a", "text": "b"}"#, expect![[r#"x, line 1: "text" occurs twice"#]]);
        check(
            r#"{"text": "a" "b"}"#,
            expect!["x, line 1: is not JSON: expected `,` or `}` (column 14, from where the document starts)"],
        );
        check(r#"["a"]"#, expect!["0 entities. "]);
    }
}
