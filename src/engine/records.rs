//! Record rules: one verdict a record.

use super::instance::Instance;
use crate::finding::Verdict;
use crate::query::{BoundPath, BoundQuery, Missing, RowId, Truth};
use crate::rule::file::UnlessUnknown;
use crate::rule::{Expectation, RecordBody};

/// How a rule judges one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// What an answer would have needed; for a failure, what the excuse would have.
    pub(super) missing: Missing,
}

impl Judged {
    fn new(verdict: Verdict) -> Self {
        Self { verdict, missing: Missing::none() }
    }

    fn cannot_tell(missing: Missing) -> Self {
        Self { verdict: Verdict::CannotTell, missing }
    }
}

/// Judges one record.
pub(super) fn judge_record(instance: &Instance<'_>, body: &RecordBody, row: RowId) -> Judged {
    let ask = |query: &Option<BoundQuery>| {
        query.as_ref().map_or(Truth::Yes, |query| query.evaluate(instance, &instance.clock, row))
    };
    let demands = body.require.is_some() || !body.expect.is_empty();
    let missing_filter = match ask(&body.filter) {
        Truth::No if demands => return Judged::new(Verdict::NotApplicable),
        Truth::No => return Judged::new(Verdict::Pass),
        Truth::Yes => None,
        Truth::Unknown(missing) => Some(missing),
    };
    if demands {
        let held = ask(&body.require).and(expectations(instance, &body.expect, row));
        match (held, missing_filter) {
            (Truth::Yes, None) => return Judged::new(Verdict::Pass),
            (Truth::Yes | Truth::No, Some(missing)) | (Truth::Unknown(missing), None) => {
                return Judged::cannot_tell(missing);
            }
            (Truth::Unknown(more), Some(missing)) => return Judged::cannot_tell(missing.union(more)),
            (Truth::No, None) => {}
        }
    } else if let Some(missing) = missing_filter {
        return Judged::cannot_tell(missing);
    }
    if body.unless.is_none() {
        return Judged::new(Verdict::Fail);
    }
    match ask(&body.unless) {
        Truth::Yes => Judged::new(Verdict::Pass),
        Truth::No => Judged::new(Verdict::Fail),
        Truth::Unknown(missing) => match body.unless_unknown {
            UnlessUnknown::Report => Judged { verdict: Verdict::Fail, missing },
            UnlessUnknown::CannotTell => Judged::cannot_tell(missing),
        },
    }
}

/// Whether the fields of a record are as expected.
pub(super) fn expectations(
    instance: &Instance<'_>,
    expected: &[(BoundPath, Expectation)],
    row: RowId,
) -> Truth {
    let mut truth = Truth::Yes;
    for (path, expectation) in expected {
        let holds = match path.cell(instance, row) {
            Ok(cell) if cell.present => match expectation.holds(cell.value) {
                Some(holds) => Truth::from_bool(holds),
                // The parameter that is missing is named by the rule.
                None => Truth::Unknown(Missing::none()),
            },
            Ok(_) => match path.column() {
                Some((table, column)) => Truth::Unknown(Missing::column(table, column)),
                None => Truth::No,
            },
            Err(missing) => Truth::Unknown(missing),
        };
        truth = truth.and(holds);
    }
    truth
}
