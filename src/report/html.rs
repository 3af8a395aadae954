//! The report for reviewers: one page for a browser, in one file.
//!
//! It asks no network for anything: style and script stand in it, and its policy
//! allows these two by their hashes and nothing else. Without JavaScript all its
//! pages stand one after another. Each page is a template, filled by the module
//! of the same name and written as it comes; only what is counted is kept.

mod about;
mod accounts;
mod admin;
mod bars;
mod coverage;
mod data;
#[cfg(test)]
mod desk_sample;
mod facts;
mod findings;
mod flow;
mod frame;
mod hardening;
mod path;
mod prose;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
mod todo;
mod verdict;
mod waivers;

use std::fmt;
use std::io::{self, Write};

use askama::Template;

use super::{Report, safe};
use facts::CountedReport;

/// How many findings the page holds, whatever the browser makes of more; the rest
/// is counted and stands in the CSV.
pub(super) const FINDINGS: usize = 20_000;
/// How many rows a table of accounts, grants or inputs holds.
const ROWS: usize = 250;
/// How many rows of a table are shown at a time, where scripts run and it has more
/// than twice as many.
const PAGED: usize = 200;

/// Writes the page.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let facts = CountedReport::of(report);
    let mut page = Page { out, error: None };
    page.put(&frame::head(&facts))?;
    page.put(&verdict::page(&facts))?;
    page.put(&accounts::page(&facts))?;
    page.put(&admin::page(&facts))?;
    page.put(&hardening::page(&facts))?;
    page.put(&findings::page(&facts))?;
    page.put(&coverage::page(&facts))?;
    page.put(&waivers::page(&facts))?;
    page.put(&about::page(&facts))?;
    page.put(&frame::foot(&facts))?;
    data::write(&facts, &mut page)?;
    page.put(&frame::end())
}

/// Where templates are written to. Whatever a template lets through, no character
/// that hides or turns the direction of text gets past here.
struct Page<'w> {
    out: &'w mut dyn Write,
    error: Option<io::Error>,
}

impl Page<'_> {
    fn put(&mut self, template: &impl Template) -> io::Result<()> {
        template
            .render_into(self)
            .map_err(|error| self.error.take().unwrap_or_else(|| io::Error::other(error.to_string())))
    }

    /// Data that is safe already.
    fn data(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }
}

impl fmt::Write for Page<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(safe::html_lines(text).as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}
