//! Reports of one scan, in the formats that are asked for.

use std::io::{self, Write};

use glidelint::report::sarif::{self, SarifOptions};
use glidelint::report::text::{self, Detail, TextOptions};
use glidelint::report::{Report, action_plan, csv, github, gitlab, json, junit, markdown, ndjson, result};

use super::args::{Format, Kinds, RenderArgs, Suppressed};
use super::fail::Failure;
use super::output::{FileOutput, color, terminal_width, write_file, write_stdout};
use super::redact::Guard;

/// The largest SARIF file that every consumer takes.
const SARIF_BYTES: usize = 9_500_000;

/// What is to be written.
pub(crate) struct Renderer<'a> {
    args: &'a RenderArgs,
    files: Vec<FileOutput>,
}

impl<'a> Renderer<'a> {
    /// Of arguments; a file whose format nobody knows is wrong use.
    pub(crate) fn new(args: &'a RenderArgs) -> Result<Self, Failure> {
        let files = args.output.iter().map(|text| FileOutput::parse(text)).collect::<Result<_, _>>()?;
        Ok(Self { args, files })
    }

    /// Whether one of the reports is such a format.
    pub(crate) fn writes_any(&self, is_it: impl Fn(Format) -> bool) -> bool {
        self.files.iter().map(|file| file.format).chain([self.args.format]).any(is_it)
    }

    /// Writes files first, then standard output.
    pub(crate) fn write(&self, report: &Report, guard: &Guard<'_>) -> Result<(), Failure> {
        for file in &self.files {
            guard.over(&file.path, |search| {
                write_file(&file.path, |out| {
                    search(out, &mut |out| write(report, self.args, file.format, (false, None), out))
                })
            })?;
        }
        let terminal = (color(self.args.color), terminal_width());
        guard.over("standard output", |search| {
            write_stdout(|out| {
                search(out, &mut |out| write(report, self.args, self.args.format, terminal, out))
            })
        })
    }
}

fn write(
    report: &Report,
    args: &RenderArgs,
    format: Format,
    (color, width): (bool, Option<usize>),
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
                color,
                width,
                detail,
                show_accepted: args.show_suppressed,
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
        Format::Result => result::write(report, out),
    }
}
