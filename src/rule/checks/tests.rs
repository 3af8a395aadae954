//! Checks become rules, or are refused by name; rules become checks.

use std::path::Path;
use std::sync::Arc;

use super::{Check, adopt, check_of, write_checks};
use crate::rule::{Pack, PackFiles, RuleMeta, Settings};

/// A check that finds active users without an address.
fn check() -> Check {
    Check {
        path: "suite/a.xml".to_owned(),
        kind: "scan_table_check".to_owned(),
        sys_id: "00000000000000000000000000000001".to_owned(),
        name: "User without an address".to_owned(),
        active: true,
        table: "sys_user".to_owned(),
        conditions: "active=true^emailISEMPTY^EQ".to_owned(),
        priority: "2".to_owned(),
        category: "security".to_owned(),
        ..Check::default()
    }
}

/// The rule that a check becomes, or why it does not.
fn rule_of(check: Check) -> Result<Arc<RuleMeta>, String> {
    let mut packs = [PackFiles::empty(Path::new("suite"))];
    if let Some(refused) = adopt(&mut packs, vec![(0, check)]).pop() {
        return Err(refused.reason);
    }
    let pack = Pack::compile(&packs, &Settings::default()).unwrap();
    Ok(pack.rules.into_iter().next().unwrap().meta)
}

#[track_caller]
fn check_refused(check: Check, words: &str) {
    let reason = rule_of(check).unwrap_err();
    assert!(reason.contains(words), "{reason}");
}

#[test]
fn a_check_is_a_whole_rule() {
    let meta = rule_of(Check {
        name: "User without an address.".to_owned(),
        short_description: "Nobody can be asked".to_owned(),
        description: "Mail is how owners are found.".to_owned(),
        resolution_details: "Fill it in.".to_owned(),
        documentation_url: "https://example.com/mail".to_owned(),
        ..check()
    })
    .unwrap();
    assert_eq!((meta.id.len(), &meta.id[..3]), (9, "ISC"));
    assert_eq!((meta.area.as_str(), meta.name.as_str()), ("instance-scan", "user-without-an-address"));
    assert_eq!(meta.title, "User without an address");
    assert_eq!(meta.message, "User without an address: '{user_name}'.");
    assert_eq!(meta.severity.to_string(), "7.0");
    assert_eq!(meta.why, "Nobody can be asked.\n\nMail is how owners are found.");
    assert_eq!(meta.fix, "Fill it in.");
    assert_eq!(meta.references, ["https://example.com/mail"]);
    assert_eq!(meta.tags["instance-scan"], ["security"]);
    assert_eq!((&*meta.kind, meta.table.as_deref(), meta.portable), ("record", Some("sys_user"), true));
}

#[test]
fn what_is_missing_does_no_harm() {
    let meta = rule_of(Check { priority: String::new(), category: String::new(), ..check() }).unwrap();
    assert_eq!(meta.severity.to_string(), "5.0");
    assert!(meta.tags.is_empty() && meta.references.is_empty());
    assert_eq!(meta.why, "The check does not say why.");
    let odd = rule_of(Check { documentation_url: "javascript:alert(1)".to_owned(), ..check() }).unwrap();
    assert!(odd.references.is_empty());
    let braces = rule_of(Check { name: "A {b} c".to_owned(), ..check() }).unwrap();
    assert_eq!((braces.title.as_str(), braces.message.as_str()), ("A {b} c", "A (b) c: '{user_name}'."));
    // Of a table that is not in the dictionary, nothing names a record.
    let conditions = "u_open=true".to_owned();
    let other = rule_of(Check { table: "u_thing".to_owned(), conditions, ..check() }).unwrap();
    assert_eq!(other.message, "User without an address.");
}

#[test]
fn priorities_are_severities() {
    for (priority, severity) in [("1", "9.0"), ("2", "7.0"), ("3", "5.0"), ("4", "3.0"), ("9", "5.0")] {
        let meta = rule_of(Check { priority: priority.to_owned(), ..check() }).unwrap();
        assert_eq!(meta.severity.to_string(), severity, "priority {priority}");
    }
}

