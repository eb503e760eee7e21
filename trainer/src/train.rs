//! The training loop.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sinet_infer::{Model, ModelConfig, Precision};
use sinet_model::{Sinet, SinetConfig, Weights};
use sinet_text::{Dataset, Report, Schema, Tokenizer};

use crate::Error;
use crate::average::Average;
use crate::card;
use crate::checkpoint::{Checkpoint, Progress, read_weights, write_weights};
use crate::config::RunConfig;
use crate::evaluate::{evaluate, micro_f1, read_dataset};
use crate::metrics::Metrics;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::pretrained::Pretrained;
use crate::samples::{Samples, Sampling, Sentence, batches};
use crate::schedule::Schedule;
use crate::step::Step;

/// Trains a model on the sentences in the folder `data` and leaves in `output`: `model-best` and `model-last` (model
/// folders), `metrics.jsonl` (a line an update and a line an epoch) and `checkpoint`.
///
/// # Errors
///
/// [`Error`], before anything is written if the configuration or the data are wrong.
pub fn train(config: &RunConfig, data: &Path, output: &Path, resume: bool) -> Result<(), Error> {
    let data = Data::read(data)?;
    let pretrained = Pretrained::find(&config.encoder)?;
    Error::reading(output, fs::create_dir_all(output))?;
    let checkpoint = output.join("checkpoint");
    let mut run = if resume && checkpoint.exists() {
        Run::resume(config, data, pretrained, Checkpoint::read(&checkpoint)?)?
    } else {
        Run::start(config, data, pretrained)?
    };

    let mut metrics = Metrics::open(output, run.progress.updates, resume)?;
    while run.progress.epochs < config.train.epochs {
        run.epoch(&mut metrics)?;
        let report = run.evaluate()?;
        let [entities, relations, strict] = micro_f1(&report);
        let epoch = run.progress.epochs;
        metrics.epoch(epoch, &report)?;
        // Also where standard error is a file and there is no bar to see.
        metrics.bar.suspend(|| {
            eprintln!("epoch {epoch:>3}: dev F1 entities {entities:.2}, relations {relations:.2}, strict {strict:.2}");
        });
        let is_best = run.progress.best.is_none_or(|(best, _)| strict > best);
        if is_best {
            run.progress.best = Some((strict, epoch));
            write_weights(&output.join(BEST), run.weights())?;
        }
        run.checkpoint().write(&checkpoint)?;
    }
    metrics.bar.finish_and_clear();

    card::write_model(&run, run.weights(), run.progress.epochs, &output.join(MODEL_LAST))?;
    if let Some((_, epoch)) = run.progress.best {
        let best = read_weights(&output.join(BEST))?;
        card::write_model(&run, &best, epoch, &output.join(MODEL_BEST))?;
    }
    Ok(())
}

/// The model of the best epoch, in a run's folder.
pub const MODEL_BEST: &str = "model-best";

/// The model of the last epoch, in a run's folder.
pub const MODEL_LAST: &str = "model-last";

/// The weights of the best epoch so far, in a run's folder.
pub const BEST: &str = "best.safetensors";

/// The labelled sentences of a run.
pub struct Data {
    /// Where they lie.
    folder: PathBuf,
    /// The types.
    pub schema: Schema,
    /// What the model learns from.
    pub train: Dataset,
    /// What it is measured on.
    pub dev: Dataset,
}

impl Data {
    fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("types.json");
        let types = Error::reading(&path, fs::read(&path))?;
        let schema = serde_json::from_slice(&types).map_err(|error| Error::data(&path, error))?;
        let mut train = read_dataset(&folder.join("train.json"), &schema)?;
        // As the authors' code does: a symmetric relation is learned in text order only.
        train.sentences.iter_mut().for_each(|example| example.order_symmetric(&schema));
        Ok(Self { folder: folder.to_owned(), train, dev: read_dataset(&folder.join("dev.json"), &schema)?, schema })
    }
}

