//! The share of the vendor's hardening settings that are as recommended, weighted
//! as Security Center weights them.
//!
//! Source: ServiceNow documentation, `sc-hardening.md`: the sum of the risk scores
//! of compliant settings by the sum of all risk scores, in percent, rounded up.

use serde::{Deserialize, Serialize};

use crate::finding::{RuleCoverage, Verdict};
use crate::rule::RuleMeta;

/// The score, and how much of the whole it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Percent, rounded up, of what could be judged; `None` where nothing could.
    pub percent: Option<u32>,
    /// Settings that are as recommended.
    pub compliant: usize,
    /// Settings that could be judged.
    pub judged: usize,
    /// Settings that are there; those that do not apply are not counted.
    pub settings: usize,
    /// Percent of the weight that could not be judged, rounded up.
    pub open_percent: u32,
}

impl Score {
    /// Of rules and how they fared; `None` if none of them is about a setting.
    pub fn of<'r>(judged: impl IntoIterator<Item = (&'r RuleMeta, &'r RuleCoverage)>) -> Option<Self> {
        let mut tally = Tally::default();
        let mut is_any = false;
        for (rule, coverage) in judged {
            let Some(setting) = &rule.setting else { continue };
            is_any = true;
            tally.add(coverage.verdict(), tenths(setting.score));
        }
        is_any.then(|| tally.score())
    }
}

/// Sums in tenths of a point: risk scores have one decimal, and sums of tenths
/// are exact.
#[derive(Default)]
struct Tally {
    compliant: (usize, u32),
    failed: (usize, u32),
    open: (usize, u32),
}

impl Tally {
    fn add(&mut self, verdict: Verdict, weight: u32) {
        let sum = match verdict {
            Verdict::Pass => &mut self.compliant,
            Verdict::Fail => &mut self.failed,
            Verdict::CannotTell => &mut self.open,
            Verdict::NotApplicable => return,
        };
        sum.0 += 1;
        sum.1 += weight;
    }

    fn score(&self) -> Score {
        let (judged, weight) = (self.compliant.0 + self.failed.0, self.compliant.1 + self.failed.1);
        Score {
            percent: percent(self.compliant.1, weight),
            compliant: self.compliant.0,
            judged,
            settings: judged + self.open.0,
            open_percent: percent(self.open.1, weight + self.open.1).unwrap_or(0),
        }
    }
}

/// Percent, rounded up.
fn percent(part: u32, whole: u32) -> Option<u32> {
    (whole > 0).then(|| (part * 100).div_ceil(whole))
}

/// A number with one decimal in tenths.
fn tenths(score: f64) -> u32 {
    let text = format!("{score:.1}").replace('.', "");
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Tally;
    use crate::finding::Verdict;

    fn check(settings: &[(Verdict, u32)], expected: (Option<u32>, usize, usize, u32)) {
        let mut tally = Tally::default();
        for (verdict, weight) in settings {
            tally.add(*verdict, *weight);
        }
        let score = tally.score();
        assert_eq!((score.percent, score.judged, score.settings, score.open_percent), expected);
    }

    #[test]
    fn the_score_is_rounded_up_as_the_documentation_says() {
        use Verdict::{CannotTell, Fail, NotApplicable, Pass};
        // 25.4 of 34.9 is 72.7: their example.
        check(&[(Pass, 254), (Fail, 95)], (Some(73), 2, 2, 0));
        check(&[(Pass, 90), (Pass, 10)], (Some(100), 2, 2, 0));
        check(&[(Fail, 90)], (Some(0), 1, 1, 0));
        check(&[(Pass, 50), (CannotTell, 50), (NotApplicable, 90)], (Some(100), 1, 2, 50));
        check(&[(CannotTell, 50)], (None, 0, 1, 100));
        check(&[], (None, 0, 0, 0));
    }
}
