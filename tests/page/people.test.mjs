// Two people's labels of the same documents: the measures, the differences decided with one key each, and the third document.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { settled, setUp } from './browser.mjs';
import { assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu' });

const text = 'Ada met Zoë in Köln. She sang.';
const other = 'Nobody else has this text.';

/** A line of doccano's form: entities as [words, type], relations as [head, type, tail]. */
function line(text, entities, relations = []) {
  return JSON.stringify({
    text,
    entities: entities.map(([words, label], id) => ({ id, label, start_offset: text.indexOf(words), end_offset: text.indexOf(words) + words.length })),
    relations: relations.map(([from_id, type, to_id], id) => ({ id, from_id, to_id, type })),
  });
}

const first = [
  line(text, [['Ada', 'Person'], ['Zoë', 'Person'], ['Köln', 'City']], [[0, 'met', 1]]),
  line(other, [['Nobody', 'Person']]),
].join('\n');
const second = line(text, [['Ada', 'Person'], ['Zoë', 'City'], ['Köln', 'City'], ['She', 'Person']], [[1, 'met', 0]]);

const file = (name, content) => ({ name, mimeType: 'application/json', buffer: Buffer.from(content) });

const said = (page, hasText) => page.getByRole('status', { name: 'Two people' }).filter({ hasText }).waitFor();
const looked = (page) => page.locator('.people tr[aria-current]');
const measure = (page, name) => page.locator('.measures tr').filter({ has: page.getByRole('rowheader', { name, exact: true }) }).locator('td').first();

async function open(page) {
  if (!(await page.locator('.people').count())) {
    await settled(page);
    await page.keyboard.press('Shift+P');
  }
  await page.getByLabel('First file…').setInputFiles(file('ada.jsonl', first));
  await page.getByLabel('Second file…').setInputFiles(file('bo.jsonl', second));
  await looked(page).waitFor();
}

test('two files are compared, decided by keys and exported as a third', async () => {
  const { page, complaints } = await visit();
  await open(page);
  assert.equal(new URL(page.url()).hash, '#people');

  // 9 words: Ada met Zoë in Köln . She sang . First: P - P - C - - - -; second: P - C - C - P - -.
  // The same 7/9; expected (2·2 + 1·2 + 6·5) / 81 = 36/81; κ = (63 − 36) / (81 − 36) = 27/45 = 0.60.
  assert.equal(await measure(page, 'Words: Cohen’s κ').innerText(), '0.60');
  // Two of three and four entities are the same, three by place: 4/7 and 6/7.
  assert.equal(await measure(page, 'Entities: F1').innerText(), '0.57');
  assert.equal(await measure(page, 'Entities by boundaries: F1').innerText(), '0.86');
  assert.equal(await measure(page, 'Relations: F1').innerText(), '0.00');
  await page.getByText('“Nobody else has this text.”, only in the first file').waitFor();

  const rows = await page.locator('.people tbody tr').filter({ has: page.locator('.row-pick') }).allInnerTexts();
  assert.equal(rows.length, 3);
  assert.match(rows[0], /^Other type\s+Person “Zoë”\s+City “Zoë”/);
  assert.match(rows[1], /^Reversed\s+met from “Ada” to “Zoë”\s+met from “Zoë” to “Ada”/);
  assert.match(rows[2], /^Only second\s+–\s+Person “She”/);
  // The sentence stands there twice, with the labels of each.
  await page.locator('.beside-each-other').getByRole('group', { name: 'ada.jsonl' }).locator('svg').first().waitFor();
  await page.locator('.beside-each-other').getByRole('group', { name: 'bo.jsonl' }).locator('svg').first().waitFor();

  await page.keyboard.press('a');
  await said(page, 'As the first has it.');
  assert.match(await looked(page).innerText(), /^Reversed/);
  await page.keyboard.press('b');
  assert.match(await looked(page).innerText(), /^Only second/);
  await page.keyboard.press('x');
  await said(page, 'Neither. Every difference is decided.');
  await page.keyboard.press('Control+z');
  await said(page, 'Undone.');
  await page.keyboard.press('b');
  await page.getByText('1 document, 3 differences, 3 decided.').waitFor();

  // The tab may close: the same files bring the decisions back.
  await page.reload();
  await page.locator('.people').waitFor();
  await open(page);
  await said(page, 'Decided before: 3 of 3.');
  await page.getByText('1 document, 3 differences, 3 decided.').waitFor();

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
  const third = JSON.parse((await readFile(await download.path(), 'utf8')).trim());
  assert.deepEqual(
    third.entities.map(({ type, text }) => [type, text]),
    [['Person', 'Ada'], ['Person', 'Zoë'], ['City', 'Köln'], ['Person', 'She']],
  );
  assert.deepEqual(third.relations.map(({ type, head, tail }) => [type, head, tail]), [['met', 1, 0]]);
  assert.deepEqual(complaints, []);
});

test('a label of one’s own takes the place of both', async () => {
  const { page } = await visit();
  await open(page);
  await page.keyboard.press('Alt+ArrowRight');
  await said(page, 'Person “Zoë in”.');
  await page.keyboard.press('Control+z');
  await said(page, 'Undone.');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+Space');
  await said(page, 'met, reversed.');
  await page.locator('.people .row-pick').first().click();
  assert.match(await looked(page).innerText(), /^Other type/);
  await page.getByRole('button', { name: 'Both' }).click();
  await page.getByText('2 decided').waitFor();
  await page.keyboard.press('Shift+P');
  await settled(page);
  assert.equal(await page.locator('.people').count(), 0);
});

test('two tabs that decide about the same files have the same decisions', async () => {
  const { page, newTab } = await visit();
  await open(page);
  const beside = await newTab();
  await open(beside);
  await page.keyboard.press('a');
  await said(beside, 'Decided in another tab: 1 of 3.');
  await beside.keyboard.press('ArrowDown');
  await beside.keyboard.press('b');
  await said(page, 'Decided in another tab: 2 of 3.');
  await page.keyboard.press('Control+z');
  await said(beside, 'Decided in another tab: 1 of 3.');
  const decided = (page) => page.locator('.people tbody tr').filter({ has: page.locator('.row-pick') }).allInnerTexts();
  assert.deepEqual(await decided(page), await decided(beside));
});

test('files without a common text are refused', async () => {
  const { page } = await visit({ query: '?device=cpu#people' });
  await page.getByLabel('First file…').setInputFiles(file('ada.jsonl', line(text, [['Ada', 'Person']])));
  await page.getByLabel('Second file…').setInputFiles(file('bo.jsonl', line(other, [['Nobody', 'Person']])));
  await page.getByText('These two files have no document with the same text: open two files of the same documents.').waitFor();
  await page.getByLabel('Second file…').setInputFiles(file('bad.json', '{"a":'));
  await page.getByRole('alert').filter({ hasText: 'bad.json cannot be opened' }).waitFor();
});

for (const width of [1280, 1000, 768, 390]) {
  test(`two people are in order at ${width} pixels`, async () => {
    const { page } = await visit({ viewport: { width, height: 800 } });
    await open(page);
    await assertInOrder(page, `people-${width}`);
  });
}
