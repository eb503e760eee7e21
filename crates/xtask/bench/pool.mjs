// How long the built page takes for a long text with one worker or two, and for a sentence that is typed meanwhile:
//
//   SINET_DIST=dist node pool.mjs '{"text":…,"pieces":32,"sentences":1000,"workers":2,"runs":2,"typed":10}'
//
// The text is read `sentences` times in one, with as many workers as say `workers`, beside the one that is there for what
// is typed if they are more than one. Prints one JSON object: the browser's version, and times in milliseconds of `runs`
// readings after the first (`reading`) and of writing a sentence until its labels are there: `typed` times alone, and as
// often while the long text is read (`typed_meanwhile`), which one worker would have to begin anew.
import { launch, settled, type } from '../../../tests/page/browser.mjs';
import { serve } from '../../../tests/page/site.mjs';

const plan = JSON.parse(process.argv[2]);
const [browser, site] = [await launch(), await serve()];
try {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  // The page takes as many helpers as there are cores, if that is worth it: here it needn't ask.
  await context.addInitScript((workers) => {
    Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => workers });
  }, plan.workers);
  const page = await context.newPage();
  await page.goto(`${site.address}?device=cpu`);
  await settled(page, 5 * 60_000);

  const read = () =>
    page.evaluate(async ({ text, pieces, sentences }) => {
      const long = Array(sentences).fill(text).join(' ');
      const start = performance.now();
      const { windows } = await window.sinet.annotate(long);
      const time = performance.now() - start;
      // The peer reads exactly this much.
      if (windows.length !== sentences || windows.some((window) => window.pieces !== pieces)) {
        throw new Error(`the text is read as something other than ${sentences} sentences of ${pieces} pieces`);
      }
      return time;
    }, plan);
  const typeOnce = async (number) => {
    const start = performance.now();
    await type(page, `We typed ${number} sentences that describe a parser.`);
    return performance.now() - start;
  };

  // The first time helpers are started, and measured.
  const expected = plan.workers === 1 ? 1 : plan.workers + 1;
  for (let tries = 0; tries === 0 || (tries < 4 && page.workers().length < expected); tries += 1) await read();
  if (page.workers().length !== expected) throw new Error(`the page has ${page.workers().length} workers, not ${expected}`);
  const reading = [];
  for (let run = 0; run < plan.runs; run += 1) reading.push(await read());

  const typed = [];
  for (let number = 0; number < plan.typed; number += 1) typed.push(await typeOnce(number));
  const meanwhile = [];
  let isReading = plan.typed > 0;
  const long = isReading ? read().then(() => (isReading = false)) : null;
  await page.waitForTimeout(500);
  for (let number = plan.typed; isReading && number < 2 * plan.typed; number += 1) {
    const time = await typeOnce(number);
    if (isReading) meanwhile.push(time);
  }
  await long;
  const milliseconds = { reading, typed, typed_meanwhile: meanwhile };
  console.log(JSON.stringify({ versions: { Chromium: browser.version() }, milliseconds }));
} finally {
  await browser.close();
  await site.stop();
}
