//! The borrowed record that a reader hands out, one at a time.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::schema::{self, ColumnType};
use super::wanted::{ColumnIdx, TableIdx};
use crate::span::ByteSpan;

/// What the export says should happen to a record: the record's own `action`
/// attribute, and for a record in an update-set row the row's `<action>` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// `INSERT_OR_UPDATE`, `INSERT`, `UPDATE`, or no action at all: the record is there.
    InsertOrUpdate,
    /// `DELETE`, of the record itself or of the update-set row that carries it.
    Delete,
}

impl Action {
    /// What the `<action>` of an update-set row says; `None` for another word.
    #[must_use]
    pub fn of_update_row(text: &str) -> Option<Self> {
        match text.trim() {
            "DELETE" => Some(Self::Delete),
            "INSERT_OR_UPDATE" => Some(Self::InsertOrUpdate),
            _ => None,
        }
    }

    /// The word that encoded queries compare `@action` with.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsertOrUpdate => "INSERT_OR_UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Through which form of export a record came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A row of a table export (`<unload>` or `<xml>`).
    Table,
    /// A file of an app repository (`<record_update>`).
    App,
    /// The payload of an update-set row.
    UpdateSet,
    /// An earlier version of a record (`sys_update_version`): never live.
    History,
}

impl Origin {
    /// The word that encoded queries compare `@origin` with.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::App => "app",
            Self::UpdateSet => "update_set",
            Self::History => "history",
        }
    }
}

/// One field of a record.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// Element name, which is the column's name.
    pub name: &'a str,
    /// The column's index, if rules or queries named it.
    pub column: Option<ColumnIdx>,
    /// The direct text of the element, decoded; line ends read as `\n`.
    pub value: Cow<'a, str>,
    /// Whether the export shows only what the value displays, as CSV does of a
    /// reference, or only the beginning of it: then `value` says nothing.
    pub is_display_only: bool,
    /// The `display_value` attribute of a reference.
    pub display_value: Option<Cow<'a, str>>,
    /// The `name` attribute of a reference (a role's or group's name).
    pub name_attribute: Option<Cow<'a, str>>,
    /// The element from the first byte of its start tag to the last of its end
    /// tag, in the outer file.
    pub element_span: ByteSpan,
    /// What stands in the start tag behind the name, in the outer file; empty
    /// where there are no attributes.
    pub attributes_span: ByteSpan,
    /// What lies between the tags, in the outer file; empty for `<x/>`.
    pub content_span: ByteSpan,
}

impl Field<'_> {
    /// Whether another field of the same name says nothing else.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |field: &Self| {
            let shown = field.display_value.as_deref().or(field.name_attribute.as_deref());
            (field.is_display_only, shown.unwrap_or_default().trim().to_owned())
        };
        self.value.trim() == other.value.trim() && said(self) == said(other)
    }

    /// Whether it is a reference that is empty and displays something all the same: the
    /// platform writes no such thing. `table` is the one of the record.
    #[must_use]
    pub fn is_emptied(&self, table: &str) -> bool {
        let is_shown =
            |text: &Option<Cow<'_, str>>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        !self.is_display_only
            && (is_shown(&self.display_value) || is_shown(&self.name_attribute))
            && self.value.trim().is_empty()
            && schema::column(schema::dictionary_table(table), self.name)
                .is_some_and(|column| column.kind == ColumnType::Reference)
    }

    /// The value, or what is displayed where that is all the export shows.
    #[must_use]
    pub fn stored_or_shown(&self) -> &str {
        let shown = self.display_value.as_deref().filter(|_| self.is_display_only);
        shown.unwrap_or(&self.value).trim()
    }

    /// What a person sees in a list: the display value of a reference, else the value.
    #[must_use]
    pub fn display(&self) -> &str {
        self.display_value
            .as_deref()
            .filter(|text| !text.is_empty())
            .or(self.name_attribute.as_deref())
            .filter(|text| !text.is_empty())
            .unwrap_or(&self.value)
    }
}

/// The update set to which an update-set row says that it belongs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetReference {
    /// What `remote_update_set`, else `update_set`, refers to: the `sys_id` of
    /// the set's record. Empty where only a name is shown.
    pub sys_id: String,
    /// What the reference displays: the set's name. May be empty.
    pub name: String,
}

/// What the update-set row that carries a record says of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpdateRow<'a> {
    /// Its `sys_recorded_at`; empty for none.
    pub recorded_at: &'a str,
    /// Its `sys_updated_on`; empty for none.
    pub updated_on: &'a str,
    /// The set that it belongs to, if it says so.
    pub set: Option<&'a SetReference>,
}

/// One record. It borrows from the reading buffer and dies with it.
#[derive(Debug)]
pub struct Record<'a> {
    /// Name of the table of which it is a row: the one that is wanted; of a record
    /// that is looked at again, the one whose columns the dictionary knows.
    pub table: &'a str,
    /// Name of its own table, which may extend that one.
    pub class: &'a str,
    /// The table's index, if rules or queries named it.
    pub table_index: Option<TableIdx>,
    /// What happens to the record.
    pub action: Action,
    /// Through which form of export it came.
    pub origin: Origin,
    /// Whether the writer asked for schema defaults where a field is absent
    /// (`apply_defaults="true"`).
    pub apply_defaults: bool,
    /// Attributes of the record's element other than `action` and
    /// `apply_defaults`, such as `element` and `table` of `sys_dictionary`.
    pub attributes: &'a [(&'a str, Cow<'a, str>)],
    /// The fields that were wanted, in file order.
    pub fields: &'a [Field<'a>],
    /// The record's element in the outer file.
    pub span: ByteSpan,
    /// The record's start tag in the outer file.
    pub start_tag_span: ByteSpan,
    /// Where in the outer file the child of the root begins that holds the
    /// record: the record itself, a wrapper, or the update-set row whose payload
    /// it lies in.
    pub outer_start: u64,
    /// How many records of that child come before this one.
    pub ordinal: u32,
    /// The update-set row that carries the record, if one does.
    pub update_row: Option<UpdateRow<'a>>,
    /// Where parts of its values are written.
    pub places: &'a dyn ValuePlaces,
}

/// The way back from the values of a record to the outer file. It costs nothing
/// before somebody asks.
pub trait ValuePlaces {
    /// The bytes of the outer file that say a part of the value of a field, which
    /// is the one of that number in [`Record::fields`]. The part is in bytes of
    /// the trimmed value. What is written as one, such as an entity reference, is
    /// not divided. `None` where it cannot be told.
    fn written(&self, number: usize, field: &Field<'_>, part: Range<usize>) -> Option<ByteSpan>;
}

impl fmt::Debug for dyn ValuePlaces + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the way back")
    }
}

impl<'a> Record<'a> {
    /// The first field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The bytes of the outer file that say a part of the trimmed value of a field,
    /// given in bytes of that value; `None` where it cannot be told.
    #[must_use]
    pub fn written(&self, name: &str, part: Range<usize>) -> Option<ByteSpan> {
        let (number, field) = self.fields.iter().enumerate().find(|(_, field)| field.name == name)?;
        if field.is_display_only || part.is_empty() {
            return None;
        }
        let written = self.places.written(number, field, part)?;
        field.element_span.contains(written).then_some(written)
    }

    /// The trimmed value of a field; `None` where it is absent or empty.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.field(name).map(|field| field.value.trim()).filter(|value| !value.is_empty())
    }
}
