//! The records of one instance, as queries ask them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use super::plan::Plan;
use crate::access::Access;
use crate::access::Node;
use crate::export::FileKind;
use crate::facts::{
    Apps, AtOdds, Doubted, Facts, FileFacts, MixedSign, OtherVersions, Row, Sameness, ShownNames, TableFacts,
    TextId, Undecided, UpdateSets, hash_of_key,
};
use crate::query::{
    CellPlace, Clock, Data, Missing, MissingItem, Reference, RowId, RowTests, Truth, WalkIdx, WalkStart,
};
use crate::record::{
    Action, Classes, ColumnIdx, EFFECTIVE_ROLE, ROLE_CLOSURE, TableIdx, Wanted, is_view, view_source,
};
use crate::rule::{ClassBody, KeyPaths};
use crate::source::Source;

/// What was read, with what the rules need to be asked of it.
pub struct Instance<'p> {
    pub(crate) wanted: &'p Wanted,
    pub(crate) tests: &'p RowTests,
    sources: &'p [Source],
    pub(crate) classes: &'p [ClassBody],
    pub(crate) keys: &'p KeyPaths,
    /// Which tables extend which.
    pub(crate) extends: Arc<Classes>,
    pub(crate) facts: Facts,
    /// What update sets bring.
    pub(crate) sets: Arc<UpdateSets>,
    pub(crate) clock: Clock,
    pub(crate) name: String,
    /// For each wanted table, whether it is known to be whole.
    pub(crate) whole: Vec<bool>,
    /// What speaks against claims that tables are whole.
    pub(crate) doubted: Vec<Doubted>,
    /// The apps whose folders were read.
    pub(crate) apps: Arc<Apps>,
    /// Signs that the files are of several instances.
    pub(crate) mixed: Vec<MixedSign>,
    /// Records whose versions contradict each other.
    pub(crate) undecided: Vec<Undecided>,
    /// In which columns they contradict themselves.
    pub(crate) at_odds: AtOdds,
    /// What is odd about the names that references show.
    pub(crate) names: ShownNames,
    /// The sources that hold records, in scan order.
    pub(crate) files: Arc<Vec<FileFacts>>,
    /// Who reaches which role, if anybody asks.
    pub(crate) access: Option<Arc<Access>>,
    /// The same by what is in force, where update sets hold rows that are not.
    pub(crate) in_force: Option<Box<Instance<'p>>>,
    /// For each class, which rows belong to it, where somebody asked.
    pub(crate) class_answers: Vec<OnceLock<ClassAnswers>>,
    /// For each walk, the answers by reference, where many rows share them.
    walk_answers: Vec<OnceLock<Option<WalkAnswers>>>,
    /// For each table, how often each key occurs, by the key's hash.
    key_counts: Vec<OnceLock<HashMap<u64, u32>>>,
    /// Copies and older versions of records.
    pub(crate) versions: OtherVersions,
}

/// What is referred to, and what rows that do so answer.
type WalkAnswers = hashbrown::HashMap<TextId, Truth, foldhash::fast::FixedState>;

/// Whether a row belongs, and which pieces of evidence matched, as bits.
pub(crate) type ClassAnswer = (Truth, u32);

/// What a class says of the rows of its table.
#[derive(Debug)]
pub(crate) enum ClassAnswers {
    /// By signature: the rows answer by themselves.
    BySignature(Vec<Option<ClassAnswer>>),
    ByRow(Vec<ClassAnswer>),
}

