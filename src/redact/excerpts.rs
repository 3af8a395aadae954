//! The texts of places with people replaced.

use std::borrow::Cow;
use std::sync::Arc;

use super::redactor::Redactor;
use crate::revisit::{Excerpts, Findings, ShownFinding, Snippet};

/// Other excerpts, redacted.
#[derive(Debug)]
pub struct RedactedExcerpts {
    inner: Box<dyn Excerpts>,
    redactor: Arc<Redactor>,
    /// By the index of the source.
    paths: Vec<String>,
}

impl RedactedExcerpts {
    /// Of `inner`, for so many sources.
    #[must_use]
    pub fn new(inner: Box<dyn Excerpts>, redactor: Arc<Redactor>, sources: u32) -> Self {
        let paths = (0..sources).map(|source| redactor.path(inner.path(source)).into_owned()).collect();
        Self { inner, redactor, paths }
    }

    fn hide(&self, snippet: &mut Snippet) {
        let region = &snippet.region;
        let bytes = usize::try_from(region.span.len()).unwrap_or(usize::MAX);
        // Secrets that were replaced make the text longer or shorter.
        let is_shortened = !snippet.redacted && snippet.text.len() < bytes;
        let starts_in_line = region.start.column > 1 && !snippet.text.starts_with('<');
        let ends_in_text = is_shortened || !snippet.text.trim_end().ends_with('>');
        let redacted = match self.redactor.xml(&snippet.text, (starts_in_line, ends_in_text)) {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        };
        if let Some(text) = redacted {
            snippet.text = text;
            snippet.redacted = true;
        }
    }
}

impl Excerpts for RedactedExcerpts {
    fn path(&self, source: u32) -> &str {
        usize::try_from(source).ok().and_then(|at| self.paths.get(at)).map_or("", String::as_str)
    }

    fn shown<'f>(
        &'f self,
        findings: &'f Findings,
        most: usize,
    ) -> Box<dyn Iterator<Item = ShownFinding<'f>> + 'f> {
        let shown = self.inner.shown(findings, most);
        Box::new(findings.iter().zip(shown).map(move |(found, mut shown)| {
            for (located, place) in found.places().zip(&mut shown.places) {
                place.path = self.path(located.place.source);
                self.hide(&mut place.snippet);
                if let Some(context) = &mut place.context {
                    self.hide(context);
                }
            }
            shown
        }))
    }
}
