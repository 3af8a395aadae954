//! Reading all sources, in parallel, into the facts of one instance.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::added_classes::{InputClasses, classes_in};
use super::app_layout::is_build_output;
use super::apps::Apps;
use super::claims::Evidence;
use super::collect::{Asked, Collector};
use super::current::Shared;
use super::facts::{Facts, Rows};
use super::in_force;
use super::instance::{FileFacts, Instance};
use super::joined::at_odds;
use super::names::Names;
use super::same;
use super::stamp::FileDates;
use super::update_sets::UpdateSets;
use super::versions::{Files, Settling, settle};
use super::views;
use crate::doctor::{SignSink, SignWatch};
use crate::export::{self, Collect, FileKind, FileReport, RecordSink, Select};
use crate::query::{Clock, RowTests};
use crate::record::{Classes, Record, TableIdx, Wanted, WantedTable};
use crate::rule::{Ask, ClassBody, KeyPaths, Pack, Rule};
use crate::source::{Discovery, Source};

/// How the sources are to be understood.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Tables that were exported whole; `all` for every one that is there.
    pub complete: BTreeSet<String>,
    /// Of some of them, how many rows there are.
    pub counts: BTreeMap<String, u64>,
    /// A table that stands in a file as a table is taken as whole: for questions
    /// about the files themselves.
    pub trust_tables: bool,
    /// What "now" is; without it, the newest date of the exports.
    pub as_of: Option<Clock>,
    /// The day on which somebody looks, if that is known: exports and records are not
    /// of later days.
    pub today: Option<Clock>,
    /// Older versions of a record are judged too.
    pub all_versions: bool,
    /// The instance's name, if it was given.
    pub instance: String,
}

/// One file that was read.
#[derive(Debug)]
pub struct ReadFile {
    /// Index of the source in scan order.
    pub source: u32,
    /// What was found in it.
    pub report: FileReport,
}

/// All files that were read, and what they hold.
pub struct Reading<'p> {
    /// In scan order.
    pub files: Vec<ReadFile>,
    /// The records.
    pub instance: Instance<'p>,
    /// What "now" is, as text, if it is known.
    pub as_of: Option<String>,
}

/// What is given to be read.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'p> {
    /// In scan order.
    pub sources: &'p [Source],
    /// Where they were found; without it, nothing was left out.
    pub discovery: Option<&'p Discovery>,
}

impl<'p> From<&'p Discovery> for Inputs<'p> {
    fn from(discovery: &'p Discovery) -> Self {
        Self { sources: &discovery.sources, discovery: Some(discovery) }
    }
}

impl<'p> From<&'p [Source]> for Inputs<'p> {
    fn from(sources: &'p [Source]) -> Self {
        Self { sources, discovery: None }
    }
}

impl<'p, const COUNT: usize> From<&'p [Source; COUNT]> for Inputs<'p> {
    fn from(sources: &'p [Source; COUNT]) -> Self {
        sources.as_slice().into()
    }
}

impl<'p> From<&'p Vec<Source>> for Inputs<'p> {
    fn from(sources: &'p Vec<Source>) -> Self {
        sources.as_slice().into()
    }
}

/// What is read, and what it is read for.
pub struct Plan<'p> {
    /// Tables and columns.
    pub wanted: &'p Wanted,
    /// What is asked of each record while it is there.
    pub tests: &'p RowTests,
    /// Classes of records.
    pub classes: &'p [ClassBody],
    /// What names a record to a person.
    pub keys: &'p KeyPaths,
    /// Everything that will be asked.
    pub asks: Vec<Ask<'p>>,
    /// Who watches for signs of bad exports meanwhile.
    pub signs: Option<&'p SignWatch>,
}

