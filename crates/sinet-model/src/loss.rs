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

/// The distance of a student from its teachers on entity types: T² KL(p ‖ softmax(z / T)), mean over all spans of the batch
/// (Hinton et al., 2015, *Distilling the Knowledge in a Neural Network*, section 2).
///
/// T² gives the gradients the size that those of the labels have, whatever the temperature T.
///
/// # Shapes
///
/// - logits z: `[spans, entity types + 1]`
/// - teachers p: `[spans, entity types + 1]`, probabilities at the same temperature, each row of sum 1
/// - output: `[1]`
pub fn entity_distillation_loss(logits: Tensor<2>, teachers: Tensor<2>, temperature: f32) -> Tensor<1> {
    let student = log_softmax(logits / temperature, 1);
    divergence(teachers, student).sum_dim(1).mean() * (temperature * temperature)
}

/// The distance of a student from its teachers on relation types: T² times the Kullback-Leibler divergence between the two
/// outcomes of each type, mean over relation types, then over all pairs of the batch, as in [`relation_loss`].
///
/// # Shapes
///
/// - logits: `[pairs, relation types]`
/// - teachers: `[pairs, relation types]`, the probability of each type at the same temperature
/// - output: `[1]`
pub fn relation_distillation_loss(logits: Tensor<2>, teachers: Tensor<2>, temperature: f32) -> Tensor<1> {
    let logits = logits / temperature;
    let present = divergence(teachers.clone(), log_sigmoid(logits.clone()));
    let absent = divergence(teachers.neg() + 1.0, log_sigmoid(logits.neg()));
    (present + absent).mean() * (temperature * temperature)
}

/// p (ln p - ln q) of each element, 0 where p is 0.
fn divergence(p: Tensor<2>, log_q: Tensor<2>) -> Tensor<2> {
    let log_p = p.clone().clamp_min(f32::MIN_POSITIVE).log();
    p * (log_p - log_q)
}

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

    #[track_caller]
    fn close(found: f32, expected: f64) {
        assert!((f64::from(found) - expected).abs() < 1e-5 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    /// By hand: softmax((ln 4, ln 1, ln 1) / 2) = (2, 1, 1) / 4.
    #[test]
    fn the_distance_on_entities_is_as_written_out() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[4f32.ln(), 0.0, 0.0], [4f32.ln(), 0.0, 0.0]], &device);
        // The first row agrees, the second has 1 ln(1 / 0.25); both count alike, times 2².
        let teachers = Tensor::from_floats([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]], &device);
        close(entity_distillation_loss(logits, teachers, 2.0).into_scalar(), 4.0 * 4f64.ln() / 2.0);
    }

    /// By hand: sigmoid(ln 9 / 2) = 3 / 4, and sigmoid(0) = 1 / 2.
    #[test]
    fn the_distance_on_relations_is_as_written_out() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[9f32.ln(), 0.0]], &device);
        let teachers = Tensor::from_floats([[0.25, 1.0]], &device);
        let first = 0.25 * (0.25f64 / 0.75).ln() + 0.75 * (0.75f64 / 0.25).ln();
        close(relation_distillation_loss(logits, teachers, 2.0).into_scalar(), 4.0 * (first + 2f64.ln()) / 2.0);
    }

    #[test]
    fn distances_stay_finite_on_extreme_logits_and_certain_teachers() {
        let device = Device::flex();
        let logits = Tensor::<2>::from_floats([[1000.0, -1000.0]], &device);
        let teachers = Tensor::from_floats([[0.0, 1.0]], &device);
        close(entity_distillation_loss(logits.clone(), teachers.clone(), 1.0).into_scalar(), 2000.0);
        close(relation_distillation_loss(logits, teachers, 1.0).into_scalar(), 1000.0);
    }

    /// With respect to the logits: T (softmax(z / T) - p) / spans, and T (sigmoid(z / T) - p) / (pairs · types).
    #[test]
    fn gradients_of_distances_are_the_differences_of_probabilities() {
        let device = Device::flex().autodiff();
        let temperature = 3.0;
        let values = [[1.5f32, -0.5, 0.25], [-2.0, 0.75, 3.0]];
        let targets = [[0.2f32, 0.5, 0.3], [0.9, 0.05, 0.05]];
        type Loss = fn(Tensor<2>, Tensor<2>, f32) -> Tensor<1>;
        let gradient = |loss: Loss| -> Vec<f32> {
            let logits = Tensor::<2>::from_floats(values, &device).require_grad();
            let gradients = loss(logits.clone(), Tensor::from_floats(targets, &device), temperature).backward();
            logits.grad(&gradients).unwrap().into_data().try_to_vec().unwrap()
        };
        let flat = |rows: [[f32; 3]; 2]| rows.concat();
        let softmax = |row: [f32; 3]| {
            let sum: f32 = row.iter().map(|z| (z / temperature).exp()).sum();
            row.map(|z| (z / temperature).exp() / sum)
        };
        let sigmoid = |row: [f32; 3]| row.map(|z| 1.0 / (1.0 + (-z / temperature).exp()));
        let cases = [
            (gradient(entity_distillation_loss), flat(values.map(softmax)), 2.0),
            (gradient(relation_distillation_loss), flat(values.map(sigmoid)), 6.0),
        ];
        for (found, student, count) in cases {
            for ((found, q), p) in found.into_iter().zip(student).zip(flat(targets)) {
                close(found, f64::from(temperature * (q - p) / count));
            }
        }
    }
}
