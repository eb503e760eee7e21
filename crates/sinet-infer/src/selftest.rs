//! `selftest.json`: the entities, relations and numbers that a model found in a few sentences when it was made.

use serde::{Deserialize, Serialize};
use sinet_text::WordRange;

use crate::config::FORMAT_VERSION;

/// Name of the self-test inside a model folder.
pub const SELF_TEST: &str = "selftest.json";

/// The largest distance of a score or a hidden state from the recorded one. Devices differ by about 1e-5; a wrong
/// kernel by far more. A file may ask for a smaller one, not for a larger: it is a part of the model that is tested.
const TOLERANCE: f32 = 5e-3;

/// The most sentences of a self-test, which is run before the model answers anything.
pub(crate) const MAX_CASES: usize = 16;

/// The most words of all its sentences together.
pub(crate) const MAX_WORDS: usize = 4096;

/// The contents of `selftest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// The version of `config.json` that it belongs to.
    pub format_version: u32,
    /// The largest distance of a score or a hidden state from the recorded one, at most 0.005.
    pub tolerance: f32,
    /// The sentences.
    pub cases: Vec<Case>,
}

/// One sentence of a [`SelfTest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its words.
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
    /// Reads a `selftest.json`.
    ///
    /// # Errors
    ///
    /// [`SelfTestFormatError`] if it is not JSON of the right form, or would take too long or tolerate too much.
    pub fn parse(json: &[u8]) -> Result<Self, SelfTestFormatError> {
        let test: Self = serde_json::from_slice(json)?;
        if !(0.0..=TOLERANCE).contains(&test.tolerance) {
            return Err(SelfTestFormatError::Tolerance(test.tolerance));
        }
        let words = test.cases.iter().map(|case| case.words.len()).sum();
        if test.cases.len() > MAX_CASES || words > MAX_WORDS {
            return Err(SelfTestFormatError::Size { cases: test.cases.len(), words });
        }
        Ok(test)
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

/// Why a `selftest.json` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfTestFormatError {
    /// It is not JSON of the right form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It would let wrong numbers pass.
    #[error("its tolerance is {0}, which must lie between 0 and {TOLERANCE}")]
    Tolerance(f32),
    /// It would take too long.
    #[error("it has {cases} sentences of {words} words; {MAX_CASES} of {MAX_WORDS} words together are possible")]
    Size {
        /// Number of sentences.
        cases: usize,
        /// Number of their words.
        words: usize,
    },
}

/// The first difference between a recorded [`Case`] and the one computed here.
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

pub(crate) fn compare(expected: &Case, found: &Case, tolerance: f32) -> Result<(), Difference> {
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

    /// B24: a tolerance of 1e9 passed any device, a million cases hung it.
    #[test]
    fn neither_tolerance_nor_size_is_up_to_the_file() {
        let check = |change: fn(&mut SelfTest), expected: expect_test::Expect| {
            let mut test = SelfTest { cases: vec![recorded()], ..SelfTest::default() };
            change(&mut test);
            expected.assert_eq(&SelfTest::parse(&test.to_json()).unwrap_err().to_string());
        };
        let expected = expect_test::expect!["its tolerance is 1000000000, which must lie between 0 and 0.005"];
        check(|test| test.tolerance = 1e9, expected);
        let expected = expect_test::expect!["its tolerance is -1, which must lie between 0 and 0.005"];
        check(|test| test.tolerance = -1.0, expected);
        let expected = expect_test::expect!["it has 17 sentences of 34 words; 16 of 4096 words together are possible"];
        check(|test| test.cases = vec![recorded(); 17], expected);
        let expected = expect_test::expect!["it has 1 sentences of 4097 words; 16 of 4096 words together are possible"];
        check(|test| test.cases[0].words = vec!["a".to_owned(); 4097], expected);
    }

    #[test]
    fn a_self_test_comes_back() {
        let test = SelfTest { cases: vec![recorded()], ..SelfTest::default() };
        assert_eq!(SelfTest::parse(&test.to_json()).unwrap(), test);
    }
}
