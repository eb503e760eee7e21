//! The state that a reader shares with the module of its format.

use crate::document::LabelledDocument;
use crate::error::{Fault, Problem};
use crate::loss_report::LossReport;
use crate::options::Options;

/// The options and the report of a reader, and the document that it is at.
pub(crate) struct Context {
    pub options: Options,
    pub report: LossReport,
    /// The file's name for the document that is being read.
    pub id: Option<String>,
}

impl Context {
    /// The document, if it keeps the limits and its parts fit each other.
    pub(crate) fn checked(&self, document: LabelledDocument) -> Result<LabelledDocument, Fault> {
        let limit = self.options.limits.labels;
        let count = document.entities.len() + document.relations.len();
        if count > limit {
            return Err(Problem::TooManyLabels { count, limit }.into());
        }
        document.check().map_err(Problem::from)?;
        Ok(document)
    }

    /// Counts a document that was read.
    pub(crate) fn count(&mut self, document: &LabelledDocument) {
        self.report.documents += 1;
        self.report.entities += document.entities.len();
        self.report.relations += document.relations.len();
    }
}
