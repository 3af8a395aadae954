//! From a rule file to a rule that can judge. Everything that can be wrong with
//! a rule is found here, before any export is read.

mod conditions;
mod message;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::RuleError;
use super::expect::{Expectation, Fill};
use super::expected::{ExpectedField, names_a_reference};
use super::file::{Absent, ClassFile, Comparator, CountSpec, Expect, PlacedText, RuleFile};
use super::mend::mend_of;
use super::message::Params;
use super::meta::RuleMeta;
use super::model::{
    Body, ClassBody, CountBody, EvidenceBody, Judges, NamePattern, PropertyBody, PropertyColumns, RecordBody,
    Rule,
};
use super::names::PackNames;
use super::pattern::Pattern;
use crate::query::{BoundPath, BoundQuery, Query, RowTests, bind_shared, bind_shown_path};
use crate::record::{ACLS, ColumnIdx, Keep, Origin, TableIdx, Wanted, want_acls, want_update_sets};

/// Compiles the rules of one file into the pack.
pub(super) struct Compiler<'c> {
    /// Path of the file, for errors.
    pub(super) path: &'c str,
    pub(super) wanted: &'c mut Wanted,
    pub(super) tests: &'c mut RowTests,
    pub(super) names: &'c PackNames,
    pub(super) params: Params,
    /// Warnings, with the file's path.
    pub(super) warnings: &'c mut Vec<String>,
    /// Conditions that an instance answers differently.
    pub(super) doubts: &'c mut Vec<RuleError>,
    /// Whether every query so far could be pasted into an instance.
    pub(super) portable: bool,
    /// Whether the patterns are ours with our parameters, which a test compiles.
    pub(super) trusted: bool,
    /// Parameters that an expectation needs and that have no value.
    pub(super) unset: BTreeSet<String>,
}

