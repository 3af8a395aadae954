//! Dates of versions, in eight bytes, and which of them may be believed.

use jiff::civil::DateTime;
use jiff::{Span, ToSpan as _};

use super::inputs::ReadFile;
use crate::query::Clock;

/// A date `YYYY-MM-DD hh:mm:ss`, as the platform writes it. Whatever is written in
/// another way is none: nobody knows for sure what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u64);

/// What stands between the digits.
const FORM: &[u8; 19] = b"0000-00-00 00:00:00";

impl Stamp {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) fn new(text: &str) -> Self {
        // One more, so that none is nothing.
        digits(text).map_or(Self::NONE, |number| Self(number + 1))
    }

    /// A number that grows with time; `None` for what is no date of the calendar.
    fn moment(self) -> Option<u64> {
        self.date().and(self.0.checked_sub(1))
    }

    /// Whether two dates are less than a day apart.
    pub(crate) fn is_near(self, other: Self) -> bool {
        let (Some(one), Some(other)) = (self.date(), other.date()) else { return false };
        let (first, last) = (one.min(other), one.max(other));
        first.checked_add(1.day()).is_ok_and(|end| last < end)
    }

    fn date(self) -> Option<DateTime> {
        let number = self.0.checked_sub(1)?;
        let part = |from: u64, size: u64| i16::try_from(number / from % size).ok();
        let small = |from: u64| part(from, 100).and_then(|part| i8::try_from(part).ok());
        let (year, month, day) = (part(10_000_000_000, 10_000)?, small(100_000_000)?, small(1_000_000)?);
        let (hour, minute, second) = (small(10_000)?, small(100)?, small(1)?);
        DateTime::new(year, month, day, hour, minute, second, 0).ok()
    }

    fn of(moment: DateTime) -> Self {
        Self::new(&moment.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }
}

/// The digits of a date of the usual form as one number.
fn digits(text: &str) -> Option<u64> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    bytes.iter().zip(FORM).try_fold(0_u64, |number, (byte, form)| match (form, byte) {
        (b'0', b'0'..=b'9') => Some(number * 10 + u64::from(byte - b'0')),
        (b'0', _) => None,
        _ => (byte == form).then_some(number),
    })
}

/// When the files of a scan were written, by their own start tags, and how late a
/// date in each may be: a record is not changed after it was exported.
#[derive(Debug, Default)]
pub(crate) struct FileDates {
    /// By source: when it was written, and the last moment that it may name.
    of_source: Vec<(Option<u64>, u64)>,
    /// The last moment that any file may name.
    latest: u64,
}

impl FileDates {
    /// `today` is the day on which somebody looks, if that is known.
    pub(crate) fn new(files: &[ReadFile], today: Option<Clock>) -> Self {
        // Clocks go wrong, and dates without a time zone are up to a day off.
        let end = today.and_then(|day| day.now()).and_then(|day| later(day, 2.days()));
        let latest = end.unwrap_or(u64::MAX);
        let of_file = |file: &ReadFile| {
            let written = file.report.unload_date.as_deref().and_then(|date| Clock::parse(date).ok()?.now());
            let exported = written.and_then(|date| Stamp::of(date).moment()).filter(|date| *date <= latest);
            let limit = exported.and(written).and_then(|date| later(date, 1.day())).unwrap_or(u64::MAX);
            (exported, limit.min(latest))
        };
        Self { of_source: files.iter().map(of_file).collect(), latest }
    }

    fn of(&self, source: u32) -> (Option<u64>, u64) {
        let known = usize::try_from(source).ok().and_then(|at| self.of_source.get(at));
        known.copied().unwrap_or((None, self.latest))
    }

    /// When a file was written.
    pub(crate) fn exported(&self, source: u32) -> Option<u128> {
        self.of(source).0.map(u128::from)
    }

    /// A date in a file, unless it lies later than anything that the file can know.
    pub(crate) fn believed(&self, source: u32, date: Stamp) -> Option<u128> {
        date.moment().filter(|date| *date <= self.of(source).1).map(u128::from)
    }
}

fn later(moment: DateTime, by: Span) -> Option<u64> {
    Stamp::of(moment.checked_add(by).ok()?).moment()
}

#[cfg(test)]
mod tests {
    use super::{Clock, FileDates, Stamp};
    use crate::export::FileReport;
    use crate::facts::ReadFile;

    #[test]
    fn dates_of_the_calendar_in_the_usual_form_are_dates() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(Stamp::new(text).moment(), expected, "{text}");
        };
        check("2026-03-01 10:00:00", Some(20_260_301_100_000));
        check("9999-12-31 23:59:59", Some(99_991_231_235_959));
        for text in
            ["", "x", "2026-03-01", "2026-03-01T10:00:00", "01.03.2026 10:00:00", "2026-03-01 10:00:0x"]
        {
            check(text, None);
        }
        for text in
            ["0000-00-00 00:00:00", "2026-02-30 10:00:00", "9999-99-99 99:99:99", "2026-03-01 24:00:00"]
        {
            check(text, None);
        }
    }

    #[test]
    fn a_date_behind_the_file_or_the_day_is_not_believed() {
        let check = |unload: Option<&str>, today: Option<&str>, date: &str, expected: bool| {
            let report = FileReport { unload_date: unload.map(str::to_owned), ..FileReport::default() };
            let dates = FileDates::new(
                &[ReadFile { source: 0, report }],
                today.map(|today| Clock::parse(today).unwrap()),
            );
            let believed = dates.believed(0, Stamp::new(date)).is_some();
            assert_eq!(believed, expected, "{unload:?} {today:?} {date}");
        };
        let (unload, today) = (Some("2026-03-01 10:00:00"), Some("2026-03-05"));
        check(None, None, "2999-01-01 00:00:00", true);
        check(unload, None, "2026-03-02 10:00:00", true);
        check(unload, None, "2026-03-02 10:00:01", false);
        check(None, today, "2026-03-07 00:00:00", true);
        check(None, today, "2026-03-07 00:00:01", false);
        check(unload, today, "2026-03-03 00:00:00", false);
        // A start tag in the future says nothing, so the day alone does.
        check(Some("2999-01-01 00:00:00"), today, "2998-01-01 00:00:00", false);
        check(Some("2999-01-01 00:00:00"), today, "2026-03-03 00:00:00", true);
    }

    #[test]
    fn a_start_tag_in_the_future_does_not_say_when_a_file_was_written() {
        let report = |date: &str| FileReport { unload_date: Some(date.to_owned()), ..FileReport::default() };
        let files = ["2026-03-01 10:00:00", "2999-01-01 00:00:00", "soon"]
            .map(|date| ReadFile { source: 0, report: report(date) });
        let dates = FileDates::new(&files, Some(Clock::parse("2026-03-05").unwrap()));
        assert_eq!([0, 1, 2].map(|source| dates.exported(source).is_some()), [true, false, false]);
    }
}
