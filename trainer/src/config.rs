//! What a run is made of: a TOML file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sinet_model::{CtamConfig, HeadsConfig, Interaction, Pooling};

use crate::Error;

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// What the model will be called.
    pub name: String,
    /// The folder that holds `train.json`, `dev.json` and `types.json`, in SpERT's form; relative to where
    /// `sinet` is called.
    pub data: PathBuf,
    /// The pretrained encoder: a folder, `hf:OWNER/NAME` or `pypi:PACKAGE==VERSION`.
    pub encoder: String,
    /// Variants of the network.
    #[serde(default)]
    pub model: ModelSection,
    /// The training itself.
    pub train: TrainSection,
}

/// Variants of the network; see [`HeadsConfig`] for what they mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSection {
    /// How the two tasks see each other.
    pub interaction: Interaction,
    /// The cross-task attention.
    pub ctam: CtamConfig,
    /// How the pieces of a span become one vector.
    pub span_pooling: Pooling,
    /// How the pieces between two spans become one vector.
    pub context_pooling: Pooling,
    /// Size of a width embedding.
    pub width_embedding: usize,
    /// Dropout before the classifiers.
    pub dropout: f64,
    /// Widest span that is considered, in words.
    pub max_span_words: usize,
    /// Lowest score, 0 to 1, at which a relation is reported.
    pub relation_threshold: f32,
}

impl Default for ModelSection {
    fn default() -> Self {
        Self {
            interaction: Interaction::default(),
            ctam: CtamConfig::default(),
            span_pooling: Pooling::default(),
            context_pooling: Pooling::default(),
            width_embedding: 100,
            dropout: 0.1,
            max_span_words: 8,
            relation_threshold: 0.5,
        }
    }
}

impl ModelSection {
    /// The network's heads for a schema of so many types.
    pub fn heads(&self, entity_types: usize, relation_types: usize) -> HeadsConfig {
        HeadsConfig {
            entity_types,
            relation_types,
            interaction: self.interaction,
            ctam: self.ctam.clone(),
            span_pooling: self.span_pooling,
            context_pooling: self.context_pooling,
            width_embedding: self.width_embedding,
            widths: 100,
            dropout: self.dropout,
        }
    }
}

/// The training itself. The defaults are the authors' code's, where it has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSection {
    /// Passes over the training data.
    pub epochs: u64,
    /// Sentences an update. The rest of an epoch that does not fill a batch is left out.
    pub batch_size: usize,
    /// Peak learning rate of the encoder.
    pub learning_rate: f64,
    /// Peak learning rate of everything after the encoder; the encoder's where absent.
    #[serde(default)]
    pub heads_learning_rate: Option<f64>,
    /// Share of all updates that the warm-up takes, 0 to 1.
    pub warmup: f64,
    /// Decoupled weight decay; biases and the encoder's normalisations are exempt.
    #[serde(default = "weight_decay")]
    pub weight_decay: f64,
    /// Adam's correction of the first updates. The authors' code has none.
    #[serde(default)]
    pub bias_correction: bool,
    /// Largest norm of all gradients together.
    pub max_grad_norm: f64,
    /// Spans a sentence that are no entities.
    #[serde(default = "negatives")]
    pub negative_entities: usize,
    /// Pairs of entities a sentence that are not related.
    #[serde(default = "negatives")]
    pub negative_relations: usize,
    /// The model is the mean of the weights after each of the last so many epochs; with 1 it is the last alone.
    #[serde(default = "average_epochs")]
    pub average_epochs: u64,
    /// Whether the finished model gets the relation threshold that is best on the development data, instead of
    /// `model.relation_threshold`.
    #[serde(default)]
    pub tune_threshold: bool,
    /// Two runs with the same seed, data and device are the same.
    #[serde(default)]
    pub seed: u64,
}

fn weight_decay() -> f64 {
    0.01
}

fn negatives() -> usize {
    100
}

fn average_epochs() -> u64 {
    1
}

impl RunConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if there is no such file; [`Error::Data`] with the line if it is not a configuration.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = Error::reading(path, std::fs::read_to_string(path))?;
        let config: Self = toml::from_str(&text).map_err(|error| Error::data(path, error))?;
        config.check().map_err(|problem| Error::data(path, problem))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), &'static str> {
        let Self { model, train, .. } = self;
        let rules = [
            (train.epochs > 0, "train.epochs must be at least 1"),
            (train.average_epochs > 0, "train.average_epochs must be at least 1"),
            (train.batch_size > 0, "train.batch_size must be at least 1"),
            ((0.0..=1.0).contains(&train.warmup), "train.warmup must lie between 0 and 1"),
            (train.max_grad_norm > 0.0, "train.max_grad_norm must be above 0"),
            (train.negative_entities > 0, "train.negative_entities must be at least 1"),
            (model.max_span_words > 0, "model.max_span_words must be at least 1"),
            (model.ctam.layers > 0, "model.ctam.layers must be at least 1"),
            (model.ctam.heads > 0, "model.ctam.heads must be at least 1"),
            ((0.0..1.0).contains(&model.dropout), "model.dropout must be at least 0 and below 1"),
            ((0.0..1.0).contains(&model.ctam.dropout), "model.ctam.dropout must be at least 0 and below 1"),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, problem)) => Err(problem),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RunConfig, String> {
        let config: RunConfig = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        config.check().map_err(str::to_owned)?;
        Ok(config)
    }

    const SMALLEST: &str = r#"
        name = "x"
        data = "d"
        encoder = "e"
        [train]
        epochs = 1
        batch_size = 8
        learning_rate = 1e-4
        warmup = 0.1
        max_grad_norm = 1.0
    "#;

    #[test]
    fn the_smallest_configuration_has_the_authors_values() {
        let config = parse(SMALLEST).unwrap();
        assert_eq!(config.model, ModelSection::default());
        assert_eq!((config.train.weight_decay, config.train.negative_entities), (0.01, 100));
        assert!(!config.train.bias_correction);
    }

    #[test]
    fn unknown_keys_and_impossible_values_are_named() {
        let cases = [
            (SMALLEST.to_owned() + "lr = 1", "unknown field `lr`"),
            (SMALLEST.replace("epochs = 1", "epochs = 0"), "train.epochs must be at least 1"),
            (SMALLEST.replace("warmup = 0.1", "warmup = 2.0"), "train.warmup must lie between 0 and 1"),
        ];
        for (text, expected) in cases {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
