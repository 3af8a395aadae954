//! A stretch of a source's text that moves forward through it.

use crate::source::{ColumnUnit, DroppedLines, LineMark, Problem, TextStream};
use crate::xml::Window;

/// How much is decoded at once.
const BLOCK: usize = 256 * 1024;
/// How long the first row may be that a text is judged by.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// Text that was read and is still needed.
pub(super) struct TextWindow {
    stream: TextStream,
    text: String,
    /// Offset of the first byte that is kept.
    base: u64,
    /// Lines and columns at `base`, where somebody asks for them.
    dropped: DroppedLines,
    is_ended: bool,
    /// Why the stream cannot be read on.
    problem: Option<Problem>,
}

impl TextWindow {
    /// Of a stream that stands at `base`.
    pub(super) fn new(stream: TextStream, base: u64) -> Self {
        Self {
            stream,
            text: String::new(),
            base,
            dropped: DroppedLines::default(),
            is_ended: false,
            problem: None,
        }
    }

    /// Counts lines from the beginning of the text on.
    pub(super) fn counting(mut self, unit: Option<ColumnUnit>) -> Self {
        self.dropped = DroppedLines::counting(unit);
        self
    }

    /// What is counted, if it is.
    pub(super) fn unit(&self) -> Option<ColumnUnit> {
        self.dropped.unit()
    }

    /// Lines and columns where what is kept begins, if they are counted.
    pub(super) fn line_mark(&self) -> LineMark {
        self.dropped.mark()
    }

    /// What is kept.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same with its place.
    pub(super) fn view(&self) -> Window<'_> {
        Window::new(&self.text, self.base)
    }

    /// The offset of an index of the text.
    pub(super) fn offset(&self, index: usize) -> u64 {
        self.base + u64::try_from(index).unwrap_or(0)
    }

    /// The index of an offset, if its text is kept.
    pub(super) fn index(&self, offset: u64) -> Option<usize> {
        let index = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        (index <= self.text.len()).then_some(index)
    }

    /// Whether nothing comes behind what is kept.
    pub(super) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Whether the stream cannot be read on.
    pub(super) fn is_broken(&self) -> bool {
        self.problem.is_some()
    }

    /// Reads until at least so many bytes are kept, or the text ends. A row that
    /// is parsed again each time is read in steps that double.
    pub(super) fn fill(&mut self, wanted: usize) {
        while self.text.len() < wanted && !self.is_ended {
            let more = BLOCK.min(wanted.max(4096)).max(wanted - self.text.len());
            match self.stream.read(&mut self.text, more) {
                Ok(0) => self.is_ended = true,
                Ok(_) => {}
                Err(problem) => {
                    self.problem = Some(problem);
                    self.is_ended = true;
                }
            }
        }
    }

    /// Reads at least as much again; whether there was more.
    pub(super) fn grow(&mut self) -> bool {
        let before = self.text.len();
        self.fill(before + before.max(BLOCK));
        self.text.len() > before
    }

    /// Forgets what stands before an index.
    pub(super) fn forget(&mut self, index: usize) {
        self.dropped.pass(&self.text[..index]);
        self.base = self.offset(index);
        self.text.drain(..index);
    }

    /// Goes on behind what is kept, dropping everything up to `offset`.
    pub(super) fn skip_to(&mut self, offset: u64) -> Result<(), Problem> {
        self.forget(self.text.len());
        self.base = offset;
        self.dropped.skip(&mut self.stream, offset)
    }

    /// The encoding of the stream.
    pub(super) fn encoding(&self) -> &'static str {
        self.stream.encoding()
    }

    /// Where what is kept ends.
    pub(super) fn end(&self) -> u64 {
        self.offset(self.text.len())
    }

    /// What was wrong with the text so far.
    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        let mut problems = self.stream.take_problems();
        problems.extend(self.problem.take());
        problems
    }
}
