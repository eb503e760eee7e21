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
    /// The scaling of its scores; none where the file has none.
    #[serde(default, skip_serializing_if = "Scaling::is_default")]
    pub scaling: Scaling,
    /// The longest entity that is looked for, in words.
    pub max_span_words: usize,
    /// Words on each side of a sentence that the encoder reads with it.
    #[serde(default)]
    pub context_words: usize,
    /// The origin of the weights: data, settings, seed, scores. For readers; nothing here looks at it.
    #[serde(default)]
    pub training: serde_json::Value,
}

/// What a calibrated model does to its logits before they become scores, so that a score is how often such a label is right. No
/// label changes by it: the likeliest type stays the likeliest, and the threshold is one of these scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scaling {
    /// The temperature that the logits of entity types are divided by, above 0 (Guo et al., 2017, *On Calibration of Modern Neural
    /// Networks*, eq. 9).
    pub entity: f32,
    /// The curve of each relation type's logit.
    pub relation: BetaScaling,
}

/// Beta calibration of a logit z (Kull et al., 2017, *Beta calibration*, eq. 5): a ln p - b ln(1 - p) + c, where p = sigmoid(z).
///
/// Far below 0 a logit is multiplied by a, far above by b. One factor for both, as a temperature is, cannot serve relations: most
/// pairs are surely none, while a relation is right only where both of its ends are, which its logit does not know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BetaScaling {
    /// a, above 0: the slope of what is unlikely.
    pub below: f32,
    /// b, above 0: the slope of what is likely.
    pub above: f32,
    /// c: the logit of what was as likely as not.
    pub offset: f32,
}

impl Default for Scaling {
    /// Of a model that is not calibrated.
    fn default() -> Self {
        Self { entity: 1.0, relation: BetaScaling::default() }
    }
}

impl Default for BetaScaling {
    /// Every logit as it is.
    fn default() -> Self {
        Self { below: 1.0, above: 1.0, offset: 0.0 }
    }
}

impl Scaling {
    /// The bounds of a temperature, and of the slopes of a curve.
    pub const BOUNDS: [f32; 2] = [0.05, 20.0];
    /// The bounds of an offset.
    pub const OFFSETS: [f32; 2] = [-20.0, 20.0];

    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    fn is_possible(self) -> bool {
        let [least, most] = Self::BOUNDS;
        let [lowest, highest] = Self::OFFSETS;
        let BetaScaling { below, above, offset } = self.relation;
        [self.entity, below, above].iter().all(|slope| (least..=most).contains(slope))
            && (lowest..=highest).contains(&offset)
    }
}

impl BetaScaling {
    /// A logit on the curve.
    pub fn scaled(&self, logit: f64) -> f64 {
        if *self == Self::default() {
            return logit;
        }
        // ln p = -softplus(-z), and -ln(1 - p) = softplus(z).
        let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
        let [below, above, offset] = [self.below, self.above, self.offset].map(f64::from);
        above * softplus(logit) - below * softplus(-logit) + offset
    }

    /// The logit of which `scaled` is the place on the curve. It rises everywhere, so there is one.
    pub fn unscaled(&self, scaled: f64) -> f64 {
        if *self == Self::default() || !scaled.is_finite() {
            return scaled;
        }
        let reach = (scaled.abs() + f64::from(Scaling::OFFSETS[1]) + 20.0 * 2f64.ln()) / f64::from(Scaling::BOUNDS[0]);
        let [mut low, mut high] = [-reach, reach];
        // Halved until doubles have nothing between them.
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if self.scaled(middle) < scaled {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low + high) / 2.0
    }
}

