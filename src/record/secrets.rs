//! Which values must never leave the program.

use super::schema::{self, ColumnType};

/// Words in a column's name that make its value a secret on any table.
const SECRET_COLUMN_WORDS: [&str; 7] =
    ["password", "passwd", "secret", "private_key", "access_token", "refresh_token", "passphrase"];

/// Columns whose name holds such a word and whose value is no secret.
const HARMLESS_COLUMNS: [&str; 3] = ["password_needs_reset", "password_policy", "password_reset"];

/// Columns that hold secrets although neither type nor name says so: a private
/// key beside its certificate, the value of an `Authorization` header.
const SECRET_COLUMNS: [(&str, &str); 3] = [
    ("sys_certificate", "pem_certificate"),
    ("sys_rest_message_headers", "value"),
    ("sys_rest_message_fn_headers", "value"),
];

/// Words in a property's name that make its value a secret.
const SECRET_PROPERTY_WORDS: [&str; 12] = [
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api.key",
    "private_key",
    "private.key",
    "passphrase",
    "credential",
    "client_key",
];

/// Whether a column holds passwords, tokens or keys: by its type in the
/// dictionary, else by its name.
#[must_use]
pub fn is_secret_column(table: &str, column: &str) -> bool {
    if let Some(known) = schema::column(table, column) {
        return known.kind == ColumnType::Secret || SECRET_COLUMNS.contains(&(table, column));
    }
    let name = column.to_ascii_lowercase();
    !HARMLESS_COLUMNS.contains(&name.as_str()) && SECRET_COLUMN_WORDS.iter().any(|word| name.contains(word))
}

/// Whether a column carries whole records as text, with whatever secrets are in
/// them: the payloads of update sets and their like.
#[must_use]
pub fn carries_records(column: &str) -> bool {
    column == "payload"
}

/// Whether the value of a `sys_properties` row is a secret: by its type, else by
/// its name, unless the value is plainly a switch or a number.
#[must_use]
pub fn is_secret_property(name: &str, type_name: &str, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    if matches!(type_name.trim(), "password" | "password2") {
        return true;
    }
    let harmless = matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no")
        || value.parse::<f64>().is_ok();
    let name = name.to_ascii_lowercase();
    !harmless && SECRET_PROPERTY_WORDS.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{is_secret_column, is_secret_property};

    #[test]
    fn passwords_are_secret_by_type_and_by_name() {
        assert!(is_secret_column("sys_user", "user_password"));
        assert!(is_secret_column("oauth_entity", "client_secret"));
        assert!(is_secret_column("x_acme_conn", "api_password"));
        assert!(!is_secret_column("sys_user", "user_name"));
        assert!(!is_secret_column("sys_user", "password_needs_reset"));
        assert!(is_secret_property("x_acme.API_KEY", "string", "k-1234"));
        assert!(is_secret_property("x_acme.conn", "password2", "k-1234"));
        assert!(!is_secret_property("glide.user.show.password.field", "boolean", "true"));
        assert!(!is_secret_property("glide.ui.session_timeout", "integer", "30"));
    }
}
