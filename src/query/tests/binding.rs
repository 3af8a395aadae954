//! Names: what is checked, what is asked of the reader, what is said about it.

use super::{MACHINE, Mock, Pack, Rows};
use crate::query::{BoundQuery, Query, RowId, bind, bind_path};
use crate::record::Wanted;

fn bound(table: &str, query: &str) -> (BoundQuery, Wanted) {
    let mut wanted = Wanted::new();
    let parsed = Query::parse(query).unwrap();
    let bound = bind(&parsed, table, &mut wanted, &Pack).unwrap_or_else(|error| panic!("{query}: {error}"));
    (bound, wanted)
}

#[track_caller]
fn refused(table: &str, query: &str, place: &str, message: &str) {
    let parsed = Query::parse(query).unwrap();
    let error = bind(&parsed, table, &mut Wanted::new(), &Pack).expect_err(query);
    assert!(error.message.contains(message), "{query}: {error}");
    assert_eq!(&query[error.span.clone()], place, "{query}: {error}");
}

#[test]
fn refuses_wrong_names() {
    for (table, query, place, message) in [
        ("sys_user", "active=true^actve=true", "actve", "has no column 'actve'; perhaps 'active'"),
        ("sys_user", "nonsense=1", "nonsense", "table 'sys_user' has no column 'nonsense'"),
        ("sys_user_has_role", "user.actve=true", "user.actve", "table 'sys_user' has no column 'actve'"),
        (
            "sys_user",
            "active.name=x",
            "active.name",
            "'active' of table 'sys_user' is not known to be a reference",
        ),
        ("alm_asset", "assigned_to.@role=x", "assigned_to.@role", "is not known to be a reference"),
        ("sys_user", "nameSAMEASnope", "nope", "has no column 'nope'"),
        ("sys_user", "@class.robot=true", "@class.robot", "table 'sys_user' has no class 'robot'"),
        ("sys_user", "@class.machineLIKEx", "@class.machineLIKEx", "either true or false"),
        ("sys_user", "@class.machine=maybe", "@class.machine=maybe", "either true or false"),
        ("sys_user", "@class.machine.name=x", "@class.machine.name", "no computed field '@class.machine'"),
        ("sys_user", "nameSAMEAS@role", "@role", "cannot be compared with another field"),
        ("sys_user", "@role>a", "@role>a", "is a set of names"),
        ("sys_user_role", "@role=a", "@role", "@role is a field of 'sys_user'"),
        ("sys_user", "@nobody=a", "@nobody", "no computed field '@nobody'"),
        ("sys_user", "activeRELATIVELT@day@ago@1", "activeRELATIVELT@day@ago@1", "'active' is not a date"),
        ("sys_user", "last_loginONx@a@b", "last_loginONx@a@b", "two moments"),
        ("effective_role", "sys_created_on=x", "sys_created_on", "table 'effective_role' has no column"),
        ("sys_user", "a=1", "a", "has no column"),
        (
            "sys_user",
            "RLQUERYsys_user_has_role.usr,>=1^ENDRLQUERY",
            "RLQUERYsys_user_has_role.usr,>=1",
            "has no column 'usr'",
        ),
        (
            "sys_user",
            "RLQUERYsys_user_has_role.user,>=1^rle=1^ENDRLQUERY",
            "rle",
            "has no column 'rle'; perhaps 'role'",
        ),
        (
            "sys_user",
            "RLQUERYsys_user_has_role.user=@role,>=1^ENDRLQUERY",
            "RLQUERYsys_user_has_role.user=@role,>=1",
            "computed field",
        ),
    ] {
        refused(table, query, place, message);
    }
}

