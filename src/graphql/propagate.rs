//! Puts the errors of variables that are null where a value must stand into an answer, as the specification has it: the
//! field is null, or the nearest object or list above that may be. Goes through the written answer once more, and only
//! for requests with such a null, so that all others pay nothing. See [`super::variables`].

use apollo_compiler::Node;
use apollo_compiler::executable::{Field, SelectionSet};
use apollo_compiler::schema::{ExtendedType, Type};
use serde_json::Value as Json;

use super::collect::{Reader, sub_selections};
use super::errors::GraphError;
use super::render::push_key;
use super::variables::Use;
use crate::domain::error_code::Reason;

/// The key under which objects carry their type when a variable is null; no response key can be like it.
pub const TYPE_KEY: &str = ":type";

/// The answer and its errors.
#[derive(Debug)]
pub struct Propagated {
    /// The JSON of `data`.
    pub data: String,
    /// All errors.
    pub errors: Vec<GraphError>,
}

/// Goes through `data`, in which fields that fail were left out. `told` are the errors of root fields.
///
/// Errors: above [`MOST_ERRORS`] the request is refused, since each object of a long answer may have several.
pub fn propagate(
    reader: &Reader<'_>,
    root: &SelectionSet,
    data: &Json,
    told: Vec<GraphError>,
) -> Result<Propagated, GraphError> {
    let mut pass = Pass { reader, out: String::new(), errors: Vec::new(), told, too_many: false };
    if pass.object("Query", &[root], data, Path::Root).is_err() {
        pass.out = "null".to_owned();
    }
    if pass.too_many {
        let message =
            format!("a variable is null where a value must stand, in more than {MOST_ERRORS} places of the answer");
        return Err(GraphError::new(Reason::InvalidVariables, message).at("variables").hint("give it a value"));
    }
    Ok(Propagated { data: pass.out, errors: pass.errors })
}

/// Errors of null variables that one answer tells.
pub const MOST_ERRORS: usize = 1000;

struct Pass<'r, 'a> {
    reader: &'r Reader<'a>,
    out: String,
    errors: Vec<GraphError>,
    told: Vec<GraphError>,
    too_many: bool,
}

/// Where a value stands.
#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

/// Something that must not be null is: what encloses it becomes null.
struct Nulled;

impl<'a> Pass<'_, 'a> {
    fn object(
        &mut self,
        concrete: &str,
        sets: &[&'a SelectionSet],
        value: &Json,
        path: Path<'_>,
    ) -> Result<(), Nulled> {
        if self.too_many {
            return Err(Nulled);
        }
        let fields = self.reader.collect_all(concrete, sets).map_err(|used| self.fail(&used, path))?;
        self.out.push('{');
        for (position, (key, fields)) in fields.iter().enumerate() {
            let Some(field) = fields.first() else { continue };
            push_key(&mut self.out, position == 0, key);
            if let Path::Root = path {
                self.tell(key);
            }
            let path = Path::Key(&path, key);
            self.nullable(field.ty(), |pass| match pass.reader.null_argument(field) {
                Some(used) => Err(pass.fail(&used, path)),
                None => pass.value(field.ty(), fields, value.get(*key).unwrap_or(&Json::Null), path),
            })?;
        }
        self.out.push('}');
        Ok(())
    }

    fn value(&mut self, ty: &Type, fields: &[&'a Node<Field>], value: &Json, path: Path<'_>) -> Result<(), Nulled> {
        match value {
            Json::Array(items) => {
                let ty = ty.item_type();
                self.out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.out.push(',');
                    }
                    self.nullable(ty, |pass| pass.value(ty, fields, item, Path::Item(&path, position)))?;
                }
                self.out.push(']');
            }
            Json::Object(_) => {
                let named = ty.inner_named_type();
                let concrete = match self.reader.types.types.get(named) {
                    Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                        value.get(TYPE_KEY).and_then(Json::as_str)
                    }
                    _ => Some(named.as_str()),
                };
                self.object(concrete.unwrap_or_default(), &sub_selections(fields), value, path)?;
            }
            leaf => self.out.push_str(&leaf.to_string()),
        }
        Ok(())
    }

    /// Writes what may fail: null in its place, when a null is allowed there.
    fn nullable(&mut self, ty: &Type, write: impl FnOnce(&mut Self) -> Result<(), Nulled>) -> Result<(), Nulled> {
        let start = self.out.len();
        let written = write(self);
        if written.is_err() && !ty.is_non_null() {
            self.out.truncate(start);
            self.out.push_str("null");
            return Ok(());
        }
        written
    }

    /// Takes over what was told of a root field; what stands behind one that makes all null is not told.
    fn tell(&mut self, key: &str) {
        let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.told).into_iter().partition(|e| e.path == [key]);
        self.errors.extend(now);
        self.told = later;
    }

    fn fail(&mut self, used: &Use<'_>, path: Path<'_>) -> Nulled {
        self.too_many |= self.errors.len() >= MOST_ERRORS;
        if self.too_many {
            return Nulled;
        }
        let mut error = used.null_error(self.reader.document);
        error.path = path.to_vec();
        self.errors.push(error);
        Nulled
    }
}

impl Path<'_> {
    fn to_vec(self) -> Vec<Json> {
        match self {
            Path::Root => Vec::new(),
            Path::Key(above, key) => [above.to_vec(), vec![Json::from(key)]].concat(),
            Path::Item(above, position) => [above.to_vec(), vec![Json::from(position)]].concat(),
        }
    }
}
