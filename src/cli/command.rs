//! The commands.

use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::config::{Config, OPTIONS, flag};
use super::{Failure, docs, print, tell};
use crate::graphql::run::Graph;
use crate::graphql::schema::GraphSchema;
use crate::storage::conn::{Address, Conn, Purpose};
use crate::storage::migrate;
use crate::storage::pool::Db;
use crate::transfer::{seed, synthetic};

/// The command line.
pub fn command() -> Command {
    let mut root = Command::new("tearoad")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A GraphQL data API over trade and participation data.")
        .after_help("Example: tearoad demo\nThen open http://127.0.0.1:8080/graphiql")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("config").long("config").value_name("FILE").global(true).help("Read settings from this TOML file"),
        );
    for option in OPTIONS {
        let name: &'static str = option.key;
        let mut arg = Arg::new(name)
            .long(flag(name))
            .value_name("VALUE")
            .global(true)
            .help_heading("Settings")
            .help(format!("{} [default: {}]", option.help, option.default));
        if name == "database_url" {
            arg = arg.alias("database");
        }
        if name == "allow_anonymous" {
            arg = arg.num_args(0..=1).default_missing_value("true").require_equals(true);
        }
        root = root.arg(arg);
    }
    root.subcommand(
        Command::new("demo")
            .about("Create a database with the demo's data if there is none, and serve it")
            .after_help("Examples: tearoad demo --port 8081\n          tearoad demo --scale 1 --database-url synthetic.db")
            .arg(
                Arg::new("scale")
                    .long("scale")
                    .value_name("N")
                    .value_parser(clap::value_parser!(u32).range(1..=100))
                    .help("Add synthetic data to a new database: N times 50,000 companies, 5,000 events, 500,000 participations"),
            ),
    )
    .subcommand(Command::new("serve").about("Serve an existing database").after_help("Example: tearoad serve --database-url postgres://tearoad@localhost/tearoad"))
    .subcommand(
        Command::new("migrate")
            .about("Create or change the tables of a database")
            .after_help("Example: tearoad migrate up --database-url trade.db")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(Command::new("status").about("List migrations and whether they are applied; exit code 1 when some are not"))
            .subcommand(Command::new("up").about("Apply what is missing, and load the reference data into an empty database"))
            .subcommand(Command::new("down").about("Take back the newest migration and the data of its tables")
                .arg(Arg::new("yes").long("yes").action(ArgAction::SetTrue).help("Do it; without this the command only says what would be lost"))),
    )
    .subcommand(super::import::command())
    .subcommand(super::import::inspect_command())
    .subcommand(super::datasets::command())
    .subcommand(super::cube::command())
    .subcommand(super::pack::export_command())
    .subcommand(super::pack::command())
    .subcommand(
        Command::new("schema")
            .about("The GraphQL schema")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(Command::new("print").about("Print the schema").after_help("Example: tearoad schema print > schema.graphql")),
    )
    .subcommand(
        Command::new("config")
            .about("The settings")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(Command::new("show").about("Print the settings in force and where each comes from").after_help("Example: tearoad config show --port 9000")),
    )
    .subcommand(
        Command::new("docs")
            .about("Print reference documents")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(Command::new("errors").about("Print the table of errors").after_help("Example: tearoad docs errors > docs/ERRORS.md"))
            .subcommand(Command::new("config").about("Print the table of settings").after_help("Example: tearoad docs config > docs/CONFIG.md"))
            .subcommand(Command::new("pack").about("Print what a Tea Road pack is").after_help("Example: tearoad docs pack > docs/PACK.md")),
    )
}

/// Runs the chosen command.
pub fn dispatch(matches: &ArgMatches, config: &Config) -> Result<(), Failure> {
    match path(matches).as_slice() {
        ["demo"] => demo(config, leaf(matches).get_one::<u32>("scale").copied()),
        ["serve"] => serve(config),
        ["migrate", "status"] => migrate_status(config),
        ["migrate", "up"] => migrate_up(config),
        ["migrate", "down"] => migrate_down(config, leaf(matches).get_flag("yes")),
        ["import", format] => super::import::run(config, format, leaf(matches)),
        ["inspect"] => super::import::inspect(config, leaf(matches)),
        ["datasets", "list"] => super::datasets::list(config),
        ["datasets", "drop"] => super::datasets::drop(config, leaf(matches)),
        ["cube", "rebuild"] => super::cube::rebuild(config, leaf(matches)),
        ["export", "pack"] => super::pack::export(config, leaf(matches)),
        ["pack", "template"] => super::pack::template(leaf(matches)),
        ["schema", "print"] => print(&GraphSchema::build().map_err(Failure::new)?.sdl),
        ["config", "show"] => print(&config.shown()),
        ["docs", "errors"] => print(&docs::errors()),
        ["docs", "config"] => print(&docs::config()),
        ["docs", "pack"] => print(&crate::transfer::pack::docs::markdown()),
        _ => Err(Failure::usage("there is no such command")),
    }
}

fn path(matches: &ArgMatches) -> Vec<&str> {
    let mut out = Vec::new();
    let mut at = matches;
    while let Some((name, inner)) = at.subcommand() {
        out.push(name);
        at = inner;
    }
    out
}

fn leaf(matches: &ArgMatches) -> &ArgMatches {
    let mut at = matches;
    while let Some((_, inner)) = at.subcommand() {
        at = inner;
    }
    at
}

