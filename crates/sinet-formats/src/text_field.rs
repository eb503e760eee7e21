//! The field of a record that holds its text.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::error::{Fault, Problem, listed};
use crate::json::described;
use crate::positions::{StatedSpan, fits};

/// Takes the text out of a record's fields, with its name.
///
/// That is the field that the user has named. Where none is named, it is the one of the `usual` names, the first one first,
/// and then of all others, in which every stretch has the text beside it at its place; a stretch without a text beside it
/// must lie in the field. Where only one field is text, it is that.
///
/// # Errors
/// If no field is the text, or several may be: the error lists them.
pub(crate) fn take_text(
    record: &mut Map<String, Value>,
    usual: &[&str],
    stated: &[StatedSpan],
    context: &mut Context,
) -> Result<(String, String), Fault> {
    let candidates: Vec<String> =
        record.iter().filter(|(_, value)| value.is_string()).map(|(name, _)| name.clone()).collect();
    let text_of = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    let name = match &context.options.text_field {
        Some(named) if candidates.contains(named) => named.clone(),
        Some(named) => {
            let problem =
                format!("there is no text in the field `{named}`; fields of text are {}", listed(&candidates));
            return Err(Problem::Contradiction(problem).into());
        }
        None => {
            let has_evidence = stated.iter().any(|span| span.text.is_some());
            let known: Vec<&String> =
                usual.iter().filter_map(|name| candidates.iter().find(|have| have == name)).collect();
            let proven = |name: &&&String| has_evidence && fits(text_of(name), stated);
            let others = || candidates.iter().filter(|name| !usual.contains(&name.as_str()));
            let proven_others: Vec<&String> = others().filter(|name| proven(&name)).collect();
            match (
                known.iter().find(|name| proven(name)),
                known.first(),
                proven_others.as_slice(),
                candidates.as_slice(),
            ) {
                (Some(name), ..) => (*name).clone(),
                (None, _, [name], _) | (None, Some(name), _, _) => (*name).clone(),
                (None, None, [], [name]) => name.clone(),
                (None, None, ..) => {
                    return Err(unclear(record, usual, &candidates));
                }
            }
        }
    };
    if !usual.contains(&name.as_str()) {
        context.report.note(format!("The text was taken from the field `{name}`."));
    }
    let Some(Value::String(text)) = record.shift_remove(&name) else { return Err(Problem::Missing("text").into()) };
    Ok((name, text))
}

fn unclear(record: &Map<String, Value>, usual: &[&str], candidates: &[String]) -> Fault {
    if !candidates.is_empty() {
        let problem = format!("the text may be any of {}; name its field", listed(candidates));
        return Problem::Contradiction(problem).into();
    }
    match usual.iter().find_map(|name| Some((*name, record.get(*name)?))) {
        Some((name, value)) => {
            let (found, expected) = (described(value), "the text".to_owned());
            Fault::at(name, Problem::Unfit { found, expected })
        }
        None => {
            let (name, found) = (usual[0].to_owned(), record.keys().cloned().collect());
            Problem::NoField { name, found }.into()
        }
    }
}
