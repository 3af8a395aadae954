//! What queries ask of an instance.

use std::borrow::Cow;

use super::classes::class_answer;
use super::contents::Instance;
use crate::access::Reach;
use crate::facts::{Sameness, TextId};
use crate::query::{
    Cell, CellPlace, Class, Data, Missing, Reference, Repeat, RowId, TestIdx, Truth, WalkIdx,
};
use crate::record::{ColumnIdx, PartOf, ROLE_CLOSURE, TableIdx, Wanted};

impl Data for Instance<'_> {
    fn wanted(&self) -> &Wanted {
        self.wanted
    }

    fn cell(&self, table: TableIdx, row: RowId, column: ColumnIdx) -> Cell<'_> {
        self.facts.cell(table, row, column)
    }

    fn by_sys_id(&self, table: TableIdx, sys_id: &str) -> Option<RowId> {
        self.facts.with_value(table, ColumnIdx::SYS_ID, sys_id).first().copied()
    }

    fn is_disputed(&self, table: TableIdx, sys_id: &str) -> bool {
        self.names.is_any_disputed()
            && self.facts.find(sys_id).is_some_and(|sys_id| self.names.is_disputed(table, sys_id))
    }

    fn by_value(&self, table: TableIdx, column: ColumnIdx, value: &str) -> Vec<RowId> {
        self.facts.with_value(table, column, value).to_vec()
    }

    fn reference(&self, (table, row, column): CellPlace, target: TableIdx) -> Reference {
        match self.facts.table(table).pair(row, column).value {
            TextId::ABSENT => Reference::Absent,
            TextId::EMPTY => Reference::Empty,
            value => {
                let rows = self.facts.with_text(target, ColumnIdx::SYS_ID, value);
                rows.first().map_or(Reference::Lost, |&row| Reference::Row(row))
            }
        }
    }

    fn related(
        &self,
        (table, row, column): CellPlace,
        other: (TableIdx, ColumnIdx),
    ) -> Option<Cow<'_, [RowId]>> {
        let value = self.facts.table(table).pair(row, column).value;
        (value.0 > TextId::EMPTY.0).then(|| Cow::Borrowed(self.facts.with_text(other.0, other.1, value)))
    }

    fn without_column(&self, table: TableIdx, column: ColumnIdx) -> bool {
        self.facts.has_gap(table, column)
    }

    fn holds_no_row(&self, table: TableIdx) -> bool {
        self.table(table).is_empty()
    }

    fn is_whole(&self, table: TableIdx) -> bool {
        self.holds_all(table)
    }

    fn displays_referred(&self, place: CellPlace) -> bool {
        Self::displays_referred(self, place)
    }

    fn holds_parts(&self, parts: TableIdx, (table, row): (TableIdx, RowId), part: PartOf) -> bool {
        let holds = |table, row| {
            let owner = self.apps.owner((&self.facts, self.wanted), table, row);
            owner.is_some_and(|owner| {
                self.apps.is_whole(owner.folder) && (owner.is_scoped || part == PartOf::Anywhere)
            })
        };
        let is_closure = *self.wanted.table(parts).name == *ROLE_CLOSURE;
        holds(table, row)
            && (!is_closure
                || inner_roles(self, parts, (table, row))
                    .all(|role| role.is_some_and(|role| holds(table, role))))
    }

    fn class(&self, class: Class, row: RowId) -> Truth {
        class_answer(self, class, row).map_or(Truth::No, |(truth, _)| truth.clone())
    }

    fn test(&self, row: RowId, TestIdx { table, number }: TestIdx) -> Option<Truth> {
        let facts = self.table(table);
        let signature = facts.signatures.get(facts.row(row)?.signature.index())?;
        let answer = *signature.get(usize::from(number))?;
        self.tests.of(table).get(usize::from(number))?.truth(answer)
    }

    fn walked(&self, row: RowId, index: WalkIdx) -> Option<Truth> {
        let walk = self.tests.walks().get(usize::from(index.0))?;
        let value = self.table(walk.start.table).pair(row, walk.start.column).value;
        self.walk_answers(index)?.get(&self.facts.fold(value)).cloned()
    }

    fn repeat(&self, table: TableIdx, row: RowId) -> Repeat {
        match self.sameness(table, row) {
            None => Repeat::No,
            Some(Sameness::Repeats(_)) => Repeat::Yes,
            Some(Sameness::Unsure) => Repeat::Unknown,
        }
    }

    fn doubt(&self, table: TableIdx, row: RowId) -> Missing {
        match &self.access {
            Some(access) if access.is_doubtful(table, row) => access.doubts(),
            _ => Missing::none(),
        }
    }

    fn roles(&self, user: RowId, take: &mut dyn FnMut(&str, &Missing) -> bool) -> Missing {
        let (Some(access), Some(users)) = (&self.access, self.wanted.find("sys_user")) else {
            return Missing::none();
        };
        let sys_id = self.table(users).pair(user, ColumnIdx::SYS_ID).value;
        if sys_id.0 <= TextId::EMPTY.0 {
            return Missing::column(users, ColumnIdx::SYS_ID);
        }
        let mut missing = Missing::none();
        if let Some(grants) = self.wanted.find("sys_user_has_role")
            && !self.is_whole(grants)
        {
            missing = Missing::table(grants);
        }
        let hidden = &access.graph.hidden;
        let node = access.graph.user(self.facts.fold(sys_id));
        let possible = access.possible.as_ref();
        // A user whom a row does not show may be this one.
        let held = [
            (node, Some(&access.effective), Missing::none()),
            (node, possible, access.doubts()),
            (hidden.user, possible.or(Some(&access.effective)), hidden.holders.clone()),
        ];
        for (user, roles, doubt) in held {
            for &role in user.zip(roles).map_or(&[][..], |(user, roles)| roles.of(user)) {
                let name = self.role_name(access, role);
                if hidden.role == Some(role) {
                    missing = missing.union(hidden.held.clone());
                } else if name.is_empty() {
                    let roles = self.wanted.find("sys_user_role");
                    missing = missing.union(roles.map_or(Missing::none(), Missing::table));
                } else if take(name, &doubt) {
                    return missing;
                }
            }
        }
        missing
    }

    fn all_roles(&self, user: RowId) -> Vec<&str> {
        let (Some(access), Some(users)) = (&self.access, self.wanted.find("sys_user")) else {
            return Vec::new();
        };
        let sys_id = self.table(users).pair(user, ColumnIdx::SYS_ID).value;
        let Some(user) = access.graph.user(self.facts.fold(sys_id)) else { return Vec::new() };
        let roles = Reach::of_user(&access.graph, user).roles();
        let names = roles.into_iter().map(|role| self.role_name(access, role));
        let mut names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names
    }

    fn trait_of(&self, table: TableIdx, row: RowId, name: &str) -> &str {
        let Some(row) = self.table(table).row(row) else { return "" };
        match name {
            "origin" => row.origin.as_str(),
            "action" => row.action.as_str(),
            "table" => self.extends.numbered(row.class).unwrap_or(&self.wanted.table(table).name),
            _ => &self.name,
        }
    }
}

/// The roles in a role, by what was read; `None` for one that was not.
fn inner_roles<'i>(
    instance: &'i Instance<'_>,
    closure: TableIdx,
    (roles, role): (TableIdx, RowId),
) -> impl Iterator<Item = Option<RowId>> + 'i {
    let names = instance.wanted.table(closure);
    let columns = names.find("role").zip(names.find("contains"));
    let sys_id = instance.table(roles).pair(role, ColumnIdx::SYS_ID).value;
    columns.into_iter().flat_map(move |(outer, inner)| {
        let rows = instance.facts.with_text(closure, outer, sys_id).iter();
        rows.map(move |&row| match instance.reference((closure, row, inner), roles) {
            Reference::Row(role) => Some(role),
            _ => None,
        })
    })
}
