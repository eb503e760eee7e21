// The page without a network, and the list of every request that it has made.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drop, holds, setUp, settled, type, words } from './browser.mjs';

const visit = setUp();

const kept = (page) => page.getByText('it works without a network too').waitFor();

for (const prefix of ['/', '/some/deep/folder/']) {
  test(`after the first visit the page needs no network, at ${prefix}`, { timeout: 120_000 }, async () => {
    const { page, site } = await visit({ prefix });
    await settled(page);
    await kept(page);
    await site.stop();
    await page.reload();
    await settled(page);
    await type(page, 'We still parse sentences.');
    assert.deepEqual(await words(page), ['We', 'still', 'parse', 'sentences', '.']);
    // The program that opens files was not needed before.
    await drop(page, [['a.jsonl', '{"text":"Ada lives.","label":[[0,3,"Peop"]]}']]);
    await holds(page, 'Ada lives.');
  });
}

test('a newer version waits until it is asked for, and comes whole', { timeout: 120_000 }, async () => {
  let title = 'SINET: entities and relations';
  const spoil = (path, bytes) => {
    if (path === 'index.html') return Buffer.from(bytes.toString().replace(/<title>.*<\/title>/, `<title>${title}</title>`));
    if (path === 'offline.js') return Buffer.from(script(bytes.toString()));
    return bytes;
  };
  // The build's list, with the hash of the page as it is served now.
  const { createHash } = await import('node:crypto');
  const { readFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const index = await readFile(join(process.env.SINET_DIST, 'index.html'));
  const script = (text) => {
    const hash = createHash('sha256').update(spoil('index.html', index)).digest('base64');
    const version = createHash('sha256').update(title).digest('hex').slice(0, 16);
    return text
      .replace(/("index\.html": \{[^}]*"integrity": ")[^"]*/, `$1sha256-${hash}`)
      .replace(/const version = '[^']*'/, `const version = '${version}'`);
  };
  const { page } = await visit({ spoil });
  await settled(page);
  await kept(page);
  title = 'A newer page';
  await page.reload();
  await settled(page);
  assert.equal(await page.title(), 'SINET: entities and relations', 'the version that was kept');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.waitForFunction(() => document.title === 'A newer page');
  await settled(page);
  const caches = await page.evaluate(() => window.caches.keys());
  assert.equal(caches.filter((name) => name.startsWith('sinet-page-')).length, 1, 'the older one is gone');
});

test('every request is listed, and all are for files of the page', { timeout: 60_000 }, async () => {
  const { page, site } = await visit();
  await settled(page);
  await kept(page);
  await type(page, 'A secret sentence.');
  await page.getByText('Every request this page has made').click();
  await page.getByRole('cell', { name: 'offline copy' }).first().waitFor();
  const listed = new Set(await page.locator('.privacy td:first-child').allTextContents());
  for (const path of new Set(site.asked)) {
    const address = `/${path === 'index.html' ? '' : path}`;
    // The service worker's own script is asked for by the browser, not by the page.
    if (path === 'offline.js' || path === '.') continue;
    assert.ok([...listed].some((line) => line.split('?')[0] === address), `${address} in ${[...listed].join(' ')}`);
  }
  assert.ok(![...listed].some((line) => /secret/i.test(decodeURIComponent(line))));
  const sentence = await page.locator('.privacy > p').innerText();
  assert.match(sentence, /^\d+ requests, [\d.]+ [kM]B over the network, all to the server of this page and all for its own files/);
});

test('how long the first annotation takes, cold and warm', { timeout: 60_000 }, async (context) => {
  const { page } = await visit();
  const measure = async () => {
    await settled(page);
    return page.evaluate(() => performance.now());
  };
  const cold = await measure();
  await kept(page);
  await page.reload();
  const warm = await measure();
  context.diagnostic(`cold ${cold.toFixed(0)} ms, warm ${warm.toFixed(0)} ms`);
});
