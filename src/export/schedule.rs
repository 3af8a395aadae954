//! Many sources, on all threads: large files are read in parts, small ones
//! several at a time, and everything is given on in the order of the sources.
//!
//! Be advised: a part in the middle of a file begins where a row seems to begin.
//! Whether one does is known only when the part before it has ended, so it is
//! checked when parts are given on, and a part that began elsewhere is read again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::part::{FileParts, PartEnd, PartStart, hand_over, read_part};
use super::passed_over;
use super::read::{Opened, PART, open, read_source};
use super::record_builder::RecordBuilder;
use super::report_draft::ReportDraft;
use super::scan::scan_payload;
use super::{FileReport, RecordSink, Select};
use crate::source::{PartBuffer, Source, lock};

/// How many small files are read at a time at most.
const BATCH: usize = 64;

/// Makes sinks, and takes them back in the order of what they were given.
pub trait Collect: Sync {
    /// Takes the records of some sources, or of a part of one.
    type Sink: RecordSink + Send;

    /// A sink for what comes next.
    fn sink(&self) -> Self::Sink;

    /// The records of a sink are those behind the ones of all sinks before.
    fn take(&self, sink: Self::Sink);

    /// So many bytes of the sources were read.
    fn progress(&self, bytes: u64);
}

/// Reads all sources, on all threads of the pool. The reports are in their order.
pub fn read_all<C: Collect>(sources: &[Source], select: Select<'_>, collect: &C) -> Vec<FileReport> {
    read_all_in_parts(sources, select, collect, PART)
}

/// The same in parts of that many bytes (tests make them small).
pub fn read_all_in_parts<C: Collect>(
    sources: &[Source],
    select: Select<'_>,
    collect: &C,
    size: u64,
) -> Vec<FileReport> {
    let threads = rayon::current_num_threads();
    let run = Run {
        sources,
        select,
        collect,
        size: size.max(1),
        limit: threads * 4,
        queue: Mutex::new(Queue::default()),
        changed: Condvar::new(),
        turn: Mutex::new(Turn { reports: Vec::with_capacity(sources.len()), open: None }),
    };
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| run.work());
        }
    });
    let mut reports = run.turn.into_inner().unwrap_or_else(PoisonError::into_inner).reports;
    passed_over::beside_exports(sources, &mut reports);
    reports
}

/// What is done at one time: the number of a source, and of a part of it.
type Key = (usize, u64);

struct Run<'a, C: Collect> {
    sources: &'a [Source],
    select: Select<'a>,
    collect: &'a C,
    /// How many bytes a part has.
    size: u64,
    /// How many pieces may wait for one that comes before them.
    limit: usize,
    queue: Mutex<Queue<C::Sink>>,
    changed: Condvar,
    turn: Mutex<Turn>,
}

/// What is to be done, and what was done and waits for its turn.
struct Queue<S> {
    /// The first source that nobody has begun.
    next: usize,
    /// Files whose parts are handed out: number of the source, next part.
    files: VecDeque<(usize, u64, Arc<FileParts>)>,
    /// How many sources are being opened, of which parts may come.
    opening: usize,
    done: BTreeMap<Key, Piece<S>>,
    /// What comes next in order.
    front: Key,
    /// How many pieces were begun and not given on yet.
    begun: usize,
}

impl<S> Default for Queue<S> {
    fn default() -> Self {
        let (files, done) = (VecDeque::new(), BTreeMap::new());
        Self { next: 0, files, opening: 0, done, front: (0, 0), begun: 0 }
    }
}

/// Something to do.
enum Task {
    Sources(std::ops::Range<usize>),
    Part(usize, u64, Arc<FileParts>),
}

/// Something that was done.
enum Piece<S> {
    /// Whole sources.
    Sources(Vec<FileReport>, S),
    /// A part of one: where it began, where it ended, and what was in it.
    Part {
        parts: Arc<FileParts>,
        number: u64,
        read: Option<(u64, PartEnd)>,
        report: Box<ReportDraft>,
        sink: S,
    },
}

/// What is given on in order, by one thread at a time.
struct Turn {
    reports: Vec<FileReport>,
    /// The file whose parts are given on, and where its next row must begin.
    open: Option<(ReportDraft, u64)>,
}

