// Long texts and sets of documents, read by several workers: in order, as by one, and whatever happens meanwhile.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, put, settled, setUp, type, words } from './browser.mjs';
import { records, recordsWhen, rows, said, textOf, unfold } from './documents.mjs';
import { asked, gated, held, hold, release } from './gate.mjs';

/** Browsers on machines with so many cores and so much memory that the page takes no helper, one or two. */
const machines = [
  () => Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 1 }),
  () => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 });
    Object.defineProperty(navigator, 'deviceMemory', { get: () => 1 });
  },
  () => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => 2 });
    Object.defineProperty(navigator, 'deviceMemory', { get: () => 8 });
  },
];

const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block' });
const arrive = async (helpers) => {
  const visitor = await visit({ init: [gated, machines[helpers]] });
  await settled(visitor.page);
  return visitor;
};

const subjects = ['neural parser', 'hidden Markov model', 'naïve beam search', 'convolutional network', 'news corpus'];
const sentence = (number) =>
  `Approach ${number} evaluates a ${subjects[number % 5]} for speech recognition` +
  `${', which uses word alignment'.repeat(number % 4)} (${number}), and improves its accuracy. `;
const longText = (sentences) => Array.from({ length: sentences }, (_, number) => sentence(number)).join('').trim();
const text = longText(400);

const annotate = (page, text) => page.evaluate((text) => window.sinet.annotate(text), text);
const relate = (page, entities) => page.evaluate((entities) => window.sinet.relate(entities, { threshold: 0.1 }), entities);

/** The numbers of the workers that were asked for a part of a text. */
async function readers(page, text) {
  const questions = (await asked(page)).filter((question) => question.kind === 'annotate' && question.text === text);
  return [...new Set(questions.map(({ worker }) => worker))];
}

/** Ends the worker that was started as this number, as a fault in its program does, once it lives. */
async function kill(page, number) {
  await page.workers()[number].evaluate(() => void setTimeout(() => { throw new Error('killed'); }));
}

/** Waits until the page has asked a helper to annotate something that has `text` in it. */
const helped = (page, text) =>
  page.waitForFunction((text) => window.gate.asked.some((it) => it.kind === 'annotate' && it.worker > 0 && it.text.includes(text)), text);

const documentText = (number) => `Number ${number}: ${longText(30)}`;
const files = (count) =>
  Array.from({ length: count }, (_, index) => ({
    name: `${String(index + 1).padStart(2, '0')}.txt`,
    mimeType: 'text/plain',
    buffer: Buffer.from(documentText(index + 1)),
  }));
const numberOf = (record) => Number(/^Number (\d+):/.exec(textOf(record))?.[1]);

async function openFiles(page, count) {
  await unfold(page);
  await page.getByLabel('Open files…').setInputFiles(files(count));
  await page.getByText(`Documents (${count})`).waitFor();
  await settled(page);
}

const annotateAll = (page) => page.getByRole('button', { name: 'Annotate all' }).click();

/** What a model has found in each document, by its number. */
const found = (kept) =>
  Object.fromEntries(kept.map((record) => [numberOf(record), [record.body.document.entities.model, record.body.document.relations.model]]));

test('a long text is read by several workers as by one, to the bit, and so are later questions', { timeout: 300_000 }, async () => {
  const [alone, together] = [await arrive(0), await arrive(2)];
  const expected = await annotate(alone.page, text);
  assert.ok(expected.entities.length > 400 && expected.relations.length > 100);
  assert.deepEqual(await readers(alone.page, text), [0]);
  const related = await relate(alone.page, expected.entities);
  assert.ok(related.length > expected.relations.length);

  // The first worker reads until there is a helper, so that the parts of the open text lie in both.
  await type(together.page, text, 120_000);
  assert.deepEqual(await relate(together.page, expected.entities), related);
  const workers = (await asked(together.page)).filter(({ kind }) => kind === 'relate').map(({ worker }) => worker);
  assert.ok(new Set(workers).size > 1, `each worker is asked about its parts: ${workers}`);

  assert.deepEqual(await annotate(together.page, text), expected);
  assert.ok((await readers(together.page, text)).length > 1);
  // Nobody holds a text that was read aside: it is read again for this.
  const longer = `${text} ${sentence(400)}`.trim();
  await annotate(together.page, longer);
  assert.deepEqual(await relate(together.page, expected.entities), related);
});

