import { defineConfig } from 'vitest/config';

/** Who runs below all others may have to wait for the machine. */
const patient = { testTimeout: 1_200_000, hookTimeout: 1_200_000 };

export default defineConfig({
  test: {
    // Vitest leaves one core to itself otherwise; it has little to do.
    maxWorkers: '100%',
    projects: [
      // `core`, `architecture`, `stacks` and `simulation` only compute: `test/main.ts` runs them below the others.
      {
        test: {
          name: 'core',
          include: ['core/**/*.test.ts'],
          // What they import takes longer than most of them: a worker imports it once.
          isolate: false,
          ...patient,
        },
      },
      {
        test: {
          name: 'unit',
          include: ['{functions,stacks,local,cli,examples,bench}/**/*.test.ts'],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'], ...patient } },
      {
        test: {
          name: 'stacks',
          include: ['test/stacks/**/*.test.ts'],
          globalSetup: 'test/stacks/setup.ts',
          setupFiles: 'test/stacks/platform.ts',
          ...patient,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          ...patient,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/{contract,conformance,scenario,property,security}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
