//! Documents that are printed from tables: docs/ERRORS.md and docs/CONFIG.md. A test compares them.

use super::config::{OPTIONS, flag, variable};
use crate::domain::error_code::Reason;

/// docs/ERRORS.md.
pub fn errors() -> String {
    let mut out = "# Errors\n\nPrinted by `tearoad docs errors`; do not edit. Every error carries `extensions.code`, the word that clients and tools know, and `extensions.reason`, which says what happened. A request that is refused as a whole has no `data`; its HTTP status is the one below for `application/graphql-response+json`, while clients of `application/json` get 200 where the status is 400 and the request was well-formed.\n\n| reason | code | status | retry | what to do |\n|---|---|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let row = reason.row();
        let retry = if row.retry { "yes" } else { "no" };
        out.push_str(&format!("| `{}` | `{}` | {} | {retry} | {} |\n", row.reason, row.code, row.status, row.help));
    }
    out
}

/// docs/CONFIG.md.
pub fn config() -> String {
    let mut out = "# Configuration\n\nPrinted by `tearoad docs config`; do not edit. A flag goes over the environment, that over the TOML file of `--config` (or `TEAROAD_CONFIG`), that over the default. Unknown keys are refused. `tearoad config show` prints what is in force and where it comes from.\n\n| file | flag | environment | default | meaning |\n|---|---|---|---|---|\n".to_owned();
    for option in OPTIONS {
        out.push_str(&format!(
            "| `{}` | `--{}` | `{}` | `{}` | {} |\n",
            option.key,
            flag(option.key),
            variable(option.key),
            option.default,
            option.help
        ));
    }
    out
}
