//! The training loop.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sinet_formats::Dataset;
use sinet_infer::{Model, ModelConfig, Precision, Scaling, check_vocabulary};
use sinet_model::{Sinet, SinetConfig, Weights};
use sinet_text::{Report, Schema, SymmetricRule, Tokenizer};

use crate::Error;
use crate::config::RunConfig;
use crate::console::say;
use crate::dataset::{Data, TRAIN};
use crate::device::name;
use crate::error::DataError;
use crate::files::{read_weights, replace, write_weights};
use crate::model::calibration::calibrate;
use crate::model::evaluate::{evaluate, micro_f1};
use crate::model::folder::ModelFolder;
use crate::model::pretrained::Pretrained;
use crate::model::record::TrainingRecord;
use crate::model::scoring::Scoring;
use crate::model::threshold::sweep;
use crate::run::average::Average;
use crate::run::checkpoint::{Checkpoint, Progress};
use crate::run::divergence::diverged;
use crate::run::folder::{BEST, CHECKPOINT, MODEL_BEST, MODEL_LAST, REPORT};
use crate::run::lessons::Lessons;
use crate::run::metrics::Metrics;
use crate::run::optimizer::{Optimizer, OptimizerState};
use crate::run::report::report;
use crate::run::samples::{Samples, Sampling, batches};
use crate::run::schedule::Schedule;
use crate::run::step::{Objective, Step};

/// Trains a model on the sentences in the folder `data` and leaves in `output`: `model-best` and `model-last` (model
/// folders), `report.html` on the better one, `metrics.jsonl` (a line an update and a line an epoch), the same in
/// `tensorboard`, and `checkpoint`. With `resume` it goes on from that checkpoint, if there is one, on whatever device.
///
/// # Errors
///
/// [`Error`], before anything is written if the configuration or the data are wrong, or others than those of the run that
/// is resumed.
pub fn train(config: &RunConfig, device: &Device, data: &Path, output: &Path, resume: bool) -> Result<(), Error> {
    let data = Data::read(data, &config.distil)?;
    let checkpoint = output.join(CHECKPOINT);
    if resume && Progress::of_run(output, config, &data.identity)?.is_some_and(|progress| progress.complete) {
        return Ok(());
    }
    let pretrained = Pretrained::find(&config.encoder)?;
    let found = if resume { Checkpoint::read(&checkpoint)? } else { None };
    let mut run = match found {
        Some(found) => Run::resume(config, device, data, output, pretrained, found)?,
        None => Run::start(config, device, data, output, pretrained)?,
    };
    fs::create_dir_all(output).map_err(Error::writing(output))?;
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
            write_weights(&output.join(BEST), &run.average.weights)?;
        }
        run.save(&metrics)?;
        metrics.say(&format!(
            "epoch {epochs:>3}: dev F1 entities {entities:.2}, relations {relations:.2}, strict {strict:.2}; saved"
        ));
    }
    metrics.bar.finish_and_clear();

    let Progress { epochs, best, .. } = run.progress;
    if epochs < config.train.epochs {
        say(format_args!("the strict F1 has not risen any more: stopped after epoch {epochs}"));
    }
    run.write_model(&run.average.weights, epochs, &output.join(MODEL_LAST))?;
    if let Some((_, epoch)) = best {
        run.write_model(&read_weights(&output.join(BEST))?, epoch, &output.join(MODEL_BEST))?;
        let html = report(output, |_| Ok(Scoring::on_dev(&run.data.dev)))?;
        replace(&output.join(REPORT), html.as_bytes())?;
    }
    run.progress.complete(&checkpoint)
}