impl<'p> Plan<'p> {
    /// For the rules of a pack.
    #[must_use]
    pub fn of(pack: &'p Pack) -> Self {
        let rules = pack.rules.iter().chain(&pack.scored).flat_map(Rule::asks);
        let classes = pack.classes.iter().flat_map(ClassBody::asks);
        let review = pack.review.iter().map(|review| Ask::Query(&review.is_privileged));
        let asks = rules.chain(classes).chain(review).collect();
        Self {
            wanted: &pack.wanted,
            tests: &pack.tests,
            classes: &pack.classes,
            keys: &pack.keys,
            asks,
            signs: None,
        }
    }
}

/// Reads every source. `progress` is told the bytes on disk that were read.
pub(super) fn read_rows<'p>(
    inputs: impl Into<Inputs<'p>>,
    plan: &Plan<'p>,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Reading<'p> {
    let inputs = inputs.into();
    let sources = inputs.sources;
    let promised = || plan.tests.need_clock().then(|| promised_clock(sources)).flatten();
    let promised = options.as_of.or_else(promised);
    let mut told = Told { clock: promised.unwrap_or_default(), classes: Arc::default() };
    let mut read = read_once(sources, plan, options, (&told, progress));
    // Rows of a class that the input itself describes may stand before the row that
    // describes it. Where there are any, they were passed over.
    let InputClasses { classes, problems } = classes_in(&read.files, &read.facts, plan.wanted);
    if !classes.is_empty() {
        told.classes = Arc::new(classes);
        drop(read);
        read = read_once(sources, plan, options, (&told, progress));
    }
    // What rows answered rests on what "now" was said to be.
    if promised.is_some_and(|promised| promised != read.clock) {
        told.clock = read.clock;
        drop(read);
        read = read_once(sources, plan, options, (&told, progress));
    }
    let Read { mut files, mut facts, clock } = read;
    for (source, problem) in problems {
        if let Some(file) = files.iter_mut().find(|file| file.source == source) {
            file.report.problems.push(problem);
        }
    }
    let built: Vec<_> = sources.iter().map(|source| is_build_output(source.path())).collect();
    let is_build =
        |source: u32| usize::try_from(source).ok().and_then(|at| built.get(at)).copied().unwrap_or(false);
    let torn = files.iter().filter(|file| file.report.has_loss()).map(|file| file.source).collect();
    let dated = Files { dates: FileDates::new(&files, options.today), is_build_output: &is_build };
    let mut sets = UpdateSets::new(&facts, plan.wanted, &torn, &dated);
    sets.propose(&mut facts);
    let apps = Apps::new(inputs, &files, &facts, plan.wanted);
    let undecided = if options.all_versions {
        Vec::new()
    } else {
        settle(&mut facts, &dated, Settling { sets: &sets, apps: &apps, plan })
    };
    facts.forget_versions();
    let as_of = clock.now().map(|now| now.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let mut whole = whole_tables(&files, &facts, plan.wanted, options);
    let evidence = Evidence { files: &files, sources, facts: &facts, wanted: plan.wanted, options };
    let doubted = evidence.settle(&mut whole);
    let file_facts =
        files.iter().filter(|file| file.report.kind != FileKind::Other).map(file_facts).collect();
    let mut instance = Instance::new(
        plan,
        sources,
        (facts, Arc::new(sets)),
        Arc::new(file_facts),
        clock,
        options.instance.clone(),
    );
    instance.whole = whole;
    instance.extends = told.classes;
    instance.doubted = doubted;
    if !options.trust_tables {
        let lost = instance.lost_references();
        instance.doubted.extend(lost);
    }
    instance.apps = Arc::new(apps);
    instance.at_odds = at_odds(&undecided);
    instance.undecided = undecided;
    instance.mixed = instance.find_mixed_signs();
    if !options.all_versions {
        same::settle(&mut instance);
    }
    instance.names = Names::new(&instance.facts, plan.wanted);
    views::settle(&mut instance, &plan.asks);
    in_force::settle(&mut instance, plan, (&files, sources, options));
    Reading { files, instance, as_of }
}

/// What is known before the sources are read, perhaps because they were read before.
struct Told {
    /// What "now" is.
    clock: Clock,
    /// Which tables extend which.
    classes: Arc<Classes>,
}

/// What came of reading all sources.
struct Read {
    files: Vec<ReadFile>,
    facts: Facts,
    /// What "now" is, by all that was read.
    clock: Clock,
}

/// Reads every source, with what "now" is as far as that is known before.
fn read_once(
    sources: &[Source],
    plan: &Plan<'_>,
    options: &Options,
    (told, progress): (&Told, &(dyn Fn(u64) + Sync)),
) -> Read {
    let &Plan { wanted, tests, .. } = plan;
    let Told { clock: now, classes } = told;
    let shared = Shared::new(wanted, *now);
    let asked = Asked { wanted, tests, classes, instance: &options.instance, shared: &shared };
    let rows = Mutex::new(Rows::new(wanted, now.now().is_some()));
    if let Some(signs) = plan.signs {
        signs.restart();
    }
    let collecting = Collecting { asked, rows, signs: plan.signs, progress };
    let reports = export::read_all(sources, Select::Wanted(wanted).with(classes), &collecting);
    let files: Vec<_> = reports
        .into_iter()
        .enumerate()
        .map(|(at, report)| {
            let report = FileReport { classes: Arc::clone(classes), ..report };
            ReadFile { source: u32::try_from(at).unwrap_or(u32::MAX), report }
        })
        .collect();
    let rows = collecting.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    let facts = Facts::new(shared, rows);
    let dates = files.iter().filter_map(|file| file.report.unload_date.as_deref());
    let newest = newest_clock(dates).or_else(|| Clock::parse(&facts.newest).ok());
    Read { clock: options.as_of.or(newest).unwrap_or_default(), files, facts }
}

/// What "now" will be, by what the files say at their beginning. Many small ones
/// are not opened for it: they are files of an app, which hold no such date.
fn promised_clock(sources: &[Source]) -> Option<Clock> {
    const FEW: usize = 1000;
    const SMALL: u64 = 64 * 1024;
    let is_asked = |source: &&Source| sources.len() <= FEW || source.size().is_none_or(|size| size > SMALL);
    let dates: Vec<_> = sources.par_iter().filter(is_asked).filter_map(export::unload_date).collect();
    newest_clock(dates.iter())
}

/// The newest of some dates; what is no date is left out.
fn newest_clock(dates: impl Iterator<Item = impl AsRef<str>>) -> Option<Clock> {
    let valid = dates.filter(|date| Clock::parse(date.as_ref()).is_ok());
    let newest = valid.max_by(|left, right| left.as_ref().cmp(right.as_ref()))?;
    Clock::parse(newest.as_ref()).ok()
}

/// Puts the facts of all sources together.
struct Collecting<'p, 'w> {
    asked: Asked<'w>,
    rows: Mutex<Rows>,
    signs: Option<&'p SignWatch>,
    progress: &'p (dyn Fn(u64) + Sync),
}

impl<'w> Collect for Collecting<'_, 'w> {
    type Sink = WatchedCollector<'w>;

    fn sink(&self) -> WatchedCollector<'w> {
        let signs = self.signs.map(Collect::sink);
        WatchedCollector { collector: Collector::new(self.asked), signs }
    }

    fn take(&self, WatchedCollector { collector, signs }: WatchedCollector<'w>) {
        if let Some((watch, signs)) = self.signs.zip(signs) {
            watch.take(signs);
        }
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).take(collector);
    }

    fn progress(&self, bytes: u64) {
        (self.progress)(bytes);
    }
}

