//! `glidelint fix`

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use glidelint::engine::{Instance, Plan, judge, read_all};
use glidelint::finding::{Finding, Target};
use glidelint::locate::{FileExcerpts, Findings, LocatedFinding, locate};
use glidelint::query::{BoundQuery, Query, Truth};
use glidelint::report::{mended, safe};
use glidelint::rule::{Ask, Rule};
use glidelint::source::{Discovery, Source};
use glidelint::span::ByteSpan;

use super::accept::{today, waivers};
use super::args::JudgeArgs;
use super::exit::Exit;
use super::fail::Failure;
use super::input;
use super::instances::{self, Part};
use super::judging::{check_tables, compile, options, packs, settings};
use super::output::{counted, write_file, write_stdout};

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    #[command(flatten)]
    pub(crate) judge: JudgeArgs,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Change accounts too that may be the last ones who can administer the
    /// instance
    #[arg(long)]
    pub(crate) allow_lockout: bool,
}

/// Who can surely go on administering: an active account that logs in.
const ADMINS: &str = "active=true^locked_out=false^ORlocked_outISEMPTY^web_service_access_only=false^ORweb_service_access_onlyISEMPTY^@role=admin";
const HAS_ADMIN: &str = "@role=admin";
/// Fields of a user with which somebody may be locked out.
const GATES: [&str; 3] = ["active", "locked_out", "web_service_access_only"];

/// The byte-order mark of UTF-8, which offsets in the text do not count.
const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// One element with another value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    span: ByteSpan,
    /// Of the element's first character.
    line: u64,
    before: String,
    after: String,
    rule: String,
}

/// What is to be done with each file.
#[derive(Default)]
struct Changes {
    by_source: BTreeMap<u32, Vec<Change>>,
    /// Findings that stay, each with the reason.
    left: Vec<String>,
}

/// Writes the one value that mends a finding, where there is one.
pub(crate) fn run(args: &FixArgs) -> Result<Exit, Failure> {
    let found = input::configure(&args.judge.input)?;
    let packs = packs(&args.judge.packs, &found)?;
    let Part { name, discovery } =
        instances::only(&args.judge.input, &found.config, args.judge.instance.as_deref())?;
    let mut pack = compile(&packs.files, &mut settings(&args.judge.packs, &found)?, &discovery.sources)?;
    let mut bind = |text: &str| -> Result<BoundQuery, Failure> {
        let query = Query::parse(text).map_err(|error| Failure::parse(error, text))?;
        pack.bind(&query, "sys_user").map_err(|error| Failure::bind(error, text))
    };
    let (admins, has_admin) = (bind(ADMINS)?, bind(HAS_ADMIN)?);
    let options = options(&args.judge, &found, name)?;
    check_tables(&options, &pack)?;
    let mut plan = Plan::of(&pack);
    plan.asks.extend([Ask::Query(&admins), Ask::Query(&has_admin)]);
    let reading = read_all(&discovery, &plan, &options, &|_| {});
    let mut outcome = judge(&reading.instance, &pack.rules);
    // What somebody accepted is not to be changed.
    let waivers = waivers(&found.config.waivers, &packs, today(args.judge.today.as_deref())?)?;
    let metas: Vec<_> = pack.rules.iter().map(|rule| Arc::clone(&rule.meta)).collect();
    waivers.apply(&mut outcome.findings, &metas, &outcome.coverage, |source| discovery.path(source));
    outcome.findings.retain(|finding| finding.waiver.is_none());
    let notices = input::notices(&discovery, &reading);
    let is_incomplete = input::is_incomplete(&notices);
    let located = locate(outcome.findings, Vec::new(), &discovery.sources, &reading.files);
    let excerpts = FileExcerpts::new(&discovery.sources, &reading.files);
    let locked = if args.allow_lockout {
        HashSet::new()
    } else {
        locked_out(&reading.instance, &pack.rules, &located.findings, (&admins, &has_admin))
    };
    let mut changes = Changes::default();
    for found in located.findings.iter() {
        changes.take(&pack.rules, &found, (&discovery, &excerpts), &locked);
    }
    changes.by_source.values_mut().for_each(|changes| {
        changes.sort();
        // Two rules may want the same of one element; if not, the first one has it.
        changes.dedup_by(|next, before| next.span.start < before.span.end);
    });
    write_stdout(|out| changes.show(&discovery, args.dry_run, out))?;
    input::say(&notices);
    if !args.dry_run {
        for (source, changes) in &changes.by_source {
            apply(&discovery.root.join(discovery.path(*source)), changes)?;
        }
    }
    Ok(match (is_incomplete && !args.judge.input.allow_incomplete, input::is_empty(&reading.files)) {
        (true, _) => Exit::Incomplete,
        (false, true) => Exit::NothingToScan,
        (false, false) if changes.left.is_empty() => Exit::Fine,
        (false, false) => Exit::Findings,
    })
}

/// Whether a file begins with the byte-order mark of UTF-8.
fn has_mark(source: &Source) -> bool {
    let mut first = [0; MARK.len()];
    source.open_bytes().is_ok_and(|mut bytes| bytes.read_exact(&mut first).is_ok()) && first == MARK
}

