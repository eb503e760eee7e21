//! The model's labels that no person has judged yet, in an order to judge them in.

use sinet_formats::Provenance;

use super::{OpenDocument, Selection};

/// A label of the model that still counts as the model's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unjudged {
    /// The entity or relation.
    pub label: Selection,
    /// How sure the model is, at most 1; `None` if the label came without a probability.
    ///
    /// An entity's probability p is that of its type among all types and “none”, so the next likeliest has at most 1 − p: the margin
    /// between the two is at least 2p − 1, and that is what is known. A relation's probability p stands against its threshold t:
    /// the margin is (p − t) / (1 − t), 0 at the threshold and 1 at certainty, and 2p − 1 for the threshold ½. An entity that
    /// has a threshold too has the smaller margin of the two. Negative margins are possible.
    pub margin: Option<f32>,
}

/// An order to judge labels in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The lowest margin first, then in the order of the text; before them those of which nothing is known.
    #[default]
    Doubt,
    /// As the text goes: a relation after its ends.
    Text,
}

/// The lowest probabilities of what the model has reported, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Of an entity; 0 if its type need only be the likeliest.
    pub entity: f32,
    /// Of a relation.
    pub relation: f32,
}

impl OpenDocument {
    /// The labels of the model that are shown and that no person has accepted or changed.
    pub fn unjudged(&self, order: Order, thresholds: Thresholds) -> Vec<Unjudged> {
        let labels = self.labels();
        let entities = labels.entities.iter().enumerate().filter(|(_, it)| it.provenance == Provenance::Model);
        let entities = entities.map(|(place, entity)| {
            let margin = entity.score.map(|score| (2.0 * score - 1.0).min(margin_over(thresholds.entity, score)));
            (place, Unjudged { label: Selection::Entity(entity.id), margin })
        });
        let relations = labels.relations.iter().filter(|it| it.provenance == Provenance::Model);
        let relations = relations.map(|relation| {
            let place = labels.place(relation.head).max(labels.place(relation.tail)).unwrap_or_default();
            let margin = relation.score.map(|score| margin_over(thresholds.relation, score));
            (place, Unjudged { label: Selection::Relation(relation.id), margin })
        });
        let mut unjudged: Vec<(usize, Unjudged)> = entities.chain(relations).collect();
        // Entities come before relations, and a stable sort leaves them there.
        unjudged.sort_by_key(|(place, _)| *place);
        if order == Order::Doubt {
            let known = |it: &Unjudged| it.margin.unwrap_or(f32::NEG_INFINITY);
            unjudged.sort_by(|(_, one), (_, other)| known(one).total_cmp(&known(other)));
        }
        unjudged.into_iter().map(|(_, label)| label).collect()
    }
}

