//! Reading all sources, in parallel, into the facts of one instance.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::contents::Instance;
use super::in_force;
use super::plan::Plan;
use super::references::lost_references;
use super::same;
use super::views;
use crate::doctor::{SignSink, SignWatch};
use crate::export::{self, Collect, FileReport, RecordSink, Select};
use crate::facts::{
    Apps, Asked, ClaimEvidence, Collector, Facts, FileDates, FileFacts, Files, InputClasses, Inputs, Options,
    ReadFile, Rows, Settling, Shared, ShownNames, UpdateSets, at_odds, classes_in, is_build_output,
    mixed_signs, settle, whole_tables,
};
use crate::query::Clock;
use crate::record::{Classes, Record};
use crate::source::{Source, lock};

/// All files that were read, and what they hold.
pub struct Reading<'p> {
    /// In scan order.
    pub files: Vec<ReadFile>,
    /// The records.
    pub instance: Instance<'p>,
    /// What "now" is, as text, if it is known.
    pub as_of: Option<String>,
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
        settle(
            &mut facts,
            &dated,
            Settling { sets: &sets, apps: &apps, wanted: plan.wanted, tests: plan.tests },
        )
    };
    facts.forget_versions();
    let as_of = clock.now().map(|now| now.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let mut whole = whole_tables(&files, &facts, plan.wanted, options);
    let evidence = ClaimEvidence { files: &files, sources, facts: &facts, wanted: plan.wanted, options };
    let doubted = evidence.settle(&mut whole);
    let file_facts: Vec<_> = files.iter().filter_map(FileFacts::of).collect();
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
        let lost = lost_references(&instance);
        instance.doubted.extend(lost);
    }
    instance.apps = Arc::new(apps);
    instance.at_odds = at_odds(&undecided);
    instance.undecided = undecided;
    instance.mixed = mixed_signs(&instance.facts, plan.wanted, &instance.files);
    if !options.all_versions {
        same::settle(&mut instance);
    }
    instance.names = ShownNames::new(&instance.facts, plan.wanted);
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
        lock(&self.rows).take(collector);
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

#[cfg(test)]
mod tests {
    use super::{Plan, read_rows};
    use crate::facts::Options;
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
