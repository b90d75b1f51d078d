//! The one configuration: flags over environment over file over defaults. Every option is one line of [`OPTIONS`];
//! the flags, the environment, the file, `config show` and docs/CONFIG.md all come from it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use clap::ArgMatches;

use super::Failure;
use crate::graphql::limits::Limits;
use crate::storage::conn::Address;
use crate::storage::pool::PoolConfig;
use crate::telemetry::LogFormat;

/// An option.
#[derive(Debug)]
pub struct Opt {
    /// Key in the file; with dashes it is the flag, in capitals with `TEAROAD_` the variable.
    pub key: &'static str,
    /// Default.
    pub default: &'static str,
    /// Help, with the unit.
    pub help: &'static str,
    /// Whether its value may hold a password.
    pub secret: bool,
}

const fn opt(key: &'static str, default: &'static str, help: &'static str) -> Opt {
    Opt { key, default, help, secret: false }
}

/// Every option.
pub static OPTIONS: &[Opt] = &[
    Opt {
        key: "database_url",
        default: "tearoad.db",
        help: "Database: path of a SQLite file, or postgres://user@host/name. Also read from DATABASE_URL.",
        secret: true,
    },
    opt("host", "127.0.0.1", "Address to listen on."),
    opt("port", "8080", "Port to listen on; 0 takes any free one."),
    opt("allow_anonymous", "false", "Serve everybody without keys on addresses other than loopback."),
    opt(
        "database_threads",
        "0",
        "Database threads and connections; 0: SQLite one per core, PostgreSQL three per core.",
    ),
    opt("database_queue", "0", "Requests that may wait for a database thread; 0: 64 per thread."),
    opt("database_wait", "2s", "Longest wait for a connection."),
    opt("time_limit", "5s", "Longest time of an answer and of a statement."),
    opt(
        "exports",
        "4",
        "Exports at once, each with a thread and a connection of its own; more are told to come back, with 0 all.",
    ),
    opt("export_timeout", "30m", "Longest time of an export, however slowly its client reads."),
    opt("http_workers", "0", "HTTP threads; 0: one per core."),
    opt("body_timeout", "10s", "Longest time a request body may take to arrive."),
    opt("shutdown_timeout", "8s", "Longest time to finish requests when stopping."),
    opt("limit_body_bytes", "1048576", "Bytes of a request body."),
    opt("limit_tokens", "20000", "Tokens of a document."),
    opt("limit_depth", "20", "Levels of nested selections."),
    opt("limit_aliases", "200", "Aliases of a document."),
    opt("limit_root_fields", "50", "Root fields of an operation."),
    opt("limit_selections", "10000", "Selections of a document, fragments counted at each spread."),
    opt("limit_cost", "100000", "Rows an operation may ask for, page sizes multiplied down the nesting."),
    opt("limit_page", "200", "Rows of a page."),
    opt("limit_figure_page", "1000", "Rows of a page of trade figures."),
    opt(
        "limit_participations",
        "2000000",
        "Rows that a statistic of participations reads: one a participation, or one for each of its sectors.",
    ),
    opt("limit_list", "1000", "Values of one list in a filter."),
    opt(
        "stats_datasets",
        "",
        "Codes of datasets, with commas between them: the first of them is taken where a question of statistics leaves several. Without it such a question is refused.",
    ),
    opt("log", "info", "Log filter: error, warn, info, debug, or by module as in tearoad=debug,warn."),
    opt("log_format", "text", "Form of the log: text or json."),
];

