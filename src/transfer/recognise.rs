//! Tells the format of files from their header and content, and refuses when that is not sure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::TransferError;
use super::input::{self, Input};
use super::layout::Layout;
use super::nomenclature;
use super::pack::container::Container;
use super::reference;
use super::rows::Rows;

/// What files are.
#[derive(Debug)]
pub enum Format {
    /// Trade figures of a layout.
    Figures(Box<Layout>),
    /// Nodes of classifications.
    Nomenclature,
    /// Lists of regions, sectors, rates, companies.
    Reference,
    /// A Tea Road pack.
    Pack,
}

impl Format {
    /// Its word on the command line.
    pub fn word(&self) -> &str {
        match self {
            Self::Figures(layout) => &layout.format,
            Self::Nomenclature => "nomenclature",
            Self::Reference => "reference",
            Self::Pack => "pack",
        }
    }

    /// Its turn: what others refer to comes before them.
    fn turn(&self) -> u8 {
        match self {
            Self::Nomenclature => 0,
            Self::Reference => 1,
            Self::Pack => 2,
            Self::Figures(_) => 3,
        }
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        match self {
            Self::Figures(layout) => &layout.title,
            Self::Nomenclature => "nomenclature",
            Self::Reference => "reference lists",
            Self::Pack => "Tea Road pack",
        }
    }
}

/// Files of one format, and how it was told.
#[derive(Debug)]
pub struct Recognised {
    /// The format.
    pub format: Format,
    /// Its files.
    pub paths: Vec<PathBuf>,
    /// Why it is that.
    pub why: Vec<String>,
}

/// What the header of one file says.
enum Told {
    Layout(usize),
    /// A format without a layout of figures, and why.
    Other(Format, String),
    /// A table beside files of these layouts.
    Companion(Vec<usize>),
    /// A file in which nothing stands, and in what way.
    Empty(String),
    Nothing(String),
}

/// Formats by their words, each with its files and why they are of it.
type Found = BTreeMap<String, (Format, Vec<PathBuf>, Vec<String>)>;

/// Sorts files by their formats, in the order in which they are loaded.
pub fn recognise(paths: &[PathBuf]) -> Result<Vec<Recognised>, TransferError> {
    let layouts = Layout::shipped()?;
    let mut found = Found::new();
    let mut empty = Vec::new();
    let mut beside: Vec<(PathBuf, Vec<usize>, String)> = Vec::new();
    for path in paths {
        if Container::is_pack(path) {
            let why = format!("{} has a pack.toml", path.display());
            add(&mut found, Format::Pack, path, why);
            continue;
        }
        let mut unknown = Vec::new();
        let mut nothing = Vec::new();
        let mut told_of_path = Vec::new();
        for input in input::find(std::slice::from_ref(path))? {
            match told(&layouts, &input)? {
                Told::Layout(at) => told_of_path.extend(layouts.get(at).map(|l| (l, input.shown()))),
                Told::Other(format, why) => add(&mut found, format, path, why),
                Told::Companion(of) => beside.push((path.clone(), of, input.shown())),
                Told::Empty(reason) => nothing.push(reason),
                Told::Nothing(reason) => unknown.push(reason),
            }
        }
        let is_known = !told_of_path.is_empty()
            || beside.iter().any(|(p, _, _)| p == path)
            || found.values().any(|(_, paths, _)| paths.contains(path));
        if let (false, Some(reason)) = (is_known, unknown.into_iter().next()) {
            return Err(TransferError::File(reason));
        }
        if let (false, Some(reason)) = (is_known, nothing.into_iter().next()) {
            empty.push((path, reason));
        }
        for (layout, shown) in told_of_path {
            let columns: Vec<&str> = layout.header.iter().filter_map(|n| n.split('|').next()).collect();
            let why = format!("{shown} has the columns of {} ({})", layout.title, columns.join(", "));
            add(&mut found, Format::Figures(Box::new(layout.clone())), path, why);
        }
    }
    for (path, of, shown) in beside {
        let mut is_used = false;
        for layout in of.iter().filter_map(|at| layouts.get(*at)) {
            if let Some(entry) = found.get_mut(&layout.format) {
                is_used = true;
                if !entry.1.contains(&path) {
                    entry.1.push(path.clone());
                }
            }
        }
        if !is_used {
            let titles: Vec<&str> = of.iter().filter_map(|at| layouts.get(*at)).map(|l| l.title.as_str()).collect();
            return Err(TransferError::File(format!(
                "{shown} is a table that comes with files of {}; give it together with them",
                titles.join(" or ")
            )));
        }
    }
    // A file in which nothing stands belongs to the figures beside it: a service answers so where it has none.
    for (path, reason) in empty {
        let figures = found.values_mut().find(|(format, _, _)| matches!(format, Format::Figures(_)));
        let (_, paths, _) = figures.ok_or(TransferError::NoRows(reason))?;
        paths.push(path.clone());
    }
    let out = found.into_values().map(|(format, paths, why)| Recognised { format, paths, why });
    let mut out: Vec<Recognised> = out.collect();
    out.sort_by_key(|found| found.format.turn());
    Ok(out)
}

