//! What a pack is made of, as data: a table of files, each a table of columns. Reader, writer, template and
//! docs/PACK.md are made from it, so a new column is one line here.

use crate::catalog::EnumType;

use super::{people, places, trade};

/// Every file, in the order in which they are read: a row refers only to rows of its own file and of those above.
pub static FILES: &[&File] = &[
    &places::SOURCES,
    &places::CURRENCIES,
    &places::REGIONS,
    &places::REGION_CODES,
    &places::REGION_MEMBERS,
    &places::CLASSIFICATIONS,
    &places::SECTORS,
    &places::CORRESPONDENCES,
    &places::EXCHANGE_RATES,
    &people::COMPANIES,
    &people::ORGANISATIONS,
    &people::PARTY_CODES,
    &people::EVENTS,
    &people::PARTICIPATIONS,
    &people::AGREEMENTS,
    &people::FACTS,
    &people::NAMES,
    &trade::DATASETS,
    &trade::COVERAGE,
    &trade::FIGURES,
    &trade::PUBLISHED_VALUES,
];

/// A file of a pack: rows of one table.
#[derive(Debug)]
pub struct File {
    /// Its name without ending.
    pub name: &'static str,
    /// What it holds.
    pub doc: &'static str,
    /// The table.
    pub table: &'static str,
    /// Columns of the table that have one value for all rows of the file.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Columns of the table that begin with a number and are counted later.
    pub initial: &'static [(&'static str, i64)],
    /// SQL condition of the rows of the table that are the file's, where `fixed` does not say it.
    pub scope: &'static str,
    /// How many of the first columns are the key.
    pub key: usize,
    /// What its rows are when others refer to them; those have ids.
    pub to: Option<To>,
    /// Who is told of a change of a row.
    pub told: Told,
    /// Column of the table that holds the whole key as text.
    pub keyed: Option<&'static str>,
    /// Kind under which its rows have names.
    pub names: Option<&'static str>,
    /// Rows stand below others of the file and have a path.
    pub tree: bool,
    /// Rows are names or codes by which the row that they belong to is found.
    pub searched: bool,
    /// Rows belong to the row that the first columns name: all that a pack says of an owner it holds.
    pub owned: bool,
    /// The columns.
    pub columns: &'static [Column],
}

/// Which entity a row's change is told of.
#[derive(Debug, Clone, Copy)]
pub enum Told {
    /// The row itself is one.
    Entity(&'static str),
    /// The row that this column refers to.
    Owner(usize),
    /// The figures of a dataset, reporter and period.
    Figures,
    /// Nobody.
    Nobody,
}

/// A column of a file.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its cells hold.
    pub cell: Cell,
    /// Columns of the table.
    pub db: &'static [&'static str],
    /// A new row must have it.
    pub is_required: bool,
    /// Cannot be changed in a row that is there.
    pub is_frozen: bool,
    /// What an empty cell means; unknown where this is empty.
    pub default: &'static str,
    /// Its meaning.
    pub doc: &'static str,
    /// A cell.
    pub example: &'static str,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy)]
pub enum Cell {
    /// Letters, digits, `-`, `.` and `_`: a key.
    Code,
    /// Text.
    Text,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Big,
    /// A whole number from 1.
    Ordinal,
    /// A number that may be inexact.
    Float,
    /// `true` or `false`.
    Bool,
    /// `2024-08-05`.
    Date,
    /// `2024-08-05T12:00:00`.
    Time,
    /// One of a list.
    Word(&'static EnumType),
    /// `2023`, `2023-Q2` or `2023-07`.
    Period,
    /// An exact number above 0: two columns, digits and power of ten.
    Decimal,
    /// An amount in units of the dataset of the row.
    Money,
    /// A number kept to thousandths.
    Thousandths,
    /// The key of a row of another file.
    Ref(To),
    /// The node above in the tree.
    Parent,
    /// The key of what the word in this earlier column names.
    Subject(usize),
    /// A name: the text and its folded form.
    Name,
    /// Keys of several rows, with `;` between.
    List(Link),
}

/// A table of pairs behind a list.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The table.
    pub table: &'static str,
    /// Its column for the row of the file.
    pub owner: &'static str,
    /// Its column for what the list names.
    pub target: &'static str,
    /// What the list names.
    pub to: To,
    /// A column of the table with one value for this list.
    pub fixed: Option<(&'static str, &'static str)>,
}

