//! Finds what the names of a partner's list may be. However long the list: one statement for misspelled words, one
//! that looks everything up, one that keeps what is within a region, one for the names of the candidates.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value as Json;

use super::look_up::{Subjects, corrections, longest, names, ranges};
use super::rank::{Hit, Match, Name, Rating, rounded};
use super::{Arguments, MOST_NAMES, first, kind, parts};
use crate::catalog::region::REGION;
use crate::catalog::search::Searchable;
use crate::domain::error_code::Reason;
use crate::domain::likeness::{self, likeness};
use crate::domain::words::{self, Token};
use crate::graphql::computed::Tree;
use crate::graphql::errors::{GraphError, RunError};
use crate::graphql::execute::Session;
use crate::graphql::inputs::Inputs;
use crate::graphql::lookup;
use crate::graphql::plan::{RowPlan, texts};
use crate::storage::deadline;
use crate::storage::snapshot::Snapshot;
use crate::storage::sql::operand::Operand;
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::search::Range;
use crate::storage::terms::Form;
use crate::storage::value::List;

/// Words of a name that are looked up.
const MOST_KEYS: usize = 5;
/// Words that a misspelled one is taken for.
const MOST_CORRECTIONS: usize = 3;
/// Subjects of one name that are compared in full.
pub const MOST_CANDIDATES: usize = 40;
/// Subjects that are read of a word; of more the first.
const MOST_OF_RANGE: usize = 100;
/// What is less alike is not told.
const LEAST: f64 = 0.4;

/// What the names of a list may be.
#[derive(Debug)]
pub struct Reconcile {
    /// Each name as given, with its parts.
    pub names: Vec<(String, Vec<Token>)>,
    /// Matches of each at most.
    pub first: usize,
    of: &'static Searchable,
    /// Regions of the subtree that is asked for.
    within: Option<HashSet<i64>>,
}

/// Reads the arguments.
pub fn read(inputs: &Inputs<'_>, arguments: &Arguments) -> Result<Reconcile, GraphError> {
    let given = texts(arguments, "names");
    if given.len() > MOST_NAMES {
        let message = format!("names: {} names, at most {MOST_NAMES} are allowed", given.len());
        return Err(GraphError::new(Reason::ListTooLong, message).at("names"));
    }
    let each = given.into_iter().enumerate();
    let names = each.map(|(at, name)| Ok((name.to_owned(), parts(name, &format!("names.{at}"))?)));
    let (names, of) = (names.collect::<Result<_, GraphError>>()?, kind(arguments)?);
    let within = match arguments.get("within").and_then(Json::as_str) {
        None => None,
        Some(code) => {
            let located = |mut error: GraphError| {
                error.message = format!("within: {}", error.message);
                error.at("within")
            };
            if of.region.is_none() {
                let word = of.kind.0;
                let message = format!("within: `{word}` has no region to be within; leave it out");
                return Err(GraphError::new(Reason::InvalidArgument, message).at("within"));
            }
            let root = lookup::region(inputs.snapshot, code, "TEAROAD").map_err(located)?;
            Some(below(inputs.snapshot, root))
        }
    };
    Ok(Reconcile { names, first: first(inputs, arguments)?, of, within })
}

/// A region and all below it; of a bloc its present members with all below them.
fn below(snapshot: &Snapshot, root: i64) -> HashSet<i64> {
    let Some(table) = snapshot.table(&REGION) else { return HashSet::new() };
    let path = |id: i64| table.value(id, "path").as_text().unwrap_or_default().to_owned();
    let mut roots = vec![path(root)];
    if table.value(root, "kind").as_text() == Some("GROUP") {
        roots.extend(snapshot.members(root).map(path));
    }
    let ids = table.rows.iter().filter_map(|row| row.int(0));
    ids.filter(|id| roots.iter().any(|root| path(*id).starts_with(root.as_str()))).collect()
}

/// What is looked up of one name: numbers of ranges.
struct LookUps {
    code: usize,
    beginning: usize,
    words: Vec<usize>,
}

