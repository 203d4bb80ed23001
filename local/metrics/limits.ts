const largest = 2 ** 360;

/** Whether CloudWatch takes this as a value. */
export const isSound = (value: number): boolean => Math.abs(value) <= largest;

/** Values are taken from two weeks back to two hours ahead, both in epoch milliseconds. */
export const earliestMs = (nowMs: number): number => nowMs - 14 * 24 * 3600 * 1000;
export const latestMs = (nowMs: number): number => nowMs + 2 * 3600 * 1000;
