//! Counts of groups: every event, party, participation and head once, whatever other groups they are in.

use std::collections::HashMap;

use super::Wants;
use crate::catalog::enums::HEADCOUNT_UNIT;
use crate::catalog::participation_stats::BOUNDS;
use crate::graphql::computed::Tree;

/// A participation in a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Place of the group.
    pub(super) group: u32,
    pub(super) id: i64,
    pub(super) event: i64,
    /// None of a group without a named party.
    pub(super) party: Option<i64>,
}

/// What is published of the members of a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Nothing where no number is published.
    pub(super) number: Option<i64>,
    /// Place in the list of units, behind its end where none is stated.
    pub(super) unit: usize,
    /// Place in the order of bounds, behind its end where none is stated: nothing is weaker.
    pub(super) bound: usize,
    pub(super) includes_named: bool,
}

/// Units that are told apart: those of the list, and none.
pub(super) const UNITS: usize = HEADCOUNT_UNIT.values.len() + 1;

/// The headcount of one unit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heads {
    sum: i128,
    bound: usize,
    groups: i64,
    includes_named: bool,
    is_split: bool,
}

/// The numbers of a group.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Events, parties, participations.
    pub(super) counts: [i64; 3],
    pub(super) heads: [Heads; UNITS],
    pub(super) uncounted: i64,
}

impl Heads {
    fn add(&mut self, head: &Head, is_split: bool) {
        let Some(number) = head.number else { return };
        self.sum += i128::from(number);
        self.bound = self.bound.max(head.bound);
        self.groups += 1;
        self.includes_named |= head.includes_named;
        self.is_split |= is_split;
    }

    /// The sum, where it is known.
    pub(super) fn value(&self) -> Option<i128> {
        (self.groups > 0 && !self.is_split).then_some(self.sum)
    }
}

impl Tally {
    /// Nothing counted.
    pub(super) const EMPTY: Self = Self {
        counts: [0; 3],
        heads: [Heads { sum: 0, bound: 0, groups: 0, includes_named: false, is_split: false }; UNITS],
        uncounted: 0,
    };

    fn add(&mut self, head: &Head, is_split: bool) {
        if head.number.is_none() {
            self.uncounted += 1;
        } else if let Some(heads) = self.heads.get_mut(head.unit) {
            heads.add(head, is_split);
        }
    }

    /// Whether a published number contains named parties.
    pub(super) fn includes_named(&self) -> bool {
        self.heads.iter().any(|heads| heads.includes_named)
    }

    /// The numbers as they are told.
    pub(super) fn told(&self) -> Vec<(&'static str, Tree)> {
        let text = |word: Option<&str>| Tree::text(word.map(str::to_owned));
        let of_unit = |(unit, heads): (usize, &Heads)| {
            let value = heads.value();
            let bound = value.and_then(|_| BOUNDS.get(heads.bound)).copied();
            Tree::Object(vec![
                ("unit", text(HEADCOUNT_UNIT.values.get(unit).map(|(word, _, _)| *word))),
                ("value", Tree::text(value.map(|n| n.to_string()))),
                ("bound", text(bound)),
                ("groups", Tree::Int(heads.groups)),
                ("includesNamed", Tree::Bool(heads.includes_named)),
                ("reason", text(heads.is_split.then_some("SPLIT_BY_SECTOR"))),
            ])
        };
        let met = self.heads.iter().enumerate().filter(|(_, heads)| heads.groups > 0);
        let [events, parties, participations] = self.counts;
        vec![
            ("events", Tree::Int(events)),
            ("parties", Tree::Int(parties)),
            ("participations", Tree::Int(participations)),
            ("headcount", Tree::List(met.map(of_unit).collect())),
            ("uncounted", Tree::Int(self.uncounted)),
        ]
    }
}

/// How groups are put together before they are counted.
pub(super) struct Parts<'p> {
    /// For each group the part that it goes to, if any.
    pub(super) of: &'p [Option<u32>],
    /// For each part whose it is: only parts of one owner divide a counted group.
    pub(super) owners: &'p [u32],
}

