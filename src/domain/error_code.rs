//! The one table of what can go wrong: reason, the code clients know, HTTP status, whether a retry may help,
//! one line of help. docs/ERRORS.md is printed from it.

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// `extensions.reason`.
    pub reason: &'static str,
    /// `extensions.code`.
    pub code: &'static str,
    /// HTTP status where the whole request fails, for `application/graphql-response+json`.
    pub status: u16,
    /// Whether the same request may succeed later.
    pub retry: bool,
    /// What to do.
    pub help: &'static str,
}

macro_rules! reasons {
    ($($variant:ident $reason:literal $code:literal $status:literal $retry:literal $help:literal;)*) => {
        /// What went wrong, in the user's words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $(#[doc = $help] $variant,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its row in the table.
            pub fn row(self) -> Row {
                match self { $(Self::$variant => Row { reason: $reason, code: $code, status: $status, retry: $retry, help: $help },)* }
            }
        }
    };
}

reasons! {
    SyntaxError "SYNTAX_ERROR" "GRAPHQL_PARSE_FAILED" 400 false "The document is not GraphQL; mend it at the given line and column.";
    InvalidDocument "INVALID_DOCUMENT" "GRAPHQL_VALIDATION_FAILED" 400 false "The document does not fit the schema; see /schema.graphql.";
    OperationNotFound "OPERATION_NOT_FOUND" "BAD_USER_INPUT" 400 false "Name one of the document's operations in operationName.";
    InvalidVariables "INVALID_VARIABLES" "BAD_USER_INPUT" 400 false "A variable has the wrong type, is missing, or is null where a value must stand.";
    InvalidRequest "INVALID_REQUEST" "BAD_USER_INPUT" 400 false "Send a JSON object with `query`, and optionally `variables` and `operationName`.";
    InvalidArgument "INVALID_ARGUMENT" "BAD_USER_INPUT" 400 false "An argument has a value that cannot be used here.";
    InvalidFilter "INVALID_FILTER" "BAD_USER_INPUT" 400 false "Leave a condition out instead of writing null, {} or an empty list.";
    InvalidPeriod "INVALID_PERIOD" "BAD_USER_INPUT" 400 false "Write a year as 2023, a quarter as 2023-Q2, a month as 2023-07.";
    InvalidDate "INVALID_DATE" "BAD_USER_INPUT" 400 false "Write a date as 2024-08-05, a time as 2024-08-05T12:00:00Z.";
    InvalidNumber "INVALID_NUMBER" "BAD_USER_INPUT" 400 false "Write a decimal number with a point, as text to keep it exact.";
    UnknownCode "UNKNOWN_CODE" "BAD_USER_INPUT" 400 false "No row has this code or slug: look it up in the list of its kind.";
    PageSizeExceeded "PAGE_SIZE_EXCEEDED" "BAD_USER_INPUT" 400 false "Ask for fewer rows a page and follow the cursors.";
    PageArguments "PAGE_ARGUMENTS" "BAD_USER_INPUT" 400 false "Use first with after, or last with before.";
    CursorInvalid "CURSOR_INVALID" "BAD_USER_INPUT" 400 false "Take cursors from pageInfo or edges, unchanged.";
    CursorMismatch "CURSOR_MISMATCH" "BAD_USER_INPUT" 400 false "A cursor belongs to one connection, filter and order; start again without it.";
    RevisionMoved "REVISION_MOVED" "BAD_USER_INPUT" 400 true "The data have changed since the asked revision; start again at the new one.";
    RevisionAhead "REVISION_AHEAD" "BAD_USER_INPUT" 400 false "The data have no such revision yet: they were made anew, or it is of another database; pull everything again.";
    AmbiguousDataset "AMBIGUOUS_DATASET" "BAD_USER_INPUT" 400 false "Values of several currencies or scales cannot be compared; filter by one dataset.";
    AmbiguousLevel "AMBIGUOUS_LEVEL" "BAD_USER_INPUT" 400 false "Figures of several levels are never added: name one.";
    AmbiguousFlow "AMBIGUOUS_FLOW" "BAD_USER_INPUT" 400 false "Flows are never added: filter by one, or group by FLOW.";
    AmbiguousClassification "AMBIGUOUS_CLASSIFICATION" "BAD_USER_INPUT" 400 false "Sectors of several classifications are never added: filter by one.";
    NoWeights "NO_WEIGHTS" "BAD_USER_INPUT" 400 false "Nothing says how much of a sector goes to each of several others: import weights, or ask for equal parts.";
    TooManyGroups "TOO_MANY_GROUPS" "QUERY_TOO_COMPLEX" 400 false "Group by a coarser level, or filter.";
    DocumentTooLarge "DOCUMENT_TOO_LARGE" "QUERY_TOO_COMPLEX" 400 false "Shorten the document: bytes, tokens or nesting are above the limit.";
    TooDeep "TOO_DEEP" "QUERY_TOO_COMPLEX" 400 false "Nest fewer levels.";
    TooManyAliases "TOO_MANY_ALIASES" "QUERY_TOO_COMPLEX" 400 false "Use fewer aliases.";
    TooManySelections "TOO_MANY_SELECTIONS" "QUERY_TOO_COMPLEX" 400 false "Select fewer fields; fragments count each time they are spread.";
    TooExpensive "TOO_EXPENSIVE" "QUERY_TOO_COMPLEX" 400 false "Ask for smaller pages or fewer nested lists.";
    ListTooLong "LIST_TOO_LONG" "BAD_USER_INPUT" 400 false "Send fewer values in one list.";
    MutationOverGet "MUTATION_OVER_GET" "BAD_USER_INPUT" 405 false "Only queries go over GET; use POST.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" "BAD_USER_INPUT" 405 false "Use GET or POST.";
    NotAcceptable "NOT_ACCEPTABLE" "BAD_USER_INPUT" 406 false "Accept application/graphql-response+json or application/json.";
    BodyTooLarge "BODY_TOO_LARGE" "BAD_USER_INPUT" 413 false "Send at most the number of bytes in service.limits.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" "BAD_USER_INPUT" 415 false "Send Content-Type: application/json.";
    BodyTimeout "BODY_TIMEOUT" "BAD_USER_INPUT" 408 true "The body came too slowly.";
    NotFound "NOT_FOUND" "BAD_USER_INPUT" 404 false "There is nothing at this path.";
    Timeout "TIMEOUT" "TIMEOUT" 504 true "The answer took longer than the limit; ask for less.";
    Overloaded "OVERLOADED" "SERVICE_UNAVAILABLE" 503 true "Too many requests wait already; try again shortly.";
    DatabaseUnavailable "DATABASE_UNAVAILABLE" "SERVICE_UNAVAILABLE" 503 true "The database does not answer; try again shortly.";
    Internal "INTERNAL" "INTERNAL_SERVER_ERROR" 500 true "A fault of the server; quote the request id.";
}
