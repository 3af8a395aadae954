//! Conditions of a rule or a gate: Kleene's tables over their verdicts.

use super::counts::judge_count;
use super::properties::judge_property;
use super::verdicts::RowVerdicts;
use crate::finding::Verdict;
use crate::instance::Instance;
use crate::query::{Data, Missing, RowId, Truth};
use crate::record::TableIdx;
use crate::rule::file::Absent;
use crate::rule::{Condition, PluginBody, RecordBody};

/// Whether a condition holds, and the row that shows it.
#[derive(Debug, Clone)]
pub(super) struct ConditionOutcome {
    pub(super) truth: Truth,
    /// What leaves it open beside tables and columns, as coverage says it.
    pub(super) unclear: Vec<String>,
    /// What failed, for the finding: the property's name and a row.
    pub(super) failing: Option<Failing>,
}

/// What makes a condition fail.
#[derive(Debug, Clone)]
pub(super) struct Failing {
    pub(super) name: Option<String>,
    pub(super) expected: String,
    pub(super) place: Option<(TableIdx, RowId)>,
    pub(super) table: TableIdx,
}

impl ConditionOutcome {
    fn of(truth: Truth) -> Self {
        Self { truth, unclear: Vec::new(), failing: None }
    }

    fn join(self, other: Self, truth: impl FnOnce(Truth, Truth) -> Truth) -> Self {
        let mut unclear = self.unclear;
        unclear.extend(other.unclear);
        // The first failing condition with a place is the one to show.
        let failing = match (self.failing, other.failing) {
            (Some(first), Some(second)) if first.place.is_none() && second.place.is_some() => Some(second),
            (first, second) => first.or(second),
        };
        Self { truth: truth(self.truth, other.truth), unclear, failing }
    }
}

/// Whether all hold.
pub(super) fn all(instance: &Instance<'_>, conditions: &[Condition]) -> ConditionOutcome {
    let held = conditions.iter().map(|condition| holds(instance, condition));
    held.fold(ConditionOutcome::of(Truth::Yes), |left, right| left.join(right, Truth::and))
}

/// Whether one holds.
pub(super) fn any(instance: &Instance<'_>, conditions: &[Condition]) -> ConditionOutcome {
    let held = conditions.iter().map(|condition| holds(instance, condition));
    held.fold(ConditionOutcome::of(Truth::No), |left, right| left.join(right, Truth::or))
}

fn holds(instance: &Instance<'_>, condition: &Condition) -> ConditionOutcome {
    match condition {
        Condition::Property(body) => {
            let judged = judge_property(instance, body);
            let table = body.columns.table;
            judged.into_iter().fold(ConditionOutcome::of(Truth::Yes), |held, property| {
                let truth = truth_of(property.verdict, property.missing);
                let failing = (property.verdict == Verdict::Fail).then(|| Failing {
                    name: Some(property.name.clone()),
                    expected: body.expect.describe(),
                    place: property.rows.first().map(|&row| (table, row)),
                    table,
                });
                let unclear = property.unclear.into_iter().collect();
                held.join(ConditionOutcome { truth, unclear, failing }, Truth::and)
            })
        }
        Condition::Count(body) => {
            // Those that pass change nothing.
            judge_count(instance, body).groups.into_iter().fold(
                ConditionOutcome::of(Truth::Yes),
                |held, group| {
                    let failing = (group.verdict == Verdict::Fail).then(|| Failing {
                        name: None,
                        expected: body.expect.describe(),
                        place: group.rows.first().map(|&row| (body.table, row)),
                        table: body.table,
                    });
                    let truth = truth_of(group.verdict, group.missing);
                    held.join(ConditionOutcome { truth, unclear: Vec::new(), failing }, Truth::and)
                },
            )
        }
        Condition::Records { body, absent } => records_hold(instance, body, *absent),
        Condition::Plugin(body) => plugin_holds(instance, body),
    }
}

