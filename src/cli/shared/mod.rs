//! What several commands need.

pub(super) mod accept;
pub(super) mod checkout;
pub(super) mod exit;
pub(super) mod fail;
pub(super) mod git;
pub(super) mod input;
pub(super) mod instances;
pub(super) mod judging;
pub(super) mod output;
pub(super) mod packs;
pub(super) mod parse;
pub(super) mod redact;
pub(super) mod render;
pub(super) mod revision;
mod run_git;