#[test]
fn warns_of_what_cannot_be_checked() {
    let warnings = |table, query| bound(table, query).0.warnings().join("\n");
    assert_eq!(warnings("sys_user", "active=true^@role=x"), "");
    assert_eq!(
        warnings("sys_user", "u_a=1^ORu_a=2"),
        "column 'u_a' of table 'sys_user' is custom: it is not checked"
    );
    assert!(warnings("sys_user", "x_acme_a=1").contains("x_acme_a"));
    assert!(warnings("u_thing", "anything=1").contains("table 'u_thing' is not in the built-in dictionary"));
    assert!(
        warnings("sys_user", "last_login>soon").contains("'last_login' holds a date, which 'soon' is not")
    );
    assert!(warnings("sys_user", "failed_attemptsBETWEEN1@x").contains("a number, which 'x' is not"));
    assert!(warnings("sys_user", "active=1").contains("true or false, which '1' is not"));
    assert_eq!(warnings("sys_user", "active=^ORactive=TRUE^failed_attempts>3^last_login>2026-01-01"), "");
    assert!(warnings("sys_user", "company.stock_symbol=x").contains("'core_company'"));
    assert!(warnings("sys_user", "u_boss.name=x").contains("column 'u_boss' of table 'sys_user' is custom"));
    assert!(warnings("alm_asset", "assigned_to.active=false").contains("table 'alm_asset'"));
    assert!(warnings("u_thing", "sys_created_on>soon").contains("holds a date"));
    assert_eq!(warnings("effective_role", "user.active=true^role.name=admin"), "");
}

/// An instance compares references with sys_ids only.
#[test]
fn doubts_comparisons_of_references_with_names() {
    let doubts = |table, query: &str| {
        let (bound, _) = bound(table, query);
        let doubts = bound.doubts().iter().map(|doubt| format!("{}: {doubt}", &query[doubt.span.clone()]));
        doubts.collect::<Vec<_>>().join("\n")
    };
    let said = doubts("sys_security_acl", "active=true^operation=read");
    assert!(said.starts_with("operation=read: ") && said.ends_with("ask operation.name"), "{said}");
    let said = doubts("sys_user", "RLQUERYsys_user_has_role.user,>=1^roleINadmin,itil^ENDRLQUERY");
    assert!(said.ends_with("ask role.name"), "{said}");
    assert!(doubts("sys_user_has_role", "user.manager!=robin").ends_with("ask user.manager.name"));
    for query in ["operation.name=read", "operation=000000000000000000000000000000a1", "operationLIKEread"] {
        assert_eq!(doubts("sys_security_acl", query), "", "{query}");
    }
    assert_eq!(doubts("sys_security_acl", "sys_scope=global^operation=^operationISEMPTY"), "");
    assert_eq!(doubts("x_acme_order", "owner=robin"), "", "it may be no reference");
}

