//! `tearoad cube`: the derived levels.

use clap::{Arg, ArgMatches, Command};

use super::command::writer;
use super::config::Config;
use super::{Failure, tell};
use crate::transfer::cube;

/// The command.
pub fn command() -> Command {
    Command::new("cube")
        .about("The derived levels of figures, from which statistics are answered")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("rebuild")
                .about("Make the derived levels anew, of complete reporters and periods; imports do it by themselves")
                .after_help("Example: tearoad cube rebuild BACI-HS2017")
                .arg(Arg::new("code").value_name("DATASET").help("Only of this dataset")),
        )
}

/// Makes the derived levels anew.
pub fn rebuild(config: &Config, arguments: &ArgMatches) -> Result<(), Failure> {
    let code = arguments.get_one::<String>("code").map(String::as_str);
    let summary = cube::rebuild(&mut writer(config)?, code, &tell)?;
    if let Some(revision) = summary.revision {
        tell(&format!("{} derived figures; the data are now at revision {revision}", summary.derived));
    }
    Ok(())
}
