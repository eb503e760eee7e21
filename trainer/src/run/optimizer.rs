//! From gradients to new weights: clipping, parameter groups, and AdamW on everything.

use std::collections::BTreeMap;

use burn::module::Module;
use sinet_kernels::optimizer::Update;
use sinet_model::{Sinet, is_of_encoder};

use crate::config::TrainSection;
use crate::run::adamw::{AdamW, Moments, step_size};
use crate::run::step::Step;
use crate::run::word_table::{WordTable, WordTableState};

/// The network's optimiser. It owns the word table, which the network's own copy lags behind, on the host; everything
/// else stays on the network's device.
#[derive(Debug)]
pub struct Optimizer {
    words: WordTable,
    dense: AdamW,
}

/// The optimiser's memory besides the weights.
#[derive(Debug, Clone, Default)]
pub struct OptimizerState {
    /// For all parameters but the word table, by checkpoint name.
    pub dense: BTreeMap<String, Moments>,
    /// For the word table.
    pub words: WordTableState,
}

impl Optimizer {
    /// An optimiser for a network, as `state` left it; the default state is a fresh one.
    ///
    /// # Panics
    ///
    /// Panics if the state is of a network with a smaller word table.
    pub fn new(network: &Sinet, state: OptimizerState) -> Self {
        let table = network.encoder.word_table().inner();
        let dense = AdamW::new(state.dense, &table.device());
        Self { words: WordTable::resume(table, state.words), dense }
    }

    /// The state that [`Optimizer::new`] goes on from.
    pub fn state(&self) -> OptimizerState {
        OptimizerState { dense: self.dense.state(), words: self.words.state() }
    }

    /// The word table, for [`Step::run`].
    pub fn words(&mut self) -> &mut WordTable {
        &mut self.words
    }

    /// One update of all weights. `factor` is the schedule's, `updates` counts from 1.
    pub fn step(&mut self, network: Sinet, step: &Step, settings: &TrainSection, factor: f64, updates: u64) -> Sinet {
        // As PyTorch's clip_grad_norm_ has it.
        let clip = (settings.max_grad_norm / (step.norm + 1e-6)).min(1.0) as f32;
        let group = |name: &str| Update { clip, ..group(name, settings, factor, updates) };

        self.words.step(&step.words.ids, &step.words.gradient, group(WORDS));
        self.dense.step(network, &step.gradients, group)
    }

    /// Brings the whole word table up to date, see [`WordTable::settle`].
    pub fn settle(&mut self) {
        self.words.settle();
    }

    /// The network with its word table, without gradients. Right after [`Optimizer::settle`] that is the network as it is
    /// now; otherwise it is what [`Optimizer::new`] goes on from with [`Optimizer::state`].
    pub fn current(&self, network: &Sinet) -> Sinet {
        let Sinet { encoder, tasks } = network.valid();
        let words = self.words.tensor(&encoder.word_table().device());
        Sinet { encoder: encoder.with_word_table(words), tasks }
    }
}

/// Any word table's name will do: it decays, and it belongs to the encoder.
const WORDS: &str = "bert.embeddings.word_embeddings.weight";

/// Names of normalisations that do not decay: the authors', DistilBERT's and ModernBERT's.
const NORMS: [&str; 7] = [
    "LayerNorm.weight",
    ".sa_layer_norm.",
    ".output_layer_norm.",
    ".embeddings.norm.",
    ".attn_norm.",
    ".mlp_norm.",
    ".final_norm.",
];

/// Learning rate and decay of a parameter, by its name in a checkpoint.
///
/// The authors' rule for what decays: not biases, not what is called LayerNorm. Their CTAM norm is not called so. In encoders
/// that they did not have, no normalisation decays.
fn group(name: &str, settings: &TrainSection, factor: f64, updates: u64) -> Update {
    let of_heads = |value: Option<f64>| if is_of_encoder(name) { None } else { value };
    let rate = factor * of_heads(settings.heads_learning_rate).unwrap_or(settings.learning_rate);
    let decay = of_heads(settings.heads_weight_decay).unwrap_or(settings.weight_decay);
    let decays = !name.contains("bias") && !NORMS.iter().any(|norm| name.contains(norm));
    Update {
        step_size: step_size(rate, updates, settings.bias_correction) as f32,
        keep: if decays { (1.0 - rate * decay) as f32 } else { 1.0 },
        clip: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_by_name() {
        let settings = TrainSection {
            learning_rate: 0.125,
            weight_decay: 0.5,
            heads_learning_rate: Some(0.25),
            heads_weight_decay: Some(2.0),
            ..TrainSection::default()
        };
        let cases = [
            (WORDS, 0.125, 0.9375),
            ("bert.encoder.layer.0.output.dense.bias", 0.125, 1.0),
            ("bert.encoder.layer.0.output.LayerNorm.weight", 0.125, 1.0),
            ("albert.encoder.embedding_hidden_mapping_in.weight", 0.125, 0.9375),
            ("albert.encoder.albert_layer_groups.0.albert_layers.0.full_layer_layer_norm.weight", 0.125, 0.9375),
            ("distilbert.transformer.layer.0.sa_layer_norm.weight", 0.125, 1.0),
            ("mpnet.encoder.layer.0.attention.attn.o.weight", 0.125, 0.9375),
            ("model.layers.1.attn_norm.weight", 0.125, 1.0),
            ("model.final_norm.weight", 0.125, 1.0),
            ("model.layers.1.attn.Wqkv.weight", 0.125, 0.9375),
            ("cross_attention.addnorm.ln.weight", 0.25, 0.5),
            ("cross_attention.addnorm.ln.bias", 0.25, 1.0),
            ("entity_classifier.weight", 0.25, 0.5),
        ];
        for (name, step_size, keep) in cases {
            let update = group(name, &settings, 1.0, 1);
            assert_eq!((update.step_size, update.keep), (step_size, keep), "{name}");
        }
        // A setting without a value of its own is as for the encoder.
        let same = TrainSection { heads_learning_rate: None, heads_weight_decay: None, ..settings };
        assert_eq!(group("entity_classifier.weight", &same, 1.0, 1), group(WORDS, &same, 1.0, 1));
    }
}