#[test]
fn asks_the_reader_for_what_it_reads() {
    let columns = |table, query| {
        let (_, wanted) = bound(table, query);
        let tables =
            wanted.tables().iter().map(|table| format!("{}: {}", table.name, table.columns[3..].join(" ")));
        tables.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(columns("sys_user", "active=true^ORDERBYname"), "sys_user: active");
    let by_sys_id = "role=000000000000000000000000000000a1";
    assert_eq!(columns("sys_user_has_role", by_sys_id), "sys_user_has_role: role");
    assert_eq!(columns("sys_user_has_role", "role=x"), "sys_user_has_role: role; sys_user_role: name");
    assert_eq!(columns("sys_user_has_role", "roleLIKEx"), "sys_user_has_role: role; sys_user_role: name");
    assert_eq!(
        columns("sys_user_has_role", "user.manager.active=true"),
        "sys_user_has_role: user user.manager.active; sys_user: manager active"
    );
    assert_eq!(
        columns("sys_user", "RLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY"),
        "sys_user: ; sys_user_has_role: user role role.name; sys_user_role: name",
    );
    assert_eq!(columns("sys_user", "@owner=000000000000000000000000000000a1"), "sys_user: manager u_owner");
    assert_eq!(
        columns("ecc_agent", "sys_class_nameINSTANCEOFx"),
        "ecc_agent: sys_class_name; sys_db_object: name super_class"
    );
    assert!(columns("sys_user", "@role=x").contains("sys_group_has_role: group role inherits"));
}

#[test]
fn says_what_it_needs() {
    for (table, query, local, portable, clock) in [
        ("sys_user", "", true, true, false),
        ("sys_user", "active=true^nameSAMEASuser_name", true, true, false),
        ("sys_user", "last_loginRELATIVELT@day@ago@1", true, true, true),
        ("sys_user", "last_login>javascript:gs.endOfToday()", true, true, true),
        ("sys_user", "last_login>javascript:gs.dateGenerate('2026-01-01','end')", true, true, false),
        ("sys_user_has_role", "user.active=true", false, true, false),
        ("sys_user_has_role", "user=000000000000000000000000000000a1", true, true, false),
        ("sys_user_has_role", "user=x", false, true, false),
        ("sys_user", "roles=admin", false, true, false),
        ("alm_asset", "assigned_to.active=false", true, true, false),
        ("sys_user_has_role", "userLIKEx", false, true, false),
        ("sys_user", "@class.machine=true", false, false, false),
        ("sys_user", "@role=admin", false, false, false),
        ("sys_user", "@action=DELETE", true, false, false),
        ("sys_user", "@owner=000000000000000000000000000000a1", true, false, false),
        ("sys_user", "RLQUERYsys_user_has_role.user,>=1^ENDRLQUERY", false, true, false),
        (
            "sys_user",
            "RLQUERYsys_user_has_role.user,>=1^sys_created_onRELATIVELT@day@ago@1^ENDRLQUERY",
            false,
            true,
            true,
        ),
        ("sys_user", "RLQUERYsys_security_acl.name=user_name,>=1^ENDRLQUERY", false, false, false),
        ("sys_user", "RLQUERYeffective_role.user,>=1^ENDRLQUERY", false, false, false),
        ("role_closure", "contains.name=admin", false, false, false),
    ] {
        let (bound, _) = bound(table, query);
        assert_eq!(
            (bound.is_local(), bound.portable(), bound.uses_clock()),
            (local, portable, clock),
            "{query}"
        );
    }
    assert!(bound("sys_user", "@role=x").0.uses_roles());
    assert!(!bound("sys_user", "@class.machine=true").0.uses_roles());
    assert!(bound("sys_user", "@action=x").0.uses_computed());
}

#[test]
fn paths_show_what_a_person_would_see() {
    let rows = "
        sys_user_has_role role=r1|admin; user=u1; inherited=; granted_by=g1
        sys_user sys_id=u1; name=Ada; manager=u9|Boss; @x.machine=yes; @roles=itil,admin";
    let shown = |path: &str| {
        let mut wanted = Wanted::new();
        let bound = bind_path(path, "sys_user_has_role", &mut wanted, &Pack).unwrap();
        assert_eq!(bound.text(), path);
        let data = Mock { wanted, rows: Rows::parse(rows) };
        bound.display(&data, RowId(0)).map(std::borrow::Cow::into_owned)
    };
    for (path, expected) in [
        ("role", Some("admin")),
        ("role.name", Some("admin")),
        ("role.suffix", None),
        ("user", Some("Ada")),
        ("user.name", Some("Ada")),
        ("user.manager", Some("Boss")),
        ("user.manager.name", Some("Boss")),
        ("granted_by", Some("g1")),
        ("inherited", None),
        ("state", None),
    ] {
        assert_eq!(shown(path).as_deref(), expected, "{path}");
    }
    let mut wanted = Wanted::new();
    let class = bind_path("@class.machine", "sys_user", &mut wanted, &Pack).unwrap();
    let roles = bind_path("@role", "sys_user", &mut wanted, &Pack).unwrap();
    let manager = bind_path("manager", "sys_user", &mut wanted, &Pack).unwrap();
    assert!(manager.is_local() && !roles.is_local() && class.column().is_none());
    let data = Mock { wanted, rows: Rows::parse(rows) };
    assert_eq!(class.display(&data, RowId(0)).as_deref(), Some("true"));
    assert_eq!(roles.display(&data, RowId(0)).as_deref(), Some("admin, itil"));
    assert_eq!(manager.cell(&data, RowId(0)).unwrap().value, "u9");
    assert_eq!(bind_path("a b", "sys_user", &mut Wanted::new(), &Pack).unwrap_err().span, 1..3);
    assert_eq!(MACHINE.0, 7);
}
