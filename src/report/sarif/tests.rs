//! What a SARIF log must hold for those who read it.

use super::super::{Report, sample};
use super::{SarifOptions, write};
use crate::finding::NoticeLevel;
use serde_json::{Value, json};

fn written(report: &Report, options: &SarifOptions) -> Vec<u8> {
    let mut out = Vec::new();
    write(report, options, &mut out).unwrap();
    out
}

fn run_of(report: &Report, options: &SarifOptions) -> Value {
    let mut log: Value = serde_json::from_slice(&written(report, options)).unwrap();
    log["runs"][0].take()
}

fn run() -> Value {
    run_of(&sample::report(), &SarifOptions::default())
}

fn texts<'a>(list: &'a Value, pointer: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().filter_map(|item| item.pointer(pointer)?.as_str()).collect()
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let bytes = || written(&sample::report(), &SarifOptions::default());
    assert_eq!(bytes(), bytes());
}

#[test]
fn words_that_the_types_leave_open_are_those_of_the_schema() {
    let run = run();
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["note", "warning", "error"].contains(&level), "{level}");
    }
    for artifact in run["artifacts"].as_array().unwrap() {
        assert_eq!(artifact["roles"], json!(["analysisTarget"]));
    }
    let notifications = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(texts(notifications, "/level"), ["error", "warning", "note", "note"]);
}

#[test]
fn every_rule_that_ran_is_described() {
    let run = run();
    let rules = &run["tool"]["driver"]["rules"];
    assert_eq!(texts(rules, "/id"), ["SNA1001", "SNA2001", "SNA3001", "SNA1002", "SNA1003"]);
    let rule = &rules[0];
    assert_eq!(rule["name"], "ServiceAccountCanLogIn");
    assert_eq!(rule["shortDescription"]["text"], "Service account can log in.");
    assert_eq!(
        rule["messageStrings"],
        json!({ "default": { "text": "Service account can log in: '{0}'." } })
    );
    let tags = [
        "security",
        "servicenow",
        "accounts",
        "cwe-250",
        "cis-v8/4.7",
        "nist-800-53/ac-6",
        "servicenow/sn_se10101",
    ];
    assert_eq!(
        rule["properties"],
        json!({ "tags": tags, "precision": "high", "profile": "recommended", "security-severity": "7.5" })
    );
    assert_eq!(rules[3]["properties"].get("security-severity"), None, "0 is no number for GitHub");
    assert_eq!(rule["relationships"][0]["target"]["id"], "CWE-250");
    let taxa = &run["taxonomies"][0]["taxa"];
    assert_eq!(texts(taxa, "/name"), ["ExecutionWithUnnecessaryPrivileges"]);
    assert_eq!(taxa[0]["guid"], rule["relationships"][0]["target"]["guid"]);
}

#[test]
fn a_result_points_at_the_element_and_says_what_is_wrong() {
    let result = &run()["results"][1];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&json!("SNA1001"), &json!(0)));
    assert_eq!(
        (&result["level"], &result["kind"], &result["rank"]),
        (&json!("error"), &json!("fail"), &json!(75.0))
    );
    let subject = "sys_user/svc.sap/web_service_access_only";
    assert_eq!(result["message"]["arguments"], json!([subject]));
    let location = &result["locations"][0];
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], subject);
    let physical = &location["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "exports/sys%20user.xml");
    assert_eq!(
        physical["region"],
        json!({
            "startLine": 7, "startColumn": 5, "endLine": 7, "endColumn": 61,
            "snippet": { "text": "<web_service_access_only>false</web_service_access_only>" },
        })
    );
    assert_eq!(physical["contextRegion"]["startLine"], 5);
    // GitHub tracks alerts by the second, whose form is that of its own hashes.
    let fingerprint = "95f134ba50f99e77fce6007ba558ec75";
    assert_eq!(
        result["partialFingerprints"],
        json!({ "glidelint/v1": fingerprint, "primaryLocationLineHash": format!("{}:1", &fingerprint[..16]) })
    );
}

#[test]
fn messages_hold_no_links_and_are_never_too_long() {
    let report = sample::report_of(|found| found[0].finding.message = "[".repeat(3000).into());
    let run = run_of(&report, &SarifOptions::default());
    let text = run["results"][2]["message"]["text"].as_str().unwrap();
    assert_eq!(text, "'svc␛\\[31m\u{fffd}\\[x\\](y) {{0}}' is a service account.");
    let long = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!((900..=1000).contains(&long.chars().count()), "{long}");
    assert!(long.ends_with("\\[…"));
}

