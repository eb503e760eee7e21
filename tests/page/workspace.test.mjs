// The workspace: what is selected and its reason in one glance, tabs, panes, keys, one place to write.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit, entity, field, openTab, put, setUp, settled, type, words } from './browser.mjs';
import { rows, unfold, write } from './documents.mjs';
import { assertAccessible, assertFits, assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu', viewport: { width: 1280, height: 800 } });

const sentence = 'We train a tagger with a large corpus and compare it with a parser that uses beam search on the Penn Treebank. ';

/** Whether an element lies in the window and in every pane around it, without scrolling. */
const inSight = (locator) =>
  locator.evaluate((element) => {
    let box = element.getBoundingClientRect();
    if (box.height === 0 || box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) return false;
    for (let pane = element.parentElement; pane; pane = pane.parentElement) {
      if (getComputedStyle(pane).overflowY === 'visible') continue;
      const room = pane.getBoundingClientRect();
      if (box.top < room.top - 1 || box.bottom > room.bottom + 1) return false;
    }
    return true;
  });

const focused = (page) => page.evaluate(() => document.activeElement.id);

for (const count of [32, 1000]) {
  test(`in a text of ${count} sentences the reason is in sight wherever a label is selected`, { timeout: 300_000 }, async (t) => {
    const { page } = await visit();
    await settled(page);
    await type(page, sentence.repeat(count).trim(), 240_000);
    assert.equal(await page.locator('.sentence').count(), count);
    await page.evaluate(() => {
      window.tasks = [];
      new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)))).observe({ type: 'longtask' });
    });
    for (const place of [0, 1, count >> 1, count - 1]) {
      const row = page.locator('.sentence').nth(place);
      await row.scrollIntoViewIfNeeded();
      for (const label of [row.locator('svg .entity').first(), row.locator('svg .entity').last(), row.locator('svg .arc').first()]) {
        await label.waitFor();
        await label.focus();
        const text = (await label.getAttribute('aria-label')).match(/“(.+?)”/)[1];
        await page.locator('.about').filter({ hasText: text }).waitFor();
        await page.locator('.why .subject').filter({ hasText: text }).waitFor();
        for (const part of ['.about', '.why .subject', '.why .decision', '.selection .actions']) {
          assert.ok(await inSight(page.locator(part)), `${part}, sentence ${place}`);
        }
        assert.ok(await inSight(row.locator('.words text').first()), `the sentence ${place} itself`);
      }
    }
    t.diagnostic(`tasks of 50 ms and more while selecting: ${JSON.stringify(await page.evaluate(() => window.tasks))} ms`);
  });
}

test('in a text of 5,000 words labels are selected, made and taken back', { timeout: 300_000 }, async (t) => {
  const { page } = await visit();
  await settled(page);
  const count = Math.ceil(5_000 / sentence.trim().split(' ').length);
  await type(page, sentence.repeat(count).trim(), 240_000);
  await page.evaluate(() => {
    window.tasks = [];
    window.doing = 'nothing';
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => `${window.doing}: ${Math.round(entry.duration)}`))).observe({ type: 'longtask' });
  });
  const doing = async (what, act) => {
    await page.evaluate((what) => (window.doing = what), what);
    await act();
    await page.waitForTimeout(300);
  };
  for (const place of [0, count >> 1, count - 1]) {
    const row = page.locator('.sentence').nth(place);
    await row.scrollIntoViewIfNeeded();
    const first = row.locator('svg .entity').first();
    await first.waitFor();
    const was = await first.getAttribute('aria-label');
    const labels = await row.locator('svg .entity').count();
    await doing('selecting', () => first.focus());
    await doing('labelling', async () => {
      await page.keyboard.press('Delete');
      await page.waitForFunction(([place, labels]) => document.querySelectorAll('.sentence')[place].querySelectorAll('svg .entity').length === labels - 1, [place, labels]);
    });
    await doing('undoing', async () => {
      await page.keyboard.press('Control+z');
      await page.waitForFunction(([place, labels]) => document.querySelectorAll('.sentence')[place].querySelectorAll('svg .entity').length === labels, [place, labels]);
    });
    assert.equal(await row.locator('svg .entity').first().getAttribute('aria-label'), was);
  }
  t.diagnostic(`tasks of 50 ms and more: ${JSON.stringify(await page.evaluate(() => window.tasks))}`);
});

for (const [width, height] of [[768, 1024], [390, 844]]) {
  test(`in a narrow window the sheet leaves the selected sentence in view: ${width} pixels`, { timeout: 120_000 }, async () => {
    const { page } = await visit({ viewport: { width, height } });
    await settled(page);
    await page.getByRole('button', { name: 'No hints' }).click();
    await type(page, sentence.repeat(32).trim());
    const row = page.locator('.sentence').nth(20);
    await row.scrollIntoViewIfNeeded();
    const label = row.locator('svg .entity').first();
    await label.waitFor();
    await label.locator('rect').first().click();
    assert.equal(await page.locator('.tab-panel').isVisible(), false, 'nothing is unfolded that nobody has asked for');
    await page.getByRole('tab', { name: 'Why' }).click();
    await page.locator('.why .decision').waitFor();
    assert.ok(await inSight(page.locator('.why .decision')));
    assert.ok(await inSight(label.locator('rect').first()), 'the selected label');
    await assertAccessible(page);
    await assertFits(page);
    await page.getByRole('tab', { name: 'Why' }).click();
    assert.equal(await page.locator('.tab-panel').isVisible(), false, 'a second press folds it');
  });
}

