//! Tells the format of files from their header and content, and refuses when that is not sure.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::TransferError;
use super::input::{self, Input};
use super::layout::Layout;
use super::nomenclature;
use super::rows::Rows;

/// What files are.
#[derive(Debug)]
pub enum Format {
    /// Trade figures of a layout.
    Figures(Box<Layout>),
    /// Nodes of classifications.
    Nomenclature,
}

impl Format {
    /// Its word on the command line.
    pub fn word(&self) -> &str {
        match self {
            Self::Figures(layout) => &layout.format,
            Self::Nomenclature => "nomenclature",
        }
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        match self {
            Self::Figures(layout) => &layout.title,
            Self::Nomenclature => "nomenclature",
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
    Nomenclature,
    /// A table beside files of these layouts.
    Companion(Vec<usize>),
    Nothing(String),
}

/// Sorts files by their formats.
pub fn recognise(paths: &[PathBuf]) -> Result<Vec<Recognised>, TransferError> {
    let layouts = Layout::shipped()?;
    let mut found: BTreeMap<String, (Format, Vec<PathBuf>, Vec<String>)> = BTreeMap::new();
    let mut beside: Vec<(PathBuf, Vec<usize>, String)> = Vec::new();
    for path in paths {
        let mut unknown = Vec::new();
        let mut told_of_path = Vec::new();
        for input in input::find(std::slice::from_ref(path))? {
            match told(&layouts, &input)? {
                Told::Layout(at) => told_of_path.extend(layouts.get(at).map(|l| (l, input.shown()))),
                Told::Nomenclature => {
                    let entry = found.entry("nomenclature".to_owned());
                    let entry = entry.or_insert_with(|| (Format::Nomenclature, Vec::new(), Vec::new()));
                    entry.2.push(format!("{} has the columns of a nomenclature", input.shown()));
                    entry.1.push(path.clone());
                }
                Told::Companion(of) => beside.push((path.clone(), of, input.shown())),
                Told::Nothing(reason) => unknown.push(reason),
            }
        }
        let is_known = !told_of_path.is_empty()
            || beside.iter().any(|(p, _, _)| p == path)
            || found.get("nomenclature").is_some_and(|(_, paths, _)| paths.contains(path));
        if let (false, Some(reason)) = (is_known, unknown.into_iter().next()) {
            return Err(TransferError::File(reason));
        }
        for (layout, shown) in told_of_path {
            let entry = found
                .entry(layout.format.clone())
                .or_insert_with(|| (Format::Figures(Box::new(layout.clone())), Vec::new(), Vec::new()));
            if !entry.1.contains(path) {
                entry.1.push(path.clone());
            }
            let columns: Vec<&str> = layout.header.iter().filter_map(|n| n.split('|').next()).collect();
            entry.2.push(format!("{shown} has the columns of {} ({})", layout.title, columns.join(", ")));
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
    let out = found.into_values().map(|(format, paths, why)| Recognised { format, paths, why });
    Ok(out.collect())
}

fn told(layouts: &[Layout], input: &Input) -> Result<Told, TransferError> {
    let rows = match Rows::open(input, encoding_rs::WINDOWS_1252) {
        Ok(rows) => rows,
        Err(error) if input.named => return Err(error),
        Err(error) => return Ok(Told::Nothing(error.to_string())),
    };
    let has = |name: &&str| rows.header.iter().any(|h| h.eq_ignore_ascii_case(name));
    if nomenclature::COLUMNS.iter().all(has) {
        return Ok(Told::Nomenclature);
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
