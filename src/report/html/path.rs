//! One account's way to admin, as a picture and as a list.

use super::facts::CountedReport;
use crate::report::safe;
use crate::survey::{Account, Grant};

/// A path with fewer steps than this is drawn; a longer one is only listed.
const STEPS: usize = 8;
/// How many characters of a name a picture shows.
const NAME: usize = 24;
/// Pixels between two boxes.
const GAP: u32 = 88;

/// The path of an account to admin.
pub(super) struct AccountPath {
    pub(super) start: String,
    pub(super) steps: Vec<PathStep>,
    pub(super) picture: Option<Picture>,
}

/// One row on the path.
pub(super) struct PathStep {
    /// What the row does: `member of`.
    pub(super) verb: &'static str,
    /// What it leads to: `group`.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) place: String,
    /// Whether removing it takes admin from the most accounts.
    pub(super) is_cut: bool,
    pub(super) left: usize,
    pub(super) is_unexplained: bool,
}

/// The boxes and the lines between them.
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) boxes: Vec<PathBox>,
}

pub(super) struct PathBox {
    pub(super) x: u32,
    pub(super) width: u32,
    pub(super) middle: u32,
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// The line that leads to it: from, to, middle, verb, whether to cut it,
    /// whether something on it was not exported.
    pub(super) line: Option<(u32, u32, u32, &'static str, bool, bool)>,
    pub(super) is_last: bool,
}

impl PathBox {
    /// Where the head of the line is drawn that leads to the box.
    pub(super) fn head(&self) -> u32 {
        self.x.saturating_sub(8)
    }

    pub(super) fn radius(&self) -> u32 {
        if self.line.is_none() { 17 } else { 3 }
    }
}

/// What a row does, and what it leads to.
pub(super) fn verb(grant: &Grant) -> (&'static str, &'static str) {
    match grant.kind.as_str() {
        "member" => ("member of", "group"),
        "parent-group" => ("inside", "group"),
        "group-role" => ("grants", "role"),
        "contains" => ("contains", "role"),
        _ => ("holds", "role"),
    }
}

/// The shortest way of an account; `None` where it is not shown to reach admin.
pub(super) fn way(facts: &CountedReport<'_>, account: &Account, is_drawn: bool) -> Option<AccountPath> {
    let grants = &facts.review()?.grants;
    let rows: Vec<&Grant> =
        account.path.iter().filter_map(|at| grants.get(usize::try_from(*at).ok()?)).collect();
    let least = rows.iter().map(|grant| grant.left).min()?;
    let cut = rows.iter().position(|grant| grant.left == least)?;
    let step = |(at, grant): (usize, &&Grant)| {
        let (verb, kind) = verb(grant);
        PathStep {
            verb,
            kind,
            name: safe::html_line(&grant.to).into_owned(),
            place: facts.spot(grant.place),
            is_cut: at == cut,
            left: grant.left,
            is_unexplained: grant.is_unexplained,
        }
    };
    let steps: Vec<PathStep> = rows.iter().enumerate().map(step).collect();
    let start = safe::html_line(&account.user_name).into_owned();
    let picture = (is_drawn && steps.len() < STEPS).then(|| picture(&start, &steps));
    Some(AccountPath { start, steps, picture })
}

fn picture(start: &str, steps: &[PathStep]) -> Picture {
    let mut boxes = Vec::with_capacity(steps.len() + 1);
    let mut x = 1;
    let mut end = 0;
    let names = [("account", start, None)];
    let rest = steps.iter().map(|step| (step.kind, step.name.as_str(), Some(step)));
    for (kind, name, step) in names.into_iter().chain(rest) {
        let name = safe::shortened(name, NAME).into_owned();
        let width = box_width(&name);
        let line =
            step.map(|step| (end, x - 4, u32::midpoint(end, x), step.verb, step.is_cut, step.is_unexplained));
        boxes.push(PathBox { x, width, middle: x + width / 2, kind, name, line, is_last: false });
        end = x + width;
        x = end + GAP;
    }
    if let Some(last) = boxes.last_mut() {
        last.is_last = true;
    }
    Picture { width: end + 2, boxes }
}

/// About the width of a name in small letters of one width, with its border.
fn box_width(name: &str) -> u32 {
    u32::try_from(name.chars().count()).unwrap_or(0) * 8 + 20
}
