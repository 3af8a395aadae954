//! Writes a waiver into a configuration file that people wrote: as text, so that
//! their comments and their order stay.

use std::fmt::Write as _;

use thiserror::Error;

use super::is_hidden;
use crate::config::{Config, Waiver};
use crate::rule::RuleError;
use crate::rule::file::PlacedText;

/// The key of the list, at the start of a line.
const KEY: &str = "waivers:";

/// Why a waiver cannot be written.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The file, or the waiver, is not as it should be.
    #[error(transparent)]
    Rule(#[from] Box<RuleError>),
    /// The list is written in a way that leaves no line to write to.
    #[error("{path}: `waivers` is not a list with an entry a line; add this to it by hand:\n{waiver}")]
    Form {
        /// The file.
        path: String,
        /// The text to add.
        waiver: String,
    },
}

/// The text of a configuration file with one more waiver, the last of the list.
/// `path` is what errors call the file.
///
/// # Errors
/// If the file has a mistake, or its list is of a form that text cannot be added
/// to. What is given back was read again, and holds the waivers of before and
/// this one.
pub fn append(path: &str, text: &str, waiver: &Waiver) -> Result<String, AppendError> {
    let before = Config::parse(path, text).map_err(Box::new)?;
    let form = || AppendError::Form { path: path.to_owned(), waiver: item(waiver, "  ", "\n") };
    let added = with_item(text, waiver).ok_or_else(form)?;
    let Ok(after) = Config::parse(path, &added) else {
        // With a mistake of the waiver's own the smallest file has it as well.
        let alone = format!("{KEY}\n{}", item(waiver, "  ", "\n"));
        Config::parse(path, &alone).map_err(Box::new)?;
        return Err(form());
    };
    let same = |(left, right): (&Waiver, &Waiver)| contents(left) == contents(right);
    let all = before.waivers.iter().chain([waiver]);
    let is_as_meant = after.waivers.len() == before.waivers.len() + 1 && all.zip(&after.waivers).all(same);
    if is_as_meant { Ok(added) } else { Err(form()) }
}

/// The text with the item put in; `None` where there is no place for it.
fn with_item(text: &str, waiver: &Waiver) -> Option<String> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let key = lines.iter().position(|line| line.starts_with(KEY));
    let (at, indent, head) = match key {
        None => {
            let gap = if text.trim().is_empty() { "" } else { line_end };
            (lines.len(), "  ", format!("{gap}{KEY}{line_end}"))
        }
        Some(key) => {
            let rest = lines[key][KEY.len()..].split(" #").next().unwrap_or_default().trim();
            if rest == "[]" {
                // The brackets go; a comment behind them stays.
                let opened = lines[key].replacen("[]", "", 1);
                let item = item(waiver, "  ", line_end);
                let opened = opened.replacen("waivers: ", KEY, 1);
                let (before, after) = (lines[..key].concat(), lines[key + 1..].concat());
                return Some(format!("{before}{}{item}{after}", ended(&opened, line_end)));
            }
            if !rest.is_empty() && !rest.starts_with('#') {
                return None;
            }
            (end_of_block(&lines, key), indent_of_items(&lines[key + 1..]), String::new())
        }
    };
    let before = ended(&lines[..at].concat(), line_end);
    Some(format!("{before}{head}{}{}", item(waiver, indent, line_end), lines[at..].concat()))
}

/// Past the last line of the block below a key that is more than a comment at the
/// margin, which may as well belong to what follows.
fn end_of_block(lines: &[&str], key: usize) -> usize {
    let belongs = |line: &&str| {
        let is_item = line.starts_with('-') && !line.starts_with("---");
        line.trim().is_empty() || line.starts_with([' ', '\t', '#']) || is_item
    };
    let length = lines[key + 1..].iter().take_while(|line| belongs(line)).count();
    let block = &lines[key + 1..key + 1 + length];
    let is_written = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    key + 1 + block.iter().rposition(is_written).map_or(0, |last| last + 1)
}

/// How far the items of the list that is there are indented.
fn indent_of_items<'t>(lines: &[&'t str]) -> &'t str {
    let item = lines.iter().find(|line| line.trim_start().starts_with('-'));
    item.map_or("  ", |line| &line[..line.len() - line.trim_start().len()])
}

fn ended(text: &str, line_end: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}{line_end}") }
}

/// The waiver as an item of a list.
fn item(waiver: &Waiver, indent: &str, line_end: &str) -> String {
    let mut text = format!("{indent}- rule: {}{line_end}", waiver.rule.value);
    for (name, value) in contents(waiver).into_iter().skip(1) {
        let value = match name {
            "broad" | "until" => value,
            "bound_to" => hashes(waiver),
            _ => quoted(&value),
        };
        let _ = write!(text, "{indent}  {name}: {value}{line_end}");
    }
    text
}

