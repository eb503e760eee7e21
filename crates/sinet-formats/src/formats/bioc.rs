//! BioC, in JSON and XML, as PubTator and the tools of biomedical text mining write it: a document is passages, or sentences
//! in passages, each with its place in the document; annotations count in code points of the document, and relations name
//! them by their ids. `json` and `xml` read the two forms into a [`Document`], which becomes a labelled text here.
//!
//! Passages are joined with spaces for what lies between them. An annotation is found in its passage, so that it keeps its
//! place where passages overlap or the first does not begin at 0.
//!
//! Some collections relate things (`entity1` and `entity2`, or `Chemical` and `Disease`, with the names that knowledge bases
//! give them) and not mentions of them: such a relation goes to the two mentions that are nearest.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};
use sinet_text::{ByteSpan, OffsetUnit, TextRange, sentences};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::{Fault, Problem};
use crate::json::lenient::{List, Name};
use crate::json::name_of;
use crate::loss_report::{Loss, LossReport};
use crate::nearest::{Mention, nearest};
use crate::positions::{StatedSpan, Unit, resolve};

pub(crate) mod json;
pub(crate) mod xml;

/// A document as either form has it. Numbers are text, because files have both.
#[derive(Default, Deserialize)]
#[serde(default, expecting = "a document with `id` and `passages`")]
struct Document {
    id: Name,
    infons: Infons,
    passages: List<Passage>,
    annotations: List<Annotation>,
    relations: List<Relation>,
}

/// A passage, or a sentence in one.
#[derive(Default, Deserialize)]
#[serde(default, expecting = "a passage with `offset` and `text`")]
struct Passage {
    offset: Name,
    infons: Infons,
    text: Option<String>,
    sentences: List<Passage>,
    annotations: List<Annotation>,
    relations: List<Relation>,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "an annotation with `id`, `infons` and `locations`")]
struct Annotation {
    id: Name,
    infons: Infons,
    locations: List<Location>,
    text: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "a location with `offset` and `length`")]
struct Location {
    offset: Name,
    length: Name,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "a relation with `infons` and `nodes`")]
struct Relation {
    infons: Infons,
    nodes: List<Node>,
}

#[derive(Default, Deserialize)]
#[serde(default, expecting = "a node with `refid` and `role`")]
struct Node {
    refid: Name,
    role: Name,
}

/// Names and values that say more about something; `null` is none.
#[derive(Default, Deserialize)]
#[serde(transparent)]
struct Infons(Option<Map<String, Value>>);

/// The keys under which tools write the type of an annotation.
const ENTITY_TYPE: &[&str] = &["type", "label", "class", "category", "entity_type", "semantic_type"];
/// The keys under which tools write the type of a relation.
const RELATION_TYPE: &[&str] = &["type", "relation", "relation type", "label"];
/// The keys under which annotations name things of a knowledge base.
const LINKS: &[&str] = &["identifier", "accession", "concept_id", "normalized_id", "normalized", "database", "MESH"];
/// The keys of a relation that name the things at its ends, in this order.
const ENDS: &[[&str; 2]] = &[["entity1", "entity2"], ["role1", "role2"], ["subject", "object"], ["Arg1", "Arg2"]];
/// Roles that say which end of a relation comes first.
const FIRST_ROLES: &[&str] =
    &["arg1", "subj", "subject", "head", "source", "agent", "cause", "from", "governor", "1", "role1"];
const SECOND_ROLES: &[&str] =
    &["arg2", "obj", "object", "tail", "target", "theme", "to", "dependent", "dependant", "2", "role2"];

impl Infons {
    fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().flatten()
    }

    fn push(&mut self, key: String, value: String) {
        self.0.get_or_insert_default().insert(key, Value::String(value));
    }

    /// The key and the value under the first of these keys that has one.
    fn first<'i>(&'i self, keys: &[&'i str]) -> Option<(&'i str, String)> {
        let found = |&key: &&'i str| {
            let value = self.0.as_ref()?.get(key)?;
            let name = value.as_str().map_or_else(|| name_of(value), str::to_owned);
            (!name.is_empty()).then_some((key, name))
        };
        keys.iter().find_map(found)
    }
}

