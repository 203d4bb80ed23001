/** A number that AWS's shapes call a double: typed clients want it written as one also where it is whole. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** `3.0` rather than `3`, as AWS has it. */
  toJSON(): unknown {
    return Number.isSafeInteger(this.value) ? rawJson(this.toString()) : this.value;
  }

  toString(): string {
    return Number.isSafeInteger(this.value) ? `${this.value}.0` : String(this.value);
  }
}

/** Not in TypeScript's library yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };
