//! Ties the names of a query to tables and columns, and asks the reader for them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::ast::{Condition, Path, Place, Query, Related, Term};
use super::bind_check::{Check, bind_check};
use super::bound_path::{BoundPath, ColumnEnd, Columns, End, Hop};
use super::data::Class;
use super::known::{self, KnownColumn};
use super::related::{BoundRelated, CountTest};
use super::row_test::{RowTests, TestIdx};
use crate::record::{ColumnIdx, TableIdx, Wanted};

/// Who knows the names that rule packs and the configuration define.
pub trait Names {
    /// A class of records of a table, by the name in `@class.name`.
    fn class(&self, table: &str, name: &str) -> Option<Class>;

    /// The columns that an alias such as `@owner` stands for, by its name without
    /// the `@`; the first non-empty one counts.
    fn alias(&self, table: &str, name: &str) -> Option<Vec<String>>;
}

/// Why a query cannot be asked of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BindError {
    /// What is wrong, in lower case, without a final stop.
    pub message: String,
    /// Where, in bytes of the query's text.
    pub span: Range<usize>,
}

impl BindError {
    pub(super) fn at(place: &Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span: place.clone() }
    }
}

/// A query whose names are tied to columns, ready to be asked of rows.
#[derive(Debug)]
pub struct BoundQuery {
    pub(super) table: TableIdx,
    pub(super) alternatives: Alternatives,
    warnings: Vec<String>,
    needs: BTreeSet<Need>,
}

/// A row matches if in any alternative every group has a term that holds.
pub(super) type Alternatives = Vec<Vec<Vec<BoundTerm>>>;

#[derive(Debug)]
pub(super) enum BoundTerm {
    /// With the test that is the same, where the row answers it by itself.
    Condition(Arc<BoundCondition>, Option<TestIdx>),
    Related(BoundRelated),
}

/// A field and what is asked of it.
#[derive(Debug)]
pub(super) struct BoundCondition {
    pub(super) path: BoundPath,
    pub(super) check: Check,
}

impl BoundTerm {
    /// Whether more than the remembered answer of a test may be needed.
    fn looks_further(&self) -> bool {
        !matches!(self, Self::Condition(_, Some(_)))
    }
}

/// What a query needs beyond the columns of its own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    OtherRows,
    Clock,
    Computed,
    Roles,
    JoinByValue,
    View,
}

impl BoundQuery {
    /// The table of the rows it is asked of.
    #[must_use]
    pub fn table(&self) -> TableIdx {
        self.table
    }

    /// What could not be checked: unknown tables, and custom columns of known ones.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether it needs only the row itself, and perhaps the clock.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.needs.contains(&Need::OtherRows)
    }

    /// Whether it depends on what "now" is.
    #[must_use]
    pub fn uses_clock(&self) -> bool {
        self.needs.contains(&Need::Clock)
    }

    /// Whether it uses a computed field (`@…`).
    #[must_use]
    pub fn uses_computed(&self) -> bool {
        self.needs.contains(&Need::Computed)
    }

    /// Whether it asks for effective roles (`@role`).
    #[must_use]
    pub fn uses_roles(&self) -> bool {
        self.needs.contains(&Need::Roles)
    }

    /// Whether it asks a view that is computed from other tables.
    #[must_use]
    pub fn uses_view(&self) -> bool {
        self.needs.contains(&Need::View)
    }

    /// Whether an instance would understand it: it has no computed field, no
    /// view of ours and no join by value.
    #[must_use]
    pub fn portable(&self) -> bool {
        [Need::Computed, Need::JoinByValue, Need::View].iter().all(|need| !self.needs.contains(need))
    }
}

/// Ties a query to a table, and asks `wanted` to keep every column that it reads.
///
/// # Errors
/// If it names a column that a known table does not have, walks through what is
/// not a reference, or asks a field for what its type cannot answer.
pub fn bind(
    query: &Query,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder::new(wanted, names))
}

/// The same for one of many queries: what a row answers by itself becomes one of
/// `tests`, whose answers are kept in place of the columns.
///
/// # Errors
/// As [`bind()`].
pub fn bind_shared(
    query: &Query,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
    tests: &mut RowTests,
) -> Result<BoundQuery, BindError> {
    bind_query(query, table, Binder { tests: Some(tests), ..Binder::new(wanted, names) })
}

