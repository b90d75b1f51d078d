//! Text with commas, semicolons or tabs. Works on bytes: in UTF-8, Windows code pages and GB18030 no part of a longer
//! character is a separator or a quote.

use std::io::{self, Read};

use crate::transfer::TransferError;
use crate::transfer::input::Input;

/// Lines of the longest record: names are broken into a few.
const LONGEST: u64 = 50;

pub(super) struct Delimited {
    pub(super) delimiter: u8,
    /// Empty cells at the end of a row are not written, as in workbooks: a short row is whole.
    pub(super) is_padded: bool,
    reader: csv::Reader<Ending>,
    record: csv::ByteRecord,
    /// Line of the last record, where its last cell goes over several lines, and whether the cell ends with a line's end.
    open: Option<(u64, bool)>,
}

/// Remembers the last byte of a file.
struct Ending {
    inner: Box<dyn Read>,
    last: u8,
}

impl Read for Ending {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.last = buffer.get(..read).and_then(<[u8]>::last).copied().unwrap_or(self.last);
        Ok(read)
    }
}

/// First words of SDMX-CSV: the separator comes right after them.
const SDMX: [&[u8]; 2] = [b"DATAFLOW", b"STRUCTURE"];

/// The separator that the first line has most of; SDMX-CSV has labels with any sign in them, so its first counts.
pub(super) fn delimiter(start: &[u8]) -> u8 {
    let line = start.split(|b| matches!(b, b'\n' | b'\r')).find(|l| !l.is_empty()).unwrap_or_default();
    let unquoted = line.strip_prefix(b"\"").unwrap_or(line);
    if let Some(rest) = SDMX.iter().find_map(|word| unquoted.strip_prefix(*word)) {
        // `STRUCTURE[;]` names the separator of parts.
        let rest = rest.splitn(2, |b| *b == b']').last().filter(|_| rest.starts_with(b"[")).unwrap_or(rest);
        let next = rest.iter().find(|b| **b != b'"');
        if let Some(separator) = next.filter(|b| matches!(b, b',' | b';' | b'\t')) {
            return *separator;
        }
    }
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == separator);
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

impl Delimited {
    pub(super) fn open(
        input: &Input,
        bytes: Box<dyn Read>,
        delimiter: u8,
    ) -> Result<(Self, Vec<Vec<u8>>), TransferError> {
        let bytes = Ending { inner: bytes, last: 0 };
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true).delimiter(delimiter).buffer_capacity(1 << 18);
        let mut reader = reader.from_reader(bytes);
        let mut header = csv::ByteRecord::new();
        // The header is the first row in which something stands.
        let is_blank = |row: &csv::ByteRecord| row.iter().all(|name| name.trim_ascii().is_empty());
        while reader.read_byte_record(&mut header).map_err(|e| input.unreadable(e))? && is_blank(&header) {}
        let mut names: Vec<Vec<u8>> = header.iter().map(|name| name.trim_ascii().to_vec()).collect();
        while names.len() > 1 && names.last().is_some_and(Vec::is_empty) {
            names.pop();
        }
        Ok((Self { delimiter, is_padded: false, reader, record: csv::ByteRecord::new(), open: None }, names))
    }

    pub(super) fn next(&mut self) -> Result<bool, String> {
        let more = self.reader.read_byte_record(&mut self.record).map_err(|e| format!("line {}: {e}", self.line()))?;
        if !more {
            return self.closed();
        }
        let lines = self.reader.position().line().saturating_sub(self.line());
        self.open = None;
        if lines > 1 {
            if lines > LONGEST {
                return Err(format!("line {}: a quote is opened and not closed within {LONGEST} lines", self.line()));
            }
            let last = self.record.iter().next_back();
            let last = last.filter(|cell| cell.contains(&b'\n'));
            self.open = last.map(|cell| (self.line(), cell.ends_with(b"\n") || cell.ends_with(b"\r")));
        }
        Ok(true)
    }

    /// At the end of the file: a quote that nobody closed took the rest of it, the end of the last line too.
    fn closed(&self) -> Result<bool, String> {
        let last = self.reader.get_ref().last;
        match self.open {
            Some((line, with_end)) if last != b'"' && (with_end || !matches!(last, b'\n' | b'\r')) => {
                Err(format!("line {line}: a quote is opened and never closed"))
            }
            _ => Ok(false),
        }
    }

    pub(super) fn cell(&self, column: usize) -> &[u8] {
        self.record.get(column).unwrap_or_default()
    }

    pub(super) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// Whether all fields are empty: spreadsheets write such rows behind their last one, and between tables.
    pub(super) fn is_blank(&self) -> bool {
        self.record.iter().all(|field| field.trim_ascii().is_empty())
    }

    pub(super) fn width(&self, header: usize) -> usize {
        if self.record.len() <= header {
            return if self.is_padded { header } else { self.record.len() };
        }
        let filled = self.record.iter().rposition(|f| !f.trim_ascii().is_empty()).map_or(0, |at| at + 1);
        filled.max(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_that_the_first_line_has_most_of() {
        for (line, wanted) in [
            ("t,i,j,k,v,q\n1;2", b','),
            ("\"CO_ANO\";\"CO_MES\"\n", b';'),
            ("NAPR\tPERIOD\tSTRANA, code\n", b'\t'),
            ("\"a,b,c\";d\n", b';'),
            ("alone\n", b','),
            ("STRUCTURE[;],STRUCTURE_ID,A\n", b','),
            ("\"DATAFLOW\";freq: Time, frequency;product: a, b, c\n", b';'),
        ] {
            assert_eq!(delimiter(line.as_bytes()), wanted, "{line}");
        }
    }
}
