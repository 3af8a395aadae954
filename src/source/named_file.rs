//! Files by their paths. One that was opened stays open for the next look at it,
//! as long as there are not too many.

use super::lock::lock;
use super::problem::{Problem, ProblemKind};
use std::collections::VecDeque;
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::SystemTime;

/// How many files stay open at once. macOS allows a process 256 in all.
const KEPT_OPEN: usize = 128;

/// The files that stay open for another look, the one opened first in front.
#[derive(Debug, Default)]
pub(super) struct OpenFiles {
    opened: Mutex<VecDeque<Weak<NamedFile>>>,
}

/// A file by its path.
pub(super) struct NamedFile {
    path: PathBuf,
    /// Its handle, while it stays open.
    open: Mutex<Option<OpenFile>>,
    /// What it was when it was opened first.
    first: OnceLock<FileStamp>,
    among: Arc<OpenFiles>,
}

/// An open file, and how many bytes it had when it was opened.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    pub(super) file: Arc<File>,
    pub(super) size: u64,
}

/// What tells that somebody has written a file: its size in bytes, and when it was
/// written last, where the system says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileStamp {
    size: u64,
    written: Option<SystemTime>,
}

impl OpenFiles {
    /// A file that stays open among these.
    pub(super) fn file(self: &Arc<Self>, path: PathBuf) -> Arc<NamedFile> {
        let among = Arc::clone(self);
        Arc::new(NamedFile { path, open: Mutex::default(), first: OnceLock::new(), among })
    }

    /// Notes that a file was opened, and closes the one that was opened first if
    /// there are too many. Views of that one go on with the handle that they have.
    fn keep(&self, file: &Arc<NamedFile>) {
        let mut opened = lock(&self.opened);
        opened.push_back(Arc::downgrade(file));
        let surplus = if opened.len() > KEPT_OPEN { opened.pop_front() } else { None };
        drop(opened);
        if let Some(file) = surplus.and_then(|file| file.upgrade()) {
            lock(&file.open).take();
        }
    }
}

impl NamedFile {
    /// The file, opened if it is not open.
    ///
    /// # Errors
    /// It cannot be opened, or somebody has written it since it was opened first.
    pub(super) fn open(self: &Arc<Self>) -> io::Result<OpenFile> {
        let mut open = lock(&self.open);
        if let Some(open) = &*open {
            return Ok(open.clone());
        }
        let file = Arc::new(File::open(&self.path)?);
        let metadata = file.metadata()?;
        self.check(&metadata)?;
        let opened = OpenFile { file, size: metadata.len() };
        *open = Some(opened.clone());
        drop(open);
        self.among.keep(self);
        Ok(opened)
    }

    /// Looks whether somebody has written the file since it was opened first.
    ///
    /// # Errors
    /// Somebody has, or the file cannot be opened.
    pub(super) fn check_unchanged(self: &Arc<Self>) -> io::Result<()> {
        let metadata = self.open()?.file.metadata()?;
        self.check(&metadata)
    }

    fn check(&self, metadata: &Metadata) -> io::Result<()> {
        let stamp = FileStamp { size: metadata.len(), written: metadata.modified().ok() };
        if *self.first.get_or_init(|| stamp) == stamp {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::Unreadable, "was written while it was scanned").into())
    }
}

impl fmt::Debug for NamedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedFile").field(&self.path).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_OPEN, OpenFiles, lock};
    use std::sync::Arc;

    #[test]
    fn not_too_many_stay_open() {
        let folder = tempfile::tempdir().unwrap();
        let among = Arc::new(OpenFiles::default());
        let files: Vec<_> = (0..KEPT_OPEN + 3)
            .map(|number| {
                let path = folder.path().join(format!("{number}.xml"));
                std::fs::write(&path, "<unload/>").unwrap();
                among.file(path)
            })
            .collect();
        for file in &files {
            file.open().unwrap();
        }
        let open: Vec<_> = files.iter().map(|file| lock(&file.open).is_some()).collect();
        assert_eq!(open, [vec![false; 3], vec![true; KEPT_OPEN]].concat());
    }

    #[test]
    fn whoever_writes_a_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        let check = |change: &dyn Fn(), expected: bool| {
            std::fs::write(&path, "<unload/>").unwrap();
            let file = Arc::new(OpenFiles::default()).file(path.clone());
            let size = file.open().unwrap().size;
            assert_eq!(size, 9);
            change();
            assert_eq!(file.check_unchanged().is_ok(), expected);
            lock(&file.open).take();
            assert_eq!(file.open().is_ok(), expected, "opened again");
        };
        check(&|| {}, true);
        check(&|| std::fs::write(&path, "<unload></unload>").unwrap(), false);
    }
}
