//! Floor 5: the command line. Data go to stdout, everything else to stderr; 0 is done, 1 is refused or failed, 2 is
//! wrong use. A closed pipe is success.

pub mod command;
pub mod config;
pub mod cube;
pub mod datasets;
pub mod docs;
pub mod import;
pub mod pack;

use std::io::Write as _;
use std::process::ExitCode;

use config::Config;

/// Why a command did not do its work.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Failure {
    /// The work was refused or failed.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: 1 }
    }

    /// The command was used wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, ..Self::new(message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// Writes a line to stdout; a closed pipe ends the program as done.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(e) => Err(Failure::new(format!("cannot write to stdout: {e}"))),
    }
}

/// Writes a line to stderr; when that is closed there is nobody to tell.
pub fn tell(text: &str) {
    let _nobody = writeln!(std::io::stderr().lock(), "{text}");
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let matches = match command::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _nobody = error.print();
            return ExitCode::from(code);
        }
    };
    match Config::load(&matches).and_then(|config| command::dispatch(&matches, &config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&format!("error: {}", failure.message));
            if let Some(hint) = &failure.hint {
                tell(&format!("hint: {hint}"));
            }
            ExitCode::from(failure.code)
        }
    }
}
