//! `glidelint rules`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use glidelint::config::Config;
use glidelint::engine::run_tests;
use glidelint::query::Query;
use glidelint::rule::file::RuleFile;
use glidelint::rule::{Pack, PackFiles, RuleMeta, Settings, builtin, builtin_tests, lint, load};
use serde::Serialize;

use super::args::{PlainFormat, RulesArgs, RulesCommand};
use super::exit::Exit;
use super::fail::Failure;
use super::output::{counted, write_stdout};

/// Does what is asked about rules.
pub(crate) fn run(args: &RulesArgs) -> Result<Exit, Failure> {
    match &args.command {
        RulesCommand::List { tag, area, packs, no_builtin_rules, format } => {
            let metas = metas(packs, *no_builtin_rules)?;
            let wanted = |meta: &&RuleMeta| {
                tag.as_ref().is_none_or(|tag| meta.is_called(tag))
                    && area.as_ref().is_none_or(|area| meta.is_called(area))
            };
            let chosen: Vec<_> = metas.iter().filter(wanted).collect();
            list(&chosen, *format)
        }
        RulesCommand::Show { rule, packs } => show(rule, &metas(packs, false)?),
        RulesCommand::Test { path } => test(path.as_deref()),
        RulesCommand::New { name, dir, table, filter } => new(name, dir, table, filter.as_deref()),
        RulesCommand::Schema { config } => schema(*config),
    }
}

fn packs(paths: &[PathBuf], no_builtin: bool) -> Result<Vec<PackFiles>, Failure> {
    let mut packs = Vec::new();
    if !no_builtin {
        packs.push(builtin()?);
    }
    for path in paths {
        packs.push(load(path)?);
    }
    Ok(packs)
}

fn metas(paths: &[PathBuf], no_builtin: bool) -> Result<Vec<RuleMeta>, Failure> {
    let pack = Pack::compile(&packs(paths, no_builtin)?, &Settings { strict: true, ..Settings::default() })?;
    Ok(pack.rules.into_iter().map(|rule| rule.meta).collect())
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
    profile: &'static str,
    kind: &'static str,
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
            profile: meta.profile,
            kind: meta.kind,
            table: meta.table.as_deref(),
            portable: meta.portable,
            properties: &meta.properties,
            tags: &meta.tags,
            params: &meta.params,
            tests: meta.tests,
        }
    }
}

fn list(metas: &[&RuleMeta], format: PlainFormat) -> Result<Exit, Failure> {
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
                    meta.title
                )?;
            }
            writeln!(out, "\n{}; `glidelint rules show ID` prints one", counted(metas.len(), "rule"))
        }
    })?;
    Ok(Exit::Fine)
}

fn show(name: &str, metas: &[RuleMeta]) -> Result<Exit, Failure> {
    let found =
        metas.iter().find(|meta| meta.id.eq_ignore_ascii_case(name) || meta.name.eq_ignore_ascii_case(name));
    let Some(meta) = found else {
        return Err(Failure::Use(format!(
            "no rule is called '{name}'; `glidelint rules list` prints them all"
        )));
    };
    write_stdout(|out| write_page(meta, out))?;
    Ok(Exit::Fine)
}

fn write_page(meta: &RuleMeta, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {}", meta.id, meta.name)?;
    writeln!(out, "{}\n", meta.title)?;
    writeln!(out, "Severity    {} ({})", meta.severity, meta.severity.band().as_str())?;
    writeln!(out, "Confidence  {}", meta.confidence.as_str())?;
    writeln!(out, "Profile     {}", meta.profile)?;
    if let Some(table) = &meta.table {
        writeln!(out, "Table       {table}")?;
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
    writeln!(out, "File        {}\n", meta.path)?;
    writeln!(out, "Message\n{}\n", indent(&meta.message))?;
    writeln!(out, "Why\n{}\n", indent(&meta.why))?;
    writeln!(out, "Fix\n{}", indent(&meta.fix))?;
    if !meta.params.is_empty() {
        writeln!(out, "\nParameters (set them in .glidelint.yaml under rules: {}: params:)", meta.id)?;
        for (name, values) in &meta.params {
            writeln!(out, "  {name}: {}", values.join(", "))?;
        }
    }
    if !meta.tags.is_empty() {
        writeln!(out, "\nTags")?;
        for (key, values) in &meta.tags {
            writeln!(out, "  {key}: {}", values.join(", "))?;
        }
    }
    if !meta.references.is_empty() {
        writeln!(out, "\nReferences")?;
        for reference in &meta.references {
            writeln!(out, "  {reference}")?;
        }
    }
    Ok(())
}

fn indent(text: &str) -> String {
    text.trim().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn test(path: Option<&Path>) -> Result<Exit, Failure> {
    let (packs, tests) = match path {
        // A pack of the user's may use our classes.
        Some(path) => {
            let mut ours = builtin()?;
            ours.rules.clear();
            let theirs = load(path)?;
            let taken = |name: &str| theirs.classes.iter().any(|(_, class)| class.class.value == name);
            ours.classes.retain(|(_, class)| !taken(&class.class.value));
            for (_, class) in &mut ours.classes {
                class.tests.clear();
            }
            (vec![ours, theirs], BTreeMap::new())
        }
        None => (vec![builtin()?], builtin_tests()?),
    };
    // All together: ids, names and titles must differ.
    let pack = Pack::compile(&packs, &Settings { strict: true, ..Settings::default() })?;
    let (ran, failures) = run_tests(&packs, &tests)?;
    let complaints = lint(&packs);
    write_stdout(|out| {
        for failure in &failures {
            writeln!(out, "{failure}")?;
        }
        for complaint in &complaints {
            writeln!(out, "{}", complaint.render(false))?;
        }
        for warning in &pack.warnings {
            writeln!(out, "warning: {warning}")?;
        }
        writeln!(
            out,
            "{}, {}, {} failed, {}",
            counted(pack.rules.len(), "rule"),
            counted(ran, "test"),
            failures.len(),
            counted(complaints.len(), "complaint")
        )
    })?;
    Ok(if failures.is_empty() && complaints.is_empty() { Exit::Fine } else { Exit::Findings })
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
    let text = include_str!("rule_template.yaml")
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
