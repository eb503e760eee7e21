// `cargo xtask bench web` in short: its scripts stand on what the tests share, and break with it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('the benchmark of the page takes as many times as it is asked for', { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL('../../crates/xtask/bench/page.mjs', import.meta.url));
  const text = 'We parse.';
  const pieces = 6;
  const plan = { text, pieces, device: 'cpu', gpu: false, warm_ups: 1, runs: { 1: 2, 3: 1 } };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(plan)]);
  const { versions, milliseconds } = JSON.parse(stdout);
  assert.match(versions.Chromium, /^\d+\./);
  assert.deepEqual(Object.entries(milliseconds).map(([copies, times]) => [copies, times.length]), [['1', 2], ['3', 1]]);
  assert.ok(Object.values(milliseconds).flat().every((time) => time > 0));
});

test('the benchmark of a long text reads it as often as it is asked for', { timeout: 300_000 }, async () => {
  const script = fileURLToPath(new URL('../../crates/xtask/bench/pool.mjs', import.meta.url));
  const plan = { text: 'We parse.', pieces: 6, sentences: 500, workers: 1, runs: 2, typed: 0 };
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(plan)]);
  const { milliseconds } = JSON.parse(stdout);
  assert.deepEqual(Object.entries(milliseconds).map(([work, times]) => [work, times.length]), [['reading', 2], ['typed', 0], ['typed_meanwhile', 0]]);
  assert.ok(milliseconds.reading.every((time) => time > 0));
});
