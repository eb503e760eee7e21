//! Cross-task attention mechanism (section 3.2, eq. 2 to 4).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::{Precision, softmax};

use crate::layers::{Dropout, LayerNorm};
use crate::linear::{Linear, PackableLinear};
use crate::mode::Mode;
use crate::packed_rows::PackedRows;

/// The cross-task attention (eq. 2 to 4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CtamConfig {
    /// Number of attention heads; divides d.
    pub heads: usize,
    /// Number of layers, 1 or more.
    pub layers: usize,
    /// The query.
    pub agent: Agent,
    /// Whether eq. 4 is applied.
    pub layer_norm: bool,
    /// ε of eq. 4.
    pub layer_norm_eps: f64,
    /// Whether padding is hidden. The authors' code does not hide it.
    pub mask_padding: bool,
    /// Dropout on attention weights and on the output, in training.
    pub dropout: f64,
}

impl Default for CtamConfig {
    fn default() -> Self {
        Self {
            heads: 4,
            layers: 1,
            agent: Agent::Cls,
            layer_norm: true,
            layer_norm_eps: 1e-5,
            mask_padding: true,
            dropout: 0.2,
        }
    }
}

/// The vector that stands for a sentence in its own space, and queries the other (table 3, "interactive agent").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agent {
    /// The `[CLS]` vector.
    #[default]
    Cls,
    /// The maximum over all pieces but `[CLS]`.
    Max,
    /// The mean over all pieces but `[CLS]`.
    Mean,
}

/// One layer of cross-task attention. Both directions share its weights, as eq. 3 writes them.
///
/// ```text
/// h'    = [ other space, all pieces but its [CLS] ; own agent ]       (2)
/// q     = Wq agent,  k = Wk h',  v = Wv h'                            (3)
/// A     = softmax( q kᵀ / √(d/h) )                                    (3)
/// h'cls = LN( Wo (A v) + bo + agent )                                 (3, 4)
/// ```
///
/// The output projection Wo is the authors' code's; the paper does not write it.
///
/// One query meets many keys, so k and v are never made: q kᵀ = (Wkᵀ q)ᵀ h' projects one vector instead of all, and
/// A v = Wv (A h') in the same way. The tests compare this with the equations as they are written.
#[derive(Module, Debug)]
pub struct Ctam {
    /// Wq, `[d, d]`, no bias.
    pub query: PackableLinear,
    /// Wk, `[d, d]`, no bias.
    pub key: Linear,
    /// Wv, `[d, d]`, no bias.
    pub value: Linear,
    /// Wo, `[d, d]`, with bias.
    pub output: PackableLinear,
    /// Eq. 4; `None` for the paper's variant without.
    pub norm: Option<LayerNorm>,
    dropout: Dropout,
    heads: usize,
    mask_padding: bool,
}

/// The output of one direction of one CTAM layer.
#[derive(Debug, Clone)]
pub struct CtamOutput {
    /// h'_cls, `[sentences, d]`.
    pub context: Tensor<2>,
    /// A, `[sentences, heads, longest]`: the keys are the other space's pieces from the second on, then the
    /// own agent. In training the weights are given before dropout.
    pub attention: Tensor<3>,
}

impl CtamConfig {
    /// A layer with random weights, for vectors of size `d`.
    pub(crate) fn init(&self, d: usize, device: &Device) -> Ctam {
        Ctam {
            query: PackableLinear::init(d, d, false, device),
            key: Linear::init(d, d, false, device),
            value: Linear::init(d, d, false, device),
            output: PackableLinear::init(d, d, true, device),
            norm: self.layer_norm.then(|| LayerNorm::init(d, self.layer_norm_eps, device)),
            dropout: Dropout::new(self.dropout),
            heads: self.heads,
            mask_padding: self.mask_padding,
        }
    }
}

impl Ctam {
    /// One direction: `agent` looks at the other task's space.
    ///
    /// # Shapes
    ///
    /// - agent: `[sentences, d]`
    /// - other: `[rows, d]`, those of `rows`
    // ANCHOR: forward
    pub fn forward(&self, agent: Tensor<2>, other: Tensor<2>, rows: &PackedRows, mode: Mode) -> CtamOutput {
        let [sentences, d] = agent.dims();
        let memory = memory(agent.clone(), other, rows);
        let scale = ((d / self.heads) as f64).powf(-0.5);
        // (Wkᵀ q) / √(d/h), [sentences, heads, d]
        let query = self.split(self.query.forward(agent.clone())) * scale;
        let query = query.matmul(self.by_head(&self.key).swap_dims(1, 2)).swap_dims(0, 1);
        let scores = query.matmul(memory.clone().swap_dims(1, 2));
        let scores = match rows.key_mask(self.mask_padding, &agent.device()) {
            Some(mask) => scores + shift(mask).reshape([sentences, 1, rows.longest()]),
            None => scores,
        };
        let attention = softmax(scores);
        // Wv (A h'), [sentences, heads, d/h]
        let mixed = self.dropout.forward(attention.clone(), mode).matmul(memory).swap_dims(0, 1);
        let mixed = mixed.matmul(self.by_head(&self.value)).swap_dims(0, 1);
        let mixed = self.dropout.forward(self.output.forward(mixed.reshape([sentences, d])), mode);
        let context = mixed + agent;
        CtamOutput {
            context: match &self.norm {
                Some(norm) => norm.forward(context),
                None => context,
            },
            attention,
        }
    }
    // ANCHOR_END: forward

