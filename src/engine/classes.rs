//! Classes of records: which rows belong to one, and what shows it.

use std::cell::Cell as Flag;

use rayon::prelude::*;

use super::alone::Alone;
use super::instance::Instance;
use super::records::expectations;
use crate::query::{BoundQuery, Class, Clock, Data, Missing, MissingItem, RowId, Truth};
use crate::rule::{ClassBody, EvidenceBody};

/// Whether a row belongs, and which pieces of evidence matched, as bits.
pub(super) type ClassAnswer = (Truth, u32);

/// What a class says of the rows of its table.
#[derive(Debug)]
pub(super) enum ClassAnswers {
    /// By signature: the rows answer by themselves.
    BySignature(Vec<Option<ClassAnswer>>),
    ByRow(Vec<ClassAnswer>),
}

/// Judges every row once; rules that ask the class share the answer.
///
/// On one thread: who waits for the answer must not pick up other work that
/// waits for the same one.
pub(super) fn answer(instance: &Instance<'_>, class: Class) -> ClassAnswers {
    let Some(asked) = Asked::new(instance, class) else { return ClassAnswers::ByRow(Vec::new()) };
    asked
        .by_signature()
        .unwrap_or_else(|| ClassAnswers::ByRow(asked.rows().map(|row| asked.answer(instance, row)).collect()))
}

/// The same on all threads, for before anybody asks. A class that another one
/// asks stands before it and is answered by then.
pub(super) fn answer_in_parallel(instance: &Instance<'_>, class: Class) -> ClassAnswers {
    let Some(asked) = Asked::new(instance, class) else { return ClassAnswers::ByRow(Vec::new()) };
    asked.by_signature().unwrap_or_else(|| {
        let rows: Vec<_> = asked.rows().collect();
        ClassAnswers::ByRow(rows.into_par_iter().map(|row| asked.answer(instance, row)).collect())
    })
}

/// A class that is asked about the rows of an instance.
struct Asked<'i> {
    instance: &'i Instance<'i>,
    class: Class,
    body: &'i ClassBody,
}

impl<'i> Asked<'i> {
    fn new(instance: &'i Instance<'i>, class: Class) -> Option<Self> {
        let body = instance.classes.get(usize::from(class.0))?;
        Some(Self { instance, class, body })
    }

    /// `None` where some row does not answer by itself.
    fn by_signature(&self) -> Option<ClassAnswers> {
        let answers = self.instance.table(self.body.table).examples().map(|row| {
            let Some(row) = row else { return Some(None) };
            let alone = Alone { instance: self.instance, looked_further: Flag::new(false) };
            let answer = self.answer(&alone, row);
            (!alone.looked_further.get()).then_some(Some(answer))
        });
        answers.collect::<Option<_>>().map(ClassAnswers::BySignature)
    }

    fn rows(&self) -> impl Iterator<Item = RowId> + use<> {
        let rows = self.instance.table(self.body.table).rows.len();
        (0..u32::try_from(rows).unwrap_or(u32::MAX)).map(RowId)
    }

    fn answer(&self, data: &dyn Data, row: RowId) -> ClassAnswer {
        let question = Question { data, clock: &self.instance.clock, row };
        // Where it is not shown that another class excludes the row, evidence counts;
        // where signs of the other class contradict each other, it does not suffice.
        let doubt = match question.ask(self.body.unless.as_ref(), Truth::No) {
            Truth::Yes => return (Truth::No, 0),
            Truth::Unknown(missing) if is_doubt(&missing) => missing,
            _ => Missing::none(),
        };
        let (mut matched, mut sure, mut possible) = (0, 0, 0);
        let mut missing = Missing::none();
        for (at, evidence) in self.body.evidence.iter().enumerate() {
            match question.shows(evidence, self.class) {
                Truth::Yes => {
                    matched |= 1_u32.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or(0);
                    sure += 1;
                }
                Truth::No => {}
                Truth::Unknown(what) => {
                    possible += 1;
                    missing = missing.union(what);
                }
            }
        }
        let truth = if sure >= self.body.threshold {
            if doubt.is_empty() { Truth::Yes } else { Truth::Unknown(doubt) }
        } else if sure + possible >= self.body.threshold {
            Truth::Unknown(missing)
        } else {
            Truth::No
        };
        (truth, matched)
    }
}

fn is_doubt(missing: &Missing) -> bool {
    missing.items().any(|item| matches!(item, MissingItem::Signs(_)))
}

/// A row that is asked.
struct Question<'d> {
    data: &'d dyn Data,
    clock: &'d Clock,
    row: RowId,
}

impl Question<'_> {
    fn ask(&self, query: Option<&BoundQuery>, without: Truth) -> Truth {
        query.map_or(without, |query| query.evaluate(self.data, self.clock, self.row))
    }

    /// Whether the row shows a piece of evidence. What speaks against it counts
    /// only where it is shown.
    fn shows(&self, evidence: &EvidenceBody, class: Class) -> Truth {
        let shown = self.ask(evidence.filter.as_ref(), Truth::Yes).and(expectations(
            self.data,
            &evidence.expect,
            self.row,
        ));
        if shown == Truth::No || self.ask(evidence.outweighed_by.as_ref(), Truth::No).is_yes() {
            return Truth::No;
        }
        if self.ask(evidence.doubted_by.as_ref(), Truth::No).is_yes() {
            return Truth::Unknown(Missing::signs(class));
        }
        shown
    }
}
