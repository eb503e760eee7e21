// Many documents: a file of them or a folder becomes a list, which is searched, annotated and taken away as a whole.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, open, settled } from './browser.mjs';
import { serve } from './site.mjs';

let browser, site, folder;
before(async () => {
  browser = await launch();
  site = await serve();
  folder = await mkdtemp(join(tmpdir(), 'sinet-library-'));
});
after(async () => {
  await browser.close();
  await site.stop();
  await rm(folder, { recursive: true });
});

const rows = (page) => page.locator('.documents li');

async function openPage() {
  const opened = await open(browser, `${site.address}?device=cpu`, { serviceWorkers: 'block' });
  await settled(opened.page);
  await opened.page.locator('.documents summary').click();
  return opened;
}

const lines = Array.from({ length: 30 }, (_, index) =>
  JSON.stringify({ text: `Parser ${index} uses a hidden Markov model for tagging. The corpus has ${1000 + index} words.`, label: [] }),
);

test('a file of lines becomes a list, which is searched, annotated and exported', { timeout: 180_000 }, async () => {
  const { page, context } = await openPage();
  const file = { name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(lines.join('\n')) };
  await page.getByLabel('Open files…').setInputFiles(file);
  await page.getByText('Documents (30)').waitFor();
  assert.match(await page.getByLabel('Text to annotate').inputValue(), /^Parser 0 uses/);

  assert.equal(await rows(page).count(), 20, 'the rest on demand');
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
  await context.close();
});

test('the reading of all can be cancelled, and the open document goes first', { timeout: 120_000 }, async () => {
  const { page, context } = await openPage();
  const long = lines.map((line, index) => line.replace('tagging.', `tagging. ${'It reads. '.repeat(40)}${index}`));
  await page.getByLabel('Open files…').setInputFiles({ name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(long.join('\n')) });
  await page.getByRole('button', { name: 'Annotate all' }).click();
  await page.getByLabel('Text to annotate').fill('We read this first.');
  await page.getByText('first', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('status', { name: 'Documents' }).filter({ hasText: /^\d+ of \d+ documents were read\.$/ }).waitFor();
  const [, read, total] = (await page.getByRole('status', { name: 'Documents' }).innerText()).match(/^(\d+) of (\d+)/);
  assert.ok(Number(read) < Number(total), `${read} of ${total}`);
  await context.close();
});

test('a folder becomes a list', async () => {
  const { page, context } = await openPage();
  await mkdir(join(folder, 'texts/inner'), { recursive: true });
  await writeFile(join(folder, 'texts/a.txt'), 'The first text of a folder.');
  await writeFile(join(folder, 'texts/inner/b.txt'), 'The second text lies deeper.');
  await page.getByLabel('Open a folder…').setInputFiles(join(folder, 'texts'));
  await page.locator('.opened').getByText('The first of 2 documents is open').waitFor();
  assert.equal(await page.getByLabel('Text to annotate').inputValue(), 'The first text of a folder.');
  await rows(page).nth(1).waitFor();
  await page.reload();
  await settled(page);
  await page.locator('.documents summary').click();
  await rows(page).filter({ hasText: 'The second text lies deeper.' }).waitFor();
  await context.close();
});
