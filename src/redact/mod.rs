//! Pseudonyms in place of people, and the search for secrets in what is written.
//!
//! What is to be hidden is known from the exports, which are read once more for
//! it ([`gather()`]): names, e-mail addresses, phone numbers, and the secrets that
//! no output may hold. A [`Redactor`] replaces the former in texts; a [`Watch`]
//! looks for the latter in every byte that is written.

mod excerpts;
mod forms;
mod gather;
mod known;
mod people;
mod pseudonym;
mod redactor;
mod secrets;
mod tokens;
mod traits;
mod watch;

pub use excerpts::RedactedExcerpts;
pub use gather::{Gathered, gather};
pub use pseudonym::Key;
pub use redactor::{Extent, Redactor};
pub use secrets::{FoundSecret, Secrets};
pub use watch::{Watch, WatchedWriter};
