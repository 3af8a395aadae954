//! Classes of records: which rows belong to one, and what shows it.

use std::cell::Cell as Flag;

use rayon::prelude::*;

use super::alone::Alone;
use super::instance::Instance;
use super::records::expectations;
use crate::query::{Clock, Data, Missing, RowId, Truth};
use crate::rule::ClassBody;

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
pub(super) fn answer(instance: &Instance<'_>, class: &ClassBody) -> ClassAnswers {
    by_signature(instance, class).unwrap_or_else(|| {
        let rows = rows_of(instance, class);
        ClassAnswers::ByRow(rows.map(|row| answer_row(instance, &instance.clock, class, row)).collect())
    })
}

/// The same on all threads, for before anybody asks.
pub(super) fn answer_in_parallel(instance: &Instance<'_>, class: &ClassBody) -> ClassAnswers {
    by_signature(instance, class).unwrap_or_else(|| {
        let rows: Vec<_> = rows_of(instance, class).collect();
        let answers = rows.into_par_iter().map(|row| answer_row(instance, &instance.clock, class, row));
        ClassAnswers::ByRow(answers.collect())
    })
}

/// `None` where some row does not answer by itself. A class of a class is one,
/// so that classes never wait for one another here.
fn by_signature(instance: &Instance<'_>, class: &ClassBody) -> Option<ClassAnswers> {
    let answers = instance.table(class.table).examples().map(|row| {
        let Some(row) = row else { return Some(None) };
        let alone = Alone { instance, looked_further: Flag::new(false) };
        let answer = answer_row(&alone, &instance.clock, class, row);
        (!alone.looked_further.get()).then_some(Some(answer))
    });
    answers.collect::<Option<_>>().map(ClassAnswers::BySignature)
}

fn rows_of(instance: &Instance<'_>, class: &ClassBody) -> impl Iterator<Item = RowId> + use<> {
    let rows = instance.table(class.table).rows.len();
    (0..u32::try_from(rows).unwrap_or(u32::MAX)).map(RowId)
}

fn answer_row(data: &dyn Data, clock: &Clock, class: &ClassBody, row: RowId) -> ClassAnswer {
    let mut matched = 0;
    let mut sure = 0;
    let mut possible = 0;
    let mut missing = Missing::none();
    for (at, evidence) in class.evidence.iter().enumerate() {
        let filter = evidence.filter.as_ref().map_or(Truth::Yes, |query| query.evaluate(data, clock, row));
        let shown = filter.and(expectations(data, &evidence.expect, row));
        match shown {
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
    let truth = if sure >= class.threshold {
        Truth::Yes
    } else if sure + possible >= class.threshold {
        Truth::Unknown(missing)
    } else {
        Truth::No
    };
    (truth, matched)
}
