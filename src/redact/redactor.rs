//! Replaces people in texts.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use hashbrown::HashSet;
use regex::{Captures, Regex};

use super::forms;
use super::gather::Gathered;
use super::known::KnownPeople;
use super::people::{Strictness, people};
use super::pseudonym::{Key, Kind, is_pseudonym};
use super::tokens::tokens;
use super::traits::{columns_of_people, columns_to_people};
use crate::finding::{Fingerprint, ValuesHash};

/// What is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Names of accounts and people.
    Names,
    /// E-mail addresses.
    Emails,
    /// Both; phone numbers, `sys_id`s of accounts, IP addresses, hosts of
    /// instances; names in paths.
    All,
}

/// Replaces names and the like by pseudonyms.
#[derive(Debug)]
pub struct Redactor {
    extent: Extent,
    key: Key,
    known: KnownPeople,
    /// Words that rules use, in lower case.
    common: HashSet<Box<str>>,
}

impl Redactor {
    /// Knows what was gathered, which may be nothing. `own` are texts that reports
    /// show of themselves: a single word of them is taken for a name only where
    /// nothing else can stand.
    #[must_use]
    pub fn new<T: AsRef<str>>(
        extent: Extent,
        key: Key,
        gathered: &Gathered,
        own: impl Iterator<Item = T>,
    ) -> Self {
        let mut common = HashSet::new();
        for text in own {
            let text = text.as_ref();
            for word in tokens(text) {
                common.insert(text[word.start..word.end].to_lowercase().into());
            }
        }
        Self { extent, key, known: gathered.known.clone(), common }
    }

    /// What is replaced.
    #[must_use]
    pub fn extent(&self) -> Extent {
        self.extent
    }

    fn hides_names(&self) -> bool {
        self.extent != Extent::Emails
    }

    fn hides_mails(&self) -> bool {
        self.extent != Extent::Names
    }

    /// Learns the name of an account or a person from where nothing else stands.
    pub fn learn_account(&mut self, name: &str) {
        self.known.add_name(name);
    }

    /// Learns the name of a role.
    pub fn learn_role(&mut self, name: &str) {
        self.known.add_role(name);
    }

    /// Learns the `sys_id` of an account.
    pub fn learn_id(&mut self, sys_id: &str) {
        self.known.add_id(sys_id);
    }

    /// A text in which names may stand anywhere.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replaced(text, Strictness::Text)
    }

    /// The path of a file: shown as it is unless everything is hidden.
    #[must_use]
    pub fn path<'t>(&self, path: &'t str) -> Cow<'t, str> {
        match self.extent {
            Extent::All => self.replaced(path, Strictness::Path),
            Extent::Names | Extent::Emails => Cow::Borrowed(path),
        }
    }

    /// A text that is the name of an account or a person, whoever it is. One that
    /// is named like a role stays.
    #[must_use]
    pub fn account<'t>(&self, name: &'t str) -> Cow<'t, str> {
        let trimmed = name.trim();
        if trimmed.is_empty() || is_pseudonym(trimmed) {
            return Cow::Borrowed(name);
        }
        if self.hides_mails() && forms::is_mail(trimmed) {
            return Cow::Owned(self.pseudonym(Kind::Mail, trimmed));
        }
        if self.extent == Extent::All && self.known.is_id(trimmed) {
            return Cow::Owned(self.pseudonym(Kind::Id, trimmed));
        }
        if !self.hides_names() || self.known.is_role(trimmed) {
            return self.text(name);
        }
        Cow::Owned(self.pseudonym(Kind::Person, trimmed))
    }

    /// The `sys_id` of an account.
    #[must_use]
    pub fn account_id<'t>(&self, sys_id: &'t str) -> Cow<'t, str> {
        if self.extent != Extent::All || sys_id.is_empty() || is_pseudonym(sys_id) {
            return Cow::Borrowed(sys_id);
        }
        Cow::Owned(self.pseudonym(Kind::Id, sys_id))
    }

    /// The name of an instance.
    #[must_use]
    pub fn instance<'t>(&self, name: &'t str) -> Cow<'t, str> {
        if self.extent != Extent::All || name.is_empty() || is_pseudonym(name) {
            return Cow::Borrowed(name);
        }
        let host = name.split('.').next().unwrap_or(name);
        Cow::Owned(self.pseudonym(Kind::Host, host))
    }

    /// A piece of XML, which begins or ends within a text where it was cut.
    #[must_use]
    pub fn xml<'t>(&self, xml: &'t str, is_cut: (bool, bool)) -> Cow<'t, str> {
        let whole = without_cut_texts(xml, is_cut);
        let masked = if self.hides_names() { self.masked(&whole) } else { Cow::Borrowed(&*whole) };
        let text = match self.text(&masked) {
            Cow::Owned(text) => text,
            Cow::Borrowed(text) if text.contains("&#") => {
                // A name of which letters are written as numbers.
                let plain = by_letters(text);
                match self.text(&plain) {
                    Cow::Owned(text) => text,
                    Cow::Borrowed(_) => text.to_owned(),
                }
            }
            Cow::Borrowed(text) => text.to_owned(),
        };
        if text == xml { Cow::Borrowed(xml) } else { Cow::Owned(text) }
    }

    /// With the content of columns that name somebody replaced.
    fn masked<'t>(&self, xml: &'t str) -> Cow<'t, str> {
        let replace = |found: &Captures<'_>| {
            let part = |name| found.name(name).map_or("", |part| part.as_str());
            format!("{}{}{}", part("before"), self.account(part("name")), part("after"))
        };
        let mut text = Cow::Borrowed(xml);
        for form in [&CONTENT, &DISPLAY].into_iter().filter_map(|form| form.as_ref()) {
            if let Cow::Owned(masked) = form.replace_all(&text, replace) {
                text = Cow::Owned(masked);
            }
        }
        text
    }

    /// A hash that others could compute from a name they guess: of all that is
    /// hidden only the key's owner can.
    #[must_use]
    pub fn fingerprint(&self, print: Fingerprint) -> Fingerprint {
        let digits = || self.key.digits("fingerprint", &print.to_string(), 32);
        let hidden = (self.extent == Extent::All).then(digits);
        hidden.and_then(|digits| Fingerprint::parse(&digits)).unwrap_or(print)
    }

    /// The same of the values that a finding rests on.
    #[must_use]
    pub fn values(&self, values: ValuesHash) -> ValuesHash {
        let digits = || self.key.digits("values", &values.to_string(), 16);
        let hidden = (self.extent == Extent::All).then(digits);
        hidden.and_then(|digits| ValuesHash::parse(&digits)).unwrap_or(values)
    }

    fn replaced<'t>(&self, text: &'t str, strictness: Strictness) -> Cow<'t, str> {
        let mut found = self.found(text, strictness);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        // Of those that overlap the first, and of these the longest.
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        for (range, kind) in found {
            if range.start < at {
                continue;
            }
            replaced.push_str(&text[at..range.start]);
            replaced.push_str(&self.pseudonym(kind, &text[range.clone()]));
            at = range.end;
        }
        replaced.push_str(&text[at..]);
        Cow::Owned(replaced)
    }

    /// What is to be replaced in a text, in any order.
    fn found(&self, text: &str, strictness: Strictness) -> Vec<(Range<usize>, Kind)> {
        let mut found = Vec::new();
        if self.hides_names() {
            let is_common = |word: &str| self.common.contains(word);
            let people = people(text, &self.known, strictness, &is_common);
            let is_all = self.extent == Extent::All;
            found.extend(people.into_iter().filter(|(_, kind)| is_all || *kind == Kind::Person));
        }
        if self.hides_mails() {
            found.extend(forms::mails(text));
        }
        if self.extent == Extent::All {
            found.extend(forms::addresses(text));
            found.extend(forms::hosts(text));
            found.extend(forms::ids(text).filter(|(range, _)| self.known.is_id(&text[range.clone()])));
        }
        found
    }

    fn pseudonym(&self, kind: Kind, text: &str) -> String {
        let plain = plain(text);
        self.key.pseudonym(kind, &plain)
    }
}

