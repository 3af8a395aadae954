//! Which records of a file differ from those of another state of it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::RandomState;

use super::{RecordSink, Select, read};
use crate::record::Record;
use crate::source::Source;

/// Where a record stands: start of the child of the root, and how many records
/// of it come before.
pub type RecordPlace = (u64, u32);

/// The records of `now` that `before` does not hold with the same values: those
/// that were added or changed. Their order, indentation and form do not matter.
#[must_use]
pub fn changed_records(before: &Source, now: &Source) -> HashSet<RecordPlace> {
    // Seeded, as whoever writes the file could look for values that collide.
    let hasher = RandomState::default();
    let digests = |source: &Source| {
        let mut digests = Digests { hasher: &hasher, list: Vec::new() };
        let _ = read(source, Select::Everything, &mut digests);
        digests.list
    };
    let mut known: HashMap<u64, u32> = HashMap::new();
    for (_, digest) in digests(before) {
        *known.entry(digest).or_default() += 1;
    }
    let is_known = |digest: u64| match known.get_mut(&digest) {
        Some(count @ 1..) => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let mut is_known = is_known;
    digests(now).into_iter().filter(|(_, digest)| !is_known(*digest)).map(|(place, _)| place).collect()
}

/// Takes a number of each record that tells it from others.
struct Digests<'h> {
    hasher: &'h RandomState,
    list: Vec<(RecordPlace, u64)>,
}

impl RecordSink for Digests<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let mut hasher = self.hasher.build_hasher();
        record.table.hash(&mut hasher);
        record.action.hash(&mut hasher);
        record.attributes.hash(&mut hasher);
        for field in record.fields {
            (field.name, field.value.trim(), &field.display_value, &field.name_attribute).hash(&mut hasher);
        }
        self.list.push(((record.outer_start, record.ordinal), hasher.finish()));
    }
}

#[cfg(test)]
mod tests {
    use super::changed_records;
    use crate::source::Source;

    #[track_caller]
    fn check(before: &str, now: &str, expected: &[&str]) {
        let source = |text: &str| Source::memory("export.xml", text.as_bytes());
        let mut starts: Vec<_> =
            changed_records(&source(before), &source(now)).into_iter().map(|(start, _)| start).collect();
        starts.sort_unstable();
        let expected: Vec<_> =
            expected.iter().map(|text| u64::try_from(now.find(text).unwrap()).unwrap()).collect();
        assert_eq!(starts, expected, "{now}");
    }

    const A: &str =
        "<sys_user action=\"INSERT_OR_UPDATE\"><sys_id>a</sys_id><active>true</active></sys_user>";
    const B: &str =
        "<sys_user action=\"INSERT_OR_UPDATE\"><sys_id>b</sys_id><active>true</active></sys_user>";

    #[test]
    fn what_was_added_or_changed() {
        let before = format!("<unload>{A}{B}</unload>");
        check(&before, &before, &[]);
        check(&before, &format!("<unload>\n  {B}\n  {A}\n</unload>"), &[]);
        let changed = B.replace("true", "false");
        check(&before, &format!("<unload>{A}{changed}</unload>"), &[&changed]);
        let added = B.replace(">b<", ">c<");
        check(&before, &format!("<unload>{A}{B}{added}</unload>"), &[&added]);
        check(&before, &format!("<unload>{B}</unload>"), &[]);
        check("", &format!("<unload>{A}</unload>"), &[A]);
    }
}
