// The program `sinet-docs`, which draws figures for the plugins.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/**
 * Draws the figure of a fence: `words` stand after its `sinet`, `text` is within. `form` is html, vue, mdx, svg, latex or text;
 * `docs` is the folder with sinet.lock.json. Throws an error of one sentence if there is no such figure.
 */
export function draw({ form = 'html', words = '', text, docs = '.', file, line }) {
  const asked = JSON.stringify({ for: form, words, text, file, line });
  const { stdout, stderr, error } = spawnSync(program(), ['draw', '--docs', docs], { input: `${asked}\n`, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw new Error(`sinet-docs does not start (${error.message}): install it, or name it in SINET_DOCS`);
  if (!stdout.trim()) throw new Error(stderr.trim() || 'sinet-docs has ended without a word');
  const answer = JSON.parse(stdout);
  if (answer.error) throw new Error(answer.error);
  return { figure: answer.figure, live: answer.live };
}

/** The program: the one that SINET_DOCS names, that of the package for this platform, or the first on PATH. */
function program() {
  if (process.env.SINET_DOCS) return process.env.SINET_DOCS;
  const name = `sinet-docs${process.platform === 'win32' ? '.exe' : ''}`;
  try {
    return createRequire(import.meta.url).resolve(`@sinet/docs-${process.platform}-${process.arch}/bin/${name}`);
  } catch {
    return name;
  }
}
