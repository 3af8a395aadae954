//! `glidelint inventory`

mod text;

use std::collections::BTreeMap;

use clap::Args;
use glidelint::doctor::{Examination, Request, Sign, TableState, following_list_url, waiting_rules};
use glidelint::export::{Counts, FileKind, FileReport};
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::scan::{ExaminedSources, examine_sources};
use glidelint::source::Discovery;
use serde::Serialize;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, InputArgs};
use crate::cli::shared::output::{PlainFormat, write_stdout};
use crate::cli::shared::parse::parse_instance;

#[derive(Debug, Args)]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The instance these exports are of, for the addresses of lists [default: what the exported properties say]
    #[arg(long, value_name = "NAME", value_parser = parse_instance)]
    pub(crate) instance: Option<String>,
    /// Print every file, sign and table, and the columns that rules ask for
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// How to print
    #[arg(short, long, value_enum, default_value_t = PlainFormat::Text)]
    pub(crate) format: PlainFormat,
}

#[derive(Serialize)]
struct Inventory<'e> {
    schema: &'static str,
    files: Vec<File>,
    totals: BTreeMap<String, Live>,
    skipped: usize,
    problems: Vec<PathMessage>,
    signs: Vec<SignObject<'e>>,
    requests: Vec<RequestObject<'e>>,
    /// How many rules ask about a table that is to be asked for.
    waiting_rules: usize,
    looks_whole: Vec<WholeObject<'e>>,
    not_whole: Vec<NotWholeObject<'e>>,
    complete_line: Option<String>,
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
    #[serde(skip)]
    is_table: bool,
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

#[derive(Serialize)]
struct SignObject<'e> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'e str>,
    message: &'e str,
}

#[derive(Serialize)]
struct RequestObject<'e> {
    table: &'e str,
    reason: &'static str,
    #[serde(skip)]
    phrase: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    against: &'e [String],
    rules: usize,
    default_rules: usize,
    urls: &'e [String],
    /// The address of a further part; `LAST` stands for the last sys_id of the
    /// part before it.
    next_url: String,
    who: &'static str,
    columns: &'e [String],
    notes: &'e [String],
}

#[derive(Serialize)]
struct WholeObject<'e> {
    table: &'e str,
    rows: u64,
    files: usize,
    because: &'e [String],
    doubts: &'e [String],
}

#[derive(Serialize)]
struct NotWholeObject<'e> {
    table: &'e str,
    rows: u64,
    files: usize,
    against: &'e [String],
}

/// Says what is in the files, what is wrong with them and what is missing.
pub(crate) fn run(args: &InventoryArgs) -> Result<Exit, Failure> {
    let found = input::configure(&args.input)?;
    let discovery = input::sources(&args.input, &found.config)?;
    let settings = Settings { strict: true, ..Settings::default() };
    let ExaminedSources { pack, examination } =
        examine_sources(&[builtin()?], &settings, &discovery, args.instance.as_deref())?;
    let inventory = inventory(&discovery, &pack, &examination);
    write_stdout(|out| match args.format {
        PlainFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &inventory)?;
            writeln!(out)
        }
        PlainFormat::Text => text::write(&inventory, args.verbose, out),
    })?;
    let problems = discovery.problems.iter().map(|(_, problem)| problem);
    let problems = problems.chain(examination.files.iter().flat_map(|report| &report.problems));
    if problems.into_iter().any(|problem| problem.kind.is_loss()) && !args.input.allow_incomplete {
        return Ok(Exit::Incomplete);
    }
    Ok(if inventory.totals.is_empty() { Exit::NothingToScan } else { Exit::Fine })
}

fn inventory<'e>(discovery: &'e Discovery, pack: &Pack, examination: &'e Examination) -> Inventory<'e> {
    let mut files = Vec::new();
    let mut totals: BTreeMap<String, Live> = BTreeMap::new();
    let mut skipped = 0;
    let of_path =
        |(path, message): (&str, &str)| PathMessage { path: path.to_owned(), message: message.to_owned() };
    let found = discovery.problems.iter().map(|(path, problem)| (path.as_str(), problem.message.as_str()));
    let mut problems: Vec<_> = found.map(of_path).collect();
    let mut warnings: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let path_of = |sign: &Sign| sign.source.map(|source| discovery.path(source));
    for sign in &examination.signs {
        if let Some(path) = path_of(sign) {
            warnings.entry(path).or_default().push(sign.message.clone());
        }
    }
    for (source, report) in discovery.sources.iter().zip(&examination.files) {
        problems.extend(report.problems.iter().map(|problem| of_path((source.path(), &problem.message))));
        if report.kind == FileKind::Other {
            skipped += 1;
            continue;
        }
        for (table, counts) in &report.tables {
            totals.entry(table.clone()).or_default().add(*counts);
        }
        files.push(file(source.path(), report, warnings.remove(source.path()).unwrap_or_default()));
    }
    let names: Vec<_> = examination.whole_tables().collect();
    let requested = |table: &str| examination.requests.iter().any(|request| request.table == table);
    Inventory {
        schema: "glidelint/inventory/v1",
        files,
        totals,
        skipped,
        problems,
        signs: examination.signs.iter().map(|sign| sign_object(sign, path_of(sign))).collect(),
        requests: examination.requests.iter().map(|request| request_object(request, examination)).collect(),
        waiting_rules: waiting_rules(pack, &requested),
        looks_whole: examination
            .tables
            .iter()
            .filter(|table| table.looks_whole())
            .map(whole_object)
            .collect(),
        not_whole: examination
            .tables
            .iter()
            .filter(|table| !table.looks_whole())
            .map(not_whole_object)
            .collect(),
        complete_line: (!names.is_empty()).then(|| format!("--complete {}", names.join(","))),
    }
}

fn file(path: &str, report: &FileReport, warnings: Vec<String>) -> File {
    File {
        path: path.to_owned(),
        kind: report.kind.as_str(),
        encoding: report.encoding,
        unload_date: report.unload_date.clone(),
        tables: report.tables.iter().map(|(table, counts)| (table.clone(), (*counts).into())).collect(),
        warnings,
        is_table: report.kind.is_table(),
    }
}

fn sign_object<'e>(sign: &'e Sign, path: Option<&'e str>) -> SignObject<'e> {
    SignObject { kind: sign.kind.as_str(), table: sign.table.as_deref(), path, message: &sign.message }
}

fn request_object<'e>(request: &'e Request, examination: &Examination) -> RequestObject<'e> {
    RequestObject {
        table: &request.table,
        reason: request.reason.as_str(),
        phrase: request.reason.phrase(),
        against: &request.against,
        rules: request.rules,
        default_rules: request.default_rules,
        urls: &request.urls,
        next_url: following_list_url(examination.instance.as_deref(), &request.table, "LAST"),
        who: "admin",
        columns: &request.columns,
        notes: &request.notes,
    }
}

fn whole_object(state: &TableState) -> WholeObject<'_> {
    let TableState { table, rows, files, because, doubts, .. } = state;
    WholeObject { table, rows: *rows, files: *files, because, doubts }
}

fn not_whole_object(state: &TableState) -> NotWholeObject<'_> {
    let TableState { table, rows, files, against, .. } = state;
    NotWholeObject { table, rows: *rows, files: *files, against }
}

impl Live {
    fn add(&mut self, counts: Counts) {
        self.live += counts.live;
        self.deleted += counts.deleted;
        self.history += counts.history;
    }
}

impl From<Counts> for Live {
    fn from(counts: Counts) -> Self {
        Self { live: counts.live, deleted: counts.deleted, history: counts.history }
    }
}
