//! Why a text is no query, or one that cannot be answered.

use std::ops::Range;

/// Why a text is not a query that we can answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// What is wrong, in lower case, without a final stop.
    pub message: String,
    /// Where, in bytes of the query's text.
    pub span: Range<usize>,
    /// The operator, keyword or script that is not supported; `None` where the
    /// text is no query at all.
    pub unsupported: Option<String>,
}

impl QueryError {
    pub(super) fn syntax(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span, unsupported: None }
    }

    pub(super) fn unsupported(name: &str, why: &str, span: Range<usize>) -> Self {
        let message = format!("{name} is not supported: {why}");
        Self { message, span, unsupported: Some(name.to_owned()) }
    }
}
