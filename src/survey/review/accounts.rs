//! Accounts that no person uses, and accounts with privileged roles.

use std::cmp::Reverse;
use std::collections::HashMap;

use rayon::prelude::*;

use super::reach::{Grants, Ways, ways};
use super::{Account, Answer, Places, Review, Shown};
use crate::access::Node;
use crate::access::{Access, node_name};
use crate::instance::{Instance, RereadColumns, access_gaps, class_evidence};
use crate::query::{BoundPath, Data, RowId, Truth};
use crate::record::ColumnIdx;
use crate::rule::ReviewQuestions;

/// An account that is listed, before its texts are fetched.
struct Candidate {
    /// Its record, if it was exported.
    row: Option<RowId>,
    /// Its number in the access graph, if a row there names it.
    user: Option<u32>,
    non_human: Answer,
    active: Answer,
    ways: Ways,
}

/// Fills in accounts, roles and grants.
pub(super) fn answer(
    instance: &Instance<'_>,
    questions: &ReviewQuestions,
    most: usize,
    (review, places): (&mut Review, &mut Places),
) {
    let columns = instance.access.as_ref().map(|access| role_columns(instance, access, questions));
    let (mut candidates, seen, unclear) = candidates(instance, questions, columns.as_ref());
    review.accounts_seen = seen;
    review.accounts_unclear = unclear;
    review.gaps = access_gaps(instance);
    review.roles = questions.roles.iter().map(|role| (*role).to_owned()).collect();
    let all: Vec<_> = candidates.iter().map(|candidate| &candidate.ways).collect();
    let grants = instance.access.as_ref().map(|access| Grants::of(instance, access, &all, places));
    candidates.sort_by_cached_key(|candidate| {
        let is_far = candidate.ways.path.is_empty();
        let rank = (is_far, Reverse(candidate.non_human == Answer::Yes));
        (rank, name_of(instance, questions, candidate), candidate.row)
    });
    review.accounts_left_out = candidates.len().saturating_sub(most);
    candidates.truncate(most);
    let rows = candidates.iter().filter_map(|candidate| Some((questions.accounts, candidate.row?)));
    let again = RereadColumns::new(instance, rows);
    let writer = Writer { instance, again: &again, questions, grants: grants.as_ref(), gaps: &review.gaps };
    review.accounts = candidates.iter().map(|candidate| writer.account(candidate, places)).collect();
    review.grants = grants.map(|grants| grants.list).unwrap_or_default();
}

/// The column of each privileged role, by its number.
pub(in super::super) fn role_columns(
    instance: &Instance<'_>,
    access: &Access,
    questions: &ReviewQuestions,
) -> HashMap<u32, u16> {
    let columns = access.graph.all_roles().filter_map(|role| {
        let name = instance.role_name(access, role);
        let column = questions.roles.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        Some((role, u16::try_from(column).ok()?))
    });
    columns.collect()
}

/// The accounts to list, how many were looked at, and of how many the export does
/// not show what they are.
fn candidates(
    instance: &Instance<'_>,
    questions: &ReviewQuestions,
    columns: Option<&HashMap<u32, u16>>,
) -> (Vec<Candidate>, usize, usize) {
    let rows = instance.live_rows(questions.accounts);
    let seen = rows.len();
    let looked: Vec<_> =
        rows.into_par_iter().filter_map(|row| look(instance, questions, columns, row)).collect();
    let unclear = looked.iter().filter(|(non_human, _)| *non_human == Answer::CannotTell).count();
    let mut candidates: Vec<_> = looked.into_iter().filter_map(|(_, candidate)| candidate).collect();
    candidates.extend(without_record(instance, questions, columns));
    (candidates, seen, unclear)
}

/// What an account is, unless it is surely inactive; and whether it is listed.
fn look(
    instance: &Instance<'_>,
    questions: &ReviewQuestions,
    columns: Option<&HashMap<u32, u16>>,
    row: RowId,
) -> Option<(Answer, Option<Candidate>)> {
    let active: Answer = questions.active.evaluate(instance, &instance.clock, row).into();
    if active == Answer::No {
        return None;
    }
    let non_human = is_non_human(instance, questions, row);
    let sys_id = instance.facts.fold(instance.table(questions.accounts).pair(row, ColumnIdx::SYS_ID).value);
    let access = instance.access.as_ref();
    let user = access.and_then(|access| access.graph.user(sys_id));
    let is_privileged = user.is_some_and(|user| holds_any(instance, columns, user));
    if non_human != Answer::Yes && !is_privileged {
        return Some((non_human, None));
    }
    let ways = ways_of(instance, columns, user);
    Some((non_human, Some(Candidate { row: Some(row), user, non_human, active, ways })))
}

/// Whether an account belongs to a class of those that no person uses.
pub(in super::super) fn is_non_human(
    instance: &Instance<'_>,
    questions: &ReviewQuestions,
    row: RowId,
) -> Answer {
    let answers = questions.non_human.iter().map(|class| instance.class(*class, row));
    answers.reduce(Truth::or).map_or(Answer::CannotTell, Answer::from)
}

