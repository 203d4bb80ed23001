/**
 * Zones of subnets. Local AWS has no EC2 whom to ask: a subnet named for a zone (`subnet-a`, `private-us-east-1b`)
 * lies in it, any other one in a zone that follows from its name, always the same.
 */
export function zoneOfSubnet(region: string, subnetId: string | undefined): string {
  const named = zoneNamedBy(region, subnetId);
  if (named !== undefined) return named;
  let sum = 0;
  for (const character of subnetId ?? '') sum = (sum * 31 + character.charCodeAt(0)) % 3;
  return `${region}${'abc'[sum]}`;
}

/** The zone that a subnet's name tells; undefined when it tells none. */
export function zoneNamedBy(region: string, subnetId: string | undefined): string | undefined {
  const letter = /(?:^|[-_\d])([a-f])$/.exec(subnetId ?? '')?.[1];
  const isId = /^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(subnetId ?? '');
  return letter === undefined || isId ? undefined : `${region}${letter}`;
}

/** The zones that container instances must lie in to reach one of the subnets; undefined when any will do. */
export function zonesNamedBy(region: string, subnets: readonly string[]): readonly string[] | undefined {
  const zones = subnets.map((subnet) => zoneNamedBy(region, subnet));
  return zones.length === 0 || zones.includes(undefined) ? undefined : zones.flatMap((zone) => zone ?? []);
}

/** The subnet of a new task: in the zone with the fewest of `taken`, which are the subnets of tasks that run. */
export function spreadSubnet(
  region: string,
  subnets: readonly string[],
  taken: readonly { readonly subnetId: string | undefined; readonly zone: string }[],
): string | undefined {
  const inZone = (zone: string) => taken.filter((task) => task.zone === zone).length;
  const inSubnet = (subnet: string) => taken.filter(({ subnetId }) => subnetId === subnet).length;
  const ranked = subnets.map((subnet) => ({
    subnet,
    rank: [inZone(zoneOfSubnet(region, subnet)), inSubnet(subnet)] as const,
  }));
  return ranked.reduce<(typeof ranked)[number] | undefined>(
    (best, entry) =>
      !best ||
      entry.rank[0] < best.rank[0] ||
      (entry.rank[0] === best.rank[0] && entry.rank[1] < best.rank[1])
        ? entry
        : best,
    undefined,
  )?.subnet;
}

/** The subnet of a task on a container instance: one of its zone, otherwise the first. */
export function subnetInZone(region: string, subnets: readonly string[], zone: string): string | undefined {
  return subnets.find((subnet) => zoneOfSubnet(region, subnet) === zone) ?? subnets[0];
}
