//! One source of text, and its reading in blocks.

use super::archive::{self, Member};
use super::bytes::{BLOCK, Block, Stored, View, count};
use super::encoding::{self, Decoder, HEAD, Last, Repairs};
use super::gzip::{self, GzipReader};
use super::limits::Limits;
use super::packings;
use super::plain::{PartBuffer, PlainText};
use super::problem::{Problem, ProblemKind};
use super::workbook;
use crate::span::ByteSpan;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// One text to scan: a file, what a gzip file holds, a member of an archive,
/// standard input. Cheap to clone; may be opened many times, from many threads.
#[derive(Clone)]
pub struct Source {
    inner: Arc<Inner>,
}

struct Inner {
    path: String,
    /// Length of the archive's part of `path`, for members.
    archive_path: Option<usize>,
    stored: Stored,
    member: Option<Member>,
    /// The sheet of the workbook that is stored.
    sheet: Option<String>,
    size: Option<u64>,
    limits: Limits,
    /// Up to here an earlier reading found that offsets in the text are offsets
    /// in the file.
    seekable_to: Arc<AtomicU64>,
    /// Whether it was found not to be in UTF-8, though nothing in it says so.
    is_legacy: AtomicBool,
    /// The word that stands for empty values, once somebody looked for one.
    null_word: OnceLock<Option<&'static str>>,
}

impl Source {
    /// The path as reported: relative to the root, with `/` on every platform.
    /// Members are `archive.zip!/dir/member.xml`; standard input is `stdin`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The reported path of the archive it is a member of.
    #[must_use]
    pub fn archive_path(&self) -> Option<&str> {
        self.inner.archive_path.map(|length| &self.inner.path[..length])
    }

    /// Whether it is a sheet of a workbook, whose text is made: a line a row, a
    /// tab between cells.
    #[must_use]
    pub fn is_sheet(&self) -> bool {
        self.inner.sheet.is_some()
    }

    /// Bytes on disk, for progress: of gzip files and members the compressed ones.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.inner.size
    }

    /// Up to here an earlier reading found that the text is, byte for byte, what
    /// [`Source::open_bytes`] gives; 0 where it is not, or was not read yet.
    #[must_use]
    pub fn plain_to(&self) -> u64 {
        self.inner.seekable_to.load(Ordering::Relaxed)
    }

    /// The word that stands for empty values in the text. `find`, which looks for it
    /// in all of the text, is asked once and remembered.
    pub fn null_word(&self, find: impl FnOnce() -> Option<&'static str>) -> Option<&'static str> {
        *self.inner.null_word.get_or_init(find)
    }

    /// The same, if somebody looked for it.
    #[must_use]
    pub fn known_null_word(&self) -> Option<&'static str> {
        self.inner.null_word.get().copied().flatten()
    }

    /// Opens the text at its start.
    ///
    /// # Errors
    /// It cannot be opened, or it is something that has no text: an archive in an
    /// archive, UTF-32.
    pub fn open(&self) -> Result<TextStream, Problem> {
        let bytes = match (&self.inner.member, &self.inner.sheet) {
            (None, Some(sheet)) => {
                let text = workbook::text(&self.inner.stored, sheet)?;
                Bytes::Expanded(Box::new(std::io::Cursor::new(text.into_bytes())))
            }
            (None, None) => Bytes::Plain(self.inner.stored.view().map_err(Problem::from_io)?),
            (Some(_), _) => Bytes::Expanded(self.open_bytes()?),
        };
        TextStream::new(bytes, self)
    }

    /// Opens it as a [`PlainText`], if it is one, with up to `wanted` of its first
    /// bytes in `buffer`. `None` says nothing of whether it can be opened.
    #[must_use]
    pub fn open_plain(&self, buffer: &mut PartBuffer, wanted: u64) -> Option<PlainText> {
        let is_file = self.inner.member.is_none() && self.inner.sheet.is_none();
        let is_plain = is_file && !self.inner.is_legacy.load(Ordering::Relaxed);
        let file = is_plain.then_some(&self.inner.stored)?;
        PlainText::open(file.view().ok()?, &self.inner.seekable_to, buffer, wanted)
    }

    /// Opens the file itself, for hashing: gzip is not expanded, nothing is
    /// decoded. Of a member these are its expanded bytes; of a sheet those of its
    /// workbook.
    ///
    /// # Errors
    /// It cannot be opened, or a member is not where the archive says.
    pub fn open_bytes(&self) -> Result<Box<dyn Read + Send>, Problem> {
        match &self.inner.member {
            None => Ok(Box::new(self.inner.stored.view().map_err(Problem::from_io)?)),
            Some(member) => {
                let expanded = archive::open(&self.inner.stored, member)?;
                Ok(Box::new(self.inner.limits.guard(expanded, member.compressed_size)))
            }
        }
    }
}

