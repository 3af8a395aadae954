//! `glidelint baseline`

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use glidelint::finding::Finding;
use glidelint::report::safe;
use glidelint::scan::JudgedFindings;
use glidelint::suppress::{Baseline, BaselineEntry};

use crate::cli::shared::accept::{today, waivers};
use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input;
use crate::cli::shared::judging::{JudgeArgs, JudgedInput, judged, packs};
use crate::cli::shared::output::{counted, write_file, write_stdout};

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

/// Writes a new baseline, or brings one up to date.
pub(crate) fn run(args: &BaselineArgs) -> Result<Exit, Failure> {
    match &args.command {
        BaselineCommand::Create { shared, force } => create(shared, *force),
        BaselineCommand::Update { shared } => update(shared, Adding::Yes),
        BaselineCommand::Prune { shared } => update(shared, Adding::No),
    }
}

/// Whether new findings become known ones.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Adding {
    Yes,
    No,
}

fn create(args: &BaselineFileArgs, force: bool) -> Result<Exit, Failure> {
    let path = &args.baseline;
    if path.exists() && !force {
        return Err(Failure::Use(format!(
            "{} is there already: `glidelint baseline update` brings it up to date, --force writes over it",
            path.display()
        )));
    }
    let judged = match scan(args)? {
        Ok(judged) => judged,
        Err(exit) => return Ok(exit),
    };
    let entries = judged.findings.iter().filter_map(|finding| open_entry(&judged, finding));
    let baseline = Baseline::new(entries);
    write(path, &baseline)?;
    let waived = judged.findings.iter().filter(|finding| finding.waiver.is_some()).count();
    let waived = if waived > 0 {
        format!("; {} left out, as waived", counted(waived, "finding"))
    } else {
        String::new()
    };
    say(&format!("{}: {}{waived}", path.display(), counted(baseline.len(), "known finding")))
}

fn update(args: &BaselineFileArgs, adding: Adding) -> Result<Exit, Failure> {
    let path = &args.baseline;
    let shown = path.to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Use(format!("{shown}: cannot be read: {error}; `glidelint baseline create` writes it"))
    })?;
    let mut baseline = Baseline::parse(&shown, &text)?;
    if text.trim_start().starts_with('{') {
        return Err(Failure::Use(format!(
            "{shown} is a SARIF report: `glidelint baseline create` writes a file \
                                         that can be brought up to date"
        )));
    }
    let judged = match scan(args)? {
        Ok(judged) => judged,
        Err(exit) => return Ok(exit),
    };
    let entry_of = |finding: &Finding| open_entry(&judged, finding).filter(|_| adding == Adding::Yes);
    let changes = baseline.update(&judged.findings, entry_of, |rule: &str| judged.could_judge(rule));
    write(path, &baseline)?;
    let mut line = format!("{shown}: {}", counted(baseline.len(), "known finding"));
    if adding == Adding::Yes {
        let _ = write!(line, ", {} added", changes.added);
        if changes.changed > 0 {
            let _ = write!(line, ", {} changed", changes.changed);
        }
    }
    let _ = write!(line, ", {} dropped", changes.dropped);
    if changes.not_judged > 0 {
        let _ = write!(
            line,
            ", {} kept that could not be looked for: their rules did not run or lacked input",
            changes.not_judged
        );
    }
    say(&line)
}

/// Reads and judges. What is not whole must not become a baseline: it would make
/// findings known that are only not seen, or unknown that are still there.
fn scan(args: &BaselineFileArgs) -> Result<Result<JudgedFindings, Exit>, Failure> {
    let found = input::configure(&args.judge.input)?;
    found.refuse_revision()?;
    let packs = packs(&args.judge.packs, &found)?;
    let waivers = waivers(&found.config.waivers, &packs, today(args.judge.today.as_deref())?)?;
    let JudgedInput { mut judged, discovery, losses, is_empty } = judged(&args.judge, &found, &packs)?;
    let mut stderr = std::io::stderr().lock();
    // With --allow-incomplete a first file may be written, but none over another.
    if !losses.is_empty() && (!args.judge.input.allow_incomplete || args.baseline.exists()) {
        for loss in losses.iter().take(20) {
            let _ = writeln!(stderr, "error: {}", safe::terminal(loss));
        }
        let path = args.baseline.display();
        let _ = writeln!(stderr, "error: the scan is incomplete, so {path} is left as it is");
        return Ok(Err(Exit::Incomplete));
    }
    if is_empty {
        let path = args.baseline.display();
        let _ = writeln!(stderr, "error: no ServiceNow record was found, so {path} is left as it is");
        return Ok(Err(Exit::NothingToScan));
    }
    judged.waive(&waivers, &discovery);
    Ok(Ok(judged))
}

/// A finding that no waiver covers, as an entry. One that a waiver covers has an end.
fn open_entry(judged: &JudgedFindings, finding: &Finding) -> Option<BaselineEntry> {
    let rule = judged.rules.get(usize::from(finding.rule)).filter(|_| finding.waiver.is_none())?;
    Some(BaselineEntry::of(finding, &rule.id))
}

fn write(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    write_file(&path.to_string_lossy(), |out| baseline.write(out))
}

fn say(line: &str) -> Result<Exit, Failure> {
    write_stdout(|out| writeln!(out, "{line}"))?;
    Ok(Exit::Fine)
}
