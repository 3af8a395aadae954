//! What is secret stays in the export: whatever form it is written in, however
//! deep it lies, and whichever rule or query looks at it, no output holds it.
//!
//! Every secret is made of two halves that nothing else in the project holds,
//! so that half a secret is noticed too. The rules that look at the secrets'
//! own elements run, so that places beside them are shown.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::path::Path;

use exports::{Folder, change, escaped, row, unload};
use program::glidelint;

/// The halves of every secret, as they stand in the exports and nowhere else.
const HALVES: [&str; 2] = ["Qzx9Tide", "Wrk7Ebb"];

/// What stands between the halves: what a secret in a file may be interrupted by.
const SECRET: &str = "Qzx9Tide-Wrk7Ebb";

const ID: &str = "0123456789abcdef0123456789abcdef";

/// Every way to write a secret as the content of an element.
fn writings() -> Vec<String> {
    let by_number = |text: &str| {
        text.chars().map(|character| format!("&#{};", u32::from(character))).collect::<Vec<_>>().concat()
    };
    vec![
        SECRET.to_owned(),
        format!("<![CDATA[{SECRET}]]>"),
        "<![CDATA[Qzx9Tide]]><![CDATA[Wrk7Ebb]]>".to_owned(),
        "<![CDATA[Qzx9Tide]]]]><![CDATA[>Wrk7Ebb]]>".to_owned(),
        "Qzx9Tide&amp;Wrk7Ebb".to_owned(),
        "Qzx9Tide&#13;\nWrk7Ebb".to_owned(),
        "\n  Qzx9Tide\n  Wrk7Ebb\n".to_owned(),
        "Qzx9Tide<!-- and -->Wrk7Ebb".to_owned(),
        // Decoded, it is the secret again.
        by_number(SECRET),
        format!("{}-Wrk7Ebb", by_number("Qzx9Tide")),
    ]
}

/// Records with a secret in each, written so.
fn records(secret: &str) -> Vec<String> {
    let record = |table: &str, fields: &[(&str, &str)]| {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| format!("<{name}>{value}</{name}>\n")).collect();
        format!("<{table} action=\"INSERT_OR_UPDATE\">\n{}</{table}>", fields.concat())
    };
    let property = |name: &str, type_name: &str, value: &str| {
        record(
            "sys_properties",
            &[
                ("description", ""),
                ("is_private", "false"),
                ("name", name),
                ("sys_id", ID),
                ("type", type_name),
                ("value", value),
            ],
        )
    };
    vec![
        // Found by the rules about hashes and local passwords, beside their secret.
        record(
            "sys_user",
            &[
                ("active", "true"),
                ("identity_type", "machine"),
                ("internal_integration_user", "false"),
                ("last_password", secret),
                ("locked_out", "false"),
                ("source", "ldap:cn=tide"),
                ("sys_id", ID),
                ("user_name", "svc.tide"),
                ("user_password", secret),
                ("web_service_access_only", "false"),
            ],
        ),
        property("pier.tide.api_token", "string", secret),
        property("pier.tide.api_token", "", secret),
        property("pier.tide.connection", "password2", secret),
        property("pier.tide.connection", "password", secret),
        // The value before the columns that make it a secret.
        record(
            "sys_properties",
            &[("value", secret), ("type", "string"), ("name", "pier.smtp.password"), ("sys_id", ID)],
        ),
        record("sys_properties", &[("value", secret), ("name", "pier.smtp.secret"), ("sys_id", ID)]),
        record(
            "oauth_entity",
            &[
                ("client_id", "tide"),
                ("client_secret", secret),
                ("name", "Tide"),
                ("salt", secret),
                ("sys_id", ID),
            ],
        ),
        record(
            "sys_auth_profile_basic",
            &[("name", "Tide"), ("password", secret), ("sys_id", ID), ("username", "tide")],
        ),
        record("sys_rest_message", &[("basic_auth_password", secret), ("name", "Tide"), ("sys_id", ID)]),
        record("ldap_server_config", &[("name", "Tide"), ("password", secret), ("sys_id", ID)]),
        record(
            "sys_data_source",
            &[("jdbc_password", secret), ("name", "Tide"), ("scp_password", secret), ("sys_id", ID)],
        ),
        // A table that no dictionary knows.
        record(
            "x_pier_connection",
            &[
                ("api_password", secret),
                ("access_token", secret),
                ("client_secret", secret),
                ("name", "Tide"),
                ("sys_id", ID),
            ],
        ),
    ]
}

