//! What a finding is recognised by.

use super::{FindingWriter, Subject};
use crate::finding::{Fingerprint, Identity, Measure, fingerprint, fingerprint_of_record, key_in_set};
use crate::instance::key_is_unique_in_set;
use crate::record::shares_keys;

/// The fingerprints of one finding.
pub(in crate::judge) struct Prints {
    pub(in crate::judge) own: Fingerprint,
    /// Of the natural key alone.
    key: Fingerprint,
    /// `glidelint/v1`.
    earlier: Fingerprint,
}

impl Prints {
    /// What there is to say beside the fingerprint.
    pub(in crate::judge) fn identity(&self, measure: Option<Measure>) -> Option<Box<Identity>> {
        let Self { own, key, earlier } = *self;
        let is_plain = own == key && own == earlier && measure.is_none();
        (!is_plain).then(|| Box::new(Identity { key, earlier, measure }))
    }
}

impl FindingWriter<'_> {
    /// Of a finding about a subject of an update set, or of none.
    ///
    /// Where several conditions decide, the key and the field say which failed first, and
    /// take no part.
    ///
    /// Version 1 takes the `sys_id` in place of a key that another record has too, so
    /// it changes when such a record comes or goes.
    pub(in crate::judge) fn prints(&self, subject: &Subject, set: &str, field: Option<&str>) -> Prints {
        let (instance, key) = (self.instance, subject.key.as_str());
        let table: &str = &instance.wanted.table(subject.table).name;
        let (rule, instance_name) = (self.rule.meta.id.as_str(), &*instance.name);
        let field = field.unwrap_or_default();
        let of = |key: &str| fingerprint([rule, instance_name, table, &key_in_set(set, key), field]);
        if let Some(identity) = &subject.identity {
            let own = fingerprint([rule, instance_name, "", identity, ""]);
            return Prints { own, key: own, earlier: of(key) };
        }
        let sys_id = match subject.sys_id.as_deref() {
            Some(sys_id) if key.is_empty() => {
                let own = of(sys_id);
                return Prints { own, key: own, earlier: own };
            }
            Some(sys_id) => sys_id,
            None => {
                let own = of(key);
                return Prints { own, key: own, earlier: own };
            }
        };
        let is_unique = match subject.set {
            Some(set) => key_is_unique_in_set(instance, set, subject.table, key),
            None => instance.key_is_unique(subject.table, key),
        };
        let by_key = of(key);
        let own = if is_unique && !shares_keys(table) {
            by_key
        } else {
            fingerprint_of_record([rule, instance_name, table, &key_in_set(set, key), field], sys_id)
        };
        Prints { own, key: by_key, earlier: if is_unique { by_key } else { of(sys_id) } }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::facts::Options;
    use crate::instance::{Plan, read_all};
    use crate::judge::judge;
    use crate::rule::{Pack, Settings, builtin};
    use crate::source::Source;

    /// The fingerprint, the one of version 1 and the key of the one finding of a rule.
    fn found(rule: &str, rows: &str) -> [String; 3] {
        let settings = Settings { select: vec![rule.to_owned()], strict: true, ..Settings::default() };
        let pack = Pack::compile(&[builtin().unwrap()], &settings).unwrap();
        let sources = [Source::memory("a.xml", format!("<unload>{rows}</unload>").into_bytes())];
        let options = Options { complete: ["all".to_owned()].into(), ..Options::default() };
        let reading = read_all(&sources, &Plan::of(&pack), &options, &|_| {});
        let findings = judge(&reading.instance, &pack.rules).findings;
        let [finding] = findings.as_slice() else { panic!("{rule} of {rows}: {findings:?}") };
        let earlier = finding.identity.as_ref().map_or(finding.fingerprint, |identity| identity.earlier);
        [finding.fingerprint.to_string(), earlier.to_string(), finding.key.to_string()]
    }

    #[test]
    fn a_problem_stays_itself_whichever_condition_fails_first() {
        let plugin = |active: &str| {
            format!(
                "<v_plugin><active>{active}</active><id>com.snc.ipauthenticator</id><sys_id>v</sys_id></v_plugin>"
            )
        };
        let address =
            |active: bool| format!("<ip_access><active>{active}</active><sys_id>i</sys_id></ip_access>");
        let switch = |on: bool| {
            format!(
                "<sys_properties><name>glide.enable.blacklist_password</name><value>{on}</value><sys_id>p</sys_id>\
                 </sys_properties>"
            )
        };
        let password = "<blacklisted_password><password>autumn-leaves-1</password><sys_id>b</sys_id></blacklisted_password>";
        let cases = [
            (
                "SNP1156",
                vec![
                    format!("{}{}", plugin("inactive"), address(true)),
                    format!("{}{}", plugin("inactive"), address(false)),
                    format!("{}{}", plugin("active"), address(false)),
                    address(false),
                ],
            ),
            (
                "SNP1173",
                vec![
                    switch(false),
                    format!("{}{password}", switch(false)),
                    format!("{}{password}", switch(true)),
                ],
            ),
        ];
        let mut all = BTreeSet::new();
        for (rule, inputs) in cases {
            let found: Vec<_> = inputs.iter().map(|rows| found(rule, rows)).collect();
            let prints: BTreeSet<_> = found.iter().map(|[own, ..]| own.clone()).collect();
            assert_eq!(prints.len(), 1, "{rule}: {found:?}");
            // Version 1 told them apart, and baselines of it are still read.
            let earlier: BTreeSet<_> = found.iter().map(|[_, earlier, key]| (earlier, key)).collect();
            assert!(earlier.len() > 1, "{rule}: {found:?}");
            all.extend(prints);
        }
        assert_eq!(all.len(), 2);
    }
}
