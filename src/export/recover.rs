//! Going on behind a break in the middle of a file.

use super::census::Census;
use super::kind::FileKind;

/// How often one file may break before the rest is given up.
pub(super) const MAX_BREAKS: usize = 32;

/// Whether a record that may be read as a child of the root begins with this text.
///
/// In an update set only its own rows count, since its payloads hold starts of
/// other records. Elsewhere a row of a table that the file has shown counts, or,
/// before the first one, any element with an `action`.
pub(super) fn begins_record(text: &str, kind: FileKind, census: &Census) -> bool {
    let Some(inside) = text.strip_prefix('<') else { return false };
    let end = inside
        .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    if name.is_empty() {
        return false;
    }
    let tag = rest.split('>').next().unwrap_or_default();
    let has_action = tag.starts_with(|first: char| first.is_ascii_whitespace()) && tag.contains("action");
    match kind {
        FileKind::UpdateSet => {
            matches!(name, "sys_update_xml" | "sys_remote_update_set" | "sys_update_set") && has_action
        }
        FileKind::ListExport => census.has_rows(name) && rest.starts_with('>'),
        FileKind::TableExport if census.is_without_rows() => has_action,
        FileKind::TableExport => census.has_rows(name) && (has_action || rest.starts_with('>')),
        // The others hold no XML, or one record.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::begins_record;
    use crate::export::census::Census;
    use crate::export::{FileKind, Select};
    use crate::record::{Action, Origin};

    #[test]
    fn only_rows_of_the_file_count() {
        let mut census = Census::default();
        let user = census.number("sys_user", 0, Select::Everything);
        census.table(user).count(Action::InsertOrUpdate, Origin::Table, true);
        let check = |text, kind, expected| assert_eq!(begins_record(text, kind, &census), expected, "{text}");
        check("<sys_user action=\"INSERT_OR_UPDATE\"><active>", FileKind::TableExport, true);
        check("<sys_user>\n", FileKind::ListExport, true);
        check("<sys_user_role action=\"INSERT_OR_UPDATE\">", FileKind::TableExport, false);
        check("<active>true</active>", FileKind::TableExport, false);
        check("<sys_user action=\"INSERT_OR_UPDATE\">", FileKind::UpdateSet, false);
        check("<sys_update_xml action=\"INSERT_OR_UPDATE\">", FileKind::UpdateSet, true);
    }
}
