//! Values of arguments that are more than a word.

/// How many findings are shown in full; `None` for all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MostShown(pub(crate) Option<usize>);

/// `20`, or `all`.
pub(crate) fn parse_shown(text: &str) -> Result<MostShown, String> {
    if text == "all" {
        return Ok(MostShown(None));
    }
    text.parse().map(|number| MostShown(Some(number))).map_err(|_| "a number, or all".to_owned())
}

/// `500M` → bytes.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1_u64 << 30,
        _ => return Err("a number of bytes, or with K, M or G".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "a number of bytes, or with K, M or G".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "too large".to_owned())
}

/// The name of an instance, which may stand in paths and documents.
pub(crate) fn parse_instance(text: &str) -> Result<String, String> {
    if !glidelint::config::is_instance_name(text) {
        return Err("a name without /, = and ..".to_owned());
    }
    Ok(text.to_owned())
}
