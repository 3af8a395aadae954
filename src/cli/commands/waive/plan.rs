//! `glidelint waive PLAN.csv`: an action plan that people filled in, as waivers.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use glidelint::config::Waiver;
use glidelint::finding::{Finding, Fingerprint};
use glidelint::report::action_plan;
use glidelint::rule::RuleMeta;
use glidelint::rule::file::{OneOrMany, PlacedText};
use glidelint::source::text_of;

use crate::cli::shared::fail::Failure;

/// A row that accepts a finding.
pub(crate) struct PlannedWaiver {
    /// Line of the file, from 1.
    pub(crate) line: u64,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) waiver: Waiver,
}

/// What stands in a plan.
pub(crate) struct ActionPlan {
    pub(crate) waivers: Vec<PlannedWaiver>,
    /// Rows with an owner and no reason: somebody mends it.
    pub(crate) tasks: usize,
    /// Rows that nobody has filled in.
    pub(crate) open: usize,
}

/// What came of the rows that accept findings.
#[derive(Default)]
pub(crate) struct PlanAccepted {
    pub(crate) waivers: Vec<Waiver>,
    /// Findings that they cover.
    pub(crate) findings: usize,
    /// Findings that a waiver covers already.
    pub(crate) covered: usize,
    /// Rows whose finding is not there any more.
    pub(crate) gone: usize,
}

/// Ties rows to the findings of today, by their fingerprints: names may have
/// suffered in the spreadsheet. Rows about one record are one waiver.
pub(crate) fn accept(
    planned: Vec<PlannedWaiver>,
    findings: &[Finding],
    rules: &[Arc<RuleMeta>],
) -> PlanAccepted {
    // A plan may have been written by an earlier version.
    let earlier = findings.iter().map(|finding| (finding.earlier_fingerprint(), finding));
    let own = findings.iter().map(|finding| (finding.fingerprint, finding));
    let by_print: HashMap<Fingerprint, &Finding> = earlier.chain(own).collect();
    let mut accepted = PlanAccepted::default();
    let mut known: HashMap<(u16, String), usize> = HashMap::new();
    for planned in planned {
        let Some(finding) = by_print.get(&planned.fingerprint) else {
            accepted.gone += 1;
            continue;
        };
        if finding.waiver.is_some() {
            accepted.covered += 1;
            continue;
        }
        accepted.findings += 1;
        let subject = finding.sys_id.as_deref().filter(|_| finding.key.is_empty()).unwrap_or(&finding.key);
        let at = *known.entry((finding.rule, subject.to_lowercase())).or_insert(accepted.waivers.len());
        if at == accepted.waivers.len() {
            let rule = rules.get(usize::from(finding.rule)).map_or_else(String::new, |rule| rule.id.clone());
            let key = Some(PlacedText::new(&*finding.key)).filter(|key| !key.value.is_empty());
            let sys_id = finding.sys_id.as_deref().filter(|_| key.is_none()).map(PlacedText::new);
            let bound_to = Some(OneOrMany(Vec::new()));
            accepted.waivers.push(Waiver {
                rule: PlacedText::new(rule),
                key,
                sys_id,
                bound_to,
                ..planned.waiver
            });
        }
        if let Some(bound) = accepted.waivers[at].bound_to.as_mut() {
            bound.0.push(finding.values.to_string());
        }
    }
    accepted
}

/// Reads a plan as spreadsheets save it: with commas, semicolons or tabs, in UTF-8
/// or in Windows-1252.
pub(crate) fn read(path: &Path) -> Result<ActionPlan, Failure> {
    let shown = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| Failure::Use(format!("{shown}: cannot be read: {error}")))?;
    let text = text_of(&bytes);
    let wrong = |line: u64, why: String| Failure::Use(format!("{shown}:{line}: {why}"));
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter(&text)).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| wrong(1, error.to_string()))?.clone();
    let columns: HashMap<String, usize> =
        header.iter().enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
    if let Some(missing) =
        action_plan::COLUMNS.iter().find(|name| is_read(name) && !columns.contains_key(**name))
    {
        return Err(wrong(1, format!("no column '{missing}': this is no action plan")));
    }
    let mut plan = ActionPlan { waivers: Vec::new(), tasks: 0, open: 0 };
    for row in reader.records() {
        let row =
            row.map_err(|error| wrong(error.position().map_or(0, csv::Position::line), error.to_string()))?;
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |name: &str| plain(columns.get(name).and_then(|at| row.get(*at)).unwrap_or_default());
        match (cell("owner").is_empty(), cell("reason").is_empty()) {
            (true, true) => plan.open += 1,
            (false, true) => plan.tasks += 1,
            (true, false) => {
                return Err(wrong(line, "a reason without an owner: somebody must answer for it".to_owned()));
            }
            (false, false) => {
                let print = cell("fingerprint");
                let fingerprint = Fingerprint::parse(&print)
                    .ok_or_else(|| wrong(line, format!("'{print}' is no fingerprint")))?;
                plan.waivers.push(PlannedWaiver { line, fingerprint, waiver: waiver(&cell) });
            }
        }
    }
    Ok(plan)
}

/// What must be there to read a plan back; people may drop the rest.
fn is_read(column: &str) -> bool {
    matches!(column, "rule" | "fingerprint" | "owner" | "reason" | "due date")
}

fn waiver(cell: &dyn Fn(&str) -> String) -> Waiver {
    let text =
        |name: &str| Some(cell(name)).filter(|text| !text.is_empty()).map(|text| PlacedText::new(&text));
    Waiver {
        rule: PlacedText::new(cell("rule")),
        key: None,
        sys_id: None,
        table: None,
        path: None,
        broad: false,
        reason: PlacedText::new(cell("reason")),
        owner: PlacedText::new(cell("owner")),
        until: text("due date"),
        bound_to: None,
    }
}

/// The cell without the quote that keeps spreadsheets from taking it for a formula.
fn plain(cell: &str) -> String {
    let cell = cell.trim();
    let unquoted = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    unquoted.unwrap_or(cell).to_owned()
}

/// What stands between the first names of the header.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let most = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&mark| header.bytes().filter(|&byte| byte == mark).count());
    most.unwrap_or(b',')
}
