//! The stable identity of a finding.

use serde::{Deserialize, Serialize};

use std::fmt;

use sha2::{Digest, Sha256};

/// A stable identity. It is shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Fingerprint([u8; 16]);

impl From<Fingerprint> for String {
    fn from(hash: Fingerprint) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("expected 32 hexadecimal digits")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Fingerprint {
    /// From the 32 hexadecimal digits that it is shown as.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let fits = text.len() == 32 && text.bytes().all(is_digit);
        fits.then(|| u128::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))).flatten()
    }

    /// Its first half in the form that GitHub gives to hashes of lines: up to 16
    /// hexadecimal digits, a colon, and how often the hash came before, which ours
    /// did not.
    #[must_use]
    pub fn in_form_of_line_hash(self) -> String {
        let half = u128::from_be_bytes(self.0) >> 64;
        format!("{half:016x}:1")
    }
}

/// `glidelint/v1`: a hash of what a finding is about. It holds neither path nor
/// line, so it survives moved lines, another file name, another form of export.
///
/// `parts` are the rule's id, the instance (empty if none is configured), the
/// table, the natural key (or sys_id where that is empty or not unique) and the
/// field.
#[must_use]
pub fn fingerprint(parts: [&str; 5]) -> Fingerprint {
    let mut hash = Sha256::new();
    for part in parts {
        let part = part.to_lowercase();
        // Lengths keep ("ab", "c") and ("a", "bc") apart; of one width everywhere.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    Fingerprint(first)
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, fingerprint};

    #[test]
    fn parts_do_not_run_together_and_case_does_not_count() {
        let one = fingerprint(["SNA1001", "", "sys_user", "svc.sap", "active"]);
        assert_eq!(one.to_string().len(), 32);
        assert_eq!(Fingerprint::parse(&one.to_string()), Some(one));
        assert_eq!(Fingerprint::parse(&one.to_string().to_uppercase()), None);
        assert_eq!(one.in_form_of_line_hash(), format!("{}:1", &one.to_string()[..16]));
        assert_eq!(one, fingerprint(["SNA1001", "", "sys_user", "SVC.SAP", "active"]));
        assert_ne!(one, fingerprint(["SNA1001", "", "sys_user", "svc.sapa", "ctive"]));
    }
}
