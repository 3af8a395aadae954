//! Waivers at work: which finding each covers, and which cover nothing.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use globset::GlobMatcher;
use jiff::civil::Date;

use crate::config::{FILE_NAME, Waiver, matcher};
use crate::finding::{Finding, Notice, RuleCoverage, ValuesHash, WaiverIdx};
use crate::rule::file::PlacedText;
use crate::rule::{RuleError, RuleMeta};
use crate::span::LineColumn;

/// The waivers of a configuration on a given day.
#[derive(Debug)]
pub struct Waivers {
    list: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    rule: String,
    /// In lower case, as fingerprints take it.
    key: Option<String>,
    sys_id: Option<String>,
    table: Option<GlobMatcher>,
    path: Option<GlobMatcher>,
    bound_to: Vec<ValuesHash>,
    is_expired: bool,
    knowledge: RuleKnown,
    /// What is said of it; its state is not known yet.
    usage: WaiverUse,
}

/// Whether there is a rule of the name that a waiver gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKnown {
    /// There is.
    Yes,
    /// There is none.
    No,
}

/// How a waiver fared in a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverUse {
    /// Id or name of the rule, as it is written.
    pub rule: String,
    /// What it is about, in words.
    pub subject: String,
    /// Why the risk is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub until: Option<String>,
    /// What came of it.
    pub state: WaiverState,
    /// How many findings it fits, whether it covers them or not.
    pub findings: usize,
    /// Where it is written.
    pub place: LineColumn,
}

/// What came of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// It covers findings.
    Used,
    /// It fits no finding.
    Unused,
    /// Its last day has passed.
    Expired,
    /// It fits findings, and the values of some are others than it was given for.
    Lapsed,
    /// It fits no finding, and its rule did not run or could judge nothing.
    NotJudged,
    /// There is no such rule.
    NoRule,
}

impl WaiverState {
    /// The word for it in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
            Self::Expired => "expired",
            Self::Lapsed => "lapsed",
            Self::NotJudged => "not-judged",
            Self::NoRule => "no-rule",
        }
    }
}

impl Waivers {
    /// The waivers of a configuration, on a day. `rule_known` says whether a rule has
    /// that id or name.
    ///
    /// # Errors
    /// If a glob is none, with its place.
    pub fn of(
        waivers: &[Waiver],
        today: Date,
        rule_known: impl Fn(&str) -> RuleKnown,
    ) -> Result<Self, RuleError> {
        let glob = |glob: &Option<PlacedText>| {
            let compiled = glob.as_ref().map(|glob| {
                matcher(&glob.value).map_err(|error| RuleError::at(FILE_NAME, glob, error.to_string()))
            });
            compiled.transpose()
        };
        let compile = |waiver: &Waiver| {
            let place = LineColumn { line: waiver.rule.line.into(), column: waiver.rule.column.into() };
            Ok(Compiled {
                rule: waiver.rule.value.clone(),
                key: waiver.key.as_ref().map(|key| key.value.to_lowercase()),
                sys_id: waiver.sys_id.as_ref().map(|sys_id| sys_id.value.clone()),
                table: glob(&waiver.table)?,
                path: glob(&waiver.path)?,
                bound_to: waiver.bound_to(),
                is_expired: waiver.last_day().is_some_and(|last| last < today),
                knowledge: rule_known(&waiver.rule.value),
                usage: WaiverUse {
                    rule: waiver.rule.value.clone(),
                    subject: waiver.subject(),
                    reason: waiver.reason.value.clone(),
                    owner: waiver.owner.value.clone(),
                    until: waiver.until.as_ref().map(|until| until.value.clone()),
                    state: WaiverState::Unused,
                    findings: 0,
                    place,
                },
            })
        };
        Ok(Self { list: waivers.iter().map(compile).collect::<Result<_, _>>()? })
    }

