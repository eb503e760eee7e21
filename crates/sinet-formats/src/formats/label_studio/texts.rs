//! The choice of a task's text among its fields.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sinet_text::OffsetUnit;

use super::Stretch;
use crate::context::Context;
use crate::error::{Fault, Problem};
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, fitting};

/// So many fields and views are compared; files come from strangers.
const COMPARED: usize = 32;

/// A text, and the stretches that are in it.
pub(super) struct Texts {
    pub text: String,
    pub stretches: Vec<Stretch>,
}

/// The text in `fields`, those of the object at `path`: the one that a person has named, or the one that has the texts of
/// the most stretches at their places. Stretches of other texts are counted, and so are fields that are not read.
pub(super) fn choose(
    path: &str,
    fields: BTreeMap<String, Value>,
    stretches: Vec<Stretch>,
    context: &mut Context,
) -> Result<Texts, Fault> {
    let names: Vec<String> = fields.keys().cloned().collect();
    let mut texts: Vec<(String, String)> = Vec::new();
    let named = context.options.text_field.clone();
    for (name, value) in fields {
        match value {
            Value::String(text) if named.as_ref().is_none_or(|named| *named == name) => texts.push((name, text)),
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            _ => context.unread(&within(path, &name)),
        }
    }
    // Where nothing else decides, the usual name comes first.
    texts.sort_by_key(|(name, _)| name != "text");
    let by_view = views(&stretches);
    let best: BTreeMap<&str, (usize, usize)> =
        by_view.iter().take(COMPARED).map(|(&view, stated)| (view, best(&texts, view, stated))).collect();
    let most = best.keys().max_by_key(|&&view| by_view[view].len());
    let chosen = match most {
        Some(view) if texts.len() > 1 => Some(best[view]).filter(|&(text, fits)| fits > 0 || texts[text].0 == "text"),
        _ if texts.len() == 1 || texts.first().is_some_and(|(name, _)| name == "text") => Some((0, 0)),
        _ => None,
    };
    let Some((chosen, _)) = chosen else {
        let name = named.unwrap_or_else(|| "text".to_owned());
        return Err(Fault::at(path, Problem::NoField { name, found: names }));
    };
    let inside: BTreeSet<String> = by_view
        .keys()
        .map(|&view| view.to_owned())
        .filter(|view| texts.len() == 1 || best.get(view.as_str()).is_some_and(|&(text, _)| text == chosen))
        .collect();
    let (stretches, others): (Vec<Stretch>, Vec<Stretch>) =
        stretches.into_iter().partition(|stretch| inside.contains(&stretch.view.name));
    context.report.add(Loss::FurtherTexts, others.len());
    let (name, text) = texts.swap_remove(chosen);
    texts.iter().for_each(|(name, _)| context.unread(&within(path, name)));
    if name != "text" {
        context.report.note(format!("The text was taken from the field {:?}.", within(path, &name)));
    }
    Ok(Texts { text, stretches })
}

/// The stretches by the view of the text that they are in.
fn views(stretches: &[Stretch]) -> BTreeMap<&str, Vec<StatedSpan>> {
    let mut views: BTreeMap<&str, Vec<StatedSpan>> = BTreeMap::new();
    for stretch in stretches {
        views.entry(&stretch.view.name).or_default().push(stretch.stated());
    }
    views
}

/// The text that fits a view best, and how many of its stretches fit there. A view often has the name of its field.
fn best(texts: &[(String, String)], view: &str, stated: &[StatedSpan]) -> (usize, usize) {
    let fits =
        texts.iter().enumerate().map(|(index, (name, text))| (index, fitting(text, stated, OffsetUnit::Utf16), name));
    let best = fits.max_by_key(|&(index, fits, name)| (fits, name == view, Reverse(index)));
    best.map_or((0, 0), |(index, fits, _)| (index, fits))
}

fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