test('the open document may be long: its labels are explained by the worker that has read them', { timeout: 300_000 }, async () => {
  const { page, complaints } = await arrive(2);
  await type(page, text, 120_000);
  const last = page.locator('svg .entity').last();
  await page.locator('.sentence').last().scrollIntoViewIfNeeded();
  await last.focus();
  await page.locator('.why .decision').waitFor();
  const questions = await asked(page);
  const explain = questions.find(({ kind }) => kind === 'explain');
  const parts = questions.filter(({ kind, worker, part }) => kind === 'annotate' && worker === explain.worker && part.of > 1);
  assert.ok(parts.length > 0, 'that worker has read parts of the text');
  const wholes = questions.filter(({ kind, part, text: of }) => kind === 'annotate' && of === text && part.of === 1);
  assert.deepEqual(wholes, [], 'nobody has read it a second time');
  assert.deepEqual(complaints.filter((complaint) => !complaint.startsWith('Service Worker')), []);
});

test('a short text needs one worker', async () => {
  const { page } = await arrive(2);
  await annotate(page, longText(40));
  assert.equal(page.workers().length, 1);
});

test('a helper that is killed midway loses nothing', { timeout: 300_000 }, async () => {
  const { page } = await arrive(1);
  const expected = await annotate(page, text);
  await hold(page, 'annotated', '', 1);
  const again = annotate(page, text);
  await held(page);
  await kill(page, 1);
  await page.waitForFunction(() => window.gate.workers > 2);
  await release(page);
  assert.deepEqual(await again, expected);
  // The new worker has read nothing: it reads its parts again before it answers.
  assert.deepEqual(await relate(page, expected.entities), await relate(page, expected.entities));
});

test('the first worker is killed while a long text is read, and nothing is lost', { timeout: 300_000 }, async () => {
  const { page } = await arrive(2);
  const reading = annotate(page, text);
  await page.waitForFunction((text) => window.gate.asked.some((it) => it.text === text), text);
  await kill(page, 0);
  const { windows, entities } = await reading;
  assert.equal(windows.length, 400);
  assert.deepEqual(await annotate(page, text).then((other) => other.entities), entities);
});

test('a newer text overtakes a long one at once, and no worker is stopped for it', { timeout: 300_000 }, async () => {
  const { page } = await arrive(1);
  await annotate(page, text);
  await hold(page, 'annotated', 'Approach');
  await put(page, `${text} And more.`);
  await held(page);
  await type(page, 'We parse short sentences.');
  assert.deepEqual(await words(page), ['We', 'parse', 'short', 'sentences', '.']);
  assert.equal(await page.evaluate(() => window.gate.workers), 2);
  await release(page);
  assert.deepEqual(await words(page), ['We', 'parse', 'short', 'sentences', '.'], 'the old answers are dropped');
});

