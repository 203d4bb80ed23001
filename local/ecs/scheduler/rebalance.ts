/** Rebalancing of a service over zones: one task at a time moves from the zone with most to the one with fewest. Pure. */
export interface ZonedTask {
  readonly id: string;
  readonly zone: string;
  readonly isProtected: boolean;
  readonly createdAt: number;
}

export interface Move {
  readonly taskId: string;
  readonly from: string;
  readonly to: string;
}

/** How many tasks each zone has, in the zones' order; zones without any count as 0. */
export function zoneCounts(
  zones: readonly string[],
  tasks: readonly ZonedTask[],
): readonly (readonly [zone: string, count: number])[] {
  const all = [...new Set([...zones, ...tasks.map(({ zone }) => zone)])].sort();
  return all.map((zone) => [zone, tasks.filter((task) => task.zone === zone).length]);
}

/**
 * The next move; undefined when no two zones differ by more than one task. `zones` are those that take tasks.
 * Worked: 4, 1, 1 over three zones: two moves from the first make 2, 2, 2.
 */
export function decideMove(zones: readonly string[], tasks: readonly ZonedTask[]): Move | undefined {
  const counts = zoneCounts(zones, tasks);
  const movable = (zone: string) =>
    tasks
      .filter((task) => task.zone === zone && !task.isProtected)
      .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1))[0];
  const to = counts
    .filter(([zone]) => zones.includes(zone))
    .reduce<readonly [string, number] | undefined>(
      (least, entry) => (!least || entry[1] < least[1] ? entry : least),
      undefined,
    );
  const from = counts
    .filter(([zone]) => movable(zone))
    .reduce<readonly [string, number] | undefined>(
      (most, entry) => (!most || entry[1] > most[1] ? entry : most),
      undefined,
    );
  const task = from && movable(from[0]);
  if (!from || !to || !task || from[1] - to[1] <= 1) return undefined;
  return { taskId: task.id, from: from[0], to: to[0] };
}
