//! `glidelint diff`

mod seen;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use glidelint::finding::BaselineState;
use glidelint::instance::reached_roles;
use glidelint::locate::LocatedFinding;
use glidelint::record::granting_tables;
use glidelint::report::safe;
use glidelint::scan::compile;
use glidelint::suppress::{Baseline, BaselineEntry, Recognised, SeenFinding};
use serde::Serialize;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, FoundConfig};
use crate::cli::shared::instances::{self, InstanceFiles};
use crate::cli::shared::judging::{JudgeArgs, checked, options, packs, settings};
use crate::cli::shared::output::{PlainFormat, counted, write_stdout};
use crate::cli::shared::packs::Packs;
use seen::{FindingSubject, Identified, Pairs, SeenRecords, records};

/// How many lines of one kind the text shows.
const SHOWN: usize = 50;

#[derive(Debug, Args)]
#[command(
    override_usage = "glidelint diff [OPTIONS] OLD NEW\n       glidelint diff [OPTIONS] EXPORT --overlay UPDATE_SET"
)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Compare the one export that is given with itself under these update sets
    /// (may be repeated)
    #[arg(long, value_name = "PATH")]
    pub(crate) overlay: Vec<PathBuf>,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}

/// A finding as it is shown.
#[derive(Debug, Clone, Serialize)]
struct Line {
    rule: String,
    key: String,
    /// `path:line`; empty for saved results.
    place: String,
    message: String,
    /// Whether it was known with other values, which makes it new.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
}

/// A finding, or a line of a saved result.
struct FoundLine {
    entry: BaselineEntry,
    seen: SeenFinding,
    line: Line,
}

/// One state: what is found in it, and what it holds.
#[derive(Default)]
struct State {
    findings: Vec<FoundLine>,
    /// The rules that could say anything; `None` for saved results.
    judged: Option<BTreeSet<String>>,
    /// Table and natural key; nothing for saved results.
    records: Option<Pairs>,
    /// User and role.
    access: Option<Pairs>,
    is_incomplete: bool,
    /// What it says of records that it does not show; `None` for saved results.
    seen: Option<SeenRecords>,
    /// Who is meant by the keys of its findings; nothing for saved results.
    identified: Identified,
    /// The table of each rule that judges records one by one.
    tables_of_rules: BTreeMap<String, String>,
}

/// What one state has and another has not.
#[derive(Serialize)]
struct Difference<'s> {
    new: Vec<Line>,
    fixed: Vec<Line>,
    /// No longer found, of records that the new state does not show, although they may
    /// still be there.
    not_seen: Vec<Line>,
    /// No longer found, of rules that could not judge the new state.
    not_judged: Vec<Line>,
    unchanged: usize,
    /// `None` where one state is a saved result.
    records: Option<Sides<'s>>,
    access: Option<Sides<'s>>,
}

#[derive(Serialize)]
struct Sides<'s> {
    gained: Vec<&'s (String, String)>,
    lost: Vec<&'s (String, String)>,
    /// How many stand in one state only, and the other one does not hold their
    /// table or is not whole.
    not_compared: usize,
}

impl State {
    /// Whether a rule that finds nothing here says that there is nothing.
    fn could_judge(&self, rule: &str) -> bool {
        !self.is_incomplete && self.judged.as_ref().is_none_or(|judged| judged.contains(rule))
    }

    /// Whether what was found in an older state is gone if it is found no more.
    fn tells_of(&self, old: &State, found: &FoundLine) -> bool {
        let known = self.seen.as_ref().zip(self.records.as_ref()).zip(self.access.as_ref());
        let FoundLine { line, entry, .. } = found;
        let (Some(((seen, records), access)), Some(table)) = (known, self.tables_of_rules.get(&line.rule))
        else {
            return true;
        };
        let subject = FindingSubject { table, key: &line.key, sys_id: &entry.sys_id };
        seen.tells(subject, &old.identified, (records, access))
    }

    fn tables(&self) -> BTreeSet<&str> {
        self.records.iter().flatten().map(|(table, _)| table.as_str()).collect()
    }
}

/// Compares two states.
pub(crate) fn run(args: &DiffArgs) -> Result<Exit, Failure> {
    let (old, new) = match (args.judge.input.paths.as_slice(), args.overlay.as_slice()) {
        ([old, new], []) => (vec![old.clone()], vec![new.clone()]),
        ([base], overlay @ [_, ..]) => (vec![base.clone()], [std::slice::from_ref(base), overlay].concat()),
        _ => {
            let message = "diff takes two states, the old one first, or one with --overlay UPDATE_SET";
            return Err(Failure::Use(message.to_owned()));
        }
    };
    let found = input::configure(&args.judge.input)?;
    let packs = packs(&args.judge.packs, &found)?;
    let is_saved_state = |paths: &[PathBuf]| matches!(paths, [path] if is_saved(path));
    // A saved result is of a named instance; two exports may be of different ones.
    let naming =
        if is_saved_state(&old) || is_saved_state(&new) { Naming::Configured } else { Naming::AsGiven };
    let state = |paths: &[PathBuf]| match paths {
        [path] if is_saved(path) => saved(path),
        _ => scanned(args, paths, &found, &packs, naming),
    };
    let (old, new) = (state(&old)?, state(&new)?);
    let difference = Difference::between(&old, &new, !args.overlay.is_empty());
    write_stdout(|out| match args.format {
        PlainFormat::Text => difference.write(out),
        PlainFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &difference)?;
            writeln!(out)
        }
    })?;
    let is_incomplete = (old.is_incomplete || new.is_incomplete) && !args.judge.input.allow_incomplete;
    Ok(match (is_incomplete, difference.new.is_empty()) {
        (true, _) => Exit::Incomplete,
        (false, false) => Exit::Findings,
        (false, true) => Exit::Fine,
    })
}

