//! Cross-task attention mechanism (section 3.2, eq. 2 to 4).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use sinet_kernels::{Precision, softmax};

use crate::batch::Batch;
use crate::config::CtamConfig;
use crate::layers::{Dropout, LayerNorm, Linear, layer_norm, linear};

/// One layer of cross-task attention. Both directions share its weights, as eq. 3 writes them.
///
/// ```text
/// h'   = [ other space, all pieces but its [CLS] ; own agent ]                         (2)
/// A    = softmax( (Wq agent) (Wk h')ᵀ / √(d/h) )                                       (3)
/// out  = LN( Wo (A Wv h') + bo + agent )                                               (3, 4)
/// ```
///
/// The output projection Wo is the authors' code's; the paper does not write it.
#[derive(Module, Debug)]
pub struct Ctam {
    /// `[d, d]`, no bias.
    pub query: Linear,
    /// `[d, d]`, no bias.
    pub key: Linear,
    /// `[d, d]`, no bias.
    pub value: Linear,
    /// `[d, d]`, with bias.
    pub output: Linear,
    /// Eq. 4; `None` for the paper's variant without.
    pub norm: Option<LayerNorm>,
    dropout: Dropout,
    heads: usize,
    mask_padding: bool,
}

/// What one direction of one CTAM layer gives.
#[derive(Debug, Clone)]
pub struct CtamOutput {
    /// h'_cls, `[sentences, d]`.
    pub context: Tensor<2>,
    /// A, `[sentences, heads, longest]`: the keys are the other space's pieces from the second on, then the
    /// own agent. In training the weights are given before dropout.
    pub attention: Tensor<3>,
}

impl Ctam {
    pub(crate) fn init(d: usize, config: &CtamConfig, device: &Device) -> Self {
        Self {
            query: linear(d, d, false, device),
            key: linear(d, d, false, device),
            value: linear(d, d, false, device),
            output: linear(d, d, true, device),
            norm: config.layer_norm.then(|| layer_norm(d, config.layer_norm_eps, device)),
            dropout: Dropout::new(config.dropout),
            heads: config.heads,
            mask_padding: config.mask_padding,
        }
    }

    /// One direction: `agent` looks at the other task's space.
    ///
    /// # Shapes
    ///
    /// - agent: `[sentences, d]`
    /// - other: `[rows, d]`, the rows of `batch`
    pub fn forward(&self, agent: Tensor<2>, other: Tensor<2>, batch: &Batch) -> CtamOutput {
        let [sentences, d] = agent.dims();
        let memory = memory(agent.clone(), other, batch);
        let scale = ((d / self.heads) as f64).powf(-0.5);
        // One query meets many keys: (Wq q)ᵀ (Wk h') is (Wkᵀ Wq q)ᵀ h', which projects one vector instead of all.
        let query = self.split(self.query.forward(agent.clone())) * scale;
        let query = query.matmul(self.by_head(&self.key).swap_dims(1, 2)).swap_dims(0, 1);
        let scores = query.matmul(memory.clone().swap_dims(1, 2));
        let scores = match batch.key_mask(self.mask_padding, &agent.device()) {
            Some(mask) => scores + self.shift(mask).reshape([sentences, 1, batch.longest()]),
            None => scores,
        };
        let attention = softmax(scores);
        // A (Wv h') is (A h') Wv in the same way.
        let mixed = self.dropout.forward(attention.clone()).matmul(memory).swap_dims(0, 1);
        let mixed = mixed.matmul(self.by_head(&self.value)).swap_dims(0, 1);
        let mixed = self.dropout.forward(self.output.forward(mixed.reshape([sentences, d])));
        let context = mixed + agent;
        CtamOutput {
            context: match &self.norm {
                Some(norm) => norm.forward(context),
                None => context,
            },
            attention,
        }
    }

    /// The layer for inference on the host. Key and value are taken apart by head, and stay as they are.
    pub(crate) fn packed(self, precision: Precision) -> Self {
        Self { query: self.query.packed(precision), output: self.output.packed(precision), ..self }
    }

    /// A mask over rows becomes one over keys: the first row goes, the own agent comes and is never hidden.
    fn shift(&self, mask: Tensor<2>) -> Tensor<2> {
        let [sentences, longest] = mask.dims();
        let own = Tensor::zeros([sentences, 1], &mask.device());
        Tensor::cat(vec![mask.slice([0..sentences, 1..longest]), own], 1)
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
fn memory(agent: Tensor<2>, other: Tensor<2>, batch: &Batch) -> Tensor<3> {
    let pieces = batch.unpack(other).slice([0..batch.sentences(), 1..batch.longest()]);
    Tensor::cat(vec![pieces, agent.unsqueeze_dim(1)], 1)
}
