//! Finds what a text may mean. One statement looks all words up among all kinds; where every word is too common to be
//! read, one more finds what has all of them; one reads the names of the candidates, which are then compared in full.
//! Typing errors are looked for only when the page is not full, in three more.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Search;
use super::rank::{Asked, Hit, Name, is_one_error_apart};
use crate::catalog::search::Searchable;
use crate::domain::words::{self, Key};
use crate::graphql::computed::Tree;
use crate::graphql::errors::RunError;
use crate::graphql::execute::Session;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::search::{Common, MOST_SUBJECTS, Names, Range, Ranges, Words, parts};
use crate::storage::terms::Form;
use crate::storage::value::ColumnType;

/// Names of one kind that are compared, at most, in the price of an operation.
pub const MOST_LOOKED_AT: usize = MOST_SUBJECTS;
/// Words of a text that are looked up: the longest ones; the others are only compared.
const MOST_KEYS: usize = 8;
/// Words that a misspelled one is taken for.
const MOST_CORRECTIONS: usize = 4;

type Read<T> = Result<T, RunError>;

/// Subjects in a range of terms.
#[derive(Debug, Clone, Default)]
pub struct Subjects {
    /// Their ids, with the code or the whole name.
    pub found: Vec<(i64, String)>,
    /// Whether these are all.
    pub complete: bool,
}

/// What a text finds.
pub fn search(session: &mut Session<'_>, search: &Search) -> Read<Tree> {
    let asked = Asked::new(&search.text);
    let keys = longest(words::keys(&search.text), MOST_KEYS);
    let name = words::name_term(&search.text);
    let mut asked_ranges = Vec::new();
    for of in &search.kinds {
        let range =
            |form: Form, text: &str, prefix: bool| Range { kind: of.kind.1, form, text: text.to_owned(), prefix };
        asked_ranges.push(range(Form::Code, &search.code, false));
        asked_ranges.push(range(Form::Name, &name, true));
        asked_ranges.extend(keys.iter().map(|key| range(Form::Word, &key.text, key.prefix)));
    }
    let found = ranges(session, &asked_ranges, MOST_SUBJECTS)?;
    let by_kind: Vec<(&'static Searchable, &[Subjects])> =
        search.kinds.iter().copied().zip(found.chunks(keys.len() + 2)).collect();
    let mut hits: Vec<Hit> = Vec::new();
    let mut begin: Vec<(f64, &'static Searchable, i64)> = Vec::new();
    for (of, found) in &by_kind {
        let ids = |at: usize| found.get(at).into_iter().flat_map(|s| &s.found);
        hits.extend(ids(0).map(|(id, shown)| Hit::by_code(of, *id, shown)));
        let score = |name: &str| asked.rate(&Name::new(None, name), false).map_or(0.0, |rating| rating.score);
        begin.extend(ids(1).map(|(id, name)| (score(name), *of, *id)));
    }
    // Words of a name are never as good as its beginning: they are compared only when they can be on the page.
    let is_cut = name != words::whole(&search.text);
    let is_full = begin.len() > search.first && !is_cut;
    let most = search.first.saturating_mul(3).clamp(30, MOST_SUBJECTS);
    if !is_cut {
        begin.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.kind.1.cmp(&b.1.kind.1)));
        begin.truncate(most);
    }
    let ids = |of: &Searchable| begin.iter().filter(|b| b.1.kind == of.kind).map(|b| b.2).collect();
    let mut candidates: Vec<Candidates> = search.kinds.iter().map(|of| Candidates { of, ids: ids(of) }).collect();
    if !is_full {
        add_by_words(session, &by_kind, &keys, most, &mut candidates)?;
    }
    let mut known: HashSet<(i64, i64)> = hits.iter().map(|hit| (hit.of.kind.1, hit.id)).collect();
    rate(session, search, &candidates, &mut known, &mut hits, |name| asked.rate(name, false))?;
    if hits.len() < search.first {
        let corrections = corrections(session, keys.iter().map(|key| key.text.as_str()))?;
        if !corrections.is_empty() {
            let candidates = corrected(session, &by_kind, &keys, &corrections, most)?;
            rate(session, search, &candidates, &mut known, &mut hits, |name| asked.rate(name, true))?;
        }
    }
    hits.sort_by(Hit::order);
    let more = hits.len() > search.first;
    let shown = hits.into_iter().take(search.first).map(Hit::tree).collect();
    Ok(Tree::Object(vec![("hits", Tree::List(shown)), ("hasMore", Tree::Bool(more))]))
}

