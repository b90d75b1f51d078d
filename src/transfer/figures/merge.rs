//! Puts together the rows of one key, whatever their order in the files: measures that stand in rows of their own, parts
//! that are added, rows that stand there twice. Rows that contradict each other are bad, all of them.

use std::cell::RefCell;

use super::{Done, unsorted};
use crate::domain::decimal::format_scaled;
use crate::storage::figures::NOT_TOLD;
use crate::transfer::input::Input;
use crate::transfer::layout::{Layout, Repeated};
use crate::transfer::progress::Progress;
use crate::transfer::report::{Bad, Report};
use crate::transfer::sorted::{Figure, Sorted, TooLarge};

const NORMAL: u8 = 1;
const ESTIMATED: u8 = 2;
const CONFIDENTIAL: u8 = 3;
const MISSING: u8 = 4;

/// Figures in order, one of each key.
pub(super) struct Merged<'a, 'b> {
    sorted: Sorted,
    pub(super) ahead: Option<Figure>,
    policy: Policy,
    pub(super) counts: Counts,
    report: &'b RefCell<Report<'a>>,
    files: &'b [Input],
    progress: Progress<'a>,
    /// The rows of the key.
    rows: Vec<Figure>,
}

/// What became of rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Put together with another row of their key.
    pub(super) merged: u64,
    /// Parts of a figure that stands there as a whole too.
    pub(super) parts: u64,
    /// Figures of which digits were rounded away.
    pub(super) rounded: u64,
    /// Sums of which a part is withheld.
    pub(super) withheld: u64,
}

/// What several rows of one key mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    repeated: Repeated,
    /// Files hold parts of the same figures.
    parts: bool,
    /// Decimals of values, for messages.
    scale: u32,
}

impl Policy {
    pub(super) fn new(layout: &Layout, parts: bool) -> Self {
        Self { repeated: layout.repeated, parts, scale: layout.dataset.scale }
    }
}

/// What the rows of a key that tell of the value, or those that tell of the weight alone, came to.
struct Side {
    figure: Figure,
    /// Statuses of its rows, one bit each.
    statuses: u8,
    n_rows: u64,
}

impl Side {
    fn new(figure: Figure) -> Self {
        Self { figure, statuses: bit(&figure), n_rows: 1 }
    }

    /// The status of all rows together, and whether a part of the sum is withheld.
    fn status(&self) -> (u8, bool) {
        let has = |status: u8| self.statuses & (1 << status) != 0;
        match self.figure.value {
            Some(_) if has(CONFIDENTIAL) || has(MISSING) => (ESTIMATED, true),
            Some(_) => (if has(ESTIMATED) { ESTIMATED } else { NORMAL }, false),
            None => (if has(CONFIDENTIAL) { CONFIDENTIAL } else { MISSING }, false),
        }
    }
}

/// A figure that is told is not withheld, whatever its row says, and one that is not told is missing at least.
fn bit(figure: &Figure) -> u8 {
    1 << match (figure.value, figure.status) {
        (Some(_), CONFIDENTIAL | MISSING) => NORMAL,
        (None, NORMAL | ESTIMATED) => MISSING,
        (_, status) => status.min(7),
    }
}

impl<'a, 'b> Merged<'a, 'b> {
    pub(super) fn new(
        mut sorted: Sorted,
        policy: Policy,
        report: &'b RefCell<Report<'a>>,
        files: &'b [Input],
        progress: Progress<'a>,
    ) -> Done<Self> {
        let ahead = sorted.next().transpose().map_err(unsorted)?;
        Ok(Self { sorted, ahead, policy, counts: Counts::default(), report, files, progress, rows: Vec::new() })
    }

    /// The next figure, put together from all rows of its key.
    pub(super) fn next(&mut self) -> Done<Option<Figure>> {
        loop {
            let Some(first) = self.ahead.take() else { return Ok(None) };
            if let Some(figure) = self.key(first)? {
                self.counts.rounded += u64::from(figure.rounded);
                return Ok(Some(figure));
            }
        }
    }