/// The text of a [`Source`], read in blocks.
///
/// A byte-order mark is no part of it: offset 0 is after it. Bytes that the
/// encoding does not allow are U+FFFD.
pub struct TextStream {
    bytes: Bytes,
    encoding: &'static Encoding,
    /// Whether nothing in the bytes says that they are in that encoding.
    is_assumed: bool,
    decoder: Decoder,
    /// Bytes that are not decoded yet.
    raw: Block,
    /// Text that was decoded but not asked for yet.
    ahead: String,
    /// Offset in the text of the next byte to be decoded.
    decoded: u64,
    repairs: Repairs,
    problems: Vec<Problem>,
    state: State,
    /// Set where offsets in the text are offsets in the file as long as nothing
    /// is repaired; shared with the other streams of the source.
    seekable_to: Option<Arc<AtomicU64>>,
}

enum Bytes {
    Plain(View),
    Expanded(Box<dyn Read + Send>),
}

enum State {
    Reading,
    /// No more bytes; what is in `raw` and the decoder is still to be decoded.
    Ending(Option<Problem>),
    Ended(Option<Problem>),
}

impl TextStream {
    fn new(bytes: Bytes, source: &Source) -> Result<Self, Problem> {
        let mut stream = Self {
            bytes,
            encoding: UTF_8,
            is_assumed: false,
            decoder: Decoder::Utf8,
            raw: Block::default(),
            ahead: String::new(),
            decoded: 0,
            repairs: Repairs::default(),
            problems: Vec::new(),
            state: State::Reading,
            seekable_to: None,
        };
        stream.fill_head();
        if gzip::is_gzip(stream.raw.bytes()) {
            stream.expand(source)?;
        }
        let head = stream.raw.bytes();
        if archive::is_zip(head) || gzip::is_gzip(head) || archive::tar::is_tar(head) {
            let message = "an archive inside an archive is not opened";
            return Err(Problem::new(ProblemKind::LimitReached, message));
        }
        if let Some(problem) = packings::refuse(head) {
            return Err(problem);
        }
        let detected = encoding::detect(stream.raw.bytes()).ok_or_else(|| {
            Problem::new(ProblemKind::Unreadable, "encoded as UTF-32, which is not supported")
        })?;
        stream.is_assumed = detected.is_assumed;
        let is_legacy = detected.is_assumed && source.inner.is_legacy.load(Ordering::Relaxed);
        stream.encoding = if is_legacy { WINDOWS_1252 } else { detected.encoding };
        stream.decoder = Decoder::new(stream.encoding);
        stream.raw.consume(detected.mark);
        if let Some(label) = detected.unknown {
            let message = format!("declares the unknown encoding `{label}`, and was read as UTF-8");
            stream.problems.push(Problem::new(ProblemKind::Broken, message));
        }
        if stream.encoding == UTF_8 && detected.mark == 0 && matches!(stream.bytes, Bytes::Plain(_)) {
            stream.seekable_to = Some(Arc::clone(&source.inner.seekable_to));
        }
        Ok(stream)
    }

    /// Puts a gzip reader over the bytes, which start with what is in `raw`.
    fn expand(&mut self, source: &Source) -> Result<(), Problem> {
        if let State::Ending(Some(problem)) | State::Ended(Some(problem)) = &self.state {
            return Err(problem.clone());
        }
        let head = std::io::Cursor::new(self.raw.take());
        let stored = source.inner.size.unwrap_or(u64::MAX);
        let limits = &source.inner.limits;
        let bytes = std::mem::replace(&mut self.bytes, Bytes::Expanded(Box::new(std::io::empty())));
        let bytes: Box<dyn Read + Send> = match bytes {
            Bytes::Plain(view) => Box::new(view),
            Bytes::Expanded(bytes) => bytes,
        };
        let compressed = BufReader::with_capacity(64 * 1024, head.chain(bytes));
        self.bytes = Bytes::Expanded(Box::new(limits.guard(GzipReader::new(compressed), stored)));
        self.state = State::Reading;
        self.fill_head();
        Ok(())
    }

    /// Appends text to `out`: about `wanted` bytes of UTF-8, at least one unless
    /// the end is reached, which gives 0. Never cuts a character.
    ///
    /// # Errors
    /// Reading fails, compressed data is damaged or cut short, a limit is reached.
    /// All text before that place was given by earlier calls, and the same error
    /// comes again if it is called again.
    pub fn read(&mut self, out: &mut String, wanted: usize) -> Result<usize, Problem> {
        let before = out.len();
        if wanted < *BLOCK.start() || self.ahead.len() > wanted {
            self.read_ahead();
            let boundary = self.ahead.ceil_char_boundary(wanted.max(1));
            out.extend(self.ahead.drain(..boundary));
        } else {
            out.push_str(&std::mem::take(&mut self.ahead));
            while out.len() - before < wanted && self.decode_block(out, wanted - (out.len() - before)) {}
        }
        match &self.state {
            State::Ended(Some(problem)) if out.len() == before => Err(problem.clone()),
            _ => Ok(out.len() - before),
        }
    }

