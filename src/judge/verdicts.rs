//! The verdicts of a rule on the rows of its table: one for all rows with a signature,
//! where the signature is enough.

use super::records::{Judged, judge_record};
use crate::finding::Verdict;
use crate::instance::{InFolder, Instance, SignatureRow};
use crate::query::RowId;
use crate::rule::RecordBody;

/// The verdicts of a rule on the rows of its table.
pub(super) struct RowVerdicts<'i> {
    instance: &'i Instance<'i>,
    body: &'i RecordBody,
    /// By signature, where that is enough.
    known: Vec<Option<Judged>>,
}

impl<'i> RowVerdicts<'i> {
    /// Judges every signature that a row has.
    pub(super) fn new(instance: &'i Instance<'i>, body: &'i RecordBody) -> Self {
        let facts = instance.table(body.table);
        let known = facts.examples().map(|row| {
            let row = row?;
            SignatureRow::answer(instance, |data| judge_record(data, &instance.clock, body, row))
        });
        Self { instance, body, known: known.collect() }
    }

    /// The verdict on all rows with the signature of this one, where they have
    /// the same.
    pub(super) fn known(&self, row: RowId) -> Option<&Judged> {
        let signature = self.instance.table(self.body.table).row(row)?.signature;
        self.known.get(signature.index())?.as_ref()
    }

    /// The verdict on a row by itself. A record of an app is judged twice, by all
    /// that was read and by what its app's folder holds: what lies outside may add a
    /// finding, and excuses none.
    pub(super) fn judge(&self, row: RowId) -> Judged {
        let Self { instance, body, .. } = *self;
        let judged = judge_record(instance, &instance.clock, body, row);
        match instance.apps.owner((&instance.facts, instance.wanted), body.table, row) {
            Some(owner) if judged.verdict != Verdict::Fail => {
                let inside = InFolder { instance, folder: owner.folder };
                judged.or_worse(judge_record(&inside, &instance.clock, body, row))
            }
            _ => judged,
        }
    }

    /// The verdict on a row.
    pub(super) fn of(&self, row: RowId) -> Judged {
        self.known(row).cloned().unwrap_or_else(|| self.judge(row))
    }
}
