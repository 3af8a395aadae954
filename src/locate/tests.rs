//! Places and their texts in whole files.

use std::fmt::Write as _;
use std::io::Write as _;

use super::{Excerpts, Located, PlaceLines, ScannedFiles, complete_texts, locate, locate_places, show_place};
use crate::export::{RecordSink, Select, read};
use crate::facts::ReadFile;
use crate::finding::{Confidence, Finding, Place, PlaceRole, Severity, Target, ValuesHash, fingerprint};
use crate::record::{REDACTED, Record};
use crate::source::{DiscoverOptions, Source, discover};
use crate::span::LineColumn;

/// How many records each file holds.
const RECORDS: usize = 12;

/// An export, a record on several lines; one that breaks `every` so many records.
fn export() -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload>\n");
    for at in 0..RECORDS {
        let name = ["anna", "bjørn", "c😀 d", "e"][at % 4];
        let password = if at % 5 == 0 { "<user_password>hunter2</user_password>" } else { "" };
        let notes = "é😀 ".repeat(at * 17);
        let _ = write!(
            text,
            "  <sys_user action=\"INSERT_OR_UPDATE\">\n    <sys_id>{at:032x}</sys_id>\n    {password}\n    \
             <notes>{notes}</notes><user_name>{name}</user_name>\n  </sys_user>\n"
        );
    }
    text + "</unload>\n"
}

/// The same in several forms, and their texts.
fn sources() -> (Vec<Source>, Vec<String>) {
    let lines = export();
    let texts = [lines.clone(), lines.replace('\n', "\r\n"), lines.replace('\n', "")];
    let mut all = (Vec::new(), Vec::new());
    for (at, text) in texts.iter().enumerate() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text.as_bytes()).unwrap();
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let stored = [("plain", text.as_bytes().to_vec()), ("gz", gzip.finish().unwrap()), ("wide", wide)];
        for (form, bytes) in stored {
            // Not in the order of their paths.
            all.0.push(Source::memory(&format!("{form}{}.xml", 9 - at), bytes));
            all.1.push(text.clone());
        }
    }
    all
}

/// Where the records of a file are.
#[derive(Default)]
struct Records(Vec<(u64, u32)>);

impl RecordSink for Records {
    fn record(&mut self, record: &Record<'_>) {
        self.0.push((record.outer_start, record.ordinal));
    }
}

/// The files as they were read, and a place for the name of each record.
fn read_sources(sources: &[Source]) -> (Vec<ReadFile>, Vec<Place>) {
    let (mut files, mut places) = (Vec::new(), Vec::new());
    for (source, index) in sources.iter().zip(0..) {
        let mut records = Records::default();
        let report = read(source, Select::Everything, &mut records);
        assert_eq!(report.problems, [], "{source:?}");
        assert_eq!(records.0.len(), RECORDS);
        files.push(ReadFile { source: index, report });
        places.extend(records.0.into_iter().map(|(outer_start, ordinal)| Place {
            source: index,
            outer_start,
            ordinal,
            target: Target::Field("user_name".into()),
            role: PlaceRole::Primary,
            label: None,
        }));
    }
    (files, places)
}

/// A finding for each place; some with the record before and the root as well.
fn findings(places: &[Place]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let key = at.to_string();
        let related = |place: &Place, target| Place {
            target,
            role: PlaceRole::Related,
            label: Some("related".into()),
            ..place.clone()
        };
        let mut all = vec![place.clone()];
        if at % 3 == 0 {
            all.push(related(&places[at.saturating_sub(1)], Target::Record));
            all.push(related(&places[places.len() - 1 - at], Target::Root));
        }
        findings.push(Finding {
            rule: u16::from(at % 2 == 0),
            severity: Severity::new(if at % 7 == 0 { 9.0 } else { 5.0 }).unwrap(),
            confidence: Confidence::High,
            table: "sys_user".into(),
            sys_id: None,
            fingerprint: fingerprint(["", "", "", &key, ""]),
            identity: None,
            key: key.into(),
            field: None,
            message: "a message".into(),
            values: ValuesHash::default(),
            state: None,
            waiver: None,
            places: all.into(),
        });
    }
    // Out of the order of files and places, the same each time.
    findings.sort_by_key(|finding| finding.fingerprint);
    findings
}

fn line_column(text: &str, offset: u64) -> LineColumn {
    let before = &text[..usize::try_from(offset).unwrap()];
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    let count = |number: usize| u64::try_from(number).unwrap();
    LineColumn {
        line: count(before.matches('\n').count()) + 1,
        column: count(line.encode_utf16().count()) + 1,
    }
}

#[test]
fn a_place_takes_a_few_numbers() {
    assert!(size_of::<PlaceLines>() <= 64, "{}", size_of::<PlaceLines>());
}

