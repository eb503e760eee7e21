//! The changes of a person to the labels of the model.

use serde_json::{Value, json};
use sinet_formats::LabelledEntity;
use sinet_text::{OffsetUnit, Offsets};

use super::{EntityId, Link, OpenDocument};

/// A label that a person has changed, as JSON objects with positions in code points. At least one of the two is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `entity` or `relation`.
    pub label: &'static str,
    /// The label by the model; `None` if a person added the label.
    pub was: Option<Value>,
    /// The label by a person; `None` if they removed the label.
    pub now: Option<Value>,
}

impl OpenDocument {
    /// Every correction, entities first.
    pub fn changes(&self) -> Vec<Change> {
        let offsets = Offsets::new(&self.text);
        let entity = |entity: &LabelledEntity| {
            let range = offsets.range(entity.span, OffsetUnit::CodePoints);
            json!({
                "type": entity.kind,
                "start": range.map(|range| range.start),
                "end": range.map(|range| range.end),
                "text": entity.span.of(&self.text),
                "score": entity.score,
            })
        };
        let end = |id: EntityId| {
            // A removed entity is known by what it was.
            let was = || self.entities.corrections.get(&id).and_then(|correction| correction.was.as_ref());
            self.entities.get(id).or_else(was).map(entity)
        };
        let relation = |link: &Link| json!({"type": link.kind, "head": end(link.head), "tail": end(link.tail), "score": link.score});
        let entities = self.entities.corrections.values().map(|correction| Change {
            label: "entity",
            was: correction.was.as_ref().map(entity),
            now: correction.now.as_ref().map(entity),
        });
        let relations = self.relations.corrections.values().map(|correction| Change {
            label: "relation",
            was: correction.was.as_ref().map(relation),
            now: correction.now.as_ref().map(relation),
        });
        entities.chain(relations).collect()
    }
}
