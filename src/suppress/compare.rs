//! Compares findings with those that were known before.

use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::waivers::WaiverUse;
use crate::finding::{Finding, Notice};

/// How the findings of a scan stand to what was known before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Known {
    /// What they were compared with, as reports name it.
    pub with: String,
    /// Known findings that are not there any more.
    pub absent: usize,
    /// Known findings that were not found, of rules that did not run or could
    /// judge nothing: nobody can say that they are gone.
    pub not_judged: usize,
    /// Why what they were compared with may not hold all findings of its time.
    pub gap: Option<String>,
}

/// All that was accepted before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The comparison, if there was something to compare with.
    pub known: Option<Known>,
    /// The waivers of the configuration, in its order.
    /// [`Finding::waiver`] is an index into them.
    pub waivers: Vec<WaiverUse>,
}

impl Known {
    /// Marks findings as new, changed or unchanged. `could_judge` says whether the rule of
    /// that id could say anything in this scan.
    pub fn compare(
        with: &str,
        baseline: &Baseline,
        findings: &mut [Finding],
        could_judge: impl Fn(&str) -> bool,
    ) -> Self {
        let recognised = baseline.recognise(findings);
        for (finding, state) in findings.iter_mut().zip(recognised.states) {
            finding.state = Some(state);
        }
        let mut result =
            Self { with: with.to_owned(), gap: baseline.gap().map(str::to_owned), ..Self::default() };
        let entries = baseline.entries().zip(recognised.is_found);
        for (entry, _) in entries.filter(|(_, is_found)| !is_found) {
            if could_judge(&entry.rule) {
                result.absent += 1;
            } else {
                result.not_judged += 1;
            }
        }
        result
    }

    /// Says that findings may look new that are not.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        let gap = self.gap.as_ref()?;
        let message = format!("findings may look new that are not: {gap}");
        Some(Notice::of_accepted("baseline-partial", &self.with, message))
    }
}
