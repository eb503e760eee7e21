//! The training loop.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sinet_infer::{Model, ModelConfig, Precision, check_vocabulary};
use sinet_model::{Sinet, SinetConfig, Weights};
use sinet_text::{Dataset, Report, Schema, Tokenizer};

use crate::Error;
use crate::average::Average;
use crate::card::{self, Scoring};
use crate::checkpoint::{Checkpoint, Progress, read_weights, replace, write_weights};
use crate::config::RunConfig;
use crate::device::name;
use crate::divergence::diverged;
use crate::evaluate::{evaluate, micro_f1, read_dataset};
use crate::metrics::Metrics;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::pretrained::Pretrained;
use crate::report::{REPORT, report};
use crate::samples::{Samples, Sampling, Sentence, batches};
use crate::schedule::Schedule;
use crate::step::Step;

/// Trains a model on the sentences in the folder `data` and leaves in `output`: `model-best` and `model-last` (model
/// folders), `report.html` on the better one, `metrics.jsonl` (a line an update and a line an epoch), the same in
/// `tensorboard`, and `checkpoint`. With `resume` it goes on from that checkpoint, if there is one, on whatever device.
///
/// # Errors
///
/// [`Error`], before anything is written if the configuration or the data are wrong.
pub fn train(config: &RunConfig, device: &Device, data: &Path, output: &Path, resume: bool) -> Result<(), Error> {
    let checkpoint = output.join(CHECKPOINT);
    let is_complete = |progress: Progress| progress.complete && progress.config == *config;
    if resume && Progress::read(&checkpoint)?.is_some_and(is_complete) {
        return Ok(());
    }
    let data = Data::read(data)?;
    let pretrained = Pretrained::find(&config.encoder)?;
    let found = if resume { Checkpoint::read(&checkpoint)? } else { None };
    let mut run = match found {
        Some(checkpoint) => Run::resume(config, device, data, output, pretrained, checkpoint)?,
        None => Run::start(config, device, data, output, pretrained)?,
    };
    Error::reading(output, fs::create_dir_all(output))?;
    if !resume {
        Checkpoint::remove(&checkpoint)?;
    }

    let mut metrics = Metrics::open(output, run.progress.updates)?;
    while !run.progress.is_finished() {
        run.epoch(&mut metrics)?;
        let report = run.evaluate()?;
        let [entities, relations, strict] = micro_f1(&report);
        let Progress { epochs, updates, best, .. } = run.progress;
        metrics.epoch(epochs, updates, &report)?;
        if best.is_none_or(|(best, _)| strict as f32 > best) {
            run.progress.best = Some((strict as f32, epochs));
            write_weights(&output.join(BEST), run.weights())?;
        }
        run.save(&metrics)?;
        metrics.say(&format!(
            "epoch {epochs:>3}: dev F1 entities {entities:.2}, relations {relations:.2}, strict {strict:.2}; saved"
        ));
    }
    metrics.bar.finish_and_clear();

    let Progress { epochs, best, .. } = run.progress;
    if epochs < config.train.epochs {
        eprintln!("the strict F1 has not risen any more: stopped after epoch {epochs}");
    }
    card::write_model(&run, run.weights(), epochs, &output.join(MODEL_LAST))?;
    if let Some((_, epoch)) = best {
        let best = read_weights(&output.join(BEST))?;
        card::write_model(&run, &best, epoch, &output.join(MODEL_BEST))?;
        let html = report(output, |_| Ok(Scoring::on_dev(&run.data.dev)))?;
        replace(&output.join(REPORT), html.as_bytes())?;
    }
    run.progress.complete(&checkpoint)
}

/// The model of the best epoch, in a run's folder.
pub const MODEL_BEST: &str = "model-best";

/// The model of the last epoch, in a run's folder.
pub const MODEL_LAST: &str = "model-last";

/// The weights of the best epoch so far, in a run's folder.
pub const BEST: &str = "best.safetensors";

/// Where a run can go on from.
const CHECKPOINT: &str = "checkpoint";

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
    output: PathBuf,
    /// The encoder that it began with.
    pub pretrained: Pretrained,
    tokenizer: Tokenizer,
    sentences: Vec<Sentence>,
    /// Where the network is.
    device: Device,
    /// Taken out only while an update replaces it, so that its memory can be used again.
    network: Option<Sinet>,
    /// What would be the model if the run ended here.
    average: Average,
    optimizer: Optimizer,
    /// Updates an epoch.
    epoch_updates: u64,
    schedule: Schedule,
}

impl Run {
    fn start(
        config: &RunConfig,
        device: &Device,
        data: Data,
        output: &Path,
        pretrained: Pretrained,
    ) -> Result<Self, Error> {
        let progress = Progress { config: config.clone(), epochs: 0, updates: 0, best: None, complete: false };
        // Drawn on the host, so that a seed begins with the same weights on every device.
        let host = Device::flex();
        host.seed(config.train.seed);
        let network = architecture(config, &data.schema, &pretrained).init(&host);
        let Sinet { encoder, tasks } = network;
        let encoder = encoder.with_weights(&pretrained.weights).map_err(|error| {
            Error::other(format!("the encoder {} does not fit its own config.json: {error}", config.encoder))
        })?;
        let network = Sinet { encoder, tasks };
        let (average, optimizer) = (Average::default(), OptimizerState::default());
        Self::new(progress, data, output, pretrained, network.train().fork(device), average, optimizer)
    }

