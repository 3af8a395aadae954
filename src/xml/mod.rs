//! Bytes to elements, with the place of each. Only this folder knows quick-xml.

mod error;
mod names;
mod reader;
mod seek;
mod text;
mod token;

pub use error::{XmlError, XmlErrorKind};
pub use reader::{Input, TokenReader};
pub use text::{TextMap, decode, decode_mapped};
pub use token::{Attribute, Token, TokenKind};
