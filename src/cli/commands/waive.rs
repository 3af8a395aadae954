//! `glidelint waive`

mod plan;

use std::io;
use std::path::Path;

use clap::Args;
use glidelint::config::{Config, Waiver};
use glidelint::finding::{Finding, ValuesHash};
use glidelint::report::safe;
use glidelint::rule::file::{OneOrMany, PlacedText};
use glidelint::scan::JudgedFindings;
use glidelint::suppress::{AppendError, append};
use jiff::civil::Date;

use crate::cli::shared::accept::{today, waivers};
use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, FoundConfig};
use crate::cli::shared::judging::{JudgeArgs, JudgedInput, judged, packs};
use crate::cli::shared::output::{counted, write_file, write_stdout};
use crate::cli::shared::packs::Packs;
use plan::PlannedWaiver;

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

/// How many findings of one record are bound; no rule has more.
const BOUND: usize = 20;

/// Adds a waiver to the configuration file, if there is something to waive.
pub(crate) fn run(args: &WaiveArgs) -> Result<Exit, Failure> {
    if args.judge.input.no_config {
        return Err(Failure::Use("--no-config: a waiver is written to a configuration file".to_owned()));
    }
    let found = configure(args)?;
    found.refuse_revision()?;
    let today = today(args.judge.today.as_deref())?;
    let packs = packs(&args.judge.packs, &found)?;
    if Path::new(&args.rule).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return run_plan(args, &found, &packs, today);
    }
    let mut waiver = waiver(args)?;
    // Mistakes are told before anything is read.
    let text = text_of(&found)?;
    let shown = shown(&found);
    let added = append(&shown, &text, &waiver).map_err(failure)?;
    Config::parse(&shown, &added)?.check_waivers(&|rule| packs.only_table(rule))?;
    if let Some(last) = waiver.last_day().filter(|last| *last < today) {
        return Err(Failure::Use(format!("--until: {last} has passed; today is {today}")));
    }
    let JudgedInput { mut judged, discovery, .. } = judged(&args.judge, &found, &packs)?;
    let alone = waivers(std::slice::from_ref(&waiver), &packs, today)?;
    judged.waive(&alone, &discovery);
    let is_waived = |at: &usize| judged.findings[*at].waiver.is_some();
    let fitting: Vec<_> = (0..judged.findings.len()).filter(is_waived).collect();
    // So far it was a trial.
    for &at in &fitting {
        judged.findings[at].waiver = None;
    }
    if fitting.is_empty() {
        return Err(nothing_fits(&judged, &waiver));
    }
    let already = waivers(&found.config.waivers, &packs, today)?;
    judged.waive(&already, &discovery);
    if fitting.iter().all(|&at| judged.findings[at].waiver.is_some()) {
        return Err(Failure::Use(format!("a waiver covers {} already", waiver.subject())));
    }
    waiver.bound_to = bound_to(&waiver, &fitting, &judged.findings);
    let added = append(&shown, &text, &waiver).map_err(failure)?;
    write_file(&found.path.to_string_lossy(), |out| out.write_all(added.as_bytes()))?;
    let until = waiver.until.as_ref().map_or_else(String::new, |until| format!(" until {}", until.value));
    let what = counted(fitting.len(), "finding");
    write_stdout(|out| {
        writeln!(
            out,
            "{}: waived {} ({what}){until}",
            safe::terminal(&shown),
            safe::terminal(&waiver.subject())
        )
    })?;
    Ok(Exit::Fine)
}

