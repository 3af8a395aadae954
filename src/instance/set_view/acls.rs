//! An access rule that a set takes away does no harm where the set brings it
//! back, or takes away what it protects.
//!
//! Rules are the same by name, operation and type: whoever deletes one and makes
//! it anew gets another `sys_id`. All rules for one thing are asked, and one that
//! says yes is enough, so each that the set brings must be as narrow.

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use super::super::contents::Instance;
use super::super::reread_columns::RereadColumns;
use super::SetView;
use crate::facts::{BroughtBack, Pair, SetNo, TextId};
use crate::query::{Data, Missing, RowId, SetFact, Truth};
use crate::record::{
    ACL_ROLES, ACLS, AclColumn, AclObject, Action, ColumnIdx, TableIdx, acl_columns, acl_objects,
    is_narrowest_role,
};

/// What access rules are the same by, in one set.
type Key = (SetNo, [TextId; 3]);

/// Finds out which access rules update sets bring back, on all threads. What
/// judges them in parallel must not wait for it.
pub(crate) fn settle_acls(instance: &Instance<'_>) {
    if let Some(acls) = Acls::of(instance) {
        // Somebody else may have been faster, with the same answer.
        let _ = instance.sets.brought_back.set(acls.brought_back());
    }
}

/// What an update set says of an access rule that it takes away.
pub(super) fn acl_answer(instance: &Instance<'_>, table: TableIdx, row: RowId, fact: SetFact) -> Truth {
    let Some(acls) = Acls::of(instance).filter(|acls| acls.table == table) else {
        return Truth::Unknown(Missing::none());
    };
    let Some(set) = instance.sets.set_of(table, row) else { return Truth::Unknown(Missing::none()) };
    let answer = match fact {
        SetFact::BroughtBack => {
            let known = instance.sets.brought_back.get().and_then(|answers| answers.get(&row)).cloned();
            known.unwrap_or_else(|| acls.key(set, row).map_or_else(Truth::Unknown, |_| Truth::No))
        }
        SetFact::ObjectDeleted => acls.object_deleted(set, row),
    };
    let is_torn = instance.sets.get(set).is_some_and(|set| set.is_torn);
    if answer == Truth::No && is_torn { Truth::Unknown(Missing::table(table)) } else { answer }
}

/// The access rules of an instance's update sets.
struct Acls<'i> {
    instance: &'i Instance<'i>,
    table: TableIdx,
    /// `name`, `operation`, `type`
    key: [ColumnIdx; 3],
}

impl<'i> Acls<'i> {
    fn of(instance: &'i Instance<'i>) -> Option<Self> {
        let table = instance.wanted.find(ACLS)?;
        let column = |name| instance.wanted.table(table).find(name);
        Some(Self { instance, table, key: [column("name")?, column("operation")?, column("type")?] })
    }

    fn is_deleted(&self, table: TableIdx, row: RowId) -> bool {
        self.instance.table(table).row(row).is_some_and(|row| row.action == Action::Delete)
    }

    /// What the rule is known by; what is missing where a part is not shown.
    fn key(&self, set: SetNo, row: RowId) -> Result<Key, Missing> {
        let part = |column: ColumnIdx| {
            let shown = self.shown(self.instance.table(self.table).pair(row, column));
            shown.ok_or_else(|| Missing::column(self.table, column))
        };
        let [name, operation, kind] = self.key.map(part);
        Ok((set, [name?, operation?, kind?]))
    }

    /// What people call a value: operations and types are written by name, or by
    /// `sys_id` with the name beside it.
    fn shown(&self, pair: Pair) -> Option<TextId> {
        let text = if pair.display.0 > TextId::EMPTY.0 { pair.display } else { pair.value };
        (text != TextId::ABSENT).then(|| self.instance.facts.fold(text))
    }

    /// Judges all rules of which a set has several by the same key.
    fn brought_back(&self) -> BroughtBack {
        let mut groups: HashMap<Key, Vec<RowId>, RandomState> = HashMap::default();
        for &row in self.instance.sets.net(self.table) {
            let set = self.instance.sets.set_of(self.table, row);
            if let Some(Ok(key)) = set.map(|set| self.key(set, row)) {
                groups.entry(key).or_default().push(row);
            }
        }
        groups.retain(|_, rows| rows.len() > 1);
        let all = groups.values().flatten().map(|row| (self.table, *row));
        let again = RereadColumns::new(self.instance, all);
        let columns: Vec<_> = acl_columns()
            .filter_map(|column| Some((column, self.instance.wanted.table(self.table).find(column.name)?)))
            .collect();
        let mut answers = BroughtBack::default();
        for ((set, _), rows) in &groups {
            let judging = Judging { acls: self, again: &again, columns: &columns, set: *set };
            judging.judge(rows, &mut answers);
        }
        answers
    }