/// A stretch of the text that the file has by itself: a passage, or a sentence of one.
struct Part {
    /// Its place in the document as the file states it.
    offset: Option<usize>,
    /// Its place in the joined text, in bytes.
    span: ByteSpan,
    /// The numbers of its annotations among all.
    annotations: Vec<usize>,
}

/// The document while its parts are collected.
#[derive(Default)]
struct Collected {
    text: String,
    /// Length of the text in code points.
    length: usize,
    parts: Vec<Part>,
    /// Each with its field, and the number of the part in which it stands, if it stands in one.
    annotations: Vec<(Annotation, String, Option<usize>)>,
    /// Each with the parts in which its ids count first.
    relations: Vec<(Relation, Range<usize>)>,
}

/// A gap up to this is filled with spaces; a longer one, of text that the file leaves out, with a line end.
const LONGEST_GAP: usize = 1000;

fn labelled(document: Document, context: &mut Context) -> Result<LabelledDocument, Fault> {
    let id = document.id.0;
    context.id = Some(id.clone());
    unread_infons("infons", &document.infons, context);
    let mut collected = Collected::default();
    for (number, passage) in document.passages.into_iter().enumerate() {
        collected.passage(passage, &format!("passages[{number}]"), context)?;
    }
    for (number, annotation) in document.annotations.into_iter().enumerate() {
        collected.annotations.push((annotation, format!("annotations[{number}]"), None));
    }
    let everywhere = 0..collected.parts.len();
    collected.relations.extend(document.relations.into_iter().map(|relation| (relation, everywhere.clone())));
    collected.finish(id, context)
}

impl Collected {
    fn passage(&mut self, passage: Passage, field: &str, context: &mut Context) -> Result<(), Fault> {
        unread_infons("passages[].infons", &passage.infons, context);
        let first = self.parts.len();
        // Where sentences have the text, the passage has none, or an empty one.
        let is_given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let in_sentences = passage.sentences.iter().any(|sentence| is_given(&sentence.text));
        let own_text = passage.text.as_ref().filter(|text| !text.is_empty() || !in_sentences);
        let has_text = own_text.is_some();
        if let Some(text) = own_text {
            self.part(number(&passage.offset), text, context)?;
        }
        for (at, sentence) in passage.sentences.into_iter().enumerate() {
            let field = format!("{field}.sentences[{at}]");
            let within = self.parts.len();
            if let Some(text) = sentence.text.as_ref().filter(|_| !has_text) {
                self.part(number(&sentence.offset), text, context)?;
            }
            let part = if has_text { first } else { within };
            self.labels(sentence, &field, part..self.parts.len(), context);
        }
        let parts = first..self.parts.len();
        let labels = Passage { annotations: passage.annotations, relations: passage.relations, ..Passage::default() };
        self.labels(labels, field, parts, context);
        Ok(())
    }

    /// Takes in the labels of a passage or a sentence, which has become these parts.
    fn labels(&mut self, passage: Passage, field: &str, parts: Range<usize>, context: &mut Context) {
        unread_infons("passages[].sentences[].infons", &passage.infons, context);
        for (number, annotation) in passage.annotations.into_iter().enumerate() {
            let part = (parts.len() == 1).then_some(parts.start);
            self.annotations.push((annotation, format!("{field}.annotations[{number}]"), part));
        }
        self.relations.extend(passage.relations.into_iter().map(|relation| (relation, parts.clone())));
    }

