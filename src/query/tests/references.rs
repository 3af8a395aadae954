//! References: `sys_id`, display value, and walking to other rows.

use super::check;

#[test]
fn reference_compares_sys_id_and_searches_display() {
    check(
        "sys_user_has_role",
        "sys_user_has_role role=r1|Admin; user=u1; granted_by=",
        &[
            ("role=r1", "yes"),
            ("role=admin", "yes"),
            ("role!=admin", "no"),
            ("role=itil", "no"),
            ("roleINr1,r2", "yes"),
            ("roleLIKEadm", "yes"),
            ("roleSTARTSWITHADM", "yes"),
            ("roleENDSWITHr1", "no"),
            ("roleNOT LIKEadm", "no"),
            ("userLIKEada", "unknown sys_user"),
            ("granted_byLIKEx", "no"),
            ("granted_byNOT LIKEx", "no"),
        ],
    );
    let user = "sys_user_has_role user=u1\n sys_user sys_id=u1; name=Ada";
    check("sys_user_has_role", user, &[("userLIKEada", "yes"), ("userNOT LIKEada", "no")]);
    let nameless = "sys_user_has_role user=u1\n sys_user sys_id=u1";
    check("sys_user_has_role", nameless, &[("userLIKEada", "unknown sys_user.name")]);
    check("sys_user_has_role", "sys_user_has_role user=u1\n sys_user!", &[("userNOT LIKEada", "no")]);
    check("sys_user", "sys_user u_owner=abc|Ada", &[("u_ownerLIKEada", "yes"), ("u_owner=abc", "yes")]);
}

#[test]
fn walks_to_other_rows() {
    let rows = "
        sys_user_has_role user=u1; role=r1|admin; granted_by=
        sys_user sys_id=u1; active=false; manager=u2; name=Ada
        sys_user sys_id=u2; active=true; manager=u3";
    check(
        "sys_user_has_role",
        rows,
        &[
            ("user.active=false", "yes"),
            ("user.active=false^role.name=admin", "yes"),
            ("user.manager.active=true", "yes"),
            ("user.manager.manager.active=true", "unknown sys_user"),
            ("user.title=x", "unknown sys_user.title"),
            ("role.elevated_privilege=true", "unknown sys_user_role"),
            ("user.sys_idISEMPTY", "no"),
            ("granted_by.name=x", "no"),
            ("granted_by.name!=x", "no"),
            ("granted_by.nameISEMPTY", "yes"),
            ("granted_by.activeANYTHING", "yes"),
            ("userSAMEASuser.sys_id", "yes"),
            ("userNSAMEASuser.manager", "yes"),
        ],
    );
}

/// Roles assigned to users that do not exist: believed only where all users are there.
#[test]
fn missing_row_is_empty_only_in_a_whole_table() {
    let part = "sys_user_has_role user=gone|Ada\n sys_user sys_id=u1; active=true";
    check(
        "sys_user_has_role",
        part,
        &[
            ("user.sys_idISEMPTY", "unknown sys_user"),
            ("user.active=true", "unknown sys_user"),
            ("user.active=true^ORuser.active!=true", "unknown sys_user"),
        ],
    );
    let whole = "sys_user_has_role user=gone|Ada\n sys_user! sys_id=u1; active=true";
    check(
        "sys_user_has_role",
        whole,
        &[
            ("user.sys_idISEMPTY", "yes"),
            ("user.active=true", "no"),
            // The name is shown, whatever is declared of the table.
            ("user.name=Ada", "yes"),
            ("user.nameISEMPTY", "no"),
        ],
    );
}

/// What a reference displays answers for the row's own display column.
#[test]
fn display_value_stands_for_the_name() {
    let rows = "sys_user_has_role role=r1|admin; user=u1|Ada Lovelace; included_in_role=r2";
    check(
        "sys_user_has_role",
        rows,
        &[
            ("role.name=admin", "yes"),
            ("role.nameINitil,admin", "yes"),
            ("role.nameLIKEadm", "yes"),
            ("role.name!=admin", "no"),
            ("role.suffix=admin", "unknown sys_user_role"),
            ("user.name=ada lovelace", "yes"),
            ("user.user_name=ada", "unknown sys_user"),
            ("included_in_role.name=x", "no"),
            ("included_in_role.name=r2", "yes"),
        ],
    );
    // The row itself knows better.
    let row = "sys_user_has_role role=r1|old\n sys_user_role sys_id=r1; name=new";
    check("sys_user_has_role", row, &[("role.name=new", "yes"), ("role.name=old", "no")]);
}

