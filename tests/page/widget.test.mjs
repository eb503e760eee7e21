// The element <sinet-text> as it comes: a still, its selection and keys, and what it does before anybody asks for a model.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { assertInOrder } from './order.mjs';
import { click, embed, event, events, sample, setUp, stillOf, text } from './widget.mjs';

const browser = setUp();
const { open } = browser;
const entity = (page, name) => page.locator('sinet-text').first().getByRole('button', { name }).first();

test('twenty stills ask for nothing, move nothing and hold nothing up', { timeout: 120_000 }, async () => {
  const still = await stillOf(browser);
  const watch = () => {
    window.shifts = [];
    window.tasks = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value }) => value))).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ attribution }) => attribution))).observe({ type: 'longtask', buffered: true });
  };
  const { page, site, complaints } = await open(still.repeat(20), { init: watch, attributes: 'defer' });
  await page.waitForFunction(() => document.querySelectorAll('sinet-text').length === 20);
  await entity(page, 'beam search').waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(site.asked, ['/', '/embed/sinet.js']);
  assert.deepEqual(await page.evaluate(() => window.shifts), []);
  assert.deepEqual(complaints, []);
  assert.equal(await page.locator('sinet-text').nth(3).evaluate((it) => it.state), 'still');
});

test('without script a still shows everything', { timeout: 60_000 }, async () => {
  const still = await stillOf(browser);
  const { page } = await open(still, { script: '/embed/none.js' });
  await page.getByText('neural').first().waitFor();
  assert.equal(await page.locator('svg.sinet-wide .sinet-entity').count(), 3);
});

test('selecting an entity shows its relations, and says so', { timeout: 60_000 }, async () => {
  const { page } = await open(await stillOf(browser));
  await click(page, entity(page, 'beam search, method'));
  assert.deepEqual(await event(page, 'select'), { entity: sample.entities[1] });
  const opacities = () =>
    page.locator('svg.sinet-wide g[data-entity]').evaluateAll((groups) =>
      Object.fromEntries(groups.map((group) => [group.dataset.entity, +(group.getAttribute('opacity') ?? 1)])),
    );
  assert.deepEqual(await opacities(), { 0: 1, 1: 1, 2: 0.2 });
  assert.equal(await entity(page, 'beam search, method').getAttribute('aria-pressed'), 'true');
  assert.equal(await page.locator('[part=said]').textContent(), 'beam search used for neural parser');
  await page.keyboard.press('Escape');
  assert.deepEqual(await opacities(), { 0: 1, 1: 1, 2: 1 });
  assert.deepEqual((await events(page, 'select')).at(-1), { entity: null });
  await click(page, entity(page, 'beam search used for neural parser'));
  assert.deepEqual((await events(page, 'select')).at(-1), { relation: sample.relations[0] });
});

test('keys are used while the focus is inside, and only those', { timeout: 60_000 }, async () => {
  const listen = () => {
    window.keys = [];
    addEventListener('DOMContentLoaded', () => document.addEventListener('keydown', ({ key }) => window.keys.push(key)));
  };
  const { page } = await open(await stillOf(browser), { init: listen });
  await entity(page, 'neural parser').focus();
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  const seen = [];
  for (let step = 0; step < 4; step++) {
    await page.keyboard.press('ArrowRight');
    seen.push(await focused());
  }
  assert.equal(new Set(seen).size, 4, seen.join(' | '));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.evaluate(() => window.keys), [], 'arrows and Enter');
  for (const key of ['s', '/', 'PageDown']) await page.keyboard.press(key);
  assert.deepEqual(await page.evaluate(() => window.keys), ['s', '/', 'PageDown'], 'what is not used');
  await page.locator('h1').click();
  await page.keyboard.press('ArrowRight');
  assert.equal((await page.evaluate(() => window.keys)).at(-1), 'ArrowRight', 'outside');
});

test('a reader with a narrow window has one picture to select in', { timeout: 60_000 }, async () => {
  const { page } = await open(await stillOf(browser), { viewport: { width: 390, height: 800 } });
  await entity(page, 'neural parser').waitFor();
  const shown = () => page.evaluate(() => [...document.querySelectorAll('[role=button]')].map((it) => it.ownerSVGElement.getAttribute('class')));
  assert.deepEqual([...new Set(await shown())], ['sinet-narrow']);
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.waitForFunction(() => document.querySelector('.sinet-wide [role=button]') && !document.querySelector('.sinet-narrow [role=button]'));
});

test('a still in a closed part of the page is complete when that is opened', { timeout: 60_000 }, async () => {
  const { page } = await open(`<details id="tab"><summary>Tab</summary>${await stillOf(browser)}</details>`);
  await page.getByText('Tab').click();
  await click(page, entity(page, 'beam search, method'));
  assert.deepEqual(await event(page, 'select'), { entity: sample.entities[1] });
});