    fn part(&mut self, offset: Option<usize>, text: &str, context: &Context) -> Result<(), Fault> {
        let gap = offset.and_then(|offset| offset.checked_sub(self.length));
        match gap {
            _ if self.parts.is_empty() => self.length = offset.unwrap_or(0),
            Some(gap) if gap <= LONGEST_GAP => {
                self.text.extend(std::iter::repeat_n(' ', gap));
                self.length += gap;
            }
            _ => {
                self.text.push('\n');
                self.length = offset.unwrap_or(self.length + 1);
            }
        }
        let start = self.text.len();
        self.text += text;
        self.length = self.length.saturating_add(text.chars().count());
        let limit = context.options.limits.document_bytes;
        if self.text.len() > limit {
            return Err(Problem::TooLarge { what: "the document", limit }.into());
        }
        let span = ByteSpan { start, end: self.text.len() };
        self.parts.push(Part { offset, span, annotations: Vec::new() });
        Ok(())
    }

    fn finish(mut self, id: String, context: &mut Context) -> Result<LabelledDocument, Fault> {
        for (number, (annotation, _, part)) in self.annotations.iter_mut().enumerate() {
            let start = annotation.locations.iter().filter_map(|location| self::number(&location.offset)).min();
            // Without a part of its own, it is in the last that begins before it.
            let found = part.or_else(|| {
                let after = self.parts.iter().position(|part| part.offset > start);
                Some(after.unwrap_or(self.parts.len()).saturating_sub(1)).filter(|&part| part < self.parts.len())
            });
            *part = found;
            if let Some(part) = found {
                self.parts[part].annotations.push(number);
            }
        }
        let mut places: Vec<Option<ByteSpan>> = vec![None; self.annotations.len()];
        for part in &self.parts {
            let text = part.span.of(&self.text).unwrap_or_default();
            let (numbers, stated) = stated_in(part, &self.annotations, context);
            let spans = resolve(text, &stated, Unit::Expected(OffsetUnit::CodePoints), &mut context.report)?;
            for (number, span) in numbers.into_iter().zip(spans) {
                let at = part.span.start;
                places[number] = Some(ByteSpan { start: at + span.start, end: at + span.end });
            }
        }
        let mut document = LabelledDocument::new(id, self.text);
        let mut entities = Entities::default();
        for ((annotation, _, part), place) in self.annotations.into_iter().zip(places) {
            let Some(span) = place else {
                context.report.add(Loss::NoPlace, 1);
                continue;
            };
            let Some((key, kind)) = annotation.infons.first(ENTITY_TYPE) else {
                context.report.add(Loss::OtherRegions, 1);
                continue;
            };
            let is_linked = annotation.infons.first(LINKS).is_some();
            context.report.add(Loss::Normalisations, usize::from(is_linked));
            for (other, value) in annotation.infons.iter() {
                if other != key && !LINKS.contains(&other.as_str()) && !is_empty(value) {
                    context.unread(&format!("annotations[].infons.{other}"));
                }
            }
            let number = document.entities.len();
            entities.take(&annotation, key, part, number);
            let provenance = Provenance::Person;
            document.entities.push(LabelledEntity { kind, span, score: None, provenance });
        }
        entities.finish(&document);
        for (relation, parts) in self.relations {
            if let Some(relation) = entities.relation(&relation, &parts, context) {
                document.relations.push(relation);
            }
        }
        Ok(document)
    }
}