    /// The layer for inference on the host. Key and value are taken apart by head, and stay as they are.
    pub(crate) fn packed(self, precision: Precision) -> Self {
        Self { query: self.query.packed(precision), output: self.output.packed(precision), ..self }
    }

    /// The columns of a weight that belong to each head, `[heads, d, d/h]`.
    fn by_head(&self, linear: &Linear) -> Tensor<3> {
        let weight = linear.weight.val();
        let [d, _] = weight.dims();
        weight.reshape([d, self.heads, d / self.heads]).swap_dims(0, 1)
    }

    /// `[sentences, d]` to `[heads, sentences, d/h]`.
    fn split(&self, x: Tensor<2>) -> Tensor<3> {
        let [sentences, d] = x.dims();
        x.reshape([sentences, self.heads, d / self.heads]).swap_dims(0, 1)
    }
}

/// h' of eq. 2, `[sentences, longest, d]`.
fn memory(agent: Tensor<2>, other: Tensor<2>, rows: &PackedRows) -> Tensor<3> {
    let pieces = rows.unpack(other).slice([0..rows.sequences(), 1..rows.longest()]);
    Tensor::cat(vec![pieces, agent.unsqueeze_dim(1)], 1)
}

/// A mask over rows becomes one over keys: the first row goes, the own agent comes and is never hidden.
fn shift(mask: Tensor<2>) -> Tensor<2> {
    let [sentences, longest] = mask.dims();
    let own = Tensor::zeros([sentences, 1], &mask.device());
    Tensor::cat(vec![mask.slice([0..sentences, 1..longest]), own], 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Matrix = Vec<Vec<f64>>;

    /// Eq. 2 to 4 as they are written, head by head, for one sentence: h'_cls and A, a row a head.
    ///
    /// `other` are the pieces of the other space, `[CLS]` first, without those that are hidden.
    fn ctam_as_written(ctam: &Ctam, agent: &[f64], other: &[Vec<f64>]) -> (Vec<f64>, Matrix) {
        let (PackableLinear::Plain(query), PackableLinear::Plain(output)) = (&ctam.query, &ctam.output) else {
            panic!("weights of a packed layer cannot be read");
        };
        let [wq, wk, wv, wo] = [query, &ctam.key, &ctam.value, output].map(|linear| matrix(linear.weight.val()));
        let d = agent.len();
        let memory: Matrix = other[1..].iter().cloned().chain([agent.to_vec()]).collect(); // (2)
        let (q, k, v) = (times(agent, &wq), all_times(&memory, &wk), all_times(&memory, &wv)); // (3)
        let (mut mixed, mut attention) = (Vec::new(), Vec::new());
        for head in 0..ctam.heads {
            let columns = head * d / ctam.heads..(head + 1) * d / ctam.heads;
            let scale = ((d / ctam.heads) as f64).sqrt();
            let scores = k.iter().map(|k| dot(&q[columns.clone()], &k[columns.clone()]) / scale);
            let exponentials: Vec<f64> = scores.map(f64::exp).collect();
            let sum: f64 = exponentials.iter().sum();
            let weights: Vec<f64> = exponentials.iter().map(|e| e / sum).collect();
            mixed.extend(columns.map(|c| v.iter().zip(&weights).map(|(v, a)| a * v[c]).sum::<f64>()));
            attention.push(weights);
        }
        let bias = vector(output.bias().unwrap());
        let out: Vec<f64> =
            times(&mixed, &wo).iter().zip(&bias).zip(agent).map(|((o, b), agent)| o + b + agent).collect();
        let Some(LayerNorm { gamma, beta: Some(beta), .. }) = &ctam.norm else { return (out, attention) };
        let mean = out.iter().sum::<f64>() / d as f64;
        let variance = out.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / d as f64;
        let scales = vector(gamma.val()).into_iter().zip(vector(beta.val()));
        let normal = |(x, (gamma, beta)): (&f64, (f64, f64))| (x - mean) / (variance + EPSILON).sqrt() * gamma + beta;
        (out.iter().zip(scales).map(normal).collect(), attention) // (4)
    }

    const EPSILON: f64 = 1e-5;

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    fn times(x: &[f64], w: &Matrix) -> Vec<f64> {
        (0..w[0].len()).map(|column| x.iter().zip(w).map(|(x, w)| x * w[column]).sum()).collect()
    }

    fn all_times(rows: &Matrix, w: &Matrix) -> Matrix {
        rows.iter().map(|row| times(row, w)).collect()
    }

    fn vector<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
        tensor.into_data().iter::<f64>().collect()
    }

    fn matrix(tensor: Tensor<2>) -> Matrix {
        let [_, d] = tensor.dims();
        vector(tensor).chunks(d).map(<[f64]>::to_vec).collect()
    }

    #[derive(Debug, Clone)]
    struct Case {
        heads: usize,
        head_size: usize,
        lengths: Vec<usize>,
        padded: bool,
        mask_padding: bool,
        layer_norm: bool,
        seed: u64,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let sizes = (1usize..5, 1usize..5, prop::collection::vec(1usize..7, 1..5));
        (sizes, any::<(bool, bool, bool, u64)>()).prop_map(
            |((heads, head_size, lengths), (padded, mask_padding, layer_norm, seed))| Case {
                heads,
                head_size,
                lengths,
                padded,
                mask_padding,
                layer_norm,
                seed,
            },
        )
    }

    /// Numbers from -1 to 1 that follow from a seed (Knuth's generator, its upper bits).
    fn numbers(seed: u64) -> impl FnMut() -> f32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 / (1u64 << 24) as f32) * 2.0 - 1.0
        }
    }

    fn check(case: &Case, mode: Mode) {
        let device = Device::flex();
        let d = case.heads * case.head_size;
        let mut next = numbers(case.seed);
        let config = CtamConfig {
            heads: case.heads,
            layer_norm: case.layer_norm,
            layer_norm_eps: EPSILON,
            mask_padding: case.mask_padding,
            dropout: 0.0,
            ..CtamConfig::default()
        };
        let mut random = |rows: usize| -> Tensor<2> {
            let values: Vec<f32> = (0..rows * d).map(|_| next()).collect();
            Tensor::<1>::from_floats(values.as_slice(), &device).reshape([rows, d])
        };
        let linear = |weight: Tensor<2>, bias: Option<Tensor<1>>| Linear {
            weight: burn::module::Param::from_tensor(weight),
            bias: bias.map(burn::module::Param::from_tensor),
        };
        let ctam = Ctam {
            query: PackableLinear::Plain(linear(random(d) * 2.0, None)),
            key: linear(random(d) * 2.0, None),
            value: linear(random(d), None),
            output: PackableLinear::Plain(linear(random(d), Some(random(1).reshape([d])))),
            ..config.init(d, &device)
        };
        let ids: Vec<_> = case.lengths.iter().map(|&length| vec![1u32; length]).collect();
        let longest = *case.lengths.iter().max().unwrap();
        let length = |pieces: &[u32]| if case.padded { longest } else { pieces.len() };
        let rows = PackedRows::new(&ids, length, 0);
        let (agent, other) = (random(ids.len()), random(rows.ids().len()));

        let found = ctam.forward(agent.clone(), other.clone(), &rows, mode);
        let packed = ctam.clone().packed(Precision::F32).forward(agent.clone(), other.clone(), &rows, mode);
        let [context, of_packed] = [found.context, packed.context].map(matrix);
        let attention: Matrix = vector(found.attention).chunks(longest).map(<[f64]>::to_vec).collect();
        let (agent, other) = (matrix(agent), matrix(other));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-4, "{case:?}: {a} is not {b}");
        for sentence in 0..ids.len() {
            let visible = if case.mask_padding { rows.pieces(sentence) } else { rows.sequence(sentence) };
            let keys = visible.len();
            let (expected, expected_attention) = ctam_as_written(&ctam, &agent[sentence], &other[visible]);
            for i in 0..d {
                near(context[sentence][i], expected[i]);
                near(of_packed[sentence][i], expected[i]);
            }
            for head in 0..case.heads {
                let (found, expected) = (&attention[sentence * case.heads + head], &expected_attention[head]);
                (0..keys - 1).for_each(|key| near(found[key], expected[key]));
                (keys - 1..longest - 1).for_each(|hidden| near(found[hidden], 0.0));
                near(found[longest - 1], expected[keys - 1]);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_fast_form_computes_the_equations_as_written(case in cases()) {
            check(&case, Mode::Inference);
            check(&case, Mode::Training);
        }
    }
}