/// A connection that may write, to a database with all tables.
pub(super) fn writer(config: &Config) -> Result<Conn, Failure> {
    let mut conn = Conn::open(&config.address()?, Purpose::Write)?;
    migrate::require_current(&mut conn)?;
    Ok(conn)
}

fn demo(config: &Config, scale: Option<u32>) -> Result<(), Failure> {
    let address = config.address()?;
    // Before the data: a port that is taken should be told at once.
    let listener = crate::server::bind(check_exposure(config)?).map_err(Failure::new)?;
    let mut conn = Conn::create(&address)?;
    migrate::up(&mut conn)?;
    if seed::is_empty(&mut conn)? {
        seed::load_reference(&mut conn)?;
        let loaded = seed::load_demo(&mut conn)?;
        tell(&format!("Created {} with the demo's data, revision {}.", address.shown(), loaded.revision));
    } else {
        tell(&format!("{} has data already; nothing was loaded.", address.shown()));
    }
    if let Some(scale) = scale {
        tell("Making synthetic data.");
        let loaded = synthetic::load(&mut conn, synthetic::Counts::of_scale(scale))?;
        tell(&format!("{} has synthetic data of scale {scale}, revision {}.", address.shown(), loaded.revision));
    }
    drop(conn);
    run_server(config, &address, listener, true)
}

fn serve(config: &Config) -> Result<(), Failure> {
    let address = config.address()?;
    let listener = crate::server::bind(check_exposure(config)?).map_err(Failure::new)?;
    let reading = Purpose::Read { statement_timeout: config.pool()?.statement_timeout };
    match (&address, Conn::open_unlimited(&address, reading)) {
        (_, Ok(mut conn)) => migrate::require_current(&mut conn)?,
        // A server may come up after us: we start, and say not ready until it does.
        (Address::Postgres(_), Err(error)) => tell(&format!("warning: {error}; serving, not ready until it is there")),
        (Address::Sqlite(_), Err(error)) => return Err(error.into()),
    }
    run_server(config, &address, listener, false)
}

/// Until there are keys, only this machine is served unless somebody says otherwise.
fn check_exposure(config: &Config) -> Result<std::net::SocketAddr, Failure> {
    let listen = config.listen()?;
    if listen.ip().is_loopback() || config.allow_anonymous()? {
        return Ok(listen);
    }
    Err(Failure::new(format!("{} is not loopback: everybody who reaches it could read all data", listen.ip()))
        .hint("pass --allow-anonymous if that is meant"))
}

fn run_server(
    config: &Config,
    address: &Address,
    listener: std::net::TcpListener,
    is_demo: bool,
) -> Result<(), Failure> {
    crate::telemetry::start(config.log(), config.log_format()?).map_err(Failure::usage)?;
    let db = Db::start(address, config.pool()?)?;
    let schema = Arc::new(GraphSchema::build().map_err(Failure::new)?);
    let graph = Graph::new(schema, config.limits()?, db).preferring_datasets(config.stats_datasets());
    let at = listener.local_addr()?;
    tell(&format!("Serving {} ({}).", address.shown(), address.backend()));
    tell(&format!("  GraphiQL  http://{at}/graphiql"));
    tell(&format!("  endpoint  http://{at}/graphql"));
    tell(&format!("  schema    http://{at}/schema.graphql"));
    if is_demo {
        tell("Try:");
        tell(&format!(
            "  curl -s http://{at}/graphql -H 'Content-Type: application/json' -d '{{\"query\":\"{{ events {{ nodes {{ name startsOn }} }} }}\"}}'"
        ));
    }
    tell("Stop with Ctrl-C.");
    let server = config.server()?;
    actix_web::rt::System::new().block_on(crate::server::serve(listener, graph, server))?;
    Ok(())
}

fn migrate_status(config: &Config) -> Result<(), Failure> {
    let mut conn = Conn::open(&config.address()?, Purpose::Write)?;
    let all = migrate::status(&mut conn)?;
    let mut out = String::new();
    for status in &all {
        out.push_str(&format!("{}  {}\n", if status.applied { "applied" } else { "missing" }, status.name));
    }
    print(&out)?;
    match all.iter().filter(|s| !s.applied).count() {
        0 => Ok(()),
        missing => Err(Failure::new(format!("{missing} migration(s) missing")).hint("tearoad migrate up")),
    }
}

fn migrate_up(config: &Config) -> Result<(), Failure> {
    let mut conn = Conn::create(&config.address()?)?;
    let applied = migrate::up(&mut conn)?;
    for name in &applied {
        tell(&format!("applied {name}"));
    }
    if applied.is_empty() {
        tell("nothing to apply");
    }
    if seed::is_empty(&mut conn)? {
        seed::load_reference(&mut conn)?;
        tell("loaded the reference data");
    }
    Ok(())
}

fn migrate_down(config: &Config, confirmed: bool) -> Result<(), Failure> {
    let mut conn = Conn::open(&config.address()?, Purpose::Write)?;
    let newest = migrate::status(&mut conn)?.into_iter().rfind(|s| s.applied);
    let Some(newest) = newest else { return Err(Failure::new("no migration is applied")) };
    if !confirmed {
        return Err(Failure::new(format!("taking back `{}` drops its tables and their data", newest.name))
            .hint("pass --yes to do it"));
    }
    migrate::down(&mut conn)?;
    tell(&format!("took back {}", newest.name));
    Ok(())
}
