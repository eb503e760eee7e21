//! Training or inference.

/// How the network computes: with gradients and dropout, or fast.
///
/// The equations are the same. A caller says which is meant; no layer asks its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Dropout acts, and every operation has a gradient (on a device with autodiff).
    Training,
    /// Dropout does nothing. Operations are fused, and vectors that many inputs share are multiplied once.
    Inference,
}
