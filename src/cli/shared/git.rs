//! What a report says of the git checkout it was made in. The files of the
//! repository are read; git itself is not run, so no hook or setting of a
//! foreign checkout can do anything.

use std::fs;
use std::path::{Path, PathBuf};

use glidelint::report::VersionControl;

/// The checkout whose top is `root`, if it is one.
pub(crate) fn version_control(root: &Path) -> Option<VersionControl> {
    let folder = git_folder(root)?;
    let common = fs::read_to_string(folder.join("commondir"))
        .map_or_else(|_| folder.clone(), |common| folder.join(common.trim()));
    let head = fs::read_to_string(folder.join("HEAD")).ok()?;
    let head = head.trim();
    let (revision, branch) = match head.strip_prefix("ref: ") {
        Some(reference) => {
            let branch = reference.strip_prefix("refs/heads/").map(str::to_owned);
            (resolve(&folder, &common, reference), branch)
        }
        None => (is_revision(head).then(|| head.to_owned()), None),
    };
    let address = fs::read_to_string(common.join("config")).ok().and_then(|config| origin(&config));
    // A checkout that came from nowhere on the web is known by its revision,
    // written as the persistent identifier of Software Heritage; a path of this
    // machine must not leave it.
    let by_revision = || {
        revision
            .as_ref()
            .filter(|revision| revision.len() == 40)
            .map(|revision| format!("swh:1:rev:{revision}"))
    };
    let repository = address.or_else(by_revision)?;
    Some(VersionControl { repository, revision, branch })
}

/// `.git` is a folder, or a file that names one (worktrees).
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let named = fs::read_to_string(&git).ok()?;
    Some(root.join(named.trim().strip_prefix("gitdir: ")?))
}

fn resolve(folder: &Path, common: &Path, reference: &str) -> Option<String> {
    let loose = [folder, common].iter().find_map(|folder| fs::read_to_string(folder.join(reference)).ok());
    if let Some(revision) = loose {
        return Some(revision.trim().to_owned()).filter(|revision| is_revision(revision));
    }
    let packed = fs::read_to_string(common.join("packed-refs")).ok()?;
    let is_meant = |(revision, name): &(&str, &str)| *name == reference && is_revision(revision);
    let (revision, _) = packed.lines().filter_map(|line| line.split_once(' ')).find(is_meant)?;
    Some(revision.to_owned())
}

fn is_revision(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The address of the remote `origin`, as a web address without credentials.
fn origin(config: &str) -> Option<String> {
    let section = config.lines().skip_while(|line| line.trim() != "[remote \"origin\"]").skip(1);
    let mut keys = section.take_while(|line| !line.trim_start().starts_with('['));
    let address =
        keys.find_map(|line| line.trim().strip_prefix("url")?.trim_start().strip_prefix('='))?.trim();
    web_address(address)
}

fn web_address(address: &str) -> Option<String> {
    let rest = if let Some((scheme, rest)) = address.split_once("://") {
        if !matches!(scheme, "https" | "http" | "ssh" | "git") {
            return None;
        }
        rest.rsplit_once('@').map_or(rest, |(_, rest)| rest).to_owned()
    } else {
        // git@host:owner/name.git
        let (host, path) = address.split_once(':')?;
        let host = host.rsplit_once('@').map(|(_, host)| host)?;
        format!("{host}/{path}")
    };
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "./-_~:%".contains(character);
    (!rest.is_empty() && rest.chars().all(is_plain))
        .then(|| format!("https://{}", rest.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::{origin, version_control, web_address};
    use std::fs;
    use std::path::Path;

    const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

    /// What is known of a checkout with these files below it.
    fn check(files: &[(&str, &str)], root: &str, revision: Option<&str>, branch: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let config = ("main/.git/config", "[remote \"origin\"]\n\turl = git@example.com:a/b.git\n");
        for (path, text) in [&[config], files].concat() {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = version_control(&folder.path().join(Path::new(root))).unwrap();
        assert_eq!(found.repository, "https://example.com/a/b.git");
        assert_eq!((found.revision.as_deref(), found.branch.as_deref()), (revision, branch), "{files:?}");
    }

    #[test]
    fn the_commit_is_known_however_git_keeps_it() {
        let other = REVISION.replace('0', "f");
        let line = format!("{REVISION}\n");
        let packed =
            format!("# pack-refs\n{other} refs/remotes/x/refs/heads/main\n{REVISION} refs/heads/main\n");
        let on_main = ("main/.git/HEAD", "ref: refs/heads/main\n");
        check(&[on_main, ("main/.git/refs/heads/main", &line)], "main", Some(REVISION), Some("main"));
        check(&[on_main, ("main/.git/packed-refs", &packed)], "main", Some(REVISION), Some("main"));
        // As pipelines check out the merge of a pull request.
        check(&[("main/.git/HEAD", &line)], "main", Some(REVISION), None);
        // Before the first commit.
        check(&[on_main], "main", None, Some("main"));
        let worktree = [
            ("tree/.git", "gitdir: ../main/.git/worktrees/tree\n"),
            ("main/.git/worktrees/tree/HEAD", "ref: refs/heads/main\n"),
            ("main/.git/worktrees/tree/commondir", "../..\n"),
            ("main/.git/refs/heads/main", &line),
        ];
        check(&worktree, "tree", Some(REVISION), Some("main"));
    }

    #[test]
    fn addresses_lose_their_credentials() {
        let check = |address, expected: Option<&str>| {
            assert_eq!(web_address(address).as_deref(), expected, "{address}");
        };
        check("https://user:token@example.com/a/b.git", Some("https://example.com/a/b.git"));
        check("git@example.com:a/b.git", Some("https://example.com/a/b.git"));
        check("ssh://git@example.com/a/b.git", Some("https://example.com/a/b.git"));
        check("/srv/git/b.git", None);
        check("file:///srv/git/b.git", None);
    }

    #[test]
    fn only_the_remote_called_origin_counts() {
        let config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://example.com/f.git\n[remote \"origin\"]\n\tfetch = x\n\turl = https://example.com/o.git\n";
        assert_eq!(origin(config).as_deref(), Some("https://example.com/o.git"));
    }
}