/// Whether the reported field decides who can log in.
fn is_gate(finding: &Finding) -> bool {
    &*finding.table == "sys_user" && finding.field.as_deref().is_some_and(|field| GATES.contains(&field))
}

/// The users, by sys_id, whom a change could keep from administering while nobody
/// else is known to do so.
fn locked_out(
    instance: &Instance<'_>,
    rules: &[Rule],
    findings: &Findings,
    (admins, has_admin): (&BoundQuery, &BoundQuery),
) -> HashSet<String> {
    let is_mended = |finding: &&Finding| {
        rules.get(usize::from(finding.rule)).is_some_and(|rule| rule.meta.mend.is_some())
    };
    let gates = findings.iter().map(|found| found.finding).filter(|finding| is_gate(finding));
    let touched: HashSet<&str> =
        gates.filter(is_mended).filter_map(|finding| finding.sys_id.as_deref()).collect();
    let mut locked = HashSet::new();
    if touched.is_empty() {
        return locked;
    }
    for row in instance.live_rows(admins.table()) {
        let sys_id = instance.sys_id(admins.table(), row);
        if !touched.contains(sys_id) {
            if admins.evaluate(instance, instance.clock(), row) == Truth::Yes {
                return HashSet::new();
            }
        } else if has_admin.evaluate(instance, instance.clock(), row) != Truth::No {
            locked.insert(sys_id.to_owned());
        }
    }
    locked
}

impl Changes {
    fn take(
        &mut self,
        rules: &[Rule],
        found: &LocatedFinding<'_>,
        (discovery, excerpts): (&Discovery, &FileExcerpts),
        locked: &HashSet<String>,
    ) {
        let finding = found.finding;
        let Some(rule) = rules.get(usize::from(finding.rule)) else { return };
        let primary = found.primary();
        let Some(source) = discovery.source(primary.place.source) else { return };
        let (region, id) = (primary.lines.region, &rule.meta.id);
        let at = format!("{}:{}: {id}", source.path(), region.start.line);
        let (Some(value), Target::Field(field)) = (&rule.meta.mend, &primary.place.target) else {
            return self
                .left
                .push(format!("{at}: no one value mends it; `glidelint rules show {id}` says what does"));
        };
        if is_gate(finding) && finding.sys_id.as_deref().is_some_and(|sys_id| locked.contains(sys_id)) {
            let why = "may be the last one who can administer the instance; --allow-lockout changes it all the same";
            return self.left.push(format!("{at}: '{}' {why}", finding.key));
        }
        if source.archive_path().is_some() || region.span.end > source.plain_to() && !has_mark(source) {
            return self.left.push(format!("{at}: only plain files of UTF-8 can be changed in place"));
        }
        let (snippet, _) = excerpts.of_place(primary.place, primary.lines);
        match mended(&snippet, field, value) {
            Some(after) => self.by_source.entry(primary.place.source).or_default().push(Change {
                span: region.span,
                line: region.start.line,
                before: snippet.text,
                after,
                rule: id.clone(),
            }),
            None => self.left.push(format!("{at}: the element is not plain text")),
        }
    }

    fn show(&self, discovery: &Discovery, is_dry: bool, out: &mut dyn Write) -> io::Result<()> {
        for (source, changes) in &self.by_source {
            let path = safe::terminal(discovery.path(*source));
            for change in changes {
                writeln!(out, "{path}:{} {}", change.line, change.rule)?;
                writeln!(out, "- {}", safe::terminal(&change.before))?;
                writeln!(out, "+ {}", safe::terminal(&change.after))?;
            }
        }
        for left in &self.left {
            writeln!(out, "not changed: {}", safe::terminal(left))?;
        }
        let count = self.by_source.values().map(Vec::len).sum();
        let verb = if is_dry { "would be changed" } else { "changed" };
        writeln!(
            out,
            "{} {verb} in {}, {} left as they are",
            counted(count, "value"),
            counted(self.by_source.len(), "file"),
            counted(self.left.len(), "finding")
        )
    }
}

/// Writes a file anew with the changes in it, whole or not at all. All other
/// bytes are as they were.
fn apply(path: &Path, changes: &[Change]) -> Result<(), Failure> {
    let name = path.to_string_lossy();
    let failed = |error: io::Error| Failure::Write { to: name.clone().into_owned(), error };
    let permissions = std::fs::metadata(path).map_err(failed)?.permissions();
    let mut input = File::open(path).map_err(failed)?;
    write_file(&name, |out| {
        let mut first = Vec::new();
        (&mut input).take(u64::try_from(MARK.len()).unwrap_or(0)).read_to_end(&mut first)?;
        let mark = if first == MARK { u64::try_from(MARK.len()).unwrap_or(0) } else { 0 };
        input.rewind()?;
        let mut at = 0;
        for change in changes {
            let mut written = vec![0; change.before.len()];
            io::copy(&mut (&mut input).take(change.span.start + mark - at), out)?;
            input.read_exact(&mut written)?;
            if written != change.before.as_bytes() {
                return Err(io::Error::other("what stands there now is not what was read"));
            }
            out.write_all(change.after.as_bytes())?;
            at = input.stream_position()?;
        }
        io::copy(&mut input, out).map(|_| ())
    })?;
    std::fs::set_permissions(path, permissions).map_err(failed)
}