#[test]
fn instance_of_follows_the_dictionary() {
    let rows = "
        ecc_agent sys_class_name=c
        sys_db_object sys_id=1; name=a; super_class=
        sys_db_object sys_id=2; name=B; super_class=1
        sys_db_object sys_id=3; name=c; super_class=2";
    check(
        "ecc_agent",
        rows,
        &[
            ("sys_class_nameINSTANCEOFC", "yes"),
            ("sys_class_nameINSTANCEOFb", "yes"),
            ("sys_class_nameINSTANCEOFa", "yes"),
            ("sys_class_nameINSTANCEOFd", "no"),
        ],
    );
    check(
        "ecc_agent",
        "ecc_agent sys_class_name=c",
        &[("sys_class_nameINSTANCEOFc", "yes"), ("sys_class_nameINSTANCEOFb", "unknown sys_db_object")],
    );
    check("ecc_agent", "ecc_agent sys_class_name=c\n sys_db_object!", &[("sys_class_nameINSTANCEOFb", "no")]);
    check(
        "ecc_agent",
        "ecc_agent sys_class_name=c\n sys_db_object sys_id=3; name=c",
        &[("sys_class_nameINSTANCEOFb", "unknown sys_db_object.super_class")],
    );
    check(
        "ecc_agent",
        "ecc_agent sys_class_name=c\n sys_db_object sys_id=3; name=c; super_class=3",
        &[("sys_class_nameINSTANCEOFb", "no")],
    );
    check("ecc_agent", "ecc_agent sys_class_name=", &[("sys_class_nameINSTANCEOFb", "no")]);
}

/// A reference is compared with a name by what it displays, whichever way the
/// export writes it; what nothing tells is not a silent no.
#[test]
fn a_name_is_compared_with_what_a_reference_displays() {
    let checked = |written: &str, cases: &[(&str, &str)]| {
        let row = format!("sys_security_acl name=x_acme_a; operation={written}");
        check("sys_security_acl", &row, cases);
    };
    let is_list_edit = [
        ("operation.name=list_edit", "yes"),
        ("operation.nameNOT INlist_edit,read", "no"),
        ("operation=list_edit", "yes"),
        ("operation!=list_edit", "no"),
        ("operationINread,List_Edit", "yes"),
        ("operationNOT INread,write", "yes"),
        ("operation=read", "no"),
        ("operationLIKEedit", "yes"),
    ];
    checked("000000000000000000000000000000a1|list_edit", &is_list_edit);
    checked("list_edit|list_edit", &is_list_edit);
    checked("list_edit", &is_list_edit);
    checked("54f535270a0a0b8c007c67009ab2bdc0", &is_list_edit);
    let untold = [
        ("operation.name=list_edit", "unknown sys_security_operation"),
        ("operation=list_edit", "unknown sys_security_operation"),
        ("operation!=list_edit", "unknown sys_security_operation"),
        ("operationNOT INlist_edit", "unknown sys_security_operation"),
        ("operation=000000000000000000000000000000a1", "yes"),
        ("operation=000000000000000000000000000000a2", "no"),
    ];
    checked("000000000000000000000000000000a1", &untold);
    checked("", &[("operation=list_edit", "no"), ("operation!=list_edit", "no")]);
    // The row of the operation tells its name; where all are there, what is not
    // there has none.
    let named = "sys_security_acl operation=000000000000000000000000000000a1
        sys_security_operation sys_id=000000000000000000000000000000a1; name=list_edit";
    check("sys_security_acl", named, &is_list_edit);
    let gone = "sys_security_acl operation=000000000000000000000000000000a1\n sys_security_operation!";
    check("sys_security_acl", gone, &[("operation=list_edit", "no"), ("operation!=list_edit", "yes")]);
    let bare = "sys_security_acl operation=list_edit\n sys_security_operation!";
    check("sys_security_acl", bare, &is_list_edit);
}

#[test]
fn readable_sys_ids_are_no_names() {
    let local = "sys_ui_page sys_scope=000000000000000000000000000000a1";
    check("sys_ui_page", local, &[("sys_scope=global", "no"), ("sys_scope!=global", "yes")]);
    check("sys_ui_page", "sys_ui_page sys_scope=global", &[("sys_scope=global", "yes")]);
}

/// A column that the dictionary does not know may be a reference.
#[test]
fn unknown_columns_may_be_references() {
    let check = |text: &str, cases: &[(&str, &str)]| {
        check("x_acme_order", &format!("x_acme_order {text}"), cases);
    };
    check(
        "owner=000000000000000000000000000000a1|Robin Pine",
        &[
            ("owner=Robin Pine", "yes"),
            ("owner!=Robin Pine", "no"),
            ("owner=Kim Oak", "no"),
            ("owner.active=false", "unknown x_acme_order.owner"),
            ("owner.manager.active=false", "unknown x_acme_order.owner"),
            ("owner.activeISEMPTY", "unknown x_acme_order.owner"),
        ],
    );
    check(
        "owner=000000000000000000000000000000a1",
        &[
            ("owner=Robin Pine", "unknown x_acme_order.owner"),
            ("owner=000000000000000000000000000000a1", "yes"),
            ("owner=000000000000000000000000000000a2", "no"),
        ],
    );
    check("owner=", &[("owner.active=false", "no"), ("owner.activeISEMPTY", "yes"), ("owner=x", "no")]);
    check(
        "state=open",
        &[
            ("owner.active=false", "unknown x_acme_order.owner"),
            ("state=open", "yes"),
            ("state=closed", "no"),
            ("state!=closed", "yes"),
        ],
    );
}
