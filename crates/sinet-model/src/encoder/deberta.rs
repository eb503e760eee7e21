//! DeBERTa in its versions 2 and 3 (He et al., 2021), as
//! <https://github.com/huggingface/transformers/blob/main/src/transformers/models/deberta_v2/modeling_deberta_v2.py>
//! computes it: BERT's layers with disentangled attention. A score sums up three products: of content with content, of
//! content with the distance of the two positions, and of the distance with content.
//!
//! Of the table of distances only the rows that the longest sentence of a batch has are projected.

use std::ops::Range;

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sinet_kernels::Precision;

use super::attention::{Block, Scores, thirds};
use super::embeddings::{Embeddings, EmbeddingsConfig};
use super::transformer::TransformerLayerConfig;
use super::{Activation, EncoderOutput, Sizes, TransformerLayer, Unsupported};
use crate::layers::{Dropout, LayerNorm, embedding};
use crate::linear::PackableLinear;
use crate::mode::Mode;
use crate::packed_rows::{PackedRows, indices};

/// Sizes of a [`Deberta`], by Hugging Face's names and with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DebertaConfig {
    /// Number of word pieces.
    pub vocab_size: usize,
    /// Size d of a hidden state.
    pub hidden_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Number of attention heads a layer.
    pub num_attention_heads: usize,
    /// Size of the feed-forward block.
    pub intermediate_size: usize,
    /// Its activation.
    pub hidden_act: Activation,
    /// Longest input in word pieces.
    pub max_position_embeddings: usize,
    /// Number of segments; 0 for none.
    pub type_vocab_size: usize,
    /// ε of every layer normalisation.
    pub layer_norm_eps: f64,
    /// Dropout on embeddings and on both blocks' outputs, in training.
    pub hidden_dropout_prob: f64,
    /// Dropout on attention weights, in training.
    pub attention_probs_dropout_prob: f64,
    /// Whether the attention knows distances.
    pub relative_attention: bool,
    /// The largest distance that is told apart from larger ones; below 1 it is `max_position_embeddings`.
    pub max_relative_positions: i64,
    /// Number of groups of distances in each direction, which grow with the distance; below 1 each distance is its own.
    pub position_buckets: i64,
    /// Whether positions are in the embeddings too.
    pub position_biased_input: bool,
    /// The products of a score besides content with content.
    #[serde(deserialize_with = "position_terms")]
    pub pos_att_type: Vec<PositionTerm>,
    /// Whether distances are projected by the layer's own query and key.
    pub share_att_key: bool,
    /// The normalisation of the table of distances: `layer_norm` or `none`.
    pub norm_rel_ebd: String,
    /// The width of a convolution beside the first layer: only 0, for none, is possible.
    pub conv_kernel_size: usize,
    /// Size of an embedding: only that of a hidden state is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding_size: Option<usize>,
}

/// A product in a score of disentangled attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PositionTerm {
    /// A query's content with the distance.
    #[serde(rename = "c2p")]
    ContentToPosition,
    /// The distance with a key's content.
    #[serde(rename = "p2c")]
    PositionToContent,
}

impl Default for DebertaConfig {
    fn default() -> Self {
        Self {
            vocab_size: 128_100,
            hidden_size: 1536,
            num_hidden_layers: 24,
            num_attention_heads: 24,
            intermediate_size: 6144,
            hidden_act: Activation::Gelu,
            max_position_embeddings: 512,
            type_vocab_size: 0,
            layer_norm_eps: 1e-7,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            relative_attention: false,
            max_relative_positions: -1,
            position_buckets: -1,
            position_biased_input: true,
            pos_att_type: vec![],
            share_att_key: false,
            norm_rel_ebd: "none".to_owned(),
            conv_kernel_size: 0,
            embedding_size: None,
        }
    }
}

/// A list, the same as one string with `|` between, or `null` for none.
fn position_terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PositionTerm>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Joined(String),
        None(()),
    }
    let names = match Written::deserialize(deserializer)? {
        Written::List(names) => names,
        Written::Joined(names) => names.split('|').map(|name| name.trim().to_lowercase()).collect(),
        Written::None(()) => vec![],
    };
    let term = |name: &String| match name.as_str() {
        "c2p" => Ok(PositionTerm::ContentToPosition),
        "p2c" => Ok(PositionTerm::PositionToContent),
        other => Err(D::Error::custom(format!("`pos_att_type` names {other}; c2p and p2c are possible"))),
    };
    let mut terms = names.iter().map(term).collect::<Result<Vec<_>, _>>()?;
    terms.sort_by_key(|term| *term as u8);
    terms.dedup();
    Ok(terms)
}

