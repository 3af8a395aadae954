//! The shape of the program, read off its source: modules use only those above
//! them, each foreign crate stands behind one door, the library neither prints
//! nor asks the clock, no file is too long to read, and the documents show the arrows
//! that are there and name only paths that exist.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, the lowest first. Each may use only those before it.
const LAYERS: [&str; 20] = [
    "span", "source", "xml", "record", "export", "query", "finding", "rule", "doctor", "facts", "access",
    "instance", "judge", "survey", "config", "suppress", "locate", "redact", "report", "scan",
];

/// The binary's own modules. They stand above all layers and use them through
/// `glidelint::`.
const BINARY: [&str; 2] = ["cli", "main"];

/// How long a file may be. A longer one wants to be two.
const MAX_LINES: usize = 400;

/// Files that are longer, each with the reason why it still is one.
const LONG_FILES: [(&str, &str); 0] = [];

/// One source file, without its comments.
struct File {
    /// Relative to the repository, with `/`.
    path: String,
    /// `judge` for `src/judge/all_rules.rs`, `span` for `src/span.rs`.
    module: String,
    /// How many modules it lies in: 1 for `src/span.rs`, 2 for `src/xml/text.rs`.
    depth: usize,
    /// Lines of code; comments are blanked out, so that line numbers hold.
    code: Vec<String>,
}

impl File {
    /// The lines that are part of the program, with their numbers: those of
    /// tests are not.
    fn program(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_of_tests = ["tests.rs", "_test.rs", "sample.rs"].iter().any(|end| self.path.ends_with(end))
            || self.path.contains("/tests/");
        let begins_tests = |at: &usize| {
            self.code[*at].trim() == "#[cfg(test)]"
                && self.code.get(at + 1).is_some_and(|line| line.trim_end().ends_with('{'))
        };
        let end = (0..self.code.len()).find(begins_tests).unwrap_or(self.code.len());
        let lines = self.code[..if is_of_tests { 0 } else { end }].iter();
        lines.enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file but the build script, which is a program of its own.
fn files() -> Vec<File> {
    let mut paths = Vec::new();
    collect(&root().join("src"), &mut paths);
    paths.sort();
    let files: Vec<_> =
        paths.iter().map(|path| read(path)).filter(|file| file.path != "src/build.rs").collect();
    assert!(files.len() > 50, "the source was not found");
    files
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn read(path: &Path) -> File {
    let relative = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
    let inside = relative.strip_prefix("src/").unwrap().trim_end_matches(".rs").trim_end_matches("/mod");
    let names: Vec<_> = inside.split('/').collect();
    let text = fs::read_to_string(path).unwrap();
    File {
        module: names[0].to_owned(),
        depth: names.len(),
        code: text.lines().map(|line| without_comment(line).to_owned()).collect(),
        path: relative,
    }
}

/// A line without what follows `//`. A `//` in a string, as in an address, has
/// a `:` before it.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").map(|(at, _)| at).find(|&at| !line[..at].ends_with(':'));
    comment.map_or(line, |at| &line[..at])
}

/// Fails with every complaint at once.
fn check(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n{}", complaints.join("\n"));
}

/// The names that follow `crate::` in a piece of code, groups taken apart:
/// `crate::{a, b::c}` gives `a` and `b`.
fn uses_of(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || "_:$".contains(character)) {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(top_of_group(group)),
            None => names.push(identifier(rest)),
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

/// The first name of each item of a use group, up to its closing brace.
fn top_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item = String::new();
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut item)),
            _ if depth == 0 => item.push(character),
            _ => {}
        }
    }
    names.push(item);
    names.iter().map(|item| identifier(item.trim())).filter(|name| !name.is_empty()).collect()
}

#[test]
fn use_paths_are_taken_apart() {
    let check = |code: &str, expected: &[&str]| assert_eq!(uses_of(code, "crate::"), expected, "{code}");
    check("use crate::span::ByteSpan;", &["span"]);
    check("use crate::{span::ByteSpan, xml::{Token, TokenKind}, record};", &["span", "xml", "record"]);
    check("pub(crate) fn x(a: crate::rule::Rule, b: &crate::query::Data)", &["rule", "query"]);
    check("$crate::hidden + other_crate::x", &[]);
    assert_eq!(
        without_comment("let x = \"https://a.example\"; // crate::report"),
        "let x = \"https://a.example\"; "
    );
}

#[test]
fn lib_names_the_layers_in_their_order() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(modules, LAYERS);
}

#[test]
fn every_module_has_a_layer() {
    let known: BTreeSet<_> = LAYERS.into_iter().chain(BINARY).chain(["lib"]).map(str::to_owned).collect();
    let complaints: Vec<_> =
        files().into_iter().filter(|file| !known.contains(&file.module)).map(|file| file.path).collect();
    check("modules of no layer", &complaints);
}