test('attributes choose what is shown, at any time', { timeout: 60_000 }, async () => {
  const { page } = await open(await stillOf(browser));
  const shown = () =>
    page.locator('svg.sinet-wide g[data-entity],svg.sinet-wide g[data-relation]').evaluateAll((groups) =>
      groups.filter((it) => it.getAttribute('display') !== 'none').map((it) => it.dataset.entity ?? `relation ${it.dataset.relation}`).sort(),
    );
  const set = (values) => page.evaluate((values) => Object.assign(document.querySelector('sinet-text'), values), values);
  assert.deepEqual(await shown(), ['0', '1', '2', 'relation 0']);
  await set({ threshold: '0.85' });
  assert.deepEqual(await shown(), ['0']);
  await set({ threshold: '0.5 0.75' });
  assert.deepEqual(await shown(), ['0', '1']);
  await set({ threshold: null, labels: 'OtherScientificTerm' });
  assert.deepEqual(await shown(), ['2']);
  await set({ labels: null, list: 'none' });
  assert.deepEqual(await shown(), ['0', '1', '2', 'relation 0']);
  assert.equal(await page.locator('sinet-text details').isVisible(), false);
  await set({ list: 'open' });
  assert.ok(await page.getByText('used for').last().isVisible());
  const background = () => page.locator('sinet-text').evaluate((it) => getComputedStyle(it).colorScheme);
  await set({ theme: 'dark' });
  assert.equal(await background(), 'dark');
});

test('an annotation that is set is drawn, and hostile text stays text', { timeout: 60_000 }, async () => {
  const { page, complaints } = await open('<sinet-text id="it">plain text</sinet-text>');
  const hostile = '<img src=x onerror=alert(1)> & </svg><script>alert(2)</script> “parser”';
  await page.evaluate((text) => {
    document.querySelector('#it').annotation = { text, entities: [{ type: '"><b onclick=x>', start: 0, end: 28 }], relations: [] };
  }, hostile);
  await event(page, 'result');
  const found = await page.evaluate(() => {
    const root = document.querySelector('#it').shadowRoot;
    const all = [...root.querySelectorAll('*')];
    return {
      tags: all.map(({ localName }) => localName).filter((name) => ['img', 'script', 'b'].includes(name)),
      attributes: all.flatMap((it) => it.getAttributeNames()).filter((name) => /^on/.test(name)),
      text: root.querySelector('svg').textContent.includes('onerror'),
      list: root.querySelector('p').textContent,
    };
  });
  assert.deepEqual([found.tags, found.attributes, found.text], [[], [], true]);
  assert.ok(found.list.includes('<b onclick=x>'), found.list);
  assert.deepEqual(complaints, []);
});

test('what was drawn when the page was built is drawn again, to the same bytes', { timeout: 60_000 }, async () => {
  const stills = JSON.parse(await readFile(new URL('../../web/embed/stills.json', import.meta.url), 'utf8'));
  assert.equal(stills.length, 3);
  const { page } = await open('<sinet-text></sinet-text>');
  for (const { name, annotation, still } of stills) {
    const drawn = await page.evaluate(async (annotation) => {
      const element = document.querySelector('sinet-text');
      element.annotation = annotation;
      return element.exportAs('html');
    }, annotation);
    assert.equal(drawn, still, name);
  }
});

test('an annotation without words has those that the browser sees, and a word ends where an entity does', { timeout: 60_000 }, async () => {
  const { page } = await open('<sinet-text></sinet-text>');
  const drawn = (annotation) =>
    page.evaluate(async (annotation) => {
      const element = document.querySelector('sinet-text');
      element.annotation = annotation;
      const html = await element.exportAs('html');
      const still = new DOMParser().parseFromString(html, 'text/html').querySelector('sinet-text');
      const again = document.createElement('sinet-text');
      again.setAttribute('annotation', still.getAttribute('annotation'));
      const { words, sentences } = again.annotation;
      return { words: words.map(({ start, end }) => [...annotation.text].slice(start, end).join('')), sentences };
    }, annotation);
  const entity = (start, end) => ({ type: 'T', start, end });
  assert.deepEqual(await drawn({ text: 'A 😀 naïve parser. It reads.', entities: [entity(10, 14)] }), {
    words: ['A', '😀', 'naïve', 'pars', 'er', '.', 'It', 'reads', '.'],
    sentences: [{ start: 0, end: 6 }, { start: 6, end: 9 }],
  });
  // No sentence ends within an entity.
  assert.deepEqual(await drawn({ text: 'One. Two.', entities: [entity(0, 9)] }), { words: ['One', '.', 'Two', '.'], sentences: undefined });
  assert.deepEqual(await drawn({ text: ' ', entities: [] }), { words: [], sentences: undefined });
});

