use super::{Seems, raise_unfollowed, seems};
use crate::source::{Problem, ProblemKind};

#[track_caller]
fn check(path: &str, text: &str, expected: &str) {
    let found = match seems(path, text) {
        Seems::Foreign => "nothing".to_owned(),
        Seems::Perhaps(why) => format!("perhaps: {why}"),
        Seems::Export(why) => format!("lost: {why}"),
        Seems::Absent(message) => format!("absent: {message}"),
    };
    assert!(found.starts_with(expected), "{found} of {path}: {text}");
}

const ID: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn names_of_tables() {
    for name in [
        "sys_user.csv",
        "a/sys_user (2).csv",
        "sys_user_2026-01-31.json.gz",
        "sys_user_part3.xml",
        "sys_user",
    ] {
        check(
            name,
            "",
            "absent: the file has the name of sys_user and is empty: export it again, or exclude",
        );
        check(name, " \r\n", "absent: ");
        check(name, "x", "lost: the file has the name of sys_user");
        check(name, "<!DOCTYPE html><html>", "lost: ");
    }
    check("a.zip!/sys_user_role.xml", "x", "lost: the file has the name of sys_user_role");
    check("sys_user.xlsx!/Page 1", "Benutzer\tName", "lost: ");
    check("sys_user.xlsx!/Notes", "Benutzer\tName", "nothing");
    let rows = format!("true\tada\t{ID}\nfalse\tbob\t{ID}\n");
    check("sys_user.xlsx!/Rest", &rows, "lost: the sheet holds rows and no header");
    check("users.xlsx!/Rest", &rows, "perhaps: the sheet holds rows and no header");
    check("sys_user.xlsx!/Page 2", &rows, "lost: the file has the name of sys_user");
    check("sys_user_preference.csv", "x", "perhaps: the file has the name of a table");
    check("sys_user_preference.csv", "", "absent: the file has the name of sys_user_preference and is empty");
    check("sys_user_preference", "", "perhaps: the file has the name of a table");
    for name in ["sys_user.md", "sys_user.js", "users.csv", "readme", "sys_user.png", "pom.xml"] {
        check(name, "", "nothing");
    }
}

#[test]
fn contents_of_exports() {
    let damaged =
        "<unlod unload_date=\"2026-03-01 10:00:00\">\n<berth action=\"INSERT_OR_UPDATE\"><a>1</a></berth>";
    check("a.txt", damaged, "lost: the file holds records with an action");
    check("a.xml", &damaged.replace('"', "'"), "lost: ");
    check("a.xml", "<form><input action=\"/login\"/></form>", "nothing");
    let fields =
        format!("<row><sys_id>{ID}</sys_id><user_name>x</user_name><locked_out>true</locked_out></row>");
    check("a.xml", &fields, "lost: the file holds records of a table");
    check("a.xml", &fields.replace(ID, "global"), "perhaps: the file looks like a record");
    check("a.xml", &fields.replace("user_name", "berth"), "nothing");
    let object =
        format!("{{\"users\": [{{\"sys_id\": \"{ID}\", \"user_name\": \"x\", \"locked_out\": true}}]}}");
    check("a", &object, "lost: the file holds records of a table");
    check("a", &object.replace(ID, "string"), "perhaps: ");
    check("a.json", "{\"sys_id\": 1}", "nothing");
    check(
        "a.csv",
        &format!("sep=;\n\"sys_id\";\"user_name\";\"locked_out\"\n\"{ID}\";\"x\";\"true\"\n"),
        "lost: ",
    );
    check("a.csv", "berth,pier\n1,2\n", "nothing");
    check("a.csv", &format!("sys_id,name,active,a,b,c,d\n{ID},x,true,,,,\n"), "nothing");
    check("a.xml", "<!DOCTYPE html>\n<html>", "perhaps: a web page");
    check("a.html", "<!DOCTYPE html>\n<html>", "nothing");
}

#[test]
fn errors_of_the_api() {
    check("a", "{ \"error\" : { \"message\": \"no\", \"detail\": null } }", "lost: the file holds an error");
    check("a", "{\"error\":\"x\",\"status\":\"failure\"}", "lost: the file holds an error");
    check("a", "<response><error><message>no</message></error><status>failure</status></response>", "lost: ");
    check("a.json", "{\"error\": \"none\"}", "nothing");
}

#[test]
fn pointers_to_what_is_elsewhere() {
    let lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:00ff\nsize 7040\n";
    for name in
        ["a.json", "b.csv", "c.xlsx", "repo.zip!/d.zip", "e.gz", "f.csv.gz", "g", "sys_user.tsv", "h.xml"]
    {
        check(name, lfs, "absent: a Git LFS pointer stands in the place of a file of 7040 bytes that is");
    }
    check("logo.png", lfs, "nothing");
    check("a.json", &lfs.replace("git-lfs.github", "hawser.github"), "absent: a Git LFS pointer");
    let annex = "/annex/objects/SHA256E-s2048--00ff.csv\n";
    check("a.csv", annex, "absent: a git-annex pointer stands in the place of a file of 2048 bytes that");
    let link = "../.git/annex/objects/0f/1f/WORM-m3--pier/WORM-m3--pier";
    check(
        "a.json",
        link,
        "absent: a git-annex pointer stands in the place of a file that is not here: fetch it with `git annex get`",
    );
    check("a.csv", "see /annex/objects/ for more\n", "nothing");
    check("a.json", "{\"spec\": \"version https://git-lfs.github.com/spec/v1\"}", "nothing");
}

#[test]
fn what_this_program_writes_is_none() {
    check("sys_user.json", "{\n  \"schema\": \"glidelint/scan/v1\",", "nothing");
    check("sys_user.tsv", "# glidelint baseline v1\n", "nothing");
    check("sys_user.xml", "<?xml version=\"1.0\"?>\n<testsuites name=\"glidelint\" tests=\"1\">", "nothing");
    check("sys_user.csv", "kind,rule,title,table,sys_id,key\n", "nothing");
}

#[test]
fn links_under_the_name_of_an_export() {
    let check = |path: &str, message: &str, expected: Option<&str>| {
        let mut problems = [(path.to_owned(), Problem::new(ProblemKind::Skipped, message))];
        raise_unfollowed(&mut problems);
        let [(_, problem)] = problems;
        let raised = (problem.kind == ProblemKind::Unreadable).then_some(&*problem.message);
        assert_eq!(raised.is_some(), expected.is_some(), "{path}");
        assert!(raised.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{raised:?}");
    };
    let nowhere = "a symbolic link that leads nowhere";
    for path in ["a/sys_user.csv", "sys_user (2).json", "sys_user", "pier.xml", "a.zip!/x_pier_berth.csv"] {
        check(path, nowhere, Some("a symbolic link that leads nowhere: give the file itself, or exclude it"));
    }
    for path in ["sys_user.js", "pier", "pier.json", "x_pier", "logo.png"] {
        check(path, nowhere, None);
    }
    let annex = "a symbolic link that leads nowhere: ../.git/annex/objects/0f/MD5-s7--00/MD5-s7--00";
    check("pier.json", annex, Some("a git-annex pointer stands in the place of a file of 7 bytes"));
    check("logo.png", annex, None);
}
