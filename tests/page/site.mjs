// A static server over the built page, which can spoil single files on their way.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';

const dist = process.env.SINET_DIST;
if (!dist) throw new Error('SINET_DIST must name the folder of the built page; `cargo xtask test` sets it.');

const types = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/**
 * Serves the page under `prefix`. `spoil(path, bytes)` may return other bytes for a file, or null for a 404; `bytes` are null
 * where there is no such file.
 * Returns the page's address, the paths that were asked for, and a function that ends the server.
 */
export async function serve({ prefix = '/', spoil = (_path, bytes) => bytes } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname.startsWith(prefix) ? normalize(pathname.slice(prefix.length)) || 'index.html' : null;
    asked.push(path ?? pathname);
    const file = path === '.' ? 'index.html' : path?.endsWith('/') ? `${path}index.html` : path;
    try {
      if (file === null || file.startsWith('..')) throw new Error('outside');
      const bytes = spoil(file, await readFile(join(dist, file)).catch(() => null));
      if (bytes === null) throw new Error('not there');
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
      response.end(bytes);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('not found');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it stops its server shall end all the same.
  server.unref();
  const stop = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); });
  return { address: `http://127.0.0.1:${server.address().port}${prefix}`, asked, stop };
}

/** Whether a file belongs to one of the two worker programs for the CPU, of which the browser gets the one it can run. */
export function isOfCpuWorker(path, part) {
  return ['cpu', 'cpu-relaxed'].some((program) => path.endsWith(`sinet-worker-${program}_${part}`));
}
