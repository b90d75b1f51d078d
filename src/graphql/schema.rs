//! The schema, made from the catalogue through async-graphql's registry (doc-hidden there, hence the exact version in
//! Cargo.toml). No other file touches the registry. It makes the SDL and answers nothing: introspection is
//! apollo-compiler's, which follows the specification more closely, and rows are planned ([`super::plan`]).

use std::borrow::Cow;

use apollo_compiler::Name;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field as ParsedField;
use async_graphql::registry::{
    EnumBuilder, InputObjectBuilder, MetaEnumValue, MetaField, MetaInputValue, MetaType, MetaTypeId, ObjectBuilder,
    Registry,
};
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, EmptyMutation, EmptySubscription, OutputType, Positioned,
    ServerResult, Value,
};

use super::facets;
use super::input_types;
use super::language::LANGUAGES;
use super::one_of;
use super::orders::{has_extremes, sort_fields, sum_fields};
use super::participation_stats;
use super::query::{ROOTS, RootArgument};
use super::stats;
use crate::catalog::{self, Entity, Kind, Link, Relation, Shape, screaming, values};

/// The root type. Its fields are resolved by plans; to async-graphql they are null.
#[derive(Debug, Clone, Copy)]
pub struct Query;

/// Everything about the schema that a request needs.
#[expect(missing_debug_implementations, reason = "async-graphql's schema has none")]
pub struct GraphSchema {
    /// For parsing and validation.
    pub types: Valid<apollo_compiler::Schema>,
    /// Which types implement an interface, for introspection.
    pub implementers: HashMap<Name, Implementers>,
    /// As printed at `/schema.graphql`.
    pub sdl: String,
}

impl GraphSchema {
    /// Builds the schema. Fails only when the catalogue contradicts itself, which a test finds.
    pub fn build() -> Result<Self, String> {
        let sdl = async_graphql::Schema::new(Query, EmptyMutation, EmptySubscription).sdl();
        let types = apollo_compiler::Schema::parse_and_validate(&sdl, "schema.graphql").map_err(|e| e.to_string())?;
        let types = one_of::add_to(types);
        let implementers = types.implementers_map();
        Ok(Self { types, implementers, sdl })
    }
}

impl OutputType for Query {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Query")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            register_leaves(registry);
            register_values(registry);
            register_node(registry);
            register_traits(registry);
            register_union(registry);
            for entity in catalog::INTERFACES.iter().copied() {
                register_interface(registry, entity);
                register_inputs(registry, entity);
            }
            for entity in catalog::ALL.iter().copied() {
                register_entity(registry, entity);
                register_inputs(registry, entity);
            }
            query_type()
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<ParsedField>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container(ctx, self).await
    }
}

impl ContainerType for Query {
    async fn resolve_field(&self, _ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(Some(Value::Null))
    }
}

impl async_graphql::ObjectType for Query {}

fn query_type() -> MetaType {
    let mut fields = IndexMap::new();
    for root in ROOTS {
        fields.insert(
            root.name.to_owned(),
            field(root.name, root.ty, root.doc, root.args.iter().map(argument).collect()),
        );
        if root.name == "nodes" {
            for entity in catalog::ALL.iter().copied() {
                if let Some(plural) = entity.plural {
                    let doc = format!("All {plural} that meet the filter, a page at a time.");
                    fields.insert(
                        plural.to_owned(),
                        field(plural, &format!("{}Connection", entity.name), &doc, connection_arguments(entity)),
                    );
                }
            }
        }
    }
    ObjectBuilder::new("Query", fields)
        .description(Some(
            "What can be asked. Every answer carries the data revision in `extensions.tearoad.revision`.".to_owned(),
        ))
        .rust_typename(std::any::type_name::<Query>())
        .build()
}

fn argument(argument: &RootArgument) -> MetaInputValue {
    let mut value = input(argument.name, argument.ty, argument.doc);
    value.default_value = argument.default.map(str::to_owned);
    value
}

