//! Reasons for which batches cannot be annotated, each with what to do.

use arrow_schema::{ArrowError, DataType};

/// Why the columns of some data cannot be annotated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// There is no column of a name.
    #[error("there is no column {column:?}; there are {}", listed(there))]
    Missing {
        /// The name.
        column: String,
        /// The names of all columns.
        there: Vec<String>,
    },
    /// A column does not hold text.
    #[error("the column {column:?} holds {kind}, not text; columns of text: {}", listed(texts))]
    NotText {
        /// Its name.
        column: String,
        /// Its type.
        kind: DataType,
        /// The names of columns that do.
        texts: Vec<String>,
    },
    /// Nobody said which column holds the text, and several or none may.
    #[error("no column is called \"text\"; name the one that holds the text: {}", listed(texts))]
    Unnamed {
        /// The names of columns that hold text.
        texts: Vec<String>,
    },
    /// A column has the name of one that is to be added.
    #[error("there is a column {column:?} already; rename it or leave it out, since the annotation needs this name")]
    Taken {
        /// The name.
        column: String,
    },
}

/// Why a batch cannot be annotated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// It is too large for the 32-bit positions of a list.
    #[error("a batch of {rows} rows has more than 2,147,483,647 labels or bytes of labels; give smaller batches")]
    TooLarge {
        /// Its rows.
        rows: usize,
    },
    /// Arrow cannot hold it.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
    }
}