    /// The encoding the text is written in, as detected: `UTF-8`, `UTF-16LE`,
    /// `windows-1252` …
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// The problems found so far that did not stop the reading; complete once the
    /// end is reached. Bytes replaced since the last call are one problem, with
    /// their number and the place of the first.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        let repairs = std::mem::take(&mut self.repairs);
        if let Some(first) = repairs.first {
            let sequences = if repairs.count == 1 { "sequence" } else { "sequences" };
            let message = format!(
                "{} byte {sequences} not valid in {} replaced by U+FFFD",
                repairs.count,
                self.encoding.name()
            );
            let mark = count(char::REPLACEMENT_CHARACTER.len_utf8());
            problems.push(Problem {
                kind: ProblemKind::Repaired,
                message,
                at: Some(ByteSpan::new(first, first + mark)),
            });
        }
        problems
    }

    /// Drops the text up to `offset`, which must be the start of a character and
    /// not before what was read already. Where an earlier reading of the source
    /// has shown that offsets in the text are offsets in the file, this is a seek.
    /// Beyond the end it stops at the end.
    ///
    /// # Errors
    /// Those of [`TextStream::read`] before that place; an offset before what was
    /// read.
    pub fn skip_to(&mut self, offset: u64) -> Result<(), Problem> {
        let position = self.decoded - count(self.ahead.len());
        if offset < position {
            let message = format!("cannot go back from offset {position} to {offset}");
            return Err(Problem::new(ProblemKind::Unreadable, message));
        }
        self.seek(offset)?;
        while self.decoded < offset {
            self.ahead.clear();
            self.read_ahead();
            if self.ahead.is_empty() {
                return match &self.state {
                    State::Ended(Some(problem)) => Err(problem.clone()),
                    _ => Ok(()),
                };
            }
        }
        let kept = usize::try_from(self.decoded - offset).unwrap_or(0);
        let dropped = self.ahead.len().saturating_sub(kept);
        let boundary = self.ahead.ceil_char_boundary(dropped);
        self.ahead.drain(..boundary);
        Ok(())
    }

    /// Fills `ahead` if it is empty; it stays so at the end.
    fn read_ahead(&mut self) {
        let mut text = std::mem::take(&mut self.ahead);
        while text.is_empty() && self.decode_block(&mut text, 64 * 1024) {}
        self.ahead = text;
    }

    /// Moves to `offset` in the file if that is sure to be `offset` in the text,
    /// or else as near before it as is sure.
    fn seek(&mut self, offset: u64) -> Result<(), Problem> {
        let sure = self.seekable_to.as_ref().map_or(0, |seekable| seekable.load(Ordering::Relaxed));
        let target = offset.min(sure);
        let (Bytes::Plain(view), State::Reading) = (&mut self.bytes, &self.state) else {
            return Ok(());
        };
        if target <= self.decoded + count(self.raw.bytes().len()) {
            return Ok(());
        }
        view.seek(SeekFrom::Start(target)).map_err(Problem::from_io)?;
        self.raw.take();
        self.ahead.clear();
        self.decoded = target;
        Ok(())
    }

    /// Reads until the head is there, or the end.
    fn fill_head(&mut self) {
        while self.raw.bytes().len() < HEAD && matches!(self.state, State::Reading) {
            self.fill(HEAD);
        }
    }

    /// One read of about `wanted` bytes into `raw`.
    fn fill(&mut self, wanted: usize) {
        let reader: &mut dyn Read = match &mut self.bytes {
            Bytes::Plain(view) => view,
            Bytes::Expanded(bytes) => bytes,
        };
        match self.raw.read_from(reader, wanted) {
            Ok(0) => self.state = State::Ending(None),
            Ok(_) => {}
            Err(error) => self.state = State::Ending(Some(Problem::from_io(error))),
        }
    }

    /// Appends the text of one block; false once everything was decoded.
    fn decode_block(&mut self, out: &mut String, wanted: usize) -> bool {
        // A cut character has at most three bytes; more are there only from looking
        // for the encoding, and are decoded before more is read.
        if matches!(self.state, State::Reading) && self.raw.bytes().len() < 4 {
            self.fill(wanted);
        }
        let last = match self.state {
            State::Reading => Last::No,
            State::Ending(_) => Last::Yes,
            State::Ended(_) => return false,
        };
        let before = out.len();
        let used = self.decoder.decode(self.raw.bytes(), last, out, self.decoded, &mut self.repairs);
        self.raw.consume(used);
        self.decoded += count(out.len() - before);
        match &self.seekable_to {
            Some(_) if self.repairs.first.is_some() => self.seekable_to = None,
            Some(seekable) => {
                seekable.fetch_max(self.decoded, Ordering::Relaxed);
            }
            None => {}
        }
        if let State::Ending(problem) = &mut self.state {
            let problem = problem.take().map(|problem| problem.or_at(self.decoded));
            self.state = State::Ended(problem);
        }
        true
    }
}

mod make;
#[cfg(test)]
mod tests;