impl Reconcile {
    /// The answer.
    pub fn ask(&self, session: &mut Session<'_>) -> Result<Tree, RunError> {
        let keys: Vec<Vec<String>> = self.names.iter().map(|(_, tokens)| keys(tokens)).collect();
        let corrections = corrections(session, keys.iter().flatten().map(String::as_str))?;
        let mut asked = Ranges::default();
        let look_ups: Vec<LookUps> = self
            .names
            .iter()
            .zip(&keys)
            .map(|((name, tokens), keys)| {
                let range = |form: Form, text: String, prefix: bool| Range { kind: self.of.kind.1, form, text, prefix };
                let beginning = words::name_term(&likeness::without_legal_form(tokens));
                let instead = |key: &String| corrections.get(key).into_iter().flatten().take(MOST_CORRECTIONS).cloned();
                let words = keys.iter().flat_map(|key| std::iter::once(key.clone()).chain(instead(key)));
                LookUps {
                    code: asked.number(range(Form::Code, words::code_term(name), false)),
                    beginning: asked.number(range(Form::Name, beginning, true)),
                    words: words.map(|word| asked.number(range(Form::Word, word, false))).collect(),
                }
            })
            .collect();
        let found = if asked.all.is_empty() { Vec::new() } else { ranges(session, &asked.all, MOST_OF_RANGE)? };
        let allowed = self.allowed(session, &found)?;
        let is_allowed = |id: &i64| allowed.as_ref().is_none_or(|allowed| allowed.contains(id));
        let candidates: Vec<Vec<i64>> = look_ups.iter().map(|l| l.candidates(&found, is_allowed)).collect();
        let distinct: BTreeSet<i64> = candidates.iter().flatten().copied().collect();
        let subjects: Vec<(&'static Searchable, i64)> = distinct.iter().map(|id| (self.of, *id)).collect();
        let read = names(session, &subjects)?;
        let names: HashMap<i64, Vec<(Name, Vec<likeness::Part>)>> = distinct
            .into_iter()
            .zip(read)
            .map(|(id, names)| {
                let parted = names.into_iter().map(|name| {
                    let parts = likeness::parts(&name.tokens);
                    (name, parts)
                });
                (id, parted.collect())
            })
            .collect();
        let mut rows = Vec::with_capacity(self.names.len());
        for (((name, tokens), look_ups), candidates) in self.names.iter().zip(&look_ups).zip(&candidates) {
            // Comparing takes time that no statement's limit sees.
            if let Some(stopped) = deadline::stopped() {
                return Err(stopped.into());
            }
            let codes = found.get(look_ups.code).map_or(&[][..], |s| s.found.as_slice());
            let mut hits: Vec<Hit> = codes
                .iter()
                .filter(|(id, _)| is_allowed(id))
                .map(|(id, shown)| Hit::by_code(self.of, *id, shown))
                .collect();
            let by_code: Vec<i64> = hits.iter().map(|hit| hit.id).collect();
            let asked = likeness::parts(tokens);
            for id in candidates.iter().filter(|id| !by_code.contains(id)) {
                let best = names.get(id).into_iter().flatten().map(|(name, parts)| (likeness(&asked, parts), name));
                let best = best.reduce(|best, other| if other.0 > best.0 { other } else { best });
                hits.extend(best.and_then(|(score, name)| self.hit(*id, tokens, score, name)));
            }
            hits.sort_by(Hit::order);
            let hits = hits.into_iter().take(self.first).map(Hit::tree).collect();
            rows.push(Tree::Object(vec![("name", Tree::Text(name.clone())), ("hits", Tree::List(hits))]));
        }
        Ok(Tree::List(rows))
    }

    fn hit(&self, id: i64, asked: &[Token], score: f64, name: &Name) -> Option<Hit> {
        let by = if words::whole(asked) == words::whole(&name.tokens) {
            Match::Exact
        } else if asked.iter().all(|token| name.tokens.contains(token)) {
            Match::Word
        } else {
            Match::Fuzzy
        };
        let rating = Rating { by, score: rounded(score) };
        let fits = |_: &Name| Some(rating);
        if score < LEAST { None } else { Hit::by_names(self.of, id, std::slice::from_ref(name), None, fits) }
    }

    /// Which of the subjects are within the region; `None` when it does not matter.
    fn allowed(&self, session: &mut Session<'_>, found: &[Subjects]) -> Result<Option<HashSet<i64>>, RunError> {
        let Some(within) = &self.within else { return Ok(None) };
        let ids: BTreeSet<i64> = found.iter().flat_map(|s| &s.found).map(|(id, _)| *id).collect();
        if self.of.entity.resident {
            return Ok(Some(ids.into_iter().filter(|id| within.contains(id)).collect()));
        }
        let (Some(column), false) = (self.of.region, ids.is_empty()) else { return Ok(Some(HashSet::new())) };
        let mut regions: Vec<i64> = within.iter().copied().collect();
        regions.sort_unstable();
        let in_region = Predicate::Ints(Operand::Column(column), List::new(regions));
        let condition = Predicate::all(vec![Predicate::int_in("id", ids.into_iter().collect()), in_region]);
        let rows = session.with_columns(&RowPlan::new(self.of.entity), &["id"], &condition)?;
        Ok(Some(rows.iter().filter_map(|row| row.int(0)).collect()))
    }
}

/// The words of a name that are looked up: no legal forms, unless there is nothing else.
fn keys(tokens: &[Token]) -> Vec<String> {
    let telling = likeness::without_legal_form(tokens);
    let keys = longest(words::keys(&telling), MOST_KEYS);
    keys.into_iter().map(|key| key.text).collect()
}

/// Ranges, each once.
#[derive(Default)]
struct Ranges {
    all: Vec<Range>,
    known: HashMap<Range, usize>,
}

impl Ranges {
    fn number(&mut self, range: Range) -> usize {
        if let Some(known) = self.known.get(&range) {
            return *known;
        }
        self.known.insert(range.clone(), self.all.len());
        self.all.push(range);
        self.all.len() - 1
    }
}

impl LookUps {
    /// Subjects to compare: those whose name begins alike, then those that share the rarest words.
    fn candidates(&self, found: &[Subjects], is_allowed: impl Fn(&i64) -> bool) -> Vec<i64> {
        let ids = |number: usize| {
            found.get(number).into_iter().flat_map(|s| &s.found).map(|(id, _)| *id).filter(|id| is_allowed(id))
        };
        let mut votes: HashMap<i64, f64> = HashMap::new();
        for id in ids(self.beginning) {
            *votes.entry(id).or_default() += 1.0;
        }
        for number in &self.words {
            let count = found.get(*number).map_or(1, |s| s.found.len().max(1));
            let vote = 1.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            for id in ids(*number) {
                *votes.entry(id).or_default() += vote;
            }
        }
        let mut ranked: Vec<(i64, f64)> = votes.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().take(MOST_CANDIDATES).map(|(id, _)| id).collect()
    }
}
