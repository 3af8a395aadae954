//! Reads the rule pack in `rules/` and stores it in a compact form that the
//! program opens without parsing YAML. There is no list of rules: a YAML file
//! in `rules/` is a rule.

#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

#[path = "rule/file.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "the program uses more of it than the build")]
mod file;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use file::{AliasFile, ClassFile, RuleFile, RuleTest};
use serde::Serialize;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Mirrors `rule::PackFiles`.
#[derive(Serialize)]
struct PackFiles {
    name: &'static str,
    version: String,
    digest: String,
    rules: Vec<(String, RuleFile)>,
    classes: Vec<(String, ClassFile)>,
    aliases: Vec<(String, AliasFile)>,
}

fn main() {
    let folder = |name| PathBuf::from(env::var_os(name).unwrap_or_default());
    let (root, out) = (folder("CARGO_MANIFEST_DIR"), folder("OUT_DIR"));
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=src/rule/file.rs");
    if let Err(message) = build(&root, &out) {
        // Cargo shows the message and fails the build.
        println!("cargo::error={message}");
    }
}

fn build(root: &Path, out: &Path) -> Result<(), String> {
    let mut pack = PackFiles {
        name: "glidelint",
        version: env::var("CARGO_PKG_VERSION").unwrap_or_default(),
        digest: String::new(),
        rules: Vec::new(),
        classes: Vec::new(),
        aliases: Vec::new(),
    };
    let mut tests: BTreeMap<String, Vec<RuleTest>> = BTreeMap::new();
    let mut digest = Sha256::new();
    for entry in WalkDir::new(root.join("rules")).sort_by_file_name() {
        let entry = entry.map_err(|error| error.to_string())?;
        if entry.path().extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        println!("cargo:rerun-if-changed={}", entry.path().display());
        let relative = entry.path().strip_prefix(root).map_err(|error| error.to_string())?;
        let path = relative.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(entry.path()).map_err(|error| format!("{path}: {error}"))?;
        digest.update(path.as_bytes());
        digest.update(text.as_bytes());
        let has = |key: &str| text.lines().any(|line| line.starts_with(key));
        let failed = |error: serde_saphyr::Error| format!("{path}: {error}").replace('\n', "\\n");
        if has("class:") {
            let mut class: ClassFile = serde_saphyr::from_str(&text).map_err(failed)?;
            tests.insert(path.clone(), std::mem::take(&mut class.tests));
            pack.classes.push((path, class));
        } else if has("alias:") {
            pack.aliases.push((path.clone(), serde_saphyr::from_str(&text).map_err(failed)?));
        } else {
            let rule: RuleFile = serde_saphyr::from_str(&text).map_err(failed)?;
            check_tests(&path, &rule)?;
            tests.insert(path.clone(), rule.tests.list.clone());
            pack.rules.push((path, rule));
        }
    }
    for byte in digest.finalize() {
        let _ = write!(pack.digest, "{byte:02x}");
    }
    write(&out.join("pack.bin"), &pack)?;
    write(&out.join("tests.bin"), &tests)
}

/// A rule of our pack without a finding and a non-finding test does not load.
fn check_tests(path: &str, rule: &RuleFile) -> Result<(), String> {
    let finds = |test: &RuleTest| test.finds.as_ref().is_some_and(|found| !found.is_empty());
    let is_silent = |test: &RuleTest| test.finds.as_ref().is_some_and(Vec::is_empty);
    if rule.tests.list.iter().any(finds) && rule.tests.list.iter().any(is_silent) {
        return Ok(());
    }
    Err(format!("{path}: a rule needs a test with a finding and one without"))
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), String> {
    let bytes = postcard::to_stdvec(value).map_err(|error| error.to_string())?;
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
