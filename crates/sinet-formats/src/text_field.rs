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
    let name = match &context.options.text_field {
        Some(named) if candidates.contains(named) => named.clone(),
        Some(named) => {
            let candidates = listed(&candidates);
            let problem = format!("there is no text in the field `{named}`; fields of text are {candidates}");
            return Err(Problem::Contradiction(problem).into());
        }
        None => {
            let text_of = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
            let is_told = stated.iter().any(|span| span.text.is_some());
            let is_proven = |name: &&str| is_told && fits(text_of(name), stated);
            let have = |name: &&str| candidates.iter().any(|candidate| candidate == name);
            let known: Vec<&str> = usual.iter().copied().filter(have).collect();
            let others = candidates.iter().map(String::as_str).filter(|name| !usual.contains(name) && !is_name(name));
            let others: Vec<&str> = others.collect();
            let proven: Vec<&str> = others.iter().copied().filter(is_proven).collect();
            let only = |names: &[&'_ str]| if let [name] = names { Some((*name).to_owned()) } else { None };
            let found = known.iter().find(|name| is_proven(name)).map(|name| (*name).to_owned());
            let found = found.or_else(|| only(&proven)).or_else(|| Some((*known.first()?).to_owned()));
            found.or_else(|| only(&others)).ok_or_else(|| unclear(record, usual, &others))?
        }
    };
    if !usual.contains(&name.as_str()) {
        context.report.note(format!("The text was taken from the field `{name}`."));
    }
    let Some(Value::String(text)) = record.shift_remove(&name) else { return Err(Problem::Missing("text").into()) };
    Ok((name, text))
}

/// Whether a field of this name holds the name of a record, and not its text.
pub(crate) fn is_name(field: &str) -> bool {
    let field = field.to_lowercase();
    ["id", "uuid", "guid", "url", "key"].iter().any(|name| field == *name || field.ends_with(&format!("_{name}")))
}

fn unclear(record: &Map<String, Value>, usual: &[&str], candidates: &[&str]) -> Fault {
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
