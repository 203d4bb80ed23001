import { work } from './lib/work.mjs';

await work();