/// The annotations of a part that have a place, each with its number among all, and their places counted from its start.
fn stated_in(
    part: &Part,
    annotations: &[(Annotation, String, Option<usize>)],
    context: &mut Context,
) -> (Vec<usize>, Vec<StatedSpan>) {
    let mut placed = Vec::new();
    for &index in &part.annotations {
        let (annotation, field, _) = &annotations[index];
        let piece = |location: &Location| {
            let (start, length) = (number(&location.offset)?, number(&location.length)?);
            (length > 0).then_some((start, start.checked_add(length)?))
        };
        let pieces: Option<Vec<_>> = annotation.locations.iter().map(piece).collect();
        let pieces = pieces.unwrap_or_default();
        let (start, end) = (pieces.iter().map(|piece| piece.0).min(), pieces.iter().map(|piece| piece.1).max());
        let (Some(start), Some(end)) = (start, end) else { continue };
        context.report.add(Loss::Discontinuous, usize::from(pieces.len() > 1));
        let text = annotation.text.clone().filter(|_| pieces.len() == 1);
        placed.push((index, field, start, end, text));
    }
    let base = part.offset.unwrap_or(0);
    let counts_from_passage = base > 0 && placed.iter().any(|&(_, _, start, ..)| start < base);
    if counts_from_passage {
        context.report.note("Some annotations count from the start of their passage, not of the document.");
    }
    let base = if counts_from_passage { 0 } else { base };
    let stated = placed.into_iter().map(|(index, field, start, end, text)| {
        let range = TextRange { start: start.saturating_sub(base), end: end.saturating_sub(base) };
        (index, StatedSpan { field: field.clone(), range, text })
    });
    stated.unzip()
}

/// The entities by the names that relations have for them.
#[derive(Default)]
struct Entities {
    /// By part and id; the first, where ids repeat.
    by_part: HashMap<(usize, String), usize>,
    by_id: HashMap<String, usize>,
    /// Ids that stand in several parts.
    repeated: HashSet<String>,
    /// By the names of things in knowledge bases.
    by_thing: HashMap<String, Vec<usize>>,
    mentions: HashMap<String, Vec<Mention>>,
    /// The answers of [`nearest`], because many relations are between the same two.
    nearest: HashMap<(String, String), Option<(usize, usize)>>,
}

impl Entities {
    fn take(&mut self, annotation: &Annotation, type_key: &str, part: Option<usize>, entity: usize) {
        let id = annotation.id.0.clone();
        if !id.is_empty() {
            if let Some(part) = part {
                self.by_part.entry((part, id.clone())).or_insert(entity);
            }
            if *self.by_id.entry(id.clone()).or_insert(entity) != entity {
                self.repeated.insert(id);
            }
        }
        for (_, value) in annotation.infons.iter().filter(|(key, _)| *key != type_key) {
            for thing in things(value) {
                self.by_thing.entry(thing).or_default().push(entity);
            }
        }
    }

    /// Sorts the mentions of each thing.
    fn finish(&mut self, document: &LabelledDocument) {
        if self.by_thing.is_empty() {
            return;
        }
        let starts: Vec<usize> = sentences::split(&document.text).iter().map(|sentence| sentence.start).collect();
        for (thing, mut entities) in std::mem::take(&mut self.by_thing) {
            entities.dedup();
            let mention = |entity: usize| {
                let ByteSpan { start, end } = document.entities[entity].span;
                Mention { start, end, sentence: starts.partition_point(|&first| first <= start), entity }
            };
            let mut mentions: Vec<Mention> = entities.into_iter().map(mention).collect();
            mentions.sort_unstable();
            self.mentions.insert(thing, mentions);
        }
    }

    fn relation(
        &mut self,
        relation: &Relation,
        parts: &Range<usize>,
        context: &mut Context,
    ) -> Option<LabelledRelation> {
        let Some((key, kind)) = relation.infons.first(RELATION_TYPE) else {
            context.report.add(Loss::Untyped, 1);
            return None;
        };
        let ends = match self.things_of(relation, key) {
            Some((head, tail)) => {
                let pair = self.nearest(head, tail);
                context.report.add(Loss::BetweenThings, usize::from(pair.is_some()));
                pair
            }
            None => {
                let nodes: Vec<(Option<usize>, &str)> = (relation.nodes.iter())
                    .map(|node| (self.by_id(&node.refid.0, parts, &mut context.report), node.role.0.as_str()))
                    .collect();
                match nodes[..] {
                    [(Some(one), first), (Some(other), second)] => Some(in_order((one, first), (other, second))),
                    [_, _] => None,
                    _ => {
                        context.report.add(Loss::SeveralEnds, 1);
                        return None;
                    }
                }
            }
        };
        let Some((head, tail)) = ends else {
            context.report.add(Loss::NoEntity, 1);
            return None;
        };
        for (other, value) in relation.infons.iter() {
            let is_end = ENDS.iter().flatten().any(|end| end == other);
            if other != key
                && !is_end
                && !is_empty(value)
                && things(value).iter().all(|it| !self.mentions.contains_key(it))
            {
                context.unread(&format!("relations[].infons.{other}"));
            }
        }
        Some(LabelledRelation { kind, head, tail, score: None, provenance: Provenance::Person })
    }

