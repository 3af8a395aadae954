//! The command line. Only here is anything printed.

mod accept;
mod access;
mod access_all;
mod args;
mod base;
mod baseline;
mod changed;
mod checkout;
mod desk;
mod diff;
mod exit;
mod fail;
mod fix;
mod generate;
mod git;
mod init;
mod input;
mod instances;
mod inventory;
mod judging;
mod output;
mod packs;
mod plan;
mod query;
mod redact;
mod render;
mod report;
mod revision;
mod rules;
mod run;
mod scan;
mod scope;
mod seen;
mod waive;

pub(crate) use run::run;
