//! A row of which only the signature is known: what is said of it holds for all rows with
//! that signature.

use std::cell::Cell as Flag;

use super::super::contents::Instance;
use super::class_needs_more;
use crate::query::{Cell, Class, Data, Missing, RowId, TestIdx, Truth};
use crate::record::{ColumnIdx, PartOf, TableIdx, Wanted};

/// A row that knows nothing but its signature, and notes what else is asked.
pub(crate) struct SignatureRow<'i> {
    instance: &'i Instance<'i>,
    looked_further: Flag<bool>,
}

impl<'i> SignatureRow<'i> {
    /// The answer to a question about a row, if it rests on nothing but the signature.
    pub(crate) fn answer<T>(instance: &'i Instance<'i>, ask: impl FnOnce(&dyn Data) -> T) -> Option<T> {
        let row = SignatureRow { instance, looked_further: Flag::new(false) };
        let answer = ask(&row);
        (!row.looked_further.get()).then_some(answer)
    }

    fn look_further<T: Default>(&self) -> T {
        self.looked_further.set(true);
        T::default()
    }
}

impl Data for SignatureRow<'_> {
    fn wanted(&self) -> &Wanted {
        self.instance.wanted
    }

    fn test(&self, row: RowId, test: TestIdx) -> Option<Truth> {
        self.instance.test(row, test)
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        if class_needs_more(self.instance, class) {
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