/// A payload as CDATA that may itself hold CDATA.
fn in_cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

/// One record in every form of export.
fn forms(record: &str) -> Vec<(&'static str, String)> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    let app = format!("{HEAD}<record_update>\n{record}\n</record_update>");
    let row = |payload: &str| unload(&[change(payload, &["name=tide"])]);
    let link = |table: &str| {
        format!(
            "{HEAD}<record_update><{table} action=\"INSERT_OR_UPDATE\"><payload>{}</payload></{table}></record_update>",
            escaped(&app)
        )
    };
    let table = unload(&[record, "\n", &record.replace(ID, &ID.replace('0', "f")), "\n"]);
    vec![
        ("table", table.clone()),
        ("one line", table.replace('\n', "")),
        ("app file", app.clone()),
        ("in CDATA", row(&in_cdata(&app))),
        ("escaped", row(&escaped(&app))),
        ("escaped, one line", row(&escaped(&app.replace('\n', ""))).replace('\n', "")),
        ("two deep", row(&escaped(&link("sys_metadata_link")))),
        ("history", row(&escaped(&link("sys_update_version")))),
        ("a picture", link("sp_rel_widget_clone")),
        ("deleted", table.replace("INSERT_OR_UPDATE", "DELETE")),
        ("cut", table[..table.rfind("</").unwrap() - 20].to_owned()),
    ]
}

/// Runs a command over the file and looks for a half of a secret.
fn check(folder: &Path, what: &str, arguments: &[&str]) {
    let run = glidelint(folder, arguments);
    assert_ne!(run.code, 2, "{what}, {arguments:?}: {}", run.stderr);
    assert_ne!(run.code, 101, "{what}, {arguments:?}: {}", run.stderr);
    for half in HALVES {
        for output in [&run.stdout, &run.stderr] {
            let at = output.find(half).map(|at| {
                output[..at].char_indices().rev().nth(200).map_or(0, |(from, _)| from)..at + half.len()
            });
            assert!(at.is_none(), "{what}, {arguments:?}: …{}", &output[at.unwrap()]);
        }
    }
}

/// All records of one writing, in a folder of one file each.
fn folder_of(secret: &str) -> Folder {
    let folder = Folder::new(&[]);
    for (number, record) in records(secret).iter().enumerate() {
        for (form, text) in forms(record) {
            let name = format!("{number:02}-{}.xml", form.replace([' ', ','], "-"));
            folder.write(&name, text);
        }
    }
    folder
}

#[test]
fn a_scan_shows_no_secret() {
    for secret in writings() {
        let folder = folder_of(&secret);
        let scan = [
            "scan",
            "--no-config",
            "--root",
            ".",
            "--profile",
            "strict",
            "--max-shown",
            "all",
            "--kinds",
            "all",
            "--all-versions",
        ];
        let with = |more: &[&str]| check(folder.path(), &secret, &[&scan, more].concat());
        with(&["--format", "text", "--verbose", "--stats"]);
        with(&["--format", "json", "--verbose"]);
        with(&["--format", "sarif", "--verbose"]);
        with(&["--format", "github"]);
        with(&["--format", "gitlab"]);
        with(&["--format", "html"]);
        with(&["--format", "markdown"]);
        with(&["--format", "text", "--color", "always"]);
        check(folder.path(), &secret, &["inventory", "--no-config", "--root", "."]);
        check(folder.path(), &secret, &["inventory", "--no-config", "--root", ".", "--format", "json"]);
    }
}

#[test]
fn the_secrets_are_looked_at_at_all() {
    let folder = folder_of(SECRET);
    let run = glidelint(
        folder.path(),
        &["scan", "--no-config", "--root", ".", "--profile", "strict", "--all-versions", "--format", "sarif"],
    );
    let results = run.json()["runs"][0]["results"].as_array().unwrap().clone();
    for rule in ["SNA1012", "SNA1007", "SNP1023", "SNA1001"] {
        assert!(results.iter().any(|result| result["ruleId"] == rule), "{rule} finds nothing");
    }
    assert!(run.stdout.contains("[redacted]"), "snippets stand beside secrets");
}

