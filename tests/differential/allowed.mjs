// Known differences that stay, each with its reason. They are counted and printed at every run.

const SCHEMA_TEXT =
  'A GraphQL Schema defines the capabilities of a GraphQL server. It exposes all available types and directives on the server, as well as the entry points for query, mutation, and subscription operations.';

// Changes that make both answers equal.
const TEXTS = [
  {
    reason: 'async-graphql gives __schema.description the text of the type __Schema, where the schema has none',
    change: (text) => text.replaceAll(JSON.stringify(SCHEMA_TEXT), 'null'),
  },
  {
    reason: 'async-graphql breaks the lines of the descriptions of built-in scalars elsewhere',
    change: (text) => text.replaceAll('\\n', ' '),
  },
];

const RULES = [
  {
    // graphql-js makes null of the field in which the variable stands and answers the rest.
    reason: 'a null variable at a place that takes none refuses the request, as any wrong argument does',
    fits: (wanted, got) =>
      wanted.verdict === 'valid' &&
      got.verdict === 'variables' &&
      wanted.errors?.some((e) => /of non-null type ".*" must not be null/.test(e.message)),
  },
  {
    // Nothing is lost: the parts of the document that the variable would concern are not executed.
    reason: 'the same, where the variable stands in a part that is skipped or empty',
    fits: (wanted, got) =>
      wanted.verdict === 'valid' && got.verdict === 'variables' && /is null where a value must stand/.test(got.message),
  },
];

// The reason for which a difference is allowed, or null.
export function allowed(wanted, got) {
  const rule = RULES.find((r) => r.fits(wanted, got));
  if (rule) return rule.reason;
  if (wanted.verdict !== 'valid' || got.verdict !== 'valid') return null;
  const [data, other] = [JSON.stringify(wanted.data), JSON.stringify(got.data)];
  return TEXTS.find(({ change }) => change(data) === change(other))?.reason ?? null;
}
