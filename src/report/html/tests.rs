//! What is true of every page, whatever is in it.

use std::fs;

use super::frame::hash;
use super::{sample, write};
use crate::report::{Report, sample as plain};

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What stands between the first `begin` and the `end` behind it.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let at = text.find(begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
    let rest = &text[at..];
    &rest[..rest.find(end).unwrap_or_else(|| panic!("no {end}"))]
}

fn samples() -> Vec<(&'static str, Report)> {
    vec![
        ("all", sample::report(80)),
        ("few", sample::report(5)),
        ("quiet", sample::quiet()),
        ("blind", sample::blind()),
        ("crowded", sample::crowded()),
        ("many", sample::report(10_000)),
        ("hostile", sample::hostile()),
        ("not-asked", plain::accepted()),
        ("clean", plain::clean()),
        ("empty", plain::empty()),
    ]
}

/// Its text of a page, where a section begins.
fn heading<'t>(page: &'t str, id: &str) -> &'t str {
    between(&page[page.find(&format!("id=\"{id}\"")).unwrap()..], "<h1 tabindex=\"-1\">", "</h1>")
}

#[test]
fn the_policy_names_style_and_script_and_nothing_else_runs() {
    for (name, report) in samples() {
        let page = page(&report);
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
        let (style, script) =
            (between(&page, "<style>", "</style>"), between(&page, "\n<script>", "</script>"));
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
                hash(style),
                hash(script)
            ),
            "{name}"
        );
        assert_eq!(page.matches("<style").count(), 1, "{name}");
        assert_eq!(page.matches("<script").count(), 2, "{name}: the data and the script");
        for wrong in [
            " style=",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "javascript:",
            "<img",
            "<link",
            "<iframe",
            "@import",
            "url(h",
        ] {
            assert!(!page.contains(wrong), "{name}: {wrong}");
        }
        assert_eq!(handlers(&page), Vec::<&str>::new(), "{name}");
    }
}

/// Attributes that would hold a script.
fn handlers(page: &str) -> Vec<&str> {
    page.match_indices(" on")
        .filter_map(|(at, _)| {
            let word = page[at + 1..].split(['=', ' ', '>', '<', ',', '.', ';', '(', '\n']).next()?;
            page[at + 1 + word.len()..].starts_with("=\"").then_some(word)
        })
        .collect()
}

#[test]
fn every_page_is_there_with_an_answer_as_its_heading() {
    for (name, report) in samples() {
        let page = page(&report);
        for id in ["verdict", "accounts", "admin", "hardening", "findings", "coverage", "waivers", "about"] {
            assert!(
                page.contains(&format!(
                    "<section class=\"page{}\" id=\"{id}\"",
                    if id == "verdict" { " current" } else { "" }
                )),
                "{name}: {id}"
            );
            assert!(page.contains(&format!("href=\"#{id}\"")), "{name}: {id}");
            assert!(!heading(&page, id).is_empty(), "{name}: {id}");
        }
    }
}

#[test]
fn headings_say_what_is_known() {
    let check = |report: &Report, expected: [&str; 6]| {
        let page = page(report);
        let ids = ["verdict", "accounts", "admin", "hardening", "findings", "waivers"];
        assert_eq!(ids.map(|id| heading(&page, id)), expected);
    };
    check(
        &sample::report(80),
        [
            "10 critical and 32 high findings, and at least 14 accounts that reach admin.",
            "11 accounts look non-human; at least 10 of them reach admin.",
            "9 of at least 14 administrators come through one grant.",
            "Between 38 and 62 % of the hardening baseline is met.",
            "65 findings of 8 rules.",
            "7 findings are waived; 4 waivers need a decision. 8 findings were known before.",
        ],
    );
    check(
        &sample::quiet(),
        [
            "No findings in what could be judged.",
            "No account is shown to be non-human.",
            "No account reaches admin.",
            "No hardening setting was judged.",
            "No findings in what could be judged.",
            "Nothing is waived.",
        ],
    );
    check(
        &sample::blind(),
        [
            "Nothing was judged.",
            "No account was exported, so none can be judged.",
            "No account was exported, so nobody can be shown to reach admin.",
            "No hardening setting could be judged: 0–100 %.",
            "Nothing was judged, so nothing was found.",
            "Nothing is waived.",
        ],
    );
}

#[test]
fn an_export_that_is_cut_gives_no_account_a_no() {
    let page = page(&sample::report(5));
    let accounts = between(&page, "id=\"t-accounts\"", "</table>");
    assert!(!accounts.contains("data-l=\"Reaches admin\"><span class=\"v v-pass\">"));
    assert!(!between(&page, "id=\"t-matrix\"", "</table>").contains("#x-N"));
    assert!(
        page.contains("An export that is cut never yields “no” for an account")
            || page.contains("an export that is cut never yields “no” for an account")
    );
    assert!(page.contains("--complete sys_user_has_role,sys_user_grmember"));
    assert!(accounts.contains("at least 3"));
}

#[test]
fn no_name_breaks_out() {
    let page = page(&sample::hostile());
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    for hidden in ['\u{202e}', '\u{1b}', '\u{2028}', '\r', '\t'] {
        assert!(!page.contains(hidden), "{hidden:?}");
    }
    let data: serde_json::Value = serde_json::from_str(between(&page, "id=\"data\">", "</script>")).unwrap();
    assert_eq!(data["F"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_is_redacted_stays_so_and_much_is_counted() {
    assert!(page(&sample::quiet()).contains("Nothing to do first"));
    let many = page(&sample::report(10_000));
    assert!(many.len() < 6_000_000, "{}", many.len());
    assert!(many.contains("id=\"frules\""));
    assert!(many.contains("more; all are in the CSV"));
    let data: serde_json::Value = serde_json::from_str(between(&many, "id=\"data\">", "</script>")).unwrap();
    assert_eq!(data["F"].as_array().map(Vec::len), Some(10_000));
    assert!(!page(&sample::report(80)).contains("id=\"frules\""));
}

#[test]
fn more_findings_than_the_page_holds_are_said() {
    let page = page(&sample::report(super::FINDINGS + 7));
    assert!(
        page.contains("holds the first 20,000 findings, the worst first, and 7 more are counted only"),
        "no note"
    );
}

/// For the check in a browser: `cargo test --lib pages_for_the_browser -- --ignored`.
#[test]
#[ignore = "writes files"]
fn pages_for_the_browser() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/report-pages");
    fs::create_dir_all(folder).unwrap();
    for (name, report) in samples() {
        fs::write(format!("{folder}/{name}.html"), page(&report)).unwrap();
    }
}