impl<'p> Instance<'p> {
    pub(crate) fn new(
        plan: &Plan<'p>,
        sources: &'p [Source],
        (facts, sets): (Facts, Arc<UpdateSets>),
        files: Arc<Vec<FileFacts>>,
        clock: Clock,
        name: String,
    ) -> Self {
        let &Plan { wanted, tests, classes, keys, .. } = plan;
        let class_answers = classes.iter().map(|_| OnceLock::new()).collect();
        let walk_answers = tests.walks().iter().map(|_| OnceLock::new()).collect();
        let whole = vec![false; wanted.tables().len()];
        let key_counts = wanted.tables().iter().map(|_| OnceLock::new()).collect();
        Self {
            wanted,
            tests,
            sources,
            classes,
            keys,
            extends: Arc::default(),
            facts,
            clock,
            name,
            whole,
            doubted: Vec::new(),
            apps: Arc::default(),
            mixed: Vec::new(),
            undecided: Vec::new(),
            at_odds: AtOdds::new(),
            names: ShownNames::default(),
            files,
            access: None,
            in_force: None,
            class_answers,
            walk_answers,
            key_counts,
            sets,
            versions: OtherVersions::new(wanted.tables().len()),
        }
    }

    /// The same instance as other facts of its files show it. What rests on the rows is
    /// still to be settled.
    pub(crate) fn seen_by(&self, plan: &Plan<'p>, facts: Facts) -> Self {
        let (sets, files) = (Arc::clone(&self.sets), Arc::clone(&self.files));
        Self {
            extends: Arc::clone(&self.extends),
            apps: Arc::clone(&self.apps),
            at_odds: self.at_odds.clone(),
            ..Self::new(plan, self.sources, (facts, sets), files, self.clock, self.name.clone())
        }
    }

    /// The instance by what is in force: without what update sets bring that it does
    /// not have.
    #[must_use]
    pub fn in_force(&self) -> &Self {
        self.in_force.as_deref().unwrap_or(self)
    }

    /// The live rows of a table, each with the instance that answers for it, in scan
    /// order: rows that are not in force see everything, and others what is in force.
    #[must_use]
    pub fn answering_rows(&self, table: TableIdx) -> Vec<(&Self, RowId)> {
        let in_force = self.in_force();
        let mut rows: Vec<_> = in_force.table(table).live().map(|row| (in_force, row)).collect();
        if self.in_force.is_some() {
            let facts = self.table(table);
            let proposed = facts.live().filter(|row| facts.is_proposed(*row));
            rows.extend(proposed.map(|row| (self, row)));
            rows.sort_by_key(|(instance, row)| instance.place(table, *row));
        }
        rows
    }

    /// Whether no other record of the table has that key; case does not count. A record
    /// of which several rows stand is one.
    pub(crate) fn key_is_unique(&self, table: TableIdx, key: &str) -> bool {
        let counts = self.key_counts[table.index()].get_or_init(|| {
            let mut counts = HashMap::new();
            let facts = self.table(table);
            let mut several = HashSet::new();
            let is_first = |row: &RowId| !matches!(facts.sameness.get(row), Some(Sameness::Repeats(_)));
            for row in facts.live().filter(is_first) {
                let key = hash_of_key(&self.key(table, row));
                let sys_id = self.facts.fold(facts.pair(row, ColumnIdx::SYS_ID).value);
                if !facts.joined.contains_key(&sys_id) || several.insert((key, sys_id)) {
                    *counts.entry(key).or_default() += 1;
                }
            }
            counts
        });
        counts.get(&hash_of_key(key)).is_none_or(|count| *count < 2)
    }

    /// What "now" is for queries with dates.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The live rows of a table, in scan order.
    #[must_use]
    pub fn live_rows(&self, table: TableIdx) -> Vec<RowId> {
        self.table(table).live().collect()
    }

    /// The rows of a table that say that their record is deleted, in scan order.
    #[must_use]
    pub fn deleted_rows(&self, table: TableIdx) -> Vec<RowId> {
        let rows = self.table(table).numbered();
        rows.filter(|(_, row)| row.action == Action::Delete).map(|(id, _)| id).collect()
    }

    /// The `sys_id` of a row; empty where it shows none.
    #[must_use]
    pub fn sys_id(&self, table: TableIdx, row: RowId) -> &str {
        self.facts.cell(table, row, ColumnIdx::SYS_ID).value
    }

