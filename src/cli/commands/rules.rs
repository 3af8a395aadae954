//! `glidelint rules`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use glidelint::config::Config;
use glidelint::judge::run_tests;
use glidelint::query::Query;
use glidelint::report::safe;
use glidelint::rule::file::RuleFile;
use glidelint::rule::{
    MayOverride, Pack, Rule, RuleError, RuleMeta, Settings, builtin, builtin_tests, check_of, lint,
    write_checks,
};
use serde::Serialize;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::output::{PlainFormat, counted, write_file, write_stdout};
use crate::cli::shared::packs::Packs;

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules
    List {
        /// Only rules with this tag: `cwe=CWE-284` or `CWE-284`
        #[arg(long)]
        tag: Option<String>,
        /// Only rules of this area, such as accounts
        #[arg(long)]
        area: Option<String>,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
        /// Leave the built-in rules out
        #[arg(long)]
        no_builtin_rules: bool,
        /// How to print
        #[arg(short, long, value_enum, default_value_t = PlainFormat::Text)]
        format: PlainFormat,
    },
    /// Print everything about one rule
    Show {
        /// Id or name
        rule: String,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
    },
    /// Run the tests that rules carry
    Test {
        /// Rule file or folder [default: the built-in rules]
        path: Option<PathBuf>,
    },
    /// Write the skeleton of a rule
    New {
        /// Area and name, such as accounts/vendor-can-log-in
        #[arg(value_name = "AREA/NAME")]
        name: String,
        /// Folder to write below
        #[arg(long, default_value = "rules")]
        dir: PathBuf,
        /// The table it is about
        #[arg(long, default_value = "sys_user")]
        table: String,
        /// A query, as "Copy query" gives it
        #[arg(long = "where", value_name = "QUERY")]
        filter: Option<String>,
    },
    /// Write rules as checks of Instance Scan, for import into an instance
    Export {
        /// Ids or names
        #[arg(required = true, value_name = "ID")]
        rules: Vec<String>,
        /// Write a file for each rule here, instead of one to standard output
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
    },
    /// Print the JSON Schema of rule files, for editors
    Schema {
        /// Of the configuration file instead
        #[arg(long)]
        config: bool,
    },
}

/// Does what is asked about rules.
pub(crate) fn run(args: &RulesArgs) -> Result<Exit, Failure> {
    match &args.command {
        RulesCommand::List { tag, area, packs, no_builtin_rules, format } => {
            let packs = Packs::load(packs.clone(), *no_builtin_rules)?;
            let pack = compile(&packs)?;
            let wanted = |meta: &&RuleMeta| {
                tag.as_ref().is_none_or(|tag| meta.is_called(tag))
                    && area.as_ref().is_none_or(|area| meta.is_called(area))
            };
            let chosen: Vec<_> = pack.rules.iter().map(|rule| &*rule.meta).filter(wanted).collect();
            list(&chosen, &packs, *format)
        }
        RulesCommand::Show { rule, packs } => {
            let pack = compile(&Packs::load(packs.clone(), false)?)?;
            let meta = &named(rule, &pack.rules)?.meta;
            write_stdout(|out| write_page(meta, out))?;
            Ok(Exit::Fine)
        }
        RulesCommand::Export { rules, dir, packs } => export(rules, dir.as_deref(), packs),
        RulesCommand::Test { path } => test(path.as_deref()),
        RulesCommand::New { name, dir, table, filter } => new(name, dir, table, filter.as_deref()),
        RulesCommand::Schema { config } => schema(*config),
    }
}

/// The rules of our pack and others, with all profiles.
fn compile(packs: &Packs) -> Result<Pack, Failure> {
    let settings = Settings { strict: true, may_override: MayOverride::Anything, ..Settings::default() };
    Ok(Pack::compile(&packs.files, &settings)?)
}

fn named<'r>(name: &str, rules: &'r [Rule]) -> Result<&'r Rule, Failure> {
    let is_called =
        |rule: &&Rule| rule.meta.id.eq_ignore_ascii_case(name) || rule.meta.name.eq_ignore_ascii_case(name);
    let unknown =
        || Failure::Use(format!("no rule is called '{name}'; `glidelint rules list` prints them all"));
    rules.iter().find(is_called).ok_or_else(unknown)
}

/// A rule as scripts see it.
#[derive(Serialize)]
struct Listed<'m> {
    id: &'m str,
    name: &'m str,
    title: &'m str,
    area: &'m str,
    severity: f64,
    band: &'static str,
    level: &'static str,
    confidence: &'static str,
    profile: &'m str,
    kind: &'m str,
    table: Option<&'m str>,
    portable: bool,
    properties: &'m [String],
    tags: &'m BTreeMap<String, Vec<String>>,
    params: &'m BTreeMap<String, Vec<String>>,
    tests: usize,
}

