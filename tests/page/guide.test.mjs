// The guide: reached from the page, every page of it in order, none with a gap where code should be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMenu, setUp } from './browser.mjs';
import { assertAccessible } from './order.mjs';

const visit = setUp({ query: '?device=cpu' });

test('the page leads to the guide, and every page of it is in order', { timeout: 180_000 }, async () => {
  const { page, complaints } = await visit();
  await openMenu(page, 'Help');
  await page.getByRole('link', { name: 'The guide' }).click();
  await page.getByRole('heading', { name: 'SINET', level: 1 }).first().waitFor();
  const addresses = await page.locator('#mdbook-sidebar a[href], .sidebar a[href]').evaluateAll((links) => [...new Set(links.map((link) => link.href.split('#')[0]))]);
  assert.ok(addresses.length >= 12, `${addresses.length} pages`);
  for (const address of addresses) {
    await page.goto(address);
    const text = await page.locator('main').innerText();
    assert.ok(text.length > 100, address);
    assert.doesNotMatch(text, /\{\{#|ANCHOR/, address);
    // Around it stands what mdBook writes.
    await assertAccessible(page, 'main');
  }
  assert.deepEqual(complaints, []);
});
