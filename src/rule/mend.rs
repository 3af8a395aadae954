//! The value that would mend a finding, if changing one field is enough.

use super::error::RuleError;
use super::expect::Fill as _;
use super::file::{Comparator, OneOrMany, PlacedText, RuleFile};
use super::message::Params;
use crate::record::written_by_platform;

/// The value of the reported field that removes the problem on the platform.
///
/// Of a property that is what the rule expects, since nobody but administrators sets
/// it. Of a record the rule file says it: that a value passes does not tell that it
/// mends, since the platform writes some columns as a consequence of others, and a
/// deactivated record protects nothing.
///
/// # Errors
/// Where the rule file names a value that cannot mend anything.
pub(super) fn mend_of(file: &RuleFile, params: &Params, path: &str) -> Result<Option<String>, RuleError> {
    if let Some(mends) = &file.mends {
        return of_record(mends, file, params).map(Some).map_err(|message| {
            RuleError::at(path, mends, message).help("leave `mends` out: the text of `fix` says what to do")
        });
    }
    let expect = file.property.as_ref().and(file.expect.as_deref());
    let value =
        expect.and_then(|expect| one_value(expect.fields.get("value").unwrap_or(&expect.value), params));
    Ok(value.filter(|value| is_plain(value)))
}

fn of_record(mends: &PlacedText, file: &RuleFile, params: &Params) -> Result<String, String> {
    let (Some(table), Some(column)) = (&file.table, &file.at) else {
        return Err("mends is the value of the field at `at` of a rule with `table`".to_owned());
    };
    let (table, column) = (&table.value, &column.value);
    if column.contains(['@', '.']) {
        return Err(format!("'{column}' is no column of the record that is reported"));
    }
    if let Some(why) = written_by_platform(table, column) {
        return Err(format!("no value of {table}.{column} mends anything: {why}"));
    }
    let value = params.text(&mends.value);
    if is_plain(&value) {
        Ok(value)
    } else {
        Err(format!("'{value}' cannot be written in any form of export"))
    }
}

/// Whether a value is written as it is in any form of export.
fn is_plain(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || " _.,:/@-".contains(letter))
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rule::{Pack, PackFiles, Settings};

    /// What mends the findings of a rule, or why the rule cannot be used.
    fn mend(rule: &str) -> Result<Option<String>, String> {
        let rest = "id: XM1001\ntitle: A rule\nseverity: 5\nmessage: m.\nwhy: w\nfix: f\n";
        let mut files = PackFiles::empty(Path::new("own"));
        files.add("rules/own/a-rule.yaml", format!("{rest}{rule}\n")).unwrap();
        let pack = Pack::compile(&[files], &Settings::default());
        pack.map(|pack| pack.rules[0].meta.mend.clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_rule_says_what_mends_it() {
        let check = |rule: &str, expected: Option<&str>| {
            assert_eq!(mend(rule).unwrap().as_deref(), expected, "{rule}");
        };
        let user = "table: sys_user\nat: web_service_access_only\nrequire: 'web_service_access_only=true'";
        check(user, None);
        check(&format!("{user}\nmends: true"), Some("true"));
        let limit = "table: oauth_entity\nat: access_token_lifespan\nparams: { most: 1800 }\n\
                     expect: { access_token_lifespan: { at_most: '{most}' } }";
        check(&format!("{limit}\nmends: '{{most}}'"), Some("1800"));
        check("table: sys_user\nat: active\nwhere: 'active=true'", None);
        check("property: a.b\nexpect: { equals: 'true' }", Some("true"));
        check("property: a.b\nexpect: { between: [1, 30] }", Some("30"));
        check("property: a.b\nexpect: { matches: '^x' }", None);
    }

    #[test]
    fn what_mends_nothing_is_no_mend() {
        let check = |rule: &str, place: &str, part: &str| {
            let error = mend(rule).unwrap_err();
            assert!(error.contains(part) && error.contains(place), "{rule}: {error}");
        };
        let grant = "table: sys_user_has_role\nwhere: 'role.name=admin'";
        check(&format!("{grant}\nat: inherited\nmends: true"), ":10:", "sys_user_has_role.inherited");
        check(&format!("{grant}\nat: granted_by\nmends: x"), ":10:", "roles of a group");
        check(&format!("{grant}\nat: user.active\nmends: true"), ":10:", "no column of the record");
        check(
            "table: sys_user\nwhere: 'active=true'\nat: sys_updated_by\nmends: x",
            ":10:",
            "for each record",
        );
        check("table: sys_user\nwhere: 'active=true'\nat: email\nmends: 'a<b'", ":10:", "'a<b'");
        check("table: sys_user\nwhere: 'active=true'\nmends: x", ":9:", "at `at`");
        check("property: a.b\nexpect: { equals: 'true' }\nmends: true", ":9:", "at `at`");
    }
}
