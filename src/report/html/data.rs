//! The findings as data for the script: numbers, and each text once.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use super::facts::CountedReport;
use super::findings::standing;
use super::{FINDINGS, Page};
use crate::finding::{PlaceRole, split_set};
use crate::locate::{ShownFinding, ShownPlace};
use crate::record::{natural_key, view_ends};
use crate::report::file_url;
use crate::report::frameworks::FRAMEWORKS;
use crate::report::safe::{html_json, shortened};
use crate::report::words::top_area;
use crate::rule::RuleMeta;

/// How many characters of a line of an excerpt are kept.
const LINE: usize = 180;
/// How many lines of an excerpt are kept.
const LINES: usize = 9;
/// How many bytes of excerpts are kept with the lines around, and how many at all.
const AROUND: usize = 300_000;
const ALL: usize = 600_000;
/// How many further places of a finding are kept.
const PLACES: usize = 20;

/// Writes the block. Each finding is written when its text was fetched.
pub(super) fn write(facts: &CountedReport<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let report = facts.report;
    let mut data = Data::default();
    page.data("<script type=\"application/json\" id=\"data\">{\"F\":[")?;
    for (at, shown) in report.excerpts.shown(&report.findings, FINDINGS).enumerate() {
        if at > 0 {
            page.data(",\n")?;
        }
        page.data(&data.finding(&shown))?;
    }
    page.data("],\n\"files\":")?;
    page.data(&data.files.list())?;
    page.data(",\n\"tables\":")?;
    page.data(&data.tables.list())?;
    page.data(",\n\"words\":")?;
    page.data(&data.words.list())?;
    page.data(",\n\"rules\":[")?;
    for (at, rule) in report.rules.iter().enumerate() {
        // Rules without findings are not asked for, but keep their numbers.
        let text = if data.rules.contains(&at) { of_rule(rule) } else { "0".to_owned() };
        page.data(if at > 0 { "," } else { "" })?;
        page.data(&text)?;
    }
    page.data("],\n\"waivers\":[")?;
    for (at, waiver) in report.accepted.waivers.iter().enumerate() {
        let until = waiver.until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
        let text = format!("waived by {}{until}: {}", waiver.owner, waiver.reason);
        page.data(if at > 0 { "," } else { "" })?;
        page.data(&html_json(&text))?;
    }
    let known = report.accepted.known.as_ref().map_or("", |known| known.with.as_str());
    page.data(&format!("],\n\"known\":{},\"excerpts\":{}}}</script>\n", html_json(known), data.excerpts))
}

fn of_rule(rule: &RuleMeta) -> String {
    let tags: Vec<String> =
        rule.tags.iter().flat_map(|(key, ids)| ids.iter().map(move |id| tag(key, id))).collect();
    let texts = [
        ("id", rule.id.as_str()),
        ("name", &rule.name),
        ("title", &rule.title),
        ("area", top_area(&rule.area)),
        ("why", &rule.why),
        ("fix", &rule.fix),
        ("tags", &tags.join(" · ")),
        ("help", &file_url(rule).unwrap_or_default()),
    ];
    let mut json = String::from("{");
    for (at, (name, text)) in texts.into_iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(
            json,
            "{comma}\"{name}\":{}",
            html_json(&text.split_whitespace().collect::<Vec<_>>().join(" "))
        );
    }
    json.push('}');
    json
}

/// `NIST SP 800-53 AC-6`.
fn tag(key: &str, id: &str) -> String {
    match FRAMEWORKS.iter().find(|framework| framework.tag == key) {
        Some(framework) if !id.starts_with(framework.name) => format!("{} {id}", framework.name),
        Some(_) => id.to_owned(),
        None => format!("{key} {id}"),
    }
}

/// Texts with numbers.
#[derive(Default)]
struct Texts {
    numbers: HashMap<String, usize>,
    texts: Vec<String>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len();
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    fn list(&self) -> String {
        let texts: Vec<_> = self.texts.iter().map(|text| html_json(text)).collect();
        format!("[{}]", texts.join(","))
    }
}

/// The parts of a key stand between these.
const ARROW: &str = " → ";

/// The message with `{0}`, `{1}` … where the parts of the key stand, which many
/// findings share; `None` where it cannot be told apart from other text.
fn without_key(message: &str, key: &str) -> Option<String> {
    if key.is_empty() || message.contains('{') {
        return None;
    }
    let mut text = message.to_owned();
    for (at, part) in key.split(ARROW).enumerate().filter(|(_, part)| part.len() > 2).take(10) {
        text = text.replace(part, &format!("{{{at}}}"));
    }
    // A part within another would be put in where it never stood.
    let parts: Vec<_> = key.split(ARROW).collect();
    (with_key(&text, &parts) == message && text != message).then_some(text)
}

/// As the page puts it together again.
fn with_key(text: &str, parts: &[&str]) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let number = rest[open + 1..].split('}').next().and_then(|number| number.parse::<usize>().ok());
        let Some(part) = number.and_then(|number| parts.get(number)) else { return String::new() };
        whole.push_str(&rest[..open]);
        whole.push_str(part);
        rest = rest[open..].split_once('}').map_or("", |(_, rest)| rest);
    }
    whole.push_str(rest);
    whole
}

/// What was written so far.
#[derive(Default)]
struct Data {
    files: Texts,
    tables: Texts,
    /// Messages without what the key says, names of fields, confidences.
    words: Texts,
    rules: std::collections::BTreeSet<usize>,
    /// Bytes of excerpts.
    bytes: usize,
    /// Findings with an excerpt.
    excerpts: usize,
}

