import type Docker from 'dockerode';
import { ifKnown, statusOf } from './engine.ts';

/**
 * Where containers reach this machine: the address of ECS's own endpoints, because AWS's SDKs take credentials over
 * plain HTTP from nowhere but loopback and this one.
 */
export const HOST_ADDRESS = '169.254.170.2';

const NAME = 'berth-host';

/**
 * A network of the engine that nobody joins: its bridge gives this machine the address, and containers reach that by
 * their default route.
 */
const description = {
  Name: NAME,
  Driver: 'bridge',
  Internal: true,
  CheckDuplicate: true,
  IPAM: { Config: [{ Subnet: '169.254.170.0/29', Gateway: HOST_ADDRESS }] },
} as const;

/** Gives this machine the address unless it has it; false where the engine cannot. */
export async function ensureHostNetwork(docker: Docker): Promise<boolean> {
  try {
    if (await ifKnown(docker.getNetwork(NAME).inspect())) return true;
    await docker.createNetwork({ ...description, IPAM: { Config: [...description.IPAM.Config] } });
    return true;
  } catch (error) {
    // Another Local AWS may have made it meanwhile.
    return statusOf(error) === 409;
  }
}
