//! Figures in the order of their keys, whatever the order of the files: sorted in parts that fit into memory, kept in
//! temporary files, and merged. Memory stays the same for any number of figures.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Figures that are sorted at once: 64 MiB.
const RUN: usize = 1 << 20;
/// Bytes of a figure in a temporary file.
const WIDTH: usize = 56;
/// The place of no number.
const NONE: i64 = i64::MIN;

/// Where runs are kept: the temporary folder, unless it is the usual one, which may be memory, and there is another on
/// the disk.
fn folder() -> PathBuf {
    let usual = std::env::temp_dir();
    let large = Path::new("/var/tmp");
    if usual == Path::new("/tmp") && large.is_dir() { large.to_owned() } else { usual }
}

/// The key of a figure. Its order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Number of the dataset in the import.
    pub dataset: u8,
    /// Region id.
    pub reporter: u32,
    /// Region id.
    pub partner: u32,
    /// Sector id.
    pub sector: u32,
    /// Code of the flow.
    pub flow: u8,
    /// First month.
    pub start: u16,
    /// Months.
    pub months: u8,
}

/// A figure on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// What it is of.
    pub key: Key,
    /// Value in units of the dataset's scale.
    pub value: Option<i64>,
    /// Grams.
    pub weight: Option<i64>,
    /// Thousandths of the unit.
    pub quantity: Option<i64>,
    /// Number of the unit in the import.
    pub unit: u16,
    /// Code of the status.
    pub status: u8,
    /// Digits were rounded away.
    pub rounded: bool,
    /// The code of the product was longer than those of the classification, and is cut: the figure is a part.
    pub cut: bool,
    /// The row tells of the weight alone, another one of the value.
    pub weight_only: bool,
    /// Number of its file.
    pub file: u16,
    /// Its line.
    pub line: u32,
}

impl Figure {
    /// Adds the amounts of another part of the same figure: a part without a value adds nothing to it, a weight or
    /// quantity is known only where all are. An error, and nothing is added, where a sum does not fit 64 bits.
    pub fn add(&mut self, part: &Self) -> Result<(), TooLarge> {
        let sum = |a: i64, b: i64| a.checked_add(b).ok_or(TooLarge);
        let all = |a: Option<i64>, b: Option<i64>| a.zip(b).map(|(a, b)| sum(a, b)).transpose();
        let value = match (self.value, part.value) {
            (Some(a), Some(b)) => Some(sum(a, b)?),
            (a, b) => a.or(b),
        };
        let weight = all(self.weight, part.weight)?;
        let quantity = if self.unit == part.unit { all(self.quantity, part.quantity)? } else { None };
        (self.value, self.weight, self.quantity) = (value, weight, quantity);
        self.rounded |= part.rounded;
        Ok(())
    }

    /// Before the parts of a figure stands the one that is reported whole.
    fn place(&self) -> (Key, bool, u16, u32) {
        (self.key, self.cut, self.file, self.line)
    }

    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let mut bytes = [0_u8; WIDTH];
        let mut rest = bytes.as_mut_slice();
        let k = &self.key;
        let flags = u8::from(self.rounded) | u8::from(self.cut) << 1 | u8::from(self.weight_only) << 2;
        rest.write_all(&[k.dataset, k.flow, k.months, self.status, flags, 0])?;
        rest.write_all(&k.start.to_le_bytes())?;
        for number in [k.reporter, k.partner, k.sector, self.line] {
            rest.write_all(&number.to_le_bytes())?;
        }
        for number in [self.unit, self.file] {
            rest.write_all(&number.to_le_bytes())?;
        }
        rest.write_all(&[0; 4])?;
        for number in [self.value, self.weight, self.quantity] {
            rest.write_all(&number.unwrap_or(NONE).to_le_bytes())?;
        }
        out.write_all(&bytes)
    }

    fn read(bytes: &[u8; WIDTH]) -> Self {
        let mut rest = bytes.as_slice();
        let mut take = |length: usize| {
            let (part, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = after;
            part
        };
        fn number<const N: usize>(part: &[u8]) -> [u8; N] {
            part.try_into().unwrap_or([0; N])
        }
        let [dataset, flow, months, status, flags, _] = number::<6>(take(6));
        let start = u16::from_le_bytes(number(take(2)));
        let mut id = || u32::from_le_bytes(number(take(4)));
        let (reporter, partner, sector, line) = (id(), id(), id(), id());
        let mut short = || u16::from_le_bytes(number(take(2)));
        let (unit, file) = (short(), short());
        take(4);
        let mut amount = || Some(i64::from_le_bytes(number(take(8)))).filter(|n| *n != NONE);
        let (value, weight, quantity) = (amount(), amount(), amount());
        let key = Key { dataset, reporter, partner, sector, flow, start, months };
        let [rounded, cut, weight_only] = [1, 2, 4].map(|flag| flags & flag != 0);
        Self { key, value, weight, quantity, unit, status, rounded, cut, weight_only, file, line }
    }
}

