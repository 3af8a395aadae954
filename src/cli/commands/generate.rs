//! `glidelint completions` and `glidelint man`: what shells and `man` want to
//! know of the command line, written by the command line itself.

use std::path::PathBuf;

use clap::{Args, Command, Subcommand};
use clap_complete::Shell;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::output::write_stdout;

#[derive(Debug, Subcommand)]
pub(crate) enum GenerateCommand {
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Write the manual pages into a folder
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// An existing folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes what is asked for about the command line `cli`.
pub(crate) fn run(command: &GenerateCommand, mut cli: Command) -> Result<Exit, Failure> {
    match command {
        GenerateCommand::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(arguments.shell, &mut cli, "glidelint", &mut script);
            write_stdout(|out| out.write_all(&script))?;
        }
        GenerateCommand::Man(arguments) => {
            clap_mangen::generate_to(cli, &arguments.folder)
                .map_err(|error| Failure::Write { to: arguments.folder.display().to_string(), error })?;
        }
    }
    Ok(Exit::Fine)
}
