// Correcting: with keys, with a pointer and with buttons, and the model that answers each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit, entity, field, openTab, settled, setUp, type } from './browser.mjs';
import { assertAccessible, assertFits, assertInOrder } from './order.mjs';

const visit = setUp({ query: '?device=cpu' });

const word = (page, text) => page.locator('svg .words text').filter({ hasText: new RegExp(`^${text}$`) }).first();
const labels = (page) => page.locator('svg [role="button"]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
const about = (page) => page.locator('.inspector .about');
const said = (page) => page.locator('.inspector .said');

async function centre(locator) {
  const { x, y, width, height } = await locator.boundingBox();
  return [x + width / 2, y + height / 2];
}

async function drag(page, from, to) {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 3 });
  await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}

test('keys add, change, move and remove an entity, and undo leads back', async () => {
  const { page, complaints } = await visit();
  await settled(page);
  const original = await labels(page);
  await entity(page, 'bidirectional LSTM').focus();
  await page.keyboard.press('4');
  await said(page).filter({ hasText: 'Type changed: Other Scientific Term “bidirectional LSTM”, by you.' }).waitFor();
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label')?.includes('by you'));

  await page.keyboard.press('Alt+ArrowRight');
  await about(page).filter({ hasText: '“bidirectional LSTM with”' }).waitFor();
  await page.keyboard.press('Alt+Shift+ArrowLeft');
  await about(page).filter({ hasText: '“a bidirectional LSTM with”' }).waitFor();
  await page.keyboard.press('Alt+ArrowLeft');
  await about(page).filter({ hasText: '“a bidirectional LSTM”' }).waitFor();
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await about(page).filter({ hasText: '“bidirectional LSTM”' }).waitFor();

  await page.keyboard.press('Delete');
  await said(page).filter({ hasText: 'Removed: Other Scientific Term' }).waitFor();
  assert.equal(await entity(page, 'bidirectional LSTM').count(), 0);
  await page.waitForFunction(() => document.activeElement.closest('.sentences'), undefined);

  await page.keyboard.press('w');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await about(page).filter({ hasText: '“present a”' }).waitFor();
  await page.keyboard.press('1');
  await said(page).filter({ hasText: 'Added: Task “present a”, by you.' }).waitFor();

  for (let step = 0; step < 7; step++) await page.keyboard.press('Control+z');
  assert.equal(await page.getByRole('button', { name: 'Undo' }).getAttribute('aria-disabled'), 'true');
  await settled(page);
  assert.deepEqual(await labels(page), original);
  for (let step = 0; step < 7; step++) await page.keyboard.press(step % 2 ? 'Control+y' : 'Control+Shift+z');
  await entity(page, 'present a').waitFor();
  assert.equal(await entity(page, 'bidirectional LSTM').count(), 0);
  assert.deepEqual(complaints, []);
});

test('the relations answer to a corrected entity', async () => {
  const { page } = await visit();
  await settled(page);
  await entity(page, 'bidirectional LSTM').focus();
  await page.keyboard.press('Delete');
  await entity(page, 'bidirectional LSTM').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await entity(page, 'bidirectional LSTM').waitFor();
  await settled(page);
  await page.keyboard.press('Escape');
  // A person's entity where the model saw none is related by the model.
  await drag(page, await centre(word(page, 'improves')), await centre(word(page, 'labeled')));
  await page.keyboard.press('2');
  await entity(page, 'improves labeled').waitFor();
  await page.locator('svg .arc.found[aria-label*="“improves labeled”"]').first().waitFor();
  // A relation that a person removes stays removed, whatever is scored after it.
  const used = page.locator('svg .arc[data-type="Used-for"]').first();
  const name = await used.getAttribute('aria-label');
  await used.focus();
  await page.keyboard.press('Delete');
  await page.locator(`svg .arc[aria-label="${name}"]`).waitFor({ state: 'detached' });
  await entity(page, 'improves labeled').focus();
  await page.keyboard.press('5');
  await said(page).filter({ hasText: 'Metric “improves labeled”' }).waitFor();
  await page.getByRole('button', { name: 'Annotate' }).click();
  await page.getByRole('status').filter({ hasText: /^Read in/ }).waitFor();
  await settled(page);
  assert.equal(await entity(page, 'improves labeled').getAttribute('class').then((all) => all.includes('own')), true);
  assert.equal(await page.locator(`svg .arc[aria-label="${name}"]`).count(), 0);
});

