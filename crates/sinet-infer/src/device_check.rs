//! Whether a model computes on this device what it computed when it was made.
//!
//! A browser's graphics driver may compute wrong numbers without reporting an error; the self-test notices that.

use sinet_text::Document;

use crate::error::AnnotateError;
use crate::model::Model;
use crate::selftest::{Case, CaseEntity, CaseRelation, Difference, MAX_CASES, MAX_WORDS, SELF_TEST, SelfTest, compare};

/// Numbers of the hidden state of `[CLS]` that are recorded.
const HIDDEN_NUMBERS: usize = 8;

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
        /// The difference.
        what: Difference,
    },
}

impl SelfTest {
    /// Records the entities and relations that a model finds in some sentences, each a list of words; of the first of them,
    /// where there are more than a self-test may have.
    ///
    /// # Errors
    ///
    /// [`AnnotateError`] if the device fails.
    pub async fn record(model: &Model, sentences: &[Vec<String>]) -> Result<Self, AnnotateError> {
        let (mut cases, mut room) = (Vec::new(), MAX_WORDS);
        for words in sentences.iter().take(MAX_CASES) {
            let Some(left) = room.checked_sub(words.len()) else { break };
            room = left;
            cases.push(case(model, words).await?);
        }
        Ok(Self { cases, ..Self::default() })
    }
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
