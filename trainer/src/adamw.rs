//! AdamW (Loshchilov and Hutter, 2019) over flat slices, with or without bias correction, and the global norm.
//!
//! Burn's own always corrects the bias and clips each tensor for itself; the authors' code does neither.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use rayon::prelude::*;
use sinet_model::{ModulePath, Sinet};

/// The authors' values.
const BETAS: (f64, f64) = (0.9, 0.999);
const EPSILON: f32 = 1e-6;

/// Elements that one thread takes at a time.
const CHUNK: usize = 1 << 14;

/// One update's numbers for one group of parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// Learning rate, with the bias correction where it is wanted.
    pub step_size: f32,
    /// What a parameter is multiplied by after the step: 1 - learning rate · weight decay.
    pub keep: f32,
    /// What a gradient is multiplied by: below 1 where the norm is clipped.
    pub clip: f32,
}

/// The running means of a parameter's gradient and of its square.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Of the gradient.
    pub first: Vec<f32>,
    /// Of its square.
    pub second: Vec<f32>,
}

impl Moments {
    /// Zeros for `n` elements.
    pub fn zeros(n: usize) -> Self {
        Self { first: vec![0.0; n], second: vec![0.0; n] }
    }

    /// One step:
    ///
    /// ```text
    /// m ← β₁ m + (1-β₁) g        v ← β₂ v + (1-β₂) g²
    /// p ← (p - step_size · m / (√v + ε)) · keep
    /// ```
    ///
    /// # Panics
    ///
    /// Panics if the slices differ in length.
    pub fn step(&mut self, parameter: &mut [f32], gradient: &[f32], update: Update) {
        assert!(parameter.len() == gradient.len() && gradient.len() == self.first.len());
        parameter
            .par_chunks_mut(CHUNK)
            .zip(gradient.par_chunks(CHUNK))
            .zip(self.first.par_chunks_mut(CHUNK))
            .zip(self.second.par_chunks_mut(CHUNK))
            .for_each(|(((p, g), m), v)| step(p, g, m, v, update));
    }
}

/// [`Moments::step`] on one thread.
pub(crate) fn step(p: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32], update: Update) {
    let (beta1, beta2) = (BETAS.0 as f32, BETAS.1 as f32);
    // In single precision 1 - 0.999 is off by 5e-5.
    let (rest1, rest2) = ((1.0 - BETAS.0) as f32, (1.0 - BETAS.1) as f32);
    for (((p, g), m), v) in p.iter_mut().zip(g).zip(m).zip(v) {
        let g = g * update.clip;
        *m = beta1 * *m + rest1 * g;
        *v = beta2 * *v + rest2 * g * g;
        *p = (*p - update.step_size * *m / (v.sqrt() + EPSILON)) * update.keep;
    }
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

/// The gradients of all dense parameters by checkpoint name, taken out of the graph.
pub struct NamedGradients(BTreeMap<String, Vec<f32>>);

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
            match self.0.entry(name) {
                Entry::Vacant(place) => drop(place.insert(gradient)),
                Entry::Occupied(mut sum) => sum.get_mut().iter_mut().zip(gradient).for_each(|(sum, x)| *sum += x),
            }
        }
    }

    /// Σ g² over everything.
    pub fn square_norm(&self) -> f64 {
        self.0.values().map(|gradient| square_norm(gradient)).sum()
    }

    /// Each gradient with its parameter's name; linear weights lie `[input, output]`, as Burn has them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f32])> {
        self.0.iter().map(|(name, gradient)| (name.as_str(), gradient.as_slice()))
    }
}

/// Σ x²
pub fn square_norm(values: &[f32]) -> f64 {
    values.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|&x| f64::from(x * x)).sum::<f64>()).sum()
}

struct Taker {
    path: ModulePath,
    gradients: Gradients,
    taken: BTreeMap<String, Vec<f32>>,
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
            self.taken.insert(self.path.checkpoint_name(), floats(gradient.into_data()));
        }
    }
}

/// The optimiser's memory for all dense parameters, by checkpoint name.
#[derive(Debug, Clone, Default)]
pub struct AdamW {
    /// Of each parameter that had a gradient so far.
    pub moments: BTreeMap<String, Moments>,
}

impl AdamW {
    /// Updates every parameter that has a gradient; `group` gives the numbers for a parameter's name.
    pub fn step(
        &mut self,
        model: Sinet,
        gradients: &NamedGradients,
        device: &Device,
        group: impl Fn(&str) -> Update,
    ) -> Sinet {
        let path = ModulePath::default();
        model.map(&mut Stepper { path, gradients: &gradients.0, moments: &mut self.moments, device, group })
    }
}

struct Stepper<'a, G> {
    path: ModulePath,
    gradients: &'a BTreeMap<String, Vec<f32>>,
    moments: &'a mut BTreeMap<String, Moments>,
    device: &'a Device,
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
        let value = param.into_value().inner();
        let shape = value.shape();
        // Moves the memory out and back in, since nothing else holds the tensor.
        let mut values = floats(value.into_data());
        let update = (self.group)(&name);
        let moments = self.moments.entry(name).or_insert_with(|| Moments::zeros(gradient.len()));
        moments.step(&mut values, gradient, update);
        let value = Tensor::from_data(TensorData::new(values, shape), self.device);
        Param::initialized(id, value.require_grad())
    }
}

pub(crate) fn floats(data: TensorData) -> Vec<f32> {
    data.try_into_vec().expect("parameters and gradients are f32")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_written_out() {
        let update = Update { step_size: 0.1, keep: 0.99, clip: 0.5 };
        let mut p = [1.0f32];
        let mut moments = Moments::zeros(1);
        moments.step(&mut p, &[2.0], update);
        // g = 1, m = 0.1, v = 0.001
        let after_one = (1.0 - 0.1 * 0.1 / (0.001f64.sqrt() + 1e-6)) * 0.99;
        assert!((f64::from(p[0]) - after_one).abs() < 1e-6, "{}", p[0]);
        moments.step(&mut p, &[0.0], update);
        let after_two = (after_one - 0.1 * 0.09 / (0.000999f64.sqrt() + 1e-6)) * 0.99;
        assert!((f64::from(p[0]) - after_two).abs() < 1e-6, "{}", p[0]);
    }

    #[test]
    fn bias_correction_makes_the_first_step_as_large_as_the_rate() {
        assert_eq!(step_size(0.5, 1, false), 0.5);
        // √(1-β₂)/(1-β₁) · m/√v with m = (1-β₁) g and v = (1-β₂) g² is 1.
        let m_over_root_v = 0.1 / 0.001f64.sqrt();
        assert!((step_size(0.5, 1, true) * m_over_root_v - 0.5).abs() < 1e-4);
    }
}
