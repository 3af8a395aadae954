//! What is read, and what for.

use crate::doctor::SignWatch;
use crate::query::RowTests;
use crate::record::Wanted;
use crate::rule::{Ask, ClassBody, KeyPaths, Pack, Rule};

/// What is read, and what it is read for.
pub struct Plan<'p> {
    /// Tables and columns.
    pub wanted: &'p Wanted,
    /// What is asked of each record while it is there.
    pub tests: &'p RowTests,
    /// Classes of records.
    pub classes: &'p [ClassBody],
    /// What names a record to a person.
    pub keys: &'p KeyPaths,
    /// Everything that will be asked.
    pub asks: Vec<Ask<'p>>,
    /// Who watches for signs of bad exports meanwhile.
    pub signs: Option<&'p SignWatch>,
}

impl<'p> Plan<'p> {
    /// For the rules of a pack.
    #[must_use]
    pub fn of(pack: &'p Pack) -> Self {
        let rules = pack.rules.iter().chain(&pack.scored).flat_map(Rule::asks);
        let classes = pack.classes.iter().flat_map(ClassBody::asks);
        let review = pack.review.iter().map(|review| Ask::Query(&review.is_privileged));
        let asks = rules.chain(classes).chain(review).collect();
        Self {
            wanted: &pack.wanted,
            tests: &pack.tests,
            classes: &pack.classes,
            keys: &pack.keys,
            asks,
            signs: None,
        }
    }
}