/// DeBERTa.
#[derive(Module, Debug)]
pub struct Deberta {
    /// The input of the first layer.
    pub embeddings: Embeddings,
    /// From input to output.
    pub layers: Vec<DebertaLayer>,
    /// One row a group of distances, `[2 span, d]`; none where attention does not know distances.
    pub relative: Option<Embedding>,
    /// Over each of them.
    pub relative_norm: Option<LayerNorm>,
    /// On them, before each layer's projection.
    relative_dropout: Dropout,
    #[module(skip)]
    distances: Distances,
}

/// A layer with disentangled attention.
#[derive(Module, Debug)]
pub struct DebertaLayer {
    /// BERT's.
    pub layer: TransformerLayer,
    /// Distances to keys, `[d, d]`, where the layer's own projection does not serve.
    pub position_key: Option<PackableLinear>,
    /// Distances to queries, `[d, d]`, likewise.
    pub position_query: Option<PackableLinear>,
    #[module(skip)]
    terms: Vec<PositionTerm>,
}

impl DebertaConfig {
    /// A DeBERTa with random weights.
    pub fn init(&self, device: &Device) -> Deberta {
        let d = self.hidden_size;
        let layer = TransformerLayerConfig {
            hidden_size: d,
            heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            activation: self.hidden_act,
            layer_norm_eps: self.layer_norm_eps,
            hidden_dropout: self.hidden_dropout_prob,
            attention_dropout: self.attention_probs_dropout_prob,
            score_terms: 1 + self.pos_att_type.len(),
            drops_attention_output: true,
        };
        let embeddings = EmbeddingsConfig {
            words: self.vocab_size,
            positions: if self.position_biased_input { self.max_position_embeddings } else { 0 },
            first_position: 0,
            types: self.type_vocab_size,
            size: d,
            layer_norm_eps: self.layer_norm_eps,
            dropout: self.hidden_dropout_prob,
        };
        let projection = |term: PositionTerm| {
            let own = self.knows_distances() && !self.share_att_key && self.pos_att_type.contains(&term);
            own.then(|| PackableLinear::init(d, d, true, device))
        };
        let layer = || DebertaLayer {
            layer: layer.init(device),
            position_key: projection(PositionTerm::ContentToPosition),
            position_query: projection(PositionTerm::PositionToContent),
            terms: self.pos_att_type.clone(),
        };
        let distances = self.distances();
        let has_norm = self.norm_rel_ebd.split('|').any(|part| part.trim().eq_ignore_ascii_case("layer_norm"));
        Deberta {
            embeddings: embeddings.init(device),
            layers: (0..self.num_hidden_layers).map(|_| layer()).collect(),
            relative: self.knows_distances().then(|| embedding(2 * distances.span, d, device)),
            relative_norm: (self.knows_distances() && has_norm)
                .then(|| LayerNorm::init(d, self.layer_norm_eps, device)),
            relative_dropout: Dropout::new(self.hidden_dropout_prob),
            distances,
        }
    }

    /// The rows of the table of distances that a sentence of so many word pieces has; 0 where attention does not know
    /// distances.
    pub fn distance_rows(&self, pieces: usize) -> usize {
        if self.knows_distances() { self.distances().rows(pieces).len() } else { 0 }
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.vocab_size,
            embedding: self.hidden_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            feed_forward: self.intermediate_size,
            max_pieces: self.max_position_embeddings,
            others: vec![self.max_position_embeddings, self.type_vocab_size.max(1), self.distances().span],
        }
    }

    pub(super) fn unsupported(&self) -> Option<Unsupported> {
        let refused = |field, reason| Some(Unsupported { field, reason });
        if self.conv_kernel_size > 0 {
            return refused("conv_kernel_size", "a DeBERTa with a convolution is not among those that work here");
        }
        if self.embedding_size.is_some_and(|size| size != self.hidden_size) {
            return refused("embedding_size", "a DeBERTa whose embeddings have a size of their own does not work here");
        }
        if !self.relative_attention && !self.pos_att_type.is_empty() {
            return refused("pos_att_type", "it must be empty where relative_attention is false");
        }
        None
    }

    fn knows_distances(&self) -> bool {
        self.relative_attention && !self.pos_att_type.is_empty()
    }

    fn distances(&self) -> Distances {
        let positive = |number: i64| usize::try_from(number).ok().filter(|&number| number > 0);
        let farthest = positive(self.max_relative_positions).unwrap_or(self.max_position_embeddings);
        let buckets = positive(self.position_buckets);
        Distances { farthest, buckets, span: buckets.unwrap_or(farthest) }
    }
}

