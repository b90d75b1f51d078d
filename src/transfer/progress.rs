//! How far an import is: a bar with rows, rows a second and the time left where stderr is a terminal, else a plain
//! line every few seconds.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Tell;

/// Time between two plain lines.
const INTERVAL: Duration = Duration::from_secs(3);
/// Rows between two looks at the clock.
const STEP: u64 = 8192;

/// Shows progress of one pass over files of known size.
pub struct Progress<'a> {
    bar: Option<ProgressBar>,
    tell: Tell<'a>,
    what: &'static str,
    total_bytes: u64,
    bytes: u64,
    rows: u64,
    started: Instant,
    told: Instant,
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("what", &self.what).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<'a> Progress<'a> {
    /// A pass over `total_bytes` of files.
    pub fn new(what: &'static str, total_bytes: u64, tell: Tell<'a>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total_bytes), ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {bar:30} {percent}% {binary_bytes}/{binary_total_bytes} ETA {eta}")
            {
                bar.set_style(style);
            }
            bar
        });
        let now = Instant::now();
        Self { bar, tell, what, total_bytes, bytes: 0, rows: 0, started: now, told: now }
    }

    /// One row more; `bytes` of the files have been read.
    pub fn row(&mut self, bytes: u64) {
        self.rows += 1;
        self.bytes = bytes;
        if !self.rows.is_multiple_of(STEP) {
            return;
        }
        let message = self.message();
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.bytes);
                bar.set_message(message);
            }
            None if self.told.elapsed() >= INTERVAL => {
                self.told = Instant::now();
                let percent = self.bytes.saturating_mul(100) / self.total_bytes.max(1);
                let left = self.started.elapsed().as_secs().saturating_mul(100 - percent.min(100)) / percent.max(1);
                (self.tell)(&format!("{message}, {percent} %, {left} s left"));
            }
            None => {}
        }
    }

    fn message(&self) -> String {
        let ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        format!("{}: {} rows, {} rows/s", self.what, self.rows, self.rows.saturating_mul(1000) / ms)
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
