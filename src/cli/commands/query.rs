//! `glidelint query`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use glidelint::facts::Options;
use glidelint::finding::{Place, PlaceRole, Target};
use glidelint::instance::{Instance, dictionary_of, missing_names};
use glidelint::query::{BoundPath, Clock, Data, Query, RowId, Truth};
use glidelint::record::{ColumnIdx, REDACTED, Secrecy, TableIdx};
use glidelint::report::safe;
use glidelint::rule::{Ask, Pack, Settings, builtin};
use glidelint::scan::Scan;
use glidelint::span::LineColumn;
use serde::Serialize;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, InputArgs};
use crate::cli::shared::instances;
use crate::cli::shared::output::{counted, write_stdout};

#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// The table
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,
    /// An encoded query, as "Copy query" gives it
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Fields to print
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// What "now" is [default: the newest date of the exports]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Print the records too that the export does not decide
    #[arg(long)]
    pub(crate) unknown: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = QueryFormat::Text)]
    pub(crate) format: QueryFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    Text,
    Json,
    Csv,
}

/// One record to print.
#[derive(Serialize)]
struct Match<'m> {
    path: &'m str,
    line: u64,
    column: u64,
    table: &'m str,
    sys_id: String,
    display: String,
    origin: String,
    action: String,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
    fields: BTreeMap<&'m str, FieldValue>,
}

#[derive(Serialize)]
struct FieldValue {
    /// `None` where the export shows only what it displays.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_value: Option<String>,
}

/// Prints the records that a query matches.
pub(crate) fn run(args: &QueryArgs) -> Result<Exit, Failure> {
    let found = input::configure(&args.input)?;
    let query = Query::parse(&args.query).map_err(|error| Failure::parse(error, &args.query))?;
    // Classes and aliases may be asked for; rules are not run.
    let mut files = builtin()?;
    files.rules.clear();
    let settings = Settings {
        params: class_params(&files, found.config.settings().params),
        aliases: found.config.aliases.clone(),
        ..Settings::default()
    };
    let mut pack = Pack::compile(&[files], &settings)?;
    let discovery = instances::only(&args.input, &found.config, None)?.discovery;
    let mut bound = pack.bind(&query, &args.table);
    if !matches!(&bound, Ok(bound) if bound.warnings().is_empty()) {
        // What is not built in may be described in the input.
        pack.describe(Arc::new(dictionary_of(&discovery.sources)));
        bound = pack.bind(&query, &args.table);
    }
    let bound = bound.map_err(|error| Failure::bind(error, &args.query))?;
    let mut fields = Vec::new();
    for field in &args.fields {
        fields.push(pack.bind_path(field, &args.table).map_err(|error| Failure::bind(error, field))?);
    }
    let doubts = bound.doubts().iter().map(|doubt| &doubt.message);
    for warning in bound.warnings().iter().chain(doubts) {
        let _ = writeln!(io::stderr(), "warning: {warning}");
    }
    let options = Options { as_of: args.as_of.as_deref().map(Clock::parse).transpose()?, ..found.options() };
    let scan = Scan { pack: &pack, discovery: &discovery, options: &options };
    let read = scan.read(&[Ask::Rows(bound.table(), Some(&bound)), Ask::Query(&bound)], &|_| {});
    let instance = &read.reading.instance;
    let table = bound.table();
    let mut rows = Vec::new();
    let (mut matched, mut unknown) = (0_usize, 0_usize);
    for (answering, row) in instance.answering_rows(table) {
        match bound.evaluate(answering, answering.clock(), row) {
            Truth::Yes => {
                matched += 1;
                rows.push((answering, row, Truth::Yes));
            }
            truth @ Truth::Unknown(_) if args.unknown => rows.push((answering, row, truth)),
            Truth::Unknown(_) => unknown += 1,
            Truth::No => {}
        }
    }
    let places: Vec<_> =
        rows.iter().filter_map(|(answering, row, _)| place(answering, table, *row)).collect();
    let lines = read.lines_of(&places);
    write_stdout(|out| {
        header(args, out)?;
        for ((answering, row, truth), (place, lines)) in rows.iter().zip(places.iter().zip(&lines)) {
            let at = (discovery.path(place.source), lines.region.start);
            let found = describe(args, answering, (table, *row), truth, at, &fields);
            write_match(args, &found, out)?;
        }
        Ok(())
    })?;
    let notices = read.notices();
    input::say(&notices);
    let mut stderr = io::stderr().lock();
    if unknown > 0 {
        let _ =
            writeln!(stderr, "{} could not be decided; --unknown prints them", counted(unknown, "record"));
    }
    if let Some(exit) = args.input.end(&notices, read.is_empty()) {
        return Ok(exit);
    }
    Ok(if matched > 0 { Exit::Fine } else { Exit::Findings })
}

/// The configuration's parameters of classes; those of rules are not needed.
fn class_params(
    files: &glidelint::rule::PackFiles,
    params: BTreeMap<String, BTreeMap<String, Vec<String>>>,
) -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let is_class = |name: &String| files.classes.iter().any(|(_, class)| class.class.value == *name);
    params.into_iter().filter(|(name, _)| is_class(name)).collect()
}

