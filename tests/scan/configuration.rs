//! The configuration file and further rules.

use super::exports::Folder;
use super::program::glidelint;
use super::{RULE, bad, check_refused, keys, texts};

#[test]
fn the_configuration_file() {
    let folder = Folder::new(&[
        ("a.xml", &bad()),
        (".glidelint.yaml", "rules:\n  SNA1002: off\n"),
        ("b.yaml", "fail_on: never\n"),
    ]);
    let scan = |more: &[&str]| {
        glidelint(
            folder.path(),
            &[&["scan", "--root", ".", "--format", "json", "--select", RULE], more].concat(),
        )
    };
    assert_eq!(scan(&["--no-config"]).code, 1);
    assert_eq!(scan(&["--config", "b.yaml"]).code, 0);
    assert_eq!(keys(&scan(&["--config", "b.yaml"]).json()), ["svc.bad"]);
    folder.write(".glidelint.yaml", b"exclude: [a.xml]\n");
    assert_eq!(scan(&[]).code, 3);
    folder.write(".glidelint.yaml", b"rules:\n  machine-identity-can-log-in: { severity: 2.5 }\n");
    assert_eq!(scan(&[]).json()["findings"][0]["severity"], 2.5);
}

#[test]
fn a_configuration_that_cannot_be_used_is_shown_with_its_line() {
    let check_config = |text: &str, words: &[&str]| {
        let folder = Folder::new(&[("a.xml", &bad()), ("c.yaml", text)]);
        for command in [vec!["scan"], vec!["query", "sys_user", "active=true"], vec!["inventory"]] {
            check_refused(
                &folder,
                &[&command[..], &["--config", "c.yaml"]].concat(),
                &[&["c.yaml"], words].concat(),
            );
        }
    };
    check_config("profile: strict\nrulez: {}\n", &["rulez", "c.yaml:2:1", "^"]);
    check_config("rules:\n  SNA1002:\n    severety: 3\n", &["severety", "c.yaml:3", "^"]);
    check_config("fail_on: sometimes\n", &["c.yaml:1:10", "^"]);
    check_config("rules: [\n", &["c.yaml"]);
    check_config("profile: lax\n", &["recommended or strict"]);
}

#[test]
fn a_rule_that_the_configuration_names_must_exist() {
    let folder = Folder::new(&[("a.xml", &bad()), ("c.yaml", "rules:\n  SNA9999: off\n")]);
    check_refused(&folder, &["scan", "--config", "c.yaml"], &["SNA9999", "c.yaml:2"]);
}

const CUSTOM: &str = "id: XX0001\ntitle: Pier account is active\nseverity: 5.0\nconfidence: high\ntable: sys_user\n\
    where: 'active=true^user_nameSTARTSWITHsvc'\nat: user_name\nmessage: \"'{user_name}' is active.\"\nwhy: |\n  Piers close.\n\
    fix: |\n  Close it.\nreferences: []\ntags: { cwe: [] }\ntests:\n  - name: one\n    export: |\n      <unload unload_date=\"2026-01-01 00:00:00\">\n\
    \x20       <sys_user action=\"INSERT_OR_UPDATE\">\n          <active>true</active>\n          <user_name>svc.a</user_name>\n        </sys_user>\n\
    \x20     </unload>\n    finds: [ {} ]\n";

#[test]
fn further_rules() {
    let folder = Folder::new(&[("a.xml", &bad()), ("own/accounts/pier-account-active.yaml", CUSTOM)]);
    let arguments = [
        "scan",
        "--no-config",
        "--root",
        ".",
        "--format",
        "json",
        "--rules",
        "own",
        "--no-builtin-rules",
        "a.xml",
    ];
    let run = glidelint(folder.path(), &arguments);
    assert_eq!((run.code, texts(&run.json(), "rule")), (1, vec!["XX0001".to_owned()]), "{run:?}");
    assert_eq!(run.json()["findings"][0]["message"], "'svc.bad' is active.");
}

#[test]
fn a_broken_rule_is_shown_with_its_line_and_a_caret() {
    let check_rule = |from: &str, to: &str, words: &[&str]| {
        assert!(CUSTOM.contains(from), "{from}");
        let folder = Folder::new(&[
            ("a.xml", &bad()),
            ("own/accounts/pier-account-active.yaml", &CUSTOM.replace(from, to)),
        ]);
        let words = [&["pier-account-active.yaml", "^"], words].concat();
        check_refused(&folder, &["scan", "--no-config", "--rules", "own", "a.xml"], &words);
    };
    check_rule("STARTSWITHsvc", "RESEMBLESsvc", &["yaml:6:"]);
    check_rule("^user_nameSTARTSWITHsvc", "^user_name~~svc", &["yaml:6:"]);
    check_rule("user_nameSTARTSWITHsvc", "no_such_columnSTARTSWITHsvc", &["yaml:6:", "no_such_column"]);
    check_rule("active=true^", "active=true^RLQUERYsys_user_has_role.user,>=1^", &["yaml:6:"]);
    check_rule("severity: 5.0", "severity: 50", &["severity is a number from 0 to 10"]);
    check_rule("severity: 5.0", "severety: 5.0", &["severety"]);
    check_rule("at: user_name", "at: no_such_column", &["yaml:7:", "no_such_column"]);
    check_rule("'{user_name}' is", "'{no_such_column}' is", &["yaml:8:", "no_such_column"]);
    check_rule("'{user_name}' is", "'{user_name' is", &["yaml:8:"]);
    check_rule("confidence: high", "confidence: [", &[]);
}
