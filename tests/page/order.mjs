// What every view must meet, whatever it shows. With SINET_SHOTS set to a folder, screenshots go there, to be looked at.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** axe finds no violation of WCAG 2.2 AA in what the page shows, or in a part of it. */
export async function assertAccessible(page, part = 'html') {
  // axe runs as the page's own script would not be allowed to: from the debugger.
  await page.evaluate(axe);
  const run = ([part, values]) => window.axe.run(part, { runOnly: { type: 'tag', values } });
  const { violations } = await page.evaluate(run, [part, rules]);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join('\n  ')}`), []);
}

/** Nothing makes the page wider than the window. */
export async function assertFits(page) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, 'nothing sticks out');
}

/** The view is accessible and as wide as the window; its screenshot is called `name`. */
export async function assertInOrder(page, name) {
  await assertAccessible(page);
  await assertFits(page);
  if (process.env.SINET_SHOTS) await page.screenshot({ path: join(process.env.SINET_SHOTS, `${name}.png`) });
}
