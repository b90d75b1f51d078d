//! The root fields that are not connections, as a table; connections come from the catalogue. The schema prints it,
//! the plan follows it.

/// A root field.
#[derive(Debug)]
pub struct Root {
    /// Name.
    pub name: &'static str,
    /// GraphQL type.
    pub ty: &'static str,
    /// Description.
    pub doc: &'static str,
    /// Arguments.
    pub args: &'static [RootArgument],
}

/// An argument of a root field.
#[derive(Debug)]
pub struct RootArgument {
    /// Name.
    pub name: &'static str,
    /// GraphQL type.
    pub ty: &'static str,
    /// Default, as written in GraphQL.
    pub default: Option<&'static str>,
    /// Description.
    pub doc: &'static str,
}

const fn arg(name: &'static str, ty: &'static str, doc: &'static str) -> RootArgument {
    RootArgument { name, ty, default: None, doc }
}

/// The root field that tells what figures there are.
pub const AVAILABILITY: &str = "availability";

/// The root fields; connections are printed behind `nodes`.
pub static ROOTS: &[Root] = &[
    Root { name: "service", ty: "Service!", doc: "Version, revision and limits of this service.", args: &[] },
    Root {
        name: "node",
        ty: "Node",
        doc: "The object of a global id; null when there is none.",
        args: &[arg("id", "ID!", "Global id.")],
    },
    Root {
        name: "nodes",
        ty: "[Node]!",
        doc: "The objects of global ids, in their order; null where there is none.",
        args: &[arg("ids", "[ID!]!", "Global ids, at most as many as `service.limits` says of `page`.")],
    },
    Root {
        name: "region",
        ty: "Region",
        doc: "A region by its code. An unknown code is an error that names the nearest ones.",
        args: &[
            arg("code", "String!", "Code in the scheme: `CN-370300`, or `842` with `scheme: COMTRADE`."),
            RootArgument { name: "scheme", ty: "RegionScheme!", default: Some("TEAROAD"), doc: "Scheme of the code." },
        ],
    },
    Root {
        name: "regionsByCodes",
        ty: "RegionsByCodes!",
        doc: "The regions of a list of codes, in one call. An unknown code is no error here; it is listed with the nearest ones.",
        args: &[
            arg("codes", "[String!]!", "Codes in the scheme, at most as many as `service.limits` says of `list`."),
            RootArgument { name: "scheme", ty: "RegionScheme!", default: Some("TEAROAD"), doc: "Scheme of the codes." },
        ],
    },
    Root {
        name: "search",
        ty: "SearchResults!",
        doc: "What a text may mean, best first: by code, by whole name, by the beginning of a name, by its words, by words with a typing error. Names in all languages are searched; case, accents and punctuation do not matter.",
        args: &[
            arg(
                "text",
                "String!",
                "A code, a name, or words of one, at most 200 characters: `Zibo`, `淄博`, `370300`. The last word may be unfinished.",
            ),
            arg("kinds", "[SearchKind!]", "What is searched for; everything when left out."),
            arg(
                "lang",
                "Language",
                "Among equally good hits those whose name is in this language come first; the language that the client prefers when left out.",
            ),
            RootArgument {
                name: "first",
                ty: "Int!",
                default: Some("20"),
                doc: "Hits at most, from 1 to what `service.limits` says of `page`.",
            },
        ],
    },
    Root {
        name: "reconcile",
        ty: "[Reconciled!]!",
        doc: "What the names of a list may be, in their order, for matching one's own records with those here. Words may stand in any order and be misspelled; legal forms such as Ltd say little.",
        args: &[
            arg(
                "names",
                "[String!]!",
                "Names as the list has them, at most 250 of at most 200 characters; a code finds its owner.",
            ),
            arg("kind", "SearchKind!", "What they are names of."),
            arg(
                "within",
                "String",
                "Code of a region: only what is in it, for regions, companies, organisations and events.",
            ),
            RootArgument { name: "first", ty: "Int!", default: Some("3"), doc: "Matches of each name at most." },
        ],
    },
    Root {
        name: "classification",
        ty: "Classification",
        doc: "A classification by its code. An unknown code is an error.",
        args: &[arg("code", "String!", "Code, e.g. `HS2017`.")],
    },
    Root {
        name: "sector",
        ty: "Sector",
        doc: "A node of a classification. An unknown code is an error that names the nearest ones.",
        args: &[
            arg("classification", "String!", "Code of the classification: `HS2022`, `TEAROAD`."),
            arg("code", "String!", "Code in it: `27`, `PHARMACEUTICALS`."),
        ],
    },
    Root {
        name: "company",
        ty: "Company",
        doc: "A company by its slug. An unknown slug is an error that names the nearest ones.",
        args: &[arg("slug", "String!", "Slug.")],
    },
    Root {
        name: "organisation",
        ty: "Organisation",
        doc: "An organisation by its slug. An unknown slug is an error that names the nearest ones.",
        args: &[arg("slug", "String!", "Slug.")],
    },
    Root {
        name: "event",
        ty: "Event",
        doc: "An event by its slug. An unknown slug is an error that names the nearest ones.",
        args: &[arg("slug", "String!", "Slug.")],
    },
    Root {
        name: "participation",
        ty: "Participation",
        doc: "A participation by its slug. An unknown slug is an error that names the nearest ones.",
        args: &[arg("slug", "String!", "Slug.")],
    },
    Root {
        name: "agreement",
        ty: "Agreement",
        doc: "An agreement by its slug. An unknown slug is an error that names the nearest ones.",
        args: &[arg("slug", "String!", "Slug.")],
    },
    Root {
        name: "dataset",
        ty: "Dataset",
        doc: "A dataset by its code. An unknown code is an error.",
        args: &[arg("code", "String!", "Code.")],
    },
    Root {
        name: AVAILABILITY,
        ty: "TradeFigureFacets!",
        doc: "What figures there are under a filter: which datasets, reporters, partners, periods, flows and levels have data, with their numbers of figures. The same as `facets` of `tradeFigures`.",
        args: &[arg("filter", "TradeFigureFilter", "Which figures; all when left out or null.")],
    },
    Root {
        name: "tradeStats",
        ty: "TradeStats",
        doc: "How much trade, by what, since when, compared with what: sums of the figures of one dataset at one level of each hierarchy, so that nothing is counted twice. Where the filter leaves several datasets, levels, flows or classifications it is an error that names them.",
        args: &[
            arg("dataset", "String", "Code of the dataset; may be left out where the filter leaves one."),
            arg(
                "filter",
                "TradeStatsFilter",
                "Which figures. The coarsest level that answers is summed: `within` a chapter is the chapter.",
            ),
            arg("groupBy", "[TradeStatsGroup!]", "What is told apart; the rest is summed. Nothing: one row."),
            arg(
                "having",
                "[TradeStatsCondition!]",
                "Only groups whose numbers are so; all conditions hold. Shares and ranks are over all groups.",
            ),
            arg(
                "orderBy",
                "[TradeStatsOrder!]",
                "Order of the rows; the keys close it. By what is grouped by when left out, with `top` by its measure.",
            ),
            arg("top", "TradeStatsTop", "Only the first groups of each flow and period."),
            arg("first", "Int", "Rows of the page; all, at most 10,000, when left out."),
            arg("after", "String", "Cursor of the row before the page."),
            RootArgument {
                name: "gaps",
                ty: "TradeStatsGaps!",
                default: Some("NULL"),
                doc: "What becomes of periods without data.",
            },
        ],
    },
    Root {
        name: "participationStats",
        ty: "ParticipationStats",
        doc: "How many took part in what: events, named parties, participations and published headcounts, by where participants come from, sector, event, role and year. Everything is counted once, so that a company in several sectors or events is one in the whole.",
        args: &[
            arg("filter", "ParticipationFilter", "Which participations; all when left out or null."),
            arg(
                "groupBy",
                "[ParticipationStatsGroup!]",
                "What is told apart. Nothing: one row, or none where nothing meets the filter.",
            ),
            arg(
                "having",
                "[ParticipationStatsCondition!]",
                "Only groups whose numbers are so; all conditions hold. Shares and ranks are over all groups.",
            ),
            arg(
                "orderBy",
                "[ParticipationStatsOrder!]",
                "Order of the rows; the keys close it. By what is grouped by when left out, with `top` by its measure: regions and sectors by code, events by day, words as the schema lists them, the unknown last.",
            ),
            arg("top", "ParticipationStatsTop", "Only the first groups."),
            arg("first", "Int", "Rows of the page; all, at most 10,000, when left out."),
            arg("after", "String", "Cursor of the row before the page."),
        ],
    },
    Root {
        name: "source",
        ty: "Source",
        doc: "A source by its code. An unknown code is an error.",
        args: &[arg("code", "String!", "Code.")],
    },
];