test('an annotation that does not fit its text is told by its field, and the still stays', { timeout: 60_000 }, async () => {
  const { page } = await open(await stillOf(browser));
  const whole = { text: 'A parser.', entities: [{ type: 'T', start: 2, end: 8 }], relations: [] };
  const table = [
    [{ ...whole, text: 7 }, 'text'],
    [{ ...whole, entities: 1 }, 'entities'],
    [{ ...whole, entities: [null] }, 'entities[0]'],
    [{ ...whole, entities: [{ type: 'T', start: 2, end: 99 }] }, 'entities[0]'],
    [{ ...whole, entities: [{ type: 'T', start: 2.5, end: 8 }] }, 'entities[0]'],
    [{ ...whole, entities: [{ type: 'T', end: 8 }] }, 'entities[0]'],
    [{ ...whole, entities: [{ start: 2, end: 8 }] }, 'entities[0]'],
    [{ ...whole, entities: [{ type: 'T', start: 2, end: 8, score: 2 }] }, 'entities[0]'],
    [{ ...whole, entities: [{ type: 'T', start: 2, end: 8, source: 'x' }] }, 'entities[0]'],
    [{ ...whole, relations: [{ type: 'R', head: 0, tail: 1 }] }, 'relations[0]'],
    [{ ...whole, words: [{ start: 2, end: 1 }] }, 'words[0]'],
    [{ ...whole, words: [{ start: 0, end: 1 }], sentences: [[0, 2]] }, 'sentences[0]'],
  ];
  for (const [place, [annotation, field]] of table.entries()) {
    await page.evaluate((annotation) => (document.querySelector('sinet-text').annotation = annotation), annotation);
    const { code, detail } = await event(page, 'error', place + 1);
    assert.equal(code, 'request');
    assert.equal(detail, `annotation.${field}`);
  }
  assert.ok(await page.getByText('neural').first().isVisible());
});

test('exports are the picture and its data', { timeout: 60_000 }, async () => {
  const { page } = await open(await stillOf(browser));
  const exported = (format) => page.evaluate((format) => document.querySelector('sinet-text').exportAs(format), format);
  assert.deepEqual(JSON.parse(await exported('json')).entities, sample.entities);
  assert.match(await exported('svg'), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*beam/);
  assert.notEqual(await exported('svg-dark'), await exported('svg'));
  assert.match(await exported('html'), /^<figure class="sinet"/);
  await assert.rejects(exported('gif'), /asked for something that makes no sense/);
});

test('data from an address is drawn', { timeout: 60_000 }, async () => {
  const pages = { '/data.json': JSON.stringify(sample), '/bad.json': '{"text": 7}' };
  const { page } = await open('<sinet-text src="/data.json">the text</sinet-text><sinet-text src="/bad.json">still here</sinet-text>', { pages });
  assert.equal((await event(page, 'result')).annotation.text, text);
  assert.equal((await event(page, 'error')).code, 'request');
  assert.ok(await page.getByText('still here').isVisible());
});

test('the element is accessible', { timeout: 60_000 }, async () => {
  const still = await stillOf(browser);
  const { page } = await open(still + still.replace(' live', ' editable'));
  await click(page, entity(page, 'beam search, method'));
  await assertInOrder(page, 'widget-still');
});

test('twice on a page, the first one stays, and both versions are told', { timeout: 60_000 }, async () => {
  const own = await readFile(join(embed, 'sinet.js'), 'utf8');
  const { version } = JSON.parse(await readFile(new URL('../../web/embed/element/package.json', import.meta.url), 'utf8'));
  const other = own.replaceAll(`"${version}"`, '"9.9.9"');
  assert.notEqual(other, own);
  const { page, complaints } = await open(`${await stillOf(browser)}<script src="/embed/sinet.js"></script>`, { script: '/other.js', pages: { '/other.js': other } });
  assert.equal(await page.evaluate(() => customElements.get('sinet-text').version), version);
  assert.ok(complaints.some((line) => line.includes(version) && line.includes('9.9.9')), complaints.join('\n'));
});

test('importing the module where there is no window defines nothing and fails nowhere', { timeout: 60_000 }, async () => {
  const script = `import { SinetText } from ${JSON.stringify(join(embed, 'sinet.mjs'))}; console.log(SinetText.observedAttributes.length > 10, typeof window);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(stdout.trim(), 'true undefined');
});

test('the steps after a fault are those of the page', async () => {
  const { nextStep } = await import('../../web/embed/element/engine.js');
  const { reported } = await import('../../web/embed/element/reported.js');
  const table = JSON.parse(await readFile(new URL('../../web/embed/next-step.json', import.meta.url), 'utf8'));
  assert.equal(table.length, 8);
  for (const [fault, kind, before, step] of table) {
    assert.equal(nextStep(reported({ fault, message: '' }).code, kind, before), step, `${fault} ${kind} ${before}`);
  }
});

test('the files are as small as they should be', async () => {
  const limits = { 'sinet.js': 6_000, 'sinet-live.js': 8_000, 'sinet.css': 1500, 'sinet-figure.wasm': 53_500 };
  for (const [name, limit] of Object.entries(limits)) {
    const { length } = brotliCompressSync(await readFile(join(embed, name)));
    console.log(`${name}: ${length} bytes in brotli`);
    assert.ok(length <= limit, `${name} has ${length} bytes, more than ${limit}`);
  }
});
