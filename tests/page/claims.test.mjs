// What the page says of itself is what it has looked at: without a network, and that no request carries a text (B8).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, field, openMenu, settled, setUp, type } from './browser.mjs';

const visit = setUp({ query: '?device=cpu' });

const needsNoNetwork = /works without a network/;
const allForItself = /all for its own files/;
const noneCarriesText = /none .*carr(y|ies) .*your text/;
const oneCarriesText = /1 of them .*your text/;

const offline = (page) => page.locator('.offline');

/** Grants the page no more than a few megabytes beyond what it keeps: no model. */
async function grantNoMore({ page, context, site }) {
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  const session = await context.newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.address).origin, quotaSize: usage + 5e6 });
}

/** Forgets the models that are kept. */
async function clearModels(page) {
  await openMenu(page, 'Model and device');
  await page.getByRole('button', { name: 'Clear kept models' }).click();
  const row = page.getByRole('region', { name: 'Models' }).getByRole('listitem').filter({ hasText: 'Scientific' });
  await row.filter({ hasText: 'not kept' }).waitFor();
}

test('B8: a model that is not kept needs the network, and the page says so', async () => {
  const visitor = await visit();
  const { page, site } = visitor;
  await settled(page);
  await offline(page).filter({ hasText: needsNoNetwork }).waitFor();
  await clearModels(page);
  // The browser's estimate follows a deletion after a while; until then there would be room for a model.
  await page.waitForFunction(async () => (await navigator.storage.estimate()).usage < 20e6);
  await grantNoMore(visitor);
  // The model is loaded anew, and there is no room for it. (A reload would take the limit away.)
  for (const model of ['News', 'Scientific']) {
    await page.getByRole('radio', { name: model }).check();
    await settled(page);
  }
  await offline(page).filter({ hasText: /\S/ }).waitFor();
  assert.doesNotMatch(await offline(page).innerText(), needsNoNetwork);
  // And that is so.
  await site.stop();
  await page.reload();
  await failure(page).filter({ hasText: 'The model did not arrive' }).waitFor();
});

test('B8: a model that was kept and has been cleared needs the network', async () => {
  const { page } = await visit();
  await settled(page);
  await offline(page).filter({ hasText: needsNoNetwork }).waitFor();
  await clearModels(page);
  await offline(page).filter({ hasNotText: needsNoNetwork }).waitFor();
});

test('B8: what is said about the network is about the model in use', async () => {
  const visitor = await visit();
  const { page } = visitor;
  await settled(page);
  await offline(page).filter({ hasText: needsNoNetwork }).waitFor();
  await grantNoMore(visitor);
  await page.getByRole('radio', { name: 'News' }).check();
  await settled(page);
  await offline(page).filter({ hasNotText: needsNoNetwork }).waitFor();
  await page.getByRole('radio', { name: 'Scientific' }).check();
  await settled(page);
  await offline(page).filter({ hasText: needsNoNetwork }).waitFor();
});

test('where the page is not kept, nothing is said to work without a network', async () => {
  // The service worker gets no cache, and its installation fails.
  const spoil = (path, bytes) =>
    path === 'offline.js' ? Buffer.concat([Buffer.from("caches.open = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));\n"), bytes]) : bytes;
  const { page, site } = await visit({ spoil });
  await settled(page);
  await openMenu(page, 'Model and device');
  await page.getByRole('region', { name: 'Models' }).getByRole('listitem').filter({ hasText: /kept here/ }).waitFor();
  await offline(page).filter({ hasText: /\S/ }).waitFor();
  assert.ok(site.asked.includes('offline.js'), 'it was tried');
  assert.doesNotMatch(await offline(page).innerText(), needsNoNetwork);
});

for (const [how, address] of [
  ['encoded', (text) => `./x?q=${encodeURIComponent(text)}`],
  ['as a form does', (text) => `./x?${new URLSearchParams({ q: text })}`],
  ['a piece of it', (text) => `./x/${encodeURIComponent(text.slice(4, 30))}`],
]) {
  test(`B8: a request that carries a text is not called clean: ${how}`, async () => {
    const { page } = await visit();
    await settled(page);
    const secret = 'Anna Lindqvist wohnt in Zürich & liest “SciERC”.';
    await type(page, secret);
    await page.getByText('Every request this page has made').click();
    const sentence = page.locator('.privacy > p').first();
    await sentence.filter({ hasText: allForItself }).filter({ hasText: noneCarriesText }).waitFor();
    await page.evaluate((address) => fetch(address).then(() => {}), address(secret));
    await sentence.filter({ hasNotText: noneCarriesText }).waitFor();
    const told = await sentence.innerText();
    assert.match(told, oneCarriesText);
    assert.doesNotMatch(told, allForItself);
    // It stays on the list, whatever is typed after it.
    await type(page, 'Another sentence.');
    assert.match(await sentence.innerText(), oneCarriesText);
    assert.notEqual(await field(page).inputValue(), secret);
  });
}
