//! `glidelint`: an offline security scanner for `ServiceNow` exports.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
