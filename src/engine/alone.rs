//! What can be said of a row from its signature alone: then it holds for all rows
//! with that signature.

use std::cell::Cell as Flag;

use super::in_folder::InFolder;
use super::instance::Instance;
use super::records::{Judged, judge_record};
use crate::finding::Verdict;
use crate::query::{Cell, Class, Data, Missing, RowId, TestIdx, Truth};
use crate::record::{ColumnIdx, PartOf, TableIdx, Wanted};
use crate::rule::RecordBody;

/// The verdicts of a rule on the rows of its table.
pub(super) struct Verdicts<'i> {
    instance: &'i Instance<'i>,
    body: &'i RecordBody,
    /// By signature, where that is enough.
    known: Vec<Option<Judged>>,
}

impl<'i> Verdicts<'i> {
    /// Judges every signature that a row has.
    pub(super) fn new(instance: &'i Instance<'i>, body: &'i RecordBody) -> Self {
        let facts = instance.table(body.table);
        let known = facts.examples().map(|row| {
            let alone = Alone { instance, looked_further: Flag::new(false) };
            let judged = judge_record(&alone, &instance.clock, body, row?);
            (!alone.looked_further.get()).then_some(judged)
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
        match instance.owner(body.table, row) {
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

/// A row that knows nothing but its signature, and notes what else is asked.
pub(super) struct Alone<'i> {
    pub(super) instance: &'i Instance<'i>,
    pub(super) looked_further: Flag<bool>,
}

impl Alone<'_> {
    fn look_further<T: Default>(&self) -> T {
        self.looked_further.set(true);
        T::default()
    }
}

impl Data for Alone<'_> {
    fn wanted(&self) -> &Wanted {
        self.instance.wanted
    }

    fn test(&self, row: RowId, test: TestIdx) -> Option<Truth> {
        self.instance.test(row, test)
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        if self.instance.class_needs_more(class) {
            self.looked_further.set(true);
        }
        self.instance.class(class, row)
    }

    fn cell(&self, _table: TableIdx, _row: RowId, _column: ColumnIdx) -> Cell<'_> {
        self.look_further()
    }

    fn by_sys_id(&self, _table: TableIdx, _sys_id: &str) -> Option<RowId> {
        self.look_further()
    }

    fn by_value(&self, _table: TableIdx, _column: ColumnIdx, _value: &str) -> Vec<RowId> {
        self.look_further()
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        // The same for all rows.
        self.instance.without_column(table, column)
    }

    fn doubt(&self, _table: TableIdx, _row: RowId) -> Missing {
        self.look_further()
    }

    fn holds_no_row(&self, table: TableIdx) -> bool {
        self.instance.holds_no_row(table)
    }

    fn is_whole(&self, table: TableIdx) -> bool {
        // The same for all rows.
        self.instance.is_whole(table)
    }

    fn holds_parts(&self, _parts: TableIdx, _of: (TableIdx, RowId), _part: PartOf) -> bool {
        // Without apps it is the same for all rows.
        !self.instance.apps.is_empty() && self.look_further()
    }

    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        let users = self.instance.wanted.find("sys_user");
        match users.filter(|users| self.instance.is_one_of_many_without_roles(*users, user)) {
            Some(_) => self.instance.roles(user, take),
            None => self.look_further(),
        }
    }

    fn all_roles(&self, _user: RowId) -> Vec<&str> {
        self.look_further()
    }

    fn trait_of(&self, _table: TableIdx, _row: RowId, _name: &str) -> &str {
        self.look_further()
    }
}