test('two keys make a relation, which is reversed, agreed with and told apart', async () => {
  const { page } = await visit();
  await settled(page);
  await entity(page, 'neural dependency parser').focus();
  await page.keyboard.press('r');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await about(page).filter({ hasText: '“neural dependency parser” to “beam search”' }).waitFor();
  await page.keyboard.press('3');
  await said(page).filter({ hasText: 'Added: Hyponym-of from “neural dependency parser” to “beam search”, by you.' }).waitFor();
  await page.locator('svg .arc.own').waitFor();
  assert.match(await page.locator('svg .arc.own text').innerHTML(), /✓ Hyponym-of/);
  await page.keyboard.press('Shift+ ');
  await said(page).filter({ hasText: 'Reversed: Hyponym-of from “beam search” to “neural dependency parser”' }).waitFor();

  const found = page.locator('svg .arc.found').first();
  await found.focus();
  await page.keyboard.press('Enter');
  await said(page).filter({ hasText: /^Agreed: .* by you\.$/ }).waitFor();
  assert.equal(await page.locator('svg .arc.own').count(), 2);
  assert.equal(await (await openTab(page, 'Triples')).getByText('✓ by you').count(), 2);
  await assertAccessible(page);
});

test('a pointer selects words, drags a relation and moves an edge', async () => {
  const { page, complaints } = await visit();
  await settled(page);
  await drag(page, await centre(word(page, 'present')), await centre(word(page, 'a')));
  await about(page).filter({ hasText: '“present a”' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('group', { name: 'Type of entity' }).getByRole('button', { name: 'Generic' }).click();
  await entity(page, 'present a').waitFor();
  await settled(page);
  assert.match(await focused(page), /“present a”/, 'the focus stays in the text');

  const box = (text) => entity(page, text).locator('rect').first();
  await drag(page, await centre(box('neural dependency parser')), await centre(box('beam search')));
  await about(page).filter({ hasText: '“neural dependency parser” to “beam search”' }).waitFor();
  await page.getByRole('group', { name: 'Type of relation' }).getByRole('button', { name: 'Compare' }).click();
  await page.locator('svg .arc.own[data-type="Compare"]').waitFor();
  await settled(page);

  await entity(page, 'greedy decoding').focus();
  await drag(page, await centre(page.locator('.handle[data-edge="start"]')), await centre(word(page, 'over')));
  await entity(page, 'over greedy decoding').waitFor();
  assert.deepEqual(complaints, []);
});

test('buttons do all of it, for those who touch', async () => {
  const { page } = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true });
  await settled(page);
  const actions = page.getByRole('toolbar', { name: 'Corrections' });
  const press = (name) => actions.getByRole('button', { name, exact: true }).tap();
  await entity(page, 'beam search').locator('rect').first().tap();
  await about(page).filter({ hasText: '“beam search”' }).waitFor();
  await assertAccessible(page);
  await press('Start −');
  await about(page).filter({ hasText: '“with beam search”' }).waitFor();
  await press('Start +');
  await about(page).filter({ hasText: '“beam search”' }).waitFor();
  await press('Relate');
  await entity(page, 'neural dependency parser').locator('rect').first().tap();
  await page.getByRole('group', { name: 'Type of relation' }).getByRole('button', { name: 'Part-of' }).tap();
  await page.locator('svg .arc.own[data-type="Part-of"]').waitFor();
  await press('Reverse');
  await said(page).filter({ hasText: 'Reversed: Part-of from “neural dependency parser”' }).waitFor();
  await press('Remove');
  await page.locator('svg .arc.own').waitFor({ state: 'detached' });
  await press('Undo');
  await page.locator('svg .arc.own').waitFor();
  await press('Leave');
  await press('Select words');
  await press('More');
  await about(page).filter({ hasText: '“We present”' }).waitFor();
  await assertFits(page);
});

