//! The state that a reader shares with the module of its format.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem, shortened};
use crate::loss_report::{Loss, LossReport};
use crate::options::Options;
use crate::words::{Edges, edges};

/// The options and the report of a reader, and the document that it is at.
#[derive(Default)]
pub(crate) struct Context {
    pub options: Options,
    pub report: LossReport,
    /// The file's name for the document that is being read.
    pub id: Option<String>,
    entity_types: Types,
    relation_types: Types,
}

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// The document with probabilities for scores, if it keeps the limits and its parts fit each other.
    pub(crate) fn checked(&mut self, mut document: LabelledDocument) -> Result<LabelledDocument, Fault> {
        let limit = self.options.limits.labels;
        let count = document.entities.len() + document.relations.len();
        if count > limit {
            return Err(Problem::TooManyLabels { count, limit }.into());
        }
        self.put_scores_right(&mut document);
        document.check().map_err(Problem::from)?;
        Ok(document)
    }

    /// Makes probabilities of percents, and leaves out what is no score.
    fn put_scores_right(&mut self, document: &mut LabelledDocument) {
        /// Models do not keep what they are less sure of, so a file of percents has a larger one.
        const SURE_IN_PERCENT: f32 = 20.0;
        let is_good = |score: f32| (0.0..=1.0).contains(&score);
        let relations = document.relations.iter().map(|relation| relation.score);
        let mut all = document.entities.iter().map(|entity| entity.score).chain(relations);
        if all.all(|score| score.is_none_or(is_good)) {
            return;
        }
        let entities = document.entities.iter_mut().map(|entity| &mut entity.score);
        let mut scores: Vec<&mut Option<f32>> =
            entities.chain(document.relations.iter_mut().map(|relation| &mut relation.score)).collect();
        let stated = || scores.iter().filter_map(|score| **score);
        let in_percent = stated().all(|score| (0.0..=100.0).contains(&score));
        if in_percent && stated().any(|score| score >= SURE_IN_PERCENT) {
            self.report.note("Some scores are percents: they were divided by 100.");
            scores.iter_mut().for_each(|score| **score = score.map(|score| score / 100.0));
            return;
        }
        let bad = scores.into_iter().filter(|score| score.is_some_and(|score| !is_good(score)));
        let bad = bad.map(|score| *score = None).count();
        self.report.add(Loss::BadScores, bad);
    }

    /// Counts a document that was read, and its types that are likely mistakes.
    pub(crate) fn count(&mut self, document: &LabelledDocument) {
        self.report.documents += 1;
        self.report.entities += document.entities.len();
        self.report.relations += document.relations.len();
        for entity in &document.entities {
            let Edges { white_space, cut_word } = edges(&document.text, entity.span);
            self.report.add(Loss::WhiteSpaceEdges, usize::from(white_space));
            self.report.add(Loss::CutWords, usize::from(cut_word));
        }
        for entity in &document.entities {
            self.entity_types.see(&entity.kind, &mut self.report);
        }
        for relation in &document.relations {
            self.relation_types.see(&relation.kind, &mut self.report);
        }
    }

    /// Counts a field that is not read, unless it is empty: `path` has the names of objects' fields, and `[]` for the
    /// elements of lists, as in `entities[].note`.
    ///
    /// [`crate::json::parse`] does this for every field that no type asks for.
    pub(crate) fn unread(&mut self, path: &str) {
        self.report.lose(Loss::UnreadFields, &format!("`{}`", shortened(path)));
    }

    /// [`Context::unread`], unless nothing is lost with `value`.
    pub(crate) fn unread_value(&mut self, path: &str, value: &Value) {
        if !is_empty(value) {
            self.unread(path);
        }
    }

    /// Takes back one that [`Context::unread`] has counted.
    pub(crate) fn read_after_all(&mut self, path: &str) {
        self.report.take_back(Loss::UnreadFields, &format!("`{}`", shortened(path)));
    }
}

/// Whether nothing is lost with a value.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(elements) => elements.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The types of a file's entities, or of its relations.
#[derive(Default)]
struct Types {
    known: HashSet<String>,
    /// The first of those that are the same without case and white space.
    by_letters: HashMap<String, String>,
}

impl Types {
    /// So many are compared; files come from strangers.
    const MAX: usize = 500;

    fn see(&mut self, kind: &str, report: &mut LossReport) {
        report.add(Loss::EmptyTypes, usize::from(kind.trim().is_empty()));
        if self.known.contains(kind) || self.known.len() == Self::MAX {
            return;
        }
        self.known.insert(kind.to_owned());
        let letters = kind.split_whitespace().flat_map(str::chars).flat_map(char::to_lowercase).collect();
        match self.by_letters.entry(letters) {
            Entry::Vacant(first) => drop(first.insert(kind.to_owned())),
            Entry::Occupied(first) => report.note(format!(
                "The types {:?} and {:?} differ only by case or white space; both are kept.",
                shortened(first.get()),
                shortened(kind)
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn types_that_are_likely_mistakes_are_said() {
        let (mut types, mut report) = (Types::default(), LossReport::default());
        ["ORG", "ORG ", "", "Org", "PER", "ORG ", " ", "LOC"].iter().for_each(|kind| types.see(kind, &mut report));
        expect![[r#"
            0 documents, 0 entities, 0 relations.
            The types "ORG" and "ORG " differ only by case or white space; both are kept.
            The types "ORG" and "Org" differ only by case or white space; both are kept.
            The types "" and " " differ only by case or white space; both are kept.
            2 labels without a type: kept with an empty one.
        "#]]
        .assert_eq(&report.to_string());
    }
}