fn input(name: &str, ty: &str, doc: &str) -> MetaInputValue {
    let mut value = MetaInputValue::new(name, ty);
    value.description = Some(doc.to_owned());
    value
}

fn field(name: &str, ty: &str, doc: &str, args: Vec<MetaInputValue>) -> MetaField {
    let mut field = MetaField::new(name, ty);
    field.description = Some(doc.to_owned());
    field.args = args.into_iter().map(|a| (a.name.clone(), a)).collect();
    field
}

fn register_leaves(registry: &mut Registry) {
    for (name, doc) in input_types::SCALARS {
        let scalar = MetaType::Scalar {
            name: (*name).to_owned(),
            description: Some((*doc).to_owned()),
            is_valid: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            specified_by_url: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        registry.types.insert((*name).to_owned(), scalar);
    }
    for list in
        catalog::enums::ALL.iter().chain(catalog::stats::ENUMS).chain(catalog::participation_stats::ENUMS).copied()
    {
        let words = list.values.iter().map(|(name, _, doc)| ((*name).to_owned(), (*doc).to_owned()));
        register_enum(registry, list.name, list.doc, words);
    }
    register_enum(
        registry,
        "Direction",
        "Direction of an order; unknown values come last in both.",
        [("ASC", "Small, early or first letters first."), ("DESC", "Large, late or last letters first.")]
            .map(|(a, b)| (a.to_owned(), b.to_owned())),
    );
    register_enum(
        registry,
        "Language",
        "A language of published names. A name that is not published in it is given in English, else in any.",
        LANGUAGES.iter().map(|(word, _, doc)| ((*word).to_owned(), (*doc).to_owned())),
    );
    register_enum(
        registry,
        "RegionScheme",
        "A scheme of region codes.",
        input_types::REGION_SCHEMES.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())),
    );
    for (name, doc, members) in input_types::fixed_inputs() {
        let members = members.into_iter().map(|(name, ty, doc)| (name.clone(), input(&name, &ty, &doc))).collect();
        let built = InputObjectBuilder::new(name.clone(), members).description(Some(doc)).build();
        registry.types.insert(name, built);
    }
}

fn register_enum(registry: &mut Registry, name: &str, doc: &str, words: impl IntoIterator<Item = (String, String)>) {
    let values = words
        .into_iter()
        .map(|(word, doc)| {
            let mut value = MetaEnumValue::new(word.clone());
            value.description = Some(doc);
            (word, value)
        })
        .collect();
    registry.types.insert(name.to_owned(), EnumBuilder::new(name, values).description(Some(doc.to_owned())).build());
}

fn register_values(registry: &mut Registry) {
    for value in values::all() {
        let arguments = |name: &str| {
            let all = stats::MEMBER_ARGUMENTS.iter().chain(participation_stats::MEMBER_ARGUMENTS);
            let of = all.into_iter().find(|(of, member, _)| *of == value.name && *member == name);
            of.map(|(_, _, arguments)| arguments.iter().map(|a| argument(a)).collect()).unwrap_or_default()
        };
        let fields = value
            .members
            .iter()
            .map(|(name, ty, doc)| ((*name).to_owned(), field(name, ty, doc, arguments(name))))
            .collect();
        register_object(registry, value.name, value.doc, fields);
    }
}

fn register_object(registry: &mut Registry, name: &str, doc: &str, fields: IndexMap<String, MetaField>) {
    registry.types.insert(name.to_owned(), ObjectBuilder::new(name, fields).description(Some(doc.to_owned())).build());
}

fn register_node(registry: &mut Registry) {
    let fields = std::iter::once(("id".to_owned(), id_field())).collect();
    let all = catalog::INTERFACES.iter().chain(catalog::ALL);
    let possible = all.filter(|e| e.node.is_some()).map(|e| e.name.to_owned()).collect();
    insert_interface(registry, "Node", "Something with a global id.", fields, possible);
}

