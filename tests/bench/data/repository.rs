//! An app repository: a folder for each app, a file for each record.

use std::fs;
use std::io;
use std::path::Path;

use super::Summary;
use super::payload::{Payload, payload};
use super::random::{Random, id_of};

/// How many files one app has.
const FILES_PER_APP: u64 = 1_000;

/// So many files of about 3 KB in sub-folders of `folder`.
pub(crate) fn repository(files: u64, folder: &Path) -> io::Result<Summary> {
    let mut summary = Summary::default();
    for file in 0..files {
        let app = folder.join(id_of("sys_app", file / FILES_PER_APP));
        let inside = app.join(if file % 10 == 0 { "author_elective_update" } else { "update" });
        if file % FILES_PER_APP < 2 {
            fs::create_dir_all(&inside)?;
        }
        let length = 300 + Random::of("length", file).below(3_500);
        let bytes = usize::try_from(length).unwrap_or_default();
        let Payload { table, sys_id, text, .. } = payload(file, bytes, "\n    ", &mut summary);
        fs::write(inside.join(format!("{table}_{sys_id}.xml")), &text)?;
        summary.rows += 1;
        summary.bytes += text.len() as u64;
    }
    Ok(summary)
}
