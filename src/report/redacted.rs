//! A report with people replaced, before any format is written.

mod learn;

use std::sync::Arc;

use super::{Desk, Report, Scope};
use crate::finding::{Finding, Notice, split_set};
use crate::locate::{Excerpts, Findings, ShownFinding};
use crate::record::{is_view, natural_key, schema, view_columns};
use crate::redact::{Extent, RedactedExcerpts, Redactor};
use crate::rule::RuleMeta;
use crate::survey::Shown;

/// The table of accounts.
const USERS: &str = "sys_user";
/// Stands between the parts of a key.
const ARROW: &str = " → ";

/// The texts that reports show of themselves, whatever was scanned.
pub fn own_texts(report: &Report) -> impl Iterator<Item = &str> {
    report.rules.iter().flat_map(|rule| {
        let texts = [&rule.id, &rule.name, &rule.title, &rule.message, &rule.why, &rule.fix, &rule.path];
        texts.into_iter().chain(&rule.properties).chain(&rule.table).map(String::as_str)
    })
}

/// Replaces people everywhere, once and for all. The redactor learns the names
/// first that stand where nothing else can.
pub fn redact_report(report: &mut Report, mut redactor: Redactor) {
    learn::learn(report, &mut redactor);
    let redactor = Arc::new(redactor);
    let hide = |text: &mut String| set(text, &redactor);
    let sources = sources(&report.findings);
    let excerpts = std::mem::replace(&mut report.excerpts, Box::new(Nothing));
    report.excerpts = Box::new(RedactedExcerpts::new(excerpts, Arc::clone(&redactor), sources));
    report.findings.edit(|finding| hide_finding(finding, &redactor));
    for (notice, _) in &mut report.notices {
        hide_notice(notice, &redactor);
    }
    for waiver in &mut report.accepted.waivers {
        [&mut waiver.subject, &mut waiver.reason].into_iter().for_each(hide);
        waiver.owner = redactor.account(&waiver.owner).into_owned();
    }
    if let Some(known) = &mut report.accepted.known {
        known.with = redactor.path(&known.with).into_owned();
        known.gap.iter_mut().for_each(hide);
    }
    report.coverage.iter_mut().flat_map(|coverage| &mut coverage.missing).for_each(hide);
    report.rules.iter_mut().for_each(|rule| hide_parameters(rule, &redactor));
    hide_scope(&mut report.scope, &redactor);
    if let Some(desk) = &mut report.desk {
        hide_desk(desk, &redactor);
    }
}

fn set(text: &mut String, redactor: &Redactor) {
    if let std::borrow::Cow::Owned(hidden) = redactor.text(text) {
        *text = hidden;
    }
}

/// How many sources findings name.
fn sources(findings: &Findings) -> u32 {
    let places = findings.iter().flat_map(|found| found.places().map(|place| place.place.source));
    places.max().map_or(0, |last| last.saturating_add(1))
}

/// Which part of a key is about an account: of a user itself the whole.
fn parts<'k>(table: &str, key: &'k str) -> impl Iterator<Item = (&'k str, Option<&'static str>)> {
    let columns = natural_key(table);
    let parts: Vec<_> = key.split(ARROW).collect();
    let fits = parts.len() == columns.len();
    let target = |column: &str| match (table, column) {
        (USERS, _) => Some(USERS),
        ("sys_user_role", "name") => Some("sys_user_role"),
        // Views have no dictionary.
        _ if is_view(table) => view_columns(table).find(|(name, _)| *name == column).and_then(|(_, of)| of),
        _ => schema::column(table, column).and_then(|column| column.reference),
    };
    let targets: Vec<_> = columns.iter().map(|column| target(column).filter(|_| fits)).collect();
    parts.into_iter().enumerate().map(move |(at, part)| (part, targets.get(at).copied().flatten()))
}

