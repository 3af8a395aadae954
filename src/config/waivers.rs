//! Waivers as the configuration file holds them.

use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::breadth;
use crate::finding::{ValuesHash, WaiverIdx};
use crate::rule::RuleError;
use crate::rule::file::{OneOrMany, PlacedText};

/// Findings of one rule that somebody answers for, with the reason. All of the
/// selectors that are given must fit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Id or name of the rule.
    #[schemars(with = "String")]
    pub rule: PlacedText,
    /// Natural key of the record, as reports show it: user ID, property name, role name.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub key: Option<PlacedText>,
    /// `sys_id` of the record.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub sys_id: Option<PlacedText>,
    /// Glob over the name of the record's table.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub table: Option<PlacedText>,
    /// Glob over the reported path of the file.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub path: Option<PlacedText>,
    /// Must be true for a waiver of all findings of a rule: one without `key` and `sys_id`, whose `table` and
    /// `path` leave nothing out, if it has any.
    #[serde(default)]
    pub broad: bool,
    /// Why the risk is accepted.
    #[schemars(with = "String")]
    pub reason: PlacedText,
    /// Who answers for it.
    #[schemars(with = "String")]
    pub owner: PlacedText,
    /// The last day on which the waiver holds, such as `2027-03-31`.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub until: Option<PlacedText>,
    /// Hashes of the values that the waiver was given for, as `glidelint waive` writes them. With other
    /// values it lapses.
    #[serde(default)]
    pub bound_to: Option<OneOrMany>,
}

impl Waiver {
    /// Whether it covers all that another one covers, as far as their words tell.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let bound = self.bound_to();
        let is_bound_so = bound.is_empty()
            || other.bound_to.is_some() && other.bound_to().iter().all(|hash| bound.contains(hash));
        let lasts = match (self.last_day(), other.last_day()) {
            (None, _) => true,
            (Some(own), Some(others)) => own >= others,
            (Some(_), None) => false,
        };
        self.subject() == other.subject() && is_bound_so && lasts
    }

    /// The last day on which it holds; `None` if there is none, or it is no date.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        parse_day(&self.until.as_ref()?.value)
    }

    /// The hashes that it is bound to.
    #[must_use]
    pub fn bound_to(&self) -> Vec<ValuesHash> {
        let texts = self.bound_to.iter().flat_map(|texts| &texts.0);
        texts.filter_map(|text| ValuesHash::parse(text)).collect()
    }

    /// What it is about, in words: `SNA1001 for key svc.sap`.
    #[must_use]
    pub fn subject(&self) -> String {
        let selectors =
            [("key", &self.key), ("sys_id", &self.sys_id), ("table", &self.table), ("path", &self.path)];
        let clauses: Vec<_> = selectors
            .iter()
            .filter_map(|(name, text)| text.as_ref().map(|text| format!("{name} {}", text.value)))
            .collect();
        let records = if clauses.is_empty() { "every record".to_owned() } else { clauses.join(", ") };
        format!("{} for {records}", self.rule.value)
    }

    fn check(&self, path: &str) -> Result<(), RuleError> {
        let required = [("rule", &self.rule), ("reason", &self.reason), ("owner", &self.owner)];
        if let Some((name, text)) = required.iter().find(|(_, text)| text.value.trim().is_empty()) {
            return Err(RuleError::at(path, text, format!("a waiver needs a text as its {name}")));
        }
        let selectors = [&self.key, &self.sys_id, &self.table, &self.path];
        if let Some(empty) = selectors.into_iter().flatten().find(|text| text.value.trim().is_empty()) {
            return Err(RuleError::at(path, empty, "an empty text selects no record"));
        }
        if let Some(until) = &self.until
            && parse_day(&until.value).is_none()
        {
            let message = format!("'{}' is no date", until.value);
            return Err(RuleError::at(path, until, message)
                .help("write the last day on which the waiver holds, such as 2027-03-31"));
        }
        for glob in [&self.table, &self.path].into_iter().flatten() {
            matcher(&glob.value).map_err(|error| RuleError::at(path, glob, error.to_string()))?;
        }
        self.check_breadth(path, &breadth::any_table, "every table")?;
        let hashes = self.bound_to.iter().flat_map(|texts| &texts.0);
        if let Some(wrong) = hashes.into_iter().find(|text| ValuesHash::parse(text).is_none()) {
            let message = format!("bound_to: '{wrong}' is no hash of values");
            return Err(RuleError::at(path, &self.rule, message)
                .help("`glidelint waive` writes it: 16 hexadecimal digits, quoted"));
        }
        if self.bound_to.as_ref().is_some_and(|texts| texts.0.is_empty()) {
            return Err(RuleError::at(path, &self.rule, "bound_to is an empty list: nothing could fit it"));
        }
        Ok(())
    }
}

