//! Access graphs in a few letters: `u` users, `g` groups, `r` roles.
//!
//! `g1=r1` is a row that was copied from a parent group. `u1>r1` a grant, `u1~r1` an inherited row, `u1>g1` a membership, `g1>g2` a
//! parent, `g1>r1` a group's role, `r1>r2` a contained role; `x` behind a grant
//! or a group's role takes it out (another state, inherits=false).

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::access::{Doubts, EffectiveRoles};
use crate::facts::Options;
use crate::instance::{FoundUser, Plan, RoleAccess, missing_names, read_all, roles_of, users_called};
use crate::rule::{Pack, Settings};
use crate::source::Source;

fn export(graph: &str) -> String {
    let mut xml = String::from("<unload unload_date=\"2026-03-01 10:00:00\">\n");
    for (at, edge) in graph.split_whitespace().enumerate() {
        let is_off = edge.ends_with('x');
        let edge = edge.trim_end_matches('x');
        let is_inherited = edge.contains('~');
        let is_copy = edge.contains('=');
        let (from, to) = edge.split_once(['>', '~', '=']).unwrap();
        let row = match (from.as_bytes()[0], to.as_bytes()[0]) {
            (b'u', b'r') => format!(
                "<sys_user_has_role action=\"INSERT_OR_UPDATE\"><inherited>{is_inherited}</inherited>\
                 <role display_value=\"{to}\" name=\"{to}\">{to}</role><state>{}</state><sys_id>s{at}</sys_id>\
                 <user display_value=\"{from}\">{from}</user></sys_user_has_role>",
                if is_off { "requested" } else { "active" }
            ),
            (b'u', _) => format!(
                "<sys_user_grmember action=\"INSERT_OR_UPDATE\"><group display_value=\"{to}\">{to}</group>\
                 <sys_id>s{at}</sys_id><user display_value=\"{from}\">{from}</user></sys_user_grmember>"
            ),
            (b'g', b'g') => format!(
                "<sys_user_group action=\"INSERT_OR_UPDATE\"><name>{from}</name>\
                 <parent display_value=\"{to}\">{to}</parent><sys_id>{from}</sys_id></sys_user_group>"
            ),
            (b'g', _) => format!(
                "<sys_group_has_role action=\"INSERT_OR_UPDATE\"><granted_by>{}</granted_by><group display_value=\"{from}\">{from}</group>\
                 <inherits>{}</inherits><role display_value=\"{to}\">{to}</role><sys_id>s{at}</sys_id>\
                 </sys_group_has_role>",
                if is_copy { "g0" } else { "" },
                !is_off
            ),
            _ => format!(
                "<sys_user_role_contains action=\"INSERT_OR_UPDATE\"><contains name=\"{to}\">{to}</contains>\
                 <role name=\"{from}\">{from}</role><sys_id>s{at}</sys_id></sys_user_role_contains>"
            ),
        };
        let _ = writeln!(xml, "{row}");
    }
    xml.push_str("</unload>\n");
    xml
}

fn reached(graph: &str, user: &str) -> Vec<RoleAccess> {
    let mut pack = Pack::compile(&[], &Settings::default()).unwrap();
    pack.want_access();
    let source = Source::memory("access.xml", export(graph).as_bytes());
    let sources = [source];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let users: Vec<FoundUser> = users_called(&reading.instance, user);
    users.first().map(|user| roles_of(&reading.instance, user)).unwrap_or_default()
}

/// `r2 confirmed: u1>g1>r1>r2, u1>r2; cut u1>r2 u1>g1` for every role.
fn shown(roles: &[RoleAccess]) -> String {
    let mut text = String::new();
    for role in roles {
        let paths = role.paths.iter().map(|path| {
            let mut text = path.first().map_or(String::new(), |step| step.from.clone());
            for step in path {
                let _ = write!(text, ">{}", step.to);
            }
            text
        });
        let paths: Vec<_> = paths.collect();
        let cut: Vec<_> = role.smallest_cut.iter().map(|step| format!("{}>{}", step.from, step.to)).collect();
        let _ = writeln!(
            text,
            "{} {}: {}; cut {}",
            role.role,
            role.state.as_str(),
            paths.join(", "),
            cut.join(" ")
        );
    }
    text
}

