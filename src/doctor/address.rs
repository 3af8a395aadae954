//! Addresses of lists, ready to paste.

use std::fmt::Write as _;

/// Stands for the name of the instance where it is not known.
const INSTANCE: &str = "INSTANCE";

/// The address that exports a table as XML, ordered so that its parts can be
/// told apart.
#[must_use]
pub fn list_url(instance: Option<&str>, table: &str) -> String {
    format!("{}?XML&sysparm_orderby=sys_id&sysparm_record_count=10000", list(instance, table))
}

/// The address of the part that goes on behind the row `last`: it begins with
/// that row, so that both parts hold it.
#[must_use]
pub fn following_list_url(instance: Option<&str>, table: &str, last: &str) -> String {
    format!(
        "{}?XML&sysparm_query=sys_id%3E%3D{}&sysparm_orderby=sys_id&sysparm_record_count=10000",
        list(instance, table),
        encoded(last)
    )
}

fn list(instance: Option<&str>, table: &str) -> String {
    format!(
        "https://{}.service-now.com/{}_list.do",
        instance.and_then(instance_name).unwrap_or(INSTANCE),
        encoded(table)
    )
}

/// A name that can stand in an address as it is; `None` for others.
#[must_use]
pub fn instance_name(name: &str) -> Option<&str> {
    let name = name.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (!name.is_empty() && name.len() <= 63 && name.bytes().all(is_plain)).then_some(name)
}

/// A text as a part of a query string.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{following_list_url, list_url};

    #[test]
    fn addresses_can_be_pasted() {
        assert_eq!(
            list_url(Some("skarline"), "sys_user"),
            "https://skarline.service-now.com/sys_user_list.do?XML&sysparm_orderby=sys_id&sysparm_record_count=10000"
        );
        assert_eq!(
            following_list_url(None, "sys_user", "a b&c"),
            "https://INSTANCE.service-now.com/sys_user_list.do?XML&sysparm_query=sys_id%3E%3Da%20b%26c\
             &sysparm_orderby=sys_id&sysparm_record_count=10000"
        );
    }

    #[test]
    fn a_name_from_an_export_leads_nowhere_else() {
        assert!(
            list_url(Some("evil.example/?"), "sys_user").starts_with("https://INSTANCE.service-now.com/")
        );
    }
}
