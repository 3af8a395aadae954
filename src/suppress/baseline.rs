//! The baseline file: known findings, a line each, sorted, for review and merge.
//!
//! A line holds rule, table, key, field and fingerprint, with a tab between them.
//! Only rule and fingerprint are read again; the others are there for people. As
//! neither line nor path is in it, moving records about changes nothing in it.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::{Finding, Fingerprint};
use crate::rule::RuleError;
use crate::rule::file::Text;

use super::{earlier, is_hidden};

/// The name that a baseline has unless another is given.
pub const FILE_NAME: &str = ".glidelint-baseline.tsv";

/// How the file begins; what follows is its version.
const HEADER: &str = "# glidelint baseline v";
const VERSION: &str = "1";
const COLUMNS: &str = "# rule\ttable\tkey\tfield\tfingerprint";

/// One known finding. The order of the fields is the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Id of the rule.
    pub rule: String,
    /// Table of the subject.
    pub table: String,
    /// Its natural key, on one line and without anything invisible.
    pub key: String,
    /// The field that was reported, or nothing.
    pub field: String,
    /// What it is recognised by.
    pub fingerprint: Fingerprint,
}

/// The findings that were known at some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Sorted.
    entries: BTreeSet<Entry>,
    /// Why it may not hold all findings of its time.
    partial: Option<String>,
}

/// What an update or a pruning changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// Findings that are in it now and were not before.
    pub added: usize,
    /// Findings that are in it no more, as they were not found.
    pub dropped: usize,
    /// Findings that were not found, of rules that could not say anything.
    pub not_judged: usize,
}

impl Entry {
    /// Of a finding of the rule with that id.
    #[must_use]
    pub fn of(finding: &Finding, rule: &str) -> Self {
        Self {
            rule: cell(rule),
            table: cell(&finding.table),
            key: cell(&finding.key),
            field: cell(finding.field.as_deref().unwrap_or_default()),
            fingerprint: finding.fingerprint,
        }
    }
}

impl Baseline {
    /// Of entries, in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().collect(), partial: None }
    }

    /// The same, with the reason why findings may be missing in it.
    #[must_use]
    pub(super) fn with_gap(mut self, partial: Option<String>) -> Self {
        self.partial = partial;
        self
    }

    /// Reads a baseline file, or an earlier SARIF report of ours. `path` is what
    /// errors call it.
    ///
    /// # Errors
    /// If it is neither, with the place.
    pub fn parse(path: &str, text: &str) -> Result<Self, RuleError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('{') {
            return earlier::parse(path, text);
        }
        let (first, _) = text.split_once('\n').unwrap_or((text, ""));
        let Some(version) = first.strip_prefix(HEADER) else {
            return Err(at(path, text, 1, "this is neither a baseline nor a SARIF report")
                .help("`glidelint baseline create` writes a baseline"));
        };
        let version = version.split(':').next().unwrap_or_default().trim();
        if version != VERSION {
            let message = format!("the baseline has version '{version}'; this program knows version 1");
            return Err(at(path, text, 1, message).help("use the program that wrote it, or a newer one"));
        }
        let mut entries = BTreeSet::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            entries.insert(entry(line).ok_or_else(|| {
                if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
                    return at(path, text, number, "a conflict of a merge was left in the baseline")
                        .help("keep the lines of both sides, or run `glidelint baseline update`");
                }
                at(path, text, number, "a line holds rule, table, key, field and fingerprint, with tabs")
            })?);
        }
        Ok(Self { entries, partial: None })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{HEADER}{VERSION}: known findings; `glidelint baseline update` writes it\n{COLUMNS}")?;
        for Entry { rule, table, key, field, fingerprint } in &self.entries {
            writeln!(out, "{rule}\t{table}\t{key}\t{field}\t{fingerprint}")?;
        }
        Ok(())
    }

    /// How many findings are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The known findings, sorted.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Why it may not hold all findings of its time, if so.
    #[must_use]
    pub fn gap(&self) -> Option<&str> {
        self.partial.as_deref()
    }

    /// Drops what was not found again, as far as its rule could judge, and adds
    /// `new`. `found` are all findings of a scan.
    pub fn update(
        &mut self,
        found: &HashSet<Fingerprint>,
        new: impl IntoIterator<Item = Entry>,
        could_judge: impl Fn(&str) -> bool,
    ) -> Changes {
        let mut changes = Changes::default();
        self.entries.retain(|entry| {
            let is_there = found.contains(&entry.fingerprint);
            let is_gone = !is_there && could_judge(&entry.rule);
            changes.dropped += usize::from(is_gone);
            changes.not_judged += usize::from(!is_there && !is_gone);
            !is_gone
        });
        let known: HashSet<_> = self.entries.iter().map(|entry| entry.fingerprint).collect();
        for entry in new.into_iter().filter(|entry| !known.contains(&entry.fingerprint)) {
            changes.added += usize::from(self.entries.insert(entry));
        }
        changes
    }
}

