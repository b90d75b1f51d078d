// GraphQL over HTTP: the audits of the package graphql-http, then checks of our own.
//
//   node http.mjs http://127.0.0.1:8080
//
// Exit code 0 all passed, 1 something failed, 2 wrong use.

import { request as plainRequest } from 'node:http';
import { isDeepStrictEqual } from 'node:util';

import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { serverAudits } from 'graphql-http';

const GRAPHQL = 'application/graphql-response+json';
const MIB = 1024 * 1024;

const base = process.argv[2]?.replace(/\/$/, '');
if (!base || process.argv.length !== 3) {
  console.error('use: node http.mjs <base URL>');
  process.exit(2);
}
const url = `${base}/graphql`;

let passed = 0;
let failed = 0;

await audit();
for (const [title, check] of Object.entries(checks())) {
  try {
    await check();
    passed += 1;
    console.log(`ok    ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${title}: ${error.message}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

async function audit() {
  for (const one of serverAudits({ url })) {
    const result = await one.fn();
    const good = result.status === 'ok';
    if (good) passed += 1;
    else failed += 1;
    console.log(`${good ? 'ok   ' : 'FAIL '} ${one.id} ${one.name}${good ? '' : `: ${result.status}: ${result.reason}`}`);
  }
}

function checks() {
  return {
    'GET answers a query': async () => {
      const response = await get({ query: 'query A($n: Int) { events(first: $n) { totalCount } }', variables: '{"n":1}', operationName: 'A' });
      equal(response.status, 200);
      equal(Number(response.json.data.events.totalCount) > 0, true);
    },
    'GET of a mutation runs nothing': async () => {
      const response = await get({ query: 'mutation { __typename }' });
      equal([400, 405].includes(response.status), true, response.text);
      equal('data' in response.json, false);
    },
    'PUT is answered 405 with Allow': async () => {
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const response = await send({ method, body: '{}' });
        equal(response.status, 405);
        equal(response.headers.get('allow'), 'GET, POST');
        isError(response, 'METHOD_NOT_ALLOWED');
      }
    },
    'HEAD is answered without a body': async () => {
      for (const path of ['/health', '/ready', '/schema.graphql', '/graphiql']) {
        const response = await send({ method: 'HEAD' }, path);
        equal(response.status, 200, path);
        equal(response.text, '', path);
      }
    },
    'a wrong method on any path is 405 with Allow': async () => {
      for (const path of ['/health', '/ready', '/schema.graphql', '/', '/graphiql']) {
        const response = await send({ method: 'POST', body: '{}' }, path);
        equal(response.status, 405, path);
        equal(response.headers.get('allow')?.includes('GET'), true, path);
        isError(response, 'METHOD_NOT_ALLOWED');
      }
    },
    'an unknown path is 404 in JSON': async () => {
      for (const path of ['/nope', '/graphql/', '/graphql/x', '/%00', '/..%2f..%2fetc/passwd']) {
        const response = await send({ method: 'GET' }, path);
        equal(response.status, 404, path);
        isError(response, 'NOT_FOUND');
      }
      equal((await send({ method: 'GET' }, '/graphiql/nope.js')).status, 404);
    },
    'what cannot be given is 406': async () => {
      const response = await post({ query: '{ __typename }' }, { Accept: 'image/png' });
      equal(response.status, 406);
      isError(response, 'NOT_ACCEPTABLE');
    },
    'a media type is taken by its quality': async () => {
      const type = async (accept) => (await post({ query: '{ __typename }' }, { Accept: accept })).headers.get('content-type').split(';')[0];
      equal(await type('application/json;q=0.5, application/graphql-response+json'), GRAPHQL);
      equal(await type('application/json, application/graphql-response+json;q=0.5'), 'application/json');
      equal(await type('text/html, */*;q=0.1'), 'application/json');
    },
    'a body of more than 1 MiB is 413': async () => {
      const response = await send({ method: 'POST', body: JSON.stringify({ query: `{ __typename } #${'x'.repeat(MIB)}` }) });
      equal(response.status, 413);
      isError(response, 'BODY_TOO_LARGE');
    },
    'a body of more than 1 MiB without a length is 413': async () => {
      const response = await chunked(`{"query":"{ __typename } #${'x'.repeat(2 * MIB)}"}`);
      equal(response.status, 413);
    },
    'a body of almost 1 MiB is read': async () => {
      const response = await post({ query: '{ __typename }', variables: { unused: 'x'.repeat(MIB - 200) } });
      equal(response.json.data?.__typename, 'Query', response.text.slice(0, 300));
    },
    'a foreign media type is 415': async () => {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/json; charset=latin1']) {
        const response = await send({ method: 'POST', body: '{"query":"{ __typename }"}', headers: { 'Content-Type': type } });
        equal(response.status, 415, type);
        isError(response, 'UNSUPPORTED_MEDIA_TYPE');
      }
    },
    'a compressed body is 415': async () => {
      const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
      equal((await send({ method: 'POST', body: '{}', headers })).status, 415);
    },
    'what is no request is 400 in JSON': async () => {
      const bodies = ['', '{', 'null', '[]', '[{"query":"{ __typename }"}]', '"x"', '{}', '{"query":5}', '{"query":null}',
        '{"query":"{ __typename }","variables":[]}', '{"query":"{ __typename }","operationName":5}',
        '{"query":"{ __typename }","extensions":[]}', '\u0000', '\ufeff{}', '{"query":"{ __typename }"}x'];
      for (const body of bodies) {
        const response = await send({ method: 'POST', body });
        equal(response.status, 400, body);
        isError(response, 'INVALID_REQUEST');
      }
      for (const text of ['', '?', '?query', '?variables={}', '?query={__typename}&variables=[]', '?query={__typename}&variables={', '?query=%FF']) {
        const response = await send({ method: 'GET' }, `/graphql${text}`);
        equal(response.status, 400, text);
        equal(Array.isArray(response.json.errors), true);
      }
    },
    'bytes that are not UTF-8 are 400 in JSON': async () => {
      const response = await send({ method: 'POST', body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe]) });
      equal(response.status, 400);
      isError(response, 'INVALID_REQUEST');
    },
    'every refusal names code, reason, hint and request': async () => {
      const response = await post({ query: '{ nope }' });
      equal(response.status, 400);
      isError(response, 'INVALID_DOCUMENT');
      isDeepStrictEqual(response.json.errors[0].locations, [{ line: 1, column: 3 }]) || fail(response.text);
    },
    'X-Request-Id is echoed, or made': async () => {
      const given = await post({ query: '{ nope }' }, { 'X-Request-Id': 'abc-123' });
      equal(given.headers.get('x-request-id'), 'abc-123');
      equal(given.json.errors[0].extensions.requestId, 'abc-123');
      const harmful = await post({ query: '{ nope }' }, { 'X-Request-Id': 'a b<script>' });
      equal(/^[\w.-]+$/.test(harmful.headers.get('x-request-id')), true);
      const [one, two] = await Promise.all([post({ query: '{ __typename }' }), post({ query: '{ __typename }' })]);
      equal(one.headers.get('x-request-id') !== two.headers.get('x-request-id'), true);
      for (const path of ['/nope', '/health', '/schema.graphql']) {
        const response = await send({ method: 'GET', headers: { 'X-Request-Id': 'xyz' } }, path);
        equal(response.headers.get('x-request-id'), 'xyz', path);
      }
    },
    'doubling fragments are refused within 50 ms': async () => {
      let query = '{ ...f0 }';
      for (let i = 0; i < 30; i += 1) query += ` fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`;
      query += ' fragment f30 on Query { __typename }';
      await tooComplex(query, 50);
    },
    'doubling fields are refused within 50 ms': async () => {
      let query = '{ region(code: "CN") { ...f0 } }';
      for (let i = 0; i < 18; i += 1) query += ` fragment f${i} on Region { a: parent { ...f${i + 1} } b: parent { ...f${i + 1} } }`;
      query += ' fragment f18 on Region { code }';
      await tooComplex(query, 50);
    },
    '2,000 nested brackets are refused': async () => {
      for (const [open, close] of ['{}', '[]', '()']) {
        await tooComplex(`{ a${open.repeat(2000)}${close.repeat(2000)} }`, 50);
        await tooComplex(`${open.repeat(2000)}`, 50);
      }
      await tooComplex(`{ region(code: ${'['.repeat(2000)}${']'.repeat(2000)}) { code } }`, 50);
      await tooComplex(`query($a: ${'['.repeat(2000)}Int${']'.repeat(2000)}) { __typename }`, 50);
      await alive();
    },
    'deep JSON is refused': async () => {
      const response = await send({ method: 'POST', body: `{"query":"{ __typename }","variables":{"a":${'['.repeat(100000)}${']'.repeat(100000)}}}` });
      equal(response.status, 400);
      await alive();
    },
    'deep introspection is refused': async () => {
      const query = `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`;
      await tooComplex(query, 100);
    },
    '300 KB of aliases are refused': async () => {
      let query = '{';
      for (let i = 0; query.length < 300 * 1024; i += 1) query += ` a${i}: __typename`;
      await tooComplex(`${query} }`, 100);
    },
    'many conflicting fields are refused fast': async () => {
      let query = '{ region(code: "CN") {';
      for (let i = 0; i < 5000; i += 1) query += ' code';
      const response = await timed(`${query} } }`, 1000);
      equal(response.status, 200);
    },
    'a chain of 1,500 fragments is refused': async () => {
      let query = '{ ...f0 }';
      for (let i = 0; i < 1500; i += 1) query += ` fragment f${i} on Query { ...f${i + 1} }`;
      await tooComplex(`${query} fragment f1500 on Query { __typename }`, 200);
      await alive();
    },
    'introspection gives the schema that is printed': async () => {
      const options = { descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true };
      for (const query of [getIntrospectionQuery(options), getIntrospectionQuery()]) {
        const response = await post({ query });
        equal(response.status, 200, response.text.slice(0, 300));
        equal(response.json.errors, undefined);
        const sdl = (await send({ method: 'GET' }, '/schema.graphql')).text;
        const print = (schema) => printSchema(lexicographicSortSchema(schema));
        same(print(buildClientSchema(response.json.data)), print(buildSchema(sdl)));
      }
    },
    'the printed schema is the one of the server': async () => {
      const response = await send({ method: 'GET' }, '/schema.graphql');
      equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
      equal(response.text.includes('type Query {'), true);
    },
    'answers carry the headers that keep browsers careful': async () => {
      const response = await post({ query: '{ __typename }' });
      equal(response.headers.get('x-content-type-options'), 'nosniff');
      equal(response.headers.get('x-frame-options'), 'DENY');
      equal(response.headers.get('vary').includes('Accept'), true);
    },
  };
}

