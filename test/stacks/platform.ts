import { inject } from 'vitest';

const noPlatform = inject('noPlatform');
if (noPlatform) throw new Error(noPlatform);