/// A run between two updates.
pub struct Run {
    /// What was asked for.
    pub config: RunConfig,
    /// How far it is.
    pub progress: Progress,
    /// What it learns from and is measured on.
    pub data: Data,
    /// The encoder that it began with.
    pub pretrained: Pretrained,
    tokenizer: Tokenizer,
    sentences: Vec<Sentence>,
    /// Taken out only while an update replaces it, so that its memory can be used again.
    network: Option<Sinet>,
    /// What would be the model if the run ended here.
    average: Average,
    optimizer: Optimizer,
    schedule: Schedule,
}

impl Run {
    fn start(config: &RunConfig, data: Data, pretrained: Pretrained) -> Result<Self, Error> {
        let progress = Progress { config: config.clone(), epochs: 0, updates: 0, best: None };
        let device = Device::flex();
        device.seed(config.train.seed);
        let network = architecture(config, &data.schema, &pretrained).init(&device);
        let Sinet { encoder, heads } = network;
        let encoder = encoder.with_weights(&pretrained.weights).map_err(|error| {
            Error::other(format!("the encoder {} does not fit its own config.json: {error}", config.encoder))
        })?;
        let network = Sinet { encoder, heads };
        Self::new(config, progress, data, pretrained, network, Average::default(), OptimizerState::default())
    }

    fn resume(config: &RunConfig, data: Data, pretrained: Pretrained, checkpoint: Checkpoint) -> Result<Self, Error> {
        let Checkpoint { progress, weights, average, optimizer } = checkpoint;
        if progress.config != *config {
            return Err(Error::other("the checkpoint is of another configuration; leave out --resume, or restore it"));
        }
        let network = architecture(config, &data.schema, &pretrained).init(&Device::flex());
        let network = network.with_weights(&weights).map_err(Error::other)?;
        Self::new(config, progress, data, pretrained, network, average, optimizer)
    }

    fn new(
        config: &RunConfig,
        progress: Progress,
        data: Data,
        pretrained: Pretrained,
        network: Sinet,
        average: Average,
        optimizer: OptimizerState,
    ) -> Result<Self, Error> {
        let tokenizer = Tokenizer::from_bytes(&pretrained.tokenizer).map_err(Error::other)?;
        let limit = pretrained.config.max_pieces();
        let sentences = Sentence::all(&data.train, &tokenizer, limit)
            .map_err(|error| Error::data(&data.folder.join("train.json"), error))?;
        let batches = sentences.len() / config.train.batch_size;
        if batches == 0 {
            let problem = format!("{} sentences do not fill a batch of {}", sentences.len(), config.train.batch_size);
            return Err(Error::data(&data.folder.join("train.json"), problem));
        }
        let total = batches as u64 * config.train.epochs;
        let schedule = Schedule { warmup: (total as f64 * config.train.warmup) as u64, total };
        let optimizer = Optimizer::new(&network, optimizer);
        let network = Some(network.train());
        Ok(Self {
            config: config.clone(),
            progress,
            data,
            pretrained,
            tokenizer,
            sentences,
            network,
            average,
            optimizer,
            schedule,
        })
    }

    fn epoch(&mut self, metrics: &mut Metrics) -> Result<(), Error> {
        let train = &self.config.train;
        let order =
            batches(self.sentences.len(), train.batch_size, &mut self.rng(Purpose::Order, self.progress.epochs));
        metrics.begin(self.progress.epochs, train.epochs, order.len());
        for batch in order {
            self.update(&batch, metrics)?;
        }
        self.progress.epochs += 1;
        let weights = self.current().weights();
        if self.progress.averaged() == 1 {
            self.average = Average::default();
        }
        self.average.add(weights);
        Ok(())
    }

