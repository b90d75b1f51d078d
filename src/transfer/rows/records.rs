//! JSON records: an array of objects, alone or as the `data` (or `dataset`) of an object, or one object a line; several
//! of these one after the other, as answers are that were put into one file. Read as a stream; numbers keep their text.

use std::io::Read;

use struson::reader::{JsonReader as _, JsonReaderPosition, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use crate::transfer::TransferError;
use crate::transfer::input::Input;

pub(super) struct Records {
    reader: JsonStreamReader<Box<dyn Read>>,
    place: Place,
    header: Vec<String>,
    cells: Vec<String>,
    /// The first record, read to learn the header.
    first: bool,
    number: u64,
}

/// Where the next record is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of the file.
    Start,
    /// Behind a document: there is another one, or the end of the file.
    Between,
    /// In an array of records.
    List,
    /// In an array of records that an object holds.
    Held,
}

/// The names under which answers of known services hold their records.
const HOLDERS: [&str; 2] = ["data", "dataset"];

/// Why a record cannot be read.
pub(super) enum Fault {
    Json(ReaderError),
    Other(String),
}

impl From<ReaderError> for Fault {
    fn from(error: ReaderError) -> Self {
        Self::Json(error)
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(ReaderError::SyntaxError(error)) => {
                write!(f, "{}: this is no JSON ({:?})", spot(&error.location), error.kind)
            }
            Self::Json(ReaderError::UnexpectedValueType { expected, actual, location }) => {
                write!(f, "{}: expected an {expected}, came a {actual}", spot(location))
            }
            // What is wrong with the bytes says where it is by itself.
            Self::Json(ReaderError::IoError { error, .. }) => error.fmt(f),
            Self::Json(error) => error.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// Line and column, from 1.
fn spot(location: &JsonReaderPosition) -> String {
    let at = location.line_pos.as_ref();
    at.map_or_else(String::new, |at| format!("line {}, column {}", at.line.saturating_add(1), at.column + 1))
}

impl Records {
    pub(super) fn open(input: &Input, bytes: Box<dyn Read>) -> Result<(Self, Vec<String>), TransferError> {
        let settings =
            ReaderSettings { allow_multiple_top_level: true, track_path: false, ..ReaderSettings::default() };
        let reader = JsonStreamReader::new_custom(bytes, settings);
        let (header, cells) = (Vec::new(), Vec::new());
        let mut out = Self { reader, place: Place::Start, header, cells, first: false, number: 0 };
        out.first = out.further().map_err(|e| input.unreadable(e))?;
        if out.header.is_empty() {
            return Err(input.unreadable("there is no record in the file"));
        }
        let header = out.header.clone();
        Ok((out, header))
    }

    pub(super) fn next(&mut self) -> Result<bool, String> {
        if std::mem::take(&mut self.first) {
            return Ok(true);
        }
        self.further().map_err(|e| format!("record {}: {e}", self.number + 1))
    }

    /// Goes to the next record, through the ends and beginnings of documents; false at the end of the file, which is
    /// reached: what is wrong with its end is told.
    fn further(&mut self) -> Result<bool, Fault> {
        loop {
            let is_read = match self.place {
                Place::Start => self.document()?,
                Place::Between if self.reader.has_next()? => self.document()?,
                Place::Between => return Ok(false),
                Place::List | Place::Held if self.reader.has_next()? => {
                    self.object()?;
                    true
                }
                Place::List => {
                    self.reader.end_array()?;
                    self.place = Place::Between;
                    false
                }
                Place::Held => {
                    self.reader.end_array()?;
                    // The object may hold a second array.
                    self.members(None)?
                }
            };
            if is_read {
                self.number += 1;
                return Ok(true);
            }
        }
    }

    /// Begins a document; whether it is a record itself.
    fn document(&mut self) -> Result<bool, Fault> {
        match self.reader.peek()? {
            ValueType::Array => {
                self.reader.begin_array()?;
                self.place = Place::List;
                Ok(false)
            }
            ValueType::Object => {
                self.reader.begin_object()?;
                self.members(Some(Vec::new()))
            }
            other => {
                let spot = spot(&self.reader.current_position(false));
                Err(Fault::Other(format!("{spot}: expected an object or an array of objects, came a {other}")))
            }
        }
    }

    /// Reads the members of an object up to an array of records or to its end. `own` are the members of an object that
    /// is a record itself if it holds no such array; whether it is one.
    fn members(&mut self, mut own: Option<Vec<(String, String)>>) -> Result<bool, Fault> {
        while self.reader.has_next()? {
            let name = self.reader.next_name_owned()?;
            if HOLDERS.contains(&name.as_str()) && self.reader.peek()? == ValueType::Array {
                self.reader.begin_array()?;
                self.place = Place::Held;
                return Ok(false);
            }
            match &mut own {
                Some(own) => own.push((name, text(&mut self.reader)?)),
                None => self.reader.skip_value()?,
            }
        }
        self.reader.end_object()?;
        self.place = Place::Between;
        let Some(own) = own else { return Ok(false) };
        self.cells.iter_mut().for_each(String::clear);
        for (name, text) in own {
            self.keep(name, text);
        }
        Ok(true)
    }

    fn object(&mut self) -> Result<(), Fault> {
        self.cells.iter_mut().for_each(String::clear);
        self.reader.begin_object()?;
        while self.reader.has_next()? {
            let name = self.reader.next_name_owned()?;
            let text = text(&mut self.reader)?;
            self.keep(name, text);
        }
        Ok(self.reader.end_object()?)
    }

    /// Keeps a value under its name. Names of later records that the first has not are passed over.
    fn keep(&mut self, name: String, text: String) {
        if self.number == 0 && self.header.len() > super::WIDEST {
            // Refused as soon as the record ends.
            return;
        }
        let at = match self.header.iter().position(|h| *h == name) {
            Some(at) => at,
            None if self.number == 0 => {
                self.header.push(name);
                self.cells.push(String::new());
                self.header.len() - 1
            }
            None => return,
        };
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = text;
        }
    }

    pub(super) fn cell(&self, column: usize) -> &[u8] {
        self.cells.get(column).map(String::as_bytes).unwrap_or_default()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// The next value as text: nothing for null, and a sign for what is no single value, which no column can hold.
fn text(reader: &mut JsonStreamReader<Box<dyn Read>>) -> Result<String, ReaderError> {
    Ok(match reader.peek()? {
        ValueType::String => reader.next_string()?,
        ValueType::Number => reader.next_number_as_string()?,
        ValueType::Boolean => reader.next_bool()?.to_string(),
        ValueType::Null => {
            reader.next_null()?;
            String::new()
        }
        ValueType::Array => {
            reader.skip_value()?;
            "[…]".to_owned()
        }
        ValueType::Object => {
            reader.skip_value()?;
            "{…}".to_owned()
        }
    })
}