test('a set is read by several workers, saved in its order, and as by one', { timeout: 300_000 }, async () => {
  const kept = [];
  for (const helpers of [0, 2]) {
    const { page } = await arrive(helpers);
    await openFiles(page, 12);
    // The first worker has it before there are others.
    if (helpers > 0) await hold(page, 'annotated', 'Number 2:');
    await annotateAll(page);
    if (helpers > 0) {
      await held(page);
      await helped(page, 'Number 12:');
      await page.waitForTimeout(1_500);
      const saved = (await records(page)).filter(({ head }) => head.state === 'read').map(numberOf);
      assert.deepEqual(saved.filter((number) => number > 1), [], 'the others wait for it');
      await release(page);
    }
    await said(page, /^11 of 11 documents were read\.$/);
    // The open document is none of the eleven: it is read by itself, and saved in its own time.
    const isSaved = (all) => Object.keys(found(all)[1]?.[0] ?? {}).length > 0;
    kept.push(found(await recordsWhen(page, isSaved)));
    const workers = new Set((await asked(page)).filter(({ kind }) => kind === 'annotate').map(({ worker }) => worker));
    assert.equal(workers.size > 1, helpers > 0, `${workers.size} workers`);
  }
  assert.equal(Object.keys(kept[0]).length, 12);
  assert.ok(Object.keys(kept[0][12][0]).length > 20);
  assert.deepEqual(kept[1], kept[0]);
});

test('what is typed while a set is read is answered by a worker of its own', { timeout: 300_000 }, async () => {
  const { page } = await arrive(1);
  await openFiles(page, 12);
  // From the helper's second answer on.
  await hold(page, 'annotated', 'Number', 1);
  await annotateAll(page);
  await held(page);
  await type(page, 'We parse short sentences.');
  assert.deepEqual(await words(page), ['We', 'parse', 'short', 'sentences', '.']);
  const { worker } = (await asked(page)).findLast((question) => question.text === 'We parse short sentences.');
  assert.equal(worker, 0);
  await release(page);
  await said(page, /^\d+ of \d+ documents were read\.$/);
});

test('the model is switched twice while a set and a long text are read: all are read, and by whom they say', { timeout: 300_000 }, async () => {
  const { page } = await arrive(2);
  await openFiles(page, 12);
  await annotateAll(page);
  await put(page, text);
  await helped(page, 'Approach');
  await page.getByRole('radio', { name: 'News' }).check();
  await page.waitForTimeout(700);
  await page.getByRole('radio', { name: 'Scientific' }).check();
  await said(page, /^\d+ of \d+ documents were read\.$/);
  await settled(page, 120_000);
  assert.equal((await words(page))[0], 'Approach');
  assert.equal(await rows(page).filter({ hasText: 'could not be read' }).count(), 0);
  const places = ['Loc', 'Org', 'Other', 'Peop'];
  for (const record of (await records(page)).filter((record) => record.head.state === 'read')) {
    const types = Object.values(record.body.document.entities.model).map((entity) => entity.kind ?? entity.type);
    const isNews = types.filter((type) => places.includes(type)).length;
    assert.equal(isNews, record.body.model === 'conll04' ? types.length : 0, `${record.body.model} has read ${numberOf(record)}`);
  }
});

test('the tab closes while a set and a long text are read, and the next one goes on', { timeout: 300_000 }, async () => {
  const { page, newTab } = await arrive(2);
  await openFiles(page, 12);
  await annotateAll(page);
  await helped(page, 'Number');
  await put(page, text);
  await page.getByText('Saved in this browser').waitFor();
  await page.close();
  const other = await newTab();
  await holds(other, text);
  await settled(other, 120_000);
  assert.deepEqual((await records(other)).filter(({ head }) => head.state === 'failed'), []);
  await unfold(other);
  await annotateAll(other);
  await said(other, /^(\d+) of \1 documents were read\.$/);
  const left = (await records(other)).filter((record) => record.head.state !== 'read' && textOf(record) !== text);
  assert.deepEqual(left.map(numberOf), []);
});

test('helpers go when there is nothing to do, and come again', { timeout: 300_000 }, async () => {
  const { page } = await arrive(1);
  const expected = await annotate(page, text);
  assert.equal(page.workers().length, 2);
  for (let tries = 0; page.workers().length > 1 && tries < 80; tries += 1) await page.waitForTimeout(500);
  assert.equal(page.workers().length, 1);
  assert.deepEqual(await annotate(page, text), expected);
  assert.equal(page.workers().length, 2);
});
