//! From a rule to a check's record, as an instance imports it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::super::expect::Fill;
use super::super::file::{Comparator, PlacedText, RuleFile};
use super::super::message::Params;
use super::super::model::Rule;
use super::{Check, PRIORITIES, TABLE_CHECK};
use crate::finding::Band;
use crate::query::Query;
use crate::source::hex;

/// The check that finds on an instance what a rule finds in its exports;
/// `file` is the rule as written, `rule` the same compiled.
///
/// # Errors
/// If no check finds exactly that: the reason, lower case, no final stop.
pub fn check_of(file: &RuleFile, rule: &Rule) -> Result<Check, String> {
    let meta = &rule.meta;
    let refused = |reason: &str| Err(reason.to_owned());
    let (Some(table), "record") = (&file.table, &*meta.kind) else {
        return Err(format!("it is a {} rule, and a check is one query on one table", meta.kind));
    };
    if file.area_and_name.is_some() {
        return refused("it is a check of Instance Scan already");
    }
    if !meta.portable {
        return refused("it uses fields or joins that only glidelint computes");
    }
    if !file.when.0.is_empty() {
        return refused("it applies only under a condition (when)");
    }
    if file
        .expect
        .as_ref()
        .is_some_and(|expect| !expect.fields.is_empty() || expect.value != Comparator::default())
    {
        return refused("it compares values in a way that encoded queries do not know (expect)");
    }
    if let Some(name) = rule.unset.first() {
        return Err(format!("its parameter '{name}' has no value"));
    }
    let params = Params(meta.params.clone());
    let query = |text: &Option<PlacedText>| match text {
        Some(text) => Query::parse(&params.text(&text.value)).map_err(|error| error.message),
        None => Ok(Query::default()),
    };
    // What orders the rows is left out.
    let mut conditions = query(&file.filter)?.and(&Query::default())?;
    for (key, text) in [("require", &file.require), ("unless", &file.unless)] {
        if text.is_some() {
            let failed = |reason| format!("the opposite of its '{key}' cannot be asked: {reason}");
            let opposite = query(text)?.negated(&table.value).map_err(failed)?;
            conditions = conditions.and(&opposite).map_err(failed)?;
        }
    }
    let at = match meta.severity.band() {
        Band::Critical => 0,
        Band::High => 1,
        Band::Medium => 2,
        Band::Low | Band::Info => 3,
    };
    Ok(Check {
        path: meta.path.clone(),
        kind: TABLE_CHECK.to_owned(),
        sys_id: sys_id_of(&meta.id),
        name: meta.title.clone(),
        active: true,
        advanced: false,
        table: table.value.clone(),
        conditions: format!("{conditions}^EQ"),
        run_condition: String::new(),
        priority: PRIORITIES[at].0.to_owned(),
        category: "security".to_owned(),
        short_description: meta.title.clone(),
        description: unwrapped(&meta.why),
        resolution_details: unwrapped(&meta.fix),
        documentation_url: meta.references.first().cloned().unwrap_or_default(),
    })
}

/// A text without the line breaks that only keep a file narrow. Those between
/// paragraphs and before the items of a list stay.
fn unwrapped(text: &str) -> String {
    let mut unwrapped = String::with_capacity(text.len());
    for line in text.trim().lines().map(str::trim) {
        let is_item =
            line.starts_with(['-', '*']) || line.starts_with(|letter: char| letter.is_ascii_digit());
        let joint = if unwrapped.is_empty() || unwrapped.ends_with('\n') && !line.is_empty() {
            ""
        } else if line.is_empty() {
            "\n\n"
        } else if is_item {
            "\n"
        } else {
            " "
        };
        if !(line.is_empty() && unwrapped.ends_with('\n')) {
            unwrapped.push_str(joint);
            unwrapped.push_str(line);
        }
    }
    unwrapped
}

/// Always the same for a rule, so that a second import replaces the first.
fn sys_id_of(id: &str) -> String {
    let digest = Sha256::digest(format!("glidelint rule {}", id.to_uppercase()).as_bytes());
    hex(&digest[..16])
}

/// The records as XML that an instance imports. Nothing in it depends on the day.
#[must_use]
pub fn write_checks(checks: &[Check]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload>\n".to_owned();
    for check in checks {
        write_check(check, &mut xml);
    }
    xml.push_str("</unload>\n");
    xml
}

fn write_check(check: &Check, xml: &mut String) {
    let kind = &check.kind;
    let update_name = format!("{kind}_{}", check.sys_id);
    let word = |set: bool| if set { "true" } else { "false" };
    let fields = [
        ("active", word(check.active)),
        ("advanced", word(check.advanced)),
        ("category", &check.category),
        ("conditions", &check.conditions),
        ("description", &check.description),
        ("documentation_url", &check.documentation_url),
        ("finding_type", "scan_finding"),
        ("name", &check.name),
        ("priority", &check.priority),
        ("resolution_details", &check.resolution_details),
        ("run_condition", &check.run_condition),
        ("score_max", "100"),
        ("score_min", "0"),
        ("score_scale", "1"),
        ("short_description", &check.short_description),
        ("sys_class_name", kind),
        ("sys_id", &check.sys_id),
        ("sys_name", &check.name),
        ("sys_package", "global"),
        ("sys_scope", "global"),
        ("sys_update_name", &update_name),
        ("table", &check.table),
        ("use_manifest", "false"),
    ];
    // Writing to a `String` cannot fail.
    let _ = writeln!(xml, "  <{kind} action=\"INSERT_OR_UPDATE\">");
    for (name, value) in fields {
        let attributes = match name {
            "conditions" => format!(" table=\"{}\"", escaped(&check.table)),
            "sys_package" => " display_value=\"Global\" source=\"global\"".to_owned(),
            "sys_scope" => " display_value=\"Global\"".to_owned(),
            _ => String::new(),
        };
        let _ = if value.is_empty() {
            writeln!(xml, "    <{name}{attributes}/>")
        } else {
            writeln!(xml, "    <{name}{attributes}>{}</{name}>", escaped(value))
        };
    }
    let _ = writeln!(xml, "  </{kind}>");
}

/// Text for XML: what would be markup is written as references, and what XML
/// cannot hold is left out.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn lines_are_joined_and_paragraphs_stay() {
        assert_eq!(unwrapped("One\ntwo.\n\n\nThree\n  four\n- a\n- b\n"), "One two.\n\nThree four\n- a\n- b");
    }
}
