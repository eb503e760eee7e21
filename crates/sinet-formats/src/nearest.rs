//! Relations between things, of which a document may mention each several times, as relations between mentions.

/// A place where a document mentions a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mention {
    /// Its start and end in bytes of the text.
    pub start: usize,
    pub end: usize,
    /// The number of its sentence.
    pub sentence: usize,
    /// Its index among the document's entities.
    pub entity: usize,
}

/// The entities, one of `heads` and one of `tails`, that are nearest to each other: in one sentence if there are such, then by
/// the bytes between them. Both lists are sorted. `None` if there are no two different ones.
pub(crate) fn nearest(heads: &[Mention], tails: &[Mention]) -> Option<(usize, usize)> {
    let mut best: Option<((bool, usize), (usize, usize))> = None;
    let mut consider = |head: &Mention, tail: &Mention| {
        if head.entity == tail.entity {
            return;
        }
        let between = tail.start.saturating_sub(head.end).max(head.start.saturating_sub(tail.end));
        let rank = (head.sentence != tail.sentence, between);
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, (head.entity, tail.entity)));
        }
    };
    // The nearest to a mention is its neighbour on either side; two, because one may be the mention itself.
    for head in heads {
        let after = tails.partition_point(|tail| tail < head);
        tails[after.saturating_sub(2)..tails.len().min(after + 2)].iter().for_each(|tail| consider(head, tail));
    }
    best.map(|(_, pair)| pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mention for each of the places, which are three bytes long; sentences are ten.
    fn mentions(places: &[(usize, usize)]) -> Vec<Mention> {
        let mention = |&(start, entity)| Mention { start, end: start + 3, sentence: start / 10, entity };
        places.iter().map(mention).collect()
    }

    #[test]
    fn one_sentence_comes_before_a_short_way() {
        let check = |heads: &[(usize, usize)], tails: &[(usize, usize)], expected| {
            assert_eq!(nearest(&mentions(heads), &mentions(tails)), expected, "{heads:?} {tails:?}");
        };
        check(&[(0, 0)], &[(5, 1), (15, 2)], Some((0, 1)));
        check(&[(7, 0), (20, 1)], &[(10, 2), (26, 3)], Some((1, 3)));
        check(&[(7, 0)], &[(10, 1), (40, 2)], Some((0, 1)));
        check(&[(7, 0), (30, 1)], &[(7, 0), (30, 1)], Some((0, 1)));
        check(&[(7, 0)], &[(7, 0)], None);
        check(&[], &[(7, 0)], None);
    }
}
