//! Writes the whole database as a pack: rows in the order of their keys, from one snapshot, so that two databases that
//! hold the same write the same bytes. What is held in memory are keys, and of figures those of one reporter or pair.

use std::collections::{BTreeSet, HashMap};
use std::fs::File as DiskFile;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::cell::{self, Names};
use super::keys::{Keys, kinds};
use super::load::Done;
use super::rows::{Existing, existing};
use super::spec::{Cell, FILES, File, To};
use super::{figures, pairs};
use crate::storage::bulk::Statement;
use crate::storage::conn::Conn;
use crate::storage::value::Value;
use crate::transfer::TransferError;

/// Rows that are read at once.
const CHUNK: usize = 5_000;
/// Languages whose column is always there.
const LANGUAGES: [&str; 3] = ["en", "zh", "ru"];
const META: &str = "title = \"Data of a Tea Road database\"\n";

/// What was written: files and their rows, in order.
pub type Written = Vec<(&'static str, u64)>;

/// Writes a pack into a folder that is new or empty, or into a new zip. What was begun and not ended is taken away.
pub fn export(conn: &mut Conn, target: &Path) -> Done<Written> {
    let failed = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", target.display()));
    let is_zip = target.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let is_taken = if target.is_dir() && !is_zip {
        std::fs::read_dir(target).map_err(|e| failed(&e))?.next().is_some()
    } else {
        target.exists()
    };
    if is_taken {
        return Err(failed(&"is there already and is not empty; name another folder or zip"));
    }
    let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).ok_or_else(|| failed(&"has no name"))?;
    let partial = target.with_file_name(format!(".{name}.partial"));
    let _none_left = remove(&partial);
    let done = (|| {
        let mut out = if is_zip {
            Out::Zip(Box::new(ZipWriter::new(DiskFile::create(&partial).map_err(|e| failed(&e))?)))
        } else {
            std::fs::create_dir(&partial).map_err(|e| failed(&e))?;
            Out::Folder(partial.clone())
        };
        let written = conn.snapshot(|conn| write_all(conn, &mut out))?;
        out.finish()?;
        if target.is_dir() {
            std::fs::remove_dir(target).map_err(|e| failed(&e))?;
        }
        std::fs::rename(&partial, target).map_err(|e| failed(&e))?;
        Ok(written)
    })();
    if done.is_err() {
        let _best_effort = remove(&partial);
    }
    done
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// Where files go.
enum Out {
    Folder(PathBuf),
    Zip(Box<ZipWriter<DiskFile>>),
}

fn unwritten(name: &str, error: impl std::fmt::Display) -> TransferError {
    TransferError::File(format!("{name}: cannot be written: {error}"))
}

impl Out {
    fn file(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> Done<u64>) -> Done<u64> {
        match self {
            Self::Folder(folder) => {
                let file = DiskFile::create(folder.join(name)).map_err(|e| unwritten(name, e))?;
                let mut buffered = BufWriter::with_capacity(1 << 16, file);
                let rows = write(&mut buffered)?;
                buffered.flush().map_err(|e| unwritten(name, e))?;
                Ok(rows)
            }
            Self::Zip(zip) => {
                // No time of day: the same data are the same bytes.
                let options = SimpleFileOptions::default()
                    .compression_method(CompressionMethod::Deflated)
                    .last_modified_time(DateTime::default())
                    .unix_permissions(0o644)
                    .large_file(name.starts_with("figures"));
                zip.start_file(name, options).map_err(|e| unwritten(name, e))?;
                write(&mut **zip)
            }
        }
    }

    fn finish(self) -> Done<()> {
        match self {
            Self::Folder(_) => Ok(()),
            Self::Zip(zip) => zip.finish().map(|_| ()).map_err(|e| unwritten("zip", e)),
        }
    }
}

fn write_all(conn: &mut Conn, out: &mut Out) -> Done<Written> {
    let mut keys = Keys::default();
    let mut written = Vec::new();
    out.file("pack.toml", |bytes| bytes.write_all(META.as_bytes()).map(|()| 0).map_err(|e| unwritten("pack.toml", e)))?;
    for file in FILES {
        keys.prepare(conn, file)?;
        let condition = file.condition();
        let any = Statement(format!("SELECT 1 FROM {} WHERE {condition} LIMIT 1", file.table));
        if conn.rows(any, &[])?.is_empty() {
            continue;
        }
        let names: Names<'_> = kinds(file).into_iter().map(|to| (to, keys.by_id(to))).collect();
        let rows = out.file(&format!("{}.csv", file.name), |bytes| {
            let writer = csv::WriterBuilder::new().from_writer(bytes);
            let mut table = Table { file, keys: &keys, names: &names, writer, rows: 0 };
            match file.to {
                _ if file.name == "figures" => table.figures(conn)?,
                Some(to) if to != To::Currency => table.rows(conn, to)?,
                _ => table.pairs(conn)?,
            }
            table.writer.flush().map_err(|e| unwritten(file.name, e))?;
            Ok(table.rows)
        })?;
        written.push((file.name, rows));
    }
    Ok(written)
}

/// A file that is being written.
struct Table<'a, W: Write> {
    file: &'static File,
    keys: &'a Keys,
    names: &'a Names<'a>,
    writer: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> Table<'_, W> {
    fn put(&mut self, cells: &[String]) -> Done<()> {
        self.rows += 1;
        self.writer.write_record(cells).map_err(|e| unwritten(self.file.name, e))
    }

    fn header(&mut self, languages: &[String]) -> Done<()> {
        let columns = self.file.columns.iter().map(|c| c.name.to_owned());
        let names = languages.iter().map(|language| format!("name_{language}"));
        let cells: Vec<String> = columns.chain(names).collect();
        self.writer.write_record(&cells).map_err(|e| unwritten(self.file.name, e))
    }

    /// The cells of a row's values, in the order of the file's columns.
    fn cells(&self, values: &[Value], lists: &dyn Fn(usize) -> Vec<String>) -> Vec<String> {
        let mut at = 0;
        let mut out: Vec<String> = Vec::with_capacity(self.file.columns.len());
        for (index, column) in self.file.columns.iter().enumerate() {
            if matches!(column.cell, Cell::List(_)) {
                out.push(lists(index).join(";"));
                continue;
            }
            let own = values.get(at..at + column.db.len()).unwrap_or_default();
            at += column.db.len();
            let scale = match (column.cell, values.first()) {
                (Cell::Money, Some(Value::Int(dataset))) => {
                    self.keys.datasets.get(dataset).map_or(0, |(scale, _)| *scale)
                }
                _ => 0,
            };
            out.push(cell::write(self.file, column, own, &out, self.names, scale));
        }
        out
    }

    /// Rows that have ids.
    fn rows(&mut self, conn: &mut Conn, to: To) -> Done<()> {
        let languages = languages(conn, self.file)?;
        self.header(&languages)?;
        let own: BTreeSet<i64> = {
            let statement = Statement(format!("SELECT id FROM {} WHERE {}", self.file.table, self.file.condition()));
            conn.rows(statement, &[])?.iter().filter_map(|row| row.int(0)).collect()
        };
        let mut order: Vec<(&str, i64)> = self.keys.all(to).filter(|(_, id)| own.contains(id)).collect();
        if self.file.tree {
            // Each behind the one above it.
            let path = |id: i64| self.keys.places.get(&(to, id)).map_or("", |place| place.path.as_str());
            order.sort_by_key(|(key, id)| (path(*id), *key));
        } else {
            order.sort_unstable();
        }
        let ids: Vec<i64> = order.iter().map(|(_, id)| *id).collect();
        for chunk in ids.chunks(CHUNK) {
            let found = existing(conn, self.file, chunk)?;
            for id in chunk {
                let cells = self.row(&found, *id, &languages);
                self.put(&cells)?;
            }
        }
        Ok(())
    }

    fn row(&self, found: &Existing, id: i64, languages: &[String]) -> Vec<String> {
        let values = found.rows.get(&id).map_or(&[][..], Vec::as_slice);
        let list = |index: usize| -> Vec<String> {
            let Some(Cell::List(link)) = self.file.columns.get(index).map(|c| c.cell) else { return Vec::new() };
            let keys = self.names.get(&link.to);
            let targets = found.lists.get(&(index, id)).map_or(&[][..], Vec::as_slice);
            let mut out: Vec<String> =
                targets.iter().filter_map(|id| keys?.get(id).map(|key| (*key).to_owned())).collect();
            out.sort_unstable();
            out
        };
        let mut cells = self.cells(values, &list);
        for language in languages {
            cells.push(found.names.get(&(id, language.clone())).cloned().unwrap_or_default());
        }
        cells
    }

    /// Rows without ids.
    fn pairs(&mut self, conn: &mut Conn) -> Done<()> {
        self.header(&[])?;
        let none = |_: usize| Vec::new();
        let all = pairs::existing(conn, self.file)?;
        let mut rows: Vec<Vec<String>> = all.values().map(|values| self.cells(values, &none)).collect();
        rows.sort_unstable();
        rows.iter().try_for_each(|row| self.put(row))
    }

    /// Figures, by dataset, reporter, partner, sector, flow and period.
    fn figures(&mut self, conn: &mut Conn) -> Done<()> {
        self.header(&[])?;
        let sorted = |to: To| {
            let mut all: Vec<(&str, i64)> = self.keys.all(to).collect();
            all.sort_unstable();
            all
        };
        let (datasets, regions) = (sorted(To::Dataset), sorted(To::Region));
        let place =
            |all: &[(&str, i64)]| all.iter().enumerate().map(|(at, (_, id))| (*id, at)).collect::<HashMap<_, _>>();
        let (region_place, sector_place) = (place(&regions), place(&sorted(To::Sector)));
        let none = |_: usize| Vec::new();
        for (_, dataset) in &datasets {
            let mut reporters = figures::reporters(conn, *dataset)?;
            reporters.sort_by_key(|(id, _)| region_place.get(id));
            for (reporter, n_figures) in reporters {
                for partners in figures::partners(conn, *dataset, reporter, n_figures, &region_place)? {
                    let mut rows = figures::read(conn, self.file, *dataset, reporter, &partners)?;
                    rows.sort_by_key(|row| {
                        let number = |at: usize| row.get(at).and_then(Value::as_int).unwrap_or_default();
                        (region_place.get(&number(2)), sector_place.get(&number(3)), number(4), number(5), number(6))
                    });
                    for row in &rows {
                        let cells = self.cells(row, &none);
                        self.put(&cells)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Languages in which rows of a file have a first name.
fn languages(conn: &mut Conn, file: &File) -> Done<Vec<String>> {
    let Some(kind) = file.names else { return Ok(Vec::new()) };
    let statement =
        Statement(format!("SELECT DISTINCT language FROM names WHERE subject_kind = '{kind}' AND ordinal = 0"));
    let mut others: BTreeSet<String> =
        conn.rows(statement, &[])?.iter().filter_map(|row| row.text(0).map(str::to_owned)).collect();
    let mut out = Vec::new();
    for language in LANGUAGES {
        others.remove(language);
        out.push(language.to_owned());
    }
    out.extend(others);
    Ok(out)
}
