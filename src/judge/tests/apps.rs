//! Repositories of apps with other files beside them, and what is found.

use crate::facts::Options;
use crate::instance::{Plan, read_all};
use crate::judge::judge;
use crate::query::{Query, Truth};
use crate::rule::{Ask, Pack, Settings, builtin};
use crate::source::Source;

const APP: &str = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0";

/// A record of a table; `own` are its other elements.
fn record(table: &str, own: &str) -> String {
    format!(
        "<record_update table=\"{table}\"><{table} action=\"INSERT_OR_UPDATE\">{own}</{table}></record_update>"
    )
}

fn app(scope: &str) -> String {
    record(
        "sys_app",
        &format!("<active>true</active><name>Quay</name><scope>{scope}</scope><sys_id>{APP}</sys_id>"),
    )
}

/// An ACL of the scope that asks for nothing itself.
fn acl(scope: &str) -> String {
    record(
        "sys_security_acl",
        &format!(
            "<active>true</active><condition/><decision_type>allow</decision_type><name>x_quay_slot</name>\
             <operation display_value=\"write\">write</operation><script/><security_attribute/><sys_id>acl1</sys_id>\
             <sys_package source=\"x_quay\">{APP}</sys_package><sys_scope>{scope}</sys_scope>\
             <type display_value=\"record\">record</type>"
        ),
    )
}

const ACL_ROLE: &str = "<sys_security_acl_role action=\"INSERT_OR_UPDATE\"><sys_id>ar1</sys_id>\
     <sys_security_acl display_value=\"x_quay_slot\">acl1</sys_security_acl>\
     <sys_user_role name=\"x_quay.clerk\">r1</sys_user_role></sys_security_acl_role>";

const SCRIPT: &str = "<active>true</active><api_name>x_quay.Slots</api_name><client_callable>true</client_callable>\
     <name>Slots</name><script/><sys_id>s1</sys_id>";

const SCRIPT_ACL: &str = "<active>true</active><name>x_quay.Slots</name>\
     <operation display_value=\"execute\">execute</operation><sys_id>acl2</sys_id>\
     <type>client_callable_script_include</type>";

fn app_role_row() -> String {
    format!("<record_update table=\"sys_security_acl_role\">{ACL_ROLE}</record_update>")
}

fn unload(rows: &str) -> String {
    format!("<unload unload_date=\"2026-03-01 10:00:00\">{rows}</unload>")
}

/// How a rule fares on these files: `fail`, `pass`, `not applicable`, or what was
/// missing.
fn verdict(rule: &str, files: &[(&str, String)]) -> String {
    let settings = Settings { strict: true, select: vec![rule.to_owned()], ..Settings::default() };
    let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
    let sources: Vec<_> =
        files.iter().map(|(path, text)| Source::memory(path, text.as_bytes().to_vec())).collect();
    let reading = read_all(&sources, &Plan::of(&pack), &Options::default(), &|_| {});
    let outcome = judge(&reading.instance, &pack.rules);
    let coverage = &outcome.coverage[0];
    match (coverage.fail, coverage.cannot_tell, coverage.pass) {
        (1.., _, _) => "fail".to_owned(),
        (0, 1.., _) => format!("? {}", coverage.missing.join(" ")),
        (0, 0, 1..) => "pass".to_owned(),
        _ => "not applicable".to_owned(),
    }
}

#[track_caller]
fn check(rule: &str, files: &[(&str, String)], expected: &str) {
    assert_eq!(
        verdict(rule, files),
        expected,
        "{rule} of {:?}",
        files.iter().map(|file| file.0).collect::<Vec<_>>()
    );
}

/// The app `x_quay` with an ACL that names no role, and other files.
fn with_acl(others: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let mut files =
        vec![("quay/sys_app_1.xml", app("x_quay")), ("quay/update/sys_security_acl_1.xml", acl(APP))];
    files.extend(others.iter().cloned());
    files
}

