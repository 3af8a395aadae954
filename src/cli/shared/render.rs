//! Reports of one scan, in the formats that are asked for.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use glidelint::report::differences::{self, DifferencesStyle};
use glidelint::report::sarif::SarifOptions;
use glidelint::report::text::{Detail, TextOptions};
use glidelint::report::{FORMATS, FormatOptions, Report, ReportFormat, safe};
use glidelint::survey::Comparison;

use super::fail::Failure;
use super::output::{self, ColorArg, FileOutput, color, terminal_width, write_file, write_stdout};
use super::parse::{MostShown, parse_shown};
use super::redact::{Guard, RedactArgs};

/// Reports, of `scan` and `report`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// What goes to standard output
    #[arg(short, long, default_value = "text", value_parser = format_parser())]
    pub(crate) format: &'static ReportFormat,
    /// A further report; the format is that of the extension if none is given (may be repeated)
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<String>,
    /// Results that SARIF holds
    #[arg(long, value_enum, default_value_t = Kinds::Fail)]
    pub(crate) kinds: Kinds,
    /// Most results that SARIF holds
    #[arg(long, value_name = "N", default_value_t = 5000)]
    pub(crate) max_results: usize,
    /// Whether SARIF holds what a waiver covers, marked as suppressed
    #[arg(long, value_enum, default_value_t = Suppressed::Show)]
    pub(crate) suppressed: Suppressed,
    /// Findings that text and markdown show: a number, or all
    #[arg(long, value_name = "N|all", default_value = "20", value_parser = parse_shown)]
    pub(crate) max_shown: MostShown,
    /// Show in the text report what is known or waived too
    #[arg(long)]
    pub(crate) show_suppressed: bool,
    /// Colours on standard output
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub(crate) color: ColorArg,
    /// Places as links that terminals open
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorArg::Auto)]
    pub(crate) hyperlinks: ColorArg,
    /// Print only the summary
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Print why and how for every finding, and every rule that could not judge
    #[arg(short, long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) redact: RedactArgs,
}

/// Takes the name of a format.
fn format_parser() -> impl TypedValueParser<Value = &'static ReportFormat> {
    let names = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name));
    names.try_map(|name| ReportFormat::find(&name).ok_or("no format is called so"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kinds {
    Fail,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suppressed {
    #[value(alias = "mark")]
    Show,
    Drop,
}

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
        let heading = match self.args.format.prose {
            Some(DifferencesStyle::Markdown) => format!("# {title}\n"),
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
        if self.args.format.prose.is_some() {
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
        let style = match self.args.format.prose {
            Some(DifferencesStyle::Text) if self.args.quiet => DifferencesStyle::Quiet,
            style => style.unwrap_or(DifferencesStyle::Text),
        };
        write_stdout(|out| differences::write(comparison, style, out))
    }

    /// The same for reports whose paths are relative to a folder.
    pub(crate) fn at(&self, root: &Path) -> Self {
        Self { root: Some(root.to_path_buf()), ..self.clone() }
    }

    /// Whether places are links. Those of redacted reports would say more than they.
    fn has_links(&self) -> bool {
        self.args.redact.redact.is_none() && output::hyperlinks(self.args.hyperlinks)
    }

    /// Whether one of the reports is such a format.
    pub(crate) fn writes_any(&self, is_it: impl Fn(&ReportFormat) -> bool) -> bool {
        self.files.iter().map(|file| file.format).chain([self.args.format]).any(is_it)
    }

    /// Of how many findings a report shows texts.
    pub(crate) fn most_shown(&self) -> usize {
        let options = self.args.options();
        let formats = self.files.iter().map(|file| file.format).chain([self.args.format]);
        formats.map(|format| (format.excerpts)(&options)).max().unwrap_or(0)
    }

    /// Writes files first, then standard output.
    pub(crate) fn write(&self, report: &Report, guard: &Guard<'_>) -> Result<(), Failure> {
        let mut options = self.args.options();
        for file in &self.files {
            guard.over(&file.path, |search| {
                write_file(&file.path, |out| search(out, &mut |out| file.format.write(report, &options, out)))
            })?;
        }
        options.text.color = color(self.args.color);
        options.text.width = terminal_width();
        options.text.links = self.root.as_deref().filter(|_| self.has_links()).and_then(output::folder_url);
        guard.over("standard output", |search| {
            write_stdout(|out| {
                if let Some(heading) = &self.heading {
                    writeln!(out, "{heading}")?;
                }
                search(out, &mut |out| self.args.format.write(report, &options, out))?;
                if self.heading.is_some() { writeln!(out) } else { Ok(()) }
            })
        })
    }
}

impl RenderArgs {
    /// What formats are told about a file, which has no colours, width or links.
    fn options(&self) -> FormatOptions {
        let detail = match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        };
        FormatOptions {
            text: TextOptions {
                max_shown: self.max_shown.0,
                detail,
                show_accepted: self.show_suppressed,
                ..TextOptions::default()
            },
            sarif: SarifOptions {
                max_results: self.max_results,
                kinds_all: self.kinds == Kinds::All,
                drop_waived: self.suppressed == Suppressed::Drop,
                ..SarifOptions::default()
            },
        }
    }
}
