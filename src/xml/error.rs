//! What can be wrong with XML.

use quick_xml::errors::{Error as QuickXmlError, SyntaxError};
use thiserror::Error;

use crate::source::Problem;
use crate::span::ByteSpan;

/// Why reading stopped, and where in the text.
#[derive(Debug, Error)]
#[error("{kind}")]
pub struct XmlError {
    /// What is wrong.
    pub kind: XmlErrorKind,
    /// Where, in the text that is read.
    pub at: ByteSpan,
}

impl XmlError {
    /// Why the source could not be read, if that is why the reader failed.
    #[must_use]
    pub fn into_source_problem(self) -> Option<Problem> {
        match self.kind {
            XmlErrorKind::Source(problem) => Some(problem),
            _ => None,
        }
    }
}

/// The kinds of failure of the XML reader.
#[derive(Debug, Error)]
pub enum XmlErrorKind {
    /// The text ended before the root element did.
    #[error("the file ends before </{open}>")]
    Truncated {
        /// The innermost element that is still open.
        open: String,
    },
    /// The text ended inside a tag, comment or CDATA section.
    #[error("the file ends in the middle of {what}")]
    CutMarkup {
        /// What was being read.
        what: &'static str,
    },
    /// An end tag that does not close the innermost open element.
    #[error("</{found}> where </{expected}> was expected")]
    Mismatch {
        /// The innermost open element.
        expected: String,
        /// The end tag that stands there.
        found: String,
    },
    /// An end tag with no open element.
    #[error("</{found}> closes nothing")]
    Unopened {
        /// The end tag that stands there.
        found: String,
    },
    /// A record that begins inside another one: the end of that was lost.
    #[error("a {table} record begins before the one in front of it ended")]
    Torn {
        /// The table of both.
        table: String,
    },
    /// Markup that is no XML.
    #[error("{0}")]
    Syntax(String),
    /// More open elements than any export has.
    #[error("elements are nested more than {0} deep")]
    TooDeep(usize),
    /// One record or value is larger than the reader's buffer may grow.
    #[error("one record is larger than {0} bytes")]
    TooLarge(usize),
    /// The source itself could not be read on.
    #[error("{}", .0.message)]
    Source(Problem),
}

/// What an error of the XML library is to us.
pub(super) fn describe(error: QuickXmlError) -> XmlErrorKind {
    let what = match error {
        QuickXmlError::Syntax(SyntaxError::UnclosedComment) => "a comment",
        QuickXmlError::Syntax(SyntaxError::UnclosedCData) => "a CDATA section",
        QuickXmlError::Syntax(SyntaxError::UnclosedDoctype) => "a DOCTYPE",
        QuickXmlError::Syntax(SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl) => {
            "a processing instruction"
        }
        QuickXmlError::Syntax(SyntaxError::InvalidBangMarkup) => {
            return XmlErrorKind::Syntax("markup that begins with <! and is none of XML's".to_owned());
        }
        QuickXmlError::Syntax(_) => "a tag",
        other => return XmlErrorKind::Syntax(other.to_string()),
    };
    XmlErrorKind::CutMarkup { what }
}
