//! What is said about the input, or the rules, rather than about the instance.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::source::{Problem, ProblemKind};
use crate::span::ByteSpan;

/// The kind of a notice about a rule that cannot run outside the instance.
const RULE_NOT_PORTABLE: &str = "rule-not-portable";

/// The kind of a notice that files are of several instances.
const MIXED_INSTANCES: &str = "mixed-instances";

/// The kind of a notice that packs or the configuration take something from rules.
const RULES_WEAKENED: &str = "rules-weakened";

/// The kinds of notices about what the base of a change holds, which begin all alike.
const BASE: &str = "base-";

/// The kind of a notice that what was found before a change is not judged after it.
const NOT_JUDGED_ANY_MORE: &str = "not-judged-any-more";

/// The kind of a notice that the input speaks against what was declared of it.
const CLAIM_DOUBTED: &str = "claim-doubted";

/// The kind of a notice that the input contradicts itself.
const CONTRADICTION: &str = "contradiction";

/// The kind of a notice that a newer copy of a record turned a finding off.
const TURNED_OFF: &str = "turned-off";

/// The kinds of notices about waivers, which begin all alike.
const WAIVER: &str = "waiver-";
/// The kinds of notices about what known findings are compared with.
const BASELINE: &str = "baseline-";

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A file that was to be read.
    Input,
    /// A rule that cannot run.
    Rule,
    /// A waiver, or the baseline of known findings.
    Accepted,
    /// What was taken as the rules and settings of the run.
    Settings,
}

/// How much a notice weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeLevel {
    /// Some input could not be read: the scan is incomplete.
    Error,
    /// Worth knowing; nothing was lost.
    Warning,
}

/// Something about one file of the input or of the rules, with the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How much it weighs.
    pub level: NoticeLevel,
    /// One word for the kind, such as `truncated`.
    pub kind: Cow<'static, str>,
    /// The file as reports name it.
    pub path: String,
    /// Index of the source in scan order, if it became one.
    pub source: Option<u32>,
    /// Where in its text.
    pub at: Option<ByteSpan>,
    /// What happened; lower case, no final stop.
    pub message: String,
}

impl Notice {
    /// Whether some input could not be read because of it.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        self.level == NoticeLevel::Error
    }

    /// That files are of several instances; the last of them is the place.
    #[must_use]
    pub fn of_instances(path: &str, source: Option<u32>, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Warning, MIXED_INSTANCES);
        Self { level, kind: kind.into(), path: path.to_owned(), source, at: None, message }
    }

    /// Whether it says something of all findings, so that no report may be silent
    /// about it although nothing was lost.
    #[must_use]
    pub fn is_about_all(&self) -> bool {
        self.kind == MIXED_INSTANCES || self.is_of_versions() || self.topic() == Topic::Settings
    }

    /// That packs or the configuration take something from rules; `path` is what
    /// reports call the configuration.
    #[must_use]
    pub fn of_weakened(path: &str, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Warning, RULES_WEAKENED);
        Self { level, kind: kind.into(), path: path.to_owned(), source: None, at: None, message }
    }

    /// What the base of a change lacks, or holds and cannot be used; `kind` begins
    /// with `base-`.
    #[must_use]
    pub fn of_base(kind: &'static str, path: &str, message: String) -> Self {
        debug_assert!(kind.starts_with(BASE) && !kind.starts_with(BASELINE));
        let level = NoticeLevel::Warning;
        Self { level, kind: kind.into(), path: path.to_owned(), source: None, at: None, message }
    }

    /// About a rule that cannot run, in a file that is no input.
    #[must_use]
    pub fn of_rule(path: &str, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Warning, RULE_NOT_PORTABLE);
        Self { level, kind: kind.into(), path: path.to_owned(), source: None, at: None, message }
    }

    /// About a waiver or a baseline; `kind` begins with `waiver-` or `baseline-`.
    #[must_use]
    pub fn of_accepted(kind: &'static str, path: &str, message: String) -> Self {
        debug_assert!(kind.starts_with(WAIVER) || kind.starts_with(BASELINE));
        let level = NoticeLevel::Warning;
        Self { level, kind: kind.into(), path: path.to_owned(), source: None, at: None, message }
    }

    /// That a change hides what was found before it, so that nobody can say that it
    /// is gone.
    #[must_use]
    pub fn of_change(path: &str, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Error, NOT_JUDGED_ANY_MORE);
        Self { level, kind: kind.into(), path: path.to_owned(), source: None, at: None, message }
    }

    /// That the input contradicts itself, so that nobody can tell what holds; one of
    /// the places.
    #[must_use]
    pub fn of_contradiction(path: &str, source: u32, at: ByteSpan, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Error, CONTRADICTION);
        let (path, source, at) = (path.to_owned(), Some(source), Some(at));
        Self { level, kind: kind.into(), path, source, at, message }
    }

    /// Whether it says that newer copies of records turned findings off.
    #[must_use]
    pub fn is_of_versions(&self) -> bool {
        self.kind == TURNED_OFF
    }

    /// That newer copies of records turned findings off; one of the copies.
    #[must_use]
    pub fn of_turned_off(path: &str, source: u32, at: ByteSpan, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Warning, TURNED_OFF);
        let (path, source, at) = (path.to_owned(), Some(source), Some(at));
        Self { level, kind: kind.into(), path, source, at, message }
    }

    /// That a file speaks against what was declared of the input.
    #[must_use]
    pub fn of_claim(path: &str, source: u32, message: String) -> Self {
        let (level, kind) = (NoticeLevel::Warning, CLAIM_DOUBTED);
        Self { level, kind: kind.into(), path: path.to_owned(), source: Some(source), at: None, message }
    }

    /// Whether it says that the input contradicts itself: all of it was read, and
    /// nobody can tell what holds.
    #[must_use]
    pub fn is_contradiction(&self) -> bool {
        self.kind == CONTRADICTION
    }

    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match &*self.kind {
            RULE_NOT_PORTABLE => Topic::Rule,
            RULES_WEAKENED => Topic::Settings,
            kind if kind.starts_with(WAIVER) || kind.starts_with(BASELINE) => Topic::Accepted,
            kind if kind.starts_with(BASE) => Topic::Settings,
            _ => Topic::Input,
        }
    }

    /// Of a problem with an input.
    #[must_use]
    pub fn of(problem: Problem, path: &str, source: Option<u32>) -> Self {
        Self {
            level: if problem.kind.is_loss() { NoticeLevel::Error } else { NoticeLevel::Warning },
            kind: match problem.kind {
                ProblemKind::Unreadable => "unreadable",
                ProblemKind::Truncated => "truncated",
                ProblemKind::Broken => "broken",
                ProblemKind::Repaired => "repaired",
                ProblemKind::LimitReached => "limit-reached",
                ProblemKind::UnsafeName => "unsafe-name",
                ProblemKind::Skipped => "skipped",
                ProblemKind::Packed => "packed",
                ProblemKind::NoInstance => "no-instance",
            }
            .into(),
            path: path.to_owned(),
            source,
            at: problem.at,
            message: problem.message,
        }
    }
}
