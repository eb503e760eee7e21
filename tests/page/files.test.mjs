// What a person takes away and opens: every format there and back, pictures, links, dropped files, bad files.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import { drop, entity, field, holds, openMenu, put, settled, setUp, type } from './browser.mjs';
import { rows, unfold } from './documents.mjs';
import { assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu', permissions: ['clipboard-read', 'clipboard-write'] });

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sinet-files-'));
});
after(() => rm(folder, { recursive: true }));

const text = '😀 We use a naïve parser for parsing.\n\nThe beam search improves the "parser" on news text.';

async function openTakeAway(page) {
  await openMenu(page, 'Take away');
  await page.getByLabel('As', { exact: true }).waitFor();
}

/** Takes the document away in a format; returns the path of the file. */
async function takeAway(page, name) {
  await page.getByLabel('As', { exact: true }).selectOption(name);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  const path = join(folder, `${name}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

/** The document as this project's own JSON has it. */
async function content(page) {
  const lines = (await readFile(await takeAway(page, 'sinet'), 'utf8')).trim().split('\n');
  assert.equal(lines.length, 1);
  return JSON.parse(lines[0]);
}

const labels = ({ entities, relations }, sameText) => ({
  entities: entities.map(({ type, text, start, end }) =>
    sameText ? { type, text, start, end } : { type, text: text.replaceAll(/\s/g, '') }),
  relations: relations.map(({ type, head, tail }) => ({ type, head, tail })),
});

test('what is taken away in a format comes back from its file', { timeout: 240_000 }, async () => {
  const { page, complaints } = await visit();
  await settled(page);
  await type(page, text);
  await openTakeAway(page);
  const before = await content(page);
  assert.ok(before.entities.length >= 3 && before.relations.length >= 1);
  const { page: other } = await visit();
  await settled(other);
  await openTakeAway(other);
  const input = other.getByLabel('Open files…');
  const sameText = ['sinet', 'brat', 'doccano', 'label-studio', 'prodigy', 'pubannotation'];
  for (const format of [...sameText, 'spert', 'dygie', 'gliner', 'conll']) {
    const file = await takeAway(page, format);
    await input.setInputFiles(file);
    await other.locator('.opened').getByText('as they came').waitFor();
    await other.locator('.opened').getByText(format === 'spert' ? 'SpERT' : 'opened as', { exact: false }).first().waitFor();
    const found = await content(other);
    const keeps = sameText.includes(format);
    const expected = labels(before, keeps);
    if (format === 'conll') expected.relations = [];
    assert.deepEqual(labels(found, keeps), expected, format);
    if (keeps) assert.equal(found.text, before.text, format);
    await put(other, '');
  }
  assert.deepEqual(complaints, []);
});

test('each form says what it counts and loses before it is taken', { timeout: 120_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  await openTakeAway(page);
  const terms = page.locator('.terms');
  const form = page.getByLabel('As', { exact: true });
  await form.selectOption('label-studio');
  await terms.getByText('UTF-16 code units').waitFor();
  await form.selectOption('conll');
  await terms.getByText(/relations? left out/).waitFor();
  await form.selectOption('sinet');
  await terms.getByText('Nothing is lost.').waitFor();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.locator('.said').getByText('in the clipboard').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(JSON.parse(copied).offset_unit, 'code_points');
  for (const options of (await form.locator('option').evaluateAll((all) => all.map((option) => option.value)))) {
    await form.selectOption(options);
    await terms.locator('p, li').first().waitFor();
  }
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`taking away is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await visit({ colorScheme, viewport: { width, height: 900 } });
      await settled(page);
      await openTakeAway(page);
      await page.getByLabel('As', { exact: true }).selectOption('conll');
      await page.locator('.terms').getByText(/relations? left out/).waitFor();
      // What is far from the window is not drawn.
      await page.locator('.sentences').evaluate((sentences) => sentences.scrollIntoView());
      await page.locator('.sentences svg .entity').first().waitFor();
      await assertInOrder(page, `taking-away-${colorScheme}-${width}`);
    });
  }
}

test('pictures and the page of its own need nothing else', { timeout: 120_000 }, async () => {
  const { page, context, complaints } = await visit();
  await settled(page);
  await type(page, 'We use <b>beam search</b> for parsing.');
  await openTakeAway(page);
  const png = await readFile(await takeAway(page, 'png'));
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.ok(png.readUInt32BE(16) > 1000, 'it is as wide as the picture, twice as fine');
  const svg = await readFile(await takeAway(page, 'svg'), 'utf8');
  assert.match(svg, /^<svg xmlns/);
  const html = await takeAway(page, 'html');
  const alone = await context.newPage();
  const requests = [];
  alone.on('request', (request) => requests.push(request.url()));
  await alone.goto(pathToFileURL(html).href);
  assert.equal(requests.length, 1, 'only the file itself');
  assert.ok(await alone.getByText('beam').first().isVisible());
  assert.equal(await alone.locator('b, script').count(), 0);
  assert.ok((await alone.locator('svg .entity rect').count()) >= 1);
  assert.deepEqual(complaints, []);
});

test('a link carries the document and is never sent', { timeout: 120_000 }, async () => {
  const { page, site } = await visit();
  await settled(page);
  await type(page, text);
  await openTakeAway(page);
  const before = await content(page);
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await page.locator('.said').getByText('The link is in the clipboard.').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#d=[A-Za-z0-9_-]+$/);
  const asked = site.asked.length;
  const { page: other } = await visit({ site, query: link.slice(site.address.length) });
  await openTakeAway(other);
  assert.deepEqual(labels(await content(other), true), labels(before, true));
  assert.equal(await field(other).inputValue(), text);
  assert.ok(!site.asked.slice(asked).some((path) => path.includes('d=')));
  await put(other, '');
});