/// Whether a path is a result rather than an export.
fn is_saved(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    path.is_file() && extension.is_some_and(|extension| !matches!(extension, "xml" | "gz" | "zip"))
}

fn saved(path: &Path) -> Result<State, Failure> {
    let name = path.to_string_lossy();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Use(format!("{name}: cannot be read: {error}")))?;
    let baseline = Baseline::parse(&name, &text)?;
    let found = |entry: &BaselineEntry| FoundLine {
        seen: SeenFinding::of_entry(entry),
        line: Line {
            rule: entry.rule.clone(),
            key: entry.key.clone(),
            place: String::new(),
            message: String::new(),
            changed: None,
        },
        entry: entry.clone(),
    };
    let findings = baseline.entries().map(found).collect();
    Ok(State { findings, is_incomplete: baseline.gap().is_some(), ..State::default() })
}

/// What the instance of a state is called.
#[derive(Clone, Copy)]
enum Naming {
    /// As the configuration does.
    Configured,
    /// As the command line says, if it does.
    AsGiven,
}

fn scanned(
    args: &DiffArgs,
    paths: &[PathBuf],
    found: &FoundConfig,
    packs: &Packs,
    naming: Naming,
) -> Result<State, Failure> {
    let input = args.judge.input.of(paths);
    let given = args.judge.instance.as_deref();
    let InstanceFiles { name, discovery } = instances::only(&input, &found.config, given)?;
    let mut pack = compile(&packs.files, &mut settings(&args.judge.packs, found)?, &discovery.sources)?;
    pack.want_access();
    let name = match naming {
        Naming::Configured => name,
        Naming::AsGiven => given.map(str::to_owned),
    };
    let options = options(&args.judge, found, name)?;
    let mut scanned = checked(&pack, &discovery, &options)?.judge();
    let notices = scanned.read.notices();
    input::say(&notices);
    let is_incomplete = input::is_incomplete(&notices);
    let judged = scanned.fared().filter(|(_, coverage)| coverage.has_judged());
    let judged = judged.map(|(rule, _)| rule.id.clone()).collect();
    let findings = std::mem::take(&mut scanned.judged.findings);
    let located = scanned.locate(findings, Vec::new());
    let found = |found: LocatedFinding<'_>| {
        let (finding, primary) = (found.finding, found.primary());
        let rule = scanned.judged.rule_id(finding);
        let line = Line {
            rule: rule.to_owned(),
            key: finding.key.to_string(),
            place: format!("{}:{}", discovery.path(primary.place.source), primary.lines.region.start.line),
            message: finding.message.to_string(),
            changed: None,
        };
        FoundLine { entry: BaselineEntry::of(finding, rule), seen: SeenFinding::of(finding), line }
    };
    let findings: Vec<_> = located.findings.iter().map(found).collect();
    let tables_of_rules: BTreeMap<String, String> = pack
        .rules
        .iter()
        .filter_map(|rule| Some((rule.meta.id.clone(), packs.only_table(&rule.meta.id)?)))
        .collect();
    let subjects = findings
        .iter()
        .filter_map(|found| Some((tables_of_rules.get(&found.line.rule)?.as_str(), found.line.key.as_str())));
    let instance = &scanned.read.reading.instance;
    Ok(State {
        identified: Identified::of(instance, subjects),
        findings,
        judged: Some(judged),
        records: Some(records(instance)),
        access: Some(reached_roles(instance).collect()),
        is_incomplete,
        seen: Some(SeenRecords::of(instance)),
        tables_of_rules,
    })
}

