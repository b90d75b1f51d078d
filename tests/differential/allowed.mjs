// Known differences that stay, each with its reason. They are counted and printed at every run.

const LIMITS = ['TOO_DEEP', 'TOO_MANY_ALIASES', 'TOO_MANY_SELECTIONS', 'TOO_EXPENSIVE', 'DOCUMENT_TOO_LARGE'];
const OWN = ['PAGE_ARGUMENTS', 'PAGE_SIZE_EXCEEDED', 'CURSOR_INVALID', 'INVALID_FILTER', 'INVALID_NUMBER', 'REVISION_MOVED'];

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
  {
    reason: 'apollo-parser does not take a comma in front of a colon or behind three dots for a space',
    fits: (wanted, got, { query }) => got.verdict === 'syntax' && /,\s*:|\.\.\.\s*,/.test(query),
  },
  {
    reason: 'apollo-parser does not know descriptions of operations, fragments and variables (specification of 2025)',
    fits: (wanted, got, { query }) => got.verdict === 'syntax' && /"\s*(query|fragment|\$|\{)/.test(query),
  },
  {
    // The null itself is refused when the variable has it.
    reason: 'apollo-compiler takes a default of null for a default that is not null',
    fits: (wanted, got, { query }) =>
      wanted.verdict === 'invalid' && /used in position expecting type ".*!"/.test(wanted.message) && /= null/.test(query),
  },
  {
    reason: 'the document is above a limit of the service, which is looked at before validation',
    fits: (wanted, got) => LIMITS.includes(got.verdict),
  },
  {
    // Only broken requests come here: the documents made valid have sensible arguments.
    reason: 'the service refuses values that graphql-js knows nothing of: pages, cursors, filters, revisions',
    fits: (wanted, got, { title }) => title !== 'valid' && wanted.verdict === 'valid' && OWN.includes(got.verdict),
  },
];

// The reason for which a difference is allowed, or null.
export function allowed(request, wanted, got) {
  return RULES.find((rule) => rule.fits(wanted, got, request))?.reason ?? null;
}