fn register_union(registry: &mut Registry) {
    let union = MetaType::Union {
        name: catalog::search::UNION.to_owned(),
        description: Some("What can be found by text.".to_owned()),
        possible_types: catalog::search::ALL.iter().map(|s| s.entity.name.to_owned()).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
    };
    registry.types.insert(catalog::search::UNION.to_owned(), union);
}

fn insert_interface(
    registry: &mut Registry,
    name: &str,
    doc: &str,
    fields: IndexMap<String, MetaField>,
    possible_types: async_graphql::indexmap::IndexSet<String>,
) {
    for possible in &possible_types {
        registry.add_implements(possible, name);
    }
    registry.types.insert(
        name.to_owned(),
        MetaType::Interface {
            name: name.to_owned(),
            description: Some(doc.to_owned()),
            fields,
            possible_types,
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
    );
}

fn id_field() -> MetaField {
    field("id", "ID!", "Global id for `node` and `nodes`; equal in every installation, opaque otherwise.", Vec::new())
}

/// The published name of something.
fn name_field() -> MetaField {
    let language = input(
        "lang",
        "Language",
        "Language of the name; when left out or null that of the request's `Accept-Language`, else English.",
    );
    field(
        "name",
        "String!",
        "Published name in a language; where it is not published in it, in English, else in any; the code or slug without any.",
        vec![language],
    )
}

/// Interfaces of what many types have alike. Types of rows that stand for several types implement them too.
fn register_traits(registry: &mut Registry) {
    let all = || catalog::INTERFACES.iter().chain(catalog::ALL).copied();
    let named = [name_field(), names_field()].map(|f| (f.name.clone(), f)).into_iter().collect();
    let possible = all().filter(|e| e.names.is_some()).map(|e| e.name.to_owned()).collect();
    insert_interface(registry, "Named", "Something with published names.", named, possible);
    let source = field("source", "Source", "Where the record comes from; null when stated without one.", Vec::new());
    let possible = all().filter(|e| is_sourced(e)).map(|e| e.name.to_owned()).collect();
    let sourced = std::iter::once((source.name.clone(), source)).collect();
    insert_interface(registry, "Sourced", "Something whose source is known.", sourced, possible);
    // async-graphql drops types that nothing leads to, and no field has one of these as its type: `Node` leads to them.
    if let Some(MetaType::Interface { possible_types, .. }) = registry.types.get_mut("Node") {
        possible_types.extend(["Named", "Sourced"].map(str::to_owned));
    }
}

fn names_field() -> MetaField {
    let filter = input("filter", "LocalizedNameFilter", "Which of them; all when left out.");
    let doc = "Published names in every language, in the order of language and rank.";
    field("names", "[LocalizedName!]!", doc, vec![filter])
}

fn is_sourced(entity: &Entity) -> bool {
    entity.relation("source").is_some_and(|r| r.shape == Shape::Object && r.target.name == "Source")
}

fn register_interface(registry: &mut Registry, entity: &'static Entity) {
    let possible = entity.variants.iter().flat_map(|v| v.cases).map(|(_, e)| e.name.to_owned()).collect();
    insert_interface(registry, entity.name, entity.doc, entity_fields(entity), possible);
}

fn register_entity(registry: &mut Registry, entity: &'static Entity) {
    register_object(registry, entity.name, entity.doc, entity_fields(entity));
    let is_paged = entity.plural.is_some()
        || catalog::ALL
            .iter()
            .flat_map(|e| e.relations)
            .any(|r| r.shape == Shape::Connection && r.target.name == entity.name);
    if is_paged {
        let mut connection = vec![
            field("edges", &format!("[{}Edge!]!", entity.name), "The rows of the page with their cursors.", Vec::new()),
            field("nodes", &format!("[{}!]!", entity.name), "The rows of the page.", Vec::new()),
            field("pageInfo", "PageInfo!", "Where the page stands.", Vec::new()),
            field(
                "totalCount",
                "Int!",
                "Exact number of rows of the whole list; counted only when selected.",
                Vec::new(),
            ),
        ];
        connection.extend(register_facets(registry, entity));
        let edge = [
            field("cursor", "String!", "Where the row stands; for `after` and `before` of the same list.", Vec::new()),
            field("node", &format!("{}!", entity.name), "The row.", Vec::new()),
        ];
        let named =
            |fields: &[MetaField]| fields.iter().map(|f| (f.name.clone(), f.clone())).collect::<IndexMap<_, _>>();
        register_object(
            registry,
            &format!("{}Connection", entity.name),
            &format!("A page of a list of {}.", entity.name),
            named(&connection),
        );
        register_object(
            registry,
            &format!("{}Edge", entity.name),
            &format!("A {} in a page.", entity.name),
            named(&edge),
        );
    }
}

/// What counts of a list's rows are offered; registers their types.
fn register_facets(registry: &mut Registry, entity: &'static Entity) -> Option<MetaField> {
    let mut fields = IndexMap::new();
    for facet in entity.facets {
        let Some((_, end)) = facet.resolve(entity) else { continue };
        let ty = end.type_name();
        let arguments = facets::arguments(&end).into_iter().map(|a| argument(&a)).collect();
        fields.insert(facet.name.to_owned(), field(facet.name, &format!("[{ty}!]!"), facet.doc, arguments));
        let members = [
            field("value", end.value_type(), facets::value_doc(&end), Vec::new()),
            field("count", "Int!", facets::COUNT.doc, Vec::new()),
        ];
        let members = members.into_iter().map(|f| (f.name.clone(), f)).collect();
        register_object(registry, &ty, "A value and the rows that have it.", members);
    }
    if fields.is_empty() {
        return None;
    }
    let ty = format!("{}Facets", entity.name);
    register_object(registry, &ty, &format!("Counts of the {} rows of a list. {}", entity.name, facets::ORDER), fields);
    let doc = "Counts of the rows of the whole list, whatever the page; made only when selected.";
    Some(field("facets", &format!("{ty}!"), doc, Vec::new()))
}

/// GraphQL type of a column, without an exclamation mark.
fn output_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "String",
        Kind::Int => "Int",
        Kind::BigInt => "BigInt",
        Kind::Float => "Float",
        Kind::Bool => "Boolean",
        Kind::Date => "Date",
        Kind::DateTime => "DateTime",
        Kind::Enum(list) => list.name,
        Kind::Period => "Period",
        Kind::Money | Kind::Milli => "Decimal",
    }
}

