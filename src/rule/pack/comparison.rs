//! What instances are compared by, tied to a pack. The questions about accounts
//! are data: `review.tsv`.

use super::Pack;
use super::review::lines;
use crate::query::{BindError, BoundQuery};
use crate::rule::model::{Body, Condition, PropertyBody, PropertyColumns, Rule};

/// Questions about accounts beside those of [`super::ReviewQuestions`], and where
/// properties stand.
#[derive(Debug)]
pub struct ComparisonQuestions {
    /// Switches of an account: what each is called, and whether it is on.
    pub flags: Vec<(&'static str, BoundQuery)>,
    /// Columns of `sys_properties`.
    pub properties: PropertyColumns,
}

impl Pack {
    /// Asks for everything by which instances are compared, which is more than
    /// [`Pack::want_review`]. Findings do not change.
    ///
    /// # Errors
    /// As [`Pack::want_review`].
    pub fn want_comparison(&mut self) -> Result<(), BindError> {
        self.want_review()?;
        let flags = lines("flag").map(|(name, query)| Ok((name, self.question(query)?)));
        let flags = flags.collect::<Result<_, BindError>>()?;
        let table = self.wanted.want_table("sys_properties");
        let [name, value, kind] =
            ["name", "value", "type"].map(|column| self.wanted.keep_column(table, column));
        let properties = PropertyColumns { table, name, value, kind };
        self.comparison = Some(ComparisonQuestions { flags, properties });
        self.want_keys();
        Ok(())
    }

    /// The ids of the rules that ask about a property, in their order.
    #[must_use]
    pub fn rules_about_property(&self, name: &str) -> Vec<&str> {
        let rules = self.rules.iter().chain(&self.scored);
        let asks = |rule: &&Rule| properties_of(rule).any(|body| body.name.matches(name));
        let mut ids: Vec<_> = rules.filter(asks).map(|rule| rule.meta.id.as_str()).collect();
        ids.sort_unstable();
        ids
    }
}

/// The properties that a rule asks about.
fn properties_of(rule: &Rule) -> Box<dyn Iterator<Item = &PropertyBody> + '_> {
    match &rule.body {
        Body::Property(body) => Box::new(std::iter::once(body)),
        Body::Conditions(bindings) => {
            let cases = bindings.iter().flat_map(|binding| &binding.cases);
            let conditions = cases.flat_map(|case| case.all.iter().chain(&case.any));
            Box::new(conditions.filter_map(|condition| match condition {
                Condition::Property(body) => Some(body),
                _ => None,
            }))
        }
        _ => Box::new(std::iter::empty()),
    }
}
