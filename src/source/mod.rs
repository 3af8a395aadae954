//! What is scanned: discovery, bytes, encodings, archives, limits.
//!
//! [`discover()`] turns the paths of a command line into [`Source`]s, each one
//! text: a file, what a gzip file holds, a member of a zip archive, a sheet of a
//! workbook, standard input. [`Source::open`] gives its text in blocks of UTF-8,
//! in bounded memory whatever its size, but for a workbook, which is held whole
//! and may not be large. What goes wrong with one input is a [`Problem`], and
//! everything else is still read.

mod archive;
mod bytes;
mod digest;
mod discover;
mod dropped_lines;
mod encoding;
mod gzip;
mod limits;
mod line_marks;
mod lock;
mod named_file;
mod open;
mod packings;
mod plain;
mod problem;
mod root;
mod walk;
mod walked;
mod workbook;

pub(crate) use digest::hex;
pub use digest::sha256;
pub use discover::{Bytes, Chosen, DiscoverError, DiscoverOptions, Discovery, discover};
pub use dropped_lines::DroppedLines;
pub use encoding::text_of;
pub use limits::Limits;
pub use line_marks::{ColumnUnit, LineMark, LineMarks};
pub(crate) use lock::lock;
pub use open::{Source, TextStream};
pub use plain::{PartBuffer, PlainText};
pub use problem::{Problem, ProblemKind, more_like_it};
pub use walked::Walked;
pub(crate) use workbook::UNKNOWN as UNKNOWN_CELL;
