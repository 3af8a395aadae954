//! How fast the parts of a scan are, on data of about 10 MB that is made in memory.
//!
//! `cargo bench` prints the time and the throughput of each. What a whole scan
//! takes beside other programs is measured by `tests/bench/run.sh`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may stop where it is broken")]

#[allow(dead_code, unused_imports, reason = "the generator uses the rest")]
mod data;

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use data::{Form, Size, Summary};
use glidelint::export::{RecordSink, Select, read};
use glidelint::facts::Options;
use glidelint::finding::Finding;
use glidelint::instance::{Plan, Reading, read_all};
use glidelint::judge::judge;
use glidelint::locate::{Located, ScannedFiles, complete_texts, locate};
use glidelint::record::{Record, Wanted};
use glidelint::report::sarif::{self, SarifOptions};
use glidelint::report::{Report, Scope, Stats};
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::source::Source;
use glidelint::suppress::Accepted;

const BYTES: Size = Size::Bytes(10_000_000);

/// Takes records and forgets them.
struct Nothing;

impl RecordSink for Nothing {
    fn record(&mut self, record: &Record<'_>) {
        black_box(record.fields.len());
    }
}

fn compile() -> Pack {
    Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap()
}

/// The data, as something that can be scanned.
fn source(make: impl Fn(&mut dyn Write) -> io::Result<Summary>) -> Source {
    let mut text = Vec::new();
    make(&mut text).unwrap();
    Source::memory("export.xml", text)
}

fn users() -> Source {
    source(|out| data::users(BYTES, out))
}

fn roles() -> Source {
    source(|out| data::roles(5_000, 15_000, out))
}

fn read_one<'p>(sources: &'p [Source], pack: &'p Pack) -> Reading<'p> {
    read_all(sources, &Plan::of(pack), &Options::default(), &|_| {})
}

/// One file, on one thread: nothing wanted, and what the built-in rules want.
fn reading(criterion: &mut Criterion) {
    let pack = compile();
    let nothing = Wanted::new();
    let inputs = [
        ("users", users()),
        ("update set, CDATA", source(|out| data::update_set(BYTES, Form::Cdata, out))),
        ("update set, escaped", source(|out| data::update_set(BYTES, Form::Escaped, out))),
        ("roles", roles()),
    ];
    for (name, source) in inputs {
        let mut group = criterion.benchmark_group(format!("read {name}"));
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        group.throughput(Throughput::Bytes(source.size().unwrap()));
        for (name, wanted) in [("nothing wanted", &nothing), ("the pack's columns", &pack.wanted)] {
            group.bench_function(name, |bencher| {
                bencher.iter(|| read(&source, Select::Wanted(wanted), &mut Nothing));
            });
        }
    }
}

/// All rules over records that are in memory.
fn judging(criterion: &mut Criterion) {
    let pack = compile();
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, source) in [("users", users()), ("roles", roles())] {
        let sources = [source];
        let reading = read_one(&sources, &pack);
        group.bench_function(name, |bencher| {
            bencher.iter(|| judge(&reading.instance, &pack.rules).findings.len());
        });
    }
}

/// Lines, columns and snippets of what was found, and the report.
fn reporting(criterion: &mut Criterion) {
    let pack = compile();
    let sources = [users()];
    let reading = read_one(&sources, &pack);
    let outcome = judge(&reading.instance, &pack.rules);
    let inputs = ScannedFiles { sources: &sources, files: &reading.files };
    // So many that a report is full.
    let found: Vec<Finding> = outcome.findings.iter().cycle().take(5_000).cloned().collect();
    let mut group = criterion.benchmark_group("report");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.bench_function("locate what was found among users", |bencher| {
        bencher.iter_batched(
            || outcome.findings.clone(),
            |findings| locate(findings, Vec::new(), inputs).findings.len(),
            BatchSize::LargeInput,
        );
    });
    let Located { findings, texts, .. } = locate(found, Vec::new(), inputs);
    complete_texts(&texts, &findings, findings.len(), inputs);
    let report = Report {
        rules: pack.rules.iter().map(|rule| rule.meta.clone()).collect(),
        accepted: Accepted::default(),
        coverage: outcome.coverage,
        findings,
        excerpts: Box::new(texts),
        score: None,
        notices: Vec::new(),
        scope: Scope::default(),
        stats: Stats::default(),
        desk: None,
        exit_code: 1,
    };
    let mut out = Vec::new();
    group.bench_function("SARIF of 5,000 findings", |bencher| {
        bencher.iter(|| {
            out.clear();
            sarif::write(&report, &SarifOptions::default(), &mut out).unwrap();
            out.len()
        });
    });
}

fn starting(criterion: &mut Criterion) {
    criterion.bench_function("start: open and compile the built-in pack", |bencher| {
        bencher.iter(|| compile().rules.len());
    });
}

criterion_group!(benches, starting, reading, judging, reporting);
criterion_main!(benches);
