//! Sets up the log: on stderr, readable or JSON. Messages are constant, values are fields.

use tracing_subscriber::EnvFilter;

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log with a filter such as `info` or `tearoad=debug,warn`.
pub fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|e| e.to_string())?;
    let base = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match format {
        LogFormat::Text => base.with_ansi(false).compact().try_init(),
        LogFormat::Json => base.json().try_init(),
    }
    .map_err(|e| e.to_string())
}
