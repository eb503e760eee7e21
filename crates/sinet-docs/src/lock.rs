//! `sinet.lock.json`: what models have said of the texts in the docs, so that a build needs none.
//!
//! A JSON array with an entry a line, sorted by its key, so that two branches which add texts rarely touch the same
//! lines, and a reviewer sees what a model has come to say. The first line names the version of the file; then come the
//! models, then the texts; the last line stays as it is, so that every entry ends in a comma.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{Annotation, ByteSpan, OffsetUnit, Offsets, Schema, TextRange, Types};

use crate::error::{Error, Errors, Problem};

/// Name of the file, in the docs folder.
pub const LOCK: &str = "sinet.lock.json";

/// The version of the file's form.
pub const VERSION: u64 = 1;

/// The version of the rules by which an entry becomes a picture. It goes up when an older entry would be drawn wrongly.
pub const RENDERER: u64 = 1;

/// Two scores that differ by no more than this are the same.
pub const TOLERANCE: f32 = 1e-3;

/// What models have said of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    models: BTreeMap<String, LockedModel>,
    /// By their keys.
    readings: BTreeMap<String, Reading>,
}

/// A model, as far as its readings depend on it.
#[derive(Debug, Clone, PartialEq)]
pub struct LockedModel {
    /// The fingerprint of its manifest.
    pub manifest: String,
    /// Its types.
    pub schema: Schema,
}

/// A question to a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question<'a> {
    /// Name of the model.
    pub model: &'a str,
    /// The text.
    pub text: &'a str,
    /// The lowest probability of a relation, 0 to 1, if it is not the model's.
    pub threshold: Option<f32>,
}

/// What a model has said of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The key of its question.
    pub key: String,
    renderer: u64,
    /// Name of the model.
    pub model: String,
    /// The fingerprint of its manifest.
    pub manifest: String,
    /// The lowest probability of a relation, 0 to 1, if it was not the model's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f32>,
    /// The text.
    pub text: String,
    /// The entities that it found, by start, then end.
    pub entities: Vec<LockedEntity>,
    /// The relations that it found.
    pub relations: Vec<LockedRelation>,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedEntity {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its first code point.
    pub start: usize,
    /// The code point after its last.
    pub end: usize,
    /// The text it covers.
    pub text: String,
    /// Probability, 0 to 1, rounded to 4 digits.
    pub score: f32,
}

/// A relation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedRelation {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Index of its head in the entities.
    pub head: usize,
    /// Index of its tail in the entities.
    pub tail: usize,
    /// Probability, 0 to 1, rounded to 4 digits.
    pub score: f32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelLine {
    model: String,
    manifest: String,
    types: Schema,
}

const FIRST: &str = r#"{"lock":1,"by":"sinet docs update"},"#;
const LAST: &str = r#"{"end":true}"#;

