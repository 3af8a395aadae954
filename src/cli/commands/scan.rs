//! `glidelint scan`

mod args;
mod base;
mod base_files;
mod changed;
mod command_line;
mod weaker;

use std::cell::OnceCell;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use glidelint::doctor::want_signs;
use glidelint::facts::Options;
use glidelint::finding::{Band, Confidence, Finding, Notice, Severity};
use glidelint::judge::replaced_places;
use glidelint::report::{PackInfo, Report, Scope, Stats, safe};
use glidelint::rule::{Pack, RuleError, Settings};
use glidelint::scan::{ExportDoctor, ReadScan, RevisitedScan, compile};
use glidelint::source::Source;
use glidelint::suppress::Known;
use glidelint::survey::{compare, profile};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::shared::accept::{self, AcceptArgs, Acceptance};
use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::git;
use crate::cli::shared::input::{self, FoundConfig};
use crate::cli::shared::instances::{self, InstanceFiles};
use crate::cli::shared::judging::{JudgeArgs, baseline_text, checked, options, packs, settings};
use crate::cli::shared::output::path_of_instance;
use crate::cli::shared::packs::Packs;
use crate::cli::shared::redact;
use crate::cli::shared::render::Renderer;
use crate::cli::shared::revision::Revision;
pub(crate) use args::ScanArgs;
use args::{BandArg, ConfidenceArg, FailOn, HashInputs};
use base::{Base, Replacing};
use base_files::BaseFiles;
use changed::{Changed, is_any_staged};
use command_line::command_line;

/// How many accounts a report for reviewers lists.
const ACCOUNTS: usize = 5_000;
/// Files up to this size, in bytes, are hashed without being asked to.
const HASHED: u64 = 16 * 1024 * 1024;

/// What is as large as the packs or as the records. Whoever calls `run` decides whether it
/// is given back piece by piece.
#[derive(Default)]
pub(crate) struct HeldScan<'h> {
    packs: OnceCell<Packs>,
    pack: OnceCell<Pack>,
    input: OnceCell<ScanInput>,
    ended: OnceCell<EndedScan<'h>>,
}

/// The files of an instance, and how they are understood.
struct ScanInput {
    part: InstanceFiles,
    options: Options,
    /// If a report shows what the doctor says.
    doctor: Option<ExportDoctor>,
}

/// A scan of which the reports are written.
struct EndedScan<'s> {
    exit: Exit,
    read: ReadScan<'s>,
    report: Report,
}

