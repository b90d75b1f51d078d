// Runs generated documents through the server and through graphql-js over the same schema and data: the same verdict,
// the same answer, the same order of keys. Then the audits of graphql-http.
import { serverAudits } from 'graphql-http';
import { GraphQLError, buildClientSchema, buildSchema, execute, getIntrospectionQuery, lexicographicSortSchema, parse, printSchema, validate } from 'graphql';
import { Generator, invalid } from './generate.mjs';
import { pull } from './world.mjs';

const base = process.argv[2];
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? Number(process.argv[at + 1]) : otherwise;
};
if (!base) {
  console.error('use: run http://127.0.0.1:8080 [--count 200] [--seed 1]');
  process.exit(2);
}
let passed = 0;
let failed = 0;
const check = (ok, what, detail = '') => {
  if (ok) passed += 1;
  else {
    failed += 1;
    if (failed <= 20) console.log(`DIFFERENT: ${what}\n${detail}\n`);
  }
};

async function ask(query, variables) {
  const response = await fetch(`${base}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const sdl = await (await fetch(`${base}/schema.graphql`)).text();
const schema = buildSchema(sdl);
const { known, roots } = await pull(ask, schema);
const service = (await ask('{ service { version revision committedAt backend limits { name value unit reason } } }')).data.service;
const byKey = (type, key, value) => [...known.values()].find((row) => row.__typename === type && row[key] === value);
const one = (type, key) => (args) => {
  const found = byKey(type, key, args[key]);
  if (!found) throw new GraphQLError('unknown');
  return found;
};
const rootValue = {
  ...roots,
  service,
  region: one('Region', 'code'),
  event: one('Event', 'slug'),
  organisation: one('Organisation', 'slug'),
  agreement: one('Agreement', 'slug'),
  dataset: one('Dataset', 'code'),
  node: ({ id }) => known.get(id) ?? null,
  nodes: ({ ids }) => ids.map((id) => known.get(id) ?? null),
};
console.log(`${known.size} objects pulled`);

const count = option('count', 200);
for (const seed of process.argv.includes('--seed') ? [option('seed', 1)] : [1, 2, 3]) {
  const generator = new Generator(schema, [...known.keys()], seed);
  for (let i = 0; i < count; i += 1) {
    const { query, variables } = generator.document();
    const document = parse(query);
    const wrong = validate(schema, document);
    check(wrong.length === 0, 'the generator wrote an invalid document', `${query}\n${wrong[0]}`);
    const wanted = await execute({ schema, document, rootValue, variableValues: variables });
    const came = await ask(query, variables);
    const paths = (errors) => JSON.stringify((errors ?? []).map((e) => e.path));
    const same = JSON.stringify(wanted.data) === JSON.stringify(came.data) && paths(wanted.errors) === paths(came.errors);
    check(same, `answer, seed ${seed}`, `${query}\n${JSON.stringify(variables)}\nwanted ${JSON.stringify(wanted).slice(0, 1500)}\ncame   ${JSON.stringify(came).slice(0, 1500)}`);
    const broken = invalid(generator, query);
    let verdict = 'valid';
    try {
      const errors = validate(schema, parse(broken));
      if (errors.length > 0) verdict = 'GRAPHQL_VALIDATION_FAILED';
    } catch {
      verdict = 'GRAPHQL_PARSE_FAILED';
    }
    const answer = await ask(broken, variables);
    const code = answer.errors?.[0]?.extensions?.code;
    const refused = answer.data === undefined && String(code).startsWith('GRAPHQL_') ? code : 'valid';
    check(refused === verdict, `verdict, seed ${seed}`, `${broken}\nwanted ${verdict}, came ${refused} ${JSON.stringify(answer).slice(0, 400)}`);
  }
}
// Variables that do not fit.
for (const [query, variables] of [
  ['query($c: String!) { region(code: $c) { code } }', {}],
  ['query($c: String!) { region(code: $c) { code } }', { c: null }],
  ['query($c: String!) { region(code: $c) { code } }', { c: 5 }],
  ['query($n: Int) { events(first: $n) { totalCount } }', { n: 1.5 }],
  ['query($n: Int) { events(first: $n) { totalCount } }', { n: 3000000000 }],
  ['query($f: EventFilter) { events(filter: $f) { totalCount } }', { f: { nonsense: 1 } }],
  ['query($l: Language!) { organisations { nodes { name(lang: $l) } } }', { l: 'XX' }],
]) {
  const wanted = await execute({ schema, document: parse(query), rootValue, variableValues: variables });
  const came = await ask(query, variables);
  check((wanted.data === undefined) === (came.data === undefined), 'variables', `${query} ${JSON.stringify(variables)}\n${JSON.stringify(came)}`);
}
const introspected = await ask(getIntrospectionQuery());
const again = buildClientSchema(introspected.data);
check(printSchema(lexicographicSortSchema(again)) === printSchema(lexicographicSortSchema(schema)), 'introspection gives the printed schema');

for (const audit of serverAudits({ url: `${base}/graphql` })) {
  const result = await audit.fn();
  check(result.status === 'ok', `audit ${audit.id} ${audit.name}`, `${result.reason ?? ''}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
