/**
 * Starts the system's Chromium and Vite's own server for the tests that need a real browser.
 * FIELDSEAL_CHROMIUM names another browser binary.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, createServer, preview } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Launches headless Chromium with nothing that talks to the network on its own. */
export function launchChromium() {
  return chromium.launch({
    executablePath: process.env.FIELDSEAL_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Serves the source tree on a free loopback port; answers `{ url, close }`. */
export async function serveSources() {
  const server = await createServer({
    root,
    mode: 'browser',
    logLevel: 'warn',
    server: {
      port: 0,
      strictPort: false,
      host: '127.0.0.1',
      hmr: false,
      fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] },
    },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the test server has no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

/** Builds the program with the core that plays its part and serves that: one file instead of hundreds for every page. */
export async function serveBuilt() {
  const outDir = fileURLToPath(new URL('../../var/browser-build', import.meta.url));
  await build({ root, mode: 'browser', logLevel: 'warn', build: { outDir, emptyOutDir: true, minify: false } });
  const server = await preview({
    root,
    mode: 'browser',
    logLevel: 'warn',
    build: { outDir },
    preview: { port: 0, strictPort: false, host: '127.0.0.1' },
  });
  const address = server.httpServer.address();
  if (!address || typeof address === 'string') throw new Error('the test server has no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}
