//! What rules say of the records that were read, and the report of it.

use std::sync::Arc;

use super::{JudgedScan, ReadScan, Scan, scope};
use crate::engine::{Outcome, Spot, TurnedOff, cover, judge, turned_off};
use crate::finding::{Finding, Notice, RuleCoverage};
use crate::locate::{Located, locate};
use crate::report::{Report, Score};
use crate::rule::{Rule, RuleMeta};
use crate::source::{Discovery, Source};
use crate::suppress::{Accepted, Baseline, Known, WaiverUse, Waivers};

/// Findings, without the records that they were found in.
#[derive(Debug)]
pub struct JudgedFindings {
    /// By rule, then in scan order.
    pub findings: Vec<Finding>,
    /// The rules that ran; [`Finding::rule`] is an index into them.
    pub rules: Vec<Arc<RuleMeta>>,
    /// How each of them fared; same order.
    pub coverage: Vec<RuleCoverage>,
}

impl<'s> ReadScan<'s> {
    /// Judges the records by all rules, in parallel.
    #[must_use]
    pub fn judge(self) -> JudgedScan<'s> {
        let (instance, pack) = (&self.reading.instance, self.scan.pack);
        let Outcome { findings, coverage } = judge(instance, &pack.rules);
        let rules = pack.rules.iter().map(|rule| Arc::clone(&rule.meta)).collect();
        JudgedScan { judged: JudgedFindings { findings, rules, coverage }, read: self }
    }
}

impl JudgedFindings {
    /// The id of a finding's rule.
    #[must_use]
    pub fn rule_id(&self, finding: &Finding) -> &str {
        self.rules.get(usize::from(finding.rule)).map_or("", |rule| &rule.id)
    }

    /// Whether a rule ran and had something to say: only then is what it did not find gone.
    #[must_use]
    pub fn could_judge(&self, rule: &str) -> bool {
        could_judge(&self.rules, &self.coverage, rule)
    }

    /// Says of every finding whether a waiver covers it.
    pub fn waive(&mut self, waivers: &Waivers, discovery: &Discovery) -> Vec<WaiverUse> {
        let path_of = |source| discovery.path(source);
        waivers.apply(&mut self.findings, &self.rules, &self.coverage, path_of)
    }

    /// Says of every finding whether it is known, and whether a waiver covers it. A
    /// baseline stands with the name that reports give it.
    pub fn accept(
        &mut self,
        baseline: Option<(&str, &Baseline)>,
        waivers: &Waivers,
        discovery: &Discovery,
    ) -> Accepted {
        let Self { findings, rules, coverage } = self;
        let known = baseline.map(|(name, baseline)| {
            Known::compare(name, baseline, findings, |rule| could_judge(rules, coverage, rule))
        });
        Accepted { known, waivers: self.waive(waivers, discovery) }
    }
}

fn could_judge(rules: &[Arc<RuleMeta>], coverage: &[RuleCoverage], id: &str) -> bool {
    let of_rule = rules.iter().zip(coverage).find(|(rule, _)| rule.id == id);
    of_rule.is_some_and(|(_, coverage)| coverage.has_judged())
}

/// Rules with how they fared.
fn fared<'r>(
    rules: &'r [Rule],
    coverage: &'r [RuleCoverage],
) -> impl Iterator<Item = (&'r RuleMeta, &'r RuleCoverage)> {
    rules.iter().map(|rule| &*rule.meta).zip(coverage)
}

impl JudgedScan<'_> {
    /// The rules that ran, with how they fared.
    pub fn fared(&self) -> impl Iterator<Item = (&RuleMeta, &RuleCoverage)> {
        fared(&self.read.scan.pack.rules, &self.judged.coverage)
    }

    /// How the rules fare that count for the score only.
    #[must_use]
    pub fn scored(&self) -> Vec<RuleCoverage> {
        cover(&self.read.reading.instance, &self.read.scan.pack.scored)
    }

    /// The score; of a few chosen rules it would be none. `scored` is what
    /// [`JudgedScan::scored`] says.
    #[must_use]
    pub fn score(&self, scored: &[RuleCoverage]) -> Option<Score> {
        Score::of(self.fared().chain(fared(&self.read.scan.pack.scored, scored)))
    }

    /// What newer copies of records turned off. `is_changed` says of the place of a newer
    /// copy whether a change brought it, where one is judged: then each finding that it
    /// turned off is named.
    #[must_use]
    pub fn turned_off_notices(&self, is_changed: Option<&dyn Fn(Spot) -> bool>) -> Vec<Notice> {
        let ReadScan { scan: Scan { pack, discovery, .. }, reading } = &self.read;
        let (instance, path_of) = (&reading.instance, |source| discovery.path(source));
        let off = turned_off(instance, &pack.rules, &self.judged.findings);
        let is_of_change =
            |off: &TurnedOff| is_changed.is_some_and(|is_changed| is_changed(off.newer(instance)));
        let mut notices = instance.turned_off_notices((&off, &pack.rules), &is_of_change, &path_of);
        if is_changed.is_none() {
            notices.extend(instance.replaced_notice(&off, &path_of));
        }
        notices
    }

    /// The lines of findings and notices.
    #[must_use]
    pub fn locate(&self, findings: Vec<Finding>, notices: Vec<Notice>) -> Located {
        locate(findings, notices, &self.read.scan.discovery.sources, &self.read.reading.files)
    }

    /// Takes the findings out and makes the report of them: in the order of reports, with
    /// their lines and those of `notices`, and with the SHA-256 of the sources that
    /// `is_hashed` wants. Whoever knows them adds what was accepted, the
    /// score, the desk, and what the scope says of packs and of the place of the scan; the
    /// exit code is 0.
    #[must_use]
    pub fn report(&mut self, notices: Vec<Notice>, is_hashed: &(dyn Fn(&Source) -> bool + Sync)) -> Report {
        let findings = std::mem::take(&mut self.judged.findings);
        let Located { mut findings, notices } = self.locate(findings, notices);
        let ReadScan { scan: Scan { pack, discovery, .. }, reading } = &self.read;
        let rule_id = |rule: u16| pack.rules.get(usize::from(rule)).map(|rule| rule.meta.id.as_str());
        findings.sort(&discovery.sources, rule_id);
        Report {
            rules: std::mem::take(&mut self.judged.rules),
            coverage: std::mem::take(&mut self.judged.coverage),
            findings,
            accepted: Accepted::default(),
            excerpts: Box::new(self.read.excerpts()),
            score: None,
            notices,
            scope: scope::scope(&self.read, is_hashed),
            stats: scope::stats(discovery, &reading.files),
            desk: None,
            exit_code: 0,
        }
    }
}
