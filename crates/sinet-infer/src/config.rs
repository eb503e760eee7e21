//! `config.json`: the sizes, types and thresholds of a model.

use serde::{Deserialize, Serialize};
use sinet_model::{SinetConfig, Sizes, Unsupported};
use sinet_text::Schema;

/// Name of the configuration inside a model folder.
pub const CONFIG: &str = "config.json";

/// The version of `config.json` that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// The largest size of any one dimension that a file may ask for.
const MAX_SIZE: usize = 1 << 20;

/// The most layers that a file may ask for.
const MAX_LAYERS: usize = 256;

/// The contents of `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The model's name.
    pub name: String,
    /// Sizes and variants of the network.
    pub architecture: SinetConfig,
    /// Its entity and relation types, in the order of the network's classes.
    pub schema: Schema,
    /// A relation is kept from this probability on, 0 to 1.
    pub relation_threshold: f32,
    /// The temperatures of its scores; 1 where the file has none.
    #[serde(default, skip_serializing_if = "Temperatures::is_default")]
    pub temperatures: Temperatures,
    /// The longest entity that is looked for, in words.
    pub max_span_words: usize,
    /// Words on each side of a sentence that the encoder reads with it.
    #[serde(default)]
    pub context_words: usize,
    /// The origin of the weights: data, settings, seed, scores. For readers; nothing here looks at it.
    #[serde(default)]
    pub training: serde_json::Value,
}

/// What a calibrated model divides its logits by before they become scores (Guo et al., 2017, *On Calibration of Modern Neural
/// Networks*, eq. 9), so that a score is how often such a label is right. Relations are right only where both ends are, which
/// their logits do not know; so these have an offset too (Platt, 1999, *Probabilistic Outputs for Support Vector Machines*). No
/// label changes by it: the likeliest type stays the likeliest, and the threshold is one of these scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Temperatures {
    /// Of the softmax over entity types; above 0.
    pub entity: f32,
    /// Of the sigmoid of each relation type; above 0.
    pub relation: f32,
    /// What is added to the logit of each relation type after that; 0 where the file has none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub relation_offset: f32,
}

fn is_zero(offset: &f32) -> bool {
    *offset == 0.0
}

impl Default for Temperatures {
    /// Of a model that is not calibrated.
    fn default() -> Self {
        Self { entity: 1.0, relation: 1.0, relation_offset: 0.0 }
    }
}

impl Temperatures {
    /// The bounds of a temperature.
    pub const BOUNDS: [f32; 2] = [0.05, 20.0];
    /// The bounds of an offset.
    pub const OFFSETS: [f32; 2] = [-20.0, 20.0];

    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    fn are_possible(self) -> bool {
        let [least, most] = Self::BOUNDS;
        let [lowest, highest] = Self::OFFSETS;
        [self.entity, self.relation].iter().all(|temperature| (least..=most).contains(temperature))
            && (lowest..=highest).contains(&self.relation_offset)
    }
}

impl ModelConfig {
    /// The same model with other temperatures of its scores. Its threshold moves with them, so that it keeps and drops the
    /// same relations.
    pub fn with_temperatures(&self, temperatures: Temperatures) -> Self {
        let threshold = f64::from(self.relation_threshold);
        let logit = (threshold / (1.0 - threshold)).ln();
        let [was, is] =
            [self.temperatures, temperatures].map(|at| (f64::from(at.relation), f64::from(at.relation_offset)));
        let moved = (logit - was.1) * was.0 / is.0 + is.1;
        let threshold = 1.0 / (1.0 + (-moved).exp());
        Self { temperatures, relation_threshold: threshold as f32, ..self.clone() }
    }

    /// Reads a `config.json` and checks that its parts fit each other.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], naming the field.
    pub fn parse(json: &[u8]) -> Result<Self, ConfigError> {
        let config: Self = serde_json::from_slice(json)?;
        config.check()?;
        Ok(config)
    }

