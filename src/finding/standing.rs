//! How a finding stands to what was accepted before: a baseline of known
//! findings, and waivers.

use serde::{Deserialize, Serialize};

use std::fmt;
use std::num::NonZeroU16;

use sha2::{Digest, Sha256};

/// Whether a finding was known when the baseline was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineState {
    /// It was not.
    New,
    /// It was, with other values than now: new to whoever accepted those.
    Changed,
    /// It was.
    Unchanged,
}

impl BaselineState {
    /// SARIF's word for it. What has changed is new: gates go by the word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New | Self::Changed => "new",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Which waiver covers a finding: its place in the configuration's list. It takes
/// no room in a finding beside the option that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WaiverIdx(NonZeroU16);

impl WaiverIdx {
    /// How many waivers there may be.
    pub const MOST: usize = 65_535;

    /// Of the waiver at that index of the list; `None` past [`Self::MOST`].
    #[must_use]
    pub fn new(index: usize) -> Option<Self> {
        let number = u16::try_from(index.checked_add(1)?).ok()?;
        NonZeroU16::new(number).map(Self)
    }

    /// The index in the list.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// A short hash of the values that a finding rests on. It changes when they do,
/// and is the same for the same values in any form of export. Secret values have
/// no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ValuesHash([u8; 8]);

impl ValuesHash {
    /// Of values in their order.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut hash = Sha256::new();
        for value in values {
            let value = value.as_ref();
            // Lengths keep ("ab", "c") and ("a", "bc") apart; of one width everywhere.
            hash.update(u64::try_from(value.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(value.as_bytes());
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        Self(first)
    }

    /// From the 16 hexadecimal digits that it is shown as.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let fits = text.len() == 16 && text.bytes().all(is_digit);
        fits.then(|| u64::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))).flatten()
    }
}

impl From<ValuesHash> for String {
    fn from(hash: ValuesHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ValuesHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("expected 16 hexadecimal digits")
    }
}

impl fmt::Display for ValuesHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{ValuesHash, WaiverIdx};

    #[test]
    fn a_hash_reads_back_as_itself() {
        let hash = ValuesHash::of(["false", "svc.sap"]);
        assert_eq!(ValuesHash::parse(&hash.to_string()), Some(hash));
        assert_ne!(hash, ValuesHash::of(["falses", "vc.sap"]));
        for text in ["", "12", "ABCDEF0123456789", "+bcdef0123456789", "0123456789abcdef0"] {
            assert_eq!(ValuesHash::parse(text), None, "{text}");
        }
    }

    #[test]
    fn waivers_are_counted_from_the_first() {
        assert_eq!(WaiverIdx::new(0).unwrap().index(), 0);
        assert_eq!(WaiverIdx::new(WaiverIdx::MOST - 1).unwrap().index(), WaiverIdx::MOST - 1);
        assert_eq!(WaiverIdx::new(WaiverIdx::MOST), None);
    }
}
