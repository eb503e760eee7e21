//! The faults of a worker, in the kinds that the page tells apart.

use sinet_infer::{AnnotateError, FolderError, LoadError, SelfTestError};
use sinet_protocol::{Fault, Reply};

use crate::download::DownloadError;

/// A fault and what happened, as a clause without a full stop.
pub struct Trouble {
    fault: Fault,
    message: String,
}

impl Trouble {
    /// A fault that no error type stands for.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into() }
    }

    /// The event, as far as is known.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The reply to a request that cannot be met; `id` is the request's, if it has one.
    pub fn failed(self, id: Option<u32>) -> Reply {
        Reply::Failed { id, fault: self.fault, message: self.message }
    }

    /// The last reply of a worker.
    pub fn stopped(self) -> Reply {
        Reply::Stopped { fault: self.fault, message: self.message }
    }
}

impl From<DownloadError> for Trouble {
    fn from(error: DownloadError) -> Self {
        let fault = match &error {
            DownloadError::Status { .. } => Fault::Missing,
            DownloadError::Connection { .. } => Fault::Connection,
            DownloadError::Gone => Fault::Storage,
            DownloadError::Folder(_) => Fault::Damaged,
        };
        Self::new(fault, error.to_string())
    }
}

impl From<FolderError> for Trouble {
    fn from(error: FolderError) -> Self {
        Self::new(Fault::Damaged, error.to_string())
    }
}

impl From<LoadError> for Trouble {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Folder(error) => error.into(),
            error => Self::new(Fault::Model, error.to_string()),
        }
    }
}

impl From<SelfTestError> for Trouble {
    fn from(error: SelfTestError) -> Self {
        match error {
            SelfTestError::Annotate(error) => error.into(),
            error => Self::new(Fault::Numbers, error.to_string()),
        }
    }
}

impl From<AnnotateError> for Trouble {
    fn from(error: AnnotateError) -> Self {
        let fault = if error.is_device_lost() { Fault::DeviceLost } else { Fault::Crash };
        Self::new(fault, error.to_string())
    }
}