impl Waiver {
    /// A waiver of all findings of its rule has to be meant. `is_any_table` says
    /// whether a glob leaves out no table that the findings may be about, which are
    /// called `tables`.
    fn check_breadth(
        &self,
        path: &str,
        is_any_table: &dyn Fn(&GlobMatcher) -> bool,
        tables: &str,
    ) -> Result<(), RuleError> {
        if self.broad || self.key.is_some() || self.sys_id.is_some() {
            return Ok(());
        }
        let fits = |glob: &Option<PlacedText>, fits: &dyn Fn(&GlobMatcher) -> bool| {
            glob.as_ref().is_none_or(|glob| matcher(&glob.value).is_ok_and(|glob| fits(&glob)))
        };
        if !fits(&self.table, is_any_table) || !fits(&self.path, &breadth::any_path) {
            return Ok(());
        }
        let wide = [(&self.table, tables), (&self.path, "every file")];
        let wide = wide.into_iter().find_map(|(glob, what)| Some((glob.as_ref()?, what)));
        let message = format!("this waiver would cover every finding of {}", self.rule.value);
        let error = match wide {
            None => RuleError::at(path, &self.rule, message),
            Some((glob, what)) => {
                RuleError::at(path, glob, format!("{message}: '{}' fits {what}", glob.value))
            }
        };
        Err(error.help("name records with key, sys_id, table or path, or write broad: true"))
    }
}

/// Checks again what rules are known: of a rule about one table, which `table_of`
/// gives, a glob that fits the table leaves out nothing.
pub(super) fn check_tables(
    waivers: &[Waiver],
    path: &str,
    table_of: &dyn Fn(&str) -> Option<String>,
) -> Result<(), RuleError> {
    waivers.iter().filter(|waiver| waiver.table.is_some()).try_for_each(|waiver| {
        let Some(table) = table_of(&waiver.rule.value) else { return Ok(()) };
        let tables = format!("{table}, the only table of the rule");
        waiver.check_breadth(path, &|glob| glob.is_match(&table), &tables)
    })
}

/// The list, which may have lost its last entry: `waivers:` and nothing below.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Waiver>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Checks every waiver of a file.
pub(super) fn check(waivers: &[Waiver], path: &str) -> Result<(), RuleError> {
    if let Some(excess) = waivers.get(WaiverIdx::MOST) {
        let message = format!("there are more than {} waivers", WaiverIdx::MOST);
        return Err(RuleError::at(path, &excess.rule, message));
    }
    waivers.iter().try_for_each(|waiver| waiver.check(path))
}

/// A day in the one form that reads the same everywhere: `2027-03-31`.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

