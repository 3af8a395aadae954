//! Classes of records: which rows belong to one, and what shows it.

use rayon::prelude::*;

use super::instance::Instance;
use super::records::expectations;
use crate::query::{Missing, RowId, Truth};
use crate::rule::ClassBody;

/// For every row of the class's table: whether it belongs, and which pieces of
/// evidence matched, as bits.
pub(super) type ClassAnswers = Vec<(Truth, u32)>;

/// Judges every row once; rules that ask the class share the answer.
///
/// On one thread: who waits for the answer must not pick up other work that
/// waits for the same one.
pub(super) fn answer(instance: &Instance<'_>, class: &ClassBody) -> ClassAnswers {
    rows_of(instance, class).map(|row| answer_row(instance, class, row)).collect()
}

/// The same on all threads, for before anybody asks.
pub(super) fn answer_in_parallel(instance: &Instance<'_>, class: &ClassBody) -> ClassAnswers {
    let rows: Vec<_> = rows_of(instance, class).collect();
    rows.into_par_iter().map(|row| answer_row(instance, class, row)).collect()
}

fn rows_of(instance: &Instance<'_>, class: &ClassBody) -> impl Iterator<Item = RowId> + use<> {
    let rows = instance.table(class.table).rows.len();
    (0..u32::try_from(rows).unwrap_or(u32::MAX)).map(RowId)
}

fn answer_row(instance: &Instance<'_>, class: &ClassBody, row: RowId) -> (Truth, u32) {
    let mut matched = 0;
    let mut sure = 0;
    let mut possible = 0;
    let mut missing = Missing::none();
    for (at, evidence) in class.evidence.iter().enumerate() {
        let filter = evidence
            .filter
            .as_ref()
            .map_or(Truth::Yes, |query| query.evaluate(instance, &instance.clock, row));
        let shown = filter.and(expectations(instance, &evidence.expect, row));
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