fn entity_fields(entity: &'static Entity) -> IndexMap<String, MetaField> {
    let mut fields = IndexMap::new();
    let mut add = |field: MetaField| {
        fields.insert(field.name.clone(), field);
    };
    if entity.node.is_some() {
        add(id_field());
    }
    if entity.names.is_some() {
        add(name_field());
    }
    for column in entity.fields.iter().filter(|f| f.output) {
        let mark = if column.nullable { "" } else { "!" };
        add(field(column.name, &format!("{}{mark}", output_type(column.kind)), column.doc, Vec::new()));
    }
    for computed in entity.computed {
        add(field(computed.name, computed.ty, computed.doc, Vec::new()));
    }
    for nested in entity.nested() {
        let root = ROOTS.iter().find(|root| root.name == nested.name);
        let own = stats::nested_arguments(nested).iter();
        let arguments = own.chain(root.map_or(&[][..], |root| root.args)).map(argument).collect();
        add(field(nested.name, nested.ty, nested.doc, arguments));
    }
    for relation in entity.relations {
        match relation.shape {
            Shape::Hidden => {}
            Shape::Object => {
                let known = matches!(relation.link, Link::One { nullable: false, .. });
                add(field(
                    relation.name,
                    &format!("{}{}", relation.target.name, if known { "!" } else { "" }),
                    relation.doc,
                    Vec::new(),
                ));
            }
            Shape::List => {
                let filter = relation.target.filterable().then(|| {
                    input("filter", &format!("{}Filter", relation.target.name), "Which of them; all when left out.")
                });
                add(field(
                    relation.name,
                    &format!("[{}!]!", relation.target.name),
                    relation.doc,
                    filter.into_iter().collect(),
                ));
            }
            Shape::Connection => {
                add(field(
                    relation.name,
                    &format!("{}Connection!", relation.target.name),
                    relation.doc,
                    connection_arguments(relation.target),
                ));
            }
        }
    }
    fields
}