impl Data {
    /// A finding as a list: rule, file, line, key, fingerprint, message or the
    /// number of a word, table, sys_id, number of the field, severity in tenths, standing, confidence, excerpt, further
    /// places.
    fn finding(&mut self, shown: &ShownFinding<'_>) -> String {
        let finding = shown.finding;
        self.rules.insert(usize::from(finding.rule));
        let primary = shown.primary();
        let file = self.files.number(primary.path);
        let table = self.tables.number(&finding.table);
        let message = match without_key(&finding.message, &finding.key) {
            Some(message) => self.words.number(&message).to_string(),
            None => html_json(&finding.message),
        };
        let field = self.words.number(finding.field.as_deref().unwrap_or_default());
        let confidence = self.words.number(finding.confidence.as_str());
        let mut json = format!(
            "[{},{file},{},{},\"{}\",{message},{table},{},{field},{},{},{confidence}",
            finding.rule,
            primary.snippet.region.start.line,
            html_json(&finding.key),
            finding.fingerprint,
            html_json(finding.sys_id.as_deref().unwrap_or_default()),
            finding.severity.to_string().replace('.', ""),
            standing(finding),
        );
        let excerpt = self.excerpt(primary);
        let places = self.places(&shown.places);
        let query =
            if finding.sys_id.is_none() { list_query(&finding.table, &finding.key) } else { String::new() };
        let parts = [excerpt, places, if query.is_empty() { String::new() } else { html_json(&query) }];
        // What is empty at the end is left out.
        let end = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |at| at + 1);
        for part in &parts[..end] {
            json.push(',');
            json.push_str(if part.is_empty() { "0" } else { part });
        }
        json.push(']');
        json
    }

    /// The number of the first line, those of the first and last line that are
    /// meant, and the lines; empty where there is none or no room for more.
    fn excerpt(&mut self, place: &ShownPlace<'_>) -> String {
        let whole = place.context.as_ref().filter(|_| self.bytes < AROUND).unwrap_or(&place.snippet);
        if whole.text.is_empty() || self.bytes >= ALL {
            return String::new();
        }
        let region = place.snippet.region;
        let first = whole.region.start.line;
        let lines: Vec<String> = whole
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| {
                let is_meant = u64::try_from(at).is_ok_and(|at| first + at == region.start.line);
                // On one long line, what is meant is to be seen.
                let begin = if is_meant {
                    region.start.column.saturating_sub(if at == 0 { whole.region.start.column } else { 1 })
                } else {
                    0
                };
                html_json(&around(line, begin))
            })
            .take(LINES)
            .collect();
        let last = region.end.line.min(first + u64::try_from(lines.len()).unwrap_or(1) - 1);
        let json = format!("[{first},{},{last},{}]", region.start.line, lines.join(","));
        self.bytes += json.len();
        self.excerpts += 1;
        json
    }

    /// Steps of a path and related places: whether it is a step, what it shows,
    /// file, line.
    fn places(&mut self, places: &[ShownPlace<'_>]) -> String {
        let others = places.get(1..).unwrap_or_default();
        let place = |place: &ShownPlace<'_>| {
            let is_step = usize::from(place.role == PlaceRole::Step);
            let file = self.files.number(place.path);
            let label = place.label.unwrap_or("shown here");
            format!("[{is_step},{},{file},{}]", html_json(label), place.snippet.region.start.line)
        };
        let listed: Vec<_> = others.iter().take(PLACES).map(place).collect();
        if listed.is_empty() { String::new() } else { format!("[{}]", listed.join(",")) }
    }
}

/// At most [`LINE`] characters of a line, with what begins at `begin` in them.
fn around(line: &str, begin: u64) -> String {
    let begin = usize::try_from(begin).unwrap_or(0);
    if begin < LINE / 2 {
        return shortened(line, LINE).into_owned();
    }
    let rest: String = line.chars().skip(begin - 20).collect();
    format!("…{}", shortened(&rest, LINE - 1))
}

/// What to type behind the instance's address to see a record that shows no
/// sys_id; empty where nothing names it.
fn list_query(table: &str, key: &str) -> String {
    let (_, key) = split_set(key);
    let first = key.split(" → ").next().unwrap_or(key);
    let holders = view_ends(table).map(|[(_, holders), _]| holders);
    let (table, value) = holders.map_or((table, key), |holders| (holders, first));
    let column = match natural_key(table) {
        [column] => *column,
        _ => return format!("{table}_list.do"),
    };
    if value.is_empty() || value.contains(['^', '&', '#', '%']) {
        return format!("{table}_list.do");
    }
    format!("{table}_list.do?sysparm_query={column}={value}")
}

#[cfg(test)]
mod tests {
    use super::{around, list_query};

    #[test]
    fn a_record_without_a_sys_id_has_a_list() {
        let check = |table: &str, key: &str, expected: &str| assert_eq!(list_query(table, key), expected);
        check("effective_role", "svc.sap → admin", "sys_user_list.do?sysparm_query=user_name=svc.sap");
        check("sys_properties", "glide.x", "sys_properties_list.do?sysparm_query=name=glide.x");
        check("sys_properties", "a^b", "sys_properties_list.do");
        check("sys_user_has_role", "a → b", "sys_user_has_role_list.do");
    }

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let line = format!("{}<active>true</active>{}", "x".repeat(500), "y".repeat(500));
        let cut = around(&line, 500);
        assert!(cut.contains("<active>true</active>") && cut.chars().count() <= 180, "{cut}");
        assert_eq!(around("short", 3), "short");
    }
}
