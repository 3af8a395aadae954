//! Pseudonyms: the same name has the same one in every report that is made with
//! the same key, and nobody without the key can find it by trying names.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How many hexadecimal digits a pseudonym has: enough that among a million names
/// hardly two share one.
const DIGITS: usize = 12;

/// The domain of pseudonyms for addresses, which no mail can reach.
pub(super) const NOWHERE: &str = "@redacted.invalid";

/// What a pseudonym stands for. The same text has another one in another role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An account or a person.
    Person,
    /// An e-mail address.
    Mail,
    /// A phone number.
    Phone,
    /// An IP address.
    Address,
    /// The host of an instance.
    Host,
    /// A `sys_id` of an account.
    Id,
}

impl Kind {
    /// What a pseudonym begins with.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Address => "ip",
            Self::Host => "host",
            Self::Id => "id",
        }
    }

    const ALL: [Self; 6] = [Self::Person, Self::Mail, Self::Phone, Self::Address, Self::Host, Self::Id];
}

/// The key of pseudonyms. It is never shown.
pub struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Of bytes of any length; `None` of none, which would be no secret.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mac = Hmac::new_from_slice(bytes).ok()?;
        (!bytes.is_empty()).then_some(Self(mac))
    }

    /// The pseudonym of a text. Neither case nor the amount of white space counts.
    pub(super) fn pseudonym(&self, kind: Kind, text: &str) -> String {
        let word = kind.word();
        let digits = self.digits(word, &folded(text), DIGITS);
        let domain = if kind == Kind::Mail { NOWHERE } else { "" };
        format!("{word}-{digits}{domain}")
    }

    /// So many hexadecimal digits of the keyed hash of a text.
    pub(super) fn digits(&self, purpose: &str, text: &str, count: usize) -> String {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        let mut digits = String::with_capacity(64);
        for byte in mac.finalize().into_bytes() {
            // Writing to a text does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits.truncate(count);
        digits
    }
}

/// Whether a text is a pseudonym already.
pub(super) fn is_pseudonym(text: &str) -> bool {
    let text = text.strip_suffix(NOWHERE).unwrap_or(text);
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    Kind::ALL.iter().any(|kind| {
        let digits = text.strip_prefix(kind.word()).and_then(|rest| rest.strip_prefix('-'));
        digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(is_digit))
    })
}

fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Key, Kind, is_pseudonym};

    #[test]
    fn a_pseudonym_is_that_of_name_and_key() {
        let key = Key::new(b"one").unwrap();
        let one = key.pseudonym(Kind::Person, "Abel Tuter");
        assert_eq!(one, key.pseudonym(Kind::Person, "abel  TUTER"));
        assert_eq!(one, Key::new(b"one").unwrap().pseudonym(Kind::Person, "Abel Tuter"));
        assert_ne!(one, Key::new(b"two").unwrap().pseudonym(Kind::Person, "Abel Tuter"));
        assert_ne!(one, key.pseudonym(Kind::Person, "Abel.Tuter"));
        assert!(one.starts_with("user-") && is_pseudonym(&one));
        let mail = key.pseudonym(Kind::Mail, "a@b.example");
        assert!(mail.ends_with("@redacted.invalid") && is_pseudonym(&mail));
        assert!(!is_pseudonym("user-abel") && Key::new(b"").is_none());
        assert!(!format!("{key:?}").contains("one"));
    }
}
