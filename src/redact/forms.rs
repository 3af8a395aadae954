//! What is known by its form: e-mail addresses, IP addresses, hosts of instances.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pseudonym::{Kind, NOWHERE};

/// Letters may stand in both parts, of any script.
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let local = r"[\p{L}\p{N}_](?:[\p{L}\p{N}._%+'-]*[\p{L}\p{N}_])?";
    Regex::new(&format!(r"{local}(?:@|%40|&#64;)[\p{{L}}\p{{N}}-]+(?:\.[\p{{L}}\p{{N}}-]+)+")).ok()
});

static IPV4: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d{1,3}(?:\.\d{1,3}){3}\b").ok());

static IPV6: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}").ok());

static HOST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b[a-z0-9][a-z0-9-]*(?:\.service-now(?:gov)?\.com)\b").ok());

static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{32}\b").ok());

/// What has a form, with its kind.
pub(super) type Match = (Range<usize>, Kind);

/// E-mail addresses in a text.
pub(super) fn mails(text: &str) -> impl Iterator<Item = Match> + '_ {
    let may_hold = text.contains(['@', '%', '#']);
    let found = MAIL.as_ref().filter(|_| may_hold).map(|form| form.find_iter(text));
    let found = found.into_iter().flatten().filter(|found| !found.as_str().ends_with(NOWHERE));
    found.map(|found| (found.range(), Kind::Mail))
}

/// IP addresses in a text. Those that every machine has are no trace of one.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = Match> + '_ {
    let v4 = IPV4.as_ref().map(|form| form.find_iter(text)).into_iter().flatten();
    let v4 = v4.filter(|found| {
        let parsed = found.as_str().parse::<Ipv4Addr>();
        parsed.is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified() && !ip.is_broadcast())
    });
    let v6 = IPV6.as_ref().map(|form| form.find_iter(text)).into_iter().flatten();
    let v6 = v6.filter(|found| {
        let parsed = found.as_str().parse::<Ipv6Addr>();
        parsed.is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified())
    });
    v4.chain(v6).map(|found| (found.range(), Kind::Address))
}

/// Names of instances in a text: what stands before the vendor's domain.
pub(super) fn hosts(text: &str) -> impl Iterator<Item = Match> + '_ {
    let found = HOST.as_ref().map(|form| form.find_iter(text)).into_iter().flatten();
    found.map(|found| {
        let name = found.as_str().find('.').unwrap_or(found.len());
        (found.start()..found.start() + name, Kind::Host)
    })
}

/// What may be a `sys_id` in a text.
pub(super) fn ids(text: &str) -> impl Iterator<Item = Match> + '_ {
    let found = ID.as_ref().map(|form| form.find_iter(text)).into_iter().flatten();
    found.map(|found| (found.range(), Kind::Id))
}

/// Whether all of a text is one e-mail address.
pub(super) fn is_mail(text: &str) -> bool {
    mails(text).next().is_some_and(|(range, _)| range == (0..text.len()))
}

#[cfg(test)]
mod tests {
    use super::{addresses, hosts, is_mail, mails};

    #[test]
    fn forms_are_found() {
        for mail in ["a@b.example", "zoë.o'brien+x@mail.skarholm.example", "a%40b.example", "x_@b.example"] {
            assert!(is_mail(mail), "{mail}");
        }
        for text in ["a@b", "mail-0123456789ab@redacted.invalid", "@b.example", "1 % 2"] {
            assert_eq!(mails(text).count(), 0, "{text}");
        }
        let found = |text: &str| addresses(text).map(|(at, _)| text[at].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("from 192.0.2.168/24, not 127.0.0.1 or 1.2.3"), ["192.0.2.168"]);
        assert_eq!(found("at 10:15:07 by 2001:db8::7"), ["2001:db8::7"]);
        let text = "https://Acme-Dev.service-now.com/x";
        assert_eq!(hosts(text).map(|(at, _)| &text[at]).collect::<Vec<_>>(), ["Acme-Dev"]);
    }
}
