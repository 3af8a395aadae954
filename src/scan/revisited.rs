//! The second look at the files where something was found, and the report of it.

use std::sync::Arc;

use super::desk::ExportDoctor;
use super::judged::{could_judge, fared};
use super::{ReadScan, Scan, scope};
use crate::finding::{Notice, RuleCoverage};
use crate::judge::{
    Spot, TurnedOff, Verdicts, cover, draft_findings, replaced_notice, turned_off, turned_off_notices,
};
use crate::report::{Desk, Report, Score};
use crate::revisit::{Beside, Findings, Located, ShownTexts, complete_texts, locate_notices, revisit};
use crate::rule::RuleMeta;
use crate::source::Source;
use crate::span::LineColumn;
use crate::suppress::{Accepted, Baseline, Known, Waivers};
use crate::survey::review;

/// Findings with their lines and texts, and the records that they were found in.
pub struct RevisitedScan<'s> {
    /// The records.
    pub read: ReadScan<'s>,
    /// What was found.
    pub findings: Findings,
    /// The rules that ran, in the order of [`crate::finding::Finding::rule`].
    pub rules: Vec<Arc<RuleMeta>>,
    /// How each of them fared; same order.
    pub coverage: Vec<RuleCoverage>,
    /// The score; of a few chosen rules it would be none.
    pub score: Option<Score>,
    /// What a reviewer asks, if there is a doctor. Whoever knows it adds the command line.
    pub desk: Option<Desk>,
    /// What there is to know of the input.
    notices: Vec<(Notice, Option<LineColumn>)>,
    texts: ShownTexts,
    most_shown: usize,
}

impl<'s> ReadScan<'s> {
    /// Judges the records by all rules and looks again at the files where something was
    /// found, each once. The texts of `most_shown` findings are kept; if `most_known` of
    /// those that come first may turn out to be known, of so many more. With a doctor, who
    /// watched the reading, what a reviewer asks is answered too, with at most so many
    /// accounts, if the pack has the questions ([`crate::rule::Pack::want_review`]).
    #[must_use]
    pub fn revisit(
        self,
        doctor: Option<(&ExportDoctor, usize)>,
        most_shown: usize,
        most_known: usize,
    ) -> RevisitedScan<'s> {
        let (pack, instance) = (self.scan.pack, &self.reading.instance);
        let Verdicts { drafts, coverage } = draft_findings(instance, &pack.rules);
        let scored = cover(instance, &pack.scored);
        let score = Score::of(fared(&pack.rules, &coverage).chain(fared(&pack.scored, &scored)));
        let reviewed = doctor.map(|(doctor, most)| {
            (review(instance, pack, [&coverage, &scored], most), doctor.exports(&self))
        });
        let places = reviewed.as_ref().map_or(&[][..], |(reviewed, _)| &reviewed.places);
        let beside = Beside { notices: self.notices(), places };
        let located = revisit(drafts, beside, self.inputs(), most_shown.saturating_add(most_known));
        let Located { findings, notices, texts, places } = located;
        let desk = reviewed.map(|(reviewed, exports)| self.desk(reviewed, &places, exports));
        let rules = pack.rules.iter().map(|rule| Arc::clone(&rule.meta)).collect();
        RevisitedScan { read: self, findings, rules, coverage, score, desk, notices, texts, most_shown }
    }
}

impl<'s> RevisitedScan<'s> {
    /// The rules that ran, with how they fared.
    pub fn fared(&self) -> impl Iterator<Item = (&RuleMeta, &RuleCoverage)> {
        fared(&self.read.scan.pack.rules, &self.coverage)
    }

    /// Says of every finding whether it is known, and whether a waiver covers it. A
    /// baseline stands with the name that reports give it.
    pub fn accept(&mut self, baseline: Option<(&str, &Baseline)>, waivers: &Waivers) -> Accepted {
        let Self { findings, rules, coverage, read, .. } = self;
        let known = baseline.map(|(name, baseline)| {
            let could_judge = |rule: &str| could_judge(rules, coverage, rule);
            Known::compare(name, baseline, findings.as_mut_slice(), could_judge)
        });
        let path_of = |source| read.scan.discovery.path(source);
        Accepted { known, waivers: waivers.apply(findings.as_mut_slice(), rules, coverage, path_of) }
    }

    /// What newer copies of records turned off. `is_changed` says of the place of a newer
    /// copy whether a change brought it, where one is judged: then each finding that it
    /// turned off is named.
    #[must_use]
    pub fn turned_off_notices(&self, is_changed: Option<&dyn Fn(Spot) -> bool>) -> Vec<Notice> {
        let ReadScan { scan: Scan { pack, discovery, .. }, reading } = &self.read;
        let (instance, path_of) = (&reading.instance, |source| discovery.path(source));
        let off = turned_off(instance, &pack.rules, self.findings.as_slice());
        let is_of_change =
            |off: &TurnedOff| is_changed.is_some_and(|is_changed| is_changed(off.newer(instance)));
        let mut notices = turned_off_notices(instance, (&off, &pack.rules), &is_of_change, &path_of);
        if is_changed.is_none() {
            notices.extend(replaced_notice(instance, &off, &path_of));
        }
        notices
    }

    /// Adds notices to those of the report.
    pub fn tell(&mut self, notices: Vec<Notice>) {
        self.notices.extend(locate_notices(notices, self.read.inputs()));
    }

    /// The report, in the order of reports, with the SHA-256 of the sources that `is_hashed`
    /// wants; and the records. Whoever knows them adds what was accepted, and what the
    /// scope says of packs and of the place of the scan; the exit code is 0.
    #[must_use]
    pub fn report(self, is_hashed: &(dyn Fn(&Source) -> bool + Sync)) -> (Report, ReadScan<'s>) {
        let Self { read, mut findings, rules, coverage, score, desk, notices, texts, most_shown } = self;
        let rule_id = |rule: u16| rules.get(usize::from(rule)).map(|rule| rule.id.as_str());
        findings.sort(&read.scan.discovery.sources, rule_id);
        complete_texts(&texts, &findings, most_shown, read.inputs());
        let report = Report {
            coverage,
            findings,
            accepted: Accepted::default(),
            excerpts: Box::new(texts),
            score,
            notices,
            scope: scope::scope(&read, is_hashed),
            stats: scope::stats(read.scan.discovery, &read.reading.files),
            desk,
            exit_code: 0,
            rules,
        };
        (report, read)
    }
}
