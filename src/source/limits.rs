//! How much of one input is read.

use super::problem::{Problem, ProblemKind};
use std::io::{self, Read};

/// Below this much expanded text no ratio is suspicious.
const RATIO_FREE: u64 = 16 << 20;

/// How much is read of one input, so that a hostile one cannot fill the memory
/// or keep the scan busy for days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Files of more bytes on disk than this are not read; neither are members
    /// of archives that expand to more. `None`: any size.
    pub max_file_size: Option<u64>,
    /// The most bytes that one gzip file or one member of a zip may expand to.
    pub max_expanded: u64,
    /// The most bytes of text for one stored byte; judged only beyond 16 MiB of
    /// text, because short repetitive texts compress very well.
    pub max_ratio: u64,
    /// The most members of one archive.
    pub max_members: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_file_size: None, max_expanded: 64 << 30, max_ratio: 400, max_members: 100_000 }
    }
}

impl Limits {
    /// The problem of an input of `size` bytes, if it is too large to be read.
    pub(super) fn refuse_size(&self, size: u64) -> Option<Problem> {
        let max = self.max_file_size.filter(|&max| size > max)?;
        Some(Problem::new(
            ProblemKind::LimitReached,
            format!("larger than the limit of {max} bytes: not read"),
        ))
    }

    /// Guards `expanded`, which comes out of `stored` compressed bytes.
    pub(super) fn guard<R: Read>(&self, expanded: R, stored: u64) -> Guarded<R> {
        let by_ratio = stored.saturating_mul(self.max_ratio).max(RATIO_FREE);
        let message = if by_ratio < self.max_expanded {
            format!("expands to more than {} times its size: reading stopped", self.max_ratio)
        } else {
            format!("expands to more than {} bytes: reading stopped", self.max_expanded)
        };
        Guarded { expanded, left: by_ratio.min(self.max_expanded), message }
    }
}

/// A reader that fails with a [`Problem`] where its limit is passed.
pub(super) struct Guarded<R> {
    expanded: R,
    left: u64,
    message: String,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            // Exactly at the limit the text may be over all the same.
            return match self.expanded.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(Problem::new(ProblemKind::LimitReached, self.message.clone()).into()),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let filled = self.expanded.read(&mut buffer[..most])?;
        self.left -= super::bytes::count(filled);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limits: &Limits, stored: u64, text: usize) -> Result<usize, String> {
        let mut out = Vec::new();
        let text = vec![b'x'; text];
        limits.guard(&text[..], stored).read_to_end(&mut out).map_err(|error| error.to_string())
    }

    #[test]
    fn exactly_the_limit_is_allowed() {
        let limits = Limits { max_expanded: 10, ..Limits::default() };
        assert_eq!(check(&limits, 5, 10), Ok(10));
        assert_eq!(check(&limits, 5, 11), Err("expands to more than 10 bytes: reading stopped".to_owned()));
    }

    #[test]
    fn the_ratio_is_judged_beyond_sixteen_mebibytes() {
        let limits = Limits::default();
        assert_eq!(check(&limits, 1, 16 << 20), Ok(16 << 20));
        assert_eq!(
            check(&limits, 1, (16 << 20) + 1),
            Err("expands to more than 400 times its size: reading stopped".to_owned())
        );
    }
}