/// The glob of a waiver. `*` does not match `/`, as everywhere in the file.
///
/// # Errors
/// If it is none.
pub(crate) fn matcher(glob: &str) -> Result<GlobMatcher, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).build().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_waiver_that_leaves_something_out_need_not_be_broad() {
        let check = |waiver: &str| {
            let text = format!("waivers:\n  - {{ rule: SNA1001, reason: known, owner: iam, {waiver} }}\n");
            assert!(Config::parse("c.yaml", &text).is_ok(), "{waiver}");
        };
        for narrow in ["sys_*", "*_user", "[a-s]*", "sys_user", "{sys_user,oauth_*}"] {
            check(&format!("table: '{narrow}'"));
            check(&format!("table: '{narrow}', path: '**'"));
        }
        for narrow in ["exports/**", "**/users.xml", "**/*.json", "./**", "[a-k]*", "legacy/*.xml", "*/old/*"]
        {
            check(&format!("path: '{narrow}'"));
            check(&format!("path: '{narrow}', table: '*'"));
        }
        check("key: '*', table: '*'");
        check("table: '*', broad: true");
        check("broad: true");
    }

    #[test]
    fn the_one_table_of_a_rule_is_every_table() {
        let check = |waiver: &str, is_wide: bool| {
            let text = format!("waivers:\n  - {{ rule: SNA1001, reason: known, owner: iam, {waiver} }}\n");
            let config = Config::parse("c.yaml", &text).unwrap();
            let table_of = |rule: &str| (rule == "SNA1001").then(|| "sys_user".to_owned());
            let checked = config.check_waivers(&table_of);
            assert_eq!(checked.is_err(), is_wide, "{waiver}: {checked:?}");
        };
        check("table: sys_user", true);
        check("table: 'sys_*'", true);
        check("table: sys_user, path: '**/*'", true);
        check("table: sys_user, path: 'legacy/**'", false);
        check("table: sys_user, key: svc.sap", false);
        check("table: sys_user, broad: true", false);
        check("table: oauth_entity", false);
    }

    #[test]
    fn mistakes_are_shown_at_their_place() {
        let check = |waiver: &str, place: (u32, u32), part: &str| {
            let text = format!("waivers:\n  - rule: SNA1001\n    {waiver}\n");
            let error = Config::parse("c.yaml", &text).unwrap_err();
            assert!(error.message.contains(part), "{waiver}: {error}");
            assert_eq!((error.line, error.column), place, "{waiver}: {error}");
        };
        let complete = "key: svc.sap\n    reason: known\n    owner: iam";
        check("key: svc.sap\n    reason: known", (4, 5), "owner");
        check("key: svc.sap\n    owner: iam", (4, 5), "reason");
        check("key: svc.sap\n    reason: ''\n    owner: iam", (4, 13), "reason");
        check("reason: known\n    owner: iam", (2, 11), "every finding");
        for wide in ["*", "**", "?*", "[!x]*", "*[a-z]", "{*,x}", "[a-z_]*", "*_*"] {
            let waiver = format!("table: '{wide}'\n    reason: known\n    owner: iam");
            check(&waiver, (3, 12), &format!("'{wide}' fits every table"));
        }
        for wide in
            ["*", "**", "**/*", "?*", "[!x]*", "*.xml", "**/*.*", "**/*.xml", "*/**", "*/*/*", "**/[!x]*"]
        {
            let waiver = format!("path: '{wide}'\n    reason: known\n    owner: iam");
            check(&waiver, (3, 11), &format!("'{wide}' fits every file"));
            let both = format!("table: '*'\n    {waiver}");
            check(&both, (3, 12), "'*' fits every table");
        }
        check(&format!("{complete}\n    until: soon"), (6, 12), "'soon' is no date");
        check(&format!("{complete}\n    until: 2027-02-29"), (6, 12), "no date");
        check(&format!("{complete}\n    until: 20270331"), (6, 12), "no date");
        check(&format!("{complete}\n    until: 2027-3-1"), (6, 12), "no date");
        check(&format!("{complete}\n    till: 2027-03-31"), (6, 5), "till");
        check(&format!("{complete}\n    path: 'a[b'"), (6, 11), "a[b");
        check(&format!("{complete}\n    bound_to: xyz"), (2, 11), "xyz");
        check(&format!("{complete}\n    bound_to: []"), (2, 11), "empty");
    }
}
