use super::*;
use crate::source::archive::tests::zip_of;
use globset::{Glob, GlobSetBuilder};
use std::fs;
use tempfile::TempDir;

/// A directory with these files; a name that ends in `/` is a directory.
pub(super) fn tree(files: &[(&str, &[u8])]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = directory.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    directory
}

pub(super) fn excluding(patterns: &[&str]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(Glob::new(pattern).unwrap());
    }
    builder.build().unwrap()
}

/// Paths of the sources, then the problems.
fn found(tree: &TempDir, paths: &[&str], options: &DiscoverOptions<'_>, input: &[u8]) -> Vec<String> {
    let paths: Vec<PathBuf> = paths
        .iter()
        .map(|path| if *path == "-" { PathBuf::from(path) } else { tree.path().join(path) })
        .collect();
    let discovery = match discover_with(&paths, options, &mut &*input) {
        Ok(discovery) => discovery,
        Err(error) => {
            let real = fs::canonicalize(tree.path()).unwrap();
            let text = error.to_string().replace(real.to_str().unwrap(), "TREE");
            return vec![text.replace(tree.path().to_str().unwrap(), "TREE")];
        }
    };
    let sources = discovery.sources.iter().map(|source| source.path().to_owned());
    let problems =
        discovery.problems.iter().map(|(path, problem)| format!("{path}: {:?}: {problem}", problem.kind));
    sources.chain(problems).collect()
}

fn check(tree: &TempDir, paths: &[&str], expected: &[&str]) {
    assert_eq!(found(tree, paths, &DiscoverOptions::default(), b""), expected, "{paths:?}");
}

#[test]
fn every_file_but_gits_is_found_in_the_order_of_paths() {
    let files: &[(&str, &[u8])] = &[
        ("b.xml", b""),
        ("a/z.xml", b""),
        ("a-b/y.xml", b""),
        ("a/.hidden/x", b""),
        (".gitignore", b"*.xml"),
        (".git/config", b""),
        ("a/.git/config", b""),
        ("empty/", b""),
    ];
    let tree = tree(files);
    check(&tree, &[""], &[".gitignore", "a-b/y.xml", "a/.hidden/x", "a/z.xml", "b.xml"]);
    check(&tree, &["b.xml", "a", "b.xml", "a/z.xml", "a/../b.xml"], &["a/.hidden/x", "a/z.xml", "b.xml"]);
    check(&tree, &[".git"], &[".git/config"]);
    check(&tree, &["a", "missing.xml"], &["`TREE/missing.xml` does not exist"]);
}

#[test]
fn paths_are_relative_to_the_root() {
    let files: &[(&str, &[u8])] =
        &[("repo/.git/", b""), ("repo/a/x.xml", b""), ("repo/b/y.xml", b""), ("z.xml", b"")];
    let tree = tree(files);
    // The git root above the first path, if every path is in it.
    check(&tree, &["repo/a"], &["a/x.xml"]);
    check(&tree, &["repo/b/y.xml", "repo/a"], &["a/x.xml", "b/y.xml"]);
    // Else the directory that has them all.
    check(&tree, &["repo/a", "z.xml"], &["repo/a/x.xml", "z.xml"]);
    check(&tree, &["z.xml"], &["z.xml"]);
    let root = tree.path().join("repo/a");
    let options = DiscoverOptions { root: Some(&root), ..DiscoverOptions::default() };
    assert_eq!(found(&tree, &["repo/a/x.xml"], &options, b""), ["x.xml"]);
    assert_eq!(
        found(&tree, &["z.xml"], &options, b""),
        ["`TREE/z.xml` lies outside the root `TREE/repo/a`: give a root that holds every path"]
    );
    let root = tree.path().join("z.xml");
    let options = DiscoverOptions { root: Some(&root), ..DiscoverOptions::default() };
    assert_eq!(
        found(&tree, &["z.xml"], &options, b""),
        ["the root `TREE/z.xml` cannot be used: not a directory"]
    );
}

#[test]
fn excluded_paths_are_left_out_unless_named() {
    let archive = zip_of(&[("in/a.xml", b""), ("out/b.xml", b"")]);
    let files: &[(&str, &[u8])] =
        &[("in/a.xml", b""), ("build/x.xml", b""), ("in/notes.txt", b""), ("in/c.zip", &archive)];
    let tree = tree(files);
    let exclude = excluding(&["build", "*.txt", "*.zip!/out/**"]);
    let options = DiscoverOptions { exclude, ..DiscoverOptions::default() };
    assert_eq!(found(&tree, &[""], &options, b""), ["in/a.xml", "in/c.zip!/in/a.xml"]);
    assert_eq!(
        found(&tree, &["", "in/notes.txt"], &options, b""),
        ["in/a.xml", "in/c.zip!/in/a.xml", "in/notes.txt"]
    );
}

