//! What is declared of exports, and what they show.

use std::collections::BTreeMap;

use crate::facts::Options;
use crate::instance::{Plan, instance_notices, read_all};
use crate::judge::judge;
use crate::rule::{Pack, Settings, builtin};
use crate::source::Source;

fn id(number: usize) -> String {
    format!("{number:032x}")
}

fn user(number: usize) -> String {
    let id = id(number);
    format!(
        "<sys_user action=\"INSERT\"><active>true</active><name>{id}</name><sys_id>{id}</sys_id><user_name>u.{id}</user_name></sys_user>"
    )
}

fn unload(rows: &str) -> String {
    format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}</unload>")
}

/// An export of the users with these numbers.
fn users(numbers: impl IntoIterator<Item = usize>) -> String {
    unload(&numbers.into_iter().map(user).collect::<String>())
}

/// What SNR1001 comes to, the tables that are taken as whole, and the warnings.
fn told(files: &[(&str, String)], complete: &str) -> (&'static str, Vec<String>, Vec<String>) {
    let settings = Settings { select: vec!["SNR1001".to_owned()], ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let sources: Vec<_> =
        files.iter().map(|(path, text)| Source::memory(path, text.as_bytes().to_vec())).collect();
    let (mut options, mut counts) = (Options::default(), BTreeMap::new());
    for declared in complete.split(' ').filter(|text| !text.is_empty()) {
        let (table, count) = declared.split_once('=').unwrap_or((declared, ""));
        counts.extend(count.parse().ok().map(|count| (table.to_owned(), count)));
        options.complete.insert(table.to_owned());
    }
    options.counts = counts;
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    let coverage = &judge(&reading.instance, &pack.rules).coverage[0];
    let verdict = match (coverage.fail, coverage.cannot_tell) {
        (1.., _) => "fail",
        (0, 1..) => "cannot tell",
        _ => "pass",
    };
    let notices = instance_notices(&reading.instance, &|source| sources[source as usize].path());
    let of_claims = notices.into_iter().filter(|notice| notice.kind == "claim-doubted");
    let notices = of_claims.map(|notice| format!("{}: {}", notice.path, notice.message)).collect();
    (verdict, reading.instance.whole_tables(), notices)
}

#[track_caller]
fn check(files: &[(&str, String)], complete: &str, whole: &[&str], warnings: &[&str]) {
    let (_, is_whole, said) = told(files, complete);
    assert_eq!(is_whole, whole, "{complete}");
    assert_eq!(said.len(), warnings.len(), "{said:?}");
    for (said, expected) in said.iter().zip(warnings) {
        assert!(said.starts_with(expected), "{said}: {expected}");
    }
}

const CUT: &str = "u.xml: exactly 10000 rows of sys_user";

#[test]
fn a_table_at_the_limit_of_exports_is_not_taken_as_whole() {
    let whole = ["sys_user"];
    let full = || ("u.xml", users(1..=10_000));
    check(&[("u.xml", users(1..10_000))], "sys_user", &whole, &[]);
    check(&[full()], "sys_user", &[], &[CUT]);
    check(&[full()], "all", &[], &[CUT]);
    check(&[full()], "", &[], &[]);
    // Whoever says how many there are has counted them.
    check(&[full()], "sys_user=10000", &whole, &[]);
    check(
        &[full()],
        "sys_user=10001",
        &[],
        &["u.xml: 10001 rows of sys_user are declared, and 10000 were read"],
    );
    check(&[("u.xml", users(1..4))], "sys_user=3", &whole, &[]);
    check(
        &[("u.xml", users(1..4))],
        "sys_user=4",
        &[],
        &["u.xml: 4 rows of sys_user are declared, and 3 were read"],
    );
    // Rows of a table that extends it count: the list stopped at all of them.
    let contacts = users(1..=10_000).replacen("sys_user ", "customer_contact ", 1);
    check(&[("u.xml", contacts.replacen("</sys_user>", "</customer_contact>", 1))], "sys_user", &[], &[CUT]);
    // Another part goes on from there.
    check(&[full(), ("v.xml", users(10_000..10_020))], "sys_user", &whole, &[]);
    check(&[full(), ("v.xml", users([10_000]))], "sys_user", &whole, &[]);
    let named = |name: &'static str, rows| (name, users(rows));
    check(&[named("u_1.xml", 1..10_001), named("u_2.xml", 10_001..10_020)], "sys_user", &whole, &[]);
    check(&[named("u.xml", 1..10_001), named("u (1).xml", 10_001..10_020)], "sys_user", &[], &[CUT]);
    check(
        &[named("u_1.xml", 10_001..20_001), named("u_2.xml", 5..20)],
        "sys_user",
        &[],
        &["u_1.xml: exactly 10000 rows of sys_user"],
    );
    // Rows of another export say nothing of what this one left out.
    check(&[full(), ("v.xml", users(10_001..10_020))], "sys_user", &[], &[CUT]);
    check(&[full(), ("v.xml", users([20_000]))], "sys_user", &[], &[CUT]);
    check(&[full(), ("v.xml", users([20_000]))], "sys_user=10001", &whole, &[]);
    let (_, _, said) = told(&[full(), ("v.xml", users([20_000]))], "sys_user");
    assert!(said[0].ends_with("--complete sys_user=10001"), "{said:?}");
    check(&[full(), ("v.xml", users(5..20))], "sys_user", &[], &[CUT]);
    check(&[full(), ("v.xml", users(10_000..20_000))], "sys_user", &[], &["v.xml: exactly 10000 rows"]);
    // In another order only a part of the same export can go on.
    let mixed = || users((1..=10_000).rev());
    check(&[("u (1).xml", mixed()), ("u (2).xml", users(20_000..20_005))], "sys_user", &whole, &[]);
    check(&[("u.xml", mixed()), ("w.xml", users(20_000..20_005))], "sys_user", &[], &[CUT]);
    // As a browser names a second download, whatever it is.
    check(&[("u.xml", mixed()), ("u (1).xml", users(20_000..20_005))], "sys_user", &[], &[CUT]);
}

#[test]
fn the_limit_may_be_one_of_the_instance() {
    let limit = "<sys_properties action=\"INSERT\"><name>glide.xml.export.limit</name><sys_id>p</sys_id><value>7</value></sys_properties>";
    let settings = Settings::default();
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let sources = [
        Source::memory("p.xml", unload(limit).into_bytes()),
        Source::memory("u.xml", users(1..8).into_bytes()),
    ];
    let options = Options { complete: ["sys_user".to_owned()].into(), ..Options::default() };
    let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
    assert_eq!(reading.instance.whole_tables(), [""; 0]);
}

#[test]
fn a_part_may_be_missing() {
    let whole = ["sys_user"];
    let parts = |names: [&'static str; 2], second: std::ops::Range<usize>| {
        [(names[0], users(1..5)), (names[1], users(second))]
    };
    let gap = "u (3).xml: no file stands between u (1).xml and this one";
    check(&parts(["u (1).xml", "u (3).xml"], 5..9), "sys_user", &[], &[gap]);
    check(&parts(["u (1).xml", "u (3).xml"], 4..9), "sys_user", &[], &[gap]);
    check(&parts(["u (1).xml", "u (3).xml"], 5..9), "sys_user=8", &whole, &[]);
    check(&parts(["u (1).xml", "u (2).xml"], 5..9), "sys_user", &whole, &[]);
    let gap = "u.003.xml: no file stands between u.001.xml and this one";
    check(&parts(["u.001.xml", "u.003.xml"], 5..9), "sys_user", &[], &[gap]);
    let gap = "x_3.zip!/u.xml: no file stands between x_1.zip!/u.xml and this one";
    check(&parts(["x_1.zip!/u.xml", "x_3.zip!/u.xml"], 5..9), "sys_user", &[], &[gap]);
    let first = "u_3.xml: the files are numbered from 2 on, and the first part is not there";
    check(&parts(["u_2.xml", "u_3.xml"], 5..9), "sys_user", &[], &[first]);
    check(&parts(["u.xml", "u_2.xml"], 5..9), "sys_user", &whole, &[]);
    let of = "u-3-of-3.xml: by its name the file is one of 3 parts, and part 2 is not there";
    check(&parts(["u-1-of-3.xml", "u-3-of-3.xml"], 5..9), "sys_user", &[], &[of]);
    let of = "u-1-of-2.xml: by its name the file is one of 2 parts, and part 2 is not there";
    check(&[("u-1-of-2.xml", users(1..5))], "sys_user", &[], &[of]);
    check(&parts(["u-1-of-2.xml", "u-2-of-2.xml"], 5..9), "sys_user", &whole, &[]);
    // A part of other tables is no gap.
    let roles = ("u_2.xml", unload("<sys_user_role><name>r</name><sys_id>r</sys_id></sys_user_role>"));
    let [one, three] = parts(["u_1.xml", "u_3.xml"], 5..9);
    check(&[one, roles, three], "sys_user", &whole, &[]);
    check(&parts(["u_v_1.xml", "u_v_3.xml"], 5..9), "sys_user", &whole, &[]);
    check(&parts(["u_24.xml", "u_25.xml"], 5..9), "sys_user", &whole, &[]);
    // Two exports without sys_ids are compared by what names their rows.
    let csv = |rows: &str| format!("user_name,active\n{rows}");
    let copies =
        |other: &str| [("a/sys_user_1.csv", csv("a,true\nb,true\n")), ("a/sys_user_3.csv", csv(other))];
    check(&copies("a,true\nb,false\n"), "sys_user", &whole, &[]);
    let gap = "a/sys_user_3.csv: no file stands between a/sys_user_1.csv and this one";
    check(&copies("c,true\nd,true\n"), "sys_user", &[], &[gap]);
    // Two exports of the same rows are no parts, and neither are two days.
    check(&parts(["u (1).xml", "u (3).xml"], 1..6), "sys_user", &whole, &[]);
    check(&parts(["u-2026-01-01.xml", "u-2026-01-09.xml"], 5..9), "sys_user", &whole, &[]);
    check(&parts(["a/u (1).xml", "b/u (3).xml"], 5..9), "sys_user", &whole, &[]);
}

const ADMIN: &str = "2831a114c611228501d4ea6c309d626d";

/// A user, a role and a grant of `admin` to the account svc.pier.
fn granted(user: &str, role: &str, display: &str) -> Vec<(&'static str, String)> {
    let account = format!(
        "<sys_user action=\"INSERT\"><active>true</active><email/><identity_type/><internal_integration_user>false</internal_integration_user><last_login_time/><name>{user}</name><sys_id>{user}</sys_id><user_name>{user}</user_name><web_service_access_only>false</web_service_access_only></sys_user>"
    );
    let name = if role == ADMIN { "admin" } else { "r" };
    let role = format!(
        "<sys_user_role action=\"INSERT\"><name>{name}</name><sys_id>{role}</sys_id></sys_user_role>"
    );
    let grant = format!(
        "<sys_user_has_role action=\"INSERT\"><granted_by/><inherited>false</inherited><role display_value=\"admin\">{ADMIN}</role><state>active</state><sys_id>g</sys_id><user{display}>svc.pier</user></sys_user_has_role>"
    );
    vec![("u.xml", unload(&account)), ("r.xml", unload(&role)), ("g.xml", unload(&grant))]
}

#[test]
fn what_a_reference_displays_was_there() {
    let check = |files: &[(&str, String)], verdict: &str, warnings: &[&str]| {
        let (found, whole, said) = told(
            files,
            "sys_user sys_user_role sys_user_has_role sys_user_grmember sys_user_role_contains oauth_entity ecc_agent",
        );
        assert_eq!((found, said.len()), (verdict, warnings.len()), "{said:?}");
        assert!(said.iter().zip(warnings).all(|(said, start)| said.starts_with(start)), "{said:?}");
        // Only that reference is in doubt.
        assert!(whole.iter().any(|table| table == "sys_user"));
    };
    let shown = " display_value=\"Pier\"";
    let role_lost = "g.xml: a reference displays a record of sys_user_role that is not here";
    let user_lost = "g.xml: a reference displays a record of sys_user that is not here";
    check(&granted("svc.pier", ADMIN, shown), "fail", &[]);
    check(&granted("svc.pier", "r", shown), "fail", &[role_lost]);
    check(&granted("svc.tide", ADMIN, shown), "cannot tell", &[user_lost]);
    // Nothing is displayed of a record that was deleted.
    check(&granted("svc.tide", ADMIN, " display_value=\"\""), "pass", &[]);
    check(&granted("svc.tide", ADMIN, ""), "pass", &[]);
    // What another instance displays says nothing of this one.
    let mut files = granted("svc.tide", ADMIN, shown);
    let row = files[2].1.replace('<', "&lt;").replace('>', "&gt;");
    files[2].1 = unload(&format!(
        "<sys_update_xml action=\"INSERT\"><action>INSERT_OR_UPDATE</action><name>sys_user_has_role_g</name><payload>{row}</payload></sys_update_xml>"
    ));
    check(&files, "pass", &[]);
}
