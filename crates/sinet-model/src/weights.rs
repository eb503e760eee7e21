//! Weights by the names and shapes of the authors' checkpoints, which are Hugging Face's for the encoder.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::encoder::Encoder;
use crate::sinet::Sinet;

/// A tensor of a checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// Outermost first. Linear weights are `[output, input]`, as PyTorch stores them.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// The tensors of a checkpoint by name.
pub type Weights = BTreeMap<String, NamedTensor>;

/// Why weights do not fit the network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightError {
    /// A tensor that the network needs is not there.
    #[error("tensor {name} is missing")]
    Missing {
        /// Its name in the checkpoint.
        name: String,
    },
    /// A tensor has another shape than the configuration says.
    #[error("tensor {name} has the shape {found:?}, the configuration asks for {expected:?}")]
    Shape {
        /// Its name in the checkpoint.
        name: String,
        /// The shape that the configuration asks for.
        expected: Vec<usize>,
        /// The shape in the checkpoint.
        found: Vec<usize>,
    },
}

impl Sinet {
    /// Replaces every weight by the tensor of that name. Tensors that the network has no use for are ignored.
    ///
    /// # Errors
    ///
    /// The first tensor that is missing or has another shape.
    pub fn with_weights(self, weights: &Weights) -> Result<Self, WeightError> {
        load(self, &weights.iter().map(|(name, tensor)| (name.clone(), tensor)).collect())
    }

    /// All weights, by name. Those of a layer that was packed are not among them.
    pub fn weights(&self) -> Weights {
        save(self)
    }
}

impl Encoder {
    /// Replaces the encoder's weights by those of a plain Hugging Face checkpoint, with or without the prefix of its
    /// architecture on its names (`bert.`, `roberta.`, ...). Layer normalisations may have their old names, gamma and beta.
    /// Tensors that the encoder has no use for, such as a pooler's, are ignored.
    ///
    /// # Errors
    ///
    /// The first tensor that is missing or has another shape.
    pub fn with_weights(self, weights: &Weights) -> Result<Self, WeightError> {
        let prefix = self.prefix();
        let plain = |name: &str| {
            let name = name.strip_prefix(prefix).unwrap_or(name);
            let renamed = |old, new| name.strip_suffix(old).map(|norm| format!("{norm}{new}"));
            let renamed =
                renamed("LayerNorm.gamma", "LayerNorm.weight").or(renamed("LayerNorm.beta", "LayerNorm.bias"));
            renamed.unwrap_or_else(|| name.to_owned())
        };
        load(self, &weights.iter().map(|(name, tensor)| (plain(name), tensor)).collect())
    }

    /// The prefix of its names in the checkpoint of a whole network.
    fn prefix(&self) -> &'static str {
        match self {
            Self::Bert(_) => "bert.",
            Self::Albert(_) => "albert.",
            Self::DistilBert(_) => "distilbert.",
            Self::Electra(_) => "electra.",
            Self::MpNet(_) => "mpnet.",
            Self::Roberta(_) => "roberta.",
            Self::Deberta(_) => "deberta.",
            Self::ModernBert(_) => "model.",
        }
    }

    /// All weights, by their names in a plain Hugging Face checkpoint, without a prefix.
    pub fn weights(&self) -> Weights {
        save(self)
    }
}

