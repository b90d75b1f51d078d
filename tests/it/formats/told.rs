//! Files are told by header and name, and what is not sure is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use tearoad::storage::conn::Address;
use tearoad::transfer::Options;
use tearoad::transfer::figures::inspect;
use tearoad::transfer::layout::Layout;
use tearoad::transfer::recognise::recognise;

use super::{baci, comtrade, national, plainly, prepared, sdmx, wits, write};

/// A file of every format, and the files that come with it.
fn fixtures(folder: &Path) -> Vec<(&'static str, Vec<PathBuf>)> {
    vec![
        ("baci", vec![baci::release(folder)]),
        ("comexstat", national::comexstat(folder)),
        ("comext", vec![sdmx::comext(folder)]),
        ("comtrade-bulk", vec![comtrade::bulk(folder)]),
        ("comtrade", vec![comtrade::fixture(folder), comtrade::legacy(folder), write(folder, "a.json", comtrade::API)]),
        ("fts", vec![national::fts(folder)]),
        ("gacc", vec![national::gacc(folder)]),
        ("imts", vec![sdmx::imts(folder)]),
        ("ots", vec![national::ots(folder)]),
        ("wits", vec![wits::fixture(folder)]),
    ]
}

#[test]
fn every_format_has_a_fixture_that_is_told_as_it() {
    let folder = tempfile::tempdir().unwrap();
    let all = fixtures(folder.path());
    let shipped: Vec<String> = Layout::shipped().unwrap().into_iter().map(|l| l.format).collect();
    assert_eq!(shipped, all.iter().map(|(format, _)| *format).collect::<Vec<_>>());
    for (format, files) in &all {
        let found = recognise(files).unwrap();
        let told: Vec<&str> = found.iter().map(|f| f.format.word()).collect();
        assert_eq!(told, [*format]);
        assert_eq!(found[0].paths.len(), files.len(), "{format}");
        assert!(!found[0].why.is_empty());
    }
    let together: Vec<PathBuf> = all.iter().flat_map(|(_, files)| files.clone()).collect();
    let found = recognise(&together).unwrap();
    assert_eq!(found.len(), all.len(), "all at once each is still its own");
}

#[test]
fn a_header_only_fits_its_own_format() {
    let folder = tempfile::tempdir().unwrap();
    for (format, files) in fixtures(folder.path()) {
        for layout in Layout::shipped().unwrap().iter().filter(|l| l.format != format) {
            let input = tearoad::transfer::input::find(&files).unwrap().remove(0);
            let rows = tearoad::transfer::rows::Rows::open(&input, layout.fallback()).unwrap();
            let is_general = format == "comtrade-bulk" && layout.format == "comtrade";
            assert!(
                is_general || !layout.is_recognised(input.name(), &rows.header),
                "{format} is told as {}",
                layout.format
            );
        }
    }
}

#[test]
fn what_is_not_sure_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = write(folder.path(), "a.csv", "year,from,to,amount\n2020,CN,US,1\n");
    let error = recognise(&[unknown]).unwrap_err().to_string();
    assert!(error.contains("no format has this header: year,from,to,amount"), "{error}");
    let sdmx = write(folder.path(), "b.csv", "DATAFLOW,A,B,TIME_PERIOD,OBS_VALUE\nX,1,2,2020,1\n");
    let error = recognise(&[sdmx]).unwrap_err().to_string();
    assert!(error.contains("this is SDMX-CSV") && error.contains("import sdmx --layout"), "{error}");
    let table = write(folder.path(), "PAIS.csv", "CO_PAIS;CO_PAIS_ISOA3\n160;CHN\n");
    let error = recognise(&[table]).unwrap_err().to_string();
    assert!(error.contains("a table that comes with files of Brazil"), "{error}");
    let cut = write(folder.path(), "c.csv", "refYear,reporterISO,partnerISO,cmdCode,primaryValue\n2020,CHN,USA,01,1\n");
    let error = recognise(&[cut]).unwrap_err().to_string();
    assert!(error.contains("nearest to UN Comtrade but has no column flowCode or flowDesc"), "{error}");
    // What two formats would take is nobody's.
    let both = write(folder.path(), "d.csv", "t,i,j,k,v,q,NAPR,PERIOD,STRANA,TNVED,STOIM\n");
    let error = recognise(&[both]).unwrap_err().to_string();
    assert!(error.contains("it may be a file of baci or fts; name the format"), "{error}");
    // A renamed bulk file only adds.
    let renamed = folder.path().join("china.gz");
    std::fs::rename(comtrade::bulk(folder.path()), &renamed).unwrap();
    assert_eq!(recognise(&[renamed]).unwrap()[0].format.word(), "comtrade");
}

