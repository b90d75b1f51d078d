// Sends what GraphiQL asks to the server this page came from.
// A body that is not JSON (a proxy's error page, say) becomes a message that says so.

const ENDPOINT = '/graphql';
const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

export async function fetcher(params, options) {
  const { operationName, ...rest } = params;
  // For a moment after a change of tabs GraphiQL still gives the name of the operation in the tab before.
  const body = params.query.includes(operationName) ? params : rest;
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: ACCEPT, ...options?.headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 200);
    return { errors: [{ message: `${ENDPOINT} answered ${response.status} without JSON: ${start}` }] };
  }
}
