//! How far the work on all documents has come.

use sinet_document::AgainstModel;
use sinet_document::agreement::Matches;
use sinet_document::counts::Counts;
use sinet_document::record::Head;

/// The documents of a set, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of documents.
    pub documents: usize,
    /// Number of documents that a person has checked.
    pub checked: usize,
    /// Labels by type.
    pub counts: Counts,
    /// The model against the person, over the checked documents that a model has read.
    pub against_model: AgainstModel,
}

/// So many documents in words.
pub fn documents(count: usize) -> String {
    if count == 1 { "1 document".to_owned() } else { format!("{count} documents") }
}

impl Progress {
    /// Counts documents. Those that were kept by an older page, and not changed since, have no labels counted.
    pub fn over(heads: &[Head]) -> Self {
        let mut progress = Self { documents: heads.len(), ..Self::default() };
        for head in heads {
            if let Some(counts) = &head.counts {
                progress.counts.add(counts);
            }
            if head.checked {
                progress.checked += 1;
                let AgainstModel { entities, relations } = head.against_model.unwrap_or_default();
                progress.against_model.entities += entities;
                progress.against_model.relations += relations;
            }
        }
        progress
    }

    /// How many documents are checked, in a few words.
    pub fn tell(&self) -> String {
        format!("{} of {} checked", self.checked, self.documents)
    }

    /// How far the model and the person agree so far, one sentence.
    pub fn tell_agreement(&self) -> String {
        let AgainstModel { entities, relations } = self.against_model;
        let f1 = |matches: Matches| matches.f1().map_or("–".to_owned(), |f1| format!("{f1:.2}"));
        if entities.f1().is_none() && relations.f1().is_none() {
            return "How far you and the model agree is said once a document that it has read is checked.".to_owned();
        }
        format!(
            "The model against you in checked documents: F1 {} on entities, {} on relations.",
            f1(entities),
            f1(relations)
        )
    }
}

#[cfg(test)]
mod tests {
    use sinet_document::record::{Body, State};
    use sinet_document::{Edit, OpenDocument};
    use sinet_formats::{LabelledDocument, LabelledEntity, Provenance};
    use sinet_text::ByteSpan;

    use super::*;

    /// A document of which the model has found two entities and a person has left one; checked or not.
    fn head(checked: bool) -> Head {
        let entity = |start| LabelledEntity {
            kind: "A".to_owned(),
            span: ByteSpan { start, end: start + 1 },
            score: Some(0.5),
            provenance: Provenance::Model,
        };
        let mut document = OpenDocument::new(LabelledDocument {
            entities: vec![entity(0), entity(2)],
            ..LabelledDocument::new("", "a b")
        });
        document.apply(Edit::RemoveEntity(document.labels().entities[0].id)).unwrap();
        let mut body = Body::new("scierc".to_owned(), document, None);
        body.checked = checked;
        Head::new("a".to_owned(), &body, 0.0, 1, State::Read)
    }

    #[test]
    fn only_checked_documents_say_how_far_the_model_agrees() {
        let progress = Progress::over(&[head(false), head(false)]);
        assert_eq!(progress.tell(), "0 of 2 checked");
        assert!(progress.tell_agreement().starts_with("How far"));
        assert_eq!(progress.counts.entities["A"].model, 2);
        let progress = Progress::over(&[head(true), head(false), head(true)]);
        assert_eq!(progress.tell(), "2 of 3 checked");
        // Two documents with 2 labels of the model, 1 of the person, 1 of both: 2 · 2 / (4 + 2).
        assert_eq!(
            progress.tell_agreement(),
            "The model against you in checked documents: F1 0.67 on entities, – on relations."
        );
    }
}
