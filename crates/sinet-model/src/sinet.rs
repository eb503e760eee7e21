//! The whole network.

use burn::module::Module;
use burn::tensor::Device;

use crate::config::SinetConfig;
use crate::encoder::Encoder;
use crate::heads::Heads;

/// SINET: an encoder, and the two tasks on top of it.
///
/// The two parts are separate on purpose: inference runs the encoder on one device, reads its hidden states
/// back once, and everything else on the host.
#[derive(Module, Debug)]
pub struct Sinet {
    /// The sentence encoder.
    pub encoder: Encoder,
    /// TAP, CTAM and the classifiers.
    pub heads: Heads,
}

impl SinetConfig {
    /// A network with random weights, all on one device.
    ///
    /// # Panics
    ///
    /// As [`HeadsConfig::init`](crate::HeadsConfig::init).
    pub fn init(&self, device: &Device) -> Sinet {
        Sinet { encoder: self.encoder.init(device), heads: self.heads.init(self.encoder.hidden_size(), device) }
    }
}
