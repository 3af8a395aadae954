//! What is read, in whatever it is packed.

use std::collections::BTreeSet;

use super::exports::{Folder, gzip, unload, zip};
use super::program::{Run, glidelint_with};
use super::{RULE, bad, cut, keys, scan, texts, user};

#[test]
fn bad_files_do_not_keep_good_ones_from_being_read() {
    let folder = Folder::new(&[
        ("a.xml", &cut()),
        ("b.xml", "<unload><a"),
        ("c.xml", ""),
        ("d.xml", &bad()),
        ("e.txt", "x"),
    ]);
    folder.write("f.xml", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    folder.write("g.zip", b"PK\x03\x04 and no more");
    folder.write("h.xml.gz", &gzip(&bad())[..60]);
    folder.write("i.xml", b"\xff\xfe\0\0<\0\0\0");
    folder.write("deep/er/j.xml", unload(&[user("svc.deep", false)]).as_bytes());
    let run = scan(&folder, &[]);
    assert_eq!(run.code, 4);
    assert_eq!(keys(&run.json()), ["svc.cut", "svc.bad", "svc.deep"]);
    let notices = run.json();
    let paths: BTreeSet<_> = notices["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["a.xml", "b.xml", "c.xml", "f.xml", "g.zip", "h.xml.gz", "i.xml"].into());
}

#[test]
fn compressed_exports() {
    let plain = scan(&Folder::new(&[("a.xml", &bad())]), &[]).json();
    let finding = |run: &Run| {
        let document = run.json();
        let finding = document["findings"][0].clone();
        assert_eq!(finding["line"], plain["findings"][0]["line"]);
        assert_eq!(finding["column"], plain["findings"][0]["column"]);
        assert_eq!(finding["fingerprint"], plain["findings"][0]["fingerprint"]);
        (finding["path"].as_str().unwrap().to_owned(), run.code)
    };
    let folder = Folder::new(&[]);
    folder.write("a.xml.gz", gzip(&bad()));
    assert_eq!(finding(&scan(&folder, &[])), ("a.xml.gz".to_owned(), 1));
    // The content decides, not the name.
    let folder = Folder::new(&[]);
    folder.write("export", gzip(&bad()));
    assert_eq!(finding(&scan(&folder, &[])), ("export".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", zip(&[("notes.txt", b"x"), ("update/a.xml", bad().as_bytes())]));
    assert_eq!(finding(&scan(&folder, &[])), ("all.zip!/update/a.xml".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", zip(&[("a.xml.gz", &gzip(&bad()))]));
    assert_eq!(finding(&scan(&folder, &[])), ("all.zip!/a.xml.gz".to_owned(), 1));
    let folder = Folder::new(&[]);
    folder.write("all.zip", zip(&[("inner.zip", &zip(&[("a.xml", bad().as_bytes())]))]));
    assert_eq!(scan(&folder, &[]).code, 4, "an archive in an archive is not opened, and that is said");
    let folder = Folder::new(&[]);
    folder.write("all.zip", zip(&[("../../a.xml", bad().as_bytes())]));
    assert_eq!(finding(&scan(&folder, &[])), ("all.zip!/a.xml".to_owned(), 1));
}

#[test]
fn standard_input() {
    let folder = Folder::new(&[]);
    let arguments = ["scan", "--no-config", "--format", "json", "--select", RULE, "-"];
    let run = glidelint_with(folder.path(), &arguments, bad().as_bytes());
    assert_eq!((run.code, texts(&run.json(), "path")), (1, vec!["stdin".to_owned()]));
    let run = glidelint_with(folder.path(), &arguments, &gzip(&bad()));
    assert_eq!((run.code, texts(&run.json(), "key")), (1, vec!["svc.bad".to_owned()]));
    let run = glidelint_with(folder.path(), &arguments, cut().as_bytes());
    assert_eq!(run.code, 4);
    let run = glidelint_with(
        folder.path(),
        &["query", "--no-config", "sys_user", "user_name=svc.bad", "-"],
        bad().as_bytes(),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let run = glidelint_with(folder.path(), &["inventory", "--no-config", "-"], bad().as_bytes());
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn what_is_excluded_or_too_large_is_not_read() {
    let folder = Folder::new(&[("a.xml", &bad()), ("old/b.xml", &unload(&[user("svc.old", false)]))]);
    assert_eq!(keys(&scan(&folder, &["--exclude", "old"]).json()), ["svc.bad"]);
    assert_eq!(keys(&scan(&folder, &["--exclude", "**/b.xml"]).json()), ["svc.bad"]);
    assert_eq!(keys(&scan(&folder, &["--exclude", "*.xml"]).json()), ["svc.old"]);
    let run = scan(&folder, &["--max-file-size", "100"]);
    assert_eq!((run.code, keys(&run.json()).len()), (4, 0));
    assert_eq!(scan(&folder, &["--max-file-size", "1M"]).code, 1);
}

#[test]
fn no_ignore_file_hides_anything() {
    let folder = Folder::new(&[(".gitignore", "*"), (".ignore", "*"), (".hidden/a.xml", &bad())]);
    assert_eq!(keys(&scan(&folder, &[]).json()), ["svc.bad"]);
}
