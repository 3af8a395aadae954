//! Why a command could not start or finish.

use std::io;

use glidelint::query::{BindError, ClockError, QueryError};
use glidelint::rule::RuleError;
use glidelint::source::DiscoverError;
use thiserror::Error;

/// What went wrong, and what to do about it.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A rule, pack or configuration file cannot be used.
    #[error(transparent)]
    Rule(Box<RuleError>),
    /// A path cannot be used.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// A query on the command line cannot be read.
    #[error("{message}")]
    Query {
        /// What is wrong.
        message: String,
        /// The query.
        text: String,
        /// Byte offset in it.
        at: usize,
    },
    /// A date on the command line cannot be read.
    #[error(transparent)]
    Date(#[from] ClockError),
    /// Output cannot be written.
    #[error("cannot write {to}: {error}")]
    Write {
        /// Where to.
        to: String,
        /// Why.
        error: io::Error,
    },
    /// A report would hold a secret of the input.
    #[error(
        "{to} would hold a secret: the value of {secret}. It was not written; please report this as a defect, \
         unless the value is an ordinary word"
    )]
    Leak {
        /// Where the report was to go.
        to: String,
        /// Table, field and place of the secret.
        secret: String,
    },
    /// Wrong use that the argument parser does not see.
    #[error("{0}")]
    Use(String),
}

impl Failure {
    /// About writing to standard output.
    pub(crate) fn stdout(error: io::Error) -> Self {
        Self::Write { to: "to standard output".to_owned(), error }
    }

    pub(crate) fn parse(error: QueryError, text: &str) -> Self {
        Self::Query { message: error.message, text: text.to_owned(), at: error.span.start }
    }

    pub(crate) fn bind(error: BindError, text: &str) -> Self {
        Self::Query { message: error.message, text: text.to_owned(), at: error.span.start }
    }

    /// Whether the reader of our output has gone: no failure of ours.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// In one line, without a place that is not known.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Rule(error) => error.line(),
            other => other.to_string(),
        }
    }

    /// For standard error.
    pub(crate) fn render(&self) -> String {
        match self {
            Self::Rule(error) => error.render(true),
            Self::Query { message, text, at } => {
                let before = text.get(..*at).map_or(0, |before| before.chars().count());
                format!("error: {message}\n  {text}\n  {}^", " ".repeat(before))
            }
            other => format!("error: {other}"),
        }
    }
}

impl From<RuleError> for Failure {
    fn from(error: RuleError) -> Self {
        Self::Rule(Box::new(error))
    }
}
