//! The baseline file: known findings, a line each, sorted, for review and merge.
//!
//! A line holds rule, table, key, field, `sys_id`, fingerprint, values and value, with
//! a tab between them. Table, key and field are there for people. As neither line nor
//! path is in it, moving records about changes nothing in it.
//!
//! Version 1 has no `sys_id` and no values: what it knows is known whatever its values
//! are. A line of it that an update could not bring up to date stays as it is, with
//! these cells empty.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::finding::{BaselineState, Finding};
use crate::rule::RuleError;
use crate::rule::file::PlacedText;

use super::earlier;
use super::entry::{self, BaselineEntry};
use super::recognise::{Recognised, SeenFinding};

/// The name that a baseline has unless another is given.
pub const FILE_NAME: &str = ".glidelint-baseline.tsv";

/// How the file begins; what follows is its version.
const HEADER: &str = "# glidelint baseline v";
const VERSION: &str = "2";
const COLUMNS: &str = "# rule\ttable\tkey\tfield\tsys_id\tfingerprint\tvalues\tvalue";

/// The findings that were known at some time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baseline {
    /// Sorted as they are written, each once.
    entries: Vec<BaselineEntry>,
    /// Why it may not hold all findings of its time.
    partial: Option<String>,
}

/// What an update or a pruning changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changes {
    /// Findings that are in it now and were not before.
    pub added: usize,
    /// Findings that were in it with other values.
    pub changed: usize,
    /// Findings that are in it no more, as they were not found.
    pub dropped: usize,
    /// Findings that were not found, of rules that could not say anything.
    pub not_judged: usize,
}

impl Baseline {
    /// From entries in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = BaselineEntry>) -> Self {
        let mut lines: Vec<_> = entries.into_iter().map(|entry| (entry.line(), entry)).collect();
        lines.sort_by(|(left, _), (right, _)| left.cmp(right));
        lines.dedup_by(|(left, _), (right, _)| left == right);
        Self { entries: lines.into_iter().map(|(_, entry)| entry).collect(), partial: None }
    }

    /// Reads a baseline file, or an earlier SARIF report of ours. `path` is what
    /// errors call it.
    ///
    /// # Errors
    /// If it is neither, with the place.
    pub fn parse(path: &str, text: &str) -> Result<Self, RuleError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('{') {
            let earlier = earlier::parse(path, text)?;
            return Ok(Self { partial: earlier.gap, ..Self::new(earlier.entries) });
        }
        let (first, _) = text.split_once('\n').unwrap_or((text, ""));
        let Some(version) = first.strip_prefix(HEADER) else {
            return Err(at(path, text, 1, "this is neither a baseline nor a SARIF report")
                .help("`glidelint baseline create` writes a baseline"));
        };
        let (read, cells): (fn(&str) -> Option<BaselineEntry>, _) =
            match version.split(':').next().unwrap_or_default().trim() {
                "1" => (entry::earlier_entry, "rule, table, key, field and fingerprint"),
                VERSION => (entry::entry, "rule, table, key, field, sys_id, fingerprint, values and value"),
                version => {
                    let message =
                        format!("the baseline has version '{version}'; this program knows versions 1 and 2");
                    return Err(
                        at(path, text, 1, message).help("use the program that wrote it, or a newer one")
                    );
                }
            };
        let mut entries = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            entries.push(read(line).ok_or_else(|| {
                if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
                    return at(path, text, number, "a conflict of a merge was left in the baseline")
                        .help("keep the lines of both sides, or run `glidelint baseline update`");
                }
                at(path, text, number, format!("a line holds {cells}, with tabs"))
            })?);
        }
        Ok(Self::new(entries))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{HEADER}{VERSION}: known findings; `glidelint baseline update` writes it\n{COLUMNS}")?;
        self.entries.iter().try_for_each(|entry| writeln!(out, "{}", entry.line()))
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
    pub fn entries(&self) -> impl Iterator<Item = &BaselineEntry> {
        self.entries.iter()
    }

    /// Why it may not hold all findings of its time, if so.
    #[must_use]
    pub fn gap(&self) -> Option<&str> {
        self.partial.as_deref()
    }

    /// Which findings are known, and which of its entries are still found.
    #[must_use]
    pub fn recognise(&self, findings: &[Finding]) -> Recognised {
        let seen: Vec<_> = findings.iter().map(SeenFinding::of).collect();
        Recognised::of(&self.entries.iter().collect::<Vec<_>>(), &seen)
    }

    /// Drops what was not found again, as far as its rule could judge, and adds the
    /// findings of which `entry_of` makes entries. `findings` are all of a scan.
    pub fn update(
        &mut self,
        findings: &[Finding],
        entry_of: impl Fn(&Finding) -> Option<BaselineEntry>,
        could_judge: impl Fn(&str) -> bool,
    ) -> Changes {
        let recognised = self.recognise(findings);
        let mut changes = Changes::default();
        let (mut written, mut prints) = (Vec::new(), HashSet::new());
        for (finding, state) in findings.iter().zip(&recognised.states) {
            let Some(entry) = entry_of(finding) else { continue };
            changes.added += usize::from(*state == BaselineState::New);
            changes.changed += usize::from(*state == BaselineState::Changed);
            prints.extend([finding.key_fingerprint(), finding.earlier_fingerprint()]);
            written.push(entry);
        }
        for (entry, is_found) in std::mem::take(&mut self.entries).into_iter().zip(recognised.is_found) {
            let is_gone = !is_found && could_judge(&entry.rule);
            changes.dropped += usize::from(is_gone);
            changes.not_judged += usize::from(!is_found && !is_gone);
            // An entry that continues as a new finding is not written twice.
            let goes_on = is_found && prints.contains(&entry.fingerprint);
            if !is_gone && !goes_on {
                written.push(entry);
            }
        }
        self.entries = Self::new(written).entries;
        changes
    }
}

fn at(path: &str, text: &str, line: u32, message: impl Into<String>) -> RuleError {
    RuleError::at(path, &PlacedText { value: String::new(), line, column: 1 }, message).within(text)
}

#[cfg(test)]
mod tests;
