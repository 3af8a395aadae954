//! Which values must never leave the program: the one decision what is secret.

use std::sync::{LazyLock, PoisonError, RwLock};

use hashbrown::{HashMap, HashSet};

use regex::Regex;

use super::schema::{self, ColumnType};

/// What stands in place of a secret value wherever one would be shown.
pub const REDACTED: &str = "[redacted]";

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

/// Columns that rows of `sys_dictionary` say hold secrets, by table. They stay
/// marked as long as the program runs: one instance's secret is shown of none.
static MARKED: LazyLock<RwLock<HashMap<String, HashSet<String>>>> = LazyLock::new(RwLock::default);

/// Marks a column as secret if a row of `sys_dictionary` gives it a password type.
/// Columns of the built-in dictionary stay as they are.
pub fn mark_by_type(table: &str, column: &str, type_name: &str) {
    if schema::kind_of(type_name) == ColumnType::Secret {
        let mut marked = MARKED.write().unwrap_or_else(PoisonError::into_inner);
        marked.entry(table.to_owned()).or_default().insert(column.to_owned());
    }
}

fn is_marked(table: &str, column: &str) -> bool {
    let marked = MARKED.read().unwrap_or_else(PoisonError::into_inner);
    marked.get(table).is_some_and(|columns| columns.contains(column))
}

/// What decides whether a value of a column is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// The column alone: every value is.
    Column,
    /// The name and type of the property, beside the value.
    Property,
    /// The fields inside: the text holds whole records, as in update sets.
    Payload,
    /// The text itself: it is secret if it holds a credential.
    Text,
}

impl Secrecy {
    /// For a column of a table, or for a walk that begins there.
    #[must_use]
    pub fn of(table: &str, column: &str) -> Self {
        match column {
            "value" if table == "sys_properties" => Self::Property,
            _ if is_secret_column(table, column) => Self::Column,
            "payload" => Self::Payload,
            _ => Self::Text,
        }
    }

    /// Whether the whole text is secret. `field` reads another field of the record. If
    /// it knows no name or type, every value of a property counts as secret.
    #[must_use]
    pub fn is_secret<'r>(self, text: &str, field: impl Fn(&str) -> Option<&'r str>) -> bool {
        match self {
            Self::Column => true,
            Self::Property => {
                let known = field("name").zip(field("type"));
                known.is_none_or(|(name, type_name)| is_secret_property(name, type_name, text))
            }
            Self::Payload => false,
            Self::Text => carries_credential(text),
        }
    }

    /// Whether the text must not be shown: it is secret, or may hold secrets.
    #[must_use]
    pub fn hides<'r>(self, text: &str, field: impl Fn(&str) -> Option<&'r str>) -> bool {
        self == Self::Payload || self.is_secret(text, field)
    }
}

/// Whether a column holds passwords, tokens or keys: by its type in the built-in
/// dictionary, else by that in rows of `sys_dictionary`, else by its name.
fn is_secret_column(table: &str, column: &str) -> bool {
    // What a walk shows is as secret as the column at its end.
    let (table, column) = schema::end_of_walk(table, column).unwrap_or((table, column));
    if let Some(known) = schema::column(table, column) {
        return known.kind == ColumnType::Secret || SECRET_COLUMNS.contains(&(table, column));
    }
    if is_marked(table, column) {
        return true;
    }
    // In CSV and Excel it may be a label, with spaces.
    let name = column.to_ascii_lowercase().replace(' ', "_");
    !HARMLESS_COLUMNS.contains(&name.as_str()) && SECRET_COLUMN_WORDS.iter().any(|word| name.contains(word))
}

/// Whether the value of a `sys_properties` row is a secret: by its type or the label of
/// that, else by its name, unless the value is plainly a switch or a number.
#[must_use]
pub fn is_secret_property(name: &str, type_name: &str, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    // A label of the type says so too.
    if type_name.to_ascii_lowercase().contains("password") {
        return true;
    }
    let harmless = matches!(value.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no")
        || value.parse::<f64>().is_ok();
    let name = name.to_ascii_lowercase();
    !harmless && SECRET_PROPERTY_WORDS.iter().any(|word| name.contains(word)) || carries_credential(value)
}

/// A credential inside a longer text: in the query of an address
/// (`?api_key=…`), in an `Authorization` header, or a quoted text that is given
/// to a name such as `password`. A placeholder (`${token}`) is none.
static INLINE_SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature|sig|auth)";
    let in_query = format!(r"[?&;](?:[a-z0-9_.-]*{words})=[^$&{{<\s%][^&\s<]{{3,}}");
    let in_header = r"\b(?:basic|bearer|token)\s+[a-z0-9+/_~.=-]{16,}";
    let in_text = format!(r#"{words}["']?\s*[:=]\s*["'][^"'\s$]*[0-9][^"'\s$]*["']"#);
    let before_host = r"://[^/@:\s${}]+:[^/@\s${}]{3,}@";
    Regex::new(&format!("(?i)(?:{in_query}|{in_header}|{in_text}|{before_host})")).ok()
});

