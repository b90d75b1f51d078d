//! Bytes of a file with a limit on what one record may take: a quote that is never closed, or a line without an end, must
//! not fill the memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Bytes of the longest record: a thousand times those of the longest that statistics offices publish. Its fields take
/// nine times as much memory where each is empty.
pub(super) const LONGEST: u64 = 4 << 20;

/// What is left of the limit until the record ends.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    pub(super) fn new() -> Self {
        Self(Rc::new(Cell::new(LONGEST)))
    }

    /// A record begins.
    pub(super) fn renew(&self) {
        self.0.set(LONGEST);
    }
}

/// Gives bytes until a record has had its allowance. What readers buffer ahead makes the limit no more than a buffer
/// shorter.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) left: Allowance,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.0.get();
        if left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a record is longer than 4 MiB; is a quote opened and never closed, or is this no text?",
            ));
        }
        let read = self.inner.read(buffer)?;
        self.left.0.set(left.saturating_sub(u64::try_from(read).unwrap_or(left)));
        Ok(read)
    }
}
