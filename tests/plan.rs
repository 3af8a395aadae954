//! An action plan that people fill in reads back as waivers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "common/exports.rs"]
mod exports;
#[path = "common/program.rs"]
mod program;

use exports::Folder;
use program::{Run, glidelint};

/// A folder with exports and a plan whose rows `fill` has changed.
struct Desk {
    folder: Folder,
    rows: Vec<csv::StringRecord>,
}

impl Desk {
    fn new() -> Self {
        let folder = Folder::new(&[("sys_user.xml", include_str!("../samples/exports/sys_user.xml"))]);
        glidelint(folder.path(), &["scan", ".", "--output", "action-plan=plan.csv"]);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).from_path(folder.path().join("plan.csv")).unwrap();
        let rows = reader.records().map(Result::unwrap).collect();
        Self { folder, rows }
    }

    /// Fills in owner, reason and due date of a row; the first has 1.
    fn fill(&mut self, row: usize, cells: [&str; 3]) {
        let kept = self.rows[row].len() - 3;
        self.rows[row] = self.rows[row].iter().take(kept).chain(cells).collect();
    }

    /// Saves the plan as a spreadsheet does, and reads it back.
    fn waive(&self, delimiter: u8, is_utf8: bool) -> Run {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = if is_utf8 {
            [b"\xef\xbb\xbf", text.as_bytes()].concat()
        } else {
            encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
        };
        self.folder.write("plan.csv", bytes);
        glidelint(self.folder.path(), &["waive", "plan.csv", ".", "--today", "2026-10-05"])
    }

    fn waived(&self) -> usize {
        let scan = ["scan", ".", "--today", "2026-10-05", "--format", "json"];
        let document = glidelint(self.folder.path(), &scan).json();
        let findings = document["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding.get("suppressed").is_some()).count()
    }
}

#[test]
fn rows_with_owner_and_reason_are_waivers() {
    for (delimiter, is_utf8) in [(b',', true), (b';', false), (b'\t', true)] {
        let mut desk = Desk::new();
        desk.fill(1, ["Ida Lund", "goes away with the old shop", "2027-03-31"]);
        desk.fill(2, ["Ola Å. Berg", "needs it; see \"CHG\" 17", ""]);
        desk.fill(3, ["Ola Å. Berg", "", "2026-12-31"]);
        let run = desk.waive(delimiter, is_utf8);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.starts_with(".glidelint.yaml: waived 2 findings; 0 covered already, 0 gone\n"));
        assert!(run.stdout.contains("1 task with an owner and no reason"), "{}", run.stdout);
        assert_eq!(desk.waived(), 2);
        let config = desk.folder.read(".glidelint.yaml");
        assert!(config.contains("Ola Å. Berg") && config.contains("until: 2027-03-31"), "{config}");
        // The same plan once more adds nothing.
        assert!(desk.waive(delimiter, is_utf8).stdout.contains("waived 0 findings; 2 covered already"));
    }
}

#[test]
fn a_plan_that_is_not_right_writes_nothing() {
    let check = |cells: [&str; 3], why: &str| {
        let mut desk = Desk::new();
        desk.fill(2, cells);
        let run = desk.waive(b',', true);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("plan.csv:3") && run.stderr.contains(why), "{}", run.stderr);
        assert!(!desk.folder.path().join(".glidelint.yaml").exists());
    };
    check(["", "nobody asked", ""], "a reason without an owner");
    check(["Ida Lund", "old", "2026-10-04"], "the due date has passed");
    let mut desk = Desk::new();
    desk.rows[0] = desk.rows[0].iter().map(|name| if name == "reason" { "why" } else { name }).collect();
    assert!(desk.waive(b',', true).stderr.contains("no column 'reason'"));
}

#[test]
fn what_was_mended_meanwhile_is_no_waiver() {
    let mut desk = Desk::new();
    desk.fill(1, ["Ida Lund", "old", ""]);
    std::fs::write(
        desk.folder.path().join("sys_user.xml"),
        "<unload><sys_user action=\"INSERT_OR_UPDATE\"><sys_id>1</sys_id></sys_user></unload>",
    )
    .unwrap();
    assert!(desk.waive(b',', true).stdout.contains("waived 0 findings; 0 covered already, 1 gone"));
}
