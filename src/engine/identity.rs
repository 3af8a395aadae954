//! What a finding is recognised by.

use super::findings::{FindingWriter, Subject};
use crate::finding::{Fingerprint, Identity, Measure, fingerprint, fingerprint_of_record, key_in_set};
use crate::record::shares_keys;

/// The fingerprints of one finding.
pub(super) struct Prints {
    pub(super) own: Fingerprint,
    /// Of the natural key alone.
    key: Fingerprint,
    /// `glidelint/v1`.
    earlier: Fingerprint,
}

impl Prints {
    /// What there is to say beside the fingerprint.
    pub(super) fn identity(&self, measure: Option<Measure>) -> Option<Box<Identity>> {
        let Self { own, key, earlier } = *self;
        let is_plain = own == key && own == earlier && measure.is_none();
        (!is_plain).then(|| Box::new(Identity { key, earlier, measure }))
    }
}

impl FindingWriter<'_> {
    /// Of a finding about a subject of an update set, or of none.
    ///
    /// Version 1 takes the `sys_id` in place of a key that another record has too, so
    /// it changes when such a record comes or goes.
    pub(super) fn prints(&self, subject: &Subject, set: &str, field: Option<&str>) -> Prints {
        let (instance, key) = (self.instance, subject.key.as_str());
        let table: &str = &instance.wanted.table(subject.table).name;
        let (rule, instance_name) = (self.rule.meta.id.as_str(), &*instance.name);
        let field = field.unwrap_or_default();
        let of = |key: &str| fingerprint([rule, instance_name, table, &key_in_set(set, key), field]);
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
            Some(set) => instance.key_is_unique_in_set(set, subject.table, key),
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
