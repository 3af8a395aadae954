//! Ties single names to tables and columns, and asks the reader for them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::{DefinedNames, want_roles, want_view};
use crate::query::bound::{BindError, BoundCondition, Need};
use crate::query::bound_path::{BoundPath, Hop, PathEnd};
use crate::query::columns::{ColumnEnd, FieldColumns, Meaning};
use crate::query::data::SetFact;
use crate::query::data::TestIdx;
use crate::query::known::{self, KnownColumn};
use crate::query::operator::{Operands, Operator};
use crate::query::row_test::RowTests;
use crate::query::syntax::{Path, TextPlace};
use crate::record::schema::ColumnType;
use crate::record::{ACLS, ColumnIdx, Dictionary, TableIdx, Wanted, display_column, is_view};

/// Collects what binding a query needs and warns about.
pub(super) struct Binder<'a> {
    pub(super) wanted: &'a mut Wanted,
    pub(super) names: &'a dyn DefinedNames,
    /// The tests that rows answer by themselves; `None` if answers are not kept.
    pub(super) tests: Option<&'a mut RowTests>,
    pub(super) warnings: Vec<String>,
    /// Conditions that an instance answers differently.
    pub(super) doubts: Vec<BindError>,
    pub(super) needs: BTreeSet<Need>,
}