/// A row of the plugin in any table settles it; of several, one that says that
/// the plugin is active. That no table has one means something only where one
/// of them is known to be whole.
fn plugin_holds(instance: &Instance<'_>, body: &PluginBody) -> ConditionOutcome {
    let mut inactive = None;
    let mut unknown: Option<Missing> = None;
    for source in &body.sources {
        for row in instance.by_value(source.table, source.id, &body.id) {
            match source.is_active.evaluate(instance, &instance.clock, row) {
                Truth::Yes if body.active => return ConditionOutcome::of(Truth::Yes),
                Truth::Yes => return failing_plugin(body, source.table, Some(row)),
                Truth::No => inactive = inactive.or(Some((source.table, row))),
                Truth::Unknown(missing) => unknown = Some(unknown.unwrap_or_default().union(missing)),
            }
        }
    }
    if let Some(missing) = unknown {
        return ConditionOutcome::of(Truth::Unknown(missing));
    }
    if let Some((table, row)) = inactive {
        return if body.active {
            failing_plugin(body, table, Some(row))
        } else {
            ConditionOutcome::of(Truth::Yes)
        };
    }
    // A row without its id may be the plugin.
    let nameless = body.sources.iter().filter(|source| instance.without_column(source.table, source.id));
    let nameless = nameless.map(|source| Missing::column(source.table, source.id));
    let nameless = nameless.fold(Missing::none(), Missing::union);
    if !nameless.is_empty() {
        return ConditionOutcome::of(Truth::Unknown(nameless));
    }
    let tables = body.sources.iter().map(|source| source.table);
    let is_whole = tables.clone().any(|table| instance.holds_all(table));
    // What is found is the same whichever of them is declared whole.
    let is_there = |table: &TableIdx| !instance.table(*table).is_empty();
    let named = tables.clone().find(is_there).or_else(|| tables.clone().next());
    match (named.filter(|_| is_whole), body.absent) {
        (Some(table), Absent::Fail) => failing_plugin(body, table, None),
        (Some(_), Absent::Pass) => ConditionOutcome::of(Truth::Yes),
        _ => ConditionOutcome::of(Truth::Unknown(
            tables.map(Missing::table).fold(Missing::none(), Missing::union),
        )),
    }
}

fn failing_plugin(body: &PluginBody, table: TableIdx, row: Option<RowId>) -> ConditionOutcome {
    let expected = if body.active { "active" } else { "inactive" }.to_owned();
    let place = row.map(|row| (table, row));
    let failing = Failing { name: Some(body.id.clone()), expected, place, table };
    ConditionOutcome { truth: Truth::No, unclear: Vec::new(), failing: Some(failing) }
}

/// With a requirement: every record that matches meets it. Without one: some
/// record matches.
fn records_hold(instance: &Instance<'_>, body: &RecordBody, absent: Absent) -> ConditionOutcome {
    let demands = body.require.is_some() || !body.expect.is_empty();
    let mut matched = false;
    let mut unknown: Option<Missing> = None;
    let mut failing = None;
    let mut doubt = |missing: Missing| {
        unknown = Some(unknown.take().unwrap_or_default().union(missing));
    };
    let verdicts = RowVerdicts::new(instance, body);
    for row in instance.table(body.table).live() {
        let judged = verdicts.of(row);
        match judged.verdict {
            Verdict::NotApplicable => {}
            // Without a demand "fail" says that the record matches.
            Verdict::Pass if !demands => {}
            Verdict::Pass => matched = true,
            Verdict::Fail => {
                matched = true;
                failing = failing.or(Some(row));
            }
            Verdict::CannotTell => doubt(judged.missing),
        }
    }
    let whole = instance.holds_all(body.table);
    let failing_row = failing.filter(|_| demands);
    let truth = match (demands, matched, failing_row.is_some()) {
        (true, _, true) => Truth::No,
        (true, true, false) if unknown.is_none() => Truth::Yes,
        (false, true, _) => Truth::Yes,
        (_, true, false) => Truth::Unknown(unknown.unwrap_or_default()),
        (_, false, _) => match (unknown, whole, absent) {
            (Some(missing), ..) => Truth::Unknown(missing),
            (None, true, _) if !demands => Truth::No,
            (None, true, Absent::Pass) => Truth::Yes,
            (None, true, Absent::Fail) => Truth::No,
            (None, ..) => Truth::Unknown(Missing::table(body.table)),
        },
    };
    // Where no row fails, it is the table that lacks one.
    let failing = (truth == Truth::No).then(|| Failing {
        name: None,
        expected: String::new(),
        place: failing_row.map(|row| (body.table, row)),
        table: body.table,
    });
    ConditionOutcome { truth, unclear: Vec::new(), failing }
}

fn truth_of(verdict: Verdict, missing: Missing) -> Truth {
    match verdict {
        Verdict::Pass | Verdict::NotApplicable => Truth::Yes,
        Verdict::Fail => Truth::No,
        Verdict::CannotTell => Truth::Unknown(missing),
    }
}
