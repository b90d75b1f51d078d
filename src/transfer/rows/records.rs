//! JSON records: an array of objects, alone or as the `data` (or `dataset`) of an object, or one object a line. Read as a
//! stream; numbers keep their text.

use std::io::Read;

use struson::reader::{JsonReader as _, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use crate::transfer::TransferError;
use crate::transfer::input::Input;

/// Longest text of one value that is kept.
const LONGEST: usize = 1 << 20;

pub(super) struct Records {
    reader: JsonStreamReader<Box<dyn Read>>,
    /// Objects stand one after the other instead of in an array.
    is_lines: bool,
    header: Vec<String>,
    cells: Vec<String>,
    /// The first record, read to learn the header.
    first: bool,
    number: u64,
}

/// The names under which answers of known services hold their records.
const HOLDERS: [&str; 2] = ["data", "dataset"];

impl Records {
    pub(super) fn open(input: &Input, bytes: Box<dyn Read>) -> Result<(Self, Vec<String>), TransferError> {
        let settings =
            ReaderSettings { allow_multiple_top_level: true, track_path: false, ..ReaderSettings::default() };
        let reader = JsonStreamReader::new_custom(bytes, settings);
        let mut out = Self { reader, is_lines: false, header: Vec::new(), cells: Vec::new(), first: false, number: 0 };
        out.begin().map_err(|e| input.unreadable(e))?;
        if out.header.is_empty() {
            return Err(input.unreadable("there is no record in the file"));
        }
        let header = out.header.clone();
        Ok((out, header))
    }

    /// Goes to the first record and learns its names.
    fn begin(&mut self) -> Result<(), ReaderError> {
        if self.reader.peek()? == ValueType::Array {
            self.reader.begin_array()?;
        } else {
            self.reader.begin_object()?;
            loop {
                if !self.reader.has_next()? {
                    // One object without a list: a line of its own.
                    self.is_lines = true;
                    self.reader.end_object()?;
                    self.first = true;
                    self.number = 1;
                    return Ok(());
                }
                let name = self.reader.next_name_owned()?;
                if HOLDERS.contains(&name.as_str()) && self.reader.peek()? == ValueType::Array {
                    self.header.clear();
                    self.cells.clear();
                    self.reader.begin_array()?;
                    break;
                }
                self.keep(name)?;
            }
        }
        if self.reader.has_next()? {
            self.object()?;
            self.first = true;
            self.number = 1;
        }
        Ok(())
    }

    fn object(&mut self) -> Result<(), ReaderError> {
        self.cells.iter_mut().for_each(String::clear);
        self.reader.begin_object()?;
        while self.reader.has_next()? {
            let name = self.reader.next_name_owned()?;
            self.keep(name)?;
        }
        self.reader.end_object()
    }

    /// Keeps the next value under its name. Names of later records that the first has not are passed over.
    fn keep(&mut self, name: String) -> Result<(), ReaderError> {
        let text = match self.reader.peek()? {
            ValueType::String => self.reader.next_string()?,
            ValueType::Number => self.reader.next_number_as_string()?,
            ValueType::Boolean => self.reader.next_bool()?.to_string(),
            ValueType::Null => {
                self.reader.next_null()?;
                String::new()
            }
            ValueType::Array | ValueType::Object => {
                self.reader.skip_value()?;
                String::new()
            }
        };
        let text = if text.len() > LONGEST { String::new() } else { text };
        if self.number == 0 && self.header.len() > super::WIDEST {
            // Refused as soon as the record ends.
            return Ok(());
        }
        let at = match self.header.iter().position(|h| *h == name) {
            Some(at) => at,
            None if self.number == 0 => {
                self.header.push(name);
                self.cells.push(String::new());
                self.header.len() - 1
            }
            None => return Ok(()),
        };
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = text;
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<bool, String> {
        if std::mem::take(&mut self.first) {
            return Ok(true);
        }
        self.further().map_err(|e| format!("record {}: {e}", self.number + 1))
    }

    fn further(&mut self) -> Result<bool, ReaderError> {
        if self.reader.has_next()? {
            self.number += 1;
            self.object()?;
            return Ok(true);
        }
        if !self.is_lines {
            // The rest must be well-formed: a cut file ends in the middle.
            self.reader.skip_to_top_level()?;
        }
        Ok(false)
    }

    pub(super) fn cell(&self, column: usize) -> &[u8] {
        self.cells.get(column).map(String::as_bytes).unwrap_or_default()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }
}
