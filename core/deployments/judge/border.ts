import type { Arms, Evidence, TaskValue } from './types.ts';

/** What is wrong with an interval, with the field's path; undefined when it can be weighed. */
export function flawOf(evidence: Evidence): string | undefined {
  const { fromMs, toMs, share, requests, errors, latency, metrics = {}, exits } = evidence;
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs) || toMs <= fromMs)
    return 'fromMs, toMs: an interval ends after it begins';
  if (!(share >= 0 && share <= 1)) return 'share: a share is between 0 and 1';
  return (
    flawOfArms('requests', requests, isCount) ??
    flawOfArms('errors', errors, isCount) ??
    flawOfArms('latency', latency, areValues) ??
    Object.entries(metrics)
      .map(([name, arms]) => flawOfArms(`metrics.${name}`, arms, areValues))
      .find((flaw) => flaw !== undefined) ??
    flawOfArms('exits', exits, (exit) => isCount(exit.taskSeconds) && isCount(exit.failures))
  );
}

function flawOfArms<Value>(path: string, arms: Arms<Value> | undefined, isSound: (value: Value) => boolean) {
  if (!arms) return undefined;
  if (!isSound(arms.canary)) return `${path}.canary: numbers that are finite and not negative are needed`;
  if (!isSound(arms.baseline)) return `${path}.baseline: numbers that are finite and not negative are needed`;
  return undefined;
}

const isCount = (count: number) => count >= 0 && count <= Number.MAX_SAFE_INTEGER;

const areValues = (values: readonly TaskValue[]) =>
  values.every(({ value, weight = 1 }) => Math.abs(value) <= 1e15 && isCount(weight));
