//! Arguments about reports: which, where to, and how much they show.

use clap::Args;

use super::parse::{Shown, parse_shown};
use super::{ColorArg, Format, Kinds, RedactArg, Suppressed};

/// Reports, of `scan` and `report`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// What goes to standard output
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// A further report; the format is that of the extension if none is given (may be repeated)
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<String>,
    /// Results that SARIF holds
    #[arg(long, value_enum, default_value_t = Kinds::Fail)]
    pub(crate) kinds: Kinds,
    /// Most results that SARIF holds
    #[arg(long, value_name = "N", default_value_t = 5000)]
    pub(crate) max_results: usize,
    /// Whether SARIF holds what a waiver covers, marked as suppressed
    #[arg(long, value_enum, default_value_t = Suppressed::Show)]
    pub(crate) suppressed: Suppressed,
    /// Findings that text and markdown show: a number, or all
    #[arg(long, value_name = "N|all", default_value = "20", value_parser = parse_shown)]
    pub(crate) max_shown: Shown,
    /// Show in the text report what is known or waived too
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Colours on standard output
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub(crate) color: ColorArg,
    /// Places as links that terminals open
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorArg::Auto)]
    pub(crate) hyperlinks: ColorArg,
    /// Print only the summary
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print why and how for every finding, and every rule that could not judge
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Show pseudonyms in place of names, of e-mail addresses, or of all that tells who somebody is
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) redact: Option<RedactArg>,
    /// Key of the pseudonyms, 16 bytes or more: reports of one key have the same ones [default:
    /// `GLIDELINT_REDACT_KEY`, else a key of this run only]
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub(crate) redact_key: Option<std::path::PathBuf>,
}

/// A saved result, rendered again.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// What `scan --output result=FILE` wrote; `-` is standard input
    #[arg(value_name = "RESULT")]
    pub(crate) result: std::path::PathBuf,
    #[command(flatten)]
    pub(crate) render: RenderArgs,
}
