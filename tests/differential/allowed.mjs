// Known differences that stay, each with its reason. They are counted and printed at every run.

const ALLOWED = [];

// The reason for which a difference is allowed, or null.
export function allowed(request, wanted, got) {
  return ALLOWED.find((rule) => rule.fits(request, wanted, got))?.reason ?? null;
}
