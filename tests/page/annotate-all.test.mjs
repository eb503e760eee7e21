// “Annotate all”, while a person goes on: with another model, device, text or document, or away (B2).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, holds, openMenu, put, settled, setUp, words } from './browser.mjs';
import { records, rows, said, textOf, unfold } from './documents.mjs';
import { asked, gated, held, hold, release } from './gate.mjs';

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block', init: gated });

const text = (number) =>
  `Number ${number}: Anna Lindqvist of Volta Motors in Helsinki trains a hidden Markov model for speech recognition.`;
const count = 12;
const files = Array.from({ length: count }, (_, index) => ({
  name: `${String(index + 1).padStart(2, '0')}.txt`,
  mimeType: 'text/plain',
  buffer: Buffer.from(text(index + 1)),
}));

const typesOf = {
  scierc: ['Generic', 'Material', 'Method', 'Metric', 'OtherScientificTerm', 'Task'],
  conll04: ['Loc', 'Org', 'Other', 'Peop'],
};

const all = (page) => page.getByRole('button', { name: 'Annotate all' });
const bar = (page) => page.getByRole('progressbar', { name: 'Annotating all documents' });
const model = (page, name) => page.getByRole('radio', { name });

/** A visitor with twelve files, all of which are being annotated: the answer for the fifth is held back. */
async function inTheMiddle() {
  const visitor = await visit();
  const { page } = visitor;
  await settled(page);
  await unfold(page);
  await page.getByLabel('Open files…').setInputFiles(files);
  await page.getByText(`Documents (${count})`).waitFor();
  await settled(page);
  await hold(page, 'annotated', text(5));
  await all(page).click();
  await bar(page).waitFor();
  await held(page);
  return visitor;
}

/** What a model has found in a record, by type. */
const found = ({ body }) => Object.values(body.document.entities.model).map((entity) => entity.kind ?? entity.type);

/** All was read but what is open, or was at first, and nothing was called a failure; `left` documents are there. */
async function assertAllRead(page, left = count) {
  await said(page, /^\d+ of \d+ documents were read\.$/);
  await bar(page).waitFor({ state: 'detached' });
  assert.equal(await rows(page).filter({ hasText: 'could not be read' }).count(), 0);
  const kept = await records(page);
  assert.equal(kept.length, left);
  const open = await field(page).inputValue();
  for (const record of kept.filter((record) => ![open, text(1)].includes(textOf(record)))) {
    assert.equal(record.head.state, 'read', textOf(record));
    const types = found(record);
    assert.ok(types.length > 0, `something was found in ${textOf(record)}`);
    const foreign = types.filter((type) => !typesOf[record.body.model].includes(type));
    assert.deepEqual(foreign, [], `${record.body.model} is the model that has read ${textOf(record)}`);
  }
}

/** It can be done again: there is nothing left to read, and the open document answers. */
async function assertAlive(page) {
  await all(page).click();
  await said(page, /^(\d+) of \1 documents were read\.$/);
  await put(page, 'We still parse sentences.');
  await page.locator('svg .words').getByText('sentences', { exact: true }).waitFor();
}

for (const [what, change] of [
  ['the model is switched', async (page) => {
    await model(page, 'News').check();
  }],
  ['the model is switched twice in a row', async (page) => {
    await model(page, 'News').check();
    await model(page, 'Scientific').check();
  }],
  ['the device is switched', async (page) => {
    await openMenu(page, 'Model and device');
    await page.getByRole('radio', { name: 'Automatic' }).check();
  }],
  ['model and device are switched', async (page) => {
    await openMenu(page, 'Model and device');
    await page.getByRole('radio', { name: 'Automatic' }).check();
    await model(page, 'News').check();
    await openMenu(page, 'Model and device');
    await page.getByRole('radio', { name: 'CPU', exact: true }).check();
  }],
  ['the open text is typed', async (page) => {
    await put(page, 'We read this first.');
    // So long that the page loses patience with what is being read.
    await page.waitForTimeout(2_500);
    await put(page, 'We read this instead.');
    await page.waitForTimeout(1_000);
  }],
  ['another document is opened', async (page) => {
    await rows(page).getByRole('button', { name: /^Number 3:/ }).click();
    await holds(page, text(3));
  }],
  ['the document that is read is opened', async (page) => {
    await rows(page).getByRole('button', { name: /^Number 5:/ }).click();
    await holds(page, text(5));
  }],
]) {
  test(`B2: while all documents are annotated, ${what}: none fails`, { timeout: 180_000 }, async () => {
    const { page } = await inTheMiddle();
    await change(page);
    await release(page);
    await assertAllRead(page);
    await settled(page);
    const shown = (await words(page)).join('');
    assert.equal(shown, (await field(page).inputValue()).replaceAll(' ', ''), 'the open document is read as well');
    await assertAlive(page);
  });
}

test('B2: cancelling needs no answer, and the rest can be annotated later', { timeout: 180_000 }, async () => {
  const { page } = await inTheMiddle();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await bar(page).waitFor({ state: 'detached', timeout: 10_000 });
  await said(page, /^\d+ of 11 documents were read\.$/);
  assert.equal(await rows(page).filter({ hasText: 'could not be read' }).count(), 0);
  const before = (await records(page)).filter(({ head }) => head.state === 'read').length;
  assert.equal(before, 3);
  await all(page).click();
  await release(page);
  await assertAllRead(page);
  await assertAlive(page);
});

test('B2: documents that are deleted while all are annotated stay deleted', { timeout: 180_000 }, async () => {
  const { page } = await inTheMiddle();
  // One that is being read, one that waits, and one that was read.
  for (const number of [5, 8, 2]) {
    await page.getByRole('button', { name: new RegExp(`^Delete “Number ${number}:`) }).click();
    await said(page, new RegExp(`^“Number ${number}: .*was deleted`));
  }
  await release(page);
  await assertAllRead(page, count - 3);
  for (const number of [5, 8, 2]) assert.equal(await rows(page).filter({ hasText: `Number ${number}:` }).count(), 0);
  await assertAlive(page);
});

test('B2: the tab closes while all documents are annotated, and the next one goes on', { timeout: 180_000 }, async () => {
  const { page, newTab } = await inTheMiddle();
  // What waits to be saved is kept, too.
  await put(page, 'The last word of a tab.');
  await page.close();
  const other = await newTab();
  await holds(other, 'The last word of a tab.');
  await settled(other);
  const states = (await records(other)).map(({ head }) => head.state);
  assert.deepEqual(states.filter((state) => state === 'failed'), []);
  await unfold(other);
  await all(other).click();
  await assertAllRead(other);
  const again = (await asked(other)).filter(({ kind, aside }) => kind === 'annotate' && aside);
  assert.deepEqual(again.filter(({ text: asked }) => [2, 3, 4].map(text).includes(asked)), [], 'only the rest is read');
  await assertAlive(other);
});