/// Counts the parts. `is_outside` tells of an owner and a participation whether some of its sectors lie beyond what the
/// owner stands for, so that its headcount is divided already.
pub(super) fn tally(
    lines: &[Line],
    heads: &HashMap<i64, Head>,
    parts: &Parts<'_>,
    wants: Wants,
    is_outside: &dyn Fn(u32, i64) -> bool,
) -> Vec<Tally> {
    let mut out = vec![Tally::default(); parts.owners.len()];
    let part_of = |line: &Line| usize::try_from(line.group).ok().and_then(|at| parts.of.get(at).copied().flatten());
    let subjects: [fn(&Line) -> Option<i64>; 3] = [|line| Some(line.event), |line| line.party, |line| Some(line.id)];
    for (at, subject) in subjects.iter().enumerate() {
        if !wants.counts.get(at).copied().unwrap_or(false) {
            continue;
        }
        let mut pairs: Vec<(u32, i64)> =
            lines.iter().filter_map(|line| Some((part_of(line)?, subject(line)?))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (part, _) in pairs {
            let tally = usize::try_from(part).ok().and_then(|part| out.get_mut(part));
            tally.and_then(|tally| tally.counts.get_mut(at)).into_iter().for_each(|count| *count += 1);
        }
    }
    if !wants.headcount {
        return out;
    }
    let owner_of = |part: u32| usize::try_from(part).ok().and_then(|at| parts.owners.get(at).copied());
    let mut counted: Vec<(u32, i64, u32)> = lines
        .iter()
        .filter(|line| heads.contains_key(&line.id))
        .filter_map(|line| part_of(line).and_then(|part| Some((owner_of(part)?, line.id, part))))
        .collect();
    counted.sort_unstable();
    counted.dedup();
    for same in counted.chunk_by(|(owner, id, _), (next, other, _)| owner == next && id == other) {
        let Some((owner, id, _)) = same.first() else { continue };
        let Some(head) = heads.get(id) else { continue };
        let is_split = same.len() > 1 || is_outside(*owner, *id);
        for (_, _, part) in same {
            if let Some(tally) = usize::try_from(*part).ok().and_then(|at| out.get_mut(at)) {
                tally.add(head, is_split);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(number: i64, unit: usize, bound: usize) -> Head {
        Head { number: Some(number), unit, bound, includes_named: false }
    }

    #[test]
    fn a_sum_is_as_weak_as_its_weakest_number_and_units_stay_apart() {
        let mut tally = Tally::default();
        tally.add(&head(45, 0, 0), false);
        tally.add(&head(40, 0, 2), false);
        tally.add(&head(7, 1, 0), false);
        tally.add(&Head { number: None, ..head(0, 0, 3) }, false);
        assert_eq!(tally.heads[0].value(), Some(85));
        assert_eq!(BOUNDS[tally.heads[0].bound], "MORE_THAN");
        assert_eq!(tally.heads[1].value(), Some(7));
        assert_eq!(tally.uncounted, 1);
        for (a, b, sum) in [(0, 1, 1), (1, 2, 2), (2, 3, 3), (3, 1, 3), (0, 4, 4)] {
            let mut heads = Heads::default();
            heads.add(&head(1, 0, a), false);
            heads.add(&head(1, 0, b), false);
            assert_eq!(heads.bound, sum);
        }
    }

    #[test]
    fn only_parts_of_one_owner_divide_a_counted_group() {
        let line = |group: u32| Line { group, id: 9, event: 1, party: None };
        let heads = HashMap::from([(9, head(45, 0, 0))]);
        let wants = Wants { counts: [true; 3], headcount: true };
        let count = |of: &[Option<u32>], owners: &[u32]| {
            tally(&[line(0), line(1)], &heads, &Parts { of, owners }, wants, &|_, _| false)
        };
        let split = count(&[Some(0), Some(1)], &[0, 0]);
        assert_eq!((split[0].heads[0].value(), split[0].counts, split[1].counts), (None, [1, 0, 1], [1, 0, 1]));
        let own = count(&[Some(0), Some(1)], &[0, 1]);
        assert_eq!((own[0].heads[0].value(), own[1].heads[0].value()), (Some(45), Some(45)));
        let whole = count(&[Some(0), Some(0)], &[0]);
        assert_eq!((whole[0].heads[0].value(), whole[0].counts), (Some(45), [1, 0, 1]));
    }
}
