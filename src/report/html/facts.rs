//! What several pages count, counted once.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Band, RuleCoverage, Verdict};
use crate::report::words::{counted, top_area};
use crate::report::{Desk, Report, Standing, safe};
use crate::survey::{Account, Answer, Grant, Review, Setting, SettingVerdict};

/// The report, and what was counted in it.
pub(super) struct CountedReport<'r> {
    pub(super) report: &'r Report,
    /// The instance, or the folder where none was named.
    pub(super) name: String,
    /// Findings that nobody has accepted, by band, worst first.
    pub(super) bands: [(Band, usize); 5],
    /// The same by rule.
    pub(super) by_rule: Vec<usize>,
    pub(super) standing: Standing,
    pub(super) checks: Checks,
    /// By name of the area.
    pub(super) areas: BTreeMap<String, Area>,
    /// Accounts that reach admin.
    pub(super) admins: usize,
    /// Accounts that may reach admin; the exports do not tell.
    pub(super) maybe_admins: usize,
    pub(super) range: Option<Range>,
}

/// Rules counted by their result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Checks {
    /// They found something.
    pub(super) found: usize,
    /// They found nothing, and could judge everything.
    pub(super) clear: usize,
    /// Nothing that they judge is in the exports.
    pub(super) not_applicable: usize,
    /// They found nothing and could not judge everything: `blind` and `in_part`.
    pub(super) open: usize,
    /// They could judge nothing.
    pub(super) blind: usize,
    /// They could judge some of it.
    pub(super) in_part: usize,
    /// They found something, and could not judge everything else.
    pub(super) found_in_part: usize,
}

impl Checks {
    pub(super) fn add(&mut self, coverage: &RuleCoverage) {
        match coverage.verdict() {
            Verdict::Fail => {
                self.found += 1;
                self.found_in_part += usize::from(coverage.cannot_tell > 0);
            }
            Verdict::Pass => self.clear += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
            Verdict::CannotTell => {
                self.open += 1;
                *if coverage.pass == 0 { &mut self.blind } else { &mut self.in_part } += 1;
            }
        }
    }

    pub(super) fn all(&self) -> usize {
        self.found + self.clear + self.not_applicable + self.open
    }

    /// How many of them could say something.
    pub(super) fn judged(&self) -> usize {
        self.found + self.clear + self.in_part
    }
}

/// The rules of one area.
#[derive(Debug, Default)]
pub(super) struct Area {
    pub(super) checks: Checks,
    /// Open findings by band, worst first.
    pub(super) bands: [usize; 5],
    /// What its rules lack, with the number of rules that lack it.
    pub(super) missing: BTreeMap<String, usize>,
}

impl<'r> CountedReport<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut areas: BTreeMap<String, Area> = BTreeMap::new();
        let mut checks = Checks::default();
        for (rule, coverage) in report.rules.iter().zip(&report.coverage) {
            let area = areas.entry(top_area(&rule.area).to_owned()).or_default();
            area.checks.add(coverage);
            checks.add(coverage);
            for missing in &coverage.missing {
                *area.missing.entry(missing.clone()).or_default() += 1;
            }
        }
        let mut by_rule = vec![0; report.rules.len()];
        for found in report.open_findings() {
            let rule = usize::from(found.finding.rule);
            by_rule[rule] += 1;
            let band = found.finding.severity.band();
            let place = Band::WORST_FIRST.iter().position(|other| *other == band).unwrap_or(0);
            let area = top_area(&report.rules[rule].area);
            if let Some(area) = areas.get_mut(area) {
                area.bands[place] += 1;
            }
        }
        let accounts = report.desk.as_ref().map_or(&[][..], |desk| &desk.review.accounts);
        let count = |answer| accounts.iter().filter(|account| account.admin == answer).count();
        let root = if report.scope.root.is_empty() { "exports" } else { &report.scope.root };
        Self {
            report,
            name: safe::html_line(report.scope.instance.as_deref().unwrap_or(root)).into_owned(),
            bands: report.count_by_band(),
            by_rule,
            standing: report.count_by_standing(),
            checks,
            areas,
            admins: count(Answer::Yes),
            maybe_admins: count(Answer::CannotTell),
            range: report.desk.as_ref().and_then(|desk| Range::of(&desk.review.settings)),
        }
    }

    pub(super) fn desk(&self) -> Option<&'r Desk> {
        self.report.desk.as_ref()
    }

    pub(super) fn review(&self) -> Option<&'r Review> {
        self.desk().map(|desk| &desk.review)
    }

    /// Open findings.
    pub(super) fn open(&self) -> usize {
        self.standing.open
    }

    /// Accounts that no person uses: the certain ones first, then the doubtful.
    pub(super) fn machines(&self) -> impl Iterator<Item = &'r Account> {
        let accounts = self.review().map_or(&[][..], |review| &review.accounts);
        let of = move |answer| accounts.iter().filter(move |account| account.non_human == answer);
        of(Answer::Yes).chain(of(Answer::CannotTell))
    }

    /// `at least 13` where more may be.
    pub(super) fn at_least(&self) -> &'static str {
        let is_open =
            self.review().is_some_and(|review| !review.gaps.is_empty() || review.accounts_left_out > 0);
        if is_open { "at least " } else { "" }
    }

    /// `2026-10-14`, without the time.
    pub(super) fn day(&self) -> Option<&'r str> {
        self.report.scope.as_of.as_deref().map(|date| date.get(..10).unwrap_or(date))
    }

    /// `sys_user.xml:12` of a place that a review names by number.
    pub(super) fn spot(&self, place: u32) -> String {
        let spot = usize::try_from(place).ok().and_then(|at| self.desk()?.spots.get(at));
        spot.map_or_else(String::new, |spot| format!("{}:{}", safe::html_line(&spot.path), spot.line))
    }

    /// `2 files could not be read whole …`, if any could not.
    pub(super) fn losses(&self) -> Option<String> {
        let files: BTreeSet<&str> = self.report.losses().map(|(notice, _)| notice.path.as_str()).collect();
        (!files.is_empty()).then(|| {
            format!(
                "{} could not be read whole: an export that is cut never yields “no” for an account, and the scan is incomplete",
                counted(files.len(), "file")
            )
        })
    }

    /// `9 critical and 35 high findings`: the two worst bands that have any.
    pub(super) fn worst(&self) -> String {
        let mut some = self.bands.iter().filter(|(_, count)| *count > 0);
        match (some.next(), some.next()) {
            (None, _) => "no findings".to_owned(),
            (Some((band, count)), None) => {
                counted(*count, "finding").replacen(' ', &format!(" {} ", band.as_str()), 1)
            }
            (Some((worst, count)), Some((next, more))) => format!(
                "{} {} and {}",
                crate::report::words::grouped(*count),
                worst.as_str(),
                counted(*more, "finding").replacen(' ', &format!(" {} ", next.as_str()), 1)
            ),
        }
    }
}

