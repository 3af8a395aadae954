//! The inventory for people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use glidelint::doctor::{COMMON_REASONS, WHO};
use glidelint::report::safe;

use super::{File, Inventory, Live, RequestObject};
use crate::cli::shared::output::counted;

/// How many files of a kind are shown one by one: files of apps, of which one is
/// like the other, update sets, and others.
const FEW_APP_FILES: usize = 5;
const FEW_UPDATE_SETS: usize = 12;
const FEW_FILES: usize = 40;
/// How many tables the sum shows.
const FEW_TABLES: usize = 25;
/// How many signs of a kind are shown.
const FEW_SIGNS: usize = 8;
/// How many requests are shown.
const FEW_REQUESTS: usize = 12;

/// Writes it. `is_verbose` leaves nothing out.
pub(super) fn write(inventory: &Inventory<'_>, is_verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let few = |few: usize| if is_verbose { usize::MAX } else { few };
    let are_all_shown = write_files(&inventory.files, is_verbose, out)?;
    writeln!(out)?;
    write_sum(inventory, few(FEW_TABLES), are_all_shown, out)?;
    write_wrong(inventory, few(FEW_SIGNS), out)?;
    write_missing(inventory, few(FEW_REQUESTS), is_verbose, out)?;
    write_whole(inventory, out)
}

/// Whether every file was shown by itself.
fn write_files(files: &[File], is_verbose: bool, out: &mut dyn Write) -> io::Result<bool> {
    let mut are_all_shown = true;
    let mut by_kind: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in files {
        by_kind.entry(file.kind).or_default().push(file);
    }
    let shown = |kind: &str, count: usize| match kind {
        _ if is_verbose => count,
        "app-file" | "dictionary" if count > FEW_APP_FILES => 0,
        "update-set" => count.min(FEW_UPDATE_SETS),
        _ => count.min(FEW_FILES),
    };
    // In scan order, whatever their kinds.
    let mut left: BTreeMap<&str, usize> =
        by_kind.iter().map(|(kind, files)| (*kind, shown(kind, files.len()))).collect();
    for file in files {
        if let Some(left) = left.get_mut(file.kind).filter(|left| **left > 0) {
            *left -= 1;
            write_file(file, out)?;
        }
    }
    for (kind, files) in by_kind {
        let rest = &files[shown(kind, files.len())..];
        if rest.is_empty() {
            continue;
        }
        are_all_shown = false;
        let records: u64 = rest.iter().flat_map(|file| file.tables.values()).map(|counts| counts.live).sum();
        let more = if rest.len() < files.len() { "more " } else { "" };
        let all = if rest.len() < files.len() { ": --verbose lists all" } else { "" };
        let folder = folder_of(rest);
        let below = if folder.is_empty() { String::new() } else { format!(" below {folder}/") };
        let below = safe::terminal(&below);
        writeln!(out, "{} {more}of kind {kind}{below}, {records} live{all}", counted(rest.len(), "file"))?;
    }
    Ok(are_all_shown)
}

/// The folder that all of the files lie in; empty for none.
fn folder_of(files: &[&File]) -> String {
    let folder = |file: &File| file.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut common = files.first().map_or_else(String::new, |file| folder(file));
    for file in files {
        while !common.is_empty() && !file.path.starts_with(&format!("{common}/")) {
            common = common.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        }
    }
    common
}

fn write_file(file: &File, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}  {}", safe::terminal(&file.path), file.kind)?;
    if let Some(date) = &file.unload_date {
        write!(out, "  {}", safe::terminal(date))?;
    }
    if file.encoding != "UTF-8" {
        write!(out, "  {}", file.encoding)?;
    }
    writeln!(out)?;
    for (table, counts) in &file.tables {
        writeln!(out, "    {}  {}", safe::terminal(table), describe(*counts))?;
    }
    Ok(())
}

/// How many records there are in all, where the files did not say it already.
fn write_sum(
    inventory: &Inventory<'_>,
    few: usize,
    are_all_shown: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{} with records or definitions, {} passed over, {}",
        counted(inventory.files.len(), "file"),
        counted(inventory.skipped, "other file"),
        counted(inventory.problems.len(), "problem")
    )?;
    let in_files: usize = inventory.files.iter().map(|file| file.tables.len()).sum();
    if are_all_shown && in_files == inventory.totals.len() {
        return Ok(());
    }
    let total = |counts: &Live| counts.live + counts.deleted + counts.history;
    let mut largest: Vec<_> = inventory.totals.iter().collect();
    largest.sort_by_key(|(name, counts)| (Reverse(total(counts)), *name));
    largest.truncate(few);
    largest.sort_by_key(|(name, _)| *name);
    for (table, counts) in &largest {
        writeln!(out, "    {}  {}", safe::terminal(table), describe(**counts))?;
    }
    let hidden = inventory.totals.len() - largest.len();
    if hidden > 0 {
        writeln!(out, "    and {} with fewer records: --verbose lists all", counted(hidden, "table"))?;
    }
    Ok(())
}

