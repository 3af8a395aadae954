//! Gzip: one stream or several after each other, as `cat a.gz b.gz` makes them.

use super::problem::{Problem, ProblemKind};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};

/// Whether a file that starts with `head` is gzip. The content decides, not the name.
pub(super) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// The text of a gzip file. Its errors are [`Problem`]s, except the operating
/// system's own.
pub(super) struct GzipReader<R> {
    /// The stream being read; `None` after the last.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipReader<R> {
    pub(super) fn new(compressed: R) -> Self {
        Self { decoder: Some(GzDecoder::new(compressed)) }
    }
}

impl<R: BufRead> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(mut decoder) = self.decoder.take() {
            let result = decoder.read(buffer).map_err(explain);
            if !matches!(result, Ok(0)) || buffer.is_empty() {
                self.decoder = Some(decoder);
                return result;
            }
            let mut rest = decoder.into_inner();
            if another_follows(&mut rest)? {
                self.decoder = Some(GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Whether another stream follows. Zeros at the end are padding and no loss, as
/// gzip itself has it.
fn another_follows(rest: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = match rest.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        };
        match ahead.iter().position(|&byte| byte != 0) {
            Some(zeros) if ahead[zeros] == 0x1f => {
                rest.consume(zeros);
                return Ok(true);
            }
            Some(_) => {
                return Err(
                    Problem::new(ProblemKind::Broken, "data that is not gzip follows the gzip data").into()
                );
            }
            None if ahead.is_empty() => return Ok(false),
            None => {
                let zeros = ahead.len();
                rest.consume(zeros);
            }
        }
    }
}

/// Words for what the decoder found; it knows damage only as kinds of I/O errors.
fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            Problem::new(ProblemKind::Truncated, "the gzip data ends too early").into()
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Problem::new(ProblemKind::Broken, format!("the gzip data is damaged: {error}")).into()
        }
        _ => error,
    }
}
