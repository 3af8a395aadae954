//! Dates of versions, in eight bytes.

use super::interner::{Interner, SharedInterner, TextId};

/// A date as it is written: nearly all are `YYYY-MM-DD hh:mm:ss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64);

/// Marks the number of a text.
const TEXT: u64 = 1 << 63;
/// What stands between the digits.
const FORM: &[u8; 19] = b"0000-00-00 00:00:00";

impl Stamp {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn new(text: &str, texts: &SharedInterner) -> Self {
        match (digits(text), text.is_empty()) {
            (_, true) => Self::NONE,
            // One more, so that none is nothing.
            (Some(number), _) => Self(number + 1),
            (None, _) => Self(TEXT | u64::from(texts.intern(text).0)),
        }
    }

    /// The date as it was written; `None` for none.
    pub(super) fn text(self, texts: &Interner) -> Option<String> {
        if self == Self::NONE {
            return None;
        }
        if self.0 & TEXT != 0 {
            let id = TextId(u32::try_from(self.0 & !TEXT).unwrap_or(0));
            return Some(texts.text(id).to_owned()).filter(|text| !text.is_empty());
        }
        let mut rest = self.0 - 1;
        let mut written = FORM.map(char::from);
        for slot in written.iter_mut().rev().filter(|slot| **slot == '0') {
            *slot = char::from_digit(u32::try_from(rest % 10).unwrap_or(0), 10).unwrap_or('0');
            rest /= 10;
        }
        Some(written.iter().collect())
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

#[cfg(test)]
mod tests {
    use super::{SharedInterner, Stamp};

    #[test]
    fn dates_come_back_as_they_were_written() {
        let texts = SharedInterner::default();
        let written =
            ["", "2026-03-01 10:00:00", "0000-00-00 00:00:00", "2026-03-01", "9999-99-99 99:99:99", "x"];
        let stamps = written.map(|text| Stamp::new(text, &texts));
        let texts = texts.into_interner();
        for (text, stamp) in written.into_iter().zip(stamps) {
            assert_eq!(stamp.text(&texts).unwrap_or_default(), text);
        }
    }
}
