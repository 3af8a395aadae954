//! Files whose names number them as parts of one export: `sys_user (2).xml`,
//! `sys_user_part2.json.gz`, `users.003.csv`, `sys_user-1-of-3.xml`, also where it is
//! the archive around a file that is numbered.
//!
//! Be advised: most numbers in names count something else, such as days, versions and
//! downloads. Whatever may be one of these is no part.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// Words that may precede the number of a part, with or without a separator.
const PART_WORDS: [&str; 6] = ["part", "page", "chunk", "batch", "split", "piece"];

/// After these words a number counts something other than parts.
const OTHER_WORDS: [&str; 16] = [
    "v", "ver", "version", "rev", "revision", "release", "copy", "day", "week", "kw", "cw", "month",
    "quarter", "q", "fy", "year",
];

/// File extensions that name a format or a compression.
const EXTENSIONS: [&str; 12] =
    ["xml", "json", "csv", "tsv", "txt", "ndjson", "xlsx", "xls", "gz", "zip", "tar", "tgz"];

/// How many digits the number of a part has at most; a date has more.
const DIGITS: usize = 6;

/// How many digits it has that does not count rows. Rows are counted in hundreds.
const FEW_DIGITS: usize = 3;

/// From which number on the first file of several may be numbered without one before
/// it that is missing: 23 and 24 are rather years or weeks.
const HIGH: u32 = 10;

/// What files have in common that are parts of one export: the path before the number
/// and behind it, and of how many parts the names say that they are.
type Stem<'p> = (&'p str, &'p str, Option<u32>);

/// A path as far as it numbers a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbered<'p> {
    stem: Stem<'p>,
    number: PartNumber,
}

/// The number of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PartNumber {
    value: u32,
    style: NumberStyle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum NumberStyle {
    /// The plain name, which may be the first part. Its value is 0.
    Plain,
    Number,
    /// As browsers number what is there already: ` (1)`.
    Bracketed,
}

impl PartNumber {
    const PLAIN: Self = Self { value: 0, style: NumberStyle::Plain };

    fn is_plain(self) -> bool {
        self == Self::PLAIN
    }
}

impl<'p> Numbered<'p> {
    /// `None` for a name that numbers something else: a date, a version, a time.
    fn of(path: &'p str) -> Option<Self> {
        let (own, end) = Self::of_name(path)?;
        let mut found = (own, end);
        // Else the archive that holds the file may be numbered.
        let mut inner = path;
        while found.0.number.is_plain()
            && let Some(at) = inner.rfind("!/")
        {
            inner = inner.get(..at)?;
            found = Self::of_name(inner).filter(|(outer, _)| !outer.number.is_plain()).unwrap_or(found);
        }
        let (numbered, end) = found;
        // The format of a part says nothing; its name within an archive does.
        let behind = path.get(end..).filter(|rest| rest.contains("!/")).unwrap_or_default();
        let (before, _, of) = numbered.stem;
        Some(Self { stem: (before, behind, of), ..numbered })
    }

    /// By the last name of a path alone, and where its extensions begin.
    fn of_name(path: &'p str) -> Option<(Self, usize)> {
        let folder = path.rfind('/').map_or(0, |at| at + 1);
        let mut end = path.len();
        while let Some((name, extension)) = path.get(folder..end)?.rsplit_once('.')
            && EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
        {
            end = folder + name.len();
        }
        let name = path.get(..end)?;
        let inner = name.strip_suffix(')').unwrap_or(name);
        let (head, last) = number_at_end(inner);
        let Some(last) = last else {
            return Some((Self { stem: (name, "", None), number: PartNumber::PLAIN }, end));
        };
        let value: u32 = last.parse().ok()?;
        let style = if inner.len() < name.len() { NumberStyle::Bracketed } else { NumberStyle::Number };
        if let Some((stem, number)) = before_of(head, folder) {
            let is_part = last.len() <= FEW_DIGITS && number <= value && value > 1;
            let number = PartNumber { value: number, style: NumberStyle::Number };
            return is_part.then_some((Self { stem: (stem, "", Some(value)), number }, end));
        }
        let stem = without_separators(head);
        let word = stem.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
        let is_part_word = PART_WORDS.iter().any(|known| ends_with(word, known));
        // `2026-01-31`: a day, no part.
        let is_date = last.len() > DIGITS || stem.ends_with(|letter: char| letter.is_ascii_digit());
        // `users2026`, `sys_user_v2`, `export_eu1`: the number belongs to a word.
        let is_of_word = head.len() == stem.len() && !is_part_word;
        let is_other = OTHER_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
        let may_count = last.len() <= FEW_DIGITS || value.is_multiple_of(100);
        let is_part = !is_date && !is_of_word && !is_other && may_count && stem.len() > folder;
        is_part.then_some((Self { stem: (stem, "", None), number: PartNumber { value, style } }, end))
    }
}

