//! Files whose names number them as parts of one export.

/// A path as far as it numbers a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbered<'p> {
    /// What comes before the number, with the folder.
    pub(super) stem: &'p str,
    /// The number; 0 where there is none. `None` for a date, a version, a time: what is
    /// longer than three digits counts rows, in hundreds.
    pub(super) number: Option<u32>,
}

/// Words that a part's number stands behind.
const PART_WORDS: [&str; 4] = ["part", "Part", "page", "Page"];

/// How many digits a number of a part has at most; a date has more.
const DIGITS: usize = 6;

impl<'p> Numbered<'p> {
    /// Of `sys_user (2).xml`, `sys_user_part2.json.gz`.
    pub(super) fn of(path: &'p str) -> Self {
        let folder = path.rfind('/').map_or(0, |at| at + 1);
        let name = path.get(folder..).unwrap_or_default();
        let end = name.find('.').map_or(path.len(), |at| folder + at);
        let stem = path.get(..end).unwrap_or(path);
        let inner = stem.strip_suffix(')').unwrap_or(stem);
        let head = inner.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = inner.get(head.len()..).unwrap_or_default();
        let bare = head.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        // `2026-01-31`: a day, no part.
        let is_date = digits.len() > DIGITS || bare.ends_with(|letter: char| letter.is_ascii_digit());
        // `users2026`, `sys_user_v2`, `export_eu1`: the number belongs to a word.
        let is_of_word = head.len() == bare.len() && !PART_WORDS.iter().any(|word| bare.ends_with(word));
        match digits.parse() {
            _ if digits.is_empty() => Self { stem, number: Some(0) },
            Ok(number) if !is_date && !is_of_word && (digits.len() < 4 || number % 100 == 0) => {
                Self { stem: bare, number: Some(number) }
            }
            _ => Self { stem, number: None },
        }
    }
}

/// The two numbers between which one is missing first. Parts may be numbered one
/// by one, or by the rows before them, such as 0, 1000 and 2000.
pub(super) fn gap(numbers: &[u32]) -> Option<(u32, u32)> {
    let common = numbers.iter().copied().fold(0, divisor);
    let step = if common >= 10 { common } else { 1 };
    let pair = numbers.windows(2).find(|pair| matches!(pair, [one, next] if next - one > step))?;
    Some((*pair.first()?, *pair.last()?))
}

/// The largest number that divides both.
fn divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::{Numbered, gap};

    #[test]
    fn names_may_number_parts() {
        let check = |path: &str, stem: &str, number: Option<u32>| {
            assert_eq!(Numbered::of(path), Numbered { stem, number }, "{path}");
        };
        check("a/sys_user (12).xml", "a/sys_user", Some(12));
        check("sys_user_part2.json.gz", "sys_user_part", Some(2));
        check("sys_user-3.csv", "sys_user", Some(3));
        check("x.zip!/sys_user.xml", "x.zip!/sys_user", Some(0));
        check("sys_user_5000.csv", "sys_user", Some(5000));
        for other in ["users2026", "sys_user_v3", "export_eu1", "sys_user 1430", "g9"] {
            check(&format!("{other}.xml"), other, None);
        }
        check("sys_user_2026-01-31.xml", "sys_user_2026-01-31", None);
        check("sys_user_20260131.xml", "sys_user_20260131", None);
    }

    #[test]
    fn a_number_may_be_missing() {
        let check = |numbers: &[u32], expected| assert_eq!(gap(numbers), expected, "{numbers:?}");
        check(&[1, 3], Some((1, 3)));
        check(&[0, 1, 2, 4, 9], Some((2, 4)));
        check(&[0, 1, 2], None);
        check(&[7], None);
        check(&[0, 1000, 2000], None);
        check(&[0, 1000, 3000], Some((1000, 3000)));
    }
}
