import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The store's writer thread and the processes that tests start run what is built.
    globalSetup: ['test/support/build-once.ts'],
    setupFiles: ['test/support/before-each-file.ts'],
    isolate: false,
    // A quarter of the time tests wait for a process, a browser or a clock: one file more than there are cores, up to
    // what memory bears.
    maxWorkers: Math.min(availableParallelism() + 1, 4),
    // What waits for a process or a clock may come too late on a busy machine; the report says what needed it.
    retry: 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
