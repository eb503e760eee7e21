//! A stretch of text with a type, in the ways in which tools write one.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::lenient::{List, Name, Position, Row, Score};

/// A stretch of text with a type: an object such as `{"start": 0, "end": 3, "label": "Peop"}`, a list such as
/// `[0, 3, "Peop"]`, or one such as `["Peop", 0, 3]`.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// Its name; `null` if it has none.
    pub id: Value,
    pub start: Position,
    pub end: Position,
    pub kind: Name,
    /// The text that stands beside it.
    pub text: Option<String>,
    pub score: Score,
    /// Fields with a further type, which are not used.
    pub unused: Vec<&'static str>,
}

/// The value of a field that tools use for stretches and for classes of the whole text.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub stretches: Vec<Stretch>,
    /// How many there are that are no stretches.
    pub classes: usize,
}

#[derive(Deserialize)]
#[serde(expecting = "an entity with `start`, `end` and `label`")]
struct Fields {
    #[serde(default)]
    id: Value,
    #[serde(
        alias = "start_offset",
        alias = "begin",
        alias = "start_char",
        alias = "startOffset",
        alias = "begin_offset"
    )]
    start: Position,
    #[serde(alias = "end_offset", alias = "end_char", alias = "endOffset")]
    end: Position,
    label_name: Option<Name>,
    #[serde(default, deserialize_with = "present")]
    label: Option<Name>,
    #[serde(default, deserialize_with = "present", rename = "type")]
    kind: Option<Name>,
    entity_group: Option<Name>,
    entity_type: Option<Name>,
    tag: Option<Name>,
    category: Option<Name>,
    entity: Option<Name>,
    #[serde(alias = "word", alias = "mention", alias = "surface")]
    text: Option<Name>,
    #[serde(default, alias = "confidence")]
    score: Score,
}

/// `null` is an empty name, and not as if nothing stood there.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Name>, D::Error> {
    Name::deserialize(deserializer).map(Some)
}

impl<'de> Deserialize<'de> for Stretch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Stretch;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter
                    .write_str("an entity, as in [0, 3, \"Peop\"] or {\"start\": 0, \"end\": 3, \"label\": \"Peop\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Stretch, A::Error> {
                use serde::de::Error;
                let fields = Fields::deserialize(MapAccessDeserializer::new(fields))?;
                // doccano's `label` is the number of what `label_name` names.
                let label = fields.label_name.filter(|name| !name.0.is_empty()).or(fields.label);
                let kinds = [
                    ("label", label),
                    ("type", fields.kind),
                    ("entity_group", fields.entity_group),
                    ("entity_type", fields.entity_type),
                    ("tag", fields.tag),
                    ("category", fields.category),
                    ("entity", fields.entity),
                ];
                let mut kinds = kinds.into_iter().filter_map(|(field, kind)| Some((field, kind?)));
                let (_, kind) = kinds.next().ok_or_else(|| A::Error::missing_field("label"))?;
                Ok(Stretch {
                    id: fields.id,
                    start: fields.start,
                    end: fields.end,
                    unused: kinds.filter(|(_, further)| *further != kind).map(|(field, _)| field).collect(),
                    kind,
                    text: fields.text.map(|Name(text)| text).filter(|text| !text.is_empty()),
                    score: fields.score,
                })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Stretch, A::Error> {
                use serde::de::Error;
                let missing = |index| A::Error::invalid_length(index, &self);
                let first: Name = elements.next_element()?.ok_or_else(|| missing(0))?;
                let (start, end, kind) = match first.0.trim().parse() {
                    Ok(start) => {
                        let end = elements.next_element()?.ok_or_else(|| missing(1))?;
                        (Position(start), end, elements.next_element()?.unwrap_or_default())
                    }
                    Err(_) => {
                        let start = elements.next_element()?.ok_or_else(|| missing(1))?;
                        (start, elements.next_element()?.ok_or_else(|| missing(2))?, first)
                    }
                };
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Stretch {
                    id: Value::Null,
                    start,
                    end,
                    kind,
                    text: None,
                    score: Score::default(),
                    unused: Vec::new(),
                })
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Labels;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a list of entities")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Labels, A::Error> {
                let mut labels = Labels::default();
                while let Some(label) = elements.next_element()? {
                    match label {
                        Label::Stretch(stretch) => labels.stretches.push(stretch),
                        Label::Class => labels.classes += 1,
                    }
                }
                Ok(labels)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut kinds: A) -> Result<Labels, A::Error> {
                let mut labels = Labels::default();
                while let Some((Name(kind), places)) = kinds.next_entry::<Name, ByText>()? {
                    for (text, places) in places.0 {
                        labels.stretches.extend(places.0.into_iter().map(|Row((start, end))| {
                            // Ends may be counted in either way here; the text shows which.
                            let last = text
                                .as_ref()
                                .is_some_and(|text| end.0.checked_sub(start.0) == text.chars().count().checked_sub(1));
                            Stretch {
                                id: Value::Null,
                                start,
                                end: Position(end.0.saturating_add(usize::from(last))),
                                kind: Name(kind.clone()),
                                text: text.clone(),
                                score: Score::default(),
                                unused: Vec::new(),
                            }
                        }));
                    }
                }
                Ok(labels)
            }

            fn visit_unit<E>(self) -> Result<Labels, E> {
                Ok(Labels::default())
            }

            fn visit_str<E>(self, class: &str) -> Result<Labels, E> {
                Ok(Labels { classes: usize::from(!class.is_empty()), ..Labels::default() })
            }

            fn visit_u64<E>(self, _: u64) -> Result<Labels, E> {
                Ok(Labels { classes: 1, ..Labels::default() })
            }

            fn visit_i64<E>(self, _: i64) -> Result<Labels, E> {
                Ok(Labels { classes: 1, ..Labels::default() })
            }

            fn visit_bool<E>(self, _: bool) -> Result<Labels, E> {
                Ok(Labels { classes: 1, ..Labels::default() })
            }
        }

        deserializer.deserialize_any(All)
    }
}

/// The places of one type: a list, or an object with a list for each text, as in `{"Ada": [[0, 2]]}`.
struct ByText(Vec<(Option<String>, Places)>);

/// Pairs of start and end.
type Places = List<Row<(Position, Position)>>;

impl<'de> Deserialize<'de> for ByText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = ByText;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("places, as in [[0, 3]] or {\"Ada\": [[0, 2]]}")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<ByText, A::Error> {
                let places = Vec::deserialize(SeqAccessDeserializer::new(elements))?;
                Ok(ByText(vec![(None, List(places))]))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut texts: A) -> Result<ByText, A::Error> {
                let mut all = Vec::new();
                while let Some((text, places)) = texts.next_entry()? {
                    all.push((Some(text), places));
                }
                Ok(ByText(all))
            }

            fn visit_unit<E>(self) -> Result<ByText, E> {
                Ok(ByText(Vec::new()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A stretch, or the name of a class.
enum Label {
    Stretch(Stretch),
    Class,
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Label;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter
                    .write_str("an entity, as in [0, 3, \"Peop\"] or {\"start\": 0, \"end\": 3, \"label\": \"Peop\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Label, A::Error> {
                Stretch::deserialize(MapAccessDeserializer::new(fields)).map(Label::Stretch)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Label, A::Error> {
                Stretch::deserialize(SeqAccessDeserializer::new(elements)).map(Label::Stretch)
            }

            fn visit_str<E>(self, _: &str) -> Result<Label, E> {
                Ok(Label::Class)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Label, E> {
                Ok(Label::Class)
            }
        }

        deserializer.deserialize_any(One)
    }
}
