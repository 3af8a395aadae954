//! Questions that one view of an instance passes on to another, unchanged.

/// Answers the named questions of [`crate::query::Data`] by what a field of `self`
/// answers. A view names each of them, so that a new question is no oversight.
macro_rules! pass_on {
    ($to:ident: $($question:ident)+) => { $(pass_on!(@ $to $question);)+ };
    (@ $to:ident wanted) => {
        fn wanted(&self) -> &crate::record::Wanted {
            self.$to.wanted()
        }
    };
    (@ $to:ident cell) => {
        fn cell(
            &self,
            table: crate::record::TableIdx,
            row: crate::query::RowId,
            column: crate::record::ColumnIdx,
        ) -> crate::query::Cell<'_> {
            self.$to.cell(table, row, column)
        }
    };
    (@ $to:ident by_sys_id) => {
        fn by_sys_id(&self, table: crate::record::TableIdx, sys_id: &str) -> Option<crate::query::RowId> {
            self.$to.by_sys_id(table, sys_id)
        }
    };
    (@ $to:ident is_disputed) => {
        fn is_disputed(&self, table: crate::record::TableIdx, sys_id: &str) -> bool {
            self.$to.is_disputed(table, sys_id)
        }
    };
    (@ $to:ident by_value) => {
        fn by_value(
            &self,
            table: crate::record::TableIdx,
            column: crate::record::ColumnIdx,
            value: &str,
        ) -> Vec<crate::query::RowId> {
            self.$to.by_value(table, column, value)
        }
    };
    (@ $to:ident reference) => {
        fn reference(
            &self,
            place: crate::query::CellPlace,
            target: crate::record::TableIdx,
        ) -> crate::query::Reference {
            self.$to.reference(place, target)
        }
    };
    (@ $to:ident without_column) => {
        fn without_column(&self, table: crate::record::TableIdx, column: crate::record::ColumnIdx) -> bool {
            self.$to.without_column(table, column)
        }
    };
    (@ $to:ident doubt) => {
        fn doubt(&self, table: crate::record::TableIdx, row: crate::query::RowId) -> crate::query::Missing {
            self.$to.doubt(table, row)
        }
    };
    (@ $to:ident holds_no_row) => {
        fn holds_no_row(&self, table: crate::record::TableIdx) -> bool {
            self.$to.holds_no_row(table)
        }
    };
    (@ $to:ident is_whole) => {
        fn is_whole(&self, table: crate::record::TableIdx) -> bool {
            self.$to.is_whole(table)
        }
    };
    (@ $to:ident displays_referred) => {
        fn displays_referred(&self, place: crate::query::CellPlace) -> bool {
            self.$to.displays_referred(place)
        }
    };
    (@ $to:ident holds_parts) => {
        fn holds_parts(
            &self,
            parts: crate::record::TableIdx,
            of: (crate::record::TableIdx, crate::query::RowId),
            part: crate::record::PartOf,
        ) -> bool {
            self.$to.holds_parts(parts, of, part)
        }
    };
    (@ $to:ident class) => {
        fn class(&self, class: crate::query::Class, row: crate::query::RowId) -> crate::query::Truth {
            self.$to.class(class, row)
        }
    };
    (@ $to:ident repeat) => {
        fn repeat(&self, table: crate::record::TableIdx, row: crate::query::RowId) -> crate::query::Repeat {
            self.$to.repeat(table, row)
        }
    };
    (@ $to:ident roles) => {
        fn roles(
            &self,
            user: crate::query::RowId,
            take: &mut dyn FnMut(&str, &crate::query::Missing) -> bool,
        ) -> crate::query::Missing {
            self.$to.roles(user, take)
        }
    };
    (@ $to:ident all_roles) => {
        fn all_roles(&self, user: crate::query::RowId) -> Vec<&str> {
            self.$to.all_roles(user)
        }
    };
    (@ $to:ident test) => {
        fn test(&self, row: crate::query::RowId, test: crate::query::TestIdx) -> Option<crate::query::Truth> {
            self.$to.test(row, test)
        }
    };
    (@ $to:ident walked) => {
        fn walked(&self, row: crate::query::RowId, walk: crate::query::WalkIdx) -> Option<crate::query::Truth> {
            self.$to.walked(row, walk)
        }
    };
    (@ $to:ident trait_of) => {
        fn trait_of(&self, table: crate::record::TableIdx, row: crate::query::RowId, name: &str) -> &str {
            self.$to.trait_of(table, row, name)
        }
    };
}

pub(super) use pass_on;
