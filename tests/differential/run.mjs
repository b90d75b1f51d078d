// Compares the server's answers with those of graphql-js: same verdict, same data in the same order of keys, errors at
// the same paths.
//
//   node run.mjs http://127.0.0.1:8080 --seed 1 --count 400
//
// Without --seed three seeds are run. Exit code 0 no difference, 1 some, 2 wrong use.

import { parseArgs } from 'node:util';

import { allowed } from './allowed.mjs';
import { Generator } from './generate.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { Reference, serverAnswer } from './reference.mjs';

const SEEDS = [1, 2, 3];
const TOGETHER = 4;
const SHOWN = 6000;
const BEFORE = 200;
const BEHIND = 300;

const { base, seeds, count } = readArguments();
const reference = await Reference.from(base);
console.log(`${reference.nodes.size} objects read from ${base}`);

const tally = new Map();
const excused = new Map();
let passed = 0;
let failed = 0;

for (const seed of seeds) {
  const requests = requestsOf(seed);
  let next = 0;
  const worker = async () => {
    while (next < requests.length) {
      const position = next;
      next += 1;
      await compare(requests[position], `seed ${seed}, request ${position}`);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

console.log('\nverdicts:');
for (const [verdict, times] of [...tally].sort()) console.log(`  ${String(times).padStart(5)}  ${verdict}`);
if (excused.size > 0) console.log('differences that are known and allowed:');
for (const [reason, times] of [...excused].sort()) console.log(`  ${String(times).padStart(5)}  ${reason}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

function readArguments() {
  const options = { seed: { type: 'string' }, count: { type: 'string', default: '400' } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const count = Number(values.count);
    const seeds = values.seed === undefined ? SEEDS : [Number(values.seed)];
    if (positionals.length !== 1 || !Number.isInteger(count) || !seeds.every(Number.isInteger)) throw new Error();
    return { base: positionals[0].replace(/\/$/, ''), seeds, count };
  } catch {
    console.error('use: node run.mjs <base URL> [--seed N] [--count N]');
    process.exit(2);
  }
}

// Half valid, a third broken, the rest input objects.
function requestsOf(seed) {
  const random = new Random(seed);
  const generator = new Generator(reference, random);
  return Array.from({ length: count }, (_, position) => {
    if (position % 6 === 5) return { ...generator.inputRequest(), title: 'input object', verdictOnly: true };
    const request = generator.request();
    return position % 2 === 0 ? { ...request, title: 'valid' } : mutate(request, random);
  });
}

async function compare(request, where) {
  const { title, verdictOnly, ...body } = request;
  const wanted = await reference.answer(body);
  const got = await serverAnswer(base, body);
  const difference = differs(wanted, got, verdictOnly);
  tallyUp(tally, wanted.verdict);
  if (!difference) {
    passed += 1;
    return;
  }
  const reason = allowed(request, wanted, got);
  if (reason) {
    tallyUp(excused, reason);
    passed += 1;
    return;
  }
  failed += 1;
  console.log(`\n---- ${where} (${title}): ${difference}`);
  console.log(body.query.slice(0, SHOWN));
  if (body.variables) console.log(`variables ${JSON.stringify(body.variables)}`);
  const [ours, theirs] = [text(got), text(wanted)];
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at += 1;
  const part = (answer) => `${at > BEFORE ? '…' : ''}${answer.slice(Math.max(0, at - BEFORE), at + BEHIND)}`;
  console.log(`graphql-js: ${part(theirs)}`);
  console.log(`server:     ${part(ours)}`);
}

function differs(wanted, got, verdictOnly) {
  if (verdictOnly) {
    // What the service itself thinks of a filter is no part of the language.
    const refusals = ['syntax', 'invalid', 'variables', 'operation', 'INTERNAL', 'none'];
    const verdict = refusals.includes(got.verdict) ? got.verdict : 'valid';
    return verdict === wanted.verdict ? null : `verdict ${got.verdict} instead of ${wanted.verdict}`;
  }
  if (wanted.verdict !== got.verdict) return `verdict ${got.verdict} instead of ${wanted.verdict}`;
  if (wanted.verdict !== 'valid') return null;
  if (JSON.stringify(wanted.data) !== JSON.stringify(got.data)) return 'data differ';
  if (JSON.stringify(wanted.paths) !== JSON.stringify(got.paths)) return 'paths of errors differ';
  return null;
}

function text(answer) {
  if (answer.verdict !== 'valid') return `${answer.verdict}: ${answer.message}`;
  return `${JSON.stringify(answer.data)}${answer.errors ? ` errors ${JSON.stringify(answer.errors)}` : ''}`;
}

function tallyUp(map, key) {
  map.set(key, (map.get(key) ?? 0) + 1);
}
