// Labelling from nothing: how many actions it takes, and all of it without a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTab, put, setUp, settled } from './browser.mjs';

const visit = setUp({ query: '?device=cpu', viewport: { width: 1280, height: 800 } });

const people = ['Anna Lindqvist', 'Bo Ek', 'Carla Diaz', 'Dev Rao', 'Eva Novak', 'Finn Berg', 'Gita Sen', 'Hugo Marin', 'Ines Costa', 'Jan Kok'];
const places = ['Oslo', 'New York', 'Lima', 'Pune', 'Brno', 'Bergen', 'Kolkata', 'Lyon', 'Porto', 'Delft'];
const sentences = Array.from({ length: 20 }, (_, place) => `${people[place % 10]} moved to ${places[place % 10]} in spring.`);

/** A page with a text and no labels. */
async function plain(text) {
  const { page, complaints } = await visit();
  await page.getByRole('radio', { name: 'No model' }).check();
  await page.getByRole('button', { name: 'New' }).click();
  await put(page, text);
  await settled(page);
  assert.equal(await page.locator('svg .entity').count(), 0);
  return { page, complaints };
}

/** Types of entities and of relations, as a file that is opened at the tab. */
async function defineTypes(page) {
  const types = {
    entities: { Person: { key: '1' }, Place: { key: '2' } },
    relations: { lives_in: { key: '1', heads: ['Person'], tails: ['Place'] } },
  };
  const panel = await openTab(page, 'Types');
  await panel.locator('input[type=file]').setInputFiles({ name: 'types.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(types)) });
  await panel.getByRole('heading', { name: 'Types of relations' }).waitFor();
}

/** The labels as the tables have them. */
async function labels(page) {
  const panel = await openTab(page, 'Triples');
  return panel.locator('.tables table').evaluateAll((tables) =>
    tables.map((table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()))),
  );
}

const expected = () => [
  sentences.flatMap((_, place) => [
    [people[place % 10], 'Person', '✓ by you'],
    [places[place % 10], 'Place', '✓ by you'],
  ]),
  sentences.map((_, place) => [people[place % 10], 'lives_in', places[place % 10], '✓ by you']),
];

test('20 sentences with 40 entities and 20 relations take two actions each', { timeout: 240_000 }, async (t) => {
  const { page, complaints } = await plain(sentences.join(' '));
  await defineTypes(page);
  const actions = { entities: 0, relations: 0 };
  // An action is a key, or a press of the pointer with what it is dragged over.
  const drag = async (from, to, sort) => {
    actions[sort] += 1;
    const middle = async (locator) => {
      const { x, y, width, height } = await locator.boundingBox();
      return [x + width / 2, y + height / 2];
    };
    await from.scrollIntoViewIfNeeded();
    await page.mouse.move(...(await middle(from)));
    await page.mouse.down();
    const end = await middle(to);
    await page.mouse.move(end[0] - 3, end[1] - 1);
    await page.mouse.move(...end);
    await page.mouse.up();
  };
  const press = async (key, sort) => {
    actions[sort] += 1;
    await page.keyboard.press(key);
  };
  for (const place of sentences.keys()) {
    const row = page.locator('.sentence').nth(place);
    const word = (text) => row.locator('.words text').filter({ hasText: new RegExp(`^${text}$`) }).first();
    for (const [text, key] of [[people[place % 10], '1'], [places[place % 10], '2']]) {
      const words = text.split(' ');
      await drag(word(words[0]), word(words.at(-1)), 'entities');
      await press(key, 'entities');
      await row.locator(`svg .entity[aria-label*="“${text}”"]`).waitFor({ timeout: 5_000 });
    }
    const rect = (text) => row.locator(`svg .entity[aria-label*="“${text}”"] rect`).first();
    await drag(rect(people[place % 10]), rect(places[place % 10]), 'relations');
    await press('1', 'relations');
    await row.locator('svg .arc').waitFor({ timeout: 5_000 });
  }
  assert.deepEqual(await labels(page), expected());
  const [entities, relations] = [actions.entities / 40, actions.relations / 20];
  assert.ok(entities <= 3 && relations <= 3, JSON.stringify(actions));
  t.diagnostic(`${entities.toFixed(1)} actions an entity, ${relations.toFixed(1)} a relation`);
  assert.deepEqual(complaints, []);
});

test('a whole document is labelled without a mouse', { timeout: 240_000 }, async (t) => {
  const { page, complaints } = await plain(sentences.slice(0, 5).join(' '));
  await defineTypes(page);
  let keys = 0;
  const press = async (key, times = 1) => {
    for (let time = 0; time < times; time++) {
      keys += 1;
      await page.keyboard.press(key);
    }
  };
  await page.locator('#sentence-0').focus();
  await press('w');
  for (let place = 0; place < 5; place++) {
    // The words of a sentence: first name, last name, moved, to, place…, in, spring, full stop.
    await press('Shift+ArrowRight');
    await press('1');
    await press('w');
    await press('ArrowRight', 3);
    await press('Shift+ArrowRight', places[place].split(' ').length - 1);
    await press('2');
    // The place is selected; its person is the entity before it.
    await press('ArrowLeft');
    await press('r');
    await press('ArrowRight');
    await press('Enter');
    await press('1');
    if (place < 4) {
      await press('Escape');
      await press('w');
      await press('ArrowDown');
    }
  }
  const [entities, relations] = expected();
  assert.deepEqual(await labels(page), [entities.slice(0, 10), relations.slice(0, 5)]);
  t.diagnostic(`${keys} keys for 10 entities and 5 relations`);
  assert.deepEqual(complaints, []);
});
