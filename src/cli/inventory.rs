//! `glidelint inventory`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use glidelint::export::{Counts, FileKind, FileReport, RecordSink, Select, read};
use glidelint::record::{Origin, Record, Wanted};
use glidelint::report::safe;
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::source::Source;
use rayon::prelude::*;
use serde::Serialize;

use super::args::{InventoryArgs, PlainFormat};
use super::exit::Exit;
use super::fail::Failure;
use super::input;
use super::output::{counted, write_stdout};

/// Row counts at which exports stop without an error.
const CAPS: [u64; 4] = [10_000, 20_000, 50_000, 100_000];

#[derive(Serialize)]
struct Inventory {
    schema: &'static str,
    files: Vec<File>,
    totals: BTreeMap<String, Live>,
    skipped: usize,
    problems: Vec<PathMessage>,
}

#[derive(Serialize)]
struct File {
    path: String,
    kind: &'static str,
    encoding: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unload_date: Option<String>,
    tables: BTreeMap<String, Live>,
    warnings: Vec<String>,
}

#[derive(Serialize, Clone, Copy, Default)]
#[allow(clippy::struct_field_names, reason = "the contract of the JSON names them")]
struct Live {
    live: u64,
    deleted: u64,
    history: u64,
}

#[derive(Serialize)]
struct PathMessage {
    path: String,
    message: String,
}

/// Which columns of wanted tables a file shows.
struct Columns {
    seen: BTreeMap<String, BTreeSet<String>>,
}

impl RecordSink for Columns {
    fn record(&mut self, record: &Record<'_>) {
        if record.origin != Origin::Table {
            return;
        }
        if !self.seen.contains_key(record.table) {
            self.seen.insert(record.table.to_owned(), BTreeSet::new());
        }
        let Some(seen) = self.seen.get_mut(record.table) else { return };
        for field in record.fields {
            if !seen.contains(field.name) {
                seen.insert(field.name.to_owned());
            }
        }
    }
}

/// Says what is in the files.
pub(crate) fn run(args: &InventoryArgs) -> Result<Exit, Failure> {
    let found = input::configure(&args.input)?;
    let discovery = input::sources(&args.input, &found.config)?;
    let pack = Pack::compile(&[builtin()?], &Settings { strict: true, ..Settings::default() })?;
    let look = |source: &Source| {
        let mut columns = Columns { seen: BTreeMap::new() };
        let report = read(source, Select::Wanted(&pack.wanted), &mut columns);
        (report, columns)
    };
    let looked: Vec<_> = discovery.sources.par_iter().map(look).collect();
    let mut inventory = Inventory {
        schema: "glidelint/inventory/v1",
        files: Vec::new(),
        totals: BTreeMap::new(),
        skipped: 0,
        problems: Vec::new(),
    };
    let mut incomplete = false;
    for (path, problem) in &discovery.problems {
        incomplete |= problem.kind.is_loss();
        inventory.problems.push(PathMessage { path: path.clone(), message: problem.message.clone() });
    }
    for (source, (report, columns)) in discovery.sources.iter().zip(looked) {
        for problem in &report.problems {
            incomplete |= problem.kind.is_loss();
            inventory
                .problems
                .push(PathMessage { path: source.path().to_owned(), message: problem.message.clone() });
        }
        if report.kind == FileKind::Other {
            inventory.skipped += 1;
            continue;
        }
        for (table, counts) in &report.tables {
            let total = inventory.totals.entry(table.clone()).or_default();
            total.live += counts.live;
            total.deleted += counts.deleted;
            total.history += counts.history;
        }
        inventory.files.push(File {
            path: source.path().to_owned(),
            kind: report.kind.as_str(),
            encoding: report.encoding,
            warnings: warnings(&report, &columns, &pack.wanted),
            unload_date: report.unload_date,
            tables: report.tables.into_iter().map(|(table, counts)| (table, counts.into())).collect(),
        });
    }
    write_stdout(|out| match args.format {
        PlainFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &inventory)?;
            writeln!(out)
        }
        PlainFormat::Text => write_text(&inventory, out),
    })?;
    if incomplete && !args.input.allow_incomplete {
        return Ok(Exit::Incomplete);
    }
    Ok(if inventory.totals.is_empty() { Exit::NothingToScan } else { Exit::Fine })
}

impl From<Counts> for Live {
    fn from(counts: Counts) -> Self {
        Self { live: counts.live, deleted: counts.deleted, history: counts.history }
    }
}

/// What about the file a reader should doubt.
fn warnings(report: &FileReport, columns: &Columns, wanted: &Wanted) -> Vec<String> {
    let mut warnings = Vec::new();
    if !report.whole && report.has_loss() {
        warnings.push("the file could not be read to its end".to_owned());
    }
    let is_table = report.kind.is_of_tables();
    for (table, rows) in report.rows.iter().filter(|_| is_table) {
        if CAPS.contains(rows) {
            warnings
                .push(format!("exactly {rows} rows of {table}: the export was probably cut at its limit"));
        }
    }
    if report.kind == FileKind::UpdateSet && !report.rows.contains_key("sys_update_xml") {
        warnings.push("only the header of an update set: no changes".to_owned());
    }
    for (table, seen) in columns.seen.iter().filter(|_| is_table) {
        let Some(index) = wanted.find(table) else { continue };
        let names = wanted.table(index).columns.iter();
        let is_standard = |name: &str| {
            glidelint::record::schema::column(table, name).is_some() && !name.starts_with("sys_")
        };
        let absent: Vec<_> =
            names.map(|name| &**name).filter(|name| !seen.contains(*name) && is_standard(name)).collect();
        if !absent.is_empty() {
            warnings.push(format!(
                "no column {} in {table}: rules that ask for it cannot tell",
                absent.join(", ")
            ));
        }
    }
    warnings
}

fn write_text(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    for file in &inventory.files {
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
        for warning in &file.warnings {
            writeln!(out, "    warning: {}", safe::terminal(warning))?;
        }
    }
    for problem in &inventory.problems {
        writeln!(out, "problem: {}: {}", safe::terminal(&problem.path), safe::terminal(&problem.message))?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "{} with records or definitions, {} passed over, {}",
        counted(inventory.files.len(), "file"),
        counted(inventory.skipped, "other file"),
        counted(inventory.problems.len(), "problem")
    )?;
    for (table, counts) in &inventory.totals {
        writeln!(out, "    {}  {}", safe::terminal(table), describe(*counts))?;
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
