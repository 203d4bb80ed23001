// A worker that ends with exit code 1 now and then, after it has been running well for some seconds.
import { work } from '../lib/work.mjs';

const livesMs = 10_000 + Math.random() * 20_000;
setTimeout(() => {
  console.error('RangeError: the queue of labels is full');
  process.exit(1);
}, livesMs).unref();
await work();
