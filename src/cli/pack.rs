//! `tearoad export pack` and `tearoad pack`.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};

use super::command::writer;
use super::config::Config;
use super::{Failure, tell};
use crate::transfer::pack;

fn target() -> Arg {
    Arg::new("target").value_name("FOLDER").required(true)
}

/// The command `export`.
pub fn export_command() -> Command {
    Command::new("export").about("Write data").subcommand_required(true).arg_required_else_help(true).subcommand(
        Command::new("pack")
            .about("Write the whole database as a Tea Road pack, into a new folder or a new .zip")
            .after_help("Example: tearoad export pack backup.zip")
            .arg(target()),
    )
}

/// The command `pack`.
pub fn command() -> Command {
    Command::new("pack")
        .about("Work with Tea Road packs")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("template")
                .about("Write an empty pack with all files and columns explained, into a new folder")
                .after_help("Example: tearoad pack template my-events/")
                .arg(target()),
        )
}

fn path(arguments: &ArgMatches) -> &Path {
    Path::new(arguments.get_one::<String>("target").map_or("", String::as_str))
}

/// Writes the whole database.
pub fn export(config: &Config, arguments: &ArgMatches) -> Result<(), Failure> {
    let mut conn = writer(config)?;
    let target = path(arguments);
    for (file, rows) in pack::export::export(&mut conn, target)? {
        tell(&format!("{file}: {rows} rows"));
    }
    tell(&format!("wrote {}", target.display()));
    Ok(())
}

/// Writes an empty pack.
pub fn template(arguments: &ArgMatches) -> Result<(), Failure> {
    let target = path(arguments);
    pack::docs::template(target)?;
    tell(&format!("wrote {}; fill in what you have and delete the other files", target.display()));
    Ok(())
}
