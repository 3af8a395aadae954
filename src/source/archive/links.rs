//! Links in archives. They are not followed, which is no loss where they lead to
//! members: those are read anyway.

use std::collections::HashSet;

use super::super::problem::{Problem, ProblemKind};
use super::clean_name;

/// A link by the names in the archive.
pub(super) struct Link {
    pub(super) name: String,
    pub(super) target: String,
    pub(super) begin: Begin,
}

/// Where the way of a link begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// In the folder of the link, as of symbolic ones.
    Folder,
    /// At the top of the archive, as of hard ones.
    Top,
}

/// One problem for each link that leads to none of the members, nor to a folder that
/// holds some.
pub(super) fn problems(links: Vec<Link>, members: &[&str]) -> Vec<(String, Problem)> {
    if links.is_empty() {
        return Vec::new();
    }
    let mut reachable = HashSet::new();
    for member in members {
        let mut name = clean_name(member).0;
        while let Some((folder, _)) = name.rsplit_once('/') {
            let folder = folder.to_owned();
            // The folders above are known, too.
            if !reachable.insert(std::mem::replace(&mut name, folder)) {
                break;
            }
        }
        reachable.insert(name);
        // The top of the archive.
        reachable.insert(String::new());
    }
    let is_lost = |link: &Link| link.reached().is_none_or(|reached| !reachable.contains(&reached));
    let lost = links.into_iter().filter(is_lost);
    let message = "a link in an archive that leads to none of its files is not followed";
    lost.map(|link| (clean_name(&link.name).0, Problem::new(ProblemKind::Skipped, message))).collect()
}

impl Link {
    /// The name that the link leads to; `None` where it leads out of the archive.
    fn reached(&self) -> Option<String> {
        let is_symbolic = self.begin == Begin::Folder;
        let target = self.target.replace('\\', "/");
        if target.is_empty() || is_symbolic && target.starts_with('/') {
            return None;
        }
        let name = clean_name(&self.name).0;
        let folder = name.rsplit_once('/').filter(|_| is_symbolic).map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = Vec::new();
        for part in folder.split('/').chain(target.split('/')) {
            match part {
                "" | "." => {}
                ".." => _ = parts.pop()?,
                part => parts.push(part),
            }
        }
        Some(parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Begin, Link, problems};

    #[test]
    fn links_to_what_is_read_are_no_loss() {
        let check = |name: &str, target: &str, begin: Begin, is_lost: bool| {
            let link = Link { name: name.to_owned(), target: target.to_owned(), begin };
            let members = ["./a.xml", "b/c/d.xml"];
            assert_eq!(problems(vec![link], &members).len() == 1, is_lost, "{name} → {target}");
        };
        let (folder, top) = (Begin::Folder, Begin::Top);
        check("b/l.xml", "../a.xml", folder, false);
        check("./b/l.xml", "c/d.xml", folder, false);
        check("l", "b", folder, false);
        check("b/l", "./c/", folder, false);
        check("b/l.xml", "a.xml", folder, true);
        check("b/l.xml", "../../a.xml", folder, true);
        check("b/l.xml", "/a.xml", folder, true);
        check("b/l.xml", "a.xml", top, false);
        check("b/l.xml", "../a.xml", top, true);
        check("b/l", "..", folder, false);
        check("l", "", folder, true);
    }
}
