//! The interaction of the two tasks: TAP, then CTAM in both directions (section 3.2, eq. 1 to 4).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use sinet_kernels::Precision;

use crate::batch::Batch;
use crate::ctam::{Agent, Ctam, CtamConfig, CtamOutput};
use crate::mode::Mode;
use crate::packed_rows::PackedRows;
use crate::pooling::{Pooling, pool};
use crate::tap::Tap;

/// The paper's variants of interaction between the tasks (section 6.2, table 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interaction {
    /// The encoder's `[CLS]` and hidden states serve both tasks.
    Base,
    /// Each task has its own projection.
    Tap,
    /// TAP, and the entity task looks at the relation space.
    CtamNer,
    /// TAP, and the relation task looks at the entity space.
    CtamRe,
    /// TAP, and both look: the full network.
    #[default]
    Ctam,
}

impl Interaction {
    /// Whether the tasks have projections of their own.
    pub fn has_tap(self) -> bool {
        self != Self::Base
    }

    /// Whether the entity task looks at the relation space.
    pub fn entity_looks(self) -> bool {
        matches!(self, Self::CtamNer | Self::Ctam)
    }

    /// Whether the relation task looks at the entity space.
    pub fn relation_looks(self) -> bool {
        matches!(self, Self::CtamRe | Self::Ctam)
    }

    /// TAP and CTAM with random weights, for an encoder of hidden size `d`.
    ///
    /// # Panics
    ///
    /// Panics if CTAM has no layer, or if its heads do not divide `d`.
    pub(crate) fn init(self, d: usize, ctam: &CtamConfig, device: &Device) -> TaskInteraction {
        assert!(ctam.layers > 0, "CTAM needs a layer");
        assert!(d.is_multiple_of(ctam.heads), "{} CTAM heads do not divide d = {d}", ctam.heads);
        let layers = if self.entity_looks() || self.relation_looks() { ctam.layers } else { 0 };
        TaskInteraction {
            tap: self.has_tap().then(|| Tap::init(d, device)),
            ctam: (0..layers).map(|_| ctam.init(d, device)).collect(),
            agent: ctam.agent,
            entity_looks: self.entity_looks(),
            relation_looks: self.relation_looks(),
        }
    }
}

/// TAP and CTAM.
///
/// ```text
/// h^e, h^r = TAP(h)                            (1)
/// h'^e_cls = CTAM(h^e_cls, h^r)                (2 to 4)
/// h'^r_cls = CTAM(h^r_cls, h^e)                (2 to 4)
/// ```
#[derive(Module, Debug)]
pub struct TaskInteraction {
    /// Eq. 1; `None` where h^e = h^r = h.
    pub tap: Option<Tap>,
    /// Eq. 2 to 4, a module a layer; empty where neither task looks at the other.
    pub ctam: Vec<Ctam>,
    #[module(skip)]
    agent: Agent,
    entity_looks: bool,
    relation_looks: bool,
}

/// A batch as the two tasks see it.
#[derive(Debug, Clone)]
pub struct Spaces {
    /// h, the encoder's hidden states, `[rows, d]`.
    pub hidden: Tensor<2>,
    /// h^e, `[rows, d]`.
    pub entity: Tensor<2>,
    /// h^r, `[rows, d]`.
    pub relation: Tensor<2>,
    /// h'^e_cls, `[sentences, d]`.
    pub entity_context: Tensor<2>,
    /// h'^r_cls, `[sentences, d]`.
    pub relation_context: Tensor<2>,
    /// A^e and A^r of the last layer.
    pub attention: CrossAttention,
}

/// The attention of both directions of CTAM; `None` where a task does not look at the other.
///
/// Shapes and keys as in [`CtamOutput::attention`].
#[derive(Debug, Clone)]
pub struct CrossAttention {
    /// A^e: the entity task over the relation space.
    pub entity: Option<Tensor<3>>,
    /// A^r: the relation task over the entity space.
    pub relation: Option<Tensor<3>>,
}

impl TaskInteraction {
    /// Both spaces, and what each task learns from the other.
    ///
    /// # Shapes
    ///
    /// - hidden: `[rows, d]`, the rows of `batch`
    pub fn forward(&self, hidden: Tensor<2>, batch: &Batch, mode: Mode) -> Spaces {
        let rows = batch.rows();
        let (entity, relation) = match &self.tap {
            Some(tap) => tap.forward(hidden.clone()),
            None => (hidden.clone(), hidden.clone()),
        };
        let look = |looks: bool, own: &Tensor<2>, other: &Tensor<2>| {
            let agent = self.agent(own.clone(), rows, mode);
            if looks { self.look(agent, other, rows, mode) } else { (agent, None) }
        };
        let (entity_context, of_entity) = look(self.entity_looks, &entity, &relation);
        let (relation_context, of_relation) = look(self.relation_looks, &relation, &entity);
        let attention = CrossAttention { entity: of_entity, relation: of_relation };
        Spaces { hidden, entity, relation, entity_context, relation_context, attention }
    }

    /// The same network without TAP: h^e = h^r = h.
    pub fn without_tap(self) -> Self {
        Self { tap: None, ..self }
    }

    /// The same network without CTAM from the entity task into the relation space: h'^e_cls = h^e_cls.
    pub fn without_entity_looking(self) -> Self {
        Self { entity_looks: false, ..self }
    }

    /// The same network without CTAM from the relation task into the entity space: h'^r_cls = h^r_cls.
    pub fn without_relation_looking(self) -> Self {
        Self { relation_looks: false, ..self }
    }

    pub(crate) fn packed(self, precision: Precision) -> Self {
        let ctam = self.ctam.into_iter().map(|layer| layer.packed(precision)).collect();
        Self { tap: self.tap.map(|tap| tap.packed(precision)), ctam, ..self }
    }

    /// The vector that stands for each sentence in its own space, `[sentences, d]`.
    fn agent(&self, own: Tensor<2>, rows: &PackedRows, mode: Mode) -> Tensor<2> {
        let words: Vec<_> = (0..rows.sequences()).map(|i| rows.pieces(i).start + 1..rows.pieces(i).end).collect();
        match self.agent {
            Agent::Cls => own.clone().select(0, rows.cls_rows(&own.device())),
            Agent::Max => pool(own, &words, Pooling::Max, mode),
            Agent::Mean => pool(own, &words, Pooling::Mean, mode),
        }
    }

    /// One direction through all CTAM layers, and the last one's attention.
    fn look(
        &self,
        agent: Tensor<2>,
        other: &Tensor<2>,
        rows: &PackedRows,
        mode: Mode,
    ) -> (Tensor<2>, Option<Tensor<3>>) {
        self.ctam.iter().fold((agent, None), |(agent, _), layer| {
            let CtamOutput { context, attention } = layer.forward(agent, other.clone(), rows, mode);
            (context, Some(attention))
        })
    }
}