impl Question<'_> {
    /// A name for the question: the start of a SHA-256, as 16 hexadecimal digits.
    pub fn key(&self) -> String {
        let threshold = self.threshold.map_or_else(String::new, |threshold| threshold.to_string());
        let mut hash = Sha256::new();
        for part in [self.model, &threshold, self.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Reading {
    /// What `annotation` says, as the answer to a question.
    pub fn new(question: &Question, manifest: &str, annotation: &Annotation) -> Self {
        let rounded = |score: f32| (score * 1e4).round() / 1e4;
        let entities = annotation.entities.iter().map(|entity| LockedEntity {
            kind: entity.kind.clone(),
            start: entity.range.start,
            end: entity.range.end,
            text: entity.text.clone(),
            score: rounded(entity.score),
        });
        let relations = annotation.relations.iter().map(|relation| LockedRelation {
            kind: relation.kind.clone(),
            head: relation.head,
            tail: relation.tail,
            score: rounded(relation.score),
        });
        Self {
            key: question.key(),
            renderer: RENDERER,
            model: question.model.to_owned(),
            manifest: manifest.to_owned(),
            threshold: question.threshold,
            text: question.text.to_owned(),
            entities: entities.collect(),
            relations: relations.collect(),
        }
    }

    fn question(&self) -> Question<'_> {
        Question { model: &self.model, text: &self.text, threshold: self.threshold }
    }

    /// The text with what was found.
    ///
    /// # Errors
    /// The first part that does not fit the text.
    pub fn document(&self) -> Result<LabelledDocument, Problem> {
        let offsets = Offsets::new(&self.text);
        let mut document = LabelledDocument::new("", self.text.as_str());
        for (index, entity) in self.entities.iter().enumerate() {
            let range = TextRange { start: entity.start, end: entity.end };
            let span = offsets.byte_span(range, OffsetUnit::CodePoints);
            let span: Option<ByteSpan> = span.filter(|span| span.of(&self.text) == Some(&*entity.text));
            document.entities.push(LabelledEntity {
                kind: entity.kind.clone(),
                span: span.ok_or_else(|| {
                    Problem::Damaged(format!("entities[{index}] is not {:?} in its text", entity.text))
                })?,
                score: Some(entity.score),
                provenance: Provenance::Model,
            });
        }
        let relations = self.relations.iter().map(|relation| LabelledRelation {
            kind: relation.kind.clone(),
            head: relation.head,
            tail: relation.tail,
            score: Some(relation.score),
            provenance: Provenance::Model,
        });
        document.relations = relations.collect();
        document.check().map_err(|error| Problem::Damaged(error.to_string()))?;
        Ok(document)
    }

    /// What `later` says otherwise, a clause each, with the labels.
    pub fn drift(&self, later: &Self) -> Vec<String> {
        let mut drift = Vec::new();
        let entity = |entity: &LockedEntity| format!("{} {:?}", entity.kind, entity.text);
        let old = by(&self.entities, |entity| (entity.start, entity.end));
        let new = by(&later.entities, |entity| (entity.start, entity.end));
        compare(&old, &new, |entity| (entity.kind.clone(), entity.score), entity, &mut drift);
        let relation = |reading: &Self, relation: &LockedRelation| {
            let end = |index: usize| reading.entities.get(index).map_or("", |entity| &entity.text);
            format!("{} from {:?} to {:?}", relation.kind, end(relation.head), end(relation.tail))
        };
        let ends = |reading: &Self, relation: &LockedRelation| {
            let place = |index: usize| reading.entities.get(index).map(|entity| (entity.start, entity.end));
            (place(relation.head), place(relation.tail), relation.kind.clone())
        };
        let told = |reading: &Self| -> BTreeMap<_, _> {
            let relations = reading.relations.iter();
            relations.map(|each| (ends(reading, each), (relation(reading, each), each.score))).collect()
        };
        let said = |(_, score): &(String, f32)| (String::new(), *score);
        compare(&told(self), &told(later), said, |(text, _)| text.clone(), &mut drift);
        drift
    }
}

fn by<T: Clone, K: Ord>(items: &[T], key: impl Fn(&T) -> K) -> BTreeMap<K, T> {
    items.iter().map(|item| (key(item), item.clone())).collect()
}

/// Says what is in one of the maps only, or differs between them by its name or its score.
fn compare<K: Ord, T>(
    old: &BTreeMap<K, T>,
    new: &BTreeMap<K, T>,
    said: impl Fn(&T) -> (String, f32),
    told: impl Fn(&T) -> String,
    drift: &mut Vec<String>,
) {
    for (place, before) in old {
        let Some(after) = new.get(place) else {
            drift.push(format!("{} is not found any more", told(before)));
            continue;
        };
        let ((kind, score), (new_kind, new_score)) = (said(before), said(after));
        if kind != new_kind {
            drift.push(format!("{} has become {new_kind}", told(before)));
        } else if (score - new_score).abs() > TOLERANCE {
            drift.push(format!("the score of {} was {score} and is {new_score}", told(before)));
        }
    }
    let fresh = new.iter().filter(|(place, _)| !old.contains_key(place));
    drift.extend(fresh.map(|(_, after)| format!("{} is new", told(after))));
}

impl LockedModel {
    /// Its types, as pictures name them.
    pub fn types(&self) -> Types {
        Types::from(&self.schema)
    }
}

impl Lock {
    /// Reads the file; without one the lock is empty.
    ///
    /// # Errors
    /// Every line that is wrong, or the file if it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Errors> {
        let (lock, errors) = Self::read_what_is_right(path)?;
        Errors::check(errors)?;
        Ok(lock)
    }

    /// Reads the entries that are right, whatever else stands in the file, and says what is wrong.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read_what_is_right(path: &Path) -> Result<(Self, Vec<Error>), Errors> {
        match fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok((Self::default(), Vec::new())),
            Err(error) => Err(Error::in_file(path, Problem::Read(error)).into()),
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    let (lock, problems) = Self::parse(&text);
                    let errors = problems.into_iter().map(|(line, problem)| Error::at(path, line, problem));
                    Ok((lock, errors.collect()))
                }
                Err(_) => Ok((Self::default(), vec![Error::in_file(path, Problem::NotUtf8)])),
            },
        }
    }

    /// The entries of a file that are right, and the lines that are not, counted from 1.
    pub fn parse(text: &str) -> (Self, Vec<(usize, Problem)>) {
        let mut lock = Self::default();
        let mut problems = Vec::new();
        let mut lines_of: HashMap<String, usize> = HashMap::new();
        let mut model_lines: HashMap<String, usize> = HashMap::new();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        if let Some(line) = lines.iter().position(|line| is_conflict(line)) {
            problems.push((line + 1, Problem::Conflict));
        }
        let mut frame = Frame::default();
        for (index, line) in lines.iter().enumerate() {
            let number = index + 1;
            if line.is_empty() || is_conflict(line) || frame.take(line) {
                continue;
            }
            match parse_line(line) {
                Ok(Line::Version(VERSION)) => {}
                Ok(Line::Version(version)) => problems.push((number, Problem::Version(version))),
                Ok(Line::Model(name, model)) => match lock.models.get(&name) {
                    Some(known) if *known != model => {
                        problems.push((number, Problem::OtherModel { line: model_lines[&name], model: name }));
                    }
                    _ => {
                        model_lines.insert(name.clone(), number);
                        lock.models.insert(name, model);
                    }
                },
                Ok(Line::Reading(reading)) => match lines_of.get(&reading.key) {
                    Some(&other) if lock.readings[&reading.key] != reading => {
                        problems.push((number, Problem::Again(other)));
                    }
                    _ => {
                        lines_of.insert(reading.key.clone(), number);
                        lock.readings.insert(reading.key.clone(), reading);
                    }
                },
                Err(problem) => problems.push((number, problem)),
            }
        }
        if !text.trim().is_empty() && !frame.is_whole() && problems.is_empty() {
            problems.push((lines.len().max(1), Problem::Damaged("its first or last lines are missing".to_owned())));
        }
        for reading in lock.readings.values() {
            let line = lines_of[&reading.key];
            match lock.models.get(&reading.model) {
                Some(model) if model.manifest == reading.manifest => {}
                Some(_) => {
                    let model = reading.model.clone();
                    problems.push((line, Problem::OtherModel { line: model_lines[&model], model }));
                }
                None => {
                    let problem = format!("the model {:?} has no line", reading.model);
                    problems.push((line, Problem::Damaged(problem)));
                }
            }
        }
        let wrong: Vec<usize> = problems.iter().map(|(line, _)| *line).collect();
        lock.readings.retain(|key, _| !wrong.contains(&lines_of[key]));
        problems.sort_by_key(|(line, _)| *line);
        (lock, problems)
    }

    /// The file.
    pub fn to_json(&self) -> String {
        let line = |line: String| line + ",\n";
        let json = |value: Result<String, serde_json::Error>| value.expect("an entry is plain JSON");
        let models = self.models.iter().map(|(name, LockedModel { manifest, schema })| {
            json(serde_json::to_string(&ModelLine {
                model: name.clone(),
                manifest: manifest.clone(),
                types: schema.clone(),
            }))
        });
        let readings = self.readings.values().map(|reading| json(serde_json::to_string(reading)));
        let lines: String = models.chain(readings).map(line).collect();
        format!("[\n{FIRST}\n{lines}{LAST}\n]\n")
    }

    /// The answer to a question, if it is there.
    pub fn get(&self, question: &Question) -> Option<&Reading> {
        self.readings.get(&question.key()).filter(|reading| reading.question() == *question)
    }

    /// A model by its name.
    pub fn model(&self, name: &str) -> Option<&LockedModel> {
        self.models.get(name)
    }

    /// The names of all models.
    pub fn model_names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    /// The keys of all readings.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.readings.keys().map(String::as_str)
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Adds a model, or gives its name to another.
    pub fn insert_model(&mut self, name: impl Into<String>, model: LockedModel) {
        self.models.insert(name.into(), model);
    }

    /// Adds a reading, in place of an earlier one of the same question.
    pub fn insert(&mut self, reading: Reading) {
        self.readings.insert(reading.key.clone(), reading);
    }
}