/// Whether a text ends with a word, in any case.
fn ends_with(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// The digits at the end of a text, and what stands before them.
fn number_at_end(text: &str) -> (&str, Option<&str>) {
    let head = text.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = text.get(head.len()..).filter(|digits| !digits.is_empty());
    (head, digits)
}

fn without_separators(text: &str) -> &str {
    text.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '/')
}

/// The stem and the number before ` of `, as in `sys_user-1-of-`.
fn before_of(head: &str, folder: usize) -> Option<(&str, u32)> {
    let words = without_separators(head);
    let before = words.get(..words.len().checked_sub(2)?).filter(|_| ends_with(words, "of"))?;
    let (head, number) = number_at_end(without_separators(before));
    let number = number.filter(|digits| digits.len() <= FEW_DIGITS)?.parse().ok()?;
    let stem = without_separators(head);
    (stem.len() >= folder).then_some((stem, number))
}

/// The files of a scan that are numbered, by what they have in common.
#[derive(Debug, Default)]
pub struct NumberedFiles<'p>(BTreeMap<Stem<'p>, BTreeMap<PartNumber, Vec<u32>>>);

/// A part that is missing, by the numbers of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPart {
    /// The files that show it: those before and behind, in the order of their numbers.
    /// Of each number there may be several.
    pub beside: Vec<Vec<u32>>,
    /// What is missing.
    pub what: MissingPartKind,
}

impl MissingPart {
    /// The files that show that a part of some table is missing: the one before, and the
    /// one at which it is told. `is_holder` says which files hold rows of the table, and
    /// `are_parts` whether two of them hold different ones.
    pub fn shown_by(
        &self,
        is_holder: impl Fn(u32) -> bool,
        are_parts: impl Fn(u32, u32) -> bool,
    ) -> Option<(u32, u32)> {
        let holder = |sources: &Vec<u32>| sources.iter().copied().find(|source| is_holder(*source));
        let mut holders = self.beside.iter().map(holder);
        if matches!(self.what, MissingPartKind::Of { .. }) {
            return holders.flatten().last().map(|source| (source, source));
        }
        let (before, behind) = (holders.next()??, holders.next()??);
        are_parts(before, behind).then_some((before, behind))
    }
}

/// What the numbers say is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingPartKind {
    /// A part between two files.
    Between,
    /// The first part: the files are numbered from here on.
    First {
        /// The lowest number that is there.
        number: u32,
    },
    /// The names say of how many parts they are, and one is not there.
    Of {
        /// The part that is missing.
        number: u32,
        /// How many parts there are.
        of: u32,
    },
}

impl MissingPartKind {
    /// What is missing beside a file, in words. `before` is the path of the file before
    /// it, if there is one.
    #[must_use]
    pub fn sentence(self, before: &str) -> String {
        match self {
            Self::Between => {
                format!("no file stands between {before} and this one, by their numbers")
            }
            Self::First { number } => {
                format!("the files are numbered from {number} on, and the first part is not there")
            }
            Self::Of { number, of } => {
                format!("by its name the file is one of {of} parts, and part {number} is not there")
            }
        }
    }
}

