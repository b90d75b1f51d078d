//! JSON records: an array of objects, alone or as the `data` (or `dataset`) of an object, or one object a line; several
//! of these one after the other, as answers are that were put into one file. Read as a stream; numbers keep their text.
//! Records may lack names that others have: the columns are those of all records.

use std::collections::{HashMap, VecDeque};
use std::io::Read;

use struson::reader::{JsonReader as _, JsonReaderPosition, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

use super::bounded::Allowance;
use crate::transfer::TransferError;
use crate::transfer::input::Input;

/// Records that are read ahead to learn their names, and the bytes that these may take.
const AHEAD: usize = 1000;
const AHEAD_BYTES: usize = 4 << 20;
/// Bytes of the longest name.
const LONGEST: usize = 1024;

pub(super) struct Records {
    reader: JsonStreamReader<Box<dyn Read>>,
    place: Place,
    /// Names in the order in which they were met.
    header: Vec<String>,
    /// Column of each name, as it is written and in small letters.
    columns: HashMap<String, usize>,
    record: Record,
    /// Records read so far.
    read: u64,
    /// Records that were read to learn the header, and the error behind them.
    ahead: VecDeque<Record>,
    broken: Option<Fault>,
    /// Only names are wanted.
    is_learning: bool,
    /// What the document says of an error, and the records before it.
    said: String,
    before: u64,
}

#[derive(Debug, Default)]
struct Record {
    number: u64,
    cells: Vec<String>,
    /// Columns that have a value already.
    is_filled: Vec<bool>,
    /// Columns that got several values.
    twice: Vec<usize>,
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

/// The name under which they say why there are none.
const ERROR: &str = "error";

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
    /// Reads the first records. All names of the file are known where the input has them.
    pub(super) fn open(
        input: &Input,
        bytes: Box<dyn Read>,
        allowance: &Allowance,
    ) -> Result<(Self, Vec<String>), TransferError> {
        let settings =
            ReaderSettings { allow_multiple_top_level: true, track_path: false, ..ReaderSettings::default() };
        let mut out = Self {
            reader: JsonStreamReader::new_custom(bytes, settings),
            place: Place::Start,
            header: Vec::new(),
            columns: HashMap::new(),
            record: Record::default(),
            read: 0,
            ahead: VecDeque::new(),
            broken: None,
            is_learning: false,
            said: String::new(),
            before: 0,
        };
        for name in &input.names {
            out.column(name.clone()).map_err(|e| input.unreadable(e))?;
        }
        let (mut held, most) = (0, if input.names.is_empty() { AHEAD } else { 1 });
        while out.ahead.len() < most && held < AHEAD_BYTES {
            allowance.renew();
            match out.further() {
                Ok(true) => {
                    let record = std::mem::take(&mut out.record);
                    held += record.cells.iter().map(|cell| size_of::<String>() + cell.len()).sum::<usize>();
                    out.ahead.push_back(record);
                }
                Ok(false) => break,
                Err(fault) if out.ahead.is_empty() => return Err(input.unreadable(fault)),
                // Those before it are read first.
                Err(fault) => {
                    out.broken = Some(fault);
                    break;
                }
            }
        }
        if out.header.is_empty() {
            return Err(input.without_rows("there is no record in the file"));
        }
        let header = out.header.clone();
        Ok((out, header))
    }

    /// From here on only names are learnt; cells are not kept.
    pub(super) fn learn(&mut self) {
        self.is_learning = true;
    }

    /// All names so far.
    pub(super) fn names(&self) -> &[String] {
        &self.header
    }

    pub(super) fn next(&mut self) -> Result<bool, String> {
        if let Some(next) = self.ahead.pop_front() {
            self.record = next;
            return Ok(true);
        }
        let further = self.broken.take().map_or_else(|| self.further(), Err);
        further.map_err(|e| format!("record {}: {e}", self.read + 1))
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
                self.read += 1;
                self.record.number = self.read;
                return Ok(true);
            }
        }
    }

    /// Begins a document; whether it is a record itself.
    fn document(&mut self) -> Result<bool, Fault> {
        self.said.clear();
        self.before = self.read;
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
            if name == ERROR {
                self.said = text(&mut self.reader)?;
                own.iter_mut().for_each(|own| own.push((name.clone(), self.said.clone())));
                continue;
            }
            match &mut own {
                Some(own) if own.len() >= super::WIDEST => {
                    let most = super::WIDEST;
                    return Err(Fault::Other(format!("an object has more than {most} names; is it a record?")));
                }
                Some(own) => own.push((name, text(&mut self.reader)?)),
                None => self.reader.skip_value()?,
            }
        }
        self.reader.end_object()?;
        self.place = Place::Between;
        let Some(own) = own else {
            return if self.read == self.before && !self.said.is_empty() {
                let said: String = self.said.chars().filter(|c| !c.is_control()).take(200).collect();
                Err(Fault::Other(format!("the answer has no record and says `{said}`; ask the service again")))
            } else {
                Ok(false)
            };
        };
        self.begin();
        for (name, text) in own {
            self.keep(name, text)?;
        }
        Ok(true)
    }

    fn object(&mut self) -> Result<(), Fault> {
        self.begin();
        self.reader.begin_object()?;
        while self.reader.has_next()? {
            let name = self.reader.next_name_owned()?;
            if self.is_learning {
                self.column(name)?;
                self.reader.skip_value()?;
            } else {
                let text = text(&mut self.reader)?;
                self.keep(name, text)?;
            }
        }
        Ok(self.reader.end_object()?)
    }

    /// Empties the cells for the next record.
    fn begin(&mut self) {
        self.record.cells.iter_mut().for_each(String::clear);
        self.record.cells.resize_with(self.header.len(), String::new);
        self.record.is_filled.clear();
        self.record.is_filled.resize(self.header.len(), false);
        self.record.twice.clear();
    }

    /// Keeps a value under its name.
    fn keep(&mut self, name: String, text: String) -> Result<(), Fault> {
        let at = self.column(name)?;
        if self.record.cells.len() <= at {
            self.record.cells.resize_with(at + 1, String::new);
            self.record.is_filled.resize(at + 1, false);
        }
        if let (Some(cell), Some(is_filled)) = (self.record.cells.get_mut(at), self.record.is_filled.get_mut(at)) {
            if *is_filled && *cell != text {
                self.record.twice.push(at);
            }
            (*cell, *is_filled) = (text, true);
        }
        Ok(())
    }

    /// The column of a name, without case; a new one where it has none.
    fn column(&mut self, name: String) -> Result<usize, Fault> {
        if let Some(at) = self.columns.get(&name) {
            return Ok(*at);
        }
        if name.len() > LONGEST {
            return Err(Fault::Other(format!("a name has more than {LONGEST} bytes; is this a list of records?")));
        }
        // A name may be written with several cases, each of which is remembered.
        if self.header.len() >= super::WIDEST || self.columns.len() >= 4 * super::WIDEST {
            let most = super::WIDEST;
            return Err(Fault::Other(format!("the records have more than {most} names; is this a list of records?")));
        }
        let lower = name.to_ascii_lowercase();
        let at = self.columns.get(&lower).copied().unwrap_or_else(|| {
            self.header.push(name.clone());
            self.header.len() - 1
        });
        self.columns.insert(lower, at);
        self.columns.insert(name, at);
        Ok(at)
    }

    pub(super) fn cell(&self, column: usize) -> &[u8] {
        self.record.cells.get(column).map(String::as_bytes).unwrap_or_default()
    }

    /// Whether the record says nothing.
    pub(super) fn is_blank(&self) -> bool {
        self.record.cells.iter().all(|cell| cell.trim_ascii().is_empty())
    }

    pub(super) fn twice(&self) -> &[usize] {
        &self.record.twice
    }

    pub(super) fn number(&self) -> u64 {
        self.record.number
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