fn connection_arguments(entity: &Entity) -> Vec<MetaInputValue> {
    let mut arguments = vec![
        input("filter", &format!("{}Filter", entity.name), "Which rows; all when left out or null."),
        input(
            "first",
            "Int",
            "Size of the page, from the start; 20 when neither `first` nor `last` is given, at most `service.limits`.",
        ),
        input("after", "String", "Cursor of the row before the page."),
        input("last", "Int", "Size of the page, from the end."),
        input("before", "String", "Cursor of the row behind the page."),
        input("atRevision", "BigInt", "Refuse with `REVISION_MOVED` when the data are at another revision."),
    ];
    if entity.mirrored {
        let doc =
            "With true, also the figures of upper levels that Tea Road made of complete parts, `origin: DERIVED`.";
        let mut derived = input("derived", "Boolean", doc);
        derived.default_value = Some("false".to_owned());
        arguments.push(derived);
    }
    for (at, shortcut) in entity.shortcuts().iter().enumerate() {
        arguments.insert(at, input(shortcut.argument, shortcut.ty, shortcut.doc));
    }
    if entity.sortable() {
        arguments.insert(
            1 + entity.shortcuts().len(),
            input(
                "orderBy",
                &format!("[{}Order!]", entity.name),
                "Order of the rows; the key always closes it. The entity's own order when left out.",
            ),
        );
    }
    arguments
}

fn register_inputs(registry: &mut Registry, entity: &'static Entity) {
    if entity.filterable() {
        let name = format!("{}Filter", entity.name);
        let mut members: IndexMap<String, MetaInputValue> = IndexMap::new();
        let mut add = |member: MetaInputValue| {
            members.insert(member.name.clone(), member);
        };
        add(input("and", &format!("[{name}!]"), "All of these hold."));
        add(input("or", &format!("[{name}!]"), "At least one of these holds."));
        add(input("not", &name, "This does not hold: the exact complement."));
        if entity.tree {
            let within = if entity.name == "Sector" { "WithinSector" } else { "WithinRegion" };
            add(input("within", within, "In the subtree of a node, the node included."));
        }
        if entity.names.is_some() {
            add(input("name", "NameFilter", "A published name in any language."));
        }
        for column in entity.fields.iter().filter(|f| f.filter) {
            add(input(column.name, &input_types::filter_type(column.kind), column.doc));
        }
        for relation in entity.relations.iter().filter(|r| r.filter) {
            add(relation_filter(relation));
        }
        let built = InputObjectBuilder::new(name.clone(), members)
            .description(Some(format!(
                "Which {} rows. Conditions beside each other all hold; a comparison with an unknown value is false.",
                entity.name
            )))
            .build();
        registry.types.insert(name, built);
        if entity.is_led_to(false) {
            register_list_filter(registry, entity);
        }
    }
    register_orders(registry, entity);
}

/// The orders of an entity's rows: by own fields, by those of a to-one relation, by numbers made of a to-many one.
fn register_orders(registry: &mut Registry, entity: &'static Entity) {
    let name = entity.name;
    let mut keys = Vec::new();
    if entity.has_sort_fields() {
        let words = sort_fields(entity).map(|(name, doc)| (screaming(name), doc.to_owned()));
        register_enum(registry, &format!("{name}OrderField"), &format!("What {name} rows can be ordered by."), words);
        keys.push(input("field", &format!("{name}OrderField"), "A field of the row itself."));
    }
    for relation in entity.relations.iter().filter(|r| r.sorts()) {
        let target = relation.target.name;
        keys.push(if relation.is_one() {
            input(relation.name, &format!("{target}OrderKey"), &format!("By what it leads to. {}", relation.doc))
        } else {
            input(relation.name, &format!("{target}ListOrderKey"), &format!("By how many or what. {}", relation.doc))
        });
    }
    if entity.filterable() {
        register_list_order_key(registry, entity);
    }
    if keys.is_empty() {
        return;
    }
    let one = "Name exactly one thing.";
    register_input(
        registry,
        &format!("{name}OrderKey"),
        &format!("What of a {name} is ordered by. {one}"),
        keys.clone(),
    );
    let mut direction = input("direction", "Direction!", "Direction; unknown values come last in both.");
    direction.default_value = Some("ASC".to_owned());
    keys.push(direction);
    register_input(registry, &format!("{name}Order"), &format!("One key of an order of {name} rows. {one}"), keys);
}

