//! Pseudonyms in reports, and the search of what is written for secrets.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use glidelint::facts::ReadFile;
use glidelint::locate::{ScannedFiles, locate_places};
use glidelint::record::BUILT_IN;
use glidelint::redact::{Extent, FoundSecret, Gathered, Key, Redactor, Watch, gather};
use glidelint::report::{Report, own_texts, redact_report, safe};
use glidelint::source::Source;

use super::fail::Failure;

/// Pseudonyms in place of people.
#[derive(Debug, Args)]
pub(crate) struct RedactArgs {
    /// Show pseudonyms in place of names, of e-mail addresses, or of all that tells who somebody is
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) redact: Option<RedactArg>,
    /// Key of the pseudonyms, 16 bytes or more: reports of one key have the same ones [default:
    /// `GLIDELINT_REDACT_KEY`, else a key of this run only]
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub(crate) redact_key: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RedactArg {
    // Names of people and accounts.
    Names,
    // E-mail addresses.
    Emails,
    // Both, and phone numbers, ids of accounts, IP addresses, instances, names in paths.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SearchOutput {
    Auto,
    Always,
    Never,
}

/// Holds a key where no file is named.
const KEY_VARIABLE: &str = "GLIDELINT_REDACT_KEY";
/// A key that is shorter, in bytes, could be found by trying.
const SHORTEST_KEY: usize = 16;

/// The sources that were read, and what was found in each.
type Exports<'s> = (&'s [Source], &'s [ReadFile]);

/// Looks for secrets in what is written.
pub(crate) struct Guard<'s> {
    watch: Option<Watch>,
    exports: Exports<'s>,
}

/// Writes something to an output.
type Writing<'w> = &'w mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// Redacts the report of a scan as is asked for. Its exports are read once more,
/// for names and secrets.
pub(crate) fn scanned<'s>(
    args: &RedactArgs,
    search: SearchOutput,
    report: &mut Report,
    exports: Exports<'s>,
) -> Result<Guard<'s>, Failure> {
    if args.redact.is_none() && search != SearchOutput::Always {
        return Ok(Guard { watch: None, exports });
    }
    let key = key(args)?;
    let gathered = gather(exports.0, exports.1.first().map_or(&BUILT_IN, |file| &file.report.classes));
    let watch = if search == SearchOutput::Never { None } else { watch(&gathered, report) };
    redact(args, key, report, &gathered);
    Ok(Guard { watch, exports })
}

/// For the secrets that were gathered; says how many are not looked for.
fn watch(gathered: &Gathered, report: &Report) -> Option<Watch> {
    let secrets = &gathered.secrets;
    if secrets.is_empty() {
        return None;
    }
    let watch = Watch::new(secrets, own_texts(report));
    let own_words = watch.as_ref().map_or(secrets.len(), Watch::own_words);
    if own_words > 0 {
        say(&format!("{own_words} secret values are words of the rules and were not searched for"));
    }
    if secrets.left_out() > 0 {
        say(&format!(
            "{} further secret values were not searched for: there are too many",
            secrets.left_out()
        ));
    }
    watch
}

/// Redacts a saved result as is asked for. What its exports held nobody knows.
pub(crate) fn saved(args: &RedactArgs, report: &mut Report) -> Result<Guard<'static>, Failure> {
    let key = key(args)?;
    redact(args, key, report, &Gathered::default());
    Ok(Guard { watch: None, exports: (&[], &[]) })
}

fn redact(args: &RedactArgs, key: Option<Key>, report: &mut Report, gathered: &Gathered) {
    let Some((what, key)) = args.redact.zip(key) else { return };
    let redactor = Redactor::new(what.into(), key, gathered, own_texts(report));
    redact_report(report, redactor);
}

/// The key of the pseudonyms, if any are asked for.
fn key(args: &RedactArgs) -> Result<Option<Key>, Failure> {
    if args.redact.is_none() {
        return Ok(None);
    }
    let (name, bytes) = if let Some(path) = &args.redact_key {
        let name = format!("--redact-key {}", path.display());
        let bytes = fs::read(path).map_err(|error| Failure::Use(format!("{name}: {error}")))?;
        (name, bytes)
    } else if let Some(text) = std::env::var_os(KEY_VARIABLE) {
        (KEY_VARIABLE.to_owned(), text.into_encoded_bytes())
    } else {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| Failure::Use(format!("no random key can be made: {error}")))?;
        say("the pseudonyms are of this run only; with --redact-key FILE reports of several runs join");
        ("the random key".to_owned(), bytes)
    };
    // An editor ends the last line; the variable has no line.
    let bytes = bytes.trim_ascii_end();
    if bytes.len() < SHORTEST_KEY {
        return Err(Failure::Use(format!("{name}: a key has {SHORTEST_KEY} bytes or more")));
    }
    Ok(Key::new(bytes))
}

fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "redaction: {line}");
}

impl Guard<'_> {
    /// Lets something write to an output through the search, which `write` gets.
    /// Where a secret is found, the failure says so whatever else it was.
    pub(crate) fn over(
        &self,
        to: &str,
        write: impl FnOnce(&dyn Fn(&mut dyn Write, Writing<'_>) -> io::Result<()>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let leak = RefCell::new(None);
        let search = |out: &mut dyn Write, writing: Writing<'_>| {
            let Some(watch) = &self.watch else { return writing(out) };
            let mut watched = watch.over(out);
            let result = writing(&mut watched);
            let (found, end) = watched.finish();
            *leak.borrow_mut() = found.cloned();
            result.and(end)
        };
        let result = write(&search);
        match leak.into_inner() {
            Some(found) => Err(self.failure(to, &found)),
            None => result,
        }
    }

    fn failure(&self, to: &str, found: &FoundSecret) -> Failure {
        let (sources, files) = self.exports;
        let source = usize::try_from(found.place.source).ok().and_then(|at| sources.get(at));
        let path = source.map_or("", Source::path);
        let lines = locate_places(std::slice::from_ref(&found.place), ScannedFiles { sources, files });
        let line = lines.first().map_or(1, |lines| lines.region.start.line);
        let secret = format!("{}.{} at {path}:{line}", found.table, found.field);
        Failure::Leak { to: to.to_owned(), secret: safe::terminal(&secret).into_owned() }
    }
}

impl From<RedactArg> for Extent {
    fn from(what: RedactArg) -> Self {
        match what {
            RedactArg::Names => Self::Names,
            RedactArg::Emails => Self::Emails,
            RedactArg::All => Self::All,
        }
    }
}