    /// Whether a set deletes what a rule protects.
    fn object_deleted(&self, set: SetNo, row: RowId) -> Truth {
        let (name, kind) = match self.key(set, row) {
            Ok((_, [name, _, kind])) => {
                (self.instance.facts.texts.text(name), self.instance.facts.texts.text(kind))
            }
            Err(missing) => return Truth::Unknown(missing),
        };
        let (table, field) = name.split_once('.').map_or((name, None), |(table, field)| (table, Some(field)));
        let (mut object, mut part) = (Fate::default(), Fate::default());
        for line in acl_objects().filter(|line| line.acl_type.eq_ignore_ascii_case(kind)) {
            let called = line.holds.replace("{name}", name).replace("{table}", table);
            object.add(self.fate(set, &line, &called, ""));
            if let Some(field) = field.filter(|_| line.element.is_some()) {
                part.add(self.fate(set, &line, &called, field));
            }
        }
        Truth::from_bool(object.is_gone() || part.is_gone())
    }

    /// What a set does with an object of that name, or with a field of it.
    fn fate(&self, set: SetNo, line: &AclObject, name: &str, field: &str) -> Fate {
        let facts = &self.instance.facts;
        let Some(table) = self.instance.wanted.find(line.table) else { return Fate::default() };
        let columns = self.instance.wanted.table(table);
        // Each with the text that it must hold.
        let asked = |column: &str, text: &str| {
            let id = if text.is_empty() { Some(TextId::EMPTY) } else { facts.find(text) };
            columns.find(column).zip(id)
        };
        let Some(name) = asked(line.name, name) else { return Fate::default() };
        let element = line.element.map(|element| asked(element, field));
        let Some(element) = element.unwrap_or(Some(name)) else { return Fate::default() };
        let rows = |(column, id)| self.instance.sets.with_text(facts, (table, column), set, id);
        let (by_name, by_element) = (rows(name), rows(element));
        let (rows, (column, id)) =
            if by_name.len() <= by_element.len() { (by_name, element) } else { (by_element, name) };
        let mut fate = Fate::default();
        for &row in rows {
            if facts.fold(facts.table(table).pair(row, column).value) == id {
                let is_deleted = self.is_deleted(table, row);
                fate.add(Fate { is_deleted, is_left: !is_deleted });
            }
        }
        fate
    }
}

/// What a set does with a thing.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    /// Whether it deletes a record of it.
    is_deleted: bool,
    /// Whether it brings one, or leaves one there.
    is_left: bool,
}

impl Fate {
    fn add(&mut self, other: Self) {
        self.is_deleted |= other.is_deleted;
        self.is_left |= other.is_left;
    }

    fn is_gone(self) -> bool {
        self.is_deleted && !self.is_left
    }
}

/// Compares the rules of one set that are the same by their key.
struct Judging<'a, 'i> {
    acls: &'a Acls<'i>,
    again: &'a RereadColumns<'i>,
    columns: &'a [(AclColumn, ColumnIdx)],
    set: SetNo,
}

impl Judging<'_, '_> {
    fn judge(&self, rows: &[RowId], answers: &mut BroughtBack) {
        /// Nobody makes so many rules for one thing; all pairs would be compared.
        const MANY: usize = 64;
        for &row in rows {
            let truth = if rows.len() > MANY {
                Truth::Unknown(Missing::table(self.acls.table))
            } else {
                self.is_replaced(row, rows)
            };
            answers.insert(row, truth);
        }
    }

    /// Whether the set brings rules in place of this one, and all are as narrow.
    fn is_replaced(&self, row: RowId, rows: &[RowId]) -> Truth {
        let mut answer = None;
        for &other in
            rows.iter().filter(|other| **other != row && !self.acls.is_deleted(self.acls.table, **other))
        {
            // A rule that is switched off lets nobody in.
            if self.value(other, "active") != Some("false") {
                let narrow = self.is_as_narrow(row, other);
                answer =
                    Some(answer.map_or_else(|| narrow.clone(), |answer: Truth| answer.and(narrow.clone())));
            }
        }
        answer.unwrap_or(Truth::No)
    }

    fn value(&self, row: RowId, name: &str) -> Option<&str> {
        let (_, column) = self.columns.iter().find(|(column, _)| column.name == name)?;
        let cell = self.again.cell(self.acls.table, row, *column);
        cell.present.then_some(cell.value)
    }

    /// Whether the new rule lets in nobody whom the old one kept out.
    fn is_as_narrow(&self, old: RowId, new: RowId) -> Truth {
        let mut answer = self.roles_are_as_narrow(old, new);
        for (column, index) in self.columns {
            let holds = column.narrow.holds(self.value(old, column.name), self.value(new, column.name));
            let missing = || Truth::Unknown(Missing::column(self.acls.table, *index));
            answer = answer.and(match holds {
                Some(holds) => Truth::from_bool(holds),
                None if column.is_new && self.value(old, column.name) == self.value(new, column.name) => {
                    Truth::Yes
                }
                None => missing(),
            });
        }
        answer
    }

