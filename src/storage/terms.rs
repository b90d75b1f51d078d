//! Search terms: what text is looked up in, made from names and codes and nothing else. Whoever writes names or codes
//! calls [`add`] for new rows or [`refresh`] for changed ones, in the same transaction; [`ensure`] makes all of them
//! anew where another version of this file made them. They belong to no revision: the data are what they were.
//!
//! `terms` has a row for each code, whole name and word, by kind of subject, then form, then text, so that every
//! look-up is a short range of its key. Within a text the subjects with the fewest words in a name come first: of a
//! word that a million names have, those that it says most about are read. `term_deletions` leads from a misspelled
//! word to the words that are one letter apart. It holds each word once, whoever has it; words that nobody has any
//! more stay there and find nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::StorageError;
use super::bulk::{self, Fixed, Statement};
use super::conn::Conn;
use super::value::Value;
use crate::catalog::Scope;
use crate::catalog::search::{ALL, Codes, Searchable};
use crate::domain::words;

/// Version of how terms are made; another one in the database and all are made anew.
const VERSION: i64 = 1;

/// What a term is of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A code or identifier; `shown` has its scheme and spelling.
    Code,
    /// The beginning of a whole name.
    Name,
    /// A word of a name.
    Word,
}

impl Form {
    /// Its number in the table.
    pub fn number(self) -> i64 {
        match self {
            Self::Code => 1,
            Self::Name => 2,
            Self::Word => 3,
        }
    }
}

const COLUMNS: &[&str] = &["kind", "form", "term", "weight", "subject_id", "shown"];
const DELETION_COLUMNS: &[&str] = &["deletion", "term"];

/// Subjects whose terms are made at once: those of many are written in the order of the key, page by page.
const CHUNK: usize = 25_000;
/// Most words that a weight tells apart.
const MOST_WORDS: usize = 99;

/// Adds the terms of new rows of a table.
pub fn add(conn: &mut Conn, table: &str, ids: &[i64]) -> Result<(), StorageError> {
    let mut words = Words { seen: HashSet::new(), key: DELETION_COLUMNS };
    for searchable in of_table(table) {
        for chunk in ids.chunks(CHUNK) {
            add_chunk(conn, searchable, &format!("t.id IN ({})", joined(chunk)), &mut words)?;
        }
    }
    Ok(())
}

/// Makes the terms of changed rows of a table anew. Reads every term of their kind once, so it is called for many.
pub fn refresh(conn: &mut Conn, table: &str, ids: &[i64]) -> Result<(), StorageError> {
    for searchable in of_table(table) {
        for chunk in ids.chunks(CHUNK) {
            let (kind, list) = (searchable.kind.1, joined(chunk));
            bulk::execute(
                conn,
                &Statement(format!("DELETE FROM terms WHERE kind = {kind} AND subject_id IN ({list})")),
            )?;
        }
    }
    add(conn, table, ids)
}

/// Makes all terms anew where they are missing or of another version.
pub fn ensure(conn: &mut Conn) -> Result<(), StorageError> {
    if is_current(conn)? { Ok(()) } else { conn.write(rebuild) }
}

/// Whether the terms are of this version.
pub fn is_current(conn: &mut Conn) -> Result<bool, StorageError> {
    let rows = conn.rows(Fixed("SELECT subject_id FROM terms WHERE kind = 0"), &[])?;
    Ok(rows.first().and_then(|row| row.int(0)) == Some(VERSION))
}

/// Makes all terms anew, inside a writing transaction.
pub fn rebuild(conn: &mut Conn) -> Result<(), StorageError> {
    super::revision::lock(conn)?;
    conn.batch("DELETE FROM terms; DELETE FROM term_deletions")?;
    let mut words = Words { seen: HashSet::new(), key: &[] };
    let mut any = false;
    for searchable in ALL {
        let mut last = i64::MIN;
        loop {
            let table = searchable.entity.table;
            let ids: Vec<i64> = conn
                .rows(
                    Statement(format!(
                        "SELECT t.id FROM {table} t WHERE t.id > {last}{} ORDER BY t.id LIMIT {CHUNK}",
                        scope(searchable)
                    )),
                    &[],
                )?
                .iter()
                .filter_map(|row| row.int(0))
                .collect();
            let (Some(begin), Some(end)) = (ids.first(), ids.last()) else { break };
            last = *end;
            any = true;
            add_chunk(conn, searchable, &format!("t.id BETWEEN {begin} AND {end}"), &mut words)?;
        }
    }
    let mark = vec![0, 0].into_iter().map(Value::Int).chain([Value::Text(String::new())]);
    let mark = mark.chain([Value::Int(0), Value::Int(VERSION), Value::Text(String::new())]).collect();
    bulk::insert(conn, "terms", COLUMNS, &[], &[mark])?;
    // An empty database has nothing to tell.
    if any { bulk::refresh_terms(conn) } else { Ok(()) }
}

fn of_table(table: &str) -> impl Iterator<Item = &'static Searchable> {
    ALL.iter().filter(move |s| s.entity.table == table)
}

/// Words whose deletions are written.
struct Words {
    seen: HashSet<String>,
    /// Of the table: others may have written the same words; empty where it was empty.
    key: &'static [&'static str],
}

/// Names and codes of a subject.
#[derive(Default)]
struct Subject {
    names: Vec<String>,
    codes: BTreeSet<(String, String)>,
}

