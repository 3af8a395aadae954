//! A finding that a pattern in a script decides points at what was found, in
//! whatever form the script is written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use serde_json::Value;

use exports::Folder;
use program::glidelint;

/// A rule about the scripts of one table.
fn rule(question: &str) -> String {
    format!(
        "
id: TST1001
title: Tides are evaluated
severity: 8
confidence: high
profile: recommended
table: sys_script_include
{question}
at: script
message: \"'{{name}}' evaluates text.\"
why: It is a test.
fix: Mend it.
"
    )
}

const PATTERN: &str = "where: 'active=true'\nexpect: { script: { not_matches: '(?m)^[ \\t]*[^*/\\n]*\\beval\\s*\\([^)]*\\)' } }";
const SYS_ID: &str = "4f0c6b7e51a94d22b6d0c3f1a98e7b05";

/// The result of a scan of one file.
fn scan(path: &str, text: &str, question: &str) -> Value {
    let folder = Folder::new(&[(path, text), ("rule.yaml", &rule(question))]);
    let arguments =
        ["scan", path, "--no-config", "--rules", "rule.yaml", "--select", "TST1001", "--format", "sarif"];
    let run = glidelint(folder.path(), &arguments);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let mut sarif = run.json();
    sarif["runs"][0]["results"][0].take()
}

/// Where the finding is: start and end of its region; its text, and those of related
/// places. `None` stands for the whole element.
#[track_caller]
fn check(path: &str, text: &str, question: &str, texts: &[&str]) -> Value {
    let result = scan(path, text, question);
    let place = |location: &Value| {
        let region = &location["physicalLocation"]["region"];
        let shown = region["snippet"]["text"].as_str().unwrap().to_owned();
        let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
        let offset = |line: usize, column: usize| {
            let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let units: Vec<u16> = text[before..].encode_utf16().take(column - 1).collect();
            before + String::from_utf16(&units).unwrap().len()
        };
        let start = offset(number("startLine"), number("startColumn"));
        let end = offset(number("endLine"), number("endColumn"));
        (shown, text[start..end].to_owned())
    };
    let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
    let found: Vec<_> = std::iter::once(&result["locations"][0]).chain(&related).map(place).collect();
    let expected: Vec<_> = texts.iter().map(|&text| (text.to_owned(), text.to_owned())).collect();
    assert_eq!(found, expected, "{text}");
    result
}

fn print(result: &Value) -> String {
    result["partialFingerprints"]["glidelint/v2"].as_str().unwrap().to_owned()
}

fn unload(script: &str) -> String {
    format!(
        "<unload>\n<sys_script_include action=\"INSERT_OR_UPDATE\">\n<active>true</active>\n<name>tide</name>\n\
         <script>{script}</script>\n<sys_id>{SYS_ID}</sys_id>\n</sys_script_include>\n</unload>\n"
    )
}

#[test]
fn the_place_is_the_match_in_every_form() {
    let escaped =
        unload("\n// eval(no)\n  if (a &amp;&amp; b)\n    eval(&quot;é&quot;);\n  c();\n  eval(d)\n");
    let first = check("a.xml", &escaped, PATTERN, &["eval(&quot;é&quot;)", "eval(d)"]);
    let section = unload("<![CDATA[\r\nvar 😀 = 1; eval(\"é\");\r\n\teval(d)]]>");
    let second = check("a.xml", &section, PATTERN, &["var 😀 = 1; eval(\"é\")", "eval(d)"]);
    let payload = unload("x();\n eval(a)").replace('&', "&amp;").replace('<', "&lt;");
    let payload = payload
        .trim()
        .replace("&lt;unload>", "&lt;record_update>")
        .replace("&lt;/unload>", "&lt;/record_update>");
    let set = format!(
        "<unload><sys_update_xml action=\"INSERT_OR_UPDATE\"><action>INSERT_OR_UPDATE</action>\
         <payload>{payload}</payload><sys_id>a1</sys_id></sys_update_xml></unload>"
    );
    let third = check("set.xml", &set, PATTERN, &["eval(a)"]);
    let json = format!(
        "{{\"records\":[{{\"active\":\"true\",\"name\":\"tide\",\"script\":\"x();\\r\\n\\teval(\\\"\\u00e9\\\");\\n eval(\\\\d)\",\"sys_id\":\"{SYS_ID}\"}}]}}"
    );
    let fourth = check("sys_script_include.json", &json, PATTERN, &["eval(\\\"\\u00e9\\\")", "eval(\\\\d)"]);
    let csv = format!(
        "active,name,script,sys_id\r\ntrue,tide,\"x();\r\n  eval(\"\"a\"\");\neval(b)\",{SYS_ID}\r\n"
    );
    let fifth = check("sys_script_include.csv", &csv, PATTERN, &["eval(\"\"a\"\")", "eval(b)"]);
    for other in [&second, &third, &fourth, &fifth] {
        assert_eq!(print(&first), print(other), "the place is no part of what a finding is");
    }
}

#[test]
fn what_like_finds_in_a_script_is_the_place() {
    let text = unload("a();\nEval(b);\nx = 'é'; eval(c)");
    check("a.xml", &text, "where: 'active=true^scriptLIKEeval('", &["Eval(", "eval("]);
    // Where something is demanded of what was found so, that decides.
    let element = &text[text.find("<script>").unwrap()..text.find("\n<sys_id>").unwrap()];
    check("a.xml", &text, "where: 'scriptLIKEeval('\nrequire: 'scriptLIKEguard('", &[element]);
}

#[test]
fn what_is_absent_has_the_element() {
    let text = unload("a();\nb();");
    check("a.xml", &text, "expect: { script: { matches: 'guard' } }", &["<script>a();\nb();</script>"]);
}

#[test]
fn one_finding_keeps_so_many_places() {
    let text = unload(&"eval(a)\n".repeat(50));
    check("a.xml", &text, PATTERN, &["eval(a)"; 20]);
}

#[test]
fn a_script_that_holds_a_credential_is_not_shown() {
    let secret = "zQ7Lm2Xw81kk";
    let text = unload(&format!("eval(a);\nvar url = 'https://tide.example/level?token={secret}';"));
    let result = scan("a.xml", &text, PATTERN);
    assert!(!result.to_string().contains(secret), "{result}");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region["snippet"]["text"], "[redacted]", "{result}");
    assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(5), Some(9)));
}
