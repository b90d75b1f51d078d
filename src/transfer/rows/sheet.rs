//! The first sheet of a workbook, written out as delimited text into a temporary file, row by row: line numbers stay
//! those of the sheet. Only the workbook's shared texts are held in memory.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::panic::{self, AssertUnwindSafe};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use crate::transfer::TransferError;
use crate::transfer::input::{Input, temporary};

/// Size of the largest sheet.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;
/// Bytes of the longest text; a cell has at most 32,767 characters.
const CELL: usize = 4 << 20;
/// Bytes of all parts of a workbook that are held in memory; there they take up to five times as much.
const WHOLE: u64 = 64 << 20;

/// The rows of the first sheet as text with commas. The reader of workbooks may panic on damaged ones, as on the place
/// `ZZZZZZZZ1`, whose column does not fit into its number; that is an error of the file too.
pub(super) fn unrolled(input: &Input, bytes: impl Read) -> Result<File, TransferError> {
    panic::catch_unwind(AssertUnwindSafe(|| unroll(input, bytes)))
        .unwrap_or_else(|_| Err(input.unreadable("the workbook is damaged: it cannot be read to its end")))
}

fn unroll(input: &Input, mut bytes: impl Read) -> Result<File, TransferError> {
    let mut workbook = tempfile::tempfile().map_err(|e| temporary(&e))?;
    copy(input, &mut bytes, &mut workbook)?;
    check(input, &workbook)?;
    workbook.seek(SeekFrom::Start(0)).map_err(|e| temporary(&e))?;
    let mut workbook = Xlsx::new(io::BufReader::new(workbook)).map_err(|e| input.unreadable(e))?;
    let names = workbook.sheet_names();
    let name = names.first().ok_or_else(|| input.unreadable("the workbook has no sheet"))?;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|e| input.unreadable(e))?;
    let text = tempfile::tempfile().map_err(|e| temporary(&e))?;
    let put_aside = |e: csv::Error| temporary(&e.into());
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(text);
    let mut row: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().map_err(|e| input.unreadable(e))? {
        let (line, column) = cell.get_position();
        if line >= ROWS || column >= COLUMNS {
            return Err(input.unreadable(format!("row {}: a cell stands beyond the largest sheet there is", line + 1)));
        }
        while at < line {
            out.write_record(&row).map_err(put_aside)?;
            row.clear();
            at += 1;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        while row.len() <= column {
            row.push(String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = shown(cell.get_value());
        }
    }
    if !row.is_empty() {
        out.write_record(&row).map_err(put_aside)?;
    }
    let mut text = out.into_inner().map_err(|e| temporary(e.error()))?;
    text.seek(SeekFrom::Start(0)).map_err(|e| temporary(&e))?;
    Ok(text)
}

/// Copies a workbook to the temporary folder: an error is that of the file or that of the folder.
fn copy(input: &Input, from: &mut impl Read, to: &mut File) -> Result<(), TransferError> {
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let length = from.read(&mut buffer).map_err(|e| input.unreadable(e))?;
        if length == 0 {
            return Ok(());
        }
        to.write_all(buffer.get(..length).unwrap_or_default()).map_err(|e| temporary(&e))?;
    }
}

/// Refuses a workbook that unfolds into more than memory should hold. Sheets are read cell by cell, so the longest text
/// without a tag counts; everything else is read as a whole.
fn check(input: &Input, workbook: &File) -> Result<(), TransferError> {
    let unreadable = |e: &dyn std::fmt::Display| {
        input.unreadable(format!("the workbook is damaged: {e}; download it again, or save it as CSV"))
    };
    let mut archive = ZipArchive::new(io::BufReader::new(workbook)).map_err(|e| unreadable(&e))?;
    let mut whole = 0_u64;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|e| unreadable(&e))?;
        let name = part.name().map_err(|e| unreadable(&e))?.to_string();
        // Pictures are not read.
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let is_sheet = name.contains("worksheets/");
        let mut gap = 0_usize;
        let mut buffer = vec![0_u8; 1 << 16];
        loop {
            let length = part.read(&mut buffer).map_err(|e| unreadable(&e))?;
            if length == 0 {
                break;
            }
            let bytes = buffer.get(..length).unwrap_or_default();
            let is_tag = |b: &u8| *b == b'<';
            gap += bytes.iter().position(is_tag).unwrap_or(length);
            if gap > CELL {
                return Err(input.unreadable(format!("{name}: a cell is longer than 4 MiB, which no sheet has")));
            }
            gap = bytes.iter().rposition(is_tag).map_or(gap, |last| length - last);
            whole += if is_sheet { 0 } else { u64::try_from(length).unwrap_or(0) };
            if whole > WHOLE {
                return Err(input.unreadable(
                    "the texts of the workbook take more than 64 MiB; save its first sheet as CSV and import that",
                ));
            }
        }
    }
    Ok(())
}

/// A cell as text. A workbook holds numbers as doubles; their shortest decimal form is what was typed.
fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => one_line(text),
        DataRef::SharedString(text) => one_line(text),
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}
