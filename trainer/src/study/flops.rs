//! The multiply-adds of the network for a sentence, counted from its sizes.
//!
//! The paper's table 5 calls these FLOPs. They count the products that its equations write, for one sentence of L
//! word pieces (`[CLS]` and `[SEP]` included), hidden size d, s candidate spans and p ordered pairs of entities:
//!
//! | part | multiply-adds | source |
//! |---|---|---|
//! | encoder, projections | layers x L (4 d^2 + 2 d f), f the feed-forward size, 3 d f with a gate (ModernBERT); also L e d where embeddings of a size e are mapped (ALBERT, ELECTRA) | Vaswani et al. 2017, sections 3.2.2 and 3.3; Lan et al. 2020, section 3.1; Shazeer 2020, eq. 6 |
//! | encoder, attention | layers x 2 L^2 d: Q K^T and A V over all heads; of layers that attend near keys only (ModernBERT), 2 d for each query and key | Vaswani et al. 2017, eq. 1 |
//! | the same, in DeBERTa | also layers x t (P d^2 + L P d) for t terms of distances, of which there are P | He et al. 2021, eq. 4 |
//! | TAP | 2 L d^2 | eq. 1 |
//! | CTAM, for each direction and layer | 2 d^2 for the query and the output, 2 L d^2 for keys and values, 2 L d for A and its use | eq. 2 and 3; the output's projection is the authors' code's |
//! | span classifier | s (2 d + w) (entity types + 1), w the width embedding | eq. 6 and 7 |
//! | pair classifier | p (4 d + 2 w) relation types | eq. 9 and 10 |
//!
//! With context, L of the encoder counts the neighbours' pieces too; the rest of the network does not see them.
//!
//! Normalisations, activations, softmax and pooling multiply no matrices and are left out. The pairs are those of the
//! labelled entities, so that the count does not depend on what a model finds. This project computes less than that: CTAM
//! never projects its keys and values ([`sinet_model::Ctam`]), and what both classifiers read of a span or a sentence is
//! multiplied once, not for every span or pair. Two things keep table 5 from being computed here: the paper does not say which
//! sentence it counts, and the tool that the authors' code imports for it (thop) counts modules, not the products of
//! attention.

use std::fmt::Write;

use serde::Serialize;
use sinet_formats::{Dataset, Example};
use sinet_infer::ModelConfig;
use sinet_model::{EncoderConfig, SinetConfig, Sizes};
use sinet_text::{Document, Encoding, LabelledSpan, Tokenizer, WordRange, windows};

/// The sizes of one input of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// L: word pieces, `[CLS]` and `[SEP]` included.
    pub pieces: usize,
    /// L of the encoder, which reads the context too where the model has one.
    pub read: usize,
    /// s: candidate spans.
    pub spans: usize,
    /// p: ordered pairs of entities.
    pub pairs: usize,
}

/// The parts that are counted, in the order of the network.
pub const PARTS: [&str; 6] =
    ["encoder, projections", "encoder, attention", "TAP", "CTAM", "span classifier", "pair classifier"];

/// Multiply-adds of the [`PARTS`].
pub fn count(config: &SinetConfig, input: Input) -> [u64; 6] {
    let SinetConfig { encoder, tasks } = config;
    let Input { pieces, read, spans, pairs } = input;
    let (d, w) = (encoder.hidden_size(), tasks.width_embedding);
    let Sizes { embedding, layers, feed_forward, .. } = encoder.sizes();
    let mapping = match encoder {
        EncoderConfig::Albert(_) => embedding * d,
        EncoderConfig::Electra(_) if embedding != d => embedding * d,
        _ => 0,
    };
    let gated = matches!(encoder, EncoderConfig::ModernBert(_));
    let attention = match encoder {
        EncoderConfig::ModernBert(config) => (0..layers).map(|layer| 2 * near(read, config.reach(layer)) * d).sum(),
        EncoderConfig::Deberta(config) => {
            let distances = config.distance_rows(read);
            let terms = config.pos_att_type.len() * distances * (d * d + read * d);
            layers * (2 * read * read * d + terms)
        }
        _ => layers * 2 * read * read * d,
    };
    let directions = usize::from(tasks.interaction.entity_looks()) + usize::from(tasks.interaction.relation_looks());
    let looks = 2 * d * d + 2 * pieces * d * d + 2 * pieces * d;
    [
        read * (layers * (4 * d * d + if gated { 3 } else { 2 } * d * feed_forward) + mapping),
        attention,
        if tasks.interaction.has_tap() { 2 * pieces * d * d } else { 0 },
        directions * tasks.ctam.layers * looks,
        spans * (2 * d + w) * (tasks.entity_types + 1),
        pairs * (4 * d + 2 * w) * tasks.relation_types,
    ]
    .map(|count| count as u64)
}

/// The pairs of a query and a key, of `pieces` each, that are at most `reach` apart.
fn near(pieces: usize, reach: Option<usize>) -> usize {
    let farthest = reach.unwrap_or(pieces).min(pieces.saturating_sub(1));
    pieces + (1..=farthest).map(|distance| 2 * (pieces - distance)).sum::<usize>()
}