    /// All rows of the key of the first; nothing where they are bad.
    fn key(&mut self, first: Figure) -> Done<Option<Figure>> {
        let (mut value, mut weight): (Option<Side>, Option<Side>) = (None, None);
        let mut refused: Option<String> = None;
        let mut counts = Counts::default();
        self.rows.clear();
        let mut next = Some(first);
        while let Some(row) = next.filter(|row| row.key == first.key) {
            self.progress.figure();
            self.rows.push(row);
            let side = if row.weight_only { &mut weight } else { &mut value };
            match side {
                _ if refused.is_some() => {}
                None => *side = Some(Side::new(row)),
                // A whole that is missing gives way to its parts; one that is withheld does not.
                Some(held) if row.cut && !held.figure.cut && held.status().0 == MISSING => {
                    held.statuses |= bit(&row);
                    held.figure = row;
                    held.n_rows += 1;
                    counts.merged += 1;
                }
                // The whole comes before its parts.
                Some(held) if row.cut && !held.figure.cut => counts.parts += 1,
                Some(held) => match self.join(held, &row) {
                    Ok(()) => {
                        held.n_rows += 1;
                        counts.merged += 1;
                    }
                    Err(reason) => refused = Some(reason),
                },
            }
            next = self.sorted.next().transpose().map_err(unsorted)?;
        }
        self.ahead = next;
        if let Some(reason) = refused {
            // None of them is told apart as the right one.
            for row in std::mem::take(&mut self.rows) {
                self.refuse(&row, &reason);
            }
            return Ok(None);
        }
        let figure = match (value, weight) {
            // The weights of parts are no weight of the whole.
            (Some(value), Some(weight)) if weight.figure.cut && !value.figure.cut => {
                counts.merged -= weight.n_rows - 1;
                counts.parts += weight.n_rows;
                self.finished(&value)
            }
            (Some(value), Some(weight)) => {
                counts.merged += 1;
                let weight = weight.figure;
                let own = self.finished(&value);
                Figure { weight: own.weight.or(weight.weight), rounded: own.rounded || weight.rounded, ..own }
            }
            (Some(value), None) => self.finished(&value),
            (None, Some(weight)) => Figure { status: NOT_TOLD, ..weight.figure },
            (None, None) => return Ok(None),
        };
        self.counts.merged += counts.merged;
        self.counts.parts += counts.parts;
        Ok(Some(figure))
    }

    fn finished(&mut self, side: &Side) -> Figure {
        let (status, withheld) = side.status();
        self.counts.withheld += u64::from(withheld);
        Figure { status, ..side.figure }
    }

    /// Puts a row to those before it; else why it cannot be.
    fn join(&self, held: &mut Side, row: &Figure) -> Result<(), String> {
        let figure = &mut held.figure;
        if self.policy.repeated == Repeated::Refuse {
            let agree = |a: Option<i64>, b: Option<i64>| a == b || a.is_none() || b.is_none();
            let is_same = figure.value == row.value
                && figure.status == row.status
                && agree(figure.weight, row.weight)
                && agree(figure.quantity, row.quantity)
                && (figure.unit == row.unit || figure.quantity.is_none() || row.quantity.is_none());
            if is_same {
                // One may say what the other leaves out.
                figure.weight = figure.weight.or(row.weight);
                if figure.quantity.is_none() {
                    (figure.quantity, figure.unit) = (row.quantity, row.unit);
                }
                return Ok(());
            }
            return Err(format!(
                "{} and {} have the same reporter, partner, product, flow and period with other numbers",
                self.place(figure, figure.file != row.file),
                self.place(row, figure.file != row.file)
            ));
        }
        if figure.file != row.file && !self.policy.parts {
            return Err(format!(
                "{} and {} have the same reporter, partner, product, flow and period; rows of one file are added, those of two are not, unless --parts says that each holds a part",
                self.place(figure, true),
                self.place(row, true)
            ));
        }
        figure.add(row).map_err(|TooLarge| "added to the other rows of its key it is too large".to_owned())?;
        held.statuses |= bit(row);
        Ok(())
    }

    fn place(&self, figure: &Figure, with_file: bool) -> String {
        match self.files.get(usize::from(figure.file)).filter(|_| with_file) {
            Some(file) => format!("line {} of {}", figure.line, file.shown()),
            None => format!("line {}", figure.line),
        }
    }

    fn refuse(&self, figure: &Figure, reason: &str) {
        let file = self.files.get(usize::from(figure.file)).map(Input::shown).unwrap_or_default();
        let value = match (figure.value, figure.weight) {
            (None, Some(weight)) => format_scaled(weight, 3),
            (value, _) => value.map(|v| format_scaled(v, self.policy.scale)).unwrap_or_default(),
        };
        let bad = Bad { file: &file, line: figure.line.into(), column: "row", value: &value };
        self.report.borrow_mut().bad_in(figure.file, bad, reason);
    }
}