/// The part of the way from a threshold to certainty that a probability has gone.
fn margin_over(threshold: f32, score: f32) -> f32 {
    if threshold < 1.0 { (score - threshold) / (1.0 - threshold) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation};
    use sinet_text::ByteSpan;

    use super::super::Edit;
    use super::*;

    /// Four entities of one letter each with these scores, and relations from each to the next.
    fn document(scores: [Option<f32>; 4], relations: [Option<f32>; 3]) -> OpenDocument {
        let entity = |(place, score)| LabelledEntity {
            kind: "A".to_owned(),
            span: ByteSpan { start: 2 * place, end: 2 * place + 1 },
            score,
            provenance: Provenance::Model,
        };
        let relation = |(head, score)| LabelledRelation {
            kind: "R".to_owned(),
            head,
            tail: head + 1,
            score,
            provenance: Provenance::Model,
        };
        OpenDocument::new(LabelledDocument {
            entities: scores.into_iter().enumerate().map(entity).collect(),
            relations: relations.into_iter().enumerate().map(relation).collect(),
            ..LabelledDocument::new("", "a b c d")
        })
    }

    fn show(document: &OpenDocument, unjudged: &[Unjudged]) -> Vec<String> {
        let labels = document.labels();
        let text = |id| labels.entity(id).unwrap().text.clone();
        let one = |it: &Unjudged| match it.label {
            Selection::Entity(id) => text(id),
            Selection::Relation(id) => {
                labels.ends(labels.relation(id).unwrap()).unwrap().map(|it| it.text.clone()).concat()
            }
            _ => unreachable!("only labels are judged"),
        };
        unjudged.iter().map(one).collect()
    }

    const THRESHOLDS: Thresholds = Thresholds { entity: 0.0, relation: 0.5 };

    #[test]
    fn the_lowest_margin_comes_first() {
        let mut document = document([Some(0.75), Some(0.375), None, Some(1.0)], [Some(0.5), Some(1.0), Some(0.875)]);
        let doubt = document.unjudged(Order::Doubt, THRESHOLDS);
        assert_eq!(show(&document, &doubt), ["c", "b", "ab", "a", "cd", "bc", "d"]);
        let margins: Vec<_> = doubt.iter().map(|it| it.margin).collect();
        assert_eq!(margins, [None, Some(-0.25), Some(0.0), Some(0.5), Some(0.75), Some(1.0), Some(1.0)]);
        let text = document.unjudged(Order::Text, THRESHOLDS);
        assert_eq!(show(&document, &text), ["a", "b", "ab", "c", "bc", "d", "cd"]);
        // Other thresholds, other margins: (0.75 − 0.5) / 0.5, and (0.875 − 0.75) / 0.25.
        let margin = |thresholds, text: &str| {
            let all = document.unjudged(Order::Text, thresholds);
            all[show(&document, &all).iter().position(|it| it == text).unwrap()].margin
        };
        assert_eq!(margin(Thresholds { entity: 0.5, relation: 0.75 }, "a"), Some(0.5));
        assert_eq!(margin(Thresholds { entity: 0.6875, relation: 0.75 }, "a"), Some(0.2));
        assert_eq!(margin(Thresholds { entity: 0.0, relation: 0.75 }, "cd"), Some(0.5));
        assert_eq!(margin(Thresholds { entity: 1.0, relation: 1.0 }, "cd"), Some(0.0));

        let id = |text: &str| document.labels().entities.iter().find(|it| it.text == text).unwrap().id;
        let [accepted, removed] = [id("a"), id("c")];
        document.apply(Edit::AcceptEntity(accepted)).unwrap();
        document.apply(Edit::RemoveEntity(removed)).unwrap();
        assert_eq!(show(&document, &document.unjudged(Order::Doubt, THRESHOLDS)), ["b", "ab", "d"]);
    }

    proptest! {
        #[test]
        fn margins_rise_and_judging_ends(
            scores in any::<[Option<u8>; 4]>(),
            relations in any::<[Option<u8>; 3]>(),
            (entity, relation) in (0.0..=1.0f32, 0.0..=1.0f32),
            rejected in any::<[bool; 8]>(),
        ) {
            let probability = |byte: Option<u8>| byte.map(|byte| f32::from(byte) / 255.0);
            let mut document = document(scores.map(probability), relations.map(probability));
            let thresholds = Thresholds { entity, relation };
            let doubt = document.unjudged(Order::Doubt, thresholds);
            prop_assert_eq!(doubt.len(), 7);
            prop_assert!(doubt.is_sorted_by(|one, other| one.margin <= other.margin));
            prop_assert!(doubt.iter().all(|it| it.margin.is_none_or(|margin| margin <= 1.0)));
            for reject in rejected {
                let Some(next) = document.unjudged(Order::Doubt, thresholds).first().copied() else { break };
                let edit = match next.label {
                    Selection::Entity(id) if reject => Edit::RemoveEntity(id),
                    Selection::Entity(id) => Edit::AcceptEntity(id),
                    Selection::Relation(id) if reject => Edit::RemoveRelation(id),
                    Selection::Relation(id) => Edit::AcceptRelation(id),
                    _ => unreachable!("only labels are judged"),
                };
                prop_assert!(document.apply(edit).is_ok());
            }
            prop_assert_eq!(document.unjudged(Order::Text, thresholds), []);
        }
    }
}