/// A run between two updates.
struct Run {
    config: RunConfig,
    progress: Progress,
    data: Data,
    output: PathBuf,
    pretrained: Pretrained,
    tokenizer: Tokenizer,
    lessons: Lessons,
    objective: Objective,
    /// The device of the network.
    device: Device,
    /// Taken out only while an update replaces it, so that its memory can be used again.
    network: Option<Sinet>,
    /// The weights of the model: their mean over the last epochs.
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
        let progress = Progress::new(config.clone(), data.identity.resolved()?);
        // Drawn on the host, so that a seed begins with the same weights on every device.
        let host = Device::flex();
        host.seed(config.train.seed);
        let network = architecture(config, &data.schema, &pretrained).init(&host);
        let Sinet { encoder, tasks } = network;
        let misfit = |error| Error::data(Path::new(&config.encoder))(DataError::Encoder(error));
        let encoder = encoder.with_weights(&pretrained.weights).map_err(misfit)?;
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
        let Checkpoint { mut progress, weights, average, optimizer } = checkpoint;
        progress.data = Some(data.identity.resolved()?);
        let network = architecture(config, &data.schema, &pretrained).init(device);
        let network = network.with_weights(&weights)?.train();
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
        let encoder = Path::new(&progress.config.encoder);
        let tokenizer = Tokenizer::from_bytes(&pretrained.tokenizer).map_err(Error::data(encoder))?;
        check_vocabulary(&pretrained.config, &tokenizer).map_err(Error::data(encoder))?;
        let limit = pretrained.config.max_pieces();
        let device = network.encoder.word_table().device().inner();
        let lessons = Lessons::prepare(&progress.config, &data, &tokenizer, limit, &device)?;
        let train = &progress.config.train;
        let epoch_updates = (lessons.of_epoch() / train.update_size()) as u64;
        if epoch_updates == 0 {
            let (sentences, update) = (lessons.of_epoch(), train.update_size());
            return Err(Error::data(&data.identity.folder.join(TRAIN))(DataError::TooFew { sentences, update }));
        }
        if progress.updates_of_epoch(epoch_updates).is_none() {
            let Progress { epochs, updates, .. } = progress;
            return Err(Error::data(output)(DataError::Updates { epochs, updates, epoch_updates }));
        }
        let total = epoch_updates * train.epochs;
        let schedule = Schedule { warmup: (total as f64 * train.warmup) as u64, total };
        let optimizer = Optimizer::new(&network, optimizer);
        Ok(Self {
            config: progress.config.clone(),
            objective: Objective::of(&progress.config.distil),
            progress,
            data,
            output: output.to_owned(),
            pretrained,
            tokenizer,
            lessons,
            device,
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
        let Lessons { sentences, drawn, .. } = &self.lessons;
        let order = batches(sentences, *drawn, &train, &mut self.rng(Purpose::Order, self.progress.epochs));
        let done = self.progress.updates_of_epoch(self.epoch_updates).expect("a run is checked when it begins");
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
        let sentences = |batch: &[usize]| batch.iter().map(|&i| &self.lessons.sentences[i]).collect::<Vec<_>>();
        let samples: Vec<_> =
            batches.iter().map(|batch| Samples::draw(&sentences(batch), &sampling, &mut rng)).collect();
        // Dropout draws from the device's generator.
        self.device.seed(mix(train.seed, Purpose::Dropout, updates));
        let network = self.network.take().expect(BETWEEN_UPDATES);
        let step = Step::run(&network, &samples, self.objective, self.optimizer.words())?;

        let (factor, norm) = (self.schedule.factor(updates), step.norm);
        let rate = train.learning_rate * factor;
        if !step.losses.total.is_finite() || !norm.is_finite() {
            let sentences = batches.concat().into_iter().map(|i| self.lessons.example(&self.data.train, i).clone());
            let sentences = Dataset { sentences: sentences.collect() }.to_spert(&self.data.schema);
            return Err(diverged(&self.output, updates + 1, &step, rate, sentences));
        }
        self.network = Some(self.optimizer.step(network, &step, train, factor, updates + 1));
        self.progress.updates += 1;
        metrics.update(self.progress.updates, step.losses, norm, rate)
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
        let network = self.current().with_weights(&self.average.weights)?;
        let config = self.model_config(self.progress.epochs);
        let model = Model::new(config, self.tokenizer.clone(), network, Precision::F32)?;
        evaluate(&model, &self.data.dev)
    }

    /// Exports weights of the run, as they were after so many epochs, to a model folder: int8, and these very files are
    /// scored for the card.
    fn write_model(&self, weights: &Weights, epochs: u64, folder: &Path) -> Result<(), Error> {
        let Self { config, data: Data { dev, .. }, pretrained, .. } = self;
        let self_test: Vec<_> = dev.sentences.iter().take(3).map(|example| example.tokens.clone()).collect();
        let tokenizer = &pretrained.tokenizer;
        let mut model =
            ModelFolder::export(&self.model_config(epochs), tokenizer, weights, Precision::Int8, &self_test)?;
        if config.train.tune_threshold {
            model.set_threshold(sweep(model.model(), dev, SymmetricRule::default())?.best)?;
        }
        if config.train.calibrate {
            model.set_scaling(calibrate(model.model(), dev)?.scaling)?;
        }
        model.write_card(Some(&Scoring::on_dev(dev)))?;
        model.write(folder)
    }

    /// The configuration of the model as it was after so many epochs.
    fn model_config(&self, epochs: u64) -> ModelConfig {
        let training = TrainingRecord {
            config: json!(self.config),
            encoder_sha256: self.pretrained.sha256.clone(),
            encoder_revision: self.pretrained.revision.clone(),
            epochs,
            train_sentences: Some(self.data.train.sentences.len()),
            unlabelled_sentences: self.lessons.unlabelled(),
            device: Some(name(&self.device)),
            // As the person has named it: a model folder is given away, and where it was made is nobody's business.
            data: Some(self.data.identity.clone()),
        };
        ModelConfig {
            format_version: 1,
            name: self.config.name.clone(),
            architecture: architecture(&self.config, &self.data.schema, &self.pretrained),
            schema: self.data.schema.clone(),
            relation_threshold: self.config.model.relation_threshold,
            scaling: Scaling::default(),
            max_span_words: self.config.model.max_span_words,
            context_words: self.config.model.context_words,
            training: json!(training),
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

/// The purpose of random numbers.
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
