//! The whole network.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::encoder::{Encoder, EncoderConfig};
use crate::interaction::Spaces;
use crate::mode::Mode;
use crate::span::{Pair, Span};
use crate::tasks::{Tasks, TasksConfig};

/// Sizes and variants of the whole network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SinetConfig {
    /// The sentence encoder.
    pub encoder: EncoderConfig,
    /// Everything after it; called `heads` in files.
    #[serde(rename = "heads")]
    pub tasks: TasksConfig,
}

impl SinetConfig {
    /// A network with random weights, all on one device. Nothing is allocated before a weight is used, so that
    /// [`Sinet::with_weights`] refuses weights of other sizes before there is any memory for them.
    ///
    /// # Panics
    ///
    /// As [`TasksConfig::init`].
    pub fn init(&self, device: &Device) -> Sinet {
        Sinet { encoder: self.encoder.init(device), tasks: self.tasks.init(self.encoder.hidden_size(), device) }
    }
}

/// SINET: an encoder, and the two tasks on top of it.
///
/// The two parts are separate on purpose. Inference runs the encoder on one device, reads its hidden states back once, and
/// computes everything else on the host, where the entities that were found decide which pairs are scored; it calls the
/// same [`Encoder`], [`TaskInteraction`](crate::TaskInteraction) and classifiers one after the other.
#[derive(Module, Debug)]
pub struct Sinet {
    /// The sentence encoder.
    pub encoder: Encoder,
    /// TAP, CTAM and the classifiers.
    pub tasks: Tasks,
}

/// The output of the network for a batch.
#[derive(Debug, Clone)]
pub struct SinetOutput {
    /// The hidden states as the two tasks see them.
    pub spaces: Spaces,
    /// The scores of every entity type for each span, before the softmax, `[spans, entity types + 1]`; column 0 is "none".
    pub entity_logits: Tensor<2>,
    /// The scores of every relation type for each pair, before the sigmoid, `[pairs, relation types]`; `None` without
    /// pairs.
    pub relation_logits: Option<Tensor<2>>,
}

impl Sinet {
    /// From sentences to the scores of both classifiers (section 3.2).
    ///
    /// # Panics
    ///
    /// Panics if there is no span, if a span names rows or a sentence that the batch has not, or if a pair joins spans of
    /// two sentences.
    pub fn forward(&self, batch: &Batch, spans: &[Span], pairs: &[Pair], mode: Mode) -> SinetOutput {
        let words = self.encoder.word_embeddings(batch);
        self.forward_words(words, batch, spans, pairs, mode)
    }

    /// [`Sinet::forward`] from word embeddings that were looked up before: see [`Encoder::forward_words`].
    ///
    /// # Shapes
    ///
    /// - words: `[encoder rows, embedding size]`
    ///
    /// # Panics
    ///
    /// As [`Sinet::forward`].
    // ANCHOR: forward
    pub fn forward_words(
        &self,
        words: Tensor<2>,
        batch: &Batch,
        spans: &[Span],
        pairs: &[Pair],
        mode: Mode,
    ) -> SinetOutput {
        let Tasks { interaction, entity_classifier, relation_classifier, widths } = &self.tasks;
        let hidden = self.encoder.forward_words(words, batch, mode);
        let spaces = interaction.forward(hidden, batch, mode); // (1) to (4)
        let entity_logits = entity_classifier.forward(&spaces, spans, widths, mode); // (5) to (7)
        let relation_logits = (!pairs.is_empty()).then(|| {
            let candidates = relation_classifier.candidates(&spaces, spans, widths, mode); // (8)
            relation_classifier.forward(&candidates, pairs) // (9), (10)
        });
        SinetOutput { spaces, entity_logits, relation_logits }
    }
    // ANCHOR_END: forward
}

#[cfg(test)]
mod tests {
    use burn::module::{ModuleVisitor, Param};

    use super::*;
    use crate::encoder::BertConfig;

    fn config() -> SinetConfig {
        let encoder: BertConfig = BertConfig {
            vocab_size: 1 << 20,
            hidden_size: 1 << 20,
            num_hidden_layers: 256,
            num_attention_heads: 1,
            intermediate_size: 1 << 20,
            hidden_act: crate::encoder::Activation::Gelu,
            max_position_embeddings: 1 << 20,
            type_vocab_size: 1 << 20,
            layer_norm_eps: 1e-12,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
        };
        let tasks = TasksConfig {
            entity_types: 1 << 20,
            relation_types: 1 << 20,
            interaction: Default::default(),
            ctam: crate::CtamConfig { layers: 256, ..Default::default() },
            span_pooling: Default::default(),
            context_pooling: Default::default(),
            width_embedding: 1 << 20,
            widths: 1 << 20,
            dropout: 0.1,
        };
        SinetConfig { encoder: EncoderConfig::Bert(encoder), tasks }
    }

    /// B5: biases and normalisations were made at once, so that a `config.json` alone could ask for 10 GiB.
    #[test]
    fn nothing_is_allocated_before_a_weight_fits() {
        struct Lazy(usize);
        impl ModuleVisitor for Lazy {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                assert!(!param.is_initialized(), "a parameter of shape {:?}", param.lazy_shape());
                self.0 += 1;
            }
        }
        let network = config().init(&Device::flex());
        let mut parameters = Lazy(0);
        network.visit(&mut parameters);
        assert_eq!(parameters.0, 5 + 256 * 16 + 2 + 256 * 7 + 4 + 1);
        let error = network.with_weights(&crate::Weights::new()).unwrap_err();
        assert!(matches!(error, crate::WeightError::Missing { .. }), "{error}");
    }
}
