//! Floor 1: what exists. Plain static tables of entities, fields, relations and computed values.
//!
//! Filter inputs, order inputs, output types, column lists, documentation and the conformance tests are all made
//! from [`ALL`]: a new filter is one line here. Knows no SQL text and no GraphQL library.

pub mod change;
pub mod dataset;
pub mod enums;
pub mod event;
pub mod exchange_rate;
pub mod facet;
pub mod nested;
pub mod participation_stats;
pub mod party;
pub mod region;
pub mod search;
pub mod sector;
pub mod source;
pub mod stats;
pub mod trade_figure;
pub mod values;

use crate::domain::flow::Code;
use facet::Facet;

/// Every entity, in the order of the printed schema.
pub static ALL: &[&Entity] = &[
    &region::REGION,
    &region::REGION_CODE,
    &region::REGION_MEMBERSHIP,
    &sector::CLASSIFICATION,
    &sector::SECTOR,
    &sector::CORRESPONDENCE,
    &party::COMPANY,
    &party::ORGANISATION,
    &party::PARTY_CODE,
    &event::EVENT,
    &event::EVENT_REGION,
    &event::PARTICIPATION,
    &event::HEADCOUNT,
    &event::AGREEMENT,
    &dataset::DATASET,
    &dataset::COVERAGE,
    &trade_figure::TRADE_FIGURE,
    &exchange_rate::EXCHANGE_RATE,
    &source::SOURCE,
    &source::FACT,
    &source::LOCALIZED_NAME,
    &change::CHANGE,
];

/// Every interface entity: rows of one table that are of several types.
pub static INTERFACES: &[&Entity] = &[&party::PARTY];

/// Something with rows: a table, its public fields and its relations.
#[derive(Debug)]
pub struct Entity {
    /// GraphQL type.
    pub name: &'static str,
    /// Root connection field, where there is one.
    pub plural: Option<&'static str>,
    /// Database table.
    pub table: &'static str,
    /// Description in the schema.
    pub doc: &'static str,
    /// Conditions that make a row of the table a row of this entity.
    pub scope: &'static [Scope],
    /// The natural key: columns that close every order. The first of a one-column key is `id`.
    pub key: &'static [&'static str],
    /// How the global id is made; `None`: the entity has none and is no node.
    pub node: Option<NodeKey>,
    /// Kind under which its names are stored; gives `name` and `names`.
    pub names: Option<&'static str>,
    /// Held in memory per revision.
    pub resident: bool,
    /// Has a `path`, so `within` can be asked.
    pub tree: bool,
    /// Rows of reconciled datasets are also seen from the other side.
    pub mirrored: bool,
    /// Columns.
    pub fields: &'static [Field],
    /// Links.
    pub relations: &'static [Relation],
    /// Values that need code.
    pub computed: &'static [Computed],
    /// By what its lists are counted.
    pub facets: &'static [Facet],
    /// Order when none is asked, before the key.
    pub default_order: &'static [(&'static str, bool)],
    /// For an interface: discriminating column and the concrete entities.
    pub variants: Option<Variants>,
}

/// Concrete types behind an interface.
#[derive(Debug)]
pub struct Variants {
    /// Column that tells which.
    pub column: &'static str,
    /// Its value, and the entity.
    pub cases: &'static [(&'static str, &'static Entity)],
}

/// A condition on the table's rows.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// A text column has this value.
    Equals(&'static str, &'static str),
    /// A column is null.
    Null(&'static str),
}

/// How a global id is made from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKey {
    /// The value of one text column.
    Column(&'static str),
    /// Classification code and sector code.
    Sector,
    /// Dataset, reporter, partner, classification, sector, flow, period, origin.
    Figure,
    /// Revision, type and key of what changed.
    Change,
}

