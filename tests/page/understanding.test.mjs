// Why, or why not; thresholds; what the network looked at; parts switched off; two models on one text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, predict, settled, setUp, type } from './browser.mjs';
import { assertInOrder } from './order.mjs';

const text =
  'We describe a graph-based parser that uses a recurrent network for feature extraction. ' +
  'On two treebanks the parser improves accuracy over a transition-based baseline.';

const visit = setUp({ query: '?device=cpu' });

async function read(options) {
  const visitor = await visit(options);
  await settled(visitor.page);
  await type(visitor.page, text);
  return visitor;
}

/** What the tables of the page say: the same as the pictures, easier to read. */
async function tables(page) {
  const panel = await openTab(page, 'Triples');
  return panel.locator('.tables table').evaluateAll((tables) =>
    tables.map((table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()))),
  );
}

/** The tables, once `done` holds of them. */
async function tablesWhen(page, done) {
  let last;
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    last = await tables(page);
    if (done(last)) return last;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  assert.fail(`the tables did not become what was awaited: ${JSON.stringify(last)}`);
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The scores in the panel: a list for each direction, type and number each. */
const scores = (page) =>
  page.locator('.why table').evaluateAll((tables) =>
    tables.map((table) =>
      [...table.tBodies[0].rows].map((row) => [row.cells[0].textContent, Number(row.querySelector('.value').textContent)]),
    ),
  );

const openTuning = (page) => openTab(page, 'Thresholds');

async function slide(page, name, value) {
  await openTuning(page);
  await page.getByRole('slider', { name }).fill(String(value));
}

test('an entity is explained by the scores of all types', async () => {
  const { page } = await read();
  const { entities } = await predict('scierc', text);
  const entity = entities[0];
  await page.locator(`svg .entity[aria-label*="“${entity.text}”"]`).first().focus();
  await page.locator('.why .subject', { hasText: `“${entity.text}”` }).waitFor();
  assert.match(await page.locator('.why .decision').innerText(), /^Reported as .+: with [01]\.\d\d it is the likeliest\.$/);
  const [types] = await scores(page);
  assert.equal(types.length, 7, 'no entity, and six types');
  const sum = types.reduce((sum, [, score]) => sum + score, 0);
  assert.ok(Math.abs(sum - 1) < 0.05, `probabilities: ${sum}`);
  const best = types.reduce((best, type) => (type[1] > best[1] ? type : best));
  assert.ok(Math.abs(best[1] - entity.score) <= 0.0051, `${best} is what sinet predict prints: ${entity.score}`);
  assert.equal(await page.locator('.why .reported th').innerText(), best[0]);
  await page.keyboard.press('Escape');
  await page.locator('.why .decision').waitFor({ state: 'detached' });
  assert.match(await page.locator('.why').innerText(), /Select an entity, a relation or some words/);
});

test('a relation is explained in both directions', async () => {
  const { page } = await read();
  const { relations, entities } = await predict('scierc', text);
  const relation = relations[0];
  const ends = [entities[relation.head].text, entities[relation.tail].text];
  await page.locator('svg .arc').first().focus();
  await page.locator('.why .decision', { hasText: 'Reported: ' }).waitFor();
  const captions = await page.locator('.why caption').allInnerTexts();
  assert.deepEqual(captions, [`From “${ends[0]}” to “${ends[1]}”`, `From “${ends[1]}” to “${ends[0]}”`]);
  const [forward, backward] = await scores(page);
  assert.deepEqual([forward.length, backward.length], [7, 7]);
  const reported = Number(await page.locator('.why .reported .value').first().innerText());
  assert.ok(Math.abs(reported - relation.score) <= 0.0051, `${reported} is what sinet predict prints: ${relation.score}`);
});

test('a threshold redraws and explains, and goes back', async () => {
  const { page } = await read();
  const own = await tables(page);
  await openTuning(page);
  await slide(page, 'Relations from', 90);
  const { relations } = await predict('scierc', text);
  const left = relations.filter(({ score }) => score >= 0.9);
  assert.ok(left.length < relations.length, 'the threshold matters');
  const found = await tablesWhen(page, ([, found]) => found.length === left.length);
  assert.ok(found[1].every((row) => Number(row[3]) >= 0.9), JSON.stringify(found[1]));
  assert.deepEqual(found[0], own[0], 'entities stay');
  assert.equal(await page.locator('svg .arc').count(), left.length);
  await openTuning(page);
  assert.match(await page.locator('.changes .told').innerText(), /^Compared with the model’s own: \d+ relations? gone\.$/);
  assert.equal(await page.locator('.changes li').count(), relations.length - left.length);

  await slide(page, 'Entities from', 100);
  await tablesWhen(page, ([entities, relations]) => entities.length === 0 && relations.length === 0);
  await openTuning(page);
  await page.getByRole('button', { name: 'Back to the model’s own' }).click();
  await tablesWhen(page, (now) => same(now, own));
  await openTuning(page);
  assert.equal(await page.getByRole('slider', { name: 'Relations from' }).getAttribute('aria-valuetext'), '0.30');
  assert.equal(await page.locator('.changes li').count(), 0);
});

test('what is below the threshold says so', async () => {
  const { page } = await read();
  await page.locator('svg .entity').first().focus();
  await page.locator('.why .decision').waitFor();
  const score = Number(await page.locator('.why .reported .value').innerText());
  await slide(page, 'Entities from', Math.max(0, Math.floor(100 * score) - 5));
  await openTab(page, 'Why');
  await page.locator('.why .decision', { hasText: 'is not below the threshold' }).waitFor();
  assert.ok((await page.locator('.why .mark').count()) > 0, 'the threshold is marked');
});

test('parts of the network switch off and on', async () => {
  const { page } = await read();
  const own = await tables(page);
  await openTuning(page);
  let changed = 0;
  for (const name of [/TAP/, /Entities look/, /Relations look/]) {
    const part = page.getByRole('switch', { name });
    await openTuning(page);
    await part.uncheck();
    await page.locator('.changes .told:not(:empty)').waitFor();
    const told = await page.locator('.changes .told').innerText();
    if (!told.endsWith('Nothing changes in this text.')) {
      changed += 1;
      assert.ok((await page.locator('.changes li').count()) > 0, told);
    }
    if (name.source !== 'TAP') {
      await openTab(page, 'Attention');
      const off = page.locator('.map', { hasText: 'Switched off.' });
      await off.waitFor();
      assert.equal(await off.count(), 1);
    }
    await openTuning(page);
    await part.check();
    await tablesWhen(page, (now) => same(now, own));
    await openTuning(page);
    assert.equal(await page.getByRole('button', { name: 'Back to' }).count(), 0, 'all on is the model’s own');
  }
  assert.ok(changed > 0, 'the parts do something');
});

test('settings stay while the text changes', async () => {
  const { page } = await read();
  await openTuning(page);
  await slide(page, 'Relations from', 100);
  await tablesWhen(page, ([, relations]) => relations.length === 0);
  await type(page, `${text} We use a tagger for parsing.`);
  const [entities, relations] = await tables(page);
  assert.ok(entities.length > 0);
  assert.equal(relations.length, 0);
});

test('the heat maps have a column for each word and say their numbers', async () => {
  const { page } = await read();
  const { windows } = await predict('scierc', text);
  const { start, end } = windows[0].words;
  await openTab(page, 'Attention');
  const maps = page.locator('.map:visible');
  assert.equal(await maps.count(), 2, 'both directions');
  for (const map of await maps.all()) {
    assert.equal(await map.locator('.column').count(), end - start + 2, 'each word, [SEP] and [CLS]');
    assert.equal(await map.locator('.column').first().locator('.cell').count(), 5, 'the mean and four heads');
    assert.equal(await map.locator('[tabindex="0"].column').count(), 1, 'one stop for the keyboard');
    assert.ok((await map.locator('.shade-9').count()) > 0);
  }
  const map = maps.first();
  await map.locator('.column').first().focus();
  await page.keyboard.press('ArrowRight');
  const label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.match(label, /^“describe”: mean \d+\.\d %, head 1 \d+\.\d %, .*head 4 \d+\.\d %$/);
  assert.equal(await map.locator('.readout').innerText(), label);
  await page.keyboard.press('End');
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^“\[CLS\]”/);
  await map.locator('summary').click();
  const rows = await map.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.equal(rows.length, end - start + 2);
  const mean = rows.reduce((sum, row) => sum + parseFloat(row[1]), 0);
  assert.ok(Math.abs(mean - 100) < 2, `a row of attention sums to 100 %: ${mean}`);
});