    /// The contents of a `config.json`.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a configuration is plain JSON")
    }

    /// Checks that the parts fit each other, so that the network can be built.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Field`], naming the field.
    pub fn check(&self) -> Result<(), ConfigError> {
        let SinetConfig { encoder, tasks } = &self.architecture;
        let Sizes { vocabulary, embedding, hidden: d, layers, heads, feed_forward, max_pieces, others } =
            encoder.sizes();
        let ctam = &tasks.ctam;
        let sizes = [&[vocabulary, embedding, d, feed_forward], &others[..]].concat();
        let divides = |heads: usize| heads > 0 && d.is_multiple_of(heads);
        let conditions = [
            ("format_version", self.format_version == FORMAT_VERSION, "this version of the program reads 1"),
            (
                "architecture.encoder",
                sizes.iter().all(|size| (1..=MAX_SIZE).contains(size)),
                "a size is 0 or above 1048576",
            ),
            ("architecture.encoder.num_hidden_layers", (1..=MAX_LAYERS).contains(&layers), "1 to 256 are possible"),
            ("architecture.encoder.max_position_embeddings", max_pieces >= 3, "a word needs 3"),
            ("architecture.encoder.num_attention_heads", divides(heads), "it must divide hidden_size"),
            ("architecture.heads.ctam.heads", divides(ctam.heads), "it must divide hidden_size"),
            ("architecture.heads.ctam.layers", (1..=MAX_LAYERS).contains(&ctam.layers), "1 to 256 are possible"),
            (
                "architecture.heads.entity_types",
                tasks.entity_types == self.schema.entities.len(),
                "the schema has another number",
            ),
            (
                "architecture.heads.relation_types",
                tasks.relation_types == self.schema.relations.len(),
                "the schema has another number",
            ),
            (
                "architecture.heads.width_embedding",
                (1..=MAX_SIZE).contains(&tasks.width_embedding),
                "1 to 1048576 are possible",
            ),
            ("architecture.heads.widths", (1..=MAX_SIZE).contains(&tasks.widths), "1 to 1048576 are possible"),
            (
                "max_span_words",
                (1..tasks.widths).contains(&self.max_span_words),
                "it must be at least 1 and below architecture.heads.widths",
            ),
            ("context_words", self.context_words <= MAX_SIZE, "0 to 1048576 are possible"),
            (
                "context_words",
                self.context_words == 0 || tasks.ctam.mask_padding,
                "it must be 0 where architecture.heads.ctam.mask_padding is false",
            ),
            ("relation_threshold", (0.0..=1.0).contains(&self.relation_threshold), "it must lie between 0 and 1"),
            (
                "temperatures",
                self.temperatures.are_possible(),
                "they must lie between 0.05 and 20, the offset between -20 and 20",
            ),
        ];
        match conditions.into_iter().find(|(_, holds, _)| !holds) {
            Some((field, _, reason)) => Err(ConfigError::Field { field, reason }),
            None => Ok(encoder.check()?),
        }
    }
}