impl<'p> NumberedFiles<'p> {
    /// Of the paths of all sources, in scan order.
    pub fn of(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut files = Self::default();
        for (source, path) in (0..).zip(paths) {
            if let Some(Numbered { stem, number }) = Numbered::of(path) {
                files.0.entry(stem).or_default().entry(number).or_default().push(source);
            }
        }
        files
    }

    /// The parts that are missing.
    #[must_use]
    pub fn missing(&self) -> Vec<MissingPart> {
        let missing = |((.., of), numbers): (&Stem<'_>, &BTreeMap<PartNumber, Vec<u32>>)| match of {
            Some(of) => missing_of(numbers, *of).into_iter().collect(),
            None => gaps(numbers),
        };
        self.0.iter().flat_map(missing).collect()
    }

    /// The files that are the part behind one, by the numbers alone. A copy that a
    /// browser numbers is no part of the plain file.
    #[must_use]
    pub fn behind<'s>(&'s self, path: &'s str) -> &'s [u32] {
        let Some(Numbered { stem, number }) = Numbered::of(path) else { return &[] };
        let next = self.0.get(&stem).and_then(|all| all.range((Excluded(number), Unbounded)).next());
        let is_copy = |next: &PartNumber| number.is_plain() && next.style == NumberStyle::Bracketed;
        next.filter(|(next, _)| !is_copy(next)).map_or(&[], |(_, sources)| sources)
    }
}

/// The first part of a known number of parts that is not there.
fn missing_of(numbers: &BTreeMap<PartNumber, Vec<u32>>, of: u32) -> Option<MissingPart> {
    let is_there = |value: u32| numbers.keys().any(|number| number.value == value);
    // Some count from 0.
    let first = u32::from(!is_there(0));
    let number = (first..first + of).find(|number| !is_there(*number))?;
    Some(MissingPart {
        beside: numbers.values().cloned().collect(),
        what: MissingPartKind::Of { number, of },
    })
}

/// Parts may be numbered one by one, or by the rows before them, such as 0, 1000 and
/// 2000.
fn gaps(numbers: &BTreeMap<PartNumber, Vec<u32>>) -> Vec<MissingPart> {
    let all: Vec<_> = numbers.iter().collect();
    let common = numbers.keys().map(|number| number.value).fold(0, divisor);
    let step = if common >= 10 { common } else { 1 };
    let between = |before: &Vec<u32>, behind: &Vec<u32>| vec![before.clone(), behind.clone()];
    let mut missing = Vec::new();
    if let [(first, before), (_, behind), ..] = all.as_slice() {
        let is_late = !first.is_plain() && first.value > step;
        if is_late && (step >= 100 || step == 1 && first.value < HIGH) {
            let what = MissingPartKind::First { number: first.value };
            missing.push(MissingPart { beside: between(before, behind), what });
        }
    }
    for pair in all.windows(2) {
        let [(before, earlier), (behind, later)] = pair else { continue };
        // Behind the plain file the second part may follow at once.
        let most = if before.is_plain() { step.saturating_mul(2) } else { step };
        if behind.value.saturating_sub(before.value) > most {
            missing.push(MissingPart { beside: between(earlier, later), what: MissingPartKind::Between });
        }
    }
    missing
}

