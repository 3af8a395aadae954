//! What formats show: everything that a scan says.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::finding::{Band, Finding, Notice, NoticeLevel, RuleCoverage};
use crate::revisit::{Excerpts, Findings, LocatedFinding};
use crate::rule::{PackFiles, RuleMeta};
use crate::span::LineColumn;
use crate::suppress::{Accepted, WaiverUse};

use super::desk::Desk;
use super::score::Score;

/// Where the project lives; the only place that names it.
pub const HOME: &str = "https://github.com/glidelint/glidelint";

/// Where the YAML file of a built-in rule is read.
pub(super) fn file_url(rule: &RuleMeta) -> Option<String> {
    rule.is_built_in().then(|| format!("{HOME}/blob/main/{}", rule.path))
}

/// Everything that a report may show of a scan, in its final order.
#[derive(Debug)]
pub struct Report {
    /// The rules that ran, in id order.
    pub rules: Vec<Arc<RuleMeta>>,
    /// How each of them fared; same order.
    pub coverage: Vec<RuleCoverage>,
    /// As [`Findings::sort`] has them. [`crate::finding::Finding::rule`] is an index into `rules`.
    pub findings: Findings,
    /// What findings were compared with, and the waivers.
    pub accepted: Accepted,
    /// Gives the texts of those that are shown.
    pub excerpts: Box<dyn Excerpts>,
    /// The weighted share of hardening settings that are as recommended, where
    /// rules about them ran.
    pub score: Option<Score>,
    /// About the input, by path and place, each with the line where it is known.
    pub notices: Vec<(Notice, Option<LineColumn>)>,
    /// What was scanned.
    pub scope: Scope,
    /// Numbers about the scan.
    pub stats: Stats,
    /// What a report for reviewers shows beside findings, if it was asked for.
    pub desk: Option<Desk>,
    /// The process's exit code.
    pub exit_code: u8,
}

/// What was scanned, with what.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Version of the tool.
    pub version: Cow<'static, str>,
    /// Name, version and digest of each pack.
    pub packs: Vec<PackInfo>,
    /// The folder that paths are relative to, as a URI-safe base name; never an absolute path.
    pub root: String,
    /// The files that held records or could not be read.
    pub inputs: Vec<Input>,
    /// What "now" is for rules with dates, if it is known.
    pub as_of: Option<String>,
    /// The revision of git since which records changed that are reported, if not
    /// all are.
    pub changed_since: Option<String>,
    /// The hardening baseline in force, such as `12.0`, if rules of one ran.
    pub baseline: Option<String>,
    /// Tables declared or known to be whole.
    pub complete: Vec<String>,
    /// SHA-256 of the configuration file, if one was read.
    pub configuration: Option<String>,
    /// SHA-256 of the known findings that these were compared with, if they were.
    pub known_findings: Option<String>,
    /// The instance, if it was named.
    pub instance: Option<String>,
    /// SARIF category, if it was named.
    pub category: Option<String>,
    /// The checkout, if the root is one.
    pub version_control: Option<VersionControl>,
}

/// A rule pack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackInfo {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// SHA-256 over its files, in hexadecimal.
    pub digest: String,
}

impl From<&PackFiles> for PackInfo {
    fn from(pack: &PackFiles) -> Self {
        Self { name: pack.name.clone(), version: pack.version.clone(), digest: pack.digest.clone() }
    }
}

/// One input file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// As reports name it.
    pub path: String,
    /// Of a member, the archive it lies in.
    pub archive: Option<String>,
    /// `table-export`, `update-set`, …
    pub kind: Cow<'static, str>,
    /// Size in bytes, where it is known.
    pub bytes: Option<u64>,
    /// SHA-256 in hexadecimal, where it was asked for.
    pub sha256: Option<String>,
}

/// The git checkout that was scanned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VersionControl {
    /// Where it came from; always a web address.
    pub repository: String,
    /// The commit.
    pub revision: Option<String>,
    /// The branch.
    pub branch: Option<String>,
}

/// Numbers about a scan.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Stats {
    /// Files with records.
    pub files: u64,
    /// Files that are no exports.
    pub skipped: u64,
    /// Live records.
    pub records: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Live records by table.
    pub tables: BTreeMap<String, u64>,
}

/// How many findings stand how to what was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Nobody has accepted them.
    pub open: usize,
    /// They are in the baseline, and not waived.
    pub known: usize,
    /// A waiver covers them.
    pub waived: usize,
}

impl Report {
    /// The rule of a finding.
    #[must_use]
    pub fn rule_of(&self, finding: &Finding) -> &RuleMeta {
        &self.rules[usize::from(finding.rule)]
    }

    /// Whether all of the input could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.notices.iter().all(|(notice, _)| notice.level != NoticeLevel::Error)
    }

    /// The waiver that covers a finding.
    #[must_use]
    pub fn waiver_of(&self, finding: &Finding) -> Option<&WaiverUse> {
        self.accepted.waivers.get(finding.waiver?.index())
    }

    /// How many findings nobody has accepted, how many are known, and how many
    /// are waived.
    #[must_use]
    pub fn count_by_standing(&self) -> Standing {
        let mut counts = Standing::default();
        for found in self.findings.iter() {
            *match found.finding {
                Finding { waiver: Some(_), .. } => &mut counts.waived,
                finding if finding.is_open() => &mut counts.open,
                _ => &mut counts.known,
            } += 1;
        }
        counts
    }

    /// Findings that nobody has accepted, in their order.
    pub fn open_findings(&self) -> impl Iterator<Item = LocatedFinding<'_>> {
        self.findings.iter().filter(|found| found.finding.is_open())
    }

    /// Why input could not be read whole, each with its place.
    pub fn losses(&self) -> impl Iterator<Item = (&Notice, Option<LineColumn>)> {
        self.notices.iter().filter(|(notice, _)| notice.is_loss()).map(|(notice, at)| (notice, *at))
    }

    /// Whether all input was read that is there, and some of it contradicts itself.
    #[must_use]
    pub fn only_contradicts_itself(&self) -> bool {
        !self.is_complete() && self.losses().all(|(notice, _)| notice.is_contradiction())
    }

    /// What must be known to read the findings right although nothing was lost.
    pub fn warnings_about_all(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().map(|(notice, _)| notice).filter(|notice| notice.is_about_all())
    }

    /// How many findings that nobody has accepted there are of each band, worst
    /// first.
    #[must_use]
    pub fn count_by_band(&self) -> [(Band, usize); 5] {
        let mut counts = Band::WORST_FIRST.map(|band| (band, 0));
        for found in self.open_findings() {
            let of_finding = found.finding.severity.band();
            for (band, count) in &mut counts {
                *count += usize::from(*band == of_finding);
            }
        }
        counts
    }
}