test('the heat map follows the selection', async () => {
  const { page } = await read();
  const { entities, windows } = await predict('scierc', text);
  const second = entities.find((entity) => entity.words.start >= windows[1].words.start);
  await page.locator(`svg .entity[aria-label*="“${second.text}”"]`).last().focus();
  await openTab(page, 'Attention');
  const chosen = page.locator('.map:visible').first().locator('.column.chosen .word');
  await chosen.first().waitFor();
  const words = second.words.end - second.words.start;
  assert.equal(await chosen.count(), words);
  assert.equal((await chosen.allInnerTexts()).join('').replaceAll(/\s/g, ''), second.text.replaceAll(' ', ''));
  assert.match(await page.locator('.map:visible .share').first().innerText(), /^\d+\.\d % of the mean lie on what is selected\.$/);
});

test('another model reads the same text beside', { timeout: 60_000 }, async () => {
  const { page } = await read();
  const mine = await tables(page);
  await openTab(page, 'Compare');
  const group = page.getByRole('group', { name: 'The other model' });
  await group.getByRole('button', { name: 'News' }).click();
  await page.locator('.beside').waitFor();
  const expected = await predict('conll04', text);
  const other = page.getByRole('group', { name: 'News', exact: true });
  await other.locator('svg').first().waitFor();
  assert.equal(await other.locator('svg .entity').count(), expected.entities.length);
  assert.equal(await page.locator('.sentences svg .entity').count(), mine[0].length, 'one’s own model’s stay in the middle');
  assert.match(await page.locator('.compared .told').innerText(), /^(Only Scientific finds \d+, only News \d+ of all|Both models)/);
  assert.equal(page.workers().length, 2);
  await type(page, 'Anna Lindqvist works in Oslo.');
  await page.locator('.beside svg .entity[aria-label*="“Oslo”"]').first().waitFor();
  const ended = Promise.race(page.workers().map((worker) => new Promise((resolve) => worker.once('close', resolve))));
  await group.getByRole('button', { name: 'Close' }).click();
  await page.locator('.beside').waitFor({ state: 'detached' });
  await ended;
  assert.equal(page.workers().length, 1, 'its worker has ended');
});

