//! Who holds which role: users, groups, roles, and the tables between them.

use std::io::{self, Write};

use super::random::{Random, id_of};
use super::users::{Columns, User, count, element, put};
use super::xml::Xml;
use super::{Summary, UNLOAD};

/// Roles without much power; what `admin` may do, none of them may.
const ROLES: u64 = 40;

/// One grant in so many is one of `admin`, to a person.
const GRANTS_PER_ADMIN: u64 = 20_000;

/// One export of seven tables: `users` users and `grants` rows of `sys_user_has_role`.
pub(crate) fn roles(users: u64, grants: u64, out: &mut dyn Write) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut xml = Xml::new("\n");
    put(UNLOAD, out, &mut summary)?;
    let groups = users.div_ceil(100);
    for row in 0..=ROLES {
        role(&mut xml, row);
        if row + 1 < ROLES {
            contains(&mut xml, row);
        }
        summary.rows += 1 + u64::from(row + 1 < ROLES);
    }
    for row in 0..groups {
        group(&mut xml, row);
        group_role(&mut xml, row);
        flush(&mut xml, out, &mut summary)?;
        summary.rows += 2;
    }
    for row in 0..users {
        let user = User::new(row);
        element(&mut xml, &user, Columns::Few);
        count(&user, &mut summary);
        member(&mut xml, &user, row % groups);
        flush(&mut xml, out, &mut summary)?;
        summary.rows += 1;
    }
    for row in 0..grants {
        grant(&mut xml, row, users, &mut summary);
        flush(&mut xml, out, &mut summary)?;
        summary.rows += 1;
    }
    put("</unload>\n", out, &mut summary)?;
    Ok(summary)
}

/// Writes what was made and begins anew.
fn flush(xml: &mut Xml, out: &mut dyn Write, summary: &mut Summary) -> io::Result<()> {
    put(&xml.text, out, summary)?;
    xml.text.clear();
    Ok(())
}

/// The name of a role; the one after the last is `admin`.
fn role_name(row: u64) -> String {
    if row == ROLES { "admin".to_owned() } else { format!("x_acme_task.reader_{row}") }
}

fn reference_to_role(xml: &mut Xml, column: &str, row: u64) {
    let name = role_name(row);
    xml.raw(&[
        "<",
        column,
        " display_value=\"",
        &name,
        "\" name=\"",
        &name,
        "\">",
        &id_of("sys_user_role", row),
        "</",
        column,
        ">",
    ]);
}

fn role(xml: &mut Xml, row: u64) {
    xml.open("sys_user_role");
    xml.field("can_delegate", "false");
    xml.field("description", "Sees tasks of one kind");
    xml.field("elevated_privilege", "false");
    xml.field("grantable", "true");
    xml.field("name", &role_name(row));
    xml.field("sys_id", &id_of("sys_user_role", row));
    xml.close("sys_user_role");
}

/// Each role but the last harmless one contains the next.
fn contains(xml: &mut Xml, row: u64) {
    xml.open("sys_user_role_contains");
    reference_to_role(xml, "contains", row + 1);
    reference_to_role(xml, "role", row);
    xml.field("sys_id", &id_of("sys_user_role_contains", row));
    xml.close("sys_user_role_contains");
}

fn group(xml: &mut Xml, row: u64) {
    let manager = User::new(0);
    xml.open("sys_user_group");
    xml.field("active", "true");
    xml.reference("manager", &manager.shown(), &manager.sys_id());
    xml.field("name", &format!("Team {row}"));
    xml.reference("parent", "", "");
    xml.field("sys_id", &id_of("sys_user_group", row));
    xml.field("type", "");
    xml.close("sys_user_group");
}

fn group_role(xml: &mut Xml, row: u64) {
    xml.open("sys_group_has_role");
    xml.reference("group", &format!("Team {row}"), &id_of("sys_user_group", row));
    xml.field("inherits", "true");
    reference_to_role(xml, "role", row % ROLES);
    xml.field("sys_id", &id_of("sys_group_has_role", row));
    xml.close("sys_group_has_role");
}

fn member(xml: &mut Xml, user: &User, group: u64) {
    xml.open("sys_user_grmember");
    xml.reference("group", &format!("Team {group}"), &id_of("sys_user_group", group));
    xml.field("sys_id", &id_of("sys_user_grmember", user.row));
    xml.reference("user", &user.shown(), &user.sys_id());
    xml.close("sys_user_grmember");
}

fn grant(xml: &mut Xml, row: u64, users: u64, summary: &mut Summary) {
    let mut random = Random::of("sys_user_has_role", row);
    let sys_id = random.id();
    let is_admin = row % GRANTS_PER_ADMIN == 5;
    let (user, role) = if is_admin {
        (User::new((row / GRANTS_PER_ADMIN * 10 + 1) % users), ROLES)
    } else {
        // Who left has lost the roles: each tenth user is inactive, the one before is not.
        let drawn = random.below(users);
        (User::new(if drawn % 10 == 9 { drawn - 1 } else { drawn }), random.below(ROLES))
    };
    if is_admin && user.is_active && !user.is_service {
        summary.plant("SNR1006");
    }
    xml.open("sys_user_has_role");
    xml.reference("granted_by", "", "");
    xml.reference("included_in_role", "", "");
    xml.field("inherited", "false");
    reference_to_role(xml, "role", role);
    xml.field("state", "active");
    xml.field("sys_id", &sys_id);
    xml.field("sys_updated_on", "2026-01-18 09:12:00");
    xml.reference("user", &user.shown(), &user.sys_id());
    xml.close("sys_user_has_role");
}