impl Deberta {
    /// # Shapes
    ///
    /// - words: `[rows, d]`, output: `[rows, d]`
    pub(super) fn forward(&self, words: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let relative = self.relative(rows.longest());
        let embedded = self.embeddings.forward(words, rows, mode);
        self.layers.iter().fold(embedded, |hidden, layer| {
            let relative = self.dropped_out(&relative, mode);
            layer.with_scores(relative, |scores| layer.layer.forward(hidden, scores, rows, mode))
        })
    }

    pub(super) fn forward_with_attention(&self, words: Tensor<2>, rows: &PackedRows) -> EncoderOutput {
        let relative = self.relative(rows.longest());
        let (last, rest) = self.layers.split_last().expect("a DeBERTa has a layer");
        let embedded = self.embeddings.forward(words, rows, Mode::Inference);
        let hidden = rest.iter().fold(embedded, |hidden, layer| {
            layer.with_scores(relative.clone(), |scores| layer.layer.forward(hidden, scores, rows, Mode::Inference))
        });
        last.with_scores(relative, |scores| last.layer.forward_with_attention(hidden, scores, rows))
    }

    pub(super) fn fused(self) -> Self {
        let fused = |layer: DebertaLayer| DebertaLayer { layer: layer.layer.fused(), ..layer };
        Self { layers: self.layers.into_iter().map(fused).collect(), ..self }
    }

    pub(super) fn packed(self, precision: Precision) -> Self {
        let packed = |layer: DebertaLayer| DebertaLayer {
            layer: layer.layer.packed(precision),
            position_key: layer.position_key.map(|linear| linear.packed(precision)),
            position_query: layer.position_query.map(|linear| linear.packed(precision)),
            ..layer
        };
        Self { layers: self.layers.into_iter().map(packed).collect(), ..self }
    }

    /// The distances in a sentence of `longest` rows.
    fn relative(&self, longest: usize) -> Option<Relative> {
        let table = self.relative.as_ref()?.weight.val();
        let rows = self.distances.rows(longest);
        let farthest = longest as isize - 1;
        let places = (-farthest..=farthest).map(|distance| self.distances.row(distance) - rows.start).collect();
        let vectors = table.slice(rows);
        let vectors = match &self.relative_norm {
            Some(norm) => norm.forward(vectors),
            None => vectors,
        };
        Some(Relative { vectors, places })
    }

    fn dropped_out(&self, relative: &Option<Relative>, mode: Mode) -> Option<Relative> {
        relative.clone().map(|Relative { vectors, places }| Relative {
            vectors: self.relative_dropout.forward(vectors, mode),
            places,
        })
    }
}