/// The columns that one segment stands for, and what is known of the first.
struct Found {
    list: SmallVec<[ColumnIdx; 1]>,
    known: Option<KnownColumn>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(wanted: &'a mut Wanted, names: &'a dyn DefinedNames) -> Self {
        Self { wanted, names, tests: None, warnings: Vec::new(), doubts: Vec::new(), needs: BTreeSet::new() }
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

    pub(super) fn doubt(&mut self, place: &Range<usize>, message: String) {
        self.doubts.push(BindError::at(place, message));
    }

    /// Asks for a table of the platform or a view.
    pub(super) fn table(&mut self, table: &str) -> TableIdx {
        if is_view(table) {
            self.need(Need::View);
            want_view(self.wanted, table);
        } else if !self.knows_some_of(table) {
            self.warn(format!(
                "table '{table}' is not in the built-in dictionary: its columns are not checked"
            ));
        }
        self.wanted.want_table(table)
    }

    /// The test whether a field is empty, if the row answers it by itself.
    pub(super) fn emptiness(&mut self, path: &BoundPath) -> Option<TestIdx> {
        let tests = self.tests.as_mut()?;
        if !path.is_local() {
            return None;
        }
        let question = BoundCondition::new(path.clone(), Operator::IsEmpty, Operands::Nothing);
        tests.add(format!("{}ISEMPTY", path.text), Arc::new(question), (path, None), false)
    }

    /// What the built-in dictionary, else the input, says of a column.
    fn known_column(&self, table: &str, column: &str) -> Option<KnownColumn> {
        known::column(table, column).or_else(|| known::described(self.names.dictionary()?, table, column))
    }

    fn knows_some_of(&self, table: &str) -> bool {
        let is_described = |dictionary: &Dictionary| dictionary.knows_some_of(table);
        known::knows_some_of(table) || self.names.dictionary().is_some_and(is_described)
    }

    /// Ties one column. The second value is `None` if the dictionary does not know it.
    pub(super) fn column(
        &mut self,
        table: &str,
        column: &str,
        place: &Range<usize>,
    ) -> Result<(ColumnIdx, Option<KnownColumn>), BindError> {
        let known = self.known_column(table, column);
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
        let first = table;
        let mut table = table.to_owned();
        let mut hops: SmallVec<[Hop; 1]> = SmallVec::new();
        let Some((last, walked)) = path.segments.split_last() else {
            return Err(BindError::at(place, "a field name is missing here"));
        };
        let text: Box<str> = path.segments.join(".").into();
        for segment in walked {
            let found = self.segment(&table, segment, place)?;
            let columns = FieldColumns { table: self.wanted.want_table(&table), list: found.list };
            let Some(target) = found.known.as_ref().and_then(|known| known.reference.as_deref()) else {
                let is_computed = path.segments.iter().skip(1).any(|segment| segment.starts_with('@'));
                if is_computed
                    || found.known.as_ref().is_some_and(|known| known.kind != ColumnType::Reference)
                {
                    let message = format!(
                        "'{segment}' of table '{table}' is not known to be a reference to walk through"
                    );
                    return Err(BindError::at(place, message));
                }
                let end = ColumnEnd::new(columns, None, Meaning::LeadsToField);
                let shown_as = self.shown_as(path, first);
                return Ok(BoundPath { text, hops, end: PathEnd::Column(end), is_display: false, shown_as });
            };
            hops.push(Hop { columns, target: self.table(target) });
            target.clone_into(&mut table);
            self.need(Need::OtherRows);
        }
        let end = self.end(&table, last, place)?;
        let is_display = !hops.is_empty() && display_column(&table) == Some(last.as_str());
        if let (true, Some(hop), PathEnd::Column(end)) = (is_display, hops.last(), &end) {
            hop.columns.note_named(self.wanted, hop.target, end.columns.list.first().copied());
        }
        let is_walk = !hops.is_empty() && matches!(end, PathEnd::Column(_));
        let shown_as = if is_walk { self.shown_as(path, first) } else { None };
        Ok(BoundPath { text, hops, end, is_display, shown_as })
    }

    /// The column of the row that may hold the value of the whole walk. Views have none.
    fn shown_as(&mut self, path: &Path, table: &str) -> Option<(TableIdx, ColumnIdx)> {
        let is_computed = path.segments.iter().any(|segment| segment.starts_with('@'));
        (!is_computed && !is_view(table)).then(|| {
            let index = self.wanted.want_table(table);
            (index, self.wanted.keep_walk(index, &path.segments.join(".")))
        })
    }

    fn end(&mut self, table: &str, segment: &str, place: &Range<usize>) -> Result<PathEnd, BindError> {
        let index = self.wanted.want_table(table);
        if let Some(class) = segment.strip_prefix("@class.") {
            self.need(Need::Computed);
            self.need(Need::OtherRows);
            let found = self.names.class(table, class);
            let missing = || BindError::at(place, format!("table '{table}' has no class '{class}'"));
            return found.map(PathEnd::Class).ok_or_else(missing);
        }
        match segment {
            "@role" if table == "sys_user" => {
                self.need(Need::Computed);
                return self.roles(place);
            }
            "@role" => {
                let message = format!("@role is a field of 'sys_user', not of '{table}'");
                return Err(BindError::at(place, message));
            }
            "@origin" | "@action" | "@instance" | "@table" => {
                self.need(Need::Computed);
                return Ok(PathEnd::Trait(index, segment[1..].into()));
            }
            "@brought_back" | "@object_deleted" if table == ACLS => {
                self.need(Need::Computed);
                self.need(Need::OtherRows);
                let is_back = segment == "@brought_back";
                let fact = if is_back { SetFact::BroughtBack } else { SetFact::ObjectDeleted };
                return Ok(PathEnd::InSet(index, fact));
            }
            _ => {}
        }
        let calculated = self.known_column(table, segment).and_then(|known| known.calculated);
        if calculated == Some("@role") {
            return self.roles(place);
        }
        let Found { list, known } = self.segment(table, segment, place)?;
        let columns = FieldColumns { table: index, list };
        let meaning = if calculated.is_some() { Meaning::Calculated } else { Meaning::Value };
        let is_of_view = is_view(table);
        Ok(PathEnd::Column(ColumnEnd { is_of_view, ..ColumnEnd::new(columns, known, meaning) }))
    }

    /// The effective roles of a user.
    fn roles(&mut self, place: &Range<usize>) -> Result<PathEnd, BindError> {
        self.need(Need::OtherRows);
        self.need(Need::Roles);
        want_roles(self.wanted);
        let sys_id = Path { segments: vec!["sys_id".to_owned()], place: TextPlace(place.clone()) };
        let sys_id = self.path(&sys_id, "sys_user")?;
        self.emptiness(&sys_id);
        Ok(PathEnd::Role)
    }

    /// Asks for the rows to which the last reference leads: they tell its name if the
    /// export does not show it beside the reference.
    pub(super) fn want_display(&mut self, path: &mut BoundPath) {
        let PathEnd::Column(end) = &mut path.end else { return };
        let Some(target) = end.reference.as_deref() else { return };
        self.need(Need::OtherRows);
        let index = self.wanted.want_table(target);
        let name = display_column(target).map(|column| self.wanted.want_column(index, column));
        end.target = Some((index, name));
        end.columns.note_named(self.wanted, index, name);
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
            let known = self.known_column(table, column);
            if known.is_none() && !is_custom {
                self.warn(format!("column '{column}' of '{segment}' is not known for table '{table}'"));
            }
            found.list.push(self.wanted.want_column(index, column));
            found.known = found.known.or(known);
        }
        Ok(found)
    }
}
