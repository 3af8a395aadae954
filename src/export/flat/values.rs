//! What a value of such an export says of the value that is stored.
//!
//! CSV and Excel show what a person sees: of a reference the name of what it
//! refers to, of a choice its label, of a date what the settings of the person
//! make of it. The REST API does so where it is asked to. Such a text is not the
//! stored value, and must not be taken for it.

use std::borrow::Cow;

use super::table::is_sys_id;
use crate::record::schema::{self, ColumnType};
use crate::record::{Choice, choices, chosen};

/// What the values of an export are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// What is stored.
    Stored,
    /// What a person sees.
    Labels,
}

/// How a column's shown text differs from what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
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

/// A value as far as the export shows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known<'t> {
    Stored(Cow<'t, str>),
    DisplayOnly(Cow<'t, str>),
}

/// The sort of a column. Of one that the dictionary does not know the text is
/// taken as it is.
pub(super) fn sort_of(table: &str, column: &str) -> Sort {
    let (table, column) = schema::end_of_walk(table, column).unwrap_or((table, column));
    let Some(known) = schema::column(table, column) else {
        return if column == "sys_class_name" { Sort::Label(&[]) } else { Sort::Plain };
    };
    match known.kind {
        ColumnType::Reference | ColumnType::List => Sort::Reference,
        ColumnType::Boolean => Sort::Boolean,
        ColumnType::Number => Sort::Number,
        ColumnType::Date | ColumnType::DateTime => Sort::Date,
        ColumnType::Text if schema::has_labels(table, column, known.type_name) => {
            Sort::Label(choices(table, column))
        }
        ColumnType::Text | ColumnType::Secret => Sort::Plain,
    }
}

/// What a shown text says of the stored value.
pub(super) fn known(text: Cow<'_, str>, sort: Sort, shows: Shows) -> Known<'_> {
    let trimmed = text.trim();
    // A label tells its value also where nothing says that labels are shown.
    if let Sort::Label(choices) = sort
        && let Some(value) = chosen(choices, trimmed)
        && (shows == Shows::Labels || !value.eq_ignore_ascii_case(trimmed))
    {
        return Known::Stored(value.into());
    }
    if shows == Shows::Stored || trimmed.is_empty() {
        return Known::Stored(text);
    }
    let is_stored = match sort {
        Sort::Plain => true,
        Sort::Reference => trimmed.split(',').all(|part| is_sys_id(part.trim())),
        Sort::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" => return Known::Stored("true".into()),
            "false" => return Known::Stored("false".into()),
            _ => false,
        },
        Sort::Number => is_number(trimmed),
        Sort::Date => is_date(trimmed),
        Sort::Label(_) => false,
    };
    if is_stored { Known::Stored(text) } else { Known::DisplayOnly(text) }
}

/// Whether a text cannot be what is stored, so that somebody asked for what is
/// shown: the label of a known choice, or a date in another form than the
/// platform's own.
pub(super) fn is_shown(text: &str, sort: Sort) -> bool {
    match sort {
        Sort::Label(choices) => chosen(choices, text).is_some_and(|value| value != text),
        Sort::Date => !text.is_empty() && !is_date(text),
        _ => false,
    }
}

/// Whether nothing can be missing at the end of a text that may have been cut.
pub(super) fn is_surely_whole(text: &str, sort: Sort) -> bool {
    match sort {
        Sort::Boolean => text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
        Sort::Date => text.len() == 19 && is_date(text),
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
    use super::{Known, Shows, known, sort_of};

    #[test]
    fn a_known_label_tells_the_value() {
        let check = |column: &str, text: &str, value: &str| {
            let sort = sort_of("sys_user", column);
            for shows in [Shows::Labels, Shows::Stored] {
                assert_eq!(known(text.into(), sort, shows), Known::Stored(value.into()), "{column}={text}");
            }
        };
        check("identity_type", "AI agent", "ai_agent");
        check("identity_type", "machine", "machine");
        check("identity_type", "-", "unclassified");
        check("identity_type", "", "");
        // What is stored cannot be told from a label in another language.
        let sort = sort_of("sys_user", "identity_type");
        assert_eq!(known("u_robot".into(), sort, Shows::Stored), Known::Stored("u_robot".into()));
    }

    #[test]
    fn a_label_is_not_the_value() {
        let check = |column: &str, text: &str, is_stored: bool| {
            let sort = sort_of("sys_user", column);
            let labelled = known(text.into(), sort, Shows::Labels);
            assert_eq!(matches!(labelled, Known::Stored(_)), is_stored, "{column}={text}");
            assert_eq!(known(text.into(), sort, Shows::Stored), Known::Stored(text.into()));
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