/// A collector, and who watches what it collects.
struct WatchedCollector<'w> {
    collector: Collector<'w>,
    signs: Option<SignSink>,
}

impl RecordSink for WatchedCollector<'_> {
    fn begin(&mut self, source: u32) {
        self.collector.begin(source);
        if let Some(signs) = &mut self.signs {
            signs.begin(source);
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        self.collector.record(record);
        if let Some(signs) = &mut self.signs {
            signs.record(record);
        }
    }
}

fn file_facts(file: &ReadFile) -> FileFacts {
    let kind = file.report.kind;
    let tables = if kind.is_table() { file.report.rows.keys().cloned().collect() } else { BTreeSet::new() };
    FileFacts { source: file.source, kind: file.report.kind, tables }
}

/// Which tables are known to be whole.
pub(super) fn whole_tables(
    files: &[ReadFile],
    facts: &Facts,
    wanted: &Wanted,
    options: &Options,
) -> Vec<bool> {
    let tables = wanted.tables().iter().enumerate();
    let is_whole = |(at, table): (usize, &WantedTable)| {
        let index = u16::try_from(at).map(TableIdx);
        // `all` is said of what was exported: a table of which nothing is there
        // was not. Rows of tables that extend it come in exports of their own, too.
        let is_there = index.is_ok_and(|at| facts.table(at).every().any(|(_, row)| row.class == 0));
        let declared =
            options.complete.contains(&*table.name) || options.complete.contains("all") && is_there;
        (declared || options.trust_tables && stands_whole_in(files, &table.name))
            && !index.is_ok_and(|at| has_open_ends(facts, table, at))
            // Of what a file lost nobody knows how much it was.
            && !is_torn(files, &table.name)
    };
    tables.map(is_whole).collect()
}

