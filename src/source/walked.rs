//! Which folders were looked through, and what in them was not taken: so that it
//! can be said of a folder that all of it was seen.

/// Where files were looked for, by reported paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// Folders that were looked through, with all that is below them; the root is
    /// the empty text.
    folders: Vec<String>,
    /// What is below them and was not taken, sorted; a folder ends in `/`.
    left_out: Vec<String>,
}

impl Walked {
    /// A folder was looked through, with all that is below it.
    pub(super) fn walk(&mut self, folder: String) {
        self.folders.push(if folder == "." { String::new() } else { folder });
    }

    /// A file was not taken.
    pub(super) fn leave_out_file(&mut self, path: String) {
        self.left_out.push(path);
    }

    /// A folder was not looked through.
    pub(super) fn leave_out_folder(&mut self, mut path: String) {
        path.push('/');
        self.left_out.push(path);
    }

    /// Says what else was not taken. What `is_taken` knows was found in another way.
    pub fn leave_out(&mut self, paths: impl IntoIterator<Item = String>, is_taken: impl Fn(&str) -> bool) {
        self.left_out.extend(paths);
        self.left_out.retain(|path| !is_taken(path));
        self.left_out.sort_unstable();
        self.left_out.dedup();
    }

    /// Whether all of a folder was looked through: it was given, or lies below one
    /// that was.
    #[must_use]
    pub fn holds(&self, folder: &str) -> bool {
        let holds = |walked: &String| {
            let below = folder.strip_prefix(walked.as_str());
            below.is_some_and(|below| walked.is_empty() || below.is_empty() || below.starts_with('/'))
        };
        self.folders.iter().any(holds)
    }

    /// What was not taken of a folder, by its path from there; a folder ends in `/`.
    pub fn left_out_of<'w>(&'w self, folder: &'w str) -> impl Iterator<Item = &'w str> {
        let from = self.left_out.partition_point(|path| path.as_str() < folder);
        let candidates = self.left_out[from..].iter().map_while(move |path| path.strip_prefix(folder));
        candidates.filter_map(move |rest| if folder.is_empty() { Some(rest) } else { rest.strip_prefix('/') })
    }
}

#[cfg(test)]
mod tests {
    use super::Walked;

    #[test]
    fn a_folder_is_held_with_all_that_is_below() {
        let check = |walked: &[&str], folder: &str, expected: bool| {
            let mut all = Walked::default();
            for walked in walked {
                all.walk((*walked).to_owned());
            }
            assert_eq!(all.holds(folder), expected, "{folder} by {walked:?}");
        };
        check(&["."], "", true);
        check(&["."], "apps/one", true);
        check(&["apps"], "apps/one", true);
        check(&["apps/one"], "apps/one", true);
        check(&["apps/one/update"], "apps/one", false);
        check(&["apps/on"], "apps/one", false);
        check(&[], "apps/one", false);
    }

    #[test]
    fn what_was_left_out_is_told_by_folder() {
        let check = |folder: &str, expected: &[&str]| {
            let mut walked = Walked::default();
            walked.leave_out_folder("a/docs".to_owned());
            walked.leave_out_file("a-b/x.xml".to_owned());
            walked.leave_out_file("a/update/y.xml".to_owned());
            walked.leave_out(["a/z.xml".to_owned(), "b.xml".to_owned()], |path| path == "b.xml");
            assert_eq!(walked.left_out_of(folder).collect::<Vec<_>>(), expected, "{folder}");
        };
        check("a", &["docs/", "update/y.xml", "z.xml"]);
        check("a/update", &["y.xml"]);
        check("b", &[]);
        check("", &["a-b/x.xml", "a/docs/", "a/update/y.xml", "a/z.xml"]);
    }
}
