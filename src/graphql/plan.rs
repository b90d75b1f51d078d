//! Compiles a selection once into a plan: which columns, which children, one statement a level. Rows are then read by
//! [`super::execute`] and written by [`super::render`]; no field is resolved on its own.

use std::borrow::Cow;

use apollo_compiler::Node;
use apollo_compiler::executable::{Field as Selected, SelectionSet};
use serde_json::{Map, Value as Json};

use super::checks::Mentions;
use super::collect::{Reader, sub_selections};
use super::connection::{List, Place, page_of, whole_list};
use super::cost;
use super::errors::GraphError;
use super::facets::{FacetOut, FacetPlan};
use super::inputs::Inputs;
use super::language;
use super::limits::Limits;
use super::lookup;
use super::nested::AskedBelow;
use super::objects::{self, Kindred, Nodes};
use super::participation_stats;
use super::propagate::TYPE_KEY;
use super::query::{AVAILABILITY, ROOTS};
use super::search::{self, Asked};
use super::stats;
use crate::catalog::{self, Entity, Field, Link, NodeKey, Relation, Shape as Form, values};
use crate::domain::error_code::Reason;
use crate::storage::snapshot::{Snapshot, column_type};
use crate::storage::sql::operand::{Measure, Operand};
use crate::storage::sql::predicate::Predicate;
use crate::storage::sql::select::Column;
use crate::storage::value::{ColumnType, Value};

/// Rows of one entity at one place of the selection.
#[derive(Debug)]
pub struct RowPlan {
    /// The entity.
    pub entity: &'static Entity,
    /// Columns to read; the render refers to them by position.
    pub columns: Vec<Column>,
    /// Related rows to read.
    pub children: Vec<Child>,
    /// Computed values to make.
    pub computed: Vec<&'static catalog::Computed>,
    /// By what the rows of the list are counted.
    pub facets: Vec<FacetPlan>,
    /// Questions that are asked of each row.
    pub asked: Vec<AskedBelow>,
}

/// Related rows of the rows of a plan.
#[derive(Debug)]
pub struct Child {
    /// Position of this row's id, or of the column with the other's id.
    pub near: usize,
    /// The other rows.
    pub rows: RowPlan,
    /// Which of them.
    pub kind: ChildKind,
}

/// Which related rows.
#[derive(Debug)]
pub enum ChildKind {
    /// The one whose id the near column holds.
    One,
    /// Those of a list.
    Many {
        /// How they are found.
        link: Link,
        /// Filter, order, page.
        list: Box<List>,
        /// What is asked of the list.
        wants: Wants,
    },
    /// Those above in the tree.
    Ancestors,
}

/// What is asked of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// Rows or page info.
    pub rows: bool,
    /// The total count.
    pub total: bool,
}

