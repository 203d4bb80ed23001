import { randomFillSync } from 'node:crypto';

const idBytes = 12;
/** Drawn for many ids at once: the system's randomness costs a call each time. */
const drawn = Buffer.alloc(idBytes * 256);
let used = drawn.length;

/** As `X-Amzn-Trace-Id` has it: version, seconds in hex, 96 random bits. */
export function traceId(nowMs: number): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const id = drawn.toString('hex', used, used + idBytes);
  used += idBytes;
  return `1-${Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0')}-${id}`;
}
