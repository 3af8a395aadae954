//! The command line. Only here is anything printed.

mod accept;
mod access;
mod access_all;
mod args;
mod base;
mod base_files;
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
mod run_git;
mod scan;
mod scope;
mod seen;
mod waive;
mod weaker;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;
use fail::Failure;

/// Reads the arguments, does what they say, and tells how it went.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for; everything else is wrong use.
            let wrong_use = error.use_stderr();
            let _ = error.print();
            return if wrong_use { Exit::WrongUse.into() } else { Exit::Fine.into() };
        }
    };
    let result = match cli.command {
        None => output::introduce(),
        Some(Command::Scan(arguments)) => scan::run(&arguments),
        Some(Command::Query(arguments)) => query::run(&arguments),
        Some(Command::Diff(arguments)) => diff::run(&arguments),
        Some(Command::Fix(arguments)) => fix::run(&arguments),
        Some(Command::Inventory(arguments)) => inventory::run(&arguments),
        Some(Command::Access(arguments)) => access::run(&arguments),
        Some(Command::Baseline(arguments)) => baseline::run(&arguments),
        Some(Command::Waive(arguments)) => waive::run(&arguments),
        Some(Command::Report(arguments)) => report::run(&arguments),
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Rules(arguments)) => rules::run(&arguments),
        Some(Command::Generate(command)) => generate::run(&command),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) if failure.is_closed_pipe() => Exit::Fine.into(),
        Err(failure) => {
            let mut stderr = anstream::stderr().lock();
            let _ = writeln!(stderr, "{}", failure.render());
            Exit::WrongUse.into()
        }
    }
}

impl From<Failure> for ExitCode {
    fn from(_: Failure) -> Self {
        Exit::WrongUse.into()
    }
}
