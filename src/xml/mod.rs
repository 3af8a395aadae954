//! Bytes to elements, with the place of each. Only this folder knows quick-xml.

mod check;
mod error;
mod names;
mod plain;
mod reader;
mod scanner;
mod text;
mod token;
mod window;

pub use error::{XmlError, XmlErrorKind};
pub use plain::Halt;
pub use reader::{Flaw, TokenReader, TokenSource, UNEXPANDED};
pub use scanner::{Leaf, Markup, Next, Scanner, Tag};
pub use text::{TextMap, decode, decode_verbatim, map_of};
pub(crate) use token::tag_name;
pub use token::{Attribute, Token, TokenKind};
pub use window::Window;