#[test]
fn arrows_run_downward() {
    let mut complaints = Vec::new();
    let layer = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    for file in files() {
        let of_binary = BINARY.contains(&file.module.as_str());
        let code = file.code.join("\n");
        for name in uses_of(&code, "crate::") {
            let allowed = match (layer(&file.module), layer(&name)) {
                // The binary takes the library from outside, as any user does.
                (None, Some(_)) => !of_binary,
                (None, None) => true,
                (Some(own), Some(used)) => used <= own,
                (Some(_), None) => false,
            };
            if !allowed {
                complaints.push(format!("{} uses crate::{name}", file.path));
            }
        }
        if !of_binary && uses_of(&code, "glidelint::").iter().any(|name| layer(name).is_some()) {
            complaints.push(format!("{} names the library from outside", file.path));
        }
    }
    check("a module uses one above it", &complaints);
}

/// The table of layers as ARCHITECTURE.md has it: each with those that it uses, the
/// nearest first. `span` is used by nearly all.
fn table_of_layers() -> String {
    let files = files();
    let lines = LAYERS.iter().map(|layer| {
        let program = |file: &File| file.program().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
        let own = files.iter().filter(|file| file.module == *layer);
        let used: BTreeSet<_> = own.flat_map(|file| uses_of(&program(file), "crate::")).collect();
        let others = LAYERS.iter().rev().filter(|other| **other != *layer && **other != "span");
        let used: Vec<_> = others.filter(|other| used.contains(**other)).copied().collect();
        if used.is_empty() { (*layer).to_owned() } else { format!("{layer:<25} → {}", used.join(" ")) }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_table_of_layers_is_true() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = table_of_layers();
    assert!(text.contains(&format!("```\n{table}\n```")), "ARCHITECTURE.md shows other arrows than\n{table}");
}

#[test]
fn super_does_not_lead_around_the_layers() {
    let mut complaints = Vec::new();
    for file in files() {
        let mut in_inner_module = 0;
        for (at, line) in file.code.iter().enumerate() {
            // An inner module, such as that of the tests, is one deeper.
            if line.starts_with("mod ") && line.trim_end().ends_with('{') || line.contains("mod tests {") {
                in_inner_module = 1;
            }
            let supers = line.split("super::").count() - 1;
            let in_a_row = (1..=supers).rev().find(|count| line.contains(&"super::".repeat(*count)));
            if in_a_row.is_some_and(|count| count >= file.depth + in_inner_module) {
                complaints.push(format!("{}:{} climbs to the crate's root", file.path, at + 1));
            }
        }
    }
    check("`super` climbs out of its layer", &complaints);
}

/// Complains of every line outside `doors` that holds one of `words`.
fn stands_only_in(words: &[&str], doors: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files().iter().filter(|file| !doors.iter().any(|door| file.path.starts_with(door))) {
        for (number, line) in file.program() {
            for word in words.iter().filter(|word| holds_word(line, word)) {
                complaints.push(format!("{}:{number} names {word}", file.path));
            }
        }
    }
    complaints
}

/// Whether a line holds a word that does not go on to either side.
fn holds_word(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part)
            && (word.ends_with('!') || !line[at + word.len()..].starts_with(is_part))
    })
}

#[test]
fn foreign_crates_stand_behind_one_door() {
    check("quick-xml", &stands_only_in(&["quick_xml"], &["src/xml/"]));
    check("serde-sarif", &stands_only_in(&["serde_sarif"], &["src/report/sarif"]));
    check("clap", &stands_only_in(&["clap"], &["src/cli/", "src/main.rs"]));
    check("indicatif", &stands_only_in(&["indicatif"], &["src/cli/", "src/main.rs"]));
    check("encoding_rs", &stands_only_in(&["encoding_rs"], &["src/source/"]));
    check("calamine", &stands_only_in(&["calamine"], &["src/source/workbook.rs"]));
    check("zip, tar and flate2", &stands_only_in(&["zip::", "tar::", "flate2"], &["src/source/"]));
}

#[test]
fn the_library_neither_prints_nor_exits_nor_asks_around() {
    let words = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "process::exit",
        "process::abort",
        "env::var",
        "env::var_os",
        "env::vars",
        "env::args",
        "SystemTime::now",
        "Instant",
        "Zoned::now",
        "Timestamp::now",
        "io::stdout",
        "io::stderr",
        "TcpStream",
        "UdpSocket",
        "thread::sleep",
    ];
    check("only src/cli may", &stands_only_in(&words, &["src/cli/", "src/main.rs"]));
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut complaints = Vec::new();
    for file in files() {
        let allowed = LONG_FILES.iter().any(|(path, _)| *path == file.path);
        let lines = file.code.len();
        if lines > MAX_LINES && !allowed {
            complaints.push(format!("{} has {lines} lines", file.path));
        } else if lines <= MAX_LINES && allowed {
            complaints.push(format!("{} needs no exception any more: {lines} lines", file.path));
        }
    }
    check("split it, or give the reason in LONG_FILES", &complaints);
}

