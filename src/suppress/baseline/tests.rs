//! The file of known findings.

use super::{Baseline, Changes};
use crate::finding::{Finding, ValuesHash, fingerprint};
use crate::suppress::entry::{BaselineEntry, KnownValues, cell};
use crate::suppress::recognise::tests::finding;

fn entry(rule: &str, key: &str) -> BaselineEntry {
    BaselineEntry {
        rule: rule.to_owned(),
        table: "sys_user".to_owned(),
        key: cell(key),
        field: "active".to_owned(),
        sys_id: String::new(),
        fingerprint: fingerprint([rule, "", "sys_user", key, "active"]),
        values: Some(KnownValues { hash: ValuesHash::of([key]), number: None }),
    }
}

fn written(baseline: &Baseline) -> String {
    let mut out = Vec::new();
    baseline.write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_file_is_sorted_and_reads_back_as_itself() {
    let hostile = "svc\t\n\u{1b}[31m\u{202e}x";
    let mut numbered = entry("SNB2", "b");
    numbered.values = Some(KnownValues { hash: ValuesHash::of(["x"]), number: Some(65.5) });
    let baseline = Baseline::new([
        numbered,
        entry("SNB2", "b"),
        entry("SNA1", hostile),
        entry("SNB2", "a"),
        entry("SNB2", "b"),
        BaselineEntry { values: None, ..entry("SNB2", "c") },
    ]);
    let text = written(&baseline);
    let keys: Vec<_> = text.lines().skip(2).filter_map(|line| line.split('\t').nth(2)).collect();
    assert_eq!(keys, [r"svc\u{9}\u{a}\u{1b}[31m\u{202e}x", "a", "b", "b", "c"]);
    assert!(text.contains("\t65.5\n"), "{text}");
    assert_eq!(Baseline::parse("b.tsv", &text).unwrap(), baseline);
    // As it comes back from a merge, or from a checkout with other line ends.
    let mut lines: Vec<_> = text.lines().collect();
    lines[2..].reverse();
    lines.push(lines[3]);
    assert_eq!(Baseline::parse("b.tsv", &lines.join("\r\n")).unwrap(), baseline);
}

#[test]
fn version_1_is_read_as_well() {
    let known = entry("SNA1", "a");
    let text = format!(
        "# glidelint baseline v1: known findings\n# rule\ttable\tkey\tfield\tfingerprint\n\
         SNA1\tsys_user\ta\tactive\t{}\n",
        known.fingerprint
    );
    let baseline = Baseline::parse("b.tsv", &text).unwrap();
    assert_eq!(baseline, Baseline::new([BaselineEntry { values: None, ..known }]));
}

#[test]
fn mistakes_are_shown_at_their_line() {
    let good = written(&Baseline::new([entry("SNA1", "a")]));
    let check = |text: &str, line: u32, part: &str| {
        let error = Baseline::parse("b.tsv", text).unwrap_err();
        assert_eq!((error.path.as_str(), error.line), ("b.tsv", line), "{error}");
        assert!(error.message.contains(part), "{error}");
    };
    check("", 1, "neither");
    check("<unload/>", 1, "neither");
    check("# glidelint baseline v3: x\n", 1, "version '3");
    check(&format!("{good}SNA1\tsys_user\ta\n"), 4, "with tabs");
    let print = fingerprint(["", "", "", "", ""]);
    check(&format!("{good}SNA1\tsys_user\ta\tb\t\tzz\t\t\n"), 4, "with tabs");
    check(&format!("{good}SNA1\tsys_user\ta\tb\t{print}\n"), 4, "with tabs");
    check(&format!("{good}SNA1\tsys_user\ta\tb\t\t{print}\tzz\t\n"), 4, "with tabs");
    // A number without the values that it stands among, and none at all.
    check(&format!("{good}SNA1\tsys_user\ta\tb\t\t{print}\t\t65\n"), 4, "with tabs");
    check(&format!("{good}SNA1\tsys_user\ta\tb\t\t{print}\t{:016x}\tinf\n", 1), 4, "with tabs");
    check(&format!("{good}<<<<<<< ours\n"), 4, "merge");
    check("# glidelint baseline v1: x\nSNA1\tsys_user\ta\n", 2, "key, field and fingerprint, with tabs");
}

#[test]
fn an_update_adds_and_drops_and_pruning_only_drops() {
    let of = |key: &str, value: &str| finding(key, "", &[value], None);
    let entry_of = |finding: &Finding| BaselineEntry::of(finding, "SNA1");
    let silent = BaselineEntry::of(&of("c", "1"), "SNB2");
    let old = [entry_of(&of("stays", "1")), entry_of(&of("gone", "1")), entry_of(&of("worse", "1"))];
    let old = Baseline::new(old.into_iter().chain([silent.clone()]));
    let findings = [of("stays", "1"), of("worse", "2"), of("fresh", "1")];
    let could_judge = |rule: &str| rule == "SNA1";

    let mut updated = old.clone();
    let changes = updated.update(&findings, |finding| Some(entry_of(finding)), could_judge);
    assert_eq!(changes, Changes { added: 1, changed: 1, dropped: 1, not_judged: 1 });
    let expected = Baseline::new(findings.iter().map(entry_of).chain([silent.clone()]));
    assert_eq!(updated, expected);

    let mut pruned = old;
    let changes = pruned.update(&findings, |_| None, could_judge);
    assert_eq!(changes, Changes { added: 0, changed: 0, dropped: 1, not_judged: 1 });
    assert_eq!(pruned, Baseline::new([entry_of(&of("stays", "1")), entry_of(&of("worse", "1")), silent]));
}

#[test]
fn an_update_brings_lines_of_version_1_up_to_date() {
    let seen = finding("a", "", &["1"], None);
    let line = |finding: &Finding| BaselineEntry {
        fingerprint: finding.earlier_fingerprint(),
        values: None,
        ..BaselineEntry::of(finding, "SNA1")
    };
    let waived = finding("b", "", &["1"], None);
    let mut baseline = Baseline::new([line(&seen), line(&waived)]);
    let is_written = |finding: &Finding| (&*finding.key == "a").then(|| BaselineEntry::of(finding, "SNA1"));
    let changes = baseline.update(&[seen.clone(), waived.clone()], is_written, |_| true);
    assert_eq!(changes, Changes::default());
    // What a waiver covers stays as it is: it is known when the waiver has ended.
    assert_eq!(baseline, Baseline::new([BaselineEntry::of(&seen, "SNA1"), line(&waived)]));
}