/// The largest number that divides both.
fn divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::{MissingPartKind, NumberStyle, Numbered, NumberedFiles};

    #[test]
    fn names_may_number_parts() {
        let check = |path: &str, stem: &str, behind: &str, number: u32, of: Option<u32>| {
            let numbered = Numbered::of(path).map(|found| (found.stem, found.number.value));
            assert_eq!(numbered, Some(((stem, behind, of), number)), "{path}");
        };
        check("a/sys_user (12).xml", "a/sys_user", "", 12, None);
        check("sys_user_part2.json.gz", "sys_user_part", "", 2, None);
        check("sys_user.PART2.csv", "sys_user.PART", "", 2, None);
        check("sys_user-3.csv", "sys_user", "", 3, None);
        check("users.003.xml", "users", "", 3, None);
        check("users.xml.003", "users.xml", "", 3, None);
        check("sys_user_5000.csv", "sys_user", "", 5000, None);
        check("x.zip!/sys_user.xml", "x.zip!/sys_user", "", 0, None);
        check("x.zip!/sys_user (2).xml", "x.zip!/sys_user", "", 2, None);
        check("b/x_2.tar.gz!/d/sys_user.xml", "b/x", ".tar.gz!/d/sys_user.xml", 2, None);
        check("all.zip!/x_2.zip!/sys_user.xml", "all.zip!/x", ".zip!/sys_user.xml", 2, None);
        check("x_2.zip!/all.zip!/u.xml", "x", ".zip!/all.zip!/u.xml", 2, None);
        check("sys_user-1-of-3.xml", "sys_user", "", 1, Some(3));
        check("sys_user (2 of 3).xml", "sys_user", "", 2, Some(3));
        check("users-2026-03-part2of12.csv", "users-2026-03-part", "", 2, Some(12));
        check("a/1of3.xml", "a/", "", 1, Some(3));
    }

    #[test]
    fn other_numbers_are_of_no_parts() {
        let names = "users2026 users_2026 users-2025-11 sys_user_2026-01-31 sys_user_20260131 sys_user_v3 \
                     sys_user.v3 export_eu1 g9 users_v_3 users-week-7 7 users-2026-01-31_2 users-4-of-3 \
                     users-2-of-20260131";
        for name in names.split(' ').chain(["sys_user 1430", "users copy 2"]) {
            assert_eq!(Numbered::of(&format!("b/{name}.xml")), None, "{name}");
        }
        assert_eq!(Numbered::of("(((!/).xml").map(|found| found.number.style), Some(NumberStyle::Plain));
        for odd in ["", "/", "!/", "1", ").xml", "é1.xml", "of1", "1-of-1.xml"] {
            let _ = Numbered::of(odd);
        }
    }

    #[test]
    fn parts_may_be_missing() {
        let check = |names: &str, expected: &[(&[u32], MissingPartKind)]| {
            let names: Vec<_> = names.split(' ').map(|name| name.replace('~', " ") + ".xml").collect();
            let missing = NumberedFiles::of(names.iter().map(String::as_str)).missing();
            let found: Vec<_> = missing.iter().map(|part| (part.beside.concat(), part.what)).collect();
            let expected: Vec<_> = expected.iter().map(|(beside, what)| (beside.to_vec(), *what)).collect();
            assert_eq!(found, expected, "{names:?}");
        };
        let between = MissingPartKind::Between;
        let first = |number| MissingPartKind::First { number };
        let of = |number, of| MissingPartKind::Of { number, of };
        check("u_1 u_3", &[(&[0, 1], between)]);
        check("u.001 u.003", &[(&[0, 1], between)]);
        check("u_4 u u_2 u_1 u_9", &[(&[2, 0], between), (&[0, 4], between)]);
        check("u_1 u~(2) u_3", &[]);
        check("u u_1 u_2", &[]);
        check("u_0 u_1", &[]);
        check("u_1 u_2", &[]);
        check("u_7", &[]);
        check("u~(7)", &[]);
        check("u u_2 u_3", &[]);
        check("u u_3", &[(&[0, 1], between)]);
        check("u_2 u_3", &[(&[0, 1], first(2))]);
        check("u_3 u_4 u_6", &[(&[0, 1], first(3)), (&[1, 2], between)]);
        check("u_23 u_24", &[]);
        check("u_0 u_1000 u_2000", &[]);
        check("u_0 u_1000 u_3000", &[(&[1, 2], between)]);
        check("u_1000 u_2000", &[]);
        check("u_2000 u_3000", &[(&[0, 1], first(2000))]);
        check("u-1-of-3 u-2-of-3 u-3-of-3", &[]);
        check("u-0-of-2 u-1-of-2", &[]);
        check("u-1-of-3 u-3-of-3", &[(&[0, 1], of(2, 3))]);
        check("u-2-of-3 u-3-of-3", &[(&[0, 1], of(1, 3))]);
        check("u-1-of-3", &[(&[0], of(2, 3))]);
        check("u-2025-11 u-2026-01 v2026 v2028 w_v_2 w_v_4", &[]);
    }
}