/// Adds the terms of the rows `t` that meet a condition.
fn add_chunk(conn: &mut Conn, searchable: &Searchable, condition: &str, words: &mut Words) -> Result<(), StorageError> {
    let mut terms: Vec<(Term, i64)> = Vec::new();
    let mut deletions: Vec<(String, String)> = Vec::new();
    for (id, subject) in subjects(conn, searchable, condition)? {
        for term in terms_of(&subject) {
            if term.form == Form::Word && words::is_correctable(&term.text) && !words.seen.contains(&term.text) {
                words.seen.insert(term.text.clone());
                deletions.extend(words::deletions(&term.text).into_iter().map(|d| (d, term.text.clone())));
            }
            terms.push((term, id));
        }
    }
    // In the order of the key.
    terms.sort_unstable();
    deletions.sort_unstable();
    let row = |(term, id): (Term, i64)| {
        vec![
            Value::Int(searchable.kind.1),
            Value::Int(term.form.number()),
            Value::Text(term.text),
            Value::Int(term.weight),
            Value::Int(id),
            Value::Text(term.shown),
        ]
    };
    let rows: Vec<Vec<Value>> = terms.into_iter().map(row).collect();
    bulk::insert(conn, "terms", COLUMNS, &[], &rows)?;
    let rows: Vec<Vec<Value>> =
        deletions.into_iter().map(|(deletion, word)| vec![Value::Text(deletion), Value::Text(word)]).collect();
    bulk::insert(conn, "term_deletions", DELETION_COLUMNS, words.key, &rows)
}

/// Names and codes of these rows, as the database has them now.
fn subjects(conn: &mut Conn, searchable: &Searchable, condition: &str) -> Result<BTreeMap<i64, Subject>, StorageError> {
    let entity = searchable.entity;
    let (table, scope) = (entity.table, scope(searchable));
    let mut out: BTreeMap<i64, Subject> = BTreeMap::new();
    let names = match (entity.names, searchable.title) {
        (Some(kind), _) => format!(
            "SELECT t.id, n.text FROM {table} t JOIN names n ON n.subject_kind = '{kind}' AND n.subject_id = t.id WHERE {condition}{scope}"
        ),
        (None, Some(title)) => format!("SELECT t.id, t.{title} FROM {table} t WHERE {condition}{scope}"),
        (None, None) => return Ok(out),
    };
    for row in conn.rows(Statement(names), &[])? {
        if let (Some(id), Some(text)) = (row.int(0), row.text(1)) {
            out.entry(id).or_default().names.push(text.to_owned());
        }
    }
    for codes in searchable.codes {
        let statement = match codes {
            Codes::Own { column, scheme } => {
                format!("SELECT t.id, '{scheme}', t.{column} FROM {table} t WHERE {condition}{scope}")
            }
            Codes::OfParent { column, table: schemes, link, scheme: own } => format!(
                "SELECT t.id, s.{own}, t.{column} FROM {table} t JOIN {schemes} s ON s.id = t.{link} WHERE {condition}{scope}"
            ),
            Codes::Table { table: codes, link } => format!(
                "SELECT t.id, c.scheme, c.code FROM {table} t JOIN {codes} c ON c.{link} = t.id WHERE {condition}{scope}"
            ),
        };
        for row in conn.rows(Statement(statement), &[])? {
            if let (Some(id), Some(scheme), Some(code)) = (row.int(0), row.text(1), row.text(2)) {
                out.entry(id).or_default().codes.insert((scheme.to_owned(), code.to_owned()));
            }
        }
    }
    Ok(out)
}

/// A term of a subject.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    form: Form,
    text: String,
    weight: i64,
    shown: String,
}

/// The terms of a subject, each of a form once.
fn terms_of(subject: &Subject) -> Vec<Term> {
    let names: Vec<Vec<words::Token>> = subject.names.iter().map(|name| words::tokens(name)).collect();
    let fewest = names.iter().map(Vec::len).min().unwrap_or(0).min(MOST_WORDS);
    let weight = i64::try_from(fewest).unwrap_or(0);
    let mut seen = BTreeMap::new();
    for (scheme, code) in &subject.codes {
        let shown: String = format!("{scheme} {code}").chars().filter(|c| !c.is_control()).collect();
        seen.entry((Form::Code, words::code_term(code))).or_insert(shown);
    }
    for name in &names {
        seen.entry((Form::Name, words::name_term(name))).or_default();
        for word in words::word_terms(name) {
            seen.entry((Form::Word, word)).or_default();
        }
    }
    seen.into_iter()
        .filter(|((_, text), _)| !text.is_empty())
        .map(|((form, text), shown)| Term { form, text, weight, shown })
        .collect()
}

fn joined(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

/// The conditions that make a row of the table `t` one of the entity.
fn scope(searchable: &Searchable) -> String {
    let each = searchable.entity.scope.iter().map(|condition| match condition {
        Scope::Equals(column, word) => format!(" AND t.{column} = '{word}'"),
        Scope::Null(column) => format!(" AND t.{column} IS NULL"),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_gives_each_term_once_with_its_fewest_words() {
        let subject = Subject {
            names: ["Republic of Buryatia", "Бурятия", "Buryatia"].map(str::to_owned).into(),
            codes: [("TEAROAD", "RU-BU"), ("ISO_3166_2", "RU-BU")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        };
        let terms = terms_of(&subject);
        let of = |form| terms.iter().filter(|t| t.form == form).map(|t| t.text.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Form::Code), ["rubu"]);
        assert_eq!(of(Form::Name), ["buryatia", "republic of buryatia", "бурятия"]);
        assert_eq!(of(Form::Word), ["buryatia", "of", "republic", "бурятия"]);
        assert!(terms.iter().all(|t| t.weight == 1));
        assert_eq!(terms[0].shown, "ISO_3166_2 RU-BU", "the first scheme in their order");
    }
}
