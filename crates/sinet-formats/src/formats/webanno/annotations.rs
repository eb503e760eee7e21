//! Annotations as they grow from line to line, and what they are in the document.

use std::collections::{BTreeMap, HashMap, HashSet};

use sinet_text::ByteSpan;

use super::cell::{slots, values};
use super::header::{Column, Header, Kind, Layer};
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::Fault;
use crate::loss_report::{Loss, LossReport};

/// The annotations of a document.
#[derive(Default)]
pub(super) struct Annotations {
    spans: Vec<Span>,
    /// Spans by their layer and the number in brackets.
    by_number: HashMap<(usize, u64), usize>,
    /// Spans by their layer and the token that they lie on.
    by_unit: HashMap<(usize, String), Vec<usize>>,
    stated: Vec<Stated>,
    /// Numbers of chains, by layer.
    chains: HashSet<(usize, String)>,
    /// Spans on the tokens that have no place yet, token by token.
    waiting: Vec<Vec<usize>>,
    /// Tokens of the sentence that have a place.
    placed: usize,
    layers: usize,
}

/// A span of some layer.
struct Span {
    layer: usize,
    /// Its features in the order of the layer's columns.
    values: Vec<Option<String>>,
    /// `None` until its first token has a place.
    place: Option<ByteSpan>,
}

/// A relation or a slot as it is stated.
struct Stated {
    layer: usize,
    kind: Option<String>,
    head: End,
    tail: End,
}

/// An end of a relation.
enum End {
    Span(usize),
    /// A layer, of which any may be meant, a token, and the number in brackets.
    Named(Option<usize>, String, Option<u64>),
}

impl Annotations {
    /// Takes in the cells of a line behind its token, which is called `unit`.
    pub(super) fn take(&mut self, unit: &str, cells: &[&str], header: &Header) -> Result<(), Fault> {
        let mut here = Vec::new();
        for (index, layer) in header.layers.iter().enumerate() {
            let cells = &cells[layer.start..layer.start + layer.columns.len()];
            match layer.kind {
                Kind::Span => self.take_spans(unit, cells, index, header, &mut here),
                Kind::Relation => self.take_relations(unit, cells, index, header),
                Kind::Chain => {
                    let numbers = cells.iter().flat_map(|cell| values(cell)).map(|value| value.number.to_owned());
                    self.chains.extend(numbers.filter(|number| !number.is_empty()).map(|number| (index, number)));
                }
            }
        }
        self.waiting.push(here);
        self.layers = header.layers.len();
        Ok(())
    }

    fn take_spans(&mut self, unit: &str, cells: &[&str], index: usize, header: &Header, here: &mut Vec<usize>) {
        let layer = &header.layers[index];
        let mut on_unit: Vec<usize> = Vec::new();
        for (column, (cell, holds)) in cells.iter().zip(&layer.columns).enumerate() {
            // Slots have no number of their own: they are the annotation that stands at the same place in other columns.
            let is_target = matches!(holds, Column::Targets(_));
            for (stacked, value) in values(cell).enumerate() {
                let number = value.number.parse::<u64>().ok().filter(|_| !is_target);
                let known = number.and_then(|number| self.by_number.get(&(index, number)).copied());
                let span = on_unit.get(stacked).copied().or(known).unwrap_or_else(|| {
                    self.spans.push(Span { layer: index, values: vec![None; layer.columns.len()], place: None });
                    self.spans.len() - 1
                });
                if stacked == on_unit.len() {
                    on_unit.push(span);
                }
                if let Some(number) = number {
                    self.by_number.entry((index, number)).or_insert(span);
                }
                if matches!(holds, Column::Feature(_)) && self.spans[span].values[column].is_none() {
                    self.spans[span].values[column] = value.text();
                }
            }
        }
        for (column, holds) in layer.columns.iter().enumerate() {
            let (Column::Roles(feature), Some(Column::Targets(target))) = (holds, layer.columns.get(column + 1)) else {
                continue;
            };
            let target = header.layers.iter().position(|layer| layer.name == *target);
            // Stacked hosts stand between `|`, the slots of each between `;`.
            let hosts = cells[column].split('|').zip(cells[column + 1].split('|')).zip(&on_unit);
            for ((roles, targets), &host) in hosts.filter(|((roles, _), _)| *roles != "_") {
                for (role, to) in slots(roles).zip(slots(targets)).filter(|(_, to)| !to.raw().is_empty()) {
                    let kind = role.text().unwrap_or_else(|| feature.clone());
                    let tail =
                        End::Named(target, to.raw().to_owned(), to.number.parse().ok().filter(|&number| number > 0));
                    self.stated.push(Stated { layer: index, kind: Some(kind), head: End::Span(host), tail });
                }
            }
        }
        if !on_unit.is_empty() {
            here.extend(&on_unit);
            self.by_unit.insert((index, unit.to_owned()), on_unit);
        }
    }

