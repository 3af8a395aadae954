//! From a failed judgement to a finding: message, key, places, fingerprint.

mod identity;
mod message;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::facts::{RowStanding, SetNo};
use crate::finding::{FieldPart, Finding, Place, PlaceRole, Target, key_in_set};
use crate::instance::{AccessStep, Instance, key_by_set, missing_names, path_of};
use crate::query::{Data, Missing, RowId};
use crate::record::{ColumnIdx, TableIdx, schema};
use crate::rule::{Body, Judges, PropertyColumns, Rule};

/// How many related places one finding keeps.
const MAX_RELATED: usize = 100;
/// How many places of one text a finding keeps.
const MAX_PARTS: usize = 20;
/// How much of one value a message shows, in characters.
pub(super) const MAX_VALUE: usize = 120;
/// How long a message may be, in characters.
const MAX_MESSAGE: usize = 1000;

/// What a finding is about.
pub(super) struct Subject {
    pub(super) table: TableIdx,
    /// The natural key; for properties and groups their name.
    pub(super) key: String,
    /// What it is recognised by in place of the key, where the key says only what was
    /// seen first of it.
    pub(super) identity: Option<String>,
    /// The record it is, where it is one.
    pub(super) sys_id: Option<String>,
    /// The rows that show it, the one to report first. May be empty.
    pub(super) rows: Vec<RowId>,
    /// What `{name}` and `{count}` and `{expected}` say.
    pub(super) name: String,
    pub(super) count: usize,
    pub(super) expected: String,
    /// What an excuse would have needed to be judged.
    pub(super) unjudged_excuse: Missing,
    /// The update set that brings it, where that is judged.
    pub(super) set: Option<SetNo>,
}

/// Makes the findings of one rule.
pub(super) struct FindingWriter<'i> {
    pub(super) instance: &'i Instance<'i>,
    /// The instance, with columns that it does not keep.
    pub(super) data: &'i dyn Data,
    pub(super) rule: &'i Rule,
    pub(super) index: u16,
    /// Where the values of properties stand, for `{value}`.
    pub(super) properties: Option<PropertyColumns>,
    /// Names that the findings share.
    pub(super) names: &'i SharedNames,
}

/// Names of tables and fields that findings share, each once: rules have few.
#[derive(Default)]
pub struct SharedNames(RefCell<Vec<Arc<str>>>);

impl SharedNames {
    fn of(&self, name: &str) -> Arc<str> {
        let mut known = self.0.borrow_mut();
        if let Some(shared) = known.iter().find(|shared| ***shared == *name) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = name.into();
        known.push(Arc::clone(&shared));
        shared
    }
}

