//! What was accepted before, found and read before a scan begins.

use std::path::{Path, PathBuf};

use clap::Args;
use glidelint::config::{Waiver, parse_day};
use glidelint::finding::Notice;
use glidelint::scan::RevisitedScan;
use glidelint::source::sha256;
use glidelint::span::LineColumn;
use glidelint::suppress::{Accepted, Baseline, Known, RuleKnown, WaiverState, Waivers};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fail::Failure;
use super::input::{FoundConfig, FromCheckout, file_name};
use super::packs::Packs;
use super::revision::Revision;

/// How `scan` takes what was accepted before.
#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// Known findings: a file that `glidelint baseline` wrote, or an earlier SARIF report of glidelint. Only
    /// other findings make the exit code 1
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

/// Waivers, and the baseline with the name that reports give it.
pub(crate) struct Acceptance {
    waivers: Waivers,
    baseline: Option<(String, Baseline)>,
    /// SHA-256 of the baseline's text.
    digest: Option<String>,
    /// That the base of a change has no baseline.
    lacking: Option<Notice>,
}

impl Acceptance {
    /// Reads what the arguments and the configuration name.
    pub(crate) fn load(
        args: &AcceptArgs,
        today: Date,
        (found, packs): (&FoundConfig, &Packs),
    ) -> Result<Self, Failure> {
        let waivers = waivers(&found.config.waivers, packs, today)?;
        let none = Self { waivers, baseline: None, digest: None, lacking: None };
        let Some(path) = &args.baseline else { return Ok(none) };
        let name = file_name(path);
        Ok(if let Some((shown, text)) = read(path, found)? {
            let baseline = Some((name, Baseline::parse(&shown, &text)?));
            Self { baseline, digest: sha256(text.as_bytes()).ok(), ..none }
        } else {
            let revision = found.revision.as_ref().map_or("", Revision::name);
            let message = format!("{revision} does not hold this baseline: nothing is known");
            let lacking = Some(Notice::of_base("base-lacks", &name, message));
            Self { baseline: Some((name, Baseline::default())), lacking, ..none }
        })
    }

    /// SHA-256 of the known findings, if there are any to compare with.
    pub(crate) fn digest(&self) -> Option<String> {
        self.digest.clone()
    }

    /// Says of every finding how it stands.
    pub(crate) fn apply(&self, scan: &mut RevisitedScan<'_>) -> Accepted {
        let baseline = self.baseline.as_ref().map(|(name, baseline)| (name.as_str(), baseline));
        scan.accept(baseline, &self.waivers)
    }

    /// How many findings the baseline may know.
    pub(crate) fn most_known(&self) -> usize {
        self.baseline.as_ref().map_or(0, |(_, baseline)| baseline.len())
    }

    /// What somebody should know of baseline and waivers.
    pub(crate) fn notices(
        &self,
        accepted: &Accepted,
        found: &FoundConfig,
    ) -> Vec<(Notice, Option<LineColumn>)> {
        let file = found.file_name();
        let lacking = self.lacking.iter().cloned().map(|notice| (notice, None));
        let of_baseline = accepted.known.as_ref().and_then(Known::notice).map(|notice| (notice, None));
        // What fits nothing here may be of another instance.
        let may_be_elsewhere = found.config.instances.len() > 1;
        let waivers = accepted.waivers.iter();
        let waivers = waivers.filter(|waiver| !(may_be_elsewhere && waiver.state == WaiverState::Unused));
        lacking.chain(of_baseline).chain(waivers.filter_map(|waiver| waiver.notice(&file))).collect()
    }
}

/// Waivers at work on a day.
pub(crate) fn waivers(list: &[Waiver], packs: &Packs, today: Date) -> Result<Waivers, Failure> {
    let rule_known = |name: &str| if packs.rule(name).is_some() { RuleKnown::Yes } else { RuleKnown::No };
    Ok(Waivers::of(list, today, rule_known)?)
}

/// Reads a baseline's text, with the name of the file: from disk, or where the
/// configuration came from, which may not hold it.
fn read(path: &Path, found: &FoundConfig) -> Result<Option<(String, String)>, Failure> {
    if let Some(revision) = found.revision_for(FromCheckout::Baseline) {
        return Ok(revision.find(path)?.map(|text| (revision.shown(path), text)));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Use(format!("--baseline {}: cannot be read: {error}", path.display())))?;
    Ok(Some((path.to_string_lossy().replace('\\', "/"), text)))
}

/// The day that is given, or the one it is.
pub(crate) fn today(given: Option<&str>) -> Result<Date, Failure> {
    match given {
        Some(text) => parse_day(text)
            .ok_or_else(|| Failure::Use(format!("--today: '{text}' is not of the form 2027-03-31"))),
        None => Ok(TimeZone::UTC.to_datetime(Timestamp::now()).date()),
    }
}
