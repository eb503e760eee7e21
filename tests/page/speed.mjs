// How long one 32-piece sentence takes in Chromium on the CPU path, text to annotation, as a reader gets it:
//
//   SINET_DIST=$PWD/dist node tests/page/speed.mjs [MODEL]
//
// Prints one JSON line: median and minimum over the runs, in milliseconds.
import { launch, open, settled } from './browser.mjs';
import { serve } from './site.mjs';

const model = process.argv[2] ?? 'scierc';
const runs = 30;
// As in trainer/src/benchmark.rs.
const text =
  'We present a joint model for entity and relation extraction that reads a sentence once, ' +
  'looks across both tasks, and beats baselines on three data sets.';

const [browser, site] = [await launch(), await serve()];
try {
  const { page } = await open(browser, `${site.address}?device=cpu`);
  await settled(page);
  const { times, pieces } = await page.evaluate(
    async ({ model, text, runs }) => {
      const times = [];
      let pieces = 0;
      for (let i = 0; i < runs + 3; i += 1) {
        const start = performance.now();
        const annotation = await window.sinet.annotate(text, { model, device: 'cpu' });
        // The first runs warm up.
        if (i >= 3) times.push(performance.now() - start);
        pieces = annotation.windows.reduce((sum, window) => sum + window.pieces, 0);
      }
      return { times: times.sort((a, b) => a - b), pieces };
    },
    { model, text, runs },
  );
  const ms = (value) => Number(value.toFixed(2));
  console.log(JSON.stringify({ browser: browser.version(), model, pieces, median_ms: ms(times[runs >> 1]), min_ms: ms(times[0]) }));
} finally {
  await browser.close();
  await site.stop();
}