impl<'m> From<&'m RuleMeta> for Listed<'m> {
    fn from(meta: &'m RuleMeta) -> Self {
        Self {
            id: &meta.id,
            name: &meta.name,
            title: &meta.title,
            area: &meta.area,
            severity: meta.severity.number(),
            band: meta.severity.band().as_str(),
            level: meta.severity.level().as_str(),
            confidence: meta.confidence.as_str(),
            profile: &meta.profile,
            kind: &meta.kind,
            table: meta.table.as_deref(),
            portable: meta.portable,
            properties: &meta.properties,
            tags: &meta.tags,
            params: &meta.params,
            tests: meta.tests,
        }
    }
}

fn list(metas: &[&RuleMeta], packs: &Packs, format: PlainFormat) -> Result<Exit, Failure> {
    write_stdout(|out| match format {
        PlainFormat::Json => {
            let listed: Vec<_> = metas.iter().map(|meta| Listed::from(*meta)).collect();
            serde_json::to_writer_pretty(&mut *out, &listed)?;
            writeln!(out)
        }
        PlainFormat::Text => {
            for meta in metas {
                let strict = if meta.profile == "strict" { "  (strict)" } else { "" };
                writeln!(
                    out,
                    "{}  {:>4} {:8}  {}: {}{strict}",
                    meta.id,
                    meta.severity,
                    meta.severity.band().as_str(),
                    meta.name,
                    safe::terminal(&meta.title)
                )?;
            }
            writeln!(out, "\n{}; `glidelint rules show ID` prints one", counted(metas.len(), "rule"))?;
            let refused = packs.not_portable.len();
            if refused > 0 {
                writeln!(out, "\nNot portable: {}", counted(refused, "check"))?;
            }
            packs.not_portable_lines().try_for_each(|line| writeln!(out, "  {line}"))
        }
    })?;
    if format == PlainFormat::Json {
        // The list on standard output has one shape, which scripts rely on.
        let mut stderr = io::stderr().lock();
        for line in packs.not_portable_lines() {
            let _ = writeln!(stderr, "not portable: {line}");
        }
    }
    Ok(Exit::Fine)
}

fn write_page(meta: &RuleMeta, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {}", meta.id, meta.name)?;
    writeln!(out, "{}\n", safe::terminal(&meta.title))?;
    writeln!(out, "Severity    {} ({})", meta.severity, meta.severity.band().as_str())?;
    writeln!(out, "Confidence  {}", meta.confidence.as_str())?;
    writeln!(out, "Profile     {}", meta.profile)?;
    if let Some(table) = &meta.table {
        writeln!(out, "Table       {}", safe::terminal(table))?;
    }
    if !meta.properties.is_empty() {
        writeln!(out, "Property    {}", meta.properties.join(", "))?;
    }
    let portable = if meta.portable {
        "yes: its query runs in an instance as it stands"
    } else {
        "no: it needs glidelint"
    };
    writeln!(out, "Portable    {portable}")?;
    writeln!(out, "File        {}\n", safe::terminal(&meta.path))?;
    writeln!(out, "Message\n{}\n", indent(&meta.message))?;
    writeln!(out, "Why\n{}\n", indent(&meta.why))?;
    writeln!(out, "Fix\n{}", indent(&meta.fix))?;
    if !meta.params.is_empty() {
        writeln!(out, "\nParameters (set them in .glidelint.yaml under rules: {}: params:)", meta.id)?;
        for (name, values) in &meta.params {
            let unset = "(none: only the owner of the instance knows)".to_owned();
            let values = if values.is_empty() { unset } else { values.join(", ") };
            writeln!(out, "  {name}: {values}")?;
        }
    }
    if !meta.tags.is_empty() {
        writeln!(out, "\nTags")?;
        for (key, values) in &meta.tags {
            writeln!(out, "  {key}: {}", safe::terminal(&values.join(", ")))?;
        }
    }
    if !meta.references.is_empty() {
        writeln!(out, "\nReferences")?;
        for reference in &meta.references {
            writeln!(out, "  {}", safe::terminal(reference))?;
        }
    }
    Ok(())
}