#[test]
fn archives_are_their_members() {
    let inner = zip_of(&[("x.xml", b"")]);
    let members: &[(&str, &[u8])] = &[("dir/b.xml", b"<b/>"), ("a.xml", b"<a/>"), ("inner.zip", &inner)];
    let archive = zip_of(members);
    let files: &[(&str, &[u8])] =
        &[("app.dat", &archive), ("cut.zip", &archive[..archive.len() - 9]), ("z.xml", b"")];
    let tree = tree(files);
    let options = DiscoverOptions::default();
    let discovery = discover_with(&[tree.path().to_owned()], &options, &mut io::empty()).unwrap();
    let paths: Vec<&str> = discovery.sources.iter().map(Source::path).collect();
    assert_eq!(paths, ["app.dat!/a.xml", "app.dat!/dir/b.xml", "app.dat!/inner.zip", "z.xml"]);
    let archives: Vec<_> = discovery.sources.iter().map(Source::archive_path).collect();
    assert_eq!(archives, [Some("app.dat"), Some("app.dat"), Some("app.dat"), None]);
    let mut text = String::new();
    discovery.sources[1].open().unwrap().read(&mut text, 100).unwrap();
    assert_eq!(text, "<b/>");
    let problem = discovery.sources[2].open().err().unwrap();
    assert_eq!(problem.message, "an archive inside an archive is not opened");
    assert!(problem.kind.is_loss());
    let [(path, problem)] = &discovery.problems[..] else { panic!("{:?}", discovery.problems) };
    assert_eq!((path.as_str(), problem.kind), ("cut.zip", ProblemKind::Unreadable));
}

#[test]
fn tar_archives_are_their_members() {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, text) in [("./exports/b.xml", "<b/>"), ("a.tar", "x")] {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(count(text.len()));
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&tar).unwrap();
    let packed = packed.finish().unwrap();
    let zip = zip_of(&[("c.tgz", &packed), ("d.tar", &tar)]);
    let (cut, damaged) = (&packed[..packed.len() - 12], b"\x1f\x8b\x08");
    let files: &[(&str, &[u8])] =
        &[("1.tgz", &packed), ("2.tar.gz", cut), ("3", &tar), ("4.gz", damaged), ("5.zip", &zip)];
    let tree = tree(files);
    let options = DiscoverOptions { exclude: excluding(&["*!/a.tar"]), ..DiscoverOptions::default() };
    let lines = found(&tree, &[""], &options, b"");
    assert_eq!(lines[..4], ["1.tgz!/exports/b.xml", "2.tar.gz!/exports/b.xml", "3!/exports/b.xml", "4.gz"]);
    assert_eq!(lines[4..6], ["5.zip!/c.tgz", "5.zip!/d.tar"]);
    assert_eq!(lines[6..], ["2.tar.gz: Truncated: the gzip data ends too early"]);
    let discovery = discover_with(&[tree.path().to_owned()], &options, &mut io::empty()).unwrap();
    for source in &discovery.sources {
        let mut text = String::new();
        let read = source.open().and_then(|mut stream| stream.read(&mut text, 100));
        match source.archive_path() {
            Some("5.zip") => {
                assert_eq!(read.unwrap_err().message, "an archive inside an archive is not opened");
            }
            Some(_) => assert_eq!(text, "<b/>"),
            None => assert!(read.is_err()),
        }
    }
    assert_eq!(found(&tree, &["-"], &options, &packed), ["stdin!/exports/b.xml"]);
}

#[test]
fn what_is_packed_in_another_way_is_lost_if_it_was_named() {
    let tree = tree(&[("a/pier.7z", b"7z\xbc\xaf\x27\x1c\0\x04"), ("a/b.xml", b"<b/>")]);
    let lost = "packed with 7z, which is not opened: unpack it, or exclude it";
    check(&tree, &[""], &["a/b.xml", "a/pier.7z"]);
    check(&tree, &["a", "a/pier.7z"], &["b.xml", &format!("pier.7z: Unreadable: {lost}")]);
    let options = DiscoverOptions::default();
    let piped = found(&tree, &["-"], &options, b"7z\xbc\xaf\x27\x1c\0\x04");
    assert_eq!(piped, [format!("stdin: Unreadable: {lost}")]);
}

#[test]
fn standard_input_is_read_once_and_opened_often() {
    let tree = tree(&[("a.xml", b"")]);
    let options = DiscoverOptions::default();
    assert_eq!(found(&tree, &["-", "a.xml", "-"], &options, b"<x/>"), ["a.xml", "stdin"]);
    assert_eq!(found(&tree, &["-"], &options, &zip_of(&[("a.xml", b"")])), ["stdin!/a.xml"]);
    let discovery = discover_with(&[PathBuf::from("-")], &options, &mut &b"<x/>"[..]).unwrap();
    for _ in 0..2 {
        let mut text = String::new();
        discovery.sources[0].open().unwrap().read(&mut text, 100).unwrap();
        assert_eq!(text, "<x/>");
        let digest = crate::source::sha256(discovery.sources[0].open_bytes().unwrap()).unwrap();
        assert_eq!(digest, crate::source::sha256(&b"<x/>"[..]).unwrap());
    }
    let limits = Limits { max_file_size: Some(3), ..Limits::default() };
    let options = DiscoverOptions { limits, ..DiscoverOptions::default() };
    assert_eq!(
        found(&tree, &["-"], &options, b"<x/>"),
        ["stdin: LimitReached: larger than the limit of 3 bytes: not read"]
    );
}

