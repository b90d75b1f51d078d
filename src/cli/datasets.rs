//! `tearoad datasets`: what there is, and taking one out.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::command::writer;
use super::config::Config;
use super::{Failure, print, tell};
use crate::transfer::datasets;

/// The command.
pub fn command() -> Command {
    Command::new("datasets")
        .about("The datasets of the database")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("list")
                .about("List datasets with figures, reporters, periods and coverage, separated by tabs"),
        )
        .subcommand(
            Command::new("drop")
                .about("Remove a dataset with all its figures")
                .after_help("Example: tearoad datasets drop COMTRADE-HS --yes")
                .arg(Arg::new("code").value_name("CODE").required(true))
                .arg(
                    Arg::new("yes")
                        .long("yes")
                        .action(ArgAction::SetTrue)
                        .help("Do it; without this the command only says what would be removed"),
                ),
        )
}

/// Prints all datasets.
pub fn list(config: &Config) -> Result<(), Failure> {
    let mut out = String::from("code\tfigures\treporters\tfirst\tlast\tcomplete\tcurrency\ttitle\n");
    for held in datasets::list(&mut writer(config)?)? {
        let (first, last) = held.periods.map(|(a, b)| (a.to_string(), b.to_string())).unwrap_or_default();
        let (complete, all) = held.complete;
        out.push_str(&format!(
            "{}\t{}\t{}\t{first}\t{last}\t{complete} of {all}\t{}\t{}\n",
            held.code, held.figures, held.reporters, held.currency, held.title
        ));
    }
    print(&out)
}

/// Removes one.
pub fn drop(config: &Config, arguments: &ArgMatches) -> Result<(), Failure> {
    let code = arguments.get_one::<String>("code").map(String::as_str).unwrap_or_default();
    let summary = datasets::drop(&mut writer(config)?, code, arguments.get_flag("yes"), &tell)?;
    let revision = summary.revision.unwrap_or(0);
    tell(&format!("removed {} figures; the data are now at revision {revision}", summary.deleted));
    Ok(())
}
