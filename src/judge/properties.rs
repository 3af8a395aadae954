//! Property rules: the rows of `sys_properties` with a name.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Verdict;
use crate::instance::Instance;
use crate::query::{Data, Missing, RowId};
use crate::record::is_secret_property;
use crate::rule::file::Absent;
use crate::rule::{Holds, NamePattern, PropertyBody, PropertyColumns};

/// How one property fares.
#[derive(Debug)]
pub(crate) struct JudgedProperty {
    /// Its name as the export writes it, or as the rule does where there is no row.
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    pub(crate) missing: Missing,
    /// What leaves it open beside `missing`, for the coverage: the name of a
    /// property that is not there, or what its value is not.
    pub(crate) unclear: Option<String>,
    /// The rows that decide: those that fail, else all.
    pub(crate) rows: Vec<RowId>,
}

/// Judges what some rows say of the properties that the rule names; of those without
/// such a row nothing.
pub(crate) fn judge_properties(
    instance: &Instance<'_>,
    body: &PropertyBody,
    rows: &[RowId],
) -> Vec<JudgedProperty> {
    let columns = body.columns;
    let facts = instance.table(columns.table);
    let mut groups: BTreeMap<String, Vec<RowId>> = BTreeMap::new();
    for &row in rows {
        let name = instance.cell(columns.table, row, columns.name).value;
        if facts.is_live(row) && body.name.matches(name) {
            groups.entry(name.to_lowercase()).or_default().push(row);
        }
    }
    groups.into_iter().map(|(name, rows)| judge_rows(instance, body, name, rows)).collect()
}

/// Judges every property that the rule names.
pub(crate) fn judge_property(instance: &Instance<'_>, body: &PropertyBody) -> Vec<JudgedProperty> {
    let columns = body.columns;
    let mut groups: Vec<(String, Vec<RowId>)> = Vec::new();
    match &body.name {
        NamePattern::Exact(name) => {
            let rows = instance.by_value(columns.table, columns.name, name);
            groups.push((name.clone(), rows));
        }
        NamePattern::Pattern(..) => {
            let mut known: HashMap<String, usize> = HashMap::new();
            for row in instance.table(columns.table).live() {
                let name = instance.cell(columns.table, row, columns.name).value;
                if body.name.matches(name) {
                    let at = *known.entry(name.to_lowercase()).or_insert(groups.len());
                    if at == groups.len() {
                        groups.push((name.to_owned(), Vec::new()));
                    }
                    groups[at].1.push(row);
                }
            }
            if groups.is_empty() {
                groups.push((body.name.text().to_owned(), Vec::new()));
            }
        }
    }
    let is_open = matches!(body.name, NamePattern::Pattern(..))
        && instance.without_column(columns.table, columns.name)
        && groups.iter().any(|(_, rows)| !rows.is_empty());
    let mut judged: Vec<_> =
        groups.into_iter().map(|(name, rows)| judge_rows(instance, body, name, rows)).collect();
    if is_open {
        // A row without its name may be one more of them.
        judged.push(JudgedProperty {
            name: body.name.text().to_owned(),
            verdict: Verdict::CannotTell,
            missing: Missing::column(columns.table, columns.name),
            unclear: None,
            rows: Vec::new(),
        });
    }
    judged
}

fn judge_rows(
    instance: &Instance<'_>,
    body: &PropertyBody,
    name: String,
    rows: Vec<RowId>,
) -> JudgedProperty {
    let columns = body.columns;
    if rows.is_empty() {
        return judge_absence(instance, body, name);
    }
    let mut failing = Vec::new();
    let mut missing = Missing::none();
    let mut answer = Holds::Yes;
    for &row in &rows {
        let cell = instance.cell(columns.table, row, columns.value);
        if !cell.present {
            missing = missing.union(Missing::column(columns.table, columns.value));
            continue;
        }
        let holds = body.expect.holds(cell.value);
        if holds == Holds::No {
            failing.push(row);
        }
        answer = answer.and(holds);
    }
    let name = instance.cell(columns.table, rows[0], columns.name).value.to_owned();
    let (verdict, unclear) = match answer {
        Holds::No => {
            let missing = Missing::none();
            return JudgedProperty { name, verdict: Verdict::Fail, missing, unclear: None, rows: failing };
        }
        Holds::Unclear(why) => (Verdict::CannotTell, Some(why.sentence(&name))),
        Holds::Yes if missing.is_empty() => (Verdict::Pass, None),
        Holds::Open | Holds::Yes => (Verdict::CannotTell, None),
    };
    JudgedProperty { name, verdict, missing, unclear, rows }
}

/// A missing row means something only in a table that is known to be whole.
fn judge_absence(instance: &Instance<'_>, body: &PropertyBody, name: String) -> JudgedProperty {
    let rows = Vec::new();
    let PropertyColumns { table, name: column, .. } = body.columns;
    let missing = if !instance.holds_all(table) {
        Missing::table(table)
    } else if instance.without_column(table, column) {
        // A row without its name may be the property.
        Missing::column(table, column)
    } else {
        Missing::none()
    };
    if !missing.is_empty() {
        return JudgedProperty { name, verdict: Verdict::CannotTell, missing, unclear: None, rows };
    }
    let verdict = match body.absent {
        Absent::Pass => Verdict::Pass,
        Absent::Fail => Verdict::Fail,
        Absent::CannotTell => Verdict::CannotTell,
    };
    let unclear = (verdict == Verdict::CannotTell).then(|| name.clone());
    JudgedProperty { name, verdict, missing: Missing::none(), unclear, rows }
}

/// The value of a property for a message: never a secret.
pub(crate) fn shown_value(instance: &Instance<'_>, columns: PropertyColumns, row: RowId) -> String {
    let cell = |column| instance.cell(columns.table, row, column);
    let value = cell(columns.value).value;
    let kind = cell(columns.kind);
    // Where only the label of the type is shown, it says enough.
    let kind = if kind.present { kind.value } else { kind.display.unwrap_or_default() };
    if is_secret_property(cell(columns.name).value, kind, value) {
        return crate::record::REDACTED.to_owned();
    }
    value.to_owned()
}
