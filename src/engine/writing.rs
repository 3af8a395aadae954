//! From what failed to findings. A message may show columns that are not kept: such a
//! finding stays open until its row is read again.

use rayon::prelude::*;
use smallvec::SmallVec;

use super::findings::{FindingWriter, SharedNames, Subject, record_subject};
use super::instance::Instance;
use super::reread_columns::{RereadColumns, columns_read};
use super::update_sets::SetNo;
use crate::finding::{Band, Finding, Place, Severity};
use crate::query::{Data, Missing, RowId};
use crate::record::{ColumnIdx, Record, TableIdx};
use crate::rule::{Body, MessagePart, PropertyColumns, Rule};

/// How many open findings are written at once, if nobody asks for more than messages.
/// Of their rows the columns are in memory; and files that cannot be entered in the
/// middle are read from their beginning once for so many.
const AT_ONCE: usize = 32 * 1024;
/// How many of one rule one thread writes.
const SHARE: usize = 512;

/// What failed.
pub(super) enum Failed {
    /// A record, which may have several rows.
    Record {
        table: TableIdx,
        rows: SmallVec<[RowId; 2]>,
        excuse: Missing,
        /// The update set that is judged.
        set: Option<SetNo>,
    },
    Subject(Box<Subject>),
}

impl Failed {
    /// The name of what is no record: a property, a group that was counted.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Record { .. } => None,
            Self::Subject(subject) => Some(&subject.name),
        }
    }

    /// The row whose columns are shown.
    pub(super) fn shown_row(&self) -> Option<(TableIdx, RowId)> {
        match self {
            Self::Record { table, rows, .. } => Some((*table, *rows.first()?)),
            Self::Subject(subject) => Some((subject.table, *subject.rows.first()?)),
        }
    }

    fn with_subject<T>(&self, instance: &Instance<'_>, take: impl FnOnce(&Subject) -> T) -> T {
        match self {
            Self::Record { table, rows, excuse, set } => {
                take(&record_subject(instance, (*table, rows), excuse.clone(), *set))
            }
            Self::Subject(subject) => take(subject),
        }
    }
}

/// A finding that is written, or one whose message shows columns that are not kept.
enum Draft {
    Written(Finding),
    Open(Box<OpenFinding>),
}

/// A finding whose message waits for the row that it shows.
struct OpenFinding {
    rule: u16,
    /// Whether it is about rows of sets that are not in force.
    is_proposed: bool,
    failed: Failed,
    /// Where the row that it shows stands, and what belongs to the finding beside it.
    places: Vec<Place>,
}

/// What failed all rules, in the order of the findings: those written at once that
/// need nothing but what is kept, and those open that show more of a row.
pub struct Drafts<'i> {
    /// By what is in force, and by everything.
    instances: [&'i Instance<'i>; 2],
    rules: &'i [Rule],
    drafts: Vec<Draft>,
}

impl<'i> Drafts<'i> {
    /// Of what failed each rule by what is in force, and by everything.
    pub(super) fn new(
        instance: &'i Instance<'i>,
        rules: &'i [Rule],
        failed: Vec<Vec<Failed>>,
        proposed: Vec<Vec<Failed>>,
    ) -> Self {
        let instances = [instance.in_force(), instance];
        let needs = instances
            .map(|instance| -> Vec<bool> { rules.iter().map(|rule| shows_more(instance, rule)).collect() });
        let mut shares: Vec<(u16, bool, Vec<Failed>)> = Vec::new();
        for (rule, (failed, proposed)) in (0_u16..).zip(failed.into_iter().zip(proposed)) {
            for (is_proposed, failed) in [(false, failed), (true, proposed)] {
                let mut failed = failed.into_iter().peekable();
                while failed.peek().is_some() {
                    shares.push((rule, is_proposed, failed.by_ref().take(SHARE).collect()));
                }
            }
        }
        let mut all = Self { instances, rules, drafts: Vec::new() };
        let draft = |(rule, is_proposed, share): (u16, bool, Vec<Failed>)| -> Vec<Draft> {
            let needs = needs[usize::from(is_proposed)].get(usize::from(rule)).copied().unwrap_or(true);
            let names = SharedNames::default();
            let instance = all.instance(is_proposed);
            let Some(writer) = all.writer(rule, instance, instance, &names) else { return Vec::new() };
            let draft = |failed: Failed| {
                if needs && failed.shown_row().is_some() {
                    let places = failed.with_subject(instance, |subject| writer.draft_places(subject));
                    Draft::Open(Box::new(OpenFinding { rule, is_proposed, failed, places }))
                } else {
                    Draft::Written(failed.with_subject(instance, |subject| writer.finding(subject)))
                }
            };
            share.into_iter().map(draft).collect()
        };
        let drafts = shares.into_par_iter().flat_map_iter(draft).collect();
        all.drafts = drafts;
        all
    }

    /// How many findings there will be.
    #[must_use]
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Its places as far as they are known: where the row stands that it shows, then
    /// what belongs to the finding beside it. Of a written finding all.
    #[must_use]
    pub fn places(&self, draft: usize) -> &[Place] {
        match self.drafts.get(draft) {
            Some(Draft::Written(finding)) => &finding.places,
            Some(Draft::Open(open)) => &open.places,
            None => &[],
        }
    }