test('each tab has an address and a key', async () => {
  const { page, newTab, site } = await visit();
  await settled(page);
  const names = { W: 'Why', A: 'Attention', T: 'Triples', C: 'Compare', H: 'Thresholds' };
  await entity(page, 'beam search').focus();
  for (const [letter, name] of Object.entries(names)) {
    await page.keyboard.press(`Shift+${letter}`);
    assert.equal(await page.getByRole('tab', { selected: true }).innerText(), name);
    assert.equal(new URL(page.url()).hash, `#${name.toLowerCase()}`);
    assert.match(await focused(page), /^entity-/, 'the focus stays in the text');
  }
  const tab = page.getByRole('tab', { name: 'Thresholds' });
  await tab.focus();
  await page.keyboard.press('End');
  const last = await focused(page);
  assert.equal(last, `tab-${(await page.getByRole('tab').last().innerText()).toLowerCase()}`);
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(page), 'tab-why');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(page), last);
  const other = await newTab();
  await other.goto(`${site.address}?device=cpu#triples`);
  await settled(other);
  assert.equal(await other.getByRole('tab', { selected: true }).innerText(), 'Triples');
  await other.evaluate(() => (location.hash = '#attention'));
  await other.locator('.attention .heat').first().waitFor();
});

test('there is one place to write, and it is the place of the labels', async () => {
  const { page, complaints } = await visit();
  await settled(page);
  assert.equal(await field(page).isVisible(), false);
  await page.keyboard.press('Shift+E');
  assert.equal(await focused(page), 'text');
  assert.equal(await page.locator('.sentences').count(), 0, 'no second box shows the same text');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('We use W, A, and / in a parser.');
  await page.keyboard.press('Control+Enter');
  await settled(page);
  assert.deepEqual((await words(page)).join(' '), 'We use W , A , and / in a parser .', 'keys in the field are the field’s');
  assert.match(await focused(page), /^sentence-/, 'the focus goes where the field was');
  // A new document and a pasted text start there, too.
  await page.keyboard.press('Shift+N');
  await page.waitForFunction(() => document.activeElement.id === 'text');
  assert.equal(await field(page).inputValue(), '');
  await page.keyboard.press('Control+Enter');
  assert.equal(await field(page).isVisible(), true, 'an empty text has no labels to show');
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'A pasted text uses a parser.');
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await settled(page);
  assert.equal((await words(page)).join(' '), 'A pasted text uses a parser .');
  assert.deepEqual(complaints, []);
});

test('another document never opens in the middle of writing', async () => {
  const { page } = await visit();
  await settled(page);
  await write(page, 'The first document has a parser.');
  await page.keyboard.press('Shift+N');
  await put(page, 'The second document has a tagger.');
  await settled(page);
  await edit(page);
  await field(page).press('End');
  await page.keyboard.type(' More.');
  await unfold(page);
  await rows(page).filter({ hasText: 'The first document' }).getByRole('button').first().click();
  await settled(page);
  assert.equal(await field(page).isVisible(), false);
  assert.equal((await words(page)).join(' '), 'The first document has a parser .');
  await page.keyboard.press('<');
  await page.waitForFunction(() => document.querySelector('#text').value === 'The second document has a tagger. More.');
});

test('panes are resized by pointer and keys, folded, and remembered', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  const width = (page, name) => page.locator(`#${name}`).evaluate((pane) => pane.offsetWidth);
  const [documents, inspector] = [await width(page, 'documents'), await width(page, 'inspector')];
  const line = page.getByRole('separator', { name: 'Width of what stands beside the text' });
  await line.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((width) => document.querySelector('#inspector').offsetWidth === width, inspector + 48);
  assert.equal(await line.getAttribute('aria-valuenow'), String(inspector + 48));
  const other = page.getByRole('separator', { name: 'Width of the documents' });
  const box = await other.boundingBox();
  await page.mouse.move(box.x, 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, 300);
  await page.mouse.up();
  assert.ok(Math.abs((await width(page, 'documents')) - documents - 60) <= 2);
  const kept = [await width(page, 'documents'), await width(page, 'inspector')];
  const again = await newTab();
  await settled(again);
  assert.deepEqual([await width(again, 'documents'), await width(again, 'inspector')], kept);
  await again.keyboard.press('Shift+D');
  assert.ok((await width(again, 'documents')) < documents);
  await again.reload();
  await settled(again);
  assert.equal(await again.getByRole('button', { name: /^Documents/ }).getAttribute('aria-expanded'), 'false', 'it stays folded');
});

