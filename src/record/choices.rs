//! Choices that people are shown by a label: in CSV, in worksheets, in what the
//! REST API gives with display values. The facts are data, in `choices.tsv`.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// One choice of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    table: &'static str,
    column: &'static str,
    /// What is stored.
    pub value: &'static str,
    /// What is shown in English.
    pub label: &'static str,
}

/// All choices, those of a column together.
static ALL: LazyLock<Vec<Choice>> = LazyLock::new(|| {
    let lines = include_str!("choices.tsv").lines().filter(|line| !line.starts_with('#'));
    let choices = lines.filter_map(|line| {
        let mut cells = line.split('\t');
        let (table, column) = (cells.next()?, cells.next()?);
        Some(Choice { table, column, value: cells.next()?, label: cells.next()? })
    });
    choices.collect()
});

/// The choices of each column.
static CHOICES: LazyLock<HashMap<(&'static str, &'static str), &'static [Choice]>> = LazyLock::new(|| {
    let columns = ALL.chunk_by(|left, right| (left.table, left.column) == (right.table, right.column));
    columns
        .filter_map(|choices| choices.first().map(|first| ((first.table, first.column), choices)))
        .collect()
});

/// The known choices of a column; none for most columns. An instance may have
/// others.
#[must_use]
pub fn choices(table: &str, column: &str) -> &'static [Choice] {
    CHOICES.get(&(table, column)).copied().unwrap_or_default()
}

/// The stored value of the choice that a whole text is, by its label, else by its
/// value; case does not count. `None` for a choice that is not known, or is
/// written in another language.
#[must_use]
pub fn chosen(choices: &'static [Choice], text: &str) -> Option<&'static str> {
    let by = |part: fn(&Choice) -> &'static str| {
        choices.iter().find(|choice| part(choice).eq_ignore_ascii_case(text)).map(|choice| choice.value)
    };
    by(|choice| choice.label).or_else(|| by(|choice| choice.value))
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::{ALL, CHOICES, choices, chosen};

    #[test]
    fn a_choice_is_known_by_its_whole_label() {
        let check = |text: &str, value: Option<&str>| {
            assert_eq!(chosen(choices("sys_user", "identity_type"), text), value, "{text}");
        };
        check("AI Agent", Some("ai_agent"));
        check("ai agent", Some("ai_agent"));
        check("ai_agent", Some("ai_agent"));
        check("-", Some("unclassified"));
        check("AI", None);
        check("Maschine", None);
        check("", None);
    }

    #[test]
    fn choices_are_of_known_columns_and_tell_one_value() {
        let distinct: std::collections::HashSet<_> =
            ALL.iter().map(|choice| (choice.table, choice.column)).collect();
        assert_eq!(CHOICES.len(), distinct.len(), "the choices of a column stand together");
        for table in schema::tables() {
            for column in schema::columns(table) {
                for choice in choices(table, column) {
                    let found = chosen(choices(table, column), choice.label);
                    assert_eq!(found, Some(choice.value), "{table}.{column}: {}", choice.label);
                    let found = chosen(choices(table, column), choice.value);
                    assert_eq!(found, Some(choice.value), "{table}.{column}: {}", choice.value);
                }
            }
        }
        let known = |(table, column): &(&str, &str)| schema::column(table, column).is_some();
        assert!(CHOICES.keys().all(known));
    }
}
