//! Files that are not what they should be: cut, damaged, huge in a few bytes, not readable. Each is refused with words
//! that say where, what and what to do; memory stays small and nothing is imported.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use crate::program::tearoad;
use crate::properties::{sheet_of, workbook_of, zip_of};

const NAME: &str = "BACI_HS17_Y2020_V202501.csv";
const HEADER: &str = "t,i,j,k,v,q\n";
const MIB: usize = 1 << 20;

/// A folder with a database of the reference lists and a product.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let out = Self { folder: tempfile::tempdir().unwrap() };
        let nodes = out.file(
            "nodes.csv",
            b"classification,edition,code,description,parent,level\nH5,HS2017,010121,Horses,0101,6\n",
        );
        out.run(&["migrate", "up"]);
        let (ok, said, _) = out.run(&["import", "nomenclature", nodes.to_str().unwrap()]);
        assert!(ok, "{said}");
        out
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Whether it worked, what it told, and the most memory it had, in MiB.
    fn run(&self, arguments: &[&str]) -> (bool, String, usize) {
        let database = self.folder.path().join("trade.db");
        let mut command = tearoad(arguments);
        command.args(["--database-url", database.to_str().unwrap()]).stdout(std::process::Stdio::null());
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let said = std::thread::spawn({
            let mut stderr = child.stderr.take().unwrap();
            move || std::io::read_to_string(&mut stderr).unwrap()
        });
        let mut peak = 0;
        let code = loop {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let seen = text.lines().find_map(|l| l.strip_prefix("VmHWM:")).and_then(|l| l.split_whitespace().next());
            peak = peak.max(seen.and_then(|kib| kib.parse::<usize>().ok()).unwrap_or(0) / 1024);
            if let Some(code) = child.try_wait().unwrap() {
                break code;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        };
        (code.success(), said.join().unwrap(), peak)
    }

    /// Imports a file, which must be refused with these words; nothing is kept.
    fn refuses(&self, file: &Path, words: &[&str]) {
        let (ok, said, peak) = self.run(&["import", "baci", file.to_str().unwrap()]);
        eprintln!("{}{peak} MiB\n", said.replace(self.folder.path().to_str().unwrap(), ""));
        assert!(!ok, "{said}");
        for word in words {
            assert!(said.contains(word), "`{word}` is missing: {said}");
        }
        assert!(peak < 200, "{peak} MiB of memory: {said}");
        let (_, listed, _) = self.run(&["datasets", "drop", "BACI-HS2017", "--yes"]);
        assert!(listed.contains("there is no dataset `BACI-HS2017`"), "{listed}");
    }
}

fn lines(count: usize) -> Vec<u8> {
    let mut out = HEADER.to_owned();
    (0..count).for_each(|n| out.push_str(&format!("{},710,156,010121,1,1\n", 1900 + n % 200)));
    out.into_bytes()
}

fn gzip(parts: &[(&[u8], usize)]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::fast());
    parts.iter().for_each(|(bytes, times)| (0..*times).for_each(|_| out.write_all(bytes).unwrap()));
    out.finish().unwrap()
}

#[test]
fn a_compressed_file_that_is_cut_or_damaged() {
    let place = Place::new();
    let whole = gzip(&[(&lines(5000), 1)]);
    let cut = place.file(&format!("{NAME}.gz"), &whole[..whole.len() / 2]);
    place.refuses(&cut, &[NAME, "ends too early; download it again"]);
    let mut flipped = whole.clone();
    let middle = flipped.len() - 6;
    flipped[middle] ^= 1;
    place.refuses(&place.file(&format!("{NAME}.gz"), &flipped), &[NAME, "is damaged (", "download it again"]);
    // A zip whose checksum, or whose end, is wrong.
    let mut zip = zip_of(&[(NAME, &lines(50))]);
    let at = zip.windows(5).position(|w| w == b",710,").unwrap();
    zip[at + 1] = b'8';
    place.refuses(&place.file("baci.zip", &zip), &[NAME, "the zip is damaged", "download it again"]);
    let zip = zip_of(&[(NAME, &lines(50))]);
    place.refuses(
        &place.file("baci.zip", &zip[..zip.len() - 30]),
        &["baci.zip", "the zip is damaged", "download it again"],
    );
    place.refuses(&place.file("baci.zip", &zip_of(&[("read.me", b"text")])), &["the zip holds no file of rows"]);
}