    fn by_id(&self, id: &str, parts: &Range<usize>, report: &mut LossReport) -> Option<usize> {
        let here = parts.clone().find_map(|part| self.by_part.get(&(part, id.to_owned())));
        let is_clear = here.is_some() && parts.len() == 1;
        report.add(Loss::RepeatedNames, usize::from(!is_clear && self.repeated.contains(id)));
        here.or_else(|| self.by_id.get(id)).copied()
    }

    /// The things that a relation names, where it names things and not annotations.
    fn things_of(&self, relation: &Relation, type_key: &str) -> Option<(String, String)> {
        let infons = relation.infons.0.as_ref()?;
        let known = |value: &Value| things(value).into_iter().find(|thing| self.mentions.contains_key(thing));
        for [head, tail] in ENDS {
            if let (Some(head), Some(tail)) = (infons.get(*head), infons.get(*tail)) {
                // Named, though not mentioned, they are ends all the same.
                return Some((known(head).unwrap_or_default(), known(tail).unwrap_or_default()));
            }
        }
        if !relation.nodes.is_empty() {
            return None;
        }
        let mut named = infons.iter().filter(|(key, _)| *key != type_key).filter_map(|(_, value)| known(value));
        Some((named.next()?, named.next()?))
    }

    fn nearest(&mut self, head: String, tail: String) -> Option<(usize, usize)> {
        let (heads, tails) = (self.mentions.get(&head)?, self.mentions.get(&tail)?);
        *self.nearest.entry((head, tail)).or_insert_with(|| nearest(heads, tails))
    }
}

/// The two ends of a relation with their roles, head first: the roles say it, or the order of the file.
fn in_order((one, first): (usize, &str), (other, second): (usize, &str)) -> (usize, usize) {
    let is = |role: &str, roles: &[&str]| roles.iter().any(|known| role.eq_ignore_ascii_case(known));
    if is(first, SECOND_ROLES) && is(second, FIRST_ROLES) { (other, one) } else { (one, other) }
}

/// The names of things in a value: itself, the parts of a list, and each without the name of its knowledge base.
fn things(value: &Value) -> Vec<String> {
    let text = match value {
        Value::Object(fields) => match fields.get("identifier") {
            Some(identifier) => name_of(identifier),
            None => return Vec::new(),
        },
        Value::Array(values) => return values.iter().filter(|value| value.is_string()).flat_map(things).collect(),
        Value::Null | Value::Bool(_) => return Vec::new(),
        value => name_of(value),
    };
    let mut found = Vec::new();
    for name in text.split([',', ';', '|']).map(str::trim).filter(|name| !name.is_empty() && *name != "-") {
        found.push(name.to_owned());
        if let Some((_, bare)) = name.split_once(':').filter(|(_, bare)| !bare.is_empty()) {
            found.push(bare.to_owned());
        }
    }
    found
}

fn number(text: &Name) -> Option<usize> {
    text.0.trim().parse().ok()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty() || text == "-",
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Counts what is said about a document or a passage, of which nothing is kept.
fn unread_infons(path: &str, infons: &Infons, context: &mut Context) {
    for (key, _) in infons.iter().filter(|(_, value)| !is_empty(value)) {
        context.unread(&format!("{path}.{key}"));
    }
}
