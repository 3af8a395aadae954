//! What a finding says, and the values that it rests on.

use super::super::properties::shown_value;
use super::{FindingWriter, MAX_VALUE, Subject, shorten};
use crate::facts::AT_ODDS;
use crate::finding::{Better, Measure, ValuesHash};
use crate::instance::{SetView, class_evidence};
use crate::query::{BoundPath, Data, RowId};
use crate::record::{REDACTED, Secrecy, carries_credential, nobody_chose};
use crate::rule::{Body, MessagePart, RecordBody, Special};

/// The values that a finding rests on, in their order: waivers and baselines are
/// bound to them. What the platform writes by itself is none of them, nor are dates:
/// whoever logs in changes no setting.
#[derive(Default)]
pub(in crate::judge) struct RestsOn {
    values: Vec<Value>,
    /// The one number that fails a limit, and which numbers are better.
    number: Option<(f64, Better)>,
}

struct Value {
    text: String,
    /// Whether it shows the number.
    is_number: bool,
}

impl RestsOn {
    fn add(&mut self, text: String, is_number: bool) {
        if !is_time(&text) {
            self.values.push(Value { text, is_number });
        }
    }

    /// Adds the value of the field that is reported, as far as it is no secret.
    pub(in crate::judge) fn add_reported(
        &mut self,
        writer: &FindingWriter<'_>,
        subject: &Subject,
        field: Option<&str>,
    ) {
        // Which of the rows that are counted comes first, the files' order says.
        let is_free = |field: &&str| writer.counts() || writer.nobody_chose(subject, field);
        let Some(field) = field.filter(|field| !is_free(field)) else { return };
        for value in writer.reported_values(subject, field) {
            self.add(value, writer.is_measured(subject, field));
        }
    }

    /// Adds the steps of a path, which of what is counted leads to the first row only.
    pub(in crate::judge) fn add_path(
        &mut self,
        writer: &FindingWriter<'_>,
        sentences: impl Iterator<Item = String>,
    ) {
        let sentences = sentences.filter(|_| !writer.counts());
        self.values.extend(sentences.map(|text| Value { text, is_number: false }));
    }

    pub(in crate::judge) fn hash(&self) -> ValuesHash {
        ValuesHash::of(self.values.iter().map(|value| &value.text))
    }

    pub(in crate::judge) fn measure(&self) -> Option<Measure> {
        let (value, better) = self.number?;
        let others = self.values.iter().filter(|value| !value.is_number);
        Some(Measure { value, better, others: ValuesHash::of(others.map(|value| &value.text)) })
    }
}

