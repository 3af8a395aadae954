//! One finding, with its lines.

use std::iter;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::super::words::{first_sentences, wrapped};
use super::super::{Report, safe};
use super::{Detail, TextOptions, snippet};
use crate::finding::{Band, BaselineState, Severity};
use crate::revisit::{ShownFinding, ShownPlace};

/// Related places that are shown unless all are asked for.
const RELATED_SHOWN: usize = 4;

/// What the line numbers and the frame take at most.
const GUTTER: usize = 10;

/// How much of the texts of a rule is shown; `rules show` has the rest.
const WHY_LENGTH: usize = 220;
const FIX_LENGTH: usize = 160;

/// The finding as text of several lines, without a line break at the end.
pub(super) fn rendered(
    report: &Report,
    shown: &ShownFinding<'_>,
    options: &TextOptions,
    renderer: &Renderer,
) -> String {
    let (finding, rule) = (shown.finding, report.rule_of(shown.finding));
    let width = options.width().saturating_sub(GUTTER);
    let is_verbose = options.detail == Detail::Verbose;
    let level = level_of(finding.severity);
    let title = safe::terminal(&finding.message).into_owned();
    let mut main = level.primary_title(title).id(safe::terminal(&rule.id)).element(annotated(
        shown.primary(),
        1,
        width,
        Some(shown.primary().label.unwrap_or(&rule.title)),
        AnnotationKind::Primary,
    ));
    let about =
        format!("{}, severity {}, confidence {}", rule.name, finding.severity, finding.confidence.as_str());
    let (why, fix) = if is_verbose {
        (rule.why.clone(), rule.fix.clone())
    } else {
        (first_sentences(&rule.why, WHY_LENGTH), first_sentences(&rule.fix, FIX_LENGTH))
    };
    let pack = if rule.is_built_in() { "" } else { " --rules PATH" };
    let help = format!("glidelint rules show {}{pack}", rule.id);
    for (word, text) in [("rule", &about), ("why", &why), ("fix", &fix), ("help", &help)] {
        if !text.is_empty() {
            // Wrapping takes line breaks out, so no control character is left.
            let text = safe::terminal_lines(text);
            main = main.element(Level::NOTE.with_name(word).message(wrapped(&text, width.saturating_sub(8))));
        }
    }
    for text in acceptance(report, shown) {
        main = main.element(Level::NOTE.with_name("accepted").message(safe::terminal(&text).into_owned()));
    }
    let limit = if is_verbose { usize::MAX } else { RELATED_SHOWN };
    let related = shown.places.get(1..).unwrap_or_default();
    let mut groups = vec![main];
    groups.extend(related.iter().take(limit).map(|place| note(place, width)));
    let more = related.len().saturating_sub(limit);
    if more > 0 {
        let text = format!("and {more} more places; -v shows them");
        groups.push(Group::with_title(Level::NOTE.secondary_title(text)));
    }
    let places: Vec<_> = iter::once(shown.primary()).chain(related.iter().take(limit)).collect();
    with_positions(&renderer.render(&groups), &places, options.links.as_deref())
}

/// Who accepted the finding, and why.
fn acceptance(report: &Report, shown: &ShownFinding<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(waiver) = report.waiver_of(shown.finding) {
        let until = waiver.until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
        texts.push(format!("waived by {}{until}: {}", waiver.owner, waiver.reason));
    }
    if let Some(known) = &report.accepted.known {
        match shown.finding.state {
            Some(BaselineState::Unchanged) => texts.push(format!("known before, in {}", known.with)),
            Some(BaselineState::Changed) => {
                texts.push(format!("no more: known, but changed since {}", known.with));
            }
            Some(BaselineState::New) | None => {}
        }
    }
    texts
}

/// Stands for the path of a place until the lines are drawn. It cannot occur in
/// them, as they hold no control characters.
const PATH: char = '\u{1}';

/// Puts in where the places are. The renderer counts columns in the lines that it
/// is given, which are cut, and in characters.
fn with_positions(rendered: &str, places: &[&ShownPlace<'_>], links: Option<&str>) -> String {
    let mut parts = rendered.split(PATH);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (part, place) in parts.zip(places.iter()) {
        let start = place.snippet.region.start;
        let path = safe::terminal(place.path);
        let position = match &place.cell {
            Some(cell) => {
                let workbook = path.rsplit_once("!/").map_or(&*path, |(workbook, _)| workbook);
                format!("{workbook} ({})", safe::terminal(cell))
            }
            None => format!("{path}:{}:{}", start.line, start.column),
        };
        match links {
            Some(folder) => text.push_str(&linked(&position, folder, place.path)),
            None => text.push_str(&position),
        }
        text.push_str(part.trim_start_matches(|letter: char| letter == ':' || letter.is_ascii_digit()));
    }
    text
}

/// A text that terminals open a file by (OSC 8). Of a member of an archive that is
/// the archive.
fn linked(text: &str, folder: &str, path: &str) -> String {
    let file = path.split_once("!/").map_or(path, |(archive, _)| archive);
    let uri = safe::relative_uri(file);
    format!("\u{1b}]8;;{folder}{uri}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}

/// A related place.
fn note(place: &ShownPlace<'_>, width: usize) -> Group<'static> {
    let label = safe::terminal(place.label.unwrap_or("shown here")).into_owned();
    Level::NOTE.secondary_title(label).element(annotated(place, 0, width, None, AnnotationKind::Context))
}

fn annotated(
    place: &ShownPlace<'_>,
    context: usize,
    width: usize,
    label: Option<&str>,
    kind: AnnotationKind,
) -> Snippet<'static, Annotation<'static>> {
    let shown = snippet::shown(place, context, width);
    let label = label.map(|label| safe::terminal(label).into_owned());
    Snippet::source(shown.text)
        .path(PATH.to_string())
        .line_start(shown.first_line)
        .fold(false)
        .annotation(kind.span(shown.span).label(label))
}

/// The word and colour of a severity.
fn level_of(severity: Severity) -> Level<'static> {
    let band = severity.band();
    let level = match band {
        Band::Critical | Band::High => Level::ERROR,
        Band::Medium => Level::WARNING,
        Band::Low => Level::INFO,
        Band::Info => Level::NOTE,
    };
    level.with_name(band.as_str())
}
