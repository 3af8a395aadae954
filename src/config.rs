//! The configuration file `.glidelint.yaml`.

mod breadth;
mod instances;
mod waivers;
mod weaker;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::finding::{Band, Severity};
use crate::rule::file::{OneOrMany, PlacedText, Scalar};
use crate::rule::{MayOverride, RuleError, Settings, yaml_error};

pub use instances::{InstanceGlobs, NamedInstance, Overlap, is_instance_name};
pub(crate) use waivers::matcher;
pub use waivers::{Waiver, parse_day};

/// The name under which the file is looked for.
pub const FILE_NAME: &str = ".glidelint.yaml";

/// What the file says. Every key may be left out; others are errors.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Rules by id or name: `off`, `on`, a severity, or a mapping.
    #[schemars(with = "BTreeMap<String, RuleConfig>")]
    pub rules: BTreeMap<PlacedText, RuleConfig>,
    /// Parameters of classes, such as the patterns that tell service accounts.
    #[schemars(with = "BTreeMap<String, BTreeMap<String, OneOrMany>>")]
    pub classes: BTreeMap<PlacedText, BTreeMap<String, OneOrMany>>,
    /// Columns behind aliases, such as `owner: [u_owner, manager]`.
    pub aliases: BTreeMap<String, Vec<String>>,
    /// Tables that are always exported whole.
    pub complete: Vec<PlacedText>,
    /// Globs over reported paths that are not read.
    pub exclude: Vec<PlacedText>,
    /// Instances by name, each with globs over reported paths: a text, or a list of them. Each instance is
    /// judged alone, and `scan` compares them.
    #[serde(deserialize_with = "instances::map")]
    #[schemars(with = "BTreeMap<String, OneOrMany>")]
    pub instances: Vec<NamedInstance>,
    /// Further rule packs: files or folders, relative to this file.
    pub rule_packs: Vec<PlacedText>,
    /// Names of built-in classes, aliases and packs that rule packs may replace.
    #[serde(rename = "override")]
    pub may_override: Vec<PlacedText>,
    /// `recommended` or `strict`.
    pub profile: Option<PlacedText>,
    /// Lowest band of findings that fails a scan.
    pub fail_on: Option<PlacedText>,
    /// Findings that somebody answers for. They stand in reports and do not fail a scan.
    #[serde(deserialize_with = "waivers::list")]
    pub waivers: Vec<Waiver>,
    /// Where the file is, and its text, for errors that are found later.
    #[serde(skip)]
    #[schemars(skip)]
    source: (String, String),
}

/// What the file says of one rule.
#[derive(Debug, Default, Clone)]
pub struct RuleConfig {
    /// Whether it runs.
    pub enabled: Option<bool>,
    /// How bad its findings are.
    pub severity: Option<PlacedText>,
    /// Parameters other than the rule's defaults.
    pub params: BTreeMap<String, OneOrMany>,
}

