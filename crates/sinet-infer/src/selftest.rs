//! `selftest.json`: what a model said of a few sentences when it was made, to compare with what it says here.
//!
//! A browser's graphics driver may compute wrong numbers without reporting an error; this is how that is noticed.

use serde::{Deserialize, Serialize};
use sinet_text::{Document, WordRange};

use crate::annotate::AnnotateError;
use crate::config::FORMAT_VERSION;
use crate::model::Model;

/// Name of the self-test inside a model folder.
pub const SELF_TEST: &str = "selftest.json";

/// How far a score or a hidden state may lie from the recorded one. Devices differ by about 1e-5; a wrong
/// kernel by far more.
const TOLERANCE: f32 = 5e-3;

/// Numbers of the hidden state of `[CLS]` that are recorded.
const HIDDEN_NUMBERS: usize = 8;

/// The contents of `selftest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// The version of `config.json` that it belongs to.
    pub format_version: u32,
    /// How far a score or a hidden state may lie from the recorded one.
    pub tolerance: f32,
    /// The sentences.
    pub cases: Vec<Case>,
}

/// One sentence of a [`SelfTest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What is read.
    pub words: Vec<String>,
    /// The first numbers of the encoder's hidden state of `[CLS]`.
    pub hidden: Vec<f32>,
    /// The entities found.
    pub entities: Vec<CaseEntity>,
    /// The relations found.
    pub relations: Vec<CaseRelation>,
}

/// An entity of a [`Case`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseEntity {
    /// Its words, as indices into [`Case::words`].
    #[serde(flatten)]
    pub words: WordRange,
    /// Type name.
    #[serde(rename = "type")]
    pub kind: String,
    /// Probability.
    pub score: f32,
}

/// A relation of a [`Case`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRelation {
    /// Index into [`Case::entities`].
    pub head: usize,
    /// Index into [`Case::entities`].
    pub tail: usize,
    /// Type name.
    #[serde(rename = "type")]
    pub kind: String,
    /// Probability.
    pub score: f32,
}

impl SelfTest {
    /// Records what a model says of some sentences, each a list of words.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn record(model: &Model, sentences: &[Vec<String>]) -> Result<Self, AnnotateError> {
        let mut cases = Vec::with_capacity(sentences.len());
        for words in sentences {
            cases.push(case(model, words).await?);
        }
        Ok(Self { cases, ..Self::default() })
    }

    /// Reads a `selftest.json`.
    ///
    /// # Errors
    ///
    /// If it is not JSON of the right form.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The contents of a `selftest.json`.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a self-test is plain JSON")
    }
}

impl Default for SelfTest {
    /// A self-test without sentences, which every model passes.
    fn default() -> Self {
        Self { format_version: FORMAT_VERSION, tolerance: TOLERANCE, cases: Vec::new() }
    }
}

impl Model {
    /// Reads the sentences of the folder's `selftest.json` and compares with what is recorded there.
    ///
    /// A model made by [`Model::new`] has none, and passes.
    ///
    /// # Errors
    ///
    /// [`SelfTestError`]: the device fails or computes something else.
    pub async fn self_test(&self) -> Result<(), SelfTestError> {
        for (index, expected) in self.self_test.cases.iter().enumerate() {
            let found = case(self, &expected.words).await?;
            if let Err(what) = compare(expected, &found, self.self_test.tolerance) {
                return Err(SelfTestError::Differs { case: index + 1, what });
            }
        }
        Ok(())
    }
}

/// Why a model does not pass its self-test.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfTestError {
    /// The device failed.
    #[error(transparent)]
    Annotate(#[from] AnnotateError),
    /// The device computes something else.
    #[error("this device computes wrong numbers: {SELF_TEST}, sentence {case}: {what}; run on the CPU")]
    Differs {
        /// Number of the sentence, from 1.
        case: usize,
        /// What differs.
        what: Difference,
    },
}

/// What differs between a recorded [`Case`] and the one computed here.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// Another hidden state.
    #[error("the hidden state of [CLS] differs by {0}")]
    Hidden(f32),
    /// Other spans or types.
    #[error("other entities are found")]
    Entities,
    /// Other pairs or types.
    #[error("other relations are found")]
    Relations,
    /// Another probability.
    #[error("a score differs by {0}")]
    Score(f32),
}