    /// The names of the tables that are known to be whole, sorted.
    #[must_use]
    pub fn whole_tables(&self) -> Vec<String> {
        let tables = self.wanted.tables().iter().zip(&self.in_force().whole);
        let mut names: Vec<_> = tables
            .filter(|(table, whole)| **whole && !is_view(&table.name))
            .map(|(table, _)| table.name.to_string())
            .collect();
        names.sort();
        names
    }

    /// The tables of which it is not believed, or not everywhere, that they are whole.
    #[must_use]
    pub fn tables_in_doubt(&self) -> BTreeSet<&str> {
        self.in_force().doubted.iter().map(|doubted| doubted.table.as_str()).collect()
    }

    /// What names a row to a person: its natural key, else its sys_id.
    #[must_use]
    pub fn key(&self, table: TableIdx, row: RowId) -> String {
        self.key_by(self, table, row)
    }

    /// The same, as somebody shows the row and what it refers to.
    pub(crate) fn key_by(&self, data: &dyn Data, table: TableIdx, row: RowId) -> String {
        let paths = self.keys.get(&table).map_or(&[][..], Vec::as_slice);
        let parts: Vec<_> = paths.iter().filter_map(|path| path.display(data, row)).collect();
        if parts.is_empty() {
            return self.facts.cell(table, row, ColumnIdx::SYS_ID).value.to_owned();
        }
        parts.join(" → ")
    }

    /// The same version of a record in other places.
    pub(crate) fn copies_of(&self, table: TableIdx, row: RowId) -> &[RowId] {
        self.versions.copies_of(&self.facts, table, row)
    }

    /// The older versions of a record, which it overwrites, in scan order.
    pub(crate) fn older_versions_of(&self, table: TableIdx, row: RowId) -> &[RowId] {
        self.versions.older_than(&self.facts, table, row)
    }

    /// Where a row stands: source, start of the child of the root, ordinal in it.
    #[must_use]
    pub fn place(&self, table: TableIdx, row: RowId) -> Option<(u32, u64, u32)> {
        let row = self.table(table).row(row)?;
        Some((row.source, row.outer_start, row.ordinal))
    }

    /// A source that holds records, and what it is.
    pub(crate) fn source(&self, source: u32) -> Option<(&Source, FileKind)> {
        let kind = FileFacts::find(&self.files, source)?.kind;
        Some((self.sources.get(usize::try_from(source).ok()?)?, kind))
    }

    /// Whether a row stands in a file as a row of a table: not in an update set,
    /// nor in the repository of an app.
    pub(crate) fn is_of_table(&self, row: &Row) -> bool {
        FileFacts::hold_as_table(&self.files, row)
    }

    /// Whether a row of an exported table displays what a column of it refers to, as
    /// the platform does of records that exist.
    pub(crate) fn displays_referred(&self, (table, row, column): CellPlace) -> bool {
        let facts = self.table(table);
        if facts.slot(column).is_none() {
            return false;
        }
        let pair = facts.pair(row, column);
        pair.display.0 > TextId::EMPTY.0
            && pair.value.0 > TextId::EMPTY.0
            && pair.display != pair.value
            && facts.row(row).is_some_and(|row| self.is_of_table(row))
    }

    /// Whether all of the instance's rows of a table were read, so that their
    /// absence and their number mean something.
    pub(crate) fn holds_all(&self, table: TableIdx) -> bool {
        let table = self.source_of(table);
        self.whole.get(table.index()) == Some(&true)
    }

    /// The table on whose rows a view rests in the end; of other tables
    /// themselves.
    pub(crate) fn source_of(&self, table: TableIdx) -> TableIdx {
        let source = view_source(&self.wanted.table(table).name);
        source.and_then(|source| self.wanted.find(source)).unwrap_or(table)
    }