/// Compressed by the factor of a thousand that deflate reaches.
#[test]
fn bombs_take_no_memory() {
    let place = Place::new();
    let nothing = vec![0_u8; MIB];
    let digits = vec![b'7'; MIB];
    let commas = vec![b','; MIB];
    for (what, parts) in [
        ("a line of zeros", vec![(nothing.as_slice(), 300)]),
        ("a line of digits", vec![(HEADER.as_bytes(), 1), (digits.as_slice(), 300)]),
        (
            "a quote that nobody closes",
            vec![(HEADER.as_bytes(), 1), (b"2020,710,156,010121,1,\"1\n", 1), (&lines(40_000), 300)],
        ),
        ("a row of nothing but separators", vec![(HEADER.as_bytes(), 1), (commas.as_slice(), 300)]),
        ("lines of nothing", vec![(HEADER.as_bytes(), 1), (&[b'\n'; MIB], 300)]),
    ] {
        eprintln!("{what}:");
        let word = if what.starts_with("a quote") { "quote" } else { "a record is longer than 4 MiB" };
        place.refuses(&place.file(&format!("{NAME}.gz"), &gzip(&parts)), &[NAME, word]);
    }
    eprintln!("a header of separators:");
    place
        .refuses(&place.file(NAME, "a,".repeat(MIB / 2).as_bytes()), &["there are ", "columns, expected at most 4096"]);
    eprintln!("JSON of one text, of one record, and of brackets:");
    let brackets = vec![b'['; MIB];
    for (begin, middle) in [("{\"data\":[{\"a\":\"", &digits), ("{\"data\":[{\"a\":", &brackets), ("[", &brackets)] {
        let bytes = gzip(&[(begin.as_bytes(), 1), (middle, 300)]);
        place.refuses(&place.file("data.json.gz", &bytes), &["data.json"]);
    }
}

#[test]
fn workbooks_that_unfold_take_no_memory() {
    let place = Place::new();
    let begin = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>"#;
    let long = [begin.as_bytes(), &vec![b'x'; 6 * MIB]].concat();
    place.refuses(&place.file("BACI_HS17.xlsx", &workbook_of(&long)), &["a cell is longer than 4 MiB"]);
    let far = begin.replace("A1", "A1048577").replace("row r=\"1\"", "row r=\"1048577\"")
        + "t</t></is></c></row></sheetData></worksheet>";
    place.refuses(&place.file("BACI_HS17.xlsx", &workbook_of(far.as_bytes())), &["beyond the largest sheet there is"]);
    let far = begin.replace("A1", "A4294967295") + "t</t></is></c></row></sheetData></worksheet>";
    place.refuses(&place.file("BACI_HS17.xlsx", &workbook_of(far.as_bytes())), &["BACI_HS17.xlsx"]);
    // A column that does not fit into a number of 32 bits: the reader of workbooks panics where sums are checked.
    let sheet = String::from_utf8(sheet_of(&[vec!["t", "i", "j", "k", "v", "q"]])).unwrap();
    let wide = sheet.replace("r=\"B1\"", "r=\"ZZZZZZZZZ1\"");
    place.refuses(&place.file("BACI_HS17.xlsx", &workbook_of(wide.as_bytes())), &["BACI_HS17.xlsx"]);
    let whole = workbook_of(&sheet_of(&[vec!["t", "i", "j", "k", "v", "q"]]));
    place.refuses(&place.file("BACI_HS17.xlsx", &whole[..whole.len() - 40]), &["the workbook is damaged"]);
    let mut flipped = whole.clone();
    let at = flipped.windows(6).position(|w| w == b"Sheet1").unwrap();
    flipped[at] ^= 1;
    place.refuses(&place.file("BACI_HS17.xlsx", &flipped), &["the workbook is damaged"]);
}

