//! What rules say of the records that were read.

use std::sync::Arc;

use super::{JudgedScan, ReadScan};
use crate::finding::{Finding, Notice, RuleCoverage};
use crate::judge::{Outcome, judge};
use crate::locate::{Located, locate};
use crate::rule::{Rule, RuleMeta};
use crate::source::Discovery;
use crate::suppress::{WaiverUse, Waivers};

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
        let pack = self.scan.pack;
        let Outcome { findings, coverage } = judge(&self.reading.instance, &pack.rules);
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
}

pub(super) fn could_judge(rules: &[Arc<RuleMeta>], coverage: &[RuleCoverage], id: &str) -> bool {
    let of_rule = rules.iter().zip(coverage).find(|(rule, _)| rule.id == id);
    of_rule.is_some_and(|(_, coverage)| coverage.has_judged())
}

/// Rules with how they fared.
pub(super) fn fared<'r>(
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

    /// The lines of findings and notices.
    #[must_use]
    pub fn locate(&self, findings: Vec<Finding>, notices: Vec<Notice>) -> Located {
        locate(findings, notices, self.read.inputs())
    }
}