/// Adds the subjects that have all words in their names; where that is sure, at most so many of a kind.
fn add_by_words(
    session: &mut Session<'_>,
    by_kind: &[(&'static Searchable, &[Subjects])],
    keys: &[Key],
    most: usize,
    candidates: &mut [Candidates],
) -> Read<()> {
    let mut crowded = Vec::new();
    for ((of, found), own) in by_kind.iter().zip(candidates.iter_mut()) {
        let words = found.get(2..).unwrap_or_default();
        match in_all(words, most) {
            Some(all) => own.ids.extend(all),
            None if keys.len() == 1 => own.ids.extend(words.iter().flat_map(Subjects::ids).take(most)),
            None => crowded.push(*of),
        }
    }
    if !crowded.is_empty() {
        for (of, ids) in common(session, &crowded, keys)? {
            let own = candidates.iter_mut().find(|c| c.of.kind == of.kind);
            // What has all words comes before what has all but the last.
            own.filter(|c| c.ids.len() < most).into_iter().for_each(|c| c.ids.extend(&ids));
        }
    }
    Ok(())
}

/// Subjects of one kind whose names are to be compared.
struct Candidates {
    of: &'static Searchable,
    ids: BTreeSet<i64>,
}

/// Compares names and adds what fits and was not known.
fn rate(
    session: &mut Session<'_>,
    search: &Search,
    candidates: &[Candidates],
    known: &mut HashSet<(i64, i64)>,
    hits: &mut Vec<Hit>,
    rate: impl Fn(&Name) -> Option<super::rank::Rating>,
) -> Read<()> {
    let fresh: Vec<(&'static Searchable, i64)> = candidates
        .iter()
        .flat_map(|c| c.ids.iter().map(|id| (c.of, *id)))
        .filter(|(of, id)| !known.contains(&(of.kind.1, *id)))
        .collect();
    for ((of, id), names) in fresh.iter().zip(names(session, &fresh)?) {
        if let Some(hit) = Hit::by_names(of, *id, &names, Some(search.language), &rate) {
            known.insert((of.kind.1, *id));
            hits.push(hit);
        }
    }
    Ok(())
}

/// Subjects of every range, of each at most so many, in the order of the ranges: one statement.
pub fn ranges(session: &mut Session<'_>, ranges: &[Range], most: usize) -> Read<Vec<Subjects>> {
    let mut out = vec![Subjects::default(); ranges.len()];
    for (at, found) in texts(session, Ranges::new(ranges, most.saturating_add(1)))? {
        let Some(subjects) = out.get_mut(at) else { continue };
        for part in parts(found.as_deref()) {
            let (id, shown) = part.split_once(' ').unwrap_or((part, ""));
            subjects.found.extend(id.parse().ok().map(|id: i64| (id, shown.to_owned())));
        }
        subjects.complete = subjects.found.len() <= most;
    }
    Ok(out)
}

impl Subjects {
    fn ids(&self) -> impl Iterator<Item = i64> {
        self.found.iter().map(|(id, _)| *id)
    }
}

/// Subjects that are in all sets, as far as they are complete; `None` when none is. Where all are, hardly a subject will
/// not fit (one that has the words in different names), and the first ones are enough.
fn in_all(sets: &[Subjects], most: usize) -> Option<Vec<i64>> {
    let complete: Vec<&Subjects> = sets.iter().filter(|s| s.complete).collect();
    let smallest = complete.iter().min_by_key(|s| s.found.len())?;
    let others: Vec<HashSet<i64>> = complete.iter().map(|s| s.ids().collect()).collect();
    let mut seen = HashSet::new();
    let common = smallest.ids().filter(|id| others.iter().all(|other| other.contains(id)) && seen.insert(*id));
    let most = if complete.len() == sets.len() { most } else { MOST_SUBJECTS };
    Some(common.take(most).collect())
}

/// Subjects that have all words where each alone is too common; the last word also left open, since it may go on.
fn common(
    session: &mut Session<'_>,
    kinds: &[&'static Searchable],
    keys: &[Key],
) -> Read<Vec<(&'static Searchable, Vec<i64>)>> {
    let all: Vec<String> = keys.iter().map(|key| key.text.clone()).collect();
    let but_open: Vec<String> = keys.iter().filter(|key| !key.prefix).map(|key| key.text.clone()).collect();
    let mut look_ups: Vec<(&'static Searchable, Vec<String>)> = Vec::new();
    for of in kinds {
        look_ups.push((of, all.clone()));
        if but_open.len() < all.len() && !but_open.is_empty() {
            look_ups.push((of, but_open.clone()));
        }
    }
    let asked: Vec<(i64, Vec<String>)> = look_ups.iter().map(|(of, words)| (of.kind.1, words.clone())).collect();
    let found = texts(session, Common::new(&asked))?;
    let of = |(at, found): (usize, Option<String>)| {
        let ids = parts(found.as_deref()).filter_map(|id| id.parse().ok()).collect();
        Some((look_ups.get(at)?.0, ids))
    };
    Ok(found.into_iter().filter_map(of).collect())
}

/// For each word that has any the words that it may be meant for: one statement.
pub fn corrections<'a>(
    session: &mut Session<'_>,
    asked: impl Iterator<Item = &'a str>,
) -> Read<BTreeMap<String, Vec<String>>> {
    let asked: BTreeSet<&str> = asked.filter(|word| words::is_correctable(word)).collect();
    let mut out = BTreeMap::new();
    if asked.is_empty() {
        return Ok(out);
    }
    let deletions: Vec<(&str, String)> =
        asked.iter().flat_map(|word| words::deletions(word).into_iter().map(move |d| (*word, d))).collect();
    let mut near: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (at, found) in texts(session, Words::new(deletions.iter().map(|(_, d)| d.clone()).collect()))? {
        let Some((word, _)) = deletions.get(at) else { continue };
        let near = near.entry(word).or_default();
        near.extend(parts(found.as_deref()).filter(|other| is_one_error_apart(word, other)).map(str::to_owned));
    }
    for (word, near) in near.into_iter().filter(|(_, near)| !near.is_empty()) {
        let mut near: Vec<String> = near.into_iter().collect();
        // People seldom mistake the first letter.
        near.sort_by_key(|other| (other.chars().next() != word.chars().next(), other.len().abs_diff(word.len())));
        near.truncate(MOST_CORRECTIONS);
        out.insert(word.to_owned(), near);
    }
    Ok(out)
}

/// Subjects that have all words or what they are meant for.
fn corrected(
    session: &mut Session<'_>,
    by_kind: &[(&'static Searchable, &[Subjects])],
    keys: &[Key],
    corrections: &BTreeMap<String, Vec<String>>,
    most: usize,
) -> Read<Vec<Candidates>> {
    let instead = |key: &Key| corrections.get(&key.text).map_or(&[][..], Vec::as_slice);
    let mut asked = Vec::new();
    for (of, _) in by_kind {
        for text in keys.iter().flat_map(instead) {
            asked.push(Range { kind: of.kind.1, form: Form::Word, text: text.clone(), prefix: false });
        }
    }
    let mut found = ranges(session, &asked, MOST_SUBJECTS)?.into_iter();
    let mut out = Vec::new();
    for (of, found_before) in by_kind {
        let mut sets = found_before.get(2..).unwrap_or_default().to_vec();
        for (set, key) in sets.iter_mut().zip(keys) {
            for more in found.by_ref().take(instead(key).len()) {
                set.complete &= more.complete;
                set.found.extend(more.found);
            }
        }
        let ids = in_all(&sets, most).unwrap_or_default().into_iter().collect();
        out.push(Candidates { of, ids });
    }
    Ok(out)
}

/// Every name of subjects, in their order: of resident ones from memory, of all others in one statement.
pub fn names(session: &mut Session<'_>, subjects: &[(&'static Searchable, i64)]) -> Read<Vec<Vec<Name>>> {
    let snapshot = session.snapshot;
    let mut out: Vec<Vec<Name>> = subjects.iter().map(|(of, id)| names_in_memory(snapshot, of, *id)).collect();
    let mut asked = Vec::new();
    let mut places = Vec::new();
    for (place, (of, id)) in subjects.iter().enumerate() {
        if let (false, Some(kind)) = (of.entity.resident, of.entity.names) {
            asked.push((kind, *id));
            places.push(place);
        }
    }
    if asked.is_empty() {
        return Ok(out);
    }
    for (at, found) in texts(session, Names::new(&asked))? {
        let Some(own) = places.get(at).and_then(|place| out.get_mut(*place)) else { continue };
        for part in parts(found.as_deref()) {
            if let Some((language, text)) = part.split_once(' ') {
                own.push(Name::new(Some(language), text));
            }
        }
    }
    Ok(out)
}

fn names_in_memory(snapshot: &Snapshot, of: &Searchable, id: i64) -> Vec<Name> {
    match (of.entity.names, of.title) {
        (Some(kind), _) => snapshot.names(kind, id).iter().map(|(l, text)| Name::new(Some(l), text)).collect(),
        (None, Some(title)) => {
            let title = snapshot.table(of.entity).and_then(|table| table.value(id, title).as_text());
            title.into_iter().map(|text| Name::new(None, text)).collect()
        }
        (None, None) => Vec::new(),
    }
}

/// The keys with the most characters, in their order.
pub fn longest(keys: Vec<Key>, most: usize) -> Vec<Key> {
    let mut by_length: Vec<usize> = (0..keys.len()).collect();
    let length = |at: &usize| keys.get(*at).map_or(0, |key| key.text.chars().count());
    by_length.sort_by_key(|at| (std::cmp::Reverse(length(at)), *at));
    by_length.truncate(most);
    keys.into_iter().enumerate().filter(|(at, _)| by_length.contains(at)).map(|(_, key)| key).collect()
}

/// Runs a look-up; gives the number of each key, from 0, and what it found.
fn texts<Q>(session: &mut Session<'_>, query: Q) -> Read<Vec<(usize, Option<String>)>>
where
    Q: crate::storage::conn::TreeQuery,
{
    let rows = session.rows(query, &[ColumnType::Int, ColumnType::Text])?;
    let number = |n: Option<i64>| usize::try_from(n.unwrap_or(0) - 1).unwrap_or(usize::MAX);
    Ok(rows.iter().map(|row| (number(row.int(0)), row.text(1).map(str::to_owned))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[i64], complete: bool) -> Subjects {
        Subjects { found: ids.iter().map(|id| (*id, String::new())).collect(), complete }
    }

    #[test]
    fn only_complete_sets_exclude() {
        assert_eq!(in_all(&[set(&[1, 3, 2], true), set(&[2, 3, 4, 5], true)], 9), Some(vec![3, 2]));
        assert_eq!(in_all(&[set(&[1, 3, 2], true), set(&[2, 3, 4, 5], true)], 1), Some(vec![3]));
        assert_eq!(in_all(&[set(&[1, 2], true), set(&[7], false)], 1), Some(vec![1, 2]));
        assert_eq!(in_all(&[set(&[1, 2], false)], 9), None);
    }

    #[test]
    fn the_longest_keys_are_looked_up_in_their_order() {
        let keys = words::keys(&words::tokens("of the republic in buryatia"));
        let kept: Vec<String> = longest(keys, 2).into_iter().map(|key| key.text).collect();
        assert_eq!(kept, ["republic", "buryatia"]);
    }
}