/// A name as it is, of one as XML writes it.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '%']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&amp;", "&").replace("&apos;", "'").replace("&quot;", "\"");
    Cow::Owned(text.replace("&lt;", "<").replace("&gt;", ">").replace("%40", "@").replace("&#64;", "@"))
}

/// The content of elements whose column names somebody.
static CONTENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let columns = columns_of_people().collect::<Vec<_>>().join("|");
    let open = format!(r"(?:<|&lt;)(?:{columns})(?:\s[^<>]{{0,500}}?)?(?:>|&gt;)(?:<!\[CDATA\[)?");
    Regex::new(&format!(r"(?s)(?P<before>{open})(?P<name>[^<>]{{1,300}}?)(?P<after>(?:\]\]>)?(?:<|&lt;)/)"))
        .ok()
});

/// What references to accounts display.
static DISPLAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let columns = columns_to_people().collect::<Vec<_>>().join("|");
    let open = format!(r#"(?:<|&lt;)(?:{columns})\s[^<>]{{0,200}}?display_value=(?:"|&quot;)"#);
    Regex::new(&format!(r#"(?s)(?P<before>{open})(?P<name>[^<>"]{{1,300}}?)(?P<after>"|&quot;)"#)).ok()
});

/// What stands for a text of which a part was cut off: half a name is still one.
const CUT: &str = "…";

/// Without texts of elements that begin before the piece or go on behind it.
fn without_cut_texts(xml: &str, (is_cut_before, is_cut_behind): (bool, bool)) -> Cow<'_, str> {
    let mut range = 0..xml.len();
    if is_cut_before {
        range.start = xml.find(['<', '\n']).unwrap_or(xml.len());
    }
    if is_cut_behind {
        range.end = xml.rfind(['>', '\n']).map_or(0, |at| at + 1).max(range.start);
    }
    if range == (0..xml.len()) {
        return Cow::Borrowed(xml);
    }
    let mark = |is_cut: bool| if is_cut { CUT } else { "" };
    let (before, behind) = (range.start > 0, range.end < xml.len());
    Cow::Owned(format!("{}{}{}", mark(before), &xml[range], mark(behind)))
}

/// With letters in place of the numbers of letters.
fn by_letters(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("&#") {
        letters.push_str(&rest[..at]);
        rest = &rest[at..];
        let number = rest.find(';').filter(|end| *end <= 10).and_then(|end| {
            let digits = &rest[2..end];
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            Some((char::from_u32(number.ok()?)?, end + 1))
        });
        let is_of_name = |(letter, _): &(char, usize)| letter.is_alphanumeric() || "@.-' ".contains(*letter);
        let taken = if let Some((letter, end)) = number.filter(is_of_name) {
            letters.push(letter);
            end
        } else {
            letters.push_str("&#");
            2
        };
        rest = &rest[taken..];
    }
    letters.push_str(rest);
    letters
}

#[cfg(test)]
mod tests;