/// What shows that no person uses an account; empty where that cannot be told.
pub(in super::super) fn evidence_of<'i>(
    instance: &'i Instance<'_>,
    questions: &ReviewQuestions,
    row: RowId,
) -> Vec<&'i str> {
    let classes = questions.non_human.iter().filter(|class| instance.class(**class, row).is_yes());
    classes.flat_map(|class| class_evidence(instance, *class, row)).collect()
}

fn holds_any(instance: &Instance<'_>, columns: Option<&HashMap<u32, u16>>, user: u32) -> bool {
    let (Some(access), Some(columns)) = (&instance.access, columns) else { return false };
    access.effective.of(user).iter().any(|role| columns.contains_key(role))
}

fn ways_of(instance: &Instance<'_>, columns: Option<&HashMap<u32, u16>>, user: Option<u32>) -> Ways {
    let (Some(access), Some(columns), Some(user)) = (&instance.access, columns, user) else {
        return Ways::default();
    };
    ways(access, user, columns)
}

/// Accounts that only rows of grants and members name.
fn without_record(
    instance: &Instance<'_>,
    questions: &ReviewQuestions,
    columns: Option<&HashMap<u32, u16>>,
) -> Vec<Candidate> {
    let Some(access) = &instance.access else { return Vec::new() };
    let users = access.graph.all_users().filter(|user| {
        let sys_id = instance.facts.texts.text(access.graph.texts(Node::User(*user)).0);
        holds_any(instance, columns, *user) && instance.by_sys_id(questions.accounts, sys_id).is_none()
    });
    let candidate = |user| Candidate {
        row: None,
        user: Some(user),
        non_human: Answer::CannotTell,
        active: Answer::CannotTell,
        ways: ways_of(instance, columns, Some(user)),
    };
    users.map(candidate).collect()
}

fn name_of(instance: &Instance<'_>, questions: &ReviewQuestions, candidate: &Candidate) -> String {
    match (candidate.row, candidate.user, &instance.access) {
        (Some(row), ..) => instance.key(questions.accounts, row),
        (None, Some(user), Some(access)) => {
            node_name(&instance.facts, &access.graph, Node::User(user)).to_owned()
        }
        _ => String::new(),
    }
}

/// Writes accounts down.
struct Writer<'w> {
    instance: &'w Instance<'w>,
    again: &'w RereadColumns<'w>,
    questions: &'w ReviewQuestions,
    grants: Option<&'w Grants>,
    gaps: &'w [String],
}

impl Writer<'_> {
    fn account(&self, candidate: &Candidate, places: &mut Places) -> Account {
        let Self { instance, questions, .. } = self;
        let &Candidate { row, non_human, active, ref ways, .. } = candidate;
        let evidence = row.map(|row| evidence_of(instance, questions, row)).unwrap_or_default();
        let can_log_in = row.map_or(Answer::CannotTell, |row| {
            questions.can_log_in.evaluate(*instance, &instance.clock, row).into()
        });
        let numbers = |steps| self.grants.map(|grants| grants.numbers(steps)).unwrap_or_default();
        let admin = match (ways.path.is_empty(), self.gaps.is_empty()) {
            (false, _) => Answer::Yes,
            (true, true) => Answer::No,
            (true, false) => Answer::CannotTell,
        };
        Account {
            user_name: name_of(instance, questions, candidate),
            sys_id: self.sys_id(candidate),
            non_human,
            evidence: evidence.into_iter().map(str::to_owned).collect(),
            active,
            can_log_in,
            last_login: self.shown(Some(&questions.last_login), row),
            owner: self.shown(questions.owner.as_ref(), row),
            admin,
            role_count: ways.role_count,
            held: ways.held.clone(),
            path: numbers(&ways.path),
            ways: numbers(&ways.steps),
            place: row.and_then(|row| places.of_row(instance, questions.accounts, row, "user_name")),
        }
    }

    fn sys_id(&self, candidate: &Candidate) -> String {
        let Self { instance, questions, .. } = self;
        match (candidate.row, candidate.user, &instance.access) {
            (Some(row), ..) => instance.sys_id(questions.accounts, row).to_owned(),
            (None, Some(user), Some(access)) => {
                instance.facts.texts.text(access.graph.texts(Node::User(user)).0).to_owned()
            }
            _ => String::new(),
        }
    }

    fn shown(&self, path: Option<&BoundPath>, row: Option<RowId>) -> Shown {
        let (Some(path), Some(row)) = (path, row) else { return Shown::NotExported };
        match (path.display(self.again, row), path.cell(self.again, row)) {
            (Some(text), _) => Shown::Text(text.into_owned()),
            (None, Ok(_)) => Shown::Empty,
            (None, Err(_)) => Shown::NotExported,
        }
    }
}

impl From<Truth> for Answer {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Yes => Self::Yes,
            Truth::No => Self::No,
            Truth::Unknown(_) => Self::CannotTell,
        }
    }
}
