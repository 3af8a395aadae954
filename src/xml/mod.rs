//! Bytes to elements, with the place of each. Only this folder knows quick-xml.

mod error;
mod fill;
mod names;
mod reader;
mod scanner;
mod seek;
mod text;
mod token;
mod window;

pub use error::{XmlError, XmlErrorKind};
pub use reader::{Input, TokenReader};
pub use scanner::{Halt, Leaf, Markup, Next, Scanner, Tag};
pub use text::{TextMap, decode, decode_verbatim, map_of};
pub(crate) use token::tag_name;
pub use token::{Attribute, Token, TokenKind};
pub use window::Window;
