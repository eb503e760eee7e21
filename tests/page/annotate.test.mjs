// The main job: a text that nobody has seen becomes an annotated one, the same that `sinet predict` prints.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, predict, settled, split, type } from './browser.mjs';
import { serve } from './site.mjs';

const unseen = {
  scierc:
    'We describe a graph-based parser that uses a recurrent network for feature extraction. ' +
    'On two treebanks the parser improves accuracy over a transition-based baseline.',
  conll04: 'Anna Lindqvist, an engineer at Volta Motors in Gothenburg, was born in Helsinki, Finland.',
};

let browser, site;
before(async () => {
  browser = await launch();
  site = await serve();
});
after(async () => {
  await browser.close();
  await site.stop();
});

function assertSame(found, expected) {
  const [a, b] = [split(found), split(expected)];
  assert.deepEqual(a.exact, b.exact);
  assert.equal(a.scores.length, b.scores.length);
  a.scores.forEach((score, index) => assert.ok(Math.abs(score - b.scores[index]) <= 1e-3, `${score} ${b.scores[index]}`));
}

test('an unseen text shows entities, relations and attention', async () => {
  const { page, context, complaints } = await open(browser, site.address);
  await type(page, unseen.scierc);
  const expected = await predict('scierc', unseen.scierc);
  assert.ok(expected.entities.length > 0 && expected.relations.length > 0, 'the model finds something to show');
  assert.equal(await page.locator('svg .entity').count(), expected.entities.length);
  assert.equal(await page.locator('svg .arc').count(), expected.relations.length);
  assert.equal(await page.locator('.sentence').count(), expected.windows.length);
  const words = await page.locator('svg .words text').allTextContents();
  assert.equal(words.join(''), unseen.scierc.replaceAll(' ', ''));

  const maps = page.locator('.map:visible');
  assert.equal(await maps.count(), 2, 'both directions of the attention');
  const { start, end } = expected.windows[0].words;
  for (const map of await maps.all()) {
    assert.equal(await map.locator('.column').count(), end - start + 2, 'a column for each word, [SEP] and [CLS]');
  }

  assert.match(await page.locator('.status').getByRole('status').innerText(), /^Read in \d+ ms on the CPU\. \S/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('sinet.annotate gives what sinet predict prints', async () => {
  const { page, context } = await open(browser, site.address);
  await settled(page);
  for (const [model, text] of Object.entries(unseen)) {
    const found = await page.evaluate(([text, model]) => window.sinet.annotate(text, { model }), [text, model]);
    const expected = await predict(model, text);
    assertSame(found, expected);
    assert.deepEqual(Object.keys(found), Object.keys(expected), 'the same fields in the same order');
  }
  for (const text of ['', ' ', 'Ünïcödé 😀 in Zürich.', 'One.\n\nTwo lines\tand a tab.']) {
    const found = await page.evaluate((text) => window.sinet.annotate(text), text);
    assertSame(found, await predict('scierc', text));
  }
  await context.close();
});

test('sinet.relate scores the relations between given entities', async () => {
  const { page, context } = await open(browser, `${site.address}?device=cpu`);
  await settled(page);
  const { annotation, same, all, apart } = await page.evaluate(async (text) => {
    const options = { model: 'scierc', device: 'cpu' };
    const annotation = await window.sinet.annotate(text, options);
    return {
      annotation,
      same: await window.sinet.relate(annotation.entities, options),
      all: await window.sinet.relate(annotation.entities.slice(0, 2), { ...options, threshold: 0 }),
      apart: await window.sinet.relate([{ words: { start: 0, end: 1 } }, { words: { start: 900, end: 901 } }], options),
    };
  }, unseen.scierc);
  assert.deepEqual(same, annotation.relations);
  assert.ok(all.length > 7, 'every type of every direction');
  assert.deepEqual(apart, []);
  const refuse = (call) => page.evaluate(`${call}.then(() => 'answered', String)`);
  assert.equal(
    await refuse('sinet.relate([{}])'),
    'TypeError: sinet.relate: each entity needs words, with start and end.',
  );
  assert.equal(
    await refuse('sinet.relate([], {threshold: 2})'),
    'TypeError: sinet.relate: the option threshold must be a number from 0 to 1.',
  );
  await context.close();
});

test('typing is enough, the newest text wins', async () => {
  const { page, context } = await open(browser, site.address);
  await settled(page);
  const field = page.getByLabel('Text to annotate');
  await field.fill('');
  await field.pressSequentially('We train a tagger', { delay: 20 });
  await settled(page);
  const words = await page.locator('svg .words text').allTextContents();
  assert.deepEqual(words, ['We', 'train', 'a', 'tagger']);
  await context.close();
});

test('the model can be switched and examples tried', async () => {
  const { page, context } = await open(browser, site.address);
  await settled(page);
  await page.getByRole('radio', { name: 'News' }).check();
  await settled(page);
  for (const button of await page.getByRole('group', { name: 'Examples' }).getByRole('button').all()) {
    await button.click();
    await settled(page);
    const text = await page.getByLabel('Text to annotate').inputValue();
    const expected = await predict('conll04', text);
    assert.equal(await page.locator('svg .entity').count(), expected.entities.length, text);
  }
  const typed = 'My own sentence about Oslo.';
  await type(page, typed);
  await page.getByRole('radio', { name: 'Scientific' }).check();
  await settled(page);
  assert.equal(await page.getByLabel('Text to annotate').inputValue(), typed, 'what was typed stays');
  await context.close();
});

test('the device is chosen and said', async () => {
  const cpu = await open(browser, `${site.address}?device=cpu`);
  await settled(cpu.page);
  assert.match(await cpu.page.locator('.status').getByRole('status').innerText(), /on the CPU\. The CPU was asked for\.$/);
  await cpu.context.close();

  const gpu = await open(browser, `${site.address}?device=webgpu`);
  await settled(gpu.page);
  assert.match(await gpu.page.locator('.status').getByRole('status').innerText(), /on the CPU\. WebGPU was asked for, but this browser offers no adapter\.$/);
  await gpu.context.close();

  const unknown = await open(browser, `${site.address}?device=tpu`);
  assert.match(await unknown.page.locator('.status').getByRole('alert').innerText(), /no device “tpu”/);
  await settled(unknown.page);
  await unknown.context.close();
});

test('the page works from any folder, and fetches nothing from elsewhere', async () => {
  const deep = await serve({ prefix: '/some/deep/folder/' });
  const { page, context, complaints } = await open(browser, deep.address);
  const strangers = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(deep.address) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  await settled(page);
  assert.deepEqual(strangers, []);
  assert.deepEqual(complaints, []);
  await context.close();
  await deep.stop();
});

test('a second visit takes the model from the cache', async () => {
  const { page, context } = await open(browser, site.address);
  await settled(page);
  const before = site.asked.length;
  await page.reload();
  await settled(page);
  const models = site.asked.slice(before).filter((path) => path.startsWith('models/scierc/'));
  assert.deepEqual(models, ['models/scierc/manifest.json']);
  await context.close();
});

test('with relaxed SIMD and without it the annotation is the same, by the program that fits', async () => {
  const { exact, scores } = split(await predict('scierc', unseen.scierc));
  for (const hasRelaxed of [true, false]) {
    const context = await browser.newContext();
    if (!hasRelaxed) {
      await context.addInitScript(() => {
        const validate = WebAssembly.validate.bind(WebAssembly);
        // 0xfd 0x93 0x02 is the relaxed instruction that the page asks for.
        const isRelaxed = (bytes) => bytes.some((byte, at) => byte === 0xfd && bytes[at + 1] === 0x93);
        WebAssembly.validate = (bytes) => !isRelaxed(new Uint8Array(bytes)) && validate(bytes);
      });
    }
    const page = await context.newPage();
    const programs = new Set();
    page.on('request', (request) => programs.add(request.url().split('/').pop()));
    await page.goto(`${site.address}?device=cpu`);
    await settled(page);
    const found = split(await page.evaluate((text) => window.sinet.annotate(text, { model: 'scierc' }), unseen.scierc));
    assert.deepEqual(found.exact, exact);
    found.scores.forEach((score, index) => assert.ok(Math.abs(score - scores[index]) <= 1e-3, `${score} ${scores[index]}`));
    assert.equal(programs.has('sinet-worker-cpu-relaxed_loader.js'), hasRelaxed);
    assert.equal(programs.has('sinet-worker-cpu_loader.js'), !hasRelaxed);
    await context.close();
  }
});
