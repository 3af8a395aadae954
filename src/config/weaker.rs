//! What a configuration takes from what is judged, beside an earlier one. What rules
//! ask is not looked at here.

use std::collections::BTreeMap;

use super::Config;
use crate::finding::{Band, Severity};
use crate::rule::file::PlacedText;

impl Config {
    /// What this configuration takes from what is judged or counts, and the earlier one
    /// does not: a clause each.
    #[must_use]
    pub fn weaker_than(&self, before: &Self) -> Vec<String> {
        let mut said = Vec::new();
        let excluded = added(&before.exclude, &self.exclude);
        said.extend(excluded.map(|glob| format!("excludes '{glob}'")));
        said.extend(self.divided_otherwise(before));
        let waivers =
            self.waivers.iter().filter(|waiver| !before.waivers.iter().any(|old| old.covers(waiver)));
        said.extend(waivers.map(|waiver| {
            let until = waiver.until.as_ref().map_or_else(String::new, |day| format!(" until {}", day.value));
            format!("waives {}{until}", waiver.subject())
        }));
        let switched = |name: &PlacedText| {
            let own = self.rules.iter().find(|(own, _)| own.value == name.value);
            own.and_then(|(_, rule)| rule.enabled)
        };
        let on = before.rules.iter().filter(|(_, rule)| rule.enabled == Some(true));
        let on = on.filter(|(name, _)| switched(name).is_none());
        said.extend(on.map(|(name, _)| format!("does not switch {} on", name.value)));
        if before.is_strict() && !self.is_strict() {
            said.push("has the profile recommended instead of strict".to_owned());
        }
        let (floor, earlier) = (self.floor(), before.floor());
        if earlier.is_some_and(|earlier| floor.is_none_or(|floor| floor > earlier)) {
            let word = self.fail_on.as_ref().map_or("low", |word| word.value.as_str());
            let earlier = before.fail_on.as_ref().map_or("low", |word| word.value.as_str());
            said.push(format!("fails on {word} instead of {earlier}"));
        }
        let undeclared = added(&self.complete, &before.complete);
        said.extend(undeclared.map(|table| format!("does not declare {table} whole")));
        let unused = added(&self.rule_packs, &before.rule_packs);
        said.extend(unused.map(|pack| format!("leaves out the rule pack '{pack}'")));
        let may = added(&before.may_override, &self.may_override);
        said.extend(may.map(|name| format!("may override {name}")));
        said
    }

    fn is_strict(&self) -> bool {
        self.profile.as_ref().is_some_and(|profile| profile.value == "strict")
    }

    /// The least severity that fails a scan; nothing fails it without one.
    fn floor(&self) -> Option<Severity> {
        let band = self.fail_on.as_ref().map_or(Some(Band::Low), |word| Band::parse(&word.value));
        band.map(Severity::floor)
    }

    /// Which files are of which instance decides what is judged together.
    fn divided_otherwise(&self, before: &Self) -> Vec<String> {
        let globs = |config: &Self| -> BTreeMap<String, String> {
            let of = |globs: &[PlacedText]| {
                let globs: Vec<_> = globs.iter().map(|glob| format!("'{}'", glob.value)).collect();
                globs.join(", ")
            };
            let instances = config.instances.iter();
            instances.map(|instance| (instance.name.value.clone(), of(&instance.globs))).collect()
        };
        let (now, earlier) = (globs(self), globs(before));
        let changed = now.iter().filter(|(name, globs)| earlier.get(*name) != Some(globs));
        let changed = changed.map(|(name, globs)| match earlier.get(name) {
            Some(earlier) => format!("takes {globs} as the instance {name} instead of {earlier}"),
            None => format!("takes {globs} as the instance {name}"),
        });
        let gone = earlier.keys().filter(|name| !now.contains_key(*name));
        changed.chain(gone.map(|name| format!("has no instance {name}"))).collect()
    }
}

/// The texts of a list that an earlier one has not.
fn added<'t>(before: &'t [PlacedText], now: &'t [PlacedText]) -> impl Iterator<Item = &'t str> {
    let now = now.iter().map(|text| text.value.as_str());
    now.filter(|text| !before.iter().any(|earlier| earlier.value == *text))
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn what_a_newer_configuration_takes_is_named() {
        let check = |before: &str, now: &str, expected: &[&str]| {
            let parse = |text: &str| Config::parse("c.yaml", text).unwrap();
            assert_eq!(parse(now).weaker_than(&parse(before)), expected, "{before} → {now}");
        };
        check("", "", &[]);
        check("", "exclude: [exports/**]\n", &["excludes 'exports/**'"]);
        check("exclude: [a, b]\n", "exclude: [b, c]\n", &["excludes 'c'"]);
        check("exclude: [a, b]\n", "exclude: []\n", &[]);
        check("profile: strict\n", "", &["has the profile recommended instead of strict"]);
        check("", "profile: strict\n", &[]);
        check("rules: { SNR1005: on }\n", "rules: { SNR1005: 5 }\n", &["does not switch SNR1005 on"]);
        check("rules: { SNR1005: on }\n", "rules: { SNR1005: off }\n", &[]);
        check("", "fail_on: never\n", &["fails on never instead of low"]);
        check("fail_on: high\n", "fail_on: critical\n", &["fails on critical instead of high"]);
        check("fail_on: high\n", "fail_on: low\n", &[]);
        check("fail_on: never\n", "fail_on: critical\n", &[]);
        check("complete: [sys_user]\n", "complete: [sys_user_group]\n", &["does not declare sys_user whole"]);
        check("rule_packs: [own]\n", "rule_packs: [ours]\n", &["leaves out the rule pack 'own'"]);
        check("", "override: [person]\n", &["may override person"]);
        check(
            "instances: { dev: dev/**, prod: prod/** }\n",
            "instances: { prod: prod/a/**, test: test/** }\n",
            &[
                "takes 'prod/a/**' as the instance prod instead of 'prod/**'",
                "takes 'test/**' as the instance test",
                "has no instance dev",
            ],
        );
    }

    #[test]
    fn a_waiver_that_covers_more_is_named() {
        let waiver = |more: &str| {
            format!("waivers:\n  - {{ rule: SNA1001, reason: r, owner: o, key: svc.a{more} }}\n")
        };
        let hash = "0123456789abcdef";
        let bound = format!(", bound_to: '{hash}'");
        let (day, later) = (", until: 2027-03-31", ", until: 2027-04-01");
        let check = |before: &str, now: &str, is_weaker: bool| {
            let parse = |text: &str| Config::parse("c.yaml", text).unwrap();
            let said = parse(now).weaker_than(&parse(before));
            assert_eq!(!said.is_empty(), is_weaker, "{before} → {now}: {said:?}");
            assert!(said.iter().all(|clause| clause.starts_with("waives SNA1001 for key svc.a")), "{said:?}");
        };
        check("", &waiver(""), true);
        check(&waiver(""), &waiver(""), false);
        check(&waiver(""), &waiver(", path: a.xml"), true);
        check(&waiver(day), &waiver(later), true);
        check(&waiver(day), &waiver(""), true);
        check(&waiver(later), &waiver(day), false);
        check(&waiver(&bound), &waiver(""), true);
        check(&waiver(""), &waiver(&bound), false);
        check(&waiver(&bound), &waiver(&bound), false);
    }
}
