//! Rules: the file format, how it is compiled, the built-in pack.

pub mod file;
mod meta;

pub use meta::RuleMeta;
