//! What a change takes from what is judged, by its configuration and rule packs. In a
//! pull request those of the base are in force, so it would be seen only in the next one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use glidelint::config::Config;
use glidelint::finding::Notice;
use glidelint::rule::{PackFiles, RuleError, Settings, Weakened, definitions};

use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{FoundConfig, InputArgs, configure};
use crate::cli::shared::judging::{JudgeArgs, packs};
use crate::cli::shared::packs::Packs;

/// How many rules are named.
const NAMED: usize = 5;

/// A configuration with the packs that are loaded with it, and what rules ask then.
pub(crate) struct InForce<'s> {
    config: &'s Config,
    packs: &'s [PackFiles],
    settings: Settings,
    /// By rule.
    pub(crate) asked: BTreeMap<String, String>,
}

impl<'s> InForce<'s> {
    /// Of packs that were loaded.
    pub(crate) fn of(config: &'s Config, packs: &'s [PackFiles]) -> Result<Self, RuleError> {
        let settings = config.settings();
        let asked = definitions(packs, &settings)?;
        Ok(Self { config, packs, settings, asked })
    }

    fn weakened(&self) -> Result<Weakened, RuleError> {
        Weakened::of(self.packs, &self.settings)
    }
}

/// What the checkout would take once it is merged, where the configuration in force is
/// that of a revision.
pub(crate) fn once_merged(args: &JudgeArgs, found: &FoundConfig, loaded: &Packs) -> Option<Notice> {
    let revision = found.revision.as_ref()?;
    let input = InputArgs { config_from: None, from_checkout: Vec::new(), ..args.input.clone() };
    let is_named = args.input.config.as_ref();
    let is_gone = is_named.is_some_and(|path| !path.exists());
    let input = if is_gone { InputArgs { config: None, no_config: true, ..input } } else { input };
    let compared = configure(&input).and_then(|own| -> Result<_, Failure> {
        if own.digest == found.digest && args.packs.packs.is_empty() && own.config.rule_packs.is_empty() {
            return Ok(Vec::new());
        }
        let packs = packs(&args.packs, &own)?;
        let before = InForce::of(&found.config, &loaded.files)?;
        Ok(taken(&before, &InForce::of(&own.config, &packs.files)?)?)
    });
    let message = match compared {
        Ok(clauses) if clauses.is_empty() => return None,
        Ok(clauses) => format!(
            "this change takes something from what {} judges, once it is merged: {}",
            revision.name(),
            clauses.join("; ")
        ),
        Err(error) => format!(
            "the configuration or the rule packs of this change cannot be used, once it is merged: {}",
            error.line()
        ),
    };
    Some(notice(found, message))
}

/// The same of a change whose own configuration is in force.
pub(crate) fn at_once(
    found: &FoundConfig,
    before: &InForce<'_>,
    now: &InForce<'_>,
) -> Result<Option<Notice>, RuleError> {
    let clauses = taken(before, now)?;
    let message = || format!("this change takes something from what is judged: {}", clauses.join("; "));
    Ok((!clauses.is_empty()).then(|| notice(found, message())))
}

fn notice(found: &FoundConfig, message: String) -> Notice {
    Notice::of_base("base-asks-more", &found.file_name(), message)
}

/// A clause for each thing that is judged or asked before, and not now.
fn taken(before: &InForce<'_>, now: &InForce<'_>) -> Result<Vec<String>, RuleError> {
    let mut clauses = now.config.weaker_than(before.config);
    let weakened = now.weakened()?.beside(&before.weakened()?);
    let gone = before.asked.keys().filter(|rule| !now.asked.contains_key(*rule));
    let gone: Vec<_> = gone.map(String::as_str).collect();
    let asks_other =
        |(rule, asked): &(&String, &String)| now.asked.get(*rule).is_some_and(|now| now != *asked);
    let other = before.asked.iter().filter(asks_other);
    let other: Vec<_> =
        other.map(|(rule, _)| rule.as_str()).filter(|rule| !weakened.explains(rule)).collect();
    clauses.extend(weakened.clauses());
    clauses.extend(named(&gone).map(|rules| format!("has no rule {rules}")));
    clauses.extend(named(&other).map(|rules| format!("asks something else by {rules}")));
    Ok(clauses)
}

/// The first of some rules, and how many more there are.
fn named(rules: &[&str]) -> Option<String> {
    let mut text = rules.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if rules.len() > NAMED {
        let _ = write!(text, " and {} more", rules.len() - NAMED);
    }
    (!rules.is_empty()).then_some(text)
}