/// Judges exports and reports what was found: of each instance by itself, and
/// what differs between them.
pub(crate) fn run<'h>(args: &ScanArgs, held: &'h HeldScan<'h>) -> Result<Exit, Failure> {
    let begin = Instant::now();
    if args.if_staged && !is_any_staged(args.judge.input.root.as_deref())? {
        return Ok(Exit::Fine);
    }
    let renderer = Renderer::new(&args.render)?;
    let found = input::configure(&args.judge.input)?;
    let mut loaded = packs(&args.judge.packs, &found)?;
    loaded.say(weaker::once_merged(&args.judge, &found, &loaded));
    let packs = held.packs.get_or_init(|| loaded);
    let mut parts = instances::all(&args.judge.input, &found.config, args.judge.instance.as_deref())?;
    let mut settings = settings(&args.judge.packs, &found)?;
    let sources = parts.iter().flat_map(|part| &part.discovery.sources);
    let mut pack = compile(&packs.files, &mut settings, sources)?;
    if renderer.writes_any(|format| format.shows_desk) {
        pack.want_review().map_err(|error| Failure::Use(error.to_string()))?;
        want_signs(&mut pack);
    }
    let is_one = parts.len() < 2;
    if is_one {
        renderer.check_alone()?;
    } else {
        if args.render.redact.redact.is_some() {
            let why =
                "--redact hides what several instances are compared by; choose one with --instance NAME";
            return Err(Failure::Use(why.to_owned()));
        }
        let names: Vec<_> = parts.iter().filter_map(|part| part.name.as_deref()).collect();
        renderer.check_several(&names)?;
        pack.want_comparison().map_err(|error| Failure::Use(error.to_string()))?;
    }
    let pack = held.pack.get_or_init(|| pack);
    let run = ScanRun { args, found: &found, packs, settings: &settings, pack };
    let (exit, stats) = match parts.pop() {
        Some(part) if is_one => {
            let input = run.input(part, &renderer)?;
            let input = held.input.get_or_init(|| input);
            let ended = run.one(input, &args.accept, &renderer)?;
            let ended = held.ended.get_or_init(|| ended);
            (ended.exit, ended.report.stats.clone())
        }
        last => run.several(parts.into_iter().chain(last), &renderer)?,
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
struct ScanRun<'r, 'p> {
    args: &'r ScanArgs,
    found: &'r FoundConfig,
    packs: &'r Packs,
    settings: &'r Settings,
    pack: &'p Pack,
}

impl<'p> ScanRun<'_, 'p> {
    /// Judges instances one after the other, then compares them. Of each only what
    /// is compared stays in memory.
    fn several(
        &self,
        parts: impl Iterator<Item = InstanceFiles>,
        renderer: &Renderer<'_>,
    ) -> Result<(Exit, Stats), Failure> {
        let (mut exit, mut stats) = (Exit::Fine, Stats::default());
        let mut profiles = Vec::new();
        for part in parts {
            let name = part.name.clone().unwrap_or_default();
            // Known findings are of one instance, as reports are.
            let accept = AcceptArgs {
                baseline: self.args.accept.baseline.as_ref().map(|path| file_of_instance(path, &name)),
            };
            let input = self.input(part, renderer)?;
            let ended = self.one(&input, &accept, &renderer.of_instance(&name))?;
            exit = exit.or_worse(ended.exit);
            stats.files += ended.report.stats.files;
            stats.records += ended.report.stats.records;
            stats.bytes += ended.report.stats.bytes;
            drop(ended.report);
            profiles.push(profile(&ended.read.reading.instance, self.pack, &name));
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
    fn exit(&self, report: &Report, is_empty: bool) -> Exit {
        let Self { args, found, .. } = self;
        let cannot_tell = report.coverage.iter().any(|coverage| coverage.cannot_tell > 0);
        let is_failing = |floor| report.findings.iter().any(|found| fails(found.finding, floor));
        let is_incomplete = report.losses().next().is_some() || args.strict && cannot_tell;
        if is_incomplete && !args.judge.input.allow_incomplete {
            Exit::Incomplete
        } else if is_empty {
            Exit::NothingToScan
        } else if fail_on(args, found).is_some_and(is_failing) {
            Exit::Findings
        } else {
            Exit::Fine
        }
    }

    /// What is known of an instance before its files are read.
    fn input(&self, part: InstanceFiles, renderer: &Renderer<'_>) -> Result<ScanInput, Failure> {
        let options = options(&self.args.judge, self.found, part.name.clone())?;
        let wants_doctor = renderer.writes_any(|format| format.shows_desk);
        let doctor = || ExportDoctor::new(&self.packs.files, self.settings, &self.pack.wanted);
        Ok(ScanInput { part, options, doctor: wants_doctor.then(doctor).transpose()? })
    }

    /// Judges one instance and writes its reports.
    fn one<'s>(
        &self,
        ScanInput { part, options, doctor }: &'s ScanInput,
        accept: &AcceptArgs,
        renderer: &Renderer<'_>,
    ) -> Result<EndedScan<'s>, Failure>
    where
        'p: 's,
    {
        let Self { args, found, packs, pack, .. } = self;
        let InstanceFiles { name, discovery } = part;
        let today = accept::today(args.judge.today.as_deref())?;
        let acceptance = Acceptance::load(accept, today, (found, packs))?;
        let scan = checked(pack, discovery, options)?;
        let progress = progress_bar(args, &discovery.sources);
        let read = scan.read_watched(doctor.as_ref(), &|bytes| progress.inc(bytes));
        progress.finish_and_clear();
        let doctor = doctor.as_ref().map(|doctor| (doctor, ACCOUNTS));
        let mut revisited = read.revisit(doctor, renderer.most_shown(), acceptance.most_known());
        let mut accepted = acceptance.apply(&mut revisited);
        if let Some(revision) = &args.changed_since {
            let revision = Revision::open("--changed-since", revision, &discovery.root)?.merge_base()?;
            let (known, notices) = self.change(&revision, &mut revisited, name.clone())?;
            accepted.known.get_or_insert(known);
            revisited.tell(notices);
        } else {
            revisited.tell(revisited.turned_off_notices(None));
        }
        revisited.findings.retain(|finding| is_wanted(args, finding));
        let shows_hashes = renderer.writes_any(|format| format.shows_hashes);
        let (mut report, read) = revisited.report(&|source| shows_hashes && is_hashed(args, source));
        let exit = self.exit(&report, read.is_empty());
        report.notices.extend(packs.notices().map(|notice| (notice, None)));
        report.notices.extend(acceptance.notices(&accepted, found));
        report.accepted = accepted;
        // Of a few chosen rules it would be no score.
        report.score = report.score.filter(|_| args.judge.packs.select.is_empty());
        if let Some(desk) = &mut report.desk {
            desk.command = command_line();
        }
        report.exit_code = exit.code();
        report.scope = Scope {
            packs: packs.files.iter().map(PackInfo::from).collect(),
            baseline: Some(baseline_text(&args.judge.packs)?),
            configuration: found.digest.clone(),
            known_findings: acceptance.digest(),
            changed_since: args.changed_since.clone(),
            category: args.category.clone(),
            version_control: git::version_control(&discovery.root),
            ..report.scope
        };
        let exports = (&*discovery.sources, &*read.reading.files);
        let guard = redact::scanned(&args.render.redact, args.search_output, &mut report, exports)?;
        renderer.at(&discovery.root).write(&report, &guard)?;
        Ok(EndedScan { exit, read, report })
    }

    /// Judges the commit that a change is made on, says of every finding whether the change
    /// brought it, and gives what there is to say of that.
    fn change(
        &self,
        revision: &Revision,
        scan: &mut RevisitedScan<'_>,
        instance: Option<String>,
    ) -> Result<(Known, Vec<Notice>), Failure> {
        let discovery = scan.read.scan.discovery;
        let files = BaseFiles::of(revision, discovery)?;
        let args = &self.args.judge;
        let as_of = scan.read.reading.as_of.clone().or_else(|| args.as_of.clone());
        let before = JudgeArgs { as_of, instance, ..args.clone() };
        let (base, was) = Base::judge((revision, &files), &before, (self.found, self.packs))?;
        let changed = Changed::since(&files, discovery, &was);
        let mut compared = base.compare(scan.fared(), scan.findings.as_slice());
        compared.tell(scan.findings.as_mut_slice(), |finding| changed.holds(finding));
        let replaced = replaced_places(&scan.read.reading.instance);
        let replacing = Replacing::new(replaced, discovery, |newer| changed.holds_record(newer));
        let off = scan.turned_off_notices(Some(&|newer| changed.holds_record(newer)));
        let mut notices = base.turned_off((&compared.is_found, &replacing), &off);
        notices.extend(off);
        notices.extend(compared.notices);
        Ok((compared.known, notices))
    }
}

/// Whether the SHA-256 of a source is computed.
fn is_hashed(args: &ScanArgs, source: &Source) -> bool {
    match args.hash_inputs {
        HashInputs::Always => true,
        HashInputs::Never => false,
        HashInputs::Auto => source.size().is_some_and(|size| size <= HASHED),
    }
}

/// `known.json` → `known-prod.json`.
fn file_of_instance(path: &Path, name: &str) -> PathBuf {
    path_of_instance(&path.to_string_lossy(), name).into()
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
fn fail_on(args: &ScanArgs, found: &FoundConfig) -> Option<Severity> {
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
