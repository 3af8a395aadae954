//! The arguments, as they are typed.

mod accept;
mod parse;
mod render;
mod rules;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::diff::DiffArgs;
use super::fix::FixArgs;
use super::init::InitArgs;
pub(crate) use accept::{AcceptArgs, BaselineArgs, BaselineCommand, BaselineFileArgs, Suppressed, WaiveArgs};
pub(crate) use rules::{RulesArgs, RulesCommand};

use super::generate::GenerateCommand;
use parse::{parse_instance, parse_size};
pub(crate) use render::{RenderArgs, ReportArgs};

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

/// What is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct InputArgs {
    /// Files and folders to read; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Paths in reports are relative to this folder [default: the git root above the first path, else the
    /// folder that holds all paths]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Do not read paths that match (may be repeated)
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Threads to use [default: one a core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Do not read files larger than this, such as 500M
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_file_size: Option<u64>,
    /// Configuration file [default: .glidelint.yaml at or above the root, or the first path]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long)]
    pub(crate) no_config: bool,
    /// Read the configuration, rule packs and the baseline as they are in this revision of the git
    /// repository, so that a change cannot accept its own findings
    #[arg(long, value_name = "REV", conflicts_with = "no_config")]
    pub(crate) config_from: Option<String>,
    /// With --config-from, take these as they are checked out all the same
    #[arg(long, value_name = "WHAT", value_delimiter = ',', requires = "config_from")]
    pub(crate) from_checkout: Vec<FromCheckout>,
    /// Exit as if everything could be read
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
}

/// What a change may bring itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FromCheckout {
    Packs,
    Baseline,
}

impl InputArgs {
    /// The same for other paths.
    pub(crate) fn of(&self, paths: &[PathBuf]) -> Self {
        Self { paths: paths.to_vec(), ..self.clone() }
    }
}

/// What is read, and how it is judged.
#[derive(Debug, Clone, Args)]
pub(crate) struct JudgeArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) packs: PackArgs,
    /// These tables were exported whole, so that what is not there does not exist; `all` is every table
    /// that is there. With its number of rows (`sys_user=12034`), a table at the limit of exports is believed
    #[arg(long, value_name = "TABLE[=ROWS]|all", value_delimiter = ',')]
    pub(crate) complete: Vec<String>,
    /// What "now" is [default: the newest date of the exports]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// The day on which this runs: waivers end, and later dates in exports decide nothing [default: today,
    /// in UTC]
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
    /// The instance these exports are of
    #[arg(long, value_name = "NAME", value_parser = parse_instance)]
    pub(crate) instance: Option<String>,
    /// Judge older versions of a record too
    #[arg(long)]
    pub(crate) all_versions: bool,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    #[command(flatten)]
    pub(crate) render: RenderArgs,
    #[command(flatten)]
    pub(crate) accept: AcceptArgs,
    /// Only what a change brought that goes out from this git revision: the commit that both have in
    /// common is judged too. Other findings count as known
    #[arg(long, value_name = "REV")]
    pub(crate) changed_since: Option<String>,
    /// Do nothing unless a file is staged in git that may be an export, or its deletion; for hooks
    #[arg(long)]
    pub(crate) if_staged: bool,
    /// Lowest severity of findings that makes the exit code 1 [default: low]
    #[arg(long, value_enum, value_name = "BAND")]
    pub(crate) fail_on: Option<FailOn>,
    /// Leave out findings below this severity
    #[arg(long, value_enum, value_name = "BAND")]
    pub(crate) min_severity: Option<BandArg>,
    /// Leave out findings below this confidence
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<ConfidenceArg>,
    /// Name of this scan among several of one commit (SARIF)
    #[arg(long, value_name = "NAME")]
    pub(crate) category: Option<String>,
    /// Write SHA-256 of inputs: auto is for files up to 16 MiB
    #[arg(long, value_enum, default_value_t = HashInputs::Auto)]
    pub(crate) hash_inputs: HashInputs,
    /// What could not be judged counts as incomplete
    #[arg(long)]
    pub(crate) strict: bool,
    /// Search every report for each secret value of the input before it is given away, and fail where one is
    /// found: auto is with --redact
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = SearchOutput::Auto)]
    pub(crate) search_output: SearchOutput,
    /// Show no progress on standard error
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Print records and time on standard error
    #[arg(long)]
    pub(crate) stats: bool,
}

/// Which rules there are.
#[derive(Debug, Clone, Args, Default)]
pub(crate) struct PackArgs {
    /// A further rule file, a check of Instance Scan, or a folder of both (may be repeated)
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) packs: Vec<PathBuf>,
    /// Leave the built-in rules out
    #[arg(long)]
    pub(crate) no_builtin_rules: bool,
    /// Run only these: ids, names, areas, tags
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Do not run these: ids, names, areas, tags
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Which rules run by default
    #[arg(long, value_enum)]
    pub(crate) profile: Option<ProfileArg>,
    /// Hardening baseline of this release family, such as zurich
    #[arg(long, value_name = "FAMILY", conflicts_with = "baseline_version")]
    pub(crate) release: Option<String>,
    /// Hardening baseline, such as 8.0 [default: the newest]
    #[arg(long, value_name = "N.N")]
    pub(crate) baseline_version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// The table
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,
    /// An encoded query, as "Copy query" gives it
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Fields to print
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// What "now" is [default: the newest date of the exports]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Print the records too that the export does not decide
    #[arg(long)]
    pub(crate) unknown: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = QueryFormat::Text)]
    pub(crate) format: QueryFormat,
}

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// User ID or sys_id; none with --all
    #[arg(value_name = "USER", required_unless_present = "all")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// All accounts that hold a privileged role, a row for each role, as CSV
    #[arg(long, conflicts_with_all = ["role", "format"])]
    pub(crate) all: bool,
    /// Print all paths to this role, and what to remove so that none is left
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<String>,
    /// How to print; svg draws the ways to --role, or to admin
    #[arg(short, long, value_enum, default_value_t = AccessFormat::Text)]
    pub(crate) format: AccessFormat,
}

#[derive(Debug, Args)]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The instance these exports are of, for the addresses of lists [default: what the exported properties say]
    #[arg(long, value_name = "NAME", value_parser = parse_instance)]
    pub(crate) instance: Option<String>,
    /// Print every file, sign and table, and the columns that rules ask for
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Sarif,
    Json,
    Ndjson,
    Csv,
    Junit,
    Github,
    Gitlab,
    Markdown,
    Html,
    // A table of what is to be done, to fill in and read back as waivers.
    ActionPlan,
    // A saved result, for `glidelint report`.
    Result,
}

impl Format {
    /// Whether it shows the SHA-256 of inputs.
    pub(crate) fn shows_hashes(self) -> bool {
        matches!(self, Self::Sarif | Self::Json | Self::Ndjson | Self::Html | Self::Result)
    }

    /// Whether it shows what a reviewer asks beside findings.
    pub(crate) fn shows_desk(self) -> bool {
        matches!(self, Self::Html | Self::Result)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    Text,
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessFormat {
    Text,
    Json,
    Svg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BandArg {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfidenceArg {
    VeryHigh,
    High,
    Medium,
    Low,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    Recommended,
    Strict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kinds {
    Fail,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HashInputs {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SearchOutput {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedactArg {
    // Names of people and accounts.
    Names,
    // E-mail addresses.
    Emails,
    // Both, and phone numbers, ids of accounts, IP addresses, instances, names in paths.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}
