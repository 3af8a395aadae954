//! Computed fields: classes, roles, aliases, and where a record came from.

use super::check;

#[test]
fn class_is_a_question_of_three_answers() {
    check(
        "sys_user",
        "sys_user @x.machine=yes",
        &[
            ("@class.machine=true", "yes"),
            ("@class.machine!=false", "yes"),
            ("@class.machine=FALSE", "no"),
            ("@class.machine!=true", "no"),
        ],
    );
    check(
        "sys_user",
        "sys_user @x.machine=no",
        &[("@class.machine=true", "no"), ("@class.machine=false", "yes")],
    );
    check(
        "sys_user",
        "sys_user @x.machine=unknown",
        &[
            ("@class.machine=true", "unknown sys_user.sys_id"),
            ("@class.machine!=false", "unknown sys_user.sys_id"),
            ("@class.machine=false", "unknown sys_user.sys_id"),
            ("@class.machine!=true", "unknown sys_user.sys_id"),
        ],
    );
}

#[test]
fn class_of_a_walked_row() {
    let rows = "
        sys_user_has_role user=u1; role=r1; granted_by=
        sys_user sys_id=u0
        sys_user sys_id=u1; @x.machine=yes; manager=";
    check(
        "sys_user_has_role",
        rows,
        &[
            ("user.@class.machine=true", "yes"),
            ("user.@class.machine=false", "no"),
            ("user.manager.@class.machine=true", "no"),
            ("user.manager.@class.machine=false", "no"),
        ],
    );
    check(
        "sys_user_has_role",
        "sys_user_has_role user=u1",
        &[("user.@class.machine=true", "unknown sys_user")],
    );
}

#[test]
fn role_is_a_set() {
    check(
        "sys_user",
        "sys_user @roles=itil,Admin",
        &[
            ("@role=admin", "yes"),
            ("@role=x", "no"),
            ("@role!=admin", "no"),
            ("@role!=x", "yes"),
            ("@roleINx,itil", "yes"),
            ("@roleNOT INx,itil", "no"),
            ("@roleNOT INx,y", "yes"),
            ("@roleLIKEdmi", "yes"),
            ("@roleNOT LIKEdmi", "no"),
            ("@roleSTARTSWITHad", "yes"),
            ("@roleENDSWITHl", "yes"),
            ("@roleISEMPTY", "no"),
            ("@role=", "no"),
            ("@role!=", "yes"),
            ("@roleISNOTEMPTY", "yes"),
            ("@roleANYTHING", "yes"),
        ],
    );
    check(
        "sys_user",
        "sys_user @roles=itil,?",
        &[
            ("@role=itil", "yes"),
            ("@role=admin", "unknown sys_user_has_role"),
            ("@role!=admin", "unknown sys_user_has_role"),
            ("@role!=itil", "no"),
            ("@roleISEMPTY", "no"),
        ],
    );
    check(
        "sys_user",
        "sys_user @roles=",
        &[("@roleISEMPTY", "yes"), ("@role!=admin", "yes"), ("@role=admin", "no")],
    );
    check(
        "sys_user",
        "sys_user @roles=?",
        &[("@roleISEMPTY", "unknown sys_user_has_role"), ("@roleISNOTEMPTY", "unknown sys_user_has_role")],
    );
    check(
        "sys_user",
        "sys_user manager=",
        &[("manager.@role!=admin", "no"), ("manager.@role=admin", "no"), ("manager.@roleISEMPTY", "yes")],
    );
}

#[test]
fn alias_is_the_first_that_is_not_empty() {
    check(
        "sys_user",
        "sys_user manager=; u_owner=u2\n sys_user sys_id=u2; active=false",
        &[("@owner=u2", "yes"), ("@ownerISEMPTY", "no"), ("@owner.active=false", "yes")],
    );
    check(
        "sys_user",
        "sys_user manager=u1; u_owner=u2",
        &[("@owner=u1", "yes"), ("@owner.active=false", "unknown sys_user")],
    );
    check(
        "sys_user",
        "sys_user manager=",
        &[("@ownerISEMPTY", "yes"), ("@owner=x", "no"), ("@owner.active=false", "no")],
    );
    check(
        "sys_user",
        "sys_user u_owner=u2|Ada",
        &[("@owner=u2", "yes"), ("@owner.name=Ada", "yes"), ("@ownerLIKEada", "yes")],
    );
    check("sys_user", "sys_user name=x", &[("@ownerISEMPTY", "unknown sys_user.manager sys_user.u_owner")]);
}

#[test]
fn where_a_record_came_from() {
    let rows = "sys_user @origin=update_set; @action=DELETE; @instance=prod";
    check(
        "sys_user",
        rows,
        &[
            ("@action=delete", "yes"),
            ("@action!=DELETE", "no"),
            ("@origin=table", "no"),
            ("@originINapp,update_set", "yes"),
            ("@instanceSTARTSWITHprod", "yes"),
            ("@instanceISEMPTY", "no"),
        ],
    );
}

/// Exports hold these columns empty for everybody.
#[test]
fn calculated_columns_are_not_what_exports_hold() {
    let roles = |grants: &str, cases: &[(&str, &str)]| {
        check("sys_user", &format!("sys_user roles=; accumulated_roles=; @roles={grants}"), cases);
    };
    roles(
        "itil,admin,?",
        &[
            ("roles=admin", "yes"),
            ("accumulated_rolesLIKEadm", "yes"),
            ("roles=x", "unknown sys_user_has_role"),
            ("rolesISEMPTY", "no"),
        ],
    );
    roles(
        "?",
        &[("roles!=admin", "unknown sys_user_has_role"), ("rolesISEMPTY", "unknown sys_user_has_role")],
    );
    roles("itil", &[("roles=admin", "no"), ("rolesNOT LIKEadmin", "yes"), ("rolesINadmin,itil", "yes")]);
    let grants = "sys_user_has_role user=u1\n sys_user sys_id=u1; roles=; @roles=admin";
    check("sys_user_has_role", grants, &[("user.roles=admin", "yes")]);
    let manager = "sys_user manager=u1\n sys_user sys_id=u1; roles=; @roles=admin";
    check(
        "sys_user",
        manager,
        &[
            ("RLQUERYsys_user.sys_id=manager,>=1^roles=admin^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user.sys_id=manager,>=1^roles=itil^ENDRLQUERY", "unknown sys_user sys_user.sys_id"),
        ],
    );
    let group = |text: &str, cases: &[(&str, &str)]| {
        check("sys_user_group", &format!("sys_user_group {text}"), cases);
    };
    group(
        "roles=",
        &[
            ("roles=itil", "unknown sys_user_group.roles"),
            ("rolesISEMPTY", "unknown sys_user_group.roles"),
            ("rolesANYTHING", "yes"),
        ],
    );
    group("roles=itil", &[("roles=itil", "yes"), ("roles=admin", "no")]);
}