fn entry(line: &str) -> Option<Entry> {
    let mut cells = line.split('\t').map(str::to_owned);
    let mut next = || cells.next();
    let (rule, table, key, field) = (next()?, next()?, next()?, next()?);
    let fingerprint = Fingerprint::parse(&next()?)?;
    (cells.next().is_none() && !rule.is_empty()).then_some(Entry { rule, table, key, field, fingerprint })
}

fn at(path: &str, text: &str, line: u32, message: impl Into<String>) -> RuleError {
    RuleError::at(path, &Text { value: String::new(), line, column: 1 }, message).within(text)
}

/// A text as one cell of the file: what would end it, or is not seen by whoever
/// reviews the file, is written as its number.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            let _ = write!(cell, "{}", letter.escape_unicode());
        } else {
            cell.push(letter);
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Baseline, Changes, Entry, cell};
    use crate::finding::fingerprint;

    fn entry(rule: &str, key: &str) -> Entry {
        Entry {
            rule: rule.to_owned(),
            table: "sys_user".to_owned(),
            key: cell(key),
            field: "active".to_owned(),
            fingerprint: fingerprint([rule, "", "sys_user", key, "active"]),
        }
    }

    fn written(baseline: &Baseline) -> String {
        let mut out = Vec::new();
        baseline.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_file_is_sorted_and_reads_back_as_itself() {
        let hostile = "svc\t\n\u{1b}[31m\u{202e}x";
        let baseline = Baseline::new([
            entry("SNB2", "b"),
            entry("SNA1", hostile),
            entry("SNB2", "a"),
            entry("SNB2", "b"),
        ]);
        let text = written(&baseline);
        let keys: Vec<_> = text.lines().skip(2).filter_map(|line| line.split('\t').nth(2)).collect();
        assert_eq!(keys, [r"svc\u{9}\u{a}\u{1b}[31m\u{202e}x", "a", "b"]);
        assert_eq!(Baseline::parse("b.tsv", &text).unwrap(), baseline);
        // As it comes back from a merge, or from a checkout with other line ends.
        let mut lines: Vec<_> = text.lines().collect();
        lines[2..].reverse();
        lines.push(lines[3]);
        assert_eq!(Baseline::parse("b.tsv", &lines.join("\r\n")).unwrap(), baseline);
    }

    #[test]
    fn mistakes_are_shown_at_their_line() {
        let good = written(&Baseline::new([entry("SNA1", "a")]));
        let check = |text: &str, line: u32, part: &str| {
            let error = Baseline::parse("b.tsv", text).unwrap_err();
            assert_eq!((error.path.as_str(), error.line), ("b.tsv", line), "{error}");
            assert!(error.message.contains(part), "{error}");
        };
        check("", 1, "neither");
        check("<unload/>", 1, "neither");
        check("# glidelint baseline v2: x\n", 1, "version '2");
        check(&format!("{good}SNA1\tsys_user\ta\n"), 4, "with tabs");
        check(&format!("{good}SNA1\tsys_user\ta\tb\tzz\n"), 4, "with tabs");
        check(&format!("{good}<<<<<<< ours\n"), 4, "merge");
    }

    #[test]
    fn an_update_adds_and_drops_and_pruning_only_drops() {
        let (stays, gone, silent, fresh) =
            (entry("SNA1", "a"), entry("SNA1", "b"), entry("SNB2", "c"), entry("SNA1", "d"));
        let old = Baseline::new([stays.clone(), gone, silent.clone()]);
        let found = HashSet::from([stays.fingerprint, fresh.fingerprint]);
        let could_judge = |rule: &str| rule == "SNA1";

        let mut updated = old.clone();
        let changes = updated.update(&found, [stays.clone(), fresh.clone()], could_judge);
        assert_eq!(changes, Changes { added: 1, dropped: 1, not_judged: 1 });
        assert_eq!(updated, Baseline::new([stays.clone(), silent.clone(), fresh]));

        let mut pruned = old;
        let changes = pruned.update(&found, [], could_judge);
        assert_eq!(changes, Changes { added: 0, dropped: 1, not_judged: 1 });
        assert_eq!(pruned, Baseline::new([stays, silent]));
    }
}
