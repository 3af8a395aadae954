//! `glidelint fix`

mod changes;
mod trial;

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};

use clap::Args;
use glidelint::finding::{Finding, Target};
use glidelint::instance::Instance;
use glidelint::query::{BoundQuery, Query, Truth};
use glidelint::report::{mended, safe};
use glidelint::revisit::{Excerpts as _, Findings, Located, LocatedFinding, ShownFinding, complete_texts};
use glidelint::rule::{Ask, Pack, Rule};
use glidelint::scan::compile;
use glidelint::source::Discovery;

use crate::cli::shared::accept::{today, waivers};
use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, FoundConfig};
use crate::cli::shared::instances::{self, InstanceFiles};
use crate::cli::shared::judging::{JudgeArgs, checked, options, packs, settings};
use crate::cli::shared::output::{counted, write_stdout};
use crate::cli::shared::packs::Packs;
use changes::{Change, Mends, apply, has_mark, in_order};
use trial::{BeforeChanges, Settled, Trial};

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

/// What is to be done, and what is not.
#[derive(Default)]
struct Changes {
    list: Vec<Change>,
    /// Findings that stay, each with the reason.
    left: Vec<String>,
}

/// Writes the one value that mends a finding, where there is one.
pub(crate) fn run(args: &FixArgs) -> Result<Exit, Failure> {
    let found = input::configure(&args.judge.input)?;
    let packs = packs(&args.judge.packs, &found)?;
    let InstanceFiles { name, discovery } =
        instances::only(&args.judge.input, &found.config, args.judge.instance.as_deref())?;
    let (mut pack, selected) = all_rules(args, &found, &packs, &discovery)?;
    let mut bind = |text: &str| -> Result<BoundQuery, Failure> {
        let query = Query::parse(text).map_err(|error| Failure::parse(error, text))?;
        pack.bind(&query, "sys_user").map_err(|error| Failure::bind(error, text))
    };
    let (admins, has_admin) = (bind(ADMINS)?, bind(HAS_ADMIN)?);
    let options = options(&args.judge, &found, name)?;
    let scan = checked(&pack, &discovery, &options)?;
    let mut judged = scan.read(&[Ask::Query(&admins), Ask::Query(&has_admin)], &|_| {}).judge();
    let before = BeforeChanges::of(&judged.judged);
    // What somebody accepted is not to be changed.
    let waivers = waivers(&found.config.waivers, &packs, today(args.judge.today.as_deref())?)?;
    judged.judged.waive(&waivers, &discovery);
    let mut findings = std::mem::take(&mut judged.judged.findings);
    findings.retain(|finding| finding.waiver.is_none() && selected.contains(judged.judged.rule_id(finding)));
    let notices = judged.read.notices();
    let end = args.judge.input.end(&notices, judged.read.is_empty());
    let located = judged.locate(findings, Vec::new());
    let locked = if args.allow_lockout {
        HashSet::new()
    } else {
        locked_out(&judged.read.reading.instance, &pack.rules, &located.findings, (&admins, &has_admin))
    };
    let mut changes = Changes::default();
    let Located { findings, texts, .. } = &located;
    complete_texts(texts, findings, findings.len(), judged.read.inputs());
    for (found, shown) in findings.iter().zip(texts.shown(findings, findings.len())) {
        changes.take(&pack.rules, (&found, shown), &discovery, &locked);
    }
    drop((located, judged));
    let discovery = &discovery;
    changes.try_out(&Trial { scan, waivers: &waivers, before })?;
    write_stdout(|out| changes.show(discovery, args.dry_run, out))?;
    input::say(&notices);
    if !args.dry_run {
        for changes in changes.list.chunk_by(|left, right| left.source == right.source) {
            let path = changes.first().map_or("", |change| discovery.path(change.source));
            apply(&discovery.root.join(path), &changes.iter().collect::<Vec<_>>())?;
        }
    }
    let done = if changes.left.is_empty() { Exit::Fine } else { Exit::Findings };
    Ok(end.unwrap_or(done))
}

/// The rules by which a change is judged, which are not only those that were
/// selected, and the ids of these.
fn all_rules(
    args: &FixArgs,
    found: &FoundConfig,
    packs: &Packs,
    discovery: &Discovery,
) -> Result<(Pack, BTreeSet<String>), Failure> {
    let mut settings = settings(&args.judge.packs, found)?;
    let pack = compile(&packs.files, &mut settings, &discovery.sources)?;
    let selected = pack.rules.iter().map(|rule| rule.meta.id.clone()).collect();
    if settings.select.is_empty() {
        return Ok((pack, selected));
    }
    settings.on.append(&mut settings.select);
    Ok((compile(&packs.files, &mut settings, &discovery.sources)?, selected))
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
    // Who would administer if a set were committed does not now.
    let instance = instance.in_force();
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
        (found, shown): (&LocatedFinding<'_>, ShownFinding<'_>),
        discovery: &Discovery,
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
        let snippet = &shown.primary().snippet;
        match mended(snippet, field, value) {
            Some(after) => self.list.push(Change {
                source: primary.place.source,
                span: region.span,
                line: region.start.line,
                before: snippet.text.clone(),
                after,
                table: finding.table.to_string(),
                sys_id: finding.sys_id.as_deref().map(str::to_owned),
                key: finding.key.to_string(),
                mends: vec![Mends { rule: id.clone(), fingerprint: finding.fingerprint }],
            }),
            None => self.left.push(format!("{at}: the element is not plain text")),
        }
    }

    /// Judges everything again with the changes, and keeps those that mend.
    fn try_out(&mut self, trial: &Trial<'_>) -> Result<(), Failure> {
        let at = |change: &Change| {
            let path = trial.scan.discovery.path(change.source);
            format!("{path}:{}: {}", change.line, change.rules())
        };
        let (list, others) = in_order(std::mem::take(&mut self.list));
        let overlapping = others
            .iter()
            .map(|(other, rules)| format!("{}: {rules} asks for another value of the same field", at(other)));
        self.left.extend(overlapping);
        let Settled { accepted, refused } = trial.settle(&list)?;
        self.left.extend(refused.into_iter().map(|(number, why)| format!("{}: {why}", at(&list[number]))));
        let accepted: HashSet<_> = accepted.into_iter().collect();
        let kept = list.into_iter().enumerate().filter(|(number, _)| accepted.contains(number));
        self.list = kept.map(|(_, change)| change).collect();
        Ok(())
    }

    fn show(&self, discovery: &Discovery, is_dry: bool, out: &mut dyn Write) -> io::Result<()> {
        for change in &self.list {
            let path = safe::terminal(discovery.path(change.source));
            writeln!(out, "{path}:{} {}", change.line, change.rules())?;
            writeln!(out, "- {}", safe::terminal(&change.before))?;
            writeln!(out, "+ {}", safe::terminal(&change.after))?;
        }
        for left in &self.left {
            writeln!(out, "not changed: {}", safe::terminal(left))?;
        }
        let files: HashSet<_> = self.list.iter().map(|change| change.source).collect();
        let verb = if is_dry { "would be changed" } else { "changed" };
        writeln!(
            out,
            "{} {verb} in {}, {} left as they are",
            counted(self.list.len(), "value"),
            counted(files.len(), "file"),
            counted(self.left.len(), "finding")
        )
    }
}