/// An argument of a list that stands for one condition of its filter.
#[derive(Debug)]
pub struct Shortcut {
    /// The argument.
    pub argument: &'static str,
    /// GraphQL type.
    pub ty: &'static str,
    /// Field of the condition.
    pub field: &'static str,
    /// Operator of the condition.
    pub operator: &'static str,
    /// The value is a revision that must have been reached.
    pub newest: bool,
    /// Description.
    pub doc: &'static str,
}

/// A closed list of words.
#[derive(Debug)]
pub struct EnumType {
    /// GraphQL name.
    pub name: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Name, number in storage (unused for text columns), description.
    pub values: &'static [Code],
    /// Whether the column holds the number.
    pub numeric: bool,
}

/// What a column holds; decides the output type, the operators and the bind.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// 32-bit whole number.
    Int,
    /// 64-bit whole number, a string in JSON.
    BigInt,
    /// Floating point.
    Float,
    /// True or false.
    Bool,
    /// Calendar date.
    Date,
    /// Instant, UTC.
    DateTime,
    /// One of a closed list.
    Enum(&'static EnumType),
    /// Period: `period_start` and `period_months`.
    Period,
    /// Amount in units of the dataset's scale and currency.
    Money,
    /// Thousandths, printed as a decimal.
    Milli,
}

/// One public column.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// GraphQL name.
    pub name: &'static str,
    /// Column.
    pub column: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// May be unknown.
    pub nullable: bool,
    /// Offered in filters.
    pub filter: bool,
    /// Offered in orders.
    pub sort: bool,
    /// Offered as an output field.
    pub output: bool,
    /// Can be summed, within one value of the field of this name: its unit.
    pub sum_within: Option<&'static str>,
    /// A value that a filter asks for must be one that some row has: it is a code, a slug or one of a few words.
    pub known: bool,
    /// Description.
    pub doc: &'static str,
}

impl Field {
    /// A column that is always known and can be filtered.
    pub const fn new(name: &'static str, column: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            column,
            kind,
            nullable: false,
            filter: true,
            sort: false,
            output: true,
            sum_within: None,
            known: false,
            doc,
        }
    }
    /// May be unknown.
    pub const fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }
    /// Can be ordered by.
    pub const fn sortable(mut self) -> Self {
        self.sort = true;
        self
    }
    /// Can be summed, where a filter leaves one value of the field of this name.
    pub const fn summed_within(mut self, unit: &'static str) -> Self {
        self.sum_within = Some(unit);
        self
    }
    /// Is a code, a slug or one of a few words: asking for one that no row has is a mistake.
    pub const fn known(mut self) -> Self {
        self.known = true;
        self
    }
    /// Is shown only.
    pub const fn shown_only(mut self) -> Self {
        self.filter = false;
        self
    }
    /// Is for filters and orders; the output has another form.
    pub const fn not_shown(mut self) -> Self {
        self.output = false;
        self
    }
}

/// A link to other rows.
#[derive(Debug)]
pub struct Relation {
    /// GraphQL name.
    pub name: &'static str,
    /// The other entity.
    pub target: &'static Entity,
    /// How the rows are found.
    pub link: Link,
    /// Form in the output.
    pub shape: Shape,
    /// Offered in filters: nested for one, `some` for many.
    pub filter: bool,
    /// Description.
    pub doc: &'static str,
}

impl Relation {
    /// Whether it leads to one row.
    pub fn is_one(&self) -> bool {
        matches!(self.link, Link::One { .. })
    }

    /// Whether rows can be ordered by it: by a field of the one row, or by a number made of the many.
    pub fn sorts(&self) -> bool {
        self.filter && if self.is_one() { self.target.has_sort_fields() } else { self.target.filterable() }
    }
}

