//! Facets: by what the rows of a list are counted. A path of names leads from the row through to-one relations to a
//! word, a number, a date, a period, another row or the sectors of a list; where it ends decides everything else.

use super::region::REGION;
use super::sector::SECTOR;
use super::{Entity, EnumType, Field, Kind, Link};

/// Something that rows are counted by.
#[derive(Debug)]
pub struct Facet {
    /// GraphQL name.
    pub name: &'static str,
    /// Names of to-one relations, then of a field or relation to count by.
    pub path: &'static [&'static str],
    /// Regions are counted as they stand, not by those of a level above them.
    pub as_they_stand: bool,
    /// Description.
    pub doc: &'static str,
}

/// A to-one relation on a path: the column with the other's id, and the other.
pub type Step = (&'static str, &'static Entity);

/// Where a path ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// A field with one of a closed list of words.
    Words(&'static Field, &'static EnumType),
    /// A date; rows are counted by its year.
    Years(&'static Field),
    /// A number; rows are counted by it.
    Numbers(&'static Field),
    /// A period; rows are counted by it.
    Periods,
    /// A column with the id of a row that memory holds; rows are counted by it.
    Rows(&'static str, &'static Entity),
    /// A column with a region's id; rows are counted by the region of a level.
    Region(&'static str),
    /// A table of pairs with sectors; rows are counted by the sectors of a level.
    Sectors {
        /// The table.
        table: &'static str,
        /// Column with the row's id.
        near: &'static str,
        /// Column with the sector's id.
        far: &'static str,
    },
}

impl Facet {
    /// A facet.
    pub const fn new(name: &'static str, path: &'static [&'static str], doc: &'static str) -> Self {
        Self { name, path, as_they_stand: false, doc }
    }

    /// The same, with regions counted as they stand.
    pub const fn as_they_stand(mut self) -> Self {
        self.as_they_stand = true;
        self
    }

    /// The steps of the path from an entity, and its end; `None` when it leads nowhere, which a test finds.
    pub fn resolve(&self, entity: &'static Entity) -> Option<(Vec<Step>, End)> {
        let (last, before) = self.path.split_last()?;
        let mut steps = Vec::with_capacity(before.len());
        let mut at = entity;
        for name in before {
            let relation = at.relation(name)?;
            let Link::One { column, .. } = relation.link else { return None };
            at = relation.target;
            steps.push((column, at));
        }
        let end = match (at.field(last), at.relation(last)) {
            (Some(field), _) => match field.kind {
                Kind::Enum(words) => End::Words(field, words),
                Kind::Date => End::Years(field),
                Kind::Int => End::Numbers(field),
                Kind::Period => End::Periods,
                _ => return None,
            },
            (None, Some(relation)) => match relation.link {
                Link::One { column, .. } if relation.target.name == REGION.name && !self.as_they_stand => {
                    End::Region(column)
                }
                Link::One { column, .. } if relation.target.resident => End::Rows(column, relation.target),
                Link::Junction { table, near, far, .. } if relation.target.name == SECTOR.name => {
                    End::Sectors { table, near, far }
                }
                _ => return None,
            },
            (None, None) => return None,
        };
        Some((steps, end))
    }
}

impl End {
    /// GraphQL type of what is counted by.
    pub fn value_type(&self) -> &'static str {
        match self {
            Self::Words(_, words) => words.name,
            Self::Years(_) | Self::Numbers(_) => "Int",
            Self::Periods => "Period",
            Self::Rows(_, target) => target.name,
            Self::Region(_) => REGION.name,
            Self::Sectors { .. } => SECTOR.name,
        }
    }

    /// GraphQL type of one value with its count.
    pub fn type_name(&self) -> String {
        match self {
            Self::Years(_) => "YearFacet".to_owned(),
            _ => format!("{}Facet", self.value_type()),
        }
    }

    /// The entity of the values, where they are rows.
    pub fn target(&self) -> Option<&'static Entity> {
        match self {
            Self::Rows(_, target) => Some(target),
            Self::Region(_) => Some(&REGION),
            Self::Sectors { .. } => Some(&SECTOR),
            Self::Words(..) | Self::Numbers(_) | Self::Years(_) | Self::Periods => None,
        }
    }
}
