//! The SINET network in Burn, in the order of section 3 of the paper (Luo et al., 2024):
//! encoder, task-aware projection, cross-task attention, entity classifier, relation classifier, loss.
//!
//! Nothing here names a backend or reads a file: a device comes in, tensors go out. Start at [`Sinet::forward`].
//!
//! | | section 3 | module |
//! |---|---|---|
//! | [`Encoder`] | BERT encoder, or another | `encoder` |
//! | [`Tap`] | eq. 1 | `tap` |
//! | [`Ctam`] | eq. 2 to 4 | `ctam` |
//! | [`TaskInteraction`] | eq. 1 to 4, in both directions | `interaction` |
//! | [`EntityClassifier`] | eq. 5 to 7 | `classifier::entity` |
//! | [`RelationClassifier`] | eq. 8 to 10 | `classifier::relation` |
//! | [`entity_loss`], [`relation_loss`] | eq. 11 | `loss` |
//! | [`entity_distillation_loss`], [`relation_distillation_loss`] | none: Hinton et al., 2015 | `loss` |
//!
//! All rows of all sentences lie packed in one matrix (see [`Batch`]); spans and pairs name rows in it.

mod batch;
mod classifier;
mod ctam;
mod encoder;
mod interaction;
mod layers;
mod linear;
mod loss;
mod mode;
mod packed_rows;
mod pooling;
mod sinet;
mod span;
mod tap;
mod tasks;
mod weights;

pub use batch::Batch;
pub use classifier::{Candidates, ConcatLinear, EntityClassifier, RelationClassifier};
pub use ctam::{Agent, Ctam, CtamConfig, CtamOutput};
pub use encoder::{
    Activation, Albert, AlbertConfig, Bert, BertConfig, Deberta, DebertaConfig, DebertaLayer, DistilBertConfig,
    ElectraConfig, Embeddings, Encoder, EncoderConfig, EncoderOutput, LayerType, ModernBert, ModernBertConfig,
    ModernBertLayer, MpNet, MpNetConfig, PositionTerm, Projection, QueryKeyValue, RobertaConfig, Rope, RopeParameters,
    SelfAttention, Sizes, TransformerLayer, Unsupported,
};
pub use interaction::{CrossAttention, Interaction, Spaces, TaskInteraction};
pub use layers::{Dropout, LayerNorm};
pub use linear::{Linear, PackableLinear, PackedLinear};
pub use loss::{entity_distillation_loss, entity_loss, relation_distillation_loss, relation_loss};
pub use mode::Mode;
pub use packed_rows::PackedRows;
pub use pooling::Pooling;
pub use sinet::{Sinet, SinetConfig, SinetOutput};
pub use sinet_kernels::Precision;
pub use span::{Pair, Span};
pub use tap::Tap;
pub use tasks::{Tasks, TasksConfig};
pub use weights::{ModulePath, NamedTensor, WeightError, Weights, is_of_encoder};