fn write_wrong(inventory: &Inventory<'_>, few: usize, out: &mut dyn Write) -> io::Result<()> {
    if inventory.signs.is_empty() && inventory.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat is wrong")?;
    let problems = inventory
        .problems
        .iter()
        .map(|problem| ("problem", Some(problem.path.as_str()), problem.message.as_str()));
    // A problem says why the file was cut.
    let with_problem: BTreeSet<_> = inventory.problems.iter().map(|problem| problem.path.as_str()).collect();
    let is_said = |kind: &str, path: Option<&str>| {
        kind == "cut" && path.is_some_and(|path| with_problem.contains(path))
    };
    let signs = inventory.signs.iter().filter(|sign| !is_said(sign.kind, sign.path));
    let signs = signs.map(|sign| (sign.kind, sign.path, sign.message));
    let mut by_kind: BTreeMap<&str, usize> = BTreeMap::new();
    for (kind, path, message) in problems.chain(signs) {
        let count = by_kind.entry(kind).or_default();
        *count += 1;
        if *count > few {
            continue;
        }
        let path = path.map_or_else(String::new, |path| format!("{}: ", safe::terminal(path)));
        writeln!(out, "    {kind}: {path}{}", safe::terminal(message))?;
    }
    for (kind, count) in by_kind.into_iter().filter(|(_, count)| *count > few) {
        writeln!(out, "    {kind}: {} more: --verbose lists all", count - few)?;
    }
    Ok(())
}

fn write_missing(
    inventory: &Inventory<'_>,
    few: usize,
    is_verbose: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    if inventory.requests.is_empty() || inventory.totals.is_empty() {
        return Ok(());
    }
    let rules = counted(inventory.waiting_rules, "rule");
    writeln!(out, "\nWhat would complete the picture")?;
    if !is_verbose && !inventory.files.iter().any(|file| file.is_table) {
        return writeln!(
            out,
            "    Nothing here is an export of a table. {rules} ask about {} of an instance:\n    --verbose lists them \
             with their addresses.",
            counted(inventory.requests.len(), "table")
        );
    }
    writeln!(out, "    {rules} ask about what is missing or doubtful here. Who can export it:\n    {WHO}.")?;
    for request in inventory.requests.iter().take(few) {
        write_request(request, is_verbose, out)?;
    }
    let hidden = inventory.requests.len().saturating_sub(few);
    if hidden > 0 {
        writeln!(
            out,
            "    and {} that fewer rules ask about: --verbose lists all",
            counted(hidden, "table")
        )?;
    }
    Ok(())
}

fn write_request(request: &RequestObject<'_>, is_verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let &RequestObject { table, phrase, rules, default_rules, .. } = request;
    let against = request.against.join("; ");
    let against = if against.is_empty() { String::new() } else { format!(" ({against})") };
    let verb = if rules == 1 { "asks" } else { "ask" };
    let rules = counted(rules, "rule");
    writeln!(out, "    {table}  {phrase}{against}; {rules} {verb} about it, {default_rules} by default")?;
    for url in request.urls {
        writeln!(out, "        {}", safe::terminal(url))?;
    }
    if is_verbose {
        writeln!(out, "        columns: {}", request.columns.join(", "))?;
        for note in request.notes {
            writeln!(out, "        note: {note}")?;
        }
    }
    Ok(())
}

fn write_whole(inventory: &Inventory<'_>, out: &mut dyn Write) -> io::Result<()> {
    if inventory.looks_whole.is_empty() && inventory.not_whole.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat looks whole")?;
    if inventory.looks_whole.is_empty() {
        writeln!(out, "    Nothing that stands here as a table.")?;
    } else {
        writeln!(out, "    Of these tables {}.", COMMON_REASONS.join(",\n    and "))?;
    }
    for table in &inventory.looks_whole {
        let reasons: Vec<_> = table.because.iter().chain(table.doubts).map(|reason| &**reason).collect();
        let reasons: Vec<_> = reasons.into_iter().filter(|reason| !COMMON_REASONS.contains(reason)).collect();
        let rows = counted(usize::try_from(table.rows).unwrap_or(usize::MAX), "row");
        writeln!(out, "    {}  {rows}: {}", safe::terminal(table.table), reasons.join("; "))?;
    }
    for table in &inventory.not_whole {
        writeln!(
            out,
            "    not {}  {}",
            safe::terminal(table.table),
            safe::terminal(&table.against.join("; "))
        )?;
    }
    if let Some(line) = &inventory.complete_line {
        writeln!(
            out,
            "    Rows that a filter or an access rule kept out leave no trace. If you know that there\n    was none, \
             say so to a scan, and absence is judged:\n\n    {}",
            safe::terminal(line)
        )?;
    }
    Ok(())
}

fn describe(counts: Live) -> String {
    let mut text = format!("{} live", counts.live);
    if counts.deleted > 0 {
        let _ = write!(text, ", {} deleted", counts.deleted);
    }
    if counts.history > 0 {
        let _ = write!(text, ", {} history", counts.history);
    }
    text
}
