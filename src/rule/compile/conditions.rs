//! Compiles rules of several conditions, and the gates of all rules.

use super::Compiler;
use crate::rule::error::RuleError;
use crate::rule::expect::Fill;
use crate::rule::file::{Absent, Atom, PlacedText, RuleFile, UnlessUnknown};
use crate::rule::model::{Binding, CaseBody, Condition, Judges, PluginBody, PluginSource, RecordBody};

impl Compiler<'_> {
    /// A rule of several conditions may point at a field of a table that one of
    /// them is about.
    pub(super) fn at_of_conditions(
        &mut self,
        file: &RuleFile,
        at: &PlacedText,
    ) -> Result<Box<str>, RuleError> {
        let cases = file.cases.iter().flat_map(|case| case.all.iter().chain(&case.any));
        let atoms = file.all.iter().chain(&file.any).chain(cases);
        let tables: Vec<String> = atoms.filter_map(|atom| Some(atom.table.as_ref()?.value.clone())).collect();
        if tables.iter().any(|table| self.path_of(at, at, table).is_ok()) {
            return Ok(at.value.as_str().into());
        }
        Err(self.error(at, "no table that a condition is about has this field"))
    }

    pub(super) fn bindings(&mut self, file: &RuleFile) -> Result<Vec<Binding>, RuleError> {
        let mut names = file.for_each.iter();
        let Some((name, values)) = names.next() else {
            return Ok(vec![Binding { value: None, cases: self.cases(file)? }]);
        };
        if names.next().is_some() {
            return Err(self.error(&file.id, "for_each binds one name"));
        }
        let mut bindings = Vec::new();
        for value in values {
            self.params.0.insert(name.clone(), vec![value.clone()]);
            bindings.push(Binding { value: Some(value.clone()), cases: self.cases(file)? });
        }
        self.params.0.remove(name);
        Ok(bindings)
    }

    fn cases(&mut self, file: &RuleFile) -> Result<Vec<CaseBody>, RuleError> {
        let mut cases = Vec::new();
        for case in &file.cases {
            let (gate, all, any) =
                (self.conditions(&case.when.0)?, self.conditions(&case.all)?, self.conditions(&case.any)?);
            cases.push(CaseBody { gate, all, any });
        }
        if !file.all.is_empty() || !file.any.is_empty() {
            let (all, any) = (self.conditions(&file.all)?, self.conditions(&file.any)?);
            cases.push(CaseBody { gate: Vec::new(), all, any });
        }
        if cases.iter().any(|case| case.all.is_empty() && case.any.is_empty()) {
            return Err(self.error(&file.id, "a case needs all or any"));
        }
        Ok(cases)
    }

    pub(super) fn conditions(&mut self, atoms: &[Atom]) -> Result<Vec<Condition>, RuleError> {
        atoms.iter().map(|atom| self.condition(atom)).collect()
    }

    fn condition(&mut self, atom: &Atom) -> Result<Condition, RuleError> {
        if let Some(property) = &atom.property {
            return self
                .property(property, atom.expect.as_deref(), atom.absent, None)
                .map(Condition::Property);
        }
        if let Some(count) = &atom.count {
            return self.count(count, atom.expect.as_deref()).map(|count| Condition::Count(Box::new(count)));
        }
        if let Some(plugin) = &atom.plugin {
            return self.plugin(plugin, atom.active.unwrap_or(true), atom.absent);
        }
        let Some(table) = &atom.table else {
            return Err(
                self.error(&PlacedText::default(), "a condition names a property, plugin, table or count")
            );
        };
        let name = table.value.as_str();
        let body = RecordBody {
            table: self.wanted.want_table(name),
            filter: self.optional_query(atom.filter.as_ref(), name)?,
            require: self.optional_query(atom.require.as_ref(), name)?,
            expect: self.fields(atom.expect.as_deref(), table, name)?,
            unless: None,
            unless_unknown: UnlessUnknown::Report,
            sees_deleted: false,
            judges: Judges::Instance,
        };
        Ok(Condition::Records { body: Box::new(body), absent: atom.absent })
    }

    /// A plugin's state stands in one of several tables; which is data.
    fn plugin(&mut self, plugin: &PlacedText, active: bool, absent: Absent) -> Result<Condition, RuleError> {
        let mut sources = Vec::new();
        for line in include_str!("../plugins.tsv").lines().filter(|line| !line.starts_with('#')) {
            let mut cells = line.split('\t');
            let (Some(name), Some(id), Some(is_active)) = (cells.next(), cells.next(), cells.next()) else {
                continue;
            };
            let is_active =
                self.query(&PlacedText { value: is_active.to_owned(), ..plugin.clone() }, name)?;
            let table = self.wanted.want_table(name);
            sources.push(PluginSource { table, id: self.wanted.keep_column(table, id), is_active });
        }
        let id = self.params.text(&plugin.value);
        Ok(Condition::Plugin(PluginBody { id, active, absent, sources }))
    }
}