/// The multiply-adds of a model over a data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flops {
    /// The name of the model.
    pub model: String,
    /// The number of sentences.
    pub sentences: usize,
    /// L of a sentence, without its context.
    pub pieces: Statistics,
    /// The parts, in the order of the network.
    pub parts: Vec<Part>,
    /// All of them; the maximum is that of one sentence.
    pub total: Statistics,
}

/// A part of the network.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its name.
    pub part: &'static str,
    /// Multiply-adds a sentence.
    #[serde(flatten)]
    pub count: Statistics,
}

/// A number that every sentence has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Statistics {
    /// Over all sentences; 0 without any.
    pub mean: f64,
    /// Of the sentence with the most.
    pub maximum: u64,
}

impl Statistics {
    fn of(values: impl ExactSizeIterator<Item = u64> + Clone) -> Self {
        let mean = values.clone().sum::<u64>() as f64 / values.len().max(1) as f64;
        Self { mean, maximum: values.max().unwrap_or(0) }
    }
}

/// Counts a model's multiply-adds over a data set.
pub fn flops(config: &ModelConfig, tokenizer: &Tokenizer, dataset: &Dataset) -> Flops {
    let counts = |inputs: &Vec<Input>| {
        inputs.iter().map(|&input| count(&config.architecture, input)).fold([0; 6], |mut sum, counts| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        })
    };
    let documents = dataset.read_together(config.context_words).into_iter();
    let inputs: Vec<Vec<Input>> = documents.flat_map(|document| inputs(config, tokenizer, document)).collect();
    let counts: Vec<[u64; 6]> = inputs.iter().map(counts).collect();
    let part = |(part, name): (usize, &'static str)| Part {
        part: name,
        count: Statistics::of(counts.iter().map(|counts| counts[part])),
    };
    Flops {
        model: config.name.clone(),
        sentences: inputs.len(),
        pieces: Statistics::of(inputs.iter().map(|inputs| inputs.iter().map(|input| input.pieces as u64).sum())),
        parts: PARTS.into_iter().enumerate().map(part).collect(),
        total: Statistics::of(counts.iter().map(|counts| counts.iter().sum())),
    }
}

/// The inputs of each sentence of a document: one, or several where it is longer than the encoder's.
fn inputs(config: &ModelConfig, tokenizer: &Tokenizer, examples: &[Example]) -> Vec<Vec<Input>> {
    let limit = config.architecture.encoder.max_pieces();
    let sentences: Vec<_> = examples.iter().map(|example| example.tokens.as_slice()).collect();
    let document = Document::from_sentences(&sentences);
    let pieces: Vec<_> = document.word_texts().map(|word| tokenizer.pieces(word)).collect();
    let counts: Vec<_> = pieces.iter().map(Vec::len).collect();
    let windows = windows(&counts, &document.sentences, limit, |word| document.ends_clause(word));
    let mut end = 0;
    let of_sentence = |example: &Example| {
        let start = end;
        end += example.tokens.len();
        let input = |&window: &WordRange| {
            let words = window.start..window.end;
            let inside = |entity: &&LabelledSpan| {
                words.start <= start + entity.words.start && start + entity.words.end <= words.end
            };
            let entities = example.entities.iter().filter(inside).count();
            let encoding = Encoding::from_pieces(tokenizer.special(), &pieces[words.clone()], limit);
            let encoding = encoding.in_context(&pieces, window, config.context_words, limit);
            Input {
                pieces: encoding.ids.len(),
                read: encoding.read_pieces(),
                spans: (1..=config.max_span_words.min(words.len())).map(|width| words.len() + 1 - width).sum(),
                pairs: entities * entities.saturating_sub(1),
            }
        };
        windows.iter().filter(|window| (start..end).contains(&window.start)).map(input).collect()
    };
    examples.iter().map(of_sentence).collect()
}