/// A sum does not fit 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Takes figures in any order.
#[derive(Debug, Default)]
pub struct Sorter {
    run: Vec<Figure>,
    spilled: Vec<File>,
    count: u64,
    /// By the number of the dataset.
    by_dataset: Vec<u64>,
}

impl Sorter {
    /// One figure more.
    pub fn push(&mut self, figure: Figure) -> io::Result<()> {
        if self.run.len() == RUN {
            self.spill()?;
        }
        if self.run.capacity() == 0 {
            self.run.reserve(4096);
        }
        self.run.push(figure);
        self.count += 1;
        let dataset = usize::from(figure.key.dataset);
        match self.by_dataset.get_mut(dataset) {
            Some(count) => *count += 1,
            None => {
                self.by_dataset.resize(dataset, 0);
                self.by_dataset.push(1);
            }
        }
        Ok(())
    }

    /// Figures so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Figures so far of each dataset of the import, by its number.
    pub fn by_dataset(&self) -> Vec<u64> {
        self.by_dataset.clone()
    }

    fn spill(&mut self) -> io::Result<()> {
        self.run.sort_unstable_by_key(Figure::place);
        let mut out = BufWriter::with_capacity(1 << 20, tempfile::tempfile_in(folder())?);
        for figure in self.run.drain(..) {
            figure.write(&mut out)?;
        }
        self.spilled.push(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// All figures in the order of their keys; those of one key in the order of files and lines.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.run.sort_unstable_by_key(Figure::place);
        let mut runs = Vec::new();
        for mut file in self.spilled {
            file.seek(SeekFrom::Start(0))?;
            runs.push(Run::File(BufReader::with_capacity(1 << 18, file)));
        }
        runs.push(Run::Memory(self.run.into_iter()));
        let mut out = Sorted { runs, heads: BinaryHeap::new() };
        for at in 0..out.runs.len() {
            out.refill(at)?;
        }
        Ok(out)
    }
}

enum Run {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Figure>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Figure>> {
        match self {
            Self::Memory(figures) => Ok(figures.next()),
            Self::File(file) => {
                let mut bytes = [0_u8; WIDTH];
                match file.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Figure::read(&bytes))),
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

struct Head {
    figure: Figure,
    run: usize,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.figure.place() == other.figure.place()
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.figure.place().cmp(&other.figure.place())
    }
}

/// Figures in order.
pub struct Sorted {
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<Head>>,
}

impl std::fmt::Debug for Sorted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorted").field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

impl Sorted {
    fn refill(&mut self, run: usize) -> io::Result<()> {
        if let Some(from) = self.runs.get_mut(run)
            && let Some(figure) = from.next()?
        {
            self.heads.push(Reverse(Head { figure, run }));
        }
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<Figure>;

    fn next(&mut self) -> Option<io::Result<Figure>> {
        let Reverse(head) = self.heads.pop()?;
        Some(self.refill(head.run).map(|()| head.figure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_back_whole_and_in_order() {
        let mut sorter = Sorter::default();
        let total = u32::try_from(RUN).unwrap() * 2 + 7;
        let figure = |n: u32| Figure {
            // An odd factor: every number once, in no order.
            key: Key {
                dataset: 1,
                reporter: n.wrapping_mul(2_654_435_761) >> 8,
                partner: n,
                sector: n / 3,
                flow: 2,
                start: 24_240,
                months: 12,
            },
            value: n.is_multiple_of(2).then_some(-i64::from(n)),
            weight: Some(i64::from(n)),
            quantity: None,
            unit: 3,
            status: 1,
            rounded: n.is_multiple_of(5),
            cut: n.is_multiple_of(7),
            weight_only: n.is_multiple_of(11),
            file: 9,
            line: n,
        };
        for n in 0..total {
            sorter.push(figure(n)).unwrap();
        }
        assert_eq!((sorter.count(), sorter.by_dataset()), (u64::from(total), vec![0, u64::from(total)]));
        let mut sorted = sorter.sorted().unwrap();
        let mut last = None;
        let mut seen = 0;
        for next in &mut sorted {
            let next = next.unwrap();
            assert_eq!(next, figure(next.line));
            assert!(last.is_none_or(|l| l < next.key));
            last = Some(next.key);
            seen += 1;
        }
        assert_eq!(seen, total);
    }
}