impl FindingWriter<'_> {
    /// The finding about a subject.
    pub(super) fn finding(&self, subject: &Subject) -> Finding {
        let instance = self.instance;
        let table = &instance.wanted.table(subject.table).name;
        let field = self.reported_field(subject);
        let mut confidence = self.rule.meta.confidence;
        let row = subject.rows.first().copied();
        let path = row.map(|row| path_of(instance, subject.table, row)).unwrap_or_default();
        let (mut message, mut values) = self.message(subject);
        values.add_reported(self, subject, field.as_deref());
        values.add_path(self, path.iter().map(AccessStep::sentence));
        if !subject.unjudged_excuse.is_empty() {
            confidence = confidence.lowered();
            let missing = missing_names(instance, &subject.unjudged_excuse).join(", ");
            message.push_str(" Whether it is excused could not be told without ");
            message.push_str(&missing);
            message.push('.');
        }
        let doubt = row.map(|row| instance.doubt(subject.table, row)).unwrap_or_default();
        if !doubt.is_empty() {
            confidence = confidence.lowered();
            let missing = missing_names(instance, &doubt).join(", ");
            message.push_str(" Whether the grant counts could not be told without ");
            message.push_str(&missing);
            message.push('.');
        }
        let set = subject.set.and_then(|set| instance.sets.get(set)).map_or("", |set| &set.identity);
        let prints = self.prints(subject, set, field.as_deref());
        Finding {
            rule: self.index,
            severity: self.rule.meta.severity,
            confidence,
            table: self.names.of(table),
            sys_id: subject.sys_id.clone().map(Into::into),
            key: key_in_set(set, &subject.key).as_ref().into(),
            field: field.clone(),
            message: shorten(&message, MAX_MESSAGE).into(),
            fingerprint: prints.own,
            identity: prints.identity(values.measure()),
            values: values.hash(),
            state: None,
            waiver: None,
            places: self.places(subject, self.pointed_at(subject, field), &path).into(),
        }
    }

    /// The field that is reported, if the record shows it.
    fn reported_field(&self, subject: &Subject) -> Option<Arc<str>> {
        let row = *subject.rows.first()?;
        let (at, column) = self.asked_field(subject)?;
        self.data.cell(subject.table, row, column).present.then(|| self.names.of(at))
    }

    /// The field that is reported, whether the record shows it or not.
    fn asked_field(&self, subject: &Subject) -> Option<(&str, ColumnIdx)> {
        let is_property = self.properties.is_some_and(|columns| columns.table == subject.table);
        let columns = self.instance.wanted.table(subject.table);
        // A rule of several conditions may name a field that only one of its tables has.
        let own = self.rule.at.as_deref().and_then(|at| Some((at, columns.find(at)?)));
        own.or_else(|| is_property.then_some("value").zip(columns.find("value")))
    }

    /// The places of a finding whose row is not read again yet: that row stands for what
    /// the finding will point at in it.
    pub(super) fn draft_places(&self, subject: &Subject) -> Vec<Place> {
        let row = subject.rows.first().copied();
        let path = row.map(|row| path_of(self.instance, subject.table, row)).unwrap_or_default();
        self.places(subject, vec![Target::Record], &path)
    }

    /// The places of a finding: what it points at in its first row, then other rows that
    /// show the same, each with the reported field if that row has it.
    fn places(&self, subject: &Subject, first: Vec<Target>, path: &[AccessStep]) -> Vec<Place> {
        if !path.is_empty() {
            return places_of_path(path);
        }
        let field = self.asked_field(subject).map(|(field, _)| self.names.of(field));
        let target = field.map_or(Target::Record, Target::Field);
        let mut parts = first;
        let mut places = Vec::new();
        // Then the rows are all copies that there are.
        let every_copy = matches!(&self.rule.body, Body::Record(body) if body.judges == Judges::EveryCopy);
        for &row in subject.rows.iter().take(MAX_RELATED) {
            let label = (!places.is_empty()).then(|| {
                if every_copy {
                    "the same record once more".to_owned()
                } else {
                    format!("and {}", self.instance.key(subject.table, row))
                }
            });
            // Parts are of the first row only: of others the text was not read.
            let mut parts = std::mem::take(&mut parts).into_iter();
            let first = parts.next().unwrap_or_else(|| target.clone());
            places.extend(self.place(subject.table, row, first, label));
            for part in parts {
                places.extend(self.place(subject.table, row, part, Some("and here".to_owned())));
            }
            if subject.set.is_some() {
                for &(other, standing) in self.instance.sets.others(subject.table, row) {
                    let (target, label) = match standing {
                        RowStanding::Copy(_) => (target.clone(), "the same record once more"),
                        _ => (Target::Record, "an older version of the record in the same update set"),
                    };
                    places.extend(self.place(subject.table, other, target, Some(label.to_owned())));
                }
                continue;
            }
            if every_copy {
                continue;
            }
            for &older in self.instance.older_versions_of(subject.table, row) {
                let label = Some("an older version of the record, which this one overwrites".to_owned());
                places.extend(self.place(subject.table, older, Target::Record, label));
            }
            for &copy in self.instance.copies_of(subject.table, row) {
                places.extend(self.place(
                    subject.table,
                    copy,
                    target.clone(),
                    Some("the same record once more".to_owned()),
                ));
            }
        }
        if let Some(first) = places.first_mut() {
            first.role = PlaceRole::Primary;
            first.label = None;
        } else {
            places.extend(self.root_of(subject.table));
        }
        places.truncate(MAX_RELATED);
        places
    }

    /// What a finding points at in its first row.
    fn pointed_at(&self, subject: &Subject, field: Option<Arc<str>>) -> Vec<Target> {
        let Some(field) = field else { return vec![Target::Record] };
        let parts = self.parts(subject, &field);
        if parts.is_empty() { vec![Target::Field(field)] } else { parts }
    }

    /// Where in the reported field stands what the rule found there by a pattern it
    /// forbids, or by `LIKE` where it asks for nothing else, if that is a script. What mends a finding writes the whole element anew.
    fn parts(&self, subject: &Subject, field: &Arc<str>) -> Vec<Target> {
        let table = self.instance.wanted.table(subject.table);
        let Some((&row, column)) = subject.rows.first().zip(table.find(field)) else { return Vec::new() };
        let value = self.data.cell(subject.table, row, column).value;
        let is_script = schema::holds_script(&table.name, field).unwrap_or_else(|| value.contains('\n'));
        if !is_script || self.rule.meta.mend.is_some() {
            return Vec::new();
        }
        let bodies = self.rule.body.records().filter(|body| body.table == subject.table);
        let found = bodies.flat_map(|body| match &body.filter {
            Some(filter) if body.require.is_none() && body.expect.is_empty() => {
                filter.places(field, value, MAX_PARTS)
            }
            _ => {
                let expected = body.expect.iter();
                expected.flat_map(|expected| expected.offences(field, value, MAX_PARTS)).collect()
            }
        });
        let part =
            |found: Range<usize>| FieldPart { field: Arc::clone(field), start: found.start, end: found.end };
        found.take(MAX_PARTS).map(|found| Target::Part(Box::new(part(found)))).collect()
    }

    fn place(&self, table: TableIdx, row: RowId, target: Target, label: Option<String>) -> Option<Place> {
        let (source, outer_start, ordinal) = self.instance.place(table, row)?;
        let label = label.map(|text| shorten(&text, MAX_VALUE).into());
        Some(Place { source, outer_start, ordinal, target, role: PlaceRole::Related, label })
    }

    /// Where something is missing: the root of the first file that holds the
    /// table as a table, else of the first file.
    fn root_of(&self, table: TableIdx) -> Option<Place> {
        let name = &*self.instance.wanted.table(table).name;
        let files = &self.instance.files;
        let file = files.iter().find(|file| file.tables.contains(name)).or(files.first())?;
        Some(Place {
            source: file.source,
            outer_start: 0,
            ordinal: 0,
            target: Target::Root,
            role: PlaceRole::Primary,
            label: None,
        })
    }
}

