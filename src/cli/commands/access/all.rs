//! `glidelint access --all`: who holds which privileged role, as a table.

use std::io::{self, Write};
use std::path::PathBuf;

use glidelint::report::safe;
use glidelint::rule::{Pack, builtin};
use glidelint::scan::Scan;
use glidelint::survey::{Account, Answer, By, Review, review};

use super::AccessArgs;
use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input;
use crate::cli::shared::instances;
use crate::cli::shared::output::write_stdout;

const COLUMNS: [&str; 9] =
    ["account", "sys_id", "role", "by", "non-human", "active", "can log in", "reaches admin", "roles in all"];

/// Prints a row for each account and privileged role.
pub(crate) fn run(args: &AccessArgs) -> Result<Exit, Failure> {
    // Where no user is named the first path stands in its place.
    let first = args.user.iter().map(PathBuf::from);
    let rest = args.input.paths.iter().filter(|path| args.user.is_none() || path.as_os_str() != ".").cloned();
    let input_args = args.input.of(&first.chain(rest).collect::<Vec<_>>());
    let found = input::configure(&input_args)?;
    let mut pack = Pack::compile(&[builtin()?], &found.config.settings())?;
    pack.want_review().map_err(|error| Failure::Use(error.to_string()))?;
    let discovery = instances::only(&input_args, &found.config, None)?.discovery;
    let options = found.options();
    let read = Scan { pack: &pack, discovery: &discovery, options: &options }.read(&[], &|_| {});
    let notices = read.notices();
    input::say(&notices);
    let review = review(&read.reading.instance, &pack, [&[], &[]], usize::MAX).review;
    write_stdout(|out| write(&review, out))?;
    if !review.gaps.is_empty() {
        let _ = writeln!(
            io::stderr().lock(),
            "There may be more: not known to be whole: {}",
            review.gaps.join(", ")
        );
    }
    Ok(args.input.end(&notices, read.is_empty()).unwrap_or(Exit::Fine))
}

fn write(review: &Review, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS, out)?;
    review.accounts.iter().try_for_each(|account| rows(review, account, out))
}

fn rows(review: &Review, account: &Account, out: &mut dyn Write) -> io::Result<()> {
    for held in &account.held {
        let role = review.roles.get(usize::from(held.role)).map_or("", String::as_str);
        let by = match held.by {
            By::Grant => "grant",
            By::Group => "group",
            By::Contained => "contained role",
        };
        let [non_human, active, can_log_in, admin] =
            [account.non_human, account.active, account.can_log_in, account.admin].map(word);
        let count = account.role_count.to_string();
        let (name, sys_id) = (&account.user_name, &account.sys_id);
        row(&[name, sys_id, role, by, non_human, active, can_log_in, admin, &count], out)?;
    }
    Ok(())
}

fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::CannotTell => "cannot tell",
    }
}

fn row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| safe::csv(&safe::terminal(cell))).collect();
    write!(out, "{}\r\n", cells.join(","))
}
