// The main job: a text that nobody has seen becomes an annotated one, the same that `sinet predict` prints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, edit, failure, field, openTab, predict, settled, setUp, split, status, type, words } from './browser.mjs';

const unseen = {
  scierc:
    'We describe a graph-based parser that uses a recurrent network for feature extraction. ' +
    'On two treebanks the parser improves accuracy over a transition-based baseline.',
  conll04: 'Anna Lindqvist, an engineer at Volta Motors in Gothenburg, was born in Helsinki, Finland.',
};

const visit = setUp();

function assertSame(found, expected) {
  const [a, b] = [split(found), split(expected)];
  assert.deepEqual(a.exact, b.exact);
  assert.equal(a.scores.length, b.scores.length);
  a.scores.forEach((score, index) => assert.ok(Math.abs(score - b.scores[index]) <= 1e-3, `${score} ${b.scores[index]}`));
}

test('an unseen text shows entities, relations and attention', async () => {
  const { page, complaints } = await visit();
  await type(page, unseen.scierc);
  const expected = await predict('scierc', unseen.scierc);
  assert.ok(expected.entities.length > 0 && expected.relations.length > 0, 'the model finds something to show');
  assert.equal(await page.locator('svg .entity').count(), expected.entities.length);
  assert.equal(await page.locator('svg .arc').count(), expected.relations.length);
  assert.equal(await page.locator('.sentence').count(), expected.windows.length);
  assert.equal((await words(page)).join(''), unseen.scierc.replaceAll(' ', ''));

  await openTab(page, 'Attention');
  const maps = page.locator('.map:visible');
  assert.equal(await maps.count(), 2, 'both directions of the attention');
  const { start, end } = expected.windows[0].words;
  for (const map of await maps.all()) {
    assert.equal(await map.locator('.column').count(), end - start + 2, 'a column for each word, [SEP] and [CLS]');
  }

  assert.match(await status(page).innerText(), /^Read in \d+ ms on the CPU\. \S/);
  assert.deepEqual(complaints, []);
});

test('sinet.annotate gives what sinet predict prints', async () => {
  const { page } = await visit();
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
});

test('sinet.relate scores the relations between given entities', async () => {
  const { page } = await visit({ query: '?device=cpu' });
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
});

test('typing is enough, the newest text wins', async () => {
  const { page } = await visit();
  await settled(page);
  const writing = await edit(page);
  await writing.fill('');
  await writing.pressSequentially('We train a tagger', { delay: 20 });
  // It is read without a further key, and what is found stands beside the field.
  const { entities } = await predict('scierc', 'We train a tagger');
  await page.locator('.tables caption').first().filter({ hasText: `Entities: ${entities.length || 'none'}` }).waitFor();
  await answered(page);
  await writing.press('Escape');
  await settled(page);
  assert.deepEqual(await words(page), ['We', 'train', 'a', 'tagger']);
});

test('the model can be switched and examples tried', async () => {
  const { page } = await visit();
  await settled(page);
  await page.getByRole('radio', { name: 'News' }).check();
  await settled(page);
  for (const button of await page.getByRole('group', { name: 'Examples' }).getByRole('button').all()) {
    await button.click();
    await settled(page);
    const text = await field(page).inputValue();
    const expected = await predict('conll04', text);
    assert.equal(await page.locator('svg .entity').count(), expected.entities.length, text);
  }
  const typed = 'My own sentence about Oslo.';
  await type(page, typed);
  await page.getByRole('radio', { name: 'Scientific' }).check();
  await settled(page);
  assert.equal(await field(page).inputValue(), typed, 'what was typed stays');
});

test('the device is chosen and said', async () => {
  const { page: cpu } = await visit({ query: '?device=cpu' });
  await settled(cpu);
  assert.match(await status(cpu).innerText(), /on the CPU\. The CPU was asked for\.$/);

  const { page: gpu } = await visit({ query: '?device=webgpu' });
  await settled(gpu);
  assert.match(await status(gpu).innerText(), /on the CPU\. WebGPU was asked for, but this browser offers no adapter\.$/);

  const { page: unknown } = await visit({ query: '?device=tpu' });
  assert.match(await failure(unknown).innerText(), /no device “tpu”/);
  await settled(unknown);
});

test('the page works from any folder, and fetches nothing from elsewhere', async () => {
  const { page, site, complaints } = await visit({ prefix: '/some/deep/folder/' });
  const strangers = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.address) && !request.url().startsWith('data:')) strangers.push(request.url());
  });
  await settled(page);
  assert.deepEqual(strangers, []);
  assert.deepEqual(complaints, []);
});

test('a second visit takes the model from the cache', async () => {
  const { page, site } = await visit();
  await settled(page);
  const before = site.asked.length;
  await page.reload();
  await settled(page);
  const models = site.asked.slice(before).filter((path) => path.startsWith('models/scierc/'));
  assert.deepEqual(models, ['models/scierc/manifest.json']);
});

test('with relaxed SIMD and without it the annotation is the same, by the program that fits', async () => {
  const { exact, scores } = split(await predict('scierc', unseen.scierc));
  const withoutRelaxed = () => {
    const validate = WebAssembly.validate.bind(WebAssembly);
    // 0xfd 0x93 0x02 is the relaxed instruction that the page asks for.
    const isRelaxed = (bytes) => bytes.some((byte, at) => byte === 0xfd && bytes[at + 1] === 0x93);
    WebAssembly.validate = (bytes) => !isRelaxed(new Uint8Array(bytes)) && validate(bytes);
  };
  for (const hasRelaxed of [true, false]) {
    const { page, site } = await visit({ query: '?device=cpu', init: hasRelaxed ? [] : withoutRelaxed });
    await settled(page);
    const found = split(await page.evaluate((text) => window.sinet.annotate(text, { model: 'scierc' }), unseen.scierc));
    assert.deepEqual(found.exact, exact);
    found.scores.forEach((score, index) => assert.ok(Math.abs(score - scores[index]) <= 1e-3, `${score} ${scores[index]}`));
    assert.equal(site.asked.includes('sinet-worker-cpu-relaxed_loader.js'), hasRelaxed);
    assert.equal(site.asked.includes('sinet-worker-cpu_loader.js'), !hasRelaxed);
  }
});
