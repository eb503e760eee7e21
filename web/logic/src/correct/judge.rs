//! Judging the model's labels one after the other.

use sinet_document::{Selection, Unjudged};

/// The label to look at after `from`: the next that is still to be judged, in the order in which the labels stood before, and after
/// the last one the first. `None` if nothing is left.
///
/// `before` is what was to be judged when `from` was looked at, `left` what is now.
pub fn next(before: &[Unjudged], from: Selection, left: &[Unjudged]) -> Option<Selection> {
    let start = before.iter().position(|it| it.label == from).map_or(0, |place| place + 1);
    let (passed, following) = before.split_at(start);
    let is_left = |label: &Selection| *label != from && left.iter().any(|it| it.label == *label);
    let known = following.iter().chain(passed).map(|it| it.label).find(is_left);
    // A label that has come meanwhile, or only the same one again.
    known.or_else(|| left.iter().map(|it| it.label).find(is_left)).or_else(|| left.first().map(|it| it.label))
}

#[cfg(test)]
mod tests {
    use sinet_document::{Edit, OpenDocument, Order, Thresholds};
    use sinet_formats::{LabelledDocument, LabelledEntity, Provenance};
    use sinet_text::ByteSpan;

    use super::*;

    const THRESHOLDS: Thresholds = Thresholds { entity: 0.0, relation: 0.5 };

    #[test]
    fn judging_goes_on_in_the_order_of_before_and_ends() {
        let entity = |(place, score)| LabelledEntity {
            kind: "A".to_owned(),
            span: ByteSpan { start: 2 * place, end: 2 * place + 1 },
            score: Some(score),
            provenance: Provenance::Model,
        };
        let mut document = OpenDocument::new(LabelledDocument {
            entities: [0.75, 0.5, 1.0].into_iter().enumerate().map(entity).collect(),
            ..LabelledDocument::new("", "a b c")
        });
        let labels = document.labels();
        let [a, b, c] = [0, 1, 2].map(|place| Selection::Entity(labels.entities[place].id));
        let unjudged = |document: &OpenDocument| document.unjudged(Order::Doubt, THRESHOLDS);
        let all = unjudged(&document);
        assert_eq!(next(&all, Selection::None, &all), Some(b));
        assert_eq!(next(&all, b, &all), Some(a), "passed over");
        assert_eq!(next(&all, c, &all), Some(b), "and round");
        document.apply(Edit::AcceptEntity(labels.entities[0].id)).unwrap();
        let left = unjudged(&document);
        assert_eq!(next(&all, a, &left), Some(c));
        document.apply(Edit::RemoveEntity(labels.entities[2].id)).unwrap();
        let last = unjudged(&document);
        assert_eq!(next(&left, c, &last), Some(b));
        assert_eq!(next(&last, b, &last), Some(b), "the only one");
        document.apply(Edit::AcceptEntity(labels.entities[1].id)).unwrap();
        assert_eq!(next(&last, b, &unjudged(&document)), None);
    }
}
