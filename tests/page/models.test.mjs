// Models that people bring, what is kept of them, and the device they run on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { openMenu, settled, setUp, status, type } from './browser.mjs';
import { assertInOrder } from './order.mjs';
import { isOfCpuWorker } from './site.mjs';

const visit = setUp({ query: '?device=cpu' });

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sinet-model-'));
  await cp(join(process.env.SINET_DIST, 'models/conll04'), join(folder, 'mine'), { recursive: true });
  // As the trainer leaves it, with a card that no manifest needs to name.
  await writeFile(join(folder, 'mine', 'notes.txt'), 'my own notes');
  await promisify(execFile)('python3', ['-m', 'zipfile', '-c', join(folder, 'mine.zip'), join(folder, 'mine')]);
});
after(() => rm(folder, { recursive: true }));

const text = 'Anna Lindqvist, an engineer at Volta Motors in Gothenburg, was born in Helsinki, Finland.';

async function openSetup(options) {
  const opened = await visit(options);
  await settled(opened.page);
  await openMenu(opened.page, 'Model and device');
  return opened;
}

test('a zip of a model is checked, used, there after a reload, and can be removed', { timeout: 180_000 }, async () => {
  const { page, site } = await openSetup();
  await page.getByLabel('Add a model (zip)…').setInputFiles(join(folder, 'mine.zip'));
  await page.getByRole('status', { name: 'Adding a model' }).filter({ hasText: 'passed its self-test' }).waitFor();
  const radios = page.getByRole('group', { name: 'Kind of text' }).getByRole('radio');
  const radio = radios.nth(2);
  // “No model” is the last one. The new one is used at once.
  await radios.nth(3).waitFor({ state: 'attached' });
  await page.waitForFunction(() => document.querySelectorAll('.models input')[2].checked);
  await type(page, text);
  const entities = await page.locator('svg .entity').count();
  assert.ok(entities >= 4);

  await page.reload();
  await radios.nth(3).waitFor({ state: 'attached' });
  const asked = site.asked.length;
  await radio.check();
  await settled(page);
  assert.deepEqual(site.asked.slice(asked).filter((path) => path.startsWith('models/')), [], 'nobody is asked for it');

  await openMenu(page, 'Model and device');
  await page.getByRole('button', { name: /^Remove the model “.+”$/ }).click();
  await page.getByRole('button', { name: /^Remove the model/ }).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('group', { name: 'Kind of text' }).getByRole('radio').count(), 3, 'two models and none');
  assert.equal(await page.getByRole('radio', { name: 'Scientific' }).isChecked(), true);
  await settled(page);
});

test('a folder of a model is taken too', { timeout: 120_000 }, async () => {
  const { page } = await openSetup();
  await page.getByLabel('Add a model folder…').setInputFiles(join(folder, 'mine'));
  await page.getByRole('status', { name: 'Adding a model' }).filter({ hasText: 'passed its self-test' }).waitFor();
});

test('a model that is dropped on the page is taken', { timeout: 120_000 }, async () => {
  const { page } = await openSetup();
  const bytes = (await readFile(join(folder, 'mine.zip'))).toString('base64');
  const transfer = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], 'mine.zip', { type: 'application/zip' }));
    return transfer;
  }, bytes);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  assert.equal(await page.locator('body[data-drop]').count(), 1);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await page.getByRole('status', { name: 'Adding a model' }).filter({ hasText: 'passed its self-test' }).waitFor();
  assert.equal(await page.locator('body[data-drop]').count(), 0);
});

test('what is no model is refused in one sentence, and the open one goes on', { timeout: 180_000 }, async () => {
  const { page } = await openSetup();
  const status = page.getByRole('status', { name: 'Adding a model' });
  const add = async (name, spoil) => {
    const copy = join(folder, name);
    await cp(join(folder, 'mine'), copy, { recursive: true });
    await spoil(copy);
    await page.getByLabel('Add a model folder…').setInputFiles(copy);
    await status.filter({ hasText: 'not taken' }).waitFor();
    return status.innerText();
  };
  assert.match(
    await add('changed', async (copy) => {
      const config = await readFile(join(copy, 'config.json'), 'utf8');
      await writeFile(join(copy, 'config.json'), config.replace('conll04', 'conll05'));
    }),
    /^This model is not taken: config\.json is not the file that manifest\.json names: its SHA-256 differs; download the model again\.$/,
  );
  await page.getByLabel('Add a model (zip)…').setInputFiles({ name: 'a.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip') });
  await status.filter({ hasText: 'archive' }).waitFor();
  assert.match(await status.innerText(), /^This model is not taken: the archive cannot be used: .*\.$/);
  assert.match(await add('missing', (copy) => rm(join(copy, 'tokenizer.json'))), /tokenizer\.json is missing/);
  assert.match(await add('bare', (copy) => rm(join(copy, 'manifest.json'))), /there is no manifest\.json among the files/);
  await type(page, text);
});

test('a browser that keeps nothing says so, and reads all the same', async () => {
  // The first lines of the worker: its cache is full.
  const full = "Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));\n";
  const { page } = await visit({
    spoil: (path, bytes) => (isOfCpuWorker(path, 'loader.js') ? Buffer.concat([Buffer.from(full), bytes]) : bytes),
    serviceWorkers: 'block',
  });
  await settled(page);
  await openMenu(page, 'Model and device');
  await page.getByText('has no room left for this model').waitFor();
  await page.getByLabel('Add a model (zip)…').setInputFiles(join(folder, 'mine.zip'));
  await page.getByRole('status', { name: 'Adding a model' }).filter({ hasText: 'no room left' }).waitFor();
});

test('the space is told, and can be given back', async () => {
  const { page } = await openSetup();
  const row = page.getByRole('region', { name: 'Models' }).getByRole('listitem').filter({ hasText: 'Scientific' });
  await row.filter({ hasText: /[\d.]+ MB kept here/ }).waitFor();
  await page.getByText(/The page keeps [\d.]+ \wB in this browser, which grants it/).waitFor();
  await page.getByRole('button', { name: 'Clear kept models' }).click();
  await row.filter({ hasText: 'not kept' }).waitFor();
  await type(page, text);
});

test('the device is measured and switched', { timeout: 120_000 }, async () => {
  const { page } = await openSetup();
  await page.getByText('This browser offers no WebGPU adapter.').last().waitFor();
  await page.getByRole('button', { name: 'Measure' }).click();
  await page.getByRole('status', { name: 'Measurement' }).filter({ hasText: /Scientific, median of 21 readings .*: CPU [\d.]+ m?s\./ }).waitFor();
  await page.getByRole('radio', { name: 'WebGPU' }).check();
  await status(page).filter({ hasText: /Read in .* WebGPU was asked for, but this browser offers no adapter\./ }).waitFor();
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`the view is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await openSetup({ colorScheme, viewport: { width, height: 900 } });
      await page.getByText('Every request this page has made').click();
      await assertInOrder(page, `setup-${colorScheme}-${width}`);
    });
  }
}