/// The last step is what grants it, and is reported; the others lead there.
fn places_of_path(path: &[AccessStep]) -> Vec<Place> {
    let mut places: Vec<Place> = path
        .iter()
        .map(|step| Place {
            label: Some(shorten(&step.sentence(), MAX_MESSAGE).into()),
            ..step.place.clone()
        })
        .collect();
    if let Some(mut last) = places.pop() {
        last.role = PlaceRole::Primary;
        places.insert(0, last);
    }
    places.truncate(MAX_RELATED);
    places
}

/// At most that many characters, on one line.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let line = |character: char| if character.is_control() { ' ' } else { character };
    if text.chars().nth(limit).is_none() {
        return text.chars().map(line).collect();
    }
    let mut short: String = text.chars().take(limit - 1).map(line).collect();
    short.push('…');
    short
}

/// A subject that is one record.
pub(super) fn record_subject(
    instance: &Instance<'_>,
    (table, rows): (TableIdx, &[RowId]),
    excuse: Missing,
    set: Option<SetNo>,
) -> Subject {
    let first = rows.first();
    let sys_id = first.map_or("", |&row| instance.cell(table, row, ColumnIdx::SYS_ID).value);
    let key_of = |row| match set {
        Some(set) => key_by_set(instance, set, table, row),
        None => instance.key(table, row),
    };
    let key = first.map(|&row| key_of(row)).unwrap_or_default();
    Subject {
        table,
        name: key.clone(),
        key,
        identity: None,
        sys_id: Some(sys_id.to_owned()).filter(|sys_id| !sys_id.is_empty()),
        rows: rows.to_vec(),
        count: 1,
        expected: String::new(),
        unjudged_excuse: excuse,
        set,
    }
}