/// How an object is written: for an interface one case per concrete type.
#[derive(Debug)]
pub struct Shape {
    /// Position of the discriminating column.
    pub discriminator: Option<usize>,
    /// Value of it, and the fields.
    pub cases: Vec<(&'static str, Vec<Out>)>,
}

/// One response key.
#[derive(Debug)]
pub struct Out {
    /// The key.
    pub key: String,
    /// What stands there.
    pub what: What,
}

/// What stands at a response key of a row.
#[derive(Debug)]
pub enum What {
    /// A constant.
    Typename(Cow<'static, str>),
    /// The global id, with the positions of what it is made of.
    Id(&'static Entity, Vec<usize>),
    /// A column.
    Column(usize, &'static Field),
    /// A name in a column.
    Name(usize, usize),
    /// A period in two columns.
    Period(usize, usize),
    /// A related object.
    One(usize, Shape),
    /// A plain list.
    List(usize, Shape),
    /// A connection.
    Connection(usize, Vec<ConnectionOut>),
    /// A computed value.
    Computed(usize, Option<ValueShape>),
    /// The answer to a question.
    Asked(usize),
}

/// One response key of a connection.
#[derive(Debug)]
pub struct ConnectionOut {
    /// The key.
    pub key: String,
    /// What stands there.
    pub what: ConnectionWhat,
}

/// What stands at a response key of a connection.
#[derive(Debug)]
pub enum ConnectionWhat {
    /// A constant.
    Typename(String),
    /// The rows.
    Nodes(Shape),
    /// The rows with cursors.
    Edges(Vec<EdgeOut>),
    /// Where the page stands.
    PageInfo(ValueShape),
    /// The count.
    Total,
    /// Counts by a value.
    Facets(Vec<FacetOut>),
}

/// One response key of an edge.
#[derive(Debug)]
pub struct EdgeOut {
    /// The key.
    pub key: String,
    /// What stands there.
    pub what: EdgeWhat,
}

/// What stands at a response key of an edge.
#[derive(Debug)]
pub enum EdgeWhat {
    /// A constant.
    Typename(String),
    /// The cursor.
    Cursor,
    /// The row.
    Node(Shape),
}

/// How a value object is written.
#[derive(Debug)]
pub struct ValueShape {
    /// Its type.
    pub name: &'static str,
    /// Response key, member name (`__typename` for the type), and the shape of an object.
    pub members: Vec<(String, &'static str, Option<Self>)>,
    /// For an object of the catalogue or a union of them: its types.
    pub types: Vec<Kindred>,
}

/// A root field.
#[derive(Debug)]
pub struct Root {
    /// Response key.
    pub key: String,
    /// What stands there.
    pub what: RootWhat,
}

/// What stands at a response key of the operation.
#[derive(Debug)]
pub enum RootWhat {
    /// A constant.
    Typename,
    /// Answered by apollo-compiler.
    Introspection,
    /// The service object.
    Service(ValueShape),
    /// A connection.
    Connection(RowPlan, Box<List>, Wants, Vec<ConnectionOut>),
    /// The facets of a list, without the list.
    Facets(RowPlan, Box<List>, Vec<FacetOut>),
    /// One object, by a condition on its row; the error is told when there is none.
    Object(Box<Object>),
    /// Objects by global ids, null where there is none.
    Nodes(Nodes),
    /// A value that holds objects.
    Asked(Box<Asked>),
    /// Null, with an error.
    Failed(Box<GraphError>),
    /// Null.
    Null,
}

/// One object.
#[derive(Debug)]
pub struct Object {
    /// Its plan.
    pub rows: RowPlan,
    /// How it is written.
    pub shape: Shape,
    /// Which row.
    pub which: Which,
    /// What is told when there is none.
    pub missing: Option<Box<GraphError>>,
}

/// Which row an object is.
#[derive(Debug, Clone)]
pub enum Which {
    /// A resident one.
    Id(i64),
    /// The one with a slug.
    Slug(String),
    /// The one that meets the condition.
    Where(Predicate),
}

/// Compiles selections.
#[derive(Debug, Clone, Copy)]
pub struct Planner<'a> {
    /// Reads the document.
    pub reader: Reader<'a>,
    /// Dimensions of the revision.
    pub snapshot: &'a Snapshot,
    /// Limits.
    pub limits: &'a Limits,
    /// Codes and slugs that only the database can check.
    pub mentions: &'a Mentions,
    /// Language of names where none is asked, ISO 639-1.
    pub language: &'static str,
    /// Datasets that are taken where a question of statistics leaves several, the first that fits.
    pub datasets: &'a [String],
}

impl RowPlan {
    /// A plan that reads nothing yet.
    pub fn new(entity: &'static Entity) -> Self {
        Self {
            entity,
            columns: Vec::new(),
            children: Vec::new(),
            computed: Vec::new(),
            facets: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// The position of a column, added when it is not there yet.
    pub fn column(&mut self, column: Column) -> usize {
        if let Some(at) = self.columns.iter().position(|c| *c == column) {
            return at;
        }
        self.columns.push(column);
        self.columns.len() - 1
    }

    /// The position of a plain column of the entity.
    pub fn plain(&mut self, name: &'static str) -> usize {
        let column_type = type_of(self.entity, name);
        self.column(Column::Plain(name, column_type))
    }

    /// Adds what the order of a list reads.
    pub fn keys(&mut self, list: &List) {
        for (at, key) in list.order.iter().enumerate() {
            match &key.by {
                Operand::Column(column) => self.plain(column),
                by => self.column(Column::Key(at, type_of_operand(self.entity, by))),
            };
        }
    }
}

/// Type of what an operand reads of an entity.
pub fn type_of_operand(entity: &Entity, operand: &Operand) -> ColumnType {
    match operand {
        Operand::Column(column) => type_of(entity, column),
        Operand::PeriodEnd | Operand::PeriodNumber => ColumnType::Int,
        Operand::Through(through) => type_of_operand(through.target, &through.inner),
        Operand::Aggregate(aggregate) => match aggregate.measure {
            Measure::Count | Measure::Sum(_) => ColumnType::Int,
            Measure::Min(column) | Measure::Max(column) => type_of(aggregate.related.target, column),
        },
    }
}

/// Type of a column of an entity's table.
pub fn type_of(entity: &Entity, column: &str) -> ColumnType {
    let variants = entity.variants.iter().flat_map(|v| v.cases).map(|(_, e)| *e);
    let known = entity.fields.iter().chain(variants.flat_map(|e| e.fields)).find(|f| f.column == column);
    match known {
        Some(field) => column_type(field.kind),
        None if matches!(column, "sort_name" | "path" | "kind" | "quantity_unit" | "language" | "scheme" | "role") => {
            ColumnType::Text
        }
        None => ColumnType::Int,
    }
}

/// Where a member of a value object, by its type and name, stands among its values.
pub(super) type Slot<'s, 'a> = &'s mut dyn FnMut(&'static str, &'static str, &'a Selected) -> Planned<&'static str>;

/// A part of a plan, or why there is none.
pub type Planned<T> = Result<T, GraphError>;

impl<'a> Planner<'a> {
    /// The plan of an operation's root.
    pub fn operation(&self, selection: &'a SelectionSet) -> Planned<Vec<Root>> {
        let collected = self.reader.collect("Query", &[selection]);
        let mut roots = Vec::with_capacity(collected.len());
        for (key, fields) in collected {
            let Some(field) = fields.first() else { continue };
            roots.push(Root { key: key.to_owned(), what: self.root(field, &fields)? });
        }
        cost::check(&roots, self.limits)?;
        Ok(roots)
    }

    fn root(&self, field: &'a Selected, fields: &[&'a Node<Selected>]) -> Planned<RootWhat> {
        let name = field.name.as_str();
        let sets = sub_selections(fields);
        let arguments = self.reader.arguments(field);
        let word = |name: &str| arguments.get(name).and_then(Json::as_str).unwrap_or_default();
        match name {
            "__typename" => return Ok(RootWhat::Typename),
            "__schema" | "__type" => return Ok(RootWhat::Introspection),
            "service" => return Ok(RootWhat::Service(self.named_shape("Service", &sets)?)),
            "node" => return self.node(word("id"), &sets),
            "nodes" => return self.nodes(&arguments, &sets),
            _ => {}
        }
        if name == stats::ROOT {
            let (stats, shape) = self.trade_stats(field, &sets).map_err(|e| located(e, field))?;
            return Ok(RootWhat::Asked(Box::new(Asked { question: search::Question::Stats(Box::new(stats)), shape })));
        }
        if name == participation_stats::ROOT {
            let (stats, shape) = self.participation_stats(None, field, &sets).map_err(|e| located(e, field))?;
            let question = search::Question::Participations(Box::new(stats));
            return Ok(RootWhat::Asked(Box::new(Asked { question, shape })));
        }
        if let Some(question) =
            search::question(&self.inputs(), name, &arguments, self.language).map_err(|e| located(e, field))?
        {
            let shape = self.named_shape(question.answer(), &sets)?;
            return Ok(RootWhat::Asked(Box::new(Asked { question, shape })));
        }
        if name == AVAILABILITY {
            let entity = &catalog::trade_figure::TRADE_FIGURE;
            let list = page_of(&self.inputs(), entity, Place { name, link: None }, &arguments)
                .map_err(|e| located(e, field))?;
            let mut rows = RowPlan::new(entity);
            let facets = self.facets(&mut rows, &sets)?;
            return Ok(RootWhat::Facets(rows, Box::new(list), facets));
        }
        if let Some(entity) = catalog::entity_of_root(name) {
            let list = page_of(&self.inputs(), entity, Place { name, link: None }, &arguments)
                .map_err(|e| located(e, field))?;
            let mut rows = RowPlan::new(entity);
            let (wants, out) = self.connection(&mut rows, &list, &sets)?;
            return Ok(RootWhat::Connection(rows, Box::new(list), wants, out));
        }
        let target = ROOTS.iter().find(|r| r.name == name).and_then(|r| catalog::entity(r.ty));
        let Some(entity) = target else { return Ok(RootWhat::Null) };
        let found = match name {
            "region" => lookup::region(self.snapshot, word("code"), word("scheme")).map(Which::Id),
            "sector" => lookup::sector(self.snapshot, word("classification"), word("code")).map(Which::Id),
            _ if entity.resident => {
                lookup::code_of(self.snapshot, entity, &format!("{name} code"), word("code")).map(Which::Id)
            }
            _ => {
                let slug = word("slug");
                if slug.contains('\0') { Err(unknown_slug(name, slug)) } else { Ok(Which::Slug(slug.to_owned())) }
            }
        };
        match found {
            Err(error) => Ok(RootWhat::Failed(Box::new(located(error, field)))),
            Ok(which) => {
                let missing = Some(Box::new(located(unknown_slug(name, word("slug")), field)));
                self.object(entity, which, &sets, missing).map(|o| RootWhat::Object(Box::new(o)))
            }
        }
    }

    fn object(
        &self,
        entity: &'static Entity,
        which: Which,
        sets: &[&'a SelectionSet],
        missing: Option<Box<GraphError>>,
    ) -> Planned<Object> {
        let mut rows = RowPlan::new(entity);
        let shape = self.shape(&mut rows, sets)?;
        Ok(Object { rows, shape, which, missing })
    }

    fn node(&self, text: &str, sets: &[&'a SelectionSet]) -> Planned<RootWhat> {
        match objects::key_of(self.snapshot, text) {
            Some((entity, key)) => {
                let object = self.object(entity, key.which(entity), sets, None)?;
                Ok(RootWhat::Object(Box::new(object)))
            }
            None => Ok(RootWhat::Null),
        }
    }

    fn nodes(&self, arguments: &Map<String, Json>, sets: &[&'a SelectionSet]) -> Planned<RootWhat> {
        let ids = texts(arguments, "ids");
        let most = usize::try_from(self.limits.page).unwrap_or(usize::MAX);
        if ids.len() > most {
            let message = format!("ids: {} ids, at most {most} are allowed", ids.len());
            return Err(GraphError::new(Reason::PageSizeExceeded, message).at("ids"));
        }
        self.nodes_of(ids.into_iter(), sets).map(RootWhat::Nodes)
    }

    pub(super) fn inputs(&self) -> Inputs<'a> {
        Inputs { snapshot: self.snapshot, limits: self.limits, scales: None, hops: 0, mentions: self.mentions }
    }

    /// How objects of a plan's entity are written; the plan learns what it must read.
    pub fn shape(&self, rows: &mut RowPlan, sets: &[&'a SelectionSet]) -> Planned<Shape> {
        let entity = rows.entity;
        match &entity.variants {
            None => Ok(Shape { discriminator: None, cases: vec![("", self.fields(rows, entity, sets)?)] }),
            Some(variants) => {
                let discriminator = Some(rows.column(Column::Plain(variants.column, ColumnType::Text)));
                let mut cases = Vec::with_capacity(variants.cases.len());
                for (word, concrete) in variants.cases {
                    cases.push((*word, self.fields(rows, concrete, sets)?));
                }
                Ok(Shape { discriminator, cases })
            }
        }
    }

    fn fields(&self, rows: &mut RowPlan, entity: &'static Entity, sets: &[&'a SelectionSet]) -> Planned<Vec<Out>> {
        let collected = self.reader.collect(entity.name, sets);
        let mut out = Vec::with_capacity(collected.len());
        if self.reader.nulls {
            out.push(Out { key: TYPE_KEY.to_owned(), what: What::Typename(Cow::Borrowed(entity.name)) });
        }
        for (key, fields) in collected {
            let Some(field) = fields.first() else { continue };
            let what = self.what(rows, entity, field, &sub_selections(&fields))?;
            out.push(Out { key: key.to_owned(), what });
        }
        Ok(out)
    }

    fn what(
        &self,
        rows: &mut RowPlan,
        entity: &'static Entity,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<What> {
        let name = field.name.as_str();
        if name == "__typename" {
            return Ok(What::Typename(Cow::Borrowed(entity.name)));
        }
        if let ("id", Some(node)) = (name, entity.node) {
            return Ok(What::Id(entity, id_columns(node).iter().map(|c| rows.plain(c)).collect()));
        }
        if let ("name", Some(kind)) = (name, entity.names) {
            let arguments = self.reader.arguments(field);
            let language = arguments.get("lang").and_then(Json::as_str).map_or(self.language, |word| {
                language::LANGUAGES.iter().find(|(name, _, _)| *name == word).map_or(self.language, |(_, code, _)| code)
            });
            let fallback = rows.plain(if entity.resident { "code" } else { "slug" });
            let name = rows.column(Column::Name { kind, language: Value::Text(language.to_owned()) });
            return Ok(What::Name(name, fallback));
        }
        if let Some(computed) = entity.computed_value(name) {
            return self.computed(rows, computed, sets);
        }
        if let Some(nested) = entity.nested().find(|nested| nested.name == name) {
            return self.asked_below(rows, nested, field, sets).map_err(|e| located(e, field));
        }
        if let Some(column) = entity.field(name) {
            if let catalog::Kind::Period = column.kind {
                return Ok(What::Period(rows.plain("period_start"), rows.plain("period_months")));
            }
            return Ok(What::Column(rows.plain(column.column), column));
        }
        match entity.relation(name) {
            Some(relation) => self.related(rows, entity, relation, field, sets),
            None => Err(GraphError::new(Reason::Internal, format!("`{}.{name}` has no plan", entity.name))),
        }
    }

    fn related(
        &self,
        rows: &mut RowPlan,
        entity: &'static Entity,
        relation: &'static Relation,
        field: &'a Selected,
        sets: &[&'a SelectionSet],
    ) -> Planned<What> {
        let mut inner = RowPlan::new(relation.target);
        if let Link::One { column, .. } = relation.link {
            let shape = self.shape(&mut inner, sets)?;
            let near = rows.plain(column);
            rows.children.push(Child { near, rows: inner, kind: ChildKind::One });
            return Ok(What::One(rows.children.len() - 1, shape));
        }
        let arguments = self.reader.arguments(field);
        let near = rows.plain("id");
        let name = format!("{}.{}", entity.name, relation.name);
        if relation.shape == Form::List {
            let list = whole_list(&self.inputs(), relation.target, &arguments).map_err(|e| located(e, field))?;
            let shape = self.shape(&mut inner, sets)?;
            inner.keys(&list);
            let kind = ChildKind::Many {
                link: relation.link,
                list: Box::new(list),
                wants: Wants { rows: true, total: false },
            };
            rows.children.push(Child { near, rows: inner, kind });
            return Ok(What::List(rows.children.len() - 1, shape));
        }
        let place = Place { name: &name, link: Some(relation.link) };
        let list = page_of(&self.inputs(), relation.target, place, &arguments).map_err(|e| located(e, field))?;
        let (wants, out) = self.connection(&mut inner, &list, sets)?;
        rows.children.push(Child {
            near,
            rows: inner,
            kind: ChildKind::Many { link: relation.link, list: Box::new(list), wants },
        });
        Ok(What::Connection(rows.children.len() - 1, out))
    }

    fn connection(
        &self,
        rows: &mut RowPlan,
        list: &List,
        sets: &[&'a SelectionSet],
    ) -> Planned<(Wants, Vec<ConnectionOut>)> {
        let type_name = format!("{}Connection", rows.entity.name);
        let mut wants = Wants::default();
        let mut out = Vec::new();
        for (key, fields) in self.reader.collect(&type_name, sets) {
            let Some(field) = fields.first() else { continue };
            let sets = sub_selections(&fields);
            let what = match field.name.as_str() {
                "nodes" => ConnectionWhat::Nodes(self.shape(rows, &sets)?),
                "edges" => ConnectionWhat::Edges(self.edges(rows, &sets)?),
                "pageInfo" => ConnectionWhat::PageInfo(self.named_shape("PageInfo", &sets)?),
                "totalCount" => ConnectionWhat::Total,
                "facets" => ConnectionWhat::Facets(self.facets(rows, &sets)?),
                _ => ConnectionWhat::Typename(type_name.clone()),
            };
            match &what {
                ConnectionWhat::Total => wants.total = true,
                ConnectionWhat::Typename(_) | ConnectionWhat::Facets(_) => {}
                _ => wants.rows = true,
            }
            out.push(ConnectionOut { key: key.to_owned(), what });
        }
        if wants.rows {
            // Cursors and the merging of both sides of the figures need the order's values.
            rows.keys(list);
        }
        Ok((wants, out))
    }

    fn edges(&self, rows: &mut RowPlan, sets: &[&'a SelectionSet]) -> Planned<Vec<EdgeOut>> {
        let type_name = format!("{}Edge", rows.entity.name);
        let mut out = Vec::new();
        for (key, fields) in self.reader.collect(&type_name, sets) {
            let Some(field) = fields.first() else { continue };
            let what = match field.name.as_str() {
                "cursor" => EdgeWhat::Cursor,
                "node" => EdgeWhat::Node(self.shape(rows, &sub_selections(&fields))?),
                _ => EdgeWhat::Typename(type_name.clone()),
            };
            out.push(EdgeOut { key: key.to_owned(), what });
        }
        Ok(out)
    }

    fn computed(
        &self,
        rows: &mut RowPlan,
        computed: &'static catalog::Computed,
        sets: &[&'a SelectionSet],
    ) -> Planned<What> {
        use crate::catalog::Value::{RegionAncestors, SectorAncestors};
        if matches!(computed.value, RegionAncestors | SectorAncestors) {
            let mut inner = RowPlan::new(rows.entity);
            let shape = self.shape(&mut inner, sets)?;
            let near = rows.plain("id");
            rows.children.push(Child { near, rows: inner, kind: ChildKind::Ancestors });
            return Ok(What::List(rows.children.len() - 1, shape));
        }
        for need in computed.needs {
            if *need == "@key" {
                for column in rows.entity.key {
                    rows.plain(column);
                }
                rows.plain("mirrored");
                rows.plain("value_scaled");
            } else {
                rows.plain(need);
            }
        }
        let slot = rows.computed.iter().position(|c| c.value == computed.value).unwrap_or_else(|| {
            rows.computed.push(computed);
            rows.computed.len() - 1
        });
        let type_name = computed.ty.trim_matches(['[', ']', '!']);
        let shape = values::value_type(type_name).map(|value| self.value_shape(value, sets)).transpose()?;
        Ok(What::Computed(slot, shape))
    }

    fn named_shape(&self, name: &str, sets: &[&'a SelectionSet]) -> Planned<ValueShape> {
        let value = values::value_type(name)
            .ok_or_else(|| GraphError::new(Reason::Internal, format!("the catalogue has no `{name}`")))?;
        self.value_shape(value, sets)
    }

    fn value_shape(&self, value: &'static values::ValueType, sets: &[&'a SelectionSet]) -> Planned<ValueShape> {
        self.value_shape_with(value, sets, &mut |_, name, _| Ok(name))
    }

    /// The shape of a value object whose members are named by `slot`: what has arguments stands there once for each.
    pub(super) fn shape_with(&self, name: &str, sets: &[&'a SelectionSet], slot: Slot<'_, 'a>) -> Planned<ValueShape> {
        let value = values::value_type(name)
            .ok_or_else(|| GraphError::new(Reason::Internal, format!("the catalogue has no `{name}`")))?;
        self.value_shape_with(value, sets, slot)
    }

    fn value_shape_with(
        &self,
        value: &'static values::ValueType,
        sets: &[&'a SelectionSet],
        slot: Slot<'_, 'a>,
    ) -> Planned<ValueShape> {
        let mut members = Vec::new();
        for (key, fields) in self.reader.collect(value.name, sets) {
            let Some(field) = fields.first() else { continue };
            let name = field.name.as_str();
            let member = value.members.iter().find(|(member, _, _)| *member == name);
            let inner = match member {
                Some((_, ty, _)) => {
                    self.inner_shape(ty.trim_matches(['[', ']', '!']), &sub_selections(&fields), &mut *slot)?
                }
                None => None,
            };
            let name = match member {
                Some((member, _, _)) => slot(value.name, member, field)?,
                None => "__typename",
            };
            members.push((key.to_owned(), name, inner));
        }
        Ok(ValueShape { name: value.name, members, types: Vec::new() })
    }

    fn inner_shape(
        &self,
        type_name: &'static str,
        sets: &[&'a SelectionSet],
        slot: Slot<'_, 'a>,
    ) -> Planned<Option<ValueShape>> {
        if let Some(value) = values::value_type(type_name) {
            return self.value_shape_with(value, sets, slot).map(Some);
        }
        let types = self.kindreds(type_name, sets)?;
        Ok((!types.is_empty()).then_some(ValueShape { name: type_name, members: Vec::new(), types }))
    }
}

fn unknown_slug(kind: &str, slug: &str) -> GraphError {
    let shown: String = slug.chars().filter(|c| !c.is_control()).take(80).collect();
    GraphError::new(Reason::UnknownCode, format!("`{shown}` is not a known {kind} slug"))
        .at("slug")
        .hint(format!("the root list of the same kind gives all slugs; `{kind}` takes one of them"))
}

fn located(mut error: GraphError, field: &Selected) -> GraphError {
    if error.path.is_empty() {
        let name = field.name.as_str();
        error.message = match &error.argument {
            Some(_) => format!("{name}: {}", error.message),
            None => error.message,
        };
    }
    error
}

/// Columns of which a global id is made.
fn id_columns(node: NodeKey) -> Vec<&'static str> {
    match node {
        NodeKey::Column(column) => vec![column],
        NodeKey::Sector => vec!["classification_id", "code"],
        NodeKey::Figure => catalog::trade_figure::TRADE_FIGURE.key.to_vec(),
        NodeKey::Change => catalog::change::CHANGE.key.to_vec(),
    }
}

/// The texts of a list, which may be written as one text.
pub fn texts<'j>(arguments: &'j Map<String, Json>, name: &str) -> Vec<&'j str> {
    let value = arguments.get(name);
    let single = value.map(std::slice::from_ref).unwrap_or_default();
    let list = value.and_then(Json::as_array).map_or(single, Vec::as_slice);
    list.iter().map(|text| text.as_str().unwrap_or_default()).collect()
}
