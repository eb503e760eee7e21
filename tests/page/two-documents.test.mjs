// Two documents at once: an answer never lands in another document than the one that it was asked for (B1).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drop, holds, put, settled, setUp, type, words } from './browser.mjs';
import { recordsWhen, rows, textOf, unfold } from './documents.mjs';
import { askedFor, gated, held, hold, holdNextTime, release } from './gate.mjs';

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block', init: gated });

const [one, two] = ['A parser.', 'A parser and a parser.'];
/** Where the second parser stands. */
const second = { start: two.lastIndexOf('parser'), end: two.length - 1 };

/** Says that the second parser of the text is a task. */
async function correct(page) {
  await page.locator('svg').first().focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('w');
  await page.keyboard.press('Home');
  for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('1');
  await page.locator('.inspector .said').filter({ hasText: /Task “parser”.*by you/ }).waitFor();
  await settled(page);
  await recordsWhen(page, (all) => all.some(isCorrected));
}

/** What a person says in a record, each with its place. */
const corrections = ({ body }) =>
  Object.values(body.document.entities.corrections).map(({ now }) => now && { start: now.span.start, end: now.span.end });

const isCorrected = (record) => textOf(record) === two && JSON.stringify(corrections(record)) === JSON.stringify([second]);

/** The numbers of the words that a person's entities begin at, as the pictures show them. */
const ownWords = (page) =>
  page.evaluate(() => {
    const centres = [...document.querySelectorAll('svg .words text')].map((word) => {
      const { left, right, top, bottom } = word.getBoundingClientRect();
      return [(left + right) / 2, (top + bottom) / 2];
    });
    return [...document.querySelectorAll('svg .entity.own')].map((entity) => {
      const box = entity.querySelector('rect').getBoundingClientRect();
      return centres.findIndex(([x, y]) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom);
    });
  });

/** The corrected document is open, as it was left, and so it is in the database and after a reload. */
async function assertUnharmed(page) {
  const isWhole = async () => {
    await holds(page, two);
    await settled(page);
    assert.deepEqual(await words(page), ['A', 'parser', 'and', 'a', 'parser', '.']);
    assert.deepEqual(await ownWords(page), [4], 'the correction stands where it was made');
    assert.doesNotMatch(await page.locator('.inspector .said').innerText(), /Gone/);
    await recordsWhen(page, (all) => all.some(isCorrected));
  };
  await isWhole();
  await page.reload();
  await isWhole();
}

/** A visitor who has corrected one document, and has another one open. */
async function correctedAndLeft() {
  const { page, ...others } = await visit();
  await settled(page);
  await type(page, two);
  await correct(page);
  await unfold(page);
  await page.getByRole('button', { name: 'New', exact: true }).click();
  return { page, ...others };
}

const back = (page, title = two) => page.getByRole('button', { name: title, exact: true }).click();

test('B1: a document that is opened while another one is read keeps its corrections', async () => {
  const { page } = await correctedAndLeft();
  await hold(page, 'annotated', one);
  await put(page, one);
  await held(page);
  await back(page);
  await holds(page, two);
  await release(page);
  await assertUnharmed(page);
});

test('B1: a document that is left while it is read keeps its corrections, and its reading stays out of the next', async () => {
  const { page } = await correctedAndLeft();
  await type(page, one);
  await hold(page, 'annotated', two);
  await back(page);
  await held(page);
  await back(page, one);
  await holds(page, one);
  await release(page);
  await settled(page);
  assert.deepEqual(await words(page), ['A', 'parser', '.']);
  assert.deepEqual(await ownWords(page), []);
  assert.doesNotMatch(await page.locator('.inspector .said').innerText(), /Gone/);
  await recordsWhen(page, (all) => all.some(isCorrected) && all.some((record) => textOf(record) === one && corrections(record).length === 0));
  await back(page);
  await assertUnharmed(page);
});

for (const inOneTick of [true, false]) {
  const when = inOneTick ? 'in one tick' : 'one after the other';
  test(`B1: of two files that are opened ${when}, the second keeps its labels when it is annotated`, async () => {
    const { page } = await visit();
    await settled(page);
    const labelled = JSON.stringify({ text: two, label: [[second.start, second.end, 'Task']] });
    await hold(page, 'annotated', one);
    const files = [['one.txt', one], ['two.jsonl', labelled]];
    if (inOneTick) {
      await drop(page, [files[0]], [files[1]]);
    } else {
      await drop(page, [files[0]]);
      await held(page);
      await drop(page, [files[1]]);
    }
    await holds(page, two);
    await page.getByRole('button', { name: 'Annotate', exact: true }).click();
    await held(page);
    await release(page);
    await assertUnharmed(page);
    await unfold(page);
    await rows(page).filter({ hasText: one }).first().waitFor();
  });
}

test('B1: the document that was open at the last visit is opened before its model is there', async () => {
  const { page } = await visit();
  await settled(page);
  await type(page, two);
  await correct(page);
  await holdNextTime(page, 'loaded');
  await page.reload();
  await held(page);
  await holds(page, two);
  await release(page);
  await settled(page);
  assert.doesNotMatch(await page.locator('.inspector .said').innerText(), /Gone/);
  assert.deepEqual(await ownWords(page), [4]);
});

test('B1: a tab that closes between two answers leaves the document as it was', async () => {
  const { page, newTab } = await visit();
  await settled(page);
  await type(page, two);
  await correct(page);
  // The first answer of the next visit comes, and the one for the document does not.
  await holdNextTime(page, 'annotated', two);
  await page.reload();
  await askedFor(page, two);
  await held(page);
  // Longer than the pause after which a change is saved.
  await page.waitForTimeout(1_000);
  await page.close();
  const other = await newTab();
  await assertUnharmed(other);
});
