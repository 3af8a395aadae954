//! Discovery from a list of files, as if they lay in a folder. A revision of a
//! repository is judged like this: writing thousands of small files to a disk takes
//! longer than reading them.

use super::super::bytes::Stored;
use super::super::open::Source;
use super::super::walked::Walked;
use super::{Collected, DiscoverOptions, Discovery, Unopened};
use std::collections::HashMap;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the bytes of a listed file are.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// A source has the same bytes, perhaps under another path.
    Same(Source),
    /// A file of the disk has them.
    OnDisk(PathBuf),
    /// They are a range of a file.
    Part(Arc<File>, Range<u64>),
}

/// Files of a list that a command line asks for, before anybody opened them.
#[derive(Debug)]
pub struct Chosen {
    files: Vec<ChosenFile>,
    walked: Walked,
    is_nothing: bool,
}

#[derive(Debug)]
struct ChosenFile {
    path: String,
    is_named: bool,
}

impl Chosen {
    /// Chooses as [`super::discover`] would, if the files lay below a root. The paths
    /// that were asked for begin at the root too, which itself is the empty text. What
    /// is neither a file of the list nor a folder of one chooses nothing.
    #[must_use]
    pub fn of(
        given: impl IntoIterator<Item: AsRef<str>>,
        mut listed: Vec<String>,
        options: &DiscoverOptions<'_>,
    ) -> Self {
        listed.sort_unstable();
        listed.dedup();
        let mut walked = Walked::default();
        let mut ways: Vec<Option<Way>> = vec![None; listed.len()];
        let mut is_nothing = true;
        let mut folders = Folders { options, is_left_out: HashMap::new() };
        for given in given {
            let given = given.as_ref();
            if let Ok(at) = listed.binary_search_by(|path| path.as_str().cmp(given)) {
                ways[at] = Some(Way::Named);
                is_nothing = false;
                continue;
            }
            let below = if given.is_empty() { String::new() } else { format!("{given}/") };
            let begin = listed.partition_point(|path| *path < below);
            let count = listed[begin..].partition_point(|path| path.starts_with(&below));
            for (path, way) in listed[begin..].iter().zip(&mut ways[begin..]).take(count) {
                if let Some(folder) = folders.left_out(path, below.len()) {
                    walked.leave_out_folder(folder.to_owned());
                } else if options.exclude.is_match(path) {
                    walked.leave_out_file(path.clone());
                } else {
                    way.get_or_insert(Way::Walked);
                }
            }
            if count > 0 {
                is_nothing = false;
                walked.walk(if given.is_empty() { ".".to_owned() } else { given.to_owned() });
            }
        }
        let chosen = listed.into_iter().zip(ways).filter_map(|(path, way)| {
            let is_named = way? == Way::Named;
            Some(ChosenFile { path, is_named })
        });
        Self { files: chosen.collect(), walked, is_nothing }
    }

    /// Whether the list holds nothing at all that was asked for.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.is_nothing
    }

    /// The chosen files, by their paths from the root on.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// Opens the files, whose bytes somebody knows.
    #[must_use]
    pub fn open(
        self,
        root: PathBuf,
        options: &DiscoverOptions<'_>,
        bytes: impl Fn(&str) -> Option<Bytes>,
    ) -> Discovery {
        let mut collected = Collected::new(options);
        let mut unopened = Vec::new();
        for ChosenFile { path, is_named } in self.files {
            let (stored, size) = match bytes(&path) {
                Some(Bytes::Same(source)) => {
                    // What was looked into already need not be looked into again.
                    collected.sources.extend(source.under(&path));
                    continue;
                }
                Some(Bytes::OnDisk(file)) => {
                    let size = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
                    (Stored::File(collected.open_files.file(file)), size)
                }
                Some(Bytes::Part(file, range)) => {
                    let size = range.end.saturating_sub(range.start);
                    (Stored::Part(file, range), size)
                }
                None => {
                    collected.left_out.push(path);
                    continue;
                }
            };
            unopened.push(Unopened { path, stored, size, is_named });
        }
        collected.look(unopened);
        collected.finish(root, self.walked)
    }
}

/// How a file was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// With its folder.
    Walked,
    /// By itself: then it is taken whatever is excluded.
    Named,
}

/// Which folders are left out; each is asked once.
struct Folders<'o> {
    options: &'o DiscoverOptions<'o>,
    is_left_out: HashMap<String, bool>,
}

