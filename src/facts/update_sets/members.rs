//! Which rows are one update set: the set's record, the rows that refer to it, in
//! whatever file, and the sets of one batch.

use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::super::interner::TextId;
use super::super::scan_facts::Facts;
use super::super::table_facts::{Brought, NamedSet};
use crate::record::{Action, ColumnIdx, Origin, SetColumn, Wanted, is_in_force, wanted_update_sets};

/// What stands for a set, before sets of a batch are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Node {
    /// The set with that `sys_id`.
    Record(TextId),
    /// The set of that name, of which nothing else is known.
    Name(TextId),
    /// Rows that name no set: what their file holds is one.
    File(u32),
}

/// The record of a set.
#[derive(Debug, Clone, Copy)]
struct SetRecord {
    node: usize,
    source: u32,
    name: TextId,
    origin: TextId,
    /// Whether it says that other sets of its batch stand above it.
    is_part: bool,
    source_id: TextId,
    source_parent: TextId,
}

/// The sets of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InFile {
    One(usize),
    Several,
}

/// The sets of all files.
pub(super) struct Members<'f> {
    facts: &'f Facts,
    nodes: HashMap<Node, usize, RandomState>,
    /// For each node another one of the same set; itself where it stands for the set.
    above: Vec<usize>,
    records: Vec<SetRecord>,
    /// What a set is called that has no record.
    called: HashMap<usize, NamedSet>,
    in_files: HashMap<u32, InFile>,
    /// By the node of a set's record: whether all its records that are there say that
    /// the instance has what it brings.
    in_force: HashMap<usize, bool>,
}

impl<'f> Members<'f> {
    /// Reads the records of the sets, and which sets the rows name.
    pub(super) fn new(facts: &'f Facts, wanted: &Wanted) -> Self {
        let mut members = Self {
            facts,
            nodes: HashMap::default(),
            above: Vec::new(),
            records: Vec::new(),
            called: HashMap::new(),
            in_files: HashMap::new(),
            in_force: HashMap::new(),
        };
        members.read_records(wanted);
        members.join_by_source_ids();
        for at in 0..members.records.len() {
            let SetRecord { node, source, .. } = members.records[at];
            members.note(source, node);
        }
        for table in &facts.tables {
            let mut last = None;
            for brought in &table.brought {
                let Some(row) = usize::try_from(brought.row).ok().and_then(|at| table.rows.get(at)) else {
                    continue;
                };
                let named = brought.set.map(|set| (row.source, set));
                if let Some((source, set)) = named.filter(|_| named != last) {
                    let node = members.named(set);
                    members.called.entry(node).or_insert(set);
                    members.note(source, node);
                    last = named;
                }
            }
        }
        members
    }

    /// What stands for the set of a row in a file.
    pub(super) fn set_of(&mut self, brought: &Brought, source: u32) -> usize {
        let node = match (brought.set, self.in_files.get(&source)) {
            (Some(set), _) => self.named(set),
            (None, Some(InFile::One(node))) => *node,
            (None, _) => self.node(Node::File(source)),
        };
        self.root(node)
    }

    /// Whether the instance has what the set of a row brings, as the set's record says.
    pub(super) fn is_in_force(&mut self, brought: &Brought, source: u32) -> bool {
        let node = match (brought.set, self.in_files.get(&source)) {
            (Some(set), _) => self.named(set),
            (None, Some(InFile::One(node))) => *node,
            (None, _) => return false,
        };
        self.in_force.get(&node) == Some(&true)
    }

    /// What each set is known by, wherever it is met: the `sys_id` that it had
    /// first, else its name. By what stands for it.
    pub(super) fn identities(&mut self) -> HashMap<usize, String> {
        let mut first: HashMap<usize, SetRecord> = HashMap::new();
        for at in 0..self.records.len() {
            let record = self.records[at];
            let root = self.root(record.node);
            let best = first.entry(root).or_insert(record);
            // A batch is called what its uppermost set is.
            if best.is_part && !record.is_part {
                *best = record;
            }
        }
        let text = |id: TextId| self.facts.texts.text(id).to_owned();
        let either = |first: TextId, second: TextId| text(if is_text(first) { first } else { second });
        let of_records = first.iter().map(|(root, record)| (*root, either(record.origin, record.name)));
        let mut identities: HashMap<_, _> = of_records.collect();
        let mut without: Vec<_> = self.called.iter().map(|(node, set)| (*node, *set)).collect();
        without.sort_unstable_by_key(|(node, _)| *node);
        for (node, set) in without {
            let root = self.root(node);
            let called = || either(set.name, set.sys_id);
            identities.entry(root).or_insert_with(called);
        }
        identities
    }

