//! `glidelint init`: a configuration file with comments, from what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use glidelint::config::{Config, FILE_NAME};
use glidelint::doctor::Examination;
use glidelint::export::FileKind;
use glidelint::report::{HOME, safe};
use glidelint::rule::{Settings, builtin};
use glidelint::scan::examine_sources;
use glidelint::source::Discovery;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, InputArgs};
use crate::cli::shared::output::{counted, write_file, write_stdout};

/// What is looked at, and where the file goes.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Print the file instead
    #[arg(long)]
    print: bool,
}

/// Writes the file at the root of what is scanned.
pub(crate) fn run(args: &InitArgs) -> Result<Exit, Failure> {
    let discovery = input::sources(&args.input, &Config::default())?;
    let settings = Settings { strict: true, ..Settings::default() };
    let examination = examine_sources(&[builtin()?], &settings, &discovery, None)?.examination;
    let text = text(&discovery, &examination);
    // What is written is read once before.
    Config::parse(FILE_NAME, &text)?;
    if args.print {
        write_stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Fine);
    }
    let path = discovery.root.join(FILE_NAME);
    if path.exists() && !args.force {
        return Err(Failure::Use(format!("{} is there already; --force writes over it", shown(&path))));
    }
    write_file(&path.to_string_lossy(), |out| out.write_all(text.as_bytes()))?;
    let files = examination.files.iter().filter(|file| file.kind != FileKind::Other).count();
    write_stdout(|out| {
        writeln!(
            out,
            "{}: written, after a look at {}",
            safe::terminal(&shown(&path)),
            counted(files, "export")
        )
    })?;
    Ok(Exit::Fine)
}

/// The path from here, if it lies below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn text(discovery: &Discovery, examination: &Examination) -> String {
    let mut text = format!(
        "# How glidelint judges this folder. Every key may be left out; one that is not known is an error.\n\
         # All keys: {HOME}/blob/main/tests/cli/configuration.md\n\
         \n\
         # recommended, or strict: more rules, also those that many organisations decide otherwise.\n\
         profile: recommended\n\
         \n\
         # The lowest severity that makes the exit code 1: critical, high, medium, low, info or never.\n\
         fail_on: low\n"
    );
    complete(examination, &mut text);
    instances(discovery, examination, &mut text);
    text.push_str(
        "\n# Rules that are off, or that are worse or less bad here than by default.\n\
         # rules:\n\
         #   SNR1005: off\n\
         #   SNA1001: critical\n\
         \n\
         # How service accounts are called here; `glidelint rules show SNA1001` shows the rule that asks.\n\
         # classes:\n\
         #   service_account:\n\
         #     name_patterns: ['^(svc|int)[._]']\n\
         \n\
         # The columns of sys_user that name the owner of an account; the first that is filled counts.\n\
         # aliases:\n\
         #   owner: [u_owner, manager]\n\
         \n\
         # Paths that are not read.\n\
         # exclude: ['archive/**']\n\
         \n\
         # Rules of your own, beside the built-in ones.\n\
         # rule_packs: [our-rules]\n\
         \n\
         # Findings that somebody answers for: `glidelint waive` adds them.\n\
         # waivers:\n",
    );
    text
}

/// Nobody but the reader can say what was exported whole, so that is a proposal.
fn complete(examination: &Examination, text: &mut String) {
    text.push_str(
        "\n# Tables that are always exported whole. Only then does a row that is not there not exist; without\n\
         # it such questions are \"cannot tell\".\n",
    );
    let names: Vec<_> = examination.whole_tables().collect();
    if names.is_empty() {
        text.push_str("# complete: [sys_user_has_role]\n");
        return;
    }
    text.push_str("# These look whole; take the mark away if you agree:\n# complete:\n");
    for name in names {
        let _ = writeln!(text, "#   - {name}");
    }
}

/// Folders beside each other that hold the same tables are often instances.
fn instances(discovery: &Discovery, examination: &Examination, text: &mut String) {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (source, file) in discovery.sources.iter().zip(&examination.files) {
        if let Some((folder, _)) = source.path().split_once('/').filter(|_| file.kind.is_table()) {
            folders.entry(folder).or_default().extend(file.rows.keys().map(String::as_str));
        }
    }
    let key_tables = ["sys_user", "sys_properties", "sys_user_has_role"];
    folders.retain(|folder, tables| {
        let is_plain = folder.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        is_plain && key_tables.iter().any(|table| tables.contains(table))
    });
    text.push_str("\n# Exports of several instances, each judged alone and then compared.\n");
    if folders.len() < 2 {
        text.push_str("# instances:\n#   prod: ['prod/**']\n#   test: ['test/**']\n");
        return;
    }
    text.push_str("# These folders look like instances; take the mark away if they are:\n# instances:\n");
    for folder in folders.keys() {
        let _ = writeln!(text, "#   {folder}: ['{folder}/**']");
    }
}
