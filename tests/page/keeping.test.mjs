// What a person has written and corrected is there again after a reload, a crash and a closed tab.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drop, entity, field, holds, put, settled, setUp, status, type, words } from './browser.mjs';
import { records, recordsWhen, rows, said, unfold, write } from './documents.mjs';
import { assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block' });

const saved = (page) => page.getByText('Saved in this browser').waitFor();

test('a text is there again after a reload, and in a new tab', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  assert.equal(await page.getByText('Saved in this browser').count(), 0, 'an example as it came is not kept');
  await write(page, 'We keep every sentence.');
  await saved(page);
  await page.reload();
  await holds(page, 'We keep every sentence.');
  await settled(page);
  await page.close();
  const other = await newTab();
  await holds(other, 'We keep every sentence.');
});

test('the last word is kept though the page goes at once', async () => {
  const { page } = await visit();
  await settled(page);
  await write(page, 'We keep.');
  await put(page, 'We keep the last word.');
  // Sooner than any pause.
  await page.reload();
  await holds(page, 'We keep the last word.');
});

test('a save that comes through as the tab closes leaves no second copy', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  // The tab is gone before it can take back what it has left beside.
  await page.evaluate(() => { Storage.prototype.removeItem = () => {}; });
  await put(page, 'Saved as the tab closed.');
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
  await saved(page);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('sinet-rescue-')));
  assert.equal(left.length, 1);
  await page.close();
  const other = await newTab();
  await holds(other, 'Saved as the tab closed.');
  await other.waitForFunction((name) => localStorage.getItem(name) === null, left[0]);
  assert.equal((await records(other)).length, 1);
});

test('the page crashes and nothing is lost', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  await write(page, 'We survive a crash.');
  await saved(page);
  page.goto('chrome://crash').catch(() => {});
  await page.waitForEvent('crash');
  const other = await newTab();
  await holds(other, 'We survive a crash.');
});

test('what is typed while no model answers is kept', async () => {
  const { page } = await visit({ spoil: (path, bytes) => (path.startsWith('models/') ? null : bytes) });
  await page.getByRole('alert').filter({ hasText: 'The model is not there' }).waitFor();
  await put(page, 'No model has read this.');
  await saved(page);
  await page.reload();
  await holds(page, 'No model has read this.');
});

test('documents are listed, opened, deleted and brought back', async () => {
  const { page } = await visit();
  await settled(page);
  await write(page, 'The first document reads well.');
  await unfold(page);
  await page.getByRole('button', { name: 'New', exact: true }).click();
  assert.equal(await field(page).inputValue(), '');
  await write(page, 'The second document is longer than the first.');
  await rows(page).nth(1).waitFor();
  assert.match(await rows(page).nth(0).innerText(), /^The second document.*\s+just now/);

  await page.getByRole('button', { name: 'The first document reads well.', exact: true }).click();
  await holds(page, 'The first document reads well.');
  await page.getByRole('button', { name: 'Delete “The first document reads well.”' }).click();
  await said(page, '“The first document reads well.” was deleted.');
  assert.equal(await rows(page).count(), 1);
  assert.equal(await field(page).inputValue(), '');
  await page.getByRole('button', { name: 'Undo the deletion' }).click();
  await holds(page, 'The first document reads well.');
  assert.equal(await rows(page).count(), 2);
});

test('two tabs with one document: neither loses what was changed', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  await write(page, 'One text.');
  const other = await newTab();
  await holds(other, 'One text.');
  await settled(other);
  await write(page, 'One text, changed here.');
  await said(other, 'changed in another tab');
  await write(other, 'One text, changed there.');
  await said(other, 'kept as a copy');
  await unfold(other);
  await rows(other).nth(1).waitFor();
  const titles = await other.locator('.documents li .title').allTextContents();
  assert.deepEqual(titles.sort(), ['One text, changed here.', 'One text, changed there.']);
});

test('a damaged record is left out and said', async () => {
  const { page } = await visit();
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
  await holds(page, 'This one is whole.');
});

/** Keeps the database busy, so that nothing is saved until `window.unblock()`. */
const block = (page) =>
  page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      indexedDB.open('sinet').onsuccess = ({ target }) => resolve(target.result);
    });
    const store = database.transaction(['heads', 'bodies'], 'readwrite').objectStore('heads');
    let isBlocked = true;
    window.unblock = () => (isBlocked = false);
    const spin = () => {
      if (isBlocked) store.count().onsuccess = spin;
      else database.close();
    };
    spin();
  });

test('B19: of saves that are joined the newest counts, also what the model has made of the document', async () => {
  const { page } = await visit();
  await settled(page);
  await block(page);
  const text = 'Ada trains a parser.';
  // Longer than the pause before a save: the first of them waits for the database, and the others for the first.
  const saveBegins = () => page.waitForTimeout(1_000);
  await drop(page, [['ada.jsonl', JSON.stringify({ text, label: [[0, 3, 'Peop'], [11, 19, 'Peop']] })]]);
  await page.locator('.opened').getByText('as they came').waitFor();
  await saveBegins();
  await entity(page, 'a parser').focus();
  await page.keyboard.press('Delete');
  await saveBegins();
  await page.getByRole('button', { name: 'Annotate', exact: true }).click();
  await settled(page);
  await entity(page, 'Ada').focus();
  await page.keyboard.press('1');
  await page.locator('.inspector .said').filter({ hasText: 'Task “Ada”, by you' }).waitFor();
  await saveBegins();
  await page.evaluate(() => window.unblock());
  await recordsWhen(page, (all) => all.some(({ body }) => JSON.stringify(body.document.entities.corrections).includes('Task')));
  await page.reload();
  await holds(page, text);
  await status(page).filter({ hasText: /^Read in/ }).waitFor();
  assert.doesNotMatch(await page.locator('.opened').innerText(), /as they came/);
  assert.equal(await page.locator('svg .entity.own').count(), 1);
});

for (const [what, left] of [
  ['is cut off', '["{\\"version\\":1,\\"id\\":'],
  ['is of a later version', JSON.stringify([JSON.stringify({ version: 9 }), JSON.stringify({ version: 9 })])],
]) {
  test(`B19: what a closing page has left and ${what} is not thrown away`, async () => {
    const { page } = await visit();
    await settled(page);
    await page.evaluate((left) => localStorage.setItem('sinet-rescue-broken', left), left);
    await page.reload();
    await settled(page);
    const kept = await page.evaluate(() => Object.values(localStorage));
    assert.ok(kept.includes(left), 'it is still there');
    await said(page, /damaged|cannot be (read|opened)/);
    // And it does not stand in the way of others.
    await write(page, 'This one is whole.');
    await page.reload();
    await holds(page, 'This one is whole.');
  });
}

for (const [what, init, sentence] of [
  ['no database', () => { indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); }; }, 'This browser keeps no documents for this page'],
  ['no room', () => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }, 'The browser has no room left'],
]) {
  test(`${what} is said, and the page works`, async () => {
    const { page } = await visit({ init });
    await type(page, 'We still parse sentences.');
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
    assert.deepEqual(await words(page), ['We', 'still', 'parse', 'sentences', '.']);
  });
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`the list is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await visit({ colorScheme, viewport: { width, height: 900 } });
      await settled(page);
      await write(page, 'The first document reads well and has a title that goes on for longer than a line may be.');
      await unfold(page);
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await write(page, 'The second document is short.');
      await rows(page).nth(1).waitFor();
      await assertInOrder(page, `documents-${colorScheme}-${width}`);
    });
  }
}