fn place(instance: &Instance<'_>, table: TableIdx, row: RowId) -> Option<Place> {
    let (source, outer_start, ordinal) = instance.place(table, row)?;
    Some(Place {
        source,
        outer_start,
        ordinal,
        target: Target::Record,
        role: PlaceRole::Primary,
        label: None,
    })
}

fn describe<'m>(
    args: &'m QueryArgs,
    instance: &'m Instance<'_>,
    (table, row): (TableIdx, RowId),
    truth: &Truth,
    (path, start): (&'m str, LineColumn),
    fields: &'m [BoundPath],
) -> Match<'m> {
    let missing = match truth {
        Truth::Unknown(missing) => missing_names(instance, missing),
        _ => Vec::new(),
    };
    Match {
        path,
        line: start.line,
        column: start.column,
        table: &args.table,
        sys_id: instance.cell(table, row, ColumnIdx::SYS_ID).value.to_owned(),
        display: instance.key(table, row),
        origin: instance.trait_of(table, row, "origin").to_owned(),
        action: instance.trait_of(table, row, "action").to_owned(),
        verdict: if truth.is_yes() { "match" } else { "cannot-tell" },
        missing,
        fields: fields
            .iter()
            .filter_map(|path| Some((path.text(), field_value(instance, path, row)?)))
            .collect(),
    }
}

/// A field's value for output; `None` where the export does not show it.
fn field_value(instance: &Instance<'_>, path: &BoundPath, row: RowId) -> Option<FieldValue> {
    let Some((table, column)) = path.column() else {
        let value = Some(path.display(instance, row)?.into_owned());
        return Some(FieldValue { value, display_value: None });
    };
    let Ok(cell) = path.cell(instance, row) else {
        return displayed(instance, path, (table, column), row);
    };
    let is_filled = !cell.value.is_empty() || cell.display.is_some();
    if is_filled && hides(instance, path, (table, column), row, cell.value) {
        return Some(redacted());
    }
    let display_value = cell.display.map(str::to_owned);
    Some(FieldValue { value: Some(cell.value.to_owned()), display_value })
}

/// A field of which the export shows only what it displays.
fn displayed(
    instance: &Instance<'_>,
    path: &BoundPath,
    place: (TableIdx, ColumnIdx),
    row: RowId,
) -> Option<FieldValue> {
    let shown = path.display(instance, row)?;
    if hides(instance, path, place, row, &shown) {
        return Some(redacted());
    }
    Some(FieldValue { value: None, display_value: Some(shown.into_owned()) })
}

fn redacted() -> FieldValue {
    FieldValue { value: Some(format!("({})", REDACTED.trim_matches(['[', ']']))), display_value: None }
}

fn hides(
    instance: &Instance<'_>,
    path: &BoundPath,
    (table, column): (TableIdx, ColumnIdx),
    row: RowId,
    text: &str,
) -> bool {
    let names = instance.wanted().table(table);
    let secrecy = Secrecy::of(&names.name, instance.wanted().column_name(table, column));
    secrecy.hides(text, |name| {
        let cell = instance.cell(table, path.row(instance, row)?, names.find(name)?);
        Some(if cell.present { cell.value } else { cell.display.unwrap_or_default() })
    })
}

fn header(args: &QueryArgs, out: &mut dyn Write) -> io::Result<()> {
    if args.format != QueryFormat::Csv {
        return Ok(());
    }
    write!(out, "path,line,column,table,sys_id,display,verdict")?;
    for field in &args.fields {
        write!(out, ",{}", safe::csv(field))?;
    }
    writeln!(out)
}

fn write_match(args: &QueryArgs, found: &Match<'_>, out: &mut dyn Write) -> io::Result<()> {
    let value = |field: &String| found.fields.get(field.as_str());
    match args.format {
        QueryFormat::Json => {
            serde_json::to_writer(&mut *out, found)?;
            writeln!(out)
        }
        QueryFormat::Csv => {
            let Match { path, line, column, table, sys_id, display, verdict, .. } = found;
            write!(
                out,
                "{},{line},{column},{},{},{},{verdict}",
                safe::csv(path),
                safe::csv(table),
                safe::csv(sys_id),
                safe::csv(display)
            )?;
            for field in &args.fields {
                write!(
                    out,
                    ",{}",
                    safe::csv(value(field).and_then(|field| field.value.as_deref()).unwrap_or_default())
                )?;
            }
            writeln!(out)
        }
        QueryFormat::Text => {
            let place = format!("{}:{}:{}", found.path, found.line, found.column);
            write!(
                out,
                "{}  {}  {}  {}",
                safe::terminal(&place),
                found.table,
                safe::terminal(&found.sys_id),
                safe::terminal(&found.display)
            )?;
            for field in &args.fields {
                let shown = value(field)
                    .and_then(|field| field.display_value.as_deref().or(field.value.as_deref()))
                    .unwrap_or("(not exported)");
                write!(out, "  {field}={}", safe::terminal(shown))?;
            }
            if !found.missing.is_empty() {
                write!(out, "  (cannot tell without {})", found.missing.join(", "))?;
            }
            writeln!(out)
        }
    }
}
