//! The names of what lies in a run's folder.

/// The model of the best epoch.
pub const MODEL_BEST: &str = "model-best";

/// The model of the last epoch.
pub const MODEL_LAST: &str = "model-last";

/// The weights of the best epoch so far, in 32-bit floats.
pub const BEST: &str = "best.safetensors";

/// The last checkpoint.
pub const CHECKPOINT: &str = "checkpoint";

/// The report on the best model.
pub const REPORT: &str = "report.html";

/// A line for every update and every epoch.
pub const METRICS: &str = "metrics.jsonl";
