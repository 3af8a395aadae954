//! Reads the exports once more, all fields of all records: for the names that
//! are to be replaced, and the secrets that no output may hold.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::known::KnownPeople;
use super::secrets::Secrets;
use super::traits::{Means, Traits, USERS};
use crate::export::{self, Collect, RecordSink, Select};
use crate::record::{Classes, Field, Record};
use crate::source::{Source, lock};

/// What the exports say of people and secrets.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    pub(super) known: KnownPeople,
    /// The secrets.
    pub secrets: Secrets,
}

/// Reads all sources, on all threads; `classes` says which tables extended which when
/// they were read first. What cannot be read holds nothing that a
/// report could show.
#[must_use]
pub fn gather(sources: &[Source], classes: &Classes) -> Gathered {
    let gathering = Gathering { all: Mutex::default(), like: Gathered::default() };
    export::read_all(sources, Select::Everything.with(classes), &gathering);
    gathering.all.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or(gathering.like)
}

struct Gathering {
    all: Mutex<Option<Gathered>>,
    /// Nothing, with the hashes of all.
    like: Gathered,
}

impl Collect for Gathering {
    type Sink = Gatherer;

    fn sink(&self) -> Gatherer {
        let gathered = Gathered { known: self.like.known.like(), secrets: self.like.secrets.like() };
        Gatherer { gathered, source: 0, traits: HashMap::new(), last: String::new() }
    }

    fn take(&self, sink: Gatherer) {
        let mut all = lock(&self.all);
        match &mut *all {
            Some(all) => {
                all.known.join(sink.gathered.known);
                all.secrets.join(sink.gathered.secrets);
            }
            none => *none = Some(sink.gathered),
        }
    }

    fn progress(&self, _bytes: u64) {}
}

/// Gathers from some sources, or from a part of one.
struct Gatherer {
    gathered: Gathered,
    source: u32,
    /// By table, then by column: few of each.
    traits: HashMap<Box<str>, HashMap<Box<str>, Traits>>,
    /// The name that was learned last: many records in a row have the same author.
    last: String,
}

impl RecordSink for Gatherer {
    fn begin(&mut self, source: u32) {
        self.source = source;
    }

    fn record(&mut self, record: &Record<'_>) {
        if !self.traits.contains_key(record.table) {
            self.traits.insert(record.table.into(), HashMap::new());
        }
        let Self { gathered, source, traits, last } = self;
        let Some(columns) = traits.get_mut(record.table) else { return };
        for field in record.fields {
            let traits = if let Some(traits) = columns.get(field.name) {
                *traits
            } else {
                let traits = Traits::of(record.table, field.name);
                *columns.entry(field.name.into()).or_insert(traits)
            };
            learn(&mut gathered.known, traits, field, last);
            let other = |name: &str| Some(record.value(name).unwrap_or_default());
            if traits.secrecy.is_secret(&field.value, other) {
                let shown = field.display_value.as_deref().unwrap_or_default();
                for value in [&*field.value, shown].into_iter().filter(|value| !value.is_empty()) {
                    gathered.secrets.add(*source, record, field.name, value);
                }
            }
        }
        if record.table == USERS {
            let part = |name| record.value(name).unwrap_or_default();
            let (first, last) = (part("first_name"), part("last_name"));
            if !first.is_empty() && !last.is_empty() {
                gathered.known.add_name(&format!("{first} {last}"));
                gathered.known.add_name(&format!("{last}, {first}"));
            }
        }
    }
}

fn learn(known: &mut KnownPeople, traits: Traits, field: &Field<'_>, last: &mut String) {
    learn_text(known, traits.value, &field.value, last);
    let shown = [field.display_value.as_deref(), field.name_attribute.as_deref()];
    for shown in shown.into_iter().flatten() {
        learn_text(known, traits.display, shown, last);
    }
}

fn learn_text(known: &mut KnownPeople, means: Means, text: &str, last: &mut String) {
    let text = text.trim();
    match means {
        Means::Person if text.is_empty() || text == last => {}
        Means::Person => {
            text.clone_into(last);
            known.add_name(text);
        }
        Means::AccountId if !text.is_empty() => known.add_id(text),
        Means::Phone => known.add_phone(text),
        Means::Role if !text.is_empty() => known.add_role(text),
        Means::Nothing | Means::AccountId | Means::Role => {}
    }
}