fn bind_query(query: &Query, table: &str, mut binder: Binder<'_>) -> Result<BoundQuery, BindError> {
    let (table, alternatives) = binder.query(query, table)?;
    Ok(BoundQuery { table, alternatives, warnings: binder.warnings, needs: binder.needs })
}

/// Ties a single field name, as in a message's `{user.user_name}`, to a table,
/// and asks `wanted` to keep every column that it reads.
///
/// # Errors
/// As [`bind()`]; the place is in `path`.
pub fn bind_path(
    path: &str,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundPath, BindError> {
    let bound = bind_shown_path(path, table, wanted, names)?;
    bound.keep(wanted, true);
    Ok(bound)
}

/// The same for what is asked of few rows only: their own columns are not kept,
/// but read again.
///
/// # Errors
/// As [`bind()`]; the place is in `path`.
pub fn bind_shown_path(
    path: &str,
    table: &str,
    wanted: &mut Wanted,
    names: &dyn Names,
) -> Result<BoundPath, BindError> {
    let parsed =
        Path::parse(path, 0).map_err(|error| BindError { message: error.message, span: error.span })?;
    let mut binder = Binder::new(wanted, names);
    let mut bound = binder.path(&parsed, table)?;
    binder.want_display(&mut bound);
    // A view has no rows that could be read again.
    bound.keep(wanted, known::is_view(table));
    Ok(bound)
}

/// Asks for a view, with all that it is computed from.
pub fn want_view(wanted: &mut Wanted, view: &str) -> TableIdx {
    want_roles(wanted);
    let index = wanted.want_table(view);
    for column in known::view_columns(view) {
        wanted.keep_column(index, column);
    }
    index
}

impl BoundCondition {
    /// Has every column kept that it reads.
    fn keep(&self, wanted: &mut Wanted) {
        self.path.keep(wanted, true);
        if let Some(other) = self.check.other_field() {
            other.keep(wanted, true);
        }
        if let Check::InstanceOf(_, hierarchy) = &self.check {
            wanted.keep(hierarchy.table, hierarchy.name);
            wanted.keep(hierarchy.table, hierarchy.super_class);
        }
    }
}

/// Whether the tool computes the table from others.
#[must_use]
pub fn is_view(table: &str) -> bool {
    known::is_view(table)
}

/// Asks for everything that effective roles are computed from. The view stands
/// for the wish to have them computed.
fn want_roles(wanted: &mut Wanted) {
    wanted.want_table(known::EFFECTIVE_ROLE);
    for (table, columns) in known::ROLE_SOURCES {
        let index = wanted.want_table(table);
        for column in columns {
            wanted.keep_column(index, column);
        }
    }
}

/// What is gathered while names are tied.
pub(super) struct Binder<'a> {
    wanted: &'a mut Wanted,
    names: &'a dyn Names,
    /// Where what a row answers by itself is remembered.
    tests: Option<&'a mut RowTests>,
    warnings: Vec<String>,
    needs: BTreeSet<Need>,
}

/// The columns that one segment stands for, and what is known of the first.
struct Found {
    list: SmallVec<[ColumnIdx; 1]>,
    known: Option<KnownColumn>,
}

impl<'a> Binder<'a> {
    fn new(wanted: &'a mut Wanted, names: &'a dyn Names) -> Self {
        Self { wanted, names, tests: None, warnings: Vec::new(), needs: BTreeSet::new() }
    }
}

