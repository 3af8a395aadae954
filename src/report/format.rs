//! The table of formats. A new format has its own file, and a row here.

use std::io::{self, Write};

use super::differences::DifferencesStyle;
use super::sarif::SarifOptions;
use super::text::TextOptions;
use super::{
    Report, action_plan, csv, github, gitlab, html, json, junit, markdown, ndjson, result, sarif, text,
};

/// Writes a report in one format.
type ReportWriter = fn(&Report, &FormatOptions, &mut dyn Write) -> io::Result<()>;

/// A format in which a report can be written.
#[derive(Debug)]
pub struct ReportFormat {
    /// What the command line calls it. As the extension of a file it means the format too.
    pub name: &'static str,
    /// Further extensions that mean it.
    pub extensions: &'static [&'static str],
    /// Whether it shows the SHA-256 of inputs.
    pub shows_hashes: bool,
    /// Whether it shows what a reviewer asks beside findings: [`Report::desk`].
    pub shows_desk: bool,
    /// How it says what differs between instances, if reports of several can follow each
    /// other in one output; `None` for a format of which an output holds one document.
    pub prose: Option<DifferencesStyle>,
    /// Of how many findings, the first ones in the report's order, it shows the text.
    pub excerpts: fn(&FormatOptions) -> usize,
    write: ReportWriter,
}

/// What the formats can be told, all together: each takes what concerns it.
#[derive(Debug, Clone, Default)]
pub struct FormatOptions {
    /// How text is shown; of Markdown, how much.
    pub text: TextOptions,
    /// How much SARIF holds.
    pub sarif: SarifOptions,
}

/// All formats, in the order in which help names them.
pub static FORMATS: [ReportFormat; 12] = [
    ReportFormat {
        extensions: &["txt"],
        prose: Some(DifferencesStyle::Text),
        excerpts: |options| options.text.most_shown(),
        ..document("text", |report, options, out| text::write(report, &options.text, out))
    },
    ReportFormat {
        shows_hashes: true,
        excerpts: |options| options.sarif.max_results,
        ..document("sarif", |report, options, out| sarif::write(report, &options.sarif, out))
    },
    ReportFormat { shows_hashes: true, ..document("json", |report, _, out| json::write(report, out)) },
    ReportFormat {
        extensions: &["jsonl"],
        shows_hashes: true,
        ..document("ndjson", |report, _, out| ndjson::write(report, out))
    },
    document("csv", |report, _, out| csv::write(report, out)),
    document("junit", |report, _, out| junit::write(report, out)),
    document("github", |report, _, out| github::write(report, out)),
    document("gitlab", |report, _, out| gitlab::write(report, out)),
    ReportFormat {
        extensions: &["md"],
        prose: Some(DifferencesStyle::Markdown),
        ..document("markdown", |report, options, out| markdown::write(report, options.text.max_shown, out))
    },
    ReportFormat {
        extensions: &["htm"],
        shows_hashes: true,
        shows_desk: true,
        excerpts: |_| html::FINDINGS,
        ..document("html", |report, _, out| html::write(report, out))
    },
    // What is to be done, to fill in and read back as waivers.
    document("action-plan", |report, _, out| action_plan::write(report, out)),
    // A saved report, for `glidelint report`.
    ReportFormat {
        shows_hashes: true,
        shows_desk: true,
        excerpts: |_| usize::MAX,
        ..document("result", |report, _, out| result::write(report, out))
    },
];

/// A format that shows only what every report has.
const fn document(name: &'static str, write: ReportWriter) -> ReportFormat {
    ReportFormat {
        name,
        extensions: &[],
        shows_hashes: false,
        shows_desk: false,
        prose: None,
        excerpts: |_| 0,
        write,
    }
}

impl ReportFormat {
    /// The format of that name or extension, in upper or lower case.
    #[must_use]
    pub fn find(word: &str) -> Option<&'static Self> {
        let is_meant = |name: &str| name.eq_ignore_ascii_case(word);
        FORMATS.iter().find(|format| is_meant(format.name) || format.extensions.iter().copied().any(is_meant))
    }

    /// Writes a report in this format.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, report: &Report, options: &FormatOptions, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(report, options, out)
    }
}
