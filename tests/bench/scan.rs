//! How fast exports are read, and scanned with the whole pack.
//!
//! `cargo bench` prints the time and the throughput of each part on exports
//! that it makes itself: users with 70 fields each, and an update set whose
//! payloads are CDATA and escaped in turn.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark may stop where it is broken")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use glidelint::engine::{Options, Plan, judge, read_all};
use glidelint::export::{RecordSink, Select, read};
use glidelint::record::{Record, Wanted};
use glidelint::rule::{Pack, Settings, builtin};
use glidelint::source::Source;

/// Takes records and forgets them.
struct Nothing;

impl RecordSink for Nothing {
    fn record(&mut self, record: &Record<'_>) {
        black_box(record.fields.len());
    }
}

fn users(rows: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-01-01 00:00:00\">\n",
    );
    for row in 0..rows {
        let name = if row % 100 == 0 { format!("svc.job{row}") } else { format!("person{row}") };
        let _ = write!(
            text,
            "<sys_user action=\"INSERT_OR_UPDATE\">\n<active>true</active>\n<identity_type/>\n\
             <internal_integration_user>false</internal_integration_user>\n<manager display_value=\"\"/>\n"
        );
        for field in 0..64 {
            let _ = writeln!(text, "<u_field_{field}>value {field} of {row}</u_field_{field}>");
        }
        let _ = write!(
            text,
            "<sys_id>{row:032x}</sys_id>\n<user_name>{name}</user_name>\n\
             <web_service_access_only>false</web_service_access_only>\n</sys_user>\n"
        );
    }
    text.push_str("</unload>\n");
    text
}

fn update_set(rows: usize) -> String {
    let mut text = String::from("<unload unload_date=\"2026-01-01 00:00:00\">\n");
    for row in 0..rows {
        let script = "gs.info('a line of a script');\n".repeat(100);
        let payload = format!(
            "<?xml version=\"1.0\"?><record_update table=\"sys_script_include\"><sys_script_include \
             action=\"INSERT_OR_UPDATE\"><name>Include{row}</name><script>{script}</script>\
             <sys_id>{row:032x}</sys_id></sys_script_include></record_update>"
        );
        let payload = if row % 4 == 0 {
            payload.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        } else {
            format!("<![CDATA[{payload}]]>")
        };
        let _ = write!(
            text,
            "<sys_update_xml action=\"INSERT_OR_UPDATE\">\n<action>INSERT_OR_UPDATE</action>\n\
             <name>sys_script_include_{row:032x}</name>\n<payload>{payload}</payload>\n</sys_update_xml>\n"
        );
    }
    text.push_str("</unload>\n");
    text
}

fn bench(criterion: &mut Criterion) {
    let pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
    let plan = Plan::of(&pack);
    for (name, text) in [("users", users(5_000)), ("update set", update_set(5_000))] {
        let source = [Source::memory("export.xml", text.as_bytes())];
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap()));
        group.sample_size(10).measurement_time(Duration::from_secs(5));
        let nothing = Wanted::new();
        group.bench_function("read, nothing wanted", |bencher| {
            bencher.iter(|| read(&source[0], Select::Wanted(&nothing), &mut Nothing));
        });
        group.bench_function("read, the pack's columns", |bencher| {
            bencher.iter(|| read(&source[0], Select::Wanted(&pack.wanted), &mut Nothing));
        });
        group.bench_function("read and judge", |bencher| {
            bencher.iter(|| {
                let reading = read_all(&source, &plan, &Options::default(), &|_| {});
                judge(&reading.instance, &pack.rules).findings.len()
            });
        });
        group.finish();
    }
    criterion.bench_function("open and compile the built-in pack", |bencher| {
        bencher.iter(|| Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap().rules.len());
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
