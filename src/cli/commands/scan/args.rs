//! The arguments of `glidelint scan`.

use clap::{Args, ValueEnum};

use crate::cli::shared::accept::AcceptArgs;
use crate::cli::shared::judging::JudgeArgs;
use crate::cli::shared::redact::SearchOutput;
use crate::cli::shared::render::RenderArgs;

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
pub(crate) enum HashInputs {
    Auto,
    Always,
    Never,
}
