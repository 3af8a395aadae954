//! The value that would mend a finding, where one change of one field does.

use super::expect::Fill as _;
use super::file::{Comparator, OneOrMany, RuleFile};
use super::message::Params;
use crate::query::Query;

/// What a rule of this form asks of the reported field, if that is one value.
///
/// A deactivated record protects nothing, so of other tables than `sys_user`
/// nothing is mended by `active=false`.
pub(super) fn mend_of(file: &RuleFile, params: &Params) -> Option<String> {
    let value = if file.property.is_some() {
        let expect = file.expect.as_deref()?;
        one_value(expect.fields.get("value").unwrap_or(&expect.value), params)
    } else {
        of_record(file, params)
    };
    // In any form of export such a value is written as it is.
    let is_plain = |text: &String| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || " _.,:/@-".contains(letter))
    };
    value.filter(is_plain)
}

fn of_record(file: &RuleFile, params: &Params) -> Option<String> {
    let table = &file.table.as_ref()?.value;
    let field = &file.at.as_ref()?.value;
    let parse = |text: &str| Query::parse(&params.text(text)).ok();
    if let Some(expect) = &file.expect {
        return (file.require.is_none() && expect.fields.len() == 1)
            .then(|| one_value(expect.fields.get(field)?, params))
            .flatten();
    }
    if let Some(require) = &file.require {
        return parse(&require.value)?.demands(field).map(str::to_owned);
    }
    let found = parse(&file.filter.as_ref()?.value)?;
    let opposite = match found.pins(field)? {
        "true" => "false",
        "false" => "true",
        _ => return None,
    };
    (field != "active" || table == "sys_user").then(|| opposite.to_owned())
}

/// The one value that a comparator lets pass, or of many the limit: of two, the
/// upper one, since the lower mostly only keeps out what means "no limit".
fn one_value(comparator: &Comparator, params: &Params) -> Option<String> {
    let Comparator { equals, not_equals, at_most, at_least, between, empty, .. } = comparator;
    let others = Comparator {
        equals: None,
        not_equals: None,
        at_most: None,
        at_least: None,
        between: None,
        empty: None,
        ..comparator.clone()
    };
    if others != Comparator::default() || not_equals.is_some() && (equals.is_none() || equals == not_equals) {
        return None;
    }
    if let Some(OneOrMany(limits)) = between {
        let is_alone = equals.is_none() && at_most.is_none() && at_least.is_none() && empty.is_none();
        return limits.get(1).filter(|_| is_alone).map(|upper| params.text(upper));
    }
    match (equals, at_most, at_least, empty) {
        (Some(value), None, None, None) | (None, Some(value), _, None) | (None, None, Some(value), None) => {
            Some(params.text(&value.0))
        }
        (None, None, None, Some(true)) => Some(String::new()),
        _ => None,
    }
}