test('B25: views that are gone leave nothing behind', { timeout: 120_000 }, async () => {
  // Notes what is called back, without keeping it alive.
  const init = () => {
    window.callbacks = [];
    const note = (callback) => typeof callback === 'function' && window.callbacks.push(new WeakRef(callback));
    for (const name of ['ResizeObserver', 'IntersectionObserver']) {
      window[name] = class extends window[name] {
        constructor(callback, options) {
          super(callback, options);
          note(callback);
        }
      };
    }
    const listen = window.addEventListener.bind(window);
    window.addEventListener = (type, listener, options) => {
      note(listener);
      listen(type, listener, options);
    };
  };
  const { page, context } = await read({ init });
  const session = await context.newCDPSession(page);
  const alive = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return page.evaluate(() => window.callbacks.filter((callback) => callback.deref()).length);
  };
  const counts = [];
  await openTab(page, 'Compare');
  for (let time = 0; time < 4; time++) {
    const group = page.getByRole('group', { name: 'The other model' });
    await group.getByRole('button', { name: 'News' }).click();
    await page.locator('.beside svg').last().waitFor();
    await group.getByRole('button', { name: 'Close' }).click();
    await page.locator('.beside').waitFor({ state: 'detached' });
    counts.push(await alive());
  }
  assert.ok(counts[0] > 0, 'what is there calls back');
  assert.equal(counts.at(-1), counts[0], `after each closing: ${counts}`);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`these views are in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page, complaints } = await read({ colorScheme, viewport: { width, height: 900 } });
      await slide(page, 'Relations from', 60);
      await page.locator('.changes .told:not(:empty)').waitFor();
      await assertInOrder(page, `thresholds-${colorScheme}-${width}`);
      await openTab(page, 'Compare');
      await page.getByRole('group', { name: 'The other model' }).getByRole('button', { name: 'News' }).click();
      await page.locator('.beside svg').last().waitFor();
      await assertInOrder(page, `compare-${colorScheme}-${width}`);
      await openTab(page, 'Triples');
      await assertInOrder(page, `triples-${colorScheme}-${width}`);
      await openTab(page, 'Attention');
      await page.locator('.attention details').first().waitFor();
      for (const details of await page.locator('.attention details').all()) {
        await details.evaluate((details) => (details.open = true));
      }
      await assertInOrder(page, `attention-${colorScheme}-${width}`);
      await openTab(page, 'Why');
      for (const kind of ['.entity', '.arc']) {
        // What is far from the window is not drawn.
        await page.locator('.sentence').first().scrollIntoViewIfNeeded();
        await page.locator(`.sentences svg ${kind}`).first().focus();
        await page.locator('.why table').nth(kind === '.arc' ? 1 : 0).waitFor();
        await assertInOrder(page, `why${kind.replace('.', '-')}-${colorScheme}-${width}`);
      }
      assert.deepEqual(complaints, []);
    });
  }
}
