// Known differences that stay, each with its reason; none concerns the language. They are counted and printed at every run.

const LIMITS = ['TOO_DEEP', 'TOO_MANY_ALIASES', 'TOO_MANY_SELECTIONS', 'TOO_EXPENSIVE', 'DOCUMENT_TOO_LARGE'];
const OWN = ['PAGE_ARGUMENTS', 'PAGE_SIZE_EXCEEDED', 'CURSOR_INVALID', 'INVALID_FILTER', 'INVALID_NUMBER', 'REVISION_MOVED'];

const RULES = [
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
