//! `glidelint access`

mod all;

use std::collections::HashMap;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use glidelint::finding::Place;
use glidelint::instance::{
    AccessStep, Branch, FoundUser, Instance, RoleAccess, access_gaps, access_tree, roles_of, users_called,
};
use glidelint::locate::PlaceLines;
use glidelint::report::{access_svg, safe};
use glidelint::rule::{Pack, Settings};
use glidelint::scan::Scan;
use glidelint::source::Discovery;
use serde::Serialize;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, InputArgs};
use crate::cli::shared::instances;
use crate::cli::shared::output::{counted, write_stdout};

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// User ID or sys_id; none with --all
    #[arg(value_name = "USER", required_unless_present = "all")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// All accounts that hold a privileged role, a row for each role, as CSV
    #[arg(long, conflicts_with_all = ["role", "format"])]
    pub(crate) all: bool,
    /// Print all paths to this role, and what to remove so that none is left
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<String>,
    /// How to print; svg draws the ways to --role, or to admin
    #[arg(short, long, value_enum, default_value_t = AccessFormat::Text)]
    pub(crate) format: AccessFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessFormat {
    Text,
    Json,
    Svg,
}

/// The name and version of the document's shape.
const SCHEMA: &str = "glidelint/access/v1";
/// The role that everything leads to.
const ADMIN: &str = "admin";

/// Prints what a user reaches.
pub(crate) fn run(args: &AccessArgs) -> Result<Exit, Failure> {
    if args.all {
        return all::run(args);
    }
    let name = args.user.as_deref().unwrap_or_default();
    let found = input::configure(&args.input)?;
    let mut pack = Pack::compile(&[], &Settings::default())?;
    pack.want_access();
    let discovery = instances::only(&args.input, &found.config, None)?.discovery;
    let options = found.options();
    let read = Scan { pack: &pack, discovery: &discovery, options: &options }.read(&[], &|_| {});
    let instance = &read.reading.instance;
    let users = users_called(instance, name);
    let notices = read.notices();
    input::say(&notices);
    let mut stderr = io::stderr().lock();
    let mut answers = Vec::new();
    for user in &users {
        answers.push(Answer::of(args, instance, user));
    }
    let places: Vec<Place> = answers.iter().flat_map(Answer::places).cloned().collect();
    let lines = read.lines_of(&places);
    let lines = Lines { discovery: &discovery, places: places.iter().zip(lines).collect() };
    write_stdout(|out| {
        for answer in &answers {
            match args.format {
                AccessFormat::Json => answer.write_json(&lines, out)?,
                AccessFormat::Text => answer.write_text(args, &lines, out)?,
                AccessFormat::Svg => out.write_all(answer.svg(args).as_bytes())?,
            }
        }
        Ok(())
    })?;
    if let Some(exit) = args.input.end(&notices, read.is_empty()) {
        return Ok(exit);
    }
    if users.is_empty() {
        let _ = writeln!(stderr, "no user '{}' in these exports", safe::terminal(name));
        return Ok(Exit::Findings);
    }
    Ok(Exit::Fine)
}

/// Where each place is in its file.
struct Lines<'p> {
    discovery: &'p Discovery,
    places: HashMap<&'p Place, PlaceLines>,
}

impl Lines<'_> {
    fn of(&self, step: &AccessStep) -> (&str, u64, u64) {
        self.places.get(&step.place).map_or(("", 0, 0), |lines| {
            let start = lines.region.start;
            (self.discovery.path(step.place.source), start.line, start.column)
        })
    }

    fn rows<'a>(&'a self, path: &'a [AccessStep]) -> Vec<StepRow<'a>> {
        path.iter().map(|step| StepRow::of(step, self)).collect()
    }

    fn text(&self, step: &AccessStep) -> String {
        let (path, line, column) = self.of(step);
        format!("{}:{line}:{column}", safe::terminal(path))
    }
}

/// What is said about one user.
struct Answer<'u> {
    user: &'u FoundUser,
    roles: Vec<RoleAccess>,
    tree: Vec<Branch>,
    /// Tables that would have to be whole for this to be everything.
    gaps: Vec<String>,
}

impl<'u> Answer<'u> {
    fn of(args: &AccessArgs, instance: &Instance<'_>, user: &'u FoundUser) -> Self {
        let mut roles = roles_of(instance, user);
        let tree = if args.role.is_none() { access_tree(instance, user) } else { Vec::new() };
        if let Some(role) = &args.role {
            roles.retain(|found| found.role.eq_ignore_ascii_case(role) || found.role == ADMIN);
        }
        Self { user, roles, tree, gaps: access_gaps(instance) }
    }

    fn role(&self, name: &str) -> Option<&RoleAccess> {
        self.roles.iter().find(|role| role.role.eq_ignore_ascii_case(name))
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        let paths = self.roles.iter().flat_map(|role| role.paths.iter().chain([&role.smallest_cut]));
        let steps = paths.flatten().chain(self.tree.iter().map(|branch| &branch.step));
        steps.map(|step| &step.place)
    }

    /// The ways to the role that was asked for, or to admin; everything where
    /// there is none.
    fn svg(&self, args: &AccessArgs) -> String {
        let user = &self.user.user_name;
        let name = args.role.as_deref().unwrap_or(ADMIN);
        match self.role(name) {
            Some(role) => {
                let title = format!("How {user} reaches {}", role.role);
                let steps: Vec<_> = role.paths.iter().flatten().collect();
                access_svg::draw(&title, &steps, &role.smallest_cut)
            }
            None if args.role.is_some() => {
                access_svg::draw(&format!("No way from {user} to {name}"), &[], &[])
            }
            None => {
                let steps: Vec<_> = self.tree.iter().map(|branch| &branch.step).collect();
                access_svg::draw(&format!("What {user} reaches"), &steps, &[])
            }
        }
    }

