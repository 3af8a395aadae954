//! What stands where a hardening setting is made.

use super::Actual;
use crate::finding::RuleCoverage;
use crate::instance::Instance;
use crate::judge::{judge_property, shown_value};
use crate::query::{Data as _, RowId};
use crate::record::TableIdx;
use crate::rule::{Body, CaseBody, Condition, PropertyBody, Rule};

/// How a setting stands, as far as it is not a verdict.
pub(super) struct Stands {
    pub(super) subject: String,
    pub(super) actual: Actual,
    pub(super) recommended: String,
    pub(super) fallback: Option<String>,
    pub(super) place: Option<(TableIdx, RowId)>,
}

/// What the rule of a setting looks at.
pub(super) fn stands(instance: &Instance<'_>, rule: &Rule, coverage: &RuleCoverage) -> Stands {
    match &rule.body {
        Body::Property(body) => of_property(instance, body),
        Body::Conditions(bindings) => {
            let cases = bindings.iter().flat_map(|binding| &binding.cases);
            let properties: Vec<_> = cases.flat_map(properties_of).collect();
            of_properties(instance, &properties).unwrap_or_else(|| of_records(instance, None, coverage))
        }
        Body::Record(body) => of_records(instance, Some(body.table), coverage),
        Body::Count(body) => {
            Stands { recommended: body.expect.describe(), ..of_records(instance, Some(body.table), coverage) }
        }
    }
}

fn properties_of(case: &CaseBody) -> impl Iterator<Item = &PropertyBody> {
    case.all.iter().chain(&case.any).filter_map(|condition| match condition {
        Condition::Property(body) => Some(body),
        _ => None,
    })
}

fn of_property(instance: &Instance<'_>, body: &PropertyBody) -> Stands {
    let judged = judge_property(instance, body).into_iter().next();
    let row = judged.as_ref().and_then(|judged| judged.rows.first().copied());
    let table = body.columns.table;
    let is_shown = |row| instance.cell(table, row, body.columns.value).present;
    let actual = match row {
        Some(row) if !is_shown(row) => Actual::NotExported,
        Some(row) => Actual::Value(shown_value(instance, body.columns, row)),
        None if instance.holds_all(table) => Actual::NoRow,
        None => Actual::NotExported,
    };
    Stands {
        subject: judged.map_or_else(|| body.name.text().to_owned(), |judged| judged.name),
        actual,
        recommended: body.expect.describe(),
        fallback: body.fallback.clone(),
        place: row.map(|row| (table, row)),
    }
}

/// Of several properties the first that has a row is shown.
fn of_properties(instance: &Instance<'_>, bodies: &[&PropertyBody]) -> Option<Stands> {
    let mut all: Vec<_> = bodies.iter().map(|body| of_property(instance, body)).collect();
    all.dedup_by(|right, left| right.subject == left.subject && right.recommended == left.recommended);
    if all.len() < 2 {
        return all.pop();
    }
    let join = |texts: Vec<&str>| texts.join(", ");
    let actual = if all.iter().all(|one| one.actual == Actual::NotExported) {
        Actual::NotExported
    } else if all.iter().all(|one| one.actual == Actual::NoRow) {
        Actual::NoRow
    } else {
        let of_one = |one: &Stands| match &one.actual {
            Actual::Value(value) => value.clone(),
            Actual::NoRow => "(no row)".to_owned(),
            Actual::NotExported | Actual::Records(_) => "(not exported)".to_owned(),
        };
        Actual::Value(all.iter().map(of_one).collect::<Vec<_>>().join(", "))
    };
    Some(Stands {
        subject: join(all.iter().map(|one| one.subject.as_str()).collect()),
        actual,
        recommended: join(all.iter().map(|one| one.recommended.as_str()).collect()),
        fallback: None,
        place: all.iter().find_map(|one| one.place),
    })
}

fn of_records(instance: &Instance<'_>, table: Option<TableIdx>, coverage: &RuleCoverage) -> Stands {
    let judged = coverage.pass + coverage.fail;
    Stands {
        subject: table.map_or_else(String::new, |table| instance.wanted.table(table).name.to_string()),
        actual: if judged == 0 { Actual::NotExported } else { Actual::Records(coverage.fail) },
        recommended: String::new(),
        fallback: None,
        place: None,
    }
}
