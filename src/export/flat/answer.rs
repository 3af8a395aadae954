//! What an answer of the API says beside its records: that it failed, and how many
//! they are.
//!
//! The Table API answers 200 before it has all rows. Where it gives up, it closes
//! the array and says so behind it: `"error":{"message":…},"status":"failure"`.
//! `JSONv2` says it in a row of its own, with `__status` and `__error`.

use memchr::{memchr, memmem};

use super::super::file_report::problem;
use super::super::forms::{Json, JsonKind, JsonMember, decode_escapes, json_object, skip_space};
use crate::record::is_sys_id;
use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// The names under which an answer holds its records.
pub(super) const RECORDS: [&str; 3] = ["result", "records", "value"];
/// How long words of a server may be that are shown, and each of them.
const LONGEST: usize = 120;
const LONGEST_WORD: usize = 24;

/// What stands around the records of an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct ApiAnswer {
    /// Where it says that it failed.
    failure: Option<ByteSpan>,
    /// What the server said, if that can be shown.
    words: Option<String>,
    /// Whether it says so as the REST API does: an `error` with a message.
    has_message: bool,
    is_status: bool,
    /// How many records there are, as the file says.
    count: Option<(u64, ByteSpan)>,
    /// Something else that may hold records.
    second: Option<ByteSpan>,
}

impl ApiAnswer {
    /// Takes a member of an object that holds the records. `base` is the offset of
    /// the text's first byte.
    pub(super) fn note(&mut self, text: &str, member: &JsonMember, base: u64) {
        let value = &text[member.value.clone()];
        let offset = |at: usize| base + u64::try_from(at).unwrap_or(0);
        let span = ByteSpan::new(offset(member.whole.start), offset(member.whole.end));
        let name = member.name(text);
        let holds_rows = || match member.kind {
            JsonKind::Array => RECORDS.contains(&&*name) && is_something(value) || holds_records(value),
            JsonKind::Object if RECORDS.contains(&&*name) => has_sys_id(value) || holds_records(value),
            JsonKind::Object => holds_records(value),
            JsonKind::Text | JsonKind::Word => false,
        };
        match &*name {
            "error" if is_something(value) => self.fail(span, words_of(value, member.kind)),
            "status" if is_text(value, "failure") => self.fail_by_status(span),
            "Count" if member.kind == JsonKind::Word => {
                self.count = value.parse().ok().map(|count| (count, span));
            }
            _ if holds_rows() => {
                self.second.get_or_insert(span);
            }
            _ => {}
        }
    }

    /// Notes that the answer failed, as an `error` at that place says.
    pub(super) fn fail(&mut self, span: ByteSpan, words: Option<String>) {
        self.has_message |= words.is_some();
        self.failure = Some(span);
        self.words = words.filter(|words| can_be_shown(words)).or(self.words.take());
    }

    /// Notes that the answer failed, as its status at that place says.
    pub(super) fn fail_by_status(&mut self, span: ByteSpan) {
        self.is_status = true;
        self.failure.get_or_insert(span);
    }

    /// Adds what stands behind the records to what stands before them.
    pub(super) fn append(&mut self, next: Self) {
        self.failure = self.failure.or(next.failure);
        self.words = self.words.take().or(next.words);
        self.has_message |= next.has_message;
        self.is_status |= next.is_status;
        self.count = self.count.or(next.count);
        self.second = self.second.or(next.second);
    }