/// The mapping form of [`RuleConfig`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RuleMapping {
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    #[schemars(with = "Option<Scalar>")]
    severity: Option<PlacedText>,
    #[serde(default)]
    params: BTreeMap<String, OneOrMany>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, is no YAML, or has a key or value that is not known:
    /// with the place.
    pub fn load(path: &Path) -> Result<Self, RuleError> {
        let shown = path.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(path)
            .map_err(|error| RuleError::file(&shown, format!("cannot be read: {error}")))?;
        Self::parse(&shown, &text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(path: &str, text: &str) -> Result<Self, RuleError> {
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        let mut config: Self =
            serde_saphyr::from_str(text).map_err(|error| yaml_error(path, text, &error))?;
        config.source = (path.to_owned(), text.to_owned());
        config.check(path).map_err(|error| error.within(text))?;
        Ok(config)
    }

    fn check(&self, path: &str) -> Result<(), RuleError> {
        for (rule, config) in &self.rules {
            if let Some(severity) = &config.severity {
                parse_severity(&severity.value).ok_or_else(|| {
                    let message = format!("'{}' is no severity of {}", severity.value, rule.value);
                    RuleError::at(path, severity, message)
                        .help("a severity is a number from 0 to 10, or critical, high, medium, low, info")
                })?;
            }
        }
        if let Some(profile) = &self.profile
            && !matches!(profile.value.as_str(), "recommended" | "strict")
        {
            return Err(RuleError::at(path, profile, "a profile is recommended or strict"));
        }
        if let Some(band) = &self.fail_on
            && band.value != "never"
            && Band::parse(&band.value).is_none()
        {
            return Err(RuleError::at(path, band, "fail_on is critical, high, medium, low, info or never"));
        }
        instances::check(&self.instances, path)?;
        waivers::check(&self.waivers, path)
    }

    /// Checks waivers once more, when rules are known: `table_of` gives the table of
    /// a rule, by id or name, if all that it may find is about one.
    ///
    /// # Errors
    /// For a waiver of all findings of a rule that does not say that it is meant.
    pub fn check_waivers(&self, table_of: &dyn Fn(&str) -> Option<String>) -> Result<(), RuleError> {
        let (path, text) = &self.source;
        waivers::check_tables(&self.waivers, path, table_of).map_err(|error| error.within(text))
    }

    /// Checks that what may be overridden is there: `is_built_in` says so of a name.
    ///
    /// # Errors
    /// For a name that is none, which is a slip of the pen.
    pub fn check_overrides(&self, is_built_in: &dyn Fn(&str) -> bool) -> Result<(), RuleError> {
        let (path, text) = &self.source;
        match self.may_override.iter().find(|name| !is_built_in(&name.value)) {
            Some(name) => {
                let message = format!("no class, alias or pack called '{}' is built in", name.value);
                Err(RuleError::at(path, name, message).within(text))
            }
            None => Ok(()),
        }
    }

    /// What it says about rules.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let values = |params: &BTreeMap<String, OneOrMany>| -> BTreeMap<String, Vec<String>> {
            params.iter().map(|(name, values)| (name.clone(), values.0.clone())).collect()
        };
        let mut settings = Settings {
            strict: self.profile.as_ref().is_some_and(|profile| profile.value == "strict"),
            aliases: self.aliases.clone(),
            may_override: MayOverride::Named(
                self.may_override.iter().map(|name| name.value.clone()).collect(),
            ),
            ..Settings::default()
        };
        let (path, text) = &self.source;
        for name in self.classes.keys().chain(self.rules.keys()) {
            let message = format!("no rule, area, tag or class is called '{}'", name.value);
            settings.blame.insert(name.value.clone(), RuleError::at(path, name, message).within(text));
        }
        for (name, params) in &self.classes {
            settings.params.insert(name.value.clone(), values(params));
        }
        for (name, rule) in &self.rules {
            let name = &name.value;
            match rule.enabled {
                Some(false) => settings.off.push(name.clone()),
                Some(true) => settings.on.push(name.clone()),
                None => {}
            }
            if let Some(severity) = rule.severity.as_ref().and_then(|text| parse_severity(&text.value)) {
                settings.severities.insert(name.clone(), severity);
            }
            if !rule.params.is_empty() {
                settings.params.insert(name.clone(), values(&rule.params));
            }
        }
        settings
    }
}

/// The configuration file at or above a folder.
#[must_use]
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())
}

/// A number from 0 to 10, or a band's word.
fn parse_severity(text: &str) -> Option<Severity> {
    match Band::parse(text) {
        Some(band) => Some(Severity::floor(band)),
        None => text.parse().ok().and_then(Severity::new),
    }
}

impl<'de> Deserialize<'de> for RuleConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RuleConfigVisitor)
    }
}

struct RuleConfigVisitor;