/// Why `config.json` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It is not JSON of the right form.
    #[error("{CONFIG}: {0}")]
    Json(#[from] serde_json::Error),
    /// A field does not fit the others.
    #[error("{CONFIG}: `{field}`: {reason}")]
    Field {
        /// The field.
        field: &'static str,
        /// The condition that it does not meet.
        reason: &'static str,
    },
    /// The encoder is one that does not work here.
    #[error("{CONFIG}: architecture.encoder: {0}")]
    Encoder(#[from] Unsupported),
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::{Value, json};

    use super::*;

    fn valid() -> Value {
        json!({
            "format_version": 1,
            "name": "tiny",
            "architecture": {
                "encoder": {
                    "model_type": "bert", "vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 1,
                    "num_attention_heads": 2, "intermediate_size": 16, "hidden_act": "gelu",
                    "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12
                },
                "heads": {"entity_types": 1, "relation_types": 1}
            },
            "schema": {
                "entities": {"Loc": {"short": "Loc", "verbose": "Location"}},
                "relations": {"Near": {"short": "Near", "verbose": "Near", "symmetric": true}}
            },
            "relation_threshold": 0.5,
            "max_span_words": 8
        })
    }

    #[test]
    fn a_configuration_comes_back() {
        let config = ModelConfig::parse(valid().to_string().as_bytes()).unwrap();
        assert_eq!(config.training, Value::Null);
        assert_eq!(ModelConfig::parse(&config.to_json()).unwrap(), config);
    }

    #[test]
    fn a_file_without_temperatures_has_1_and_is_written_without() {
        let config = ModelConfig::parse(valid().to_string().as_bytes()).unwrap();
        assert_eq!(config.temperatures, Temperatures { entity: 1.0, relation: 1.0, relation_offset: 0.0 });
        assert!(!String::from_utf8(config.to_json()).unwrap().contains("temperatures"));
        let calibrated = config.with_temperatures(Temperatures { entity: 1.5, relation: 0.75, relation_offset: -0.5 });
        assert_eq!(ModelConfig::parse(&calibrated.to_json()).unwrap(), calibrated);
    }

    #[test]
    fn the_threshold_moves_with_the_temperature() {
        let config = ModelConfig::parse(valid().to_string().as_bytes()).unwrap();
        let moved_by = |threshold: f32, relation: f32, relation_offset: f32| {
            let config = ModelConfig { relation_threshold: threshold, ..config.clone() };
            config.with_temperatures(Temperatures { entity: 1.0, relation, relation_offset })
        };
        let moved = |threshold, relation| moved_by(threshold, relation, 0.0);
        // By hand: ln(0.9 / 0.1) = ln 9, half of which is ln 3, the logit of 0.75.
        for (threshold, relation, expected) in
            [(0.9, 2.0, 0.75), (0.75, 0.5, 0.9), (0.5, 7.0, 0.5), (0.0, 3.0, 0.0), (1.0, 3.0, 1.0), (0.3, 1.0, 0.3)]
        {
            let found = moved(threshold, relation).relation_threshold;
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
        // And ln 3 less ln 9 is the logit of 0.25.
        let lower = moved_by(0.9, 2.0, -(9f32.ln()));
        assert!((lower.relation_threshold - 0.25).abs() < 1e-6, "{lower:?}");
        assert_eq!(moved_by(0.0, 2.0, 1.0).relation_threshold, 0.0);
        for moved in [moved(0.9, 2.0), lower] {
            let back = moved.with_temperatures(Temperatures { entity: 3.0, ..Temperatures::default() });
            assert!((back.relation_threshold - 0.9).abs() < 1e-6, "{back:?}");
        }
    }

    #[test]
    fn a_bad_field_is_named() {
        let check = |pointer: &str, value: Value, expected: Expect| {
            let mut json = valid();
            *json.pointer_mut(pointer).unwrap() = value;
            expected.assert_eq(&ModelConfig::parse(json.to_string().as_bytes()).unwrap_err().to_string());
        };
        for temperature in [0.0, -1.0, 21.0] {
            let mut json = valid();
            json["temperatures"] = json!({"entity": 1.0, "relation": temperature});
            let error = ModelConfig::parse(json.to_string().as_bytes()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "config.json: `temperatures`: they must lie between 0.05 and 20, the offset between -20 and 20"
            );
        }
        check(
            "/format_version",
            json!(2),
            expect!["config.json: `format_version`: this version of the program reads 1"],
        );
        check(
            "/relation_threshold",
            json!(1.5),
            expect!["config.json: `relation_threshold`: it must lie between 0 and 1"],
        );
        check(
            "/max_span_words",
            json!(100),
            expect!["config.json: `max_span_words`: it must be at least 1 and below architecture.heads.widths"],
        );
        check(
            "/max_span_words",
            json!(0),
            expect!["config.json: `max_span_words`: it must be at least 1 and below architecture.heads.widths"],
        );
        check(
            "/architecture/heads/entity_types",
            json!(2),
            expect!["config.json: `architecture.heads.entity_types`: the schema has another number"],
        );
        check(
            "/architecture/heads/relation_types",
            json!(0),
            expect!["config.json: `architecture.heads.relation_types`: the schema has another number"],
        );
        check(
            "/architecture/encoder/num_attention_heads",
            json!(3),
            expect!["config.json: `architecture.encoder.num_attention_heads`: it must divide hidden_size"],
        );
        check(
            "/architecture/encoder/num_attention_heads",
            json!(0),
            expect!["config.json: `architecture.encoder.num_attention_heads`: it must divide hidden_size"],
        );
        check(
            "/architecture/encoder/hidden_size",
            json!(6),
            expect!["config.json: `architecture.heads.ctam.heads`: it must divide hidden_size"],
        );
        check(
            "/architecture/encoder/hidden_size",
            json!(1u64 << 40),
            expect!["config.json: `architecture.encoder`: a size is 0 or above 1048576"],
        );
        check(
            "/architecture/encoder/num_hidden_layers",
            json!(0),
            expect!["config.json: `architecture.encoder.num_hidden_layers`: 1 to 256 are possible"],
        );
        check(
            "/architecture/encoder/max_position_embeddings",
            json!(2),
            expect!["config.json: `architecture.encoder.max_position_embeddings`: a word needs 3"],
        );
        check(
            "/architecture/encoder/model_type",
            json!("gpt"),
            expect![
                "config.json: unknown variant `gpt`, expected one of `bert`, `albert`, `distilbert`, `electra`, `mpnet`, `roberta`, `xlm-roberta`, `deberta-v2`, `modernbert` at line 1 column 79"
            ],
        );
        check(
            "/schema/entities",
            json!({}),
            expect!["config.json: `entities` names no type; name at least one at line 1 column 418"],
        );
    }
}