/// Numbers made of related rows, to order by.
fn register_list_order_key(registry: &mut Registry, entity: &'static Entity) {
    let name = entity.name;
    let filter = || input("filter", &format!("{name}Filter"), "Which of them; all when left out.");
    let mut members = vec![input("count", &format!("{name}ListOrderCount"), "How many there are: `{}` for all.")];
    let all = format!("The number of related {name} rows.");
    register_input(registry, &format!("{name}ListOrderCount"), &all, vec![filter()]);
    if sum_fields(entity).next().is_some() {
        let words = sum_fields(entity).map(|f| (screaming(f.name), f.doc.to_owned()));
        register_enum(registry, &format!("{name}SumField"), &format!("What of {name} rows can be summed."), words);
        let field = input("field", &format!("{name}SumField!"), "What is summed; the filter must leave one unit.");
        let doc = format!("A sum over related {name} rows; unknown where no value is known.");
        register_input(registry, &format!("{name}ListOrderSum"), &doc, vec![field, filter()]);
        members.push(input("sum", &format!("{name}ListOrderSum"), "A sum over them."));
    }
    if has_extremes(entity) {
        let field = input("field", &format!("{name}OrderField!"), "Of which field.");
        let doc = format!("The smallest or largest value among related {name} rows; unknown where there is none.");
        register_input(registry, &format!("{name}ListOrderExtreme"), &doc, vec![field, filter()]);
        members.push(input("min", &format!("{name}ListOrderExtreme"), "The smallest value."));
        members.push(input("max", &format!("{name}ListOrderExtreme"), "The largest value."));
    }
    let doc = format!("A number made of related {name} rows. Name exactly one thing.");
    register_input(registry, &format!("{name}ListOrderKey"), &doc, members);
}

fn register_input(registry: &mut Registry, name: &str, doc: &str, members: Vec<MetaInputValue>) {
    let members = members.into_iter().map(|m| (m.name.clone(), m)).collect();
    let built = InputObjectBuilder::new(name.to_owned(), members).description(Some(doc.to_owned())).build();
    registry.types.insert(name.to_owned(), built);
}

fn relation_filter(relation: &Relation) -> MetaInputValue {
    let ty = match relation.link {
        Link::One { .. } => format!("{}Filter", relation.target.name),
        _ => format!("{}ListFilter", relation.target.name),
    };
    input(relation.name, &ty, relation.doc)
}

fn register_list_filter(registry: &mut Registry, entity: &Entity) {
    let name = entity.name;
    let filter = format!("{name}Filter");
    let mut count = vec![input("filter", &filter, "Which of them are counted; all when left out.")];
    count.extend(input_types::count_operators().map(|(op, ty, doc)| input(op, ty, doc)));
    let doc = format!("How many related {name} rows meet a filter. Conditions beside each other all hold.");
    register_input(registry, &format!("{name}CountFilter"), &doc, count);
    let members = vec![
        input("some", &filter, "At least one of them meets this."),
        input("none", &filter, "None of them meets this; true when there are none."),
        input("every", &filter, "Each of them meets this; true when there are none."),
        input("count", &format!("{name}CountFilter"), "How many of them meet a filter: `{filter: …, gte: 2}`."),
    ];
    let doc = format!("Conditions on related {name} rows; those beside each other all hold.");
    register_input(registry, &format!("{name}ListFilter"), &doc, members);
}
