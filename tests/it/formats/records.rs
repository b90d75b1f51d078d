//! JSON records as services and people put them into files.

use std::io::Write as _;

use tearoad::transfer::recognise::recognise;

use super::comtrade::API;
use super::{load, plainly, prepared, read, refused, stored, write, write_gz, write_zip};

/// A record of UN Comtrade without what it need not have, and with these members at its end.
fn record(year: u32, members: &str) -> String {
    format!(
        r#"{{"period":"{year}","reporterCode":156,"flowCode":"X","partnerCode":0,"classificationCode":"H5","cmdCode":"TOTAL"{members}}}"#
    )
}

fn values(figures: &[String]) -> Vec<String> {
    figures.iter().map(|f| f.split(' ').skip(4).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn answers_that_were_put_into_one_file_are_all_read() {
    let other = API.replace(r#""period":"2020""#, r#""period":"2021""#);
    let (value, list) = (r#","primaryValue":7"#, r#"{"data":[],"error":""}"#);
    let lines = [record(2001, value), record(2002, value)].join("\n");
    let held =
        format!(r#"{{"data":[{}],"more":{{"data":[1]}},"dataset":[{}]}}"#, record(2003, value), record(2004, value));
    let arrays = format!("[{}][{}, {}]", record(2005, value), record(2006, value), record(2007, value));
    for (text, rows) in [
        (format!("{API}{other}"), 4),
        (format!("{API}\r\n\r\n{list}\n{other}\n"), 4),
        (format!("{lines}\n{arrays}{held}\n{list}"), 7),
        (format!("{list}{held}{lines}"), 4),
    ] {
        let (counts, figures) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.json", &text)]);
        assert_eq!((counts, figures.len()), ([rows, rows, 0, 0, 0], rows as usize), "{text}");
    }
}

#[test]
fn what_is_no_record_is_told_with_its_line() {
    let first = record(2001, r#","primaryValue":7"#);
    for (text, words) in [
        (format!("{first}\nand more"), "record 2: line 2, column 1: this is no JSON"),
        (format!("[{first}]\n\n]"), "record 2: line 3, column 1: this is no JSON"),
        (
            format!("[{first}]\n7"),
            "record 2: line 2, column 1: expected an object or an array of objects, came a Number",
        ),
        (format!("{{\"data\":[{first},\n\"x\"]}}"), "record 2: line 2, column 1: expected an Object, came a String"),
        (
            format!("{{\"data\":[{first}],\n\"error\":"),
            "record 2: line 2, column 9: this is no JSON (IncompleteDocument)",
        ),
        (format!("{API}\n<html>"), "record 3: line 5, column 1: this is no JSON"),
    ] {
        let (error, _) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.json", &text)]);
        assert!(error.contains(words), "{error}\n{text}");
    }
    // A list where a number belongs is no number that is missing.
    let nested = record(2001, r#","primaryValue":[7]"#);
    let (_, said) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.json", &nested)]);
    assert!(said.contains("line 1: `primaryValue` is `[…]`: expected an amount"), "{said}");
}

#[test]
fn files_without_rows_are_told_and_no_fault_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let whole = write(folder.path(), "whole.json", API);
    let header = write(folder.path(), "header.csv", format!("{}\n", super::comtrade::HEADER));
    let empty = vec![
        write(folder.path(), "answer.json", r#"{"elapsedTime":"0.02 secs","count":0,"data":[],"error":""}"#),
        write(folder.path(), "list.json", " [ ] \n"),
        write_gz(folder.path(), "nothing.json.gz", ""),
        write(folder.path(), "zero.csv", ""),
        write(folder.path(), "blank.csv", "\r\n,,,\r\n"),
    ];
    let words = [
        "no record in the file",
        "no record in the file",
        "the file is empty",
        "the file is empty",
        "no row in the file",
    ];
    let all: Vec<_> = empty.iter().chain([&whole]).cloned().collect();
    let kept = folder.path().join("folder");
    std::fs::create_dir(&kept).unwrap();
    for file in &all {
        std::fs::copy(file, kept.join(file.file_name().unwrap())).unwrap();
    }
    for files in [all.clone(), vec![kept]] {
        for (paths, told_as) in [(recognise(&files).unwrap().remove(0).paths, "auto"), (files.clone(), "comtrade")] {
            for db in prepared(folder.path()) {
                let done = load(&db, "comtrade", &plainly(), &paths);
                assert_eq!(done.counts(), [2, 2, 0, 0, 0], "{told_as}");
                for (file, word) in empty.iter().zip(words) {
                    let name = file.file_name().unwrap().to_str().unwrap();
                    let is_told = |line: &String| line.contains(name) && line.contains(word);
                    assert!(done.told.iter().any(is_told), "{name} is not told: {}", done.said());
                }
                assert_eq!(done.result.unwrap().what, "UN Comtrade, 1 file(s) and 5 without rows");
            }
        }
    }
    let db = &prepared(folder.path())[0];
    for (file, word) in empty.iter().zip(words) {
        let file = std::slice::from_ref(file);
        let (named, told) = (load(db, "comtrade", &plainly(), file).error(), recognise(file).unwrap_err().to_string());
        assert!(named.contains(word) && told == named, "{named}\n{told}");
    }
    let error = load(db, "comtrade", &plainly(), &empty).error();
    assert!(error.starts_with("none of the 5 files has a row; ") && error.contains("answer.json"), "{error}");
    // A header says what the rows would be; there are none.
    let done = load(db, "comtrade", &plainly(), &[header]);
    assert_eq!(done.counts(), [0, 0, 0, 0, 0]);
    assert!(done.said().contains("the files have a header and no row"), "{}", done.said());
    // An answer that tells an error is no answer that there is nothing, alone and between others.
    let refusal = r#"{"data":[],"error":"Too many requests"}"#;
    for text in [refusal.to_owned(), format!("{API}{refusal}"), r#"{"error":"Too many requests","data":[]}"#.to_owned()]
    {
        let file = write(folder.path(), "refusal.json", text);
        let error = load(db, "comtrade", &plainly(), &[whole.clone(), file]).error();
        assert!(error.contains("the answer has no record and says `Too many requests`; ask"), "{error}");
    }
    // What is damaged is no file without rows.
    let damaged = write(folder.path(), "damaged.json", "{\"data\":[");
    let error = load(db, "comtrade", &plainly(), &[whole, damaged]).error();
    assert!(error.contains("damaged.json: line 1, column 10: this is no JSON (IncompleteDocument)"), "{error}");
}

#[test]
fn the_end_of_a_compressed_file_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(API.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let cut = write(folder.path(), "cut.json.gz", &gzip[..gzip.len() - 6]);
    let mut flipped = gzip.clone();
    flipped[gzip.len() - 6] ^= 1;
    let flipped = write(folder.path(), "flipped.json.gz", flipped);
    let zip = write_zip(folder.path(), "answers.zip", &[("a.json", API.as_bytes())]);
    let mut bytes = std::fs::read(&zip).unwrap();
    // The checksum in the directory, which stands behind the signature and twelve bytes.
    let at = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    bytes[at + 16] ^= 1;
    std::fs::write(&zip, bytes).unwrap();
    let whole = write_gz(folder.path(), "whole.json.gz", API);
    for db in prepared(folder.path()) {
        for (file, words) in [
            (&cut, "ends too early; download it again"),
            (&flipped, "the compressed file is damaged"),
            (&zip, "the checksum of the file is wrong"),
        ] {
            let error = load(&db, "comtrade", &plainly(), std::slice::from_ref(file)).error();
            assert!(error.contains(words), "{error}");
            assert!(stored(&db).is_empty());
        }
        assert_eq!(load(&db, "comtrade", &plainly(), std::slice::from_ref(&whole)).counts(), [2, 2, 0, 0, 0]);
        assert_eq!(values(&stored(&db)), ["2020 12345.678", "2020 6804128143"]);
    }
}

#[test]
fn records_may_lack_names_that_later_ones_have() {
    // More than are read ahead.
    let service = record(2001, r#","typeCode":"S""#);
    let mut records = vec![service; 1200];
    records.push(record(2002, r#","primaryValue":5,"customsCode":"C01""#));
    records.push(record(2003, r#","primaryValue":6,"CUSTOMSCODE":"C01""#));
    records.push(record(2004, r#","primaryValue":7"#));
    for text in [format!(r#"{{"data":[{}]}}"#, records.join(",")), records.join("\n")] {
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), "a.json", &text);
        for db in prepared(folder.path()) {
            let done = load(&db, "comtrade", &plainly(), std::slice::from_ref(&file));
            assert_eq!(done.counts(), [1203, 1, 0, 1202, 0]);
            let summary = done.result.unwrap();
            assert_eq!((summary.reasons["services"], summary.reasons["a customs procedure"]), (1200, 2));
            assert_eq!(values(&stored(&db)), ["2004 7"]);
        }
    }
    // A name that no record has is told as one that no line has.
    let (error, _) = refused("comtrade", &plainly(), |folder| {
        vec![write(folder, "a.json", [record(2001, ""), record(2002, r#","value":5"#)].join("\n"))]
    });
    assert!(error.contains("there is no column `primaryValue`") && error.contains("cmdCode,value"), "{error}");
}

#[test]
fn a_name_that_counts_may_not_stand_twice() {
    // In a header: refused with the numbers of both columns; another name may.
    let text = "refYear,reporterISO,partnerISO,note,flowDesc,cmdCode,primaryValue,classificationCode,NOTE,primaryvalue\n\
        2018,AUT,AFG,x,Import,TOTAL,27,H5,y,28\n";
    let (error, _) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", text)]);
    assert!(
        error
            .ends_with("columns 7 and 10 are both named `primaryValue`, and one may count; rename or delete the other"),
        "{error}"
    );
    let text = text.replace(",primaryvalue", ",primaryvalues");
    let (counts, _) = read("comtrade", &plainly(), |folder| vec![write(folder, "a.csv", &text)]);
    assert_eq!(counts, [1, 1, 0, 0, 0]);
    // In a record: it is bad, unless both say the same.
    let records = [
        record(2001, r#","primaryValue":5,"note":"a","note":"b","primaryValue":5"#),
        record(2002, r#","primaryValue":6,"primaryVALUE":7"#),
    ];
    let (error, said) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.json", records.join("\n"))]);
    assert!(error.starts_with("1 bad line(s)"), "{error}");
    assert!(said.contains("line 2: `primaryValue` is `7`: the record has this name twice"), "{said}");
}

#[test]
fn the_names_of_records_have_a_limit() {
    let many = |range: std::ops::Range<u32>| range.map(|n| format!(r#","n{n}":1"#)).collect::<String>();
    for (text, words) in [
        (record(2001, &many(0..4091)), "an object has more than 4096 names"),
        (format!("[{}]", record(2001, &many(0..4091))), "the records have more than 4096 names"),
        (
            format!("[{},{}]", record(2001, &many(0..4000)), record(2001, &many(4000..5000))),
            "record 2: the records have more than 4096 names",
        ),
        (record(2001, &format!(r#","{}":1"#, "n".repeat(1025))), "a name has more than 1024 bytes"),
    ] {
        let (error, _) = refused("comtrade", &plainly(), |folder| vec![write(folder, "a.json", &text)]);
        assert!(error.contains(words), "{error}");
    }
    // As many as there may be are looked up at once, not one after the other.
    let wide = record(2001, &format!(r#","primaryValue":1{}"#, many(0..4080)));
    let other = wide.replace("2001", "2002");
    let (counts, _) = read("comtrade", &plainly(), |folder| {
        vec![write(folder, "a.json", [vec![wide.as_str(); 60], vec![other.as_str(); 60]].concat().join("\n"))]
    });
    assert_eq!(counts, [120, 2, 118, 0, 0]);
}
