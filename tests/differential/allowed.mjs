// Known differences that stay, each with its reason. They are counted and printed at every run.

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
    reason: 'apollo-parser does not take a comma in front of a colon for a space',
    fits: (wanted, got, { query }) => got.verdict === 'syntax' && /,\s*:/.test(query),
  },
  {
    // Only broken requests come here: the documents made valid have sensible pages.
    reason: 'the service refuses a page that graphql-js knows nothing of',
    fits: (wanted, got, { title }) =>
      title !== 'valid' && wanted.verdict === 'valid' && ['PAGE_ARGUMENTS', 'PAGE_SIZE_EXCEEDED'].includes(got.verdict),
  },
];

// The reason for which a difference is allowed, or null.
export function allowed(request, wanted, got) {
  return RULES.find((rule) => rule.fits(wanted, got, request))?.reason ?? null;
}
