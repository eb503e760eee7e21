//! Scoring the relations between the entities that a person has corrected.

use leptos::prelude::*;
use sinet_document::FoundRelation;
use sinet_logic::session::About;
use sinet_protocol::Switches;
use sinet_text::annotation::Relation;

use super::{MOST, Session};
use crate::engine::Relate;

impl Session {
    /// Scores the relations between the entities of the document anew, from what the encoder made of its text.
    ///
    /// A text that is not read yet needs no such thing: its reading will lead here.
    pub(super) fn relate(self) {
        self.relating.run(move || self.relate_once());
    }

    async fn relate_once(self) {
        let answer =
            self.asker
                .ask(About::Text, async move |engine| {
                    if untrack(|| self.is_stale()) || self.as_opened.get_untracked() {
                        return None;
                    }
                    self.relating.catch_up();
                    let text = self.editor.document.with_untracked(|document| document.text().to_owned());
                    let (ids, spans): (Vec<_>, Vec<_>) = self.editor.labels.with_untracked(|labels| {
                        labels.entities.iter().map(|entity| (entity.id, entity.words)).unzip()
                    });
                    let settings = untrack(|| self.settings());
                    let relate = Relate {
                        spans,
                        threshold: settings.map(|settings| settings.relation_threshold),
                        switches: settings.map_or_else(Switches::default, |settings| settings.switches),
                        most: untrack(|| self.has_chosen_settings()).then_some(MOST.relations),
                    };
                    Some(engine.relate(text, relate).await.map(|relations| (ids, relations)))
                })
                .await;
        if self.relating.has_newer() {
            return;
        }
        match answer {
            Some(Ok((ids, relations))) => {
                let found = relations.into_iter().filter_map(|Relation { kind, head, tail, score }| {
                    let (head, tail) = (*ids.get(head)?, *ids.get(tail)?);
                    Some(FoundRelation { kind, head, tail, score: Some(score) })
                });
                self.editor.document.update(|document| document.take_relations(found.collect()));
            }
            Some(Err(unanswered)) => self.set.refusal.set(Some(unanswered.to_string())),
            None => {}
        }
    }
}
