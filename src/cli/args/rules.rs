//! The arguments of `glidelint rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlainFormat;

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules
    List {
        /// Only rules with this tag: `cwe=CWE-284` or `CWE-284`
        #[arg(long)]
        tag: Option<String>,
        /// Only rules of this area, such as accounts
        #[arg(long)]
        area: Option<String>,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
        /// Leave the built-in rules out
        #[arg(long)]
        no_builtin_rules: bool,
        /// How to print
        #[arg(short, long, value_enum, default_value_t = PlainFormat::Text)]
        format: PlainFormat,
    },
    /// Print everything about one rule
    Show {
        /// Id or name
        rule: String,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
    },
    /// Run the tests that rules carry
    Test {
        /// Rule file or folder [default: the built-in rules]
        path: Option<PathBuf>,
    },
    /// Write the skeleton of a rule
    New {
        /// Area and name, such as accounts/vendor-can-log-in
        #[arg(value_name = "AREA/NAME")]
        name: String,
        /// Folder to write below
        #[arg(long, default_value = "rules")]
        dir: PathBuf,
        /// The table it is about
        #[arg(long, default_value = "sys_user")]
        table: String,
        /// A query, as "Copy query" gives it
        #[arg(long = "where", value_name = "QUERY")]
        filter: Option<String>,
    },
    /// Write rules as checks of Instance Scan, for import into an instance
    Export {
        /// Ids or names
        #[arg(required = true, value_name = "ID")]
        rules: Vec<String>,
        /// Write a file for each rule here, instead of one to standard output
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// A further rule file or folder (may be repeated)
        #[arg(long = "rules", value_name = "PATH")]
        packs: Vec<PathBuf>,
    },
    /// Print the JSON Schema of rule files, for editors
    Schema {
        /// Of the configuration file instead
        #[arg(long)]
        config: bool,
    },
}
