//! What a report itself says about who is who: keys, messages, and what it shows
//! to reviewers. Of a saved result nothing else is known.

use std::borrow::Cow;

use regex::Regex;

use super::{USERS, parts};
use crate::finding::split_set;
use crate::record::schema;
use crate::redact::Redactor;
use crate::report::Report;
use crate::survey::Shown;

/// Lets the redactor learn names from where nothing else can stand.
pub(super) fn learn(report: &Report, redactor: &mut Redactor) {
    for found in report.findings.iter() {
        let finding = found.finding;
        learn_key(&finding.table, &finding.key, redactor);
        for label in finding.places.iter().filter_map(|place| place.label.as_deref()) {
            learn_label(&finding.table, label, redactor);
        }
        if let (USERS, Some(sys_id)) = (&*finding.table, &finding.sys_id) {
            redactor.learn_id(sys_id);
        }
    }
    learn_from_messages(report, redactor);
    let Some(desk) = &report.desk else { return };
    for account in &desk.review.accounts {
        redactor.learn_account(&account.user_name);
        redactor.learn_id(&account.sys_id);
        if let Shown::Text(owner) = &account.owner {
            redactor.learn_account(owner);
        }
    }
    desk.review.roles.iter().for_each(|role| redactor.learn_role(role));
    for grant in &desk.review.grants {
        match grant.kind.as_str() {
            "grant" => {
                redactor.learn_account(&grant.from);
                redactor.learn_role(&grant.to);
            }
            "member" => redactor.learn_account(&grant.from),
            "group-role" => redactor.learn_role(&grant.to),
            "contains" => [&grant.from, &grant.to].into_iter().for_each(|role| redactor.learn_role(role)),
            _ => {}
        }
    }
}

fn learn_key(table: &str, key: &str, redactor: &mut Redactor) {
    for (part, target) in parts(table, split_set(key).1) {
        match target {
            Some(USERS) => redactor.learn_account(part),
            Some("sys_user_role") => redactor.learn_role(part),
            _ => {}
        }
    }
}

/// A label is the key of a further record, or a step that begins with whom it is
/// about.
fn learn_label(table: &str, label: &str, redactor: &mut Redactor) {
    if let Some(key) = label.strip_prefix("and ") {
        return learn_key(table, key, redactor);
    }
    let name = ["' is granted role '", "' has role '", "' is a member of group '"]
        .into_iter()
        .find_map(|verb| Some(label.strip_prefix('\'')?.split_once(verb)?.0));
    if let Some(name) = name {
        redactor.learn_account(name);
    }
}

/// A message's placeholders stand where names do.
fn learn_from_messages(report: &Report, redactor: &mut Redactor) {
    let forms: Vec<_> = report.rules.iter().map(|rule| form(&rule.message)).collect();
    for found in report.findings.iter() {
        let finding = found.finding;
        let Some(Some((form, names))) = forms.get(usize::from(finding.rule)) else { continue };
        let Some(values) = form.captures(&finding.message) else { continue };
        // The whole is the first.
        for (value, name) in values.iter().skip(1).zip(names) {
            if let Some(value) = value
                && names_somebody(&finding.table, name)
            {
                redactor.learn_account(value.as_str());
            }
        }
    }
}

/// What matches the messages of a rule, and the names of its placeholders.
fn form(message: &str) -> Option<(Regex, Vec<String>)> {
    let (mut form, mut names) = ("^".to_owned(), Vec::new());
    let mut rest = message;
    while let Some((text, (name, behind))) =
        rest.split_once('{').and_then(|(text, rest)| Some((text, rest.split_once('}')?)))
    {
        form.push_str(&regex::escape(text));
        form.push_str("(.*?)");
        names.push(name.to_owned());
        rest = behind;
    }
    // Something may have been added to the message.
    let end = if rest.is_empty() { Cow::Borrowed("$") } else { Cow::Owned(regex::escape(rest)) };
    form.push_str(&end);
    Some((Regex::new(&form).ok().filter(|_| !names.is_empty())?, names))
}

/// Whether what a placeholder shows in a message about a table names an account.
fn names_somebody(table: &str, placeholder: &str) -> bool {
    let mut at = table;
    let mut steps = placeholder.split('.').peekable();
    while let Some(step) = steps.next() {
        let target = match (at, step) {
            ("effective_role", "user") => Some(USERS),
            _ => schema::column(at, step).and_then(|column| column.reference),
        };
        match (target, steps.peek()) {
            (Some(target), Some(_)) => at = target,
            (target, None) => {
                let is_name = matches!(step, "user_name" | "name" | "first_name" | "last_name");
                return target == Some(USERS) || at == USERS && is_name;
            }
            (None, Some(_)) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{form, names_somebody};

    #[test]
    fn placeholders_say_who_is_named() {
        let (form, names) = form("'{user.user_name}' holds {role} (since {sys_created_on}).").unwrap();
        assert_eq!(names, ["user.user_name", "role", "sys_created_on"]);
        let values = form.captures("'svc.sap' holds admin (since 2026). Whether…").unwrap();
        assert_eq!(&values[1], "svc.sap");
        for placeholder in ["user.user_name", "user", "user.manager", "user.manager.name"] {
            assert!(names_somebody("sys_user_has_role", placeholder), "{placeholder}");
        }
        assert!(names_somebody("effective_role", "user.name") && names_somebody("sys_user", "user_name"));
        for placeholder in ["role", "user.active", "role.name", "count", "no.such.column"] {
            assert!(!names_somebody("sys_user_has_role", placeholder), "{placeholder}");
        }
    }
}