/// A value and where it came from.
#[derive(Debug, Clone)]
struct Setting {
    value: String,
    origin: String,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Config {
    settings: BTreeMap<&'static str, Setting>,
}

/// The flag of a key.
pub fn flag(key: &str) -> String {
    key.replace('_', "-")
}

/// The environment variable of a key.
pub fn variable(key: &str) -> String {
    format!("TEAROAD_{}", key.to_ascii_uppercase())
}

/// Variables that only tests read.
const TEST_VARIABLES: &[&str] =
    &["TEAROAD_CONFIG", "TEAROAD_SHARED_DATA", "TEAROAD_TEST_DATABASE_URL", "TEAROAD_RECORD", "TEAROAD_TEST_CASES"];

fn suggestion(wrong: &str, known: impl Iterator<Item = String>) -> String {
    let best = known.map(|k| (strsim::jaro_winkler(wrong, &k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, key)) if score > 0.75 => format!("did you mean `{key}`?"),
        _ => "`tearoad config show` lists every key".to_owned(),
    }
}

impl Config {
    /// Reads all four places. Unknown keys and variables are refused.
    pub fn load(matches: &ArgMatches) -> Result<Self, Failure> {
        let mut settings: BTreeMap<&'static str, Setting> = OPTIONS
            .iter()
            .map(|o| (o.key, Setting { value: o.default.to_owned(), origin: "default".to_owned() }))
            .collect();
        let environment: BTreeMap<String, String> = std::env::vars().collect();
        let file = matches.get_one::<String>("config").cloned().or_else(|| environment.get("TEAROAD_CONFIG").cloned());
        if let Some(path) = file {
            Self::read_file(&path, &mut settings)?;
        }
        Self::read_environment(&environment, &mut settings)?;
        for option in OPTIONS {
            if let Some(value) = deepest(matches, option.key) {
                settings.insert(option.key, Setting { value, origin: format!("--{}", flag(option.key)) });
            }
        }
        let config = Self { settings };
        config.check()?;
        Ok(config)
    }

