//! Folders of exports, made by tests.

#![allow(dead_code, reason = "of what tests share, each program uses a part")]

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A folder of files that is gone after the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// A copy of another folder.
    pub(crate) fn copy_of(from: &Path) -> Self {
        let folder = Self::new(&[]);
        for entry in WalkDir::new(from).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(from).unwrap().to_str().unwrap();
                folder.write(name, fs::read(entry.path()).unwrap());
            }
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// What lies in it, hidden files too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// 32 hexadecimal digits of a name's own.
pub(crate) fn sys_id(name: &str) -> String {
    let hash = |seed: u64| {
        name.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    format!("{:016x}{:016x}", hash(0xcbf2_9ce4_8422_2325), hash(0x1234_5678_9abc_def1))
}

/// What is written as text between tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Columns as elements. A column is `name=value`, or `name=value/what it displays`;
/// values are written as they are.
fn elements(columns: &[&str]) -> String {
    let element = |column: &&str| {
        let (name, value) = column.split_once('=').unwrap();
        match value.split_once('/') {
            Some((value, shown)) => {
                format!("<{name} display_value=\"{shown}\" name=\"{shown}\">{value}</{name}>")
            }
            None => format!("<{name}>{value}</{name}>"),
        }
    };
    columns.iter().map(element).collect()
}

/// A row on one line, with columns as [`elements`] has them.
pub(crate) fn row(table: &str, columns: &[&str]) -> String {
    format!("<{table} action=\"INSERT_OR_UPDATE\">{}</{table}>\n", elements(columns))
}

/// A user of identity type machine, and with other columns. SNA1002 finds one that may
/// log in.
pub(crate) fn machine(name: &str, web_service_access_only: bool, more: &[&str]) -> String {
    let columns = [
        "active=true",
        "identity_type=machine",
        "internal_integration_user=false",
        &format!("sys_id={}", sys_id(name)),
        &format!("user_name={name}"),
        &format!("web_service_access_only={web_service_access_only}"),
    ];
    row("sys_user", &[&columns, more].concat())
}

/// A table export. Its first row begins in line 3.
pub(crate) fn unload(rows: &[impl AsRef<str>]) -> String {
    let rows: String = rows.iter().map(AsRef::as_ref).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<unload unload_date=\"2026-03-01 10:00:00\">\n{rows}</unload>\n"
    )
}

/// A payload with a row.
pub(crate) fn payload(table: &str, row: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<record_update table=\"{table}\">\n{row}</record_update>\n"
    )
}

/// A file of an app's repository with one row.
pub(crate) fn app_file(table: &str, columns: &[&str]) -> String {
    payload(table, &row(table, columns))
}

/// A row of an update set with a payload, which is written as it is, and more columns.
pub(crate) fn change(payload: &str, more: &[&str]) -> String {
    format!(
        "<sys_update_xml action=\"INSERT_OR_UPDATE\">\n<action>INSERT_OR_UPDATE</action>\n<payload>{payload}</payload>\n\
         {}</sys_update_xml>\n",
        elements(more)
    )
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
