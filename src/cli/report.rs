//! `glidelint report`

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use glidelint::report::result;

use super::args::ReportArgs;
use super::exit::Exit;
use super::fail::Failure;
use super::redact;
use super::render::Renderer;

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
    let guard = redact::saved(&args.render, &mut report)?;
    renderer.write(&report, &guard)?;
    Ok(Exit::Fine)
}