/// Whether rows of a table that grants access do not show to whom, or what: such
/// rows are in no path, so that all of them together are not all that is granted.
fn has_open_ends(facts: &Facts, table: &WantedTable, index: TableIdx) -> bool {
    let ends: &[&str] = match &*table.name {
        "sys_user_has_role" => &["user", "role"],
        "sys_user_grmember" => &["user", "group"],
        "sys_group_has_role" => &["group", "role"],
        "sys_user_group" => &["parent"],
        "sys_user_role_contains" => &["role", "contains"],
        _ => return false,
    };
    let columns = ends.iter().filter_map(|name| table.find(name));
    columns
        .filter(|column| facts.table(index).slot(*column).is_some())
        .any(|column| facts.hides(index, column))
}

/// Whether a table stands in some file as a table, and every such file was read
/// to its end.
fn stands_whole_in(files: &[ReadFile], table: &str) -> bool {
    let mut holders =
        files.iter().filter(|file| file.report.kind.is_table() && file.report.rows.contains_key(table));
    let mut any = false;
    holders.all(|file| {
        any = true;
        file.report.whole && !file.report.has_loss()
    }) && any
}

/// Whether rows of a table may have stood in what could not be read of a file.
fn is_torn(files: &[ReadFile], table: &str) -> bool {
    let holds = |file: &ReadFile| file.report.rows.keys().any(|name| file.report.classes.is_a(name, table));
    files.iter().any(|file| file.report.has_loss() && holds(file))
}

#[cfg(test)]
mod tests {
    use super::{Options, Plan, read_rows};
    use crate::rule::{Pack, Settings, builtin};
    use crate::source::Source;

    fn whole(complete: &str, tables: &[&str]) -> Vec<String> {
        let pack = Pack::compile(&[builtin().unwrap()], &Settings::default()).unwrap();
        let row = |table: &&str| format!("<{table} action=\"INSERT\"><sys_id>{table}</sys_id></{table}>");
        let text = format!("<unload>{}</unload>", tables.iter().map(row).collect::<String>());
        let source = [Source::memory("a.xml", text.as_bytes())];
        let options = Options { complete: [complete.to_owned()].into(), ..Options::default() };
        read_rows(&source, &Plan::of(&pack), &options, &|_| ()).instance.whole_tables()
    }

    #[test]
    fn children_do_not_say_that_their_parent_was_exported() {
        assert_eq!(whole("all", &["sys_user", "customer_contact"]), ["sys_user"]);
        assert_eq!(whole("all", &["customer_contact"]), [""; 0]);
        assert_eq!(whole("sys_user", &["customer_contact"]), ["sys_user"]);
    }
}