impl Folders<'_> {
    /// The first folder on the way to a file that is left out, of those that begin
    /// behind the first bytes of its path.
    fn left_out<'p>(&mut self, path: &'p str, from: usize) -> Option<&'p str> {
        if self.options.exclude.is_empty() {
            return None;
        }
        let ends = memchr::memchr_iter(b'/', &path.as_bytes()[from..]);
        ends.map(|end| &path[..from + end]).find(|folder| {
            if let Some(known) = self.is_left_out.get(*folder) {
                return *known;
            }
            let is_left_out = self.options.exclude.is_match(folder);
            self.is_left_out.insert((*folder).to_owned(), is_left_out);
            is_left_out
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{excluding, tree};
    use super::super::{DiscoverOptions, Discovery, discover};
    use super::{Bytes, Chosen};
    use crate::source::archive::tests::zip_of;
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::path::Path;
    use std::sync::Arc;

    /// Where the bytes of a path are.
    type BytesOf<'w> = &'w dyn Fn(&str) -> Option<Bytes>;

    const NAMES: [&str; 7] =
        ["a.xml", "a/b.xml", "a/b/c.xml", "a-b/d.xml", "docs/e.xml", "docs/old/f.xml", "pack.zip"];

    /// What was found, with the texts.
    fn shown(discovery: &Discovery) -> Vec<String> {
        let sources = discovery.sources.iter().map(|source| {
            let mut text = String::new();
            let read = source.open().and_then(|mut stream| stream.read(&mut text, 1000));
            format!("{}: {text} {read:?}", source.path())
        });
        let problems = discovery.problems.iter().map(|(path, problem)| format!("{path}: {problem}"));
        sources.chain(problems).chain([format!("{:?}", discovery.walked)]).collect()
    }

    /// A list gives what a folder with the same files gives.
    fn check(given: &[&str], exclude: &[&str], count: usize) {
        let pack = zip_of(&[("docs/g.xml", b"<g/>"), ("h.xml", b"<h/>")]);
        let text = |name: &str| if name == "pack.zip" { pack.clone() } else { format!("<{name}/>").into() };
        let texts: Vec<_> = NAMES.iter().map(|name| (*name, text(name))).collect();
        let files: Vec<_> = texts.iter().map(|(name, text)| (*name, &text[..])).collect();
        let tree = tree(&files);
        let root = fs::canonicalize(tree.path()).unwrap();
        let options =
            DiscoverOptions { root: Some(&root), exclude: excluding(exclude), ..DiscoverOptions::default() };
        let paths: Vec<_> = given.iter().map(|path| root.join(path)).collect();
        let expected = shown(&discover(&paths, &options).unwrap());
        assert_eq!(expected.len() - 1, count, "{expected:?}");

        let mut spool = tempfile::tempfile().unwrap();
        let mut ranges = Vec::new();
        for (name, text) in &files {
            let start = ranges.last().map_or(0, |(_, range): &(&str, std::ops::Range<u64>)| range.end);
            spool.write_all(text).unwrap();
            ranges.push((*name, start..start + u64::try_from(text.len()).unwrap()));
        }
        let spool: Arc<File> = Arc::new(spool);
        let part = |path: &str| {
            let (_, range) = ranges.iter().find(|(name, _)| *name == path)?;
            Some(Bytes::Part(Arc::clone(&spool), range.clone()))
        };
        let on_disk = |path: &str| Some(Bytes::OnDisk(root.join(path)));
        let everything = discover(std::slice::from_ref(&root), &DiscoverOptions::default()).unwrap();
        let same = |path: &str| {
            let source = everything.sources.iter().find(|source| source.path() == path);
            source.map_or_else(|| part(path), |source| Some(Bytes::Same(source.clone())))
        };
        let ways: [BytesOf<'_>; 3] = [&part, &on_disk, &same];
        for bytes in ways {
            let listed = NAMES.iter().rev().map(|name| (*name).to_owned()).collect();
            let chosen = Chosen::of(given, listed, &options);
            assert!(!chosen.is_nothing());
            assert_eq!(shown(&chosen.open(root.clone(), &options, bytes)), expected, "{given:?} {exclude:?}");
        }
    }

    #[test]
    fn a_list_is_like_a_folder() {
        check(&[""], &[], 8);
        check(&["a"], &[], 2);
        check(&["a", "", "a/b.xml"], &[], 8);
        check(&["", "docs"], &["docs"], 8);
        check(&["", "docs/e.xml"], &["docs"], 7);
        check(&[""], &["**/docs", "**/*.zip!/docs/**"], 5);
        check(&["a"], &["a", "a/b.xml"], 1);
        check(&["a.xml", "pack.zip"], &["a*", "pack.zip", "*/h.xml"], 2);
    }

    #[test]
    fn what_is_not_in_the_list_chooses_nothing() {
        for given in ["b", "a.xm", "a.xml/b"] {
            let chosen = Chosen::of([given], vec!["a.xml".to_owned()], &DiscoverOptions::default());
            assert!(chosen.is_nothing() && chosen.paths().next().is_none(), "{given}");
        }
        let nothing = Path::new("nowhere").to_path_buf();
        let chosen = Chosen::of(["a.xml"], vec!["a.xml".to_owned()], &DiscoverOptions::default());
        let discovery = chosen.open(nothing, &DiscoverOptions::default(), |_| None);
        assert!(discovery.sources.is_empty());
    }
}
