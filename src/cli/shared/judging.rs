//! What every command does that judges: rules and settings from the command line
//! and the configuration, and for those without a report all of the judging.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use glidelint::engine::{Options, Outcome, Plan, dictionary_of, judge, read_all};
use glidelint::finding::{Finding, RuleCoverage};
use glidelint::query::Clock;
use glidelint::record::schema;
use glidelint::rule::{Pack, PackFiles, RuleError, RuleMeta, Settings, baseline_of_release, parse_baseline};
use glidelint::source::{Discovery, Source};
use jiff::civil::Time;

use super::accept::today;
use super::fail::Failure;
use super::input::{self, FoundConfig, FromCheckout, InputArgs};
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

/// Everything that was found, without what only a report needs.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    /// The rules that ran.
    pub(crate) rules: Vec<Arc<RuleMeta>>,
    /// How each of them fared; same order.
    pub(crate) coverage: Vec<RuleCoverage>,
    pub(crate) discovery: Discovery,
    /// Why the input could not be read whole; nothing if it could.
    pub(crate) losses: Vec<String>,
    /// Whether no file holds anything that an instance writes.
    pub(crate) is_empty: bool,
}

/// Reads and judges.
pub(crate) fn judged(args: &JudgeArgs, found: &FoundConfig, packs: &Packs) -> Result<Judged, Failure> {
    let part = instances::only(&args.input, &found.config, args.instance.as_deref())?;
    judged_part(part, args, found, packs)
}

/// The same of sources that were found already.
pub(crate) fn judged_part(
    part: InstanceFiles,
    args: &JudgeArgs,
    found: &FoundConfig,
    packs: &Packs,
) -> Result<Judged, Failure> {
    let InstanceFiles { name, discovery } = part;
    let pack = compile(&packs.files, &mut settings(&args.packs, found)?, &discovery.sources)?;
    let options = options(args, found, name)?;
    check_tables(&options, &pack)?;
    let reading = read_all(&discovery, &Plan::of(&pack), &options, &|_| ());
    let Outcome { findings, coverage, .. } = judge(&reading.instance, &pack.rules);
    let notices = input::notices(&discovery, &reading);
    let losses = notices.iter().filter(|notice| notice.is_loss());
    let losses = losses.map(|notice| format!("{}: {}", notice.path, notice.message)).collect();
    let is_empty = input::is_empty(&reading.files);
    let rules = pack.rules.iter().map(|rule| Arc::clone(&rule.meta)).collect();
    drop(reading);
    Ok(Judged { findings, rules, coverage, discovery, losses, is_empty })
}

/// Compiles packs. Where they ask for what is not built in, rows of
/// `sys_dictionary` in the input may know it, and go into the settings.
pub(crate) fn compile(
    files: &[PackFiles],
    settings: &mut Settings,
    sources: impl IntoIterator<Item = impl Borrow<Source>>,
) -> Result<Pack, RuleError> {
    let pack = Pack::compile(files, settings);
    if matches!(&pack, Ok(pack) if pack.warnings.is_empty()) {
        return pack;
    }
    let sources: Vec<_> = sources.into_iter().map(|source| source.borrow().clone()).collect();
    let dictionary = dictionary_of(&sources);
    if dictionary.is_empty() {
        return pack;
    }
    settings.dictionary = Arc::new(dictionary);
    Pack::compile(files, settings)
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

/// A table that is declared whole and that nobody knows is a slip of the pen.
pub(crate) fn check_tables(options: &Options, pack: &Pack) -> Result<(), Failure> {
    let is_known =
        |table: &str| table == "all" || schema::knows_some_of(table) || pack.wanted.find(table).is_some();
    match options.complete.iter().find(|table| !is_known(table)) {
        Some(table) => Err(Failure::Use(format!(
            "--complete (or complete: in the configuration): no rule asks for a table '{table}'"
        ))),
        None => Ok(()),
    }
}