#[test]
fn what_cannot_run_here_says_why() {
    let with = |conditions: &str| Check { conditions: conditions.to_owned(), ..check() };
    check_refused(
        Check { kind: "scan_linter_check".to_owned(), ..check() },
        "scan_linter_check runs a script",
    );
    check_refused(Check { advanced: true, ..check() }, "advanced");
    check_refused(Check { active: false, ..check() }, "not active");
    check_refused(Check { run_condition: "gs.isInteractive()".to_owned(), ..check() }, "run condition");
    check_refused(Check { table: String::new(), ..check() }, "no table");
    check_refused(with(""), "no conditions");
    check_refused(with("^EQ"), "no conditions");
    check_refused(with("ORDERBYname^EQ"), "no conditions");
    check_refused(with("managerDYNAMIC90d1921e5f510100a9ad2572f2b477fe^EQ"), "DYNAMIC");
    check_refused(with("activeSOUNDSLIKEtrue"), "SOUNDSLIKE");
    check_refused(with("actvie=true"), "no column 'actvie'; perhaps 'active'");
    check_refused(with("sys_idINjavascript:new Finder().ids()"), "javascript:new Finder");
    check_refused(with("javascript:'active=true'"), "never run");
    // These are ours, and no instance has them.
    check_refused(with("@role=admin"), "no instance");
    check_refused(with("@action=DELETE"), "no instance");
    check_refused(with("@class.service_account=true"), "service_account");
    let view = Check { table: "effective_role".to_owned(), ..with("role.name=admin") };
    check_refused(view, "no instance");
}

#[test]
fn absent_columns_have_the_dictionary_s_defaults() {
    let of = |fields: &'static [(&str, &str)]| {
        let value = |column: &str| {
            fields.iter().find(|(name, _)| *name == column).map(|(_, value)| (*value).to_owned())
        };
        let check = Check::of_record("scan_table_check", "a.xml", &value);
        (check.active, check.advanced)
    };
    assert_eq!(of(&[]), (true, false));
    assert_eq!(of(&[("active", ""), ("advanced", "")]), (false, false));
    assert_eq!(of(&[("active", "false"), ("advanced", "true")]), (false, true));
}

#[test]
fn checks_of_one_name_are_told_apart() {
    let second = Check {
        sys_id: "00000000000000000000000000000002".to_owned(),
        path: "suite/b.xml".to_owned(),
        ..check()
    };
    let copy = Check { path: "suite/copy.xml".to_owned(), ..check() };
    let names = |checks: Vec<Check>| {
        let mut packs = [PackFiles::empty(Path::new("suite"))];
        let refused = adopt(&mut packs, checks.into_iter().map(|check| (0, check)).collect());
        let pack = Pack::compile(&packs, &Settings::default()).unwrap();
        let mut names: Vec<_> =
            pack.rules.iter().map(|rule| (rule.meta.id.clone(), rule.meta.name.clone())).collect();
        names.sort();
        let refused: Vec<_> = refused.into_iter().map(|refused| (refused.path, refused.reason)).collect();
        (names, refused, packs[0].digest.clone())
    };
    let (rules, refused, digest) = names(vec![check(), second.clone(), copy.clone()]);
    assert_eq!(rules.len(), 2);
    let [plain, numbered] = ["user-without-an-address", "user-without-an-address-"]
        .map(|name| rules.iter().filter(|(_, other)| other == name || other.starts_with(name)).count());
    assert_eq!((plain, numbered), (2, 1));
    let same = ("suite/copy.xml".to_owned(), "a.xml holds the same check".to_owned());
    assert_eq!(refused, [same]);
    // The order of files changes nothing.
    assert_eq!(names(vec![copy, second, check()]).0, rules);
    assert_eq!(digest.len(), 64);
}

