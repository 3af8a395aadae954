//! Hardening baselines: which rules hold in which, and what they expected then.

use super::file::{BaselineSpan, RuleFile, Scalar};

/// Whether a hardening baseline knows the rule's setting.
pub(super) fn holds_in(baseline: Option<&BaselineSpan>, version: Option<(u32, u32)>) -> bool {
    let (Some(baseline), Some(version)) = (baseline, version) else {
        return baseline.is_none_or(|baseline| baseline.until.is_none());
    };
    let after_start = parse_baseline(&baseline.from.0).is_none_or(|from| from <= version);
    let before_end = baseline
        .until
        .as_ref()
        .and_then(|until| parse_baseline(&until.0))
        .is_none_or(|until| version <= until);
    after_start && before_end
}

/// The rule with the expectation of an older baseline, where it changed since.
pub(super) fn expected_in(file: &RuleFile, version: Option<(u32, u32)>) -> Option<RuleFile> {
    let values = &file.baseline.as_ref()?.values;
    let fits = |until: &Option<Scalar>| {
        let until = until.as_ref().and_then(|until| parse_baseline(&until.0));
        until.is_none_or(|until| version.is_some_and(|version| version <= until))
    };
    let value = values.iter().find(|value| fits(&value.until))?;
    Some(RuleFile { expect: Some(Box::new(value.expect.clone())), ..file.clone() })
}

/// `8.0` → (8, 0).
#[must_use]
pub fn parse_baseline(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The newest hardening baseline of a release family, by its name.
#[must_use]
pub fn baseline_of_release(family: &str) -> Option<(u32, u32)> {
    let family = family.trim().to_lowercase().replace([' ', '-', '_'], "");
    let lines = include_str!("releases.tsv").lines().filter(|line| !line.starts_with('#'));
    let mut pairs = lines.filter_map(|line| line.split_once('\t'));
    pairs.find(|(name, _)| *name == family).and_then(|(_, version)| parse_baseline(version))
}
