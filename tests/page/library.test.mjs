// Many documents: a file of them or a folder becomes a list, which is searched, annotated and taken away as a whole.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { field, holds, put, settled, setUp } from './browser.mjs';
import { rows, unfold } from './documents.mjs';

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block' });

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sinet-library-'));
});
after(() => rm(folder, { recursive: true }));

async function openPage(options) {
  const opened = await visit(options);
  await settled(opened.page);
  await unfold(opened.page);
  return opened;
}

const lines = Array.from({ length: 30 }, (_, index) =>
  JSON.stringify({ text: `Parser ${index} uses a hidden Markov model for tagging. The corpus has ${1000 + index} words.`, label: [] }),
);

test('a file of lines becomes a list, which is searched, annotated and exported', { timeout: 180_000 }, async () => {
  const { page } = await openPage();
  const file = { name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(lines.join('\n')) };
  await page.getByLabel('Open files…').setInputFiles(file);
  await page.getByText('Documents (30)').waitFor();
  assert.match(await field(page).inputValue(), /^Parser 0 uses/);

  assert.equal(await rows(page).first().getAttribute('aria-setsize'), '30');
  await page.getByLabel('Search documents').fill('parser 17');
  await page.waitForFunction(() => document.querySelectorAll('.documents li').length === 1);
  // That is further down in the text than a title goes.
  await page.getByLabel('Search documents').fill('1023 corpus');
  await rows(page).filter({ hasText: 'Parser 23 ' }).waitFor();
  assert.equal(await rows(page).count(), 1);
  await page.getByLabel('Search documents').fill('');

  await page.getByRole('button', { name: 'Annotate all' }).click();
  await page.getByRole('progressbar', { name: 'Annotating all documents' }).waitFor();
  await page.getByRole('status', { name: 'Documents' }).filter({ hasText: /^\d+ of \d+ documents were read\.$/ }).waitFor({ timeout: 120_000 });
  assert.ok((await rows(page).filter({ hasText: 'annotated' }).count()) >= 19);

  await page.getByLabel('Format of all documents').selectOption({ label: await page.locator('.documents option').first().textContent() });
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export all' }).click()]);
  const text = await readFile(await download.path(), 'utf8');
  assert.match(text, /Parser 17 uses/);
  assert.ok(text.includes('hidden Markov model'));
  assert.match(text, /"Method"/, 'with what the model found');
});

test('the reading of all can be cancelled, and the open document goes first', { timeout: 120_000 }, async () => {
  const { page } = await openPage();
  const long = lines.map((line, index) => line.replace('tagging.', `tagging. ${'It reads. '.repeat(40)}${index}`));
  await page.getByLabel('Open files…').setInputFiles({ name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(long.join('\n')) });
  await page.getByRole('button', { name: 'Annotate all' }).click();
  await put(page, 'We read this first.');
  await page.getByText('first', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('status', { name: 'Documents' }).filter({ hasText: /^\d+ of \d+ documents were read\.$/ }).waitFor();
  const [, read, total] = (await page.getByRole('status', { name: 'Documents' }).innerText()).match(/^(\d+) of (\d+)/);
  assert.ok(Number(read) < Number(total), `${read} of ${total}`);
});

test('a folder becomes a list', async () => {
  const { page } = await openPage();
  await mkdir(join(folder, 'texts/inner'), { recursive: true });
  await writeFile(join(folder, 'texts/a.txt'), 'The first text of a folder.');
  await writeFile(join(folder, 'texts/inner/b.txt'), 'The second text lies deeper.');
  await page.getByLabel('Open a folder…').setInputFiles(join(folder, 'texts'));
  await page.locator('.opened').getByText('The first of 2 documents is open').waitFor();
  assert.equal(await field(page).inputValue(), 'The first text of a folder.');
  await rows(page).nth(1).waitFor();
  await page.reload();
  await settled(page);
  await unfold(page);
  await rows(page).filter({ hasText: 'The second text lies deeper.' }).waitFor();
});

test('two thousand documents are listed and searched, and the page answers meanwhile', { timeout: 180_000 }, async () => {
  const init = () => {
    window.reads = 0;
    const { get } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.get = function (key) {
      if (this.name === 'bodies') window.reads += 1;
      return get.call(this, key);
    };
  };
  const { page } = await openPage({ init });
  const count = 2_000;
  const text = (index) => `Report ${index}: we train a tagger with a large corpus and a small budget. Its code is q${index}z.`;
  const many = Array.from({ length: count }, (_, index) => JSON.stringify({ text: text(index), label: [] }));
  await page.getByLabel('Open files…').setInputFiles({ name: 'many.jsonl', mimeType: 'application/json', buffer: Buffer.from(many.join('\n')) });
  await page.getByText(`Documents (${count})`).waitFor();
  await page.locator('.opened').getByText(`The first of ${count} documents is open, ${count - 1} others are in the list.`).waitFor();
  assert.ok((await rows(page).count()) < 100, 'only what is near is drawn');
  await page.locator('.rows').evaluate((list) => (list.scrollTop = list.scrollHeight));
  await rows(page).filter({ hasText: 'Report 1999:' }).waitFor();
  assert.ok((await rows(page).count()) < 100, 'and what is far is not');

  await page.evaluate(() => (window.reads = 0));
  await page.getByLabel('Search documents').pressSequentially('q1717z');
  await put(page, 'We still parse sentences.');
  await page.locator('svg .words').getByText('sentences', { exact: true }).waitFor();
  await rows(page).filter({ hasText: 'Report 1717:' }).waitFor();
  assert.equal(await rows(page).count(), 1);
  const reads = await page.evaluate(() => window.reads);
  assert.ok(reads < 2 * count, `a search gives up where a newer one begins: ${reads} documents were read`);

  await rows(page).locator('button.title', { hasText: 'Report 1717:' }).click();
  await holds(page, text(1717));
  await page.reload();
  await holds(page, text(1717));
  await page.getByText(`Documents (${count})`).waitFor();
});
