//! Recorded texts: compared, or written anew with TEAROAD_RECORD=1, which CI refuses.

use std::path::{Path, PathBuf};

/// A path inside the project.
pub fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether recordings are to be written.
pub fn is_recording() -> bool {
    let asked = std::env::var("TEAROAD_RECORD").is_ok_and(|v| v == "1");
    assert!(!asked || std::env::var("CI").is_err(), "recordings are not written in CI");
    asked
}

/// Compares a text with its recording, or writes it.
pub fn assert_recorded(path: &Path, text: &str) {
    if is_recording() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let recorded = std::fs::read_to_string(path)
        .unwrap_or_else(|e| panic!("{}: {e}; write it with TEAROAD_RECORD=1 cargo nextest run", path.display()));
    if recorded != text {
        let at = recorded.lines().zip(text.lines()).position(|(a, b)| a != b);
        let at = at.unwrap_or_else(|| recorded.lines().count().min(text.lines().count()));
        panic!(
            "{} differs from what it records, first in line {}:\n  recorded: {}\n  now:      {}\nwrite it anew with TEAROAD_RECORD=1 cargo nextest run",
            path.display(),
            at + 1,
            recorded.lines().nth(at).unwrap_or("(nothing)"),
            text.lines().nth(at).unwrap_or("(nothing)")
        );
    }
}

/// Every file below a folder with one of these endings, sorted.
pub fn files_below(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if endings.iter().any(|ending| path.to_str().unwrap().ends_with(ending)) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}
