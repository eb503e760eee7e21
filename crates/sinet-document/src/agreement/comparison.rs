//! Two labellings of one text, side by side.

use std::collections::{BTreeMap, BTreeSet};

use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, Types, WordRange};

use super::disagreement::{Disagreement, Label, Part};

/// One of two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first.
    First = 0,
    /// The second.
    Second = 1,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];
}

/// A text with the labels of two people: what both have, and a [`Disagreement`] for everything else.
///
/// The text has words that both share, so that every label begins and ends with one: those of the documents where they have the
/// same or only one has any, else those of the text, cut at the labels of both.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The document without labels: its name, text, words and sentences.
    pub(super) bare: LabelledDocument,
    /// The entities of both people, each once and by place.
    pub(super) entities: [Vec<End>; 2],
    /// The relations of both people, each once.
    pub(super) relations: [Vec<Link>; 2],
    /// Which entities of the two are one, for better or worse: places in `entities`, by place in the text.
    pub(super) spots: Vec<[Option<usize>; 2]>,
    /// The spot of every entity.
    pub(super) spot_of: [Vec<usize>; 2],
    /// Which relations of the two are one: places in `relations`.
    pub(super) bonds: Vec<[Option<usize>; 2]>,
    disagreements: Vec<Disagreement>,
}

/// An entity, as a label or as an end of a relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// Its place in the text, in bytes.
    pub span: ByteSpan,
    /// Its type.
    pub kind: String,
}

/// A relation of one person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    /// Head and tail, as places among this person's entities.
    pub(super) ends: [usize; 2],
    pub(super) kind: String,
    pub(super) symmetric: bool,
}

/// The parts that make two relations the same; of a relation without direction, the end that comes first is first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RelationKey {
    pub(super) kind: String,
    pub(super) ends: [End; 2],
}

impl Comparison {
    /// Compares two documents of the same text, as [`pair`](super::pair) finds them. `types` says which relations have no direction.
    pub fn new([first, second]: [LabelledDocument; 2], types: &Types) -> Self {
        let entities = [&first, &second].map(entities);
        let relations = [0, 1].map(|side| relations([&first, &second][side], &entities[side], types));
        let (spots, spot_of) = match_entities(&entities);
        let bonds = match_relations(&relations, &spot_of);
        let bare = shared([first, second]);
        let mut comparison = Self { bare, entities, relations, spots, spot_of, bonds, disagreements: Vec::new() };
        comparison.disagreements = comparison.find_disagreements();
        comparison
    }

    /// The name of the document: the first person's, or the second's if that has none.
    pub fn id(&self) -> &str {
        &self.bare.id
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.bare.text
    }

    /// The words that both share.
    pub fn words(&self) -> &[ByteSpan] {
        &self.bare.words
    }

    /// The sentences, which cover all words; none ends inside a label.
    pub fn sentences(&self) -> &[WordRange] {
        &self.bare.sentences
    }

    /// The stretch of text from the first to the last of some words, or `None` if there are no such words.
    pub fn span_of(&self, words: WordRange) -> Option<ByteSpan> {
        let words = self.bare.words.get(words.start..words.end)?;
        Some(ByteSpan { start: words.first()?.start, end: words.last()?.end }).filter(|span| span.start < span.end)
    }

    /// The words that a stretch of text touches; `None` if it touches none.
    pub fn words_of(&self, span: ByteSpan) -> Option<WordRange> {
        self.bare.words_of(span)
    }

    /// The disagreements in the order of the text; relations come after their ends.
    pub fn disagreements(&self) -> &[Disagreement] {
        &self.disagreements
    }

