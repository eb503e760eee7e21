//! A trained network without some of its parts.

use sinet_model::TaskInteraction;

/// Parts of a trained network that can be left out when it reads, to see what they do.
///
/// A part that the network does not have stays off whatever its switch says. Nothing is trained anew: a network that learned
/// with a part gives other numbers without it than the paper's variant of [`Interaction`](sinet_model::Interaction),
/// which never had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Eq. 1. Off: h^e = h^r = h, the encoder's hidden states serve both tasks.
    pub tap: bool,
    /// Eq. 2 to 4 from the entity task into the relation space. Off: the update is skipped, h'^e_cls = h^e_cls.
    pub entity_looks: bool,
    /// Eq. 2 to 4 from the relation task into the entity space. Off: h'^r_cls = h^r_cls.
    pub relation_looks: bool,
}

impl Default for Switches {
    /// Everything on: the network as it was trained.
    fn default() -> Self {
        Self { tap: true, entity_looks: true, relation_looks: true }
    }
}

impl Switches {
    /// The network without what is off. Weights are shared, not copied.
    pub(crate) fn apply(self, whole: &TaskInteraction) -> TaskInteraction {
        let mut interaction = whole.clone();
        if !self.tap {
            interaction = interaction.without_tap();
        }
        if !self.entity_looks {
            interaction = interaction.without_entity_looking();
        }
        if !self.relation_looks {
            interaction = interaction.without_relation_looking();
        }
        interaction
    }
}