impl<'de> Visitor<'de> for RuleConfigVisitor {
    type Value = RuleConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("off, on, a severity, or a mapping with enabled, severity and params")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<RuleConfig, E> {
        Ok(RuleConfig { enabled: Some(value), ..RuleConfig::default() })
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<RuleConfig, E> {
        match value {
            "off" => self.visit_bool(false),
            "on" => self.visit_bool(true),
            _ if parse_severity(value).is_some() => {
                Ok(RuleConfig { severity: Some(PlacedText::new(value)), ..RuleConfig::default() })
            }
            _ => Err(E::invalid_value(de::Unexpected::Str(value), &self)),
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<RuleConfig, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<RuleConfig, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<RuleConfig, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleConfig, A::Error> {
        let mapping = RuleMapping::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(RuleConfig { enabled: mapping.enabled, severity: mapping.severity, params: mapping.params })
    }
}

impl JsonSchema for RuleConfig {
    fn schema_name() -> Cow<'static, str> {
        "RuleConfig".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mapping = generator.subschema_for::<RuleMapping>();
        json_schema!({ "anyOf": [{ "type": ["string", "number", "boolean"] }, mapping] })
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::rule::{MayOverride, Weakened, builtin};

    #[test]
    fn reads_every_key() {
        let config = Config::parse(
            ".glidelint.yaml",
            "rules:\n  SNA1006: off\n  SNP1020: { severity: 5, params: { limit: 30 } }\n  SNR1008: high\n  SNR1005: on\n\
             classes:\n  service_account: { name_patterns: ['^bot_'] }\n\
             aliases:\n  owner: [u_owner]\noverride: [person]\ncomplete: [sys_user]\nexclude: ['**/dist/**']\nprofile: strict\nfail_on: high\n\
             waivers:\n  - { rule: SNA1001, key: svc.sap, reason: migration, owner: iam, until: 2027-03-31 }\n",
        )
        .unwrap();
        let settings = config.settings();
        assert!(settings.strict);
        assert_eq!(settings.off, ["SNA1006"]);
        assert_eq!(settings.on, ["SNR1005"]);
        assert_eq!(settings.severities["SNP1020"].to_string(), "5.0");
        assert_eq!(settings.severities["SNR1008"].to_string(), "7.0");
        assert_eq!(settings.params["SNP1020"]["limit"], ["30"]);
        assert_eq!(settings.params["service_account"]["name_patterns"], ["^bot_"]);
        assert_eq!(settings.aliases["owner"], ["u_owner"]);
        assert_eq!(settings.may_override, MayOverride::Named(vec!["person".to_owned()]));
        assert_eq!(config.waivers[0].last_day().unwrap().to_string(), "2027-03-31");
    }

    #[test]
    fn errors_name_the_place() {
        let check = |text: &str, line: u32, part: &str| {
            let error = Config::parse("c.yaml", text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.message.contains(part), "{error}");
        };
        check("rulez: {}\n", 1, "rulez");
        check("rules:\n  SNA1001: perhaps\n", 2, "perhaps");
        check("rules:\n  SNA1001:\n    severety: 3\n", 3, "severety");
        check("complete: []\nprofile: lax\n", 2, "recommended or strict");
        check("fail_on: sometimes\n", 1, "never");
    }

    #[test]
    fn what_asks_less_is_named() {
        let check = |config: &str, expected: &[&str]| {
            let settings = Config::parse("c.yaml", config).unwrap().settings();
            let clauses = Weakened::of(&[builtin().unwrap()], &settings).unwrap().clauses();
            assert_eq!(clauses.len(), expected.len(), "{config}: {clauses:?}");
            for (clause, part) in clauses.iter().zip(expected) {
                assert!(clause.contains(part), "{config}: {clause}");
            }
        };
        check("", &[]);
        check("fail_on: high\nprofile: strict\n", &[]);
        check("rules: { SNA1002: off, SNA1001: off }", &["SNA1001, SNA1002 do not run"]);
        check("rules: { machine-identity-can-log-in: off }", &["SNA1002 does not run"]);
        check("rules: { SNR1005: off }", &["SNR1005 does not run"]);
        check("rules: { SNA1002: 2 }", &["SNA1002 has severity 2.0 instead of 7.5"]);
        check("rules: { SNA1002: critical, SNR1005: on }", &[]);
        check(
            "rules: { SNI1014: { params: { max_seconds: 9000000 } } }",
            &["SNI1014 has max_seconds = 9000000 instead of "],
        );
        check(
            "classes: { service_account: { name_patterns: ['^bot_'] } }",
            &["the class service_account has name_patterns = "],
        );
        check("aliases: { owner: [u_owner] }", &["the alias owner is u_owner instead of "]);
    }
}
