//! From the command line to the command.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use super::args::{Cli, Command};
use super::exit::Exit;
use super::{
    access, baseline, diff, fix, generate, init, inventory, output, query, report, rules, scan, waive,
};

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
