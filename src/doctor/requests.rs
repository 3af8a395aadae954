//! What would complete the picture.

use std::collections::{BTreeMap, BTreeSet};

use super::address::{following_list_url, list_url};
use super::demand::Demand;
use super::knowledge::{InUpdateSets, UPDATE_SETS, advice_of, advices};
use super::whole::TableState;

/// Who can export a table: others get what access rules let through, without a
/// word about the rest.
pub const WHO: &str = "an administrator; access rules take rows and columns away from others without a word";

/// A table to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The table.
    pub table: String,
    /// Why.
    pub reason: Reason,
    /// What speaks against its being whole, where that is why.
    pub against: Vec<String>,
    /// How many rules ask about the table.
    pub rules: usize,
    /// How many of them run by default.
    pub default_rules: usize,
    /// The addresses of lists to export, ready to paste; parts of a large table
    /// follow by [`following_list_url`].
    pub urls: Vec<String>,
    /// The columns that rules ask for: for the view of a CSV or Excel export. XML
    /// holds them all.
    pub columns: Vec<String>,
    /// What else to know; empty for nothing.
    pub notes: Vec<String>,
}

/// Why a table is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing of it is here as a table.
    Missing,
    /// A part of it should follow.
    NextPart,
    /// Something speaks against its being whole.
    Doubtful,
    /// Columns that rules ask for are in no row.
    Columns,
}

impl Reason {
    /// The word for it in documents; stable.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NextPart => "next-part",
            Self::Doubtful => "doubtful",
            Self::Columns => "columns",
        }
    }

    /// The same for a sentence about a table.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Missing => "not here as a table",
            Self::NextPart => "probably goes on in a part that is not here",
            Self::Doubtful => "does not look whole",
            Self::Columns => "lacks columns",
        }
    }
}

/// What to ask for if these tables are there, and nothing else is known of them.
#[must_use]
pub fn missing_requests(
    demands: &[Demand],
    is_there: &dyn Fn(&str) -> bool,
    instance: Option<&str>,
) -> Vec<Request> {
    let missing = demands.iter().filter(|demand| is_asked_for(demand, is_there) && !is_there(&demand.table));
    missing.map(|demand| request(demand, Reason::Missing, vec![list_url(instance, &demand.table)])).collect()
}

/// What to ask for after the files were looked at. `narrow` are tables of which a
/// wider export would show more columns.
pub(super) fn requests(
    demands: &[Demand],
    tables: &[TableState],
    narrow: &BTreeSet<String>,
    next: &BTreeMap<String, BTreeSet<String>>,
    instance: Option<&str>,
) -> Vec<Request> {
    let of_demand = |demand: &Demand| {
        let table = &demand.table;
        let whole = || vec![list_url(instance, table)];
        let Some(state) = tables.iter().find(|state| state.table == *table) else {
            return Some(request(demand, Reason::Missing, whole()));
        };
        if let Some(rows) = next.get(table) {
            let urls = rows.iter().map(|last| following_list_url(instance, table, last)).collect();
            return Some(request(demand, Reason::NextPart, urls));
        }
        if !state.looks_whole() {
            let against = state.against.clone();
            return Some(Request { against, ..request(demand, Reason::Doubtful, whole()) });
        }
        narrow.contains(table).then(|| request(demand, Reason::Columns, whole()))
    };
    let is_there = |table: &str| tables.iter().any(|state| state.table == table);
    demands.iter().filter(|demand| is_asked_for(demand, &is_there)).filter_map(of_demand).collect()
}

/// Whether a table is something to ask for. An update set comes whole in its own
/// file; of a table without known columns rules read only what references to it
/// display; and of two tables that show the same, one will do.
fn is_asked_for(demand: &Demand, is_there: &dyn Fn(&str) -> bool) -> bool {
    let advice = advice_of(&demand.table);
    let is_update_set = advice.is_some_and(|advice| advice.area == UPDATE_SETS);
    let other = advice.and_then(|advice| advice.instead);
    let is_shown_by_another =
        advices().iter().any(|other| other.instead == Some(&demand.table) && is_there(other.table));
    let is_needless = (other.is_some() || is_shown_by_another) && !is_there(&demand.table);
    !is_update_set && !demand.columns.is_empty() && !is_needless
}

fn request(demand: &Demand, reason: Reason, urls: Vec<String>) -> Request {
    let advice = advice_of(&demand.table);
    let mut notes = Vec::new();
    if advice.is_some_and(|advice| advice.in_update_sets == InUpdateSets::No) {
        notes.push("update sets do not carry it".to_owned());
    }
    notes.extend(advice.map(|advice| advice.note).filter(|note| !note.is_empty()).map(str::to_owned));
    let &Demand { rules, default_rules, .. } = demand;
    Request {
        table: demand.table.clone(),
        reason,
        against: Vec::new(),
        rules,
        default_rules,
        urls,
        columns: demand.columns.clone(),
        notes,
    }
}