    fn resume(
        config: &RunConfig,
        device: &Device,
        data: Data,
        output: &Path,
        pretrained: Pretrained,
        checkpoint: Checkpoint,
    ) -> Result<Self, Error> {
        let Checkpoint { progress, weights, average, optimizer } = checkpoint;
        if progress.config != *config {
            let problem = "the checkpoint is of another configuration; restore that, or train into another folder";
            return Err(Error::other(format!("{}: {problem}", output.display())));
        }
        let network = architecture(config, &data.schema, &pretrained).init(device);
        let network = network.with_weights(&weights).map_err(Error::other)?.train();
        Self::new(progress, data, output, pretrained, network, average, optimizer)
    }

    fn new(
        progress: Progress,
        data: Data,
        output: &Path,
        pretrained: Pretrained,
        network: Sinet,
        average: Average,
        optimizer: OptimizerState,
    ) -> Result<Self, Error> {
        let tokenizer = Tokenizer::from_bytes(&pretrained.tokenizer).map_err(Error::other)?;
        check_vocabulary(&pretrained.config, &tokenizer).map_err(Error::other)?;
        let limit = pretrained.config.max_pieces();
        let RunConfig { train, model, .. } = &progress.config;
        let train_file = data.folder.join("train.json");
        if model.context_words > 0 && data.train.documents().all(|document| document.len() == 1) {
            let problem = "no sentence has a neighbour with the same orig_id, so that there is no context; convert documents \
                           to SpERT's format, or set model.context_words to 0";
            return Err(Error::data(&train_file, problem));
        }
        let sentences = Sentence::all(&data.train, &tokenizer, limit, model.context_words)
            .map_err(|error| Error::data(&train_file, error))?;
        let epoch_updates = (sentences.len() / train.update_size()) as u64;
        if epoch_updates == 0 {
            let problem = format!("{} sentences do not fill an update of {}", sentences.len(), train.update_size());
            return Err(Error::data(&train_file, problem));
        }
        let total = epoch_updates * train.epochs;
        let schedule = Schedule { warmup: (total as f64 * train.warmup) as u64, total };
        let optimizer = Optimizer::new(&network, optimizer);
        Ok(Self {
            config: progress.config.clone(),
            progress,
            data,
            output: output.to_owned(),
            pretrained,
            tokenizer,
            sentences,
            device: network.encoder.word_table().device().inner(),
            network: Some(network),
            average,
            optimizer,
            epoch_updates,
            schedule,
        })
    }

    /// An epoch, or what is left of it.
    fn epoch(&mut self, metrics: &mut Metrics) -> Result<(), Error> {
        let train = self.config.train.clone();
        let order = batches(&self.sentences, &train, &mut self.rng(Purpose::Order, self.progress.epochs));
        let done = self.progress.updates - self.progress.epochs * self.epoch_updates;
        metrics.begin(self.progress.epochs, train.epochs, self.epoch_updates, done);
        for (done, batches) in (1..).zip(order.chunks(train.accumulation)).skip(done as usize) {
            self.update(batches, metrics)?;
            if done % train.checkpoint_every == 0 && done < self.epoch_updates {
                self.save(metrics)?;
                metrics.say(&format!("update {} saved", self.progress.updates));
            }
        }
        self.progress.epochs += 1;
        self.optimizer.settle();
        let weights = self.current().weights();
        if self.progress.averaged() == 1 {
            self.average = Average::default();
        }
        self.average.add(weights);
        Ok(())
    }

    /// Samples, forward, backward, clip, step.
    fn update(&mut self, batches: &[Vec<usize>], metrics: &mut Metrics) -> Result<(), Error> {
        let train = &self.config.train;
        let updates = self.progress.updates;
        let (sampling, mut rng) = (self.sampling(), self.rng(Purpose::Samples, updates));
        let sentences = |batch: &[usize]| batch.iter().map(|&i| &self.sentences[i]).collect::<Vec<_>>();
        let samples: Vec<_> =
            batches.iter().map(|batch| Samples::draw(&sentences(batch), &sampling, &mut rng)).collect();
        // Dropout draws from the device's generator.
        self.device.seed(mix(train.seed, Purpose::Dropout, updates));
        let network = self.network.take().expect(BETWEEN_UPDATES);
        let step = Step::run(&network, &samples, self.optimizer.words())?;

        let (factor, norm) = (self.schedule.factor(updates), step.norm);
        let rate = train.learning_rate * factor;
        if !step.loss().is_finite() || !norm.is_finite() {
            let sentences =
                batches.concat().into_iter().map(|i| self.data.train.sentences[self.sentences[i].index].clone());
            let sentences = Dataset { sentences: sentences.collect() }.to_json(&self.data.schema);
            return Err(diverged(&self.output, updates + 1, &step, rate, sentences));
        }
        self.network = Some(self.optimizer.step(network, &step, train, factor, updates + 1));
        self.progress.updates += 1;
        metrics.update(self.progress.updates, [step.entity_loss, step.relation_loss], norm, rate)
    }

    /// Writes the checkpoint.
    fn save(&mut self, metrics: &Metrics) -> Result<(), Error> {
        metrics.sync()?;
        let checkpoint = Checkpoint {
            progress: self.progress.clone(),
            weights: self.current().weights(),
            average: self.average.clone(),
            optimizer: self.optimizer.state(),
        };
        checkpoint.write(&self.output.join(CHECKPOINT))
    }

    /// The network as it is now, without gradients.
    fn current(&self) -> Sinet {
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
            context_words: self.config.model.context_words,
            training: json!({
                "config": self.config,
                "encoder_sha256": self.pretrained.sha256,
                "epochs": epochs,
                "train_sentences": self.data.train.sentences.len(),
                "device": name(&self.device),
            }),
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
        tasks: config.model.tasks(schema.entities.len(), schema.relations.len()),
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
