//! Related lists, in the platform's form and by value.

use super::check;

const ROWS: &str = "
    sys_user sys_id=u1; user_name=ada; department=
    sys_user_has_role user=u1; role=r1|admin; inherited=false
    sys_user_has_role user=u1; role=r2|itil
    sys_user_has_role user=u2; role=r1|admin; inherited=true";

#[test]
fn counts_in_part_of_a_table() {
    check(
        "sys_user",
        ROWS,
        &[
            ("RLQUERYsys_user_has_role.user,>=1^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=2^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=3^ENDRLQUERY", "unknown sys_user_has_role"),
            ("RLQUERYsys_user_has_role.user,>1^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,=0^ENDRLQUERY", "no"),
            ("RLQUERYsys_user_has_role.user,=1^ENDRLQUERY", "no"),
            ("RLQUERYsys_user_has_role.user,=2^ENDRLQUERY", "unknown sys_user_has_role"),
            ("RLQUERYsys_user_has_role.user,<2^ENDRLQUERY", "no"),
            ("RLQUERYsys_user_has_role.user,<3^ENDRLQUERY", "unknown sys_user_has_role"),
            ("RLQUERYsys_user_has_role.user,<=1^ENDRLQUERY", "no"),
            ("RLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=1,role.name=admin^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=1^role.name=x^ENDRLQUERY", "unknown sys_user_has_role"),
            ("RLQUERYsys_user_has_role.user,>=2^role.name=admin^ORrole.name=itil^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=1,role.nameINx,ADMIN^inherited=false^ENDRLQUERY", "yes"),
            (
                "RLQUERYsys_user_has_role.user,>=1^role.suffix=x^ENDRLQUERY",
                "unknown sys_user_has_role sys_user_role",
            ),
            ("RLQUERYsys_user_grmember.user,=0^ENDRLQUERY", "unknown sys_user_grmember"),
            ("RLQUERYsys_user_grmember.user,>=0^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_grmember.user,<0^ENDRLQUERY", "no"),
        ],
    );
}

#[test]
fn counts_in_a_whole_table() {
    let rows = &ROWS.replacen("sys_user_has_role", "sys_user_has_role!", 1);
    check(
        "sys_user",
        rows,
        &[
            ("RLQUERYsys_user_has_role.user,=2^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,>=3^ENDRLQUERY", "no"),
            ("RLQUERYsys_user_has_role.user,<3^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,<=2^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,=0^role.name=x^ENDRLQUERY", "yes"),
            ("RLQUERYsys_user_has_role.user,=0^role.name=admin^ENDRLQUERY", "no"),
            // A row that cannot be judged could be one.
            (
                "RLQUERYsys_user_has_role.user,>=1^inherited=true^ENDRLQUERY",
                "unknown sys_user_has_role.inherited",
            ),
            (
                "RLQUERYsys_user_has_role.user,=1^inherited=false^ENDRLQUERY",
                "unknown sys_user_has_role.inherited",
            ),
            ("RLQUERYsys_user_has_role.user,>=2^inherited=true^ENDRLQUERY", "no"),
        ],
    );
}

#[test]
fn several_blocks_join_like_conditions() {
    check(
        "sys_user",
        ROWS,
        &[
            (
                "RLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY^RLQUERYsys_user_has_role.user,>=1^role.name=itil^ENDRLQUERY",
                "yes",
            ),
            ("user_name=x^ORRLQUERYsys_user_has_role.user,>=1^role.name=admin^ENDRLQUERY", "yes"),
            (
                "RLQUERYsys_user_grmember.user,=0^ENDRLQUERY^ORRLQUERYsys_user_has_role.user,>=1^ENDRLQUERY",
                "yes",
            ),
            ("RLQUERYsys_user_grmember.user,=0^ENDRLQUERY^user_name=x", "no"),
            ("RLQUERYsys_user_has_role.user,=0^ENDRLQUERY^NQuser_name=ada", "yes"),
        ],
    );
}

#[test]
fn needs_this_rows_sys_id_and_the_other_rows_column() {
    check(
        "sys_user",
        "sys_user user_name=ada\n sys_user_has_role! user=u1",
        &[("RLQUERYsys_user_has_role.user,=0^ENDRLQUERY", "unknown sys_user.sys_id")],
    );
    check(
        "sys_user",
        "sys_user sys_id=u1\n sys_user_has_role! role=r1",
        &[("RLQUERYsys_user_has_role.user,=0^ENDRLQUERY", "unknown sys_user_has_role.user")],
    );
}

#[test]
fn joins_by_value() {
    let rows = "
        sys_script_include name=Util; api_name=global.Util; description=
        sys_security_acl! name=GLOBAL.util; active=true
        sys_security_acl name=other";
    check(
        "sys_script_include",
        rows,
        &[
            ("RLQUERYsys_security_acl.name=api_name,=0^ENDRLQUERY", "no"),
            ("RLQUERYsys_security_acl.name=api_name,>=1^active=true^ENDRLQUERY", "yes"),
            ("RLQUERYsys_security_acl.name=name,=0^ENDRLQUERY", "yes"),
            ("RLQUERYsys_security_acl.name=description,=0^ENDRLQUERY", "yes"),
            ("RLQUERYsys_security_acl.name=description,>=1^ENDRLQUERY", "no"),
            ("RLQUERYsys_security_acl.name=script,=0^ENDRLQUERY", "unknown sys_script_include.script"),
        ],
    );
    let walked = "
        sys_user_grmember user=u1; group=g1
        sys_user sys_id=u1; user_name=ada; manager=u9
        sys_user_has_role user=u9; role=r1|admin";
    check(
        "sys_user_grmember",
        walked,
        &[
            ("RLQUERYsys_user_has_role.user=user.manager,>=1^role.name=admin^ENDRLQUERY", "yes"),
            (
                "RLQUERYsys_user_has_role.user=user,>=1^role.name=admin^ENDRLQUERY",
                "unknown sys_user_has_role",
            ),
            ("RLQUERYsys_user_has_role.user=group.manager,>=1^ENDRLQUERY", "unknown sys_user_group"),
        ],
    );
}