/// The hashes that it is bound to, as one text or a list of them.
fn hashes(waiver: &Waiver) -> String {
    let quoted: Vec<_> = waiver.bound_to().iter().map(|hash| format!("\"{hash}\"")).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

/// A text between quotes, so that it is a text whatever it looks like. What would
/// not be seen is written as its number.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            _ if is_hidden(letter) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(letter));
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// What a waiver says, without where it was written.
fn contents(waiver: &Waiver) -> Vec<(&'static str, String)> {
    let text = |name, text: &Option<PlacedText>| text.as_ref().map(|text| (name, text.value.clone()));
    let mut contents = vec![("rule", waiver.rule.value.clone())];
    contents.extend(text("key", &waiver.key));
    contents.extend(text("sys_id", &waiver.sys_id));
    contents.extend(text("table", &waiver.table));
    contents.extend(text("path", &waiver.path));
    contents.extend(waiver.broad.then(|| ("broad", "true".to_owned())));
    contents.push(("reason", waiver.reason.value.clone()));
    contents.push(("owner", waiver.owner.value.clone()));
    contents.extend(text("until", &waiver.until));
    if let Some(hashes) = &waiver.bound_to {
        contents.push(("bound_to", hashes.0.join(" ")));
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::append;
    use crate::config::{Config, Waiver};
    use crate::finding::ValuesHash;
    use crate::rule::file::{OneOrMany, PlacedText};

    fn waiver() -> Waiver {
        let hash = |text: &str| ValuesHash::of([text]).to_string();
        Waiver {
            rule: PlacedText::new("SNA1001"),
            key: Some(PlacedText::new("svc \"x\": # \u{202e}\\y")),
            sys_id: None,
            table: None,
            path: None,
            broad: false,
            reason: PlacedText::new("moves to OAuth\nin March"),
            owner: PlacedText::new("yes"),
            until: Some(PlacedText::new("2027-03-31")),
            bound_to: Some(OneOrMany(vec![hash("a"), hash("b")])),
        }
    }

    const ONE: &str = "- { rule: SNA1, key: a, reason: r, owner: o }";

    #[test]
    fn what_people_wrote_stays() {
        let check = |text: &str, before: usize| {
            let added = append("c.yaml", text, &waiver()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let waivers = Config::parse("c.yaml", &added).unwrap().waivers;
            assert_eq!(waivers.len(), before + 1, "{added}");
            assert_eq!(
                waivers[before].key,
                waiver().key.map(|key| PlacedText {
                    line: waivers[before].rule.line + 1,
                    column: waivers[before].key.as_ref().unwrap().column,
                    ..key
                })
            );
            assert_eq!(waivers[before].reason.value, waiver().reason.value);
            assert_eq!(waivers[before].bound_to, waiver().bound_to);
            // Every line that was there is there, in its order; only brackets may go.
            let mut lines = added.lines();
            for line in text.lines().map(|line| line.replace("waivers: []", "waivers:")) {
                assert!(lines.any(|found| found == line), "{line:?} is gone:\n{added}");
            }
            let crlf = text.contains("\r\n");
            assert_eq!(
                added.matches('\n').count(),
                added.matches("\r\n").count() * usize::from(crlf)
                    + added.matches('\n').count() * usize::from(!crlf)
            );
        };
        check("", 0);
        check("# nothing yet\n", 0);
        check("profile: strict # ours", 0);
        check("profile: strict\r\nfail_on: high\r\n", 0);
        check("waivers: [] # none yet\nprofile: strict\n", 0);
        check("waivers:\nprofile: strict\n", 0);
        check(&format!("waivers:\n  # the first\n  {ONE} # seen\n\n# other things\nprofile: strict\n"), 1);
        check(&format!("waivers: # all\n{ONE}\n{ONE}"), 2);
        check(&format!("profile: strict\nwaivers:\n      {ONE}\n      # last\n\n"), 1);
        let block =
            "- rule: SNA1\n    key: a\n    owner: o\n    reason: |\n      first\n\n      # no comment";
        check(&format!("waivers:\n  {block}\n# the end\n"), 1);
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        let check = |text: &str, part: &str| {
            let error = append("c.yaml", text, &waiver()).unwrap_err().to_string();
            assert!(error.contains(part), "{text:?}: {error}");
        };
        check("waivers: [{ rule: SNA1, key: a, reason: r, owner: o }]\n", "by hand");
        check("\"waivers\": []\n", "by hand");
        check("profile: lax\n", "recommended or strict");
        let late = Waiver { until: Some(PlacedText::new("soon")), ..waiver() };
        let error = append("c.yaml", "", &late).unwrap_err().to_string();
        assert!(error.contains("no date"), "{error}");
    }
}
