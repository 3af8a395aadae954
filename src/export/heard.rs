//! What was heard of the payload of a row, held against what the row promises.

use crate::record::{classes, is_sys_id, schema};
use crate::span::ByteSpan;

/// Why what a row of an update set brings is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The row has no payload.
    Missing,
    /// It is empty.
    Empty,
    /// It is encoded, or some other text.
    NoXml,
    /// It is XML, and no record stands in it.
    NoRecord,
}

impl Lack {
    /// Why a payload of that text cannot be read; `None` if it is to be read. What
    /// begins with text and has tags behind it is broken XML, which reading tells.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        match text.trim_start().as_bytes().first() {
            None => Some(Self::Empty),
            Some(b'<') => None,
            Some(_) => (!text.contains('<')).then_some(Self::NoXml),
        }
    }

    /// What is said of it.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Missing => {
                "a row of an update set without its payload, so that what it brings is not known"
            }
            Self::Empty => {
                "a row of an update set with an empty payload, so that what it brings is not known"
            }
            Self::NoXml => "in a payload: no XML, perhaps encoded, so that what its row brings is not known",
            Self::NoRecord => "in a payload: no record, so that what its row brings is not known",
        }
    }
}

/// What of a row's payload was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missed {
    /// Some of it, which is told already.
    Part,
    /// All of it, which is told already.
    All,
    /// All of it, for that reason.
    Lack(Lack),
    /// The record of the table that the row names: another record stands at that place.
    Other(ByteSpan),
}

/// What was heard of one payload.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Heard {
    /// Whether anything was: a record, an order over several, the definition of a table.
    is_something: bool,
    /// Whether some record is of the table that the row names.
    is_promised: bool,
    /// The start tag of the first record, in the payload.
    first: Option<ByteSpan>,
}

impl Heard {
    /// Notes that the payload defines a table: no record stands in it, and none is missed.
    pub(super) fn note_definition(&mut self) {
        self.is_something = true;
    }

    /// Notes a record of a table with its start tag, in the payload of a row that
    /// promises one of the table `promised`.
    pub(super) fn note(&mut self, table: &str, promised: Option<&str>, tag: ByteSpan) {
        self.is_something = true;
        self.first.get_or_insert(tag);
        // Rows are named by their class, or by a table that the class extends.
        let is_kin = |promised| classes::is_a(table, promised) || classes::is_a(promised, table);
        self.is_promised = self.is_promised || promised.is_some_and(is_kin);
    }

    /// What was not heard, once all of the payload was read. `is_torn` says whether
    /// some of it could not be, which is told already.
    pub(super) fn missed(self, promised: Option<&str>, is_torn: bool) -> Option<Missed> {
        match (self.is_something, is_torn) {
            (false, true) => Some(Missed::All),
            (false, false) => Some(Missed::Lack(Lack::NoRecord)),
            (true, true) => Some(Missed::Part),
            (true, false) => {
                let is_other = !self.is_promised && promised.is_some_and(schema::is_built_in);
                self.first.filter(|_| is_other).map(Missed::Other)
            }
        }
    }
}

/// The table of which a row of that name surely brings a record: the name is a table
/// and a `sys_id`. Forms, lists and translations have names of other shapes.
pub(super) fn promised_table(name: &str) -> Option<&str> {
    let (table, sys_id) = name.trim().rsplit_once('_')?;
    is_sys_id(sys_id).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::{Heard, Lack, Missed, promised_table};
    use crate::span::ByteSpan;

    #[test]
    fn a_record_of_another_table_is_not_what_was_promised() {
        let check = |promised: &str, tables: &[&str], is_other: bool| {
            let mut heard = Heard::default();
            for (table, at) in tables.iter().zip(7..) {
                heard.note(table, Some(promised), ByteSpan::at(at));
            }
            let other = is_other.then_some(Missed::Other(ByteSpan::at(7)));
            assert_eq!(heard.missed(Some(promised), false), other, "{promised}: {tables:?}");
            // What could not be read may be what was promised.
            assert_eq!(heard.missed(Some(promised), true), Some(Missed::Part), "{promised}: {tables:?}");
        };
        check("sys_user", &["sys_user"], false);
        check("sys_user", &["sys_public", "sys_user_role"], true);
        check("sys_user_role", &["sys_public", "sys_user_role", "sys_public"], false);
        // Classes of one table, in both directions.
        check("sys_user", &["customer_contact"], false);
        check("customer_contact", &["sys_user"], false);
        check("customer_contact", &["sys_user_role"], true);
        check("x_berth_pier", &["sys_public"], false);
        assert_eq!(Heard::default().missed(Some("sys_user"), true), Some(Missed::All));
        assert_eq!(Heard::default().missed(None, false), Some(Missed::Lack(Lack::NoRecord)));
    }

    #[test]
    fn only_a_table_and_a_sys_id_promise_a_record() {
        let check = |name: &str, table: Option<&str>| assert_eq!(promised_table(name), table, "{name}");
        check(" sys_user_role_0123456789abcdef0123456789ABCDEF ", Some("sys_user_role"));
        check("sys_dictionary_task_null", None);
        check("sys_documentation_sys_user_name_en", None);
        check("0123456789abcdef0123456789abcdef", None);
    }
}