impl Binder<'_> {
    pub(super) fn need(&mut self, need: Need) {
        self.needs.insert(need);
    }

    pub(super) fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn query(&mut self, query: &Query, table: &str) -> Result<(TableIdx, Alternatives), BindError> {
        let index = self.table(table);
        let mut alternatives = Vec::with_capacity(query.alternatives.len());
        for clause in &query.alternatives {
            let mut groups = Vec::with_capacity(clause.len());
            for group in clause {
                let terms = group.iter().map(|term| self.term(term, table));
                let mut terms = terms.collect::<Result<Vec<_>, _>>()?;
                // What the row answers itself often makes the rest needless.
                terms.sort_by_key(BoundTerm::looks_further);
                groups.push(terms);
            }
            groups.sort_by_key(|group| group.iter().any(BoundTerm::looks_further));
            alternatives.push(groups);
        }
        Ok((index, alternatives))
    }

    /// Asks for a table of the platform or of ours.
    pub(super) fn table(&mut self, table: &str) -> TableIdx {
        if known::is_view(table) {
            self.need(Need::View);
            want_view(self.wanted, table);
        } else if !known::knows_some_of(table) {
            self.warn(format!(
                "table '{table}' is not in the built-in dictionary: its columns are not checked"
            ));
        }
        self.wanted.want_table(table)
    }

    fn term(&mut self, term: &Term, table: &str) -> Result<BoundTerm, BindError> {
        match term {
            Term::Condition(condition) => {
                let before = std::mem::take(&mut self.needs);
                let bound = self.condition(condition, table);
                let own = std::mem::replace(&mut self.needs, before);
                let bound = bound?;
                let test = self.row_test(&bound, &own, term, table);
                if test.is_none() {
                    bound.keep(self.wanted);
                }
                self.needs.extend(own);
                Ok(BoundTerm::Condition(bound, test))
            }
            Term::Related(related) => Ok(BoundTerm::Related(self.related(related, table)?)),
        }
    }

    /// The test whether a field is empty, where the row answers it by itself.
    fn emptiness(&mut self, path: &BoundPath) -> Option<TestIdx> {
        let tests = self.tests.as_mut()?;
        if !path.is_local() {
            return None;
        }
        let question = BoundCondition { path: path.clone(), check: Check::IsEmpty };
        tests.add(format!("{}ISEMPTY", path.text), Arc::new(question), path, None)
    }

    fn condition(&mut self, condition: &Condition, table: &str) -> Result<Arc<BoundCondition>, BindError> {
        let mut path = self.path(&condition.path, table)?;
        let check = bind_check(self, &condition.test, &mut path, table, &condition.place)?;
        Ok(Arc::new(BoundCondition { path, check }))
    }

    /// The test that a condition is, if the row answers it by itself.
    fn row_test(
        &mut self,
        bound: &Arc<BoundCondition>,
        needs: &BTreeSet<Need>,
        term: &Term,
        table: &str,
    ) -> Option<TestIdx> {
        let tests = self.tests.as_mut()?;
        // The rows of a view are not read, so nobody asks them in time.
        if needs.contains(&Need::OtherRows) || needs.contains(&Need::Clock) || known::is_view(table) {
            return None;
        }
        let question = Arc::clone(bound);
        tests.add(term.to_string(), question, &bound.path, bound.check.other_field())
    }

    fn related(&mut self, related: &Related, table: &str) -> Result<BoundRelated, BindError> {
        self.need(Need::OtherRows);
        let this = match &related.this {
            Some(path) => {
                self.need(Need::JoinByValue);
                self.path(path, table)?
            }
            None => {
                self.path(&Path { segments: vec!["sys_id".to_owned()], place: related.place.clone() }, table)?
            }
        };
        if !matches!(this.end, End::Column(_)) {
            let message = format!("a related list cannot be tied to the computed field '{}'", this.text);
            return Err(BindError::at(&related.place.0, message));
        }
        this.keep(self.wanted, true);
        let other = self.table(&related.table);
        let (column, _) = self.column(&related.table, &related.column, &related.place.0)?;
        self.wanted.keep(other, column);
        let (_, alternatives) = self.query(&related.query, &related.table)?;
        let count = CountTest { comparison: related.comparison, count: related.count };
        let this_is_empty = self.emptiness(&this);
        Ok(BoundRelated { table: other, column, this, this_is_empty, count, alternatives })
    }

    /// Ties one column; `None` beside it where the dictionary does not know it.
    pub(super) fn column(
        &mut self,
        table: &str,
        column: &str,
        place: &Range<usize>,
    ) -> Result<(ColumnIdx, Option<KnownColumn>), BindError> {
        let known = known::column(table, column);
        if known.is_none() && known::knows_table(table) {
            if !column.starts_with("u_") && !column.starts_with("x_") {
                let mut message = format!("table '{table}' has no column '{column}'");
                if let Some(similar) = known::similar_column(table, column) {
                    message = format!("{message}; perhaps '{similar}'");
                }
                return Err(BindError::at(place, message));
            }
            self.warn(format!("column '{column}' of table '{table}' is custom: it is not checked"));
        }
        if known.is_none() && known::knows_some_of(table) && !known::knows_table(table) {
            self.warn(format!("column '{column}' of table '{table}' is not in the built-in dictionary"));
        }
        let index = self.wanted.want_table(table);
        Ok((self.wanted.want_column(index, column), known))
    }

    /// Ties a field name, walking through references.
    pub(super) fn path(&mut self, path: &Path, table: &str) -> Result<BoundPath, BindError> {
        let place = &path.place.0;
        let mut table = table.to_owned();
        let mut hops: SmallVec<[Hop; 1]> = SmallVec::new();
        let Some((last, walked)) = path.segments.split_last() else {
            return Err(BindError::at(place, "a field name is missing here"));
        };
        for segment in walked {
            let found = self.segment(&table, segment, place)?;
            let target = found.known.and_then(|known| known.reference).ok_or_else(|| {
                let message =
                    format!("'{segment}' of table '{table}' is not known to be a reference to walk through");
                BindError::at(place, message)
            })?;
            let columns = Columns { table: self.wanted.want_table(&table), list: found.list };
            hops.push(Hop { columns, target: self.table(target) });
            target.clone_into(&mut table);
            self.need(Need::OtherRows);
        }
        let end = self.end(&table, last, place)?;
        let is_display = !hops.is_empty() && known::display_column(&table) == Some(last.as_str());
        Ok(BoundPath { text: path.segments.join(".").into(), hops, end, is_display })
    }

    fn end(&mut self, table: &str, segment: &str, place: &Range<usize>) -> Result<End, BindError> {
        let index = self.wanted.want_table(table);
        if let Some(class) = segment.strip_prefix("@class.") {
            self.need(Need::Computed);
            self.need(Need::OtherRows);
            let found = self.names.class(table, class);
            let missing = || BindError::at(place, format!("table '{table}' has no class '{class}'"));
            return found.map(End::Class).ok_or_else(missing);
        }
        match segment {
            "@role" if table == "sys_user" => {
                self.need(Need::Computed);
                self.need(Need::OtherRows);
                self.need(Need::Roles);
                want_roles(self.wanted);
                let sys_id = Path { segments: vec!["sys_id".to_owned()], place: Place(place.clone()) };
                let sys_id = self.path(&sys_id, table)?;
                self.emptiness(&sys_id);
                return Ok(End::Role);
            }
            "@role" => {
                let message = format!("@role is a field of 'sys_user', not of '{table}'");
                return Err(BindError::at(place, message));
            }
            "@origin" | "@action" | "@instance" => {
                self.need(Need::Computed);
                return Ok(End::Trait(index, segment[1..].into()));
            }
            _ => {}
        }
        let Found { list, known } = self.segment(table, segment, place)?;
        let columns = Columns { table: index, list };
        let (kind, reference) = known.map_or((None, None), |known| (Some(known.kind), known.reference));
        Ok(End::Column(ColumnEnd { columns, kind, reference, target: None }))
    }

    /// Asks for the rows that a reference at the end points to, for what it
    /// displays where the export does not say so beside the reference itself.
    pub(super) fn want_display(&mut self, path: &mut BoundPath) {
        let End::Column(end) = &mut path.end else { return };
        let Some(target) = end.reference else { return };
        self.need(Need::OtherRows);
        let index = self.wanted.want_table(target);
        let column = known::display_column(target);
        end.target = Some((index, column.map(|column| self.wanted.want_column(index, column))));
    }

    /// Ties a column or an alias.
    fn segment(&mut self, table: &str, segment: &str, place: &Range<usize>) -> Result<Found, BindError> {
        let Some(name) = segment.strip_prefix('@') else {
            let (column, known) = self.column(table, segment, place)?;
            return Ok(Found { list: SmallVec::from_slice(&[column]), known });
        };
        self.need(Need::Computed);
        let columns =
            self.names.alias(table, name).filter(|columns| !columns.is_empty()).ok_or_else(|| {
                let message = format!("there is no computed field '{segment}' for table '{table}' here");
                BindError::at(place, message)
            })?;
        let mut found = Found { list: SmallVec::new(), known: None };
        let index = self.wanted.want_table(table);
        for column in &columns {
            // One configuration serves many tables, so a column that this table
            // does not have only warns; custom columns are what aliases are for.
            let is_custom = column.starts_with("u_") || column.starts_with("x_");
            if known::column(table, column).is_none() && !is_custom {
                self.warn(format!("column '{column}' of '{segment}' is not known for table '{table}'"));
            }
            found.list.push(self.wanted.want_column(index, column));
            found.known = found.known.or_else(|| known::column(table, column));
        }
        Ok(found)
    }
}
