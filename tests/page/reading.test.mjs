// Reading: long texts, hidden types, tables in step with the picture, other directions of writing, other ways to look.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answered, edit, entity, field, openTab, settled, setUp, type } from './browser.mjs';
import { assertAccessible } from './order.mjs';

const visit = setUp({ query: '?device=cpu' });

const sentence = 'We train a tagger with a large corpus and compare it with a parser that uses beam search on the Penn Treebank. ';

test('types can be hidden, and picture and tables say so', async () => {
  const { page } = await visit();
  await settled(page);
  const methods = await page.locator('svg .entity[data-type="Method"]').count();
  const all = await page.locator('svg .entity').count();
  assert.ok(methods > 0 && methods < all);
  const button = page.getByRole('group', { name: 'Entity types that are shown' }).getByRole('button', { name: /^Method/ });
  assert.equal(await button.locator('.count').innerText(), String(methods));
  await button.click();
  assert.equal(await button.getAttribute('aria-pressed'), 'false');
  assert.equal(await page.locator('svg .entity').count(), all - methods);
  await openTab(page, 'Triples');
  assert.match(await page.locator('.tables caption').first().innerText(), new RegExp(`^Entities: ${all - methods}, and ${methods} of hidden types$`));
  assert.equal(await page.locator('.tables table').first().locator('tbody tr').count(), all - methods);
  await assertAccessible(page);
  await button.click();
  assert.equal(await page.locator('svg .entity').count(), all);
});

test('a row of a table selects in the picture, and the picture in the table', async () => {
  const { page } = await visit();
  await settled(page);
  await openTab(page, 'Triples');
  await page.locator('.tables').getByRole('button', { name: 'beam search' }).first().click();
  assert.equal(await entity(page, 'beam search').getAttribute('aria-pressed'), 'true');
  assert.match(await entity(page, 'neural dependency parser').getAttribute('class'), /dim/);
  await entity(page, 'Penn Treebank').focus();
  assert.equal(await page.locator('.tables tr.selected td').first().innerText(), 'Penn Treebank');
  const dim = page.locator('svg .arc.dim').first();
  const visibility = () => dim.evaluate((element) => getComputedStyle(element).visibility);
  assert.equal(await visibility(), 'visible');
  await page.keyboard.press('h');
  assert.equal(await visibility(), 'hidden');
  assert.ok(await page.getByLabel('Only the arcs of what is selected').isChecked());
  await assertAccessible(page);
});

test('a long text is drawn where one looks', { timeout: 180_000 }, async () => {
  const { page, complaints } = await visit();
  await settled(page);
  const count = 240;
  await type(page, sentence.repeat(count).trim(), 120_000);
  assert.equal(await page.locator('.sentence').count(), count);
  assert.ok((await page.locator('.picture').count()) < 60, 'only what is near is drawn');
  assert.equal(await page.locator('.sentence').last().locator('svg').count(), 0);
  await page.locator('.sentence').last().scrollIntoViewIfNeeded();
  await page.locator('.sentence').last().locator('svg .entity').first().waitFor();
  assert.ok((await page.locator('.picture').count()) < 60, 'and what is far is not');
  await page.locator('.sentence').first().locator('svg').waitFor({ state: 'detached' });
  // A key leads to where nothing is drawn yet.
  await page.locator('.sentence').last().locator('svg .entity').last().focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(() => document.activeElement.closest('.sentence')?.dataset.sentence === '0');
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('.picture').count(), count, 'all of it is printed');
  assert.deepEqual(complaints, []);
});

test('typing at the end of a text is answered beside the field', { timeout: 180_000 }, async (t) => {
  const { page } = await visit();
  await settled(page);
  const words = sentence.repeat(9).trim().split(' ').slice(0, 200);
  await type(page, words.slice(0, 190).join(' '));
  const rows = page.locator('.tables tbody tr');
  const writing = await edit(page);
  await writing.press('Control+End');
  await rows.first().evaluate((row) => {
    row.isOld = true;
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: 'longtask' });
  });
  for (const word of words.slice(190)) {
    await writing.pressSequentially(` ${word}`, { delay: 15 });
    await answered(page);
  }
  assert.ok(await rows.first().evaluate((row) => row.isOld), 'a row that stays is not drawn anew');
  t.diagnostic(`tasks of 50 ms and more meanwhile: ${JSON.stringify(await page.evaluate(() => window.tasks))} ms`);
  const found = await rows.count();
  await writing.press('Escape');
  await settled(page);
  assert.equal(await page.locator('.sentence').count(), 9);
  assert.equal(await (await openTab(page, 'Triples')).locator('tbody tr').count(), found);
});

test('text from right to left is read from the right', async () => {
  const { page } = await visit();
  await settled(page);
  await type(page, 'אני גר בתל אביב ועובד עם Google Cloud Platform בישראל.');
  const places = await page.locator('svg .words text').evaluateAll((all) =>
    all.map((one) => {
      const { left, right } = one.getBoundingClientRect();
      return { text: one.textContent, left, right };
    }),
  );
  const byRight = places.toSorted((a, b) => b.right - a.right).map(({ text }) => text);
  assert.deepEqual(byRight, ['אני', 'גר', 'בתל', 'אביב', 'ועובד', 'עם', 'Platform', 'Cloud', 'Google', 'בישראל', '.']);
  const sorted = places.toSorted((a, b) => a.left - b.left);
  sorted.slice(1).forEach((place, index) => assert.ok(place.left >= sorted[index].right - 1, 'words do not overlap'));
  await page.locator('svg').first().focus();
  await page.keyboard.press('w');
  await page.keyboard.press('ArrowLeft');
  await page.locator('.inspector .about').filter({ hasText: '“גר”' }).waitFor();
});

test('nested, crossing and identical entities are all reached', async () => {
  const { page } = await visit();
  await settled(page);
  await type(page, 'We train large neural parsers.');
  const add = async (from, length, key) => {
    await page.locator('svg').first().focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.keyboard.press('Home');
    for (let step = 0; step < from; step++) await page.keyboard.press('ArrowRight');
    for (let step = 1; step < length; step++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press(key);
  };
  await add(2, 3, '1');
  await add(3, 1, '2');
  await add(1, 2, '3');
  for (const text of ['large neural parsers', 'neural', 'train large']) await entity(page, text).first().waitFor();
  const boxes = await page.locator('svg .entity text').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      const apart = a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 4 || b.bottom <= a.top + 4;
      assert.ok(apart, 'labels do not cover each other');
    }
  }
  await assertAccessible(page);
});

test('forced colours and reduced motion', async () => {
  const { page } = await visit({ forcedColors: 'active', reducedMotion: 'reduce' });
  await settled(page);
  const stroke = await page.locator('svg .entity rect').first().evaluate((element) => getComputedStyle(element).stroke);
  assert.notEqual(stroke, 'none');
});