async function send(options, path = '/graphql') {
  const headers = { Accept: GRAPHQL, ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }), ...options.headers };
  const response = await fetch(`${base}${path}`, { redirect: 'manual', ...options, headers });
  const text = await response.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Pages are no JSON.
  }
  return { status: response.status, headers: response.headers, text, json };
}

function post(body, headers) {
  return send({ method: 'POST', body: JSON.stringify(body), headers });
}

function get(parameters) {
  return send({ method: 'GET' }, `/graphql?${new URLSearchParams(parameters)}`);
}

// A body in chunks, so that no header tells its length.
function chunked(body) {
  return new Promise((resolve, reject) => {
    const request = plainRequest(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode });
    });
    // The server may answer and close before it has all.
    request.on('error', reject);
    for (let at = 0; at < body.length; at += 65536) request.write(body.slice(at, at + 65536));
    request.end();
  });
}

async function timed(query, most) {
  let best = Infinity;
  let response;
  // Other work on the machine must not fail the check: the best of three counts.
  for (let i = 0; i < 3 && best > most; i += 1) {
    const started = performance.now();
    response = await post({ query });
    best = Math.min(best, performance.now() - started);
  }
  if (best > most) fail(`took ${best.toFixed(0)} ms, at most ${most} are allowed`);
  return response;
}

