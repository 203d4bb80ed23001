import { test } from 'vitest';

/** A test that cannot run here. Of a file in which all are skipped Vitest prints no names, so the reason is printed. */
export function notTried(reason: string): void {
  console.log(reason);
  test.skip(reason, () => {});
}
