//! Who is meant by a reference that shows a name beside its `sys_id`: the row that has
//! the `sys_id`, or the record that has it on every instance. Names differ from
//! theirs where something was renamed or translated, and are only counted then.
//! Where neither is there, names that contradict each other name nobody.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::columns::Pair;
use super::interner::TextId;
use super::own_name::AT_ODDS;
use super::scan_facts::Facts;
use crate::query::RowId;
use crate::record::{ColumnIdx, NamedReference, TableIdx, Wanted, well_known_name};

/// What is odd about the names that references show.
#[derive(Debug, Default)]
pub(crate) struct ShownNames {
    /// By column: how many references show another name than the record has, the
    /// first of them, and that name.
    pub(crate) other: BTreeMap<(TableIdx, ColumnIdx), (usize, RowId, Box<str>)>,
    /// By table: of how many rows that are not there references say different names,
    /// and two of the references to the first.
    pub(crate) disputes: BTreeMap<TableIdx, (usize, [NamedCell; 2])>,
    /// Those rows, by the folded `sys_id`.
    disputed: HashSet<(TableIdx, TextId), FixedState>,
}

/// A reference: table, row, column.
pub(crate) type NamedCell = (TableIdx, RowId, ColumnIdx);

/// Of rows that are not there, by table and folded `sys_id`: the name that the first
/// reference shows, and that reference.
type FirstNames = HashMap<(TableIdx, TextId), (TextId, NamedCell), FixedState>;

/// What a pair says of the name.
#[derive(Clone, Copy)]
enum Said {
    TheName,
    Another,
    /// Nothing else tells what the name is.
    Unknown,
    /// Nothing else does, and it says two names.
    Both,
}

impl ShownNames {
    /// Looks at all references of which somebody asks what they display.
    pub(crate) fn new(facts: &Facts, wanted: &Wanted) -> Self {
        let mut names = Self::default();
        let mut said = FirstNames::default();
        for reference in wanted.named() {
            names.look(facts, wanted, (reference, &mut said));
        }
        names
    }

    fn look(&mut self, facts: &Facts, wanted: &Wanted, (reference, said): (NamedReference, &mut FirstNames)) {
        /// Few references differ in what they say, or nearly all.
        const REMEMBERED: usize = 4096;
        let NamedReference { table, column, target, .. } = reference;
        let rows = facts.table(table);
        if rows.slot(column).is_none() {
            return;
        }
        let mut known: HashMap<(TextId, TextId), Said, FixedState> = HashMap::default();
        for row in rows.live() {
            let Pair { value, display } = rows.pair(row, column);
            if value.0 <= TextId::EMPTY.0 || display.0 <= TextId::EMPTY.0 {
                continue;
            }
            if known.len() >= REMEMBERED {
                known.clear();
            }
            let ask = || says(facts, wanted, reference, Pair { value, display });
            let says = *known.entry((value, display)).or_insert_with(ask);
            match says {
                Said::TheName => {}
                Said::Another => {
                    let name = || facts.texts.text(display).into();
                    self.other.entry((table, column)).or_insert_with(|| (0, row, name())).0 += 1;
                }
                Said::Unknown => {
                    let (key, name) = ((target, facts.fold(value)), facts.fold(display));
                    let here = (table, row, column);
                    let (first, there) = *said.entry(key).or_insert((name, here));
                    if first != name {
                        self.dispute(key, [there, here]);
                    }
                }
                Said::Both => {
                    let here = (table, row, column);
                    self.dispute((target, facts.fold(value)), [here, here]);
                }
            }
        }
    }

    fn dispute(&mut self, key: (TableIdx, TextId), places: [NamedCell; 2]) {
        if self.disputed.insert(key) {
            self.disputes.entry(key.0).or_insert((0, places)).0 += 1;
        }
    }

    /// Whether references to a row say different names, and nothing else names it.
    pub(crate) fn is_disputed(&self, target: TableIdx, sys_id: TextId) -> bool {
        self.disputed.contains(&(target, sys_id))
    }

    /// Whether there is any such row.
    pub(crate) fn is_any_disputed(&self) -> bool {
        !self.disputed.is_empty()
    }
}

/// The name that the row which a reference leads to shows.
pub(crate) fn name_in_row(facts: &Facts, reference: NamedReference, value: TextId) -> Option<TextId> {
    let NamedReference { target, name, .. } = reference;
    let names = facts.table(target);
    let row = facts.with_text(target, ColumnIdx::SYS_ID, value).first()?;
    let name = name.filter(|name| names.slot(*name).is_some())?;
    Some(names.pair(*row, name).value).filter(|shown| *shown != TextId::ABSENT)
}

/// Whether a reference shows the name of what it leads to.
fn says(facts: &Facts, wanted: &Wanted, reference: NamedReference, pair: Pair) -> Said {
    let NamedReference { target, .. } = reference;
    if let Some(shown) = name_in_row(facts, reference, pair.value) {
        return if facts.fold(shown) == facts.fold(pair.display) { Said::TheName } else { Said::Another };
    }
    let text = |id| facts.texts.text(id);
    match well_known_name(&wanted.table(target).name, text(pair.value)) {
        Some(known) if known.eq_ignore_ascii_case(text(pair.display)) => Said::TheName,
        Some(_) => Said::Another,
        None if text(pair.display).contains(AT_ODDS) => Said::Both,
        None => Said::Unknown,
    }
}
