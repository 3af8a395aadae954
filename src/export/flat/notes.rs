//! What is odd about the rows of a file, counted while they are read and said once.

use super::super::{FileKind, FileReport, problem};
use super::answer::ApiAnswer;
use crate::source::ProblemKind;
use crate::span::ByteSpan;

/// What may be odd about rows, in the order in which it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RowOddity {
    /// It is written wrongly, and was read all the same.
    Flaw(&'static str),
    /// It cannot be read.
    Unread,
    /// It is the header once more.
    Header,
    /// It does not say of which table it is.
    Untold,
}

/// What was noted of the rows of a file.
pub(super) struct RowNotes {
    /// What stands around the rows.
    pub(super) answer: ApiAnswer,
    /// How many rows were read.
    pub(super) count: u64,
    /// How often each was met, and where first.
    oddities: Vec<(RowOddity, u64, ByteSpan)>,
}

impl RowNotes {
    /// Of rows behind what `answer` says.
    pub(super) fn new(answer: ApiAnswer) -> Self {
        Self { answer, count: 0, oddities: Vec::new() }
    }

    /// Notes something odd at a place.
    pub(super) fn meet(&mut self, oddity: RowOddity, at: ByteSpan) {
        match self.oddities.iter_mut().find(|(known, ..)| *known == oddity) {
            Some((_, count, _)) => *count += 1,
            None => self.oddities.push((oddity, 1, at)),
        }
    }

    /// Notes something that is written wrongly and was read all the same.
    pub(super) fn flaw(&mut self, what: &'static str, offset: u64) {
        self.meet(RowOddity::Flaw(what), ByteSpan::at(offset));
    }

    /// Says all of it in the report on a file of that kind.
    pub(super) fn say(mut self, kind: FileKind, report: &mut FileReport) {
        if report.whole {
            // Of rows that were lost it is said already.
            report.problems.extend(self.answer.problems(self.count));
        }
        let rank = |oddity| if let RowOddity::Flaw(_) = oddity { RowOddity::Flaw("") } else { oddity };
        self.oddities.sort_by_key(|(oddity, ..)| rank(*oddity));
        report.problems.extend(self.oddities.into_iter().map(|(oddity, count, at)| {
            let times = if count == 1 { String::new() } else { format!(", {count} times") };
            let (sort, message) = match oddity {
                RowOddity::Flaw(what) => (ProblemKind::Broken, format!("{what}{times}")),
                RowOddity::Unread if matches!(kind, FileKind::CsvExport | FileKind::ExcelExport) => (
                    ProblemKind::Broken,
                    format!(
                        "{count} rows have more or fewer values than the header has columns, so that nothing \
                         tells which is which: not read"
                    ),
                ),
                RowOddity::Unread => {
                    (ProblemKind::Broken, format!("{count} elements of the array are no records"))
                }
                RowOddity::Header => (
                    ProblemKind::Repaired,
                    format!("the header stands once more between the rows{times}; rows behind it are read"),
                ),
                RowOddity::Untold => (
                    ProblemKind::Skipped,
                    format!(
                        "{count} records do not say of which table they are: name the file after the table, \
                         as in sys_user.json"
                    ),
                ),
            };
            problem(sort, message, at)
        }));
    }
}
