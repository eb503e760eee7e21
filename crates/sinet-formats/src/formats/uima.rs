//! A CAS of Apache UIMA as INCEpTION and WebAnno export it: a text, and annotations of it in layers; positions in UTF-16
//! units, ends exclusive. `xmi` and `json` read the two forms into a [`Cas`], which becomes labelled documents here.
//!
//! Named entities and every custom layer of spans become entities, layers with `Governor` and `Dependent` and links from a
//! span to others become relations. Tokens and sentences are kept; other layers of DKPro are counted.
//!
//! The type of an entity is the value of its layer's feature `value`, or of the only one that looks like a label; a layer
//! without such a feature is a type itself. In a layer that has one, a span without it has no type.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sinet_text::{ByteSpan, OffsetUnit, Offsets, TextRange, WordRange};

use crate::context::Context;
use crate::document::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use crate::error::Fault;
use crate::loss_report::Loss;
use crate::positions::{StatedSpan, Unit, resolve};

pub(crate) mod json;
pub(crate) mod xmi;

/// The feature structures of a file.
#[derive(Default)]
struct Cas {
    structures: Vec<Structure>,
}

/// A feature structure: an annotation, a text, or something else that has features.
struct Structure {
    /// Its `xmi:id`.
    id: String,
    /// The package of its type, as in `webanno.custom`.
    package: String,
    /// Its type's own name, which is that of its layer.
    name: String,
    /// Names and values; a reference is the id of what it refers to, or several with spaces between them.
    features: Vec<(String, String)>,
}

/// The roles of a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Sofa,
    Token,
    Sentence,
    Metadata,
    /// An annotation of a layer that becomes neither entities nor relations.
    Other,
    Chain,
    Span,
    Relation,
    /// The way from a span to another.
    Link,
}

const NAMED_ENTITIES: &str = "de.tudarmstadt.ukp.dkpro.core.api.ner.type";
const COREFERENCE: &str = "de.tudarmstadt.ukp.dkpro.core.api.coref.type";
const METADATA: &[&str] = &[
    "uima.cas",
    "uima.tcas",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type",
    "de.tudarmstadt.ukp.clarin.webanno.api.type",
    "org.dkpro.core.api.xml.type",
];
/// Features of every annotation, which are no labels.
const BUILT_IN: &[&str] =
    &["sofa", "begin", "end", "Governor", "Dependent", "next", "first", "target", "order", "uuid", "id"];
/// Features that name a label, the likelier ones first.
const LABELS: &[&str] = &["value", "label", "type", "class", "category", "tag", "relation", "relationType", "role"];
/// Features that link to a knowledge base.
const IDENTIFIERS: &[&str] = &["identifier", "iri", "concept"];

impl Structure {
    fn feature(&self, name: &str) -> Option<&str> {
        let found = self.features.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        found.filter(|value| !value.is_empty())
    }

    fn range(&self) -> Option<TextRange> {
        let number = |name| self.feature(name)?.parse::<usize>().ok();
        Some(TextRange { start: number("begin")?, end: number("end")? })
    }

    fn role(&self) -> Role {
        let package = self.package.as_str();
        match (package, self.name.as_str()) {
            ("uima.cas", "Sofa") => return Role::Sofa,
            // Every project has its own package for these.
            (_, "Token") if self.range().is_some() => return Role::Token,
            (_, "Sentence") if self.range().is_some() => return Role::Sentence,
            (NAMED_ENTITIES, _) if self.range().is_some() => return Role::Span,
            (COREFERENCE, "CoreferenceChain") => return Role::Chain,
            ("uima.tcas", "Annotation") => return Role::Other,
            _ if METADATA.contains(&package) => return Role::Metadata,
            _ if package.starts_with("de.tudarmstadt.ukp.dkpro.core") || package.starts_with("org.dkpro.core") => {
                return Role::Other;
            }
            _ => {}
        }
        let has = |name| self.feature(name).is_some();
        if has("Governor") || has("Dependent") {
            Role::Relation
        } else if self.name.ends_with("Chain") && has("first") {
            Role::Chain
        } else if self.range().is_some() {
            Role::Span
        } else if has("target") {
            Role::Link
        } else {
            Role::Other
        }
    }
}

/// What is read of one text.
#[derive(Default)]
struct View<'c> {
    tokens: Vec<TextRange>,
    sentences: Vec<TextRange>,
    spans: Vec<&'c Structure>,
    relations: Vec<&'c Structure>,
}