    /// The name of a role; empty where nothing tells it.
    pub(crate) fn role_name(&self, access: &Access, role: u32) -> &str {
        self.facts.texts.text(access.graph.texts(Node::Role(role)).1)
    }

    /// Whether nobody has any of the roles that are asked for, and the row has a
    /// `sys_id`, so that its roles are those of all such rows.
    pub(crate) fn is_one_of_many_without_roles(&self, users: TableIdx, user: RowId) -> bool {
        let nobody = self.access.as_ref().is_none_or(|access| access.effective.are_none());
        let is_empty = self.tests.sys_id_is_empty(users).and_then(|test| self.test(user, test));
        nobody && is_empty == Some(Truth::No)
    }

    /// What is missing to say that a table, or a view, holds nothing but the rows
    /// that were read or computed. A table lacks something only where no row of it
    /// was read and nobody said that there is none; a view lacks what the tables
    /// lack that it is computed from, and what their rows do not show.
    pub(crate) fn unshown(&self, table: TableIdx) -> Missing {
        let names: &[&str] = match &*self.wanted.table(table).name {
            // Without members nobody asks what groups have.
            EFFECTIVE_ROLE if self.has_rows("sys_user_grmember") => {
                &["sys_user_has_role", "sys_user_role_contains", "sys_user_group", "sys_group_has_role"]
            }
            EFFECTIVE_ROLE => &["sys_user_has_role", "sys_user_role_contains", "sys_user_grmember"],
            ROLE_CLOSURE => &["sys_user_role_contains"],
            name => &[name],
        };
        let is_unshown = |table: &TableIdx| self.table(*table).is_empty() && !self.holds_all(*table);
        let tables = names.iter().filter_map(|name| self.wanted.find(name)).filter(is_unshown);
        let tables = if self.holds_all(table) { None } else { Some(tables) };
        let missing = tables.into_iter().flatten().map(Missing::table).fold(Missing::none(), Missing::union);
        missing.union(self.hidden_ends(table))
    }

    fn has_rows(&self, table: &str) -> bool {
        self.wanted.find(table).is_some_and(|table| !self.table(table).is_empty())
    }

    /// The columns that rows do not show from which a view is computed.
    fn hidden_ends(&self, view: TableIdx) -> Missing {
        let Some(access) = &self.access else { return Missing::none() };
        let hidden = &access.graph.hidden;
        let all = || hidden.holders.clone().union(hidden.held.clone());
        match &*self.wanted.table(view).name {
            EFFECTIVE_ROLE => all(),
            ROLE_CLOSURE => {
                let contained = |item: &MissingItem| matches!(item, MissingItem::Column(table, _) if access.graph.tables.contains == Some(*table));
                all().items().filter(contained).map(Missing::of).fold(Missing::none(), Missing::union)
            }
            _ => Missing::none(),
        }
    }

    pub(crate) fn table(&self, table: TableIdx) -> &TableFacts {
        self.facts.table(table)
    }

    /// What a row is beside rows of other files with the same natural key.
    pub(crate) fn sameness(&self, table: TableIdx, row: RowId) -> Option<Sameness> {
        self.table(table).sameness.get(&row).copied()
    }

    /// What rows answer to a question about what they refer to, by the reference.
    pub(crate) fn walk_answers(&self, index: WalkIdx) -> Option<&WalkAnswers> {
        let walk = self.tests.walks().get(usize::from(index.0))?;
        let answers = self.walk_answers.get(usize::from(index.0))?.get_or_init(|| {
            let WalkStart { table, column, target } = walk.start;
            let rows = self.facts.examples_by_value(table, column)?;
            let leads = |(_, row): &(TextId, RowId)| {
                matches!(self.reference((table, *row, column), target), Reference::Row(_))
            };
            let answer = |(value, row)| (value, walk.ask(self, &self.clock, row));
            Some(rows.filter(leads).map(answer).collect())
        });
        answers.as_ref()
    }
}
