//! What a value of such an export says of the value that is stored.
//!
//! CSV and Excel show what a person sees: of a reference the name of what it
//! refers to, of a choice its label, of a date what the settings of the person
//! make of it. The REST API does so where it is asked to. Such a text is not the
//! stored value, and must not be taken for it.

use std::borrow::Cow;

use super::parts::ReadValue;
use crate::record::schema::{self, ColumnType};
use crate::record::{Choice, choices, chosen, is_sys_id};

/// What the values of an export are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// What is stored.
    Stored,
    /// What a person sees.
    Labels,
}

/// How a column's shown text differs from what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueSort {
    /// Not at all.
    Plain,
    Reference,
    Boolean,
    Number,
    /// By format; a date that is written as it is stored is taken for it.
    Date,
    /// A label, or a format of its own; with the choices that are known.
    Label(&'static [Choice]),
}

/// The sort of a column. Of one that the dictionary does not know the text is
/// taken as it is.
pub(crate) fn sort_of(table: &str, column: &str) -> ValueSort {
    let (table, column) = schema::end_of_walk(table, column).unwrap_or((table, column));
    let Some(known) = schema::column(table, column) else {
        return if column == "sys_class_name" { ValueSort::Label(&[]) } else { ValueSort::Plain };
    };
    match known.kind {
        ColumnType::Reference | ColumnType::List => ValueSort::Reference,
        ColumnType::Boolean => ValueSort::Boolean,
        ColumnType::Number => ValueSort::Number,
        ColumnType::Date | ColumnType::DateTime => ValueSort::Date,
        ColumnType::Text if schema::has_labels(table, column, known.type_name) => {
            ValueSort::Label(choices(table, column))
        }
        ColumnType::Text | ColumnType::Secret => ValueSort::Plain,
    }
}

/// What a shown text says: the stored value, or what is displayed in its place.
pub(crate) fn stored_or_shown(text: Cow<'_, str>, sort: ValueSort, shows: Shows) -> ReadValue<'_> {
    let trimmed = text.trim();
    // A label tells its value also where nothing says that labels are shown.
    if let ValueSort::Label(choices) = sort
        && let Some(value) = chosen(choices, trimmed)
        && (shows == Shows::Labels || !value.eq_ignore_ascii_case(trimmed))
    {
        return (Some(value.into()), None);
    }
    if shows == Shows::Stored || trimmed.is_empty() {
        return (Some(text), None);
    }
    let is_stored = match sort {
        ValueSort::Plain => true,
        ValueSort::Reference => trimmed.split(',').all(|part| is_sys_id(part.trim())),
        ValueSort::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" => return (Some("true".into()), None),
            "false" => return (Some("false".into()), None),
            _ => false,
        },
        ValueSort::Number => is_number(trimmed),
        ValueSort::Date => is_date(trimmed),
        ValueSort::Label(_) => false,
    };
    if is_stored { (Some(text), None) } else { (None, Some(text)) }
}

/// Whether a text cannot be what is stored, so that somebody asked for what is
/// shown: the label of a known choice, or a date in another form than the
/// platform's own.
pub(crate) fn is_shown(text: &str, sort: ValueSort) -> bool {
    match sort {
        ValueSort::Label(choices) => chosen(choices, text).is_some_and(|value| value != text),
        ValueSort::Date => !text.is_empty() && !is_date(text),
        _ => false,
    }
}

/// Whether nothing can be missing at the end of a text that may have been cut.
pub(crate) fn is_surely_whole(text: &str, sort: ValueSort) -> bool {
    match sort {
        ValueSort::Boolean => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        ValueSort::Date => text.len() == 19 && is_date(text),
        _ => is_sys_id(text),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `YYYY-MM-DD`, with or without ` hh:mm:ss`.
fn is_date(text: &str) -> bool {
    const FORM: &[u8; 19] = b"0000-00-00 00:00:00";
    let fits = |(byte, form): (u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form };
    matches!(text.len(), 10 | 19) && text.bytes().zip(FORM).all(fits)
}

#[cfg(test)]
mod tests {
    use super::{Shows, sort_of, stored_or_shown};

    #[test]
    fn a_known_label_tells_the_value() {
        let check = |column: &str, text: &str, value: &str| {
            let sort = sort_of("sys_user", column);
            for shows in [Shows::Labels, Shows::Stored] {
                assert_eq!(
                    stored_or_shown(text.into(), sort, shows),
                    (Some(value.into()), None),
                    "{column}={text}"
                );
            }
        };
        check("identity_type", "AI agent", "ai_agent");
        check("identity_type", "machine", "machine");
        check("identity_type", "-", "unclassified");
        check("identity_type", "", "");
        // What is stored cannot be told from a label in another language.
        let sort = sort_of("sys_user", "identity_type");
        assert_eq!(stored_or_shown("u_robot".into(), sort, Shows::Stored), (Some("u_robot".into()), None));
    }

    #[test]
    fn a_label_is_not_the_value() {
        let check = |column: &str, text: &str, is_stored: bool| {
            let sort = sort_of("sys_user", column);
            let labelled = stored_or_shown(text.into(), sort, Shows::Labels);
            assert_eq!(labelled.0.is_some(), is_stored, "{column}={text}");
            assert_eq!(stored_or_shown(text.into(), sort, Shows::Stored), (Some(text.into()), None));
        };
        check("user_name", "svc.sap", true);
        check("manager", "Ada Lovelace", false);
        check("manager", "0123456789abcdef0123456789ABCDEF", true);
        check("manager", "", true);
        check("active", "TRUE", true);
        check("active", "Yes", false);
        check("failed_attempts", "1204", true);
        check("failed_attempts", "1,204", false);
        check("last_login_time", "2026-01-31 10:00:00", true);
        check("last_login_time", "31.01.2026 10:00", false);
        check("identity_type", "Human", true);
        check("identity_type", "Mensch", false);
        check("identity_type", "AI", false);
        check("sys_class_name", "User", false);
        check("u_colour", "Red", true);
    }
}
