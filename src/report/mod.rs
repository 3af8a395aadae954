//! One scan, rendered: one small file a format. Nothing here knows how rules
//! judge, or how the texts of what is shown are fetched.

pub mod access_svg;
pub mod action_plan;
mod coverage;
pub mod csv;
mod desk;
pub mod differences;
mod format;
mod frameworks;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod mend;
pub mod ndjson;
mod object;
mod redacted;
pub mod result;
pub mod safe;
#[cfg(test)]
mod sample;
pub mod sarif;
mod scanned;
mod score;
pub mod text;
mod words;

pub use desk::{Desk, Exports, FileLine, RequestedTable, ShownSign};
pub use format::{FORMATS, FormatOptions, ReportFormat};
pub use mend::mended;
pub use redacted::{own_texts, redact_report};
use scanned::file_url;
pub use scanned::{HOME, Input, PackInfo, Report, Scope, Standing, Stats, VersionControl};
pub use score::Score;