    /// The sentences of a stretch of text with one person's labels that lie in them.
    pub fn excerpt(&self, side: Side, span: ByteSpan) -> LabelledDocument {
        let words = self.bare.words_of(span).unwrap_or(WordRange { start: 0, end: 0 });
        let is_there = |sentence: &&WordRange| sentence.start < words.end && words.start < sentence.end;
        let sentences: Vec<WordRange> = self.bare.sentences.iter().filter(is_there).copied().collect();
        let words = match (sentences.first(), sentences.last()) {
            (Some(first), Some(last)) => WordRange { start: first.start, end: last.end },
            _ => words,
        };
        let Some(whole) = self.span_of(words) else { return LabelledDocument::default() };
        let shifted = |span: ByteSpan| ByteSpan { start: span.start - whole.start, end: span.end - whole.start };
        let is_inside = |end: &End| whole.start <= end.span.start && end.span.end <= whole.end;
        let entities = &self.entities[side as usize];
        let inside: Vec<usize> = (0..entities.len()).filter(|&end| is_inside(&entities[end])).collect();
        let place = |end: usize| inside.binary_search(&end).ok();
        let relations = self.relations[side as usize].iter().filter_map(|link| {
            let ([Some(head), Some(tail)], kind) = (link.ends.map(place), link.kind.clone()) else { return None };
            Some(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person })
        });
        LabelledDocument {
            id: self.bare.id.clone(),
            text: whole.of(&self.bare.text).unwrap_or_default().to_owned(),
            words: self.bare.words[words.start..words.end].iter().copied().map(shifted).collect(),
            sentences: (sentences.iter())
                .map(|sentence| WordRange { start: sentence.start - words.start, end: sentence.end - words.start })
                .collect(),
            entities: (inside.iter())
                .map(|&end| LabelledEntity {
                    kind: entities[end].kind.clone(),
                    span: shifted(entities[end].span),
                    score: None,
                    provenance: Provenance::Person,
                })
                .collect(),
            relations: relations.collect(),
        }
    }

    /// The types of the entities that cover each word, sorted and each once.
    pub(super) fn word_labels(&self, side: Side) -> Vec<Vec<String>> {
        let mut labels: Vec<Vec<String>> = vec![Vec::new(); self.bare.words.len()];
        for End { span, kind } in &self.entities[side as usize] {
            if let Some(words) = self.bare.words_of(*span) {
                labels[words.start..words.end].iter_mut().for_each(|label| label.push(kind.clone()));
            }
        }
        for label in &mut labels {
            label.sort_unstable();
            label.dedup();
        }
        labels
    }

    pub(super) fn entity_set(&self, side: Side) -> BTreeSet<End> {
        self.entities[side as usize].iter().cloned().collect()
    }

    pub(super) fn relation_set(&self, side: Side) -> BTreeSet<RelationKey> {
        let entities = &self.entities[side as usize];
        let key = |link: &Link| {
            let mut ends = link.ends.map(|end| entities[end].clone());
            if link.symmetric {
                ends.sort_unstable();
            }
            RelationKey { kind: link.kind.clone(), ends }
        };
        self.relations[side as usize].iter().map(key).collect()
    }

    /// Whether both have this entity, with its type.
    pub(super) fn is_shared_spot(&self, spot: usize) -> bool {
        match self.spots[spot] {
            [Some(first), Some(second)] => self.entities[0][first] == self.entities[1][second],
            _ => false,
        }
    }

    /// Whether both have this relation between what counts as the same entities.
    fn is_shared_bond(&self, bond: usize) -> bool {
        match self.bonds[bond] {
            [Some(first), Some(second)] => {
                let [first, second] = [(0, first), (1, second)].map(|(side, link)| {
                    let link = &self.relations[side][link];
                    (&link.kind, spot_key(link, &self.spot_of[side]))
                });
                first == second
            }
            _ => false,
        }
    }

    fn find_disagreements(&self) -> Vec<Disagreement> {
        let spots = (0..self.spots.len()).filter(|&spot| !self.is_shared_spot(spot)).map(|spot| {
            let label = |side: usize| Some(Label::Entity(self.entities[side][self.spots[spot][side]?].clone()));
            (self.spot_start(spot), Part::Entity(spot), [label(0), label(1)])
        });
        let bonds = (0..self.bonds.len()).filter(|&bond| !self.is_shared_bond(bond)).map(|bond| {
            let link = |side: usize| Some((side, &self.relations[side][self.bonds[bond][side]?]));
            let label = |(side, link): (usize, &Link)| Label::Relation {
                kind: link.kind.clone(),
                ends: link.ends.map(|end| self.entities[side][end].clone()),
                symmetric: link.symmetric,
            };
            let links = [link(0), link(1)];
            let ends = links.iter().flatten().flat_map(|(side, link)| link.ends.map(|end| self.spot_of[*side][end]));
            let start = ends.map(|spot| self.spot_start(spot)).max().unwrap_or(0);
            (start, Part::Relation(bond), links.map(|link| link.map(label)))
        });
        let mut found: Vec<_> = spots.chain(bonds).collect();
        found.sort_by_key(|(start, part, _)| (*start, *part));
        found.into_iter().map(|(_, part, labels)| Disagreement { part, labels }).collect()
    }

    /// The byte at which the earlier of a spot's entities starts.
    fn spot_start(&self, spot: usize) -> usize {
        let starts = Side::ALL.into_iter().filter_map(|side| {
            let side = side as usize;
            Some(self.entities[side][self.spots[spot][side]?].span.start)
        });
        starts.min().unwrap_or(0)
    }
}

