//! `glidelint scan`

use std::io::{IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use glidelint::doctor::want_signs;
use glidelint::engine::{
    Plan, Profile, ReadFile, TurnedOff, Verdicts, compare, cover, profile, read_all, replaced_notice,
    replaced_places, review, turned_off, turned_off_notices, verdicts,
};
use glidelint::finding::{Band, Confidence, Finding, RuleCoverage, Severity};
use glidelint::locate::{Beside, Findings, Located, ScannedFiles, locate_notices, revisit};
use glidelint::report::{Report, Scope, Score, Stats, safe};
use glidelint::rule::{Pack, Rule, RuleError, RuleMeta, Settings};
use glidelint::source::Source;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::accept::{self, Acceptance};
use super::args::{AcceptArgs, BandArg, ConfidenceArg, FailOn, Format, JudgeArgs, ScanArgs};
use super::base::{Base, Replacing};
use super::base_files::BaseFiles;
use super::changed::{Changed, is_any_staged};
use super::desk::{Doctor, desk};
use super::exit::Exit;
use super::fail::Failure;
use super::git;
use super::input::{self, Found};
use super::instances::{self, Part};
use super::judging::{baseline_text, check_tables, compile, options, packs, settings};
use super::output::path_of_instance;
use super::packs::Packs;
use super::redact;
use super::render::Renderer;
use super::revision::Revision;
use super::scope::{self, pack_info, root_name, stats};
use super::weaker;

/// How many accounts a report for reviewers lists.
const ACCOUNTS: usize = 5_000;

/// Judges exports and reports what was found: of each instance by itself, and
/// what differs between them.
pub(crate) fn run(args: &ScanArgs) -> Result<Exit, Failure> {
    let begin = Instant::now();
    if args.if_staged && !is_any_staged(args.judge.input.root.as_deref())? {
        return Ok(Exit::Fine);
    }
    let renderer = Renderer::new(&args.render)?;
    let found = input::configure(&args.judge.input)?;
    // The process ends after this. Giving back piece by piece what is as large as
    // the pack would be a sixth of a short run.
    let mut packs = ManuallyDrop::new(packs(&args.judge.packs, &found)?);
    let weaker = weaker::once_merged(&args.judge, &found, &packs);
    packs.say(weaker);
    let mut parts = instances::all(&args.judge.input, &found.config, args.judge.instance.as_deref())?;
    let mut settings = settings(&args.judge.packs, &found)?;
    let sources = parts.iter().flat_map(|part| &part.discovery.sources);
    let mut pack = ManuallyDrop::new(compile(&packs.files, &mut settings, sources)?);
    if renderer.writes_any(Format::shows_desk) {
        pack.want_review().map_err(|error| Failure::Use(error.to_string()))?;
        want_signs(&mut pack);
    }
    let is_one = parts.len() < 2;
    if is_one {
        renderer.check_alone()?;
    } else {
        if args.render.redact.is_some() {
            let why =
                "--redact hides what several instances are compared by; choose one with --instance NAME";
            return Err(Failure::Use(why.to_owned()));
        }
        let names: Vec<_> = parts.iter().filter_map(|part| part.name.as_deref()).collect();
        renderer.check_several(&names)?;
        pack.want_comparison().map_err(|error| Failure::Use(error.to_string()))?;
    }
    let scan = Scan { args, found: &found, packs: &packs, settings: &settings, pack: &pack };
    let (exit, stats) = match parts.pop() {
        Some(part) if is_one => {
            let acceptance = Acceptance::load(
                &args.accept,
                accept::today(args.judge.today.as_deref())?,
                (&found, &packs),
            )?;
            // As above: what is as large as the records is not given back.
            let (scanned, _) = scan.one(&part, &acceptance, &renderer, Giving::Nothing)?;
            scanned
        }
        last => scan.several(parts.into_iter().chain(last), &renderer)?,
    };
    let mut stderr = std::io::stderr().lock();
    for line in packs.not_portable_lines() {
        let _ = writeln!(stderr, "not portable: {line}");
    }
    for warning in pack.warnings.iter().cloned().chain(pack.doubts.iter().map(RuleError::line)) {
        let _ = writeln!(stderr, "warning: {}", safe::terminal(&warning));
    }
    if args.stats {
        let _ = writeln!(
            stderr,
            "{} files, {} records, {} bytes in {:.3} s",
            stats.files,
            stats.records,
            stats.bytes,
            begin.elapsed().as_secs_f64()
        );
    }
    Ok(exit)
}

/// What is the same for every instance of a run.
struct Scan<'s> {
    args: &'s ScanArgs,
    found: &'s Found,
    packs: &'s Packs,
    settings: &'s Settings,
    pack: &'s Pack,
}