/// `Access control` for `access-control`.
pub(super) fn area_name(area: &str) -> String {
    let words = area.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The bounds of the share of hardening settings that are met,
/// weighted by their published risk scores as Security Center does it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Range {
    /// Percent known to be met, rounded down.
    pub(super) low: u32,
    /// Percent met if all that cannot be told were met, rounded up; 100 only if
    /// none is known to be unmet.
    pub(super) high: u32,
    /// Settings and tenths of points of each verdict.
    pub(super) met: (usize, u32),
    pub(super) failed: (usize, u32),
    pub(super) open: (usize, u32),
    pub(super) not_applicable: usize,
}

impl Range {
    /// `None` where no setting applies.
    fn of(settings: &[Setting]) -> Option<Self> {
        let mut range = Self::default();
        for setting in settings {
            let weight = tenths(setting.score);
            let sum = match setting.verdict {
                SettingVerdict::Pass => &mut range.met,
                SettingVerdict::Fail => &mut range.failed,
                SettingVerdict::CannotTell => &mut range.open,
                SettingVerdict::NotApplicable => {
                    range.not_applicable += 1;
                    continue;
                }
            };
            *sum = (sum.0 + 1, sum.1 + weight);
        }
        let whole = range.met.1 + range.failed.1 + range.open.1;
        if whole == 0 {
            return None;
        }
        range.low = range.met.1 * 100 / whole;
        range.high = ((range.met.1 + range.open.1) * 100).div_ceil(whole);
        if range.failed.0 > 0 {
            range.high = range.high.min(99);
        }
        Some(range)
    }

    /// Settings that apply.
    pub(super) fn settings(&self) -> usize {
        self.met.0 + self.failed.0 + self.open.0
    }

    /// `50–65 %`. Where everything was judged there is one number, rounded down.
    pub(super) fn text(&self) -> String {
        if self.open.0 == 0 || self.low == self.high {
            return format!("{} %", self.low);
        }
        format!("{}–{} %", self.low, self.high)
    }
}

/// A number with one decimal in tenths.
fn tenths(score: f64) -> u32 {
    format!("{score:.1}").replace('.', "").parse().unwrap_or(0)
}

/// The row whose removal leaves the fewest accounts that reach admin.
pub(super) fn best(review: &Review) -> Option<&Grant> {
    review.grants.iter().min_by_key(|grant| grant.left)
}

#[cfg(test)]
mod tests {
    use super::{Range, area_name};
    use crate::survey::{Actual, Setting, SettingVerdict};

    fn setting(verdict: SettingVerdict, score: f64) -> Setting {
        Setting {
            rule: String::new(),
            title: String::new(),
            page: String::new(),
            score,
            verdict,
            subject: String::new(),
            actual: Actual::NoRow,
            recommended: String::new(),
            fallback: None,
            missing: Vec::new(),
            place: None,
        }
    }

    #[test]
    fn the_range_never_says_more_than_is_known() {
        use SettingVerdict::{CannotTell, Fail, NotApplicable, Pass};
        let check = |settings: &[(SettingVerdict, f64)], expected: Option<&str>| {
            let settings: Vec<_> =
                settings.iter().map(|(verdict, score)| setting(*verdict, *score)).collect();
            assert_eq!(Range::of(&settings).map(|range| range.text()).as_deref(), expected);
        };
        check(&[(Pass, 25.4), (Fail, 9.5)], Some("72 %"));
        check(&[(Pass, 5.0), (CannotTell, 1.5), (Fail, 3.5)], Some("50–65 %"));
        check(&[(Pass, 1.0), (CannotTell, 1.0), (Fail, 1.0)], Some("33–67 %"));
        check(&[(CannotTell, 5.0)], Some("0–100 %"));
        check(&[(Pass, 5.0), (NotApplicable, 9.0)], Some("100 %"));
        check(&[(Pass, 999.0), (CannotTell, 0.5), (Fail, 0.1)], Some("99 %"));
        check(&[(NotApplicable, 9.0)], None);
    }

    #[test]
    fn areas_have_names() {
        assert_eq!([area_name("access-control"), area_name("")], ["Access control", ""]);
    }
}
