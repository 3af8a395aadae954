//! What every command does that judges: rules and settings from the command line
//! and the configuration, and for those without a report all of the judging.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use glidelint::facts::Options;
use glidelint::finding::Notice;
use glidelint::query::Clock;
use glidelint::rule::{Pack, Settings, baseline_of_release, parse_baseline};
use glidelint::scan::{JudgedFindings, JudgedScan, Scan, compile};
use glidelint::source::Discovery;
use jiff::civil::Time;

use super::accept::today;
use super::fail::Failure;
use super::input::{FoundConfig, FromCheckout, InputArgs};
use super::instances::{self, InstanceFiles};
use super::packs::Packs;
use super::parse::parse_instance;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    Recommended,
    Strict,
}

/// What was found, for commands without a report.
pub(crate) struct JudgedInput {
    pub(crate) judged: JudgedFindings,
    pub(crate) discovery: Discovery,
    /// Why the input could not be read whole; nothing if it could.
    pub(crate) losses: Vec<String>,
    /// Whether no file holds anything that an instance writes.
    pub(crate) is_empty: bool,
}

/// Reads and judges.
pub(crate) fn judged(args: &JudgeArgs, found: &FoundConfig, packs: &Packs) -> Result<JudgedInput, Failure> {
    let part = instances::only(&args.input, &found.config, args.instance.as_deref())?;
    judged_part(part, args, found, packs)
}

/// The same of sources that were found already.
pub(crate) fn judged_part(
    part: InstanceFiles,
    args: &JudgeArgs,
    found: &FoundConfig,
    packs: &Packs,
) -> Result<JudgedInput, Failure> {
    let InstanceFiles { name, discovery } = part;
    let pack = compile(&packs.files, &mut settings(&args.packs, found)?, &discovery.sources)?;
    let options = options(args, found, name)?;
    let JudgedScan { read, judged } = checked(&pack, &discovery, &options)?.judge();
    let losses = read.notices().into_iter().filter(Notice::is_loss);
    let losses = losses.map(|notice| format!("{}: {}", notice.path, notice.message)).collect();
    let is_empty = read.is_empty();
    drop(read);
    Ok(JudgedInput { judged, discovery, losses, is_empty })
}

/// The scan of sources by a pack. A table that is declared whole and of which nobody knows
/// is a slip of the pen.
pub(crate) fn checked<'s>(
    pack: &'s Pack,
    discovery: &'s Discovery,
    options: &'s Options,
) -> Result<Scan<'s>, Failure> {
    let scan = Scan { pack, discovery, options };
    match scan.unknown_table() {
        Some(table) => Err(Failure::Use(format!(
            "--complete (or complete: in the configuration): no rule asks for a table '{table}'"
        ))),
        None => Ok(scan),
    }
}

/// The packs that are asked for.
pub(crate) fn packs(args: &PackArgs, found: &FoundConfig) -> Result<Packs, Failure> {
    let configured = found.config.rule_packs.iter().map(|path| found.folder.join(&path.value));
    let paths = args.packs.iter().cloned().chain(configured);
    let mut packs = match found.revision_for(FromCheckout::Packs) {
        Some(revision) => Packs::load_as_of(revision, paths, args.no_builtin_rules)?,
        None => Packs::load(paths, args.no_builtin_rules)?,
    };
    if packs.are_empty() {
        let why = if packs.files.is_empty() {
            "--no-builtin-rules leaves no rule; add some with --rules PATH"
        } else {
            "no rule is left to run; `glidelint rules list --no-builtin-rules --rules PATH` says why"
        };
        return Err(Failure::Use(why.to_owned()));
    }
    found.config.check_waivers(&|rule| packs.only_table(rule))?;
    packs.say_what_is_weaker(found)?;
    Ok(packs)
}

pub(crate) fn settings(args: &PackArgs, found: &FoundConfig) -> Result<Settings, Failure> {
    let mut settings = found.config.settings();
    settings.off.extend(args.ignore.iter().cloned());
    settings.select.clone_from(&args.select);
    if let Some(profile) = args.profile {
        settings.strict = profile == ProfileArg::Strict;
    }
    settings.baseline = baseline(args)?;
    Ok(settings)
}

fn baseline(args: &PackArgs) -> Result<Option<(u32, u32)>, Failure> {
    if let Some(family) = &args.release {
        let baseline = baseline_of_release(family);
        return baseline
            .map(Some)
            .ok_or_else(|| Failure::Use(format!("--release: '{family}' is no known release family")));
    }
    let Some(version) = &args.baseline_version else { return Ok(None) };
    let baseline = parse_baseline(version);
    baseline
        .map(Some)
        .ok_or_else(|| Failure::Use(format!("--baseline-version: '{version}' is not of the form 8.0")))
}

pub(crate) fn baseline_text(args: &PackArgs) -> Result<String, Failure> {
    let (major, minor) = baseline(args)?.or_else(|| baseline_of_release("australia")).unwrap_or_default();
    Ok(format!("{major}.{minor}"))
}

/// How the sources of an instance of that name are to be understood.
pub(crate) fn options(
    args: &JudgeArgs,
    found: &FoundConfig,
    instance: Option<String>,
) -> Result<Options, Failure> {
    let configured = found.config.complete.iter().map(|table| table.value.clone());
    let (mut complete, mut counts) = (BTreeSet::new(), BTreeMap::new());
    for declared in args.complete.iter().cloned().chain(configured) {
        let Some((table, count)) = declared.split_once('=') else {
            complete.insert(declared);
            continue;
        };
        let count: u64 = count.parse().ok().filter(|_| table != "all").ok_or_else(|| {
            let message = "a number of rows stands behind the name of a table, as in sys_user=12034";
            Failure::Use(format!("--complete {declared} (or complete: in the configuration): {message}"))
        })?;
        if counts.insert(table.to_owned(), count).is_some_and(|other| other != count) {
            return Err(Failure::Use(format!("--complete: two numbers of rows are declared of '{table}'")));
        }
        complete.insert(table.to_owned());
    }
    Ok(Options {
        complete,
        counts,
        trust_tables: false,
        as_of: args.as_of.as_deref().map(Clock::parse).transpose()?,
        today: Some(Clock::at(today(args.today.as_deref())?.to_datetime(Time::midnight()))),
        all_versions: args.all_versions,
        instance: instance.unwrap_or_default(),
    })
}
