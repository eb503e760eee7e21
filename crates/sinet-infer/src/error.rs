//! Failures while a text is read.

use burn::tensor::{ExecutionError, TensorReadError};

/// Why a text could not be annotated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The device failed.
    #[error("the device failed: {0}; try again, or run on the CPU")]
    Device(#[from] ExecutionError),
    /// The device gave something other than numbers.
    #[error("the device's answer cannot be read: {0}; try again, or run on the CPU")]
    Readback(#[from] TensorReadError),
}

impl AnnotateError {
    /// Whether the device is gone for good: nothing on it will work again.
    pub fn is_device_lost(&self) -> bool {
        matches!(
            self,
            Self::Device(ExecutionError::DevicePoisoned { .. })
                | Self::Readback(TensorReadError::Execution(ExecutionError::DevicePoisoned { .. }))
        )
    }
}