impl FindingWriter<'_> {
    /// The message, and the values in it.
    pub(in crate::judge) fn message(&self, subject: &Subject) -> (String, RestsOn) {
        let row = subject.rows.first().copied();
        let view = subject.set.map(|set| SetView::new(self.instance, self.data, set));
        let data = view.as_ref().map_or(self.data, |view| view as &dyn Data);
        let mut message = String::new();
        let mut rests_on = RestsOn { values: Vec::new(), number: self.number(subject) };
        for part in &self.rule.message.parts {
            let (value, is_number) = match part {
                MessagePart::Text(text) => {
                    message.push_str(text);
                    continue;
                }
                MessagePart::Field(path) => {
                    let column = path.column().map(|(table, column)| {
                        let table = self.instance.wanted.table(table);
                        (&*table.name, table.columns.get(column.index()).map_or("", |name| name))
                    });
                    // Of what is counted, the first row is shown, and the files' order
                    // says which is that.
                    let is_free =
                        self.counts() || column.is_some_and(|(table, name)| nobody_chose(table, name));
                    let shown = row.and_then(|row| path.display(data, row));
                    if shown.is_none() && row.is_some_and(|row| path.is_hidden(data, row)) {
                        message.push_str("(not exported)");
                        if !is_free {
                            // Whoever waived the finding did not know the value either.
                            rests_on.add("(empty)".to_owned(), false);
                        }
                        continue;
                    }
                    let shown = shown.as_deref().unwrap_or("(empty)");
                    let shown = if carries_credential(shown) { REDACTED } else { shown };
                    // A reference may show two names.
                    let shown = shorten(&shown.replace(AT_ODDS, " or "), MAX_VALUE);
                    if is_free {
                        message.push_str(&shown);
                        continue;
                    }
                    (shown, self.is_measured(subject, path.text()))
                }
                MessagePart::Evidence(path) => (self.evidence(path, row), false),
                MessagePart::Special(special) => {
                    let is_number = matches!(special, Special::Count | Special::Value);
                    let value = self.special(*special, subject, row);
                    if *special == Special::Value && subject.rows.len() > 1
                        || *special == Special::Name && self.counts()
                    {
                        // Of several rows the files' order says which is shown.
                        message.push_str(&value);
                        continue;
                    }
                    (value, is_number)
                }
            };
            message.push_str(&value);
            rests_on.add(value, is_number);
        }
        (message, rests_on)
    }

    fn evidence(&self, path: &BoundPath, row: Option<RowId>) -> String {
        let found = row.and_then(|row| path.row(self.data, row));
        let names = path.class().zip(found).map(|(class, row)| class_evidence(self.instance, class, row));
        names.unwrap_or_default().join(", ")
    }

    fn special(&self, special: Special, subject: &Subject, row: Option<RowId>) -> String {
        match special {
            Special::Count => subject.count.to_string(),
            Special::Name => shorten(&subject.name, MAX_VALUE),
            Special::Expected => subject.expected.clone(),
            Special::Value => match (self.properties, row) {
                (Some(columns), Some(row)) if columns.table == subject.table => {
                    shorten(&shown_value(self.instance, columns, row), MAX_VALUE)
                }
                _ => "(not set)".to_owned(),
            },
        }
    }

    /// The values of the field that is reported: of a property with several rows all
    /// that fail, in no order of the files; of a record that of its first row.
    fn reported_values(&self, subject: &Subject, field: &str) -> Vec<String> {
        let Some(&row) = subject.rows.first() else { return Vec::new() };
        if field == "value"
            && let Some(columns) = self.properties.filter(|columns| columns.table == subject.table)
        {
            let rows = subject.rows.iter();
            let mut values: Vec<_> = rows.map(|&row| shown_value(self.instance, columns, row)).collect();
            values.sort_unstable();
            values.dedup();
            return values;
        }
        let table = self.instance.wanted.table(subject.table);
        let Some(column) = table.find(field) else { return Vec::new() };
        let value = self.data.cell(subject.table, row, column).value;
        // Whether a property is secret, its name and type tell; a rule about records
        // does not read them.
        let is_hidden = Secrecy::of(&table.name, field).hides(value, |_| None);
        vec![if is_hidden { REDACTED } else { value }.to_owned()]
    }

    fn counts(&self) -> bool {
        matches!(self.rule.body, Body::Count(_))
    }

    fn nobody_chose(&self, subject: &Subject, field: &str) -> bool {
        nobody_chose(&self.instance.wanted.table(subject.table).name, field)
    }

    /// The one number that the finding rests on, if the rule compares nothing but
    /// numbers with limits, and the number is no secret.
    fn number(&self, subject: &Subject) -> Option<(f64, Better)> {
        match &self.rule.body {
            Body::Count(body) => {
                let count = f64::from(u32::try_from(subject.count).ok()?);
                let better = body.expect.better_than(count);
                // Else it is the share of another count that it is above.
                Some((count, better.unwrap_or(Better::Lower)))
            }
            Body::Property(body) => match self.reported_values(subject, "value").as_slice() {
                [value] => body.expect.measure(value),
                _ => None,
            },
            Body::Record(body) => {
                let column = measured_column(body)?;
                match self.reported_values(subject, column).as_slice() {
                    [value] => body.expect.first()?.of_column(column)?.measure(value),
                    _ => None,
                }
            }
            Body::Conditions(_) => None,
        }
    }

    /// Whether a field is the one that holds the number.
    fn is_measured(&self, subject: &Subject, field: &str) -> bool {
        match &self.rule.body {
            Body::Property(body) => body.columns.table == subject.table && field == "value",
            Body::Record(body) => measured_column(body) == Some(field),
            Body::Count(_) | Body::Conditions(_) => false,
        }
    }
}

/// The one column that a rule expects something of, where it asks for nothing else.
fn measured_column(body: &RecordBody) -> Option<&str> {
    match body.expect.as_slice() {
        [expected] if body.require.is_none() => expected.column(),
        _ => None,
    }
}

/// Whether a value is a date or a date with a time, as exports write them.
fn is_time(value: &str) -> bool {
    let mut bytes = value.bytes();
    let date = bytes.by_ref().take(10).enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    date && value.len() >= 10 && bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b':'))
}
