//! What lies where in the folder of an app, as source control writes it.

use std::sync::LazyLock;

/// What lies in a folder below an app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Records of the app, where the platform writes them.
    Records,
    /// Rows, documents: nothing of the app.
    Data,
    /// What a build wrote: copies of the app's records, which may be old.
    Build,
}

static CONTENTS: LazyLock<Vec<(&'static str, Content)>> = LazyLock::new(|| {
    let lines = include_str!("app_folders.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| line.split_once('\t'));
    let content = |what| match what {
        "data" => Content::Data,
        "build" => Content::Build,
        _ => Content::Records,
    };
    cells.map(|(name, what)| (name, content(what))).collect()
});

/// The folder below that of an app in which a file lies beside the app's own records,
/// and what it holds. Where the app lies in the folders that the platform writes, no
/// other folder is one of them; `is_laid_out` says so.
pub(crate) fn beside_records(below: &str, is_laid_out: bool) -> Option<(&str, Content)> {
    let (folders, _) = below.rsplit_once('/')?;
    let mut end = 0;
    for name in folders.split('/') {
        end += name.len();
        if content_of(name) == Some(Content::Build) {
            return Some((folders.get(..end)?, Content::Build));
        }
        end += 1;
    }
    let first = folders.split('/').next()?;
    (is_laid_out && content_of(first) != Some(Content::Records)).then_some((first, Content::Data))
}

/// Whether a path lies where builds write.
pub(crate) fn is_build_output(path: &str) -> bool {
    path.split('/').any(|name| content_of(name) == Some(Content::Build))
}

/// Whether records of the app may lie at a path below its folder: not where data
/// or copies do, nor in an archive.
pub(crate) fn may_hold_records(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    !path.contains("!/")
        && folders.split('/').all(|name| matches!(content_of(name), None | Some(Content::Records)))
}

pub(crate) fn is_xml(path: &str) -> bool {
    name_of(path).rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"))
}

pub(crate) fn content_of(folder: &str) -> Option<Content> {
    let known = CONTENTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(folder))?;
    Some(known.1)
}

/// The last part of a path.
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The folder that a path lies in; the root is the empty text.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