    /// Samples, forward, backward, clip, step.
    fn update(&mut self, batch: &[usize], metrics: &mut Metrics) -> Result<(), Error> {
        let train = &self.config.train;
        let updates = self.progress.updates;
        let sentences: Vec<_> = batch.iter().map(|&i| &self.sentences[i]).collect();
        let samples = Samples::draw(&sentences, &self.sampling(), &mut self.rng(Purpose::Samples, updates));
        // Dropout draws from the device's generator.
        Device::flex().seed(mix(train.seed, Purpose::Dropout, updates));
        let network = self.network.take().expect(BETWEEN_UPDATES);
        let step = Step::run(&network, &samples, self.optimizer.words());

        let loss = step.loss();
        if !loss.is_finite() {
            return Err(Error::other(format!(
                "the loss of update {} is {loss}; the last checkpoint is intact: lower the learning rate",
                updates + 1
            )));
        }
        let (losses, factor) = ([step.entity_loss, step.relation_loss], self.schedule.factor(updates));
        let (network, norm) = self.optimizer.step(network, step, train, factor, updates + 1);
        self.network = Some(network);
        self.progress.updates += 1;
        metrics.update(self.progress.updates, losses, norm, train.learning_rate * factor)
    }

    /// The network as it is now, without gradients.
    fn current(&mut self) -> Sinet {
        self.optimizer.current(self.network.as_ref().expect(BETWEEN_UPDATES))
    }

    /// Scores on the development data, as the model is now.
    fn evaluate(&mut self) -> Result<Report, Error> {
        let network = self.current().with_weights(&self.average.weights).map_err(Error::other)?;
        let config = self.model_config(self.progress.epochs);
        let model = Model::new(config, self.tokenizer.clone(), network, Precision::F32).map_err(Error::other)?;
        evaluate(&model, &self.data.dev)
    }

    /// All weights of the model as it is now, by name.
    pub fn weights(&self) -> &Weights {
        &self.average.weights
    }

    /// What the model folder says of the model, as it was after so many epochs.
    pub fn model_config(&self, epochs: u64) -> ModelConfig {
        ModelConfig {
            format_version: 1,
            name: self.config.name.clone(),
            architecture: architecture(&self.config, &self.data.schema, &self.pretrained),
            schema: self.data.schema.clone(),
            relation_threshold: self.config.model.relation_threshold,
            max_span_words: self.config.model.max_span_words,
            training: json!({
                "config": self.config,
                "encoder_sha256": self.pretrained.sha256,
                "epochs": epochs,
                "train_sentences": self.data.train.sentences.len(),
            }),
        }
    }

    fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint {
            progress: self.progress.clone(),
            weights: self.current().weights(),
            average: self.average.clone(),
            optimizer: self.optimizer.state(),
        }
    }

    fn sampling(&self) -> Sampling {
        Sampling {
            negative_entities: self.config.train.negative_entities,
            negative_relations: self.config.train.negative_relations,
            max_span_words: self.config.model.max_span_words,
            relation_types: self.data.schema.relations.len(),
            padding: (!self.config.model.ctam.mask_padding).then(|| self.tokenizer.special().pad),
        }
    }

    fn rng(&self, purpose: Purpose, number: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(mix(self.config.train.seed, purpose, number))
    }
}

const BETWEEN_UPDATES: &str = "the network is taken out only during an update";

fn architecture(config: &RunConfig, schema: &Schema, pretrained: &Pretrained) -> SinetConfig {
    SinetConfig {
        encoder: pretrained.config.clone(),
        heads: config.model.heads(schema.entities.len(), schema.relations.len()),
    }
}

/// What random numbers are drawn for.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Order,
    Samples,
    Dropout,
}

/// A seed of its own for each purpose and number (SplitMix64's finaliser), so that a resumed run draws the same.
fn mix(seed: u64, purpose: Purpose, number: u64) -> u64 {
    let mut z = seed ^ ((purpose as u64 + 1) << 56) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The development data, for the model card.
impl Run {
    /// Sentences for the self-test: the first of the development data.
    pub fn self_test_sentences(&self) -> Vec<Vec<String>> {
        self.data.dev.sentences.iter().take(3).map(|example| example.tokens.clone()).collect()
    }
}
