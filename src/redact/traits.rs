//! What a column says of people and secrets.

use crate::record::{Secrecy, schema};

/// The table of accounts.
pub(super) const USERS: &str = "sys_user";

/// Columns of accounts that name somebody.
const NAMES: [&str; 6] = ["user_name", "name", "first_name", "middle_name", "last_name", "preferred_name"];

/// Columns of any table that hold the ID of an account as text.
const BY: [&str; 3] = ["sys_created_by", "sys_updated_by", "user_name"];

/// Columns that refer to an account in tables that the dictionary does not know.
const TO_ACCOUNTS: [&str; 14] = [
    "user",
    "manager",
    "owner",
    "assigned_to",
    "owned_by",
    "managed_by",
    "opened_by",
    "closed_by",
    "caller_id",
    "requested_for",
    "requested_by",
    "granted_by",
    "approver",
    "run_as",
];

/// What a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// Nothing that is learned.
    Nothing,
    /// It names an account or a person.
    Person,
    /// It is the `sys_id` of an account.
    AccountId,
    /// It is a phone number.
    Phone,
    /// It names a role.
    Role,
}

/// What is to be learned of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits {
    /// Of its values.
    pub(super) value: Means,
    /// Of what it displays.
    pub(super) display: Means,
    /// What tells whether its values are secrets.
    pub(super) secrecy: Secrecy,
}

impl Traits {
    pub(super) fn of(table: &str, column: &str) -> Self {
        let known = schema::column(table, column);
        let target = known.and_then(|known| known.reference);
        let is_phone =
            known.is_some_and(|known| matches!(known.type_name, "ph_number" | "phone_number_e164"));
        let refers = target == Some(USERS) || known.is_none() && TO_ACCOUNTS.contains(&column);
        let value = if is_name(table, column) {
            Means::Person
        } else if table == USERS && column == "sys_id" || refers {
            Means::AccountId
        } else if is_phone {
            Means::Phone
        } else if table == "sys_user_role" && column == "name" {
            Means::Role
        } else {
            Means::Nothing
        };
        let display = match target {
            Some("sys_user_role") => Means::Role,
            _ if refers => Means::Person,
            _ => Means::Nothing,
        };
        Self { value, display, secrecy: Secrecy::of(table, column) }
    }
}

/// Whether the values of a column name accounts or people.
fn is_name(table: &str, column: &str) -> bool {
    table == USERS && NAMES.contains(&column) || BY.contains(&column)
}

/// Columns whose content in XML names somebody, whatever the table.
pub(super) fn columns_of_people() -> impl Iterator<Item = &'static str> {
    let of_accounts = NAMES.into_iter().filter(|column| *column != "name");
    of_accounts.chain(BY)
}

/// Columns whose display value in XML names somebody, in nearly every table.
pub(super) fn columns_to_people() -> impl Iterator<Item = &'static str> {
    TO_ACCOUNTS.into_iter().filter(|column| *column != "owner")
}
