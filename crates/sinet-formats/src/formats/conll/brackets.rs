//! Entities between brackets: `(PERSON*`, `*`, `*)` of CoNLL 2012, and `Entity=(e1-person-1` … `Entity=e1)` of CoNLL-U.

use std::collections::HashMap;

use sinet_text::WordRange;

use super::tags::UNTYPED;
use crate::loss_report::{Loss, LossReport};

/// Entities as their brackets open and close.
#[derive(Default)]
pub(super) struct Brackets {
    stars: Vec<Open>,
    /// Mentions that are open, by the name of their group.
    mentions: HashMap<String, Vec<Open>>,
    /// Types and words of the entities that have closed.
    pub spans: Vec<(String, WordRange)>,
    /// For each name of a group of mentions, its type and number of mentions.
    groups: HashMap<String, (String, usize)>,
    /// For each name, the entity in pieces that it has last named.
    pieces: HashMap<String, usize>,
    /// Brackets that nothing opens or closes.
    unmatched: usize,
}

struct Open {
    kind: String,
    start: usize,
    is_later_piece: bool,
}

impl Brackets {
    /// Takes in `(PERSON*`, `*)` or `(GPE)` beside `word`.
    pub(super) fn take_stars(&mut self, cell: &str, word: usize) {
        let mut rest = cell;
        while let Some(at) = rest.find(['(', ')']) {
            let (is_opening, after) = (rest[at..].starts_with('('), &rest[at + 1..]);
            if is_opening {
                let end = after.find(['(', ')', '*']).unwrap_or(after.len());
                let kind = if end == 0 { UNTYPED } else { &after[..end] };
                self.stars.push(Open { kind: kind.to_owned(), start: word, is_later_piece: false });
            } else {
                self.close_last(word);
            }
            rest = after;
        }
    }

    /// Takes in the names of groups in `(12|4)|(7)`, which are of coreference alone.
    pub(super) fn take_groups(&mut self, cell: &str) {
        for part in cell.split('|') {
            if let Some(name) = part.strip_prefix('(') {
                self.groups.entry(name.trim_end_matches(')').to_owned()).or_default().1 += 1;
            }
        }
    }

    /// Takes in `(e1-person-1(e2-place)` or `e1)` beside `word`; `type_field` is the place of the type between dashes.
    pub(super) fn take_mentions(&mut self, value: &str, word: usize, type_field: usize, report: &mut LossReport) {
        let mut rest = value;
        while !rest.is_empty() {
            let opened = rest.strip_prefix('(');
            let mention = opened.unwrap_or(rest);
            let end = mention.find(['(', ')']).unwrap_or(mention.len());
            let closes = mention[end..].starts_with(')');
            rest = &mention[end + usize::from(closes)..];
            let mut fields = mention[..end].split('-');
            let first = fields.next().unwrap_or_default();
            let kind = if type_field == 0 { Some(first) } else { fields.clone().nth(type_field - 1) };
            let name = if type_field == 0 { fields.next().unwrap_or(first) } else { first };
            let (name, piece) = name.split_once('[').unwrap_or((name, ""));
            if opened.is_some() {
                let is_later_piece = !piece.is_empty() && !piece.starts_with("1/");
                let group = self.groups.entry(name.to_owned()).or_default();
                group.1 += usize::from(!is_later_piece);
                if let Some(kind) = kind.filter(|kind| !kind.is_empty() && *kind != "_") {
                    kind.clone_into(&mut group.0);
                }
                let kind = if group.0.is_empty() { UNTYPED.to_owned() } else { group.0.clone() };
                self.mentions.entry(name.to_owned()).or_default().push(Open { kind, start: word, is_later_piece });
            }
            if closes {
                match self.mentions.get_mut(name).and_then(Vec::pop) {
                    Some(Open { kind, start, is_later_piece }) => {
                        if let Some(&whole) = self.pieces.get(name).filter(|_| is_later_piece) {
                            report.add(Loss::Discontinuous, usize::from(piece.starts_with("2/")));
                            self.spans[whole].1.end = word + 1;
                            continue;
                        }
                        if !piece.is_empty() {
                            self.pieces.insert(name.to_owned(), self.spans.len());
                        }
                        self.spans.push((kind, WordRange { start, end: word + 1 }));
                    }
                    None => self.unmatched += 1,
                }
            }
        }
    }

    fn close_last(&mut self, word: usize) {
        match self.stars.pop() {
            Some(Open { kind, start, .. }) => self.spans.push((kind, WordRange { start, end: word + 1 })),
            None => self.unmatched += 1,
        }
    }

    /// Closes what a sentence of words up to `end` has left open.
    pub(super) fn end_sentence(&mut self, end: usize) {
        let mentions = self.mentions.drain().flat_map(|(_, open)| open);
        for Open { kind, start, .. } in self.stars.drain(..).chain(mentions).filter(|open| open.start < end) {
            self.unmatched += 1;
            self.spans.push((kind, WordRange { start, end }));
        }
    }

    /// Counts the brackets that were repaired, and the groups.
    pub(super) fn report(&self, report: &mut LossReport) {
        report.add(Loss::RepairedTags, self.unmatched);
        report.add(Loss::Coreference, self.groups.values().filter(|(_, mentions)| *mentions > 1).count());
    }
}
