//! What a pack is, for people: docs/PACK.md and the template are printed from the tables.

use std::path::Path;

use super::load::Done;
use super::meta::KEYS;
use super::spec::{FILES, File};
use crate::transfer::TransferError;

const INTRODUCTION: &str = "# The Tea Road pack

Printed by `tearoad docs pack`; do not edit.

A pack is a folder or a zip with `pack.toml` and at least one of the files below, each as `.csv`, `.csv.gz`, `.ndjson` or
`.ndjson.gz`. `tearoad pack template FOLDER` writes all of them empty, `tearoad import pack FOLDER|ZIP…` loads a pack,
`tearoad export pack FOLDER|ZIP` writes the whole database as one. What Tea Road ships, data/reference and data/demo, are
packs.

- CSV is UTF-8 with commas and one header line; lines that begin with `#` before the header are left out. NDJSON has an
  object a line, with the same names; lists may be JSON lists. Files and columns of other names are refused.
- Rows are found by their key, the columns marked so. A row that is there gets what the line says; a column that the
  file does not have stays as it is, and an empty cell means unknown. A new row needs the columns marked required.
- Lists, and the rows of `region_codes`, `region_members`, `party_codes` and `names` of an owner that the pack holds too,
  are what the pack says: what it does not name is removed. For other owners rows are added.
- A name in a language stands in a column `name_` and its code: `name_en`, `name_zh`, `name_ru`, `name_fr` …
- Rows may refer to rows of the same pack or of the database. A sector is named by classification and code:
  `HS2022/2709`, `HS/TOTAL`, `TEAROAD/COAL`. A period is `2023`, `2023-Q2` or `2023-07`.
- Amounts are read exactly, times `multiplier`; decimals that the dataset does not keep are rounded half to even and
  counted.
- A bad row is told with file, line, column, value and reason, and nothing is loaded; with `--skip-bad` the good rows are,
  and the number of bad ones is kept in the note of the pack's source. The same pack again changes nothing. `--dry-run`
  says what would change. Rows are deleted only with `--replace`: of every file that the pack has, the rows that it
  does not have, and of figures those of the datasets in the file; they are told before.
- An exported pack has no figures that Tea Road added up itself, and no revisions.
";

/// docs/PACK.md.
pub fn markdown() -> String {
    let mut out = INTRODUCTION.to_owned();
    out.push_str("\n## pack.toml\n\nUnknown keys are refused.\n\n| key | meaning | example |\n|---|---|---|\n");
    for key in KEYS {
        out.push_str(&format!("| `{}` | {} | `{}` |\n", key.name, key.doc, key.example));
    }
    for file in FILES {
        out.push_str(&format!(
            "\n## {}\n\n{}\n\n| column | holds | | meaning | example |\n|---|---|---|---|---|\n",
            file.name, file.doc
        ));
        for (index, column) in file.columns.iter().enumerate() {
            let example = if column.example.is_empty() { String::new() } else { format!("`{}`", column.example) };
            out.push_str(&format!(
                "| `{}` | {} | {} | {} | {example} |\n",
                column.name,
                column.kind(),
                mark(file, index),
                column.doc
            ));
        }
        if file.names.is_some() {
            out.push_str("| `name_…` | text | | Its first name in a language. | |\n");
        }
    }
    out
}

/// Whether a column is of the key, required, or has a default.
fn mark(file: &File, index: usize) -> String {
    let Some(column) = file.columns.get(index) else { return String::new() };
    let mut out = Vec::new();
    if index < file.key {
        out.push("key".to_owned());
    } else if !column.default.is_empty() {
        out.push(format!("default `{}`", column.default));
    } else if column.is_required {
        out.push("required".to_owned());
    }
    if column.is_frozen {
        out.push("fixed once set".to_owned());
    }
    out.join(", ")
}

/// Writes an empty pack with comments into a folder that is new or empty.
pub fn template(folder: &Path) -> Done<()> {
    let failed = |e: &dyn std::fmt::Display| TransferError::File(format!("{}: {e}", folder.display()));
    std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    if std::fs::read_dir(folder).map_err(|e| failed(&e))?.next().is_some() {
        return Err(failed(&"is not empty; name another folder"));
    }
    let mut meta = String::new();
    for key in KEYS {
        let front = if key.name == "title" { "" } else { "# " };
        meta.push_str(&format!("# {}\n{front}{} = \"{}\"\n", key.doc, key.name, key.example));
    }
    std::fs::write(folder.join("pack.toml"), meta).map_err(|e| failed(&e))?;
    for file in FILES {
        let path = folder.join(format!("{}.csv", file.name));
        std::fs::write(path, template_of(file)).map_err(|e| failed(&e))?;
    }
    Ok(())
}

fn template_of(file: &File) -> String {
    let mut out = format!("# {}\n", file.doc);
    let mut header: Vec<&str> = Vec::new();
    for (index, column) in file.columns.iter().enumerate() {
        let mark = mark(file, index).replace('`', "");
        let mark = if mark.is_empty() { String::new() } else { format!(", {mark}") };
        let example = if column.example.is_empty() { String::new() } else { format!(" Example: {}", column.example) };
        out.push_str(&format!(
            "# {} ({}{mark}): {}{example}\n",
            column.name,
            column.kind().replace('`', ""),
            column.doc
        ));
        header.push(column.name);
    }
    if file.names.is_some() {
        out.push_str("# name_en, name_zh, name_ru, name_… (text): Its first name in a language.\n");
        header.extend(["name_en", "name_zh", "name_ru"]);
    }
    out.push_str(&header.join(","));
    out.push('\n');
    out
}
