//! `glidelint`: an offline security scanner for `ServiceNow` exports.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

// Half of a short run makes the pack out of many small texts; of the allocators
// that were tried this one does that soonest.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
