//! Ids, names and titles of checks: stable, of the shape that rules have, and
//! different from all others.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::super::files::PackFiles;
use super::super::pack::area_and_name;
use super::Check;

/// What the ids of checks begin with. Two letters and four digits follow.
const PREFIX: &str = "ISC";
/// How many ids there are.
const IDS: u64 = 26 * 26 * 10_000;
/// The longest name and title, in characters.
const LONGEST: usize = 100;

/// Names and titles that are in use, in lower case.
#[derive(Debug, Default)]
pub(super) struct TakenIdentities {
    names: BTreeSet<String>,
    titles: BTreeSet<String>,
}

/// What a check is called as a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CheckIdentity {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) title: String,
}

impl TakenIdentities {
    /// Those of the rules of packs.
    pub(super) fn by(packs: &[PackFiles]) -> Self {
        let mut taken = Self::default();
        for (path, rule) in packs.iter().flat_map(|pack| &pack.rules) {
            let ids = rule.aliases.iter().chain([&rule.id.value]);
            taken.names.extend(ids.map(|id| id.to_lowercase()));
            taken.names.insert(area_and_name(path).1.to_lowercase());
            taken.titles.insert(rule.title.value.trim().to_lowercase());
        }
        taken
    }

    /// Names a check. Its id comes from its `sys_id`, so that it stays the same
    /// wherever the record lies and whatever lies beside it.
    pub(super) fn name(&mut self, check: &Check) -> CheckIdentity {
        let id = self.id(check);
        let number = &id[id.len() - 4..];
        let title = title_of(&check.name);
        let stem = match kebab_case(&title) {
            stem if stem.is_empty() => "check".to_owned(),
            stem => stem,
        };
        let names = [stem.clone(), format!("{stem}-{number}"), format!("{stem}-{}", id.to_lowercase())];
        let titles = [title.clone(), format!("{title} ({id})")];
        let [.., last_name] = &names;
        let name = names.iter().find(|name| !self.names.contains(*name)).unwrap_or(last_name).clone();
        let free = |title: &&String| !self.titles.contains(&title.to_lowercase());
        let [.., last_title] = &titles;
        let title = titles.iter().find(free).unwrap_or(last_title).clone();
        self.names.insert(name.clone());
        self.titles.insert(title.to_lowercase());
        CheckIdentity { id, name, title }
    }

    /// The id that the check's `sys_id` gives; the next free one where another
    /// check has it.
    fn id(&mut self, check: &Check) -> String {
        let seed = if check.sys_id.is_empty() {
            format!("{}\n{}\n{}", check.table, check.name, check.conditions)
        } else {
            check.sys_id.to_lowercase()
        };
        let digest = Sha256::digest(seed.as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % IDS;
        let ids = (0..IDS).map(|step| id_of((number + step) % IDS));
        let mut free = ids.filter(|id| !self.names.contains(&id.to_lowercase()));
        let id = free.next().unwrap_or_else(|| id_of(number));
        self.names.insert(id.to_lowercase());
        id
    }
}

/// `ISCAA0000` and on.
fn id_of(number: u64) -> String {
    let letters = number / 10_000;
    let letter = |number: u64| char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    format!("{PREFIX}{}{}{:04}", letter(letters / 26), letter(letters), number % 10_000)
}

/// One line without a final stop.
fn title_of(name: &str) -> String {
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = shortened(line.trim_end_matches(['.', ' ']));
    if title.is_empty() { "Check without a name".to_owned() } else { title }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some(_) => {
            let end = text.char_indices().nth(LONGEST - 1).map_or(0, |(at, _)| at);
            format!("{}…", text[..end].trim_end())
        }
        None => text.to_owned(),
    }
}

/// Small ASCII letters and digits, with single hyphens between words.
fn kebab_case(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            words.push(letter.to_ascii_lowercase());
        } else if !words.is_empty() && !words.ends_with('-') && letter != '\'' {
            words.push('-');
        }
    }
    words.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{TakenIdentities, id_of, kebab_case, title_of};
    use crate::rule::Check;

    #[test]
    fn ids_have_the_shape_of_rules() {
        assert_eq!(id_of(0), "ISCAA0000");
        assert_eq!(id_of(10_001), "ISCAB0001");
        assert_eq!(id_of(26 * 26 * 10_000 - 1), "ISCZZ9999");
    }

    #[test]
    fn names_are_words_with_hyphens() {
        assert_eq!(kebab_case("Users shouldn't be admin (at all)!"), "users-shouldnt-be-admin-at-all");
        assert_eq!(kebab_case("管理者"), "");
        assert_eq!(title_of(" Two\nlines.  "), "Two lines");
        assert_eq!(title_of(".."), "Check without a name");
        assert_eq!(title_of(&"x".repeat(400)).chars().count(), 100);
    }

    #[test]
    fn an_id_depends_on_the_sys_id_alone() {
        let check = |sys_id: &str, name: &str| Check {
            sys_id: sys_id.to_owned(),
            name: name.to_owned(),
            ..Check::default()
        };
        let alone = TakenIdentities::default().name(&check("ABC", "One"));
        let mut taken = TakenIdentities::default();
        taken.name(&check("1", "Other"));
        assert_eq!(taken.name(&check("abc", "Renamed")).id, alone.id);
        // The same record again is another check.
        let again = taken.name(&check("abc", "Renamed"));
        assert_ne!(again.id, alone.id);
        assert_eq!(again.name, format!("renamed-{}", &again.id[5..]));
        assert_eq!(again.title, format!("Renamed ({})", again.id));
    }
}