    /// What is wrong with an answer of so many records.
    pub(super) fn problems(&self, records: u64) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(at) = self.failure {
            let message = format!("the server gave up before the answer was whole{}", self.in_words());
            problems.push(problem(ProblemKind::Truncated, message, at));
        }
        if let Some((count, at)) = self.count.filter(|(count, _)| *count != records) {
            let message = format!("the file says that it holds {count} records, and {records} stand in it");
            problems.push(problem(ProblemKind::Broken, message, at));
        }
        if let Some(at) = self.second {
            let message = "more records stand beside the records that are read: not read";
            problems.push(problem(ProblemKind::Broken, message, at));
        }
        problems
    }

    /// The problem of an answer that holds nothing but a failure. Where the name
    /// of the file does not say that it was to be an export, it has to look as the
    /// API writes it.
    pub(super) fn refusal(&self, is_named: bool) -> Option<Problem> {
        let at = self.failure.filter(|_| is_named || self.has_message && self.is_status)?;
        let message = format!("an answer of the API that holds an error and no records{}", self.in_words());
        Some(problem(ProblemKind::Unreadable, message, at))
    }

    fn in_words(&self) -> String {
        self.words.as_ref().map_or_else(String::new, |words| format!(": {}", lower_first(words)))
    }

    /// What a text says that is one object and holds no records that are read;
    /// `None` where it is something else.
    pub(super) fn of_whole(text: &str, begin: usize) -> Option<Self> {
        memmem::find(text.as_bytes(), b"error\"")?;
        let mut members = Vec::new();
        json_object(text.as_bytes(), begin, &mut members).ok()?;
        let mut answer = Self::default();
        for member in &members {
            let value = &text[member.value.clone()];
            if member.kind == JsonKind::Array && RECORDS.contains(&&*member.name(text)) {
                answer.note_rows(value, member.value.start);
            } else {
                answer.note(text, member, 0);
            }
        }
        Some(answer)
    }

    /// Looks whether the rows of an array say that they failed.
    fn note_rows(&mut self, array: &str, start: usize) {
        let (bytes, mut members) = (array.as_bytes(), Vec::new());
        let at = skip_space(bytes, 1);
        let is_row = bytes.get(at) == Some(&b'{') && json_object(bytes, at, &mut members).is_ok();
        if let Some(words) = row_failure(array, &members).filter(|_| is_row) {
            let at = u64::try_from(start + at).unwrap_or(0);
            self.fail(ByteSpan::at(at), Some(words));
            self.is_status = true;
        }
    }
}

/// Whether a row of `JSONv2` says that it is none: `__error`, or a `__status` of
/// failure. Gives the words of the server, which may be none.
pub(super) fn row_failure(text: &str, members: &[JsonMember]) -> Option<String> {
    let mut failure = None;
    for member in members {
        if !text.as_bytes()[member.name.clone()].starts_with(b"__") {
            continue;
        }
        let value = &text[member.value.clone()];
        match &text[member.name.clone()] {
            "__error" if is_something(value) => {
                return Some(words_of(value, member.kind).unwrap_or_default());
            }
            "__status" if is_text(value, "failure") => failure = Some(String::new()),
            _ => {}
        }
    }
    failure
}

/// Whether an object is a record: it has a sys_id.
fn has_sys_id(object: &str) -> bool {
    let mut members = Vec::new();
    json_object(object.as_bytes(), 0, &mut members).is_ok()
        && members.iter().any(|member| member.is(object, "sys_id"))
}

/// Whether objects with a sys_id stand in an array of a value, however deep.
pub(super) fn holds_records(value: &str) -> bool {
    let (bytes, mut json) = (value.as_bytes(), Json::default());
    let (mut at, mut arrays) = (0, 0_usize);
    while let Some(quote) = memchr(b'"', &bytes[at..]).map(|quote| at + quote) {
        for byte in &bytes[at..quote] {
            arrays = match byte {
                b'[' => arrays + 1,
                b']' => arrays.saturating_sub(1),
                _ => arrays,
            };
        }
        let Ok(end) = json.text_end(bytes, quote) else { return false };
        let colon = skip_space(bytes, end);
        at = end;
        if arrays > 0
            && bytes.get(colon) == Some(&b':')
            && decode_escapes(&value[quote + 1..end - 1]) == "sys_id"
        {
            let start = skip_space(bytes, colon + 1);
            let rest = value[start..].trim_start_matches('"');
            if bytes.get(start) == Some(&b'{') || rest.get(..32).is_some_and(is_sys_id) {
                return true;
            }
        }
    }
    false
}

/// Whether a value says anything.
fn is_something(value: &str) -> bool {
    let inside = value.trim_matches(['{', '}', '[', ']', '"']).trim();
    !inside.is_empty() && !matches!(value, "null" | "false")
}

