//! For which rows a query may hold, if only one of their columns is known.
//!
//! Views are computed only as far as somebody asks: a rule about `admin` needs
//! the holders of `admin`, and not those of every role.

use super::{Alternatives, BoundQuery, BoundTerm};
use crate::query::bound_path::{BoundPath, PathEnd};
use crate::query::data::{Data, RowId, Truth};
use crate::query::dates::Clock;
use crate::record::{ColumnIdx, TableIdx};

/// A row of which one column is known.
#[derive(Clone, Copy)]
pub struct Partial<'d> {
    /// Where the row stands.
    pub data: &'d dyn Data,
    /// What "now" is.
    pub clock: &'d Clock,
    /// The row.
    pub row: RowId,
    /// The column that is known.
    pub column: ColumnIdx,
}

impl BoundQuery {
    /// Whether the query may hold for some row that has this value in the column.
    #[must_use]
    pub fn may_hold(&self, partial: Partial<'_>) -> bool {
        may_hold(&self.alternatives, partial)
    }

    /// Whether some related list of the query over this table may count a row that has
    /// this value in the column.
    #[must_use]
    pub fn related_may_hold(&self, table: TableIdx, partial: Partial<'_>) -> bool {
        related_may_hold(&self.alternatives, table, partial)
    }
}

impl BoundQuery {
    /// Whether the answer may depend on who has the role of that name.
    #[must_use]
    pub fn asks_for_role(&self, name: &str) -> bool {
        asks_for_role(&self.alternatives, name)
    }
}

fn asks_for_role(alternatives: &Alternatives, name: &str) -> bool {
    alternatives.iter().flatten().flatten().any(|term| match term {
        BoundTerm::Condition(condition, _) => condition.asks_role(name),
        BoundTerm::Related(related) => asks_for_role(&related.alternatives, name),
    })
}

fn may_hold(alternatives: &Alternatives, partial: Partial<'_>) -> bool {
    let may = |term: &BoundTerm| term_may_hold(term, partial);
    alternatives.is_empty()
        || alternatives.iter().any(|clause| clause.iter().all(|group| group.iter().any(may)))
}

fn term_may_hold(term: &BoundTerm, partial: Partial<'_>) -> bool {
    match term {
        BoundTerm::Condition(condition, _)
            if begins_with(&condition.path, partial.column) && condition.operands.field().is_none() =>
        {
            term.evaluate(partial.data, partial.clock, partial.row) != Truth::No
        }
        _ => true,
    }
}

fn related_may_hold(alternatives: &Alternatives, table: TableIdx, partial: Partial<'_>) -> bool {
    alternatives.iter().flatten().flatten().any(|term| match term {
        BoundTerm::Related(related) => {
            related.table == table && may_hold(&related.alternatives, partial)
                || related_may_hold(&related.alternatives, table, partial)
        }
        BoundTerm::Condition(..) => false,
    })
}

/// Whether everything that the path reads follows from one column of the row.
fn begins_with(path: &BoundPath, column: ColumnIdx) -> bool {
    let first = match (path.hops.first(), &path.end) {
        (Some(hop), _) => &hop.columns,
        (None, PathEnd::Column(end)) => &end.columns,
        (None, _) => return false,
    };
    first.list.as_slice() == [column]
}
