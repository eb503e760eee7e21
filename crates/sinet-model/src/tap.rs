//! Task-aware feature projection (section 3.2, eq. 1).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use sinet_kernels::Precision;

use crate::layers::{Linear, linear};

/// One projection a task: h^e = W^e h, h^r = W^r h (eq. 1). No bias, no activation.
#[derive(Module, Debug)]
pub struct Tap {
    /// W^e, `[d, d]`
    pub entity: Linear,
    /// W^r, `[d, d]`
    pub relation: Linear,
}

impl Tap {
    pub(crate) fn init(d: usize, device: &Device) -> Self {
        Self { entity: linear(d, d, false, device), relation: linear(d, d, false, device) }
    }

    /// The entity space and the relation space of the hidden states.
    ///
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, outputs: `[rows, d]` each
    pub fn forward(&self, hidden: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        (self.entity.forward(hidden.clone()), self.relation.forward(hidden))
    }

    pub(crate) fn packed(self, precision: Precision) -> Self {
        Self { entity: self.entity.packed(precision), relation: self.relation.packed(precision) }
    }
}