    /// Marks the findings that a waiver covers, and says how each waiver fared.
    /// `path_of` gives the reported path of a source by its index.
    pub fn apply<'p>(
        &self,
        findings: &mut [Finding],
        rules: &[Arc<RuleMeta>],
        coverage: &[RuleCoverage],
        path_of: impl Fn(u32) -> &'p str,
    ) -> Vec<WaiverUse> {
        let mut uses: Vec<WaiverUse> = self.list.iter().map(|waiver| waiver.usage.clone()).collect();
        let of_rule: Vec<Vec<usize>> = rules.iter().map(|rule| self.of_rule(rule)).collect();
        let has_judged: Vec<bool> =
            (0..self.list.len()).map(|index| could_judge(index, &of_rule, coverage)).collect();
        let mut lapsed = vec![false; self.list.len()];
        for finding in findings {
            for &index in of_rule.get(usize::from(finding.rule)).map_or(&[][..], Vec::as_slice) {
                let waiver = &self.list[index];
                if !waiver.fits(finding, &path_of) {
                    continue;
                }
                uses[index].findings += 1;
                if !waiver.bound_to.is_empty() && !waiver.bound_to.contains(&finding.values) {
                    lapsed[index] = true;
                } else if !waiver.is_expired && finding.waiver.is_none() {
                    finding.waiver = WaiverIdx::new(index);
                }
            }
        }
        for (index, (usage, waiver)) in uses.iter_mut().zip(&self.list).enumerate() {
            usage.state = match waiver {
                Compiled { knowledge: RuleKnown::No, .. } => WaiverState::NoRule,
                Compiled { is_expired: true, .. } => WaiverState::Expired,
                _ if lapsed[index] => WaiverState::Lapsed,
                _ if usage.findings > 0 => WaiverState::Used,
                _ if has_judged[index] => WaiverState::Unused,
                _ => WaiverState::NotJudged,
            };
        }
        uses
    }

    fn of_rule(&self, rule: &RuleMeta) -> Vec<usize> {
        let waivers = self.list.iter().enumerate();
        waivers
            .filter(|(_, waiver)| waiver.rule == rule.id || waiver.rule == rule.name)
            .map(|(index, _)| index)
            .collect()
    }
}

/// Whether some rule of a waiver could say anything.
fn could_judge(waiver: usize, of_rule: &[Vec<usize>], coverage: &[RuleCoverage]) -> bool {
    let mut rules = of_rule.iter().zip(coverage);
    rules.any(|(waivers, coverage)| coverage.has_judged() && waivers.contains(&waiver))
}

impl Compiled {
    fn fits<'p>(&self, finding: &Finding, path_of: &impl Fn(u32) -> &'p str) -> bool {
        let sys_id = finding.sys_id.as_deref();
        self.key.as_ref().is_none_or(|key| finding.key.to_lowercase() == *key)
            && self.sys_id.as_ref().is_none_or(|own| sys_id.is_some_and(|id| id.eq_ignore_ascii_case(own)))
            && self.table.as_ref().is_none_or(|table| table.is_match(&*finding.table))
            && self.path.as_ref().is_none_or(|path| {
                finding.places.first().is_some_and(|place| path.is_match(path_of(place.source)))
            })
    }
}

impl WaiverUse {
    /// What somebody should know of it. `file` is what reports call the
    /// configuration.
    #[must_use]
    pub fn notice(&self, file: &str) -> Option<(Notice, Option<LineColumn>)> {
        let subject = &self.subject;
        let (kind, message) = match self.state {
            WaiverState::Used | WaiverState::NotJudged => return None,
            WaiverState::Unused => {
                ("waiver-unused", format!("the waiver of {subject} fits no finding; remove it if it is done"))
            }
            WaiverState::NoRule => {
                ("waiver-unused", format!("the waiver of {subject}: there is no such rule"))
            }
            WaiverState::Expired => {
                let until = self.until.as_deref().unwrap_or_default();
                ("waiver-expired", format!("the waiver of {subject} has expired: it held until {until}"))
            }
            WaiverState::Lapsed => {
                let message = format!(
                    "the waiver of {subject} has lapsed: what it was given for has changed since; look \
                     again, then remove it or waive anew"
                );
                ("waiver-lapsed", message)
            }
        };
        let place = (self.place.line > 0).then_some(self.place);
        Some((Notice::of_accepted(kind, file, message), place))
    }
}

#[cfg(test)]
mod tests;