/// How related rows are found.
#[derive(Debug, Clone, Copy)]
pub enum Link {
    /// A column of this row holds the other's id.
    One {
        /// The column.
        column: &'static str,
        /// May be unknown.
        nullable: bool,
    },
    /// A column of the other rows holds this row's id.
    Children {
        /// The column.
        column: &'static str,
    },
    /// A table between holds pairs of ids.
    Junction {
        /// The table.
        table: &'static str,
        /// Column with this row's id.
        near: &'static str,
        /// Column with the other's id.
        far: &'static str,
        /// The table may hold a pair several times.
        repeats: bool,
    },
    /// Rows of a table shared by several kinds of subjects.
    Subject {
        /// Value of `subject_kind`.
        kind: &'static str,
    },
}

/// Form of a to-one or to-many link in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A single object.
    Object,
    /// A plain list: short and closed.
    List,
    /// A Relay connection.
    Connection,
    /// Only in filters.
    Hidden,
}

/// A value made by code.
#[derive(Debug, Clone, Copy)]
pub struct Computed {
    /// GraphQL name.
    pub name: &'static str,
    /// GraphQL type, with its exclamation marks.
    pub ty: &'static str,
    /// Which code.
    pub value: Value,
    /// Columns of the row that the code reads.
    pub needs: &'static [&'static str],
    /// Description.
    pub doc: &'static str,
}

/// Which code makes a computed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value {
    /// Ancestors of a region, from the world down.
    RegionAncestors,
    /// Ancestors of a sector, from the top down.
    SectorAncestors,
    /// Amount and currency of a figure.
    FigureValue,
    /// Quantity and unit of a figure.
    FigureQuantity,
    /// Net weight in kilograms.
    FigureNetWeight,
    /// Valuation of a figure.
    FigureValuation,
    /// Printed values.
    FigurePublished,
    /// Printed growth.
    FigureGrowth,
    /// Printed rank.
    FigureRank,
    /// Exports less imports.
    FigureBalance,
    /// Value of the year before, from the printed growth.
    FigureImpliedPrevious,
    /// An exchange rate.
    ExchangeRate,
}

impl Entity {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The relation of this name.
    pub fn relation(&self, name: &str) -> Option<&'static Relation> {
        self.relations.iter().find(|r| r.name == name)
    }

    /// The computed value of this name.
    pub fn computed_value(&self, name: &str) -> Option<&'static Computed> {
        self.computed.iter().find(|c| c.name == name)
    }

    /// The facet of this name.
    pub fn facet(&self, name: &str) -> Option<&'static Facet> {
        self.facets.iter().find(|f| f.name == name)
    }

    /// Arguments of its lists that stand for conditions.
    pub fn shortcuts(&self) -> &'static [Shortcut] {
        if self.name == change::CHANGE.name { change::SHORTCUTS } else { &[] }
    }

    /// Whether it can be ordered by something of its own.
    pub fn has_sort_fields(&self) -> bool {
        self.names.is_some() || self.fields.iter().any(|f| f.sort)
    }

    /// Whether an order can be asked: by its own fields, or by what it is linked with.
    pub fn sortable(&self) -> bool {
        self.has_sort_fields() || self.relations.iter().any(Relation::sorts)
    }

    /// Whether a relation that can be filtered leads to it, and to one row or to many.
    pub fn is_led_to(&self, one: bool) -> bool {
        let all = ALL.iter().chain(INTERFACES).flat_map(|e| e.relations);
        all.filter(|r| r.filter && r.is_one() == one).any(|r| r.target.name == self.name)
    }

    /// Whether lists of it can be filtered.
    pub fn filterable(&self) -> bool {
        self.names.is_some() || self.fields.iter().any(|f| f.filter)
    }
}

/// The entity of this GraphQL name.
pub fn entity(name: &str) -> Option<&'static Entity> {
    ALL.iter().chain(INTERFACES).copied().find(|e| e.name == name)
}

/// The entity whose root connection has this name.
pub fn entity_of_root(plural: &str) -> Option<&'static Entity> {
    ALL.iter().copied().find(|e| e.plural == Some(plural))
}

/// `startsOn` as an order's enum value: `STARTS_ON`.
pub fn screaming(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
