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