/// Whether a name in the checkpoint of a whole network is that of one of the encoder's weights.
pub fn is_of_encoder(name: &str) -> bool {
    let prefixes = ["bert.", "albert.", "distilbert.", "electra.", "mpnet.", "roberta.", "deberta.", "model."];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// The position of a traversal of the module tree.
#[derive(Debug, Default)]
pub struct ModulePath {
    names: Vec<String>,
    containers: Vec<String>,
}

impl ModulePath {
    /// Goes down into a field.
    pub fn enter(&mut self, name: &str, container: &str) {
        self.names.push(name.to_owned());
        self.containers.push(container.to_owned());
    }

    /// Comes back up.
    pub fn exit(&mut self) {
        self.names.pop();
        self.containers.pop();
    }

    /// The name in a checkpoint of the parameter that the traversal is at.
    pub fn checkpoint_name(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        checkpoint_name(&names)
    }

    /// Whether the parameter is the matrix of a linear layer, which checkpoints hold transposed.
    fn is_transposed(&self) -> bool {
        self.names.last().is_some_and(|name| name == "weight")
            && self.containers.iter().rev().any(|container| container == "Struct:Linear")
    }
}

/// The name in a checkpoint of the parameter at a path of fields.
fn checkpoint_name(path: &[&str]) -> String {
    // Which form a linear layer has is not part of its name.
    let path: Vec<&str> = path.iter().copied().filter(|name| *name != "Plain").collect();
    let Some((leaf, module)) = path.split_last() else { return String::new() };
    let module = match module {
        ["encoder", "Bert", rest @ ..] => format!("bert.{}", bert(rest)),
        ["encoder", "Albert", rest @ ..] => format!("albert.{}", albert(rest)),
        ["encoder", "DistilBert", rest @ ..] => format!("distilbert.{}", distilbert(rest)),
        ["encoder", "Electra", rest @ ..] => format!("electra.{}", bert(rest)),
        ["encoder", "MpNet", rest @ ..] => format!("mpnet.{}", mpnet(rest)),
        ["encoder", "Roberta", rest @ ..] => format!("roberta.{}", bert(rest)),
        ["encoder", "Deberta", rest @ ..] => format!("deberta.{}", deberta(rest)),
        ["encoder", "ModernBert", rest @ ..] => format!("model.{}", modernbert(rest)),
        ["Bert" | "Electra" | "Roberta", rest @ ..] => bert(rest),
        ["Albert", rest @ ..] => albert(rest),
        ["DistilBert", rest @ ..] => distilbert(rest),
        ["MpNet", rest @ ..] => mpnet(rest),
        ["Deberta", rest @ ..] => deberta(rest),
        ["ModernBert", rest @ ..] => modernbert(rest),
        ["tasks", rest @ ..] => tasks(rest),
        other => other.join("."),
    };
    let leaf = match *leaf {
        "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    format!("{module}.{leaf}")
}

fn bert(path: &[&str]) -> String {
    match path {
        ["embeddings", "layer_norm"] => "embeddings.LayerNorm".to_owned(),
        ["layers", n, "projection", "Separate", part] => format!("encoder.layer.{n}.attention.self.{part}"),
        ["layers", n, part] => {
            let part = match *part {
                "attention_output" => "attention.output.dense",
                "attention_norm" => "attention.output.LayerNorm",
                "intermediate" => "intermediate.dense",
                "output" => "output.dense",
                "output_norm" => "output.LayerNorm",
                other => other,
            };
            format!("encoder.layer.{n}.{part}")
        }
        other => other.join("."),
    }
}

fn albert(path: &[&str]) -> String {
    match path {
        ["embeddings", "layer_norm"] => "embeddings.LayerNorm".to_owned(),
        ["embedding_hidden_mapping_in"] => "encoder.embedding_hidden_mapping_in".to_owned(),
        ["layer", "projection", "Separate", part] => {
            format!("encoder.albert_layer_groups.0.albert_layers.0.attention.{part}")
        }
        ["layer", part] => {
            let part = match *part {
                "attention_output" => "attention.dense",
                "attention_norm" => "attention.LayerNorm",
                "intermediate" => "ffn",
                "output" => "ffn_output",
                "output_norm" => "full_layer_layer_norm",
                other => other,
            };
            format!("encoder.albert_layer_groups.0.albert_layers.0.{part}")
        }
        other => other.join("."),
    }
}

fn distilbert(path: &[&str]) -> String {
    match path {
        ["embeddings", "layer_norm"] => "embeddings.LayerNorm".to_owned(),
        ["layers", n, "projection", "Separate", part] => {
            let part = match *part {
                "query" => "q_lin",
                "key" => "k_lin",
                "value" => "v_lin",
                other => other,
            };
            format!("transformer.layer.{n}.attention.{part}")
        }
        ["layers", n, part] => {
            let part = match *part {
                "attention_output" => "attention.out_lin",
                "attention_norm" => "sa_layer_norm",
                "intermediate" => "ffn.lin1",
                "output" => "ffn.lin2",
                "output_norm" => "output_layer_norm",
                other => other,
            };
            format!("transformer.layer.{n}.{part}")
        }
        other => other.join("."),
    }
}

fn mpnet(path: &[&str]) -> String {
    match path {
        ["layers", n, "projection", "Separate", part] => {
            let part = match *part {
                "query" => "q",
                "key" => "k",
                "value" => "v",
                other => other,
            };
            format!("encoder.layer.{n}.attention.attn.{part}")
        }
        ["layers", n, "attention_output"] => format!("encoder.layer.{n}.attention.attn.o"),
        ["layers", n, "attention_norm"] => format!("encoder.layer.{n}.attention.LayerNorm"),
        ["relative_attention_bias"] => "encoder.relative_attention_bias".to_owned(),
        other => bert(other),
    }
}

fn deberta(path: &[&str]) -> String {
    match path {
        ["layers", n, "layer", "projection", "Separate", part] => {
            format!("encoder.layer.{n}.attention.self.{part}_proj")
        }
        ["layers", n, "layer", part] => bert(&["layers", *n, *part]),
        ["layers", n, "position_key"] => format!("encoder.layer.{n}.attention.self.pos_key_proj"),
        ["layers", n, "position_query"] => format!("encoder.layer.{n}.attention.self.pos_query_proj"),
        ["relative"] => "encoder.rel_embeddings".to_owned(),
        ["relative_norm"] => "encoder.LayerNorm".to_owned(),
        other => bert(other),
    }
}

fn modernbert(path: &[&str]) -> String {
    match path {
        ["embeddings", "word_embeddings"] => "embeddings.tok_embeddings".to_owned(),
        ["embeddings", "layer_norm"] => "embeddings.norm".to_owned(),
        ["layers", n, part] => {
            let part = match *part {
                "attention_norm" => "attn_norm",
                "projection" => "attn.Wqkv",
                "attention_output" => "attn.Wo",
                "output_norm" => "mlp_norm",
                "intermediate" => "mlp.Wi",
                "output" => "mlp.Wo",
                other => other,
            };
            format!("layers.{n}.{part}")
        }
        other => other.join("."),
    }
}

fn tasks(path: &[&str]) -> String {
    match path {
        ["interaction", "tap", "entity"] => "linear_s".to_owned(),
        ["interaction", "tap", "relation"] => "linear_r".to_owned(),
        ["interaction", "ctam", n, part] => {
            let part = match *part {
                "query" => "wq",
                "key" => "wk",
                "value" => "wv",
                "output" => "proj",
                "norm" => "addnorm.ln",
                other => other,
            };
            // The authors' code has one layer, without a number.
            match *n {
                "0" => format!("cross_attention.{part}"),
                n => format!("cross_attention.{n}.{part}"),
            }
        }
        ["widths"] => "size_embeddings".to_owned(),
        ["entity_classifier", ..] => "entity_classifier".to_owned(),
        ["relation_classifier", ..] => "rel_classifier".to_owned(),
        other => other.join("."),
    }
}

/// Tensors by the names that [`ModulePath::checkpoint_name`] gives.
type Found<'a> = BTreeMap<String, &'a NamedTensor>;

fn load<M: Module>(module: M, weights: &Found) -> Result<M, WeightError> {
    let mut loader = Loader { path: ModulePath::default(), weights, error: None };
    let module = module.map(&mut loader);
    match loader.error {
        Some(error) => Err(error),
        None => Ok(module),
    }
}

struct Loader<'a> {
    path: ModulePath,
    weights: &'a Found<'a>,
    error: Option<WeightError>,
}

impl Loader<'_> {
    fn find(&self, expected: &[usize]) -> Result<&NamedTensor, WeightError> {
        let name = self.path.checkpoint_name();
        let Some(&tensor) = self.weights.get(&name) else { return Err(WeightError::Missing { name }) };
        // The authors' CTAM norm is `[1, d]`.
        let found = match tensor.shape.as_slice() {
            [1, rest @ ..] if expected.len() == rest.len() => rest,
            found => found,
        };
        if found != expected || tensor.values.len() != expected.iter().product::<usize>() {
            let (expected, found) = (expected.to_vec(), tensor.shape.clone());
            return Err(WeightError::Shape { name, expected, found });
        }
        Ok(tensor)
    }
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let mut shape = param.lazy_shape().to_vec();
        let transposed = self.path.is_transposed();
        if transposed {
            shape.reverse();
        }
        match self.find(&shape) {
            Ok(tensor) => {
                let data = TensorData::new(tensor.values.clone(), shape);
                let value = Tensor::from_data(data, &param.lazy_device());
                let value = if transposed { materialized(value.transpose()) } else { value };
                let id = param.id;
                // Keeps what the parameter is trained like.
                param.transform_for_load(value, id)
            }
            Err(error) => {
                self.error.get_or_insert(error);
                param
            }
        }
    }
}

/// A tensor whose memory is in the order of its axes.
///
/// Burn transposes by swapping strides; a weight is read far more often than it is loaded.
fn materialized<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    let device = tensor.device();
    Tensor::from_data(tensor.into_data(), &device)
}

fn save<M: Module>(module: &M) -> Weights {
    let mut saver = Saver::default();
    module.visit(&mut saver);
    saver.weights
}

#[derive(Default)]
struct Saver {
    path: ModulePath,
    weights: Weights,
}

impl ModuleVisitor for Saver {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let value = if self.path.is_transposed() { value.transpose() } else { value };
        let shape = value.dims().to_vec();
        let values = value.into_data().convert::<f32>().try_to_vec().expect("a float tensor is f32 after conversion");
        self.weights.insert(self.path.checkpoint_name(), NamedTensor { shape, values });
    }
}
