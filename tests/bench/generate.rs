//! Makes exports of any size, and measures how fast a file can be read at all.
//!
//! `cargo run --release --example generate` names the kinds. The data is the
//! same in every run; each kind says what a scan is to find in it.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

mod data;
mod yardsticks;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use data::{Form, Size, Summary};

const USAGE: &str = "\
generate users BYTES FILE         sys_user, 78 elements a row
generate table ROWS FILE          the same, by rows
generate parts ROWS FOLDER        the same rows in files of 10,000
generate update-set BYTES FILE    sys_update_xml, payloads of 2 to 30 KB
generate cdata BYTES FILE         the same, all payloads in CDATA sections
generate escaped BYTES FILE       the same, all payloads escaped
generate roles USERS GRANTS FILE  users, groups, roles, who holds which
generate repo FILES FOLDER        record_update files of about 3 KB
generate floor PATH               time to read a file or a folder and count lines
generate events FILE              time of a bare quick-xml loop over a file
Numbers may end in K, M or G.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["floor", path] => yardsticks::floor(Path::new(path)),
        ["events", path] => yardsticks::events(Path::new(path)),
        _ => {
            let Some(made) = make(&arguments) else {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            };
            made.map(|summary| print(&summary))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes what the arguments ask for, if they ask for anything.
fn make(arguments: &[&str]) -> Option<io::Result<Summary>> {
    let made = match *arguments {
        ["users", bytes, path] => {
            let size = Size::Bytes(number(bytes)?);
            to_file(path, |out| data::users(size, out))
        }
        ["table", rows, path] => {
            let size = Size::Rows(number(rows)?);
            to_file(path, |out| data::users(size, out))
        }
        [kind @ ("update-set" | "cdata" | "escaped"), bytes, path] => {
            let size = Size::Bytes(number(bytes)?);
            let form = match kind {
                "cdata" => Form::Cdata,
                "escaped" => Form::Escaped,
                _ => Form::Mixed,
            };
            to_file(path, |out| data::update_set(size, form, out))
        }
        ["roles", users, grants, path] => {
            let (users, grants) = (number(users)?, number(grants)?);
            to_file(path, |out| data::roles(users, grants, out))
        }
        ["parts", rows, folder] => {
            let rows = number(rows)?;
            fs::create_dir_all(folder).and_then(|()| data::parts(rows, 10_000, Path::new(folder)))
        }
        ["repo", files, folder] => data::repository(number(files)?, Path::new(folder)),
        _ => return None,
    };
    Some(made)
}

fn to_file(path: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<Summary>) -> io::Result<Summary> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let summary = write(&mut out)?;
    out.flush()?;
    Ok(summary)
}

/// A number, `100M` for a hundred million.
fn number(text: &str) -> Option<u64> {
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'K') => (&text[..at], 1_000),
        (at, 'M') => (&text[..at], 1_000_000),
        (at, 'G') => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// One line a number: `rows 75`, `bytes 200000`, then `SNA1001 1` for each rule.
fn print(summary: &Summary) {
    println!("rows {}\nbytes {}", summary.rows, summary.bytes);
    for (rule, findings) in &summary.findings {
        println!("{rule} {findings}");
    }
}