    /// Whether its row must be read again.
    #[must_use]
    pub fn is_open(&self, draft: usize) -> bool {
        matches!(self.drafts.get(draft), Some(Draft::Open(_)))
    }

    /// How severe it will be.
    #[must_use]
    pub fn severity(&self, draft: usize) -> Severity {
        let rule = match self.drafts.get(draft) {
            Some(Draft::Written(finding)) => finding.rule,
            Some(Draft::Open(open)) => open.rule,
            None => 0,
        };
        self.rules.get(usize::from(rule)).map_or(Severity::floor(Band::Info), |rule| rule.meta.severity)
    }

    /// Writes an open finding; `record` is the one that it shows, unless that is not
    /// there any more. `None` where the finding is written.
    #[must_use]
    pub fn write(&self, draft: usize, record: Option<&Record<'_>>, names: &SharedNames) -> Option<Finding> {
        let Some(Draft::Open(open)) = self.drafts.get(draft) else { return None };
        let instance = self.instance(open.is_proposed);
        let shown = open.failed.shown_row().zip(record);
        let rows = shown.map(|(row, record)| (row, columns_read(instance, record, row.0)));
        self.write_open(open, &RereadColumns::of(instance, rows.into_iter()), names)
    }

    /// All findings, of which the open ones are those of `written`, in their order.
    #[must_use]
    pub fn finish(self, written: impl Iterator<Item = Finding>) -> Vec<Finding> {
        let mut written = written;
        let finding = |draft| match draft {
            Draft::Written(finding) => Some(finding),
            Draft::Open(_) => written.next(),
        };
        self.drafts.into_iter().filter_map(finding).collect()
    }

    /// Reads the rows again that findings show, and nothing else.
    pub(super) fn written(self) -> Vec<Finding> {
        let open = self.drafts.iter().filter_map(|draft| match draft {
            Draft::Open(open) => Some(&**open),
            Draft::Written(_) => None,
        });
        let open: Vec<_> = open.collect();
        let mut written = Vec::with_capacity(open.len());
        for some in open.chunks(AT_ONCE) {
            let rows = |is_proposed| {
                let rows = some.iter().filter(move |open| open.is_proposed == is_proposed);
                rows.filter_map(|open| open.failed.shown_row())
            };
            let again = [false, true]
                .map(|is_proposed| RereadColumns::new(self.instance(is_proposed), rows(is_proposed)));
            let write = |share: &[&OpenFinding]| -> Vec<Finding> {
                let names = SharedNames::default();
                let write = |open: &&OpenFinding| {
                    self.write_open(open, &again[usize::from(open.is_proposed)], &names)
                };
                share.iter().filter_map(write).collect()
            };
            written.extend(some.par_chunks(SHARE).flat_map_iter(write).collect::<Vec<_>>());
        }
        self.finish(written.into_iter())
    }

    fn write_open(
        &self,
        open: &OpenFinding,
        again: &RereadColumns<'_>,
        names: &SharedNames,
    ) -> Option<Finding> {
        let instance = self.instance(open.is_proposed);
        let writer = self.writer(open.rule, instance, again, names)?;
        Some(open.failed.with_subject(instance, |subject| writer.finding(subject)))
    }

    fn instance(&self, is_proposed: bool) -> &'i Instance<'i> {
        self.instances[usize::from(is_proposed)]
    }

    fn writer<'w>(
        &self,
        index: u16,
        instance: &'w Instance<'w>,
        data: &'w dyn Data,
        names: &'w SharedNames,
    ) -> Option<FindingWriter<'w>>
    where
        'i: 'w,
    {
        let rule: &'w Rule = self.rules.get(usize::from(index))?;
        let properties = properties_of(instance, rule);
        Some(FindingWriter { instance, data, rule, index, properties, names })
    }
}

/// Where the values of properties stand that a rule is about.
fn properties_of(instance: &Instance<'_>, rule: &Rule) -> Option<PropertyColumns> {
    match &rule.body {
        Body::Property(body) => Some(body.columns),
        Body::Conditions(_) => property_columns(instance),
        _ => None,
    }
}

/// Whether a finding of the rule needs columns of its row that are not kept.
fn shows_more(instance: &Instance<'_>, rule: &Rule) -> bool {
    let is_kept = |table: TableIdx, column: ColumnIdx| instance.table(table).slot(column).is_some();
    let names_at = |at: &str| {
        let tables = (0_u16..).map(TableIdx).zip(instance.wanted.tables());
        tables
            .filter_map(|(index, table)| Some((index, table.find(at)?)))
            .any(|(table, at)| !is_kept(table, at))
    };
    let is_lost = |part: &MessagePart| match part {
        MessagePart::Field(path) => {
            let mut columns = path.own_columns();
            columns.any(|(table, column)| !is_kept(table, column))
        }
        MessagePart::Text(_) | MessagePart::Evidence(_) | MessagePart::Special(_) => false,
    };
    rule.at.as_deref().is_some_and(names_at) || rule.message.parts.iter().any(is_lost)
}

fn property_columns(instance: &Instance<'_>) -> Option<PropertyColumns> {
    let table = instance.wanted.find("sys_properties")?;
    let column = |name| instance.wanted.table(table).find(name);
    Some(PropertyColumns { table, name: column("name")?, value: column("value")?, kind: column("type")? })
}