/// The documents of a CAS: one for each of its texts.
fn documents(cas: &Cas, context: &mut Context) -> Result<Vec<LabelledDocument>, Fault> {
    let mut views: BTreeMap<&str, View> = BTreeMap::new();
    let (mut sofas, mut links, mut title) = (Vec::new(), HashMap::new(), None);
    for structure in &cas.structures {
        let sofa = structure.feature("sofa").unwrap_or_default();
        match structure.role() {
            Role::Sofa => sofas.push(structure),
            Role::Token => views.entry(sofa).or_default().tokens.extend(structure.range()),
            Role::Sentence => views.entry(sofa).or_default().sentences.extend(structure.range()),
            Role::Span => views.entry(sofa).or_default().spans.push(structure),
            Role::Relation => views.entry(sofa).or_default().relations.push(structure),
            Role::Link => drop(links.insert(structure.id.as_str(), structure)),
            Role::Chain => context.report.add(Loss::Coreference, 1),
            Role::Other => {
                context.report.lose(Loss::OtherLayers, &format!("`{}`", crate::error::shortened(&structure.name)))
            }
            Role::Metadata if structure.name == "DocumentMetaData" => {
                title = structure.feature("documentTitle").or_else(|| structure.feature("documentId"));
            }
            Role::Metadata => {}
        }
    }
    let labels = Labels::of(cas);
    let title = title.unwrap_or_default().to_owned();
    context.id = Some(title.clone());
    let mut documents = Vec::new();
    for sofa in sofas {
        let Some(text) = sofa.feature("sofaString") else {
            context.report.lose(Loss::UnreadRecords, "a view without text");
            continue;
        };
        let view = views.remove(sofa.id.as_str()).unwrap_or_default();
        documents.push(view.document(&title, text, &labels, &links, cas, context)?);
    }
    let orphans: usize = views.values().map(|view| view.spans.len() + view.relations.len()).sum();
    context.report.add(Loss::NoPlace, orphans);
    Ok(documents)
}

/// The feature of each layer that names the label, `None` where the layer is the label.
struct Labels<'c>(HashMap<(&'c str, &'c str), Option<&'c str>>);

impl<'c> Labels<'c> {
    fn of(cas: &'c Cas) -> Self {
        let mut layers: HashMap<(&str, &str), BTreeSet<&str>> = HashMap::new();
        let mut no_labels: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        for structure in &cas.structures {
            if !matches!(structure.role(), Role::Span | Role::Relation | Role::Link) {
                continue;
            }
            let (package, name) = (structure.package.as_str(), structure.name.as_str());
            let features = layers.entry((package, name)).or_default();
            for (feature, value) in &structure.features {
                if BUILT_IN.contains(&feature.as_str()) || IDENTIFIERS.contains(&feature.as_str()) || value.is_empty() {
                    continue;
                }
                features.insert(feature);
                let is_label = value.chars().any(char::is_alphabetic) && !matches!(value.as_str(), "true" | "false");
                if !is_label {
                    no_labels.insert((package, name, feature));
                }
            }
        }
        let label = |(package, name): (&'c str, &'c str), features: BTreeSet<&'c str>| {
            let usual = LABELS.iter().find_map(|label| features.get(label).copied());
            let mut others = features.iter().filter(|feature| !no_labels.contains(&(package, name, feature)));
            usual.or_else(|| others.next().copied().filter(|_| others.next().is_none()))
        };
        Self(layers.into_iter().map(|(layer, features)| (layer, label(layer, features))).collect())
    }

    /// The label of a structure, `None` if it has none although its layer has.
    fn label(&self, structure: &Structure) -> Option<String> {
        match self.feature(structure) {
            Some(feature) => structure.feature(feature).map(str::to_owned),
            None => Some(structure.name.clone()),
        }
    }

    fn feature(&self, structure: &Structure) -> Option<&'c str> {
        *self.0.get(&(structure.package.as_str(), structure.name.as_str()))?
    }

    /// Counts the features of a label that are not read.
    fn count_others(&self, structure: &Structure, is_read: impl Fn(&str) -> bool, context: &mut Context) {
        let label = self.feature(structure);
        for (feature, value) in &structure.features {
            if IDENTIFIERS.contains(&feature.as_str()) && !value.is_empty() {
                context.report.add(Loss::Normalisations, 1);
                continue;
            }
            let is_known = BUILT_IN.contains(&feature.as_str()) || Some(feature.as_str()) == label;
            if !is_known && !value.is_empty() && !is_read(value) {
                context.unread(&format!("{}.{feature}", structure.name));
            }
        }
    }
}

