//! Resolves a list of region codes: what is found in the order asked, and for the rest the nearest codes. Answered from
//! memory.

use serde_json::Value as Json;

use super::Arguments;
use crate::catalog::region::REGION;
use crate::domain::error_code::Reason;
use crate::graphql::computed::Tree;
use crate::graphql::errors::GraphError;
use crate::graphql::inputs::Inputs;
use crate::graphql::lookup;
use crate::graphql::plan::texts;

/// Unknown codes for which the nearest ones are looked for: each takes a comparison with every code.
const MOST_NEAREST: usize = 20;

/// The answer, and the number of regions in it.
pub fn regions(inputs: &Inputs<'_>, arguments: &Arguments) -> Result<(Tree, u64), GraphError> {
    let codes = texts(arguments, "codes");
    let most = inputs.limits.list;
    if codes.len() > most {
        let message = format!("codes: {} codes, at most {most} are allowed", codes.len());
        return Err(GraphError::new(Reason::ListTooLong, message).at("codes"));
    }
    let scheme = arguments.get("scheme").and_then(Json::as_str).unwrap_or("TEAROAD");
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for code in codes {
        let own = Tree::Text(code.to_owned());
        match lookup::region_id(inputs.snapshot, code, scheme) {
            Some(id) => found.push(Tree::Object(vec![("code", own), ("region", Tree::Node(REGION.name, id))])),
            None => {
                let is_near_asked = unknown.len() < MOST_NEAREST;
                let near = is_near_asked.then(|| lookup::near_regions(inputs.snapshot, code, scheme));
                let near = near.unwrap_or_default().into_iter().map(Tree::Text).collect();
                let other = lookup::other_scheme(inputs.snapshot, code, scheme).map(str::to_owned);
                unknown.push(Tree::Object(vec![
                    ("code", own),
                    ("nearest", Tree::List(near)),
                    ("isCodeOf", Tree::text(other)),
                ]));
            }
        }
    }
    let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
    Ok((Tree::Object(vec![("found", Tree::List(found)), ("notFound", Tree::List(unknown))]), count))
}
