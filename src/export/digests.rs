//! Which records of files differ from those of another state of them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::quality::RandomState;
use rayon::prelude::*;

use super::read::read;
use super::{RecordSink, Select};
use crate::record::Record;
use crate::source::Source;

/// Where a record stands: start of the child of the root, and how many records
/// of it come before.
pub type RecordPlace = (u64, u32);

/// Of each source of now, the records that no source of before holds with the same
/// values: those that were added or changed. Their order, indentation and form do not
/// matter, nor does the file that held them. A record of before is held against one of
/// now, first of the file with the same path.
#[must_use]
pub fn changed_records(before: &[&Source], now: &[&Source]) -> Vec<HashSet<RecordPlace>> {
    // Seeded, as whoever writes the file could look for values that collide.
    let hasher = RandomState::default();
    let digests = |source: &&Source| {
        let mut digests = Digests { hasher: &hasher, list: Vec::new() };
        let _ = read(source, Select::Everything, &mut digests);
        digests.list
    };
    let before_by_path: Vec<_> = before.par_iter().map(digests).collect();
    let mut changed: Vec<_> = now.par_iter().map(digests).collect();
    let by_path: HashMap<&str, usize> = (0..).zip(now).map(|(at, source)| (source.path(), at)).collect();
    let mut elsewhere = Known::default();
    for (source, digests) in before.iter().zip(before_by_path) {
        let mut own = Known::default();
        for (_, digest) in &digests {
            own.add(*digest);
        }
        if let Some(&at) = by_path.get(source.path()) {
            changed[at].retain(|(_, digest)| !own.take(*digest));
        }
        for (_, digest) in digests.into_iter().filter(|(_, digest)| own.take(*digest)) {
            elsewhere.add(digest);
        }
    }
    for records in &mut changed {
        records.retain(|(_, digest)| !elsewhere.take(*digest));
    }
    changed.into_iter().map(|records| records.into_iter().map(|(place, _)| place).collect()).collect()
}

/// How many records of before have a digest.
#[derive(Default)]
struct Known(HashMap<u64, u32>);

impl Known {
    fn add(&mut self, digest: u64) {
        *self.0.entry(digest).or_default() += 1;
    }

    /// Whether there is one more; it is used up.
    fn take(&mut self, digest: u64) -> bool {
        match self.0.get_mut(&digest) {
            Some(count @ 1..) => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
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

    /// The starts of the changed records, by file.
    #[track_caller]
    fn check_files(before: &[(&str, &str)], now: &[(&str, &str)], expected: &[&[&str]]) {
        let sources = |files: &[(&str, &str)]| -> Vec<Source> {
            files.iter().map(|(path, text)| Source::memory(path, text.as_bytes())).collect()
        };
        let (before, sources_now) = (sources(before), sources(now));
        let (before, sources_now): (Vec<_>, Vec<_>) = (before.iter().collect(), sources_now.iter().collect());
        let changed = changed_records(&before, &sources_now);
        assert_eq!(changed.len(), now.len());
        for ((records, (_, text)), expected) in changed.into_iter().zip(now).zip(expected) {
            let mut starts: Vec<_> = records.into_iter().map(|(start, _)| start).collect();
            starts.sort_unstable();
            let expected: Vec<_> =
                expected.iter().map(|record| u64::try_from(text.find(record).unwrap()).unwrap()).collect();
            assert_eq!(starts, expected, "{text}");
        }
    }

    #[track_caller]
    fn check(before: &str, now: &str, expected: &[&str]) {
        check_files(&[("export.xml", before)], &[("export.xml", now)], &[expected]);
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

    #[test]
    fn records_that_moved_to_another_file() {
        let (a, b) = (format!("<unload>{A}</unload>"), format!("<unload>{B}</unload>"));
        let both = format!("<unload>{A}{B}</unload>");
        check_files(&[("a.xml", &a), ("b.xml", &b)], &[("all.xml", &both)], &[&[]]);
        check_files(&[("all.xml", &both)], &[("all.xml", &a), ("x.zip!/b.xml", &b)], &[&[], &[]]);
        // Of two copies, the one that stood there before is no change.
        check_files(&[("b.xml", &a)], &[("a.xml", &a), ("b.xml", &a)], &[&[A], &[]]);
        check_files(&[], &[("a.xml", &a)], &[&[A]]);
    }
}
