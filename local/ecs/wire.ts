/**
 * The SDK's shapes as they travel: every `Date` is a number of epoch seconds, and every enum is a string, since
 * other callers know other values.
 */
export type Wire<T> = T extends Date
  ? number
  : T extends string
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Wire<T[Key]> }
        : T;

/** Epoch milliseconds to the epoch seconds of AWS JSON 1.1. */
export function toSeconds(epochMs: number): number;
export function toSeconds(epochMs: number | undefined): number | undefined;
export function toSeconds(epochMs: number | undefined): number | undefined {
  return epochMs === undefined ? undefined : epochMs / 1000;
}

/** Epoch milliseconds as events write them, for example `2025-05-06T11:02:34.325Z`. */
export function toIso(epochMs: number): string;
export function toIso(epochMs: number | undefined): string | undefined;
export function toIso(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}
