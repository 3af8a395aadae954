//! The command line: which commands there are, and how each ends.

use std::io::Write;
use std::mem::ManuallyDrop;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use super::commands::access::{self, AccessArgs};
use super::commands::baseline::{self, BaselineArgs};
use super::commands::diff::{self, DiffArgs};
use super::commands::fix::{self, FixArgs};
use super::commands::generate::{self, GenerateCommand};
use super::commands::init::{self, InitArgs};
use super::commands::inventory::{self, InventoryArgs};
use super::commands::query::{self, QueryArgs};
use super::commands::report::{self, ReportArgs};
use super::commands::rules::{self, RulesArgs};
use super::commands::scan::{self, HeldScan, ScanArgs};
use super::commands::waive::{self, WaiveArgs};
use super::shared::exit::Exit;
use super::shared::fail::Failure;
use super::shared::output::write_stdout;

/// Checks ServiceNow exports for security problems, offline.
#[derive(Debug, Parser)]
#[command(name = "glidelint", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge exports by the rules and report what was found
    Scan(Box<ScanArgs>),
    /// Print the records that an encoded query matches
    Query(QueryArgs),
    /// Compare two states: what is new, what is fixed, who gained what
    Diff(Box<DiffArgs>),
    /// Change values where one change mends a finding
    Fix(FixArgs),
    /// Say what is in the files, what is wrong with them, and what is missing
    Inventory(InventoryArgs),
    /// Print the roles of a user, and every path that grants them
    Access(AccessArgs),
    /// Write down which findings are known, so that a scan fails on others only
    Baseline(BaselineArgs),
    /// Accept findings of a rule, with a reason and an owner, in the configuration file
    Waive(Box<WaiveArgs>),
    /// Render a saved result again, without the exports
    Report(Box<ReportArgs>),
    /// Write a configuration file with comments, from what is there
    Init(InitArgs),
    /// List, show, test, write and export rules
    Rules(RulesArgs),
    #[command(flatten)]
    Generate(GenerateCommand),
}

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
    // The process ends after this. Giving back piece by piece what is as large as the
    // packs would be a sixth of a short run.
    let held = ManuallyDrop::new(HeldScan::default());
    let result = match cli.command {
        None => introduce(),
        Some(Command::Scan(arguments)) => scan::run(&arguments, &held),
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
        Some(Command::Generate(command)) => generate::run(&command, Cli::command()),
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

/// What the program is, and the one command to try.
fn introduce() -> Result<Exit, Failure> {
    write_stdout(|out| {
        writeln!(out, "glidelint {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(
            out,
            "Checks ServiceNow exports (update sets, table exports, app repositories) for security"
        )?;
        writeln!(out, "problems, offline: no instance, no password, no network.")?;
        writeln!(out)?;
        writeln!(out, "Try:  glidelint scan PATH")?;
        writeln!(out, "All commands:  glidelint --help")
    })?;
    Ok(Exit::Fine)
}
