import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'nexthop-report/**'],
    // A process of its own for each file: the virtual world replaces the global timers while it runs.
    pool: 'forks',
    maxWorkers: 2,
    // Generous: on a busy machine the whole suite takes its time.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
