//! `tearoad import` and `tearoad inspect`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::command::writer;
use super::config::Config;
use super::{Failure, print, tell};
use crate::storage::conn::{Address, Conn};
use crate::storage::migrate;
use crate::transfer::layout::Layout;
use crate::transfer::recognise::{Format, recognise};
use crate::transfer::{Options, Summary, figures, nomenclature, pack, reference, seed};

fn files() -> Arg {
    Arg::new("files").value_name("FILE").required(true).num_args(1..).action(ArgAction::Append)
}

fn flag(name: &'static str, long: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(long).action(ArgAction::SetTrue).help(help)
}

fn value(name: &'static str, long: &'static str, shown: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(long).value_name(shown).help(help)
}

/// Options that every import has.
fn with_common(command: Command) -> Command {
    command
        .arg(flag("skip_bad", "skip-bad", "Load the good rows of a file that has bad ones, and count those"))
        .arg(flag("dry_run", "dry-run", "Do everything, say what would change, and keep nothing"))
        .arg(value("report", "report", "FILE.csv", "Write all bad rows to this file"))
        .arg(files())
}

/// Options of imports of figures.
fn with_figures(command: Command) -> Command {
    let command = command
        .arg(value("edition", "edition", "HS2017", "Classification of the codes, where the files do not tell"))
        .arg(value("flow", "flow", "EXPORT", "Direction of the figures, where the files do not tell"))
        .arg(value("dataset", "dataset", "CODE", "Load into this dataset instead of the format's own"))
        .arg(value("map", "map", "FILE.csv", "Your own words for codes: kind,from,to"))
        .arg(value("encoding", "encoding", "NAME", "Encoding of files that are not UTF-8, e.g. gb18030"))
        .arg(flag("complete", "complete", "The files hold all partners and products of their reporters"))
        .arg(flag(
            "replace",
            "replace",
            "Remove figures of the same reporters, flows and periods that the files do not have",
        ))
        .arg(flag(
            "revised",
            "revised",
            "The files hold all rows of the figures that they have: sums that are there may change",
        ))
        .arg(flag(
            "parts",
            "parts",
            "Several files hold parts of the same figures; add them, where the format adds rows",
        ))
        .arg(flag(
            "new_products",
            "new-products",
            "Make products that the nomenclature lacks, named as the files name them",
        ));
    with_common(command)
}

/// The command `import`.
pub fn command() -> Command {
    let mut import = Command::new("import")
        .about("Load files")
        .after_help("Example: tearoad import auto BACI_HS17_V202501.zip\n         tearoad import comtrade TradeData.csv --report bad.csv")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_figures(Command::new("auto").about("Tell the format of each file from its header, and load it")))
        .subcommand(with_common(
            Command::new("nomenclature")
                .about("Load headings and products: CSV with classification,edition,code,description,parent,level")
                .after_help("Example: tearoad import nomenclature product_classifications.csv.gz"),
        ))
        .subcommand(with_common(
            Command::new("reference")
                .about("Load reference lists, recognised by their header: nomenclatures, concordances, subdivisions, groups, exchange rates, companies")
                .after_help("Example: tearoad import reference isic_rev4.csv hs6_to_isic3.csv.gz ecb_reference_rates_monthly_avg.csv"),
        ))
        .subcommand(with_common(
            Command::new("pack")
                .about("Load Tea Road packs: folders or zips of CSV or NDJSON with pack.toml")
                .after_help("Example: tearoad import pack my-events/ --dry-run")
                .arg(flag("replace", "replace", "Delete the rows that the pack's files do not have; they are told first")),
        ))
        .subcommand(with_figures(
            Command::new("table")
                .about("Load figures from a file that a layout of your own describes")
                .after_help("Example: tearoad import table --layout own.toml figures.csv")
                .arg(value("layout", "layout", "FILE.toml", "What the columns mean; docs/IMPORT.md says how").required(true)),
        ));
    for kind in Layout::kinds().unwrap_or_default() {
        import = import.subcommand(with_figures(
            Command::new(kind.format)
                .about(format!("Load files of {}, whose columns a layout of your own names", kind.title))
                .arg(
                    value("layout", "layout", "FILE.toml", "What the columns mean; docs/IMPORT.md says how")
                        .required(true),
                ),
        ));
    }
    for layout in Layout::shipped().unwrap_or_default() {
        import = import
            .subcommand(with_figures(Command::new(layout.format).about(format!("Load files of {}", layout.title))));
    }
    import
}

/// The command `inspect`.
pub fn inspect_command() -> Command {
    with_figures(
        Command::new("inspect")
            .about("Say what files hold and what is wrong with them, without writing")
            .after_help("Example: tearoad inspect TradeData.csv")
            .arg(value("layout", "layout", "FILE.toml", "A layout of your own")),
    )
}