impl<'s> Sides<'s> {
    /// `was_held` and `is_held` say of what stands in one state only whether the
    /// other one would show it.
    fn of(
        [old, new]: [&'s Option<Pairs>; 2],
        was_held: impl Fn(&(String, String)) -> bool,
        is_held: impl Fn(&(String, String)) -> bool,
    ) -> Option<Self> {
        let (old, new) = (old.as_ref()?, new.as_ref()?);
        let (gained, hidden): (Vec<_>, Vec<_>) = new.difference(old).partition(|pair| was_held(pair));
        let (lost, gone): (Vec<_>, Vec<_>) = old.difference(new).partition(|pair| is_held(pair));
        Some(Self { gained, lost, not_compared: hidden.len() + gone.len() })
    }
}

impl<'s> Difference<'s> {
    fn between(old: &'s State, new: &'s State, is_overlay: bool) -> Self {
        let entries: Vec<_> = old.findings.iter().map(|found| &found.entry).collect();
        let seen: Vec<_> = new.findings.iter().map(|found| found.seen.clone()).collect();
        let Recognised { states, is_found } = Recognised::of(&entries, &seen);
        let added = new.findings.iter().zip(states).filter_map(|(found, state)| {
            let changed = (state == BaselineState::Changed).then_some(true);
            (state != BaselineState::Unchanged).then(|| Line { changed, ..found.line.clone() })
        });
        let added = sorted(added.collect());
        let gone = old.findings.iter().zip(is_found).filter(|(_, is_found)| !is_found);
        let (gone, not_judged): (Vec<_>, Vec<_>) =
            gone.map(|(found, _)| found).partition(|found| new.could_judge(&found.line.rule));
        let (fixed, not_seen): (Vec<_>, Vec<_>) =
            gone.into_iter().partition(|found| new.tells_of(old, found));
        let lines =
            |found: Vec<&FoundLine>| sorted(found.into_iter().map(|found| found.line.clone()).collect());
        let (before, after) = (old.tables(), new.tables());
        // What is laid over a state holds all of it, and adds the rest.
        let holds = |state: &State, tables: &BTreeSet<&str>, table: &str| {
            !state.is_incomplete && tables.contains(table)
        };
        let was_held = |table: &str| is_overlay || holds(old, &before, table);
        let is_held = |table: &str| holds(new, &after, table);
        let all_held = |shown: &BTreeSet<&str>, is_held: &dyn Fn(&str) -> bool| {
            granting_tables().filter(|table| shown.contains(table)).all(is_held)
        };
        let (was_all_held, is_all_held) = (all_held(&after, &was_held), all_held(&before, &is_held));
        Self {
            unchanged: new.findings.len() - added.len(),
            new: added,
            fixed: lines(fixed),
            not_seen: lines(not_seen),
            not_judged: lines(not_judged),
            records: Sides::of(
                [&old.records, &new.records],
                |(table, _)| was_held(table),
                |(table, _)| is_held(table),
            ),
            access: Sides::of([&old.access, &new.access], |_| was_all_held, |_| is_all_held),
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let kinds = [
            ("new", &self.new),
            ("fixed", &self.fixed),
            ("not seen again", &self.not_seen),
            ("not judged", &self.not_judged),
        ];
        for (word, lines) in kinds {
            for line in lines.iter().take(SHOWN) {
                let place = if line.place.is_empty() { &line.key } else { &line.place };
                let (place, message) = (safe::terminal(place), safe::terminal(&line.message));
                let changed = if line.changed.is_some() { "  (known, but changed)" } else { "" };
                writeln!(
                    out,
                    "{}",
                    format!("{word:<6} {} {place}  {message}{changed}", line.rule).trim_end()
                )?;
            }
            more(lines.len(), out)?;
        }
        for (what, sides) in [("record", &self.records), ("access", &self.access)] {
            let Some(sides) = sides else { continue };
            for (sign, list) in [('+', &sides.gained), ('-', &sides.lost)] {
                for (left, right) in list.iter().take(SHOWN) {
                    writeln!(out, "{sign} {what} {} {}", safe::terminal(left), safe::terminal(right))?;
                }
                more(list.len(), out)?;
            }
        }
        let open = match self.not_judged.len() {
            0 => String::new(),
            count => format!(", {count} not judged any more"),
        };
        let unseen = match self.not_seen.len() {
            0 => String::new(),
            count => format!(", {count} not seen again"),
        };
        let (new, fixed) = (self.new.len(), self.fixed.len());
        let numbers = format!("{new} new, {fixed} fixed, {} unchanged{unseen}{open}", self.unchanged);
        let sides = |sides: &Option<Sides<'_>>, noun: &str| {
            let of = |sides: &Sides<'_>| {
                let hidden = if sides.not_compared > 0 {
                    format!(", {} not compared", sides.not_compared)
                } else {
                    String::new()
                };
                format!("{} gained, {} lost{hidden}", counted(sides.gained.len(), noun), sides.lost.len())
            };
            sides.as_ref().map_or_else(|| format!("{noun}s not compared"), of)
        };
        writeln!(out, "{numbers}; {}; {}", sides(&self.records, "record"), sides(&self.access, "role"))
    }
}

/// By rule and place.
fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|left, right| {
        (&left.rule, &left.place, &left.key).cmp(&(&right.rule, &right.place, &right.key))
    });
    lines
}

fn more(count: usize, out: &mut dyn Write) -> io::Result<()> {
    if count > SHOWN {
        writeln!(out, "  … and {} more; -f json has all", count - SHOWN)?;
    }
    Ok(())
}