#[test]
fn nothing_outside_the_folder_excuses_what_is_in_it() {
    let found = |others: &[(&'static str, String)]| check("SNC1001", &with_acl(others), "fail");
    found(&[]);
    // Rows of other tables, of the same one, and that very role, wherever they lie.
    found(&[(
        "rows.xml",
        unload("<x_quay_slot action=\"INSERT_OR_UPDATE\"><sys_id>1</sys_id></x_quay_slot>"),
    )]);
    found(&[("quay/rows.xml", unload(ACL_ROLE))]);
    found(&[("quay/unload/roles.xml", app_role_row())]);
    found(&[("quay/unload.demo/roles.xml", unload(ACL_ROLE))]);
    found(&[("quay/Docs/old/roles.xml", app_role_row())]);
    found(&[("export/sys_security_acl_role.xml", unload(ACL_ROLE))]);
    found(&[("old/roles.xml", app_role_row())]);
    found(&[(
        "roles/sys_security_acl_role.json",
        "[{\"sys_id\":\"ar1\",\"sys_security_acl\":\"acl1\",\"sys_user_role\":\"r1\"}]".to_owned(),
    )]);
    // Nor does a file whose rows do not say which ACL they are of.
    found(&[("docs/sys_security_acl_role.csv", "sys_id,sys_user_role\nar1,r1\n".to_owned())]);
    // Another app, of which something is lost.
    found(&[
        ("pier/sys_app_2.xml", app("x_pier").replace(APP, "b0b0")),
        ("pier/update/a.xml", "<record_update".to_owned()),
    ]);
    // What lies in the folder does excuse.
    for place in ["quay/update/sys_security_acl_role_1.xml", "quay/sys_security_acl_role_1.xml"] {
        check("SNC1001", &with_acl(&[(place, app_role_row())]), "pass");
        let beside = [(place, app_role_row()), ("export/roles.xml", unload(ACL_ROLE))];
        check("SNC1001", &with_acl(&beside), "pass");
    }
}

#[test]
fn a_copy_beside_the_apps_own_records_does_not_stand_for_what_was_taken_out() {
    let role = app_role_row();
    for place in
        ["dist", "Build", "target/app", ".metadata", "dist/app/update", "update/dist", "notes", "old/update"]
    {
        let place = format!("quay/{place}/role.xml");
        let mut files = vec![
            ("quay/sys_app_1.xml", app("x_quay")),
            ("quay/update/acl.xml", acl(APP)),
            (&*place, role.clone()),
        ];
        check("SNC1001", &files, "fail");
        // With the row that it is a copy of, both are there.
        files.push(("quay/update/role.xml", role.clone()));
        check("SNC1001", &files, "pass");
    }
    // A newer copy of the ACL brings its role no nearer, nor does a whole app that a build wrote.
    let newer = acl(APP).replace("<sys_id>", "<sys_updated_on>2026-02-01 10:00:00</sys_updated_on><sys_id>");
    for place in ["notes", "dist"] {
        let [acl, tie] = ["acl", "role"].map(|name| format!("quay/{place}/{name}.xml"));
        check(
            "SNC1001",
            &with_acl(&[])
                .into_iter()
                .chain([(&*acl, newer.clone()), (&*tie, role.clone())])
                .collect::<Vec<_>>(),
            "fail",
        );
    }
    check(
        "SNC1001",
        &with_acl(&[
            ("quay/dist/app/sys_app_1.xml", app("x_quay")),
            ("quay/dist/app/update/acl.xml", newer),
            ("quay/dist/app/update/role.xml", role.clone()),
        ]),
        "fail",
    );
}

#[test]
fn what_lies_beside_the_apps_own_records_is_judged_by_all_of_the_app() {
    let files = |others: &[(&'static str, String)]| {
        let mut files = vec![("quay/sys_app_1.xml", app("x_quay")), ("quay/dist/acl.xml", acl(APP))];
        files.extend(others.iter().cloned());
        files
    };
    check("SNC1001", &files(&[]), "fail");
    for place in ["quay/dist/role.xml", "quay/update/role.xml"] {
        check("SNC1001", &files(&[(place, app_role_row())]), "pass");
    }
    // What is lost there is no part of the app's own records.
    let broken = ("quay/dist/cut.xml", "<record_update table=\"sys_user_role\"><sys_user_role".to_owned());
    check("SNC1001", &files(std::slice::from_ref(&broken)), "? sys_security_acl_role");
    check("SNC1001", &with_acl(&[broken]), "fail");
    // Where no folder is the platform's, any may hold the app's records.
    let own = [
        ("quay/sys_app_1.xml", app("x_quay")),
        ("quay/acls/1.xml", acl(APP)),
        ("quay/roles/1.xml", app_role_row()),
    ];
    check("SNC1001", &own, "pass");
}

#[test]
fn the_folder_of_an_app_may_lie_anywhere() {
    for folder in ["", "quay/", "a/b/c/"] {
        let files = [
            (format!("{folder}sys_app_1.xml"), app("x_quay")),
            (format!("{folder}update/acl.xml"), acl(APP)),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
        check("SNC1001", &files, "fail");
    }
}

#[test]
fn where_something_of_the_app_is_missing_nobody_can_tell() {
    let unknown = |files: &[(&str, String)]| check("SNC1001", files, "? sys_security_acl_role");
    unknown(&[("quay/update/acl.xml", acl(APP))]);
    unknown(&with_acl(&[(
        "quay/update/cut.xml",
        "<record_update table=\"sys_user_role\"><sys_user_role".to_owned(),
    )]));
    unknown(&with_acl(&[("quay/update/empty.xml", String::new())]));
    // An ACL outside the folder is none of its records, whatever scope it names.
    unknown(&[("quay/sys_app_1.xml", app("x_quay")), ("export/acl.xml", unload(&acl(APP)))]);
    // Nor is one in the folder that is of another scope.
    unknown(&[
        ("quay/sys_app_1.xml", app("x_quay")),
        ("quay/update/acl.xml", acl("global").replace(&format!("\">{APP}"), "\">global")),
    ]);
    unknown(&[("quay/sys_app_1.xml", app("x_quay")), ("quay/update/acl.xml", acl("b0b0"))]);
    // A customization is no app, nor is one that is deleted, or only in an export.
    unknown(&[
        ("quay/sys_app_customization_1.xml", app("x_quay").replace("sys_app", "sys_app_customization")),
        ("quay/update/acl.xml", acl(APP)),
    ]);
    unknown(&[
        ("quay/sys_app_1.xml", app("x_quay").replace("INSERT_OR_UPDATE", "DELETE")),
        ("quay/update/acl.xml", acl(APP)),
    ]);
    unknown(&[("quay/sys_app.xml", unload(&app("x_quay"))), ("quay/update/acl.xml", acl(APP))]);
}

#[test]
fn a_name_says_who_covers_a_record_only_in_a_scope_of_its_own() {
    let scoped = |own: &str| format!("{own}<sys_scope>{APP}</sys_scope>");
    let global = |own: &str| format!("{own}<sys_package>{APP}</sys_package><sys_scope>global</sys_scope>");
    let files = |scope: &str, script: String| {
        vec![("quay/sys_app_1.xml", app(scope)), ("quay/update/s.xml", record("sys_script_include", &script))]
    };
    check("SNC1012", &files("x_quay", scoped(SCRIPT)), "fail");
    check("SNC1012", &files("global", global(SCRIPT)), "? sys_security_acl");
    // What hangs on a record by its sys_id lies beside it in a global app too.
    check(
        "SNC1001",
        &[("quay/sys_app_1.xml", app("global")), ("quay/update/acl.xml", acl("global"))],
        "fail",
    );
    for (outside, expected) in [(false, "pass"), (true, "fail")] {
        let mut files = files("x_quay", scoped(SCRIPT));
        let text = record("sys_security_acl", &scoped(SCRIPT_ACL));
        files.push(if outside { ("export/acl.xml", unload(&text)) } else { ("quay/update/acl.xml", text) });
        check("SNC1012", &files, expected);
    }
}

#[test]
fn a_reference_out_of_the_app_is_answered_by_what_it_displays() {
    let contains = |inner: &str| {
        record(
            "sys_user_role_contains",
            &format!(
                "{inner}<role name=\"x_quay.clerk\">r1</role><sys_id>c1</sys_id><sys_scope>{APP}</sys_scope>"
            ),
        )
    };
    let check = |inner: &str, others: &[(&'static str, String)], expected: &str| {
        let mut files = vec![("quay/sys_app_1.xml", app("x_quay")), ("quay/update/c.xml", contains(inner))];
        files.extend(others.iter().cloned());
        check("SNR1009", &files, expected);
    };
    check("<contains name=\"admin\">0b0e1ef0a1b2c3d4e5f60718293a4b5c</contains>", &[], "fail");
    check("<contains display_value=\"itil\">0b0e1ef0a1b2c3d4e5f60718293a4b5c</contains>", &[], "pass");
    check("<contains>0b0e1ef0a1b2c3d4e5f60718293a4b5c</contains>", &[], "? sys_user_role");
    // The export beside the app says what the role is.
    let roles = unload(
        "<sys_user_role action=\"INSERT_OR_UPDATE\"><name>admin</name><sys_id>0b0e1ef0a1b2c3d4e5f60718293a4b5c</sys_id></sys_user_role>",
    );
    check(
        "<contains>0b0e1ef0a1b2c3d4e5f60718293a4b5c</contains>",
        &[("export/sys_user_role.xml", roles)],
        "fail",
    );
}

#[test]
fn several_apps_are_judged_each_by_its_own_folder() {
    let other = |text: String| text.replace(APP, "b0b0").replace("acl1", "acl9");
    let files = |role: &'static str| {
        vec![
            ("quay/sys_app_1.xml", app("x_quay")),
            ("quay/update/acl.xml", acl(APP)),
            ("pier/sys_app_2.xml", other(app("x_pier"))),
            ("pier/update/acl.xml", other(acl(APP))),
            (role, app_role_row()),
        ]
    };
    // The other one's ACL has no role either way.
    check("SNC1001", &files("quay/update/role.xml"), "fail");
    let mut both = files("quay/update/role.xml");
    both.push(("pier/update/role.xml", other(app_role_row()).replace("ar1", "ar9")));
    check("SNC1001", &both, "pass");
    // In the wrong folder it excuses neither.
    let mut swapped = files("pier/update/role.xml");
    swapped.push(("quay/update/role.xml", other(app_role_row()).replace("ar1", "ar9")));
    check("SNC1001", &swapped, "fail");
    // A build writes the same app once more.
    let mut built = with_acl(&[("quay/update/role.xml", app_role_row())]);
    built.extend([
        ("dist/quay/sys_app_1.xml", app("x_quay")),
        ("dist/quay/update/acl.xml", acl(APP)),
        ("dist/quay/update/role.xml", app_role_row()),
    ]);
    built.sort();
    check("SNC1001", &built, "pass");
}

/// What a role contains in the end is known only where all roles in it are of apps
/// whose folders were read.
#[test]
fn what_a_global_role_contains_is_unknown() {
    let role = |id: &str| {
        record(
            "sys_user_role",
            &format!("<name>x_quay.{id}</name><sys_id>{id}</sys_id><sys_scope>{APP}</sys_scope>"),
        )
    };
    let contains = |outer: &str, inner: &str| {
        record(
            "sys_user_role_contains",
            &format!(
                "<contains name=\"{inner}\">{inner}</contains><role name=\"{outer}\">{outer}</role><sys_id>{outer}-{inner}</sys_id>"
            ),
        )
    };
    let ask = |query: &str, files: &[(&str, String)]| -> String {
        let mut pack = Pack::compile(&[], &Settings::default()).unwrap();
        let query = pack.bind(&Query::parse(query).unwrap(), "sys_user_role").unwrap();
        let sources: Vec<_> =
            files.iter().map(|(path, text)| Source::memory(path, text.as_bytes().to_vec())).collect();
        let mut plan = Plan::of(&pack);
        plan.asks.push(Ask::Query(&query));
        let reading = read_all(&sources, &plan, &Options::default(), &|_| {});
        let instance = &reading.instance;
        let answers = instance.live_rows(query.table()).into_iter().map(|row| {
            let answer = match query.evaluate(instance, instance.clock(), row) {
                Truth::Yes => "yes",
                Truth::No => "no",
                Truth::Unknown(_) => "?",
            };
            format!("{} {answer}", instance.sys_id(query.table(), row))
        });
        answers.collect::<Vec<_>>().join(", ")
    };
    let mut files = vec![
        ("quay/sys_app_1.xml", app("x_quay")),
        ("quay/update/r1.xml", role("r1")),
        ("quay/update/r2.xml", role("r2")),
        ("quay/update/c1.xml", contains("r1", "r2")),
    ];
    let none = "RLQUERYsys_user_role_contains.role,=0^ENDRLQUERY";
    let no_admin = "RLQUERYrole_closure.role,=0^contains.name=admin^ENDRLQUERY";
    assert_eq!(ask(none, &files), "r1 no, r2 yes");
    assert_eq!(ask(no_admin, &files), "r1 yes, r2 yes");
    files.push(("quay/update/c2.xml", contains("r2", "itil")));
    assert_eq!(ask(none, &files), "r1 no, r2 no");
    assert_eq!(ask(no_admin, &files), "r1 ?, r2 ?");
    // Nor is it known in which other roles one of the app's is.
    let outer = "RLQUERYsys_user_role_contains.contains,=0^ENDRLQUERY";
    assert_eq!(ask(outer, &files), "r1 ?, r2 no");
}
