//! The frameworks that rules refer to, and how much of each was judged.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Report;
use crate::finding::{RuleCoverage, Verdict};

/// A framework whose entries rules name in their tags.
pub(super) struct Framework {
    /// The key of the tags that name its entries.
    pub(super) tag: &'static str,
    pub(super) name: &'static str,
    pub(super) organization: &'static str,
    pub(super) description: &'static str,
    pub(super) information_uri: &'static str,
    /// What an entry of it is to a rule: a weakness takes in what the rule finds,
    /// a control has to do with it.
    pub(super) relationship: &'static str,
    /// Where an entry is described.
    pub(super) help_uri: fn(&str) -> String,
}

pub(super) const FRAMEWORKS: [Framework; 5] = [
    Framework {
        tag: "cwe",
        name: "CWE",
        organization: "MITRE",
        description: "The MITRE Common Weakness Enumeration.",
        information_uri: "https://cwe.mitre.org/",
        relationship: "superset",
        help_uri: |id| {
            format!("https://cwe.mitre.org/data/definitions/{}.html", id.trim_start_matches("CWE-"))
        },
    },
    Framework {
        tag: "nist-800-53",
        name: "NIST SP 800-53",
        organization: "NIST",
        description: "Security and Privacy Controls for Information Systems and Organizations, revision 5.",
        information_uri: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        relationship: "relevant",
        help_uri: |_| "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final".to_owned(),
    },
    Framework {
        tag: "cis-v8",
        name: "CIS Controls v8",
        organization: "Center for Internet Security",
        description: "The CIS Critical Security Controls, version 8.",
        information_uri: "https://www.cisecurity.org/controls/v8",
        relationship: "relevant",
        help_uri: |_| "https://www.cisecurity.org/controls/v8".to_owned(),
    },
    Framework {
        tag: "iso-27001",
        name: "ISO 27001",
        organization: "ISO",
        description: "ISO/IEC 27001:2022, the controls of Annex A.",
        information_uri: "https://www.iso.org/standard/27001",
        relationship: "relevant",
        help_uri: |_| "https://www.iso.org/standard/27001".to_owned(),
    },
    Framework {
        tag: "asvs-4",
        name: "OWASP ASVS 4",
        organization: "OWASP",
        description: "The chapters of the OWASP Application Security Verification Standard, version 4.",
        information_uri: "https://owasp.org/www-project-application-security-verification-standard/",
        relationship: "relevant",
        help_uri: |_| "https://owasp.org/www-project-application-security-verification-standard/".to_owned(),
    },
];

/// Names of entries by framework; an entry that is not listed is called by its id.
static NAMES: LazyLock<BTreeMap<(&str, &str), &str>> = LazyLock::new(|| {
    let lines = include_str!("taxa.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = lines.filter_map(|line| {
        let (framework, rest) = line.split_once('\t')?;
        let (id, name) = rest.split_once('\t')?;
        Some(((framework, id), name))
    });
    cells.collect()
});

/// What a framework calls an entry, where that is known.
pub(super) fn name_of(tag: &str, id: &str) -> Option<&'static str> {
    NAMES.get(&(tag, id)).copied()
}

/// The entries whose names are known: the key of the tags, and the id.
pub(super) fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.keys().copied()
}

/// How the rules fared that name one entry of a framework.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Control {
    /// The key of the tags.
    pub(super) framework: &'static str,
    /// The entry.
    pub(super) id: String,
    pub(super) rules: usize,
    pub(super) fail: usize,
    pub(super) pass: usize,
    pub(super) not_applicable: usize,
    pub(super) cannot_tell: usize,
}

impl Control {
    fn add(&mut self, coverage: &RuleCoverage) {
        self.rules += 1;
        *match coverage.verdict() {
            Verdict::Fail => &mut self.fail,
            Verdict::Pass => &mut self.pass,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::CannotTell => &mut self.cannot_tell,
        } += 1;
    }
}

/// Every entry that a rule of the report names, by framework, then in the order
/// in which people count: `A.5.3` before `A.5.15`.
pub(super) fn controls(report: &Report) -> Vec<Control> {
    let mut all = Vec::new();
    for framework in &FRAMEWORKS {
        let mut controls: BTreeMap<(Vec<u32>, &str), Control> = BTreeMap::new();
        for (rule, coverage) in report.rules.iter().zip(&report.coverage) {
            for id in rule.tags.get(framework.tag).into_iter().flatten() {
                let control = controls.entry((numbers(id), id)).or_default();
                control.framework = framework.tag;
                control.id.clone_from(id);
                control.add(coverage);
            }
        }
        all.extend(controls.into_values());
    }
    all
}

/// The numbers in an id, in order, behind its letters.
fn numbers(id: &str) -> Vec<u32> {
    let letters =
        id.bytes().take_while(u8::is_ascii_uppercase).fold(0, |sum, byte| sum * 256 + u32::from(byte));
    let parts = id.split(|letter: char| !letter.is_ascii_digit());
    std::iter::once(letters).chain(parts.filter_map(|part| part.parse().ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::{FRAMEWORKS, name_of, numbers};
    use crate::rule::builtin;

    #[test]
    fn every_entry_that_a_rule_names_has_a_name() {
        for (path, rule) in &builtin().unwrap().rules {
            for (key, ids) in rule.tags.iter().filter(|(key, _)| *key != "servicenow") {
                assert!(FRAMEWORKS.iter().any(|framework| framework.tag == key), "{path}: {key}");
                for id in ids {
                    assert!(name_of(key, id).is_some(), "{path}: {key} {id}");
                }
            }
        }
    }

    #[test]
    fn entries_are_sorted_as_people_count() {
        let mut ids = ["A.5.15", "AC-2", "A.5.3", "CWE-79", "AC-12", "CWE-1004", "16.10", "4.1"];
        ids.sort_by_key(|id| numbers(id));
        assert_eq!(ids, ["4.1", "16.10", "A.5.3", "A.5.15", "AC-2", "AC-12", "CWE-79", "CWE-1004"]);
    }
}