#[test]
fn lines_and_columns_are_those_of_the_text() {
    let (sources, texts) = sources();
    let (files, mut places) = read_sources(&sources);
    places.reverse();
    let inputs = ScannedFiles { sources: &sources, files: &files };
    let lines = locate_places(&places, inputs);
    for (place, lines) in places.iter().zip(&lines) {
        let text = &texts[usize::try_from(place.source).unwrap()];
        let span = lines.region.span;
        let meant = &text[span.range_from(0).unwrap()];
        assert!(meant.starts_with("<user_name>") && meant.ends_with("</user_name>"), "{meant}");
        assert_eq!(lines.region.start, line_column(text, span.start));
        assert_eq!(lines.region.end, line_column(text, span.end));
        let (_, snippet, context) = show_place(place, inputs);
        assert_eq!((snippet.text.as_str(), snippet.redacted), (meant, false));
        let context = context.expect("there is more around it");
        let around = context.region.span;
        assert_eq!(context.region.start, line_column(text, around.start), "{context:?}");
        assert_eq!(context.region.end, line_column(text, around.end), "{context:?}");
        let expected = &text[around.range_from(0).unwrap()];
        assert_eq!(context.text, expected.replace(">hunter2<", &format!(">{REDACTED}<")));
    }
}

#[test]
fn many_places_in_one_file_are_those_that_a_few_are() {
    // So many that several threads look for them.
    let (sources, _) = sources();
    let (files, places) = read_sources(&sources);
    let many: Vec<_> = places.iter().cycle().take(places.len() * 700).cloned().collect();
    let inputs = ScannedFiles { sources: &sources, files: &files };
    let few = locate_places(&places, inputs);
    for (at, lines) in locate_places(&many, inputs).iter().enumerate() {
        assert_eq!(*lines, few[at % few.len()]);
    }
}

/// Findings in the order of a report.
fn located(inputs: ScannedFiles<'_>, places: &[Place]) -> Located {
    let mut located = locate(findings(places), Vec::new(), inputs);
    assert_eq!(located.notices, []);
    located.findings.sort(inputs.sources, |rule| ["b", "a"].get(usize::from(rule)).copied());
    located
}

#[test]
fn findings_are_sorted_as_reports_show_them() {
    let (sources, _) = sources();
    let (files, places) = read_sources(&sources);
    let findings = located(ScannedFiles { sources: &sources, files: &files }, &places).findings;
    assert_eq!(findings.len(), places.len());
    let keys: Vec<_> = findings
        .iter()
        .map(|found| {
            let primary = found.primary();
            let path = sources[usize::try_from(primary.place.source).unwrap()].path();
            (std::cmp::Reverse(found.finding.severity), path, primary.lines.region)
        })
        .collect();
    assert!(keys.is_sorted());
    assert_eq!(keys[0].1, "gz7.xml");
    assert!(findings.get(findings.len()).is_none());
}

#[test]
fn packed_and_plain_files_show_the_same() {
    let (sources, _) = sources();
    let (files, places) = read_sources(&sources);
    let inputs = ScannedFiles { sources: &sources, files: &files };
    let Located { findings, texts, .. } = located(inputs, &places);
    let is_empty = |shown: super::ShownFinding<'_>| shown.primary().snippet.text.is_empty();
    assert!(texts.shown(&findings, usize::MAX).all(is_empty));
    // At once, or some more each time.
    for most in [1, 5, 5, usize::MAX] {
        complete_texts(&texts, &findings, most, inputs);
        assert_eq!(
            texts.shown(&findings, usize::MAX).filter(|shown| !is_empty(shown.clone())).count(),
            most.min(findings.len())
        );
    }
    for shown in texts.shown(&findings, usize::MAX) {
        let place = &shown.finding.places[0];
        let plain = Place { source: place.source / 3 * 3, ..place.clone() };
        let (lines, snippet, context) = show_place(&plain, inputs);
        assert_eq!(lines.region, shown.primary().snippet.region);
        assert_eq!((&shown.primary().snippet, &shown.primary().context), (&snippet, &context));
    }
}

#[test]
fn a_file_that_is_written_meanwhile_shows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sys_user.xml");
    std::fs::write(&path, export()).unwrap();
    let discovery = discover(std::slice::from_ref(&path), &DiscoverOptions::default()).unwrap();
    let (files, places) = read_sources(&discovery.sources);
    std::fs::write(&path, export().replace("<sys_user ", "<sys_user  ")).unwrap();
    let inputs = ScannedFiles { sources: &discovery.sources, files: &files };
    let Located { findings, notices, texts, .. } = locate(findings(&places), Vec::new(), inputs);
    let messages: Vec<_> =
        notices.iter().map(|(notice, _)| (notice.is_loss(), notice.message.as_str())).collect();
    let expected = "cannot be read a second time, so places are not exact: was written while it was scanned";
    assert_eq!(messages, [(true, expected)]);
    complete_texts(&texts, &findings, 1, inputs);
    let shown = texts.shown(&findings, 1).next().unwrap();
    assert_eq!((shown.primary().snippet.text.as_str(), &shown.primary().context), ("", &None));
}