    fn take_relations(&mut self, unit: &str, cells: &[&str], index: usize, header: &Header) {
        let layer = &header.layers[index];
        let source = layer.columns.iter().enumerate().find_map(|(place, column)| match column {
            Column::Source(base) => Some((place, base)),
            _ => None,
        });
        let Some((place, base)) = source else { return };
        let base = header.layers.iter().position(|layer| layer.name == *base);
        let feature = chosen(layer, |_| true);
        let mut kinds = feature.map(|feature| values(cells[feature]));
        for reference in values(cells[place]) {
            let kind = kinds.as_mut().and_then(Iterator::next).and_then(|value| value.text());
            let (from, to) = reference.number.split_once('_').unwrap_or((reference.number, ""));
            let number = |text: &str| text.parse::<u64>().ok().filter(|&number| number > 0);
            let head = End::Named(base, reference.raw().to_owned(), number(from));
            let tail = End::Named(base, unit.to_owned(), number(to));
            self.stated.push(Stated { layer: index, kind, head, tail });
        }
    }

    /// Gives the next token its place.
    pub(super) fn place(&mut self, span: ByteSpan) {
        let here = std::mem::take(&mut self.waiting[self.placed]);
        self.placed += 1;
        if self.placed == self.waiting.len() {
            self.waiting.clear();
            self.placed = 0;
        }
        for annotation in here {
            let place = &mut self.spans[annotation].place;
            *place = Some(match *place {
                Some(before) => ByteSpan { start: before.start.min(span.start), end: before.end.max(span.end) },
                None => span,
            });
        }
    }

    /// Puts entities and relations into the document, and counts all else.
    pub(super) fn resolve(self, header: &Header, document: &mut LabelledDocument, report: &mut LossReport) {
        let read = self.layers_read(header);
        let used = self.spans.iter().flat_map(|span| {
            let values = span.values.iter().enumerate().filter(|(_, value)| value.is_some());
            values.map(|(place, _)| (span.layer, place))
        });
        let used: HashSet<(usize, usize)> = used.collect();
        let layers = header.layers.iter().enumerate();
        let features: Vec<Option<usize>> =
            layers.map(|(index, layer)| chosen(layer, |place| used.contains(&(index, place)))).collect();
        for (index, layer) in header.layers.iter().enumerate().filter(|(index, _)| read[*index]) {
            let feature = features[index].map(|place| &layer.columns[place]);
            report.note(match feature {
                Some(Column::Feature(name)) if !name.is_empty() => {
                    format!("The entities are the layer {} with the types of its feature {name}.", layer.short_name())
                }
                _ => format!("The entities are the layer {}, which names no types.", layer.short_name()),
            });
        }
        let mut unread: BTreeMap<String, usize> = BTreeMap::new();
        let mut count = |name: String| *unread.entry(name).or_default() += 1;
        let mut entities: Vec<Option<usize>> = Vec::with_capacity(self.spans.len());
        for span in &self.spans {
            let layer = &header.layers[span.layer];
            entities.push(None);
            if !read[span.layer] {
                count(format!("layer {}", layer.short_name()));
                continue;
            }
            let others = layer.features().filter(|(place, _)| Some(*place) != features[span.layer]);
            for (_, name) in others.filter(|(place, _)| span.values[*place].is_some()) {
                count(format!("feature {name} of {}", layer.short_name()));
            }
            let Some(place) = span.place.filter(|place| place.start < place.end) else {
                report.add(Loss::NoWord, 1);
                continue;
            };
            let kind = features[span.layer].and_then(|feature| span.values[feature].clone());
            let kind = kind.unwrap_or_else(|| layer.short_name().to_owned());
            entities.pop();
            entities.push(Some(document.entities.len()));
            let provenance = Provenance::Person;
            document.entities.push(LabelledEntity { kind, span: place, score: None, provenance });
        }
        for Stated { layer, kind, head, tail } in &self.stated {
            let layer = &header.layers[*layer];
            let [head, tail] = [head, tail].map(|end| self.span_of(end));
            let (Some(head), Some(tail)) = (head, tail) else {
                report.add(Loss::NoEntity, 1);
                continue;
            };
            if ![head, tail].iter().all(|&end| read[self.spans[end].layer]) {
                count(format!("layer {}", layer.short_name()));
                continue;
            }
            let (Some(head), Some(tail)) = (entities[head], entities[tail]) else {
                report.add(Loss::RelationsOfLost, 1);
                continue;
            };
            let kind = kind.clone().unwrap_or_else(|| layer.short_name().to_owned());
            let provenance = Provenance::Person;
            document.relations.push(LabelledRelation { kind, head, tail, score: None, provenance });
        }
        report.add(Loss::Coreference, self.chains.len());
        for (name, count) in unread {
            report.lose_all(Loss::UnreadFields, &name, count);
        }
    }

