//! What is remembered of the records: wanted columns as numbers of texts, answers to the
//! tests of rows, places; and what follows from these alone, such as which version of a
//! record is the state.

mod added_classes;
mod ages;
mod app_layout;
mod apps;
mod claims;
mod collect;
mod columns;
mod current;
mod file_facts;
mod inputs;
mod interner;
mod joined_rows;
mod mixed_signs;
mod other_versions;
mod own_name;
mod row_index;
mod scan_facts;
mod shown_names;
mod signatures;
mod stamp;
mod table_facts;
mod table_parts;
mod update_sets;
mod versions;
mod wanted_columns;
mod whole;

pub use inputs::{Inputs, Options, ReadFile};

pub(crate) use added_classes::{InputClasses, classes_in};
pub(crate) use ages::Files;
pub(crate) use app_layout::is_build_output;
pub(crate) use apps::{Apps, FolderIdx};
pub(crate) use claims::{ClaimEvidence, Doubted};
pub(crate) use collect::Collector;
pub(crate) use columns::Pair;
pub(crate) use current::{Asked, Shared};
pub(crate) use file_facts::FileFacts;
pub(crate) use interner::{Interner, TextId};
pub(crate) use joined_rows::{AtOdds, Undecided, at_odds};
pub(crate) use mixed_signs::{MixedSign, mixed_signs};
pub(crate) use other_versions::OtherVersions;
pub(crate) use own_name::AT_ODDS;
pub(crate) use scan_facts::{Facts, Rows};
pub(crate) use shown_names::{NamedCell, ShownNames, name_in_row};
pub(crate) use signatures::SignatureId;
pub(crate) use stamp::FileDates;
pub(crate) use table_facts::{Replaced, Row, RowStanding, Sameness, TableFacts};
pub(crate) use update_sets::{BroughtBack, SetNo, UpdateSets, hash_of_key};
pub(crate) use versions::{Settling, settle};
pub(crate) use wanted_columns::columns_of;
pub(crate) use whole::whole_tables;