#[test]
fn there_is_no_list_of_rules_in_rust() {
    let mut complaints = Vec::new();
    for file in files() {
        // Tests may name rules; what runs may not.
        for (number, line) in file.program() {
            if line.match_indices("\"SN").any(|(at, _)| is_rule_id(&line[at + 1..])) {
                complaints.push(format!("{}:{number} names a rule", file.path));
            }
        }
    }
    check("a YAML file in rules/ is all that a rule is", &complaints);
}

/// `SNA1001` and the like.
fn is_rule_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.by_ref().take(3).all(|byte| byte.is_ascii_uppercase())
        && bytes.take(4).all(|byte| byte.is_ascii_digit())
}

/// The documents, relative to the repository.
fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    for folder in ["", "docs", "rules", "samples", "tests/browser", "tests/cli"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name();
            if Path::new(&name).extension().is_some_and(|extension| extension == "md") {
                documents.push(Path::new(folder).join(name));
            }
        }
    }
    documents.sort();
    documents
}

#[test]
fn documents_name_only_paths_that_exist() {
    let mut complaints = Vec::new();
    for document in documents() {
        // What is gone has its line in the history.
        if document == Path::new("CHANGELOG.md") || document.starts_with("tests") {
            continue;
        }
        let folder = document.parent().unwrap();
        let text = fs::read_to_string(root().join(&document)).unwrap();
        for (at, line) in text.lines().enumerate() {
            for path in line.split('`').skip(1).step_by(2).filter(|path| looks_like_a_path(path)) {
                let bases = [root().to_owned(), root().join("src"), root().join(folder)];
                if !bases.iter().any(|base| base.join(path).exists()) {
                    complaints.push(format!("{}:{} names `{path}`", document.display(), at + 1));
                }
            }
        }
    }
    check("paths that do not exist", &complaints);
}

/// The lines of a document that stand outside its code blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The anchors of a document's headings, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|(_, line)| line.starts_with('#'));
    let anchor = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        words.chars().filter(|&letter| letter.is_alphanumeric() || "-_".contains(letter)).collect()
    };
    headings.map(|(_, line)| anchor(line)).collect()
}

#[test]
fn links_of_documents_lead_somewhere() {
    let mut complaints = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(root().join(&document)).unwrap();
        for (at, line) in prose(&text) {
            for (link, _) in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
                if link.starts_with(['<', 'h']) && link.contains("://") {
                    continue;
                }
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = match path {
                    "" => root().join(&document),
                    _ => root().join(&document).with_file_name(path),
                };
                let is_there = target.exists()
                    && (anchor.is_empty() || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor));
                if !is_there {
                    complaints.push(format!("{}:{} links to {link}", document.display(), at + 1));
                }
            }
        }
    }
    check("links that lead nowhere", &complaints);
}

/// Whether a word in backticks is meant as a path of this repository: below one
/// of its folders, or a file of Rust. Patterns and placeholders in capitals are
/// none.
fn looks_like_a_path(word: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_./-".contains(character);
    if !word.chars().all(is_plain) || word.starts_with(['/', '-']) || word.contains("...") {
        return false;
    }
    let is_placeholder = |part: &str| {
        part.len() > 1 && part.chars().all(|character| character.is_ascii_uppercase() || character == '-')
    };
    let stem = |part: &str| part.split('.').next().unwrap_or_default().to_owned();
    if word.split('/').any(|part| is_placeholder(&stem(part)) && part.rsplit('.').next() != Some("md")) {
        return false;
    }
    let first = word.split('/').next().unwrap_or_default();
    let folders = ["src", "tests", "rules", "samples", ".github", "docs"];
    let extension = Path::new(word).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_document = extension == "md" && is_placeholder(&stem(word));
    (word.contains('/') && folders.contains(&first)) || extension == "rs" || is_document
}

#[test]
fn paths_in_documents_are_known_by_their_look() {
    let check = |word: &str, expected: bool| assert_eq!(looks_like_a_path(word), expected, "{word}");
    check("src/judge/all_rules.rs", true);
    check("rules/accounts", true);
    check("xml/reader.rs", true);
    check("rules/AREA/NAME.yaml", false);
    check("rules/*.yaml", false);
    check("CONTRIBUTING.md", true);
    check("report.md", false);
    check("active/true", false);
    check("cargo test", false);
    check("application/json", false);
}