impl Flops {
    /// For people, in millions.
    pub fn table(&self) -> String {
        let Self { model, sentences, pieces, parts, total } = self;
        let mut table = String::from("multiply-adds a sentence       mean, millions   maximum, millions\n");
        let all = parts.iter().map(|part| (part.part, part.count)).chain([("total", *total)]);
        // Writing to a String cannot fail.
        for (part, Statistics { mean, maximum }) in all {
            let _ = writeln!(table, "  {part:<26} {:>16.3} {:>19.3}", mean / 1e6, maximum as f64 / 1e6);
        }
        let Statistics { mean, maximum } = pieces;
        let _ = writeln!(
            table,
            "{model} on {sentences} sentences of {mean:.1} word pieces on average and {maximum} at most; pairs are those of \
             the labelled entities"
        );
        table
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use sinet_model::Interaction;

    use super::*;

    fn config(encoder: &str) -> SinetConfig {
        let heads = r#"{"entity_types": 1, "relation_types": 1, "width_embedding": 3, "ctam": {"heads": 2}}"#;
        serde_json::from_str(&format!(r#"{{"encoder": {encoder}, "heads": {heads}}}"#)).unwrap()
    }

    const BERT: &str = r#"{"model_type": "bert", "vocab_size": 20, "hidden_size": 4, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 8, "hidden_act": "gelu", "max_position_embeddings": 16,
        "type_vocab_size": 2, "layer_norm_eps": 1e-12}"#;

    const ALBERT: &str = r#"{"model_type": "albert", "vocab_size": 20, "embedding_size": 6, "hidden_size": 4,
        "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 8, "hidden_act": "gelu",
        "max_position_embeddings": 16, "type_vocab_size": 2, "layer_norm_eps": 1e-12}"#;

    /// Three words of one piece each and two entities; spans of at most two words.
    const INPUT: Input = Input { pieces: 5, read: 5, spans: 3 + 2, pairs: 2 };

    #[test]
    fn a_small_network_by_hand() {
        // d = 4, so d^2 = 16: 5 (64 + 64); 2 x 25 x 4; 2 x 5 x 16; twice 32 + 160 + 40; 5 x 11 x 2; 2 x 22 x 1.
        assert_eq!(count(&config(BERT), INPUT), [640, 200, 160, 464, 110, 44]);
        let mut one_way = config(BERT);
        one_way.tasks.interaction = Interaction::CtamNer;
        one_way.tasks.ctam.layers = 2;
        assert_eq!(count(&one_way, INPUT), [640, 200, 160, 464, 110, 44]);
        one_way.tasks.interaction = Interaction::Base;
        assert_eq!(count(&one_way, INPUT), [640, 200, 0, 0, 110, 44]);
        // Twice as many rows for the encoder alone.
        let in_context = Input { read: 10, ..INPUT };
        assert_eq!(count(&config(BERT), in_context), [1280, 800, 160, 464, 110, 44]);
        // Three layers, and 5 x 6 x 4 to map the embeddings.
        assert_eq!(count(&config(ALBERT), INPUT)[..2], [3 * 640 + 120, 3 * 200]);
    }

    const ELECTRA: &str = r#"{"model_type": "electra", "vocab_size": 20, "embedding_size": 6, "hidden_size": 4,
        "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 16}"#;

    const MODERNBERT: &str = r#"{"model_type": "modernbert", "vocab_size": 20, "hidden_size": 4, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 8, "local_attention": 2, "max_position_embeddings": 16}"#;

    const DEBERTA: &str = r#"{"model_type": "deberta-v2", "vocab_size": 20, "hidden_size": 4, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 8, "max_position_embeddings": 16, "relative_attention": true,
        "position_buckets": 4, "pos_att_type": "p2c|c2p", "position_biased_input": false}"#;

    #[test]
    fn encoders_of_other_kinds_by_hand() {
        // 5 x 6 x 4 to map the embeddings.
        assert_eq!(count(&config(ELECTRA), INPUT)[..2], [3 * 640 + 120, 3 * 200]);
        // Twice 5 (64 + 3 x 32); all 25 pairs in the first layer, and 5 + 2 x 4 in the second.
        assert_eq!(count(&config(MODERNBERT), INPUT)[..2], [2 * 5 * (64 + 96), 2 * (25 + 13) * 4]);
        // Distances from -4 to 4 have 7 rows, since 3 and 4 share one. Two terms of 7 x 16 + 5 x 7 x 4.
        assert_eq!(count(&config(DEBERTA), INPUT)[..2], [640, 200 + 2 * (112 + 140)]);
    }

    /// Every matrix of the network, by how often a sentence is multiplied with it.
    #[test]
    fn the_projections_are_the_matrices_that_the_network_has() {
        for encoder in [BERT, ALBERT, ELECTRA, MODERNBERT] {
            let config = config(encoder);
            let weights = config.init(&Device::flex()).weights();
            let size = |parts: &[&str]| -> u64 {
                let of_part = |name: &str| parts.iter().any(|part| name.contains(part));
                let matrices = weights.iter().filter(|(name, tensor)| of_part(name) && tensor.shape.len() == 2);
                matrices.map(|(_, tensor)| tensor.values.len() as u64).sum()
            };
            let Input { pieces, spans, pairs, .. } = INPUT;
            let [pieces, spans, pairs] = [pieces, spans, pairs].map(|count| count as u64);
            let [projections, _, tap, ctam, of_spans, of_pairs] = count(&config, INPUT);
            let expected = match &config.encoder {
                EncoderConfig::Albert(_) => 3 * size(&["albert_layers"]) + size(&["embedding_hidden_mapping_in"]),
                _ => size(&["encoder.layer.", "embeddings_project", ".Wqkv", ".Wo", ".Wi"]),
            };
            assert_eq!(projections, pieces * expected);
            assert_eq!(tap, pieces * size(&["linear_s", "linear_r"]));
            let once = size(&["cross_attention.wq", "cross_attention.proj"]);
            let attention = 2 * pieces * 4;
            assert_eq!(ctam, 2 * (once + pieces * size(&["cross_attention.wk", "cross_attention.wv"]) + attention));
            assert_eq!(of_spans, spans * size(&["entity_classifier"]));
            assert_eq!(of_pairs, pairs * size(&["rel_classifier"]));
        }
    }
}