fn check(graph: &str, expected: &str) {
    let expected: Vec<_> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let found = shown(&reached(graph, "u1"));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{graph}");
}

#[test]
fn a_grant_and_what_it_contains() {
    check(
        "u1>r1 r1>r2 r2>r3 u2>r4",
        "r1 confirmed: u1>r1; cut u1>r1
         r2 derived: u1>r1>r2; cut u1>r1
         r3 derived: u1>r1>r2>r3; cut u1>r1",
    );
}

#[test]
fn the_order_of_rows_decides_nothing() {
    for graph in
        ["u1>g2 u1>g1 g1>r1 g2>r1", "u1>r3 u1>r2 r2>r1 r3>r1 g2>r1 u1>g2", "u1>g1 g1>g3 g1>g2 g3>r1 g2>r1"]
    {
        let mut edges: Vec<_> = graph.split(' ').collect();
        let found = reached(graph, "u1");
        edges.reverse();
        let paths = |roles: &[RoleAccess]| {
            shown(roles).lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        let other = reached(&edges.join(" "), "u1");
        assert_eq!(paths(&found), paths(&other), "{graph}");
    }
    check("u1>g2 u1>g1 g1>r1 g2>r1", "r1 derived: u1>g1>r1, u1>g2>r1; cut u1>g1 u1>g2");
}

#[test]
fn groups_and_their_parents() {
    check(
        "u1>g1 g1>g2 g2>g3 g1>r1 g3>r3 g4>r4",
        "r1 derived: u1>g1>r1; cut u1>g1
         r3 derived: u1>g1>g2>g3>r3; cut u1>g1",
    );
    // Members of the child are not members of the parent's children, nor the
    // other way round.
    check("u1>g2 g1>g2 g1>r1", "");
}

#[test]
fn cycles_end() {
    check(
        "u1>r1 r1>r2 r2>r1 r2>r2 u1>g1 g1>g2 g2>g1 g2>r3",
        "r1 confirmed: u1>r1; cut u1>r1
         r2 derived: u1>r1>r2; cut u1>r1
         r3 derived: u1>g1>g2>r3; cut u1>g1",
    );
}

#[test]
fn every_path_is_kept_the_shortest_first() {
    check(
        "u1>g1 g1>r1 r1>r9 u1>g2 g2>r9 u1>r9 u1>r2 r2>r1",
        "r1 derived: u1>r2>r1, u1>g1>r1; cut u1>r2 u1>g1
         r2 confirmed: u1>r2; cut u1>r2
         r9 confirmed: u1>r9, u1>g2>r9, u1>r2>r1>r9, u1>g1>r1>r9; cut u1>r9 u1>g2 r1>r9",
    );
}

#[test]
fn the_cut_is_smallest_and_nearest_to_the_user() {
    // Three ways meet in r5: one row behind it is fewer than three before it.
    check(
        "u1>r1 u1>r2 u1>r3 r1>r5 r2>r5 r3>r5 r5>r9",
        "r1 confirmed: u1>r1; cut u1>r1
         r2 confirmed: u1>r2; cut u1>r2
         r3 confirmed: u1>r3; cut u1>r3
         r5 derived: u1>r1>r5, u1>r2>r5, u1>r3>r5; cut u1>r1 u1>r2 u1>r3
         r9 derived: u1>r1>r5>r9, u1>r2>r5>r9, u1>r3>r5>r9; cut r5>r9",
    );
}

#[test]
fn inherited_rows_count_where_nothing_explains_them() {
    check("u1>g1 g1>r1 u1~r1", "r1 confirmed: u1>g1>r1; cut u1>g1");
    check(
        "u1~r1 r1>r2 u1~r2",
        "r1 unexplained: u1>r1; cut u1>r1
         r2 unexplained: u1>r2, u1>r1>r2; cut u1>r1 u1>r2",
    );
}

#[test]
fn what_is_not_active_does_not_count() {
    check("u1>r1x u1>g1 g1>r2x g1>r3", "r3 derived: u1>g1>r3; cut u1>g1");
}

#[test]
fn what_a_parent_group_handed_down_counts_once() {
    check("u1>g1 g1>g2 g2>r1 g1=r1", "r1 derived: u1>g1>g2>r1; cut u1>g1");
    check("u1>g1 g1=r1", "r1 derived: u1>g1>r1; cut u1>g1");
    check("u1>g1 g1>g2 g2>g1 g1=r1", "r1 derived: u1>g1>r1; cut u1>g1");
}

#[test]
fn several_rows_of_one_role_are_several_paths() {
    check("u1>r1 u1>r1", "r1 confirmed: u1>r1, u1>r1; cut u1>r1 u1>r1");
}

#[test]
fn too_many_paths_are_cut_and_said() {
    // Seven layers of three: 2,187 paths.
    let mut graph = String::new();
    for layer in 0..7 {
        for from in 0..3 {
            for to in 0..3 {
                let _ = write!(graph, "r{layer}{from}>r{}{to} ", layer + 1);
            }
        }
    }
    let roles = reached(&format!("{graph} u1>r00 u1>r01 u1>r02"), "u1");
    let last = roles.iter().find(|role| role.role == "r70").unwrap();
    assert_eq!((last.paths.len(), last.is_cut), (crate::instance::MOST_PATHS, true));
    assert_eq!(last.smallest_cut.len(), 3);
    assert!(last.paths.iter().all(|path| path.len() == 8));
}

#[test]
fn more_pairs_than_are_kept_leave_users_out() {
    let mut pack = Pack::compile(&[], &Settings::default()).unwrap();
    pack.want_access();
    let source = Source::memory("access.xml", export("u1>r1 u1>r2 u2>r1").as_bytes());
    let sources = [source];
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let graph = &reading.instance.access.as_ref().unwrap().graph;
    let left_out = |most: usize| EffectiveRoles::with_limit(graph, &[true, true], Doubts::In, most).left_out;
    assert_eq!((left_out(3), left_out(2)), (0, 2));
}

/// All edges of a random graph of four users, groups and roles.
fn graphs() -> impl Strategy<Value = String> {
    let edge = (0..5_usize, 1..5_u8, 1..5_u8).prop_map(|(kind, from, to)| match kind {
        0 => format!("u{from}>r{to}"),
        1 => format!("u{from}>g{to}"),
        2 => format!("g{from}>r{to}"),
        3 => format!("r{from}>r{to}"),
        _ => format!("u{from}~r{to}"),
    });
    // A group has one parent.
    let parents = prop::collection::vec(0..5_u8, 4);
    (prop::collection::vec(edge, 0..16), parents).prop_map(|(mut edges, parents)| {
        for (child, parent) in parents.iter().enumerate().filter(|(_, parent)| **parent > 0) {
            edges.push(format!("g{}>g{parent}", child + 1));
        }
        edges.join(" ")
    })
}

proptest! {
    #[test]
    fn removing_the_cut_removes_the_role(graph in graphs()) {
        for role in reached(&graph, "u1") {
            let removed: Vec<_> = role.smallest_cut.iter().map(|step| {
                let sign = if step.is_unexplained { '~' } else { '>' };
                format!("{}{sign}{}", step.from, step.to)
            }).collect();
            prop_assert!(!removed.is_empty(), "{graph}: no cut for {}", role.role);
            prop_assert_eq!(role.paths.first().map(Vec::len), role.paths.iter().map(Vec::len).min());
            let rest: Vec<_> = graph.split_whitespace().filter(|edge| !removed.iter().any(|gone| gone == edge)).collect();
            let still = reached(&rest.join(" "), "u1");
            // An inherited row that was explained before may stand alone now.
            let still = still.iter().filter(|found| found.role == role.role);
            let still: Vec<_> = still.filter(|found| found.state != crate::instance::RoleState::Unexplained).collect();
            prop_assert!(still.is_empty(), "{graph}: {} survives without {removed:?}: {still:?}", role.role);
        }
    }
}

/// What `effective_role` holds of an export, `user role` a line; `?` is what the
/// rows do not show. Then what is missing, by the names of columns and tables.
fn views_of(xml: &str) -> (Vec<String>, Vec<String>) {
    let mut pack = Pack::compile(&[], &Settings::default()).unwrap();
    let query = crate::query::Query::parse("role.nameLIKEr").unwrap();
    let bound = pack.bind(&query, "effective_role").unwrap();
    let plan = Plan::of(&pack);
    let table = pack.wanted.find("effective_role").unwrap();
    let asks = [crate::rule::Ask::Rows(table, Some(&bound))].into_iter().chain(plan.asks).collect();
    let plan = Plan { asks, ..plan };
    let source = Source::memory("access.xml", xml.as_bytes());
    let sources = [source];
    let reading = read_all(&sources, &plan, &Options::default(), &|_| {});
    let instance = &reading.instance;
    let mut missing = crate::query::Missing::none();
    let mut rows = Vec::new();
    for row in instance.live_rows(table) {
        let shown = ["user", "role"].map(|name| {
            let column = pack.wanted.table(table).find(name).unwrap();
            let cell = crate::query::Data::cell(instance, table, row, column);
            let text = cell.display.filter(|text| !text.is_empty()).unwrap_or(cell.value);
            if text.is_empty() { "?".to_owned() } else { text.to_owned() }
        });
        let doubt = crate::query::Data::doubt(instance, table, row);
        let mark = if doubt.is_empty() { "" } else { " perhaps" };
        rows.push(format!("{}{mark}", shown.join(" ")));
        missing = missing.union(doubt);
        if let crate::query::Truth::Unknown(what) = bound.evaluate(instance, instance.clock(), row) {
            missing = missing.union(what);
        }
        if shown[0] == "?" {
            let user = pack.wanted.table(table).find("user").unwrap();
            missing = missing.union(crate::query::Missing::column(table, user));
        }
    }
    (rows, missing_names(instance, &missing))
}

#[test]
fn what_rows_do_not_show_is_unknown_and_never_part_of_a_path() {
    let check = |graph: &str, drop: &str, rows: &[&str], missing: &[&str]| {
        // The column is taken out of every row of its table.
        let (table, column) = drop.split_once('.').unwrap();
        let field = regex::Regex::new(&format!("<{column}( [^>]*)?>[^<]*</{column}>")).unwrap();
        let mut xml = String::new();
        for line in export(graph).lines() {
            let is_row = line.starts_with(&format!("<{table} "));
            xml.push_str(&if is_row { field.replace(line, "") } else { line.into() });
            xml.push('\n');
        }
        let (found, lacks) = views_of(&xml);
        assert_eq!(found, rows, "{graph} without {drop}");
        assert_eq!(lacks, missing, "{graph} without {drop}");
    };
    let grants = "u1>r1 u2>r2 r2>r3";
    check(grants, "sys_user_has_role.role", &["u1 ?", "u2 ?"], &["sys_user_has_role.role"]);
    // Whoever it is, everything that the role contains is held by somebody.
    check(grants, "sys_user_has_role.user", &["? r1", "? r2", "? r3"], &["sys_user_has_role.user"]);
    check(
        grants,
        "sys_user_has_role.state",
        &["u1 r1 perhaps", "u2 r2 perhaps", "u2 r3 perhaps"],
        &["sys_user_has_role.state"],
    );
    check(
        grants,
        "sys_user_role_contains.contains",
        &["u1 r1", "u2 r2", "u2 ?"],
        &["sys_user_role_contains.contains"],
    );
    check(
        grants,
        "sys_user_role_contains.role",
        &["u1 r1", "u2 r2", "? r3"],
        &["sys_user_role_contains.role"],
    );
    let groups = "u1>g1 g1>g2 g2>r1 u2>r2";
    check(groups, "sys_user_grmember.group", &["u2 r2", "u1 ?"], &["sys_user_grmember.group"]);
    check(groups, "sys_user_grmember.user", &["u2 r2", "? r1"], &["sys_user_grmember.user"]);
    check(groups, "sys_user_group.parent", &["u2 r2", "u1 ?"], &["sys_user_group.parent"]);
    check(groups, "sys_user_group.sys_id", &["u2 r2", "? r1"], &["sys_user_group.sys_id"]);
    check(groups, "sys_group_has_role.group", &["u2 r2", "? r1"], &["sys_group_has_role.group"]);
    check(groups, "sys_group_has_role.role", &["u2 r2", "u1 ?"], &["sys_group_has_role.role"]);
    check(
        groups,
        "sys_group_has_role.inherits",
        &["u2 r2", "u1 r1 perhaps"],
        &["sys_group_has_role.inherits"],
    );
}
