//! The doctor of exports: what is wrong with the files, which tables look
//! whole, and what would have to be exported to complete the picture.
//!
//! No rule is judged here. What is known of tables, limits and properties is
//! data: `tables.tsv`, `properties.tsv`, `limits.tsv`.

mod address;
mod demand;
mod examination;
mod files;
mod instances;
mod knowledge;
mod look;
mod numbered;
mod parts;
mod references;
mod requests;
mod seen;
mod sign;
mod versions;
mod whole;

#[cfg(test)]
mod tests;

pub use address::{following_list_url, instance_name, list_url};
pub use demand::{Demand, demands, waiting_rules};
pub use examination::{Examination, examine, examine_watched};
pub use instances::{keys_message, names_message, other_rows_of_keys};
pub use knowledge::{
    InUpdateSets, Limit, TableAdvice, advice_of, advices, areas, export_limits, is_export_limit,
    names_instance, want_signs,
};
pub use look::{SignSink, SignWatch};
pub use numbered::{MissingPart, MissingPartKind, NumberedFiles};
pub use requests::{Reason, Request, WHO, missing_requests};
pub use sign::{Sign, SignKind};
pub use whole::{COMMON_REASONS, TableState};