/// Whether a text of any column carries a credential in the open.
#[must_use]
pub fn carries_credential(text: &str) -> bool {
    /// `token`, a space and sixteen more.
    const SHORTEST_HEADER: usize = 22;
    let may_carry =
        text.contains(['=', ':']) || text.len() >= SHORTEST_HEADER && text.contains(char::is_whitespace);
    // Compiling the pattern would take longer than all else in a small file.
    may_carry && holds_a_word(text) && INLINE_SECRET.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Whether a text holds some word of the pattern. Of one that is long, or whose
/// letters may have other forms, the pattern itself tells sooner.
fn holds_a_word(text: &str) -> bool {
    const LONG: usize = 4_096;
    const WORDS: [&str; 9] = ["pass", "pwd", "secret", "token", "key", "sig", "auth", "basic", "bearer"];
    if text.len() > LONG || !text.is_ascii() {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    lower.contains("://") && lower.contains('@') || WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{Secrecy, carries_credential, is_secret_column, is_secret_property, mark_by_type};

    #[test]
    fn credentials_inside_a_text_are_known() {
        for text in [
            "https://api.example/v1/items?api_key=3f9ab2c4d1",
            "https://api.example/v1/items?x=1&access_token=ya29.A0AfH6SM",
            "https://hooks.example/in?sig=Zm9vYmFyYmF6",
            "https://svc.sap:hunter2@api.example/v1",
            "https://api.example/login?user=a&pwd=hunter2",
            "Authorization: Basic c3ZjLnNhcDpodW50ZXIy",
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx",
            "Token 9b1c44f0-20ad-4f5e-8d3b-0f8e7c6a5d4b",
            "var password = 'hunter2';",
            "{\"client_secret\": \"a1b2c3d4e5\"}",
        ] {
            assert!(carries_credential(text), "{text}");
        }
        for text in [
            "https://api.example/v1/items?api_key=${api_key}",
            "https://api.example/v1/items?api_key=",
            "https://api.example/v1/tokens/12345678",
            "https://api.example:8443/v1/a@b",
            "https://${user}:${password}@api.example/v1",
            "var password = gs.getProperty('x_acme.password');",
            "token = this.getToken('user');",
            "basic authentication is used",
            "password = '${password}'",
        ] {
            assert!(!carries_credential(text), "{text}");
        }
    }

    #[test]
    fn what_tells_of_a_secret_depends_on_the_column() {
        let check = |(table, column), text, fields: &[(&str, &'static str)], expected| {
            let secrecy = Secrecy::of(table, column);
            let field = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
            let answers = (secrecy.is_secret(text, field), secrecy.hides(text, field));
            assert_eq!(answers, expected, "{table}.{column} {text}");
        };
        let property = ("sys_properties", "value");
        check(property, "k-1234", &[("name", "x.token"), ("type", "string")], (true, true));
        check(property, "k-1234", &[("name", "x.colour"), ("type", "string")], (false, false));
        check(property, "k-1234", &[("name", "x.colour")], (true, true));
        check(("sys_user", "user_password"), "", &[], (true, true));
        check(("sys_update_xml", "payload"), "password = 'hunter2'", &[], (false, true));
        check(("sys_script", "script"), "password = 'hunter2'", &[], (true, true));
        check(("sys_script", "script"), "gs.log()", &[], (false, false));
    }

    #[test]
    fn passwords_are_secret_by_type_and_by_name() {
        assert!(is_secret_column("sys_user", "user_password"));
        assert!(is_secret_column("oauth_entity", "client_secret"));
        assert!(is_secret_column("x_acme_conn", "api_password"));
        assert!(is_secret_column("x_acme_conn", "Private Key"));
        assert!(!is_secret_column("sys_user", "user_name"));
        assert!(is_secret_column("sys_user_has_role", "user.user_password"));
        assert!(is_secret_column("x_acme_order", "owner.api_password"));
        assert!(!is_secret_column("sys_user_has_role", "user.password_needs_reset"));
        assert!(!is_secret_column("sys_user", "password_needs_reset"));
        assert!(!is_secret_column("x_acme_gate", "u_pin"));
        mark_by_type("x_acme_gate", "u_pin", "password2");
        mark_by_type("x_acme_gate", "u_door", "string");
        mark_by_type("sys_user", "user_name", "password2");
        assert!(is_secret_column("x_acme_gate", "u_pin") && !is_secret_column("x_acme_gate", "u_door"));
        assert!(!is_secret_column("sys_user", "user_name"), "what is built in stays");
        assert!(is_secret_property("x_acme.API_KEY", "string", "k-1234"));
        assert!(is_secret_property("x_acme.conn", "password2", "k-1234"));
        assert!(is_secret_property("x_acme.conn", "Password (2 way encrypted)", "k-1234"));
        assert!(!is_secret_property("glide.user.show.password.field", "boolean", "true"));
        assert!(!is_secret_property("glide.ui.session_timeout", "integer", "30"));
    }
}