#[test]
fn a_query_shows_no_secret() {
    let folder = folder_of(SECRET);
    let queries = [
        ("sys_user", "user_password,last_password,user_name"),
        ("sys_properties", "value,name,type"),
        ("oauth_entity", "client_secret,salt,name"),
        ("sys_auth_profile_basic", "password,username"),
        ("sys_rest_message", "basic_auth_password"),
        ("ldap_server_config", "password"),
        ("sys_data_source", "jdbc_password,scp_password"),
        ("x_pier_connection", "api_password,access_token,client_secret"),
        ("sys_user_has_role", "user.user_password"),
    ];
    for (table, fields) in queries {
        for format in ["text", "json", "csv"] {
            for query in ["sys_idISNOTEMPTY^ORsys_idISEMPTY", "sys_idISNOTEMPTY"] {
                let arguments = [
                    "query",
                    "--no-config",
                    "--root",
                    ".",
                    "--format",
                    format,
                    "--unknown",
                    "--fields",
                    fields,
                    table,
                    query,
                    ".",
                ];
                check(folder.path(), table, &arguments);
            }
        }
    }
}

#[test]
fn a_payload_that_a_query_shows_hides_its_secrets() {
    let folder = folder_of(SECRET);
    for table in ["sys_update_xml", "sys_metadata_link", "sys_update_version", "sp_rel_widget_clone"] {
        for format in ["text", "json", "csv"] {
            check(
                folder.path(),
                table,
                &[
                    "query",
                    "--no-config",
                    "--root",
                    ".",
                    "--format",
                    format,
                    "--fields",
                    "payload",
                    table,
                    "payloadISNOTEMPTY",
                    ".",
                ],
            );
        }
    }
}

/// Columns of secrets, of which a rule tries to tell.
const COLUMNS: [(&str, &str); 5] = [
    ("sys_user", "user_password"),
    ("oauth_entity", "client_secret"),
    ("sys_auth_profile_basic", "password"),
    ("sys_properties", "value"),
    ("x_pier_connection", "api_password"),
];

/// A rule that names a secret column in all it may.
const CURIOUS: &str = "id: XX0001\ntitle: Tide is out\nseverity: 5.0\nconfidence: high\ntable: TABLE\nwhere: 'COLUMNISNOTEMPTY'\nat: COLUMN\n\
    message: \"It is '{COLUMN}'.\"\nwhy: |\n  It is.\nfix: |\n  Close it.\nreferences: []\ntags: { cwe: [] }\ntests:\n  - name: one\n    export: |\n\
    \x20     <unload unload_date=\"2026-01-01 00:00:00\">\n        <TABLE action=\"INSERT_OR_UPDATE\">\n          <COLUMN>x</COLUMN>\n        </TABLE>\n\
    \x20     </unload>\n    finds: [ {} ]\n";

fn curious(rule: &str, table: &str, column: &str) -> String {
    rule.replace("TABLE", table).replace("COLUMN", column)
}

#[test]
fn a_rule_that_is_curious_learns_nothing() {
    let folder = folder_of(SECRET);
    for (table, column) in COLUMNS {
        let rules = Folder::new(&[]);
        rules.write("accounts/tide-is-out.yaml", curious(CURIOUS, table, column));
        for format in ["text", "json", "sarif", "github", "gitlab", "markdown", "html"] {
            let rules = rules.path().to_str().unwrap();
            let arguments = [
                "scan",
                "--no-config",
                "--root",
                ".",
                "--no-builtin-rules",
                "--rules",
                rules,
                "--max-shown",
                "all",
                "--format",
                format,
                ".",
            ];
            let run = glidelint(folder.path(), &arguments);
            // To refuse such a rule is as good.
            let leaks = HALVES.iter().any(|half| run.stdout.contains(half) || run.stderr.contains(half));
            assert!(
                !leaks,
                "{table}.{column} as {format}: {}",
                run.stdout.lines().find(|line| line.contains(HALVES[0])).unwrap_or(&run.stderr)
            );
            assert!(run.code != 0 && run.code != 3, "{table}.{column} is not looked at: {run:?}");
        }
    }
}

