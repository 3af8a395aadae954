//! `glidelint report`

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use clap::Args;
use glidelint::report::result;

use crate::cli::shared::exit::Exit;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::redact;
use crate::cli::shared::render::{RenderArgs, Renderer};

/// A saved result, rendered again.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// What `scan --output result=FILE` wrote; `-` is standard input
    #[arg(value_name = "RESULT")]
    pub(crate) result: std::path::PathBuf,
    #[command(flatten)]
    pub(crate) render: RenderArgs,
}

/// Renders a saved result again.
pub(crate) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let renderer = Renderer::new(&args.render)?;
    renderer.check_alone()?;
    let name = args.result.display();
    let unreadable = |why: &dyn std::fmt::Display| Failure::Use(format!("{name}: {why}"));
    let input: Box<dyn Read> = if args.result == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(&args.result).map_err(|error| unreadable(&error))?)
    };
    let mut report = result::read(BufReader::new(input)).map_err(|error| unreadable(&error))?;
    let guard = redact::saved(&args.render.redact, &mut report)?;
    renderer.write(&report, &guard)?;
    Ok(Exit::Fine)
}
