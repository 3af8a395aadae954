//! What stands on the screen.

use super::super::{Report, sample};
use super::{Detail, TextOptions, snippet, write};
use crate::finding::{Notice, NoticeLevel};
use crate::record::REDACTED;
use crate::span::ByteSpan;

fn written(report: &Report, options: &TextOptions) -> String {
    let mut out = Vec::new();
    write(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn summary(report: &Report) -> String {
    let text = written(report, &TextOptions { detail: Detail::Quiet, ..TextOptions::default() });
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len() - 8..].join("\n")
}

fn result(report: &Report) -> String {
    summary(report).lines().last().unwrap().to_owned()
}

#[test]
fn findings_with_their_lines_and_the_summary_last() {
    insta::assert_snapshot!(written(&sample::report(), &TextOptions::default()), @r#"
    critical[SNA3001]: 'svc.sap' holds [admin].
     --> more/archive.zip!/roles/grant 1.xml:4:5
      |
    3 |   <sys_user action="INSERT_OR_UPDATE">
    4 |     <active>true</active>
      |     ^^^^^^^^^^^^^^^^^^^^^ Service account holds admin
    5 |     <sys_id>6816f79cc0a8016401c5a33be04be441</sys_id>
      |
      = rule: service-account-with-admin, severity 9.5, confidence high
      = why: An account made for a machine has a password that many know. Whoever holds it can
             use the `user interface`, e.g. lists. No one will notice.
      = fix: Tick `Web service access only` on the user record. Then test the integration.
      = help: glidelint rules show SNA3001
    note: the account
     --> exports/sys user.xml:6:5
      |
    6 |     <user_name>svc.sap</user_name>
      |     ------------------------------

    high[SNA1001]: 'svc.sap' is a service account (prefix svc.), yet "Web service access only" is not set.
     --> exports/sys user.xml:7:5
      |
    6 |     <user_name>svc.sap</user_name>
    7 |     <web_service_access_only>false</web_service_access_only>
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Service account can log in
    8 |   </sys_user>
      |
      = rule: service-account-can-log-in, severity 7.5, confidence high
      = why: An account made for a machine has a password that many know. Whoever holds it can
             use the `user interface`, e.g. lists. No one will notice.
      = fix: Tick `Web service access only` on the user record. Then test the integration.
      = help: glidelint rules show SNA1001

    high[SNA1001]: 'svc␛[31m�[x](y) {0}' is a service account.
     --> exports/one line.xml:1:2409
      |
    1 | …>é</a><a>é</a><a>é</a><a>é</a><active>true</active><b>x</b><b>x</b><b>x</b><b>x</b><b>x<…
      |                                ^^^^^^^^^^^^^^^^^^^^^ Service account can log in
      |
      = rule: service-account-can-log-in, severity 7.5, confidence high
      = why: An account made for a machine has a password that many know. Whoever holds it can
             use the `user interface`, e.g. lists. No one will notice.
      = fix: Tick `Web service access only` on the user record. Then test the integration.
      = help: glidelint rules show SNA1001

    medium[SNA2001]: A script of forty lines.
     --> exports/script.xml:2:3
      |
    1 |   <root>
    2 | /   <script>line();
    3 | | line();
    4 | | line();
    5 | | line();
    6 | | line();
    7 | | line();…
      | |________^ SOAP without credentials
      |
      = rule: anonymous-soap, severity 5.0, confidence high
      = why: An account made for a machine has a password that many know. Whoever holds it can
             use the `user interface`, e.g. lists. No one will notice.
      = fix: Tick `Web service access only` on the user record. Then test the integration.
      = help: glidelint rules show SNA2001

    info[SNA2001]: The property is not there at all.
     --> exports/sys user.xml:2:1
      |
    1 | <?xml version="1.0" encoding="UTF-8"?>
    2 | <unload unload_date="2026-03-01 10:00:00">
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ SOAP without credentials
    3 |   <sys_user action="INSERT_OR_UPDATE">
      |
      = rule: anonymous-soap, severity 0.0, confidence high
      = why: An account made for a machine has a password that many know. Whoever holds it can
             use the `user interface`, e.g. lists. No one will notice.
      = fix: Tick `Web service access only` on the user record. Then test the integration.
      = help: glidelint rules show SNA2001

    not judged: 1 rule on accounts: no sys_user.last_login_time or sys_user_group in the input (SNA1003)
    partly judged: 1 rule on roles: sys_user not known to be whole (--complete sys_user) (SNA3001)

    error: exports/cut␛.xml:12:3: the file ends before </unload>
    warning: exports/sys user.xml: 3 bytes are not UTF-8

    Findings    5: 1 critical, 2 high, 1 medium, 0 low, 1 info
    Areas       accounts: 2 findings; properties: 2 findings; roles: 1 finding
    Rules       5 ran: 3 failed, 0 passed, 1 not applicable, 1 not judged
    Not judged  1 rule on accounts: no sys_user.last_login_time or sys_user_group in the input; 1 rule on roles in part: sys_user not known to be whole (--complete sys_user)
    Scanned     1,204 records in 4 files, 5.3 MB; 3 other files skipped, no exports
    Input       NOT read whole: 1 error, 1 warning
    Assumed     as of 2026-03-01; baseline 12.0; exported whole: sys_properties
    Result      5 problems found; 2 rules lacked input; INCOMPLETE, some input could not be read (exit code 4)
    "#);
}

#[test]
fn of_many_findings_the_first_are_shown() {
    let options = TextOptions { max_shown: Some(1), width: Some(60), ..TextOptions::default() };
    insta::assert_snapshot!(written(&sample::report(), &options), @r#"
    critical[SNA3001]: 'svc.sap' holds [admin].
     --> more/archive.zip!/roles/grant 1.xml:4:5
      |
    3 |   <sys_user action="INSERT_OR_UPDATE">
    4 |     <active>true</active>
      |     ^^^^^^^^^^^^^^^^^^^^^ Service account holds admin
    5 |     <sys_id>6816f79cc0a8016401c5a33be04be441</sys…
      |
      = rule: service-account-with-admin, severity 9.5,
              confidence high
      = why: An account made for a machine has a
             password that many know. Whoever holds it
             can use the `user interface`, e.g. lists.
             No one will notice.
      = fix: Tick `Web service access only` on the user
             record. Then test the integration.
      = help: glidelint rules show SNA3001
    note: the account
     --> exports/sys user.xml:6:5
      |
    6 |     <user_name>svc.sap</user_name>
      |     ------------------------------

    4 more findings not shown: --max-shown all shows every one

    not judged: 1 rule on accounts: no sys_user.last_login_time or sys_user_group in the input (SNA1003)
    partly judged: 1 rule on roles: sys_user not known to be whole (--complete sys_user) (SNA3001)

    error: exports/cut␛.xml:12:3: the file ends before </unload>
    warning: exports/sys user.xml: 3 bytes are not UTF-8

    Findings    5 (1 shown): 1 critical, 2 high, 1 medium, 0 low, 1 info
    Areas       accounts: 2 findings; properties: 2 findings; roles: 1 finding
    Rules       5 ran: 3 failed, 0 passed, 1 not applicable, 1 not judged
    Not judged  1 rule on accounts: no sys_user.last_login_time or sys_user_group in the input; 1 rule on roles in part: sys_user not known to be whole (--complete sys_user)
    Scanned     1,204 records in 4 files, 5.3 MB; 3 other files skipped, no exports
    Input       NOT read whole: 1 error, 1 warning
    Assumed     as of 2026-03-01; baseline 12.0; exported whole: sys_properties
    Result      5 problems found; 2 rules lacked input; INCOMPLETE, some input could not be read (exit code 4)
    "#);
}

#[test]
fn input_that_contradicts_itself_was_read() {
    let options = TextOptions { detail: Detail::Quiet, ..TextOptions::default() };
    let mut report = sample::report();
    let told = |report: &Report| {
        let text = written(report, &options);
        let lines = text.lines().filter(|line| line.starts_with("Input") || line.starts_with("Result"));
        lines.map(|line| line.split("  ").last().unwrap_or_default().trim().to_owned()).collect::<Vec<_>>()
    };
    let two = "two versions say different things".to_owned();
    let contradiction = Notice::of_contradiction("a.xml", 0, ByteSpan::at(1), two);
    report.notices.push((contradiction, None));
    let both = told(&report);
    assert!(both[0].starts_with("NOT read whole: 2 errors"), "{both:?}");
    assert!(both[1].contains("some input could not be read"), "{both:?}");
    report.notices.retain(|(notice, _)| notice.is_contradiction());
    let alone = told(&report);
    assert_eq!(alone[0], "read whole, and CONTRADICTS ITSELF: 1 error, 0 warnings");
    assert!(alone[1].contains("INCOMPLETE, the input contradicts itself"), "{alone:?}");
}

#[test]
fn quiet_is_errors_and_the_summary() {
    let options = TextOptions { detail: Detail::Quiet, ..TextOptions::default() };
    let text = written(&sample::report(), &options);
    assert!(
        text.starts_with("error: exports/cut␛.xml:12:3: the file ends before </unload>\n\nFindings "),
        "{text}"
    );
    assert!(text.contains("5 (0 shown): 1 critical"), "{text}");
}

#[test]
fn nothing_but_our_own_colours_reaches_the_terminal() {
    let options = TextOptions { color: true, detail: Detail::Verbose, ..TextOptions::default() };
    let text = written(&sample::report(), &options);
    assert!(text.contains("\u{1b}["), "colours were asked for");
    // What an export could have written is there, without its power.
    assert!(text.contains("svc␛[31m"), "{text}");
    assert!(!text.contains('\u{202e}') && !text.contains('\r') && !text.contains('\u{1}'));
    let plain = written(&sample::report(), &TextOptions::default());
    assert!(plain.chars().all(|letter| letter == '\n' || !letter.is_control()), "{plain}");
}

#[test]
fn what_was_judged_is_said_where_nothing_was_found() {
    insta::assert_snapshot!(summary(&sample::clean()), @r#"
    Findings    0: 0 critical, 0 high, 0 medium, 0 low, 0 info
    Areas       accounts: passed; properties: passed; roles: passed
    Rules       5 ran: 0 failed, 5 passed, 0 not applicable, 0 not judged
    Not judged  none
    Scanned     1,204 records in 4 files, 5.3 MB; 3 other files skipped, no exports
    Input       read whole
    Assumed     as of 2026-03-01; baseline 12.0; exported whole: sys_properties
    Result      no problems found by 5 rules (exit code 0)
    "#);
}

#[test]
fn nothing_is_called_clean_that_was_not_judged() {
    assert_eq!(
        result(&sample::empty()),
        "Result      nothing to scan: no ServiceNow record was found (exit code 3)"
    );
    let mut report = sample::clean();
    report.coverage = report.rules.iter().map(|_| sample::coverage([0, 0, 0, 3], &["sys_user"])).collect();
    assert_eq!(result(&report), "Result      nothing could be judged; 5 rules lacked input (exit code 0)");
    report.coverage[0].pass = 1;
    assert_eq!(
        result(&report),
        "Result      no problems in what 1 rule could judge; 5 rules lacked input (exit code 0)"
    );
    let mut report = sample::clean();
    report.notices.push((sample::notice(NoticeLevel::Error, "broken", "a.xml", "it is broken"), None));
    assert_eq!(
        result(&report),
        "Result      no problems in what could be read; \
         INCOMPLETE, some input could not be read (exit code 0)"
    );
    report.coverage.fill(sample::coverage([0, 0, 2, 0], &[]));
    assert!(result(&report).starts_with("Result      nothing could be judged; INCOMPLETE"));
}

#[test]
fn a_place_is_found_among_replaced_secrets() {
    let text = "<a><p>secret</p><b>x</b><p>secret</p><c>y</c></a>";
    let mut place = sample::place("one.xml", text, "<b>x</b>");
    let shown = |place: &_| {
        let shown = snippet::shown(place, 1, 200);
        shown.text[shown.span].to_owned()
    };
    let redact = |text: &str| text.replace("secret", REDACTED);
    assert_eq!(shown(&place), "<b>x</b>");
    place.context.as_mut().unwrap().text = redact(text);
    assert_eq!(shown(&place), "<b>x</b>");
    // Where there is doubt, only the place itself is shown.
    place.context.as_mut().unwrap().text = redact(text).replace("<c>y</c>", "<b>x</b><b>x</b>");
    let alone = snippet::shown(&place, 1, 200);
    assert_eq!((alone.text.as_str(), alone.first_line), ("<b>x</b>", 1));
}

#[test]
fn lines_are_cut_around_the_place() {
    let text = format!("<a>\r\n{}<b>{}</b>{}\r\n</a>", "ä".repeat(300), "ö".repeat(20), "ü".repeat(300));
    let place = sample::place("one.xml", &text, &format!("<b>{}</b>", "ö".repeat(20)));
    let shown = snippet::shown(&place, 1, 60);
    insta::assert_snapshot!(shown.text, @r#"…ääääääääääääääääääää<b>öööööööööööööööööööö</b>üüüüüüüüüüü…"#);
    assert_eq!(shown.first_line, 2);
    assert!(shown.text.lines().all(|line| line.chars().count() <= 61));
    let narrow = snippet::shown(&place, 1, 20);
    assert!(narrow.text[narrow.span].ends_with('…'));
}

#[test]
fn what_is_accepted_is_counted_and_shown_when_asked_for() {
    let report = sample::accepted();
    let (counts, result) = (summary(&report).lines().next().unwrap().to_owned(), result(&report));
    assert_eq!(
        counts,
        "Findings    3 new (0 shown): 1 critical, 2 high, 0 medium, 0 low, 0 info; 1 known, 2 more gone, 1 more not judged; 1 waived"
    );
    assert!(result.starts_with("Result      3 new problems found; "), "{result}");
    let text = written(&report, &TextOptions::default());
    assert!(!text.contains("known before") && !text.contains("waived by"), "{text}");
    assert!(text.contains("2 accepted findings not shown: --show-suppressed shows them"), "{text}");
    assert!(text.contains("warning: .glidelint.yaml:4:11: the waiver of SNA2001"), "{text}");
    let text = written(&report, &TextOptions { show_accepted: true, ..TextOptions::default() });
    assert!(text.contains("accepted: known before, in known.tsv"), "{text}");
    assert!(text.contains("accepted: waived by it-ops until 2027-03-31: the default [is] right␛"), "{text}");
    let text = written(&report, &TextOptions { max_shown: Some(1), ..TextOptions::default() });
    assert!(text.contains("2 more findings not shown"), "{text}");
}

#[test]
fn places_are_links_where_a_terminal_opens_them() {
    let links = Some("file:///home/ida/work/".to_owned());
    let text = written(&sample::report(), &TextOptions { links, ..TextOptions::default() });
    let link = "\u{1b}]8;;file:///home/ida/work/exports/sys%20user.xml\u{1b}\\exports/sys user.xml:7:5\u{1b}]8;;\u{1b}\\";
    assert!(text.contains(link), "{text}");
    // Nothing else changes.
    let plain =
        regex::Regex::new("\u{1b}]8;;[^\u{1b}]*\u{1b}\\\\").unwrap().replace_all(&text, "").into_owned();
    assert_eq!(plain, written(&sample::report(), &TextOptions::default()));
}
