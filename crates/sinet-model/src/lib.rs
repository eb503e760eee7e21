//! The SINET network in Burn, in the order of section 3 of the paper (Luo et al., 2024):
//! encoder, task-aware projection, cross-task attention, entity classifier, relation classifier, loss.
//!
//! Nothing here names a backend or reads a file: a device comes in, tensors go out. Start at [`Sinet`].
//!
//! All rows of all sentences lie packed in one matrix (see [`Batch`]); spans and pairs name rows in it.

mod batch;
mod config;
mod ctam;
mod encoder;
mod heads;
mod layers;
mod loss;
mod pooling;
mod sinet;
mod tap;
mod weights;

pub use batch::Batch;
pub use config::{Agent, CtamConfig, HeadsConfig, Interaction, Pooling, SinetConfig};
pub use ctam::{Ctam, CtamOutput};
pub use encoder::{
    Activation, Albert, AlbertConfig, Bert, BertConfig, Embeddings, Encoder, EncoderConfig, EncoderOutput, Projection,
    QueryKeyValue, TransformerLayer,
};
pub use heads::{Attention, Heads, Pair, Spaces, Span, Switches};
pub use layers::{Dropout, LayerNorm, Linear};
pub use loss::{entity_loss, relation_loss};
pub use sinet::Sinet;
pub use sinet_kernels::Precision;
pub use tap::Tap;
pub use weights::{ModulePath, NamedTensor, WeightError, Weights};
