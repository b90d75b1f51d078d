// Opens the served GraphiQL in a real browser and does what a visitor does.
//
//   node ui/e2e/graphiql.mjs http://127.0.0.1:8080 --expect Zibo --expect … --screenshot page.png
//
// The n-th --expect is a text that the answer of the n-th tab must contain; white space does not count.
// Chromium is taken from CHROMIUM, else /usr/bin/chromium. Exit code 0 all passed, 1 something failed, 2 wrong use.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const QUESTIONS = 5;
const WAIT_MS = 20_000;

// Without these Chromium looks for its maker's servers at every start.
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const { base, expected, screenshot } = readArguments();
const profile = await mkdtemp(path.join(tmpdir(), 'tearoad-e2e-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  headless: true,
  args: process.getuid?.() === 0 ? ['--no-sandbox', ...QUIET] : QUIET,
  viewport: { width: 1440, height: 900 },
});

let passed = 0;
let failed = 0;
const complaints = [];
let leaving = false;

try {
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(WAIT_MS);
  watch(page);

  await check('/ leads to GraphiQL', async () => {
    await page.goto(base, { waitUntil: 'load' });
    const { pathname } = new URL(page.url());
    must(/^\/graphiql\/?$/.test(pathname), `landed on ${pathname}`);
    must((await page.title()) === 'Tea Road', `the title is \`${await page.title()}\``);
  });

  await check('a first visit shows five questions, the first one open', async () => {
    await tabs(page).first().waitFor();
    must((await tabs(page).count()) === QUESTIONS, `${await tabs(page).count()} tabs`);
    must((await activeTab(page)) === 0, `tab ${(await activeTab(page)) + 1} is open`);
  });

  await check('the schema has arrived and the language worker runs', async () => {
    await until(async () => page.workers().some(worker => worker.url().includes('graphql.worker')), 'no worker started');
    await until(async () => (await page.locator('.graphiql-doc-explorer-error').count()) === 0, 'no schema');
  });

  for (let n = 0; n < QUESTIONS; n += 1) {
    await check(`question ${n + 1} is answered`, () => ask(page, n));
  }

  // The race of a fast visitor: GraphiQL still holds the name of the operation in the tab before.
  await check('a question asked at once after a change of tabs is answered', async () => {
    await tabs(page).first().click();
    await execute(page, 0);
    if (screenshot) {
      await page.screenshot({ path: screenshot });
    }
  });

  await check('the documentation shows types', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('Query', { exact: true }).first().click();
    await until(async () => /\bevents?\b/.test(await docs.innerText()), 'the type Query shows no field `events`');
    if (screenshot) {
      await page.screenshot({ path: screenshot.replace(/(\.png)?$/, '-docs.png') });
    }
  });

  await check('a returning visitor finds the tabs of the last visit', async () => {
    await page.getByRole('button', { name: 'Close Tab' }).last().click();
    await until(async () => (await tabs(page).count()) === QUESTIONS - 1, 'the tab did not close');
    // GraphiQL stores its tabs half a second after the last change.
    await until(async () => (await storedTabs(page)) === QUESTIONS - 1, 'the tabs were not stored');
    leaving = true;
    await page.reload({ waitUntil: 'load' });
    leaving = false;
    await tabs(page).first().waitFor();
    must((await tabs(page).count()) === QUESTIONS - 1, `${await tabs(page).count()} tabs after a reload`);
  });

  await check('nothing asked another host, nothing complained', async () => {
    must(complaints.length === 0, complaints.join('\n      '));
  });
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** One question: nothing marked in the editor, and an answer without errors that holds the expected text. */
async function ask(page, n) {
  await tabs(page).nth(n).click();
  await until(async () => (await activeTab(page)) === n, 'the tab did not open');
  const marks = await markers(page);
  must(marks.length === 0, `the editor marks: ${marks.join('; ')}`);
  await execute(page, n);
}

async function execute(page, n) {
  const response = page.waitForResponse(r => r.request().method() === 'POST' && new URL(r.url()).pathname === '/graphql');
  await page.locator('.graphiql-execute-button').click();
  const body = await (await response).json();
  must(body.errors === undefined, `the answer has errors: ${JSON.stringify(body.errors)}`);
  must((await response).status() === 200, `status ${(await response).status()}`);
  const wanted = expected[n] ?? '"data"';
  await until(async () => squeeze(await answer(page)).includes(squeeze(wanted)), `the response pane never shows \`${wanted}\``);
  const lines = page.locator('.graphiql-response .view-lines');
  await until(async () => (await lines.innerText()).includes('"data"'), 'the answer is not drawn');
}

/** The whole text of the response pane. The page draws only the lines in view, so it comes from the editor's model. */
function answer(page) {
  return page.evaluate(() => {
    const pane = document.querySelector('.graphiql-response');
    const editor = globalThis.__MONACO?.editor.getEditors().find(e => pane?.contains(e.getDomNode()));
    return editor?.getValue() ?? '';
  });
}

/** What the language worker holds against the open question, once it had the time to say so. */
async function markers(page) {
  await page.waitForTimeout(1_000);
  return page.evaluate(() => {
    const pane = document.querySelector('.graphiql-query-editor');
    const editor = globalThis.__MONACO.editor.getEditors().find(e => pane?.contains(e.getDomNode()));
    const found = globalThis.__MONACO.editor.getModelMarkers({ resource: editor.getModel().uri });
    return found.map(({ startLineNumber, message }) => `line ${startLineNumber}: ${message}`);
  });
}

function storedTabs(page) {
  return page.evaluate(() => JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{"tabs":[]}').tabs.length);
}

function tabs(page) {
  return page.locator('.graphiql-tab');
}

async function activeTab(page) {
  const states = await tabs(page).evaluateAll(all => all.map(tab => tab.classList.contains('graphiql-tab-active')));
  return states.indexOf(true);
}

/** Collects whatever must not happen on any page of ours. */
function watch(page) {
  const host = new URL(base).host;
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', error => complaints.push(`page error: ${error.stack ?? error.message}`));
  page.on('requestfailed', request => {
    // A page that is left or loaded anew gives up what it was still loading; that is no fault of the server.
    if (leaving && request.failure()?.errorText === 'net::ERR_ABORTED') {
      return;
    }
    complaints.push(`request failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  // The context, not the page: workers ask too.
  page.context().on('request', request => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host) {
      complaints.push(`asked another host: ${request.url()}`);
    }
  });
}

async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n      ${error.message}`);
  }
}

function must(holds, message) {
  if (!holds) {
    throw new Error(message);
  }
}

async function until(holds, message) {
  const deadline = Date.now() + WAIT_MS;
  while (!(await holds())) {
    must(Date.now() < deadline, message);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function squeeze(text) {
  return text.replace(/\s+/g, '');
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { expect: { type: 'string', multiple: true, default: [] }, screenshot: { type: 'string' } },
    });
    must(positionals.length === 1, 'expected one base URL');
    must(values.expect.length <= QUESTIONS, `more than ${QUESTIONS} times --expect`);
    return { base: new URL('/', positionals[0]).href, expected: values.expect, screenshot: values.screenshot };
  } catch (error) {
    console.error(`error: ${error.message}\nuse: node ui/e2e/graphiql.mjs URL [--expect TEXT]... [--screenshot FILE.png]`);
    process.exit(2);
  }
}