impl DebertaLayer {
    /// Calls `then` with the scores of this layer's attention.
    fn with_scores<T>(&self, relative: Option<Relative>, then: impl FnOnce(Scores) -> T) -> T {
        let Some(Relative { vectors, places }) = relative else { return then(Scores::Plain) };
        let attention = &self.layer.attention;
        let [query, key] = match (&self.position_query, &self.position_key) {
            (None, None) => {
                let [query, key, _] = thirds(self.layer.projection.forward(vectors));
                [Some(query), Some(key)]
            }
            (query, key) => [query, key].map(|linear| linear.as_ref().map(|linear| linear.forward(vectors.clone()))),
        };
        let of_term = |term: PositionTerm, projected: Option<Tensor<2>>| {
            let split = projected.filter(|_| self.terms.contains(&term));
            split.map(|projected| attention.split(projected.unsqueeze_dim(0)).swap_dims(2, 3) * attention.scale())
        };
        // [1, heads, d/h, rows of distances], scaled
        let keys = of_term(PositionTerm::ContentToPosition, key);
        let queries = of_term(PositionTerm::PositionToContent, query);
        let addition = |query: &Tensor<4>, key: &Tensor<4>, block: &Block| {
            let [sentences, heads, ..] = query.dims();
            let places = places_of(&places, block, &query.device());
            let [_, _, n, m] = places.dims();
            let content_to_position = keys.as_ref().map(|keys| {
                let products = query.clone().matmul(keys.clone().expand([sentences as i64, -1, -1, -1]));
                products.gather(3, places.clone().expand([sentences, heads, n, m]))
            });
            let position_to_content = queries.as_ref().map(|queries| {
                let products = key.clone().matmul(queries.clone().expand([sentences as i64, -1, -1, -1]));
                products.gather(3, places.clone().swap_dims(2, 3).expand([sentences, heads, m, n])).swap_dims(2, 3)
            });
            match (content_to_position, position_to_content) {
                (Some(one), Some(other)) => one + other,
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => unreachable!("distances without a term are not made"),
            }
        };
        then(Scores::Plus(&addition))
    }
}

/// The distances that the sentences of a batch have.
#[derive(Debug, Clone)]
struct Relative {
    /// One row a group of distances, `[rows, d]`.
    vectors: Tensor<2>,
    /// The row of each distance, query position minus key position, from the smallest on.
    places: Vec<usize>,
}

/// The row of each query's and key's distance, `[1, 1, queries, keys]`.
fn places_of(places: &[usize], block: &Block, device: &Device) -> Tensor<4, Int> {
    let middle = (places.len() / 2) as isize;
    let rows = block.distances().map(|distance| places[(middle - distance) as usize]);
    indices(rows, device).reshape([1, 1, block.queries.len(), block.keys.len()])
}

/// From a distance to the row of the table that stands for it and its like.
#[derive(Debug, Clone, Copy)]
struct Distances {
    /// The first distance that all larger ones are like.
    farthest: usize,
    /// Groups in each direction, if distances are grouped.
    buckets: Option<usize>,
    /// Half of the table's rows.
    span: usize,
}

impl Distances {
    /// The rows of all distances in a sentence of `longest` rows.
    fn rows(&self, longest: usize) -> Range<usize> {
        let farthest = longest as isize - 1;
        self.row(-farthest)..self.row(farthest) + 1
    }

    /// The row of a distance, query position minus key position.
    fn row(&self, distance: isize) -> usize {
        let place = self.bucket(distance).saturating_add_unsigned(self.span);
        place.clamp(0, (2 * self.span) as isize - 1) as usize
    }

    /// Distances up to half of the groups have one each, those beyond share groups that grow exponentially.
    fn bucket(&self, distance: isize) -> isize {
        let Some(middle) = self.buckets.map(|buckets| buckets / 2) else { return distance };
        if distance.unsigned_abs() <= middle {
            return distance;
        }
        // In 32 bits, as PyTorch rounds it.
        let middle_f = middle as f32;
        let far = distance.unsigned_abs() as f32 / middle_f;
        let farthest = (self.farthest.saturating_sub(1) as f64 / middle as f64) as f32;
        let place = (far.ln() / farthest.ln() * (middle_f - 1.0)).ceil() + middle_f;
        place as isize * distance.signum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_grouped() {
        // transformers' make_log_bucket_position(distance, 256, 512)
        let published = Distances { farthest: 512, buckets: Some(256), span: 256 };
        let cases =
            [(0, 0), (5, 5), (-128, -128), (129, 129), (130, 130), (200, 169), (511, 255), (-511, -255), (900, 307)];
        for (distance, expected) in cases {
            assert_eq!(published.bucket(distance), expected, "{distance}");
        }
        assert_eq!((published.rows(1), published.rows(3), published.rows(600)), (256..257, 254..259, 0..512));
        let each = Distances { farthest: 4, buckets: None, span: 4 };
        assert_eq!([-9, -4, -1, 0, 3, 9].map(|distance| each.row(distance)), [0, 0, 3, 4, 7, 7]);
    }
}
