//! Record rules: one verdict a record.

use crate::finding::Verdict;
use crate::query::{BoundQuery, Clock, Data, Missing, RowId, Truth};
use crate::rule::file::UnlessUnknown;
use crate::rule::{ExpectedField, RecordBody};

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

    /// The one of two verdicts that says worse of the record.
    pub(super) fn or_worse(self, other: Self) -> Self {
        if other.verdict.is_worse_than(self.verdict) { other } else { self }
    }
}

/// Judges one record.
pub(super) fn judge_record(data: &dyn Data, clock: &Clock, body: &RecordBody, row: RowId) -> Judged {
    let ask = |query: &Option<BoundQuery>| {
        query.as_ref().map_or(Truth::Yes, |query| query.evaluate(data, clock, row))
    };
    let demands = body.require.is_some() || !body.expect.is_empty();
    match ask(&body.filter) {
        Truth::No if demands => return Judged::new(Verdict::NotApplicable),
        Truth::No => return Judged::new(Verdict::Pass),
        Truth::Yes => {}
        // Whatever the record is asked for, the answer is that it may not be about it.
        Truth::Unknown(missing) => return Judged::cannot_tell(missing),
    }
    if demands {
        match ask(&body.require).and(ExpectedField::all_hold(&body.expect, data, row)) {
            Truth::Yes => return Judged::new(Verdict::Pass),
            Truth::Unknown(missing) => return Judged::cannot_tell(missing),
            Truth::No => {}
        }
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
