//! How far an import is: a bar with rows, rows a second, bytes and the time left where stderr is a terminal, else a plain
//! line every few seconds.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Tell;

/// Time between two plain lines.
const INTERVAL: Duration = Duration::from_secs(3);
/// Rows between two looks at the clock.
const STEP: u64 = 8192;

/// What is counted towards the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Figures,
}

/// Shows progress of one pass over files of known size, or over a known number of figures.
pub struct Progress<'a> {
    bar: Option<ProgressBar>,
    tell: Tell<'a>,
    what: &'static str,
    unit: Unit,
    total: u64,
    done: u64,
    rows: u64,
    started: Instant,
    told: Option<Instant>,
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("what", &self.what).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<'a> Progress<'a> {
    /// A pass over `total_bytes` of files.
    pub fn new(what: &'static str, total_bytes: u64, tell: Tell<'a>) -> Self {
        let place = "{binary_bytes}/{binary_total_bytes}";
        Self::of(what, Unit::Bytes, total_bytes, place, tell)
    }

    /// A pass over so many figures.
    pub fn of_figures(what: &'static str, figures: u64, tell: Tell<'a>) -> Self {
        Self::of(what, Unit::Figures, figures, "{human_pos}/{human_len}", tell)
    }

    fn of(what: &'static str, unit: Unit, total: u64, place: &str, tell: Tell<'a>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(5));
            let template = format!("{{msg}} {{bar:30}} {{percent}}% {place} ETA {{eta}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar.set_message(what);
            bar
        });
        Self { bar, tell, what, unit, total, done: 0, rows: 0, started: Instant::now(), told: None }
    }

    /// One row more; `bytes` of the files have been read.
    pub fn row(&mut self, bytes: u64) {
        self.done = bytes;
        self.step();
    }

    /// One figure more. At the last one the database still makes its indexes and commits.
    pub fn figure(&mut self) {
        self.done += 1;
        self.step();
        if self.done == self.total {
            let message = format!("{}; the database makes its indexes and commits", self.message());
            match (&self.bar, self.told) {
                (Some(bar), _) => bar.set_message(message),
                // Who saw no line before will wait no longer now.
                (None, Some(_)) => (self.tell)(&message),
                (None, None) => {}
            }
        }
    }

    fn step(&mut self) {
        self.rows += 1;
        if !self.rows.is_multiple_of(STEP) {
            return;
        }
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.done);
                bar.set_message(self.message());
            }
            None if self.told.unwrap_or(self.started).elapsed() >= INTERVAL => {
                self.told = Some(Instant::now());
                (self.tell)(&self.line());
            }
            None => {}
        }
    }

    fn message(&self) -> String {
        let ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rows = if self.unit == Unit::Bytes { "rows" } else { "figures" };
        format!("{}: {} {rows}, {} {rows}/s", self.what, self.rows, self.rows.saturating_mul(1000) / ms)
    }

    fn line(&self) -> String {
        let percent = self.done.saturating_mul(100) / self.total.max(1);
        let left = self.started.elapsed().as_secs().saturating_mul(100 - percent.min(100)) / percent.max(1);
        let place = match self.unit {
            Unit::Bytes => format!("{} of {}", BinaryBytes(self.done), BinaryBytes(self.total)),
            Unit::Figures => format!("of {}", self.total),
        };
        format!("{}, {place}, {percent} %, {left} s left", self.message())
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_says_rows_speed_bytes_share_and_the_time_left() {
        let said = std::cell::RefCell::new(Vec::new());
        let tell = |line: &str| said.borrow_mut().push(line.to_owned());
        let mut progress = Progress::new("reading", 100 << 20, &tell);
        progress.started = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        for row in 1..=STEP {
            progress.row(row * 6400);
        }
        assert_eq!(*said.borrow(), ["reading: 8192 rows, 819 rows/s, 50.00 MiB of 100.00 MiB, 50 %, 10 s left"]);
    }

    #[test]
    fn figures_that_are_written_say_when_the_database_does_the_rest() {
        let said = std::cell::RefCell::new(Vec::new());
        let tell = |line: &str| said.borrow_mut().push(line.to_owned());
        let mut progress = Progress::of_figures("writing", STEP * 2, &tell);
        progress.started = Instant::now().checked_sub(Duration::from_secs(4)).unwrap();
        (0..STEP * 2).for_each(|_| progress.figure());
        let said = said.borrow();
        assert_eq!(said[0], "writing: 8192 figures, 2048 figures/s, of 16384, 50 %, 4 s left");
        assert_eq!(said[1], "writing: 16384 figures, 4096 figures/s; the database makes its indexes and commits");
    }
}
