// What a person has written and corrected is there again after a reload, a crash and a closed tab.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, settled, type } from './browser.mjs';
import { assertInOrder } from './order.mjs';
import { serve } from './site.mjs';

let browser, site, address;
before(async () => {
  browser = await launch();
  site = await serve();
  address = `${site.address}?device=cpu`;
});
after(async () => {
  await browser.close();
  await site.stop();
});

const options = { serviceWorkers: 'block' };
const field = (page) => page.getByLabel('Text to annotate');
const saved = (page) => page.getByText('Saved in this browser').waitFor();
const unfold = (page) => page.locator('.documents summary').click();
const rows = (page) => page.locator('.documents li');
const said = (page, text) => page.getByRole('status', { name: 'Documents' }).filter({ hasText: text }).waitFor();

/** Types a text and waits until the browser keeps it. */
async function write(page, text) {
  await type(page, text);
  await page.waitForFunction(async (text) => {
    const records = await new Promise((resolve) => {
      const open = indexedDB.open('sinet');
      open.onsuccess = () => {
        const all = open.result.transaction('bodies').objectStore('bodies').getAll();
        all.onsuccess = () => (open.result.close(), resolve(all.result));
      };
    });
    return records.some((record) => record.includes(JSON.stringify(text)));
  }, text);
}

test('a text is there again after a reload, and in a new tab', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  assert.equal(await page.getByText('Saved in this browser').count(), 0, 'an example as it came is not kept');
  await write(page, 'We keep every sentence.');
  await saved(page);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#text')?.value === 'We keep every sentence.');
  await settled(page);
  await page.close();
  const other = await context.newPage();
  await other.goto(address);
  await other.waitForFunction(() => document.querySelector('#text')?.value === 'We keep every sentence.');
  await context.close();
});

test('the last word is kept though the page goes at once', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  await write(page, 'We keep.');
  await field(page).fill('We keep the last word.');
  // Sooner than any pause.
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#text')?.value === 'We keep the last word.');
  await context.close();
});

test('the page crashes and nothing is lost', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  await write(page, 'We survive a crash.');
  await saved(page);
  page.goto('chrome://crash').catch(() => {});
  await page.waitForEvent('crash');
  const other = await context.newPage();
  await other.goto(address);
  await other.waitForFunction(() => document.querySelector('#text')?.value === 'We survive a crash.');
  await context.close();
});

test('what is typed while no model answers is kept', async () => {
  const bad = await serve({ spoil: (path, bytes) => (path.startsWith('models/') ? null : bytes) });
  const { page, context } = await open(browser, `${bad.address}?device=cpu`, options);
  await page.getByRole('alert').filter({ hasText: 'The model is not there' }).waitFor();
  await field(page).fill('No model has read this.');
  await saved(page);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#text')?.value === 'No model has read this.');
  await context.close();
  await bad.stop();
});

test('documents are listed, opened, deleted and brought back', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  await write(page, 'The first document reads well.');
  await unfold(page);
  await page.getByRole('button', { name: 'New', exact: true }).click();
  assert.equal(await field(page).inputValue(), '');
  await write(page, 'The second document is longer than the first.');
  await rows(page).nth(1).waitFor();
  assert.match(await rows(page).nth(0).innerText(), /^The second document.*\s+just now/);

  await page.getByRole('button', { name: 'The first document reads well.', exact: true }).click();
  await page.waitForFunction(() => document.querySelector('#text').value === 'The first document reads well.');
  await page.getByRole('button', { name: 'Delete “The first document reads well.”' }).click();
  await said(page, '“The first document reads well.” was deleted.');
  assert.equal(await rows(page).count(), 1);
  assert.equal(await field(page).inputValue(), '');
  await page.getByRole('button', { name: 'Undo the deletion' }).click();
  await page.waitForFunction(() => document.querySelector('#text').value === 'The first document reads well.');
  assert.equal(await rows(page).count(), 2);
  await context.close();
});

test('two tabs with one document: neither loses what was changed', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  await write(page, 'One text.');
  const other = await context.newPage();
  await other.goto(address);
  await other.waitForFunction(() => document.querySelector('#text')?.value === 'One text.');
  await settled(other);
  await write(page, 'One text, changed here.');
  await said(other, 'changed in another tab');
  await write(other, 'One text, changed there.');
  await said(other, 'kept as a copy');
  await unfold(other);
  await rows(other).nth(1).waitFor();
  const titles = await other.locator('.documents li .title').allTextContents();
  assert.deepEqual(titles.sort(), ['One text, changed here.', 'One text, changed there.']);
  await context.close();
});

test('a damaged record is left out and said', async () => {
  const { page, context } = await open(browser, address, options);
  await settled(page);
  await write(page, 'This one is whole.');
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open('sinet');
        open.onsuccess = () => {
          const transaction = open.result.transaction(['heads', 'bodies'], 'readwrite');
          transaction.objectStore('heads').put('rubbish', 'a');
          transaction.objectStore('heads').put({ not: 'text' }, 'b');
          transaction.oncomplete = () => (open.result.close(), resolve());
        };
      }),
  );
  await page.reload();
  await said(page, '2 documents are damaged and left out of the list.');
  await page.waitForFunction(() => document.querySelector('#text').value === 'This one is whole.');
  await context.close();
});

for (const [what, init, sentence] of [
  ['no database', () => { indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); }; }, 'This browser keeps no documents for this page'],
  ['no room', () => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }, 'The browser has no room left'],
]) {
  test(`${what} is said, and the page works`, async () => {
    const { page, context } = await open(browser, 'about:blank', options);
    await page.addInitScript(init);
    await page.goto(address);
    await type(page, 'We still parse sentences.');
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    assert.deepEqual(await page.locator('svg .words text').allTextContents(), ['We', 'still', 'parse', 'sentences', '.']);
    await context.close();
  });
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`the list is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page, context } = await open(browser, address, { ...options, colorScheme, viewport: { width, height: 900 } });
      await settled(page);
      await write(page, 'The first document reads well and has a title that goes on for longer than a line may be.');
      await unfold(page);
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await write(page, 'The second document is short.');
      await rows(page).nth(1).waitFor();
      await assertInOrder(page, `documents-${colorScheme}-${width}`, { fullPage: false });
      await context.close();
    });
  }
}