test('one stop of the Tab key, arrows within, and keys only in the text', async () => {
  const { page } = await visit();
  await settled(page);
  assert.equal(await page.locator('.picture [tabindex="0"]').count(), 1);
  await page.getByRole('button', { name: 'Annotate', exact: true }).focus();
  const isInPicture = () => page.evaluate(() => document.activeElement.closest('.picture') !== null);
  for (let stops = 0; stops < 20 && !(await isInPicture()); stops += 1) await page.keyboard.press('Tab');
  const reached = [await focused(page)];
  for (const key of ['ArrowRight', 'End', 'Home', 'ArrowDown', 'ArrowDown', 'ArrowLeft']) {
    await page.keyboard.press(key);
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-pressed') === 'true');
    reached.push(await focused(page));
  }
  const told = reached.map((label) => label.replace(/, score.*/, ''));
  assert.deepEqual(told.slice(0, 4), [
    'Method “neural dependency parser”',
    'Method “bidirectional LSTM”',
    'Method “greedy decoding”',
    'Method “neural dependency parser”',
  ]);
  assert.match(told[4], / (from|between) “/);
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });

  const count = await page.locator('svg .entity').count();
  const writing = await edit(page);
  await writing.press('Control+End');
  await writing.press('Delete');
  await writing.press('h');
  await writing.press('Shift+W');
  await writing.press('Backspace');
  await writing.press('Backspace');
  await writing.press('Control+Enter');
  await settled(page);
  assert.equal(await page.locator('svg .entity').count(), count, 'keys in the field are the field’s');
});

test('corrections move with a changed text and outlast another model', async () => {
  const { page } = await visit();
  await settled(page);
  await entity(page, 'beam search').focus();
  await page.keyboard.press('1');
  await said(page).filter({ hasText: 'Task “beam search”, by you' }).waitFor();
  const text = await field(page).inputValue();
  await type(page, `Surprisingly simple. ${text}`);
  assert.equal(await page.locator('svg .entity.own[aria-label*="“beam search”"]').count(), 1);
  await page.getByRole('radio', { name: 'News' }).check();
  await settled(page);
  assert.equal(await page.locator('svg .entity.own[aria-label*="“beam search”"]').count(), 1);
  await page.getByRole('radio', { name: 'Scientific' }).check();
  await settled(page);
  await type(page, text.replace('beam search', 'luck'));
  await said(page).filter({ hasText: 'one entity of yours' }).waitFor();
  assert.equal(await page.locator('svg .entity.own').count(), 0);
});

test('corrections that went with their text come back with it', async () => {
  const { page } = await visit();
  await settled(page);
  await entity(page, 'bidirectional LSTM').focus();
  await page.keyboard.press('4');
  await said(page).filter({ hasText: 'by you' }).waitFor();
  const own = page.locator('svg .entity.own');
  await edit(page);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await said(page).filter({ hasText: 'Gone with the text that they stood in: one entity of yours.' }).waitFor();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Enter');
  await settled(page);
  assert.match(await own.getAttribute('aria-label'), /Other Scientific Term.*“bidirectional LSTM”/);
});

test('a worker that holds another text reads this one again first', async () => {
  const { page, complaints } = await visit();
  await settled(page);
  const before = await page.locator('svg .arc').count();
  // The page's own engine is made to read something else.
  await page.evaluate(() => window.sinet.annotate('Another text altogether.'));
  await entity(page, 'beam search').focus();
  await page.keyboard.press('Enter');
  await said(page).filter({ hasText: 'Agreed' }).waitFor();
  await settled(page);
  assert.equal(await page.locator('svg .arc').count(), before, 'the same relations between the same entities');
  assert.deepEqual(complaints, []);
});

test('a worker that stops is replaced, and the next correction is answered all the same', async () => {
  const { page } = await visit();
  await settled(page);
  await entity(page, 'beam search').focus();
  await page.keyboard.press('1');
  await settled(page);
  const before = await labels(page);
  const [worker] = page.workers();
  // The worker speaks for itself when it stops; whatever it throws ends it.
  await Promise.all([
    page.waitForEvent('worker'),
    worker.evaluate(() => { setTimeout(() => { throw new Error('provoked'); }); }),
  ]);
  await entity(page, 'beam search').focus();
  await page.keyboard.press('2');
  await said(page).filter({ hasText: 'Method “beam search”, by you' }).waitFor();
  await settled(page);
  await page.keyboard.press('Control+z');
  await settled(page);
  assert.deepEqual(await labels(page), before);
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`correcting is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await visit({ colorScheme, viewport: { width, height: 900 } });
      await settled(page);
      await entity(page, 'bidirectional LSTM').focus();
      await page.keyboard.press('4');
      await entity(page, 'bidirectional LSTM').and(page.locator('.own')).waitFor();
      await assertInOrder(page, `correcting-${colorScheme}-${width}`);
    });
  }
}