async function tooComplex(query, most) {
  const response = await timed(query, most);
  equal(response.status, 400, response.text.slice(0, 300));
  equal(response.json.errors[0].extensions.code, 'QUERY_TOO_COMPLEX', response.text.slice(0, 300));
}

async function alive() {
  equal((await post({ query: '{ __typename }' })).json.data.__typename, 'Query');
}

function isError(response, reason) {
  equal(response.headers.get('content-type')?.startsWith('application/'), true);
  equal(Array.isArray(response.json?.errors), true, response.text.slice(0, 300));
  equal('data' in response.json, false);
  const { message, extensions } = response.json.errors[0];
  equal(extensions.reason, reason);
  for (const text of [message, extensions.code, extensions.hint, extensions.requestId]) equal(typeof text, 'string');
  equal(response.headers.get('x-request-id'), extensions.requestId);
}

function equal(got, wanted, where = '') {
  if (got !== wanted) fail(`${where ? `${where}: ` : ''}${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);
}

function same(got, wanted) {
  const [a, b] = [got.split('\n'), wanted.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  if (at >= 0 || a.length !== b.length) fail(`line ${at + 1}: ${JSON.stringify(a[at])} instead of ${JSON.stringify(b[at])}`);
}

function fail(message) {
  throw new Error(message);
}
