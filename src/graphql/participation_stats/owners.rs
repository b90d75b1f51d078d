//! Whose participations they are, where the question is asked of objects: one statement reads those of all of them.

use std::collections::HashMap;

use crate::catalog::Link;
use crate::catalog::nested::Owner;
use crate::catalog::party::PARTY;
use crate::catalog::region::REGION;
use crate::catalog::sector::SECTOR;
use crate::graphql::facets::climbed;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::operand::{Operand, Related};
use crate::storage::sql::predicate::Predicate;

/// Owners of a participation, by their places.
#[derive(Debug)]
pub(super) struct Owners {
    kind: Option<Owner>,
    /// By what of a participation leads to its owners: a region, sector, event or party.
    places: HashMap<i64, Vec<u32>>,
    /// Classification of each owner, where they are sectors.
    classes: Vec<Option<i64>>,
    pub(super) count: u32,
}

const OWN_SECTORS: Link =
    Link::Junction { table: "participation_sectors", near: "participation_id", far: "sector_id", repeats: false };
const PARTY_SECTORS: Link =
    Link::Junction { table: "party_sectors", near: "party_id", far: "sector_id", repeats: false };

impl Owners {
    /// The only owner, of everything.
    pub(super) fn nobody() -> Self {
        Self { kind: None, places: HashMap::new(), classes: Vec::new(), count: 1 }
    }

    /// The objects of these ids.
    pub(super) fn new(snapshot: &Snapshot, kind: Owner, ids: &[i64]) -> Self {
        let mut roots: HashMap<i64, Vec<u32>> = HashMap::new();
        for (place, id) in (0..).zip(ids) {
            roots.entry(*id).or_default().push(place);
            if kind == Owner::Region {
                for member in snapshot.members(*id) {
                    roots.entry(member).or_default().push(place);
                }
            }
        }
        let entity = match kind {
            Owner::Region => Some(&REGION),
            Owner::Sector => Some(&SECTOR),
            Owner::Event | Owner::Party => None,
        };
        let mut classes = Vec::new();
        let mut places = HashMap::new();
        match entity.and_then(|entity| snapshot.table(entity)) {
            None => places = roots,
            Some(table) => {
                for id in table.rows.iter().filter_map(|row| row.int(0)) {
                    let mut of: Vec<u32> =
                        climbed(table, id).filter_map(|(above, _)| roots.get(&above)).flatten().copied().collect();
                    of.sort_unstable();
                    of.dedup();
                    if !of.is_empty() {
                        places.insert(id, of);
                    }
                }
                classes = ids.iter().map(|id| table.value(*id, "classification_id").as_int()).collect();
            }
        }
        Self { kind: Some(kind), places, classes, count: u32::try_from(ids.len()).unwrap_or(u32::MAX) }
    }

    pub(super) fn are(&self, kind: Owner) -> bool {
        self.kind == Some(kind)
    }

    /// The conditions of which one holds of a participation that is of one of them, and never two.
    pub(super) fn arms(&self) -> Vec<Predicate> {
        let ids = || self.places.keys().copied().collect::<Vec<i64>>();
        // Found first, by an index, where they would be looked for at each participation.
        let among = |related: Related| Predicate::Exists(Box::new(Related { narrow: true, ..related }));
        let party =
            |inner: Predicate| among(Related::new(&PARTY, Link::One { column: "party_id", nullable: true }, inner));
        match self.kind {
            None => vec![Predicate::All],
            Some(Owner::Event) => vec![Predicate::int_in("event_id", ids())],
            Some(Owner::Party) => vec![Predicate::int_in("party_id", ids())],
            Some(Owner::Region) => {
                let unnamed = Predicate::Null(Operand::Column("region_id"));
                let seat = party(Predicate::int_in("region_id", ids()));
                vec![Predicate::int_in("region_id", ids()), Predicate::all(vec![unnamed, seat])]
            }
            Some(Owner::Sector) => {
                let own = among(Related::with_ids(&SECTOR, OWN_SECTORS, ids()));
                let any = Related { pairs_only: true, ..Related::new(&SECTOR, OWN_SECTORS, Predicate::All) };
                let unnamed = Predicate::Exists(Box::new(any)).negated();
                let of_party = party(among(Related::with_ids(&SECTOR, PARTY_SECTORS, ids())));
                vec![own, Predicate::all(vec![unnamed, of_party])]
            }
        }
    }

    /// The owners of what a row leads to.
    pub(super) fn of(&self, region: Option<i64>, event: i64, party: Option<i64>) -> &[u32] {
        let place = match self.kind {
            // Owners by sector are known when all sectors of a participation are.
            None | Some(Owner::Sector) => return &[0],
            Some(Owner::Region) => region,
            Some(Owner::Event) => Some(event),
            Some(Owner::Party) => party,
        };
        place.and_then(|id| self.places.get(&id)).map_or(&[], Vec::as_slice)
    }

    /// The owners of a participation in these sectors, and whether it is in sectors beyond an owner's too, among those of
    /// its classification.
    pub(super) fn of_sectors(&self, snapshot: &Snapshot, sectors: &[i64]) -> Vec<(u32, bool)> {
        let of = |sector: &i64| self.places.get(sector).map_or(&[][..], Vec::as_slice);
        let mut all: Vec<u32> = sectors.iter().flat_map(of).copied().collect();
        all.sort_unstable();
        all.dedup();
        let class = |sector: i64| snapshot.table(&SECTOR).and_then(|t| t.value(sector, "classification_id").as_int());
        let is_beyond = |owner: u32| {
            let own = usize::try_from(owner).ok().and_then(|at| self.classes.get(at).copied().flatten());
            sectors.iter().any(|sector| !of(sector).contains(&owner) && class(*sector) == own)
        };
        all.into_iter().map(|owner| (owner, is_beyond(owner))).collect()
    }
}
