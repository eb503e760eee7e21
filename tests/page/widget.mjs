// The element <sinet-text> in pages of others: servers for these and for the element's files, and a browser.
import { chromium } from 'playwright-core';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { flags } from './chromium.mjs';

/** The folder that `cargo xtask embed` has built. */
export const embed = process.env.SINET_EMBED;
if (!embed) throw new Error('SINET_EMBED must name the folder of the built element; `cargo xtask test` sets it.');

export const text = 'We present a neural parser that uses beam search.';

const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/**
 * Serves `pages` (path → HTML), and the element's files under /embed/. `spoil(path, bytes)` may return other bytes for one of
 * these. `headers` go with every answer; `held(path)` may return a promise to wait for.
 */
export async function host({ pages = {}, spoil = (_path, bytes) => bytes, headers = {}, held = () => undefined } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    // The browser's own question.
    if (path === '/favicon.ico') return response.writeHead(204).end();
    asked.push(path);
    await held(path);
    // Scripts and weights may be used by pages of every origin.
    const all = { 'access-control-allow-origin': '*', 'content-type': types[extname(path)] ?? (path in pages ? types['.html'] : 'application/octet-stream'), ...headers };
    try {
      const inner = path.startsWith('/embed/') ? path.slice('/embed/'.length) : null;
      const bytes = inner === null ? pages[path] : spoil(inner, await readFile(join(embed, inner)));
      if (bytes === undefined) throw new Error('not there');
      response.writeHead(200, all).end(bytes);
    } catch {
      response.writeHead(404, { ...all, 'content-type': 'text/plain' }).end('not found');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const stop = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, stop };
}

/** A page with this content, which loads the element from `script`. */
export const html = (content, { script = '/embed/sinet.js', head = '', attributes = '' } = {}) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>${head}</head><body><main><h1>A page</h1>
${content}
</main><script src="${script}" ${attributes}></script></body></html>`;

/**
 * Starts a browser for the tests of a file, and returns `open`: it serves the content as a page (other options as in `host`
 * and `html`), opens it, and closes all after the test.
 */
export function setUp() {
  const ends = [];
  let browser;
  before(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(() => browser.close());

  const serve = async (options) => {
    const served = await host(options);
    ends.push(served.stop);
    return served;
  };

  const visit = async (address, { init = [], viewport = { width: 1280, height: 900 } } = {}) => {
    const context = await browser.newContext({ viewport });
    ends.push(() => context.close());
    context.setDefaultTimeout(90_000);
    for (const script of [init].flat()) await context.addInitScript(script);
    await context.addInitScript(record);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(address);
    return { page, context, complaints };
  };

  const open = async (content, { init, viewport, pages = {}, spoil, headers, held, ...rest } = {}) => {
    const site = await serve({ pages: { '/': html(content, rest), ...pages }, spoil, headers, held });
    return { site, ...(await visit(`${site.origin}/`, { init, viewport })) };
  };

  return { open, serve, visit };
}

/** Keeps the events of all elements in `events`, and the scripts of all workers in `workers`. */
function record() {
  window.events = [];
  for (const name of ['progress', 'ready', 'result', 'select', 'error']) {
    addEventListener(`sinet-${name}`, ({ detail }) => window.events.push({ name, detail }));
  }
  window.workers = [];
  window.Worker = class extends window.Worker {
    constructor(address, options) {
      super(address, options);
      window.workers.push(String(address));
    }
  };
}

/** The events of one name so far. */
export const events = (page, name) =>
  page.evaluate((name) => window.events.filter((event) => event.name === name).map(({ detail }) => detail), name);

/** Waits for an event, the `count`th of its name. */
export async function event(page, name, count = 1) {
  await page.waitForFunction(
    ([name, count]) => window.events.filter((event) => event.name === name).length >= count,
    [name, count],
  );
  return (await events(page, name))[count - 1];
}

/** Starts the element by its button, and waits for what the model says. */
export async function run(page) {
  await page.locator('sinet-text').first().getByRole('button', { name: /^Run here/ }).click();
  return (await event(page, 'result')).annotation;
}

/** Clicks into the box of an entity, or on the label of a relation, as a person does: words lie above the box. */
export async function click(page, group) {
  const { x, y, width, height } = await group.locator('rect,text').first().boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
}

/** A still of an annotation, written by the figure program in a page of its own. */
export async function stillOf({ open }, annotation = sample, attributes = 'live') {
  const { page } = await open('<sinet-text></sinet-text>');
  const still = await page.evaluate(async (annotation) => {
    const element = document.querySelector('sinet-text');
    element.annotation = annotation;
    return element.exportAs('html');
  }, annotation);
  return still.replace('<sinet-text', `<sinet-text ${attributes}`);
}

/** An annotation with two relations. */
export const sample = {
  text,
  entities: [
    { type: 'Method', start: 13, end: 26, score: 0.9 },
    { type: 'Method', start: 37, end: 48, score: 0.8 },
    { type: 'OtherScientificTerm', start: 20, end: 26, score: 0.4 },
  ],
  relations: [{ type: 'USED-FOR', head: 1, tail: 0, score: 0.7 }],
  types: {
    entities: [['Task', 'task'], ['Method', 'method'], ['OtherScientificTerm', 'other term']],
    relations: [['USED-FOR', 'used for'], ['CONJUNCTION', 'conjunction', true]],
  },
};
