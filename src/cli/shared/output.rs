//! Where output goes.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;
use glidelint::report::{ReportFormat, safe};

use super::fail::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

/// A report that is written to a file.
#[derive(Debug, Clone)]
pub(crate) struct FileOutput {
    pub(crate) format: &'static ReportFormat,
    pub(crate) path: String,
}

/// The word for a table of what differs between instances.
const DIFFERENCES: &str = "differences=";

impl FileOutput {
    /// The file of `differences=FILE.csv`, if the text is that.
    pub(crate) fn differences(text: &str) -> Option<&str> {
        text.strip_prefix(DIFFERENCES)
    }

    /// The same for one of several instances.
    pub(crate) fn of_instance(&self, name: &str) -> Self {
        Self { format: self.format, path: path_of_instance(&self.path, name) }
    }

    /// `sarif=out.sarif`, or `out.sarif`.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if let Some((format, path)) = text.split_once('=')
            && let Some(format) = ReportFormat::find(format)
        {
            return Ok(Self { format, path: path.to_owned() });
        }
        let extension =
            Path::new(text).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let format = ReportFormat::find(extension).ok_or_else(|| {
            Failure::Use(format!(
                "--output {text}: the extension names no format; write one in front, as in sarif={text}"
            ))
        })?;
        Ok(Self { format, path: text.to_owned() })
    }
}

/// `reports/scan.html` → `reports/scan-prod.html`.
pub(crate) fn path_of_instance(path: &str, name: &str) -> String {
    let target = Path::new(path);
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let extension = target.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    let file = format!("{stem}-{name}{}", extension.unwrap_or_default());
    target.with_file_name(file).to_string_lossy().into_owned()
}

/// Writes a file whole or not at all: beside its place first, then over it.
pub(crate) fn write_file(
    path: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Write { to: path.to_owned(), error };
    let target = Path::new(path);
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        // The library would name its own temporary file instead.
        return Err(failed(io::Error::new(io::ErrorKind::NotFound, "the folder does not exist")));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        // As a plain file would be made; the user's mask still applies.
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let file = builder.prefix(".glidelint-").tempfile_in(folder).map_err(failed)?;
    let mut out = BufWriter::new(file);
    write(&mut out).map_err(failed)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.persist(target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Writes to standard output.
pub(crate) fn write_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Failure::stdout)
}

/// Whether standard output is to be coloured.
pub(crate) fn color(choice: ColorArg) -> bool {
    match choice {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
                && io::stdout().is_terminal()
        }
    }
}

/// Whether places on standard output are to be links.
pub(crate) fn hyperlinks(choice: ColorArg) -> bool {
    match choice {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            io::stdout().is_terminal() && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout)
        }
    }
}

/// The address of a folder, with `/` at its end.
pub(crate) fn folder_url(folder: &Path) -> Option<String> {
    let folder = std::fs::canonicalize(folder).ok()?;
    let path = folder.to_str()?.replace('\\', "/");
    let path = safe::relative_uri(path.trim_matches('/'));
    Some(format!("file:///{path}{}", if path.is_empty() { "" } else { "/" }))
}

/// How wide the terminal on standard output is, if it is one.
pub(crate) fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let (_, columns) = console::Term::stdout().size_checked()?;
    Some(usize::from(columns))
}

/// `1 rule`, `2 rules`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
