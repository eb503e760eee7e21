//! The documents of two files that are the same.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sinet_formats::LabelledDocument;

use super::Side;
use crate::record::title;

/// The documents of two files, side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paired {
    /// Two documents with the same text each, the first file's first, in its order.
    pub pairs: Vec<[LabelledDocument; 2]>,
    /// The documents without a partner, the first file's first.
    pub alone: Vec<Alone>,
}

/// A document that is in one file only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// The file that it is in.
    pub side: Side,
    /// Its name in that file, or its first words if it has none.
    pub name: String,
    /// Whether the other file has a document of that name, with another text.
    pub other_text: bool,
}

/// Pairs documents by name and text, then those that are left by text alone, each once and in order. Labels of different texts
/// can't be compared, so an equal name is not enough.
pub fn pair(first: Vec<LabelledDocument>, second: Vec<LabelledDocument>) -> Paired {
    let mut partners = vec![None; first.len()];
    let mut taken = vec![false; second.len()];
    for by_name in [true, false] {
        let key = |document: &LabelledDocument| -> Option<(String, String)> {
            match by_name {
                true if document.id.is_empty() => None,
                true => Some((document.id.clone(), document.text.clone())),
                false => Some((String::new(), document.text.clone())),
            }
        };
        let mut free: BTreeMap<_, VecDeque<usize>> = BTreeMap::new();
        for (place, document) in second.iter().enumerate().filter(|(place, _)| !taken[*place]) {
            if let Some(key) = key(document) {
                free.entry(key).or_default().push_back(place);
            }
        }
        for (partner, document) in partners.iter_mut().zip(&first).filter(|(partner, _)| partner.is_none()) {
            *partner = key(document).and_then(|key| free.get_mut(&key)?.pop_front());
            partner.iter().for_each(|&place: &usize| taken[place] = true);
        }
    }
    let mut alone = alone(Side::First, [&first, &second], |place| partners[place].is_some());
    alone.extend(self::alone(Side::Second, [&second, &first], |place| taken[place]));
    let mut second: Vec<Option<LabelledDocument>> = second.into_iter().map(Some).collect();
    let both = |(document, partner): (LabelledDocument, Option<usize>)| Some([document, second[partner?].take()?]);
    Paired { pairs: first.into_iter().zip(partners).filter_map(both).collect(), alone }
}

/// The documents of one file that have no partner in the other.
fn alone(side: Side, [own, other]: [&[LabelledDocument]; 2], is_paired: impl Fn(usize) -> bool) -> Vec<Alone> {
    let mut texts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for document in other.iter().filter(|document| !document.id.is_empty()) {
        texts.entry(&document.id).or_default().insert(&document.text);
    }
    let of = |document: &LabelledDocument| Alone {
        side,
        name: if document.id.is_empty() { title(&document.text) } else { document.id.clone() },
        other_text: (texts.get(document.id.as_str()))
            .is_some_and(|texts| texts.iter().any(|text| *text != document.text)),
    };
    own.iter().enumerate().filter(|(place, _)| !is_paired(*place)).map(|(_, document)| of(document)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(named: &[(&str, &str)]) -> Vec<LabelledDocument> {
        named.iter().map(|&(id, text)| LabelledDocument::new(id, text)).collect()
    }

    #[test]
    fn documents_are_paired_by_name_then_by_text() {
        let first =
            documents(&[("a", "One."), ("b", "Two."), ("", "Three."), ("c", "Four."), ("", "Five."), ("d", "One.")]);
        let second =
            documents(&[("d", "One."), ("", "Two."), ("x", "Three."), ("c", "4."), ("a", "One."), ("", "Six.")]);
        let Paired { pairs, alone } = pair(first, second);
        let pairs: Vec<_> = pairs.iter().map(|[a, b]| (a.id.as_str(), b.id.as_str(), a.text.as_str())).collect();
        assert_eq!(pairs, [("a", "a", "One."), ("b", "", "Two."), ("", "x", "Three."), ("d", "d", "One.")]);
        let alone: Vec<_> = alone.iter().map(|one| (one.side, one.name.as_str(), one.other_text)).collect();
        assert_eq!(
            alone,
            [
                (Side::First, "c", true),
                (Side::First, "Five.", false),
                (Side::Second, "c", true),
                (Side::Second, "Six.", false)
            ]
        );
    }

    #[test]
    fn equal_documents_are_paired_one_by_one() {
        let Paired { pairs, alone } =
            pair(documents(&[("", "A"), ("", "A")]), documents(&[("", "A"), ("", "A"), ("", "A")]));
        assert_eq!((pairs.len(), alone.len()), (2, 1));
    }
}
