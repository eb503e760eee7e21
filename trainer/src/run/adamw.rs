//! AdamW on all dense parameters of a network, and their gradients. Both stay on the network's device.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use sinet_kernels::optimizer::{BETAS, Update, adamw, square_norm};
use sinet_model::{ModulePath, Sinet};

/// The running means of a parameter's gradient and of its square, on the host.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Of the gradient.
    pub first: Vec<f32>,
    /// Of its square.
    pub second: Vec<f32>,
}

/// Learning rate to step size; `updates` counts from 1.
pub fn step_size(learning_rate: f64, updates: u64, bias_correction: bool) -> f64 {
    if !bias_correction {
        return learning_rate;
    }
    let (beta1, beta2) = BETAS;
    let correction = |beta: f64| 1.0 - beta.powf(updates as f64);
    learning_rate * correction(beta2).sqrt() / correction(beta1)
}

/// The gradients of all dense parameters by checkpoint name, taken out of the graph: `[elements]` each.
pub struct NamedGradients(BTreeMap<String, Tensor<1>>);

impl NamedGradients {
    /// Collects what `gradients` holds for `model`.
    pub fn take(model: &Sinet, gradients: Gradients) -> Self {
        let mut taker = Taker { path: ModulePath::default(), gradients, taken: BTreeMap::new() };
        model.visit(&mut taker);
        Self(taker.taken)
    }

    /// Adds another's gradients to these.
    pub(crate) fn add(&mut self, other: Self) {
        for (name, gradient) in other.0 {
            let sum = match self.0.remove(&name) {
                Some(sum) => sum + gradient,
                None => gradient,
            };
            self.0.insert(name, sum);
        }
    }

    /// Σ g² of each, `[gradients]`.
    pub fn square_norms(&self) -> Tensor<1> {
        Tensor::cat(self.0.values().cloned().map(square_norm).collect(), 0)
    }

    /// Reads each gradient back, with its parameter's name; linear weights lie `[input, output]`, as Burn has them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Vec<f32>)> {
        self.0.iter().map(|(name, gradient)| (name.as_str(), floats(gradient.to_data())))
    }
}

struct Taker {
    path: ModulePath,
    gradients: Gradients,
    taken: BTreeMap<String, Tensor<1>>,
}

impl ModuleVisitor for Taker {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad_remove(&mut self.gradients) {
            self.taken.insert(self.path.checkpoint_name(), gradient.flatten(0, D - 1));
        }
    }
}

/// The optimiser's memory for each dense parameter that had a gradient so far, by checkpoint name: the running means of the
/// gradient and of its square, `[elements]` each.
#[derive(Debug, Default)]
pub struct AdamW(BTreeMap<String, [Tensor<1>; 2]>);

impl AdamW {
    /// An optimiser with the memory that [`AdamW::state`] gave, on `device`.
    pub fn new(state: BTreeMap<String, Moments>, device: &Device) -> Self {
        let tensor = |values: Vec<f32>| {
            let n = values.len();
            Tensor::from_data(TensorData::new(values, [n]), device)
        };
        let moments = |(name, Moments { first, second })| (name, [first, second].map(tensor));
        Self(state.into_iter().map(moments).collect())
    }

    /// Its memory, read back.
    pub fn state(&self) -> BTreeMap<String, Moments> {
        let read = |tensor: &Tensor<1>| floats(tensor.to_data());
        let moments = |(name, [first, second]): (&String, &[_; 2])| {
            (name.clone(), Moments { first: read(first), second: read(second) })
        };
        self.0.iter().map(moments).collect()
    }

    /// Updates every parameter that has a gradient; `group` gives the numbers for a parameter's name.
    pub fn step(&mut self, model: Sinet, gradients: &NamedGradients, group: impl Fn(&str) -> Update) -> Sinet {
        model.map(&mut Stepper { path: ModulePath::default(), gradients: &gradients.0, moments: &mut self.0, group })
    }
}

struct Stepper<'a, G> {
    path: ModulePath,
    gradients: &'a BTreeMap<String, Tensor<1>>,
    moments: &'a mut BTreeMap<String, [Tensor<1>; 2]>,
    group: G,
}

impl<G: Fn(&str) -> Update> ModuleMapper for Stepper<'_, G> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.checkpoint_name();
        let Some(gradient) = self.gradients.get(&name) else { return param };
        let id = param.id;
        // Nothing else holds the parameter and its moments, so that the step can write over them.
        let value = param.into_value().inner();
        let shape = value.dims();
        let moments = self.moments.remove(&name).unwrap_or_else(|| [gradient.zeros_like(), gradient.zeros_like()]);
        let (value, moments) = adamw(value.flatten(0, D - 1), gradient.clone(), moments, (self.group)(&name));
        self.moments.insert(name, moments);
        Param::initialized(id, Tensor::from_inner(value.reshape(shape)).require_grad())
    }
}

pub(crate) fn floats(data: TensorData) -> Vec<f32> {
    data.try_into_vec().expect("parameters and gradients are f32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bias_correction_makes_the_first_step_as_large_as_the_rate() {
        assert_eq!(step_size(0.5, 1, false), 0.5);
        // √(1-β₂)/(1-β₁) · m/√v with m = (1-β₁) g and v = (1-β₂) g² is 1.
        let m_over_root_v = 0.1 / 0.001f64.sqrt();
        assert!((step_size(0.5, 1, true) * m_over_root_v - 0.5).abs() < 1e-4);
    }
}
