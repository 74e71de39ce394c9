// @vitest-environment node
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { expect, test } from 'vitest';

/** The customer's page loads this over a phone network. */
const LIMIT = 4096;

test(`recorder, shape, drawing and checks are at most ${LIMIT} bytes, gzipped`, async () => {
  const entry = fileURLToPath(new URL('./size.entry.ts', import.meta.url));
  const built = (await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'chrome120',
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  })) as Rollup.RollupOutput;
  const code = built.output.map((part) => ('code' in part ? part.code : '')).join('');
  expect(code).toContain('getCoalescedEvents');
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(LIMIT);
});
