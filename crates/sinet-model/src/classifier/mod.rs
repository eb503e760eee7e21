//! The two classifiers of section 3.2, a module each, and the layer that both end with.

mod entity;
mod relation;

pub use entity::EntityClassifier;
pub(crate) use entity::EntityClassifierConfig;
pub(crate) use relation::RelationClassifierConfig;
pub use relation::{Candidates, RelationClassifier};

use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor};

use crate::layers::Dropout;
use crate::linear::Linear;
use crate::mode::Mode;
use crate::packed_rows::indices;
use crate::span::Span;

/// W [a; b; …] + β: a linear layer over N vectors side by side, with dropout before it.
///
/// W [a; b; …] is W_a a + W_b b + …, so in inference a vector that many inputs share is multiplied once, and what the inputs
/// share are products. In training each input is dropped out by itself, and has to be put together.
#[derive(Module, Debug)]
pub struct ConcatLinear<const N: usize> {
    /// W, `[Σ sizes, classes]`, and β, `[classes]`.
    pub linear: Linear,
    dropout: Dropout,
    #[module(skip)]
    sizes: [usize; N],
}

impl<const N: usize> ConcatLinear<N> {
    fn init(sizes: [usize; N], classes: usize, dropout: f64, device: &Device) -> Self {
        let linear = Linear::init(sizes.iter().sum(), classes, true, device);
        Self { linear, dropout: Dropout::new(dropout), sizes }
    }

    /// The vectors that inputs share, ready to be picked for each input: themselves in training, their products with their
    /// part of W in inference.
    ///
    /// # Shapes
    ///
    /// - vectors: `[any number, size]` each, in the order of W
    /// - output: `[as many, size]` each in training, `[as many, classes]` in inference
    fn parts(&self, vectors: [Tensor<2>; N], mode: Mode) -> [Tensor<2>; N] {
        let mut index = 0;
        vectors.map(|vectors| {
            index += 1;
            self.part(index - 1, vectors, mode)
        })
    }

    /// As [`ConcatLinear::parts`], for the vectors of one part.
    fn part(&self, index: usize, vectors: Tensor<2>, mode: Mode) -> Tensor<2> {
        match mode {
            Mode::Training => vectors,
            Mode::Inference => {
                let first: usize = self.sizes[..index].iter().sum();
                vectors.matmul(self.linear.weight.val().slice(first..first + self.sizes[index]))
            }
        }
    }

    /// W [a; b; …] + β, `[inputs, classes]`, from what [`ConcatLinear::parts`] gave, picked for each input.
    fn forward(&self, input: [Tensor<2>; N], mode: Mode) -> Tensor<2> {
        match mode {
            Mode::Training => self.linear.forward(self.dropout.forward(Tensor::cat(input.into(), 1), mode)),
            Mode::Inference => {
                let sum = input.into_iter().reduce(|sum, product| sum + product).expect("an input has parts");
                match self.linear.bias() {
                    Some(bias) => sum + bias.unsqueeze(),
                    None => sum,
                }
            }
        }
    }
}

/// The row of the width table for each span, `[spans]`; the last row serves all that are wider.
fn width_rows<'a>(widths: &Embedding, spans: impl Iterator<Item = &'a Span>, device: &Device) -> Tensor<1, Int> {
    let [rows, _] = widths.weight.dims();
    indices(spans.map(|span| span.words.min(rows - 1)), device)
}
