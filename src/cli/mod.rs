//! The command line. Only here is anything printed.
//!
//! The list of commands stands above the commands, each with its arguments, and these
//! stand above what several of them share.

mod command;
mod commands;
mod shared;

pub(crate) use command::run;