impl ModelConfig {
    /// The same model with other scaling of its scores. Its threshold moves with it, so that it keeps and drops the same
    /// relations.
    pub fn with_scaling(&self, scaling: Scaling) -> Self {
        let threshold = f64::from(self.relation_threshold);
        let logit = (threshold / (1.0 - threshold)).ln();
        let moved = scaling.relation.scaled(self.scaling.relation.unscaled(logit));
        let threshold = 1.0 / (1.0 + (-moved).exp());
        Self { scaling, relation_threshold: threshold as f32, ..self.clone() }
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
                "scaling",
                self.scaling.is_possible(),
                "temperatures and slopes must lie between 0.05 and 20, the offset between -20 and 20",
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
    fn a_file_without_scaling_has_none_and_is_written_without() {
        let config = ModelConfig::parse(valid().to_string().as_bytes()).unwrap();
        assert_eq!(config.scaling, Scaling::default());
        assert!(!String::from_utf8(config.to_json()).unwrap().contains("scaling"));
        let relation = BetaScaling { below: 0.75, above: 0.25, offset: -0.5 };
        let calibrated = config.with_scaling(Scaling { entity: 1.5, relation });
        assert_eq!(ModelConfig::parse(&calibrated.to_json()).unwrap(), calibrated);
    }

    #[test]
    fn a_curve_is_that_of_its_equation_and_has_an_inverse() {
        let curve = BetaScaling { below: 0.5, above: 2.0, offset: -1.0 };
        // By hand, at p = 0.9: 0.5 ln 0.9 - 2 ln 0.1 - 1.
        let at = |p: f64| curve.scaled((p / (1.0 - p)).ln());
        assert!((at(0.9) - (0.5 * 0.9f64.ln() - 2.0 * 0.1f64.ln() - 1.0)).abs() < 1e-12);
        assert!((at(0.2) - (0.5 * 0.2f64.ln() - 2.0 * 0.8f64.ln() - 1.0)).abs() < 1e-12);
        assert!((curve.scaled(1e3) - (2e3 - 1.0)).abs() < 1e-9 && (curve.scaled(-1e3) - (-5e2 - 1.0)).abs() < 1e-9);
        for logit in [-900.0, -7.5, -0.1, 0.0, 2.0, 63.0] {
            let back = curve.unscaled(curve.scaled(logit));
            assert!((back - logit).abs() < 1e-9 * (1.0 + logit.abs()), "{back} is not {logit}");
        }
        assert_eq!(curve.unscaled(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(BetaScaling::default().scaled(0.1), 0.1);
    }

    #[test]
    fn the_threshold_moves_with_the_curve() {
        let config = ModelConfig::parse(valid().to_string().as_bytes()).unwrap();
        let moved = |threshold: f32, slope: f32, offset: f32| {
            let config = ModelConfig { relation_threshold: threshold, ..config.clone() };
            config.with_scaling(Scaling { entity: 1.0, relation: BetaScaling { below: slope, above: slope, offset } })
        };
        // By hand: ln(0.9 / 0.1) = ln 9, half of which is ln 3, the logit of 0.75; less ln 9, the logit of 0.25.
        let cases = [
            (0.9, 0.5, 0.0, 0.75),
            (0.75, 2.0, 0.0, 0.9),
            (0.5, 1.0 / 7.0, 0.0, 0.5),
            (0.9, 0.5, -(9f32.ln()), 0.25),
            (0.0, 0.5, 1.0, 0.0),
            (1.0, 0.5, 1.0, 1.0),
        ];
        for (threshold, slope, offset, expected) in cases {
            let found = moved(threshold, slope, offset);
            assert!((found.relation_threshold - expected).abs() < 1e-6, "{found:?} is not at {expected}");
            let back = found.with_scaling(Scaling { entity: 3.0, ..Scaling::default() });
            assert!((back.relation_threshold - threshold).abs() < 1e-6, "{back:?}");
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
            json["scaling"] = json!({"entity": 1.0, "relation": {"below": 1.0, "above": temperature, "offset": 0.0}});
            let error = ModelConfig::parse(json.to_string().as_bytes()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "config.json: `scaling`: temperatures and slopes must lie between 0.05 and 20, the offset between -20 and 20"
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
