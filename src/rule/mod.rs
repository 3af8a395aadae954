//! Rules: the file format, how it is compiled, the built-in pack.

mod baseline;
mod checks;
mod compile;
mod definition;
mod error;
mod expect;
mod expected;
pub mod file;
mod files;
mod lint;
mod mend;
mod message;
mod meta;
mod model;
mod names;
mod network;
mod overrides;
mod pack;
mod pattern;
mod settings;
mod weakened;

pub use baseline::{baseline_of_release, parse_baseline};
pub(crate) use checks::escaped;
pub use checks::{Check, NotPortable, adopt, check_of, write_checks};
pub use definition::definitions;
pub use error::RuleError;
pub use expect::{Expectation, Holds};
pub use expected::ExpectedField;
pub(crate) use files::yaml_error;
pub use files::{PackFiles, builtin, builtin_tests, load};
pub use lint::lint;
pub use message::{MessagePart, Special, Template};
pub use meta::{HardeningSetting, RuleMeta};
pub use model::{
    Ask, Binding, Body, CaseBody, ClassBody, Condition, CountBody, EvidenceBody, Judges, KeyPaths,
    NamePattern, PluginBody, PropertyBody, PropertyColumns, RecordBody, Rule,
};
pub use overrides::is_built_in_name;
pub use pack::{ComparisonQuestions, Pack, ReviewQuestions};
pub use settings::{MayOverride, Settings};
pub use weakened::Weakened;
