//! What is found by text: which entities, by which names and codes. The search terms, the kinds that can be asked and
//! the union of what is found are made from [`ALL`].

use super::{Entity, EnumType, dataset, event, party, region, sector};
use crate::domain::flow::Code;

/// GraphQL name of the union of everything that is found.
pub const UNION: &str = "SearchNode";

/// An entity that is found by text.
#[derive(Debug)]
pub struct Searchable {
    /// Its word in `SearchKind`, and its number in the table of terms.
    pub kind: Code,
    /// The entity.
    pub entity: &'static Entity,
    /// Column of its only name, for an entity without published names.
    pub title: Option<&'static str>,
    /// Where its codes are.
    pub codes: &'static [Codes],
    /// Column with the region that it belongs to.
    pub region: Option<&'static str>,
}

/// Where codes are kept.
#[derive(Debug, Clone, Copy)]
pub enum Codes {
    /// In a column of the entity's own table.
    Own {
        /// The column.
        column: &'static str,
        /// Their scheme.
        scheme: &'static str,
    },
    /// The same, in as many schemes as another table has rows.
    OfParent {
        /// The column.
        column: &'static str,
        /// The table of schemes.
        table: &'static str,
        /// Column with the id of the scheme.
        link: &'static str,
        /// Column of that table with the scheme's own code.
        scheme: &'static str,
    },
    /// In a table of `scheme` and `code`.
    Table {
        /// The table.
        table: &'static str,
        /// Column with the entity's id.
        link: &'static str,
    },
}

const SLUG: Codes = Codes::Own { column: "slug", scheme: "SLUG" };

/// Everything that is found, in the order in which equally good hits are given.
pub static ALL: &[Searchable] = &[
    Searchable {
        kind: KINDS[0],
        entity: &region::REGION,
        title: None,
        codes: &[
            Codes::Own { column: "code", scheme: "TEAROAD" },
            Codes::Table { table: "region_codes", link: "region_id" },
        ],
        region: Some("id"),
    },
    Searchable {
        kind: KINDS[1],
        entity: &sector::SECTOR,
        title: None,
        codes: &[Codes::OfParent {
            column: "code",
            table: "classifications",
            link: "classification_id",
            scheme: "code",
        }],
        region: None,
    },
    Searchable {
        kind: KINDS[2],
        entity: &party::COMPANY,
        title: None,
        codes: &[SLUG, Codes::Table { table: "party_codes", link: "party_id" }],
        region: Some("region_id"),
    },
    Searchable {
        kind: KINDS[3],
        entity: &party::ORGANISATION,
        title: None,
        codes: &[SLUG, Codes::Table { table: "party_codes", link: "party_id" }],
        region: Some("region_id"),
    },
    Searchable { kind: KINDS[4], entity: &event::EVENT, title: None, codes: &[SLUG], region: Some("region_id") },
    Searchable { kind: KINDS[5], entity: &event::AGREEMENT, title: None, codes: &[SLUG], region: None },
    Searchable {
        kind: KINDS[6],
        entity: &dataset::DATASET,
        title: Some("title"),
        codes: &[Codes::Own { column: "code", scheme: "TEAROAD" }],
        region: None,
    },
];

/// Words of the kinds, each with its number in the table of terms.
const KINDS: [Code; 7] = [
    ("REGION", 1, "Regions."),
    ("SECTOR", 2, "Nodes of classifications: HS headings and products, industries."),
    ("COMPANY", 3, "Companies."),
    ("ORGANISATION", 4, "Organisations: agencies, chambers, customs offices, associations, venues."),
    ("EVENT", 5, "Events."),
    ("AGREEMENT", 6, "Agreements."),
    ("DATASET", 7, "Datasets."),
];

/// Kinds of what is found.
pub static SEARCH_KIND: EnumType =
    EnumType { name: "SearchKind", doc: "What can be searched for.", values: &KINDS, numeric: true };

/// How a hit was found.
pub static SEARCH_MATCH: EnumType = EnumType {
    name: "SearchMatch",
    doc: "How a hit was found; case, accents and punctuation never matter.",
    values: &[
        ("CODE", 1, "The text is one of its codes or identifiers."),
        ("EXACT", 2, "The text is one of its names."),
        ("PREFIX", 3, "One of its names begins with the text."),
        ("WORD", 4, "Every word of the text is a word of one name; the last one may be the beginning of a word."),
        ("FUZZY", 5, "As WORD, with one letter of a word added, left out, replaced or exchanged with its neighbour."),
    ],
    numeric: true,
};

/// The searchable entity of a word of `SearchKind`.
pub fn searchable(kind: &str) -> Option<&'static Searchable> {
    ALL.iter().find(|s| s.kind.0 == kind)
}

/// How an entity is searched for.
pub fn of_entity(entity: &Entity) -> Option<&'static Searchable> {
    ALL.iter().find(|s| s.entity.name == entity.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_one_entity_with_a_name() {
        assert_eq!(ALL.len(), KINDS.len());
        for (searchable, kind) in ALL.iter().zip(KINDS) {
            assert_eq!(searchable.kind, kind);
            assert_eq!(kind.0, super::super::screaming(searchable.entity.name).trim_start_matches('_'));
            assert!(searchable.entity.names.is_some() != searchable.title.is_some(), "{}", kind.0);
            assert!(searchable.entity.node.is_some() && !searchable.codes.is_empty(), "{}", kind.0);
        }
    }
}