    fn read_records(&mut self, wanted: &Wanted) {
        let facts = self.facts;
        for (table, columns) in wanted_update_sets(wanted) {
            let rows = (0_u32..).map(crate::query::RowId).zip(&*facts.table(table).rows);
            for (id, row) in rows {
                let value = |column: ColumnIdx| facts.table(table).pair(id, column).value;
                let sys_id = value(ColumnIdx::SYS_ID);
                let own =
                    if is_text(sys_id) { Node::Record(facts.fold(sys_id)) } else { Node::File(row.source) };
                let node = self.node(own);
                let mut state = TextId::EMPTY;
                let mut record = SetRecord {
                    node,
                    source: row.source,
                    name: TextId::EMPTY,
                    origin: TextId::EMPTY,
                    is_part: false,
                    source_id: TextId::EMPTY,
                    source_parent: TextId::EMPTY,
                };
                for &(column, says) in &columns {
                    let text = value(column);
                    match says {
                        _ if !is_text(text) => {}
                        SetColumn::Name => record.name = text,
                        SetColumn::Origin => record.origin = text,
                        SetColumn::SourceId => record.source_id = facts.fold(text),
                        SetColumn::State => state = text,
                        SetColumn::SourceParent => record.source_parent = facts.fold(text),
                        SetColumn::PartOf => {
                            let other = self.node(Node::Record(facts.fold(text)));
                            record.is_part |= other != node;
                            self.join(node, other);
                        }
                    }
                }
                // What a set brings of sets says nothing of what this instance has.
                if row.action == Action::InsertOrUpdate && row.origin != Origin::UpdateSet {
                    let is_in_force = is_in_force(&wanted.table(table).name, facts.texts.text(state));
                    *self.in_force.entry(node).or_insert(true) &= is_in_force;
                }
                record.is_part |= is_text(record.source_parent) && record.source_parent != record.source_id;
                self.records.push(record);
            }
        }
    }

    /// Sets of a batch may name the one above them only as the instance calls it
    /// that they were retrieved from. Of several exports of that one, the one in
    /// the same file is meant.
    fn join_by_source_ids(&mut self) {
        let mut in_file: HashMap<(u32, TextId), usize> = HashMap::new();
        let mut anywhere: HashMap<TextId, usize> = HashMap::new();
        for record in self.records.iter().filter(|record| is_text(record.source_id)) {
            in_file.entry((record.source, record.source_id)).or_insert(record.node);
            anywhere.entry(record.source_id).or_insert(record.node);
        }
        for at in 0..self.records.len() {
            let SetRecord { node, source, source_parent, .. } = self.records[at];
            let parent = in_file.get(&(source, source_parent)).or_else(|| anywhere.get(&source_parent));
            if let Some(&parent) = parent {
                self.join(node, parent);
            }
        }
    }

    /// A file holds rows of that set, or its record.
    fn note(&mut self, source: u32, node: usize) {
        let root = self.root(node);
        let known = self.in_files.entry(source).or_insert(InFile::One(root));
        if *known != InFile::One(root) {
            *known = InFile::Several;
        }
    }

    fn named(&mut self, set: NamedSet) -> usize {
        let sys_id = self.facts.fold(set.sys_id);
        self.node(if is_text(sys_id) { Node::Record(sys_id) } else { Node::Name(self.facts.fold(set.name)) })
    }

    fn node(&mut self, node: Node) -> usize {
        let next = self.above.len();
        let at = *self.nodes.entry(node).or_insert(next);
        if at == next {
            self.above.push(next);
        }
        at
    }

    fn root(&mut self, node: usize) -> usize {
        let mut root = node;
        while self.above[root] != root {
            // Each look shortens the way for the next.
            self.above[root] = self.above[self.above[root]];
            root = self.above[root];
        }
        root
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.above[left.max(right)] = left.min(right);
    }
}

fn is_text(id: TextId) -> bool {
    id.0 > TextId::EMPTY.0
}