/// Adds the waivers of an action plan that people filled in.
fn run_plan(args: &WaiveArgs, found: &FoundConfig, packs: &Packs, today: Date) -> Result<Exit, Failure> {
    let plan = plan::read(Path::new(&args.rule))?;
    let shown = shown(found);
    let mut text = text_of(found)?;
    let past = |planned: &PlannedWaiver| planned.waiver.last_day().is_some_and(|last| last < today);
    if let Some(planned) = plan.waivers.iter().find(|planned| past(planned)) {
        let why = format!("{}:{}: the due date has passed; today is {today}", args.rule, planned.line);
        return Err(Failure::Use(why));
    }
    let JudgedInput { mut judged, discovery, .. } = judged(&args.judge, found, packs)?;
    let already = waivers(&found.config.waivers, packs, today)?;
    judged.waive(&already, &discovery);
    let accepted = plan::accept(plan.waivers, &judged.findings, &judged.rules);
    for waiver in &accepted.waivers {
        text = append(&shown, &text, waiver).map_err(failure)?;
    }
    if !accepted.waivers.is_empty() {
        write_file(&found.path.to_string_lossy(), |out| out.write_all(text.as_bytes()))?;
    }
    write_stdout(|out| {
        writeln!(
            out,
            "{}: waived {}; {} covered already, {} gone",
            safe::terminal(&shown),
            counted(accepted.findings, "finding"),
            accepted.covered,
            accepted.gone
        )?;
        let tasks = counted(plan.tasks, "task");
        writeln!(
            out,
            "{}: {tasks} with an owner and no reason, {} open",
            safe::terminal(&args.rule),
            plan.open
        )
    })?;
    Ok(Exit::Fine)
}

/// The configuration in force; one that is named may be new.
fn configure(args: &WaiveArgs) -> Result<FoundConfig, Failure> {
    let input = &args.judge.input;
    match &input.config {
        Some(path) if input.config_from.is_none() && !path.exists() => {
            let folder = path.parent().unwrap_or(path).to_path_buf();
            Ok(FoundConfig {
                config: Config::default(),
                folder,
                path: path.clone(),
                digest: None,
                revision: None,
                from_checkout: Vec::new(),
            })
        }
        _ => input::configure(input),
    }
}

/// The path of the configuration file, from here if it lies below.
fn shown(found: &FoundConfig) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let path = found.path.strip_prefix(&here).unwrap_or(&found.path);
    path.to_string_lossy().replace('\\', "/")
}

fn text_of(found: &FoundConfig) -> Result<String, Failure> {
    match std::fs::read_to_string(&found.path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::Use(format!("{}: cannot be read: {error}", found.path.display()))),
    }
}

fn waiver(args: &WaiveArgs) -> Result<Waiver, Failure> {
    let text = |text: &Option<String>| text.as_ref().map(PlacedText::new);
    let needed = |text: &Option<String>, flag: &str| match text {
        Some(text) => Ok(PlacedText::new(text)),
        None => Err(Failure::Use(format!("{flag} is missing: a risk is accepted by somebody, for a reason"))),
    };
    Ok(Waiver {
        rule: PlacedText::new(&args.rule),
        key: text(&args.key),
        sys_id: text(&args.sys_id),
        table: text(&args.table),
        path: text(&args.path),
        broad: args.broad,
        reason: needed(&args.reason, "--reason")?,
        owner: needed(&args.owner, "--owner")?,
        until: text(&args.until),
        bound_to: None,
    })
}

/// A waiver of one record is bound to what it shows today. One of many would lapse
/// with every new record.
fn bound_to(waiver: &Waiver, fitting: &[usize], findings: &[Finding]) -> Option<OneOrMany> {
    if waiver.key.is_none() && waiver.sys_id.is_none() {
        return None;
    }
    let mut hashes: Vec<ValuesHash> = fitting.iter().map(|&at| findings[at].values).collect();
    hashes.sort_unstable();
    hashes.dedup();
    (hashes.len() <= BOUND).then(|| OneOrMany(hashes.iter().map(ValuesHash::to_string).collect()))
}

fn nothing_fits(judged: &JudgedFindings, waiver: &Waiver) -> Failure {
    let name = &waiver.rule.value;
    let Some(rule) = judged.rules.iter().position(|rule| rule.id == *name || rule.name == *name) else {
        return Failure::Use(format!("no rule that runs is called '{name}'; nothing was written"));
    };
    let keys = judged.findings.iter().filter(|finding| usize::from(finding.rule) == rule);
    let keys: Vec<_> = keys.take(5).map(|finding| safe::terminal(&finding.key).into_owned()).collect();
    let has = if keys.is_empty() {
        "the rule finds nothing".to_owned()
    } else {
        format!("it finds {}", keys.join(", "))
    };
    let subject = waiver.subject();
    Failure::Use(format!("no finding of {}; {has}; nothing was written", safe::terminal(&subject)))
}

fn failure(error: AppendError) -> Failure {
    match error {
        AppendError::Rule(error) => Failure::Rule(error),
        form @ AppendError::Form { .. } => Failure::Use(form.to_string()),
    }
}