impl Compiler<'_> {
    /// Compiles a rule; `meta` holds its identity and texts already.
    pub(super) fn rule(&mut self, file: &RuleFile, meta: RuleMeta) -> Result<Rule, RuleError> {
        self.wanted.take_list();
        let gate = self.conditions(&file.when.0)?;
        let kinds = [
            file.table.is_some(),
            file.property.is_some(),
            file.count.is_some(),
            !file.all.is_empty() || !file.any.is_empty() || !file.cases.is_empty(),
        ];
        if kinds.iter().filter(|is_set| **is_set).count() != 1 {
            let message = "a rule has exactly one of table, property, count, or conditions (all, any, cases)";
            return Err(self.error(&file.id, message));
        }
        let body = if let Some(table) = &file.table {
            Body::Record(Box::new(self.record(file, table)?))
        } else if let Some(property) = &file.property {
            Body::Property(self.property(
                property,
                file.expect.as_deref(),
                file.absent,
                file.fallback.as_ref().map(|text| text.0.clone()),
            )?)
        } else if let Some(count) = &file.count {
            Body::Count(Box::new(self.count(count, file.expect.as_deref())?))
        } else {
            Body::Conditions(self.bindings(file)?)
        };
        let table = match &body {
            Body::Record(record) => Some(self.wanted.table(record.table).name.to_string()),
            Body::Count(count) => Some(self.wanted.table(count.table).name.to_string()),
            Body::Property(_) => Some("sys_properties".to_owned()),
            Body::Conditions(_) => None,
        };
        let message = self.message(&file.message, table.as_deref(), &body)?;
        let at = match (&file.at, &table) {
            (Some(at), Some(table)) => {
                self.path_of(at, at, table)?;
                Some(at.value.trim_start_matches('@').into())
            }
            (Some(at), None) => Some(self.at_of_conditions(file, at)?),
            (None, _) if matches!(body, Body::Property(_)) => Some("value".into()),
            _ => None,
        };
        let kind = match &body {
            Body::Record(_) => "record",
            Body::Property(_) => "property",
            Body::Count(_) => "count",
            Body::Conditions(_) => "conditions",
        };
        let meta = RuleMeta {
            table,
            kind: kind.into(),
            portable: self.portable && matches!(body, Body::Record(_)),
            properties: properties_of(file),
            mend: mend_of(file, &self.params, self.path)?,
            ..meta
        };
        let unset = std::mem::take(&mut self.unset).into_iter().collect();
        let reads = self.wanted.take_list();
        if matches!(&body, Body::Record(body) if body.judges == Judges::UpdateSets) {
            self.want_sets(&reads);
        }
        Ok(Rule { meta: Arc::new(meta), gate, body, message, at, unset, reads })
    }

    /// Compiles a class.
    pub(super) fn class(&mut self, file: &ClassFile) -> Result<ClassBody, RuleError> {
        let table = file.table.value.as_str();
        let unless = self.optional_query(file.unless.as_ref(), table)?;
        let mut evidence = Vec::new();
        for piece in &file.evidence {
            evidence.push(EvidenceBody {
                name: piece.name.value.clone(),
                filter: self.optional_query(piece.filter.as_ref(), table)?,
                expect: self.fields(piece.expect.as_ref(), &piece.name, table)?,
                outweighed_by: self.optional_query(piece.outweighed_by.as_ref(), table)?,
                doubted_by: self.optional_query(piece.doubted_by.as_ref(), table)?,
            });
        }
        let index = self.wanted.want_table(table);
        let (name, threshold) = (file.class.value.clone(), file.threshold);
        Ok(ClassBody { name, table: index, unless, threshold, evidence })
    }

    fn record(&mut self, file: &RuleFile, table: &PlacedText) -> Result<RecordBody, RuleError> {
        let name = table.value.as_str();
        if file.expect.as_deref().is_some_and(|expect| expect.value != Comparator::default()) {
            return Err(
                self.error(table, "in a record rule, expect names fields: `expect: { field: { … } }`")
            );
        }
        let texts = [&file.filter, &file.require, &file.unless];
        let judges = self.judges(file.filter.as_ref());
        let sees_deleted = texts.into_iter().flatten().any(|query| query.value.contains("@action"));
        let body = RecordBody {
            table: self.wanted.want_table(name),
            filter: self.optional_query(file.filter.as_ref(), name)?,
            require: self.optional_query(file.require.as_ref(), name)?,
            expect: self.fields(file.expect.as_deref(), table, name)?,
            unless: self.optional_query(file.unless.as_ref(), name)?,
            unless_unknown: file.unless_unknown,
            sees_deleted,
            judges,
        };
        if body.filter.is_none() && body.require.is_none() && body.expect.is_empty() {
            return Err(self.error(table, "a record rule needs where, require or expect"));
        }
        Ok(body)
    }

    /// The query says whether a rule is about what update sets bring, or about certain
    /// files.
    fn judges(&self, filter: Option<&PlacedText>) -> Judges {
        let query = filter.and_then(|filter| Query::parse(&self.params.text(&filter.value)).ok());
        match query.as_ref().and_then(|query| query.pins("@origin")) {
            Some(origin) if origin == Origin::UpdateSet.as_str() => Judges::UpdateSets,
            _ if query.as_ref().is_some_and(|query| query.narrows("@origin")) => Judges::EveryCopy,
            _ => Judges::Instance,
        }
    }

    /// Asks for what tells update sets apart, and for what they bring to the tables of
    /// the rule. It is optional: no verdict waits for it.
    fn want_sets(&mut self, reads: &[(TableIdx, ColumnIdx)]) {
        want_update_sets(self.wanted);
        let mut tables: Vec<_> = reads.iter().map(|(table, _)| *table).collect();
        if tables.iter().any(|table| &*self.wanted.table(*table).name == ACLS) {
            tables.extend(want_acls(self.wanted));
        }
        for table in tables {
            self.wanted.want_by_set(table);
        }
        self.wanted.take_list();
    }

    pub(super) fn property(
        &mut self,
        name: &PlacedText,
        expect: Option<&Expect>,
        absent: Absent,
        fallback: Option<String>,
    ) -> Result<PropertyBody, RuleError> {
        let Some(expect) = expect else {
            return Err(self.error(name, "a property needs expect"));
        };
        // A comparator may stand under the column's name too.
        let comparator = expect.fields.get("value").unwrap_or(&expect.value);
        if expect.fields.keys().any(|field| field != "value") {
            return Err(self.error(name, "a property's expect holds comparators, not fields"));
        }
        let expect = self.expectation(comparator, name)?.of_whole_numbers();
        if expect.is_empty() {
            return Err(self.error(name, "a property's expect holds no comparator"));
        }
        let text = self.params.text(&name.value);
        let name = if text.contains('*') {
            let pattern = format!("^{}$", regex::escape(&text).replace("\\*", ".*"));
            NamePattern::Pattern(text, Pattern::new(pattern))
        } else {
            NamePattern::Exact(text)
        };
        Ok(PropertyBody { columns: self.property_columns(), name, expect, absent, fallback })
    }

    fn property_columns(&mut self) -> PropertyColumns {
        let table = self.wanted.want_table("sys_properties");
        PropertyColumns {
            table,
            name: self.wanted.keep_column(table, "name"),
            value: self.wanted.keep_column(table, "value"),
            kind: self.wanted.keep_column(table, "type"),
        }
    }

    pub(super) fn count(
        &mut self,
        count: &CountSpec,
        expect: Option<&Expect>,
    ) -> Result<CountBody, RuleError> {
        let table = count.table.value.as_str();
        let comparator = expect.map(|expect| expect.value.clone()).unwrap_or_default();
        let share = match &comparator.at_most_share {
            Some(share) => {
                let percent = self.params.text(&share.percent.0);
                let number = percent
                    .parse()
                    .map_err(|_| self.error(&share.of, format!("'{percent}' is no number")))?;
                Some((number, self.query(&share.of, table)?))
            }
            None => None,
        };
        let expect = self.expectation(&comparator, &count.table)?;
        if expect.limits() == (None, None) && share.is_none() {
            return Err(self.error(
                &count.table,
                "a count needs expect with at_most, at_least, equals or at_most_share",
            ));
        }
        let group_by = count.group_by.as_ref().filter(|path| !path.value.is_empty());
        Ok(CountBody {
            table: self.wanted.want_table(table),
            filter: self.optional_query(count.filter.as_ref(), table)?,
            group_by: group_by.map(|path| self.kept_path(path, table)).transpose()?,
            distinct: count.distinct.as_ref().map(|path| self.kept_path(path, table)).transpose()?,
            expect,
            share,
        })
    }

    pub(super) fn fields(
        &mut self,
        expect: Option<&Expect>,
        place: &PlacedText,
        table: &str,
    ) -> Result<Vec<ExpectedField>, RuleError> {
        let mut fields = Vec::new();
        for (field, comparator) in expect.iter().flat_map(|expect| &expect.fields) {
            let path = self.path_of(&PlacedText { value: field.clone(), ..place.clone() }, place, table)?;
            let expectation = self.expectation(comparator, place)?;
            let doubt = names_a_reference(&path, comparator, &self.params);
            self.doubts.extend(doubt.map(|message| self.error(place, message)));
            fields.push(ExpectedField::new(path, expectation, self.wanted, self.tests));
        }
        Ok(fields)
    }

    fn expectation(&mut self, comparator: &Comparator, place: &PlacedText) -> Result<Expectation, RuleError> {
        let expectation =
            Expectation::compile(comparator, &self.params).map_err(|message| self.error(place, message))?;
        if !self.trusted {
            expectation.check_patterns().map_err(|message| self.error(place, message))?;
        }
        self.unset.extend(expectation.unset().iter().cloned());
        Ok(expectation)
    }

    pub(super) fn query(&mut self, text: &PlacedText, table: &str) -> Result<BoundQuery, RuleError> {
        let filled = self.params.text(&text.value);
        let query = Query::parse(&filled)
            .map_err(|error| self.query_error(text, &filled, error.span.start, error.message))?;
        let bound = bind_shared(&query, table, self.wanted, self.names, self.tests)
            .map_err(|error| self.query_error(text, &filled, error.span.start, error.message))?;
        self.portable &= bound.portable();
        let path = self.path;
        self.warnings.extend(bound.warnings().iter().map(|warning| format!("{path}: {warning}")));
        for doubt in bound.doubts() {
            let doubt = self.query_error(text, &filled, doubt.span.start, doubt.message.clone());
            self.doubts.push(doubt);
        }
        Ok(bound)
    }

    pub(super) fn optional_query(
        &mut self,
        text: Option<&PlacedText>,
        table: &str,
    ) -> Result<Option<BoundQuery>, RuleError> {
        text.map(|query| self.query(query, table)).transpose()
    }

    /// Ties a field that is read of every record.
    fn kept_path(&mut self, path: &PlacedText, table: &str) -> Result<BoundPath, RuleError> {
        let bound = self.path_of(path, path, table)?;
        bound.keep(self.wanted, Keep::Always);
        Ok(bound)
    }

    /// Ties a field that is read of few records. Its columns are not kept.
    pub(super) fn path_of(
        &mut self,
        path: &PlacedText,
        place: &PlacedText,
        table: &str,
    ) -> Result<BoundPath, RuleError> {
        bind_shown_path(&path.value, table, self.wanted, self.names)
            .map_err(|error| self.error(place, error.message))
    }

    pub(super) fn error(&self, place: &PlacedText, message: impl Into<String>) -> RuleError {
        RuleError::at(self.path, place, message)
    }

    /// An error in a query: the caret stands in the query where no parameter
    /// moved the text and the query is written on one line.
    fn query_error(&self, text: &PlacedText, filled: &str, offset: usize, message: String) -> RuleError {
        let mut error = self.error(text, message);
        if filled == text.value && error.column > 0 {
            let before = filled.get(..offset).map_or(0, |before| before.chars().count());
            // One for the quote in front of the query.
            error.column += u32::try_from(before + 1).unwrap_or(0);
        } else if filled != text.value {
            error.message = format!("{} (in the query '{filled}')", error.message);
        }
        error
    }
}

fn properties_of(file: &RuleFile) -> Vec<String> {
    let cases = file.cases.iter().flat_map(|case| case.all.iter().chain(&case.any).chain(&case.when.0));
    let atoms = cases.chain(&file.all).chain(&file.any).chain(&file.when.0);
    let mut names: Vec<String> = Vec::new();
    for name in file.property.iter().chain(atoms.filter_map(|atom| atom.property.as_ref())) {
        if !names.contains(&name.value) {
            names.push(name.value.clone());
        }
    }
    names
}