#[test]
fn a_file_is_inspected_without_writing() {
    let folder = tempfile::tempdir().unwrap();
    let all = fixtures(folder.path());
    for db in prepared(folder.path()) {
        if matches!(db.address, Address::Postgres(_)) {
            continue;
        }
        for (format, files) in &all {
            let flow = (*format == "gacc").then(|| "EXPORT".to_owned());
            let options = Options { flow, skip_bad: true, dry_run: true, ..plainly() };
            let layout = Layout::of_format(format).unwrap();
            let inspection = inspect(&mut db.conn(), &layout, &options, files, &|_| {}).unwrap();
            assert_eq!((inspection.bad, inspection.figures > 0), (0, true), "{format}: {inspection}");
            assert!(inspection.to_string().contains("reporters: "), "{inspection}");
        }
        // Every edition of the file is named, and what is no product of one.
        let rows =
            ["H5,0,TOTAL", "H5,6,010121", "H4,6,010121", "H6,4,101"].map(|row| format!("2020,CHN,W00,M,{row},1\n"));
        let header = "period,reporterISO,partnerISO,flowCode,classificationCode,aggrLevel,cmdCode,primaryValue\n";
        let file = write(folder.path(), "editions.csv", [&[header.to_owned()], rows.as_slice()].concat().concat());
        let layout = Layout::of_format("comtrade").unwrap();
        let inspection = inspect(&mut db.conn(), &layout, &plainly(), &[file], &|_| {}).unwrap().to_string();
        for line in [
            "classification and currency: 4 - HS USD (1), HS2012 USD (1), HS2017 USD (1), HS2022 USD (1)",
            "partners: 1 - WLD (4)",
            "product levels: 3 - all goods (1), level 4 (1), level 6 (2)",
        ] {
            assert!(inspection.lines().any(|l| l == line), "`{line}` is missing in {inspection}");
        }
        assert!(super::stored(&db).is_empty());
    }
}

#[test]
fn a_users_layout_of_sdmx_and_files_of_any_format_come_in_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let layout = write(folder.path(), "own.toml", sdmx::OWN);
    let text = "DATAFLOW,REF_AREA,COUNTERPART_AREA,ACTIVITY,FLOW,TIME_PERIOD,OBS_VALUE\nX,CHN,USA,01,X,2020,12.5\n";
    let file = write(folder.path(), "own.csv", text);
    let database = folder.path().join("own.db");
    let run = |arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_tearoad"))
            .args(arguments)
            .args(["--database-url", database.to_str().unwrap()])
            .env_remove("TEAROAD_TEST_DATABASE_URL")
            .output()
            .unwrap();
        (out.status.code(), [out.stdout, out.stderr].concat().into_iter().map(char::from).collect::<String>())
    };
    let like = write(folder.path(), "like.toml", format!("like = \"sdmx\"\n{}", sdmx::OWN));
    let (layout, like, file) = (layout.to_str().unwrap(), like.to_str().unwrap(), file.to_str().unwrap());
    assert_eq!(run(&["migrate", "up"]).0, Some(0));
    let (code, said) = run(&["import", "sdmx", "--layout", layout, file]);
    assert!(code == Some(0) && said.contains("1 stored (1 new"), "{code:?} {said}");
    let (code, said) = run(&["inspect", "--layout", like, file]);
    assert!(code == Some(0) && said.contains("format: Trade by SDMX"), "{code:?} {said}");
    let (code, said) = run(&["import", "auto", file]);
    assert!(code == Some(1) && said.contains("this is SDMX-CSV"), "{code:?} {said}");
    // No nomenclature was imported: there are chapters only.
    let wits = wits::fixture(folder.path());
    let (code, said) = run(&["import", "auto", wits.to_str().unwrap()]);
    assert!(code == Some(1) && said.contains("taken as World Bank WITS"), "{code:?} {said}");
    assert!(said.contains("HS2017 has no codes of 4 places here; import its nomenclature first"), "{said}");
}