/// What of an instance's records is given back when it was judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Giving {
    /// Nothing, as the process ends.
    Nothing,
    /// All of it, but for what it is compared by.
    Back,
}

/// How a scan went, and how much it read.
type Scanned = (Exit, Stats);

impl Scan<'_> {
    /// Judges instances one after the other, then compares them. Of each only what
    /// is compared stays in memory.
    fn several(
        &self,
        parts: impl Iterator<Item = Part>,
        renderer: &Renderer<'_>,
    ) -> Result<Scanned, Failure> {
        let (mut exit, mut stats) = (Exit::Fine, Stats::default());
        let mut profiles = Vec::new();
        for part in parts {
            let name = part.name.as_deref().unwrap_or_default();
            // Known findings are of one instance, as reports are.
            let accept = AcceptArgs {
                baseline: self.args.accept.baseline.as_ref().map(|path| file_of_instance(path, name)),
            };
            let acceptance = Acceptance::load(
                &accept,
                accept::today(self.args.judge.today.as_deref())?,
                (self.found, self.packs),
            )?;
            let (scanned, profile) =
                self.one(&part, &acceptance, &renderer.of_instance(name), Giving::Back)?;
            exit = exit.or_worse(scanned.0);
            stats.files += scanned.1.files;
            stats.records += scanned.1.records;
            stats.bytes += scanned.1.bytes;
            profiles.extend(profile);
        }
        let mut comparison = compare(&profiles, self.pack);
        let configured = self.found.config.instances.iter().map(|instance| &instance.name.value);
        let missing = configured.filter(|name| !comparison.instances.contains(name));
        let missing: Vec<_> = missing.map(|name| format!("{name}: no file of it in the input")).collect();
        comparison.gaps.extend(missing);
        renderer.write_differences(&comparison)?;
        Ok((exit, stats))
    }

    /// How a scan of one instance ends.
    fn exit(
        &self,
        incomplete: bool,
        coverage: &[RuleCoverage],
        files: &[ReadFile],
        findings: &Findings,
    ) -> Exit {
        let Self { args, found, .. } = self;
        let cannot_tell = coverage.iter().any(|coverage| coverage.cannot_tell > 0);
        let is_failing = |floor| findings.iter().any(|found| fails(found.finding, floor));
        if (incomplete || args.strict && cannot_tell) && !args.judge.input.allow_incomplete {
            Exit::Incomplete
        } else if input::is_empty(files) {
            Exit::NothingToScan
        } else if fail_on(args, found).is_some_and(is_failing) {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }

    /// Judges one instance and writes its reports.
    fn one(
        &self,
        part: &Part,
        acceptance: &Acceptance,
        renderer: &Renderer<'_>,
        giving: Giving,
    ) -> Result<(Scanned, Option<Profile>), Failure> {
        let Self { args, found, packs, settings, pack } = self;
        let Part { name, discovery } = part;
        let options = options(&args.judge, found, name.clone())?;
        check_tables(&options, pack)?;
        let progress = progress_bar(args, &discovery.sources);
        let tick = |bytes| progress.inc(bytes);
        let doctor = renderer.writes_any(Format::shows_desk);
        let doctor = doctor.then(|| Doctor::new(packs, settings, &pack.wanted)).transpose()?;
        let plan = Plan { signs: doctor.as_ref().map(|doctor| &doctor.watch), ..Plan::of(pack) };
        let reading = ManuallyDrop::new(read_all(discovery, &plan, &options, &tick));
        progress.finish_and_clear();
        let Verdicts { drafts, coverage } = verdicts(&reading.instance, &pack.rules);
        let scored = cover(&reading.instance, &pack.scored);
        // Of a few chosen rules it would be no score.
        let is_chosen = !args.judge.packs.select.is_empty();
        let score = Score::of(metas(&pack.rules, &coverage).chain(metas(&pack.scored, &scored)));
        let reviewed = doctor.as_ref().map(|doctor| {
            let reviewed = review(&reading.instance, pack, [&coverage, &scored], ACCOUNTS);
            let known = (name.as_deref(), &*reading.instance.whole_tables());
            (reviewed, doctor.exports(discovery, &reading.files, known))
        });
        let inputs = ScannedFiles { sources: &discovery.sources, files: &reading.files };
        let most = renderer.most_shown().min(drafts.len());
        let reviewed_places = reviewed.as_ref().map_or(&[][..], |(reviewed, _)| &reviewed.places);
        let beside = Beside { notices: input::notices(discovery, &reading), places: reviewed_places };
        let located = revisit(drafts, beside, inputs, most.saturating_add(acceptance.most_known()));
        let Located { mut findings, notices: mut located, texts, places } = located;
        let desk = reviewed.map(|(reviewed, exports)| desk(reviewed, &places, &discovery.sources, exports));
        let mut notices = Vec::new();
        let rules: Vec<_> = pack.rules.iter().map(|rule| Arc::clone(&rule.meta)).collect();
        let mut accepted = acceptance.apply(findings.as_mut_slice(), &rules, &coverage, discovery);
        let off = turned_off(&reading.instance, &pack.rules, findings.as_slice());
        let (instance, path_of) = (&reading.instance, |source| discovery.path(source));
        let off_notices = |is_changed: &dyn Fn(&TurnedOff) -> bool| {
            turned_off_notices(instance, (&off, &pack.rules), is_changed, &path_of)
        };
        if let Some(revision) = &args.changed_since {
            let revision = Revision::open("--changed-since", revision, &discovery.root)?.merge_base()?;
            let files = BaseFiles::of(&revision, discovery)?;
            let as_of = reading.as_of.clone().or_else(|| args.judge.as_of.clone());
            let before = JudgeArgs { as_of, instance: name.clone(), ..args.judge.clone() };
            let (base, was) = Base::judge((&revision, &files), &before, (found, packs))?;
            let changed = Changed::since(&files, discovery, &was);
            let mut compared = base.compare(metas(&pack.rules, &coverage), findings.as_slice());
            compared.tell(findings.as_mut_slice(), |finding| changed.holds(finding));
            accepted.known.get_or_insert(compared.known);
            let holds = |newer| changed.holds_record(newer);
            let replacing = Replacing::new(replaced_places(instance), discovery, holds);
            let off = off_notices(&|off| changed.holds_record(off.newer(instance)));
            notices.extend(base.turned_off((&compared.is_found, &replacing), &off));
            notices.extend(off);
            notices.extend(compared.notices);
        } else {
            notices.extend(off_notices(&|_| false));
            notices.extend(replaced_notice(instance, &off, &path_of));
        }
        findings.retain(|finding| is_wanted(args, finding));
        located.extend(locate_notices(notices, inputs));
        let mut notices = located;
        let incomplete = notices.iter().any(|(notice, _)| notice.is_loss());
        notices.extend(packs.notices().map(|notice| (notice, None)));
        notices.extend(acceptance.notices(&accepted, found));
        let rule_id = |rule: u16| pack.rules.get(usize::from(rule)).map(|rule| rule.meta.id.as_str());
        findings.sort(&discovery.sources, rule_id);
        texts.complete(&findings, most, inputs);
        let exit = self.exit(incomplete, &coverage, &reading.files, &findings);
        let mut report = ManuallyDrop::new(Report {
            rules,
            accepted,
            coverage,
            score: score.filter(|_| !is_chosen),
            scope: Scope {
                version: env!("CARGO_PKG_VERSION").into(),
                packs: packs.files.iter().map(pack_info).collect(),
                root: root_name(&discovery.root),
                inputs: scope::inputs(args, renderer, discovery, &reading.files),
                as_of: reading.as_of.clone(),
                baseline: Some(baseline_text(&args.judge.packs)?),
                complete: reading.instance.whole_tables(),
                configuration: found.digest.clone(),
                known_findings: acceptance.digest(),
                instance: name.clone(),
                changed_since: args.changed_since.clone(),
                category: args.category.clone(),
                version_control: git::version_control(&discovery.root),
            },
            stats: stats(discovery, &reading.files),
            notices,
            findings,
            excerpts: Box::new(texts),
            desk,
            exit_code: exit.code(),
        });
        let exports = (&*discovery.sources, &*reading.files);
        let guard = redact::scanned(&args.render, args.search_output, &mut report, exports)?;
        renderer.at(&discovery.root).write(&report, &guard)?;
        let scanned = (exit, report.stats.clone());
        if giving == Giving::Nothing {
            return Ok((scanned, None));
        }
        drop(ManuallyDrop::into_inner(report));
        let profile = profile(&reading.instance, pack, name.as_deref().unwrap_or_default());
        drop(ManuallyDrop::into_inner(reading));
        Ok((scanned, Some(profile)))
    }
}