    fn write_text(&self, args: &AccessArgs, lines: &Lines<'_>, out: &mut dyn Write) -> io::Result<()> {
        let FoundUser { user_name, sys_id, .. } = self.user;
        writeln!(out, "{}  {}", safe::terminal(user_name), safe::terminal(sys_id))?;
        if let Some(role) = &args.role {
            self.write_role(role, usize::MAX, lines, out)?;
            return self.write_gaps(out);
        }
        for Branch { depth, step, is_repeated } in &self.tree {
            let indent = "  ".repeat(depth + 1);
            let what = safe::terminal(&step.to).into_owned();
            let how = match step.kind {
                "member" => format!("member of group {what}"),
                "parent-group" => format!("parent group {what}"),
                "contains" => format!("contains {what}"),
                _ if step.is_unexplained => format!("role {what}, inherited from something not exported"),
                _ => format!("role {what}"),
            };
            let above = if *is_repeated { "  (see above)" } else { "" };
            writeln!(out, "{indent}{how}  {}{above}", lines.text(step))?;
        }
        let derived = self.roles.iter().filter(|role| role.state.as_str() == "derived").count();
        let unexplained = self.roles.iter().filter(|role| role.state.as_str() == "unexplained").count();
        writeln!(out, "\n{}", counted(self.roles.len(), "role"))?;
        if derived > 0 {
            writeln!(out, "{} without a row in sys_user_has_role", counted(derived, "role"))?;
        }
        if unexplained > 0 {
            writeln!(out, "{} inherited from something not exported", counted(unexplained, "role"))?;
        }
        writeln!(out)?;
        self.write_role(ADMIN, 1, lines, out)?;
        self.write_gaps(out)
    }

    /// The paths to one role, and what to remove.
    fn write_role(&self, name: &str, most: usize, lines: &Lines<'_>, out: &mut dyn Write) -> io::Result<()> {
        let name = safe::terminal(name);
        let Some(role) = self.role(&name) else {
            let surely = if self.gaps.is_empty() { "" } else { " that these exports show" };
            return writeln!(out, "No path to {name}{surely}.");
        };
        let count = role.paths.len();
        let more = if role.is_cut { ", and more" } else { "" };
        writeln!(out, "{} to {name} ({}){more}", counted(count, "path"), role.state.as_str())?;
        for path in role.paths.iter().take(most) {
            writeln!(out)?;
            for step in path {
                writeln!(out, "  {}  {}", lines.text(step), safe::terminal(&step.sentence()))?;
            }
        }
        let hidden = count.saturating_sub(most);
        if hidden > 0 {
            writeln!(out, "\n  and {}; --role {name} shows all", counted(hidden, "longer path"))?;
        }
        let cut = counted(role.smallest_cut.len(), "row");
        writeln!(out, "\nRemoving {cut} takes {name} away:\n")?;
        for step in &role.smallest_cut {
            writeln!(out, "  {}  {}", lines.text(step), safe::terminal(&step.sentence()))?;
        }
        Ok(())
    }

    fn write_gaps(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.gaps.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nThere may be more: not known to be whole: {}", self.gaps.join(", "))
    }

    fn write_json(&self, lines: &Lines<'_>, out: &mut dyn Write) -> io::Result<()> {
        let admin = self.role(ADMIN);
        let document = Document {
            schema: SCHEMA,
            user: UserRow { sys_id: &self.user.sys_id, user_name: &self.user.user_name },
            roles: self
                .roles
                .iter()
                .map(|role| RoleRow {
                    role: &role.role,
                    state: role.state.as_str(),
                    paths: role.paths.iter().map(|path| lines.rows(path)).collect(),
                    paths_cut: role.is_cut,
                })
                .collect(),
            to_admin: ToAdmin {
                reachable: if admin.is_some() { Some(true) } else { self.gaps.is_empty().then_some(false) },
                shortest: admin
                    .and_then(|role| role.paths.first())
                    .map(|path| lines.rows(path))
                    .unwrap_or_default(),
                cut: admin.map(|role| lines.rows(&role.smallest_cut)).unwrap_or_default(),
            },
            missing: &self.gaps,
        };
        serde_json::to_writer(&mut *out, &document)?;
        writeln!(out)
    }
}

/// `glidelint/access/v1`
#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    user: UserRow<'a>,
    roles: Vec<RoleRow<'a>>,
    to_admin: ToAdmin<'a>,
    missing: &'a [String],
}

#[derive(Serialize)]
struct UserRow<'a> {
    sys_id: &'a str,
    user_name: &'a str,
}

#[derive(Serialize)]
struct RoleRow<'a> {
    role: &'a str,
    state: &'a str,
    paths: Vec<Vec<StepRow<'a>>>,
    paths_cut: bool,
}

/// `reachable` is null where what was not exported might lead there.
#[derive(Serialize)]
struct ToAdmin<'a> {
    reachable: Option<bool>,
    shortest: Vec<StepRow<'a>>,
    cut: Vec<StepRow<'a>>,
}

#[derive(Serialize)]
struct StepRow<'a> {
    kind: &'a str,
    from: &'a str,
    to: &'a str,
    path: &'a str,
    line: u64,
    column: u64,
}

impl<'a> StepRow<'a> {
    fn of(step: &'a AccessStep, lines: &'a Lines<'_>) -> Self {
        let (path, line, column) = lines.of(step);
        Self { kind: step.kind, from: &step.from, to: &step.to, path, line, column }
    }
}
