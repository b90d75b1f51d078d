//! Participations with what statistics group and count by: of their events, parties and sectors. One row for each
//! sector of a participation where those are read, else one.

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::Untyped;

use super::Alias;
use super::predicate::Predicate;
use super::select::untyped_query;
use crate::storage::dialect::Dialect;

/// What is read beside id, event, party and status.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reads {
    /// Where the participant comes from.
    pub region: bool,
    /// Its role.
    pub role: bool,
    /// Kind of the event.
    pub event_kind: bool,
    /// Year of the event's first day.
    pub year: bool,
    /// Kind of the party.
    pub party_kind: bool,
    /// Sectors: the participation's own, or where it names none those of its party.
    pub sectors: bool,
    /// The published number of members with its unit and bound.
    pub headcount: bool,
}

/// Participations that meet a condition. The columns are id, event, party, region, role, status, kind and year of the
/// event, kind of the party, sector, headcount, its unit, its bound, and 1 where it includes named parties; what is not
/// read is null.
#[derive(Debug, Clone)]
pub struct Attended {
    /// Which: no two of these conditions hold of one. Each is served by an index of its own, where `OR` would be by none.
    pub arms: Vec<Predicate>,
    /// What of them.
    pub reads: Reads,
}

impl<DB: Dialect> QueryFragment<DB> for Attended {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let reads = self.reads;
        let column = |out: &mut AstPass<'_, '_, DB>, is_read: bool, sql: &str| {
            out.push_sql(", ");
            out.push_sql(if is_read { sql } else { "NULL" });
        };
        out.push_sql("SELECT t0.id, t0.event_id, t0.party_id");
        column(&mut out, reads.region, "COALESCE(t0.region_id, p.region_id)");
        column(&mut out, reads.role, "t0.role");
        out.push_sql(", t0.status");
        column(&mut out, reads.event_kind, "e.kind");
        out.push_sql(", ");
        if reads.year {
            DB::year(&mut out, "e.starts_on");
        } else {
            out.push_sql("NULL");
        }
        column(&mut out, reads.party_kind, "p.kind");
        column(&mut out, reads.sectors, "COALESCE(o.sector_id, s.sector_id)");
        column(&mut out, reads.headcount, "t0.headcount");
        column(&mut out, reads.headcount, "t0.headcount_unit");
        column(&mut out, reads.headcount, "t0.headcount_bound");
        column(&mut out, reads.headcount, "CASE WHEN t0.includes_named THEN 1 ELSE 0 END");
        out.push_sql(" FROM ");
        let only = match self.arms.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        if only.is_some() {
            out.push_sql("participations t0");
        } else {
            self.push_arms(&mut out)?;
        }
        if reads.event_kind || reads.year {
            // Each has an event; a plain join makes SQLite begin with the events and look for the rows of each.
            out.push_sql(" LEFT JOIN events e ON e.id = t0.event_id");
        }
        if reads.region || reads.party_kind {
            out.push_sql(" LEFT JOIN parties p ON p.id = t0.party_id");
        }
        if reads.sectors {
            out.push_sql(
                " LEFT JOIN participation_sectors o ON o.participation_id = t0.id LEFT JOIN party_sectors s ON s.party_id = t0.party_id AND o.sector_id IS NULL",
            );
        }
        if let Some(only) = only.filter(|only| !matches!(only, Predicate::All)) {
            out.push_sql(" WHERE ");
            only.walk(&mut out, Alias::plain(0))?;
        }
        Ok(())
    }
}

impl Attended {
    fn push_arms<'b, DB: Dialect>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (index, arm) in self.arms.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { " UNION ALL " });
            out.push_sql("SELECT t0.* FROM participations t0 WHERE ");
            arm.walk(out, Alias::plain(0))?;
        }
        out.push_sql(if self.arms.is_empty() { "(SELECT * FROM participations WHERE FALSE) t0" } else { ") t0" });
        Ok(())
    }
}

untyped_query!(Attended);
