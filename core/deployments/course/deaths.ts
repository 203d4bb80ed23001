/** As many as ECS's own circuit breaker allows: half of the count, at least 3 and at most 200 (ECS API, BOUNDED_PERCENT). */
export const tooManyDeaths = (count: number): number => Math.min(200, Math.max(3, Math.ceil(count / 2)));

/** Why a release is given up for its tasks that ended badly after they were running; undefined while it is not. */
export function deathsText(deaths: number | undefined, count: number): string | undefined {
  const limit = tooManyDeaths(count);
  if (deaths === undefined || deaths < limit) return undefined;
  return `${deaths} of its tasks ended badly after they were running, and ${limit} are too many for ${count}`;
}
