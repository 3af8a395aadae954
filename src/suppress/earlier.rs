//! An earlier SARIF report of ours, read as the findings that were known then.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::entry::{BaselineEntry, KnownValues};
use crate::finding::{Fingerprint, ValuesHash};
use crate::rule::RuleError;
use crate::rule::file::PlacedText;

/// Which fingerprint of a result is ours, and which says more than one of twins.
const FINGERPRINT: &str = "glidelint/v2";
const OF_KEY: &str = "glidelint/key/v2";
/// Which one earlier versions of the program wrote.
const EARLIER: &str = "glidelint/v1";

#[derive(Deserialize)]
struct Log {
    runs: Vec<Run>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    #[serde(default)]
    results: Vec<Row>,
    #[serde(default)]
    invocations: Vec<Invocation>,
}

#[derive(Deserialize)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize)]
struct Driver {
    name: String,
}

/// The parts of a SARIF result that say what it is about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(default)]
    rule_id: String,
    #[serde(default)]
    baseline_state: String,
    #[serde(default)]
    partial_fingerprints: BTreeMap<String, String>,
    #[serde(default)]
    properties: Properties,
}

/// What tells a result from others with its key, and what it rests on.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    sys_id: String,
    values: Option<String>,
    value: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(default)]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Deserialize)]
struct Notification {
    descriptor: Option<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    #[serde(default)]
    id: String,
}

/// The findings of an earlier report.
pub(super) struct EarlierReport {
    pub(super) entries: Vec<BaselineEntry>,
    /// Why it may not show all findings of its time, if so.
    pub(super) gap: Option<String>,
}

/// The findings of the runs that are ours.
pub(super) fn parse(path: &str, text: &str) -> Result<EarlierReport, RuleError> {
    let log: Log = serde_json::from_str(text).map_err(|error| {
        let number = |value: usize| u32::try_from(value).unwrap_or(0);
        let place =
            PlacedText { value: String::new(), line: number(error.line()), column: number(error.column()) };
        RuleError::at(path, &place, format!("this is no SARIF report: {error}"))
    })?;
    let ours: Vec<Run> = log.runs.into_iter().filter(|run| run.tool.driver.name == "glidelint").collect();
    if ours.is_empty() {
        return Err(RuleError::file(path, "this SARIF report holds no run of glidelint")
            .help("fingerprints of other programs mean nothing to this one"));
    }
    let gap = ours.iter().find_map(gap);
    let results = ours.into_iter().flat_map(|run| run.results);
    let entries = results.filter(|row| row.baseline_state != "absent").filter_map(entry);
    Ok(EarlierReport { entries: entries.collect(), gap })
}

fn entry(row: Row) -> Option<BaselineEntry> {
    let print = |name: &str| Fingerprint::parse(row.partial_fingerprints.get(name)?);
    let values = row.properties.values.as_deref().and_then(ValuesHash::parse);
    let own = print(OF_KEY).or_else(|| print(FINGERPRINT));
    let (fingerprint, values) = match (own, values) {
        (Some(fingerprint), Some(hash)) => {
            (fingerprint, Some(KnownValues { hash, number: row.properties.value }))
        }
        _ => (print(EARLIER)?, None),
    };
    let (table, key, field) = (String::new(), String::new(), String::new());
    let sys_id = row.properties.sys_id;
    Some(BaselineEntry { rule: row.rule_id, table, key, field, sys_id, fingerprint, values })
}

/// Why a run may not show all that was there.
fn gap(run: &Run) -> Option<String> {
    let was_cut = |invocation: &Invocation| {
        let mut notifications = invocation.tool_execution_notifications.iter();
        notifications.any(|notification| {
            notification.descriptor.as_ref().is_some_and(|descriptor| descriptor.id == "results-left-out")
        })
    };
    if run.invocations.iter().any(was_cut) {
        return Some("results were left out of it".to_owned());
    }
    let failed = run.invocations.iter().any(|invocation| !invocation.execution_successful);
    failed.then(|| "its scan was incomplete".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::finding::ValuesHash;
    use crate::suppress::{Baseline, KnownValues};

    const PRINT: &str = "95f134ba50f99e77fce6007ba558ec75";

    fn log(driver: &str, notification: &str, state: &str) -> String {
        let prints = format!(r#"{{"glidelint/v1":"{PRINT}","primaryLocationLineHash":"1:1"}}"#);
        log_of(driver, notification, state, &prints, "{}")
    }

    fn log_of(driver: &str, notification: &str, state: &str, prints: &str, properties: &str) -> String {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"{driver}"}}}},
            "invocations":[{{"executionSuccessful":true,"toolExecutionNotifications":[{notification}]}}],
            "results":[{{"ruleId":"SNA1","message":{{"text":"x"}},"baselineState":"{state}",
            "partialFingerprints":{prints},"properties":{properties}}},
            {{"ruleId":"SNA2","message":{{"text":"passed"}},"kind":"pass"}}]}}]}}"#
        )
    }

    #[test]
    fn a_report_says_what_a_finding_rests_on() {
        let check = |prints: &str, properties: &str, expected: Option<KnownValues>| {
            let text = log_of("glidelint", "", "new", prints, properties);
            let baseline = Baseline::parse("old.sarif", &text).unwrap();
            let entry = baseline.entries().next().unwrap();
            assert_eq!((entry.fingerprint.to_string().as_str(), &entry.values), (PRINT, &expected), "{text}");
        };
        let hash = ValuesHash::of(["x"]);
        let properties = format!(r#"{{"band":"high","sysId":"a1","values":"{hash}"}}"#);
        let known = |number| Some(KnownValues { hash, number });
        check(&format!(r#"{{"glidelint/v2":"{PRINT}"}}"#), &properties, known(None));
        let numbered = properties.replace('}', r#","value":65.0}"#);
        let twin = "0".repeat(32);
        let both = format!(r#"{{"glidelint/v2":"{twin}","glidelint/key/v2":"{PRINT}"}}"#);
        check(&both, &numbered, known(Some(65.0)));
        check(&format!(r#"{{"glidelint/v1":"{PRINT}"}}"#), "{}", None);
    }

    #[test]
    fn results_with_our_fingerprint_are_known() {
        let check = |text: &str, expected: usize, gap: Option<&str>| {
            let baseline = Baseline::parse("old.sarif", text).unwrap();
            assert_eq!((baseline.len(), baseline.gap()), (expected, gap), "{text}");
        };
        check(&log("glidelint", "", "new"), 1, None);
        check(&log("glidelint", "", "absent"), 0, None);
        let cut = r#"{"descriptor":{"id":"results-left-out"},"message":{"text":"x"}}"#;
        check(&log("glidelint", cut, "unchanged"), 1, Some("results were left out of it"));
        let check = |text: &str, part: &str| {
            let error = Baseline::parse("old.sarif", text).unwrap_err();
            assert!(error.message.contains(part), "{error}");
        };
        check(&log("other", "", "new"), "no run of glidelint");
        check("{}", "no SARIF report");
        check("{\"runs\": [", "no SARIF report");
    }
}
