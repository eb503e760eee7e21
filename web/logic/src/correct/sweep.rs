//! A change of labels wherever it fits, in one document or in all of them.

use sinet_document::{Edit, EntityChange, EntityQuery, OpenDocument, RelationChange, RelationQuery, Replacement};

/// A change of labels wherever it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// The same words are labelled in the same way.
    Elsewhere {
        /// The words.
        text: String,
        /// The type.
        kind: String,
    },
    /// Labels are found and replaced.
    Replace(Replacement),
}

/// How much a change comes to, before it is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Labels.
    pub labels: usize,
    /// Documents with at least one of them.
    pub documents: usize,
}

impl Sweep {
    /// The edits that it comes to in a document; none is refused.
    pub fn edits(&self, document: &OpenDocument) -> Vec<Edit> {
        match self {
            Self::Elsewhere { text, kind } => document.label_elsewhere(text, kind),
            Self::Replace(replacement) => document.replace(replacement),
        }
    }

    /// What it does to so many labels, as the beginning of a sentence: “3 entities removed”.
    pub fn tell(&self, labels: usize) -> String {
        let (one, more) = match self {
            Self::Elsewhere { .. } | Self::Replace(Replacement::Entities(..)) => ("entity", "entities"),
            Self::Replace(Replacement::Relations(..)) => ("relation", "relations"),
        };
        let done = match self {
            Self::Elsewhere { .. } => "added",
            Self::Replace(
                Replacement::Entities(_, EntityChange::Remove) | Replacement::Relations(_, RelationChange::Remove),
            ) => "removed",
            Self::Replace(Replacement::Relations(_, RelationChange::Reverse)) => "reversed",
            Self::Replace(_) => "changed",
        };
        format!("{labels} {} {done}", if labels == 1 { one } else { more })
    }
}

impl Reach {
    /// Adds the labels of one document.
    pub fn add(&mut self, labels: usize) {
        self.labels += labels;
        self.documents += usize::from(labels > 0);
    }
}

/// A form in which a person says what is found and what becomes of it. Fields that are empty count for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Whether it is about relations.
    pub is_relations: bool,
    /// The words of entities.
    pub text: String,
    /// The type of entities, or of relations.
    pub kind: String,
    /// The type of the heads of relations.
    pub head: String,
    /// The type of the tails of relations.
    pub tail: String,
    /// What becomes of them.
    pub change: Becomes,
}

/// What becomes of the labels that are found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Becomes {
    /// Nothing was chosen.
    #[default]
    Nothing,
    /// They take this type.
    Of(String),
    /// Head and tail change places.
    Reversed,
    /// They go.
    Removed,
}

impl Form {
    /// The change that it describes. `None` as long as it says nothing to find, or nothing that becomes of it. `is_symmetric` says
    /// whether relations of a type have no direction.
    pub fn sweep(&self, is_symmetric: impl Fn(&str) -> bool) -> Option<Sweep> {
        let given = |field: &String| (!field.trim().is_empty()).then(|| field.clone());
        let replacement = if self.is_relations {
            let query = RelationQuery {
                kind: given(&self.kind),
                head: given(&self.head),
                tail: given(&self.tail),
                either_way: is_symmetric(&self.kind),
            };
            if query == (RelationQuery { either_way: query.either_way, ..RelationQuery::default() }) {
                return None;
            }
            let change = match &self.change {
                Becomes::Nothing => return None,
                Becomes::Of(kind) => RelationChange::Retype(kind.clone()),
                Becomes::Reversed => RelationChange::Reverse,
                Becomes::Removed => RelationChange::Remove,
            };
            Replacement::Relations(query, change)
        } else {
            let query = EntityQuery { text: given(&self.text), kind: given(&self.kind) };
            if query == EntityQuery::default() {
                return None;
            }
            let change = match &self.change {
                Becomes::Nothing | Becomes::Reversed => return None,
                Becomes::Of(kind) => EntityChange::Retype(kind.clone()),
                Becomes::Removed => EntityChange::Remove,
            };
            Replacement::Entities(query, change)
        };
        Some(Sweep::Replace(replacement))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_found_and_what_becomes_of_it() {
        let form = |is_relations, text: &str, kind: &str, head: &str, change: Becomes| Form {
            is_relations,
            text: text.to_owned(),
            kind: kind.to_owned(),
            head: head.to_owned(),
            tail: String::new(),
            change,
        };
        let sweep = |form: Form| form.sweep(|kind| kind == "Near");
        let of = |kind: &str| Becomes::Of(kind.to_owned());
        for nothing in [
            form(false, "", "", "", of("A")),
            form(false, " ", "", "B", of("A")),
            form(false, "Ada", "", "", Becomes::Nothing),
            form(false, "Ada", "", "", Becomes::Reversed),
            form(true, "Ada", "", "", Becomes::Removed),
            form(true, "", "Of", "", Becomes::Nothing),
        ] {
            assert_eq!(sweep(nothing.clone()), None, "{nothing:?}");
        }
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(
            sweep(form(false, "Ada", "", "B", of("A"))),
            Some(Sweep::Replace(Replacement::Entities(
                EntityQuery { text: some("Ada"), kind: None },
                EntityChange::Retype("A".to_owned())
            )))
        );
        assert_eq!(
            sweep(form(true, "Ada", "Near", "B", Becomes::Reversed)),
            Some(Sweep::Replace(Replacement::Relations(
                RelationQuery { kind: some("Near"), head: some("B"), tail: None, either_way: true },
                RelationChange::Reverse
            )))
        );
    }

    #[test]
    fn changes_are_told() {
        let form = |is_relations, change| Form { is_relations, kind: "K".to_owned(), change, ..Form::default() };
        let tell = |form: Form, labels| form.sweep(|_| false).unwrap().tell(labels);
        let elsewhere = Sweep::Elsewhere { text: "Ada".to_owned(), kind: "K".to_owned() };
        assert_eq!(elsewhere.tell(12), "12 entities added");
        assert_eq!(tell(form(false, Becomes::Removed), 1), "1 entity removed");
        assert_eq!(tell(form(true, Becomes::Reversed), 2), "2 relations reversed");
        assert_eq!(tell(form(true, Becomes::Of("L".to_owned())), 0), "0 relations changed");
    }
}
