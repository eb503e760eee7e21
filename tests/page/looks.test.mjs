// What can be said mechanically about how the page looks and is reached: contrast, names, keyboard, width.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setUp, settled, type } from './browser.mjs';
import { assertInOrder } from './order.mjs';

const visit = setUp();

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`the page is in order: ${colorScheme}, ${width} pixels`, async () => {
      const { page } = await visit({ colorScheme, viewport: { width, height: 900 } });
      for (const model of ['News', 'Scientific']) {
        await page.getByRole('radio', { name: model }).check();
        await settled(page);
        await assertInOrder(page, `${model.toLowerCase()}-${colorScheme}-${width}`);
      }
    });
  }
}

test('what is pointed at, and what is selected, tells its score', async () => {
  const { page } = await visit();
  await settled(page);
  await page.locator('svg .entity').first().hover();
  assert.match(await page.locator('div.tip').innerText(), /^\S.* “.+”, score [01]\.\d\d$/);
  await page.mouse.move(0, 0);
  assert.equal(await page.locator('div.tip').count(), 0);
  for (const one of ['.entity', '.arc']) {
    await page.locator(`svg ${one}`).first().focus();
    const label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
    assert.match(label, /score [01]\.\d\d$/);
    assert.equal(await page.locator('.inspector .about').innerText(), `${label}.`);
  }
  await page.keyboard.press('Escape');
  assert.doesNotMatch(await page.locator('.inspector .about').innerText(), /score/, 'Escape leaves the selection');
});

test('no arc is drawn through a label or a word', async () => {
  for (const width of [1280, 390]) {
    const { page } = await visit({ viewport: { width, height: 900 } });
    await settled(page);
    const crossings = await page.evaluate(() => {
      const found = [];
      for (const svg of document.querySelectorAll('.picture svg')) {
        const texts = [...svg.querySelectorAll('text')].map((text) => [text, text.getBBox()]);
        for (const line of svg.querySelectorAll('.arc .line')) {
          const length = line.getTotalLength();
          for (let at = 0; at <= length; at += 2) {
            const { x, y } = line.getPointAtLength(at);
            for (const [text, box] of texts) {
              const inside = x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 2 && y < box.y + box.height - 2;
              if (inside) found.push(text.textContent);
            }
          }
        }
      }
      return found;
    });
    assert.deepEqual(crossings, []);
  }
});

test('the numbers of sentences take their room from the pictures', async () => {
  for (const width of [1280, 390]) {
    const { page } = await visit({ viewport: { width, height: 900 } });
    await settled(page);
    const long = 'a tagger that reads its input twice and a parser that reads its output once';
    await type(page, `We compare ${long}. We combine ${long}.`);
    const beyond = await page.evaluate(() =>
      [...document.querySelectorAll('.picture svg')].map((svg) => {
        const { x, width } = svg.getBBox();
        return x + width - svg.parentElement.clientWidth;
      }),
    );
    assert.equal(beyond.length, 2);
    assert.ok(Math.max(...beyond) <= 0, `${beyond} pixels stick out at ${width}`);
  }
});

for (const width of [1280, 390]) {
  test(`nothing that is seen moves while the page comes up: ${width} pixels`, async () => {
    const init = () => {
      window.shifts = [];
      const note = ({ value, sources }) => window.shifts.push({ value, nodes: sources.map(({ node }) => node?.className ?? node?.nodeName) });
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: true });
    };
    const { page: first, newTab } = await visit({ init, viewport: { width, height: 844 } });
    for (const come of [() => first, newTab]) {
      const page = await come();
      await settled(page);
      await page.getByText('it works without a network too').waitFor();
      const shifts = await page.evaluate(() => window.shifts);
      const sum = shifts.reduce((sum, { value }) => sum + value, 0);
      assert.ok(sum < 0.001, JSON.stringify(shifts));
      await page.close();
    }
  });
}

test('nothing moves when the model is switched', async () => {
  const { page } = await visit();
  await settled(page);
  const tops = () => page.evaluate(() => ['.status', '.sentences'].map((part) => document.querySelector(part).getBoundingClientRect().top));
  const before = await tops();
  await page.getByRole('radio', { name: 'News' }).check();
  const during = await tops();
  await settled(page);
  assert.deepEqual(during, before);
  assert.deepEqual(await tops(), before);
});