    /// The layers that hold entities: of spans, named entities and the ends of relations and slots, or else all that are not
    /// of linguistic analysis, or else the only one.
    fn layers_read(&self, header: &Header) -> Vec<bool> {
        let used: HashSet<usize> = self.spans.iter().map(|span| span.layer).collect();
        let spans = || {
            header.layers.iter().enumerate().filter(|(index, layer)| layer.kind == Kind::Span && used.contains(index))
        };
        let mut read = vec![false; header.layers.len()];
        if spans().any(|(_, layer)| layer.is_named_entities()) {
            let ends = header.layers.iter().flat_map(|layer| {
                layer.columns.iter().filter_map(|column| match column {
                    Column::Source(base) | Column::Targets(base) => Some([base, &layer.name]),
                    _ => None,
                })
            });
            let ends: HashSet<&String> = ends.flatten().collect();
            for (index, layer) in spans() {
                read[index] = layer.is_named_entities() || ends.contains(&layer.name) && !layer.is_linguistic();
            }
        } else if spans().any(|(_, layer)| !layer.is_linguistic()) {
            spans().for_each(|(index, layer)| read[index] = !layer.is_linguistic());
        } else if let (Some((index, _)), 1) = (spans().next(), spans().count()) {
            read[index] = true;
        }
        read
    }

    fn span_of(&self, end: &End) -> Option<usize> {
        match end {
            End::Span(span) => Some(*span),
            End::Named(layer, unit, number) => {
                let in_layer = |layer: usize| match number {
                    Some(number) => self.by_number.get(&(layer, *number)).copied(),
                    None => self.by_unit.get(&(layer, unit.clone())).and_then(|here| here.first()).copied(),
                };
                match layer {
                    Some(layer) => in_layer(*layer),
                    None => (0..self.layers).find_map(in_layer),
                }
            }
        }
    }
}

/// The feature of a layer that names types, of those that `is_used`, as its place among the columns.
fn chosen(layer: &Layer, is_used: impl Fn(usize) -> bool) -> Option<usize> {
    const NAMES: [&str; 5] = ["value", "label", "type", "category", "class"];
    let used: Vec<(usize, &str)> = layer.features().filter(|(place, _)| is_used(*place)).collect();
    let exact = NAMES.iter().find_map(|name| used.iter().find(|(_, feature)| feature.eq_ignore_ascii_case(name)));
    let akin = || {
        used.iter().find(|(_, feature)| {
            let feature = feature.to_ascii_lowercase();
            NAMES.iter().chain(&["tag"]).any(|name| feature.contains(name))
        })
    };
    let is_text =
        |feature: &str| ["id", "comment", "note"].iter().any(|name| feature.to_ascii_lowercase().contains(name));
    let other = || used.iter().find(|(_, feature)| !is_text(feature));
    exact.or_else(akin).or_else(other).or(used.first()).map(|(place, _)| *place)
}
