// A person's own types: made, changed, taken back, kept; with a model, and without any.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { entity, openTab, put, setUp, settled } from './browser.mjs';
import { assertAccessible, assertInOrder } from './order.mjs';
import { records } from './documents.mjs';

const visit = setUp({ query: '?device=cpu' });

const text = 'Ada lived in London. Charles lived in Paris.';
const said = (page) => page.locator('.inspector .selection .said');
const news = (page) => page.getByRole('status', { name: 'News of the types' });
const labels = (page) => page.locator('svg [role="button"]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
const nameOf = (page, sort, number) => page.getByLabel(`Name of ${sort} type ${number}`, { exact: true });

/** Opens everything about a type. */
async function more(page, name) {
  const summary = page.getByLabel(`More about ${name}`, { exact: true });
  await summary.click();
  return page.locator('li.tag').filter({ has: summary });
}

/** Adds a type by keys alone. */
async function add(page, sort, name) {
  await page.getByLabel(`Name of another ${sort} type`).fill(name);
  await page.keyboard.press('Enter');
  await page.waitForFunction((name) => [...document.querySelectorAll('.tag > .name')].some((field) => field.value === name), name);
}

/** Makes a word an entity by the key of its type. */
async function label(page, word, key) {
  const place = await page.locator('svg .words text').filter({ hasText: new RegExp(`^${word}$`) }).boundingBox();
  await page.mouse.click(place.x + place.width / 2, place.y + place.height / 2);
  await page.locator('.about').filter({ hasText: `“${word}”` }).waitFor();
  await page.keyboard.press(key);
  await entity(page, word).waitFor();
}

/** Relates two entities by keys. */
async function relate(page, head, tail, key) {
  await entity(page, head).focus();
  await page.keyboard.press('r');
  await entity(page, tail).click();
  await page.locator('.about').filter({ hasText: `“${head}” to “${tail}”` }).waitFor();
  await page.keyboard.press(key);
}

/** A page without a model, on which four words have types of one's own and one relation is there. */
async function labelled() {
  const opened = await visit();
  const { page } = opened;
  await page.getByLabel('No model').check();
  await put(page, text);
  await page.locator('svg .words text').first().waitFor();
  await openTab(page, 'Types');
  await page.getByRole('button', { name: 'With nothing' }).click();
  for (const name of ['Person', 'City']) await add(page, 'entity', name);
  await add(page, 'relation', 'lives in');
  await label(page, 'Ada', '1');
  await label(page, 'London', '2');
  await label(page, 'Charles', '1');
  await label(page, 'Paris', '2');
  await relate(page, 'Ada', 'London', '1');
  await said(page).filter({ hasText: 'Added: lives in from “Ada” to “London”, by you.' }).waitFor();
  return opened;
}

const all = [
  'Person “Ada”, by you',
  'City “London”, by you',
  'lives in from “Ada” to “London”, by you',
  'Person “Charles”, by you',
  'City “Paris”, by you',
];
const sorted = async (page) => (await labels(page)).sort();

test('types from nothing, without a model, and a visit after that fetches none', async () => {
  const { page, complaints } = await labelled();
  assert.deepEqual(await sorted(page), [...all].sort());
  assert.match(await page.locator('.status').getByRole('status').innerText(), /No model/);
  await assertInOrder(page, 'types');
  const swatches = await page.locator('.tag .swatch').evaluateAll((all) => all.map((one) => getComputedStyle(one.querySelector('path')).strokeDasharray));
  assert.equal(new Set(swatches).size, 2, 'types differ without colours, too');

  await page.waitForFunction(() => !document.querySelector('.documents .said')?.textContent.includes('not saved'));
  await page.waitForTimeout(1_500);
  await page.reload();
  await entity(page, 'Paris').waitFor();
  assert.equal(page.workers().length, 0, 'nothing is there that could read');
  assert.deepEqual(await sorted(page), [...all].sort());
  await openTab(page, 'Types');
  assert.equal(await nameOf(page, 'entity', 2).inputValue(), 'City');
  // Undo survives the reload.
  await entity(page, 'Paris').focus();
  await page.keyboard.press('Control+z');
  await page.waitForFunction(() => !document.querySelector('svg .arc'));
  await page.keyboard.press('Control+y');
  await page.locator('svg .arc').waitFor();
  assert.deepEqual(complaints, []);
});

test('labels follow a new name and a merge, and go and come back with a type', async () => {
  const { page } = await labelled();
  await nameOf(page, 'entity', 1).fill('Human');
  await nameOf(page, 'entity', 1).press('Enter');
  await page.locator('svg .entity[aria-label="Human “Ada”, by you"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.value), 'Human', 'the field keeps the focus');

  await nameOf(page, 'entity', 1).fill('City');
  await nameOf(page, 'entity', 1).press('Enter');
  await news(page).filter({ hasText: 'There is another entity type “City”' }).waitFor();
  assert.equal(await nameOf(page, 'entity', 1).inputValue(), 'Human');

  const human = await more(page, 'Human');
  await human.getByLabel('Merge into').selectOption('City');
  await page.locator('svg .entity[aria-label="City “Ada”, by you"]').waitFor();
  const undo = page.getByRole('button', { name: 'Undo a change of the types' });
  await undo.click();
  await page.locator('svg .entity[aria-label="Human “Ada”, by you"]').waitFor();
  await undo.click();
  await page.locator('svg .entity[aria-label="Person “Ada”, by you"]').waitFor();
  assert.deepEqual(await sorted(page), [...all].sort());

  const city = await more(page, 'City');
  await city.getByRole('button', { name: 'Remove', exact: true }).click();
  const asked = city.getByRole('group', { name: 'Labels that would go' });
  assert.match(await asked.innerText(), /2 labels of this document/);
  assert.match(await asked.innerText(), /“London”[^]*“Paris”/);
  await assertAccessible(page);
  await asked.getByRole('button', { name: 'Remove all of them' }).click();
  await entity(page, 'Paris').waitFor({ state: 'detached' });
  assert.deepEqual(await sorted(page), [all[0], all[3]]);
  await page.waitForFunction(() => document.activeElement.id === 'add-entity-type', undefined, { timeout: 5_000 });
  await undo.click();
  await entity(page, 'Paris').waitFor();
  assert.deepEqual(await sorted(page), [...all].sort());
  await page.getByRole('button', { name: 'Redo it' }).click();
  await entity(page, 'Paris').waitFor({ state: 'detached' });

  // The types' own undo survives a reload, with the labels that followed.
  await page.waitForTimeout(1_500);
  await page.reload();
  await entity(page, 'Ada').waitFor();
  await openTab(page, 'Types');
  await undo.click();
  await entity(page, 'Paris').waitFor();
  assert.deepEqual(await sorted(page), [...all].sort());
});

test('a relation that the types do not allow is refused with the reason', async () => {
  const { page } = await labelled();
  const row = await more(page, 'lives in');
  await row.getByRole('group', { name: 'May go out from' }).getByLabel('Person').check();
  await row.getByRole('group', { name: 'May go to' }).getByLabel('City').check();
  const before = await sorted(page);
  await relate(page, 'Paris', 'Charles', '1');
  await said(page).filter({ hasText: '“lives in” goes from Person to City, not from City to Person.' }).waitFor();
  await entity(page, 'Ada').focus();
  await page.keyboard.press('2');
  await said(page).filter({ hasText: '“Ada” stays Person, because as City it would lose a relation' }).waitFor();
  assert.deepEqual(await sorted(page), before);
  await relate(page, 'Charles', 'Paris', '1');
  await said(page).filter({ hasText: 'Added: lives in from “Charles” to “Paris”' }).waitFor();
});

test('keys and colours are those of the types', async () => {
  const { page } = await labelled();
  const field = page.getByLabel('Key of Person', { exact: true });
  await field.fill('2');
  await field.press('Enter');
  await news(page).filter({ hasText: 'The key 2 is that of “City”' }).waitFor();
  assert.equal(await field.inputValue(), '1');
  await field.fill('p');
  await field.press('Enter');
  await entity(page, 'Paris').focus();
  await page.keyboard.press('p');
  await page.locator('svg .entity[aria-label="Person “Paris”, by you"]').waitFor();
  assert.equal(await page.getByRole('group', { name: 'Type of entity' }).getByRole('button', { name: 'Person' }).getAttribute('aria-keyshortcuts'), 'P');
  const row = await more(page, 'Person');
  await row.getByLabel('Colour and line').selectOption({ label: 'Red, dash and dot' });
  await page.locator('svg .entity.tone-4[aria-label*="“Paris”"]').waitFor();
});

test('types.json goes out and comes in', async () => {
  const { page } = await labelled();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download types.json' }).click()]);
  const types = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.deepEqual(Object.keys(types.entities), ['Person', 'City']);
  assert.equal(types.relations['lives in'].symmetric, false);
  const open = (content) =>
    page.getByLabel('Open a types.json…').setInputFiles({ name: 'types.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await open('{"entities": {"A": {}, "A": {}}}');
  await news(page).filter({ hasText: 'There is another entity type “A”' }).waitFor();
  types.entities.City.verbose = 'Town';
  await open(JSON.stringify(types));
  await page.locator('svg .entity[aria-label="Town “Paris”, by you"]').waitFor();
});

test('what a model says is shown under own types, or hidden', { timeout: 120_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  const before = await sorted(page);
  assert.ok(before.some((label) => label.startsWith('Method')));
  await openTab(page, 'Types');
  await page.getByRole('button', { name: 'With the model’s types' }).click();
  await nameOf(page, 'entity', 1).waitFor();
  assert.deepEqual(await sorted(page), before, 'the same types show the same');
  await page.getByLabel('The model’s entity type Method').selectOption({ label: 'hidden' });
  await page.waitForFunction(() => ![...document.querySelectorAll('svg .entity')].some((one) => one.ariaLabel.startsWith('Method')));
  await add(page, 'entity', 'Technique');
  assert.equal(await page.locator('li.tag').filter({ has: page.getByLabel('More about Technique') }).getByText('unknown to the model').count(), 1);
  await page.getByLabel('The model’s entity type Method').selectOption({ label: 'Technique' });
  await page.locator('svg .entity[aria-label^="Technique “"]').first().waitFor();
  await page.getByText('unknown to the model').last().waitFor();
  await page.getByRole('button', { name: 'Go back to the model’s types' }).click();
  await page.locator('svg .entity[aria-label^="Method “"]').first().waitFor();
  await settled(page);
  assert.deepEqual(await sorted(page), before);
  await page.getByRole('button', { name: 'Have my types back' }).click();
  await page.locator('svg .entity[aria-label^="Technique “"]').first().waitFor();
});

test('labels of documents that are not open follow, too, and other tabs hear of it', { timeout: 120_000 }, async () => {
  const { page, newTab } = await labelled();
  await page.waitForTimeout(1_500);
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await put(page, 'Another text.');
  await page.locator('svg .words text').first().waitFor();
  const other = await newTab();
  await openTab(other, 'Types');
  await nameOf(other, 'entity', 1).waitFor();

  await openTab(page, 'Types');
  const city = await more(page, 'City');
  await city.getByRole('button', { name: 'Remove', exact: true }).click();
  assert.match(await city.getByRole('group', { name: 'Labels that would go' }).innerText(), /2 labels of 1 other document/);
  await city.getByRole('button', { name: 'Keep them' }).click();
  await nameOf(page, 'entity', 2).fill('Town');
  await nameOf(page, 'entity', 2).press('Enter');
  const kinds = async () => {
    const found = (await records(page)).find(({ head }) => head.title.startsWith('Ada'));
    return Object.keys(found.head.counts.entities).sort().join(' ');
  };
  const until = async (wanted) => {
    for (let tries = 0; (await kinds()) !== wanted; tries++) {
      assert.ok(tries < 100, `${await kinds()} is not ${wanted}`);
      await page.waitForTimeout(100);
    }
  };
  await until('Person Town');
  await other.waitForFunction(() => [...document.querySelectorAll('.tag > .name')].some((field) => field.value === 'Town'));
  await page.getByRole('button', { name: 'Undo a change of the types' }).click();
  await until('City Person');
});

for (const colorScheme of ['light', 'dark']) {
  for (const [width, height] of [[1280, 800], [1000, 800], [768, 1024], [390, 844]]) {
    test(`the types are in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await visit({ colorScheme, viewport: { width, height } });
      await settled(page);
      await page.getByRole('button', { name: 'No hints' }).click();
      await page.getByLabel('No model').check();
      await openTab(page, 'Types');
      await page.getByRole('button', { name: 'With nothing' }).click();
      await add(page, 'entity', 'A person, or a group of people that has a name of its own');
      await add(page, 'relation', 'lives in');
      await more(page, 'lives in');
      await assertInOrder(page, `types-${colorScheme}-${width}`);
    });
  }
}
