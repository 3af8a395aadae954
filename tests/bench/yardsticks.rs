//! What a scan is compared with: how fast a file can be read at all, and how
//! fast a plain XML reader goes over it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Instant;

use quick_xml::Reader;
use quick_xml::events::Event;
use walkdir::WalkDir;

/// Reads a file, or all files of a folder, in blocks of 1 MiB on one thread,
/// counts the newlines, and prints how many there are and how many seconds that
/// took.
pub(crate) fn floor(path: &Path) -> io::Result<()> {
    let begin = Instant::now();
    let mut block = vec![0; 1 << 20];
    let mut lines = 0;
    for entry in WalkDir::new(path) {
        let entry = entry?;
        if entry.file_type().is_file() {
            lines += count_lines(&mut File::open(entry.path())?, &mut block)?;
        }
    }
    println!("{lines} lines, {:.3} s", begin.elapsed().as_secs_f64());
    Ok(())
}

fn count_lines(file: &mut File, block: &mut [u8]) -> io::Result<usize> {
    let mut lines = 0;
    loop {
        let length = file.read(block)?;
        if length == 0 {
            return Ok(lines);
        }
        lines += memchr::memchr_iter(b'\n', &block[..length]).count();
    }
}

/// Asks quick-xml for every event of a file, and prints how many there are and
/// how many seconds that took.
pub(crate) fn events(path: &Path) -> io::Result<()> {
    let begin = Instant::now();
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 20, File::open(path)?));
    let mut buffer = Vec::new();
    let mut events = 0_u64;
    loop {
        match reader.read_event_into(&mut buffer).map_err(io::Error::other)? {
            Event::Eof => break,
            _ => events += 1,
        }
        buffer.clear();
    }
    println!("{events} events, {:.3} s", begin.elapsed().as_secs_f64());
    Ok(())
}
