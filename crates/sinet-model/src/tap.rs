//! Task-aware feature projection (section 3.2, eq. 1).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use sinet_kernels::Precision;

use crate::linear::PackableLinear;

/// One projection a task: h^e = W^e h, h^r = W^r h (eq. 1). No bias, no activation.
#[derive(Module, Debug)]
pub struct Tap {
    /// W^e, `[d, d]`
    pub entity: PackableLinear,
    /// W^r, `[d, d]`
    pub relation: PackableLinear,
}

impl Tap {
    pub(crate) fn init(d: usize, device: &Device) -> Self {
        let projection = || PackableLinear::init(d, d, false, device);
        Self { entity: projection(), relation: projection() }
    }

    /// The entity space and the relation space of the hidden states.
    ///
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, outputs: `[rows, d]` each
    // ANCHOR: forward
    pub fn forward(&self, hidden: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        (self.entity.forward(hidden.clone()), self.relation.forward(hidden))
    }
    // ANCHOR_END: forward

    pub(crate) fn packed(self, precision: Precision) -> Self {
        Self { entity: self.entity.packed(precision), relation: self.relation.packed(precision) }
    }
}
