//! The same input gives the same bytes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::exports::Folder;
use super::program::glidelint;
use super::{samples, set, texts};

#[test]
fn threads_and_repetition_change_nothing() {
    for format in ["json", "sarif", "text"] {
        let scan = |jobs: &str| {
            let arguments =
                ["scan", "--no-config", "--profile", "strict", "--max-shown", "all", "--kinds", "all"];
            glidelint(
                &samples(),
                &[&arguments[..], &["--format", format, "--jobs", jobs, "samples"]].concat(),
            )
        };
        let one = scan("1");
        assert_eq!(one.code, 4, "a part of samples/ is damaged");
        for jobs in ["4", "1", "4", "3"] {
            let other = scan(jobs);
            assert!(one.stdout == other.stdout, "{format} with --jobs {jobs} differs");
        }
    }
}

#[test]
fn the_order_of_paths_does_not_matter() {
    let scan = |paths: [&str; 3]| {
        glidelint(
            &samples(),
            &[&["scan", "--no-config", "--root", ".", "--format", "json"], &paths[..]].concat(),
        )
        .stdout
    };
    let one = scan(["samples/exports", "samples/update-sets", "samples/app-repo"]);
    assert!(one == scan(["samples/app-repo", "samples/exports", "samples/update-sets"]));
    assert!(one == scan(["samples/update-sets", "samples/app-repo", "samples/exports"]));
}

#[test]
fn two_folders_at_once_find_what_each_finds() {
    // Rules that look at one record only; joins would see more in both together.
    let rules = "SNA1002,SNA1003,SNA1008,SNA1009,SNA1007,SNA1010,SNA1012,SNR1009,SNR1011,SNP1023";
    let scan = |paths: &[&str], folder: &Path| {
        let arguments = [
            "scan",
            "--no-config",
            "--root",
            ".",
            "--format",
            "json",
            "--profile",
            "strict",
            "--select",
            rules,
        ];
        set(texts(&glidelint(folder, &[&arguments[..], paths].concat()).json(), "fingerprint"))
    };
    let text = fs::read_to_string(samples().join("samples/exports/sys_user.xml")).unwrap();
    let (head, rows) = text.split_at(text.find("    <sys_user ").unwrap());
    let rows: Vec<_> = rows.split_inclusive("</sys_user>\n").collect();
    let (rows, tail) = rows.split_at(rows.len() - 1);
    for parts in [2, 3, 5] {
        let folder = Folder::new(&[]);
        for (index, row) in rows.iter().enumerate() {
            let part = if (index / parts) % 2 == 0 { "left" } else { "right" };
            folder.write(&format!("{part}/{index:03}.xml"), format!("{head}{row}{}", tail[0]).as_bytes());
        }
        let (left, right) = (scan(&["left"], folder.path()), scan(&["right"], folder.path()));
        assert!(!left.is_empty() && !right.is_empty(), "both hold something");
        assert_eq!(scan(&["."], folder.path()), left.union(&right).cloned().collect());
        folder.write("whole.xml", text.as_bytes());
        assert_eq!(scan(&["whole.xml"], folder.path()), left.union(&right).cloned().collect());
    }
    let parts = ["samples/exports", "samples/damaged", "samples/app-repo"];
    let together = scan(&parts, &samples());
    let apart: BTreeSet<_> = parts.iter().flat_map(|part| scan(&[part], &samples())).collect();
    assert_eq!(together, apart);
}
