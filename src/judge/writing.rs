//! From what failed to findings. A message may show columns that are not kept: such a
//! finding stays open until its row is read again.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use smallvec::SmallVec;

use super::findings::{FindingWriter, SharedNames, Subject, record_subject};
use crate::facts::SetNo;
use crate::finding::{Band, Finding, Place, Severity};
use crate::instance::{Instance, RereadColumns, columns_read};
use crate::query::{Data, Missing, RowId};
use crate::record::{ColumnIdx, Record, TableIdx};
use crate::rule::{Body, MessagePart, PropertyColumns, Rule};
use crate::source::lock;

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

/// A finding whose message waits for the row that it shows; written in the same memory.
enum OpenFinding {
    Open(Failed),
    /// Somebody is writing it.
    Taken,
    Written(Finding),
}

/// Some findings of one rule.
enum DraftShare {
    /// Those that need nothing but what is kept.
    Written(Vec<Finding>),
    /// Those whose messages show more of a row.
    Open(OpenShare),
}

struct OpenShare {
    rule: u16,
    /// Whether they are about rows of sets that are not in force.
    is_proposed: bool,
    findings: Mutex<Vec<OpenFinding>>,
}

/// What failed all rules, in the order of the findings: those written at once that
/// need nothing but what is kept, and those open that show more of a row.
pub struct Drafts<'i> {
    /// By what is in force, and by everything.
    instances: [&'i Instance<'i>; 2],
    rules: &'i [Rule],
    shares: Vec<DraftShare>,
    /// The number of the first finding of each share, then how many there are.
    starts: Vec<u32>,
}

impl<'i> Drafts<'i> {
    /// Of what failed each rule by what is in force, and by everything.
    pub(super) fn new(
        instance: &'i Instance<'i>,
        rules: &'i [Rule],
        failed: Vec<Vec<Failed>>,
        proposed: Vec<Vec<Failed>>,
    ) -> Self {
        let mut shares: Vec<(u16, bool, Vec<Failed>)> = Vec::new();
        for (rule, (failed, proposed)) in (0_u16..).zip(failed.into_iter().zip(proposed)) {
            for (is_proposed, failed) in [(false, failed), (true, proposed)] {
                let mut failed = failed.into_iter().peekable();
                while failed.peek().is_some() {
                    shares.push((rule, is_proposed, failed.by_ref().take(SHARE).collect()));
                }
            }
        }
        let instances = [instance.in_force(), instance];
        let mut all = Self { instances, rules, shares: Vec::new(), starts: vec![0] };
        all.shares =
            shares.into_par_iter().map(|(rule, view, failed)| all.share(rule, view, failed)).collect();
        for share in &all.shares {
            let before = all.starts.last().copied().unwrap_or(0);
            all.starts.push(before.saturating_add(u32::try_from(share.len()).unwrap_or(u32::MAX)));
        }
        all
    }

    fn share(&self, rule: u16, is_proposed: bool, failed: Vec<Failed>) -> DraftShare {
        let (instance, names) = (self.instance(is_proposed), SharedNames::default());
        let Some(writer) = self.writer(rule, instance, instance, &names) else {
            return DraftShare::Written(Vec::new());
        };
        let write = |failed: Failed| failed.with_subject(instance, |subject| writer.finding(subject));
        if !shows_more(instance, writer.rule) {
            return DraftShare::Written(failed.into_iter().map(write).collect());
        }
        // What is missing has no row that could be read.
        let draft = |failed: Failed| match failed.shown_row() {
            Some(_) => OpenFinding::Open(failed),
            None => OpenFinding::Written(write(failed)),
        };
        let findings = Mutex::new(failed.into_iter().map(draft).collect());
        DraftShare::Open(OpenShare { rule, is_proposed, findings })
    }