fn options(arguments: &ArgMatches) -> Options {
    let text = |name: &str| arguments.try_get_one::<String>(name).ok().flatten().cloned();
    let is_set = |name: &str| arguments.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false);
    Options {
        edition: text("edition"),
        flow: text("flow"),
        skip_bad: is_set("skip_bad"),
        complete: is_set("complete"),
        replace: is_set("replace"),
        parts: is_set("parts"),
        revised: is_set("revised"),
        dry_run: is_set("dry_run"),
        new_products: is_set("new_products"),
        dataset: text("dataset"),
        encoding: text("encoding"),
        map: text("map").map(PathBuf::from),
        report: text("report").map(PathBuf::from),
    }
}

fn paths(arguments: &ArgMatches) -> Vec<PathBuf> {
    arguments.get_many::<String>("files").into_iter().flatten().map(Into::into).collect()
}

/// Loads files.
pub fn run(config: &Config, format: &str, arguments: &ArgMatches) -> Result<(), Failure> {
    let options = options(arguments);
    let paths = paths(arguments);
    let mut conn = writer(config)?;
    match format {
        "auto" => {
            for found in recognise(&paths)? {
                found.why.iter().for_each(|why| tell(why));
                tell(&format!("taken as {}", found.format.title()));
                tell(&load(&mut conn, &found.format, &options, &found.paths)?.0);
            }
        }
        "reference" => tell(&load(&mut conn, &Format::Reference, &options, &paths)?.0),
        "pack" => tell(&load(&mut conn, &Format::Pack, &options, &paths)?.0),
        "nomenclature" => tell(&load(&mut conn, &Format::Nomenclature, &options, &paths)?.0),
        format if is_own(format) => {
            let layout = own_layout(arguments, format)?.ok_or_else(|| Failure::usage("pass --layout FILE.toml"))?;
            tell(&figures::import(&mut conn, &layout, &options, &paths, &tell)?.to_string());
        }
        format => tell(&figures::import(&mut conn, &Layout::of_format(format)?, &options, &paths, &tell)?.to_string()),
    }
    Ok(())
}

/// Whether a user's layout tells what the files mean.
fn is_own(format: &str) -> bool {
    format == "table" || Layout::kinds().unwrap_or_default().iter().any(|kind| kind.format == format)
}

fn own_layout(arguments: &ArgMatches, format: &str) -> Result<Option<Layout>, Failure> {
    let path = arguments.get_one::<String>("layout").map(String::as_str);
    let layout = path.map(|path| match format {
        "table" => Layout::open(path.as_ref()),
        kind => Layout::open_like(path.as_ref(), kind),
    });
    Ok(layout.transpose()?)
}

/// Loads files; what was done, for people, and how many rows were bad.
fn load(conn: &mut Conn, format: &Format, options: &Options, paths: &[PathBuf]) -> Result<(String, u64), Failure> {
    let told = |summary: Summary| (summary.to_string(), summary.bad);
    Ok(match format {
        Format::Figures(layout) => told(figures::import(conn, layout, options, paths, &tell)?),
        Format::Nomenclature => told(nomenclature::import(conn, options, paths, &tell)?),
        Format::Reference => {
            let imported = reference::import(conn, options, paths, &tell)?;
            (imported.to_string(), imported.files.iter().map(|f| f.bad).sum())
        }
        Format::Pack => {
            let all = pack::load::import(conn, options, paths, &tell)?;
            let texts: Vec<String> = all.iter().map(Summary::to_string).collect();
            (texts.join("\n"), all.iter().map(|s| s.bad).sum())
        }
    })
}

/// Says what files hold.
pub fn inspect(config: &Config, arguments: &ArgMatches) -> Result<(), Failure> {
    let options = options(arguments);
    let paths = paths(arguments);
    let mut conn = match config.address()? {
        Address::Sqlite(path) if !path.exists() => {
            tell(&format!("there is no {}; codes are checked against the reference data", path.display()));
            let mut conn = Conn::create(&Address::Sqlite(":memory:".into()))?;
            migrate::up(&mut conn)?;
            seed::load_reference(&mut conn)?;
            conn
        }
        _ => writer(config)?,
    };
    let mut problems = 0;
    let found = match own_layout(arguments, "table")? {
        Some(layout) => vec![(Format::Figures(Box::new(layout)), paths)],
        None => recognise(&paths)?.into_iter().map(|found| (found.format, found.paths)).collect(),
    };
    for (format, paths) in found {
        let dry = Options { dry_run: true, skip_bad: true, ..options.clone() };
        match format {
            Format::Figures(layout) => {
                let inspection = figures::inspect(&mut conn, &layout, &dry, &paths, &tell)?;
                problems += inspection.bad;
                print(&inspection.to_string())?;
            }
            format => {
                let (text, bad) = load(&mut conn, &format, &dry, &paths)?;
                problems += bad;
                print(&format!("format: {}\n{text}\n", format.title()))?;
            }
        }
    }
    if problems > 0 {
        return Err(Failure::new(format!("{problems} bad row(s)")).hint("fix them, or import with --skip-bad"));
    }
    Ok(())
}
