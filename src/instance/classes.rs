//! Classes of records: which rows belong to one, and what shows it.

mod signature_row;

use rayon::prelude::*;

use super::contents::{ClassAnswer, ClassAnswers, Instance};
use crate::query::{BoundQuery, Class, Clock, Data, Missing, MissingItem, RowId, Truth};
use crate::rule::{ClassBody, EvidenceBody, ExpectedField};

pub(crate) use signature_row::SignatureRow;

/// Judges the classes of all rows, on all threads.
pub(crate) fn settle_classes(instance: &Instance<'_>) {
    for (number, answers) in (0..).zip(&instance.class_answers) {
        if answers.get().is_none() {
            // Somebody else may have been faster, with the same answer.
            let _ = answers.set(answer_in_parallel(instance, Class(number)));
        }
    }
}

/// What a class says of a row, with the evidence that matched.
pub(crate) fn class_answer<'i>(
    instance: &'i Instance<'_>,
    class: Class,
    row: RowId,
) -> Option<&'i ClassAnswer> {
    match class_answers(instance, class)? {
        ClassAnswers::BySignature(answers) => {
            let body = instance.classes.get(usize::from(class.0))?;
            let signature = instance.table(body.table).row(row)?.signature;
            answers.get(signature.index())?.as_ref()
        }
        ClassAnswers::ByRow(answers) => usize::try_from(row.0).ok().and_then(|at| answers.get(at)),
    }
}

fn class_answers<'i>(instance: &'i Instance<'_>, class: Class) -> Option<&'i ClassAnswers> {
    Some(instance.class_answers.get(usize::from(class.0))?.get_or_init(|| answer(instance, class)))
}

/// Whether a class says of rows with the same signature different things.
pub(crate) fn class_needs_more(instance: &Instance<'_>, class: Class) -> bool {
    !matches!(class_answers(instance, class), Some(ClassAnswers::BySignature(_)))
}

/// The evidence that puts a row in a class.
pub(crate) fn class_evidence<'i>(instance: &'i Instance<'_>, class: Class, row: RowId) -> Vec<&'i str> {
    let Some((_, matched)) = class_answer(instance, class, row) else { return Vec::new() };
    let evidence = instance.classes.get(usize::from(class.0)).map_or(&[][..], |class| &class.evidence);
    let names = evidence.iter().enumerate().filter(|(at, _)| matched >> at & 1 == 1);
    names.map(|(_, evidence)| evidence.name.as_str()).collect()
}

/// Judges every row once; rules that ask the class share the answer.
///
/// On one thread: who waits for the answer must not pick up other work that
/// waits for the same one.
fn answer(instance: &Instance<'_>, class: Class) -> ClassAnswers {
    let Some(asked) = Asked::new(instance, class) else { return ClassAnswers::ByRow(Vec::new()) };
    asked
        .by_signature()
        .unwrap_or_else(|| ClassAnswers::ByRow(asked.rows().map(|row| asked.answer(instance, row)).collect()))
}

/// The same on all threads, for before anybody asks. A class that another one
/// asks stands before it and is answered by then.
fn answer_in_parallel(instance: &Instance<'_>, class: Class) -> ClassAnswers {
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
            SignatureRow::answer(self.instance, |data| Some(self.answer(data, row)))
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
        let shown = self.ask(evidence.filter.as_ref(), Truth::Yes).and(ExpectedField::all_hold(
            &evidence.expect,
            self.data,
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