    /// One role of a rule is enough, so each new one must be an old one, or one of
    /// administrators. A set shows the roles that it brings, not those that an old
    /// rule had: where it shows none, any new one may only narrow.
    fn roles_are_as_narrow(&self, old: RowId, new: RowId) -> Truth {
        let Some(roles) = Roles::of(self) else { return Truth::Unknown(Missing::none()) };
        if roles.hide_rules() {
            return Truth::Unknown(Missing::column(roles.table, roles.acl));
        }
        let (old, new) = (roles.of_rule(old, Ties::All), roles.of_rule(new, Ties::Live));
        match (old.is_empty(), new.is_empty()) {
            (true, true) => return Truth::Unknown(Missing::table(roles.table)),
            // A tie that does not show its role may be one to none.
            (true, false) if new.iter().all(|role| role.id == TextId::ABSENT && role.name.is_empty()) => {
                return Truth::Unknown(Missing::column(roles.table, roles.role));
            }
            (true, false) => return Truth::Yes,
            (false, true) => return Truth::No,
            (false, false) => {}
        }
        let is_old = |role: &Role| match role {
            Role { id: TextId::ABSENT, .. } => Truth::Unknown(Missing::column(roles.table, roles.role)),
            Role { name, .. } if is_narrowest_role(name) => Truth::Yes,
            role if old.iter().any(|old| old.id == role.id) => Truth::Yes,
            Role { name, .. } if name.is_empty() => Truth::Unknown(Missing::table(roles.names)),
            Role { name, .. } => Truth::from_bool(old.iter().any(|old| old.name.eq_ignore_ascii_case(name))),
        };
        new.iter().map(is_old).fold(Truth::Yes, Truth::and)
    }
}

/// A role that an access rule asks for.
struct Role<'i> {
    id: TextId,
    /// Empty where nothing tells it.
    name: std::borrow::Cow<'i, str>,
}

/// Which ties of roles to a rule are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ties {
    /// Those that the set leaves or brings.
    Live,
    /// Those that it deletes too.
    All,
}

/// The roles of access rules.
struct Roles<'a, 'i> {
    acls: &'a Acls<'i>,
    set: SetNo,
    table: TableIdx,
    acl: ColumnIdx,
    role: ColumnIdx,
    /// The table of roles, and the column of their names.
    names: TableIdx,
    name: ColumnIdx,
}

impl<'a, 'i> Roles<'a, 'i> {
    fn of(judging: &Judging<'a, 'i>) -> Option<Self> {
        let wanted = judging.acls.instance.wanted;
        let (table, names) = (wanted.find(ACL_ROLES)?, wanted.find("sys_user_role")?);
        let column = |name| wanted.table(table).find(name);
        let (acl, role) = (column(ACLS)?, column("sys_user_role")?);
        let name = wanted.table(names).find("name")?;
        Some(Self { acls: judging.acls, set: judging.set, table, acl, role, names, name })
    }

    /// Whether some tie does not show of which rule it is: it may be of any.
    fn hide_rules(&self) -> bool {
        let instance = self.acls.instance;
        let key = (self.table, self.acl);
        !instance.sets.with_text(&instance.facts, key, self.set, TextId::ABSENT).is_empty()
    }

    fn of_rule(&self, rule: RowId, ties: Ties) -> Vec<Role<'i>> {
        let instance = self.acls.instance;
        let rule = instance.table(self.acls.table).pair(rule, ColumnIdx::SYS_ID).value;
        if rule.0 <= TextId::EMPTY.0 {
            return Vec::new();
        }
        let rule = instance.facts.fold(rule);
        let rows = instance.sets.with_text(&instance.facts, (self.table, self.acl), self.set, rule);
        let is_meant = |row: &&RowId| ties == Ties::All || !self.acls.is_deleted(self.table, **row);
        // A tie to no role keeps nobody out.
        let is_role = |role: &Role<'_>| role.id != TextId::EMPTY || !role.name.is_empty();
        rows.iter().filter(is_meant).map(|row| self.role(*row)).filter(is_role).collect()
    }

    fn role(&self, row: RowId) -> Role<'i> {
        let instance = self.acls.instance;
        let pair = instance.table(self.table).pair(row, self.role);
        let texts = &instance.facts.texts;
        let shown = texts.text(pair.display);
        let name = if shown.is_empty() {
            let view = SetView::new(instance, instance, self.set);
            let role = view.by_sys_id(self.names, texts.text(pair.value));
            role.map(|role| instance.facts.cell(self.names, role, self.name).value).unwrap_or_default()
        } else {
            shown
        };
        Role { id: instance.facts.fold(pair.value), name: name.into() }
    }
}
