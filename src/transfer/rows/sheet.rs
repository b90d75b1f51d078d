//! The first sheet of a workbook, written out as delimited text into a temporary file, row by row: line numbers stay
//! those of the sheet. Only the workbook's shared texts are held in memory.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};

use calamine::{DataRef, Reader as _, Xlsx};

use crate::transfer::TransferError;
use crate::transfer::input::Input;

/// The rows of the first sheet as text with commas.
pub(super) fn unrolled(input: &Input, mut bytes: impl Read) -> Result<File, TransferError> {
    let mut workbook = tempfile::tempfile().map_err(|e| input.unreadable(e))?;
    io::copy(&mut bytes, &mut workbook).map_err(|e| input.unreadable(e))?;
    workbook.seek(SeekFrom::Start(0)).map_err(|e| input.unreadable(e))?;
    let mut workbook = Xlsx::new(io::BufReader::new(workbook)).map_err(|e| input.unreadable(e))?;
    let names = workbook.sheet_names();
    let name = names.first().ok_or_else(|| input.unreadable("the workbook has no sheet"))?;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|e| input.unreadable(e))?;
    let text = tempfile::tempfile().map_err(|e| input.unreadable(e))?;
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(text);
    let mut row: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().map_err(|e| input.unreadable(e))? {
        let (line, column) = cell.get_position();
        while at < line {
            out.write_record(&row).map_err(|e| input.unreadable(e))?;
            row.clear();
            at += 1;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column > 16_384 {
            return Err(input.unreadable(format!("row {}: a cell stands beyond the widest sheet there is", line + 1)));
        }
        while row.len() <= column {
            row.push(String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = shown(cell.get_value());
        }
    }
    if !row.is_empty() {
        out.write_record(&row).map_err(|e| input.unreadable(e))?;
    }
    let mut text = out.into_inner().map_err(|e| input.unreadable(e.error()))?;
    text.seek(SeekFrom::Start(0)).map_err(|e| input.unreadable(e))?;
    Ok(text)
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
