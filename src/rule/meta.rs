//! What a report needs to know of a rule: everything but how it judges.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use crate::finding::{Confidence, Severity};

/// The identity and the texts of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleMeta {
    /// Stable id, such as `SNA1001`.
    pub id: String,
    /// The file's stem, kebab-case; says what is found.
    pub name: String,
    /// Folder under `rules/`: `accounts`, `properties`, …
    pub area: String,
    /// Name of the pack it comes from.
    pub pack: String,
    /// Path of the file within its pack, with `/`.
    pub path: String,
    /// What is wrong, in one line, without a final stop.
    pub title: String,
    /// After configuration.
    pub severity: Severity,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// `recommended` or `strict`.
    pub profile: Cow<'static, str>,
    /// `record`, `property`, `count` or `conditions`.
    pub kind: Cow<'static, str>,
    /// The table it is about, where it is about one.
    pub table: Option<String>,
    /// Properties it asks about.
    pub properties: Vec<String>,
    /// Whether an instance could run its query as it stands.
    pub portable: bool,
    /// The message with its placeholders.
    pub message: String,
    /// Why it matters; plain text with `code`.
    pub why: String,
    /// What to do; plain text with `code`.
    pub fix: String,
    /// Where the facts come from.
    pub references: Vec<String>,
    /// Framework tags: `cwe` → `CWE-284` …
    pub tags: BTreeMap<String, Vec<String>>,
    /// Parameters with the values in force.
    pub params: BTreeMap<String, Vec<String>>,
    /// The value of the reported field that mends a finding, if it is one.
    pub mend: Option<String>,
    /// Number of the rule's own tests.
    pub tests: usize,
    /// The hardening setting that the rule judges, with its published risk score.
    pub setting: Option<HardeningSetting>,
}

/// A setting of the vendor's hardening baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HardeningSetting {
    /// Name of its page in the vendor's documentation.
    pub page: String,
    /// Published risk score, 0 to 10. The rule's severity is the same unless the
    /// configuration changes it.
    pub score: f64,
}

/// Stands in front of the page's name in the tags of a rule.
const SETTING_TAG: &str = "hardening:";

impl HardeningSetting {
    /// The setting that a rule's tags name.
    pub(super) fn of(tags: &BTreeMap<String, Vec<String>>, severity: Severity) -> Option<Self> {
        let page = tags.get("servicenow")?.iter().find_map(|tag| tag.strip_prefix(SETTING_TAG))?;
        Some(Self { page: page.to_owned(), score: severity.number() })
    }
}

impl RuleMeta {
    /// The name as SARIF wants it: `ServiceAccountCanLogIn`.
    #[must_use]
    pub fn pascal_case_name(&self) -> String {
        let mut name = String::with_capacity(self.name.len());
        for word in self.name.split(['-', '_', '.']) {
            let mut letters = word.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        name
    }

    /// Whether it is one of the rules in the program.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.pack == super::files::BUILT_IN
    }

    /// What `--select` and `--ignore` may call the rule: its id, name, area, or
    /// a tag (`cwe=CWE-284` or `CWE-284`).
    #[must_use]
    pub fn is_called(&self, selector: &str) -> bool {
        let same = |text: &str| text.eq_ignore_ascii_case(selector);
        same(&self.id)
            || same(&self.name)
            || same(&self.area)
            || self.area.split('/').next().is_some_and(same)
            || self.tags.iter().any(|(key, values)| {
                values.iter().any(|value| same(value) || same(&format!("{key}={value}")))
            })
    }
}
