// The documents that the browser keeps: as the page lists them, and as its database holds them.
import { type } from './browser.mjs';

/** Opens the list, if it is folded. */
export async function unfold(page) {
  const fold = page.locator('.documents .fold');
  if ((await fold.getAttribute('aria-expanded')) === 'false') await fold.click();
}

/** What the list shows. */
export const rows = (page) => page.locator('.documents li');

/** Waits until the list says something, a text or a pattern. */
export const said = (page, hasText) => page.getByRole('status', { name: 'Documents' }).filter({ hasText }).waitFor();

/** Every record of the database: `id`, what the list needs to know (`head`), and the document (`body`). */
export async function records(page) {
  const found = await page.evaluate(async () => {
    const database = await new Promise((resolve) => {
      indexedDB.open('sinet').onsuccess = ({ target }) => resolve(target.result);
    });
    const transaction = database.transaction(['heads', 'bodies']);
    const all = (store, what) =>
      new Promise((resolve) => {
        transaction.objectStore(store)[what]().onsuccess = ({ target }) => resolve(target.result);
      });
    const found = await Promise.all([all('heads', 'getAllKeys'), all('heads', 'getAll'), all('bodies', 'getAll')]);
    database.close();
    return found;
  });
  const [ids, heads, bodies] = found;
  return ids.map((id, index) => ({ id, head: JSON.parse(heads[index]), body: JSON.parse(bodies[index]) }));
}

/** Waits until the records fulfil a condition, and returns them. */
export async function recordsWhen(page, done, timeout = 30_000) {
  const until = Date.now() + timeout;
  for (;;) {
    const all = await records(page);
    if (done(all)) return all;
    if (Date.now() > until) throw new Error(`the records did not become what was awaited: ${JSON.stringify(all)}`);
    await page.waitForTimeout(50);
  }
}

/** The newest text of a record. */
export const textOf = ({ body }) => body.draft ?? body.document.text;

/** Types a text and waits until the browser keeps it. */
export async function write(page, text) {
  await type(page, text);
  await recordsWhen(page, (all) => all.some((record) => textOf(record) === text));
}