fn is_text(value: &str, wanted: &str) -> bool {
    value.trim_matches('"').eq_ignore_ascii_case(wanted)
}

/// The words of an error: its message, or all of it.
fn words_of(value: &str, kind: JsonKind) -> Option<String> {
    let unquoted = |value: &str| {
        let text = value.strip_prefix('"').and_then(|text| text.strip_suffix('"'))?;
        Some(decode_escapes(text).trim().to_owned())
    };
    if kind == JsonKind::Text {
        return unquoted(value);
    }
    let mut members = Vec::new();
    json_object(value.as_bytes(), 0, &mut members).ok()?;
    let message = members.iter().find(|member| member.is(value, "message"))?;
    unquoted(&value[message.value.clone()])
}

/// Whether words may stand in a message of ours: a token or a sys_id in them may not.
fn can_be_shown(words: &str) -> bool {
    let is_word = |word: &str| {
        word.len() <= LONGEST_WORD
            && word.chars().all(|letter| letter.is_alphabetic() || ".,:;'-()/".contains(letter))
    };
    !words.is_empty() && words.len() <= LONGEST && words.split_whitespace().all(is_word)
}

fn lower_first(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::{ApiAnswer, holds_records};

    #[test]
    fn records_are_found_in_arrays() {
        let check = |value: &str, expected: bool| {
            let value = value.replace("ID", "0123456789abcdef0123456789abcdef");
            assert_eq!(holds_records(&value), expected, "{value}");
        };
        check(r#"[{"a":"x]","sys_id":"ID"}]"#, true);
        check(r#"{"a":{"b":[[{"s\u0079s_id" : "ID"}]]}}"#, true);
        check(r#"[{"sys_id":{"value":"ID"}}]"#, true);
        check(r#"{"sys_id":"ID","list":[1]}"#, false);
        check(r#"{"list":[],"of":{"sys_id":"ID"}}"#, false);
        check(r#"["sys_id","ID"]"#, false);
        check(r#"[{"sys_id":"pier"}]"#, false);
        check(r#"[{"script":"{\"sys_id\":\"ID\"}"}]"#, false);
    }

    #[test]
    fn a_refusal_is_what_the_api_writes() {
        let check = |text: &str, by_name: bool, by_content: bool| {
            let refusal = |is_named| ApiAnswer::of_whole(text, 0).and_then(|answer| answer.refusal(is_named));
            assert_eq!((refusal(true).is_some(), refusal(false).is_some()), (by_name, by_content), "{text}");
        };
        check("{\"error\":{\"message\":\"No\",\"detail\":\"\"},\"status\":\"failure\"}", true, true);
        check("{\"status\":\"failure\",\"error\":{\"message\":\"No\"},\"result\":[]}", true, true);
        check("{\"records\":[{\"__status\":\"failure\",\"__error\":{\"message\":\"No\"}}]}", true, true);
        check("{\"error\":\"No\"}", true, false);
        check("{\"error\":{\"message\":\"No\"},\"status\":\"success\"}", true, false);
        check("{\"error\":null,\"status\":\"success\"}", false, false);
        check("{\"error\":{},\"other_error\":{\"message\":\"No\"}}", false, false);
        check("{\"result\":[]}", false, false);
    }

    #[test]
    fn words_are_shown_unless_they_may_hold_a_secret() {
        let check = |message: &str, expected: &str| {
            let text = format!("{{\"error\":{{\"message\":{message:?}}},\"status\":\"failure\"}}");
            let problem = ApiAnswer::of_whole(&text, 0).unwrap().refusal(false).unwrap();
            assert_eq!(
                problem.message,
                format!("an answer of the API that holds an error and no records{expected}")
            );
        };
        check("User Not Authenticated", ": user Not Authenticated");
        check(
            "Transaction cancelled: maximum execution time exceeded.",
            ": transaction cancelled: maximum execution time exceeded",
        );
        check("Invalid token a8f5f167f44f4964e6c998dee827110c", "");
        check("\u{1b}[31mred", "");
        check("", "");
    }
}
