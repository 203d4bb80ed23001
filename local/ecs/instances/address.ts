import { createHash } from 'node:crypto';

/** A loopback address for each container instance, 127.65.0.1 to 127.65.255.254; it follows from the instance's id. */
export function instanceAddress(instanceId: string): string {
  const [third = 0, last = 0] = createHash('sha256').update(instanceId).digest();
  return `127.65.${third}.${1 + (last % 254)}`;
}
