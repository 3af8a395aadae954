//! The 32-hex-digit identifier of a record.

use std::fmt;

/// A `sys_id` of the usual form, 32 hexadecimal digits, kept as 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SysId([u8; 16]);

impl SysId {
    /// Reads 32 hexadecimal digits of either case; `None` for any other text.
    /// (Some base records have readable ids such as `global`; they stay text.)
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 32 {
            return None;
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for SysId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SysId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::SysId;

    #[test]
    fn reads_hexadecimal_of_either_case_and_prints_lower() {
        let id = SysId::parse("6816F79CC0A8016401C5A33BE04BE441").unwrap();
        assert_eq!(id.to_string(), "6816f79cc0a8016401c5a33be04be441");
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "global", "6816f79cc0a8016401c5a33be04be44", "zz16f79cc0a8016401c5a33be04be441"] {
            assert_eq!(SysId::parse(text), None, "{text}");
        }
    }
}
