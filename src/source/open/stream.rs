//! The text of a source, read in blocks.

use super::super::archive;
use super::super::bytes::{BLOCK, Block, View, count};
use super::super::encoding::{self, Decoder, HEAD, Last, Repairs};
use super::super::gzip::{self, GzipReader};
use super::super::packings;
use super::super::problem::{Problem, ProblemKind};
use super::Source;
use crate::span::ByteSpan;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The text of a [`Source`], read in blocks.
///
/// A byte-order mark is no part of it: offset 0 is after it. Bytes that the
/// encoding does not allow are U+FFFD.
pub struct TextStream {
    bytes: TextBytes,
    encoding: &'static Encoding,
    /// Whether nothing in the bytes says that they are in that encoding.
    pub(super) is_assumed: bool,
    decoder: Decoder,
    /// Bytes that are not decoded yet.
    pub(super) raw: Block,
    /// Text that was decoded but not asked for yet.
    pub(super) ahead: String,
    /// Offset in the text of the next byte to be decoded.
    decoded: u64,
    pub(super) repairs: Repairs,
    problems: Vec<Problem>,
    state: State,
    /// Set where offsets in the text are offsets in the file as long as nothing
    /// is repaired; shared with the other streams of the source.
    seekable_to: Option<Arc<AtomicU64>>,
}

/// Where the bytes of a text come from.
pub(super) enum TextBytes {
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
    pub(super) fn new(bytes: TextBytes, source: &Source) -> Result<Self, Problem> {
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
        if stream.encoding == UTF_8 && detected.mark == 0 && matches!(stream.bytes, TextBytes::Plain(_)) {
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
        let bytes = std::mem::replace(&mut self.bytes, TextBytes::Expanded(Box::new(std::io::empty())));
        let bytes: Box<dyn Read + Send> = match bytes {
            TextBytes::Plain(view) => Box::new(view),
            TextBytes::Expanded(bytes) => bytes,
        };
        let compressed = BufReader::with_capacity(64 * 1024, head.chain(bytes));
        self.bytes = TextBytes::Expanded(Box::new(limits.guard(GzipReader::new(compressed), stored)));
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
        self.check_ahead(offset)?;
        self.seek(offset)?;
        self.drop_to(offset, &mut |_| {})
    }

    /// The same, and shows what it drops: nothing is passed by a seek.
    ///
    /// # Errors
    /// Those of [`TextStream::skip_to`].
    pub fn pass_to(&mut self, offset: u64, passed: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        self.check_ahead(offset)?;
        self.drop_to(offset, passed)
    }

    fn check_ahead(&self, offset: u64) -> Result<(), Problem> {
        let position = self.decoded - count(self.ahead.len());
        if offset < position {
            let message = format!("cannot go back from offset {position} to {offset}");
            return Err(Problem::new(ProblemKind::Unreadable, message));
        }
        Ok(())
    }

    /// Reads up to `offset`, and shows what it drops.
    fn drop_to(&mut self, offset: u64, dropped: &mut dyn FnMut(&str)) -> Result<(), Problem> {
        while self.decoded < offset {
            dropped(&self.ahead);
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
        let length = self.ahead.len().saturating_sub(kept);
        let boundary = self.ahead.ceil_char_boundary(length);
        dropped(&self.ahead[..boundary]);
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
        let (TextBytes::Plain(view), State::Reading) = (&mut self.bytes, &self.state) else {
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
            TextBytes::Plain(view) => view,
            TextBytes::Expanded(bytes) => bytes,
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
