//! What the pages for reviewers ask of an instance, tied to a pack. The questions
//! themselves are data: `review.tsv`.

use super::Pack;
use crate::query::{BindError, BoundPath, BoundQuery, Class, Query, bind_shared, bind_shown_path, want_view};
use crate::record::{EFFECTIVE_ROLE, TableIdx};

const QUESTIONS: &str = include_str!("review.tsv");
/// What an account is.
const ACCOUNTS: &str = "sys_user";

/// Questions about accounts.
#[derive(Debug)]
pub struct ReviewQuestions {
    /// `sys_user`
    pub accounts: TableIdx,
    /// Whether an account is active.
    pub active: BoundQuery,
    /// Whether it can open the user interface with a password.
    pub can_log_in: BoundQuery,
    /// Whether it holds one of [`Self::roles`].
    pub is_privileged: BoundQuery,
    /// The classes of accounts that no person uses; a pack may have none.
    pub non_human: Vec<Class>,
    /// When it was used last.
    pub last_login: BoundPath,
    /// Who answers for it; a pack may have no such alias.
    pub owner: Option<BoundPath>,
    /// The privileged roles by name; the first is the one that holds all others.
    pub roles: Vec<&'static str>,
}

impl Pack {
    /// Asks for everything that the pages for reviewers show. Findings do not change.
    ///
    /// # Errors
    /// Where the pack's own names make a question ambiguous.
    pub fn want_review(&mut self) -> Result<(), BindError> {
        want_view(&mut self.wanted, EFFECTIVE_ROLE);
        let roles: Vec<_> = lines("role").map(|(name, _)| name).collect();
        let classes = lines("class").filter(|(name, _)| *name == "non_human");
        let non_human = classes.filter_map(|(_, path)| self.shown(path).ok()?.class()).collect();
        let questions = ReviewQuestions {
            accounts: self.wanted.want_table(ACCOUNTS),
            active: self.question(text("query", "active"))?,
            can_log_in: self.question(text("query", "can_log_in"))?,
            is_privileged: self.question(&format!("@roleIN{}", roles.join(",")))?,
            non_human,
            last_login: self.shown(text("field", "last_login"))?,
            owner: self.shown(text("field", "owner")).ok(),
            roles,
        };
        self.review = Some(questions);
        self.want_keys();
        Ok(())
    }

    pub(super) fn question(&mut self, query: &str) -> Result<BoundQuery, BindError> {
        let query =
            Query::parse(query).map_err(|error| BindError { message: error.message, span: error.span })?;
        bind_shared(&query, ACCOUNTS, &mut self.wanted, &self.names, &mut self.tests)
    }

    fn shown(&mut self, path: &str) -> Result<BoundPath, BindError> {
        bind_shown_path(path, ACCOUNTS, &mut self.wanted, &self.names)
    }
}

/// The lines of a kind: name, and what is asked.
pub(super) fn lines(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = QUESTIONS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let mut cells = line.split('\t');
        (cells.next()? == kind).then_some(())?;
        Some((cells.next()?, cells.next().unwrap_or_default()))
    })
}

fn text(kind: &str, name: &str) -> &'static str {
    lines(kind).find(|(known, _)| *known == name).map_or("", |(_, text)| text)
}
