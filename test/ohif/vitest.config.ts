/** Stock OHIF as a reader: 50 MB are fetched once, so these tests run only where they are asked for, by `npm run test:ohif`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    pool: 'forks',
    include: ['test/ohif/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
