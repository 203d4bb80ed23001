/** Epoch milliseconds as ISO 8601 in whole seconds, the way events tell moments: `2026-11-23T05:04:00Z`. */
export function isoSeconds(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** A moment in an answer, which every protocol writes in its own way. */
export class Timestamp {
  /** Epoch milliseconds. */
  readonly atMs: number;

  constructor(atMs: number) {
    this.atMs = atMs;
  }

  /** As the JSON protocols write it: epoch seconds. */
  toJSON(): number {
    return this.atMs / 1000;
  }

  /** As the query protocol writes it: ISO 8601. */
  toString(): string {
    return new Date(this.atMs).toISOString();
  }
}
