//! Which findings and rules count.

use serde_json::Value;

use super::exports::{Folder, change, payload, unload};
use super::program::glidelint;
use super::{bad, check, samples, scan, texts, user};

#[test]
fn the_lowest_severity_that_fails() {
    // RULE's findings are high.
    let files = [("a.xml", bad())];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    for (fail_on, code) in
        [("critical", 0), ("high", 1), ("medium", 1), ("low", 1), ("info", 1), ("never", 0)]
    {
        check(&files, &["--fail-on", fail_on], code, &["svc.bad"]);
    }
    check(&files, &["--min-severity", "critical"], 0, &[]);
    check(&files, &["--min-severity", "high"], 1, &["svc.bad"]);
}

#[test]
fn the_lowest_confidence_that_is_reported() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let confident = |floor: &str| {
        let arguments = [
            "scan",
            "--no-config",
            "--format",
            "json",
            "--select",
            "SNA1001,SNA1002",
            "--min-confidence",
            floor,
        ];
        texts(&glidelint(folder.path(), &arguments).json(), "confidence")
    };
    // One step less than the rules', as the record does not show whether it is locked.
    assert_eq!(confident("low"), ["low", "high"]);
    assert_eq!(confident("medium"), ["high"]);
    assert_eq!(confident("high"), ["high"]);
    assert_eq!(confident("very-high"), [""; 0]);
}

#[test]
fn rules_are_chosen_by_id_name_area_and_tag() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let ran = |more: &[&str]| {
        let run = glidelint(
            folder.path(),
            &[&["scan", "--no-config", "--root", ".", "--format", "json"], more].concat(),
        );
        let document = run.json();
        let coverage = document["coverage"].as_array().unwrap();
        coverage.iter().map(|rule| rule["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ran(&["--profile", "strict"]);
    assert!(all.len() > 50, "{all:?}");
    assert!(ran(&[]).len() < all.len(), "recommended are not all");
    assert_eq!(ran(&["--select", "SNA1002"]), ["SNA1002"]);
    assert_eq!(ran(&["--select", "machine-identity-can-log-in"]), ["SNA1002"]);
    assert_eq!(ran(&["--select", "SNA1002,SNA1001"]), ["SNA1001", "SNA1002"]);
    assert_eq!(ran(&["--select", "SNA1001", "--select", "SNA1002"]), ["SNA1001", "SNA1002"]);
    let accounts = ran(&["--select", "accounts", "--profile", "strict"]);
    assert!(accounts.len() > 5 && accounts.iter().all(|rule| rule.starts_with("SNA")), "{accounts:?}");
    let tagged = ran(&["--select", "CWE-269"]);
    assert!(!tagged.is_empty() && tagged.len() < all.len(), "{tagged:?}");
    assert!(!ran(&["--ignore", "SNA1002"]).contains(&"SNA1002".to_owned()));
    assert!(ran(&["--ignore", "accounts"]).iter().all(|rule| !rule.starts_with("SNA")));
    assert_eq!(ran(&["--select", "SNA1002,SNA1001", "--ignore", "SNA1001"]), ["SNA1002"]);
}

#[test]
fn complete_tables_let_absence_be_judged() {
    let scan = |more: &[&str]| {
        let arguments = [
            "scan",
            "--no-config",
            "--format",
            "json",
            "--profile",
            "strict",
            "--select",
            "SNA1006,SNP1009,SNR1008",
            "samples/exports",
        ];
        let document = glidelint(&samples(), &[&arguments[..], more].concat()).json();
        let coverage = document["coverage"].as_array().unwrap();
        let row = |rule: &Value| {
            format!("{} {}+{}", rule["rule"].as_str().unwrap(), rule["fail"], rule["cannot_tell"])
        };
        coverage.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(scan(&[]), ["SNA1006 0+27", "SNP1009 0+1", "SNR1008 0+1"]);
    assert_eq!(scan(&["--complete", "all"]), ["SNA1006 3+0", "SNP1009 1+0", "SNR1008 0+0"]);
    assert_eq!(scan(&["--complete", "sys_properties"]), ["SNA1006 0+27", "SNP1009 1+0", "SNR1008 0+1"]);
    // Whether the others are service accounts, more tables would show.
    assert_eq!(
        scan(&["--complete", "sys_user_grmember,sys_user_has_role"]),
        ["SNA1006 3+24", "SNP1009 0+1", "SNR1008 0+0"]
    );
}

/// An answer of the API that broke off is not whole, whatever was declared: rows
/// that are not there may have been lost.
#[test]
fn nothing_is_absent_from_an_answer_that_broke_off() {
    let row = "{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"name\":\"pier.note\",\"value\":\"1\"}";
    let whole = format!("{{\"result\":[{row}]}}");
    let error = "\"error\":{\"message\":\"Time is up\"},\"status\":\"failure\"";
    let check = |files: &[(&str, &str)], code: i32, fails: bool| {
        let options = ["--select", "SNP1009", "--complete", "sys_properties"];
        let folder = Folder::new(files);
        let arguments =
            ["scan", ".", "--root", ".", "--no-config", "--format", "json", "--profile", "strict"];
        let run = glidelint(folder.path(), &[&arguments[..], &options].concat());
        assert_eq!(run.code, code, "{files:?}: {run:?}");
        let document = run.json();
        assert_eq!(document["coverage"][0]["fail"].as_u64().unwrap() > 0, fails, "{files:?}");
        assert_eq!(document["coverage"][0]["pass"], 0, "{files:?}");
    };
    check(&[("sys_properties.json", &whole)], 1, true);
    for text in [
        format!("{{\"result\":[{row}],{error}}}"),
        format!("{{{error},\"result\":[{row}]}}"),
        format!("{{\"result\":[{row},]}}"),
        format!("{{{error}}}"),
        "{\"result\":".to_owned(),
    ] {
        check(&[("sys_properties.json", &text)], 4, false);
        // Beside a part that is whole.
        check(&[("sys_properties.json", &whole), ("sys_properties (2).json", &text)], 4, false);
    }
}

#[test]
fn an_instance_is_part_of_the_fingerprint() {
    let folder = Folder::new(&[("a.xml", &bad())]);
    let print = |more: &[&str]| texts(&scan(&folder, more).json(), "fingerprint");
    assert_eq!(print(&[]), print(&[]));
    assert_ne!(print(&["--instance", "quay"]), print(&[]));
    assert_ne!(print(&["--instance", "quay"]), print(&["--instance", "pier"]));
    assert_eq!(scan(&folder, &["--instance", "quay"]).json()["scope"]["instance"], "quay");
}

#[test]
fn a_fingerprint_knows_neither_place_nor_form() {
    let print =
        |name: &str, text: &str| texts(&scan(&Folder::new(&[(name, text)]), &[]).json(), "fingerprint");
    let plain = print("a.xml", &bad());
    assert_eq!(plain.len(), 1);
    assert_eq!(print("other/b.xml", &bad().replace('\n', "\r\n\r\n")), plain);
    assert_eq!(print("a.xml", &bad().replace('\n', "")), plain);
    assert_eq!(print("a.xml", &format!("<record_update>{}</record_update>", user("svc.bad", false))), plain);
    let in_set = format!("<![CDATA[{}]]>", payload("sys_user", &user("svc.bad", false)));
    assert_eq!(print("a.xml", &unload(&[change(&in_set, &[])])), plain);
}