    fn read_file(path: &str, settings: &mut BTreeMap<&'static str, Setting>) -> Result<(), Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| Failure::new(format!("cannot read the configuration `{path}`: {e}")))?;
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| Failure::new(format!("{path}: {}", e.message())))?;
        for (key, value) in table {
            let Some(option) = OPTIONS.iter().find(|o| o.key == key) else {
                let hint = suggestion(&key, OPTIONS.iter().map(|o| o.key.to_owned()));
                return Err(Failure::usage(format!("{path}: there is no setting `{key}`")).hint(hint));
            };
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(n) => n.to_string(),
                toml::Value::Boolean(b) => b.to_string(),
                _ => {
                    return Err(Failure::usage(format!(
                        "{path}: `{key}` is neither a text nor a number nor true or false"
                    )));
                }
            };
            settings.insert(option.key, Setting { value, origin: path.to_owned() });
        }
        Ok(())
    }

    fn read_environment(
        environment: &BTreeMap<String, String>,
        settings: &mut BTreeMap<&'static str, Setting>,
    ) -> Result<(), Failure> {
        if let Some(value) = environment.get("DATABASE_URL") {
            settings.insert("database_url", Setting { value: value.clone(), origin: "DATABASE_URL".to_owned() });
        }
        for (name, value) in environment.iter().filter(|(name, _)| name.starts_with("TEAROAD_")) {
            match OPTIONS.iter().find(|o| variable(o.key) == *name) {
                Some(option) => {
                    settings.insert(option.key, Setting { value: value.clone(), origin: name.clone() });
                }
                None if TEST_VARIABLES.contains(&name.as_str()) => {}
                None => {
                    let hint = suggestion(name, OPTIONS.iter().map(|o| variable(o.key)));
                    return Err(Failure::usage(format!("the environment has `{name}`, which is no setting")).hint(hint));
                }
            }
        }
        Ok(())
    }

    /// Reads every value once, so that a wrong one stops the start whatever the command.
    fn check(&self) -> Result<(), Failure> {
        self.address()?;
        self.listen()?;
        self.allow_anonymous()?;
        self.pool()?;
        self.limits()?;
        self.log_format()?;
        self.server()?;
        Ok(())
    }

    fn text(&self, key: &str) -> &str {
        self.settings.get(key).map_or("", |s| s.value.as_str())
    }

    fn wrong(&self, key: &str, wanted: &str) -> Failure {
        let origin = self.settings.get(key).map_or("", |s| s.origin.as_str());
        Failure::usage(format!("{key} is `{}`, expected {wanted} (from {origin})", self.text(key)))
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Result<T, Failure> {
        self.text(key).parse().map_err(|_| self.wrong(key, "a whole number from 0"))
    }

    fn duration(&self, key: &str) -> Result<Duration, Failure> {
        let text = self.text(key);
        let (number, unit) =
            text.split_at_checked(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())).unwrap_or((text, ""));
        let number: u64 = number.parse().map_err(|_| self.wrong(key, "a duration such as 500ms, 5s or 2m"))?;
        match unit {
            "ms" => Ok(Duration::from_millis(number)),
            "s" => Ok(Duration::from_secs(number)),
            "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
            _ => Err(self.wrong(key, "a duration such as 500ms, 5s or 2m")),
        }
    }

    fn flag_of(&self, key: &str) -> Result<bool, Failure> {
        self.text(key).parse().map_err(|_| self.wrong(key, "true or false"))
    }

    /// The database.
    pub fn address(&self) -> Result<Address, Failure> {
        Address::parse(self.text("database_url")).map_err(|e| Failure::usage(e.to_string()))
    }

    /// Address and port.
    pub fn listen(&self) -> Result<std::net::SocketAddr, Failure> {
        let host: IpAddr = match self.text("host") {
            "localhost" => IpAddr::from([127, 0, 0, 1]),
            text => text.parse().map_err(|_| self.wrong("host", "an IP address"))?,
        };
        Ok((host, self.number("port")?).into())
    }

    /// Whether everybody is served on other addresses than loopback.
    pub fn allow_anonymous(&self) -> Result<bool, Failure> {
        self.flag_of("allow_anonymous")
    }

    /// Sizes of the database pool.
    pub fn pool(&self) -> Result<PoolConfig, Failure> {
        let mut pool = PoolConfig::for_address(&self.address()?);
        let threads: usize = self.number("database_threads")?;
        if threads > 0 {
            pool.threads = threads;
        }
        let queue: usize = self.number("database_queue")?;
        pool.queue = if queue > 0 { queue } else { pool.threads.saturating_mul(64) };
        pool.wait = self.duration("database_wait")?;
        pool.statement_timeout = self.duration("time_limit")?;
        pool.streams = self.number("exports")?;
        pool.stream_timeout = self.duration("export_timeout")?;
        Ok(pool)
    }

    /// Limits of documents and answers.
    pub fn limits(&self) -> Result<Limits, Failure> {
        Ok(Limits {
            body_bytes: self.number("limit_body_bytes")?,
            tokens: self.number("limit_tokens")?,
            depth: self.number("limit_depth")?,
            aliases: self.number("limit_aliases")?,
            root_fields: self.number("limit_root_fields")?,
            selections: self.number("limit_selections")?,
            cost: self.number("limit_cost")?,
            page: self.number("limit_page")?,
            figure_page: self.number("limit_figure_page")?,
            participations: self.number("limit_participations")?,
            list: self.number("limit_list")?,
            time_ms: u64::try_from(self.duration("time_limit")?.as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Datasets that are taken where a question of statistics leaves several, the first that fits.
    pub fn stats_datasets(&self) -> Vec<String> {
        let codes = self.text("stats_datasets").split(',').map(str::trim);
        codes.filter(|code| !code.is_empty()).map(str::to_owned).collect()
    }

    /// Settings of the HTTP server.
    pub fn server(&self) -> Result<crate::server::ServerConfig, Failure> {
        Ok(crate::server::ServerConfig {
            workers: self.number("http_workers")?,
            body_timeout: self.duration("body_timeout")?,
            shutdown_timeout: self.duration("shutdown_timeout")?,
        })
    }

    /// The log's filter.
    pub fn log(&self) -> &str {
        self.text("log")
    }

    /// The log's form.
    pub fn log_format(&self) -> Result<LogFormat, Failure> {
        match self.text("log_format") {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(self.wrong("log_format", "text or json")),
        }
    }

    /// Every setting with its value and where it came from; passwords are hidden.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for option in OPTIONS {
            let setting = self.settings.get(option.key);
            let value = setting.map_or("", |s| s.value.as_str());
            let value = if option.secret {
                Address::parse(value).map(|a| a.shown()).unwrap_or_default()
            } else {
                value.to_owned()
            };
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            out.push_str(&format!("{} = \"{value}\"  # {}\n", option.key, setting.map_or("", |s| s.origin.as_str())));
        }
        out
    }
}

/// The value of an argument wherever on the command line it stands.
fn deepest(matches: &ArgMatches, key: &str) -> Option<String> {
    let below = matches.subcommand().and_then(|(_, inner)| deepest(inner, key));
    below.or_else(|| matches.try_get_one::<String>(key).ok().flatten().cloned())
}