test('three hints go away for good', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  const hint = (page) => page.getByRole('complementary', { name: 'Hint' });
  for (const number of [1, 2, 3]) {
    assert.match(await hint(page).innerText(), new RegExp(`^${number} of 3`));
    await hint(page).getByRole('button').first().click();
  }
  assert.equal(await hint(page).count(), 0);
  const other = await newTab();
  await settled(other);
  assert.equal(await hint(other).count(), 0);
  await other.getByText('Help', { exact: true }).click();
  await other.getByRole('button', { name: 'Show the hints' }).click();
  await hint(other).waitFor();
});

test('menus close by Escape and by a pointer beside, and the focus is not lost', async () => {
  const { page } = await visit();
  await settled(page);
  await page.locator('svg .entity').first().focus();
  await page.keyboard.press('Shift+M');
  const models = page.getByRole('region', { name: 'Models' });
  await models.waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await models.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Model and device');
  await page.keyboard.press('Shift+X');
  await page.locator('#take-away-form').waitFor();
  await page.locator('svg .entity').first().click();
  await page.locator('#take-away-form').waitFor({ state: 'hidden' });
});

test('of 2,000 documents only those in sight are drawn, and keys go through them', { timeout: 120_000 }, async (t) => {
  const { page, newTab } = await visit();
  await settled(page);
  const lines = Array.from({ length: 2000 }, (_, place) => JSON.stringify({ id: `d${place}`, text: `Parser ${place} uses beam search.`, entities: [], relations: [] }));
  await page.locator('input[type=file]').first().setInputFiles({ name: 'all.jsonl', mimeType: 'application/json', buffer: Buffer.from(lines.join('\n')) });
  await page.locator('.documents .fold', { hasText: 'Documents (2000)' }).waitFor();
  const other = await newTab();
  await other.locator('.documents .fold', { hasText: 'Documents (2000)' }).waitFor();
  await settled(other);
  const took = await other.evaluate(() => {
    window.tasks = [];
    window.doing = 'opening';
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => `${window.doing}: ${Math.round(entry.duration)}`))).observe({ type: 'longtask' });
    const start = performance.now();
    const fold = document.querySelector('.documents .fold');
    fold.click();
    fold.click();
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(Math.round(performance.now() - start)))));
  });
  const drawn = await rows(other).count();
  assert.ok(drawn > 10 && drawn < 100, `${drawn} rows are drawn`);
  assert.equal(await rows(other).first().getAttribute('aria-setsize'), '2000');
  await other.locator('.rows').evaluate(async (list) => {
    window.doing = 'scrolling';
    for (let step = 0; step < 60; step++) {
      list.scrollTop += 1500;
      await new Promise(requestAnimationFrame);
    }
    list.scrollTop = list.scrollHeight;
  });
  await rows(other).filter({ hasText: 'Parser 1999 uses' }).waitFor();
  t.diagnostic(`the list opens in ${took} ms; tasks of 50 ms and more: ${JSON.stringify(await other.evaluate(() => window.tasks))} ms`);
  await other.keyboard.press('>');
  await other.waitForFunction(() => document.querySelector('[aria-current] .title')?.textContent.startsWith('Parser 1 '));
  await other.keyboard.press('>');
  await other.waitForFunction(() => document.querySelector('[aria-current] .title')?.textContent.startsWith('Parser 2 '));
  await other.keyboard.press('/');
  await other.keyboard.type('1500');
  await other.waitForFunction(() => document.querySelectorAll('.documents li').length === 1);
});

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[1280, 800], [1000, 800], [768, 1024], [390, 844]]) {
    test(`the workspace is in order: ${colorScheme}, ${width} pixels`, { timeout: 120_000 }, async () => {
      const { page, complaints } = await visit({ colorScheme, viewport: { width, height } });
      await settled(page);
      await assertInOrder(page, `workspace-first-${colorScheme}-${width}`);
      await page.locator('.hint').getByRole('button', { name: 'No hints' }).click();
      await type(page, sentence.repeat(12).trim());
      await page.locator('svg .arc').first().focus();
      await openTab(page, 'Why');
      if (width < 1000) await page.getByRole('tab', { name: 'Why' }).click();
      await page.locator('.why .decision').waitFor();
      await assertInOrder(page, `workspace-why-${colorScheme}-${width}`);
      await edit(page);
      await assertInOrder(page, `workspace-writing-${colorScheme}-${width}`);
      await unfold(page);
      await page.keyboard.press('Escape');
      for (const menu of ['Model and device', 'Take away', 'Help']) {
        await page.locator('summary', { hasText: menu }).click();
        await assertInOrder(page, `workspace-${menu.split(' ')[0].toLowerCase()}-${colorScheme}-${width}`);
      }
      assert.deepEqual(complaints, []);
    });
  }
}
