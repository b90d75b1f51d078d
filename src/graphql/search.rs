//! Questions by text and by lists: `search`, `reconcile`, `regionsByCodes`. Their arguments are read here, before
//! anything runs; each answers a value with ids of objects in it, which [`super::objects`] reads and writes.

pub mod codes;
pub mod look_up;
pub mod rank;
pub mod reconcile;

use serde_json::{Map, Value as Json, json};

use super::computed::Tree;
use super::errors::{GraphError, RunError};
use super::execute::Session;
use super::inputs::Inputs;
use super::language::LANGUAGES;
use super::participation_stats::ParticipationStats;
use super::plan::{ValueShape, texts};
use super::stats::Stats;
use crate::catalog::search::{ALL, Searchable, searchable};
use crate::domain::error_code::Reason;
use crate::domain::words::{Token, tokens};

/// A question and how its answer is written.
#[derive(Debug)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// How its answer is written.
    pub shape: ValueShape,
}

/// A question that is answered by a value with objects in it.
#[derive(Debug)]
pub enum Question {
    /// What a text finds.
    Search(Search),
    /// What the names of a list may be.
    Reconcile(reconcile::Reconcile),
    /// The regions of a list of codes; known without reading.
    Regions(Tree, u64),
    /// Sums of trade figures.
    Stats(Box<Stats>),
    /// Counts of participations.
    Participations(Box<ParticipationStats>),
}

/// What a text finds.
#[derive(Debug)]
pub struct Search {
    /// The parts of the text.
    pub text: Vec<Token>,
    /// The same as a code.
    pub code: String,
    /// Among what, in the order of the catalogue.
    pub kinds: Vec<&'static Searchable>,
    /// The language preferred among equally good names.
    pub language: &'static str,
    /// Hits at most.
    pub first: usize,
}

/// Characters of a text at most.
pub const LONGEST_TEXT: usize = 200;
/// Names of one `reconcile` at most.
pub const MOST_NAMES: usize = 250;

type Arguments = Map<String, Json>;

/// The question that a root field asks, of a client that prefers a language; `None` for one that is not answered here.
pub fn question(
    inputs: &Inputs<'_>,
    root: &str,
    arguments: &Arguments,
    preferred: &'static str,
) -> Result<Option<Question>, GraphError> {
    match root {
        "search" => search(inputs, arguments, preferred).map(|s| Some(Question::Search(s))),
        "reconcile" => reconcile::read(inputs, arguments).map(|r| Some(Question::Reconcile(r))),
        "regionsByCodes" => codes::regions(inputs, arguments).map(|(tree, found)| Some(Question::Regions(tree, found))),
        _ => Ok(None),
    }
}

