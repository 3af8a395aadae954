//! What is odd about the access graph, or was left out of it.

use super::contents::Instance;
use crate::access::Disagreements;
use crate::finding::{Notice, NoticeLevel};
use crate::record::{TableIdx, granting_tables};

/// Notices about the access graph. `path_of` names a source.
pub(super) fn access_notices<'s>(instance: &Instance<'_>, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
    let Some(access) = &instance.access else { return Vec::new() };
    let mut notices = Vec::new();
    let mut say = |level, kind: &'static str, table: Option<TableIdx>, message: String| {
        let first = table.and_then(|table| instance.table(table).rows.first());
        let source = first.map(|row| row.source);
        let path = source.map_or("", path_of).to_owned();
        notices.push(Notice { level, kind: kind.into(), path, source, at: None, message });
    };
    let ignored = access.graph.not_inheriting.len();
    if ignored > 0 {
        let message = format!(
            "{ignored} rows of sys_group_has_role say inherits=false; what that does is not documented, \
             and they were not counted as grants"
        );
        say(NoticeLevel::Warning, "access-graph", access.graph.tables.group_roles, message);
    }
    let cuts = [
        (access.effective.left_out, "users whose effective roles could not be computed"),
        (access.left_out, "rows of effective_role or role_closure that could not be computed"),
    ];
    for (count, what) in cuts {
        if count > 0 {
            let message = format!("there are too many grants: {count} {what}");
            say(NoticeLevel::Error, "limit-reached", access.graph.tables.grants, message);
        }
    }
    for message in disagreements(instance) {
        say(NoticeLevel::Warning, "access-graph", access.graph.tables.grants, message);
    }
    notices
}

/// Where the platform's own rows and the paths disagree, if all are there.
fn disagreements(instance: &Instance<'_>) -> Vec<String> {
    let mut sources = granting_tables().map(|name| instance.wanted.find(name));
    let all_whole = sources.all(|table| table.is_some_and(|table| instance.holds_all(table)));
    let Some(access) = instance.access.as_ref().filter(|_| all_whole) else { return Vec::new() };
    let Disagreements { without_row, unexplained } = Disagreements::count(&access.graph);
    let mut messages = Vec::new();
    if without_row > 0 {
        messages.push(format!(
            "{without_row} roles that users reach through groups or contained roles have no row in \
             sys_user_has_role: the platform has not written them yet, or the exports are of different times"
        ));
    }
    if unexplained > 0 {
        messages.push(format!(
            "{unexplained} rows of sys_user_has_role say inherited=true, and no group and no role leads there"
        ));
    }
    messages
}
