//! One file a command, with its arguments.

pub(super) mod access;
pub(super) mod baseline;
pub(super) mod diff;
pub(super) mod fix;
pub(super) mod generate;
pub(super) mod init;
pub(super) mod inventory;
pub(super) mod query;
pub(super) mod report;
pub(super) mod rules;
pub(super) mod scan;
pub(super) mod waive;