test('a link that is damaged is refused with a sentence, and what is kept is opened', { timeout: 120_000 }, async () => {
  const { page, context, site } = await visit({ query: '?device=cpu#d=AAAA' });
  const refusal = (page) => page.getByRole('alert').getByText('cannot be opened');
  await refusal(page).waitFor();
  await settled(page);
  await type(page, text);
  await unfold(page);
  await rows(page).filter({ hasText: 'naïve parser' }).waitFor();
  const other = await context.newPage();
  await other.goto(`${site.address}?device=cpu#d=!!`);
  await holds(other, text);
  await refusal(other).waitFor();
});

test('files that are dropped anywhere are opened, and bad ones refused by their place', { timeout: 120_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  const lines = ['{"text":"Ada lives.","label":[[0,3,"Peop"]]}', '{"text":"Bob.","label":[]}'];
  await drop(page, [['people.jsonl', lines.join('\n')]]);
  await page.locator('.opened').getByText('The first of 2 documents is open, 1 other is in the list.').waitFor();
  assert.equal(await field(page).inputValue(), 'Ada lives.');
  assert.equal(await page.locator('svg .entity').count(), 1);
  await drop(page, [['bad.jsonl', '{"text":"Ada"}\n{"text":"Ada","label":[[0,9,"Peop"]]}']]);
  await page.getByRole('alert').getByText('bad.jsonl, line 2, document 2').waitFor();
  await writeFile(join(folder, 'a.ann'), 'T1\tPeop 0 3\tAda\n');
  await page.getByLabel('Open files…').setInputFiles(join(folder, 'a.ann'));
  await page.getByRole('alert').getByText('together with its .txt file').waitFor();
});

test('an opened file says what of it was not read, and opens without what cannot be', { timeout: 60_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  const lines = [
    { text: 'Ada lives in London.', label: [[0, 3, 'Peop']], colour: 'red' },
    { text: 'Too short.', label: [[0, 99, 'Peop']] },
  ];
  await writeFile(join(folder, 'half.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
  await page.getByLabel('Open files…').setInputFiles(join(folder, 'half.jsonl'));
  await holds(page, 'Ada lives in London.');
  await page.locator('.opened').getByText('`colour`').waitFor();
  await page.getByRole('alert').getByText('half.jsonl, line 2, document 2').waitFor();
  assert.equal(await entity(page, 'Ada').count(), 1);

  await writeFile(join(folder, 'bare.jsonl'), JSON.stringify({ text: 'Nobody labelled this.', label: [] }));
  await page.getByLabel('Open files…').setInputFiles(join(folder, 'bare.jsonl'));
  await page.locator('.opened').getByText('has no entity').waitFor();
});

test('B20: two dropped files of one name are two documents', { timeout: 60_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  await unfold(page);
  await drop(page, [['a.txt', 'The text of one folder.'], ['a.txt', 'The text of another folder.']]);
  await page.locator('.opened').getByText('The first of 2 documents is open, 1 other is in the list.').waitFor();
  await rows(page).filter({ hasText: 'The text of one folder.' }).waitFor();
  await rows(page).filter({ hasText: 'The text of another folder.' }).waitFor();
});

test('B20: labels belong to their text in letters of any size', { timeout: 60_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  await drop(page, [['A.TXT', 'Ada lives.'], ['A.ANN', 'T1\tPeop 0 3\tAda\n']]);
  await holds(page, 'Ada lives.');
  await page.locator('.opened').getByText('as they came').waitFor();
  assert.equal(await entity(page, 'Ada').count(), 1);
});

/** An `init`: whatever is dropped is a folder with so many texts, and with things that cannot be read. */
const folderOf = (count) => `(${(count) => {
  // Chromium names no constructor for these.
  const entry = (isFile, path, rest) => ({ name: path.split('/').pop(), fullPath: path, isFile, isDirectory: !isFile, ...rest });
  const file = (path, give) => entry(true, path, { file: give });
  const folder = (path, give) => entry(false, path, { createReader: () => ({ readEntries: give }) });
  const error = new DOMException('it is locked', 'NotReadableError');
  const texts = Array.from({ length: count }, (_, index) => {
    const name = `${index}.txt`;
    return file(`/many/${name}`, (take) => take(new File([`Text ${index}.`], name)));
  });
  const locked = [
    file('/many/locked.txt', (_, refuse) => refuse(error)),
    folder('/many/closed', (_, refuse) => refuse(error)),
  ];
  DataTransferItem.prototype.webkitGetAsEntry = function () {
    const waiting = [...locked, ...texts];
    return folder('/many', (take) => take(waiting.splice(0, 100)));
  };
}})(${count})`;

test('B20: what of a dropped folder cannot be read is named', { timeout: 60_000 }, async () => {
  const { page } = await visit({ init: folderOf(2) });
  await settled(page);
  await drop(page, [['many', '']]);
  await page.locator('.opened').getByText('The first of 2 documents is open').waitFor();
  for (const name of ['locked.txt', 'closed']) await page.getByRole('alert').getByText(new RegExp(`${name}\\b.* cannot be read`)).waitFor();
});

test('B20: a folder with more files than are taken says so', { timeout: 180_000 }, async () => {
  const { page } = await visit({ init: folderOf(20_001) });
  await settled(page);
  await drop(page, [['many', '']]);
  await page.locator('.opened, .failure').getByText(/\b20[,.  ]?000\b.*files|files.*\b20[,.  ]?000\b/).waitFor({ timeout: 150_000 });
});