fn indent(text: &str) -> String {
    safe::terminal_lines(text.trim()).lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn test(path: Option<&Path>) -> Result<Exit, Failure> {
    let (packs, tests) = match path {
        // A pack of the user's may use our classes.
        Some(path) => {
            let mut ours = builtin()?;
            ours.rules.clear();
            let mut packs = Packs::beside(vec![ours], [path.to_path_buf()])?;
            if let [ours, theirs] = packs.files.as_mut_slice() {
                let taken = |name: &str| theirs.classes.iter().any(|(_, class)| class.class.value == name);
                ours.classes.retain(|(_, class)| !taken(&class.class.value));
                for (_, class) in &mut ours.classes {
                    class.tests.clear();
                }
            }
            (packs, BTreeMap::new())
        }
        None => (Packs::load([], false)?, builtin_tests()?),
    };
    // All together: ids, names and titles must differ.
    let pack = compile(&packs)?;
    let (ran, failures) = run_tests(&packs.files, &tests)?;
    let complaints = lint(&packs.files, &pack);
    let written = pack.rules.len() - packs.adopted;
    write_stdout(|out| {
        for failure in &failures {
            writeln!(out, "{failure}")?;
        }
        for complaint in &complaints {
            writeln!(out, "{}", complaint.render(false))?;
        }
        let unplaced = pack.doubts.iter().filter(|doubt| doubt.text.is_empty()).map(RuleError::line);
        for warning in pack.warnings.iter().cloned().chain(unplaced) {
            writeln!(out, "warning: {}", safe::terminal(&warning))?;
        }
        let checks = packs.adopted + packs.not_portable.len();
        if checks > 0 {
            let refused = packs.not_portable.len();
            let (checks, rules) = (counted(checks, "check"), packs.adopted);
            writeln!(out, "{checks} of Instance Scan, {rules} portable, {refused} not: they carry no tests")?;
        }
        if written == 0 && ran == 0 && checks > 0 {
            return writeln!(out, "nothing to test");
        }
        writeln!(
            out,
            "{}, {}, {} failed, {}",
            counted(written, "rule"),
            counted(ran, "test"),
            failures.len(),
            counted(complaints.len(), "complaint")
        )
    })?;
    Ok(if failures.is_empty() && complaints.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// Writes rules as checks; all of them, or none.
fn export(names: &[String], dir: Option<&Path>, paths: &[PathBuf]) -> Result<Exit, Failure> {
    let packs = Packs::load(paths.to_vec(), false)?;
    let pack = compile(&packs)?;
    let (mut checks, mut refused) = (Vec::new(), Vec::new());
    for name in names {
        let rule = named(name, &pack.rules)?;
        let meta = &rule.meta;
        let file = packs.files.iter().flat_map(|pack| &pack.rules).find(|(_, file)| file.id.value == meta.id);
        let Some((_, file)) = file else { continue };
        match check_of(file, rule) {
            Ok(check) if checks.iter().any(|(_, other)| *other == check) => {}
            Ok(check) => checks.push((format!("{}.xml", meta.name), check)),
            Err(reason) => refused.push(format!("{} cannot be a check of Instance Scan: {reason}", meta.id)),
        }
    }
    if !refused.is_empty() {
        return Err(Failure::Use(refused.join("\nerror: ")));
    }
    let Some(dir) = dir else {
        let checks: Vec<_> = checks.into_iter().map(|(_, check)| check).collect();
        write_stdout(|out| out.write_all(write_checks(&checks).as_bytes()))?;
        return Ok(Exit::Fine);
    };
    let failed = |error| Failure::Write { to: dir.display().to_string(), error };
    std::fs::create_dir_all(dir).map_err(failed)?;
    for (name, check) in checks {
        let path = dir.join(name).to_string_lossy().into_owned();
        write_file(&path, |out| out.write_all(write_checks(&[check]).as_bytes()))?;
        write_stdout(|out| writeln!(out, "{path}"))?;
    }
    Ok(Exit::Fine)
}

fn new(name: &str, dir: &Path, table: &str, filter: Option<&str>) -> Result<Exit, Failure> {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|character| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
            })
    };
    let (area, stem) = name
        .rsplit_once('/')
        .filter(|(area, stem)| area.split('/').all(is_plain) && is_plain(stem))
        .ok_or_else(|| Failure::Use(format!("'{name}' is not of the form area/name-in-kebab-case")))?;
    let query = filter.unwrap_or("active=true");
    Query::parse(query).map_err(|error| Failure::parse(error, query))?;
    let path = dir.join(area).join(format!("{stem}.yaml"));
    if path.exists() {
        return Err(Failure::Use(format!("{} is there already", path.display())));
    }
    let failed = |error| Failure::Write { to: path.display().to_string(), error };
    std::fs::create_dir_all(dir.join(area)).map_err(failed)?;
    let text = include_str!("rules/template.yaml")
        .replace("{{TITLE}}", &stem.replace('-', " "))
        .replace("{{TABLE}}", table)
        .replace("{{QUERY}}", &query.replace('\'', "''"));
    std::fs::write(&path, text).map_err(failed)?;
    write_stdout(|out| writeln!(out, "{}", path.display()))?;
    Ok(Exit::Fine)
}

fn schema(config: bool) -> Result<Exit, Failure> {
    let schema = if config { schemars::schema_for!(Config) } else { schemars::schema_for!(RuleFile) };
    write_stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        writeln!(out)
    })?;
    Ok(Exit::Fine)
}
