// Annotating many documents: the same words elsewhere, find and replace, judging the model's labels, and documents that are done.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { entity, holds, openTab, put, settled, setUp, type } from './browser.mjs';
import { recordsWhen, rows, said, unfold } from './documents.mjs';
import { assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block' });

/** A line of doccano's form: entities as [words, type], relations as [head, type, tail]. */
function line(text, entities = [], relations = []) {
  return JSON.stringify({
    text,
    entities: entities.map(([words, label], id) => ({ id, label, start_offset: text.indexOf(words), end_offset: text.indexOf(words) + words.length })),
    relations: relations.map(([from_id, type, to_id], id) => ({ id, from_id, to_id, type })),
  });
}

const documents = [
  line('Ada met Bo. Ada sang, and Adam left. Ada stayed.', [['Ada', 'Person'], ['Bo', 'Person']], [[0, 'met', 1]]),
  line('Here Ada wrote to Bo. Ada waited.', [['Bo', 'Person']]),
  line('Nobody of that name.', [['name', 'Thing']]),
  line('Ada again.', [['again', 'Thing']]),
];

async function openAll(page) {
  await settled(page);
  await page.getByLabel('Open files…').setInputFiles({ name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(documents.join('\n')) });
  await page.getByText('Documents (4)').waitFor();
  await unfold(page);
  await entity(page, 'Ada').first().waitFor();
}

/** The entities by a person in a record. */
const own = ({ body }) => Object.values(body.document.entities.corrections).filter(({ now }) => now).map(({ now }) => now.kind);
const starting = (all, words) => all.find(({ body }) => body.document.text.startsWith(words));
const done = (page, hasText) => page.locator('.inspector .said').filter({ hasText }).waitFor();

/** Opens all documents and labels the words of the first entity in each of them; returns the tab that does that. */
async function labelEverywhere(page) {
  await openAll(page);
  await entity(page, 'Ada').first().focus();
  const tab = await openTab(page, 'Replace');
  await tab.getByRole('button', { name: 'Count in all documents' }).first().click();
  await tab.getByRole('button', { name: 'Change 5 in all documents (3)' }).click();
  await said(page, '5 entities added in 3 documents.');
  return tab;
}

test('the same words in a document are labelled together and undone together', async () => {
  const { page, complaints } = await visit();
  await openAll(page);
  await entity(page, 'Ada').first().focus();
  await page.getByRole('button', { name: '2 more like this' }).waitFor();
  await page.keyboard.press('Shift+L');
  await done(page, '2 entities added as one step.');
  assert.equal(await entity(page, 'Ada').count(), 3, 'whole words only');
  await page.getByRole('button', { name: 'more like this' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await done(page, 'Undone.');
  assert.equal(await entity(page, 'Ada').count(), 1);
  assert.deepEqual(complaints, []);
});

test('the same words in all documents are labelled together and undone together', async () => {
  const { page } = await visit();
  const tab = await labelEverywhere(page);
  assert.equal(await entity(page, 'Ada').count(), 3);
  const counts = (all) => ['Ada met', 'Here', 'Nobody', 'Ada again'].map((words) => own(starting(all, words)).length);
  await recordsWhen(page, (all) => all.length === 4 && String(counts(all)) === '4,3,1,2');
  await tab.getByRole('button', { name: 'Undo in all documents' }).click();
  await said(page, 'Taken back in 3 documents.');
  await recordsWhen(page, (all) => String(counts(all)) === '2,1,1,1');
  assert.equal(await entity(page, 'Ada').count(), 1);
});

test('a document that was changed since keeps its labels when all are taken back', async () => {
  const { page } = await visit();
  const tab = await labelEverywhere(page);
  await rows(page).locator('button.title', { hasText: 'Here Ada' }).click();
  await holds(page, 'Here Ada wrote to Bo. Ada waited.');
  await entity(page, 'Bo').focus();
  await page.keyboard.press('Delete');
  await openTab(page, 'Replace');
  await tab.getByRole('button', { name: 'Undo in all documents' }).click();
  await said(page, 'Taken back in 2 documents. 1 document was changed meanwhile and stays as it is.');
  assert.equal(await entity(page, 'Ada').count(), 2);
});

test('labels are found and replaced', async () => {
  const { page } = await visit();
  await openAll(page);
  const tab = await openTab(page, 'Replace');
  await tab.getByLabel('of the type').selectOption('Person');
  await tab.getByLabel('become').selectOption('removed');
  await tab.getByRole('button', { name: 'Change 2 here' }).click();
  await done(page, '2 entities removed as one step.');
  assert.equal(await page.locator('svg .entity').count(), 0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await entity(page, 'Bo').waitFor();
  assert.equal(await page.locator('svg .arc').count(), 1);

  await tab.getByRole('radio', { name: 'Relations' }).check();
  await tab.getByLabel('from a').selectOption('Person');
  await tab.getByLabel('become').selectOption('reversed');
  await tab.getByRole('button', { name: 'Change 1 here' }).click();
  await done(page, '1 relation reversed as one step.');
  await page.locator('svg .arc[aria-label*="from “Bo” to “Ada”"]').waitFor();
});

test('the model’s labels are judged with a key each, and the document is done', { timeout: 120_000 }, async () => {
  const { page, complaints } = await visit();
  await settled(page);
  await unfold(page);
  await type(page, 'We use a naïve parser for parsing. The beam search improves the parser on news text.');
  const judge = page.getByRole('button', { name: /^Judge/ });
  const left = async () => Number((await judge.innerText()).match(/\((\d+)\)/)?.[1] ?? 0);
  const all = await left();
  assert.ok(all >= 3);
  await page.keyboard.press('Shift+J');
  // The least sure comes first; what is selected has the focus.
  await page.waitForFunction(() => document.activeElement.closest('svg [role="button"]'));
  const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  const doubted = await label();
  await page.keyboard.press('Space');
  await page.waitForFunction((before) => document.activeElement.getAttribute('aria-label') !== before, doubted);
  assert.equal(await left(), all, 'passed over');
  for (let step = 0; step < 40 && (await left()) > 0; step++) {
    const before = await left();
    await page.keyboard.press(step === 0 ? 'Delete' : 'Enter');
    await page.waitForFunction((before) => {
      const button = [...document.querySelectorAll('.checking button')].find((button) => button.innerText.startsWith('Judge'));
      return Number(button.innerText.match(/\((\d+)\)/)?.[1] ?? 0) !== before;
    }, before);
    await settled(page);
  }
  await done(page, 'Every label of the model is judged.');
  await page.keyboard.press('Shift+K');
  await said(page, 'Every document is checked.');
  const [record] = await recordsWhen(page, (all) => all.some(({ head }) => head.checked));
  assert.ok(own(record).length > 0);
  await page.getByText('1 of 1 checked').click();
  await page.getByText(/^The model against you in checked documents: F1 0\.\d\d on entities/).waitFor();
  assert.deepEqual(complaints, []);
});

test('done goes to the next that is not, and notes and checks are kept', async () => {
  const { page } = await visit();
  await openAll(page);
  await page.getByLabel('Note on this document').fill('Ask Bo about Adam.');
  await recordsWhen(page, (all) => all.some(({ body }) => body.note === 'Ask Bo about Adam.'));
  await page.getByRole('button', { name: 'Done, next' }).click();
  await holds(page, 'Here Ada wrote to Bo. Ada waited.');
  await page.getByText('1 of 4 checked').waitFor();
  assert.equal(await page.getByLabel('Note on this document').inputValue(), '');
  assert.equal(await page.getByRole('checkbox', { name: 'Checked', exact: true }).isChecked(), false);
  await page.keyboard.press('<');
  await holds(page, 'Ada met Bo. Ada sang, and Adam left. Ada stayed.');
  await page.reload();
  await entity(page, 'Ada').first().waitFor();
  assert.equal(await page.getByLabel('Note on this document').inputValue(), 'Ask Bo about Adam.');
  assert.equal(await page.getByRole('checkbox', { name: 'Checked', exact: true }).isChecked(), true);
});

test('only checked documents are training data, unless somebody asks for all', async () => {
  const { page } = await visit();
  await openAll(page);
  const format = page.getByLabel('Format of all documents');
  await format.selectOption('training');
  assert.equal(await page.getByRole('checkbox', { name: 'only checked' }).isChecked(), true);
  await page.getByRole('button', { name: 'Export all' }).click();
  await said(page, 'No document is checked: check some, or export all of them.');
  await page.getByRole('button', { name: 'Done, next' }).click();
  await page.getByText('1 of 4 checked').waitFor();
  const take = async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export all' }).click()]);
    return readFile(await download.path());
  };
  assert.equal((await take()).subarray(0, 2).toString(), 'PK');
  await said(page, '1 document was written as training data.');
  await page.getByRole('checkbox', { name: 'only checked' }).uncheck();
  await take();
  await said(page, '4 documents were written as training data.');
  await format.selectOption('sinet');
  await page.getByRole('checkbox', { name: 'only checked' }).check();
  const lines = (await take()).toString().trim().split('\n');
  assert.equal(lines.length, 1);
  assert.match(lines[0], /Ada met Bo/);
});

for (const width of [1280, 1000, 768, 390]) {
  test(`find and replace is in order at ${width} pixels`, async () => {
    const { page } = await visit({ viewport: { width, height: 800 } });
    await settled(page);
    await page.locator('svg .entity').first().focus();
    await openTab(page, 'Replace');
    await page.getByRole('button', { name: /^Judge/ }).click();
    await assertInOrder(page, `replace-${width}`);
  });
}

test('a set goes to another browser whole: labels, checks, notes, types', { timeout: 120_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  await page.getByRole('radio', { name: 'No model' }).check();
  await openTab(page, 'Types');
  const types = { entities: { Person: { key: '1' } }, relations: {} };
  await page.getByRole('tabpanel').locator('input[type=file]').setInputFiles({ name: 'types.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(types)) });
  for (const text of ['Ada met Bo.', 'Carla sang.']) {
    await page.getByRole('button', { name: 'New' }).click();
    await put(page, text);
    await page.locator('#sentence-0').focus();
    await page.keyboard.press('w');
    await page.keyboard.press('1');
    await page.locator('svg .entity.own').waitFor();
  }
  await page.getByLabel('Note on this document').fill('Ask Carla.');
  await page.getByRole('checkbox', { name: 'Checked', exact: true }).check();
  await recordsWhen(page, (all) => all.length === 2 && all.some(({ body }) => body.note === 'Ask Carla.' && body.checked));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the set' }).click()]);
  const file = await download.path();

  const { page: other } = await visit();
  await settled(other);
  await other.getByLabel('Open files…').setInputFiles({ name: 'set.zip', mimeType: 'application/zip', buffer: await readFile(file) });
  await other.locator('.opened').getByText('2 documents of a set are in the list.').waitFor();
  await rows(other).filter({ hasText: 'Carla sang.' }).getByRole('button').first().click();
  await entity(other, 'Carla').waitFor();
  assert.equal(await other.getByLabel('Note on this document').inputValue(), 'Ask Carla.');
  assert.ok(await other.getByRole('checkbox', { name: 'Checked', exact: true }).isChecked());
  await openTab(other, 'Types');
  assert.equal(await other.getByRole('tabpanel').getByRole('textbox').first().inputValue(), 'Person');
  await entity(other, 'Carla').focus();
  await other.keyboard.press('Control+z');
  await entity(other, 'Carla').waitFor({ state: 'detached' });
});

/** Opens 2,000 documents, the first of them with a label, and waits until the browser keeps all. */
async function openMany(page) {
  await settled(page);
  const lines = Array.from({ length: 2_000 }, (_, place) => line(`Ada met Bo in town ${place}.`, place ? [] : [['Ada', 'Person']]));
  await page.getByLabel('Open files…').setInputFiles({ name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(lines.join('\n')) });
  await page.getByText('Documents (2000)').waitFor();
  await unfold(page);
}

const labelled = (all) => all.filter((record) => own(record).length > 0).length;

test('a change of 2,000 documents ends with the tab, and the next tab makes the rest of it', { timeout: 300_000 }, async () => {
  const { page, newTab } = await visit();
  await openMany(page);
  const change = async (page, changes, said) => {
    await entity(page, 'Ada').first().focus();
    const tab = await openTab(page, 'Replace');
    await tab.getByRole('button', { name: 'Count in all documents' }).first().click();
    await tab.getByRole('button', { name: changes }).click();
    return said && page.getByRole('status', { name: 'Documents' }).filter({ hasText: said }).waitFor();
  };
  await change(page, 'Change 1999 in all documents (1999)');
  const some = labelled(await recordsWhen(page, (all) => labelled(all) > 20, 60_000));
  await page.close();
  const other = await newTab();
  await other.getByText('Documents (2000)').waitFor();
  const before = await recordsWhen(other, (all) => all.length === 2_000);
  assert.ok(labelled(before) >= some && labelled(before) < 2_000, `${labelled(before)} follow`);
  await unfold(other);
  await other.getByLabel('Search documents').fill('in town 0.');
  await rows(other).filter({ hasText: 'in town 0.' }).getByRole('button').first().click();
  await change(other, /^Change \d+ in all documents/, 'entities added in');
  assert.equal(labelled(await recordsWhen(other, (all) => labelled(all) === 2_000, 60_000)), 2_000);
  await other.getByRole('button', { name: 'Undo in all documents' }).click();
  await recordsWhen(other, (all) => labelled(all) === labelled(before), 120_000);
});

test('a set of 2,000 documents is not spoilt by a tab that closes while it is written, and goes to another browser', { timeout: 300_000 }, async () => {
  const { page, newTab } = await visit();
  await openMany(page);
  await page.getByRole('button', { name: 'Download the set' }).click({ noWaitAfter: true });
  await page.close();
  const again = await newTab();
  await again.getByText('Documents (2000)').waitFor();
  await settled(again);
  await unfold(again);
  const [download] = await Promise.all([again.waitForEvent('download'), again.getByRole('button', { name: 'Download the set' }).click()]);
  const file = await readFile(await download.path());
  const { page: other, newTab: oneMore } = await visit();
  await settled(other);
  const open = (page) => page.getByLabel('Open files…').setInputFiles({ name: 'set.zip', mimeType: 'application/zip', buffer: file });
  await open(other);
  await other.locator('.opened').getByText('2000 documents of a set are in the list.').waitFor();
  const first = (page) => page.evaluate(() => [...document.querySelectorAll('.documents li .title')].map((title) => title.textContent).join());
  assert.equal(await first(other), await first(again), 'in their order');
  // Opening is all or nothing, too.
  await open(other);
  await other.close();
  const last = await oneMore();
  const counts = await recordsWhen(last, (all) => all.length >= 2_000);
  assert.ok([2_000, 4_000].includes(counts.length), `${counts.length} documents`);
  assert.equal(new Set(counts.map(({ id }) => id)).size, counts.length);
});
