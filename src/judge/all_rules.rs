//! All rules over one instance.

use rayon::prelude::*;

use super::judge_proposed::judge_both;
use super::judging::Judging;
use super::writing::{Drafts, Failed};
use crate::finding::{Finding, RuleCoverage};
use crate::instance::{Instance, settle_acls, settle_classes};
use crate::rule::Rule;

/// What the rules say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// By rule, then in scan order; what sets propose that are not in force comes last.
    pub findings: Vec<Finding>,
    /// One entry a rule, in the rules' order.
    pub coverage: Vec<RuleCoverage>,
}

/// What failed, and how each rule fared.
pub struct Verdicts<'i> {
    /// By rule, then in scan order; what sets propose that are not in force comes last.
    pub drafts: Drafts<'i>,
    /// One entry a rule, in the rules' order.
    pub coverage: Vec<RuleCoverage>,
}

/// Judges an instance by all rules, in parallel; the order of the answer does
/// not depend on the number of threads. Findings stay open whose messages show what is
/// not kept.
#[must_use]
pub fn verdicts<'i>(instance: &'i Instance<'i>, rules: &'i [Rule]) -> Verdicts<'i> {
    let Judged { failed, proposed, coverage } = judge_all(instance, rules);
    Verdicts { drafts: Drafts::new(instance, rules, failed, proposed), coverage }
}

/// The same, and reads the rows again that messages show.
#[must_use]
pub fn judge(instance: &Instance<'_>, rules: &[Rule]) -> Outcome {
    let Verdicts { drafts, coverage } = verdicts(instance, rules);
    Outcome { findings: drafts.written(), coverage }
}

/// How rules fare whose findings nobody wants: what failed is not written.
#[must_use]
pub fn cover(instance: &Instance<'_>, rules: &[Rule]) -> Vec<RuleCoverage> {
    judge_all(instance, rules).coverage
}

/// What failed each rule, and how the rule fared.
#[derive(Default)]
struct Judged {
    /// By what is in force.
    failed: Vec<Vec<Failed>>,
    /// Rows of sets that are not, by everything.
    proposed: Vec<Vec<Failed>>,
    coverage: Vec<RuleCoverage>,
}

fn judge_all(instance: &Instance<'_>, rules: &[Rule]) -> Judged {
    settle_classes(instance);
    if let Some(in_force) = &instance.in_force {
        settle_classes(in_force);
    }
    settle_acls(instance);
    let judge = |rule| {
        let Some(in_force) = &instance.in_force else {
            let mut judging = Judging::new(instance, rule);
            judging.run();
            return (judging.failed, Vec::new(), judging.tally.finish(instance, &rule.unset));
        };
        let (failed, proposed, tally) = judge_both((in_force, instance), rule);
        (failed, proposed, tally.finish(instance, &rule.unset))
    };
    let all: Vec<_> = rules.par_iter().map(judge).collect();
    let mut judged = Judged::default();
    for (failed, proposed, coverage) in all {
        judged.failed.push(failed);
        judged.proposed.push(proposed);
        judged.coverage.push(coverage);
    }
    judged
}