/// The entities of a document, each once and by place.
fn entities(document: &LabelledDocument) -> Vec<End> {
    let ends: BTreeSet<End> =
        document.entities.iter().map(|entity| End { span: entity.span, kind: entity.kind.clone() }).collect();
    ends.into_iter().collect()
}

/// The relations of a document, each once. Of two directions of a relation that has none, one stays.
fn relations(document: &LabelledDocument, entities: &[End], types: &Types) -> Vec<Link> {
    let place = |index: usize| {
        let entity = document.entities.get(index)?;
        let end = End { span: entity.span, kind: entity.kind.clone() };
        entities.binary_search(&end).ok()
    };
    let mut seen = BTreeSet::new();
    let mut links = Vec::new();
    for relation in &document.relations {
        let (Some(head), Some(tail)) = (place(relation.head), place(relation.tail)) else { continue };
        let symmetric = types.is_symmetric(&relation.kind);
        let key = if symmetric { [head.min(tail), head.max(tail)] } else { [head, tail] };
        if seen.insert((key, relation.kind.clone())) {
            links.push(Link { ends: [head, tail], kind: relation.kind.clone(), symmetric });
        }
    }
    links.sort_unstable();
    links
}

/// The document without labels, with words that begin and end wherever a label of either does.
fn shared([first, second]: [LabelledDocument; 2]) -> LabelledDocument {
    let (words, sentences) = if second.words.is_empty() || first.words == second.words && !first.sentences.is_empty() {
        (first.words, first.sentences)
    } else if first.words.is_empty() || first.words == second.words {
        (second.words, second.sentences)
    } else {
        Default::default()
    };
    let entities = first.entities.into_iter().chain(second.entities).collect();
    let id = if first.id.is_empty() { second.id } else { first.id };
    let labelled = LabelledDocument { id, text: first.text, words, sentences, entities, relations: Vec::new() };
    LabelledDocument { entities: Vec::new(), ..labelled.with_words().cut_at_labels() }
}

