//! What a column says of people and secrets.

use crate::record::{is_secret_column, schema};

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

/// What is to be learned of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traits {
    /// The value names an account or a person.
    pub(super) is_name: bool,
    /// The value is the `sys_id` of an account.
    pub(super) is_account_id: bool,
    /// What the column displays names an account or a person.
    pub(super) shows_name: bool,
    /// The value is a phone number.
    pub(super) is_phone: bool,
    /// The value names a role.
    pub(super) is_role: bool,
    /// What the column displays names a role.
    pub(super) shows_role: bool,
    /// The value is a secret.
    pub(super) is_secret: bool,
}

impl Traits {
    pub(super) fn of(table: &str, column: &str) -> Self {
        let known = schema::column(table, column);
        let target = known.and_then(|known| known.reference);
        let refers = target == Some(USERS) || known.is_none() && TO_ACCOUNTS.contains(&column);
        Self {
            is_name: is_name(table, column),
            is_account_id: table == USERS && column == "sys_id" || refers,
            shows_name: refers,
            is_phone: known.is_some_and(|known| matches!(known.type_name, "ph_number" | "phone_number_e164")),
            is_role: table == "sys_user_role" && column == "name",
            shows_role: target == Some("sys_user_role"),
            is_secret: is_secret_column(table, column),
        }
    }
}

/// Whether the values of a column name accounts or people.
pub(super) fn is_name(table: &str, column: &str) -> bool {
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