impl View<'_> {
    fn document(
        self,
        title: &str,
        text: &str,
        labels: &Labels,
        links: &HashMap<&str, &Structure>,
        cas: &Cas,
        context: &mut Context,
    ) -> Result<LabelledDocument, Fault> {
        let mut document = LabelledDocument::new(title, text);
        let (mut kinds, mut stated, mut entities) = (Vec::new(), Vec::new(), HashMap::new());
        let mut ways = Vec::new();
        for span in self.spans {
            let range = span.range().unwrap_or(TextRange { start: 0, end: 0 });
            let Some(kind) = labels.label(span) else {
                context.report.add(Loss::OtherRegions, 1);
                continue;
            };
            if range.start >= range.end {
                context.report.add(Loss::NoPlace, 1);
                continue;
            }
            entities.insert(span.id.as_str(), kinds.len());
            let field = format!("{} {}", span.name, span.id);
            stated.push(StatedSpan { field, range, text: None });
            kinds.push(kind);
            let is_way = |value: &str| value.split(' ').any(|id| links.contains_key(id));
            for (_, value) in span.features.iter().filter(|(name, _)| !BUILT_IN.contains(&name.as_str())) {
                let found = value.split(' ').filter_map(|id| links.get(id));
                ways.extend(found.map(|link| (span.id.as_str(), *link)));
            }
            labels.count_others(span, is_way, context);
        }
        let spans = resolve(text, &stated, Unit::Expected(OffsetUnit::Utf16), &mut context.report)?;
        for (kind, span) in kinds.into_iter().zip(spans) {
            let provenance = Provenance::Person;
            document.entities.push(LabelledEntity { kind, span, score: None, provenance });
        }
        let mut relate = |kind: Option<String>, head: Option<usize>, tail: Option<usize>, context: &mut Context| {
            let loss = match (kind, head, tail) {
                (Some(kind), Some(head), Some(tail)) => {
                    let provenance = Provenance::Person;
                    document.relations.push(LabelledRelation { kind, head, tail, score: None, provenance });
                    return;
                }
                (None, ..) => Loss::Untyped,
                _ => Loss::NoEntity,
            };
            context.report.add(loss, 1);
        };
        let at_token = Ends::of(&document.entities, cas, text);
        for relation in self.relations {
            let end = |name| {
                let id = relation.feature(name)?;
                entities.get(id).copied().or_else(|| at_token.entity(id))
            };
            relate(labels.label(relation), end("Governor"), end("Dependent"), context);
            labels.count_others(relation, |_| false, context);
        }
        for (host, link) in ways {
            let target = link.feature("target").and_then(|id| entities.get(id));
            relate(labels.label(link), entities.get(host).copied(), target.copied(), context);
            labels.count_others(link, |_| false, context);
        }
        (document.words, document.sentences) = segments(text, self.tokens, self.sentences);
        Ok(document)
    }
}

/// The ends of relations that are tokens: those between which a person drew them stand for the entity at their place.
struct Ends<'c> {
    tokens: HashMap<&'c str, ByteSpan>,
    entities: HashMap<ByteSpan, usize>,
}

impl<'c> Ends<'c> {
    fn of(entities: &[LabelledEntity], cas: &'c Cas, text: &str) -> Self {
        let offsets = Offsets::new(text);
        let tokens = cas.structures.iter().filter(|structure| structure.role() == Role::Token);
        let tokens =
            tokens.filter_map(|token| Some((token.id.as_str(), offsets.byte_span(token.range()?, OffsetUnit::Utf16)?)));
        let entities = entities.iter().enumerate().rev().map(|(index, entity)| (entity.span, index));
        Self { tokens: tokens.collect(), entities: entities.collect() }
    }

    fn entity(&self, id: &str) -> Option<usize> {
        self.entities.get(self.tokens.get(id)?).copied()
    }
}

/// Words and sentences, none where they do not fit the text or each other.
fn segments(text: &str, tokens: Vec<TextRange>, sentences: Vec<TextRange>) -> (Vec<ByteSpan>, Vec<WordRange>) {
    let offsets = Offsets::new(text);
    let in_bytes = |mut ranges: Vec<TextRange>| -> Option<Vec<ByteSpan>> {
        ranges.sort_unstable_by_key(|range| (range.start, range.end));
        let spans: Option<Vec<ByteSpan>> =
            ranges.into_iter().map(|range| offsets.byte_span(range, OffsetUnit::Utf16)).collect();
        spans.filter(|spans| {
            spans.iter().all(|span| span.start < span.end) && spans.is_sorted_by(|one, next| one.end <= next.start)
        })
    };
    let Some(words) = in_bytes(tokens) else { return (Vec::new(), Vec::new()) };
    let sentences = in_bytes(sentences).unwrap_or_default().into_iter().map(|sentence| WordRange {
        start: words.partition_point(|word| word.start < sentence.start),
        end: words.partition_point(|word| word.end <= sentence.end),
    });
    let mut kept: Vec<WordRange> = sentences.filter(|sentence| sentence.start < sentence.end).collect();
    if !kept.is_sorted_by(|one, next| one.end <= next.start) {
        kept.clear();
    }
    (words, kept)
}
