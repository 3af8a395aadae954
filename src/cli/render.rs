//! Reports of one scan, in the formats that are asked for.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use glidelint::engine::Comparison;
use glidelint::report::differences::{self, DifferencesStyle};
use glidelint::report::sarif::{self, SarifOptions};
use glidelint::report::text::{self, Detail, TextOptions};
use glidelint::report::{
    Report, action_plan, csv, github, gitlab, html, json, junit, markdown, ndjson, result, safe,
};

use super::args::{Format, Kinds, RenderArgs, Suppressed};
use super::fail::Failure;
use super::output::{self, FileOutput, color, terminal_width, write_file, write_stdout};
use super::redact::Guard;

/// The largest SARIF file that every consumer takes.
const SARIF_BYTES: usize = 9_500_000;

/// What is to be written.
#[derive(Clone)]
pub(crate) struct Renderer<'a> {
    args: &'a RenderArgs,
    files: Vec<FileOutput>,
    /// Files for what differs between instances.
    differences: Vec<&'a str>,
    /// What stands above a report on standard output, where several follow each other.
    heading: Option<String>,
    /// The folder that reported paths are relative to, if it is here.
    root: Option<PathBuf>,
}

impl<'a> Renderer<'a> {
    /// Of arguments; a file whose format nobody knows is wrong use.
    pub(crate) fn new(args: &'a RenderArgs) -> Result<Self, Failure> {
        let is_report = |text: &&String| FileOutput::differences(text).is_none();
        let reports = args.output.iter().filter(is_report);
        let files = reports.map(|text| FileOutput::parse(text)).collect::<Result<_, _>>()?;
        let differences = args.output.iter().filter_map(|text| FileOutput::differences(text)).collect();
        Ok(Self { args, files, differences, heading: None, root: None })
    }

    /// The same for one of several instances.
    pub(crate) fn of_instance(&self, name: &str) -> Self {
        let title = safe::terminal(name);
        let heading = match self.args.format {
            Format::Markdown => format!("# {title}\n"),
            _ => format!("== {title} ==\n"),
        };
        Self {
            args: self.args,
            files: self.files.iter().map(|file| file.of_instance(name)).collect(),
            differences: Vec::new(),
            heading: Some(heading),
            root: None,
        }
    }

    /// For a report of one instance alone there are no differences to write.
    ///
    /// # Errors
    /// If somebody asks for them.
    pub(crate) fn check_alone(&self) -> Result<(), Failure> {
        match self.differences.first() {
            Some(file) => Err(Failure::Use(format!(
                "--output differences={file}: only a scan of several instances (instances: in the \
                 configuration) can say what differs"
            ))),
            None => Ok(()),
        }
    }

    /// Several documents cannot stand in one; reports for people can follow each
    /// other.
    ///
    /// # Errors
    /// If standard output is to be a document.
    pub(crate) fn check_several(&self, names: &[&str]) -> Result<(), Failure> {
        if matches!(self.args.format, Format::Text | Format::Markdown) {
            return Ok(());
        }
        Err(Failure::Use(format!(
            "--format: these are files of several instances ({}), and standard output takes one document; \
             choose one with --instance NAME, or write files with --output",
            names.join(", ")
        )))
    }

    /// Writes what differs between instances: tables first, then standard output.
    pub(crate) fn write_differences(&self, comparison: &Comparison) -> Result<(), Failure> {
        for path in &self.differences {
            write_file(path, |out| differences::write_csv(comparison, out))?;
        }
        let style = match (self.args.format, self.args.quiet) {
            (Format::Markdown, _) => DifferencesStyle::Markdown,
            (_, true) => DifferencesStyle::Quiet,
            _ => DifferencesStyle::Text,
        };
        write_stdout(|out| differences::write(comparison, style, out))
    }

    /// The same for reports whose paths are relative to a folder.
    pub(crate) fn at(&self, root: &Path) -> Self {
        Self { root: Some(root.to_path_buf()), ..self.clone() }
    }

    /// Whether places are links. Those of redacted reports would say more than they.
    fn has_links(&self) -> bool {
        self.args.redact.is_none() && output::hyperlinks(self.args.hyperlinks)
    }

    /// Whether one of the reports is such a format.
    pub(crate) fn writes_any(&self, is_it: impl Fn(Format) -> bool) -> bool {
        self.files.iter().map(|file| file.format).chain([self.args.format]).any(is_it)
    }

    /// Of how many findings a report shows texts.
    pub(crate) fn most_shown(&self) -> usize {
        let of_format = |format| match format {
            Format::Text if self.args.quiet => 0,
            Format::Text => self.args.max_shown.0.unwrap_or(usize::MAX),
            Format::Sarif => self.args.max_results,
            Format::Html => html::FINDINGS,
            Format::Result => usize::MAX,
            _ => 0,
        };
        let formats = self.files.iter().map(|file| file.format).chain([self.args.format]);
        formats.map(of_format).max().unwrap_or(0)
    }

    /// Writes files first, then standard output.
    pub(crate) fn write(&self, report: &Report, guard: &Guard<'_>) -> Result<(), Failure> {
        for file in &self.files {
            guard.over(&file.path, |search| {
                write_file(&file.path, |out| {
                    search(out, &mut |out| write(report, self.args, file.format, &Terminal::default(), out))
                })
            })?;
        }
        let terminal = Terminal {
            color: color(self.args.color),
            width: terminal_width(),
            links: self.root.as_deref().filter(|_| self.has_links()).and_then(output::folder_url),
        };
        guard.over("standard output", |search| {
            write_stdout(|out| {
                if let Some(heading) = &self.heading {
                    writeln!(out, "{heading}")?;
                }
                search(out, &mut |out| write(report, self.args, self.args.format, &terminal, out))?;
                if self.heading.is_some() { writeln!(out) } else { Ok(()) }
            })
        })
    }
}

/// What the terminal can do; of a file nothing.
#[derive(Default)]
struct Terminal {
    color: bool,
    width: Option<usize>,
    links: Option<String>,
}

fn write(
    report: &Report,
    args: &RenderArgs,
    format: Format,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => {
            let detail = match (args.quiet, args.verbose) {
                (true, _) => Detail::Quiet,
                (_, true) => Detail::Verbose,
                _ => Detail::Normal,
            };
            let options = TextOptions {
                max_shown: args.max_shown.0,
                color: terminal.color,
                width: terminal.width,
                detail,
                show_accepted: args.show_suppressed,
                links: terminal.links.clone(),
            };
            text::write(report, &options, out)
        }
        Format::Sarif => {
            let options = SarifOptions {
                max_results: args.max_results,
                max_bytes: SARIF_BYTES,
                kinds_all: args.kinds == Kinds::All,
                drop_waived: args.suppressed == Suppressed::Drop,
            };
            sarif::write(report, &options, out)
        }
        Format::Json => json::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::ActionPlan => action_plan::write(report, out),
        Format::Csv => csv::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Markdown => markdown::write(report, args.max_shown.0, out),
        Format::Html => html::write(report, out),
        Format::Result => result::write(report, out),
    }
}