/// Which entities are one: those with the same place and type, then the same place, then places that overlap, of the same type
/// first and more text first. Every entity is in one spot.
fn match_entities(entities: &[Vec<End>; 2]) -> (Vec<[Option<usize>; 2]>, [Vec<usize>; 2]) {
    let [first, second] = entities;
    let mut partner: [Vec<Option<usize>>; 2] = [vec![None; first.len()], vec![None; second.len()]];
    // Two who differ in the type only are nearer than any that overlap, so the likeness is sorted by.
    let mut likeness: Vec<(u8, usize, usize, usize)> = Vec::new();
    for (a, one) in first.iter().enumerate() {
        for (b, other) in second.iter().enumerate().take_while(|(_, other)| other.span.start < one.span.end) {
            let shared = one.span.end.min(other.span.end).saturating_sub(one.span.start.max(other.span.start));
            let rank = match (one.span == other.span, one.kind == other.kind) {
                (true, true) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (false, false) => 3,
            };
            if shared > 0 {
                likeness.push((rank, usize::MAX - shared, a, b));
            }
        }
    }
    likeness.sort_unstable();
    for (_, _, a, b) in likeness {
        if partner[0][a].is_none() && partner[1][b].is_none() {
            (partner[0][a], partner[1][b]) = (Some(b), Some(a));
        }
    }
    let mut spots: Vec<[Option<usize>; 2]> = partner[0].iter().enumerate().map(|(a, &b)| [Some(a), b]).collect();
    let only_second = partner[1].iter().enumerate().filter(|(_, partner)| partner.is_none());
    spots.extend(only_second.map(|(b, _)| [None, Some(b)]));
    spots.sort_by_key(|spot| {
        let span = |side: usize| spot[side].map(|entity| &entities[side][entity]);
        span(0).into_iter().chain(span(1)).min().cloned()
    });
    let mut spot_of = [vec![0; first.len()], vec![0; second.len()]];
    for (number, spot) in spots.iter().enumerate() {
        for (side, entity) in spot.iter().enumerate() {
            entity.iter().for_each(|&entity| spot_of[side][entity] = number);
        }
    }
    (spots, spot_of)
}

/// Which relations are one: the same between the same spots, then the same the other way round, then another type between them.
fn match_relations(relations: &[Vec<Link>; 2], spot_of: &[Vec<usize>; 2]) -> Vec<[Option<usize>; 2]> {
    let mut bonds = Vec::new();
    let mut left: [BTreeSet<usize>; 2] = [0, 1].map(|side| (0..relations[side].len()).collect());
    let spots = |side: usize, link: usize| relations[side][link].ends.map(|end| spot_of[side][end]);
    let key = |round: usize, side: usize, link: usize| -> (&str, [usize; 2]) {
        let Link { kind, .. } = &relations[side][link];
        let [head, tail] = spots(side, link);
        match round {
            0 => (kind, spot_key(&relations[side][link], &spot_of[side])),
            1 => (kind, [head.min(tail), head.max(tail)]),
            // A relation without direction may stand for one in either.
            2 => ("", [head, tail]),
            _ => ("", [head.min(tail), head.max(tail)]),
        }
    };
    for round in 0..4 {
        let mut free: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for &link in left[1].iter().rev() {
            free.entry(key(round, 1, link)).or_default().push(link);
        }
        for first in left[0].clone() {
            let waiting = free.get_mut(&key(round, 0, first));
            let is_partner =
                |second: usize| round < 3 || relations[0][first].symmetric || relations[1][second].symmetric;
            let Some(second) = waiting.and_then(|waiting| waiting.pop_if(|second| is_partner(*second))) else {
                continue;
            };
            left[0].remove(&first);
            left[1].remove(&second);
            bonds.push([Some(first), Some(second)]);
        }
    }
    bonds.extend(left[0].iter().map(|&first| [Some(first), None]));
    bonds.extend(left[1].iter().map(|&second| [None, Some(second)]));
    bonds.sort_by_key(|bond| {
        let [first, second] =
            [0, 1].map(|side| bond[side].map(|link| (spots(side, link), &relations[side][link].kind)));
        first.or(second)
    });
    bonds
}

/// The spots that a relation joins; where it has no direction, the earlier first.
fn spot_key(link: &Link, spot_of: &[usize]) -> [usize; 2] {
    let [head, tail] = link.ends.map(|end| spot_of[end]);
    if link.symmetric { [head.min(tail), head.max(tail)] } else { [head, tail] }
}