#[test]
fn evidence_across_records_is_related_and_a_flow() {
    let result = &run()["results"][0];
    assert_eq!(result["relatedLocations"][0]["id"], 1);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "the account.");
    let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    let uris = texts(steps, "/location/physicalLocation/artifactLocation/uri");
    assert_eq!(uris, ["more/archive.zip!/roles/grant%201.xml", "exports/sys%20user.xml"]);
}

#[test]
fn artifacts_are_those_that_are_named_and_members_lie_in_their_archive() {
    let run = run();
    let artifacts = &run["artifacts"];
    assert!(!artifacts.to_string().contains("unnamed"));
    for result in run["results"].as_array().unwrap() {
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let index = usize::try_from(location["index"].as_u64().unwrap()).unwrap();
        let named = artifacts[index]["location"]["uri"].as_str().unwrap();
        assert!(location["uri"].as_str().unwrap().ends_with(named));
    }
    let member = artifacts.as_array().unwrap().iter().find(|item| item["parentIndex"].is_u64()).unwrap();
    assert_eq!(member["location"], json!({ "uri": "roles/grant%201.xml" }));
    let parent = usize::try_from(member["parentIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(artifacts[parent]["location"]["uri"], "more/archive.zip");
    assert_eq!(artifacts[parent]["mimeType"], "application/zip");
}

#[test]
fn what_could_not_be_read_or_judged_is_said() {
    let run = run();
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&json!(false), &json!(4)));
    let notifications = &invocation["toolExecutionNotifications"];
    insta::assert_snapshot!(texts(notifications, "/message/text").join("\n"), @r#"
    exports/cut␛.xml: the file ends before </unload>.
    exports/sys user.xml: 3 bytes are not UTF-8.
    SNA3001 could not be judged for 4 subjects: sys_user not known to be whole (--complete sys_user).
    SNA1003 could not be judged for 9 subjects: no sys_user.last_login_time or sys_user_group in the input.
    "#);
    assert_eq!(notifications[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 12);
    assert_eq!(notifications[2]["associatedRule"], json!({ "id": "SNA3001", "index": 2 }));
    // Each refers to a descriptor by its place.
    let descriptors = &run["tool"]["driver"]["notifications"];
    for notification in notifications.as_array().unwrap() {
        let descriptor = &notification["descriptor"];
        let index = usize::try_from(descriptor["index"].as_u64().unwrap()).unwrap();
        assert_eq!(descriptors[index]["id"], descriptor["id"]);
    }
    assert_eq!(run["properties"]["coverage"]["SNA3001"]["missing"], json!(["sys_user"]));
}

#[test]
fn a_kind_of_notice_without_a_descriptor_has_the_general_one() {
    let mut report = sample::clean();
    report.notices.push((sample::notice(NoticeLevel::Warning, "new-kind", "", "something"), None));
    let run = run_of(&report, &SarifOptions::default());
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "input-notice");
    assert_eq!(notification["message"]["text"], "something.");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn more_results_than_allowed_are_cut_and_counted() {
    let options = SarifOptions { max_results: 2, ..SarifOptions::default() };
    let run = run_of(&sample::report(), &options);
    assert_eq!(texts(&run["results"], "/ruleId"), ["SNA3001", "SNA1001"]);
    let notifications = &run["invocations"][0]["toolExecutionNotifications"];
    let text = texts(notifications, "/message/text").pop().unwrap();
    assert!(text.starts_with("3 results were left out"), "{text}");
    assert!(
        !run["artifacts"].to_string().contains("script.xml"),
        "an artifact of a result that was left out"
    );
}

#[test]
fn the_file_never_grows_beyond_its_bytes() {
    let report = sample::report_of(|found| {
        let finding = found[1].clone();
        found.extend(std::iter::repeat_n(finding, 2_000));
    });
    let unlimited = written(&report, &SarifOptions::default()).len();
    for max_bytes in [60_000, 200_000, 1_000_000, unlimited + 10_000] {
        let options = SarifOptions { max_bytes, ..SarifOptions::default() };
        let bytes = written(&report, &options);
        assert!(bytes.len() <= max_bytes, "{} of {max_bytes}", bytes.len());
        assert!(bytes.len() + 8_000 >= max_bytes.min(unlimited), "{} of {max_bytes}", bytes.len());
        let log: Value = serde_json::from_slice(&bytes).unwrap();
        let is_cut = log.to_string().contains("results were left out,");
        assert_eq!(is_cut, max_bytes < unlimited);
    }
}

#[test]
fn evidence_has_a_result_for_each_rule_without_findings() {
    let mut report = sample::report_of(|found| drop(found.remove(0)));
    report.coverage[2] = sample::coverage([5, 0, 0, 0], &[]);
    let options = SarifOptions { kinds_all: true, ..SarifOptions::default() };
    let run = run_of(&report, &options);
    assert_eq!(
        texts(&run["results"], "/kind"),
        ["fail", "fail", "fail", "fail", "pass", "notApplicable", "open"]
    );
    assert_eq!(run["results"][4]["level"], "none");
    let text = run["results"][6]["message"]["text"].as_str().unwrap();
    assert_eq!(
        text,
        "Account was never used: could not be judged for '9' subjects: \
         'no sys_user.last_login_time or sys_user_group in the input'."
    );
}

#[test]
fn secrets_are_announced_where_one_was_replaced() {
    let report = sample::report_of(|found| found[4].places[0].snippet.redacted = true);
    assert_eq!(run()["redactionTokens"], Value::Null);
    let run = |options| run_of(&report, &options);
    assert_eq!(run(SarifOptions::default())["redactionTokens"], json!(["[redacted]"]));
    let cut = SarifOptions { max_results: 3, ..SarifOptions::default() };
    assert_eq!(run(cut)["redactionTokens"], Value::Null);
}

#[test]
fn a_scan_of_nothing_is_a_run_too() {
    let run = run_of(&sample::empty(), &SarifOptions::default());
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["automationDetails"]["id"], "glidelint/");
    assert_eq!(run.get("versionControlProvenance"), None);
}

#[test]
fn what_is_known_or_waived_says_so_on_every_result_or_on_none() {
    let report = sample::accepted();
    let run = run_of(&report, &SarifOptions { kinds_all: true, ..SarifOptions::default() });
    let results = run["results"].as_array().unwrap();
    let findings: Vec<_> = results.iter().filter(|result| result["kind"] == "fail").collect();
    let states: Vec<_> = findings.iter().map(|result| result["baselineState"].as_str().unwrap()).collect();
    assert_eq!(states, ["new", "new", "new", "unchanged", "new"]);
    assert!(results.iter().all(|result| result["suppressions"].is_array()));
    assert_eq!(
        findings[4]["suppressions"],
        json!([{
            "kind": "external",
            "status": "accepted",
            "justification": "the default [is] right␛",
            "properties": { "owner": "it-ops", "until": "2027-03-31" },
        }])
    );
    assert_eq!(run["properties"]["standing"], json!({ "open": 3, "known": 1, "waived": 1 }));
    assert_eq!(run["properties"]["knownFindings"]["absent"], 2);
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let lapsed =
        notifications.iter().find(|notification| notification["descriptor"]["id"] == "waiver-lapsed");
    assert!(
        lapsed.unwrap()["message"]["text"].as_str().unwrap().starts_with(".glidelint.yaml: the waiver of")
    );

    let plain = self::run();
    let plain = plain["results"].as_array().unwrap();
    assert!(plain.iter().all(|result| result.get("suppressions").is_none()));
    assert!(plain.iter().all(|result| result.get("baselineState").is_none()));
}

#[test]
fn what_is_waived_can_be_left_out() {
    let report = sample::accepted();
    let dropping = |max_results| SarifOptions { drop_waived: true, max_results, ..SarifOptions::default() };
    let run = run_of(&report, &dropping(5_000));
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|result| result.get("suppressions").is_none()));
    let cut = |run: &Value| {
        let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        let cut = notifications.iter().find(|note| note["descriptor"]["id"] == "results-left-out");
        cut.map(|note| note["message"]["text"].as_str().unwrap().to_owned())
    };
    assert_eq!(cut(&run), None, "what is dropped on purpose is not missing");
    assert!(cut(&run_of(&report, &dropping(3))).unwrap().starts_with("1 results"));
}