impl<C: Collect> Run<'_, C> {
    fn work(&self) {
        let mut buffer = PartBuffer::default();
        while let Some(task) = self.next_task() {
            let (key, piece) = match task {
                Task::Sources(range) => self.sources_of(range, &mut buffer),
                Task::Part(source, number, parts) => {
                    ((source, number), self.part(source, number, parts, &mut buffer, None))
                }
            };
            let mut queue = lock(&self.queue);
            if key < queue.front {
                // The file ended before this part of it.
                queue.begun -= 1;
                continue;
            }
            queue.done.insert(key, piece);
            drop(queue);
            self.give_on();
        }
    }

    /// Waits until there is something to do; `None` where nothing is left.
    fn next_task(&self) -> Option<Task> {
        let mut queue = lock(&self.queue);
        loop {
            let has_room = queue.begun < self.limit;
            let front = queue.front;
            if let Some((source, next, parts)) = queue.files.front_mut() {
                // What everybody waits for may always be begun.
                if has_room || (*source, *next) == front {
                    let task = Task::Part(*source, *next, Arc::clone(parts));
                    *next += 1;
                    if *next == parts.count() {
                        queue.files.pop_front();
                    }
                    queue.begun += 1;
                    return Some(task);
                }
            } else if queue.next == self.sources.len() {
                if queue.opening == 0 {
                    return None;
                }
            } else if has_room || (queue.next, 0) == front {
                let range = self.batch(queue.next);
                queue.next = range.end;
                queue.begun += 1;
                queue.opening += usize::from(self.may_have_parts(range.start));
                return Some(Task::Sources(range));
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The source with that number, and the small ones behind it.
    fn batch(&self, first: usize) -> std::ops::Range<usize> {
        let mut bytes = 0_u64;
        let fits = |source: &&Source| {
            let size = source.size().unwrap_or(u64::MAX);
            bytes = bytes.saturating_add(size);
            size <= self.size / 8 && bytes <= self.size / 4
        };
        let count = self.sources[first..].iter().take(BATCH).take_while(fits).count();
        first..first + count.max(1)
    }

    /// Whether a source is large enough to be read in parts.
    fn may_have_parts(&self, source: usize) -> bool {
        self.sources[source].size().is_some_and(|size| size >= 2 * self.size)
    }

    /// Reads sources, or the first part of a large one.
    fn sources_of(&self, range: std::ops::Range<usize>, buffer: &mut PartBuffer) -> (Key, Piece<C::Sink>) {
        let first = range.start;
        if self.may_have_parts(first) {
            let opened = open(&self.sources[first], buffer, self.size);
            let parts = if let Opened::Parts(parts) = opened { Some(Arc::new(parts)) } else { None };
            let mut queue = lock(&self.queue);
            queue.opening -= 1;
            if let Some(parts) = &parts {
                let at = queue.files.partition_point(|(source, ..)| *source < first);
                queue.files.insert(at, (first, 1, Arc::clone(parts)));
            }
            drop(queue);
            self.changed.notify_all();
            if let Some(parts) = parts {
                return ((first, 0), self.part(first, 0, parts, buffer, Some(0)));
            }
        }
        let mut sink = self.collect.sink();
        let reports = range.map(|number| {
            let source = &self.sources[number];
            sink.begin(u32::try_from(number).unwrap_or(u32::MAX));
            let report = read_source(source, self.select, &mut sink, (buffer, self.size));
            self.collect.progress(source.size().unwrap_or(0));
            report
        });
        let reports = reports.collect();
        ((first, 0), Piece::Sources(reports, sink))
    }

    fn part(
        &self,
        source: usize,
        number: u64,
        parts: Arc<FileParts>,
        buffer: &mut PartBuffer,
        loaded: Option<u64>,
    ) -> Piece<C::Sink> {
        let from = if number == 0 { PartStart::Row(parts.head.tag.end) } else { PartStart::Guess };
        let (read, report, sink) = self.read_part(source, number, &parts, from, (buffer, loaded));
        self.collect.progress(parts.range(number).end - parts.range(number).start);
        Piece::Part { parts, number, read, report: Box::new(report), sink }
    }

    fn read_part(
        &self,
        source: usize,
        number: u64,
        parts: &FileParts,
        from: PartStart,
        (buffer, loaded): (&mut PartBuffer, Option<u64>),
    ) -> (Option<(u64, PartEnd)>, ReportDraft, C::Sink) {
        let mut sink = self.sink_of(source);
        let mut report = ReportDraft::default();
        let mut builder = RecordBuilder::new(parts.select(self.select), &mut sink, &mut report, scan_payload);
        let read = read_part(&mut builder, parts, &parts.range(number), from, (buffer, loaded));
        (read, report, sink)
    }

    /// Reads the rest of a file by the strict reader, and gives it on.
    fn hand_over(&self, source: usize, parts: &FileParts, mut report: ReportDraft, at: u64) -> ReportDraft {
        let mut sink = self.sink_of(source);
        let select = parts.select(self.select);
        hand_over(&mut RecordBuilder::new(select, &mut sink, &mut report, scan_payload), parts, at);
        self.collect.take(sink);
        report
    }

    /// A sink for records of that source.
    fn sink_of(&self, source: usize) -> C::Sink {
        let mut sink = self.collect.sink();
        sink.begin(u32::try_from(source).unwrap_or(u32::MAX));
        sink
    }

    /// Gives on whatever has its turn, unless somebody is doing so already, who
    /// will then do this too.
    fn give_on(&self) {
        loop {
            let Ok(mut turn) = self.turn.try_lock() else { return };
            while let Some((key, piece)) = self.take_front() {
                let next = turn.give_on(self, key.0, piece);
                let mut queue = lock(&self.queue);
                queue.front = next;
                queue.begun -= 1;
                if next.0 > key.0 {
                    queue.forget_parts_before(next.0);
                }
                drop(queue);
                self.changed.notify_all();
            }
            drop(turn);
            let queue = lock(&self.queue);
            if !queue.done.contains_key(&queue.front) {
                return;
            }
        }
    }

    fn take_front(&self) -> Option<(Key, Piece<C::Sink>)> {
        let mut queue = lock(&self.queue);
        let front = queue.front;
        queue.done.remove(&front).map(|piece| (front, piece))
    }
}

impl<S> Queue<S> {
    /// What is left of files that ended before their last part.
    fn forget_parts_before(&mut self, source: usize) {
        self.files.retain(|(number, ..)| *number >= source);
        let kept = self.done.split_off(&(source, 0));
        self.begun -= self.done.len();
        self.done = kept;
    }
}

impl Turn {
    /// Gives a piece on; says which one comes next.
    fn give_on<C: Collect>(&mut self, run: &Run<'_, C>, source: usize, piece: Piece<C::Sink>) -> Key {
        match piece {
            Piece::Sources(reports, sink) => {
                let next = source + reports.len();
                self.reports.extend(reports);
                run.collect.take(sink);
                (next, 0)
            }
            Piece::Part { parts, number, read, report, sink } => {
                let is_over = self.give_part_on(run, (source, number), &parts, (read, *report, sink));
                if !is_over && number + 1 < parts.count() {
                    return (source, number + 1);
                }
                self.close(run, source, &parts, is_over);
                (source + 1, 0)
            }
        }
    }

    /// Gives a part on; whether the file is over.
    fn give_part_on<C: Collect>(
        &mut self,
        run: &Run<'_, C>,
        (source, number): Key,
        parts: &FileParts,
        (mut read, mut report, mut sink): (Option<(u64, PartEnd)>, ReportDraft, C::Sink),
    ) -> bool {
        let (mut whole, expected) =
            self.open.take().unwrap_or_else(|| (parts.head.report(), parts.head.tag.end));
        let range = parts.range(number);
        if expected >= range.end {
            // One row takes up all of it.
            self.open = Some((whole, expected));
            return false;
        }
        if read.is_none_or(|(start, _)| start != expected) {
            let mut buffer = PartBuffer::default();
            let from = PartStart::Row(expected);
            (read, report, sink) = run.read_part(source, number, parts, from, (&mut buffer, None));
        }
        whole.append(report, parts.select(run.select));
        run.collect.take(sink);
        let end = read.map_or(PartEnd::HandOver(expected), |(_, end)| end);
        let next = match end {
            PartEnd::Row(row) => row,
            PartEnd::Root(end) => {
                whole.close_root(end);
                end
            }
            PartEnd::HandOver(at) => {
                whole = run.hand_over(source, parts, whole, at);
                at
            }
        };
        parts.plain.is_valid_to(next);
        self.open = Some((whole, next));
        !matches!(end, PartEnd::Row(_))
    }

    /// The last part was given on.
    fn close<C: Collect>(&mut self, run: &Run<'_, C>, source: usize, parts: &FileParts, is_over: bool) {
        let Some((mut report, next)) = self.open.take() else { return };
        if !is_over {
            report = run.hand_over(source, parts, report, next);
        }
        self.reports.push(FileReport { encoding: "UTF-8", ..report.finish() });
    }
}