#[test]
fn a_check_does_not_take_the_name_of_a_rule() {
    let mut rules = PackFiles::empty(Path::new("ours"));
    let yaml = "id: ACM0001\ntitle: User without an address\nseverity: 4\ntable: sys_user\n\
                where: 'emailISEMPTY'\nmessage: x.\nwhy: x\nfix: x\n";
    rules.add("rules/accounts/user-without-an-address.yaml", yaml.to_owned()).unwrap();
    let mut packs = [rules, PackFiles::empty(Path::new("suite"))];
    let checks =
        vec![(1, check()), (1, Check { name: "ACM0001".to_owned(), sys_id: "2".to_owned(), ..check() })];
    assert_eq!(adopt(&mut packs, checks), []);
    let pack = Pack::compile(&packs, &Settings::default()).unwrap();
    let names: Vec<_> = pack.rules.iter().map(|rule| rule.meta.name.as_str()).collect();
    assert_eq!(names.len(), 3);
    assert!(!names.contains(&"acm0001"), "{names:?}");
}

/// What a rule becomes as a check: its conditions, or why it is none.
fn exported(rule: &str) -> Result<String, String> {
    let mut pack = PackFiles::empty(Path::new("ours"));
    let yaml = format!("id: ACM0001\ntitle: Title\nseverity: 9.5\nmessage: x.\nwhy: a & b\nfix: x\n{rule}\n");
    pack.add("rules/accounts/rule.yaml", yaml).unwrap();
    let compiled = Pack::compile(std::slice::from_ref(&pack), &Settings::default()).unwrap();
    check_of(&pack.rules[0].1, &compiled.rules[0]).map(|check| check.conditions)
}

#[test]
fn a_rule_is_one_query() {
    let check = |rule: &str, expected: &str| assert_eq!(exported(rule).as_deref(), Ok(expected), "{rule}");
    check("table: sys_user\nwhere: 'active=true^ORDERBYname'", "active=true^EQ");
    check(
        "table: sys_user\nwhere: 'active=true'\nrequire: 'web_service_access_only=true'",
        "active=true^web_service_access_only!=true^ORweb_service_access_onlyISEMPTY^EQ",
    );
    check("table: sys_user\nrequire: 'emailISNOTEMPTY'", "emailISEMPTY^EQ");
    check(
        "table: sys_user\nwhere: 'active=true'\nunless: 'locked_out=true'",
        "active=true^locked_out!=true^ORlocked_outISEMPTY^EQ",
    );
    check("table: sys_user\nwhere: 'user_nameIN{names}'\nparams: { names: [a, b] }", "user_nameINa,b^EQ");
}

#[test]
fn a_rule_that_is_more_than_a_query_says_so() {
    let check = |rule: &str, words: &str| {
        let reason = exported(rule).unwrap_err();
        assert!(reason.contains(words), "{rule}: {reason}");
    };
    check("property: a.b\nexpect: { equals: x }", "property rule");
    check("count: { table: sys_user }\nexpect: { at_most: 3 }", "count rule");
    check("all: [ { property: a.b, expect: { equals: x } } ]", "conditions rule");
    check("table: sys_user\nwhere: '@role=admin'", "only glidelint");
    check("table: sys_user\nwhere: 'active=true'\nexpect: { email: { matches: x } }", "expect");
    check("table: sys_user\nwhere: 'active=true'\nwhen: { property: a.b, expect: { equals: x } }", "when");
    check("table: sys_user\nwhere: 'active=true'\nrequire: 'emailSTARTSWITHa'", "'require'");
    check("table: sys_user\nwhere: 'active=true'\nunless: 'emailENDSWITHa'", "'unless'");
}

#[test]
fn what_is_written_is_xml() {
    let check = Check { name: "a < b & \"c\"\u{1}".to_owned(), ..check() };
    let xml = write_checks(&[check]);
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload>\n"));
    assert!(xml.contains("<name>a &lt; b &amp; &quot;c&quot;</name>"), "{xml}");
    assert!(xml.contains("<conditions table=\"sys_user\">active=true^emailISEMPTY^EQ</conditions>"), "{xml}");
    assert!(xml.contains("<documentation_url/>"), "{xml}");
}
