//! What globs of waivers leave out: asked of names and paths, since one meaning has
//! many spellings.

use globset::GlobMatcher;

/// A glob that leaves out no more than one of so many leaves out nothing that
/// anybody would miss: `[!x]*`.
const ONE_OF: usize = 20;

/// How many folders deep exports lie.
const DEEPEST: usize = 4;

/// Whether a glob fits every table, but for a few.
pub(super) fn any_table(glob: &GlobMatcher) -> bool {
    fits_nearly_all(glob, letters().map(|letter| format!("{letter}_table_of_{letter}")))
}

/// Whether a glob fits every XML file that lies so many folders deep, but for a few,
/// since all exports of a repository may lie as deep.
pub(super) fn any_path(glob: &GlobMatcher) -> bool {
    let path = |depth: usize, letter: char| {
        format!("{}{letter}sys_user_1.xml", format!("{letter}folder/").repeat(depth))
    };
    (0..=DEEPEST).any(|depth| fits_nearly_all(glob, letters().map(|letter| path(depth, letter))))
}

fn letters() -> impl Iterator<Item = char> {
    'a'..='z'
}

fn fits_nearly_all(glob: &GlobMatcher, names: impl Iterator<Item = String>) -> bool {
    let (mut all, mut left_out) = (0_usize, 0_usize);
    for name in names {
        all += 1;
        left_out += usize::from(!glob.is_match(name));
    }
    left_out * ONE_OF <= all
}