fn hide_finding(finding: &mut Finding, redactor: &Redactor) {
    let (set, key) = split_set(&finding.key);
    let set = redactor.text(set).into_owned();
    let key: Vec<_> = parts(&finding.table, key)
        .map(|(part, target)| match target {
            Some(USERS) => redactor.account(part),
            Some("sys_user_role") => part.into(),
            _ => redactor.text(part),
        })
        .collect();
    finding.key = (set + &key.join(ARROW)).into();
    finding.message = redactor.text(&finding.message).into();
    if &*finding.table == USERS {
        finding.sys_id = finding.sys_id.as_deref().map(|sys_id| redactor.account_id(sys_id).into());
    }
    finding.fingerprint = redactor.fingerprint(finding.fingerprint);
    finding.values = redactor.values(finding.values);
    if let Some(identity) = &mut finding.identity {
        identity.key = redactor.fingerprint(identity.key);
        identity.earlier = redactor.fingerprint(identity.earlier);
        if let Some(measure) = &mut identity.measure {
            measure.others = redactor.values(measure.others);
        }
    }
    for place in &mut finding.places {
        place.label = place.label.as_deref().map(|label| redactor.text(label).into());
    }
}

fn hide_notice(notice: &mut Notice, redactor: &Redactor) {
    notice.path = redactor.path(&notice.path).into_owned();
    set(&mut notice.message, redactor);
}

/// Parameters of rules may have been set to names.
fn hide_parameters(rule: &mut Arc<RuleMeta>, redactor: &Redactor) {
    let is_shown = |value: &String| matches!(redactor.text(value), std::borrow::Cow::Borrowed(_));
    if !rule.is_built_in() || !rule.params.values().flatten().all(is_shown) {
        let mut hidden = RuleMeta::clone(rule);
        hidden.params.values_mut().flatten().for_each(|value| set(value, redactor));
        *rule = Arc::new(hidden);
    }
}

fn hide_scope(scope: &mut Scope, redactor: &Redactor) {
    for input in &mut scope.inputs {
        input.path = redactor.path(&input.path).into_owned();
        input.archive = input.archive.as_deref().map(|archive| redactor.path(archive).into_owned());
    }
    scope.root = redactor.path(&scope.root).into_owned();
    scope.instance = scope.instance.as_deref().map(|name| redactor.instance(name).into_owned());
    for text in [&mut scope.category, &mut scope.changed_since].into_iter().flatten() {
        set(text, redactor);
    }
    if let Some(checkout) = &mut scope.version_control {
        checkout.repository = redactor.path(&checkout.repository).into_owned();
        checkout.branch = checkout.branch.as_deref().map(|branch| redactor.text(branch).into_owned());
        if redactor.extent() == Extent::All {
            // Whoever has the repository looks up who wrote it.
            checkout.revision = None;
        }
    }
}

fn hide_desk(desk: &mut Desk, redactor: &Redactor) {
    let hide = |text: &mut String| set(text, redactor);
    for account in &mut desk.review.accounts {
        account.user_name = redactor.account(&account.user_name).into_owned();
        account.sys_id = redactor.account_id(&account.sys_id).into_owned();
        account.evidence.iter_mut().for_each(hide);
        if let Shown::Text(owner) = &mut account.owner {
            *owner = redactor.account(owner).into_owned();
        }
    }
    desk.review.gaps.iter_mut().for_each(hide);
    for grant in &mut desk.review.grants {
        if matches!(grant.kind.as_str(), "grant" | "member") {
            grant.from = redactor.account(&grant.from).into_owned();
        }
    }
    for setting in &mut desk.review.settings {
        if let crate::survey::Actual::Value(value) = &mut setting.actual {
            hide(value);
        }
    }
    for spot in &mut desk.spots {
        spot.path = redactor.path(&spot.path).into_owned();
    }
    for sign in &mut desk.exports.signs {
        sign.path = redactor.path(&sign.path).into_owned();
        hide(&mut sign.message);
    }
    desk.command = redactor.path(&desk.command).into_owned();
}

/// Stands for the texts of a report while they are wrapped.
#[derive(Debug)]
struct Nothing;

impl Excerpts for Nothing {
    fn path(&self, _source: u32) -> &'static str {
        ""
    }

    fn shown<'f>(
        &'f self,
        _findings: &'f Findings,
        _most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        Box::new(std::iter::empty())
    }
}