/// `known.json` → `known-prod.json`.
fn file_of_instance(path: &Path, name: &str) -> PathBuf {
    path_of_instance(&path.to_string_lossy(), name).into()
}

/// The rules with how they fared.
fn metas<'r>(
    rules: &'r [Rule],
    coverage: &'r [RuleCoverage],
) -> impl Iterator<Item = (&'r RuleMeta, &'r RuleCoverage)> {
    rules.iter().map(|rule| &*rule.meta).zip(coverage)
}

fn is_wanted(args: &ScanArgs, finding: &Finding) -> bool {
    let severe = args.min_severity.is_none_or(|band| finding.severity.band() >= band.into());
    severe && args.min_confidence.is_none_or(|confidence| finding.confidence >= confidence.into())
}

/// Whether a finding fails the scan: nobody has accepted it, and it is bad enough.
fn fails(finding: &Finding, floor: Severity) -> bool {
    finding.is_open() && finding.severity >= floor
}

/// The lowest severity that fails the scan, if any does.
fn fail_on(args: &ScanArgs, found: &Found) -> Option<Severity> {
    let band = match args.fail_on {
        Some(FailOn::Never) => return None,
        Some(FailOn::Critical) => Band::Critical,
        Some(FailOn::High) => Band::High,
        Some(FailOn::Medium) => Band::Medium,
        Some(FailOn::Low) => Band::Low,
        Some(FailOn::Info) => Band::Info,
        None => match found.config.fail_on.as_ref().map(|word| word.value.as_str()) {
            Some("never") => return None,
            Some(word) => Band::parse(word)?,
            None => Band::Low,
        },
    };
    Some(Severity::floor(band))
}

fn progress_bar(args: &ScanArgs, sources: &[Source]) -> ProgressBar {
    if args.no_progress || args.render.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(sources.iter().filter_map(Source::size).sum());
    bar.set_draw_target(ProgressDrawTarget::stderr());
    let template = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

impl From<BandArg> for Band {
    fn from(band: BandArg) -> Self {
        match band {
            BandArg::Critical => Self::Critical,
            BandArg::High => Self::High,
            BandArg::Medium => Self::Medium,
            BandArg::Low => Self::Low,
            BandArg::Info => Self::Info,
        }
    }
}

impl From<ConfidenceArg> for Confidence {
    fn from(confidence: ConfidenceArg) -> Self {
        match confidence {
            ConfidenceArg::VeryHigh => Self::VeryHigh,
            ConfidenceArg::High => Self::High,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::Low => Self::Low,
        }
    }
}