    /// How many findings there will be. They have numbers from 0 on.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its places as far as they are known: where the row stands that it shows, then
    /// what belongs to the finding beside it. Of a written finding all.
    #[must_use]
    pub fn places(&self, number: u32) -> Cow<'_, [Place]> {
        match self.find(number) {
            Some((DraftShare::Written(findings), at)) => Cow::Borrowed(&*findings[at].places),
            Some((DraftShare::Open(share), at)) => Cow::Owned(self.draft_places(share, at)),
            None => Cow::Borrowed(&[]),
        }
    }

    fn draft_places(&self, share: &OpenShare, at: usize) -> Vec<Place> {
        let (instance, names) = (self.instance(share.is_proposed), SharedNames::default());
        match &lock(&share.findings)[at] {
            OpenFinding::Open(failed) => {
                let writer = self.writer(share.rule, instance, instance, &names);
                let places = writer
                    .map(|writer| failed.with_subject(instance, |subject| writer.draft_places(subject)));
                places.unwrap_or_default()
            }
            OpenFinding::Written(finding) => finding.places.to_vec(),
            OpenFinding::Taken => Vec::new(),
        }
    }

    /// Whether its row must be read again.
    #[must_use]
    pub fn is_open(&self, number: u32) -> bool {
        let Some((DraftShare::Open(share), at)) = self.find(number) else { return false };
        matches!(lock(&share.findings)[at], OpenFinding::Open(_))
    }

    /// How severe it will be.
    #[must_use]
    pub fn severity(&self, number: u32) -> Severity {
        let rule = match self.find(number) {
            Some((DraftShare::Written(findings), at)) => findings[at].rule,
            Some((DraftShare::Open(share), _)) => share.rule,
            None => 0,
        };
        self.rules.get(usize::from(rule)).map_or(Severity::floor(Band::Info), |rule| rule.meta.severity)
    }

    /// Writes an open finding, once; `record` is the one that it shows, unless that is
    /// not there any more. `None` where the finding is written.
    #[must_use]
    pub fn write(&self, number: u32, record: Option<&Record<'_>>, names: &SharedNames) -> Option<Finding> {
        let (DraftShare::Open(share), at) = self.find(number)? else { return None };
        let failed = lock(&share.findings)[at].take()?;
        let instance = self.instance(share.is_proposed);
        let shown = failed.shown_row().zip(record);
        let rows = shown.map(|(row, record)| (row, columns_read(instance, record, row.0)));
        self.write_open(share, &failed, &RereadColumns::of(instance, rows.into_iter()), names)
    }

    /// Keeps an open finding that was written.
    pub fn keep(&self, number: u32, finding: Finding) {
        if let Some((DraftShare::Open(share), at)) = self.find(number) {
            lock(&share.findings)[at] = OpenFinding::Written(finding);
        }
    }

    /// All findings that are written.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        let mut findings = Vec::with_capacity(usize::try_from(self.len()).unwrap_or(0));
        for share in self.shares {
            match share {
                DraftShare::Written(written) => findings.extend(written),
                DraftShare::Open(share) => {
                    let open = share.findings.into_inner().unwrap_or_else(PoisonError::into_inner);
                    findings.extend(open.into_iter().filter_map(OpenFinding::finding));
                }
            }
        }
        findings
    }

    /// Reads the rows again that findings show, and nothing else.
    pub(super) fn written(self) -> Vec<Finding> {
        let open = self.shares.iter().filter_map(|share| match share {
            DraftShare::Open(share) => Some(share),
            DraftShare::Written(_) => None,
        });
        let open: Vec<_> = open.collect();
        for some in open.chunks(AT_ONCE / SHARE) {
            let rows = |is_proposed| {
                let shares = some.iter().filter(move |share| share.is_proposed == is_proposed);
                let rows = |share: &OpenShare| -> Vec<_> {
                    lock(&share.findings).iter().filter_map(OpenFinding::shown_row).collect()
                };
                shares.flat_map(move |share| rows(share))
            };
            let again = [false, true]
                .map(|is_proposed| RereadColumns::new(self.instance(is_proposed), rows(is_proposed)));
            some.par_iter().for_each(|share| {
                let names = SharedNames::default();
                let again = &again[usize::from(share.is_proposed)];
                for open in &mut *lock(&share.findings) {
                    if let OpenFinding::Open(failed) = open
                        && let Some(finding) = self.write_open(share, failed, again, &names)
                    {
                        *open = OpenFinding::Written(finding);
                    }
                }
            });
        }
        self.finish()
    }

    fn find(&self, number: u32) -> Option<(&DraftShare, usize)> {
        let behind = self.starts.partition_point(|start| *start <= number);
        let share = behind.checked_sub(1)?;
        let at = usize::try_from(number - self.starts[share]).ok()?;
        Some((self.shares.get(share)?, at))
    }

    fn write_open(
        &self,
        share: &OpenShare,
        failed: &Failed,
        again: &RereadColumns<'_>,
        names: &SharedNames,
    ) -> Option<Finding> {
        let instance = self.instance(share.is_proposed);
        let writer = self.writer(share.rule, instance, again, names)?;
        Some(failed.with_subject(instance, |subject| writer.finding(subject)))
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

impl OpenFinding {
    /// Takes what is to be written, if it is not.
    fn take(&mut self) -> Option<Failed> {
        match std::mem::replace(self, Self::Taken) {
            Self::Open(failed) => Some(failed),
            other => {
                *self = other;
                None
            }
        }
    }

    fn finding(self) -> Option<Finding> {
        match self {
            Self::Written(finding) => Some(finding),
            Self::Open(_) | Self::Taken => None,
        }
    }

    fn shown_row(&self) -> Option<(TableIdx, RowId)> {
        match self {
            Self::Open(failed) => failed.shown_row(),
            Self::Taken | Self::Written(_) => None,
        }
    }
}

impl DraftShare {
    fn len(&self) -> usize {
        match self {
            Self::Written(findings) => findings.len(),
            Self::Open(share) => lock(&share.findings).len(),
        }
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
