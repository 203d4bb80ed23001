import type { TestProject } from 'vitest/node';
import { ensurePlatform } from './install.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Why SST's platform is not there; empty where it is. */
    noPlatform: string;
  }
}

/** Once, before the first test of the run. Only the tests of the stack fail where it cannot be had (`platform.ts`). */
export async function setup(project: TestProject): Promise<void> {
  const noPlatform = await ensurePlatform().then(
    () => '',
    (error: Error) => error.message,
  );
  project.provide('noPlatform', noPlatform);
}
