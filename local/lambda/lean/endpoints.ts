/** Where AWS's partitions have their services; every other region is under the first name that AWS had. */
const domains = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
] as const;

interface Parameters {
  readonly Region?: string;
  /** Where all of AWS is, on one machine. */
  readonly Endpoint?: string;
}

/**
 * Stands in for the rules by which the SDK finds a service: a function of Berth asks for neither FIPS nor dual stack, and
 * its credentials name no account, so what is left of them is the region's own host.
 */
export function endpointsOf(service: string) {
  return ({ Region, Endpoint }: Parameters) => {
    if (!Endpoint && !Region) throw new Error('AWS_REGION is not in the environment');
    const domain = domains.find(([start]) => Region?.startsWith(start))?.[1] ?? 'amazonaws.com';
    return {
      url: new URL(Endpoint ?? `https://${service}.${Region}.${domain}`),
      properties: {},
      headers: {},
    };
  };
}
