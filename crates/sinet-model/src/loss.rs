//! The joint loss L = L^e + L^r (section 3.3, eq. 11), with the means as in the authors' code.

use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Int, Tensor};

// ANCHOR: losses
/// L^e: cross-entropy, mean over all spans of the batch.
///
/// # Shapes
///
/// - logits: `[spans, entity types + 1]`
/// - classes: `[spans]`, 0 for "none"
/// - output: `[1]`
pub fn entity_loss(logits: Tensor<2>, classes: Tensor<1, Int>) -> Tensor<1> {
    log_softmax(logits, 1).gather(1, classes.unsqueeze_dim(1)).mean().neg()
}

/// L^r: binary cross-entropy, mean over relation types, then over all pairs of the batch.
///
/// # Shapes
///
/// - logits: `[pairs, relation types]`
/// - labels: `[pairs, relation types]`, 0 or 1
/// - output: `[1]`
pub fn relation_loss(logits: Tensor<2>, labels: Tensor<2>) -> Tensor<1> {
    let present = log_sigmoid(logits.clone()) * labels.clone();
    let absent = log_sigmoid(logits.neg()) * (labels.neg() + 1.0);
    (present + absent).mean().neg()
}
// ANCHOR_END: losses

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn losses_stay_finite_on_extreme_logits() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[1000.0, -1000.0]], &device);
        let labels = Tensor::from_floats([[0.0, 1.0]], &device);
        let relation: f32 = relation_loss(logits.clone(), labels).into_scalar();
        assert!((relation - 1000.0).abs() < 1e-2, "{relation}");
        let entity: f32 = entity_loss(logits, Tensor::from_ints([1], &device)).into_scalar();
        assert!((entity - 2000.0).abs() < 1e-2, "{entity}");
    }
}
