import { ensurePlatform } from './install.ts';

/** Once, before the first of these tests. */
export const setup = ensurePlatform;
