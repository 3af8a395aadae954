//! Bytes to elements, with the place of each. Only this folder knows quick-xml.

mod error;
mod names;
mod reader;
mod text;

pub use error::{XmlError, XmlErrorKind};
pub use reader::{Attribute, Input, Token, TokenKind, TokenReader};
pub use text::{TextMap, decode, decode_mapped};