#[test]
fn files_over_the_limit_are_not_read() {
    let tree = tree(&[("a.xml", b"<a/>"), ("b.xml", b"<bb/>")]);
    let limits = Limits { max_file_size: Some(4), ..Limits::default() };
    let options = DiscoverOptions { limits, ..DiscoverOptions::default() };
    assert_eq!(
        found(&tree, &[""], &options, b""),
        ["a.xml", "b.xml: LimitReached: larger than the limit of 4 bytes: not read"]
    );
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_followed_inside_the_root_only() {
        let outside = tree(&[("secret.xml", b"")]);
        let tree = tree(&[("in/a.xml", b""), ("other/b.xml", b"")]);
        let link = |target: &Path, name: &str| symlink(target, tree.path().join(name)).unwrap();
        link(&outside.path().join("secret.xml"), "in/out.xml");
        link(outside.path(), "in/outside");
        link(Path::new("a.xml"), "in/0-same.xml");
        link(Path::new("nowhere.xml"), "in/dangling.xml");
        link(Path::new(".."), "in/loop");
        link(Path::new("self"), "in/self");
        let problems = [
            "in/dangling.xml: Skipped: a symbolic link that leads nowhere",
            "in/out.xml: Skipped: a symbolic link that leads out of the root: not followed",
            "in/outside: Skipped: a symbolic link that leads out of the root: not followed",
        ];
        let mut lines = found(&tree, &[""], &DiscoverOptions::default(), b"");
        assert!(lines.remove(5).starts_with("in/self: Skipped: a symbolic link that cannot be followed"));
        assert_eq!(lines[..2], ["in/a.xml", "other/b.xml"]);
        assert_eq!(lines[2..], problems);
        // The same with patterns, which switch the shortcut of the walk off.
        let options = DiscoverOptions { exclude: excluding(&["*.none"]), ..DiscoverOptions::default() };
        assert_eq!(found(&tree, &[""], &options, b"")[..2], ["in/a.xml", "other/b.xml"]);
        // A target in the root that the walk alone does not reach is found by the link.
        let options = DiscoverOptions { root: Some(tree.path()), ..DiscoverOptions::default() };
        let lines = found(&tree, &["in"], &options, b"");
        assert_eq!(lines[..2], ["in/a.xml", "in/loop/other/b.xml"]);
    }

    #[test]
    fn links_on_the_command_line_are_followed() {
        let outside = tree(&[("secret.xml", b"")]);
        let tree = tree(&[]);
        symlink(outside.path(), tree.path().join("link")).unwrap();
        symlink(outside.path().join("secret.xml"), tree.path().join("file.xml")).unwrap();
        check(&tree, &["link"], &["secret.xml"]);
        check(&tree, &["file.xml"], &["file.xml"]);
        // Twice the same file, under its least name.
        check(&tree, &["file.xml", "link"], &["file.xml"]);
    }

    #[test]
    fn pipes_are_never_opened() {
        let tree = tree(&[("a.xml", b"")]);
        let pipe = tree.path().join("pipe.xml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        symlink("pipe.xml", tree.path().join("to-pipe.xml")).unwrap();
        check(
            &tree,
            &[""],
            &[
                "a.xml",
                "pipe.xml: Skipped: a pipe, socket or device, not a file",
                "to-pipe.xml: Skipped: a symbolic link to a pipe, socket or device",
            ],
        );
        check(
            &tree,
            &["pipe.xml"],
            &["pipe.xml: Unreadable: a pipe, socket or device, not a file: give `-` to read standard input"],
        );
    }

    #[test]
    fn what_may_not_be_read_is_reported() {
        let tree = tree(&[("a.xml", b""), ("closed.xml", b""), ("closed/b.xml", b"")]);
        let closed = ["closed.xml", "closed"].map(|name| tree.path().join(name));
        for path in &closed {
            fs::set_permissions(path, fs::Permissions::from_mode(0o0)).unwrap();
        }
        // The superuser may read everything: nothing to see then.
        let may_read = File::open(&closed[0]).is_ok();
        let lines = found(&tree, &[""], &DiscoverOptions::default(), b"");
        fs::set_permissions(&closed[1], fs::Permissions::from_mode(0o700)).unwrap();
        if !may_read {
            assert_eq!(
                lines,
                [
                    "a.xml",
                    "closed: Unreadable: cannot be read: permission denied",
                    "closed.xml: Unreadable: cannot be read: permission denied"
                ]
            );
        }
    }

    #[test]
    fn names_that_are_not_unicode_are_shown_with_a_note() {
        let tree = tree(&[]);
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.xml");
        if fs::write(tree.path().join(name), b"<a/>").is_err() {
            return; // Some file systems allow only Unicode.
        }
        check(
            &tree,
            &[""],
            &[
                "caf\u{fffd}.xml",
                "caf\u{fffd}.xml: UnsafeName: the file's name is not Unicode: shown with U+FFFD",
            ],
        );
    }
}