async fn case(model: &Model, words: &[String]) -> Result<Case, AnnotateError> {
    let encoded = model.encode(Document::from_words(words)).await?;
    let hidden = encoded.cls()?.into_iter().flat_map(|state| state.into_iter().take(HIDDEN_NUMBERS)).collect();
    let found = model.predict(&encoded)?;
    let schema = model.schema();
    let entities = found.entities.iter().zip(found.entity_scores).map(|(entity, score)| CaseEntity {
        words: entity.words,
        kind: schema.entities[entity.kind].name.clone(),
        score,
    });
    let relations = found.relations.iter().zip(found.relation_scores).map(|(pair, score)| CaseRelation {
        head: pair.head,
        tail: pair.tail,
        kind: schema.relations[pair.kind].name.clone(),
        score,
    });
    Ok(Case { words: words.to_vec(), hidden, entities: entities.collect(), relations: relations.collect() })
}

fn compare(expected: &Case, found: &Case, tolerance: f32) -> Result<(), Difference> {
    let hidden = distance(expected.hidden.iter().zip(&found.hidden));
    if expected.hidden.len() != found.hidden.len() || hidden.is_nan() || hidden > tolerance {
        return Err(Difference::Hidden(hidden));
    }
    let entity = |entity: &CaseEntity| (entity.words, entity.kind.clone());
    if !expected.entities.iter().map(entity).eq(found.entities.iter().map(entity)) {
        return Err(Difference::Entities);
    }
    let relation = |relation: &CaseRelation| (relation.head, relation.tail, relation.kind.clone());
    if !expected.relations.iter().map(relation).eq(found.relations.iter().map(relation)) {
        return Err(Difference::Relations);
    }
    let entities = expected.entities.iter().zip(&found.entities).map(|(a, b)| (&a.score, &b.score));
    let relations = expected.relations.iter().zip(&found.relations).map(|(a, b)| (&a.score, &b.score));
    let score = distance(entities.chain(relations));
    if score <= tolerance { Ok(()) } else { Err(Difference::Score(score)) }
}

/// The largest distance of two numbers of a pair; NaN if any of them is.
fn distance<'a>(pairs: impl Iterator<Item = (&'a f32, &'a f32)>) -> f32 {
    pairs
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |largest, next| if next > largest || next.is_nan() { next } else { largest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> Case {
        let entity =
            |start| CaseEntity { words: WordRange { start, end: start + 1 }, kind: "A".to_owned(), score: 0.9 };
        Case {
            words: vec!["a".to_owned(), "b".to_owned()],
            hidden: vec![0.5, -0.5],
            entities: vec![entity(0), entity(1)],
            relations: vec![CaseRelation { head: 0, tail: 1, kind: "R".to_owned(), score: 0.7 }],
        }
    }

    #[test]
    fn a_difference_is_told() {
        let check = |change: fn(&mut Case), expected: Result<(), Difference>| {
            let mut found = recorded();
            change(&mut found);
            assert_eq!(compare(&recorded(), &found, 0.125), expected);
        };
        check(|_| (), Ok(()));
        check(|case| case.hidden[1] = -0.375, Ok(()));
        check(|case| case.hidden[1] = -0.25, Err(Difference::Hidden(0.25)));
        check(|case| case.hidden.truncate(1), Err(Difference::Hidden(0.0)));
        check(|case| case.entities[0].kind = "B".to_owned(), Err(Difference::Entities));
        check(|case| drop(case.entities.pop()), Err(Difference::Entities));
        check(|case| case.relations.clear(), Err(Difference::Relations));
        check(|case| case.relations[0].tail = 0, Err(Difference::Relations));
        check(|case| case.entities[1].score = 0.8, Ok(()));
        check(|case| case.relations[0].score = 0.0, Err(Difference::Score(0.7)));
    }

    #[test]
    fn no_number_is_a_difference() {
        let mut found = recorded();
        found.hidden[0] = f32::NAN;
        assert!(matches!(compare(&recorded(), &found, 0.125), Err(Difference::Hidden(_))));
        let mut found = recorded();
        found.entities[0].score = f32::NAN;
        assert!(matches!(compare(&recorded(), &found, 0.125), Err(Difference::Score(_))));
    }

    #[test]
    fn a_self_test_comes_back() {
        let test = SelfTest { cases: vec![recorded()], ..SelfTest::default() };
        assert_eq!(SelfTest::parse(&test.to_json()).unwrap(), test);
    }
}