impl Question {
    /// The value type of the answer.
    pub fn answer(&self) -> &'static str {
        match self {
            Self::Search(_) => "SearchResults",
            Self::Reconcile(_) => "Reconciled",
            Self::Regions(..) => "RegionsByCodes",
            Self::Stats(_) => "TradeStats",
            Self::Participations(_) => "ParticipationStats",
        }
    }

    /// Objects that the answer holds at most.
    pub fn objects(&self) -> u64 {
        let count = match self {
            Self::Search(search) => search.first,
            Self::Reconcile(reconcile) => reconcile.names.len().saturating_mul(reconcile.first),
            Self::Regions(_, found) => return *found,
            Self::Stats(stats) => return stats.objects(),
            Self::Participations(stats) => return stats.objects(),
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// Why nothing was found, for `extensions.tearoad.hints`.
    pub fn hint(&self, answer: &Tree) -> Option<Json> {
        let Self::Search(search) = self else { return None };
        if !matches!(answer.member("hits"), Tree::List(hits) if hits.is_empty()) {
            return None;
        }
        let (conditions, less): (&[&str], &str) = if search.kinds.len() < ALL.len() {
            (&["text", "kinds"], "give fewer words, or leave `kinds` out")
        } else {
            (&["text"], "give fewer words, or the beginning of one")
        };
        let text = crate::domain::words::whole(&search.text);
        let message = format!("nothing was found for `{text}`: no code, and no name with all its words; {less}");
        Some(json!({ "list": "search", "reason": "NO_HITS", "conditions": conditions, "message": message }))
    }

    /// Rows that are looked at to find those, as far as they count in the price of an operation.
    pub fn looked_at(&self) -> u64 {
        let count = match self {
            Self::Search(_) => look_up::MOST_LOOKED_AT,
            Self::Reconcile(reconcile) => reconcile.names.len().saturating_mul(reconcile::MOST_CANDIDATES),
            Self::Stats(stats) => return stats.price(),
            Self::Regions(..) | Self::Participations(_) => 0,
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The answer.
    pub fn ask(&self, session: &mut Session<'_>) -> Result<Tree, RunError> {
        match self {
            Self::Search(search) => look_up::search(session, search),
            Self::Reconcile(reconcile) => reconcile.ask(session),
            Self::Regions(tree, _) => Ok(tree.clone()),
            Self::Stats(stats) => stats.ask(session),
            Self::Participations(stats) => stats.ask(session),
        }
    }
}

fn search(inputs: &Inputs<'_>, arguments: &Arguments, preferred: &'static str) -> Result<Search, GraphError> {
    let text = arguments.get("text").and_then(Json::as_str).unwrap_or_default();
    let words: Vec<&str> = texts(arguments, "kinds");
    let kinds: Vec<&'static Searchable> = match arguments.get("kinds") {
        None | Some(Json::Null) => ALL.iter().collect(),
        Some(_) if words.is_empty() => {
            let message = "kinds: an empty list finds nothing; leave it out to search everything";
            return Err(GraphError::new(Reason::InvalidArgument, message).at("kinds"));
        }
        Some(_) => ALL.iter().filter(|s| words.contains(&s.kind.0)).collect(),
    };
    let asked = arguments.get("lang").and_then(Json::as_str);
    let language = asked.and_then(|word| LANGUAGES.iter().find(|(name, _, _)| *name == word));
    Ok(Search {
        text: parts(text, "text")?,
        code: crate::domain::words::code_term(text),
        kinds,
        language: language.map_or(preferred, |(_, code, _)| code),
        first: first(inputs, arguments)?,
    })
}

/// The parts of a text that is looked up.
fn parts(text: &str, argument: &str) -> Result<Vec<Token>, GraphError> {
    let refused = |what: String, hint: &str| {
        Err(GraphError::new(Reason::InvalidArgument, format!("{argument}: {what}")).at(argument).hint(hint))
    };
    let length = text.chars().count();
    if length > LONGEST_TEXT {
        let what = format!("the text has {length} characters, at most {LONGEST_TEXT} are allowed");
        return refused(what, "search for the few words that tell most");
    }
    let parts = tokens(text);
    if parts.is_empty() {
        let what = if text.trim().is_empty() { "the text is empty" } else { "the text has no letter and no digit" };
        return refused(what.to_owned(), "give a name, the beginning of one, or a code: `Zibo`, `淄博`, `370300`");
    }
    Ok(parts)
}

/// How many are wanted.
fn first(inputs: &Inputs<'_>, arguments: &Arguments) -> Result<usize, GraphError> {
    let most = inputs.limits.page;
    let asked = arguments.get("first").and_then(Json::as_i64).unwrap_or(0);
    if asked > most {
        let message = format!("first: {asked} hits, at most {most} are allowed");
        return Err(GraphError::new(Reason::PageSizeExceeded, message).at("first"));
    }
    match usize::try_from(asked) {
        Ok(first) if first > 0 => Ok(first),
        _ => {
            let message = format!("first: `{asked}` is not a number of hits from 1 to {most}");
            Err(GraphError::new(Reason::InvalidArgument, message).at("first"))
        }
    }
}

/// The searchable entity of a kind.
fn kind(arguments: &Arguments) -> Result<&'static Searchable, GraphError> {
    let word = arguments.get("kind").and_then(Json::as_str).unwrap_or_default();
    searchable(word).ok_or_else(|| GraphError::new(Reason::InvalidArgument, "kind: there is no such kind").at("kind"))
}