/// The lines around the entries.
#[derive(Default)]
struct Frame {
    open: bool,
    first: bool,
    last: bool,
    close: bool,
}

impl Frame {
    /// Whether a line is one of the frame's.
    fn take(&mut self, line: &str) -> bool {
        let part = match line {
            "[" => &mut self.open,
            FIRST => &mut self.first,
            LAST => &mut self.last,
            "]" => &mut self.close,
            _ => return false,
        };
        *part = true;
        true
    }

    fn is_whole(&self) -> bool {
        self.open && self.first && self.last && self.close
    }
}

/// An entry.
enum Line {
    Version(u64),
    Model(String, LockedModel),
    Reading(Reading),
}

/// What every line may say of its version.
#[derive(Deserialize)]
struct Versions {
    lock: Option<u64>,
    renderer: Option<u64>,
    types: Option<serde::de::IgnoredAny>,
}

fn parse_line(line: &str) -> Result<Line, Problem> {
    let json = line.strip_suffix(',').unwrap_or(line);
    let damaged = |error: serde_json::Error| {
        // The line is named by whoever knows it, and a person who restores the file needs no list of fields.
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().and_then(|reason| reason.split(", expected one of").next());
        Problem::Damaged(reason.unwrap_or_default().to_owned())
    };
    let versions: Versions = serde_json::from_str(json).map_err(damaged)?;
    match versions {
        Versions { lock: Some(version), .. } => Ok(Line::Version(version)),
        Versions { types: Some(_), .. } => {
            let line: ModelLine = serde_json::from_str(json).map_err(damaged)?;
            Ok(Line::Model(line.model, LockedModel { manifest: line.manifest, schema: line.types }))
        }
        Versions { renderer: Some(version), .. } if version != RENDERER => Err(Problem::Renderer(version)),
        _ => {
            let reading: Reading = serde_json::from_str(json).map_err(damaged)?;
            if reading.key != reading.question().key() {
                return Err(Problem::Damaged("its key is not that of its text".to_owned()));
            }
            reading.document()?;
            Ok(Line::Reading(reading))
        }
    }
}

fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}
