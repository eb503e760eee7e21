//! The reasons why what is selected is found, or is not.

use leptos::prelude::*;
use sinet_document::tagset::Sort;
use sinet_document::{Labels, Selection};
use sinet_formats::Provenance;
use sinet_logic::explain::why::{self, Why};
use sinet_text::WordRange;
use sinet_text::explanation::{Explanation, Question};

use crate::session::{Editor, Latest, Session};

/// The explanation of what is selected; a copy is the same state.
#[derive(Clone, Copy)]
pub struct Explaining {
    /// Why what is selected is, or is not, found.
    pub answer: RwSignal<Option<Result<Answered, String>>>,
    session: Session,
    work: Latest,
}

/// An explanation of what was selected.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Its subject, in the text's own words.
    pub subject: String,
    /// The person's own word about it, if there is one.
    pub by_person: Option<String>,
    /// The explanation.
    pub why: Why,
}

impl Explaining {
    /// Explains whatever is selected, again whenever that or the reading changes.
    pub fn start(session: Session) -> Self {
        let explaining = Self { answer: RwSignal::new(None), session, work: Latest::new() };
        Effect::new(move || {
            session.editor.selection.track();
            session.editor.labels.track();
            session.shown.track();
            explaining.work.run(move || explaining.explain());
        });
        explaining
    }

    async fn explain(self) {
        let Editor { selection, labels, .. } = self.session.editor;
        let what = move || {
            self.work.catch_up();
            labels.with_untracked(|labels| question(selection.get_untracked(), labels))
        };
        let answer = self.session.explain(what).await;
        if self.work.has_newer() {
            return;
        }
        let told = answer.map(|answer| match answer {
            Ok(explanation) => Ok(self.tell(selection.get_untracked(), &explanation)),
            Err(unanswered) => Err(unanswered.to_string()),
        });
        self.answer.set(told);
    }

    /// An explanation for readers.
    fn tell(self, selection: Selection, explanation: &Explanation) -> Answered {
        let known = self.session.editor.known.get_untracked();
        let text = |words| self.session.editor.document.with_untracked(|document| document.text_of(words).to_owned());
        let by_person =
            self.session.editor.labels.with_untracked(|labels| by_person(self.session.editor, selection, labels));
        match explanation {
            Explanation::Span(span) => Answered {
                subject: format!("“{}”", text(span.words)),
                by_person,
                why: why::of_span(span, &known.entities),
            },
            Explanation::Pair(pair) => {
                let (head, tail) = (text(pair.head), text(pair.tail));
                Answered {
                    subject: format!("“{head}” and “{tail}”"),
                    by_person,
                    why: why::of_pair(pair, &head, &tail, &known.relations),
                }
            }
        }
    }
}

/// The words that are selected: an entity's, or those of both ends.
pub fn selected_words(editor: Editor) -> Vec<WordRange> {
    let selection = editor.selection.get();
    editor.labels.with(|labels| match question(selection, labels) {
        None => Vec::new(),
        Some(Question::Span { words }) => vec![words],
        Some(Question::Pair { head, tail, .. }) => vec![head, tail],
    })
}

/// The question behind a selection.
fn question(selection: Selection, labels: &Labels) -> Option<Question> {
    let words = |id| Some(labels.entity(id)?.words);
    let pair = |head, tail| {
        let entities = labels.entities.iter().map(|entity| entity.words).collect();
        Some(Question::Pair { head: words(head)?, tail: words(tail)?, entities })
    };
    match selection {
        Selection::None => None,
        Selection::Entity(id) => Some(Question::Span { words: words(id)? }),
        Selection::Words(words) => Some(Question::Span { words }),
        Selection::Pair(head, tail) => pair(head, tail),
        Selection::Relation(id) => {
            let relation = labels.relation(id)?;
            pair(relation.head, relation.tail)
        }
    }
}

/// The person's own word about the selection.
fn by_person(editor: Editor, selection: Selection, labels: &Labels) -> Option<String> {
    let (sort, kind, provenance) = match selection {
        Selection::Entity(id) => labels.entity(id).map(|entity| (Sort::Entity, &entity.kind, entity.provenance))?,
        Selection::Relation(id) => {
            labels.relation(id).map(|relation| (Sort::Relation, &relation.kind, relation.provenance))?
        }
        _ => return None,
    };
    let name = editor.types.with_untracked(|types| match sort {
        Sort::Entity => types.entity(kind).to_owned(),
        Sort::Relation => types.relation(kind).to_owned(),
    });
    let is_known = editor.tagset.with_untracked(|tagset| {
        editor.known.with_untracked(|known| tagset.as_ref().is_none_or(|tagset| tagset.is_known_to(known, sort, kind)))
    });
    let remark = if is_known { "" } else { ", which the model does not know" };
    (provenance == Provenance::Person).then(|| format!("You say: {name}{remark}. What the model says:"))
}
