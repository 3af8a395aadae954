//! What reports for reviewers show beside findings.

use super::JudgedScan;
use crate::doctor::{self, Examination, Reason, examine, want_signs};
use crate::engine::review;
use crate::finding::RuleCoverage;
use crate::report::{Desk, Exports, Request, Sign, Spot};
use crate::rule::{Pack, PackFiles, RuleError, Settings};
use crate::source::Discovery;

/// What the doctor says of sources, and the rules whose questions it knows.
#[derive(Debug)]
pub struct ExaminedSources {
    /// The rules, with what signs are read from.
    pub pack: Pack,
    /// What there is to say.
    pub examination: Examination,
}

/// Reads sources for the doctor. The rules of the settings are those that wait for what is
/// missing; `instance` is the name of the instance, if it is known.
///
/// # Errors
/// As [`Pack::compile`].
pub fn examine_sources(
    files: &[PackFiles],
    settings: &Settings,
    discovery: &Discovery,
    instance: Option<&str>,
) -> Result<ExaminedSources, RuleError> {
    let mut pack = Pack::compile(files, settings)?;
    want_signs(&mut pack);
    let examination = examine(&discovery.sources, &pack, instance);
    Ok(ExaminedSources { pack, examination })
}

impl JudgedScan<'_> {
    /// Answers what a reviewer asks, if the pack has the questions
    /// ([`Pack::want_review`]), and has the doctor read the files once more. `scored` is what
    /// [`JudgedScan::scored`] says, `files` and `settings` are those of the pack, `command`
    /// is the command line as it may be shown. At most `most_accounts` are listed.
    ///
    /// # Errors
    /// As [`Pack::compile`].
    pub fn desk(
        &self,
        scored: &[RuleCoverage],
        (files, settings): (&[PackFiles], &Settings),
        most_accounts: usize,
        command: String,
    ) -> Result<Desk, RuleError> {
        let (scan, instance) = (&self.read.scan, &self.read.reading.instance);
        let reviewed = review(instance, scan.pack, [&self.judged.coverage, scored], most_accounts);
        let lines = self.read.lines_of(&reviewed.places);
        let spots = reviewed.places.iter().zip(&lines).map(|(place, lines)| Spot {
            path: scan.discovery.path(place.source).to_owned(),
            line: lines.region.start.line,
            column: lines.region.start.column,
        });
        let spots = spots.collect();
        let name = Some(scan.options.instance.as_str()).filter(|name| !name.is_empty());
        let examined = examine_sources(files, settings, scan.discovery, name)?.examination;
        let exports = exports(&examined, scan.discovery, &instance.whole_tables());
        Ok(Desk { review: reviewed.review, spots, exports, command })
    }
}

/// What is shown of what the doctor says. `complete` are the tables that are known to be
/// whole.
fn exports(examined: &Examination, discovery: &Discovery, complete: &[String]) -> Exports {
    let path = |source: Option<u32>| source.map_or("", |source| discovery.path(source)).to_owned();
    let signs = examined.signs.iter().map(|sign| Sign {
        kind: sign.kind.as_str().to_owned(),
        path: path(sign.source),
        message: sign.message.clone(),
    });
    let look_whole = examined.whole_tables().filter(|table| !complete.iter().any(|known| known == table));
    Exports {
        requests: examined.requests.iter().map(request).collect(),
        signs: signs.collect(),
        look_whole: look_whole.map(str::to_owned).collect(),
    }
}

fn request(request: &doctor::Request) -> Request {
    let url = request.urls.first().map(String::as_str).unwrap_or_default();
    // Reports name the instance elsewhere, or do not know it.
    let address =
        url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, path)| path);
    Request {
        table: request.table.clone(),
        part: match request.reason {
            Reason::Columns => request.columns.join(", "),
            _ => request.against.join("; "),
        },
        why: request.reason.phrase().to_owned(),
        rules: request.rules,
        address: address.to_owned(),
    }
}