/// A zip that deflates well: the texts of a workbook, all of them held by whoever reads it.
#[test]
fn the_texts_of_a_workbook_have_a_limit() {
    let place = Place::new();
    let mut texts = DeflateEncoder::new(Vec::new(), Compression::fast());
    let part = b"<si/>".repeat(MIB / 5);
    (0..100).for_each(|_| texts.write_all(&part).unwrap());
    let deflated = texts.finish().unwrap();
    let mut zip = zip_of(&[("xl/sharedStrings.xml", &deflated)]);
    // Said to be deflated, and how long it will be, in the member's own head and in the directory.
    let size = u32::try_from(part.len() * 100).unwrap().to_le_bytes();
    let directory = zip.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    for (method, length) in [(8, 22), (directory + 10, directory + 24)] {
        zip[method] = 8;
        zip[length..length + 4].copy_from_slice(&size);
    }
    place.refuses(&place.file("BACI_HS17.xlsx", &zip), &["more than 64 MiB", "save its first sheet as CSV"]);
}

#[test]
fn files_that_cannot_be_read() {
    let place = Place::new();
    place.refuses(&place.folder.path().join("nothing.csv"), &["nothing.csv: there is no such file or folder"]);
    place.refuses(&place.file("empty.csv", b""), &["empty.csv: the file is empty"]);
    place.refuses(&place.file("blank.csv", b"\n\n \n"), &["blank.csv"]);
    let folder = place.folder.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    place.refuses(&folder, &["there is no file of CEPII BACI among the files"]);
    let pipe = place.folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    place.refuses(&pipe, &["it is a pipe or a device; save it as a file first"]);
    place.refuses(Path::new("/dev/null"), &["it is a pipe or a device"]);
    let picture = place.file("picture.csv", &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13]);
    place.refuses(&picture, &["picture.csv: line 1: there is no column `t`"]);
    let locked = place.file("locked.csv", HEADER.as_bytes());
    std::fs::set_permissions(&locked, <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o000))
        .unwrap();
    if std::fs::read(&locked).is_ok() {
        eprintln!("!! this user may read every file: permissions are NOT tested");
    } else {
        place.refuses(&locked, &["locked.csv: you may not read it"]);
    }
}

#[test]
fn a_quote_that_is_never_closed_swallows_nothing() {
    let place = Place::new();
    let open = "2020,710,156,010121,1,\"1\n2021,710,156,010121,1,1\n2022,710,156,010121,1,1\n";
    let file = place.file(NAME, format!("{HEADER}{open}").as_bytes());
    place.refuses(&file, &[NAME, "line 2: a quote is opened and never closed"]);
    // Names may have line breaks, at the end of a file too.
    for end in ["\n", ""] {
        let nodes = format!(
            "level,parent,code,classification,edition,description\n6,0101,010129,H5,HS2017,\"Horses,\nother\"{end}"
        );
        let (ok, said, _) =
            place.run(&["import", "nomenclature", place.file("broken.csv", nodes.as_bytes()).to_str().unwrap()]);
        assert!(ok, "{said}");
    }
}

#[test]
fn all_bad_lines_are_in_the_report_of_a_refused_import() {
    let place = Place::new();
    let mut text = HEADER.to_owned();
    (0..150).for_each(|n| text.push_str(&format!("2020,710,{},010121,1,1\n", 5000 + n)));
    text.push_str("2020,710,156,010121,1,1\n2020,710,156,010121,2,1\n");
    let (file, report) = (place.file(NAME, text.as_bytes()), place.folder.path().join("bad.csv"));
    let (ok, said, _) = place.run(&["import", "baci", file.to_str().unwrap(), "--report", report.to_str().unwrap()]);
    assert!(!ok);
    let printed = said.lines().filter(|l| l.contains(", line ")).count();
    assert_eq!(printed, 100, "{said}");
    assert!(said.contains("more bad lines follow and are only written to the report"), "{said}");
    assert!(said.contains(&format!("all 152 bad line(s) are in {}", report.display())), "{said}");
    assert!(said.contains("error: 152 bad line(s); nothing was imported; fix the lines or pass --skip-bad"), "{said}");
    let reported = std::fs::read_to_string(&report).unwrap();
    assert_eq!(reported.lines().count(), 153);
    assert!(reported.starts_with("file,line,column,value,reason\n"));
    let last = reported.lines().last().unwrap();
    assert!(last.contains(",153,row,") && last.contains("line 152 and line 153 have the same reporter"), "{last}");
    // A place where none can be made is told before anything is read.
    let (ok, said, _) = place.run(&["import", "baci", file.to_str().unwrap(), "--report", "/nowhere/bad.csv"]);
    assert!(!ok && said.contains("/nowhere/bad.csv: the report of bad lines cannot be written"), "{said}");
}