#[test]
fn hashes_of_values_say_nothing_of_secrets() {
    // Whoever knows all but a short secret could try all secrets against a hash.
    let hashes = |secret: &str, table: &str, column: &str| {
        let folder = folder_of(secret);
        let rule = CURIOUS.replace("message: \"It is '{COLUMN}'.\"", "message: It is.");
        folder.write("rules/accounts/tide-is-out.yaml", curious(&rule, table, column));
        let scan = ["scan", "--no-config", "--root", ".", "--no-builtin-rules", "--rules", "rules"];
        let run = glidelint(folder.path(), &[&scan, &["--format", "json", "."][..]].concat());
        let document = run.json();
        let findings = document["findings"].as_array().unwrap();
        assert!(!findings.is_empty(), "{table}.{column}: {run:?}");
        findings.iter().map(|finding| finding["values"].to_string()).collect::<BTreeSet<_>>()
    };
    for (table, column) in COLUMNS {
        let other = SECRET.replace("Tide", "Eddy").replace("Ebb", "Bay");
        assert_eq!(hashes(SECRET, table, column), hashes(&other, table, column), "{table}.{column}");
    }
}

#[test]
fn a_display_value_of_a_secret_is_one_too() {
    let folder = Folder::new(&[]);
    let user = records("x")
        .remove(0)
        .replace("<user_password>x", &format!("<user_password display_value=\"{SECRET}\">x"));
    folder.write("a.xml", &forms(&user)[0].1);
    for format in ["text", "json", "sarif", "github", "gitlab", "markdown", "html"] {
        check(
            folder.path(),
            "display value",
            &["scan", "--no-config", "--root", ".", "--profile", "strict", "--verbose", "--format", format],
        );
    }
    for format in ["text", "json", "csv"] {
        check(
            folder.path(),
            "display value",
            &[
                "query",
                "--no-config",
                "--root",
                ".",
                "--fields",
                "user_password",
                "--format",
                format,
                "sys_user",
                "active=true",
            ],
        );
    }
}

/// Rows of a class that the input describes, or that nobody knows, hide what the rows of
/// their table hide. No word in the column's name says that it holds a key.
#[test]
fn a_secret_of_a_class_of_the_instance_is_one_too() {
    let seal = format!(
        "<u_seal action=\"INSERT_OR_UPDATE\">\n<active>true</active>\n<expires_in_days>5</expires_in_days>\n\
         <issuer>tide</issuer>\n<name>tide</name>\n<pem_certificate>{SECRET}</pem_certificate>\n<sys_id>{ID}</sys_id>\n\
         <valid_to>2020-01-01 00:00:00</valid_to>\n</u_seal>"
    );
    let table = "<sys_db_object action=\"INSERT_OR_UPDATE\"><name>u_seal</name>\
         <super_class name=\"sys_certificate\">1</super_class></sys_db_object>";
    for (name, rows) in [("all.xml", format!("{seal}{table}")), ("sys_certificate.xml", seal)] {
        let folder = Folder::new(&[]);
        folder.write(name, unload(&[rows]));
        let input = ["--no-config", "--root", "."];
        let query = ["query", "sys_certificate", "active=true", "--fields", "name,pem_certificate"];
        let run = glidelint(folder.path(), &[&query[..], &input].concat());
        assert!(run.stdout.contains("tide"), "{name}: {}{}", run.stdout, run.stderr);
        for format in ["text", "json", "csv"] {
            check(folder.path(), name, &[&query[..], &input, &["--format", format]].concat());
        }
        for format in ["text", "json", "sarif", "github", "gitlab", "markdown", "html"] {
            let scan = ["scan", "--profile", "strict", "--verbose", "--format", format];
            check(folder.path(), name, &[&scan[..], &input].concat());
        }
    }
}

/// What code scanning knows a finding by says nothing of the record's secrets.
#[test]
fn what_code_scanning_knows_a_finding_by_holds_no_secret() {
    let keys = |password: &str| {
        let columns = [
            "active=true",
            "identity_type=",
            "internal_integration_user=false",
            "user_name=svc.a",
            &format!("user_password={password}"),
            "web_service_access_only=false",
        ];
        let folder = Folder::new(&[("a.xml", &unload(&[row("sys_user", &columns)]))]);
        let run =
            glidelint(folder.path(), &["scan", "--no-config", "--select", "SNA1001", "-f", "sarif", "a.xml"]);
        let log: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        let keys = results[0]["partialFingerprints"].clone();
        assert!(keys["primaryLocationLineHash"].is_string(), "{keys}");
        keys
    };
    assert_eq!(keys(SECRET), keys("another"));
}