/// What a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum To {
    /// A source, by code.
    Source,
    /// A currency, by ISO 4217 code.
    Currency,
    /// A region, by code.
    Region,
    /// A classification, by code.
    Classification,
    /// A sector, by classification and code.
    Sector,
    /// A company or organisation, by slug.
    Party,
    /// An event, by slug.
    Event,
    /// A participation, by slug.
    Participation,
    /// An agreement, by slug.
    Agreement,
    /// A fact, by kind, subject and property.
    Fact,
    /// An exchange rate, by its whole key.
    Rate,
    /// A dataset, by code.
    Dataset,
}

impl To {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Currency => "currency",
            Self::Region => "region",
            Self::Classification => "classification",
            Self::Sector => "sector",
            Self::Party => "company or organisation",
            Self::Event => "event",
            Self::Participation => "participation",
            Self::Agreement => "agreement",
            Self::Fact => "fact",
            Self::Rate => "exchange rate",
            Self::Dataset => "dataset",
        }
    }

    /// What a word of a `Subject` column names.
    pub fn of_subject(word: &str) -> Option<Self> {
        match word {
            "REGION" => Some(Self::Region),
            "SECTOR" => Some(Self::Sector),
            "PARTY" => Some(Self::Party),
            "EVENT" => Some(Self::Event),
            "AGREEMENT" => Some(Self::Agreement),
            _ => None,
        }
    }
}

impl File {
    /// A file with nothing special.
    pub const fn new(name: &'static str, table: &'static str, key: usize, columns: &'static [Column]) -> Self {
        Self {
            name,
            doc: "",
            table,
            fixed: &[],
            initial: &[],
            scope: "",
            key,
            to: None,
            told: Told::Nobody,
            keyed: None,
            names: None,
            tree: false,
            searched: false,
            owned: false,
            columns,
        }
    }

    /// Columns of the key in the table.
    pub fn key_columns(&self) -> Vec<&'static str> {
        self.columns.iter().take(self.key).flat_map(|c| c.db).copied().collect()
    }

    /// Columns of the table that stand in the file, in its order.
    pub fn db_columns(&self) -> Vec<&'static str> {
        self.columns.iter().flat_map(|c| c.db).copied().collect()
    }

    /// The SQL condition of the rows of the table that are the file's.
    pub fn condition(&self) -> String {
        let fixed = self.fixed.iter().map(|(column, value)| format!("{column} = '{value}'"));
        let all: Vec<String> = fixed.chain((!self.scope.is_empty()).then(|| self.scope.to_owned())).collect();
        if all.is_empty() { "1 = 1".to_owned() } else { all.join(" AND ") }
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

impl Column {
    /// A column that may be empty.
    pub const fn new(
        name: &'static str,
        cell: Cell,
        db: &'static [&'static str],
        doc: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, cell, db, is_required: false, is_frozen: false, default: "", doc, example }
    }

    /// A new row must have it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// It stays as it is in a row that is there.
    #[must_use]
    pub const fn frozen(mut self) -> Self {
        self.is_frozen = true;
        self
    }

    /// What an empty cell means.
    #[must_use]
    pub const fn default(mut self, text: &'static str) -> Self {
        self.default = text;
        self
    }

    /// What its cells hold, for people.
    pub fn kind(&self) -> String {
        match self.cell {
            Cell::Code => "code".to_owned(),
            Cell::Text | Cell::Name => "text".to_owned(),
            Cell::Int | Cell::Big => "whole number".to_owned(),
            Cell::Ordinal => "whole number from 1".to_owned(),
            Cell::Float => "number".to_owned(),
            Cell::Bool => "true or false".to_owned(),
            Cell::Date => "date".to_owned(),
            Cell::Time => "time, UTC".to_owned(),
            Cell::Word(list) => {
                let words: Vec<&str> = list.values.iter().map(|(word, _, _)| *word).collect();
                format!("one of {}", words.join(", "))
            }
            Cell::Period => "period".to_owned(),
            Cell::Decimal | Cell::Money => "exact decimal".to_owned(),
            Cell::Thousandths => "decimal, three places".to_owned(),
            Cell::Ref(to) => format!("key of a {}", to.word()),
            Cell::Parent => "code of the row above".to_owned(),
            Cell::Subject(_) => "key".to_owned(),
            Cell::List(link) => format!("keys of {}s, `;` between", link.to.word()),
        }
    }
}
