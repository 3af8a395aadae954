//! Excel workbooks: which sheets they have, and a sheet as text.
//!
//! A workbook is an archive, but what it holds is of use only together: texts of
//! cells stand in one member, the cells in another. So a sheet is given as text
//! that is made of it, a line a row and a tab between cells, whose lines are the
//! sheet's rows. Only here is calamine named.
//!
//! A cell of which not all is known begins with [`UNKNOWN`]: a formula whose value was
//! never stored, one that failed, a text that Excel cut.

use super::archive::{self, Listing};
use super::bytes::{Stored, View};
use super::problem::{Problem, ProblemKind, in_words};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use std::fmt::Write as _;
use std::io::{self, BufReader};

/// The most bytes that a workbook may expand to, and that a sheet may have as
/// text: both are held in memory. The platform stops at 500,000 cells.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How the text of a cell begins of which not all is known. No other one does: a
/// backslash is written as two.
pub(crate) const UNKNOWN: &str = "\\?";

/// How many UTF-16 units a cell holds at most. A longer text is cut there.
const CELL: usize = 32_767;

/// The members that make an archive a workbook.
const MARKS: [&str; 2] = ["[Content_Types].xml", "xl/workbook.xml"];

/// Whether an archive is a workbook.
pub(super) fn is_workbook(listing: &Listing) -> bool {
    MARKS.iter().all(|mark| listing.members.iter().any(|(name, _)| name == mark))
}

/// The names of the sheets, in their order.
pub(super) fn sheets(stored: &Stored, listing: &Listing) -> Result<Vec<String>, Problem> {
    if let Some((_, problem)) = listing.problems.first() {
        return Err(problem.clone());
    }
    let expanded = listing.members.iter().map(|(_, member)| member.expanded_size);
    let expanded = expanded.fold(0, u64::saturating_add);
    if expanded > LARGEST {
        let message = format!("a workbook of more than {LARGEST} bytes: not read");
        return Err(Problem::new(ProblemKind::LimitReached, message));
    }
    // The directory may lie, and whoever reads the workbook believes it.
    for (_, member) in &listing.members {
        let mut data = archive::open(stored, member)?;
        io::copy(&mut data, &mut io::sink()).map_err(Problem::from_io)?;
    }
    Ok(open(stored)?.sheet_names())
}

fn open(stored: &Stored) -> Result<Xlsx<BufReader<View>>, Problem> {
    let view = stored.view().map_err(Problem::from_io)?;
    Xlsx::new(BufReader::new(view)).map_err(explain)
}

/// A sheet as text. Every row has as many cells as the first that is not empty,
/// or more.
pub(super) fn text(stored: &Stored, sheet: &str) -> Result<String, Problem> {
    let mut workbook = open(stored)?;
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(explain)?;
    let mut made = Made::default();
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(explain)? {
        if cell.value != DataRef::Empty || cell.formula.is_some() {
            made.put(cell.pos, &cell.value)?;
        }
    }
    made.end_row()?;
    Ok(made.text)
}

/// The text of a sheet, while it is made.
#[derive(Default)]
struct Made {
    text: String,
    /// Of the row that is open.
    row: u32,
    column: u32,
    /// Whether a cell of it was put in.
    is_filled: bool,
    /// How many cells the first row has.
    width: u32,
}

impl Made {
    fn put(&mut self, (row, column): (u32, u32), value: &DataRef<'_>) -> Result<(), Problem> {
        if row < self.row || row == self.row && self.is_filled && column <= self.column {
            return Err(Problem::new(
                ProblemKind::Broken,
                "the cells of the sheet are in no order: not read",
            ));
        }
        while self.row < row {
            self.end_row()?;
        }
        self.go_to(column)?;
        self.is_filled = true;
        write(&mut self.text, value);
        self.check()
    }

    /// Goes to a column of the row.
    fn go_to(&mut self, column: u32) -> Result<(), Problem> {
        while self.column < column {
            self.text.push('\t');
            self.column += 1;
            self.check()?;
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Problem> {
        if self.is_filled {
            self.width = if self.width == 0 { self.column + 1 } else { self.width };
            self.go_to(self.width - 1)?;
        }
        self.text.push('\n');
        self.row += 1;
        (self.column, self.is_filled) = (0, false);
        self.check()
    }

    fn check(&self) -> Result<(), Problem> {
        if u64::try_from(self.text.len()).unwrap_or(u64::MAX) <= LARGEST {
            return Ok(());
        }
        let message = format!("a sheet of more than {LARGEST} bytes: not read");
        Err(Problem::new(ProblemKind::LimitReached, message))
    }
}

/// Writes a value as the platform stores it. What would end the cell or the line
/// is written as an escape.
fn write(text: &mut String, value: &DataRef<'_>) {
    if is_unknown(value) {
        text.push_str(UNKNOWN);
    }
    // Writing to a `String` cannot fail.
    let _ = match value {
        DataRef::Int(number) => write!(text, "{number}"),
        DataRef::Float(number) => write!(text, "{number}"),
        DataRef::Bool(value) => write!(text, "{value}"),
        DataRef::Error(error) => write!(text, "{error}"),
        DataRef::DateTime(date) => write_date(text, date),
        DataRef::DateTimeIso(written) => {
            write_text(text, &written.replacen('T', " ", 1));
            Ok(())
        }
        DataRef::String(written) | DataRef::DurationIso(written) => {
            write_text(text, written);
            Ok(())
        }
        DataRef::SharedString(written) => {
            write_text(text, written);
            Ok(())
        }
        DataRef::Empty => Ok(()),
    };
}

/// Whether a cell does not say all of its value. An empty one is that of a formula.
fn is_unknown(value: &DataRef<'_>) -> bool {
    let is_cut = |text: &str| text.len() >= CELL && text.encode_utf16().count() >= CELL;
    match value {
        DataRef::Empty | DataRef::Error(_) => true,
        DataRef::String(text) => is_cut(text),
        DataRef::SharedString(text) => is_cut(text),
        _ => false,
    }
}

fn write_text(text: &mut String, written: &str) {
    for letter in written.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            // Of a line end in two characters the second one is enough.
            '\r' => {}
            other => text.push(other),
        }
    }
}

fn write_date(text: &mut String, date: &ExcelDateTime) -> std::fmt::Result {
    let number = date.as_f64();
    // Beyond the days that there are it is a number that looks like a date.
    if !date.is_datetime() || !(1.0..2_958_466.0).contains(&number) {
        return write!(text, "{number}");
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    write!(text, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

fn explain(error: calamine::XlsxError) -> Problem {
    let message = format!("the workbook cannot be read: {}", in_words(&io::Error::other(error)));
    Problem::new(ProblemKind::Broken, message)
}