/// Adds a file to those of its format.
fn add(found: &mut Found, format: Format, path: &Path, why: String) {
    let entry = found.entry(format.word().to_owned()).or_insert_with(|| (format, Vec::new(), Vec::new()));
    if !entry.1.iter().any(|known| known == path) {
        entry.1.push(path.to_owned());
    }
    entry.2.push(why);
}

fn told(layouts: &[Layout], input: &Input) -> Result<Told, TransferError> {
    let rows = match Rows::open(input, encoding_rs::WINDOWS_1252) {
        Ok(rows) => rows,
        Err(TransferError::NoRows(reason)) => return Ok(Told::Empty(reason)),
        Err(error) if input.named => return Err(error),
        Err(error) => return Ok(Told::Nothing(error.to_string())),
    };
    let has = |name: &&str| rows.header.iter().any(|h| h.eq_ignore_ascii_case(name));
    if nomenclature::COLUMNS.iter().all(has) {
        let why = format!("{} has the columns of a nomenclature", input.shown());
        return Ok(Told::Other(Format::Nomenclature, why));
    }
    // A layout may know the header only in its own encoding.
    let mut headers = vec![(encoding_rs::WINDOWS_1252.name(), rows.header.clone())];
    let mut fitting = Vec::new();
    for (at, layout) in layouts.iter().enumerate() {
        let encoding = layout.fallback();
        let known = headers.iter().position(|(name, _)| *name == encoding.name());
        let known = match known {
            Some(known) => known,
            None => {
                headers.push((encoding.name(), Rows::open(input, encoding)?.header));
                headers.len() - 1
            }
        };
        if headers.get(known).is_some_and(|(_, header)| layout.is_recognised(input.name(), header)) {
            fitting.push((at, layout));
        }
    }
    // A layout that is like another is the nearer one.
    let general: Vec<String> = fitting.iter().filter_map(|(_, l)| l.like.clone()).collect();
    fitting.retain(|(_, l)| !general.contains(&l.format));
    match fitting.as_slice() {
        [(at, _)] => return Ok(Told::Layout(*at)),
        [] => {}
        several => {
            let words: Vec<&str> = several.iter().map(|(_, l)| l.format.as_str()).collect();
            return Err(input.unreadable(format!(
                "it may be a file of {}; name the format: tearoad import {} FILE",
                words.join(" or "),
                words.first().unwrap_or(&"")
            )));
        }
    }
    if let Ok(list) = reference::layouts::recognise(input) {
        let why = format!("{} has the columns of {}", input.shown(), list.name);
        return Ok(Told::Other(Format::Reference, why));
    }
    let beside: Vec<usize> =
        layouts.iter().enumerate().filter(|(_, l)| l.companion_of(&rows.header).is_some()).map(|(at, _)| at).collect();
    if !beside.is_empty() {
        return Ok(Told::Companion(beside));
    }
    if let Some(kind) = Layout::kinds()?.iter().find(|kind| kind.fits(&rows.header)) {
        return Ok(Told::Nothing(format!(
            "{}: this is {}, with the columns {}; say what they mean in a layout: tearoad import {} --layout FILE.toml",
            input.shown(),
            kind.title,
            rows.header.join(","),
            kind.format
        )));
    }
    let nearest = layouts.iter().min_by_key(|l| l.missing(&rows.header).len());
    let near = nearest.filter(|l| l.missing(&rows.header).len() * 2 < l.header.len()).map(|l| {
        let missing = l.missing(&rows.header).join(", ").replace('|', " or ");
        format!("; it comes nearest to {} but has no column {missing}", l.title)
    });
    Ok(Told::Nothing(format!(
        "{}: no format has this header: {}{}; describe your own with `tearoad import table --layout FILE.toml`",
        input.shown(),
        rows.came(),
        near.unwrap_or_default()
    )))
}
