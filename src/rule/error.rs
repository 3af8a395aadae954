//! What can be wrong with a rule, shown in its file.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::file::PlacedText;

/// A rule, class or pack that cannot be used: the file, the place, the reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct RuleError {
    /// The file as it was named.
    pub path: String,
    /// Its text, for the snippet; empty where there is none.
    pub text: String,
    /// Line, from 1; 0 where it is not known.
    pub line: u32,
    /// Column in characters, from 1; 0 where it is not known.
    pub column: u32,
    /// What is wrong; lower case, no final stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl RuleError {
    /// About a whole file.
    #[must_use]
    pub fn file(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            text: String::new(),
            line: 0,
            column: 0,
            message: message.into(),
            help: None,
        }
    }

    /// About a text in a file.
    #[must_use]
    pub fn at(path: &str, place: &PlacedText, message: impl Into<String>) -> Self {
        Self { line: place.line, column: place.column, ..Self::file(path, message) }
    }

    /// The same with the text of the file.
    #[must_use]
    pub fn within(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The error in one line, without a place that is not known.
    #[must_use]
    pub fn line(&self) -> String {
        if self.line == 0 { format!("{}: {}", self.path, self.message) } else { self.to_string() }
    }

    /// The error with the line it is about and a caret, for a terminal.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut group =
            Level::ERROR.primary_title(&self.message).elements(Vec::<annotate_snippets::Element<'_>>::new());
        let lines: Vec<_> = self.text.split_inclusive('\n').collect();
        let number = usize::try_from(self.line).unwrap_or(0);
        if let Some(line) = number.checked_sub(1).and_then(|at| lines.get(at)) {
            let skip = usize::try_from(self.column.saturating_sub(1)).unwrap_or(0);
            let start = line.char_indices().nth(skip).map_or(line.trim_end().len(), |(at, _)| at);
            let end = line[start..].chars().next().map_or(start, |first| start + first.len_utf8());
            group = group.element(
                Snippet::source(line.trim_end()).line_start(number).path(&self.path).annotation(
                    AnnotationKind::Primary.span(start..end.min(line.trim_end().len()).max(start)),
                ),
            );
        } else {
            group = group.element(annotate_snippets::Origin::path(&self.path));
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group])
    }
}
