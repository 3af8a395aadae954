//! Arguments about what was accepted: baselines and waivers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::JudgeArgs;

/// How `scan` takes what was accepted before.
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Known findings: a file that `glidelint baseline` wrote, or an earlier SARIF report of glidelint. Only
    /// other findings make the exit code 1
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suppressed {
    #[value(alias = "mark")]
    Show,
    Drop,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write all findings that no waiver covers to a new file
    Create {
        #[command(flatten)]
        shared: Box<BaselineFileArgs>,
        /// Write over a file that is there
        #[arg(long)]
        force: bool,
    },
    /// Add new findings to the file, and drop those that are gone
    Update {
        #[command(flatten)]
        shared: Box<BaselineFileArgs>,
    },
    /// Drop findings from the file that are gone, and add none
    Prune {
        #[command(flatten)]
        shared: Box<BaselineFileArgs>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BaselineFileArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// The file of known findings
    #[arg(long, value_name = "FILE", default_value = glidelint::suppress::FILE_NAME)]
    pub(crate) baseline: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct WaiveArgs {
    /// Id or name of the rule; or an action plan that was filled in (`-o action-plan=PLAN.csv`), whose rows
    /// with an owner and a reason become waivers
    #[arg(value_name = "RULE|PLAN.csv")]
    pub(crate) rule: String,
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Natural key of the record, as reports show it
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// sys_id of the record
    #[arg(long, value_name = "ID")]
    pub(crate) sys_id: Option<String>,
    /// Records of tables that match
    #[arg(long, value_name = "GLOB")]
    pub(crate) table: Option<String>,
    /// Records of files that match
    #[arg(long, value_name = "GLOB")]
    pub(crate) path: Option<String>,
    /// Why the risk is accepted
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// The last day on which the waiver holds
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
    /// Allow a waiver of all findings of the rule
    #[arg(long)]
    pub(crate) broad: bool,
}
