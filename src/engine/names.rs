//! Who is meant by a reference that shows a name beside its `sys_id`: the row that has
//! the `sys_id`, or the record that has it on every instance. Names differ from
//! theirs where something was renamed or translated, and are only counted then.
//! Where neither is there, names that contradict each other name nobody.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::columns::Pair;
use super::facts::Facts;
use super::instance::Instance;
use super::interner::TextId;
use super::joined::more;
use crate::finding::{Notice, NoticeLevel};
use crate::query::RowId;
use crate::record::{ColumnIdx, NamedReference, TableIdx, Wanted, fixed_name, well_known_name};
use crate::source::more_like_it;
use crate::span::ByteSpan;

/// Stands between the two names that one reference shows.
pub(super) const AT_ODDS: &str = " ≠ ";

/// What is odd about the names that references show.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By column: how many references show another name than the record has, the
    /// first of them, and that name.
    other: BTreeMap<(TableIdx, ColumnIdx), (usize, RowId, Box<str>)>,
    /// By table: of how many rows that are not there references say different names,
    /// and two of the references to the first.
    disputes: BTreeMap<TableIdx, (usize, [Place; 2])>,
    /// Those rows, by the folded `sys_id`.
    disputed: HashSet<(TableIdx, TextId), FixedState>,
}

/// A reference: table, row, column.
type Place = (TableIdx, RowId, ColumnIdx);

/// Of rows that are not there, by table and folded `sys_id`: the name that the first
/// reference shows, and that reference.
type FirstNames = HashMap<(TableIdx, TextId), (TextId, Place), FixedState>;

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

impl Names {
    /// Looks at all references of which somebody asks what they display.
    pub(super) fn new(facts: &Facts, wanted: &Wanted) -> Self {
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

    fn dispute(&mut self, key: (TableIdx, TextId), places: [Place; 2]) {
        if self.disputed.insert(key) {
            self.disputes.entry(key.0).or_insert((0, places)).0 += 1;
        }
    }

    /// Whether references to a row say different names, and nothing else names it.
    pub(super) fn is_disputed(&self, target: TableIdx, sys_id: TextId) -> bool {
        self.disputed.contains(&(target, sys_id))
    }

    /// Whether there is any such row.
    pub(super) fn is_any_disputed(&self) -> bool {
        !self.disputed.is_empty()
    }
}

/// The name of a record that shows this one, which is not the same if it has another
/// on every instance; and then what it shows.
pub(super) fn own_name<'r>(
    table: &str,
    sys_id: Option<&str>,
    shown: Option<&'r str>,
) -> (Option<&'r str>, Option<Box<str>>) {
    let Some(known) = sys_id.and_then(|sys_id| fixed_name(table, sys_id)) else { return (shown, None) };
    match shown {
        Some(shown) if shown.eq_ignore_ascii_case(known) => (Some(shown), None),
        _ => (Some(known), shown.map(Into::into)),
    }
}

/// The name that the row which a reference leads to shows.
fn name_in_row(facts: &Facts, reference: NamedReference, value: TextId) -> Option<TextId> {
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

impl Instance<'_> {
    /// What is odd about the names that references show. `path_of` names a source.
    #[must_use]
    pub fn name_notices<'s>(&self, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
        let place = |table, row| self.place(table, row).unwrap_or_default();
        let mut notices = Vec::new();
        for (&(table, column), (count, row, name)) in &self.names.other {
            let (source, start, _) = place(table, *row);
            let known = self.known_name((table, *row, column));
            let message = format!(
                "{} shows the name '{name}', but the record that it leads to is called '{known}': the sys_id decides{}",
                self.reference_in_words((table, *row, column)),
                more_like_it(u64::try_from(*count).unwrap_or(u64::MAX), ["reference", "references"])
            );
            notices.push(Notice {
                level: NoticeLevel::Warning,
                kind: "other-name".into(),
                path: path_of(source).to_owned(),
                source: Some(source),
                at: Some(ByteSpan::at(start)),
                message,
            });
        }
        notices.extend(self.renamed_notices(path_of));
        for (target, (count, places)) in &self.names.disputes {
            let [one, other] = *places;
            let both: &[_] = if one == other { &[[one, one]] } else { &[[one, other], [other, one]] };
            for &[here, there] in both {
                let (source, start, _) = place(here.0, here.1);
                let shown = |(table, row, column): Place| {
                    self.facts.cell(table, row, column).display.unwrap_or_default()
                };
                let target = &self.wanted.table(*target).name;
                let reference = self.reference_in_words(here);
                let what = match shown(here).split_once(AT_ODDS) {
                    Some((one, other)) if here == there => {
                        format!(
                            "{reference} shows two names for one record of {target}, '{one}' and '{other}'"
                        )
                    }
                    _ => format!(
                        "{reference} calls a record of {target} '{}', and {} in {} calls it '{}'",
                        shown(here),
                        self.reference_in_words(there),
                        path_of(place(there.0, there.1).0),
                        shown(there)
                    ),
                };
                let message = format!(
                    "{what}: the record itself is not in the input, so nobody can tell which it is{}",
                    more(*count)
                );
                notices.push(Notice::of_contradiction(path_of(source), source, ByteSpan::at(start), message));
            }
        }
        notices
    }

    /// A reference for a message: its column, and the record that it stands in.
    fn reference_in_words(&self, (table, row, column): Place) -> String {
        let key = self.key(table, row).replace(AT_ODDS, " or ");
        let (name, column) = (&self.wanted.table(table).name, self.wanted.column_name(table, column));
        format!("{name}.{column} of '{key}'")
    }

    /// What the record is called to which a reference leads.
    fn known_name(&self, (table, row, column): Place) -> &str {
        let value = self.table(table).pair(row, column).value;
        let reference = self.wanted.named().find(|named| (named.table, named.column) == (table, column));
        let in_row = reference.and_then(|reference| name_in_row(&self.facts, reference, value));
        let well_known = || {
            let target = reference.map(|reference| &*self.wanted.table(reference.target).name);
            target.and_then(|target| well_known_name(target, self.facts.texts.text(value)))
        };
        in_row.map(|name| self.facts.texts.text(name)).or_else(well_known).unwrap_or_default()
    }

    /// That rows show another name than their record has on every instance: one for
    /// each table and such a record.
    fn renamed_notices<'s>(&self, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (table, facts) in self.wanted.tables().iter().zip(&self.facts.tables) {
            let mut by_name: BTreeMap<&str, (usize, RowId, &str)> = BTreeMap::new();
            for (row, shown) in &facts.renamed {
                let sys_id = self.facts.texts.text(facts.pair(*row, ColumnIdx::SYS_ID).value);
                let Some(known) = fixed_name(&table.name, sys_id) else { continue };
                by_name.entry(known).or_insert((0, *row, shown)).0 += 1;
            }
            for (known, (count, row, shown)) in by_name {
                let Some(at) = facts.row(row) else { continue };
                let message = format!(
                    "{}: a row says '{shown}' of the record whose sys_id is '{known}' on every instance; rules \
                     go by '{known}'{}",
                    table.name,
                    more(count)
                );
                let span = ByteSpan::at(at.outer_start);
                notices.push(Notice::of_contradiction(path_of(at.source), at.source, span, message));
            }
        }
        notices
    }
}

#[cfg(test)]
mod tests;
